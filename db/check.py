"""Looks through the whole database for what must never be there, and says it in sentences; it changes nothing."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, inspect, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from care.patient import Measure
from db import check_post, check_postgres
from db.checkins import DONE
from db.data_key import SEALED
from db.engine import dialect_of, sealer_of
from db.infusions import VOID
from db.revision import REVISIONS, Standing, standing
from db.sealing import SealError
from db.tables import CheckIn, Flag, Infusion, Score

Count = Select[int]

AT_A_TIME = 500


async def problems(session: AsyncSession, now: datetime) -> AsyncIterator[str]:
    """A sentence for each kind of thing that is wrong at `now`; none when all is well."""
    damage = [said async for said in _damage(session)]
    at = await revision_of(session)
    wrong_schema = _wrong_schema(at)
    if damage or wrong_schema:
        for said in [*damage, *wrong_schema]:
            yield said
        return  # what else would be said of such a database could not be believed
    for said, count in {**_invariants(), **check_post.invariants(now)}.items():
        if found := await session.scalar(count):
            yield f"{said}: {found}."
    for column in SEALED:
        if closed := await _count_closed(session, column):
            yield f"Values in {column} that this data key does not open, or that were changed: {closed}."


def _invariants() -> dict[str, Count]:
    same_day = (CheckIn.patient_id, CheckIn.local_date)
    same_score = (Score.patient_id, Score.measure, Score.local_date)
    current = Score.replaced_at.is_(None)
    outside = or_(~Score.value.between(0, 10), Score.measure.not_in(list(Measure)))
    of_that_day = and_(
        Score.patient_id == CheckIn.patient_id, Score.local_date == CheckIn.local_date, current
    )
    cycles = select(func.count(Flag.id)).join(Infusion, Infusion.id == Flag.cycle_infusion_id)
    return {
        "Local days with more than one current score of a measure": _repeated(current, *same_score),
        "Local days with more than one check-in of a patient": _repeated(CheckIn.id.is_not(None), *same_day),
        "Local days with more than one infusion of a patient": _repeated(
            Infusion.status != VOID, Infusion.patient_id, Infusion.local_date
        ),
        "Scores that are not 0–10 of a known measure": select(func.count(Score.id)).where(outside),
        "Answered check-ins without a score": select(func.count(CheckIn.id)).where(
            CheckIn.status == DONE, ~select(Score.id).where(of_that_day).exists()
        ),
        "Flags on another patient's infusion": cycles.where(Infusion.patient_id != Flag.patient_id),
    }


def _repeated(which: ColumnElement[bool], *same: InstrumentedAttribute[Any]) -> Count:
    groups = select(func.count()).where(which).group_by(*same).having(func.count() > 1).subquery()
    return select(func.count()).select_from(groups)


async def _damage(session: AsyncSession) -> AsyncIterator[str]:
    if dialect_of(session) != "sqlite":
        async for said in check_postgres.damage(session):
            yield said
        return
    connection = await session.connection()
    for (said,) in await connection.execute(text("PRAGMA integrity_check(3)")):
        if said != "ok":
            yield f"The file is damaged: {said}."
    lost = len((await connection.execute(text("PRAGMA foreign_key_check"))).all())
    if lost:
        yield f"Rows that belong to a row that is not there: {lost}."


async def revision_of(session: AsyncSession) -> str | None:
    """The schema that the database says it has, or None where it has none."""
    connection = await session.connection()
    if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
        return None
    revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return revision and str(revision)


def _wrong_schema(at: str | None) -> list[str]:
    match standing(at):
        case Standing.CURRENT:
            return []
        case Standing.NEWER:
            return [f"The schema ({at}) is of a newer Tidemark: use that version."]
        case _:
            return [f"The schema ({at or 'none'}) is not yet {REVISIONS[-1]}: run `./tidemark db upgrade`."]


async def _count_closed(session: AsyncSession, column: str) -> int:
    sealed, *bound = SEALED[column]
    sealer, closed = sealer_of(session), 0
    rows = await session.stream(
        select(sealed, *bound).where(sealed.is_not(None)), execution_options={"yield_per": AT_A_TIME}
    )
    async for value, *ids in rows:
        try:
            sealer.open(value, bound_to=":".join([column, *map(str, ids)]))
        except SealError:
            closed += 1
    return closed
