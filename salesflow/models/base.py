"""What all tables share: the column types, foreign keys between aggregates, and constraints that the database checks itself.

Foreign keys are made with `reference`: SQLAlchemy then need not know the other aggregate's table, so a command imports
only the aggregates that it writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from secrets import token_bytes
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, ForeignKey, LargeBinary, TypeDecorator
from sqlalchemy.dialects import sqlite
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A moment in UTC to the second, aware on both ways. SQLite keeps it as the text that clock.from_db reads."""

    impl = DateTime(timezone=True).with_variant(sqlite.DATETIME(truncate_microseconds=True), "sqlite")  # type: ignore[no-untyped-call]  # not annotated in SQLAlchemy
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(value)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


INSTANT = Instant()
BLOB = LargeBinary()


class Base(SQLModel):
    """The base of every table: values are checked by the services and the database, not by a constructor."""

    model_config = {"arbitrary_types_allowed": True}


def key() -> Any:
    """A surrogate primary key, given by the database."""
    return Field(default=None, primary_key=True)


def reference(target: str, *, nullable: bool = False, index: bool = False, primary_key: bool = False) -> Any:
    """A foreign key to `table.column` that does not need that table's model to be imported."""
    options: dict[str, Any] = {"default": None} if nullable else {}
    column: dict[str, Any] = {} if primary_key else {"nullable": nullable}
    return Field(
        **options,
        index=index,
        primary_key=primary_key,
        sa_column_args=[ForeignKey(target, use_alter=True)],
        sa_column_kwargs=column,
    )


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    """A moment in UTC to the second."""
    options: dict[str, Any] = {"default": None} if nullable else {}
    return Field(**options, sa_type=INSTANT, nullable=nullable, index=index)


def whole(*, default: int | None = None, nullable: bool = False) -> Any:
    """A whole number that may be large: money in fen, a quantity in thousandths, a price in ten-thousandths."""
    options: dict[str, Any] = {"default": default} if nullable or default is not None else {}
    return Field(**options, sa_type=BigInteger, nullable=nullable)


def blob() -> Any:
    """An optional encrypted value."""
    return Field(default=None, sa_type=BLOB)


def secret() -> Any:
    """A key of the record's own (16 bytes), made with it; an empty one was destroyed."""
    return Field(default=None, sa_type=BLOB, sa_column_kwargs={"default": lambda: token_bytes(16)})


def one_of(column: str, codes: Iterable[str], *, nullable: bool = False) -> CheckConstraint:
    """The column holds one of the codes."""
    listed = ", ".join(f"'{code}'" for code in codes)
    condition = f"{column} IN ({listed})"
    return CheckConstraint(f"{column} IS NULL OR {condition}" if nullable else condition, name=f"{column}_code")


def at_least(column: str, minimum: int) -> CheckConstraint:
    """A number that is not below the minimum (an empty one passes)."""
    return CheckConstraint(f"{column} >= {minimum}", name=f"{column}_min")


def within(column: str, low: int, high: int) -> CheckConstraint:
    """A number in a closed range (an empty one passes)."""
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_range")


def iso_date(*columns: str) -> list[CheckConstraint]:
    """Dates have the form YYYY-MM-DD (an empty one passes)."""
    return [CheckConstraint(f"length(CAST({column} AS VARCHAR(20))) = 10", name=f"{column}_date") for column in columns]


def not_blank(column: str) -> CheckConstraint:
    return CheckConstraint(f"length({column}) > 0", name=f"{column}_text")
