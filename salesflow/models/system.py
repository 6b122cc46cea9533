"""Tables that every aggregate leans on: settings of this database, counters, the policy's versions, state history, audit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from salesflow.models.base import BLOB, Base, at_least, instant, key, reference


class Setting(Base, table=True):
    """A fact about this database: company, region, zone, demo, key fingerprint."""

    name: str = Field(primary_key=True)
    value: str


class Counter(Base, table=True):
    """The last number given in a series such as "quote/2026" or "customer/HZ2026"."""

    __table_args__ = (at_least("value", 0),)

    name: str = Field(primary_key=True)
    value: int


class PolicyVersion(Base, table=True):
    """A policy as it was applied: the document as written, and all its values resolved (JSON)."""

    __tablename__ = "policy_version"

    id: int | None = key()
    name: str
    document: str
    resolved: str
    reason: str
    applied_by: int = reference("staff.id")
    applied_at: datetime = instant()


class StateChange(Base, table=True):
    """One step in the life of a quote or an order."""

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


class AuditEntry(Base, table=True):
    """One change: who, when, what, before, after, rule; `hash` covers all of it and the hash of the entry before."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_kind", "subject_ref"),)

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
