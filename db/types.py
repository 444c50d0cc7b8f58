"""Column types shared by all tables, and the keys of rows."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, DateTime, Dialect, String, TypeDecorator
from sqlalchemy.types import TypeEngine


def new_id() -> UUID:
    """A key for a row that is about to be written: known beforehand, so that sealed columns can be bound to it."""
    return uuid4()


class Moment(TypeDecorator[datetime]):
    """An instant. PostgreSQL keeps `timestamptz`; SQLite keeps UTC text of fixed width, which sorts as time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without an offset cannot be stored; give it a zone.")
        in_utc = value.astimezone(UTC)
        return in_utc.isoformat(sep=" ", timespec="microseconds") if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


JsonObject = Mapping[str, Any]
"""What a `JSON` column holds: plain values only, written and read as they are."""

JSON_OBJECT = JSON()
