"""Opportunities (商机): one possible deal with a customer. Its way through the stages is in the history of states."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint

from salesflow.enums import LossReason, OpportunityStage
from salesflow.models.base import Base, at_least, instant, iso_date, key, not_blank, one_of, reference, whole


class Opportunity(Base, table=True):
    """One possible deal. amount in fen; `state` is its stage, since `stage_since`; `closed_on` is when it was won or lost."""

    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_opportunity_customer", "customer_id", "state"),
        Index("ix_opportunity_owner", "owner_id", "state", "expected_close"),
        one_of("state", OpportunityStage),
        one_of("loss_reason", LossReason, nullable=True),
        not_blank("title"),
        at_least("amount", 0),
        *iso_date("expected_close", "closed_on"),
    )

    id: int | None = key()
    number: str
    customer_id: int = reference("customer.id")
    owner_id: int = reference("staff.id")
    title: str
    amount: int = whole()
    expected_close: date
    state: str
    stage_since: datetime = instant()
    created_at: datetime = instant()
    created_by: int = reference("staff.id")
    closed_on: date | None = None
    loss_reason: str | None = None
    version: int = 1


class OpportunityProduct(Base, table=True):
    """A product that the deal is about."""

    __tablename__ = "opportunity_product"

    opportunity_id: int = reference("opportunity.id", primary_key=True)
    product_id: int = reference("product.id", primary_key=True)
