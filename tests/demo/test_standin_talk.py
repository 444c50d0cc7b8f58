"""What people do on their phones reaches the bot, and what the bot does shows on their phones."""

import asyncio

import pytest
from telegram import InputMediaDocument, InputMediaPhoto, ReplyParameters
from telegram.error import BadRequest, Forbidden

from demo.telegram import Change, NotSeen, StandIn
from demo.telegram.people import SMALLEST_PNG
from tests.days import T0, day
from tests.demo.wired import buttons, wired


async def test_ana_starts_the_bot_and_reads_its_answer() -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001, first_name="Ana", username="ana")
        written = await ana.opens_link("https://t.me/tidemark_bot?start=abc-1_Z")
        (update,) = await bot.get_updates(timeout=2)
        assert update.message is not None
        assert update.message.text == "/start abc-1_Z"
        assert update.message.parse_entities(["bot_command"]) == {update.message.entities[0]: "/start"}
        assert update.effective_user is not None
        assert (update.effective_user.full_name, update.effective_user.username) == ("Ana", "ana")

        sent = await bot.send_message(
            1001,
            "<b>Hello</b> 🎉 &lt;Ana&gt;",
            parse_mode="HTML",
            protect_content=True,
            disable_notification=True,
            reply_parameters=ReplyParameters(written),
        )
        assert sent.text_html == "<b>Hello</b> 🎉 &lt;Ana&gt;"
        assert sent.reply_to_message is not None
        assert sent.has_protected_content
        seen = await ana.sees("Hello")
        assert (seen.text, seen.reply_to, seen.protected, seen.silent) == (
            "Hello 🎉 <Ana>",
            written,
            True,
            True,
        )
        assert [message.from_bot for message in ana.messages] == [False, True]


@pytest.mark.parametrize("payload", ["two words", "x" * 65, "crème", "a.b"])
async def test_a_link_whose_payload_telegram_does_not_hand_on_is_refused(payload: str) -> None:
    ana = StandIn().person(1001)
    with pytest.raises(ValueError, match="does not hand on"):
        await ana.opens_link(f"https://t.me/tidemark_bot?start={payload}")
    with pytest.raises(ValueError, match="not a link to this bot"):
        await ana.opens_link("https://t.me/another_bot?start=abc")


async def test_a_press_reaches_the_bot_and_its_answer_and_edit_reach_the_phone() -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        asked = await bot.send_message(1001, "Mood?", reply_markup=buttons("0 1 2 3", "4 5 6"))
        assert ana.last.buttons == (("0", "1", "2", "3"), ("4", "5", "6"))
        query_id = await ana.presses("6")
        (update,) = await bot.get_updates(timeout=2)
        query = update.callback_query
        assert query is not None
        assert (query.id, query.data, query.from_user.id) == (query_id, "6", 1001)
        await query.answer("Kept", show_alert=True)
        await query.edit_message_text("Mood: 6", reply_markup=buttons("Change"))
        alert = await ana.answered(query_id)
        assert (alert.text, alert.show_alert) == ("Kept", True)
        shown = await ana.sees_button("Change")
        assert shown.message_id == asked.message_id
        assert (shown.text, shown.edited, shown.versions) == ("Mood: 6", True, ("Mood?", "Mood: 6"))
        with pytest.raises(LookupError, match="no button '6'"):
            await ana.presses("6")
        with pytest.raises(BadRequest, match="Query is too old"):
            await query.answer()


async def test_a_double_tap_is_two_presses_and_a_forged_press_carries_any_data() -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        await bot.send_message(1001, "Mood?", reply_markup=buttons("6"))
        await ana.presses("6", times=2)
        await ana.presses_data("somebody else's button")
        updates = await bot.get_updates(timeout=2)
        assert [u.callback_query.data for u in updates if u.callback_query] == [
            "6",
            "6",
            "somebody else's button",
        ]
        assert len({u.callback_query.id for u in updates if u.callback_query}) == 3


async def test_edited_words_photos_files_voice_and_anything_else_arrive() -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        words = await ana.says("feeling bad")
        await ana.edits(words, "feeling better")
        await ana.sends_photo(caption="my chart")
        await ana.sends_document(b"%PDF", name="letter.pdf")
        await ana.sends_voice(seconds=4)
        await ana.sends(location={"latitude": 1.0, "longitude": 2.0})
        got = await bot.get_updates(timeout=2)
        assert got[1].edited_message is not None
        assert got[1].edited_message.text == "feeling better"
        photo, letter, voice, place = (update.message for update in got[2:])
        assert photo is not None
        assert (photo.caption, len(photo.photo)) == ("my chart", 1)
        assert letter is not None
        assert letter.document is not None
        assert bytes(await (await letter.document.get_file()).download_as_bytearray()) == b"%PDF"
        assert voice is not None
        assert voice.voice is not None
        assert place is not None
        assert place.location is not None


