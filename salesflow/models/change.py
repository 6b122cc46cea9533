"""The history of a customer's status and grade."""

from __future__ import annotations

from datetime import datetime

from salesflow.enums import Grade, LossReason, Status
from salesflow.models.base import Base, instant, key, one_of, reference


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
