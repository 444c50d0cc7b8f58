"""What a member of staff may type."""

from bot.clinician.invite import invite
from bot.commands import Command, Typed
from bot.replies import reply
from bot.visit import Visit
from care.errors import Refused
from care.message import Kind, Message
from care.messages import help as help_words
from care.messages import infusion as infusion_words
from care.when import moment_of
from db import outbox
from db.access import Caller, NotYours, PatientRef, StaffRef, patient_to_change
from flow import infuse, infused, look, on_call, report

CODE_EXAMPLE = "/patient K7F3Q"
INFUSION_EXAMPLE = "/infusion K7F3Q today 15:30"


async def help(visit: Visit, caller: Caller, typed: Typed) -> None:
    """What this role can do here."""
    await reply(visit, caller, help_words.staff_help(staff_of(caller).role))


async def caseload(visit: Visit, caller: Caller, typed: Typed) -> None:
    """All patients of the clinic."""
    await reply(visit, caller, await look.caseload_message(visit.session, caller, visit.now))


async def patient(visit: Visit, caller: Caller, typed: Typed) -> None:
    """One patient by code."""
    code = _code_in(typed.rest, CODE_EXAMPLE)[0]
    await reply(visit, caller, await look.card_message(visit.session, caller, code, visit.now))


async def infusion(visit: Visit, caller: Caller, typed: Typed) -> None:
    """Records an infusion; one whose time lies ahead is a plan."""
    code, when = _code_in(typed.rest, INFUSION_EXAMPLE)
    whose = await patient_to_change(visit.session, caller, code)
    at = moment_of(when, visit.now, whose.timezone, f"/infusion {whose.code} today 15:30")
    planned = at > visit.now
    record = await infuse.add(
        visit.session,
        whose,
        at if at != visit.now else None,
        planned=planned,
        dose_mg_per_kg=None,
        minutes=None,
        route=None,
        by=caller.person_id,
        now=visit.now,
    )
    slot = infused.slot_of(record.infusion_id)
    said = _said_of(record, whose, planned)
    await outbox.post(visit.session, caller.person_id, Kind.REPLY, said, visit.now, slot=slot)


async def flags(visit: Visit, caller: Caller, typed: Typed) -> None:
    """The open flags."""
    await reply(visit, caller, await look.flags_message(visit.session, caller, visit.now))


async def digest(visit: Visit, caller: Caller, typed: Typed) -> None:
    """The digest as it stands now."""
    clinic_id = staff_of(caller).clinic_id
    await reply(visit, caller, await report.digest_message(visit.session, clinic_id, visit.now))


async def oncall(visit: Visit, caller: Caller, typed: Typed) -> None:
    """Who is paged now, who is called next, and when that changes."""
    await on_call.show(visit.session, caller, visit.now)


def staff_of(caller: Caller) -> StaffRef:
    """The caller as a member of staff. Raises NotYours for anybody else."""
    if caller.staff is None:
        raise NotYours
    return caller.staff


def _said_of(record: infuse.Record, whose: PatientRef, planned: bool) -> Message:
    day, hour = infused.when_of(record.at, whose)
    if record.outcome is infuse.Outcome.ALREADY:
        return infusion_words.recorded_already(record.infusion_id, whose.code, day, hour, planned)
    if record.outcome is infuse.Outcome.CHANGED and record.before is not None:
        _, hour_before = infused.when_of(record.before, whose)
        return infusion_words.changed(record.infusion_id, whose.code, day, hour, hour_before, planned)
    return infusion_words.recorded(record.infusion_id, whose.code, day, hour, planned)


def _code_in(rest: str, example: str) -> tuple[str, str]:
    code, _, more = rest.partition(" ")
    if not code:
        raise Refused("refused-which-code", example=example)
    return code, more


COMMANDS: dict[str, Command] = {
    "start": help,
    "help": help,
    "caseload": caseload,
    "patient": patient,
    "infusion": infusion,
    "invite": invite,
    "flags": flags,
    "digest": digest,
    "oncall": oncall,
}
