"""Window flags and the forecasts that raise them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.base import table_of
from db.infusions import GIVEN
from db.tables import Fit, Flag, Infusion, Patient

OPEN = ("open", "acknowledged", "booked", "snoozed")
TREATED = "treated"
"""The outcome of a flag that an infusion has answered."""


async def fits_of(session: AsyncSession, patient_id: UUID) -> Sequence[Fit]:
    """The newest forecasts of a patient, mood before pain."""
    return (await session.scalars(_FITS_OF, {"patient": patient_id})).all()


async def window_ends(session: AsyncSession, patient_id: UUID) -> list[tuple[str, datetime | None]]:
    """Of each of a patient's measures the newest status, and the middle of the window's end."""
    rows = await session.execute(_WINDOW_ENDS, {"patient": patient_id})
    return [(row[0], row[1]) for row in rows]


async def fits_of_clinic(session: AsyncSession, clinic_id: UUID) -> Sequence[tuple[Fit, Patient]]:
    """The newest forecasts of all patients of a clinic."""
    rows = await session.execute(
        select(Fit, Patient)
        .join(Patient, Patient.id == Fit.patient_id)
        .where(Patient.clinic_id == clinic_id)
        .order_by(Patient.code, Fit.measure)
    )
    return [(row[0], row[1]) for row in rows]


async def claim_due_fit(session: AsyncSession, now: datetime) -> Fit | None:
    """A forecast whose flag is due, locked for this transaction."""
    return await session.scalar(
        select(Fit)
        .where(Fit.flag_due_at <= now)
        .order_by(Fit.flag_due_at, Fit.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def hold_back(session: AsyncSession, patient_id: UUID, planned_at: datetime | None = None) -> None:
    """No flag from the forecasts of this patient: of those whose window ends after a plan, or (None) of any."""
    if planned_at is None:
        await session.execute(_HELD_BACK, {"patient": patient_id})
    else:
        await session.execute(_HELD_BACK_AFTER, {"patient": patient_id, "plan": planned_at})


async def of_cycle(session: AsyncSession, patient_id: UUID, measure: str, infusion_id: UUID) -> Flag | None:
    """The flag of one measure and cycle, if it was raised."""
    return await session.scalar(
        select(Flag).where(
            Flag.patient_id == patient_id, Flag.measure == measure, Flag.cycle_infusion_id == infusion_id
        )
    )


async def open_flags(session: AsyncSession, clinic_id: UUID) -> Sequence[tuple[Flag, Patient, Infusion]]:
    """A clinic's unclosed flags with patient and infusion, the earliest end first."""
    rows = await session.execute(
        select(Flag, Patient, Infusion)
        .join(Patient, Patient.id == Flag.patient_id)
        .join(Infusion, Infusion.id == Flag.cycle_infusion_id)
        .where(Patient.clinic_id == clinic_id, Flag.status.in_(OPEN))
        .order_by(Flag.end_at, Patient.code)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def close_open(
    session: AsyncSession, patient_id: UUID, before: datetime, outcome: str, now: datetime
) -> list[Flag]:
    """Closes what is open for a patient of the cycles that began before a moment, and gives it back."""
    flags = list(
        await session.scalars(
            select(Flag)
            .join(Infusion, Infusion.id == Flag.cycle_infusion_id)
            .where(Flag.patient_id == patient_id, Flag.status.in_(OPEN), Infusion.at < before)
        )
    )
    for flag in flags:
        flag.status, flag.outcome, flag.changed_at = "closed", outcome, now
    await session.flush()
    return flags


async def close_of_cycle(session: AsyncSession, infusion_id: UUID, outcome: str, now: datetime) -> list[Flag]:
    """Closes what is open for the cycle of an infusion, and gives it back."""
    flags = list(
        await session.scalars(
            select(Flag).where(Flag.cycle_infusion_id == infusion_id, Flag.status.in_(OPEN))
        )
    )
    for flag in flags:
        flag.status, flag.outcome, flag.changed_at = "closed", outcome, now
    await session.flush()
    return flags


async def reopen_untreated(session: AsyncSession, patient_id: UUID, now: datetime) -> list[Flag]:
    """Opens what was closed as treated of a cycle after which no given infusion stands; it waits for an owner again."""
    later = aliased(Infusion)
    treated = select(later.id).where(
        later.patient_id == patient_id, later.status == GIVEN, later.at > Infusion.at
    )
    flags = list(
        await session.scalars(
            select(Flag)
            .join(Infusion, Infusion.id == Flag.cycle_infusion_id)
            .where(
                Flag.patient_id == patient_id,
                Flag.status == "closed",
                Flag.outcome == TREATED,
                Infusion.status == GIVEN,
                ~treated.exists(),
            )
        )
    )
    for flag in flags:
        flag.status, flag.outcome, flag.changed_at = "open", None, now
        flag.owner_id = flag.snoozed_until = None
    await session.flush()
    return flags


async def closed_since(
    session: AsyncSession, clinic_id: UUID, since: datetime
) -> Sequence[tuple[Flag, Patient]]:
    """A clinic's flags that were closed since a moment."""
    rows = await session.execute(
        select(Flag, Patient)
        .join(Patient, Patient.id == Flag.patient_id)
        .where(Patient.clinic_id == clinic_id, Flag.status == "closed", Flag.changed_at >= since)
        .order_by(Flag.changed_at)
    )
    return [(row[0], row[1]) for row in rows]


async def move(
    session: AsyncSession,
    flag: Flag,
    status: str,
    by: UUID,
    now: datetime,
    snoozed_until: datetime | None = None,
) -> bool:
    """Moves a flag to `status` for its new owner. False: it is closed, or stands there already."""
    moved = await session.execute(
        update(Flag)
        .where(Flag.id == flag.id, Flag.status.in_(OPEN), Flag.status != status)
        .values(status=status, owner_id=by, changed_at=now, snoozed_until=snoozed_until)
        .returning(Flag.id)
    )
    won = moved.first() is not None
    await session.refresh(flag)
    return won


# Built once: putting a statement together takes longer than running it.
_FITS = table_of(Fit)
_HELD_BACK = update(_FITS).where(_FITS.c.patient_id == bindparam("patient")).values(flag_due_at=None)
_HELD_BACK_AFTER = _HELD_BACK.where(_FITS.c.end_at >= bindparam("plan"))
_FITS_OF = select(Fit).where(Fit.patient_id == bindparam("patient")).order_by(Fit.measure)
_WINDOW_ENDS = select(Fit.status, Fit.end_at).where(Fit.patient_id == bindparam("patient"))
