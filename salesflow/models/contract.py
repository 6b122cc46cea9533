"""Contracts (销售合同). A contract keeps its number for life; each amendment is a revision of its content.

`revision` is the newest one, which may still be on its way to the signature; `in_force` the newest one that is signed
(None: none yet), which holds until then. Money in fen, shares in basis points.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from salesflow.enums import ContractState, ContractTerm, InstalmentEvent
from salesflow.models.base import Base, at_least, instant, iso_date, key, not_blank, one_of, reference, whole, within


class Contract(Base, table=True):
    """What stays the same, and how far the newest revision is."""

    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_contract_customer", "customer_id", "state"),
        Index("ix_contract_owner", "owner_id", "state"),
        one_of("state", ContractState),
        at_least("revision", 1),
        *iso_date("created_on", "signed_on", "ended_on"),
    )

    id: int | None = key()
    number: str
    customer_id: int = reference("customer.id")
    owner_id: int = reference("staff.id")
    opportunity_id: int | None = reference("opportunity.id", nullable=True, index=True)
    state: str
    revision: int = 1
    in_force: int | None = None
    created_at: datetime = instant(index=True)
    created_on: date
    signed_on: date | None = Field(default=None, index=True)
    ended_on: date | None = None
    version: int = 1


class ContractRevision(Base, table=True):
    """The content of one revision: what it is about, what it comes to, and why it was made."""

    __tablename__ = "contract_revision"
    __table_args__ = (at_least("amount", 0), at_least("tax_total", 0), *iso_date("signed_on"))

    contract_id: int = reference("contract.id", primary_key=True)
    revision: int = Field(primary_key=True)
    quote_id: int | None = reference("quote.id", nullable=True, index=True)
    title: str
    amount: int = whole()
    tax_total: int | None = whole(nullable=True)
    reason: str = ""
    made_at: datetime = instant()
    by_id: int = reference("staff.id")
    signed_on: date | None = None
    policy_id: int = reference("policy_version.id")


class ContractClause(Base, table=True):
    """One term of a revision."""

    __tablename__ = "contract_clause"
    __table_args__ = (one_of("term", ContractTerm), not_blank("text"))

    contract_id: int = reference("contract.id", primary_key=True)
    revision: int = Field(primary_key=True)
    term: str = Field(primary_key=True)
    text: str


class Instalment(Base, table=True):
    """A part of the money, due some days after an event, or on a date. The last one has what rounding leaves."""

    __table_args__ = (
        one_of("event", InstalmentEvent),
        within("share", 1, 10_000),
        at_least("amount", 0),
        at_least("days", 0),
        *iso_date("due_on"),
    )

    contract_id: int = reference("contract.id", primary_key=True)
    revision: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    share: int
    amount: int = whole()
    event: str
    days: int = 0
    due_on: date | None = None


class CommissionSplit(Base, table=True):
    """Whose the commission of a contract is, and how much of it."""

    __tablename__ = "commission_split"
    __table_args__ = (within("share", 1, 10_000),)

    contract_id: int = reference("contract.id", primary_key=True)
    revision: int = Field(primary_key=True)
    staff_id: int = reference("staff.id", primary_key=True)
    share: int
