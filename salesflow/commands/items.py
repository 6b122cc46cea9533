"""What stands after --item and --extra: SKU:QTY[@UNIT_PRICE][-DISCOUNT%] and TEXT[=AMOUNT].

Both are read from the right, because a SKU may hold any of the signs and a text may hold "=". Signs of either width do.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.money import Fen, parse_money, parse_percent, parse_quantity

_MINUS: Final = r"\-－−–"
_PART: Final = rf"[^:：@＠{_MINUS}]*"
_ITEM: Final = (
    rf"(?P<sku>.*\S)\s*[:：]\s*(?P<quantity>[{_MINUS}]?{_PART})"
    rf"(?:[@＠](?P<price>[{_MINUS}]?{_PART}))?(?:[{_MINUS}](?P<discount>[^:：@＠]+))?"
)
_EXTRA: Final = r"(?P<text>.*\S)\s*[=＝](?P<amount>[^=＝]*)"
_ITEM_FORMS: Final = msg("write SKU:QUANTITY, SKU:QUANTITY@UNIT_PRICE or SKU:QUANTITY-DISCOUNT%, such as: YF-100:2-5%")
_EXTRA_FORMS: Final = msg("write TEXT or TEXT=AMOUNT, such as: training=2000")


class ItemText(NamedTuple):
    """An item as typed: quantity in thousandths, price in fen, discount in basis points; None where not given."""

    sku: str
    quantity: int
    unit_price: Fen | None = None
    discount: int | None = None


class ExtraText(NamedTuple):
    """An extra as typed: its text and its amount in fen, 0 where none is given."""

    text: str
    amount: Fen = 0


def parse_item(text: str) -> ItemText:
    """The parts of an item such as YF-100:2, YF-100:1.5@4万 or ＹＦ－１００：２－５％. InvalidValue for anything else."""
    match = re.fullmatch(_ITEM, text.strip())
    if match is None:
        raise InvalidValue(msg('"{value}" is not an item', value=text), _ITEM_FORMS, details={"value": text})
    price, discount = match["price"], match["discount"]
    return ItemText(
        match["sku"],
        parse_quantity(match["quantity"]),
        None if price is None else parse_money(price),
        None if discount is None else parse_percent(discount),
    )


def parse_extra(text: str) -> ExtraText:
    """The parts of an extra such as 培训, 培训=2000 or installation=￥500. InvalidValue for anything else."""
    match = re.fullmatch(_EXTRA, text.strip(), re.DOTALL)
    if match is not None:
        return ExtraText(match["text"], parse_money(match["amount"]))
    if not text.strip() or text.strip()[0] in "=＝":
        raise InvalidValue(msg('"{value}" is not an extra', value=text), _EXTRA_FORMS, details={"value": text})
    return ExtraText(text.strip())
