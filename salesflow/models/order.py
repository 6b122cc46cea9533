"""Orders and their lines. The table is "sales_order": ORDER is a word of SQL."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from salesflow.enums import OrderState
from salesflow.models.base import Base, at_least, blob, instant, iso_date, key, one_of, reference, whole, within


class SalesOrder(Base, table=True):
    """What is to be delivered. Money in fen; the receiver's phone is a contact value and is kept encrypted."""

    __tablename__ = "sales_order"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_sales_order_owner", "owner_id", "state"),
        one_of("state", OrderState),
        at_least("total", 0),
        at_least("tax_total", 0),
        *iso_date("expected_delivery_on"),
    )

    id: int | None = key()
    number: str
    quote_id: int | None = reference("quote.id", nullable=True, index=True)
    contract_id: int | None = reference("contract.id", nullable=True)
    opportunity_id: int | None = reference("opportunity.id", nullable=True)
    customer_id: int = reference("customer.id", index=True)
    owner_id: int = reference("staff.id")
    state: str
    created_at: datetime = instant(index=True)
    submitted_at: datetime | None = instant(nullable=True)
    approved_at: datetime | None = instant(nullable=True)
    expected_delivery_on: date | None = None
    payment_terms: str | None = None
    delivery_address: str | None = None
    receiver: str | None = None
    receiver_phone_cipher: bytes | None = blob()
    receiver_phone_masked: str | None = None
    freight: int = whole(default=0)
    extras_total: int = whole(default=0)
    tax_total: int = whole()
    total: int = whole()
    note: str | None = None
    policy_id: int = reference("policy_version.id")
    version: int = 1


for _name in ("contract_id", "opportunity_id"):  # few orders have one
    _COLUMN = SalesOrder.__table__.c[_name]  # type: ignore[attr-defined]  # SQLModel adds __table__ at run time
    Index(f"ix_sales_order_{_name}", _COLUMN, sqlite_where=_COLUMN.is_not(None))


class OrderLine(Base, table=True):
    __tablename__ = "order_line"
    __table_args__ = (
        at_least("quantity", 1),
        within("tax_rate", 0, 10_000),
        *(at_least(name, 0) for name in ("unit_price", "tax", "amount")),
    )

    order_id: int = reference("sales_order.id", primary_key=True)
    line: int = Field(primary_key=True)
    product_id: int = reference("product.id")
    sku: str
    name: str
    spec: str = ""
    unit: str
    quantity: int = whole()
    unit_price: int = whole()
    discount: int
    tax_rate: int
    tax: int = whole()
    amount: int = whole()
