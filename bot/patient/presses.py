"""What a patient's buttons do."""

from collections.abc import Awaitable, Callable

from bot.callbacks import Press
from bot.patient.commands import patient_of
from bot.visit import Visit
from care.message import Action, Toast
from care.messages import infusion as words
from care.red_flags import Sign
from db.access import Caller, NotYours
from flow import alert, enrol, infuse, inquire, items, record


async def consent(visit: Visit, caller: Caller, press: Press) -> None:
    """`I agree` or `I do not agree`."""
    await enrol.decide_consent(visit.session, caller, press.subject, press.value == 1, visit.now)


async def score(visit: Visit, caller: Caller, press: Press) -> Toast:
    """One of the eleven buttons of a check-in."""
    return await record.answer(
        visit.session, caller, press.subject, press.round, press.value, visit.now, message_id=press.message_id
    )


async def change(visit: Visit, caller: Caller, press: Press) -> Toast:
    """The check-in is asked again in the same message."""
    return await record.change(
        visit.session, caller, press.subject, press.round, visit.now, message_id=press.message_id
    )


async def help_now(visit: Visit, caller: Caller, press: Press) -> None:
    """The same as `/helpnow`."""
    await alert.crisis(visit.session, patient_of(caller), "helpnow", visit.now, said_help=False)


async def resume(visit: Visit, caller: Caller, press: Press) -> None:
    """The same as `/resume`."""
    await enrol.resume(visit.session, caller, visit.now)


async def report_infusion(visit: Visit, caller: Caller, press: Press) -> None:
    """The day of an infusion, or how to write another one."""
    if patient_of(caller).patient_id != press.subject:
        raise NotYours
    day = words.reported_day(press.value, press.round)
    if day is None:
        await infuse.explain_when(visit.session, caller, visit.now)
    else:
        await infuse.report_day(visit.session, caller, day, visit.now)


async def inquiry_answer(visit: Visit, caller: Caller, press: Press) -> Toast | None:
    """An answer to a question that decides what a sign means."""
    return await inquire.answer(visit.session, caller, press.subject, press.round, press.value, visit.now)


async def call_me(visit: Visit, caller: Caller, press: Press) -> None:
    """The same as `/callme`."""
    await items.asked_by_patient(visit.session, patient_of(caller), Sign.CALL_ME, visit.now)


async def wearing_off(visit: Visit, caller: Caller, press: Press) -> None:
    """The same as `/wearingoff`."""
    await items.asked_by_patient(visit.session, patient_of(caller), Sign.WEARING_OFF, visit.now)


PRESSES: dict[Action, Callable[[Visit, Caller, Press], Awaitable[Toast | None]]] = {
    Action.CONSENT: consent,
    Action.SCORE: score,
    Action.CHANGE: change,
    Action.HELP_NOW: help_now,
    Action.RESUME: resume,
    Action.REPORT_INFUSION: report_infusion,
    Action.INQUIRY_ANSWER: inquiry_answer,
    Action.CALL_ME: call_me,
    Action.WEARING_OFF: wearing_off,
}
