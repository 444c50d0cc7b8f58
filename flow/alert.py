"""Somebody may be in danger: a case, a page to whoever is on call, and the truth to the patient."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care import helplines
from care.ladder import Delays, Outcome
from care.message import Kind, Message, Toast
from care.messages import safety as words
from db import access, audit, calls, cases, clinics, outbox, screens, shifts
from db.access import Caller, PatientRef, case_for, may_act
from db.clinics import Colleague
from db.tables import Case, Patient
from flow import duty

TRIED_AGAIN = timedelta(minutes=4)
"""Before a page is sent again to somebody to whom Telegram would not carry it: about the first rung."""


async def crisis(
    session: AsyncSession, patient: PatientRef, source: str, now: datetime, *, said_help: bool
) -> None:
    """Opens a case, or adds a sign to the one that is open, and pages.

    `source`: `text`, `helpnow`, `low_mood` or `item9`. `said_help`: the static help text went out already.
    """
    clinic = await clinics.clinic_of(session, patient.clinic_id)
    delays = Delays.of(clinic.ladder_minutes)
    sign = await cases.open_or_renew(session, patient.patient_id, source, now, delays)
    await audit.note(session, f"crisis-{source}", now, patient_id=patient.patient_id, subject_id=sign.case.id)
    called = await shifts.tiers(session, patient.clinic_id, now)
    if sign.calls:
        message = words.page(sign.case.id, patient.code, source, again=not sign.is_new)
        holder = await clinics.colleague_who_is(session, clinic.id, sign.held_by)
        known = {one.person_id for one in called.first}
        also = [holder] if holder is not None and holder.person_id not in known else []
        await page(session, sign.case.id, [*called.first, *also], message, now)
    if patient.person_id is None:
        return
    helpline = helplines.of_zone(patient.timezone)
    if not said_help:
        await outbox.post(session, patient.person_id, Kind.HELP, words.help_now(helpline), now)
    standing = await duty.of_clinic(session, clinic, now)
    told = words.after_page(standing.promise, standing.opens_at, clinic.emergency_text, helpline)
    await outbox.post(session, patient.person_id, Kind.HELP, told, now)


async def page(
    session: AsyncSession, case_id: UUID, called: Iterable[Colleague], message: Message, now: datetime
) -> None:
    """Queues a page to everybody who is called."""
    for colleague in called:
        await outbox.post(session, colleague.person_id, Kind.PAGE, message, now, slot=slot_of(case_id))


async def acknowledge(session: AsyncSession, caller: Caller, case_id: UUID, now: datetime) -> Toast:
    """An authorised clinician takes the case; who was paged sees by whom, and the patient that somebody has."""
    case, patient = await case_for(session, caller, case_id)
    delays = await _delays_of(session, patient)
    if not await cases.acknowledge(session, case, caller.person_id, now, delays):
        await _page_arrived(session, caller, case_id, now)
        return Toast(words="case-toast-taken")
    await _note(session, "case-acknowledged", caller, case, now)
    await calls.take_back(session, case_id, now)
    taken = words.page_acknowledged(case_id, patient.code, may_act(caller).role)
    await show_everybody(session, case_id, taken, now)
    await _page_arrived(session, caller, case_id, now)
    if patient.person_id is not None:
        await outbox.post(session, patient.person_id, Kind.REPLY, words.somebody_has_seen_it(), now)
    return Toast(words="case-toast-acknowledged")


async def hand_back(session: AsyncSession, caller: Caller, case_id: UUID, now: datetime) -> Toast:
    """Whoever holds a case cannot go on with it: it is open again, and whoever is on call is paged."""
    _, patient = await case_for(session, caller, case_id)
    case = await cases.hold(session, case_id)
    if case.acknowledged_by != caller.person_id or case.closed_at is not None:
        return Toast(words="case-toast-not-yours")
    await _note(session, "case-handed-back", caller, case, now)
    await call_anew(session, case, patient, now)
    return Toast(words="case-toast-handed-back")


async def ask_for_outcome(session: AsyncSession, caller: Caller, case_id: UUID, now: datetime) -> Toast:
    """`Close`: how did it end? The case stays unclosed until that is answered."""
    case, patient = await case_for(session, caller, case_id)
    if case.closed_at is not None:
        return Toast(words="case-toast-closed-already")
    asked = words.page_outcomes(case_id, patient.code, cases.state_of(case))
    await outbox.post(session, caller.person_id, Kind.REPLY, asked, now, slot=slot_of(case_id), edit=True)
    return Toast(words="case-toast-outcome")


async def close(
    session: AsyncSession,
    caller: Caller,
    case_id: UUID,
    outcome: Outcome,
    now: datetime,
    state: int | None = None,
) -> Toast:
    """A named clinician closes the case with an outcome. `state`: what the case said when it was asked how it ended."""
    _, patient = await case_for(session, caller, case_id)
    case = await cases.hold(session, case_id)
    if state is not None and state != cases.state_of(case):
        return Toast(words="case-toast-new-sign")
    if not await cases.close(session, case_id, caller.person_id, outcome, now):
        return Toast(words="case-toast-closed-already")
    await _note(session, "case-closed", caller, case, now)
    await calls.take_back(session, case_id, now)
    closed = words.page_closed(patient.code, may_act(caller).role, outcome)
    await show_everybody(session, case_id, closed, now)
    return Toast(words="case-toast-closed")


async def call_anew(session: AsyncSession, case: Case, patient: PatientRef, now: datetime) -> None:
    """Nobody has the case any more: whoever is on call is paged, and the ladder begins again."""
    cases.open_again(case, now, await _delays_of(session, patient))
    await session.flush()
    called = await shifts.tiers(session, patient.clinic_id, now)
    message = words.page(case.id, patient.code, case.source, again=True)
    await page(session, case.id, called.first, message, now)


async def page_instead_of(session: AsyncSession, case_id: UUID, lost: UUID, now: datetime) -> None:
    """A page can never reach one who was called: if nobody else has it on the screen, others are called.

    Nobody to whom it could not be sent just now is tried again at once: where that leaves nobody, the other ways are.
    """
    case = await session.get(Case, case_id)
    if case is None or case.status != cases.OPEN:
        return
    patient = access.patient_ref(await session.get_one(Patient, case.patient_id))
    called = await others_than(session, slot_of(case_id), patient.clinic_id, lost, now)
    if called is None:
        return
    if not called:
        clinic = await clinics.clinic_of(session, patient.clinic_id)
        await calls.queue(session, case, clinic, case.rung, now)
    message = words.page(case_id, patient.code, case.source, again=False)
    await page(session, case_id, called, message, now)


async def others_than(
    session: AsyncSession, slot: str, clinic_id: UUID, lost: UUID, now: datetime
) -> list[Colleague] | None:
    """Whom to call in place of one who cannot be reached; None where somebody else has it on the screen or will."""
    reached = await screens.people_with(session, slot)
    if [one for one in reached if one != lost]:
        return None
    gone = await screens.lost_to(session, slot, now - TRIED_AGAIN) | {lost}
    tiers = await shifts.tiers(session, clinic_id, now, without=lost)
    there = await clinics.reachable(session, tiers.first) or await clinics.reachable(session, tiers.everybody)
    return [one for one in there if one.person_id not in gone]


async def somebody_has(session: AsyncSession, slot: str) -> bool:
    """Whether the page in this slot calls for nobody any more."""
    case = await session.get(Case, UUID(slot.partition(":")[2]))
    return case is not None and case.status != cases.OPEN


def slot_of(case_id: UUID) -> str:
    """Where a case's newest page stands in a clinician's chat."""
    return f"case:{case_id}"


async def show_everybody(session: AsyncSession, case_id: UUID, message: Message, now: datetime) -> None:
    """Changes the page on the screen of everybody who was called."""
    for person_id in await screens.people_with(session, slot_of(case_id)):
        await outbox.post(session, person_id, Kind.REPLY, message, now, slot=slot_of(case_id), edit=True)
    # After this a repeat would call the others again, to a case that somebody has.
    await outbox.take_back_repeats(session, slot_of(case_id), now)


async def _page_arrived(session: AsyncSession, caller: Caller, case_id: UUID, now: datetime) -> None:
    """The press shows it: a repeat that waits would only call again whoever has answered."""
    await outbox.prove_delivered(session, caller.person_id, slot_of(case_id), now)


async def _note(session: AsyncSession, what: str, caller: Caller, case: Case, now: datetime) -> None:
    await audit.note(
        session, what, now, actor_id=caller.person_id, patient_id=case.patient_id, subject_id=case.id
    )


async def _delays_of(session: AsyncSession, patient: PatientRef) -> Delays:
    return Delays.of((await clinics.clinic_of(session, patient.clinic_id)).ladder_minutes)
