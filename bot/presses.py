"""A pressed button: opened, checked against who presses, and handed to the function that does it."""

from dataclasses import replace

from telegram import CallbackQuery, Update

from bot import clinician, patient
from bot.callbacks import Press, opened
from bot.visit import Visit
from care.errors import Refused
from care.message import Toast
from db.access import Caller, NotYours
from db.engine import sealer_of

DOES = {**patient.PRESSES, **clinician.PRESSES}
NOT_VALID = Toast(words="press-not-valid")


async def pressed(update: Update, visit: Visit) -> None:
    """Does what the button says. A forged press reads nothing and changes nothing."""
    query = update.callback_query
    if query is None or visit.caller is None:
        visit.answer_stranger()
        return
    press = _press_of(query, visit)
    toast = NOT_VALID if press is None else await _done(visit, visit.caller, press)
    if toast is not None:
        visit.answer(toast)


def _press_of(query: CallbackQuery, visit: Visit) -> Press | None:
    press = opened(query.data or "", sealer_of(visit.session), visit.chat.chat_id)
    if press is None or query.from_user.id != visit.chat.chat_id:
        return None
    return replace(press, message_id=query.message.message_id if query.message else None)


async def _done(visit: Visit, caller: Caller, press: Press) -> Toast | None:
    # What is refused leaves through `bot/handle`, which undoes the whole visit and says why.
    try:
        return await DOES[press.action](visit, caller, press)
    except NotYours as refused:
        raise Refused(NOT_VALID.words) from refused
