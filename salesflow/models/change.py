"""The history of a customer: its status, grade, scores and owners, and the analyses of why nothing moves."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, text

from salesflow.enums import Grade, LossReason, StallCause, Status
from salesflow.models.base import Base, instant, iso_date, key, not_blank, one_of, reference, within


class StatusChange(Base, table=True):
    """A change of status. Of a sweep (`run_id`) also the customer's version after it, by which is told whether it was touched."""

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
    version: int | None = None


class GradeChange(Base, table=True):
    """A change of grade; `run_id` and `version` as in StatusChange."""

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
    version: int | None = None


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
    """Why nothing moves with a customer, and what is to be done about it. `made_on`: the business day of `at`."""

    __tablename__ = "stall_analysis"
    __table_args__ = (
        Index("ix_stall_analysis_customer", "customer_id", "made_on"),
        one_of("cause", StallCause),
        not_blank("strategy"),
        *iso_date("made_on"),
    )

    id: int | None = key()
    customer_id: int = reference("customer.id")
    at: datetime = instant()
    made_on: date
    by_id: int = reference("staff.id")
    cause: str
    strategy: str


Index(
    "ix_status_change_success",
    StatusChange.__table__.c.at,  # type: ignore[attr-defined]  # SQLModel adds __table__ at run time
    StatusChange.__table__.c.customer_id,  # type: ignore[attr-defined]  # as above
    sqlite_where=text("to_status IN ('hot', 'won')"),
)
for _table in (StatusChange, GradeChange):
    _run_id = _table.__table__.c.run_id  # type: ignore[union-attr]  # SQLModel adds __table__ at run time
    Index(f"ix_{_table.__tablename__}_run_id", _run_id, sqlite_where=_run_id.is_not(None))
