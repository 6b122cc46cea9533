"""Quotes with their lines and extras. Money in fen, discounts and rates in basis points, quantities in thousandths."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from salesflow.enums import LossReason, QuoteState
from salesflow.models.base import Base, at_least, instant, iso_date, key, one_of, reference, whole, within

_STORED_STATES = [state for state in QuoteState if state is not QuoteState.EXPIRED]


class Quote(Base, table=True):
    """One version of an offer. Totals are frozen when it is made; being expired follows from `valid_until`.

    sent_at: when it last went to the customer. loss_reason: why the customer declined, where that has a name.
    """

    __table_args__ = (
        UniqueConstraint("number", "version"),
        Index("ix_quote_owner", "owner_id", "state", "valid_until"),
        one_of("state", _STORED_STATES),
        one_of("loss_reason", LossReason, nullable=True),
        within("quote_discount", 0, 10_000),
        within("max_discount", 0, 10_000),
        *(
            at_least(name, 0)
            for name in ("goods_total", "discount_total", "freight", "extras_total", "tax_total", "total")
        ),
        *iso_date("created_on", "valid_until", "accepted_on"),
    )

    id: int | None = key()
    number: str
    version: int = 1
    customer_id: int = reference("customer.id", index=True)
    owner_id: int = reference("staff.id")
    state: str
    created_on: date
    created_at: datetime = instant(index=True)
    valid_until: date
    quote_discount: int = 0
    goods_total: int = whole()
    discount_total: int = whole()
    freight: int = whole(default=0)
    extras_total: int = whole(default=0)
    tax_total: int = whole()
    total: int = whole()
    max_discount: int = 0
    payment_terms: str | None = None
    delivery_days: int | None = None
    warranty: str | None = None
    note: str | None = None
    policy_id: int = reference("policy_version.id")
    opportunity_id: int | None = reference("opportunity.id", nullable=True)
    sent_at: datetime | None = instant(nullable=True)
    accepted_on: date | None = None
    loss_reason: str | None = None
    edition: int = 1


_OPPORTUNITY = Quote.__table__.c.opportunity_id  # type: ignore[attr-defined]  # SQLModel adds __table__ at run time
Index("ix_quote_opportunity_id", _OPPORTUNITY, sqlite_where=_OPPORTUNITY.is_not(None))


class QuoteLine(Base, table=True):
    """One priced line, with all that its arithmetic starts from, so that it can be done again.

    `given_price` and `given_discount` are what was given with the item; `discount` is what they, or the automatic discount,
    amount to off the list price. `list_amount` is what the line would come to without a discount, tax included.
    `unit_price` is what one unit comes to, in ten-thousandths of a yuan, for show.
    """

    __tablename__ = "quote_line"
    __table_args__ = (
        within("discount", 0, 10_000),
        within("given_discount", 0, 10_000),
        within("tax_rate", 0, 10_000),
        at_least("quantity", 1),
        *(at_least(name, 0) for name in ("list_price", "given_price", "list_amount", "unit_price", "tax", "amount")),
    )

    quote_id: int = reference("quote.id", primary_key=True)
    line: int = Field(primary_key=True)
    product_id: int = reference("product.id")
    sku: str
    name: str
    spec: str = ""
    unit: str
    quantity: int = whole()
    list_price: int = whole()
    given_price: int | None = whole(nullable=True)
    given_discount: int | None = None
    list_amount: int = whole()
    discount: int
    discount_rule: str | None = None
    unit_price: int = whole()
    tax_rate: int
    net: bool = False
    tax: int = whole()
    amount: int = whole()
    floor_price: int | None = whole(nullable=True)
    cost: int | None = whole(nullable=True)


class QuoteExtra(Base, table=True):
    __tablename__ = "quote_extra"
    __table_args__ = (at_least("amount", 0),)

    quote_id: int = reference("quote.id", primary_key=True)
    position: int = Field(primary_key=True)
    text: str
    amount: int = whole(default=0)
