"""The arithmetic of a quote, exact in whole numbers: lines, tax, totals, and what is given away.

A line comes to list price x quantity x (1 - line discount) x (1 - quote discount), rounded once, half up, to the fen.
A unit price that was given stands in for the list price, so that it comes out as it was typed. Where prices include
tax, that is the line's amount, and the tax in it is amount x rate / (1 + rate), rounded. Where they are without tax,
the tax on it, rounded, is added. So a line's amount always includes its tax, and the sum of the lines is the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from salesflow.errors import InvalidValue, Refused
from salesflow.i18n import msg
from salesflow.money import Fen, add_tax, display_money, display_percent, half_up, split_tax
from salesflow.rules.authority import Concession

WHOLE: Final = 10_000
"""All of a price, in basis points."""
_PIECE: Final = 1_000
_CENT_OF_FEN: Final = 100
_END: Final = 10**13 * 100
"""No amount reaches this many fen, as no amount that is typed does: far from what 64 bits hold."""


class Item(NamedTuple):
    """What is sold on a line. Prices in fen per unit, quantity in thousandths, rates and discounts in basis points.

    given_price: the unit price given with the item, None where the list price holds. discount: given or automatic, off
    whichever of the two holds. net: both prices are without tax.
    """

    list_price: Fen
    quantity: int
    tax_rate: int
    discount: int = 0
    given_price: Fen | None = None
    net: bool = False

    @property
    def price(self) -> Fen:
        return self.list_price if self.given_price is None else self.given_price


class Line(NamedTuple):
    """What a line comes to, in fen: `amount` with tax, `before_tax` without, `tax` their difference.

    list_amount: what it would come to without any discount, tax included. basis_amount: `amount` on the tax basis of the
    product's prices. unit_price: the price without the quantity, on that basis too, in ten-thousandths of a yuan.
    discount: the line's own, off the list price, in basis points. concession: what is given away in all, exactly.
    """

    list_amount: Fen
    unit_price: int
    discount: int
    before_tax: Fen
    tax: Fen
    amount: Fen
    basis_amount: Fen
    concession: Concession


class Totals(NamedTuple):
    """A quote's totals in fen. All but discount_total and tax_total add up to `total`.

    goods_total: the lines with tax. discount_total: what they are below the list prices. tax_total: the lines' tax.
    max_discount: the largest all-in discount off the list price, of a line or of the goods, in basis points, rounded up.
    """

    goods_total: Fen
    discount_total: Fen
    freight: Fen
    extras_total: Fen
    tax_total: Fen
    total: Fen
    max_discount: int


def price_line(item: Item, *, line: int, quote_discount: int = 0) -> Line:
    """What an item comes to on a quote with that discount (basis points). `line` is its number, for messages.

    Refused where the given price is above the list price; InvalidValue where the amount is too large, and for what nobody
    can sell: no quantity, a price below 0, a discount below 0 or of more than all.
    """
    _check(item, line, quote_discount)
    if item.price > item.list_price:
        raise Refused(
            msg(
                "line {line}: the unit price {price} is above the list price {list_price}",
                line=line,
                price=display_money(item.price),
                list_price=display_money(item.list_price),
            ),
            msg(
                "a quote gives discounts, never surcharges: sell at the list price and add what comes on top with --extra"
            ),
            code="above-list-price",
        )
    kept = (WHOLE - item.discount) * (WHOLE - quote_discount)
    basis = half_up(item.price * item.quantity * kept, _PIECE * WHOLE * WHOLE)
    before_tax, tax, amount = _taxed(basis, item)
    list_amount = _taxed(half_up(item.list_price * item.quantity, _PIECE), item)[2]
    if list_amount >= _END:
        raise InvalidValue(
            msg("line {line}: the amount is too large", line=line), msg("check the quantity and the price")
        )
    return Line(
        list_amount=list_amount,
        unit_price=half_up(item.price * kept * _CENT_OF_FEN, WHOLE * WHOLE),
        discount=_own_discount(item),
        before_tax=before_tax,
        tax=tax,
        amount=amount,
        basis_amount=basis,
        concession=_concession(item, line, kept),
    )


def concessions(lines: Sequence[Line]) -> tuple[Concession, ...]:
    """What is given away on each line, and on the goods as a whole (last)."""
    each = tuple(line.concession for line in lines)
    whole = Concession(None, sum(one.list_amount for one in each), sum(one.net_amount for one in each))
    return (*each, whole)


def add_up(lines: Sequence[Line], *, freight: Fen = 0, extras: Sequence[Fen] = ()) -> Totals:
    """The totals of lines, freight and extras (tax-inclusive amounts of their own).

    InvalidValue where they are too large, and for freight or an extra below 0.
    """
    if min(freight, *extras, 0) < 0:
        raise InvalidValue(msg("freight and extras must not be below 0"))
    goods = sum(line.amount for line in lines)
    listed = sum(line.list_amount for line in lines)
    total = goods + freight + sum(extras)
    if max(total, listed) >= _END:
        raise InvalidValue(msg("the total is too large"), msg("check the quantities and the prices"))
    return Totals(
        goods_total=goods,
        discount_total=listed - goods,
        freight=freight,
        extras_total=sum(extras),
        tax_total=sum(line.tax for line in lines),
        total=total,
        max_discount=max((one.discount for one in concessions(lines)), default=0),
    )


def _check(item: Item, line: int, quote_discount: int) -> None:
    """Refuse what would turn an amount round. Discounts of 100 % twice are still free, not more than that."""
    if item.quantity <= 0:
        raise InvalidValue(msg("line {line}: the quantity must be above 0", line=line))
    if min(item.list_price, item.price) < 0:
        raise InvalidValue(msg("line {line}: a price must not be below 0", line=line))
    for points in (item.discount, quote_discount):
        if not 0 <= points <= WHOLE:
            raise InvalidValue(
                msg("line {line}: {discount} is no discount", line=line, discount=display_percent(points)),
                msg("give 0 % to 100 %, which is free"),
            )


def _taxed(basis: Fen, item: Item) -> tuple[Fen, Fen, Fen]:
    """(without tax, tax, with tax) of an amount on the tax basis of the item's prices."""
    if item.net:
        gross, tax = add_tax(basis, item.tax_rate)
        return basis, tax, gross
    net, tax = split_tax(basis, item.tax_rate)
    return net, tax, basis


def _own_discount(item: Item) -> int:
    """The line's discount off the list price without the quote's, rounded up: a given price counts as what it amounts to."""
    return Concession(None, item.list_price * WHOLE, item.price * (WHOLE - item.discount)).discount


def _concession(item: Item, line: int, kept: int) -> Concession:
    """List and sold amount with tax, in a unit so fine that nothing is rounded, the same for every item."""
    with_tax = item.quantity * (WHOLE + (item.tax_rate if item.net else 0))
    return Concession(line, item.list_price * with_tax * WHOLE * WHOLE, item.price * with_tax * kept)
