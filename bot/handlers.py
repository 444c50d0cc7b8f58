"""Which of our functions answers which update: commands and words by who is speaking, presses by what they do."""

from telegram import Chat, ChatMember, Update
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, MessageHandler, filters

from bot import clinician, patient
from bot.commands import Command, Typed, typed_in
from bot.presses import pressed
from bot.replies import done_or_refused, reply_words
from bot.visit import House, Visit
from db.access import Caller
from flow import enrol, settle

PRIVATE = filters.ChatType.PRIVATE
COMMANDS = PRIVATE & filters.UpdateType.MESSAGE & filters.COMMAND
WORDS = PRIVATE & filters.UpdateType.MESSAGES & ~filters.StatusUpdate.ALL
GONE = {ChatMember.LEFT, ChatMember.BANNED}


def add_handlers(application: House) -> None:
    """Puts all handlers into the application; the first that fits an update answers it."""
    application.add_handler(ChatMemberHandler(standing_changed, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(CallbackQueryHandler(pressed))
    application.add_handler(MessageHandler(COMMANDS, commanded))
    application.add_handler(MessageHandler(WORDS, said))
    application.add_handler(MessageHandler(~PRIVATE, overheard))


async def standing_changed(update: Update, visit: Visit) -> None:
    """Somebody blocked or unblocked the bot, or put it into a group, which it leaves."""
    change = update.my_chat_member
    if change is None:
        return
    gone = change.new_chat_member.status in GONE
    if change.chat.type != Chat.PRIVATE:
        if not gone:
            visit.leave_chat(change.chat.id)
    elif visit.caller is not None:
        settled = settle.blocked if gone else settle.came_back
        await settled(visit.session, visit.caller.person_id, visit.now)


async def commanded(update: Update, visit: Visit) -> None:
    """A command: `/start TOKEN` for anybody, the rest by who is speaking."""
    message = update.effective_message
    if message is None:
        return
    typed = typed_in(message.text or "", message.message_id)
    if typed.token is not None:
        if not await enrol.redeem(visit.session, typed.token, visit.chat, visit.now):
            visit.answer_stranger()
    elif visit.caller is None:
        visit.answer_stranger()
    else:
        await _answered(visit, visit.caller, typed)


async def said(update: Update, visit: Visit) -> None:
    """Anything else than a command. A patient's own words are kept for the team."""
    message = update.effective_message
    if message is None:
        return
    if visit.caller is None:
        visit.answer_stranger()
    elif visit.caller.patient is not None:
        await patient.said(visit, visit.caller, message, edited=update.edited_message is not None)
    elif update.edited_message is None:
        await reply_words(visit, visit.caller, "only-commands")


async def overheard(update: Update, visit: Visit) -> None:
    """Something in a group or channel: nothing is said there, and the bot leaves."""
    visit.leave_chat(visit.chat.chat_id)


async def _answered(visit: Visit, caller: Caller, typed: Typed) -> None:
    command = _command_of(caller, typed.name)
    if command is None:
        await reply_words(visit, caller, "unknown-command")
        await patient.said_beside(visit, caller, typed)
        return
    refused = await done_or_refused(visit, command(visit, caller, typed))
    if refused is not None:
        await reply_words(visit, caller, refused.words, **refused.values)
    if refused is not None or not patient.takes_words(caller, typed.name):
        await patient.said_beside(visit, caller, typed)


def _command_of(caller: Caller, name: str) -> Command | None:
    command = clinician.COMMANDS.get(name) if caller.staff is not None else None
    if command is None and caller.patient is not None:
        command = patient.COMMANDS.get(name)
    return command
