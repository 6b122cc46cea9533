"""Interactions that happened, and those that are to happen."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, literal
from sqlmodel import Field

from salesflow.enums import CorrectionKind, Method, PlanState, Role
from salesflow.models.base import Base, instant, iso_date, key, not_blank, one_of, reference


class Followup(Base, table=True):
    """One interaction (跟进记录). Its author may correct its words for some hours; what they were, and what is amended
    later, is kept in FollowupCorrection.
    """

    __table_args__ = (
        Index("ix_followup_customer", "customer_id", "at"),
        Index("ix_followup_at", "at"),
        Index("ix_followup_recorded_at", "recorded_at"),
        Index("ix_followup_by", "by_id", "at"),
        one_of("method", Method),
        not_blank("content"),
    )

    id: int | None = key()
    customer_id: int = reference("customer.id")
    contact_id: int | None = reference("contact.id", nullable=True)
    at: datetime = instant()
    recorded_at: datetime = instant()
    by_id: int = reference("staff.id")
    method: str
    content: str
    scene: str | None = None
    feedback: str | None = None
    resolved: str | None = None
    open_points: str | None = None
    risk: str | None = None
    next: str | None = None
    progress: bool = False
    late: bool = False
    import_id: int | None = reference("import_run.id", nullable=True)
    opportunity_id: int | None = reference("opportunity.id", nullable=True)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class FollowupCorrection(Base, table=True):
    """A correction of a follow-up: an amendment's text, or for an edit the fields as they were (JSON)."""

    __tablename__ = "followup_correction"
    __table_args__ = (one_of("kind", CorrectionKind), not_blank("text"))

    id: int | None = key()
    followup_id: int = reference("followup.id", index=True)
    at: datetime = instant()
    by_id: int = reference("staff.id")
    kind: str
    text: str


class PlanItem(Base, table=True):
    """One interaction that is to happen (跟进计划). `rule` is set where the date was computed.

    A rescheduled item ends as cancelled and goes on as another one: `origin_id` is the first of them all, `slips` how often
    it was put off. `template`: the plan template that it comes from.
    """

    __tablename__ = "plan_item"
    __table_args__ = (
        Index("ix_plan_item_customer", "customer_id"),
        Index("ix_plan_item_due", "due_on", "closed_at"),
        one_of("method", Method, nullable=True),
        one_of("state", PlanState),
        one_of("support_role", Role, nullable=True),
        *iso_date("due_on"),
    )

    id: int | None = key()
    customer_id: int = reference("customer.id")
    due_on: date
    method: str | None = None
    focus: str | None = None
    goal: str | None = None
    support_role: str | None = None
    support_id: int | None = reference("staff.id", nullable=True)
    support_for: str | None = None
    state: str = Field(default=PlanState.PENDING)
    rule: str | None = None
    beyond_cadence: bool = False
    created_at: datetime = instant()
    created_by: int = reference("staff.id")
    closed_at: datetime | None = instant(nullable=True)
    followup_id: int | None = reference("followup.id", nullable=True)
    reason: str | None = None
    origin_id: int | None = reference("plan_item.id", nullable=True)
    slips: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    template: str | None = None
    support_late: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    import_id: int | None = reference("import_run.id", nullable=True)


_LOGGED = Followup.__table__.c  # type: ignore[attr-defined]  # SQLModel adds __table__ at run time
for _name in ("contact_id", "opportunity_id"):
    Index(f"ix_followup_{_name}", _LOGGED[_name], sqlite_where=_LOGGED[_name].is_not(None))
_COLUMNS = PlanItem.__table__.c  # type: ignore[attr-defined]  # SQLModel adds __table__ at run time
# Of ten plan items nine are done: what asks for the pending ones needs to find no others.
Index("ix_plan_item_pending", _COLUMNS.customer_id, _COLUMNS.due_on, sqlite_where=_COLUMNS.state == literal("pending"))
Index("ix_plan_item_made", _COLUMNS.customer_id, sqlite_where=_COLUMNS.rule.is_(None))
for _name in ("support_role", "support_id", "origin_id", "followup_id"):
    Index(f"ix_plan_item_{_name}", _COLUMNS[_name], sqlite_where=_COLUMNS[_name].is_not(None))
