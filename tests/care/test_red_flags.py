"""Ketamine's red flags: relative to the person's own usual, and never shaming."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import red_flags, sign_words
from care.inquiry import INQUIRIES, InquiryKind, Verdict, verdict
from care.red_flags import LOW_MOOD_EVERY, RED_FLAGS, Sign

LIVES_AT_NINE = [9, 9, 8, 9, 9, 10, 9, 9]
USUALLY_FIVE = [5, 4, 5, 6, 5, 5, 4, 5]
scores = st.integers(0, 10)


def test_every_sign_has_its_row() -> None:
    assert set(RED_FLAGS) == set(Sign)


@pytest.mark.parametrize(
    ("earlier", "today", "is_sign"),
    [
        (LIVES_AT_NINE, 9, False),
        (LIVES_AT_NINE, 10, False),
        (USUALLY_FIVE, 9, True),
        (USUALLY_FIVE, 8, False),
        ([*USUALLY_FIVE, 8], 8, True),
        ([*USUALLY_FIVE, 5], 8, False),
        ([5, 5], 10, False),
        ([], 10, False),
    ],
)
def test_pain(earlier: list[int], today: int, is_sign: bool) -> None:
    assert red_flags.pain_is_a_sign(earlier, today) is is_sign


@pytest.mark.parametrize(
    ("earlier", "today", "is_high"),
    [([*USUALLY_FIVE, 9], 9, True), (USUALLY_FIVE, 10, False), ([8] * 8, 10, False), ([9], 9, False)],
)
def test_a_high_mood_is_one_on_two_days_above_the_own_usual(
    earlier: list[int], today: int, is_high: bool
) -> None:
    assert red_flags.mood_is_high(earlier, today) is is_high


def test_who_lives_at_one_is_asked_every_third_day_and_after_a_fall_at_once() -> None:
    lives_at_one = [1, 0, 1, 1, 2, 1]
    assert red_flags.asks_about_low_mood(lives_at_one, 1, None)
    assert not red_flags.asks_about_low_mood(lives_at_one, 1, LOW_MOOD_EVERY / 3)
    assert red_flags.asks_about_low_mood(lives_at_one, 1, LOW_MOOD_EVERY)
    assert red_flags.asks_about_low_mood(USUALLY_FIVE, 1, LOW_MOOD_EVERY / 3)
    assert not red_flags.asks_about_low_mood(USUALLY_FIVE, 2, None)


@pytest.mark.parametrize(
    ("missed", "days", "silent"), [(2, 2, True), (2, 4, False), (3, 4, True), (3, None, True), (1, 1, False)]
)
def test_silence_is_heard_earlier_after_an_infusion(missed: int, days: int | None, silent: bool) -> None:
    assert red_flags.is_silent(missed, days) is silent


@given(st.lists(scores, max_size=20), scores)
def test_nobody_whose_usual_is_unknown_has_a_sign(earlier: list[int], today: int) -> None:
    if len(earlier) < red_flags.FEWEST:
        assert not red_flags.pain_is_a_sign(earlier, today)
        assert not red_flags.mood_is_high(earlier, today)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("there is blood in my urine", Sign.BLADDER),
        ("it burns when I pee", Sign.BLADDER),
        ("tengo sangre en la orina", Sign.BLADDER),
        ("chest pain since noon", Sign.BREATHING),
        ("I can't breathe", Sign.BREATHING),
        ("me falta el aire", Sign.BREATHING),
        ("I think I'm pregnant", Sign.PREGNANCY),
        ("estoy embarazada", Sign.PREGNANCY),
        ("bought some ketamine from a friend", Sign.DOSES),
        ("I took a double dose", Sign.DOSES),
        ("me tomé doble dosis", Sign.DOSES),
        ("I hear voices at night", Sign.HALLUCINATION),
        ("oigo voces", Sign.HALLUCINATION),
        ("my leg is suddenly weak", Sign.WEAKNESS),
        ("I wet myself twice today", Sign.WEAKNESS),
        ("the foot is swollen and I have a fever", Sign.WEAKNESS),
    ],
)
def test_words_that_name_a_red_flag(text: str, sign: Sign) -> None:
    assert sign in set(sign_words.signs_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "no blood in my urine", "I am not pregnant", "my sister is pregnant", "the voices in the next room kept me up",
        "no chest pain today", "my foot is swollen", "took two paracetamol", "saw things differently after the session",
        "la doctora no oyó voces", "shooting pain in my arm", "weak coffee", "double vision for half an hour",
    ],
)  # fmt: skip
def test_words_that_do_not(text: str) -> None:
    assert list(sign_words.signs_in(text)) == []


@pytest.mark.parametrize(
    ("kind", "answers", "too_late", "follows"),
    [
        (InquiryKind.LOW_MOOD, "h", False, (Verdict.CASE, None)),
        (InquiryKind.LOW_MOOD, "t", False, (Verdict.NOTHING, None)),
        (InquiryKind.LOW_MOOD, "", True, (Verdict.NOTHING, None)),
        (InquiryKind.SILENCE, "f", False, (Verdict.NOTHING, None)),
        (InquiryKind.SILENCE, "c", False, (Verdict.ITEM, Sign.CALL_ME)),
        (InquiryKind.SILENCE, "p", False, (Verdict.PAUSE, None)),
        (InquiryKind.SILENCE, "", True, (Verdict.ITEM, Sign.SILENCE)),
        (InquiryKind.HIGH_MOOD, "y", False, None),
        (InquiryKind.HIGH_MOOD, "yy", False, (Verdict.ITEM, Sign.MOOD_HIGH)),
        (InquiryKind.HIGH_MOOD, "ynn", False, (Verdict.NOTHING, None)),
        (InquiryKind.HIGH_MOOD, "n", True, (Verdict.ITEM, Sign.MOOD_HIGH)),
        (InquiryKind.ITEM_NINE, "y", False, (Verdict.CASE, None)),
        (InquiryKind.ITEM_NINE, "n", False, None),
        (InquiryKind.ITEM_NINE, "nnn", False, (Verdict.ITEM, Sign.ITEM_NINE)),
        (InquiryKind.ITEM_NINE, "nn", True, (Verdict.CASE, None)),
    ],
)
def test_what_follows_from_the_answers(
    kind: InquiryKind, answers: str, too_late: bool, follows: tuple[Verdict, Sign | None] | None
) -> None:
    assert verdict(kind, answers, too_late=too_late) == follows


@given(st.sampled_from(InquiryKind), st.integers(0, 6), st.booleans())
def test_every_inquiry_ends(kind: InquiryKind, first: int, too_late: bool) -> None:
    asked = INQUIRIES[kind]
    letters = [letter for letter, _ in asked.answers]
    answers = "".join(letters[(first + at) % len(letters)] for at in range(len(asked.questions)))
    assert verdict(kind, answers, too_late=too_late) is not None
