"""A patient's own words, and whatever else is sent: all of it is kept for the team, none of it downloaded."""

from dataclasses import replace

from telegram import Message

from bot.commands import Typed
from bot.patient.coming_in import ask_consent, is_enrolled
from bot.patient.commands import TAKES_WORDS
from bot.visit import Visit, storable
from care import safety
from care.patient import PatientStatus
from care.when import is_meant_as_time
from db.access import Caller
from flow import alert, record

WORDLESS = ("photo", "voice", "video", "video_note", "audio", "sticker", "animation", "document")


async def said(visit: Visit, caller: Caller, message: Message, *, edited: bool) -> None:
    """Keeps what was said. Of who has not agreed nothing is kept, but words of crisis always call the team."""
    text = message.text or message.caption or ""
    in_album = message.media_group_id is not None
    await _heard(visit, caller, _kind_of(message, edited), text, message.message_id, in_album=in_album)


async def said_beside(visit: Visit, caller: Caller, typed: Typed) -> None:
    """Keeps the words that stand beside a command, if a patient wrote any.

    A time beside a command that takes one is no word to anybody: whoever mistyped it has read how it is written.
    """
    if typed.name in TAKES_WORDS:
        if is_meant_as_time(typed.rest):
            return
        typed = replace(typed, rest=f"/{typed.name} {typed.rest}")
    if typed.rest and caller.patient is not None:
        beside_call = typed.name == "helpnow"
        await _heard(visit, caller, "text", typed.rest, typed.message_id, beside_call=beside_call)


async def _heard(
    visit: Visit,
    caller: Caller,
    kind: str,
    text: str,
    message_id: int,
    *,
    in_album: bool = False,
    beside_call: bool = False,
) -> None:
    patient = caller.patient
    if patient is None:
        return
    said_help = visit.first_words_said(caller.chat_id, message_id)
    words = storable(text)
    if is_enrolled(caller):
        await record.keep_note(
            visit.session,
            caller,
            kind,
            words,
            visit.now,
            said_help=said_help,
            in_album=in_album,
            beside_call=beside_call,
        )
    elif (said_help and not beside_call) or safety.words_of_crisis(words):
        await alert.crisis(visit.session, patient, "text", visit.now, said_help=said_help)
    elif patient.status is PatientStatus.DECLINED:
        visit.answer_stranger()
    else:
        await ask_consent(visit, caller)


def _kind_of(message: Message, edited: bool) -> str:
    if edited:
        return "edit"
    if message.text is not None:
        return "text"
    if message.caption is not None:
        return "caption"
    return next((kind for kind in WORDLESS if getattr(message, kind, None)), "other")
