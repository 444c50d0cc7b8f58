"""Whether a PostgreSQL database is whole, as far as its own catalogue and its own tools tell."""

from collections.abc import AsyncIterator

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

OURS = "FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema()"
INVALID_INDEXES = f"SELECT t.relname {OURS} JOIN pg_index i ON i.indexrelid = t.oid WHERE NOT i.indisvalid"
UNCHECKED = f"SELECT c.conname {OURS} JOIN pg_constraint c ON c.conrelid = t.oid WHERE NOT c.convalidated"
BROKEN_PAGES = (
    "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()"
)
HAS_AMCHECK = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'amcheck')"
TREES = f"""
    SELECT t.oid, t.relname {OURS} JOIN pg_am a ON a.oid = t.relam AND a.amname = 'btree' WHERE t.relkind = 'i'
"""


async def damage(session: AsyncSession) -> AsyncIterator[str]:
    """A sentence for each sign of damage. Indexes are walked where the extension `amcheck` is installed."""
    for name in await session.scalars(text(INVALID_INDEXES)):
        yield f"The index {name} is not valid: `REINDEX INDEX {name}` builds it anew."
    for name in await session.scalars(text(UNCHECKED)):
        yield f"The rule {name} was never checked against the rows that were there before it."
    if failures := await session.scalar(text(BROKEN_PAGES)):
        yield f"Pages whose checksum did not fit, since the server's counters began: {failures}."
    if await session.scalar(text(HAS_AMCHECK)):
        async for said in _broken_trees(session):
            yield said


async def _broken_trees(session: AsyncSession) -> AsyncIterator[str]:
    for oid, name in (await session.execute(text(TREES))).all():
        try:
            async with session.begin_nested():
                await session.execute(text("SELECT bt_index_check(CAST(:index AS oid))"), {"index": oid})
        except DBAPIError as error:
            yield f"The index {name} does not pass amcheck ({type(error.orig).__name__})."
