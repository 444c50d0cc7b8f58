"""`outbox`: what waits to be sent, what could not be, and what came and could not be handled."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.answers import Answer
from bot.cli.desk import Desk, at_desk
from bot.cli.options import AsJson
from bot.cli.typed import Commands
from care.errors import Refused
from care.message import Kind
from db import dead_letters, set_aside
from db.dead_letters import WORDS_KEPT, LetterAtAGlance
from db.set_aside import UpdateAtAGlance
from flow import by_hand

MOST = 200

app = Commands()


class Status(StrEnum):
    """What is listed: all but what arrived, and what its time or a newer message has overtaken."""

    QUEUED = "queued"
    SENDING = "sending"
    RETRY = "retry"
    UNKNOWN = "unknown"
    DEAD = "dead"


OfStatus = Annotated[list[Status] | None, typer.Option("--status", help="Only letters that are so.")]
OfKind = Annotated[list[Kind] | None, typer.Option("--kind", help="Only letters of this kind.")]
OlderThan = Annotated[
    int, typer.Option("--older-than", min=0, metavar="MINUTES", help="Only what has lain for so long.")
]
Id = Annotated[str, typer.Argument(metavar="ID", help="From `outbox`.")]


@app.callback(invoke_without_command=True)
def outbox(
    context: typer.Context,
    status: OfStatus = None,
    kind: OfKind = None,
    older_than: OlderThan = 0,
    as_json: AsJson = False,
) -> None:
    """See the post: what waits, what was given up, and why.

    What it says is never shown. A dead letter's words are kept for 7 days: so long it can be sent again.

    \b
    Example:
      ./tidemark outbox --status dead
    """
    if context.invoked_subcommand is not None:
        return

    async def work(desk: Desk) -> Answer:
        now, lain = desk.now(), timedelta(minutes=older_than)
        async with desk.database.reading() as session:
            counts = await dead_letters.count(session)
            letters = await dead_letters.glance(
                session, status or list(Status), kind or (), MOST, now - WORDS_KEPT
            )
            aside = [] if status or kind else await set_aside.glance(session, MOST)
        letters = [one for one in letters if now - one.queued_at >= lain]
        aside = [one for one in aside if now - one.received_at >= lain]
        facts = {
            "counts": counts,
            "letters": [_facts(one, now) for one in letters],
            "set_aside": [_facts_of_update(one, now) for one in aside],
        }
        lines = [_line(one, now) for one in letters] + [_line_of_update(one, now) for one in aside]
        return Answer(facts, lines, _remarks(counts, lines))

    at_desk(work, as_json=as_json)


@app.command("retry")
def retry(which: Id, as_json: AsJson = False) -> None:
    """Send or handle once more what was given up.

    That is a dead letter, or an update that was set aside. A letter that rests before its next try goes at once. The
    running service does it.

    \b
    Example:
      ./tidemark outbox retry 3f0c…
    """
    _do(which, by_hand.send_again, by_hand.try_update_again, "tried_again", as_json=as_json)


@app.command("let-go")
def let_go(which: Id, as_json: AsJson = False) -> None:
    """Delete what was given up, or is not to be sent.

    That is a dead letter or one that waits, or an update that was set aside.

    \b
    Example:
      ./tidemark outbox let-go 3f0c…
    """
    _do(which, by_hand.let_letter_go, by_hand.let_update_go, "let_go", as_json=as_json)


def _do(
    which: str,
    with_letter: Callable[[AsyncSession, UUID, datetime], Awaitable[None]],
    with_update: Callable[[AsyncSession, int, int, datetime], Awaitable[None]],
    deed: str,
    *,
    as_json: bool,
) -> None:
    async def work(desk: Desk) -> Answer:
        async with desk.database.writing() as session:
            if ":" in which:
                await with_update(session, *_update_id(which), desk.now())
            else:
                await with_letter(session, _letter_id(which), desk.now())
        return Answer({deed: which}, [f"{deed.replace('_', ' ').capitalize()}: {which}"])

    at_desk(work, as_json=as_json)


def _letter_id(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise Refused("refused-unknown-letter", id=written) from None


def _update_id(written: str) -> tuple[int, int]:
    bot_id, _, update_id = written.partition(":")
    try:
        return int(bot_id), int(update_id)
    except ValueError:
        raise Refused("refused-unknown-update", id=written) from None


def _facts(letter: LetterAtAGlance, now: datetime) -> dict[str, object]:
    return {
        "id": str(letter.id),
        "status": letter.status,
        "kind": letter.kind,
        "edit": letter.edit,
        "age_seconds": int((now - letter.queued_at).total_seconds()),
        "next_at": letter.send_at.isoformat() if letter.status in {"queued", "retry"} else None,
        "attempts": letter.attempts,
        "why": letter.problem,
        "words_until": letter.words_until.isoformat() if letter.words_until else None,
    }


def _facts_of_update(one: UpdateAtAGlance, now: datetime) -> dict[str, object]:
    return {
        "id": f"{one.bot_id}:{one.update_id}",
        "age_seconds": int((now - one.received_at).total_seconds()),
        "attempts": one.attempts,
        "why": one.problem,
    }


def _line(letter: LetterAtAGlance, now: datetime) -> str:
    kind = f"{letter.kind}, edit" if letter.edit else letter.kind
    why = letter.problem or ""
    if letter.status == "dead" and letter.words_until is None:
        why += " (its words are gone)"
    return f"{letter.id}  {letter.status:<8}  {kind:<14}  {_age(now - letter.queued_at):>7}  {why}".rstrip()


def _line_of_update(one: UpdateAtAGlance, now: datetime) -> str:
    age = _age(now - one.received_at)
    which = f"{one.bot_id}:{one.update_id}"
    return f"{which:<36}  {'aside':<8}  {'update':<14}  {age:>7}  {one.problem or ''}".rstrip()


def _age(lain: timedelta) -> str:
    minutes = max(0, int(lain.total_seconds() // 60))
    days, hours = divmod(minutes // 60, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60:02}" if hours else f"{minutes} min"


def _remarks(counts: dict[str, int], lines: list[str]) -> list[str]:
    said = ", ".join(f"{number} {status}" for status, number in counts.items()) or "none yet"
    remarks = [f"Letters in all: {said}."]
    if not lines:
        remarks.append("Nothing waits, and nothing was given up or set aside.")
    if len(lines) >= MOST:
        remarks.append(f"Only the oldest {MOST} are shown: `--status` and `--kind` narrow it down.")
    return remarks
