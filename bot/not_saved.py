"""An update that is given up: whoever wrote or pressed reads that it was not saved, and a stranger reads nothing.

Words of crisis in it still call the team.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.direct import Direct
from bot.first_words import SPOKEN, call_in
from bot.intake import chat_of
from bot.log import report
from care.message import Kind, Line, Message
from db import outbox
from db.access import Caller, caller_of
from db.engine import Database
from flow import alert

log = structlog.get_logger()

WORDS, PRESS_WORDS = "not-saved", "not-saved-press"


@dataclass(frozen=True)
class Owed:
    """What is still to be said past the outbox. `query_id`: the press that waits for it."""

    caller: Caller
    query_id: str | None


async def call_the_team(
    session: AsyncSession, raw: Mapping[str, Any], said: Callable[[int, int], bool], now: datetime
) -> None:
    """Opens a case for a patient's words of crisis. `said`: whether the help text for a message has gone out."""
    call = call_in(raw)
    if call is None:
        return
    try:
        async with session.begin_nested():
            caller = await caller_of(session, call[0])
            if caller is None or caller.patient is None:
                return
            await alert.crisis(session, caller.patient, "text", now, said_help=said(*call))
    except Exception as error:
        # Most likely what made the update fail. The help text went out before.
        report("case_not_opened", error)


async def queue(session: AsyncSession, raw: Mapping[str, Any], now: datetime) -> Owed | None:
    """Queues the words, in the transaction in which the raw update is set aside; gives what this could not do."""
    chat_id, query_id = chat_of(raw), _pressed(raw)
    if chat_id is None or not any(raw.get(kind) for kind in (*SPOKEN, "callback_query")):
        return None
    caller: Caller | None = None
    try:
        async with session.begin_nested():
            caller = await caller_of(session, chat_id)
            if caller is not None and query_id is None:
                await _post(session, caller, WORDS, now)
                return None
    except Exception as error:
        # Most likely what made the update fail: it is given up all the same, and its sender is told directly.
        report("not_saved_not_queued", error)
    return None if caller is None else Owed(caller, query_id)


async def tell(owed: Owed, direct: Direct, database: Database, now: datetime) -> None:
    """Says it directly; a press that Telegram lets nobody answer any more gets a letter instead."""
    caller = owed.caller
    if owed.query_id is None:
        if not await direct.tell(caller.chat_id, WORDS, caller.language):
            log.warning("not_saved_not_said", person=str(caller.person_id))
    elif not await direct.alert(owed.query_id, caller.chat_id, PRESS_WORDS, caller.language):
        async with database.writing(answers=True) as session:
            await _post(session, caller, PRESS_WORDS, now)


async def _post(session: AsyncSession, caller: Caller, words: str, now: datetime) -> None:
    await outbox.post(session, caller.person_id, Kind.REPLY, Message(lines=(Line(words=words),)), now)


def _pressed(raw: Mapping[str, Any]) -> str | None:
    query = raw.get("callback_query")
    query_id = query.get("id") if isinstance(query, dict) else None
    return query_id if isinstance(query_id, str) else None