async def test_photos_files_and_albums_show_with_their_bytes() -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        photo = await bot.send_photo(1001, SMALLEST_PNG, caption="<i>Your</i> chart", parse_mode="HTML")
        assert (photo.photo[0].width, photo.photo[0].file_size) == (1, len(SMALLEST_PNG))
        assert (ana.last.is_photo, ana.last.text, ana.last.file_bytes) == (True, "Your chart", SMALLEST_PNG)
        await bot.send_photo(1001, photo.photo[0].file_id)
        assert ana.last.file_bytes == SMALLEST_PNG
        await bot.send_document(1001, b"day,mood\n", filename="mine.csv")
        assert (ana.last.is_document, ana.last.file_name, ana.last.file_bytes) == (
            True,
            "mine.csv",
            b"day,mood\n",
        )
        album = await bot.send_media_group(1001, [InputMediaPhoto(SMALLEST_PNG), InputMediaDocument(b"x")])
        assert {message.media_group_id for message in album} == {ana.last.media_group_id}
        await bot.edit_message_caption(1001, photo.message_id, caption="New words")
        await bot.edit_message_media(InputMediaPhoto(SMALLEST_PNG, caption="Newer"), 1001, photo.message_id)
        assert ana.shown(photo.message_id).versions == ("Your chart", "New words", "Newer")


async def test_a_deleted_message_is_gone_from_the_phone_but_not_from_the_record() -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        one = await bot.send_message(1001, "One")
        two = await bot.send_message(1001, "Two", reply_markup=buttons("6"))
        await bot.edit_message_reply_markup(1001, two.message_id)
        assert ana.last.labels == ()
        assert await bot.delete_message(1001, one.message_id)
        assert await bot.delete_messages(1001, [two.message_id, 999])
        assert ana.received == ()
        assert [message.text for message in ana.ever] == ["One", "Two"]
        assert [message.text for message in telegram.sent] == ["One", "Two"]


async def test_nobody_is_written_to_who_did_not_start_or_who_blocked() -> None:
    async with wired() as (telegram, bot):
        bruno = telegram.person(1002, first_name="Bruno")
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(1002, "Hello")
        await bruno.says("/start")
        await bruno.blocks()
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(1002, "Hello")
        with pytest.raises(RuntimeError, match="unblock"):
            await bruno.says("Hello?")
        await bruno.unblocks()
        await bot.send_message(1002, "Welcome back")
        changes = [u.my_chat_member for u in await bot.get_updates(timeout=2) if u.my_chat_member]
        assert [change.new_chat_member.status for change in changes] == ["kicked", "member"]


async def test_a_group_adds_the_bot_and_the_bot_leaves() -> None:
    async with wired() as (telegram, bot):
        ana, family = telegram.person(1001), telegram.group(-1005, title="Family")
        await family.adds_bot(by=ana)
        await ana.says("/chart", in_chat=family)
        added, words = await bot.get_updates(timeout=2)
        assert added.my_chat_member is not None
        assert added.my_chat_member.new_chat_member.status == "member"
        assert words.effective_chat is not None
        assert (words.effective_chat.type, words.effective_chat.title) == ("supergroup", "Family")
        await bot.send_message(-1005, "Only in private, please.")
        assert family.last.text == "Only in private, please."
        assert (await bot.get_chat_member(-1005, 1001)).status == "member"
        assert await bot.leave_chat(-1005)
        assert not family.bot_is_member
        with pytest.raises(Forbidden, match="bot was kicked"):
            await bot.send_message(-1005, "Again")
        with pytest.raises(Forbidden, match="can't initiate"):
            await bot.send_message(1001, "In private")


async def test_waiting_ends_when_the_message_comes_and_tells_what_is_shown_when_it_does_not() -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        waiting = asyncio.create_task(ana.sees("Pain"))
        await bot.send_message(1001, "Mood?")
        await bot.send_message(1001, "Pain?")
        assert (await waiting).text == "Pain?"
        with pytest.raises(NotSeen, match=r"(?s)the text 'Pain'.*2: 'Pain\?'"):
            await ana.sees("Pain", within=0.01, after=2)


async def test_watchers_hear_of_every_act_and_the_dates_are_the_ones_handed_in() -> None:
    async with wired(now=lambda: T0) as (telegram, bot):
        ana = telegram.person(1001)
        heard: list[Change] = []
        stop = telegram.on_change(heard.append)
        await ana.says("Hello")
        sent = await bot.send_message(1001, "Mood?")
        assert sent.date == T0
        telegram.now = lambda: day(1)
        edited = await bot.edit_message_text("Pain?", 1001, 2)
        await bot.send_chat_action(1001, "typing")
        stop()
        await bot.delete_message(1001, 2)
        assert not isinstance(edited, bool)
        assert edited.edit_date == day(1)
        assert [(change.kind, change.message_id) for change in heard] == [
            ("update", None),
            ("message", 2),
            ("edit", 2),
            ("typing", None),
        ]
        assert ana.typing == 1


async def test_only_the_newest_messages_are_kept_where_memory_is_bounded() -> None:
    async with wired(remember=3) as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        for number in range(5):
            await bot.send_document(1001, b"x", filename=f"{number}.txt")
        assert [message.file_name for message in ana.ever] == ["2.txt", "3.txt", "4.txt"]
        assert len(telegram.cloud.files) == 3
