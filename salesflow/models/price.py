"""The history of prices: what a product costs from a day on. Money in fen, on the tax basis of the product."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint

from salesflow.enums import PriceState
from salesflow.models.base import Base, at_least, instant, iso_date, key, one_of, reference, whole


class Price(Base, table=True):
    """One price of a product. `floor_price`: the floor from that day on, None where it stays as it was.

    The price on a day is the valid one with the latest `valid_from` up to it, the later made of two on one day; before
    the first of them it is the product's own.
    """

    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_price_product", "product_id", "state", "valid_from"),
        one_of("state", PriceState),
        at_least("list_price", 0),
        at_least("floor_price", 0),
        *iso_date("valid_from"),
    )

    id: int | None = key()
    number: str
    product_id: int = reference("product.id")
    list_price: int = whole()
    floor_price: int | None = whole(nullable=True)
    valid_from: date
    state: str
    reason: str = ""
    at: datetime = instant()
    by_id: int = reference("staff.id")
    version: int = 1
