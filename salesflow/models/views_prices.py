"""The read views of products and the changes of their prices."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from salesflow.enums import PriceState
from salesflow.models.price import Price
from salesflow.models.product import Product
from salesflow.models.view_parts import all_of, login_of, table_of

product, price = table_of(Product), table_of(Price)


def product_view() -> Select[Any]:
    """Products with what they cost today, the day in UTC; `first_` are the prices before the first change."""
    columns = [
        _today(column.name) if column.name in ("list_price", "floor_price") else column for column in product.columns
    ]
    return select(
        *columns,
        product.c.retired_at.is_not(None).label("retired"),
        product.c.list_price.label("first_list_price"),
        product.c.floor_price.label("first_floor_price"),
    )


def price_view() -> Select[Any]:
    """The changes of prices in every state. Valid ones take hold in the order of valid_from, approved_at, id."""
    return select(
        *all_of(price), product.c.sku, product.c.name, product.c.retired_at, login_of(price.c.by_id, "by")
    ).select_from(price.join(product, product.c.id == price.c.product_id))


def _today(name: str) -> Any:
    """The price of today: what the latest change that says something of it made it."""
    change = price.alias(f"{name}_change")
    latest = (
        select(change.c[name])
        .where(change.c.product_id == product.c.id, change.c.state == PriceState.VALID.value)
        .where(change.c[name].is_not(None), change.c.valid_from <= func.current_date())
        .order_by(change.c.valid_from.desc(), change.c.approved_at.desc(), change.c.id.desc())
        .limit(1)
    )
    return func.coalesce(latest.scalar_subquery(), product.c[name]).label(name)
