"""Infusions: planned, given, reported by the patient, confirmed by the team; one a local day, whoever tells of it.

Every verb holds the patient's row, looks at what stands on that day, and brings it on: what is told twice converges.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.errors import Refused
from care.infusion import LiesAhead, check_date, check_dose
from care.message import Kind, Toast
from care.messages import infusion as words
from care.patient import Role
from db import clinics, infusions, outbox, patients
from db.access import Caller, NotYours, PatientRef, infusion_for
from db.tables import Infusion
from db.types import new_id
from flow import infused

NOON = time(12)
SHOWN = {words.SHOWN_AS_PLANNED: infusions.PLANNED, words.SHOWN_AS_GIVEN: infusions.GIVEN}
"""The status that a `Take back` button carries."""


class Outcome(StrEnum):
    """What a record did to its day."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    """A plan or a patient's report became the given one."""
    CHANGED = "changed"
    ALREADY = "already"


@dataclass(frozen=True)
class Record:
    """The infusion that stands on the day now. `before`: the time that stood there until now, if it was another."""

    infusion_id: UUID
    at: datetime
    outcome: Outcome
    before: datetime | None = None


@dataclass(frozen=True)
class _Told:
    """What somebody states of an infusion. `details`: dose, minutes, route, as far as they are stated."""

    at: datetime
    details: dict[str, float | int | str]
    by: UUID | None


async def add(
    session: AsyncSession,
    patient: PatientRef,
    at: datetime | None,
    *,
    planned: bool,
    dose_mg_per_kg: float | None,
    minutes: int | None,
    route: str | None,
    by: UUID | None,
    now: datetime,
) -> Record:
    """Records an infusion, or plans one. Raises Refused for what cannot be meant, and for a plan on a day that has one.

    `at`: with an offset; None is just now, and does not move a given one of today. A given one confirms the plan or
    report of its day; where the day has a given one it is the same one, with the time and dose that are stated last.
    """
    held = await patients.hold(session, patient.patient_id)
    stated = {"dose_mg_per_kg": dose_mg_per_kg, "minutes": minutes, "route": route}
    told = _Told(at or now, {name: value for name, value in stated.items() if value is not None}, by)
    check_date(patient.code, told.at, planned=planned, invited_at=held.created_at, now=now)
    check_dose(dose_mg_per_kg, minutes)
    stands = await infusions.of_day(session, patient.patient_id, infused.day_of(told.at, patient))
    if stands is None:
        return await _first(session, patient, told, now, planned=planned)
    if planned:
        return await _plan_again(session, patient, stands, told, now)
    if stands.status in infusions.WAITING:
        return await _confirm_as_told(session, patient, stands, told, now)
    if at is None:
        return _record_of(stands, Outcome.ALREADY, stands.at)
    return await _correct(session, patient, stands, told, now)


async def confirm(session: AsyncSession, caller: Caller, infusion_id: UUID, now: datetime) -> Toast:
    """`Given`: a planned or reported infusion took place."""
    infusion, patient = await _held(session, caller, infusion_id)
    if infusion.status not in infusions.WAITING:
        return Toast(words="infusion-toast-already")
    at = min(infusion.at, now)
    day = infused.day_of(at, patient)
    if day != infusion.local_date and await infusions.of_day(session, patient.patient_id, day) is not None:
        raise LiesAhead(patient.code)
    await infused.becomes_given(session, patient, infusion, at, caller.person_id, now)
    await infused.lets_it_be_taken_back(session, patient, infusion, caller.person_id, now)
    return Toast(words="infusion-toast-given")


async def refuse_report(session: AsyncSession, caller: Caller, infusion_id: UUID, now: datetime) -> Toast:
    """`Not given`: the plan or the report does not count; a plan that lies ahead behind the report still does."""
    infusion, patient = await _held(session, caller, infusion_id)
    if infusion.status not in infusions.WAITING:
        return Toast(words="infusion-toast-already")
    if infusion.planned_at is not None and infusion.planned_at > now:
        await infused.is_planned_again(session, patient, infusion, infusion.planned_at, caller.person_id, now)
    else:
        await infused.becomes_void(session, patient, infusion, caller.person_id, now)
    return Toast(words="infusion-toast-not-given")


