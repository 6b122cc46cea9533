"""The history of prices: what a product costs from a day on. Money in fen, on the tax basis of the product."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from salesflow.enums import PriceState
from salesflow.models.base import Base, at_least, instant, iso_date, key, one_of, reference, whole


class Price(Base, table=True):
    """What changes of a product's price from a day on: `list_price`, `floor_price`; None where it stays as it was.

    Each of the two is on a day what the valid row with the latest `valid_from` up to it says, the later approved of two on
    one day; before the first of them it is the product's own. `approved_at`: since when the row is valid, which is when it
    was made where it needed nobody's approval.
    """

    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_price_product", "product_id", "state", "valid_from"),
        one_of("state", PriceState),
        at_least("list_price", 0),
        at_least("floor_price", 0),
        CheckConstraint("list_price IS NOT NULL OR floor_price IS NOT NULL", name="price_any"),
        *iso_date("valid_from"),
    )

    id: int | None = key()
    number: str
    product_id: int = reference("product.id")
    list_price: int | None = whole(nullable=True)
    floor_price: int | None = whole(nullable=True)
    valid_from: date
    state: str
    reason: str = ""
    at: datetime = instant()
    by_id: int = reference("staff.id")
    approved_at: datetime | None = instant(nullable=True)
    version: int = 1
