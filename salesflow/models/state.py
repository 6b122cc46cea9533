"""The history of the states of quotes, orders, contracts, opportunities and prices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index

from salesflow.models.base import Base, instant, key, reference


class StateChange(Base, table=True):
    """One step in the life of such a record."""

    __tablename__ = "state_change"
    __table_args__ = (Index("ix_state_change_subject", "subject_kind", "subject_id"),)

    id: int | None = key()
    subject_kind: str
    subject_id: int
    from_state: str | None = None
    to_state: str
    at: datetime = instant(index=True)
    by_id: int = reference("staff.id")
    reason: str = ""
