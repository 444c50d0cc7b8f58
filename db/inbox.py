"""Updates as they came: kept before Telegram may forget them, handled once, in order within a chat."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Integer, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import table_of
from db.engine import dialect_of, insert_into, sealer_of
from db.sealing import SealError
from db.tables import Inbox


@dataclass(frozen=True)
class Arrived:
    """One raw update: `lane` names the chat it belongs to (`update:<id>` where it belongs to none)."""

    update_id: int
    lane: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Waiting:
    """An update that waits to be handled. `attempts`: how often it was tried before; `in_lane`: how many wait there."""

    update_id: int
    lane: str
    body: dict[str, Any]
    attempts: int
    in_lane: int


async def keep(session: AsyncSession, bot_id: int, page: Iterable[Arrived], now: datetime) -> None:
    """Stores a page of updates; one that is known already stays as it is."""
    sealer = sealer_of(session)
    rows = [
        {
            "bot_id": bot_id,
            "update_id": one.update_id,
            "lane": sealer.fingerprint(one.lane),
            "body_sealed": sealer.seal(json.dumps(one.body), bound_to=_bound(bot_id, one.update_id)),
            "status": "waiting",
            "received_at": now,
            "attempts": 0,
        }
        for one in page
    ]
    if rows:
        await session.execute(_keeping(dialect_of(session)), rows)


async def next_in_each_lane(session: AsyncSession, bot_id: int, limit: int = 64) -> list[Waiting]:
    """The oldest waiting update of each lane, oldest first: what may be handled side by side now."""
    rows = await session.execute(_OLDEST, {"bot": bot_id, "most": limit})
    return [_waiting(session, bot_id, *row) for row in rows]


async def mark_done(session: AsyncSession, bot_id: int, update_id: int, now: datetime) -> bool:
    """Marks an update as handled and lets its text go. False: another worker has handled it already.

    Call it first in the transaction of the effect: two workers then cannot both apply one update.
    """
    done = await session.execute(_DONE, {"bot": bot_id, "which": update_id, "now": now})
    return done.first() is not None


async def note_failure(session: AsyncSession, bot_id: int, update_id: int, problem: str) -> int:
    """Counts one more failed attempt and says how many there were. `problem`: the error's type, never its text."""
    counted = await session.execute(
        update(Inbox)
        .where(Inbox.bot_id == bot_id, Inbox.update_id == update_id)
        .values(attempts=Inbox.attempts + 1, problem=problem[:80])
        .returning(Inbox.attempts)
    )
    return counted.scalar_one_or_none() or 0


async def set_aside(session: AsyncSession, bot_id: int, update_id: int, problem: str, now: datetime) -> bool:
    """Takes an update out of the way of the next ones; its body stays, sealed, for whoever looks into it.

    False: it was handled or set aside already.
    """
    aside = await session.execute(
        update(Inbox)
        .where(Inbox.bot_id == bot_id, Inbox.update_id == update_id, Inbox.status == "waiting")
        .values(status="aside", handled_at=now, problem=problem[:80])
        .returning(Inbox.update_id)
    )
    return aside.first() is not None


async def count_waiting(session: AsyncSession, bot_id: int) -> int:
    """How many updates of this bot wait to be handled."""
    waiting = select(func.count()).where(Inbox.status == "waiting", Inbox.bot_id == bot_id)
    return await session.scalar(waiting) or 0


async def count_left_by_others(session: AsyncSession, bot_id: int) -> int:
    """How many updates of other bots wait: whoever changed the token left them behind, and nobody handles them."""
    left = select(func.count()).where(Inbox.status == "waiting", Inbox.bot_id != bot_id)
    return await session.scalar(left) or 0


async def count_set_aside(session: AsyncSession) -> int:
    """How many updates were set aside."""
    return await session.scalar(select(func.count()).where(Inbox.status == "aside")) or 0


@cache
def _keeping(dialect: str) -> Insert:
    return insert_into(_INBOX, dialect).on_conflict_do_nothing()


def _bound(bot_id: int, update_id: int) -> str:
    return f"inbox.body:{bot_id}:{update_id}"


def _waiting(
    session: AsyncSession, bot_id: int, update_id: int, lane: str, sealed: bytes, attempts: int, in_lane: int
) -> Waiting:
    try:
        body = json.loads(sealer_of(session).open(sealed, bound_to=_bound(bot_id, update_id)))
    except SealError:
        body = {}  # no update can be read from it, so it will be set aside, and the others go on
    return Waiting(update_id, lane, body, attempts, in_lane)


# Built once: putting a statement together takes longer than running it.
_INBOX = table_of(Inbox)
_LANES = (
    select(func.min(_INBOX.c.update_id).label("oldest"), func.count().label("in_lane"))
    .where(_INBOX.c.bot_id == bindparam("bot"), _INBOX.c.status == "waiting")
    .group_by(_INBOX.c.lane)
    .order_by(func.min(_INBOX.c.update_id))
    .limit(bindparam("most", type_=Integer()))
    .subquery()
)
_OLDEST = (
    select(_INBOX.c.update_id, _INBOX.c.lane, _INBOX.c.body_sealed, _INBOX.c.attempts, _LANES.c.in_lane)
    .join(_LANES, _LANES.c.oldest == _INBOX.c.update_id)
    .where(_INBOX.c.bot_id == bindparam("bot"))
    .order_by(_INBOX.c.update_id)
)
_DONE = (
    update(_INBOX)
    .where(
        _INBOX.c.bot_id == bindparam("bot"),
        _INBOX.c.update_id == bindparam("which"),
        _INBOX.c.status == "waiting",
    )
    .values(status="done", handled_at=bindparam("now"), body_sealed=None)
    .returning(_INBOX.c.update_id)
)
