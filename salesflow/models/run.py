"""Runs that changed many customers at once: imports and sweeps."""

from __future__ import annotations

from datetime import datetime

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


class StaleRun(Base, table=True):
    """One sweep over stale leads; its id is its run number."""

    __tablename__ = "stale_run"

    id: int | None = key()
    at: datetime = instant()
    by_id: int = reference("staff.id")
    changed: int
