"""The common base of all tables: names of constraints and the types behind Python's own."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import ColumnElement, MetaData, Table, literal_column, or_
from sqlalchemy.orm import DeclarativeBase

from db.types import JSON_OBJECT, JsonObject, Moment


class Base(DeclarativeBase):
    """Every table's parent. Constraints have names by rule, so that a migration can address them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Moment, JsonObject: JSON_OBJECT}


def table_of(model: type[Base]) -> Table:
    """The table behind a model, for statements of the hot paths: built once, without the ORM's work around them."""
    return cast("Table", model.__table__)


def any_of(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column has one of a few values of our own: what `in_` says, but that is spelled out at every call."""
    return or_(*(is_one(column, value) for value in values))


def is_one(column: Any, value: str) -> ColumnElement[bool]:
    """Whether a column has a value of our own.

    It is written into the statement: only so do the databases see that an index of just those rows fits.
    """
    return cast("ColumnElement[bool]", column == literal_column(f"'{value}'"))
