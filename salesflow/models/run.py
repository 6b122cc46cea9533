"""Runs that changed many customers at once: imports and sweeps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint

from salesflow.models.base import Base, at_least, instant, key, reference


class ImportRun(Base, table=True):
    """One import of a file; its id is its number."""

    __tablename__ = "import_run"
    __table_args__ = tuple(at_least(name, 0) for name in ("read", "created", "updated", "skipped"))

    id: int | None = key()
    record_kind: str
    file: str
    at: datetime = instant()
    by_id: int = reference("staff.id")
    read: int
    created: int
    updated: int
    skipped: int
    reverted_at: datetime | None = instant(nullable=True)
    reverted_by: int | None = reference("staff.id", nullable=True)


class ImportChange(Base, table=True):
    """A record that an import changed: what its fields were (JSON), and its version afterwards, so that it can be taken back."""

    __tablename__ = "import_change"
    __table_args__ = (UniqueConstraint("import_id", "record_kind", "record_id"),)

    id: int | None = key()
    import_id: int = reference("import_run.id")
    record_kind: str
    record_id: int
    version: int
    before: str


class StaleRun(Base, table=True):
    """One sweep over stale leads; its id is its run number."""

    __tablename__ = "stale_run"

    id: int | None = key()
    at: datetime = instant()
    by_id: int = reference("staff.id")
    changed: int
    undone_at: datetime | None = instant(nullable=True)
    undone_by: int | None = reference("staff.id", nullable=True)
