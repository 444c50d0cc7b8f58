"""The common base of all tables: names of constraints and the types behind Python's own."""

from datetime import datetime
from typing import ClassVar, cast

from sqlalchemy import MetaData, Table
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
