"""People and their chats: names and chat ids are sealed, and found again by fingerprint."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import sealer_of
from db.sealing import Sealer
from db.tables import Person
from db.types import new_id


async def find(session: AsyncSession, chat_id: int) -> Person | None:
    """The person of a private chat."""
    prints = fingerprints_of(session, chat_id)
    return await session.scalar(select(Person).where(Person.chat_fingerprint.in_(prints)))


def fingerprints_of(session: AsyncSession, chat_id: int) -> tuple[str, ...]:
    """Under which fingerprints this chat may be known."""
    return sealer_of(session).fingerprints(_chat(chat_id))


async def meet(session: AsyncSession, chat_id: int, name: str, language: str, now: datetime) -> Person:
    """The person of a private chat, made known if new. The name is kept as it was given, sealed."""
    known = await find(session, chat_id)
    if known is not None:
        return known
    sealer, person_id = sealer_of(session), new_id()
    person = Person(
        id=person_id,
        chat_fingerprint=sealer.fingerprint(_chat(chat_id)),
        chat_sealed=sealer.seal(str(chat_id), bound_to=f"people.chat:{person_id}"),
        name_sealed=sealer.seal(name, bound_to=f"people.name:{person_id}"),
        language=language,
        created_at=now,
    )
    session.add(person)
    await session.flush()
    return person


def chat_of(session: AsyncSession, person: Person) -> int:
    """The chat id to send to."""
    return chat_in(sealer_of(session), person.chat_sealed, person.id)


def chat_in(sealer: Sealer, chat_sealed: bytes, person_id: UUID) -> int:
    """The chat id that was sealed for this person. Raises SealError."""
    return int(sealer.open(chat_sealed, bound_to=f"people.chat:{person_id}"))


def name_of(session: AsyncSession, person: Person) -> str:
    """The name as Telegram showed it."""
    return sealer_of(session).open(person.name_sealed, bound_to=f"people.name:{person.id}")


async def mark_blocked(session: AsyncSession, person_id: UUID, blocked_at: datetime | None) -> None:
    """Remembers that a person blocked the bot, or (None) that they are back."""
    await session.execute(update(Person).where(Person.id == person_id).values(blocked_at=blocked_at))


def _chat(chat_id: int) -> str:
    return f"chat:{chat_id}"
