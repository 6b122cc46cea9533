"""Tables that every aggregate leans on: settings of this database, counters, the policy's versions, state history, audit."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from salesflow.models.base import Base, at_least, instant, key, reference


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
