"""What a message is made of, before anybody finds words for it."""

from datetime import date, time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import helplines
from care.duty import Promise
from care.message import Action, Day, HourOfDay, Message
from care.messages import checkin, flags, notes, safety
from care.patient import Measure

FRIDAY = date(2026, 1, 9)
ID = uuid4()


def actions(message: Message) -> list[Action]:
    return [button.action for row in message.buttons for button in row]


def said(message: Message) -> list[str]:
    return [line.words for line in message.lines]


@pytest.mark.parametrize("measure", Measure)
def test_a_question_has_eleven_numbers_at_most_four_a_row(measure: Measure) -> None:
    question = checkin.question(ID, measure, 7, FRIDAY, 0, 1)
    buttons = [button for row in question.buttons for button in row]
    assert [(button.label, button.value, button.round) for button in buttons] == [
        (str(score), score, 7) for score in range(11)
    ]
    assert max(map(len, question.buttons)) <= 4
    assert said(question) == [f"checkin-ask-{measure}", "checkin-day"]


def test_of_two_questions_each_says_its_place() -> None:
    second = checkin.question(ID, Measure.PAIN, 1, FRIDAY, 1, 2)
    assert second.lines[1].values == {"day": Day(day=FRIDAY), "place": 2, "of": 2}


def test_a_summary_shows_what_was_kept_and_nothing_else() -> None:
    summary = checkin.summary(ID, 2, FRIDAY, {Measure.PAIN: 3}, late=True)
    assert said(summary) == ["checkin-kept", "checkin-kept-pain", "checkin-kept-late"]
    assert actions(summary) == [Action.CHANGE]


def test_a_reminder_and_a_closed_day_carry_no_buttons() -> None:
    assert not checkin.reminder().buttons
    assert not checkin.closed(FRIDAY).buttons
    assert not checkin.over(FRIDAY, {Measure.MOOD: 6}).buttons


@pytest.mark.parametrize("status", flags.BUTTONS_WHEN)
def test_a_flag_never_offers_what_it_is_already(status: str) -> None:
    already = {
        "acknowledged": Action.ACKNOWLEDGE_FLAG,
        "booked": Action.BOOK_FLAG,
        "snoozed": Action.SNOOZE_FLAG,
    }
    shown = flags.state(ID, "K7F3Q", Measure.MOOD, status, FRIDAY, FRIDAY, FRIDAY)
    assert already.get(status) not in actions(shown)
    assert (Action.CLOSE_FLAG in actions(shown)) is (status != "closed")


def test_the_second_reply_claims_an_alert_only_where_there_was_one() -> None:
    monday = (Day(day=FRIDAY), HourOfDay(hour=time(8)))
    assert said(safety.after_page(Promise.ALERTED, None, None))[0] == "after-page-alerted"
    assert said(safety.after_page(Promise.NOT_SURE, None, None))[0] == "after-page-not-sure"
    assert said(safety.after_page(Promise.CLOSED, monday, None))[:2] == [
        "after-page-closed",
        "after-page-closed-sent",
    ]
    assert said(safety.after_page(Promise.NOT_REACHED, monday, None))[0] == "after-page-not-reached"


@pytest.mark.parametrize("promise", Promise)
def test_the_second_reply_holds_the_numbers_whatever_happened(promise: Promise) -> None:
    told = said(safety.after_page(promise, None, None, helplines.of_country("DE")))
    assert told[-2:] == ["after-page-numbers", "helpline-call"]


def test_the_clinics_own_words_stand_before_the_general_numbers() -> None:
    told = said(safety.after_page(Promise.ALERTED, None, "Call 555-0100."))
    assert told[1:] == ["after-page-clinic", "after-page-numbers"]


def test_a_way_in_that_nobody_foresaw_still_pages() -> None:
    assert said(safety.page(ID, "K7F3Q", "carrier pigeon", again=False))[0] == "page-first"


def test_words_for_a_person_in_danger_may_be_passed_on_and_clinical_ones_may_not() -> None:
    assert not safety.help_now().protected
    assert safety.page(ID, "K7F3Q", "text", again=False).protected


@given(st.lists(st.text(alphabet="ab \n\N{WATER WAVE}é", max_size=9000), max_size=4))
def test_no_word_of_a_note_is_lost_between_the_parts(texts: list[str]) -> None:
    pages = notes.notes("K7F3Q", [(Day(day=FRIDAY), text) for text in texts])
    read = [str(line.values.get("text", "")) for page in pages for line in page.lines]
    assert "".join(read) == "".join(texts)
    assert all(
        sum(len(text.encode("utf-16-le")) // 2 for text in map(str, read_on(page))) <= 4096 for page in pages
    )


def test_a_long_note_goes_on_after_the_end_of_a_word() -> None:
    first, second = notes.notes("K7F3Q", [(Day(day=FRIDAY), "word " * 1000)])
    assert str(first.lines[1].values["text"]).endswith("word ")
    assert str(second.lines[1].values["text"]).startswith("word ")


def read_on(page: Message) -> list[object]:
    return [line.values.get("text", "") for line in page.lines]
