"""What a patient sees and can do, over the wire: taps, commands, own words, and what is not theirs."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from care.patient import Condition, Measure, Role
from db.access import caller_of
from db.engine import sealer_of
from db.tables import Infusion, Note, Patient, Score
from demo.telegram import Fault
from flow import enrol
from tests.bot.on_the_wire import ANA, BRUNO, CHEN, STRANGER, Wire, on_the_wire
from tests.days import T0, day

NEUTRAL = "This is the private service of a clinic."


@pytest.fixture
async def wire(sqlite_url: str) -> AsyncIterator[Wire]:
    async with on_the_wire(sqlite_url) as wire:
        yield wire


async def notes(wire: Wire) -> list[tuple[str, str]]:
    """Kind and words of all notes, by kind: they may all be of one moment."""
    async with wire.stage.database.reading() as session:
        rows, sealer = await session.scalars(select(Note)), sealer_of(session)
        return sorted(
            (row.kind, sealer.open(row.text_sealed, bound_to=f"notes.text:{row.id}")) for row in rows
        )


async def scores(wire: Wire) -> dict[str, int]:
    """What is kept now, by measure."""
    async with wire.stage.database.reading() as session:
        rows = await session.scalars(select(Score).where(Score.replaced_at.is_(None)))
        return {row.measure: row.value for row in rows}


async def count(wire: Wire, table: type[Infusion | Score | Note]) -> int:
    async with wire.stage.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_check_in_is_two_taps_in_one_message(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    asked = ana.last
    assert asked.text.startswith("Mood today, since you woke?\n0 = worst, 10 = best")
    assert asked.buttons == (("0", "1", "2", "3"), ("4", "5", "6", "7"), ("8", "9", "10"))
    mood = await ana.presses("6")
    await ana.sees("Pain today, since you woke?\n0 = none, 10 = worst")
    await ana.presses("3")
    summary = await ana.sees("Kept for Mon, Jan 5")
    assert summary.message_id == asked.message_id
    assert "Mood: 6 (0 worst, 10 best)\nPain: 3 (0 none, 10 worst)" in summary.text
    assert summary.buttons == (("Change",),)
    assert (await ana.answered(mood)).text == "Kept: mood 6"
    assert await scores(wire) == {"mood": 6, "pain": 3}


async def test_change_asks_again_in_the_same_message(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA, measures=(Measure.PAIN,))
    await ana.presses("3")
    summary = await ana.sees("Pain: 3")
    await ana.presses("Change")
    assert (await ana.sees("Pain today")).message_id == summary.message_id
    await ana.presses("8")
    await ana.sees("Pain: 8")
    assert await scores(wire) == {"pain": 8}


async def test_checkin_opens_todays_summary_anew(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA, measures=(Measure.MOOD,))
    await ana.presses("7")
    first = await ana.sees("Mood: 7")
    await ana.says("/checkin")
    again = await ana.sees("Mood: 7", after=first.message_id)
    assert again.labels == ("Change",)


async def test_a_name_with_html_and_emoji_does_no_harm(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA, name="<b>Ana</b> & \N{RIGHT-TO-LEFT OVERRIDE}\N{WATER WAVE}" * 20)
    assert "Mood today" in ana.last.text


async def test_forged_and_foreign_presses_change_nothing_and_reach_nobody_else(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    bruno, _ = await wire.enrolled(BRUNO, name="Bruno")
    of_ana = ana.last.button("6").data
    assert of_ana is not None
    before = len(ana.ever), len(bruno.ever)
    for data in (of_ana, "x", of_ana[:-1] + ("A" if of_ana[-1] != "A" else "B"), "\N{WATER WAVE}" * 16, ""):
        query = await bruno.presses_data(data)
        assert (await bruno.answered(query)).text == "This button is no longer valid."
    await wire.stage.settles()
    assert await scores(wire) == {}
    assert (len(ana.ever), len(bruno.ever)) == before


async def test_a_strangers_press_and_words_get_one_neutral_text(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    of_ana = ana.last.button("6").data
    assert of_ana is not None
    stranger = wire.telegram.person(STRANGER)
    await stranger.says("/start not-a-token")
    said = await stranger.sees(NEUTRAL)
    query = await stranger.presses_data(of_ana)
    assert (await stranger.answered(query)).text == said.text
    await stranger.says("/caseload")
    await stranger.says("hello?")
    await wire.stage.settles()
    assert len(stranger.received) == 1
    assert await count(wire, Note) == 0


async def test_a_used_link_opens_nothing_for_anybody(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    used = next(message.text for message in ana.messages if message.text.startswith("/start "))
    stranger = wire.telegram.person(STRANGER)
    await stranger.says(used)
    await stranger.sees(NEUTRAL)
    async with wire.stage.database.reading() as session:
        assert await caller_of(session, STRANGER) is None


CANNOT_READ = "I cannot read pictures, voice or stickers."


async def test_whoever_sends_what_cannot_be_read_is_told_each_time_and_once_for_an_album(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    first = await ana.sees("Your words are kept", after=await ana.says("Slept badly"))
    for picture in range(3):
        await ana.sends_photo(caption="my hand" if picture == 1 else None, album="4711")
    told = await ana.sees(CANNOT_READ, after=first.message_id)
    await wire.stage.settles()
    assert ana.last.message_id == told.message_id, "an album is answered once"
    assert "a person will look into it" in told.text
    assert "around the clock" not in told.text
    for _ in range(2):
        await ana.sees(CANNOT_READ, after=await ana.sends_voice())
    await ana.sees(CANNOT_READ, after=await ana.sends_photo())
    wire.stage.clock.advance_to(wire.now + timedelta(minutes=4))
    await ana.sees(CANNOT_READ, after=await ana.sends_photo(album="4712"))
    with_words = await ana.sends_photo(caption="better now")
    captioned = await ana.sees("I cannot read what you sent with your words.", after=with_words)
    await ana.says("and one more word")
    await wire.stage.settles()
    assert ana.last.message_id == captioned.message_id, "words are thanked for once a day"


async def test_own_words_are_kept_and_answered_once_a_day(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    written = await ana.says("Slept badly <3 & \N{RIGHT-TO-LEFT MARK}tired")
    kept = await ana.sees("Your words are kept, and your team will read them.")
    assert "Nobody watches this chat around the clock." in kept.text
    await ana.edits(written, "Slept badly, but better now")
    await ana.sends_photo(caption="my garden")
    await ana.sends_voice()
    await ana.sends(
        sticker={
            "file_id": "s1",
            "file_unique_id": "s1",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
        }
    )
    await ana.says("\N{WATER WAVE}" * 2048)
    await wire.stage.settles()
    assert await notes(wire) == [
        ("caption", "my garden"),
        ("edit", "Slept badly, but better now"),
        ("sticker", ""),
        ("text", "Slept badly <3 & \N{RIGHT-TO-LEFT MARK}tired"),
        ("text", "\N{WATER WAVE}" * 2048),
        ("voice", ""),
    ]
    assert len([message for message in ana.ever if "kept" in message.text]) == 1
    assert wire.telegram.log.count("getFile") == 0


async def test_for_a_voice_note_a_person_is_promised_not_the_program(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    await ana.sends_voice()
    await ana.sees(
        "I cannot read pictures, voice or stickers. Your team sees that you sent one, and a person will look"
    )


async def test_an_unknown_command_is_answered_and_its_words_are_kept(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    await ana.says("/mood 7")
    await ana.sees("I do not know that command. /help shows what I can do.")
    await ana.says("/caseload")
    await wire.stage.settles()
    assert await notes(wire) == [("text", "7")]


async def test_a_report_of_an_infusion_waits_for_the_team(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.enrolled(ANA)
    await ana.says("/infusion yesterday 15:30")
    await ana.sees("You told us about an infusion on Sun, Jan 4, 2026 at 3:30\N{NO-BREAK SPACE}PM")
    question = await chen.sees(f"{code} reports an infusion on Sun, Jan 4, 2026 at 3:30")
    assert question.labels == ("Given", "Not given")
    assert not any("assumed" in message.text for message in (*ana.received, *chen.received))
    await chen.presses("Given")
    await chen.sees(f"Kept: {code} had an infusion")


async def test_an_infusion_from_the_menu_is_asked_about_before_anything_counts(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.enrolled(ANA)
    asked = await ana.sees("When was your infusion?", after=await ana.says("/infusion"))
    assert asked.labels == ("Today", "Yesterday", "Another day")
    await wire.stage.settles()
    assert await count(wire, Infusion) == 0
    assert chen.last.text.startswith("Welcome")
    wire.stage.clock.advance_to(day(1, hour=0))  # past midnight in Berlin: the days are those of the question
    await ana.presses("Yesterday")
    thanks = await ana.sees("You told us about an infusion on Sun, Jan 4, 2026. You did not say the hour")
    assert "12:00\N{NO-BREAK SPACE}PM is assumed" in thanks.text
    assert (thanks.message_id, thanks.labels) == (asked.message_id, ())
    asked_team = await chen.sees(f"{code} reports an infusion on Sun, Jan 4, 2026. The hour was not stated")
    assert "12:00\N{NO-BREAK SPACE}PM is assumed" in asked_team.text
    again = await ana.presses_data(asked.button("Yesterday").data or "")
    assert "knows about an infusion on that day already" in (await ana.answered(again)).text


async def test_today_counts_no_later_than_now_and_another_day_is_written(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    await ana.sees("When was your infusion?", after=await ana.says("/infusion"))
    await ana.presses("Another day")
    how = await ana.sees("Please write the day and the hour, like this: /infusion 2026-01-03 15:30")
    assert not how.labels
    assert await count(wire, Infusion) == 0
    await ana.sees("When was your infusion?", after=await ana.says("/infusion"))
    await ana.presses("Today")
    await ana.sees("You told us about an infusion on Mon, Jan 5, 2026. You did not say the hour: 12:00")


NO_TIMES = [
    ("/infusion last week noon", "I could not read that time. Like this: /infusion today 15:30"),
    ("/infusion 2027-01-09 15:30", "That time lies ahead. Please tell us once it took place"),
    ("/infusion tomorrow 10:00", "like this: /infusion today 15:30"),
    ("/infusion tomorow 10:00", "I could not read that time."),
    ("/infusion 2016-01-09 15:30", "Please check the year."),
]


async def test_a_time_that_cannot_be_is_refused_in_one_sentence(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    for typed, answer in NO_TIMES:
        await ana.sees(answer, after=await ana.says(typed))
        assert await count(wire, Infusion) == 0
        assert await count(wire, Note) == 0, "a time that is mistyped is no word to the team"


async def test_own_words_beside_infusion_reach_the_team_with_their_command(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.enrolled(ANA)
    await ana.sees("I could not read that time.", after=await ana.says("/infusion my hand hurts"))
    await ana.sees("Your words are kept")
    assert await notes(wire) == [("text", "/infusion my hand hurts")]
    await ana.says("/infusion today 25:00 I want to kill myself")
    await chen.sees(f"{code} may be in danger")


async def test_pause_and_resume_work_at_once(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    await ana.says("/pause")
    await ana.sees("Paused. I will not ask until you send /resume.")
    await ana.says("/resume")
    await ana.sees("Welcome back. Your daily check-in goes on.")


STANDING = (
    "around the clock",
    "not for emergencies",
    "not a private medical channel",
    "988",
    "/helpnow",
)


async def test_help_says_what_this_is_not(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    for typed in ("/help", "/start", "/help@tidemark_bot"):
        help = await ana.sees("What you can do here", after=await ana.says(typed))
        assert [words for words in STANDING if words not in help.text] == []


async def test_helpnow_gives_numbers_and_pages(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.enrolled(ANA)
    await ana.says("/helpnow")
    await ana.sees("I am a program, not a person.")
    await ana.sees("I have sent a message to whoever is on call.")
    page = await chen.sees(f"{code} may be in danger. Please act now.\nSign: the help command")
    assert page.labels == ("Acknowledge",)
    assert page.protected


async def test_words_of_crisis_beside_a_command_count(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.enrolled(ANA)
    await ana.says("/pause I want to kill myself")
    await ana.sees("I am a program, not a person.")
    await chen.sees(f"{code} may be in danger")


@pytest.mark.parametrize("body", [b'{"ok":true}', b"[]", b"null", b'{"ok":true,"result":{}}', b"<html>"])
async def test_no_answer_to_the_first_words_keeps_the_team_from_being_called(wire: Wire, body: bytes) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.enrolled(ANA)
    await wire.stage.settles()
    wire.telegram.faults.add(Fault("malformed", "sendMessage", chat=ANA, body=body))
    await ana.says("I want to kill myself")
    await chen.sees(f"{code} may be in danger")
    await wire.stage.settles()
    # Twice: whether the first of them arrived was not known.
    assert sum("I am a program, not a person." in message.text for message in ana.received) == 2


async def test_before_consent_nothing_is_kept_but_a_cry_for_help_counts(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.invited(ANA)
    first = ana.last
    await ana.says("who are you?")
    await ana.sees("Do you want to take part?", after=first.message_id)
    await ana.says("/checkin")
    await ana.says("I want to kill myself")
    await chen.sees(f"{code} may be in danger")
    assert await notes(wire) == []


async def test_before_consent_a_cry_for_help_beside_a_command_that_takes_words_counts(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.invited(ANA)
    await ana.says("/infusion I want to kill myself")
    await ana.sees("I have sent a message to whoever is on call.")
    await chen.sees(f"{code} may be in danger")
    assert await notes(wire) == []


async def test_who_declines_is_left_alone_and_may_change_their_mind(wire: Wire) -> None:
    ana, _ = await wire.invited(ANA)
    await ana.presses("I do not agree")
    declined = await ana.sees("Your care stays the same.")
    assert not declined.labels
    await ana.says("what was this?")
    await ana.sees(NEUTRAL)
    await ana.says("/start")
    await ana.sees("Do you want to take part?")
    await ana.presses("I agree")
    await ana.sees("Mood today")
    assert await notes(wire) == []


IN_DANGER = [
    "I want to kill myself",
    "/helpnow",
    "/checkin I want to kill myself",
    "/infusion I want to kill myself",
    "/infusion today I want to kill myself",
]


@pytest.mark.parametrize("typed", IN_DANGER)
async def test_for_who_declined_and_is_in_danger_the_team_is_called_under_their_code(
    wire: Wire, typed: str
) -> None:
    okafor = await wire.staff(CHEN, Role.ON_CALL)
    ana, code = await wire.invited(ANA)
    await ana.presses("I do not agree")
    await ana.sees("Your care stays the same.")
    await ana.says(typed)
    await ana.sees("I am a program, not a person.")
    await ana.sees("I have sent a message to whoever is on call.")
    page = await okafor.sees(f"{code} may be in danger. Please act now.")
    assert page.labels == ("Acknowledge",)
    await okafor.presses("Acknowledge")
    await okafor.sees(f"{code}: taken")
    assert NEUTRAL not in "".join(message.text for message in ana.received)
    assert await notes(wire) == []


async def test_help_promises_no_reader_to_who_has_not_agreed(wire: Wire) -> None:
    await wire.staff(CHEN, Role.ON_CALL)
    ana, _ = await wire.invited(ANA)
    for _ in range(2):
        help = await ana.sees("You do not take part", after=await ana.says("/help"))
        assert "nothing that you write is kept" in help.text
        assert "Nobody reads what you write here." in help.text
        assert "/helpnow shows who to call and alerts whoever is on call" in help.text
        assert "Your team reads" not in help.text
        if "I do not agree" in "".join(label for one in ana.received for label in one.labels):
            await ana.presses("I do not agree")
            await ana.sees("Your care stays the same.")


@pytest.mark.parametrize("on_call", [True, False])
async def test_who_declines_reads_whom_their_danger_reaches(wire: Wire, on_call: bool) -> None:
    await wire.staff(CHEN, Role.ON_CALL if on_call else Role.VIEWER)
    ana, _ = await wire.invited(ANA)
    await ana.presses("I do not agree")
    declined = await ana.sees("Your care stays the same.")
    assert ("/helpnow shows who to call and alerts whoever is on call" in declined.text) is on_call
    assert ("I tell whoever is on call your code" in declined.text) is on_call
    assert ("Nobody at your clinic is on call here now" in declined.text) is not on_call


async def test_who_declined_may_come_in_by_a_fresh_link(wire: Wire) -> None:
    ana, first = await wire.invited(ANA)
    await ana.presses("I do not agree")
    declined = await ana.sees("Your care stays the same.")
    async with wire.house.writing() as session:
        new = await enrol.invite_patient(
            session,
            wire.clinic_id,
            condition=Condition.CRPS,
            measures=(Measure.PAIN,),
            timezone=None,
            now=wire.now,
            dice=random.Random(7),
        )
    await ana.says(f"/start {new.token}")
    await ana.sees("Do you want to take part?", after=declined.message_id)
    await ana.presses("I agree")
    await ana.sees("Pain today, since you woke?")
    async with wire.stage.database.reading() as session:
        rows = await session.execute(select(Patient.code, Patient.status))
        assert {tuple(row) for row in rows} == {(first, "declined"), (new.code, "active")}


async def test_a_half_answered_check_in_keeps_no_dead_buttons(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    asked = ana.last
    await ana.presses("6")
    await ana.sees("Pain today, since you woke?")
    await wire.stage.becomes(day(1, hour=17))
    ended = ana.shown(asked.message_id)
    assert "Mood: 6 (0 worst, 10 best)\nThis check-in is closed." in ended.text
    assert not ended.labels
    assert ana.last.text.startswith("Mood today")


async def test_a_late_press_of_change_says_that_it_is_over_and_takes_the_button_away(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA, measures=(Measure.MOOD,))
    await ana.presses("6")
    summary = await ana.sees("Mood: 6")
    await wire.stage.becomes(day(1, hour=17))
    newer = await ana.sees("Mood today", after=summary.message_id)
    press = await ana.presses("Change", message=summary.message_id)
    assert (await ana.answered(press)).text == "This check-in is over. A newer one is below."
    await wire.stage.settles()
    over = ana.shown(summary.message_id)
    assert "Mood: 6 (0 worst, 10 best)" in over.text
    assert "What you answered counts." in over.text
    assert not over.labels
    assert ana.shown(newer.message_id).labels, "today's is as it was"
    assert await scores(wire) == {"mood": 6}


async def test_a_blocked_bot_is_noticed_and_a_return_is_welcome(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    await ana.blocks()
    await wire.stage.settles()
    async with wire.stage.database.reading() as session:
        assert await session.scalar(select(Patient.status)) == "unreachable"
    await ana.unblocks()
    await ana.sees("Welcome back.")


async def test_the_bot_leaves_a_group_without_a_word(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    group = wire.telegram.group(-100200, title="Family")
    await group.adds_bot(by=ana)
    await wire.stage.settles()
    assert not group.bot_is_member
    assert not [message for message in group.ever if message.from_bot]


async def test_once_a_week_a_summary_says_that_nobody_watches(wire: Wire) -> None:
    ana, _ = await wire.enrolled(ANA)
    for number in range(8):
        await wire.stage.becomes(T0 + timedelta(days=number + 0.3))
        for _ in ("mood", "pain"):
            await ana.presses("5")
            await wire.stage.settles()
    summaries = [message.text for message in ana.received if message.text.startswith("Kept for")]
    said = ["Nobody watches this chat around the clock" in summary for summary in summaries]
    assert said == [True, *[False] * 6, True]
    assert "This chat is not for emergencies." in summaries[0]


async def test_the_first_words_name_the_line_of_the_readers_country_where_that_is_known(wire: Wire) -> None:
    ana = wire.telegram.person(ANA, first_name="Ana", language_code="en-GB")
    await ana.says("I want to kill myself")
    first = await ana.sees("I am a program, not a person.")
    assert "In the UK: call Samaritans, 116 123 (24/7)." in first.text
    other = wire.telegram.person(BRUNO, first_name="Dan", language_code="de")
    await other.says("I want to kill myself")
    first = await other.sees("I am a program, not a person.")
    assert "local emergency number" in first.text
    assert "Germany" not in first.text
