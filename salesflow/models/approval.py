"""Approvals: a subject, a route of steps, decisions. `why` is a message in both languages (JSON of i18n.Message)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from salesflow.enums import ApprovalState, Role, StepDecision
from salesflow.models.base import Base, at_least, instant, iso_date, key, one_of, reference, whole


class Approval(Base, table=True):
    """One round of asking. A subject that comes again, or a new version of it, makes a new approval with the next round."""

    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("subject_kind", "subject_id", "round"),
        Index("ix_approval_state", "state", "submitted_at"),
        Index("ix_approval_customer", "customer_id"),
        Index("ix_approval_subject", "subject_kind", "subject_ref", "round", unique=True),
        one_of("state", ApprovalState),
        at_least("round", 1),
    )

    id: int | None = key()
    number: str
    subject_kind: str
    subject_id: int
    subject_ref: str
    customer_id: int | None = reference("customer.id", nullable=True)
    amount: int | None = whole(nullable=True)
    submitted_by: int = reference("staff.id")
    submitted_at: datetime = instant()
    state: str
    round: int = 1
    fingerprint: str
    current_step: int = 1
    closed_at: datetime | None = instant(nullable=True)
    withdrawn_by: int | None = reference("staff.id", nullable=True)
    withdrawn_because: str | None = None
    version: int = 1


class ApprovalStep(Base, table=True):
    """One decision. `decided_for`: whose place a deputy took, by a delegation."""

    __tablename__ = "approval_step"
    __table_args__ = (
        Index("ix_approval_step_role", "role", "decision"),
        one_of("role", Role),
        one_of("decision", StepDecision, nullable=True),
    )

    approval_id: int = reference("approval.id", primary_key=True)
    step: int = Field(primary_key=True)
    role: str
    rule: str
    why: str
    deadline_workdays: int
    waiting_since: datetime | None = instant(nullable=True)
    due_at: datetime | None = instant(nullable=True)
    decision: str | None = None
    decided_by: int | None = reference("staff.id", nullable=True)
    decided_for: int | None = reference("staff.id", nullable=True)
    decided_at: datetime | None = instant(nullable=True)
    comment: str | None = None
    self_approved: bool = False


class Delegation(Base, table=True):
    """Whoever holds a role is away: another one decides in their place from a day to a day, both included (审批代理)."""

    __table_args__ = (
        Index("ix_delegation_to", "to_id", "end_on"),
        *iso_date("start_on", "end_on"),
    )

    id: int | None = key()
    from_id: int = reference("staff.id")
    to_id: int = reference("staff.id")
    start_on: date
    end_on: date
    made_at: datetime = instant()
    made_by: int = reference("staff.id")
    revoked_at: datetime | None = instant(nullable=True)