async def take_back(
    session: AsyncSession, caller: Caller, infusion_id: UUID, shown: int, now: datetime
) -> Toast:
    """`Take back`: it was recorded or planned by mistake. What was planned for a time that lies ahead is planned again.

    `shown`: as what it stood above the button. What has become another since is shown as it is now, and stays.
    """
    infusion, patient = await _held(session, caller, infusion_id)
    if infusion.status == infusions.VOID:
        return Toast(words="infusion-toast-already")
    if infusion.status != SHOWN.get(shown):
        await infused.show_as_it_stands(session, patient, infusion, now)
        return Toast(words=f"infusion-toast-now-{infusion.status}")
    plan_at = infusion.planned_at if infusion.status == infusions.GIVEN else None
    was_told = infused.is_todays(patient, infusion, now)
    await infused.is_taken_back(session, patient, infusion, caller.person_id, now)
    planned = None
    if plan_at is not None and plan_at > now:
        planned = await _plan_once_more(session, patient, infusion, plan_at, caller.person_id, now)
    await infused.frees_its_day(session, patient, infusion, planned, now, was_told=was_told)
    return Toast(words="infusion-toast-taken-back")


async def report(
    session: AsyncSession,
    caller: Caller,
    at: datetime,
    now: datetime,
    *,
    slot: str | None = None,
    hour_stated: bool = True,
) -> None:
    """A patient's own report waits for the team's `Given`; it takes the place of a plan of that day.

    `slot`: where the patient was asked; the thanks take its place. `hour_stated`: False where only the day was tapped,
    and the hour in `at` is assumed; both the patient and the team read so.
    """
    patient = _own(caller)
    held = await patients.hold(session, patient.patient_id)
    check_date(patient.code, at, planned=False, invited_at=held.created_at, now=now)
    infusion = await infusions.of_day(session, patient.patient_id, infused.day_of(at, patient))
    if infusion is None:
        infusion = _new(session, patient, at, caller.person_id, now)
    elif infusion.status == infusions.PLANNED:
        infusion.planned_at, infusion.at = infusion.at, at
    else:
        raise Refused("refused-infusion-known")
    infusion.status = infusions.REPORTED
    await session.flush()
    await infused.note(session, "infusion-reported", patient, infusion, caller.person_id, now)
    await infused.lies_ahead(session, patient, infusion, now)
    thanks = words.report_thanks(*infused.when_of(infusion.at, patient), hour_stated=hour_stated)
    await outbox.post(session, caller.person_id, Kind.REPLY, thanks, now, slot=slot, edit=slot is not None)
    await _ask_the_team(session, patient, infusion, now, hour_stated=hour_stated)


async def ask_when(session: AsyncSession, caller: Caller, now: datetime) -> None:
    """Asks a patient who would report an infusion when it was; nothing counts before."""
    patient = _own(caller)
    question = words.ask_when(patient.patient_id, infused.day_of(now, patient))
    await outbox.post(session, caller.person_id, Kind.REPLY, question, now, slot=_asked_slot(patient))


async def explain_when(session: AsyncSession, caller: Caller, now: datetime) -> None:
    """Tells a patient how another day is written, in the place of the question."""
    patient = _own(caller)
    how = words.how_to_write_when(infused.day_of(now, patient))
    await outbox.post(session, caller.person_id, Kind.REPLY, how, now, slot=_asked_slot(patient), edit=True)


async def report_day(session: AsyncSession, caller: Caller, day: date, now: datetime) -> None:
    """A patient's report of a day without an hour counts for noon, or for now where that comes earlier."""
    patient = _own(caller)
    noon = schedule.due_moment(day, NOON, patient.timezone)
    await report(session, caller, min(noon, now), now, slot=_asked_slot(patient), hour_stated=False)


async def _first(
    session: AsyncSession, patient: PatientRef, told: _Told, now: datetime, *, planned: bool
) -> Record:
    infusion = _new(session, patient, told.at, told.by, now)
    infusion.status = infusions.PLANNED if planned else infusions.GIVEN
    _keep_details(infusion, told)
    await session.flush()
    await infused.note(session, f"infusion-{infusion.status}", patient, infusion, told.by, now)
    if planned:
        await infused.lies_ahead(session, patient, infusion, now)
    else:
        await infused.begins_a_cycle(session, patient, infusion, now)
    return _record_of(infusion, Outcome.RECORDED, infusion.at)


