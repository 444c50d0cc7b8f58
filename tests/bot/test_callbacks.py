"""A button's data: small, opaque, and worth nothing in another chat."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bot.callbacks import LAYOUT, Press, opened, pack, sealed, unpack
from care.message import Action, Button
from db.sealing import Sealer, make_key
from tests.bot.every_message import ID, every_message

SEALER = Sealer(make_key())
ANA, BRUNO = 4001, 4002


@given(st.sampled_from(Action), st.uuids(), st.integers(0, 255), st.integers(0, 65535))
def test_what_is_packed_is_what_is_pressed(action: Action, subject: UUID, value: int, round: int) -> None:
    button = Button(label="6", literal=True, action=action, subject=subject, value=value, round=round)
    assert unpack(pack(button)) == Press(action, subject, value, round)


def test_the_order_of_actions_is_kept_for_buttons_that_are_already_on_screens() -> None:
    first = [
        "consent",
        "score",
        "change",
        "given",
        "not_given",
        "acknowledge_flag",
        "book_flag",
        "snooze_flag",
    ]
    assert [action.value for action in Action][:8] == first


def test_every_button_fits_into_telegrams_64_bytes() -> None:
    for message in every_message().values():
        for button in (button for row in message.buttons for button in row):
            assert len(sealed(button, SEALER, 2**52).encode()) <= 64


def test_a_button_opens_only_for_its_owner() -> None:
    data = sealed(Button(label="6", literal=True, action=Action.SCORE, subject=ID, value=6), SEALER, ANA)
    assert opened(data, SEALER, ANA) == Press(Action.SCORE, ID, 6, 0)
    assert opened(data, SEALER, BRUNO) is None


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: raw.hex()))
def test_forged_data_opens_nothing(data: str) -> None:
    assert opened(data, SEALER, ANA) is None


def test_an_action_that_this_version_does_not_know_is_not_guessed() -> None:
    assert unpack(LAYOUT.pack(len(Action), 0, 0, ID.bytes)) is None
    assert unpack(b"") is None
