"""Somebody may be in danger: a case, a page to whoever is on call, and the truth to the patient."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care.message import Kind, Message, Toast
from care.messages import safety as words
from db import audit, cases, clinics, outbox, screens
from db.access import Caller, PatientRef, case_for, may_act
from db.tables import Case


async def crisis(
    session: AsyncSession, patient: PatientRef, source: str, now: datetime, *, said_help: bool
) -> None:
    """Opens a case, or adds a sign to the one that is open, and pages.

    `said_help`: the static help text went out already.
    """
    case, is_new = await cases.open_or_renew(session, patient.patient_id, source, now)
    await audit.note(session, f"crisis-{source}", now, patient_id=patient.patient_id, subject_id=case.id)
    paged = await page(session, case, patient, now, again=not is_new)
    if patient.person_id is None:
        return
    clinic = await clinics.clinic_of(session, patient.clinic_id)
    if not said_help:
        await outbox.post(session, patient.person_id, Kind.HELP, words.help_now(), now)
    told = words.after_page(paged > 0, clinic.emergency_text)
    await outbox.post(session, patient.person_id, Kind.HELP, told, now)


async def page(
    session: AsyncSession,
    case: Case,
    patient: PatientRef,
    now: datetime,
    *,
    again: bool,
    without: UUID | None = None,
) -> int:
    """Queues a page to everybody on call (`without` one who cannot be reached) and says how many there are."""
    colleagues = await clinics.on_call_of(session, patient.clinic_id, without=without)
    message = words.page(case.id, patient.code, case.source, again)
    for colleague in colleagues:
        await outbox.post(session, colleague.person_id, Kind.PAGE, message, now, slot=slot_of(case.id))
    return len(colleagues)


async def acknowledge(session: AsyncSession, caller: Caller, case_id: UUID, now: datetime) -> Toast:
    """An authorised clinician takes the case; everybody who was paged sees by whom."""
    case, patient = await case_for(session, caller, case_id)
    if not await cases.acknowledge(session, case_id, caller.person_id, now):
        await _page_arrived(session, caller, case_id, now)
        return Toast(words="case-toast-taken")
    await audit.note(
        session,
        "case-acknowledged",
        now,
        actor_id=caller.person_id,
        patient_id=case.patient_id,
        subject_id=case_id,
    )
    taken = words.page_acknowledged(case_id, patient.code, may_act(caller).role)
    await _show_everybody(session, case_id, taken, now)
    await _page_arrived(session, caller, case_id, now)
    return Toast(words="case-toast-acknowledged")


async def close(session: AsyncSession, caller: Caller, case_id: UUID, outcome: str, now: datetime) -> Toast:
    """A named clinician closes the case. `outcome` is a word of the clinic's list."""
    case, patient = await case_for(session, caller, case_id)
    if not await cases.close(session, case_id, caller.person_id, outcome, now):
        return Toast(words="case-toast-closed-already")
    await audit.note(
        session, "case-closed", now, actor_id=caller.person_id, patient_id=case.patient_id, subject_id=case_id
    )
    await _show_everybody(session, case_id, words.page_closed(patient.code, may_act(caller).role), now)
    return Toast(words="case-toast-closed")


async def somebody_has(session: AsyncSession, slot: str) -> bool:
    """Whether the page in this slot calls for nobody any more."""
    case = await session.get(Case, UUID(slot.partition(":")[2]))
    return case is not None and case.status != "open"


def slot_of(case_id: UUID) -> str:
    """Where a case's newest page stands in a clinician's chat."""
    return f"case:{case_id}"


async def _page_arrived(session: AsyncSession, caller: Caller, case_id: UUID, now: datetime) -> None:
    """The press shows it: a repeat that waits would only call again whoever has answered."""
    await outbox.prove_delivered(session, caller.person_id, slot_of(case_id), now)


async def _show_everybody(session: AsyncSession, case_id: UUID, message: Message, now: datetime) -> None:
    for person_id in await screens.people_with(session, slot_of(case_id)):
        await outbox.post(session, person_id, Kind.REPLY, message, now, slot=slot_of(case_id), edit=True)
    # After this a repeat would call the others again, to a case that somebody has.
    await outbox.take_back_repeats(session, slot_of(case_id), now)
