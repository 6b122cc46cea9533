"""The history of a customer: its status, grade, scores and owners, and the analyses of why nothing moves."""

from __future__ import annotations

from datetime import datetime

from salesflow.enums import Grade, LossReason, StallCause, Status
from salesflow.models.base import Base, instant, key, not_blank, one_of, reference, within


class StatusChange(Base, table=True):
    __tablename__ = "status_change"
    __table_args__ = (
        one_of("from_status", Status, nullable=True),
        one_of("to_status", Status),
        one_of("loss_reason", LossReason, nullable=True),
    )

    id: int | None = key()
    customer_id: int = reference("customer.id", index=True)
    at: datetime = instant(index=True)
    by_id: int = reference("staff.id")
    from_status: str | None = None
    to_status: str
    reason: str
    loss_reason: str | None = None
    competitor: str | None = None
    rule: str | None = None
    run_id: int | None = reference("stale_run.id", nullable=True)


class GradeChange(Base, table=True):
    __tablename__ = "grade_change"
    __table_args__ = (one_of("from_grade", Grade, nullable=True), one_of("to_grade", Grade, nullable=True))

    id: int | None = key()
    customer_id: int = reference("customer.id", index=True)
    at: datetime = instant(index=True)
    by_id: int = reference("staff.id")
    from_grade: str | None = None
    to_grade: str | None = None
    reason: str
    rule: str | None = None
    run_id: int | None = reference("stale_run.id", nullable=True)


class Grading(Base, table=True):
    """The scores from which a grade was computed (客户分级): 1 to 5 each, `score` their weighted mean in hundredths."""

    __table_args__ = (
        *(within(name, 1, 5) for name in ("industry_potential", "budget_match", "decision_chain", "urgency")),
        one_of("grade", Grade),
    )

    id: int | None = key()
    customer_id: int = reference("customer.id", index=True)
    at: datetime = instant()
    by_id: int = reference("staff.id")
    industry_potential: int
    budget_match: int
    decision_chain: int
    urgency: int
    score: int
    grade: str
    policy_id: int = reference("policy_version.id")


class OwnerChange(Base, table=True):
    """A customer's assignment to another owner. `rule` is set where the owner was chosen by rule."""

    __tablename__ = "owner_change"

    id: int | None = key()
    customer_id: int = reference("customer.id", index=True)
    at: datetime = instant(index=True)
    by_id: int = reference("staff.id")
    from_id: int = reference("staff.id")
    to_id: int = reference("staff.id")
    reason: str = ""
    rule: str | None = None


class StallAnalysis(Base, table=True):
    """Why nothing moves with a customer, and what is to be done about it."""

    __tablename__ = "stall_analysis"
    __table_args__ = (one_of("cause", StallCause), not_blank("strategy"))

    id: int | None = key()
    customer_id: int = reference("customer.id", index=True)
    at: datetime = instant()
    by_id: int = reference("staff.id")
    cause: str
    strategy: str
