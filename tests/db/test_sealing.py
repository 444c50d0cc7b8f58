"""What is sealed opens with its key, in its place, and nowhere else."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.sealing import KeyFormatError, Sealer, SealError, key_beside, make_key

OLD, NEW = make_key(), make_key()


@given(st.text())
def test_a_sealed_text_opens_again(text: str) -> None:
    sealer = Sealer(NEW)
    sealed = sealer.seal(text, bound_to="notes.text:1")
    assert sealer.open(sealed, bound_to="notes.text:1") == text
    assert len(text) < 4 or text.encode() not in sealed


def test_moved_to_another_row_it_stays_shut() -> None:
    sealer = Sealer(NEW)
    sealed = sealer.seal("I cried all day", bound_to="notes.text:1")
    with pytest.raises(SealError, match="moved or changed"):
        sealer.open(sealed, bound_to="notes.text:2")


def test_one_changed_byte_keeps_it_shut() -> None:
    sealer = Sealer(NEW)
    sealed = bytearray(sealer.seal("I cried all day", bound_to="notes.text:1"))
    sealed[-1] ^= 1
    with pytest.raises(SealError):
        sealer.open(bytes(sealed), bound_to="notes.text:1")


def test_after_a_rotation_the_old_key_still_opens_and_finds() -> None:
    before, after = Sealer(OLD), Sealer(f"{NEW}, {OLD}")
    sealed = before.seal("Ana", bound_to="people.name:1")
    assert after.open(sealed, bound_to="people.name:1") == "Ana"
    assert before.fingerprint("chat:7") in after.fingerprints("chat:7")
    assert after.fingerprint("chat:7") != before.fingerprint("chat:7")


def test_without_its_key_nothing_opens() -> None:
    sealed = Sealer(OLD).seal("Ana", bound_to="people.name:1")
    with pytest.raises(SealError):
        Sealer(NEW).open(sealed, bound_to="people.name:1")


@given(st.binary(min_size=1, max_size=32))
def test_a_button_fits_telegram_and_opens_only_for_its_owner(payload: bytes) -> None:
    sealer = Sealer(NEW)
    data = sealer.seal_button(payload, owner="1001")
    assert 1 <= len(data.encode()) <= 64
    assert sealer.open_button(data, owner="1001") == payload
    assert sealer.open_button(data, owner="1002") is None


@given(st.text(max_size=64))
def test_a_forged_button_opens_for_nobody(data: str) -> None:
    assert Sealer(NEW).open_button(data, owner="1001") is None


def test_the_key_beside_the_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = key_beside(tmp_path / "tidemark.db")
    assert key_beside(tmp_path / "tidemark.db") == first
    Sealer(first)
    assert stat.S_IMODE((tmp_path / "tidemark.db.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("keys", ["", " , ", "secret", "c2hvcnQ="])
def test_a_key_of_another_shape_is_refused_in_words(keys: str) -> None:
    with pytest.raises(KeyFormatError, match="32 bytes in base64"):
        Sealer(keys)


def test_two_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as many:
        keys = set(many.map(lambda _: key_beside(tmp_path / "tidemark.db"), range(32)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["tidemark.db.key"]