async def _plan_again(
    session: AsyncSession, patient: PatientRef, stands: Infusion, told: _Told, now: datetime
) -> Record:
    if stands.status != infusions.PLANNED:
        day, hour = infused.when_of(stands.at, patient)
        refused = "refused-plan-given" if stands.status == infusions.GIVEN else "refused-plan-reported"
        raise Refused(refused, code=patient.code, day=day, hour=hour)
    before = stands.at
    if not _keep_details(stands, told) and before == told.at:
        return _record_of(stands, Outcome.ALREADY, before)
    stands.at = told.at
    await session.flush()
    await infused.note(session, "infusion-planned", patient, stands, told.by, now)
    await infused.lies_ahead(session, patient, stands, now)
    return _record_of(stands, Outcome.CHANGED, before)


async def _confirm_as_told(
    session: AsyncSession, patient: PatientRef, stands: Infusion, told: _Told, now: datetime
) -> Record:
    before = stands.at
    _keep_details(stands, told)
    await infused.becomes_given(session, patient, stands, told.at, told.by, now)
    return _record_of(stands, Outcome.CONFIRMED, before)


async def _correct(
    session: AsyncSession, patient: PatientRef, stands: Infusion, told: _Told, now: datetime
) -> Record:
    before = stands.at
    if not _keep_details(stands, told) and before == told.at:
        return _record_of(stands, Outcome.ALREADY, before)
    stands.at = told.at
    await session.flush()
    await infused.note(session, "infusion-changed", patient, stands, told.by, now)
    await infused.outdates_the_forecast(session, patient, stands, now)
    if before != told.at:
        await infused.show_as_it_stands(session, patient, stands, now)
    return _record_of(stands, Outcome.CHANGED, before)


async def _plan_once_more(
    session: AsyncSession, patient: PatientRef, instead: Infusion, at: datetime, by: UUID, now: datetime
) -> Infusion | None:
    if await infusions.of_day(session, patient.patient_id, infused.day_of(at, patient)) is not None:
        return None
    plan = _new(session, patient, at, by, now)
    plan.status = infusions.PLANNED
    plan.dose_mg_per_kg, plan.minutes, plan.route = instead.dose_mg_per_kg, instead.minutes, instead.route
    await session.flush()
    await infused.note(session, "infusion-planned", patient, plan, by, now)
    await infused.lies_ahead(session, patient, plan, now)
    return plan


def _own(caller: Caller) -> PatientRef:
    if caller.patient is None:
        raise NotYours
    return caller.patient


def _asked_slot(patient: PatientRef) -> str:
    return f"infusion-when:{patient.patient_id}"


async def _ask_the_team(
    session: AsyncSession, patient: PatientRef, infusion: Infusion, now: datetime, *, hour_stated: bool
) -> None:
    when, slot = infused.when_of(infusion.at, patient), infused.slot_of(infusion.id)
    question = words.reported(infusion.id, patient.code, *when, hour_stated=hour_stated)
    for colleague in await clinics.staff_of(session, patient.clinic_id, Role.CLINICIAN, Role.ADMIN):
        await outbox.post(session, colleague.person_id, Kind.FLAG, question, now, slot=slot)


async def _held(session: AsyncSession, caller: Caller, infusion_id: UUID) -> tuple[Infusion, PatientRef]:
    """An infusion that the caller may change, as it stands now that nobody else can change it."""
    infusion, patient = await infusion_for(session, caller, infusion_id)
    await patients.hold(session, patient.patient_id)
    await session.refresh(infusion)
    return infusion, patient


def _new(
    session: AsyncSession, patient: PatientRef, at: datetime, by: UUID | None, now: datetime
) -> Infusion:
    infusion = Infusion(
        id=new_id(),
        patient_id=patient.patient_id,
        at=at,
        local_date=infused.day_of(at, patient),
        recorded_by=by,
        recorded_at=now,
    )
    session.add(infusion)
    return infusion


def _record_of(infusion: Infusion, outcome: Outcome, before: datetime) -> Record:
    return Record(infusion.id, infusion.at, outcome, before if before != infusion.at else None)


def _keep_details(infusion: Infusion, told: _Told) -> bool:
    """Keeps the dose and whatever else was stated. False: all of it stood there already."""
    news = {name: value for name, value in told.details.items() if getattr(infusion, name) != value}
    for name, value in news.items():
        setattr(infusion, name, value)
    return bool(news)
