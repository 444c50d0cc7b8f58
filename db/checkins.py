"""Check-ins and scores: one question a local day, one current value a measure and day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from care.patient import Measure, Provenance
from db.base import table_of
from db.tables import CheckIn, Score
from db.types import Moment, new_id

OPEN = "open"
DONE = "done"
MISSED = "missed"
UNDELIVERABLE = "undeliverable"
INFUSION = "infusion"
"""Why a check-in is silent: its day became an infusion's."""


async def of_day(session: AsyncSession, patient_id: UUID, local_date: date) -> CheckIn | None:
    """The check-in of one local day."""
    return await session.scalar(_OF_DAY, {"patient": patient_id, "day": local_date})


async def hold_of_day(session: AsyncSession, patient_id: UUID, local_date: date) -> CheckIn | None:
    """The check-in of one local day, locked: whoever is writing its reminder has finished, and the letter is there."""
    return await session.scalar(_OF_DAY_HELD, {"patient": patient_id, "day": local_date})


async def newest_asked(session: AsyncSession, patient_id: UUID) -> CheckIn | None:
    """The last check-in that was really asked: days that were only recorded as missed do not close an earlier one."""
    return await session.scalar(_NEWEST_ASKED, {"patient": patient_id})


async def hold_newest_asked(session: AsyncSession, patient_id: UUID) -> CheckIn | None:
    """The last check-in that was really asked, locked as by `hold_of_day`."""
    return await session.scalar(_NEWEST_ASKED_HELD, {"patient": patient_id})


def is_closed_for_infusion(checkin: CheckIn) -> bool:
    """Whether it was asked, and taken back unanswered when its day became an infusion's."""
    return checkin.asking is None and checkin.asked_at is not None and checkin.silent_because == INFUSION


async def claim_to_remind(session: AsyncSession, now: datetime) -> CheckIn | None:
    """An open check-in whose reminder is due, locked for this transaction."""
    return await session.scalar(_TO_REMIND, {"now": now})


async def claim_to_close(session: AsyncSession, now: datetime) -> CheckIn | None:
    """An open check-in whose day is over, locked for this transaction."""
    return await session.scalar(_TO_CLOSE, {"now": now})


async def claim_round(
    session: AsyncSession, checkin: CheckIn, pressed_round: int, asks_next: Measure | None
) -> bool:
    """Takes the question on the screen by one conditional UPDATE: of two taps on it, one counts.

    The next round asks `asks_next`; where there is nothing left to ask the check-in is done.
    """
    which = {"checkin": checkin.id, "pressed": pressed_round}
    if asks_next:
        taken = await session.execute(_NEXT_ROUND, {**which, "next": asks_next})
    else:
        taken = await session.execute(_LAST_ROUND, which)
    if taken.first() is None:
        await session.refresh(checkin)
        return False
    changed = {"asking": asks_next} if asks_next else _FINISHED
    for name, value in {"round": pressed_round + 1, **changed}.items():
        set_committed_value(checkin, name, value)
    return True


async def values_of(session: AsyncSession, patient_id: UUID, local_date: date) -> dict[Measure, int]:
    """The current values of one local day."""
    rows = await session.execute(_VALUES_OF_DAY, {"patient": patient_id, "day": local_date})
    return {Measure(row.measure): row.value for row in rows}


async def was_done(session: AsyncSession, patient_id: UUID, since: date, before: date) -> bool:
    """Whether a check-in from `since` on and before `before` was answered whole: its summary was shown."""
    days = {"patient": patient_id, "since": since, "before": before}
    return await session.scalar(_ANY_DONE, days) is not None


async def keep_score(
    session: AsyncSession,
    checkin: CheckIn,
    measure: Measure,
    value: int,
    provenance: Provenance,
    now: datetime,
) -> bool:
    """Stores one value; the one before it, if any, stays as history. False: the same value stood there already."""
    which = {"patient": checkin.patient_id, "day": checkin.local_date, "measure": measure}
    current = await session.scalar(_VALUE, which)
    if current is not None and current.value == value:
        return False
    felt_at = now
    if current is not None:
        felt_at, current.replaced_at, provenance = current.at, now, Provenance.CORRECTED
        await session.flush()
    score = {
        "id": new_id(),
        "patient_id": checkin.patient_id,
        "checkin_id": checkin.id,
        "measure": measure,
        "local_date": checkin.local_date,
        "value": value,
        "at": felt_at,
        "recorded_at": now,
        "provenance": provenance,
    }
    await session.execute(_KEEP, score)
    return True


