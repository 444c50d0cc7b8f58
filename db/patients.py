"""Patients: claimed for the day's questions, changed in standing, found for a fit."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from care.patient import PatientStatus
from db.base import any_of, table_of
from db.tables import Consent, Fit, Patient
from db.types import Moment

ASKED = (PatientStatus.ACTIVE, PatientStatus.UNREACHABLE)
FIT_LEASE = timedelta(minutes=5)
"""How long a fit may take before another worker may try it."""


async def claim_due_for_question(session: AsyncSession, now: datetime) -> Patient | None:
    """A patient whose next question is due, held for this transaction; the longest due first.

    One who cannot be reached is owed the question too: the day is then recorded with its cause.
    """
    return await session.scalar(_DUE_FOR_QUESTION, {"now": now})


async def ask_next_at(session: AsyncSession, patient: Patient, due_at: datetime) -> None:
    """The next question is due at that moment."""
    await session.execute(_ASKED_NEXT, {"patient": patient.id, "at": due_at})
    set_committed_value(patient, "next_due_at", due_at)


async def claim_due_for_fit(session: AsyncSession, now: datetime) -> Patient | None:
    """A patient with data newer than the last fit, leased to the caller."""
    patient = await session.scalar(_DUE_FOR_FIT, {"now": now})
    if patient is not None:
        leased_until = now + FIT_LEASE
        await session.execute(_LEASED, {"patient": patient.id, "until": leased_until})
        set_committed_value(patient, "refit_due_at", leased_until)
    return patient


async def hold(session: AsyncSession, patient_id: UUID) -> Patient:
    """The patient's row, locked for this transaction: who decides about one patient's days waits for the other.

    Read anew what was read before. (On SQLite the one writer's lock holds already.)
    """
    return (await session.scalars(_HELD, {"patient": patient_id})).one()


async def refit_by(session: AsyncSession, patient_id: UUID, moment: datetime) -> None:
    """The forecast is made anew at that moment at the latest, whether or not anything comes in until then."""
    await session.execute(_BROUGHT_FORWARD, {"patient": patient_id, "at": moment})


async def touch_course(session: AsyncSession, patient_id: UUID, refit_at: datetime) -> None:
    """A score or an infusion has changed: the forecast is out of date, and is made anew at `refit_at` at the latest.

    What was due sooner stays so: an infusion that lies some minutes ahead puts off no answer's forecast.
    """
    await session.execute(_TOUCHED, {"patient": patient_id, "at": refit_at})


async def touch_clinic(session: AsyncSession, clinic_id: UUID, condition: str, now: datetime) -> None:
    """What the clinic's forecasts of a condition rest on has changed: all that were ever made are made anew."""
    await session.execute(
        update(Patient)
        .where(
            Patient.clinic_id == clinic_id,
            Patient.condition == condition,
            Patient.id.in_(select(Fit.patient_id)),
        )
        .values(data_version=Patient.data_version + 1, refit_due_at=now)
    )


async def finish_fit(session: AsyncSession, patient_id: UUID, data_version: int) -> bool:
    """Notes a fit of `data_version` as done. False: newer data came in meanwhile, and the fit is not to be kept."""
    done = await session.execute(_FITTED, {"patient": patient_id, "version": data_version})
    return done.first() is not None


async def code_is_taken(session: AsyncSession, code: str) -> bool:
    """Whether a patient has this code already."""
    return await session.scalar(select(func.count()).where(Patient.code == code)) != 0


async def record_consent(
    session: AsyncSession, patient_id: UUID, text_version: str, language: str, agreed: bool, now: datetime
) -> None:
    """Keeps one answer to the consent question."""
    session.add(
        Consent(patient_id=patient_id, text_version=text_version, language=language, agreed=agreed, at=now)
    )
    await session.flush()


# Built once: putting a statement together takes longer than running it.
_NOW = bindparam("now", type_=Moment())
_HELD = (
    select(Patient)
    .where(Patient.id == bindparam("patient"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_DUE_FOR_QUESTION = (
    select(Patient)
    .where(any_of(Patient.status, ASKED), Patient.next_due_at <= _NOW)
    .order_by(Patient.next_due_at, Patient.code)
    .limit(1)
    .with_for_update(skip_locked=True, key_share=True)
)
_DUE_FOR_FIT = (
    select(Patient)
    .where(Patient.refit_due_at <= _NOW)
    .order_by(Patient.refit_due_at, Patient.code)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_PATIENTS = table_of(Patient)
_FITTED = (
    update(_PATIENTS)
    .where(_PATIENTS.c.id == bindparam("patient"), _PATIENTS.c.data_version == bindparam("version"))
    .values(fitted_version=bindparam("version"), refit_due_at=None)
    .returning(_PATIENTS.c.id)
)
_ONE = update(_PATIENTS).where(_PATIENTS.c.id == bindparam("patient"))
_ASKED_NEXT = _ONE.values(next_due_at=bindparam("at"))
_LEASED = _ONE.values(refit_due_at=bindparam("until"))
_AT = bindparam("at", type_=Moment())
_BROUGHT_FORWARD = _ONE.where(_PATIENTS.c.refit_due_at.is_(None) | (_PATIENTS.c.refit_due_at > _AT)).values(
    refit_due_at=_AT
)
_TOUCHED = _ONE.values(
    data_version=_PATIENTS.c.data_version + 1,
    refit_due_at=case((_PATIENTS.c.refit_due_at < _AT, _PATIENTS.c.refit_due_at), else_=_AT),
)
