"""A second arithmetic of quotes, written as a person does it on paper: decimals of yuan, one step after the other.

It shares nothing with the first one: no fen, no basis points. Decimal is exact here because its context has room for every
digit; nothing is rounded but where the paper says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

EXACT = Context(prec=200)
FEN, TEN_THOUSANDTH = Decimal("0.01"), Decimal("0.0001")
HUNDRED = Decimal(100)


class Asked(NamedTuple):
    """A line as on paper: yuan, pieces, per cent."""

    price: Decimal
    quantity: Decimal
    rate: Decimal
    discount: Decimal = Decimal(0)
    net: bool = False


class Paper(NamedTuple):
    """What stands in the columns of a line: unit price, without tax, tax, with tax; and what it would be without discounts."""

    unit_price: Decimal
    before_tax: Decimal
    tax: Decimal
    amount: Decimal


class Sum(NamedTuple):
    goods: Decimal
    tax: Decimal
    total: Decimal


def on_paper(asked: Asked, quote_discount: Decimal = Decimal(0)) -> Paper:
    """A line: what is left after its own discount, of that what is left after the quote's, times the quantity."""
    after_own = asked.price - EXACT.multiply(asked.price, asked.discount / HUNDRED)
    after_both = after_own - EXACT.multiply(after_own, quote_discount / HUNDRED)
    basis = rounded(EXACT.multiply(after_both, asked.quantity))
    unit_price = rounded(after_both, TEN_THOUSANDTH)
    if asked.net:
        tax = rounded(EXACT.multiply(basis, asked.rate / HUNDRED))
        return Paper(unit_price, basis, tax, basis + tax)
    # of 113 yuan with 13 % in it, 13 are tax
    tax = nearest(EXACT.multiply(basis, asked.rate), HUNDRED + asked.rate)
    return Paper(unit_price, basis - tax, tax, basis)


def sum_up(lines: Sequence[Paper], freight: Decimal, extras: Sequence[Decimal]) -> Sum:
    goods, tax = Decimal("0.00"), Decimal("0.00")
    for line in lines:
        goods, tax = goods + line.amount, tax + line.tax
    total = goods + freight
    for extra in extras:
        total += extra
    return Sum(goods, tax, total)


def rounded(value: Decimal, to: Decimal = FEN) -> Decimal:
    return value.quantize(to, rounding=ROUND_HALF_UP, context=EXACT)


def nearest(dividend: Decimal, divisor: Decimal) -> Decimal:
    """A quotient to the fen: so many whole ones, and one more where what is left over is half of one or more."""
    fen = EXACT.divide_int(EXACT.multiply(dividend, HUNDRED), divisor)
    rest = EXACT.multiply(dividend, HUNDRED) - EXACT.multiply(fen, divisor)
    if EXACT.multiply(rest, Decimal(2)) >= divisor:
        fen += 1
    return EXACT.multiply(fen, FEN)
