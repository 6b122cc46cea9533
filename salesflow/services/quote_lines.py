"""The lines of a quote: products and discounts looked up, priced, written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import select

from salesflow.db.transaction import Transaction
from salesflow.enums import Grade
from salesflow.errors import NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.product import Product
from salesflow.models.quote import QuoteLine
from salesflow.money import Fen, format_quantity, half_up
from salesflow.rules.arithmetic import Item, Line, price_line
from salesflow.rules.prices import Valid
from salesflow.rules.pricing import AUTO_DISCOUNT, auto_discount
from salesflow.rules.quoting import Offered
from salesflow.services import price_history

_PIECE = 1_000
_OF_PRODUCT = ("sku", "name", "spec", "unit", "tax_rate", "net", "cost")
_OF_PRICE = ("list_price", "floor_price")
_OF_LINE = ("list_amount", "unit_price", "discount", "tax", "amount")


@dataclass(frozen=True, slots=True)
class NewItem:
    """One line as asked for: quantity in thousandths; a unit price in fen and a discount in basis points, where given."""

    sku: str
    quantity: int
    unit_price: Fen | None = None
    discount: int | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """A line that is to be: the product, its price of the day, what was asked for, by which rule it has its discount, what it
    comes to.
    """

    product: Product
    price: Valid
    item: NewItem
    rule: str | None
    line: Line

    @property
    def offered(self) -> Offered:
        return Offered(self.line, self.item.quantity, self.price.floor_price, self.product.cost)

    def __str__(self) -> str:
        return f"{self.product.sku}:{format_quantity(self.item.quantity)}"


def price(work: Transaction, item: NewItem, *, number: int, grade: Grade | None, quote_discount: int) -> Priced:
    """Price a line for a customer of that grade, from today's list price (rule price-valid): with the discount given, else the
    automatic one of rule auto-discount.

    NotFound for a SKU that is not there, Refused for a retired product or a unit price above the list price.
    """
    product = _product(work, item.sku)
    today = work.decide(price_history.valid(work, product, work.context.clock.today())).value
    assert today is not None
    discount, rule = item.discount or 0, None
    if item.discount is None and item.unit_price is None:
        listed = half_up(today.list_price * item.quantity, _PIECE)
        automatic = auto_discount(work.context.policy, grade=grade, quantity=item.quantity, list_amount=listed)
        discount = automatic.value or 0
        rule = AUTO_DISCOUNT if discount else None
    asked = Item(today.list_price, item.quantity, product.tax_rate, discount, item.unit_price, product.net)
    return Priced(product, today, item, rule, price_line(asked, line=number, quote_discount=quote_discount))


def write(work: Transaction, quote_id: int, lines: Sequence[Priced]) -> None:
    """Write the lines of a quote, with all that they were computed from."""
    rows = [
        {
            "quote_id": quote_id,
            "line": number,
            "product_id": one.product.id,
            "quantity": one.item.quantity,
            "given_price": one.item.unit_price,
            "given_discount": one.item.discount,
            "discount_rule": one.rule,
            **{name: getattr(one.product, name) for name in _OF_PRODUCT},
            **{name: getattr(one.price, name) for name in _OF_PRICE},
            **{name: getattr(one.line, name) for name in _OF_LINE},
        }
        for number, one in enumerate(lines, 1)
    ]
    work.insert(QuoteLine, rows)


def _product(work: Transaction, sku: str) -> Product:
    product = work.session.exec(select(Product).where(Product.sku == sku)).first()
    if product is None:
        raise NotFound(
            msg("there is no product {sku}", sku=sku), msg("see: salesflow product list"), code="unknown-product"
        )
    if product.retired_at is not None:
        raise Refused(
            msg("{sku} is retired", sku=sku), msg("see what is sold: salesflow product list"), code="retired-product"
        )
    return product
