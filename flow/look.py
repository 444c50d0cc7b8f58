"""A clinician looks: at all patients, at one (which is recorded), at the open flags."""

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.benefit_status import BenefitStatus
from care.caseload import (
    CardFacts,
    CaseloadFacts,
    CaseloadRow,
    FlagsFacts,
    MeasureFact,
    card,
    caseload,
    flags_list,
)
from care.digest import FlagFact
from care.message import Message
from care.patient import Condition, Measure, PatientStatus
from db import access, audit, cases, clinics, flags, infusions, notes, overview
from db.access import Caller, NotYours, PatientRef, StaffRef, measures_of
from db.tables import Clinic, Fit, Patient
from flow import facts

ANSWERS_LOOKED_AT = timedelta(days=14)


async def caseload_message(session: AsyncSession, caller: Caller, now: datetime) -> Message:
    """A line for each patient of the caller's clinic."""
    clinic = await clinics.clinic_of(session, staff_of(caller).clinic_id)
    last = await overview.last_infusions(session, clinic.id, now)
    fits = await overview.fits_by_patient(session, clinic.id)
    everybody = await overview.patients_of(session, clinic.id)
    rows = [_row(patient, last.get(patient.id), fits.get(patient.id, []), now) for patient in everybody]
    return caseload(CaseloadFacts(clinic_name=clinic.name, patients=rows))


async def card_message(session: AsyncSession, caller: Caller, code: str, now: datetime) -> Message:
    """One patient of the caller's clinic at a glance. Raises NotYours."""
    staff_of(caller)
    patient = await access.patient_by_code(session, caller, code)
    await audit.note(session, "card-seen", now, actor_id=caller.person_id, patient_id=patient.patient_id)
    return card(await _card_facts(session, patient, now))


async def flags_message(session: AsyncSession, caller: Caller, now: datetime) -> Message:
    """The unclosed flags of the caller's clinic."""
    clinic = await clinics.clinic_of(session, staff_of(caller).clinic_id)
    today = schedule.local_date_of(now, clinic.timezone)
    return flags_list(
        FlagsFacts(
            local_date=today,
            flags=await facts.of_flags(session, clinic, now),
            items=await facts.of_items(session, clinic, now),
        )
    )


def staff_of(caller: Caller) -> StaffRef:
    """The caller as a member of staff. Raises NotYours for anybody else."""
    if caller.staff is None:
        raise NotYours
    return caller.staff


def _row(patient: Patient, last: date | None, fits: list[Fit], now: datetime) -> CaseloadRow:
    return CaseloadRow(
        code=patient.code,
        condition=Condition(patient.condition),
        status=PatientStatus(patient.status),
        days_since_infusion=None if last is None else schedule.days_since(last, now, patient.timezone),
        benefits={Measure(fit.measure): BenefitStatus(fit.status) for fit in fits},
    )


async def _card_facts(session: AsyncSession, ref: PatientRef, now: datetime) -> CardFacts:
    clinic = await clinics.clinic_of(session, ref.clinic_id)
    patient = await session.get_one(Patient, ref.patient_id)
    given = await infusions.given_to(session, patient.id, now)
    planned = await infusions.next_planned(session, patient.id, now)
    today = schedule.local_date_of(now, patient.timezone)
    answered, asked = await overview.days_answered(session, patient.id, today - ANSWERS_LOOKED_AT)
    return CardFacts(
        patient_id=patient.id,
        code=patient.code,
        condition=ref.condition,
        status=ref.status,
        local_date=today,
        infusions=len(given),
        last_infusion=given[-1].local_date if given else None,
        next_planned=planned.local_date if planned is not None else None,
        measures=await _measures(session, patient, clinic),
        answered=answered,
        asked=asked,
        open_cases=await cases.count_unclosed(session, patient.id),
        flags=await _flags_of(session, clinic, patient.code, now),
        unread_notes=await notes.count_unread(session, patient.id),
    )


async def _measures(session: AsyncSession, patient: Patient, clinic: Clinic) -> list[MeasureFact]:
    scores = await overview.last_scores(session, patient.id)
    fits = {Measure(fit.measure): fit for fit in await flags.fits_of(session, patient.id)}
    found = []
    for measure in measures_of(patient):
        score, fit = scores.get(measure), fits.get(measure)
        found.append(
            MeasureFact(
                measure=measure,
                score=score.value if score is not None else None,
                score_on=score.local_date if score is not None else None,
                benefit=BenefitStatus(fit.status) if fit is not None else None,
                why=fit.forecast["why"] if fit is not None else None,
                end_low=_date(fit.end_low_at if fit is not None else None, clinic),
                end_high=_date(fit.end_high_at if fit is not None else None, clinic),
            )
        )
    return found


async def _flags_of(session: AsyncSession, clinic: Clinic, code: str, now: datetime) -> list[FlagFact]:
    return [flag for flag in await facts.of_flags(session, clinic, now) if flag.code == code]


def _date(moment: datetime | None, clinic: Clinic) -> date | None:
    return None if moment is None else schedule.local_date_of(moment, clinic.timezone)