async def values_before(
    session: AsyncSession, patient_id: UUID, measure: Measure, local_date: date
) -> list[int]:
    """The current values of a measure on the answered days before a local day, oldest first: the last fifteen."""
    which = {"patient": patient_id, "measure": measure, "day": local_date}
    return [value for (value,) in await session.execute(_VALUES_BEFORE, which)][::-1]


async def scores_of(
    session: AsyncSession, patient_id: UUID, until: datetime
) -> Mapping[Measure, Sequence[tuple[datetime, int]]]:
    """When each measure was given which value, up to a moment, oldest first; only what is current."""
    found: dict[Measure, list[tuple[datetime, int]]] = {}
    for measure, at, value in await session.execute(_COURSE, {"patient": patient_id, "until": until}):
        found.setdefault(Measure(measure), []).append((at, value))
    return found


# Built once: putting a statement together takes longer than running it.
_SCORES, _CHECKINS = table_of(Score), table_of(CheckIn)
_CURRENT = (_SCORES.c.patient_id == bindparam("patient"), _SCORES.c.replaced_at.is_(None))
_KEEP = insert(_SCORES)
_VALUE = select(Score).where(
    *_CURRENT, _SCORES.c.local_date == bindparam("day"), _SCORES.c.measure == bindparam("measure")
)
_VALUES_OF_DAY = select(_SCORES.c.measure, _SCORES.c.value).where(
    *_CURRENT, _SCORES.c.local_date == bindparam("day")
)
_VALUES_BEFORE = (
    select(_SCORES.c.value)
    .where(*_CURRENT, _SCORES.c.measure == bindparam("measure"), _SCORES.c.local_date < bindparam("day"))
    .order_by(_SCORES.c.local_date.desc())
    .limit(15)
)
_COURSE = (
    select(_SCORES.c.measure, _SCORES.c.at, _SCORES.c.value)
    .where(*_CURRENT, _SCORES.c.at <= bindparam("until"))
    .order_by(_SCORES.c.at)
)
_OF_DAY = select(CheckIn).where(
    CheckIn.patient_id == bindparam("patient"), CheckIn.local_date == bindparam("day")
)
_OF_DAY_HELD = _OF_DAY.with_for_update(key_share=True).execution_options(populate_existing=True)
_ANY_DONE = (
    select(_CHECKINS.c.id)
    .where(
        _CHECKINS.c.patient_id == bindparam("patient"),
        _CHECKINS.c.local_date >= bindparam("since"),
        _CHECKINS.c.local_date < bindparam("before"),
        _CHECKINS.c.status == DONE,
    )
    .limit(1)
)
_NOW = bindparam("now", type_=Moment())
_TO_REMIND = (
    select(CheckIn)
    .where(CheckIn.remind_at <= _NOW)
    .order_by(CheckIn.remind_at, CheckIn.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_TO_CLOSE = (
    select(CheckIn)
    .where(CheckIn.status == OPEN, CheckIn.closes_at <= _NOW)
    .order_by(CheckIn.closes_at, CheckIn.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_TAKEN = (
    update(_CHECKINS)
    .where(_CHECKINS.c.id == bindparam("checkin"), _CHECKINS.c.round == bindparam("pressed"))
    .returning(_CHECKINS.c.id)
)
_FINISHED = {"asking": None, "status": DONE, "remind_at": None, "silent_because": None}
_NEXT_ROUND = _TAKEN.values(round=_CHECKINS.c.round + 1, asking=bindparam("next"))
_LAST_ROUND = _TAKEN.values(round=_CHECKINS.c.round + 1, **_FINISHED)
_NEWEST_ASKED = (
    select(CheckIn)
    .where(CheckIn.patient_id == bindparam("patient"), CheckIn.asked_at.is_not(None))
    .order_by(CheckIn.local_date.desc())
    .limit(1)
)
_NEWEST_ASKED_HELD = _NEWEST_ASKED.with_for_update(key_share=True).execution_options(populate_existing=True)
