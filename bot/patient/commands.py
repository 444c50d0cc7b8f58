"""What a patient may type."""

from bot.commands import Command, Typed
from bot.patient.coming_in import ask_consent, is_enrolled
from bot.replies import reply
from bot.visit import Visit
from care.errors import Refused
from care.infusion import LiesAhead
from care.messages import help as words
from care.red_flags import Sign
from care.when import moment_of
from db import clinics
from db.access import Caller, NotYours, PatientRef
from flow import alert, duty, enrol, infuse, items, remind

WHEN_EXAMPLE = "/infusion today 15:30"


async def start(visit: Visit, caller: Caller, typed: Typed) -> None:
    """Where everything is; the consent question for who has not answered it yet."""
    if is_enrolled(caller):
        await help(visit, caller, typed)
    else:
        await ask_consent(visit, caller)


async def checkin(visit: Visit, caller: Caller, typed: Typed) -> None:
    """Today's check-in as a new message."""
    await remind.open_today(visit.session, caller, visit.now)


async def infusion(visit: Visit, caller: Caller, typed: Typed) -> None:
    """A report that waits for the clinic's confirmation. Without a time it is asked for, and nothing is kept yet."""
    if not typed.rest:
        await infuse.ask_when(visit.session, caller, visit.now)
        return
    at = moment_of(typed.rest, visit.now, patient_of(caller).timezone, WHEN_EXAMPLE)
    try:
        await infuse.report(visit.session, caller, at, visit.now)
    except LiesAhead as refused:
        raise Refused("refused-report-future", example=WHEN_EXAMPLE) from refused


async def pause(visit: Visit, caller: Caller, typed: Typed) -> None:
    """No questions until `/resume`."""
    await enrol.pause(visit.session, caller, visit.now)


async def resume(visit: Visit, caller: Caller, typed: Typed) -> None:
    """The questions go on."""
    await enrol.resume(visit.session, caller, visit.now)


async def helpnow(visit: Visit, caller: Caller, typed: Typed) -> None:
    """Somebody needs help now: words at once, and a page to whoever is on call."""
    said_help = visit.first_words_said(caller.chat_id, typed.message_id)
    await alert.crisis(visit.session, patient_of(caller), "helpnow", visit.now, said_help=said_help)


async def callme(visit: Visit, caller: Caller, typed: Typed) -> None:
    """Asks for a call: for the team, and no emergency."""
    await items.asked_by_patient(visit.session, patient_of(caller), Sign.CALL_ME, visit.now)


async def wearingoff(visit: Visit, caller: Caller, typed: Typed) -> None:
    """Says that the benefit is wearing off."""
    await items.asked_by_patient(visit.session, patient_of(caller), Sign.WEARING_OFF, visit.now)


async def help(visit: Visit, caller: Caller, typed: Typed) -> None:
    """What can be done here, and what this is not."""
    clinic = await clinics.clinic_of(visit.session, patient_of(caller).clinic_id)
    standing = await duty.of_clinic(visit.session, clinic, visit.now)
    if is_enrolled(caller):
        said = words.patient_help(patient_of(caller).patient_id, clinic.emergency_text, standing)
    else:
        said = words.help_without_consent(clinic.emergency_text, standing)
    await reply(visit, caller, said)


def patient_of(caller: Caller) -> PatientRef:
    """The caller as a patient. Raises NotYours for anybody else."""
    if caller.patient is None:
        raise NotYours
    return caller.patient


def enrolled_only(command: Command) -> Command:
    """The command for who has agreed; anybody else is asked first."""

    async def asked_first(visit: Visit, caller: Caller, typed: Typed) -> None:
        if is_enrolled(caller):
            await command(visit, caller, typed)
        else:
            await ask_consent(visit, caller)

    return asked_first


COMMANDS: dict[str, Command] = {
    "start": start,
    "checkin": enrolled_only(checkin),
    "infusion": enrolled_only(infusion),
    "pause": enrolled_only(pause),
    "resume": enrolled_only(resume),
    "helpnow": helpnow,
    "callme": enrolled_only(callme),
    "wearingoff": enrolled_only(wearingoff),
    "help": help,
}

TAKES_WORDS = frozenset({"infusion"})
"""Commands whose other words are part of them; those after any other command are the patient's own."""


def takes_words(caller: Caller, name: str) -> bool:
    """Whether the command has read the words beside it: to a patient who has not agreed it only puts the question."""
    return name in TAKES_WORDS and (caller.staff is not None or is_enrolled(caller))
