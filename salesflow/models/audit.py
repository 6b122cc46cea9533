"""The audit trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from salesflow.models.base import BLOB, Base, instant, key


class AuditEntry(Base, table=True):
    """One change: who, when, what, before, after, rule; `hash` covers all of it and the hash of the entry before."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_ref"),)

    id: int | None = key()
    at: datetime = instant()
    staff: str
    os_user: str
    action: str
    subject_kind: str
    subject_ref: str
    before: str | None = None
    after: str | None = None
    rule: str | None = None
    hash: bytes = Field(sa_type=BLOB)
