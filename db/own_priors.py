"""What clinics' patients have taught the model: versions that are only ever added."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Clinic, OwnPrior

LEARNT = "learnt"
LITERATURE = "literature"


async def newest(session: AsyncSession, clinic_id: UUID, condition: str) -> Sequence[OwnPrior]:
    """The newest version for each measure and kind of course in a condition."""
    return (await session.scalars(_NEWEST, {"clinic": clinic_id, "condition": condition})).all()


async def hold(session: AsyncSession, clinic_id: UUID) -> None:
    """Nobody else adds a version for this clinic until the transaction ends."""
    await session.execute(select(Clinic.id).where(Clinic.id == clinic_id).with_for_update(key_share=True))


async def add(session: AsyncSession, prior: OwnPrior) -> None:
    """Adds a version; its number must be the next one."""
    session.add(prior)
    await session.flush()


# Built once: a forecast asks for it.
_OF_CLINIC = (OwnPrior.clinic_id == bindparam("clinic"), OwnPrior.condition == bindparam("condition"))
_LAST = (
    select(OwnPrior.measure, OwnPrior.kind, func.max(OwnPrior.version).label("version"))
    .where(*_OF_CLINIC)
    .group_by(OwnPrior.measure, OwnPrior.kind)
    .subquery()
)
_NEWEST = (
    select(OwnPrior)
    .join(
        _LAST,
        (OwnPrior.measure == _LAST.c.measure)
        & (OwnPrior.kind == _LAST.c.kind)
        & (OwnPrior.version == _LAST.c.version),
    )
    .where(*_OF_CLINIC)
    .order_by(OwnPrior.measure, OwnPrior.kind)
)
