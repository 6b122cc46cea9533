"""Amounts in Chinese capital numerals, 人民币大写, as cheques, invoices and contracts have them."""

from __future__ import annotations

from typing import Final

from salesflow.errors import InvalidValue
from salesflow.i18n import msg

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")  # of a digit within its group of four
_GROUPS: Final = (
    "",
    "万",
    "亿",
    "万",
)  # from the right; the fourth group counts 万 of 亿: the norm knows no other word
_END: Final = 10 ** (4 * len(_GROUPS))  # yuan


def capitals(fen: int) -> str:
    """The amount in capital numerals: 123450 is 壹仟贰佰叁拾肆元伍角整, 0 is 零元整.

    Zeros between other digits are written as one 零, however many they are; 整 closes what has no 分. The norm (支付结算办法,
    正确填写票据和结算凭证的基本规定) leaves 零 out nowhere that it stands here, so that nothing can be written in between.
    InvalidValue for a negative amount and from 10^16 yuan on.
    """
    if fen < 0:
        raise InvalidValue(msg("a negative amount has no capital numerals"))
    yuan, rest = divmod(fen, 100)
    if yuan >= _END:
        raise InvalidValue(msg("the amount is too large for capital numerals"))
    dimes, cents = divmod(rest, 10)
    if not fen:
        return "零元整"
    said = f"{_whole(yuan)}元" if yuan else ""
    if dimes:
        said += ("零" if yuan and yuan % 10 == 0 else "") + f"{_DIGITS[dimes]}角"
    if cents:
        said += ("零" if yuan and not dimes else "") + f"{_DIGITS[cents]}分"
    return said if cents else f"{said}整"


def _whole(number: int) -> str:
    """A whole number above 0. 亿 is said also where its own group is empty, because of the 万 before it: 壹万亿."""
    said, zero, in_group = "", False, False
    digits = str(number)
    for place, digit in zip(range(len(digits) - 1, -1, -1), map(int, digits), strict=True):
        group, within = divmod(place, 4)
        if digit:
            said += ("零" if zero else "") + _DIGITS[digit] + _PLACES[within]
        zero, in_group = digit == 0, in_group or digit > 0
        if within == 0:
            said += _GROUPS[group] if in_group or group == 2 else ""
            in_group = False
    return said
