"""Updates as they came: kept before Telegram may forget them, handled once, in order within a chat.

Of several workers one handles an update, and none a later one of its chat meanwhile.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Insert, Integer, Update, and_, bindparam, exists, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import notify
from db.base import table_of
from db.engine import dialect_of, insert_into, sealer_of
from db.sealing import SealError
from db.tables import Inbox
from db.types import Moment

OVERDUE = timedelta(seconds=10)
"""What has waited for so long is anybody's: whoever looks after its lane is busy, stands still or is dead."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

LONGEST_ASIDE = 65_536
"""Characters that are kept of what is no update."""


@dataclass(frozen=True)
class Arrived:
    """One raw update: `lane` names the chat it belongs to (`update:<id>` where it belongs to none)."""

    update_id: int
    lane: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Waiting:
    """An update that waits to be handled. `attempts`: how often it was tried before; `more`: others wait behind it."""

    update_id: int
    lane: str
    body: dict[str, Any]
    attempts: int
    more: bool
    received_at: datetime


@dataclass(frozen=True)
class Claimed:
    """An update that is this transaction's to handle. `said_at`: when the static help text had answered it, if so."""

    said_at: datetime | None


@dataclass(frozen=True)
class Share:
    """The lanes whose fingerprints stand from `first` on and before `end`."""

    first: str
    end: str


ALL = Share("", "g")
"""Every lane: a fingerprint is hexadecimal."""


def share_of(worker: str, alive: Sequence[str]) -> Share:
    """A worker's equal part of all lanes among those who are alive; all of them for one who is not among them.

    Two who see different lists may both want a lane, or none of them may: the locked row settles the one, and
    `OVERDUE` the other.
    """
    if worker not in alive:
        return ALL
    place, number = sorted(alive).index(worker), len(alive)
    edges = [f"{0x1_0000_0000 * edge // number:08x}" for edge in (place, place + 1)]
    return Share(edges[0], edges[1] if place + 1 < number else ALL.end)


async def keep(session: AsyncSession, bot_id: int, page: Iterable[Arrived], now: datetime) -> None:
    """Stores a page of updates, and wakes who handles them; one that is known already stays as it is."""
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
        await notify.call(session, notify.Channel.INBOX)


async def keep_aside(session: AsyncSession, bot_id: int, text: str, problem: str, now: datetime) -> None:
    """Stores what came in place of an update and has no number to know it by, for whoever looks into it.

    It gets one of its own, below zero and made of its text, so that the same text is stored once.
    """
    sealer = sealer_of(session)
    text = text[:LONGEST_ASIDE]
    update_id = -1 - int(sealer.fingerprint(json.dumps(text))[:15], 16)
    row = {
        "bot_id": bot_id,
        "update_id": update_id,
        "lane": sealer.fingerprint(f"update:{update_id}"),
        "body_sealed": sealer.seal(json.dumps({"unreadable": text}), bound_to=_bound(bot_id, update_id)),
        "status": "aside",
        "received_at": now,
        "handled_at": now,
        "attempts": 0,
        "problem": problem[:80],
    }
    await session.execute(_keeping(dialect_of(session)), [row])


async def next_in_each_lane(
    session: AsyncSession, bot_id: int, limit: int = 64, *, share: Share = ALL, overdue: datetime = NEVER
) -> list[Waiting]:
    """The oldest waiting update of each lane, oldest first: what may be handled side by side now.

    Of lanes outside the `share` only what came before `overdue`, and whoever looks after them has left lying.
    """
    mine = {"first": share.first, "end": share.end, "overdue": overdue}
    rows = await session.execute(_OLDEST, {"bot": bot_id, "most": limit, **mine})
    return [_waiting(session, bot_id, *row) for row in rows]


async def newest_numbers(session: AsyncSession, bot_id: int, limit: int) -> set[int]:
    """The highest numbers among all updates that have come, whatever became of them; at most `limit`."""
    numbers = await session.scalars(_NEWEST, {"bot": bot_id, "most": limit})
    return set(numbers)


async def mark_done(session: AsyncSession, bot_id: int, update_id: int, now: datetime) -> Claimed | None:
    """Marks an update as handled and lets its text go. None: it is not this one's turn.

    It was handled or set aside, another worker is at it, or an earlier one of its lane still waits. Call it first in
    the transaction of the effect: two workers then cannot both apply one update, nor two of one chat side by side.
    """
    claim = {"bot": bot_id, "which": update_id, "now": now}
    done = (await session.execute(_done(dialect_of(session)), claim)).first()
    return None if done is None else Claimed(done.said_at)


async def note_said(session: AsyncSession, bot_id: int, update_ids: Iterable[int], now: datetime) -> None:
    """Telegram has taken the static help text that answers these updates: whoever handles them need not repeat it."""
    for update_id in update_ids:
        await session.execute(_SAID, {"bot": bot_id, "which": update_id, "now": now})


async def was_said(session: AsyncSession, bot_id: int, update_id: int) -> bool:
    """Whether the static help text has surely gone out for this update."""
    return await session.scalar(_WAS_SAID, {"bot": bot_id, "which": update_id}) is not None


