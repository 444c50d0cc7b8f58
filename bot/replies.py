"""What handlers have in common: a reply through the outbox, and a refusal said in one sentence."""

from collections.abc import Awaitable

from bot.visit import Visit
from care.errors import Refused
from care.message import Kind, Line, Message, Value
from db import outbox
from db.access import Caller


async def reply(visit: Visit, caller: Caller, message: Message) -> None:
    """Queues the answer to what the caller wrote."""
    await outbox.post(visit.session, caller.person_id, Kind.REPLY, message, visit.now)


async def reply_words(visit: Visit, caller: Caller, words: str, **values: Value) -> None:
    """Queues one sentence."""
    await reply(visit, caller, Message(lines=(Line(words=words, values=values),)))


async def done_or_refused(visit: Visit, work: Awaitable[None]) -> Refused | None:
    """Does the work whole or not at all: what was refused has left nothing behind."""
    try:
        async with visit.session.begin_nested():
            await work
    except Refused as refused:
        return refused
    return None
