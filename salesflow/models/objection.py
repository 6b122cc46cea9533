"""What customers object to, in three steps (认同, 解释, 解决), and the library of replies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from salesflow.enums import ObjectionKind, ObjectionOutcome
from salesflow.models.base import Base, instant, key, not_blank, one_of, reference, within


class Script(Base, table=True):
    """A reply of the library (话术), for one kind of objection and perhaps one product."""

    __table_args__ = (one_of("kind", ObjectionKind), not_blank("title"), not_blank("text"))

    id: int | None = key()
    kind: str
    product_id: int | None = reference("product.id", nullable=True)
    title: str
    text: str
    created_at: datetime = instant()
    created_by: int = reference("staff.id")
    retired_at: datetime | None = instant(nullable=True)
    version: int = 1


class Objection(Base, table=True):
    """One objection of a customer. Escalated: `request` is what the salesperson may not grant alone, `discount` in basis points;
    `decision` what the approvers said.
    """

    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_objection_customer", "customer_id", "at"),
        Index("ix_objection_kind", "kind", "outcome"),
        Index("ix_objection_owner", "outcome", "by_id"),
        one_of("kind", ObjectionKind),
        one_of("outcome", ObjectionOutcome),
        not_blank("statement"),
        within("discount", 0, 10_000),
    )

    id: int | None = key()
    number: str
    customer_id: int = reference("customer.id")
    product_id: int | None = reference("product.id", nullable=True)
    script_id: int | None = reference("script.id", nullable=True)
    at: datetime = instant()
    by_id: int = reference("staff.id")
    kind: str
    statement: str
    acknowledge: str | None = None
    explain: str | None = None
    resolve: str | None = None
    outcome: str = ObjectionOutcome.OPEN
    request: str | None = None
    discount: int | None = None
    decision: str | None = None
    closed_at: datetime | None = instant(nullable=True)
    version: int = 1
