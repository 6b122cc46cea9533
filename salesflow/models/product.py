"""Products and their prices. Money in fen, rates in basis points, stock in thousandths."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint

from salesflow.models.base import Base, at_least, instant, key, not_blank, whole, within


class Product(Base, table=True):
    __table_args__ = (
        UniqueConstraint("sku"),
        not_blank("sku"),
        not_blank("name"),
        within("tax_rate", 0, 10_000),
        *(at_least(name, 0) for name in ("list_price", "floor_price", "cost", "lead_days", "stock")),
    )

    id: int | None = key()
    sku: str
    name: str
    spec: str = ""
    unit: str
    list_price: int = whole()
    floor_price: int | None = whole(nullable=True)
    cost: int | None = whole(nullable=True)
    tax_rate: int
    net: bool = False
    lead_days: int | None = None
    stock: int | None = whole(nullable=True)
    customised: bool = False
    created_at: datetime = instant()
    retired_at: datetime | None = instant(nullable=True)
    version: int = 1
