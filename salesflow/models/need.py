"""What a customer needs: the five core questions, and the list of needs in its versions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from salesflow.enums import NeedKind
from salesflow.models.base import (
    Base,
    at_least,
    blob,
    instant,
    iso_date,
    key,
    not_blank,
    one_of,
    reference,
    whole,
    within,
)


class NeedAnalysis(Base, table=True):
    """The answers to the five core questions (客户需求分析表), one record for each customer. The budget's range is kept
    encrypted, with when and how the customer agreed to that.
    """

    __tablename__ = "need_analysis"
    __table_args__ = (UniqueConstraint("customer_id"),)

    id: int | None = key()
    customer_id: int = reference("customer.id")
    pain: str | None = None
    goal: str | None = None
    budget_cipher: bytes | None = blob()
    budget_consent: str | None = None
    timeline: str | None = None
    decision_process: str | None = None
    at: datetime = instant()
    by_id: int = reference("staff.id")
    version: int = 1


class NeedList(Base, table=True):
    """One version of a customer's list of needs (客户需求清单). Once confirmed it stays as it is: what changes begins the next."""

    __tablename__ = "need_list"
    __table_args__ = (at_least("version", 1), *iso_date("confirmed_on"))

    customer_id: int = reference("customer.id", primary_key=True)
    version: int = Field(primary_key=True)
    started_at: datetime = instant()
    confirmed_on: date | None = None
    confirmed_by: int | None = reference("contact.id", nullable=True)
    recorded_by: int | None = reference("staff.id", nullable=True)
    recorded_at: datetime | None = instant(nullable=True)
    evidence_id: int | None = reference("attachment.id", nullable=True)


class Need(Base, table=True):
    """One need. It stands in the versions of the list from `since` up to, and without, `until` (None: it still does).

    priority: 1 (highest) to 5. quantity in thousandths.
    """

    __table_args__ = (
        Index("ix_need_customer", "customer_id", "until"),
        one_of("kind", NeedKind),
        not_blank("text"),
        within("priority", 1, 5),
        at_least("quantity", 1),
        *iso_date("due_on"),
    )

    id: int | None = key()
    customer_id: int = reference("customer.id")
    text: str
    kind: str
    priority: int
    quantity: int | None = whole(nullable=True)
    spec: str | None = None
    due_on: date | None = None
    since: int = 1
    until: int | None = None
    at: datetime = instant()
    by_id: int = reference("staff.id")
    version: int = 1
