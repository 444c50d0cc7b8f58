"""Something about a patient that a clinician decides on: opened with a promise, owned by name, closed by hand."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care import queue, schedule
from care.message import Kind, Toast
from care.messages import items as words
from care.patient import Role
from care.red_flags import RED_FLAGS, Route, Sign
from db import audit, clinics, items, outbox, screens, shifts
from db.access import Caller, PatientRef, item_for, patient_ref
from db.clinics import Colleague
from db.tables import Item, Patient
from flow import alert

SNOOZED_FOR = timedelta(days=2)


async def open_item(session: AsyncSession, patient: PatientRef, sign: Sign, now: datetime) -> bool:
    """Opens an item and tells the team by its route; False: one of this kind is open already, and is renewed.

    What is urgent and written anew is told anew, whoever has the item: at most once a minute.
    """
    row = await session.get_one(Patient, patient.patient_id)
    flag = RED_FLAGS[sign]
    item, is_new = await items.open_or_renew(session, row, sign, now, flag.within)
    if not is_new and not (flag.route is Route.URGENT and flag.source == "words"):
        item.last_sign_at = now
        await session.flush()
        return False
    if is_new or await items.open_again(session, item, now):
        await audit.note(session, f"item-{sign}", now, patient_id=patient.patient_id, subject_id=item.id)
        await _tell(session, item, patient, await _told(session, patient, flag.route, now), now)
    return is_new


async def page_instead_of(session: AsyncSession, item_id: UUID, lost: UUID, now: datetime) -> None:
    """An urgent item can never reach one who was called: if nobody else has it on the screen, others are called."""
    item = await session.get(Item, item_id)
    if item is None or item.status != items.OPEN:
        return
    patient = patient_ref(await session.get_one(Patient, item.patient_id))
    called = await alert.others_than(session, slot_of(item_id), patient.clinic_id, lost, now)
    await _tell(session, item, patient, called or [], now)


async def _tell(
    session: AsyncSession, item: Item, patient: PatientRef, called: list[Colleague], now: datetime
) -> None:
    sign = Sign(item.kind)
    is_urgent = RED_FLAGS[sign].route is Route.URGENT
    message = words.opened(item.id, patient.code, sign, urgent=is_urgent)
    for colleague in called:
        kind = Kind.PAGE if is_urgent else Kind.FLAG
        await outbox.post(session, colleague.person_id, kind, message, now, slot=slot_of(item.id))


async def asked_by_patient(session: AsyncSession, patient: PatientRef, sign: Sign, now: datetime) -> None:
    """`Call me` and `It's wearing off`: an item, and a sentence back on when it is read."""
    await open_item(session, patient, sign, now)
    if patient.person_id is None:
        return
    clinic = await clinics.clinic_of(session, patient.clinic_id)
    read_on = queue.next_reading(now, clinic.timezone, clinics.closed_weekdays_of(clinic))
    await outbox.post(session, patient.person_id, Kind.REPLY, words.passed_on(sign, read_on), now)


async def acknowledge(session: AsyncSession, caller: Caller, item_id: UUID, now: datetime) -> Toast:
    """Whoever presses owns it from now on."""
    return await _move(session, caller, item_id, items.ACKNOWLEDGED, now)


async def snooze(session: AsyncSession, caller: Caller, item_id: UUID, now: datetime) -> Toast:
    """It rests for two days."""
    return await _move(session, caller, item_id, items.SNOOZED, now, until=now + SNOOZED_FOR)


async def close(session: AsyncSession, caller: Caller, item_id: UUID, now: datetime) -> Toast:
    """Done, by name."""
    return await _move(session, caller, item_id, items.CLOSED, now)


def slot_of(item_id: UUID) -> str:
    """Where an item stands in a clinician's chat."""
    return f"item:{item_id}"


async def _move(
    session: AsyncSession,
    caller: Caller,
    item_id: UUID,
    status: str,
    now: datetime,
    until: datetime | None = None,
) -> Toast:
    item, patient = await item_for(session, caller, item_id)
    moved = await items.move(
        session, item, status, caller.person_id, now, snoozed_until=until, outcome="seen by the team"
    )
    if moved:
        await audit.note(
            session, f"item-{status}", now,
            actor_id=caller.person_id, patient_id=patient.patient_id, subject_id=item_id,
        )  # fmt: skip
    await _repaint(session, item, patient, now)
    return Toast(words=f"item-toast-{status}" if moved else "flag-toast-already")


async def _repaint(session: AsyncSession, item: Item, patient: PatientRef, now: datetime) -> None:
    clinic = await clinics.clinic_of(session, patient.clinic_id)
    until = item.snoozed_until and schedule.local_date_of(item.snoozed_until, clinic.timezone)
    message = words.state(item.id, patient.code, Sign(item.kind), item.status, until)
    for person_id in await screens.people_with(session, slot_of(item.id)):
        await outbox.post(session, person_id, Kind.REPLY, message, now, slot=slot_of(item.id), edit=True)


async def _told(session: AsyncSession, patient: PatientRef, route: Route, now: datetime) -> list[Colleague]:
    if route is Route.DIGEST:
        return []
    if route is Route.URGENT:
        return (await shifts.tiers(session, patient.clinic_id, now)).first
    return await clinics.staff_of(session, patient.clinic_id, Role.CLINICIAN, Role.ADMIN, Role.ON_CALL)