async def note_failure(session: AsyncSession, bot_id: int, update_id: int, problem: str) -> int:
    """Counts one more failed attempt and says how many there were; 0 where it waits no longer.

    `problem`: the error's type, never its text.
    """
    counted = await session.execute(
        update(Inbox)
        .where(Inbox.bot_id == bot_id, Inbox.update_id == update_id, Inbox.status == "waiting")
        .values(attempts=Inbox.attempts + 1, problem=problem[:80])
        .returning(Inbox.attempts)
    )
    return counted.scalar_one_or_none() or 0


async def set_aside(
    session: AsyncSession, bot_id: int, update_id: int, problem: str, now: datetime
) -> Claimed | None:
    """Takes an update out of the way of the next ones; its body stays, sealed, for whoever looks into it.

    None: it was handled or set aside already.
    """
    aside = await session.execute(
        update(Inbox)
        .where(Inbox.bot_id == bot_id, Inbox.update_id == update_id, Inbox.status == "waiting")
        .values(status="aside", handled_at=now, problem=problem[:80])
        .returning(Inbox.update_id, Inbox.said_at)
    )
    found = aside.first()
    return None if found is None else Claimed(found.said_at)


async def count_waiting(session: AsyncSession, bot_id: int) -> int:
    """How many updates of this bot wait to be handled."""
    waiting = select(func.count()).where(Inbox.status == "waiting", Inbox.bot_id == bot_id)
    return await session.scalar(waiting) or 0


async def count_left_by_others(session: AsyncSession, bot_id: int) -> int:
    """How many updates of other bots wait: whoever changed the token left them behind, and nobody handles them."""
    left = select(func.count()).where(Inbox.status == "waiting", Inbox.bot_id != bot_id)
    return await session.scalar(left) or 0


async def count_set_aside(session: AsyncSession) -> int:
    """How many updates were set aside, of all bots: they could not be read, or failed too often."""
    return await session.scalar(select(func.count()).where(Inbox.status == "aside")) or 0


@cache
def _keeping(dialect: str) -> Insert:
    return insert_into(_INBOX, dialect).on_conflict_do_nothing()


def _bound(bot_id: int, update_id: int) -> str:
    return f"inbox.body:{bot_id}:{update_id}"


def _waiting(
    session: AsyncSession,
    bot_id: int,
    update_id: int,
    lane: str,
    sealed: bytes,
    attempts: int,
    received_at: datetime,
    more: bool,
) -> Waiting:
    try:
        body = json.loads(sealer_of(session).open(sealed, bound_to=_bound(bot_id, update_id)))
    except SealError:
        body = {}  # no update can be read from it, so it will be set aside, and the others go on
    return Waiting(update_id, lane, body, attempts, more, received_at)


# Built once: putting a statement together takes longer than running it.
_INBOX = table_of(Inbox)
_NEIGHBOUR = _INBOX.alias()
# Literal: by a parameter neither database would know that its index of those that wait may be used.
_WAITS = _INBOX.c.status == literal_column("'waiting'")
_NEIGHBOUR_WAITS = and_(
    _NEIGHBOUR.c.bot_id == _INBOX.c.bot_id,
    _NEIGHBOUR.c.lane == _INBOX.c.lane,
    _NEIGHBOUR.c.status == literal_column("'waiting'"),
)
_IS_OLDEST = ~exists().where(_NEIGHBOUR_WAITS, _NEIGHBOUR.c.update_id < _INBOX.c.update_id)
_MORE = exists().where(_NEIGHBOUR_WAITS, _NEIGHBOUR.c.update_id > _INBOX.c.update_id)
_THIS = and_(_INBOX.c.bot_id == bindparam("bot"), _INBOX.c.update_id == bindparam("which"))
_OLDEST = (
    select(
        _INBOX.c.update_id,
        _INBOX.c.lane,
        _INBOX.c.body_sealed,
        _INBOX.c.attempts,
        _INBOX.c.received_at,
        _MORE.label("more"),
    )
    .where(
        _INBOX.c.bot_id == bindparam("bot"),
        _WAITS,
        _IS_OLDEST,
        ((_INBOX.c.lane >= bindparam("first")) & (_INBOX.c.lane < bindparam("end")))
        | (_INBOX.c.received_at <= bindparam("overdue", type_=Moment())),
    )
    .order_by(_INBOX.c.update_id)
    .limit(bindparam("most", type_=Integer()))
)
_NEWEST = (
    select(_INBOX.c.update_id)
    .where(_INBOX.c.bot_id == bindparam("bot"), _INBOX.c.update_id > 0)
    .order_by(_INBOX.c.update_id.desc())
    .limit(bindparam("most", type_=Integer()))
)
_SAID = update(_INBOX).where(_THIS, _INBOX.c.said_at.is_(None)).values(said_at=bindparam("now"))
_WAS_SAID = select(_INBOX.c.said_at).where(_THIS)


@cache
def _done(dialect: str) -> Update:
    # SQLite has one writer. On PostgreSQL another worker's update counts as waiting until its transaction is committed:
    # this statement sees what was committed before it began, and passes by a row that somebody holds.
    claim = and_(_THIS, _WAITS, _IS_OLDEST)
    if dialect == "postgresql":
        held = select(_INBOX.c.update_id).where(claim).with_for_update(skip_locked=True, of=_INBOX)
        claim = and_(_THIS, _INBOX.c.update_id.in_(held))
    done = update(_INBOX).where(claim)
    return done.values(status="done", handled_at=bindparam("now"), body_sealed=None).returning(
        _INBOX.c.update_id, _INBOX.c.said_at
    )
