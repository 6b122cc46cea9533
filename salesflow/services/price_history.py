"""What products cost on a day: their first prices with the changes since, read in the transaction that needs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from salesflow.errors import Refused
from salesflow.i18n import msg
from salesflow.money import Fen, display_money
from salesflow.rules.decision import Decision
from salesflow.rules.prices import Change, Valid, course, price_valid

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.product import Product

_CHANGES: Final = (
    "SELECT valid_from, list_price, floor_price, number FROM price "
    "WHERE product_id = :product AND state = 'valid' ORDER BY valid_from, approved_at, id"
)


def first(product: Product) -> Valid:
    """What the product cost before any change."""
    return Valid(product.list_price, product.floor_price)


def changes(work: Transaction, product: Product) -> list[Change]:
    """The valid changes of a product's prices, past and to come, in the order in which they take hold."""
    found = work.driver.execute(_CHANGES, {"product": product.id}).fetchall()
    return [Change(date.fromisoformat(day), *rest) for day, *rest in found]


def valid(work: Transaction, product: Product, on: date) -> Decision[Valid]:
    """Rule price-valid for a product and a day."""
    return price_valid(sku=product.sku, first=first(product), changes=changes(work, product), on=on)


def with_change(known: Sequence[Change], new: Change) -> list[Change]:
    """The changes with one more, which takes hold after those of its day."""
    before = [change for change in known if change.valid_from <= new.valid_from]
    return [*before, new, *known[len(before) :]]


def check_course(sku: str, start: Valid, known: Iterable[Change], since: date) -> None:
    """Refuse changes after which the floor price would be above the list price, on that day or a later one."""
    for day, then in course(start, known):
        if day == since:
            check_floor(sku, then.list_price, then.floor_price)
        elif day > since and then.floor_price is not None and then.floor_price > then.list_price:
            raise Refused(
                msg(
                    "{sku}: from {date} on the floor price {floor_price} would be above the list price {list_price}",
                    sku=sku,
                    date=day,
                    floor_price=display_money(then.floor_price),
                    list_price=display_money(then.list_price),
                ),
                msg("see what is to come: salesflow price list {sku}", sku=sku),
                code="floor-above-list",
            )


def check_floor(sku: str, list_price: Fen, floor_price: Fen | None) -> None:
    """Refuse a floor price above the list price."""
    if floor_price is not None and floor_price > list_price:
        raise Refused(
            msg(
                "{sku}: the floor price {floor_price} is above the list price {list_price}",
                sku=sku,
                floor_price=display_money(floor_price),
                list_price=display_money(list_price),
            ),
            msg("lower the floor price or raise the list price"),
            code="floor-above-list",
        )
