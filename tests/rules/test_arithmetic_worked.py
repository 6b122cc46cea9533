"""Whole quotes worked on paper, each step shown, and the same by a second arithmetic that shares nothing with the first.

What is asked for: lines separated by "|", each PRICE x QUANTITY, tax rate ("incl" or "on top"), its own discount; then the
quote's discount, freight, extras. All in yuan and per cent. What it comes to: amounts of the lines, goods, tax, total.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.money import format_money, parse_money, parse_percent, parse_quantity
from salesflow.rules.arithmetic import Item, Line, add_up, price_line
from tests.oracle import Asked, Paper, on_paper, rounded, sum_up


class Worked(NamedTuple):
    lines: str
    discount: str
    freight: str
    extras: tuple[str, ...]
    amounts: str
    goods: str
    tax: str
    total: str


W = Worked
WORKED = {
    # one line, prices with tax ------------------------------------------------------------------------------------------
    "113 with 13 % in it": W("113 x 1, 13 incl", "0", "0", (), "113.00", "113.00", "13.00", "113.00"),
    # 28800 x 3 = 86400; 86400 x 13 / 113 = 9939.823 -> 9939.82
    "three machines": W("28800 x 3, 13 incl", "0", "0", (), "86400.00", "86400.00", "9939.82", "86400.00"),
    # 28800 x 0.95 = 27360, x 3 = 82080; tax 82080 x 13 / 113 = 9442.8318 -> 9442.83
    "a line discount": W("28800 x 3, 13 incl, -5", "0", "0", (), "82080.00", "82080.00", "9442.83", "82080.00"),
    # 28800 x 0.98 x 3 = 84672; tax 84672 x 13 / 113 = 9741.0265 -> 9741.03
    "a quote discount": W("28800 x 3, 13 incl", "2", "0", (), "84672.00", "84672.00", "9741.03", "84672.00"),
    # 0.95 x 0.98 = 0.931, not 0.93; 28800 x 0.931 x 3 = 80438.40; tax x 13 / 113 = 9253.9752 -> 9253.98
    "both, one after the other": W(
        "28800 x 3, 13 incl, -5", "2", "0", (), "80438.40", "80438.40", "9253.98", "80438.40"
    ),
    # 6 % in it: 1800 x 2.5 = 4500; 4500 x 6 / 106 = 254.7170 -> 254.72
    "two and a half days": W("1800 x 2.5, 6 incl", "0", "0", (), "4500.00", "4500.00", "254.72", "4500.00"),
    # 12.34 x 1.234 = 15.22756 -> 15.23; 15.23 x 13 / 113 = 1.7521 -> 1.75
    "three decimals": W("12.34 x 1.234, 13 incl", "0", "0", (), "15.23", "15.23", "1.75", "15.23"),
    # 12.34 x 0.9 x 1.234 = 13.704804 -> 13.70; 13.70 x 13 / 113 = 1.5761 -> 1.58
    "three decimals less 10 %": W("12.34 x 1.234, 13 incl, -10", "0", "0", (), "13.70", "13.70", "1.58", "13.70"),
    # 5 x 0.001 = 0.005 -> 0.01, half up; 0.01 x 13 / 113 = 0.00115 -> 0.00
    "half a fen is one": W("5 x 0.001, 13 incl", "0", "0", (), "0.01", "0.01", "0.00", "0.01"),
    # 4.99 x 0.001 = 0.00499 -> 0.00
    "less than half a fen is none": W("4.99 x 0.001, 13 incl", "0", "0", (), "0.00", "0.00", "0.00", "0.00"),
    # 0.99 x 0.5 x 0.5 = 0.2475 -> 0.25 (rounded after the first discount it would be 0.495 -> 0.50 x 0.5 = 0.25 too)
    "half of the half": W("0.99 x 1, 0 incl, -50", "50", "0", (), "0.25", "0.25", "0.00", "0.25"),
    # 0.15 x 0.9 = 0.135, x 0.9 = 0.1215 -> 0.12; rounded in between: 0.14 x 0.9 = 0.126 -> 0.13
    "rounded once only": W("0.15 x 1, 0 incl, -10", "10", "0", (), "0.12", "0.12", "0.00", "0.12"),
    "all off": W("880 x 3, 13 incl, -100", "0", "0", (), "0.00", "0.00", "0.00", "0.00"),
    "all off twice": W("880 x 3, 13 incl, -100", "100", "0", (), "0.00", "0.00", "0.00", "0.00"),
    # 10000 x (1 - 0.9999) = 1.00; 1 x 13 / 113 = 0.1150 -> 0.12
    "nearly all off": W("10000 x 1, 13 incl, -99.99", "0", "0", (), "1.00", "1.00", "0.12", "1.00"),
    # one line, tax on top -------------------------------------------------------------------------------------------------
    "100 and 13 % on top": W("100 x 1, 13 on top", "0", "0", (), "113.00", "113.00", "13.00", "113.00"),
    # 1200 x 0.97 x 3.5 = 4074; 4074 x 0.06 = 244.44
    "on top of what is left": W("1200 x 3.5, 6 on top, -3", "0", "0", (), "4318.44", "4318.44", "244.44", "4318.44"),
    # 777.77 x 0.98 x 0.95 x 3 = 2172.31161 -> 2172.31; x 0.13 = 282.4003 -> 282.40
    "on top, both discounts": W(
        "777.77 x 3, 13 on top, -2", "5", "0", (), "2454.71", "2454.71", "282.40", "2454.71"
    ),
    # 0.50 x 0.13 = 0.065 -> 0.07, half up
    "tax of half a fen": W("0.50 x 1, 13 on top", "0", "0", (), "0.57", "0.57", "0.07", "0.57"),
    # 0.05 x 0.9 = 0.045 -> 0.05 first; 0.05 x 0.13 = 0.0065 -> 0.01
    "amount first, then its tax": W("0.05 x 1, 13 on top, -10", "0", "0", (), "0.06", "0.06", "0.01", "0.06"),
    "free, and no tax on it": W("777.77 x 3, 13 on top, -100", "0", "0", (), "0.00", "0.00", "0.00", "0.00"),
    # 99.99 x 12.345 = 1234.37655 -> 1234.38; x 0.09 = 111.0942 -> 111.09
    "on top, three decimals": W("99.99 x 12.345, 9 on top", "0", "0", (), "1345.47", "1345.47", "111.09", "1345.47"),
    # several lines, freight, extras -----------------------------------------------------------------------------------------
    # 28800 x 2 = 57600 (tax 6626.5487 -> 6626.55), 1800 x 3 = 5400 (305.6604 -> 305.66); 63000 + 800
    "machines, installation, freight": W(
        "28800 x 2, 13 incl | 1800 x 3, 6 incl", "0", "800", (), "57600.00 5400.00", "63000.00", "6932.21", "63800.00"
    ),
    # the quote's 2 % takes nothing off freight and extras: 56448 + 5292 = 61740; tax 6494.0177 -> .02, 299.5472 -> .55
    "the discount is off the goods alone": W(
        "28800 x 2, 13 incl | 1800 x 3, 6 incl", "2", "800", ("500", "0"), "56448.00 5292.00", "61740.00", "6793.57",
        "63040.00",
    ),
    # three thirds: 33.33 + 33.33 + 33.33 = 99.99, tax 3.8344 -> 3.83 each, 11.49 (of 99.99 in one it would be 11.50)
    "tax is rounded by line": W(
        "33.33 x 1, 13 incl | 33.33 x 1, 13 incl | 33.33 x 1, 13 incl", "0", "0", (), "33.33 33.33 33.33", "99.99",
        "11.49", "99.99",
    ),
    # 0.005 three times is 0.01 three times: the sum of the lines is the total, though 0.015 would be 0.02
    "the sum of the lines is the total": W(
        "5 x 0.001, 0 incl | 5 x 0.001, 0 incl | 5 x 0.001, 0 incl", "0", "0", (), "0.01 0.01 0.01", "0.03", "0.00", "0.03"
    ),
    # incl: 50000 x 0.97 x 2 = 97000, tax 11159.292 -> .29; on top: 1200 x 3 = 3600 + 216; free: 0
    "with tax, on top and free together": W(
        "50000 x 2, 13 incl, -3 | 1200 x 3, 6 on top | 880 x 1, 13 incl, -100", "0", "300", ("2000",),
        "97000.00 3816.00 0.00", "100816.00", "11375.29", "103116.00",
    ),
    # the same less 5 %: 92150 (10601.3274 -> .33), 3420 + 205.20, 0
    "the same with a quote discount": W(
        "50000 x 2, 13 incl, -3 | 1200 x 3, 6 on top | 880 x 1, 13 incl, -100", "5", "300", ("2000",),
        "92150.00 3625.20 0.00", "95775.20", "10806.53", "98075.20",
    ),
    "freight alone": W("100 x 1, 13 incl, -100", "0", "88.88", ("11.12",), "0.00", "0.00", "0.00", "100.00"),
    # 0.9223 x 0.985 = 0.9084655; 99999.99 x 0.9084655 x 999 = 90755694.3744 -> .37
    "millions": W(
        "99999.99 x 999, 13 incl, -7.77", "1.5", "0", (), "90755694.37", "90755694.37", "10440920.59", "90755694.37"
    ),
}  # fmt: skip


def asked(text: str) -> list[Asked]:
    found = []
    for line in text.split(" | "):
        match = re.fullmatch(r"(\S+) x (\S+), (\S+) (incl|on top)(?:, -(\S+))?", line)
        assert match is not None, line
        price, quantity, rate, basis, discount = match.groups()
        found.append(Asked(Decimal(price), Decimal(quantity), Decimal(rate), Decimal(discount or 0), basis == "on top"))
    return found


def priced(lines: list[Asked], discount: Decimal) -> list[Line]:
    return [
        price_line(
            Item(
                parse_money(str(one.price)),
                parse_quantity(str(one.quantity)),
                parse_percent(str(one.rate)),
                parse_percent(str(one.discount)),
                net=one.net,
            ),
            line=number,
            quote_discount=parse_percent(str(discount)),
        )
        for number, one in enumerate(lines, 1)
    ]


def test_there_are_enough_of_them() -> None:
    assert len(WORKED) >= 25


@pytest.mark.parametrize("case", WORKED.values(), ids=WORKED.keys())
def test_as_worked(case: Worked) -> None:
    lines = priced(asked(case.lines), Decimal(case.discount))
    totals = add_up(lines, freight=parse_money(case.freight), extras=[parse_money(extra) for extra in case.extras])
    assert " ".join(format_money(line.amount) for line in lines) == case.amounts
    shown = (format_money(totals.goods_total), format_money(totals.tax_total), format_money(totals.total))
    assert shown == (case.goods, case.tax, case.total)


@pytest.mark.parametrize("case", WORKED.values(), ids=WORKED.keys())
def test_as_on_paper(case: Worked) -> None:
    lines = [on_paper(one, Decimal(case.discount)) for one in asked(case.lines)]
    assert " ".join(f"{line.amount:.2f}" for line in lines) == case.amounts
    extras = [Decimal(extra) for extra in case.extras]
    found = sum_up(lines, Decimal(case.freight), extras)
    assert tuple(f"{value:.2f}" for value in found) == (case.goods, case.tax, case.total)


yuan = st.integers(0, 10**9).map(lambda fen: Decimal(fen) / 100)
percent = st.integers(0, 10_000).map(lambda points: Decimal(points) / 100)
pieces = st.integers(1, 10**7).map(lambda thousandths: Decimal(thousandths) / 1_000)
on_the_list = st.builds(Asked, yuan, pieces, percent, percent, st.booleans())


@given(st.lists(on_the_list, max_size=5), percent, yuan, st.lists(yuan, max_size=2))
def test_both_come_to_the_same(lines: list[Asked], discount: Decimal, freight: Decimal, extras: list[Decimal]) -> None:
    computed, paper = priced(lines, discount), [on_paper(one, discount) for one in lines]
    for line, written in zip(computed, paper, strict=True):
        assert (
            Paper(
                Decimal(line.unit_price) / 10_000,
                Decimal(line.before_tax) / 100,
                Decimal(line.tax) / 100,
                Decimal(line.amount) / 100,
            )
            == written
        )
    totals = add_up(computed, freight=int(freight * 100), extras=[int(extra * 100) for extra in extras])
    found = sum_up(paper, freight, extras)
    assert (totals.goods_total, totals.tax_total, totals.total) == tuple(int(value * 100) for value in found)


def test_the_paper_rounds_half_up() -> None:
    assert [str(rounded(Decimal(text))) for text in ("0.005", "0.0049", "1.015", "2.675")] == [
        "0.01",
        "0.00",
        "1.02",
        "2.68",
    ]
