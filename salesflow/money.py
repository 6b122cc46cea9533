"""Amounts, percentages and quantities as integers: fen, basis points and thousandths. No float comes near them.

Digits and signs may be of either width, half or full, as Chinese input methods type them.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from salesflow.errors import InvalidValue
from salesflow.i18n import Message, msg

Fen = int  # a hundredth of a yuan

_NUMBER: Final = r"(?P<whole>\d{1,3}(?:[,，]\d{3})+|\d+)(?:[.．](?P<fraction>\d+))?"
_MONEY: Final = rf"(?P<minus>[-－−])?\s*[¥￥]?\s*{_NUMBER}\s*(?P<unit>[万亿])?\s*元?"
_PERCENT: Final = rf"(?P<minus>[-－−])?{_NUMBER}\s*[%％]?"
_DECIMALS: Final = {"万": 2 + 4, "亿": 2 + 8}  # 1.2万 is 12,000 yuan: what is a whole fen has so many more decimals
_MOST_DIGITS: Final = 24  # beyond every bound; keeps absurd input away from int()

_MONEY_END: Final = 10**13 * 100
_QUANTITY_END: Final = 10**9 * 1000

_MONEY_FORMS: Final = msg("write 50000, 50,000.00, 5万, 1.2万 or ￥300, with two decimals at most")
_RANGE_FORMS: Final = msg("write FROM..TO, such as 30万..50万, or one end of it: ..50万")
_PERCENT_FORMS: Final = msg("write 15%, 15 or 12.5%, with two decimals at most")
_QUANTITY_FORMS: Final = msg("write 10, 1,000 or 2.5, with three decimals at most")


def parse_money(text: str, *, allow_negative: bool = False) -> Fen:
    """Fen of an amount in yuan such as 50000, 50,000.00, 5万, 3亿, ￥300 or 300元, below 10^13 yuan.

    InvalidValue for anything else, for a fraction of a fen (never rounded) and, unless allowed, for a negative amount.
    """
    match = re.fullmatch(_MONEY, text.strip())
    if match is None:
        raise _invalid(msg('"{value}" is not an amount', value=text), _MONEY_FORMS, text)
    if match["minus"] and not allow_negative:
        raise _invalid(msg('the amount "{value}" must not be negative', value=text), _MONEY_FORMS, text)
    fen = _scaled(match, _DECIMALS.get(match["unit"], 2))
    if fen is None:
        raise _invalid(msg('"{value}" has more than two decimals', value=text), _MONEY_FORMS, text)
    if abs(fen) >= _MONEY_END:
        raise _invalid(msg('the amount "{value}" is too large', value=text), _MONEY_FORMS, text)
    return fen


class MoneyRange(NamedTuple):
    """The least and the most in fen, both included; either may be open."""

    least: Fen | None = None
    most: Fen | None = None


def parse_money_range(text: str) -> MoneyRange:
    """A range of amounts such as 30万..50万, open at either end, or of a single amount; both ends included.

    InvalidValue for anything else, and where the first is above the second.
    """
    start, dots, end = text.strip().partition("..")
    least, most = (parse_money(part) if part.strip() else None for part in (start, end if dots else start))
    if least is None and most is None:
        raise _invalid(msg('"{value}" is not a range of amounts', value=text), _RANGE_FORMS, text)
    if least is not None and most is not None and least > most:
        parts = {"least": display_money(least), "most": display_money(most)}
        raise _invalid(msg("{least} is more than {most}", **parts), _RANGE_FORMS, text)
    return MoneyRange(least, most)


def format_money_range(range_: MoneyRange) -> str:
    """A range for programs: "300000.00..500000.00", with nothing where it is open."""
    return "..".join("" if fen is None else format_money(fen) for fen in range_)


def parse_percent(text: str, *, low: int = 0, high: int = 10_000) -> int:
    """Basis points of a percentage such as 15%, 15 or 12.5%; bounds in basis points, both allowed.

    InvalidValue for anything else, for a third decimal and for what is out of bounds.
    """
    match = re.fullmatch(_PERCENT, text.strip())
    if match is None:
        raise _invalid(msg('"{value}" is not a percentage', value=text), _PERCENT_FORMS, text)
    points = _scaled(match, 2)
    if points is None:
        raise _invalid(msg('"{value}" has more than two decimals', value=text), _PERCENT_FORMS, text)
    if not low <= points <= high:
        bounds = {"low": display_percent(low), "high": display_percent(high)}
        raise _invalid(msg('"{value}" is not between {low} and {high}', value=text, **bounds), _PERCENT_FORMS, text)
    return points


def parse_quantity(text: str, *, allow_zero: bool = False) -> int:
    """Thousandths of a quantity above 0 and below 10^9 with up to three decimals; InvalidValue for anything else.

    Nothing at all is a quantity only where it is allowed: of a stock, not of what is sold.
    """
    match = re.fullmatch(_NUMBER, text.strip())
    if match is None:
        raise _invalid(msg('"{value}" is not a quantity', value=text), _QUANTITY_FORMS, text)
    thousandths = _scaled(match, 3)
    if thousandths is None:
        raise _invalid(msg('"{value}" has more than three decimals', value=text), _QUANTITY_FORMS, text)
    if thousandths == 0 and allow_zero:
        return 0
    if not 0 < thousandths < _QUANTITY_END:
        raise _invalid(msg('the quantity "{value}" must be above 0 and below 10^9', value=text), _QUANTITY_FORMS, text)
    return thousandths


def format_money(fen: Fen) -> str:
    """Yuan for programs: "1234.50"."""
    return f"{_sign(fen)}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def display_money(fen: Fen) -> str:
    """Yuan for people: "1,234.50"."""
    return f"{_sign(fen)}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def format_percent(points: int) -> str:
    """Basis points for programs: "12.00"."""
    return format_money(points)


def display_percent(points: int) -> str:
    """Basis points for people, without useless zeros: "12 %", "12.5 %"."""
    return f"{_trimmed(points, 2)} %"


def display_price(value: int, thousands: str = ",") -> str:
    """Yuan of ten-thousandths, with as many decimals as are needed, two at least: "12.50", "12.3456"."""
    yuan, rest = divmod(abs(value), 10_000)
    decimals = f"{rest:04d}"
    return f"{_sign(value)}{yuan:{thousands}}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def format_quantity(thousandths: int) -> str:
    """A quantity without useless zeros: "1.5"."""
    return _trimmed(thousandths, 3)


def half_up(numerator: int, denominator: int) -> int:
    """The nearest integer of an exact quotient, half away from zero: 5/2 is 3, -5/2 is -3."""
    rounded = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return rounded if (numerator < 0) == (denominator < 0) else -rounded


def split_tax(gross: Fen, rate: int) -> tuple[Fen, Fen]:
    """(net, tax) of a tax-inclusive amount, rate in basis points: tax = gross x rate / (1 + rate), rounded half up."""
    tax = half_up(gross * rate, 10_000 + rate)
    return gross - tax, tax


def add_tax(net: Fen, rate: int) -> tuple[Fen, Fen]:
    """(gross, tax) of an amount without tax, rate in basis points: tax = net x rate, rounded half up."""
    tax = half_up(net * rate, 10_000)
    return net + tax, tax


def _scaled(match: re.Match[str], places: int) -> int | None:
    """The matched number times 10^places; None if it has more decimals than that. Huge numbers stay huge, not exact."""
    whole = match["whole"].replace(",", "").replace("，", "")
    fraction = match["fraction"] or ""
    if len(fraction) > places:
        return None
    if len(whole) > _MOST_DIGITS:
        return int(10**_MOST_DIGITS)
    scaled = int(whole + fraction) * int(10 ** (places - len(fraction)))
    return -scaled if match.groupdict().get("minus") else scaled


def _sign(number: int) -> str:
    return "-" if number < 0 else ""


def _trimmed(number: int, places: int) -> str:
    whole, fraction = divmod(abs(number), int(10**places))
    decimals = f"{fraction:0{places}d}".rstrip("0")
    return f"{_sign(number)}{whole}.{decimals}" if decimals else f"{_sign(number)}{whole}"


def _invalid(message: Message, forms: Message, value: str) -> InvalidValue:
    return InvalidValue(message, forms, details={"value": value})
