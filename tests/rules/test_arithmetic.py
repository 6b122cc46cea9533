"""Worked examples of a quote's arithmetic: lines, tax, totals, concessions. Amounts in yuan, as on paper."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import pytest

from salesflow.errors import InvalidValue, Refused
from salesflow.money import format_money, parse_money, parse_percent, parse_quantity
from salesflow.rules.arithmetic import Item, Line, add_up, concessions, price_line


class Case(NamedTuple):
    """A line as it is asked for, and what it comes to."""

    net: bool
    price: str
    given: str
    quantity: str
    rate: str
    discount: str
    quote_discount: str
    unit_price: str
    tax: str
    amount: str
    own: str
    all_in: str


# Asked for: list price, unit price given with the item, quantity, tax rate, discounts of the line and the quote (per cent).
# It comes to: unit price, tax and amount, the line's own discount and the all-in one. "net": the prices are without tax.
TABLE = """
example                          |    list    given    qty tax  line quote | unit price         tax      amount  line all-in
one at list price                |  113.00        -      1  13     0     0 |   113.0000       13.00      113.00     0      0
tax rounds up at half            |    0.10        -      1 100     0     0 |     0.1000        0.05        0.10     0      0
tax of a fen                     |    0.01        -      1  13     0     0 |     0.0100        0.00        0.01     0      0
no tax                           |   99.99        -      3   0     0     0 |    99.9900        0.00      299.97     0      0
six per cent                     |    1200        -     10   6     0     0 |  1200.0000      679.25    12000.00     0      0
nine per cent                    |  333.33        -      3   9     0     0 |   333.3300       82.57      999.99     0      0
line discount                    |   50000        -      2  13     3     0 | 48500.0000    11159.29    97000.00     3      3
quote discount                   |   50000        -      2  13     0     5 | 47500.0000    10929.20    95000.00     0      5
both discounts                   |   50000        -      2  13     3     5 | 46075.0000    10601.33    92150.00     3   7.85
ten and ten are nineteen         |     100        -      1  13    10    10 |    81.0000        9.32       81.00    10     19
rounded once, not twice          |    0.99        -      1  13    50    50 |     0.2475        0.03        0.25    50     75
half a fen goes up               |    0.05        -      1   0    10     0 |     0.0450        0.00        0.05    10     10
less than half goes down         |    0.05        -      1   0    12     0 |     0.0440        0.00        0.04    12     12
fraction of a discount           |    1000        -      1  13 12.34     0 |   876.6000      100.85      876.60 12.34  12.34
smallest discount                |    1000        -      1  13  0.01     0 |   999.9000      115.03      999.90  0.01   0.01
smallest of both                 |    1000        -      1   0  0.01  0.01 |   999.8000        0.00      999.80  0.01   0.02
free                             |     880        -      3  13   100     0 |     0.0000        0.00        0.00   100    100
free by the quote                |     880        -      3  13     0   100 |     0.0000        0.00        0.00     0    100
list price nought                |       0        -      5  13    10    10 |     0.0000        0.00        0.00     0      0
three decimals                   |   12.34        -  1.234  13     0     0 |    12.3400        1.75       15.23     0      0
a thousandth                     |    4.99        -  0.001  13     0     0 |     4.9900        0.00        0.00     0      0
half a fen, by quantity          |    5.00        -  0.001  13     0     0 |     5.0000        0.00        0.01     0      0
three decimals and both          |   86.40        -  2.375   9   4.5     2 |    80.8618       15.86      192.05   4.5   6.41
a third                          |     100        -  0.333  13     0     0 |   100.0000        3.83       33.30     0      0
millions                         |99999.99        -    999  13  7.77   1.5 | 90846.5409 10440920.59 90755694.37  7.77   9.16
unit price four decimals         |    0.01        -   1000  13 33.33     0 |     0.0067        0.77        6.67 33.33  33.33
given: as the list price         |     100      100      3  13     0     0 |   100.0000       34.51      300.00     0      0
given: exactly as typed          |    1000   333.33      7  13     0     0 |   333.3300      268.43     2333.31 66.67  66.67
given: a round discount          |   50000    45000      1  13     0     0 | 45000.0000     5176.99    45000.00    10     10
given: a fen beyond 10 %         |     100    89.99      1   0     0     0 |    89.9900        0.00       89.99 10.01  10.01
given: a fen below list          |   50000 49999.99      1   0     0     0 | 49999.9900        0.00    49999.99  0.01   0.01
given: with a discount on it     |     100       80      2  13     5     0 |    76.0000       17.49      152.00    24     24
given: with the quote's discount |     100       80      2  13     0    10 |    72.0000       16.57      144.00    20     28
given: for nothing               |     100        0      2  13     0     0 |     0.0000        0.00        0.00   100    100
given: nothing for nothing       |       0        0      2  13     0     0 |     0.0000        0.00        0.00     0      0
given: three decimals            |   19.90    17.77 12.345  13     0     0 |    17.7700       25.24      219.37 10.71  10.71
net: tax on top                  |     100        -      1  13     0     0 |   100.0000       13.00      113.00     0      0
net: six per cent on top         |    1200        -    3.5   6     3     0 |  1164.0000      244.44     4318.44     3      3
net: tax rounds at half          |    0.50        -      1  13     0     0 |     0.5000        0.07        0.57     0      0
net: both discounts, tax on top  |  777.77        -      3  13     2     5 |   724.1039      282.40     2454.71     2    6.9
net: free, tax on nothing        |  777.77        -      3  13   100     0 |     0.0000        0.00        0.00   100    100
net: given                       |  777.77      700      3  13     0     0 |   700.0000      273.00     2373.00    10     10
net: given with the quote's      |  777.77      700      3  13     0     1 |   693.0000      270.27     2349.27    10   10.9
net: net rounded before its tax  |    0.05        -      1  13    10     0 |     0.0450        0.01        0.06    10     10
"""


def cases() -> dict[str, Case]:
    rows = [line.split("|") for line in TABLE.strip().splitlines()[1:]]
    return {name.strip(): Case(name.startswith("net"), *asked.split(), *come.split()) for name, asked, come in rows}


CASES = cases()


def item(case: Case) -> Item:
    return Item(
        parse_money(case.price),
        parse_quantity(case.quantity),
        parse_percent(case.rate),
        parse_percent(case.discount),
        None if case.given == "-" else parse_money(case.given),
        case.net,
    )


def priced(case: Case) -> Line:
    return price_line(item(case), line=1, quote_discount=parse_percent(case.quote_discount))


def rounded(exact: Fraction) -> int:
    """Half up, done another way: the floor of a half more."""
    return (exact + Fraction(1, 2)).__floor__()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_worked_examples(case: Case) -> None:
    line = priced(case)
    assert f"{line.unit_price // 10_000}.{line.unit_price % 10_000:04d}" == case.unit_price
    assert (format_money(line.tax), format_money(line.amount)) == (case.tax, case.amount)
    assert (line.discount, line.concession.discount) == (parse_percent(case.own), parse_percent(case.all_in))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_examples_by_fractions(case: Case) -> None:
    """The same from first principles: exact fractions of a yuan, rounded where the paper says so."""
    line = priced(case)
    price = Fraction(case.price if case.given == "-" else case.given)
    kept = (1 - Fraction(case.discount) / 100) * (1 - Fraction(case.quote_discount) / 100)
    rate = Fraction(case.rate) / 100
    basis = rounded(price * Fraction(case.quantity) * kept * 100)
    tax = rounded(basis * rate) if case.net else rounded(basis * rate / (1 + rate))
    assert line.basis_amount == basis
    assert line.tax == tax
    assert line.amount == (basis + tax if case.net else basis)
    assert line.before_tax == line.amount - tax
    assert line.unit_price == rounded(price * kept * 10_000)
    listed = Fraction(case.price)
    all_in = 1 - price * kept / listed if listed else Fraction(0)
    assert line.concession.discount == -((-all_in * 10_000).__floor__())


def test_totals_add_up() -> None:
    lines = [
        price_line(Item(5_000_000, 2_000, 1_300, 300), line=1, quote_discount=500),
        price_line(Item(120_000, 3_500, 600, net=True), line=2, quote_discount=500),
        price_line(Item(88_000, 1_000, 1_300, 10_000), line=3, quote_discount=500),
    ]
    assert [line.amount for line in lines] == [9_215_000, 422_940, 0]
    assert [line.list_amount for line in lines] == [10_000_000, 445_200, 88_000]
    totals = add_up(lines, freight=30_000, extras=[0, 50_000])
    assert totals._asdict() == {
        "goods_total": 9_637_940,
        "discount_total": 895_260,
        "freight": 30_000,
        "extras_total": 50_000,
        "tax_total": 1_060_133 + 23_940,
        "total": 9_717_940,
        "max_discount": 10_000,
    }


def test_freight_and_extras_carry_no_discount_and_no_tax_of_ours() -> None:
    line = price_line(Item(10_000, 1_000, 1_300), line=1, quote_discount=1_000)
    totals = add_up([line], freight=10_000, extras=[10_000])
    assert (totals.total, totals.tax_total, totals.discount_total) == (29_000, 1_035, 1_000)


def test_a_quote_without_lines_is_nothing() -> None:
    assert add_up([]) == (0, 0, 0, 0, 0, 0, 0)


def test_the_goods_as_a_whole_are_the_last_concession() -> None:
    lines = [price_line(Item(10_000, 1_000, 1_300, 2_000), line=1), price_line(Item(10_000, 3_000, 1_300), line=2)]
    each, _, whole = concessions(lines)
    assert (each.line, each.discount) == (1, 2_000)
    assert (whole.line, whole.discount) == (None, 500)


def test_ten_per_cent_is_ten_per_cent_however_small_the_amount() -> None:
    """Rounding to the fen must not turn 10 % into more: 0.03 less 10 % is 0.03, and 0.07 less 10 % is 0.06."""
    for price in (1, 3, 7, 13):
        line = price_line(Item(price, 1_000, 1_300, 1_000), line=1)
        assert line.concession.discount == 1_000


def test_what_is_above_ten_per_cent_by_the_least_counts_as_more() -> None:
    line = price_line(Item(1_000_000_000, 1_000, 1_300, given_price=899_999_999), line=1)
    assert line.concession.discount == 1_001


def test_net_and_inclusive_lines_weigh_with_their_tax() -> None:
    net = price_line(Item(10_000, 1_000, 10_000, 5_000, net=True), line=1)
    inclusive = price_line(Item(20_000, 1_000, 1_300), line=2)
    assert concessions([net, inclusive])[-1].discount == 2_500


def test_a_given_price_above_the_list_price_is_refused() -> None:
    with pytest.raises(Refused, match=r"line 2: the unit price 100.01 is above the list price 100.00") as caught:
        price_line(Item(10_000, 1_000, 1_300, given_price=10_001), line=2)
    assert (caught.value.code, caught.value.exit_status) == ("above-list-price", 4)


@pytest.mark.parametrize(
    ("item", "quote_discount", "says"),
    [
        (Item(100, 0, 0), 0, "line 4: the quantity must be above 0"),
        (Item(100, -1, 0), 0, "line 4: the quantity must be above 0"),
        (Item(-1, 1_000, 0), 0, "line 4: a price must not be below 0"),
        (Item(100, 1_000, 0, given_price=-1), 0, "line 4: a price must not be below 0"),
        (Item(100, 1_000, 0, 10_001), 0, r"line 4: 100\.01 % is no discount"),
        (Item(100, 1_000, 0, -1), 0, r"line 4: -0\.01 % is no discount"),
        (Item(100, 1_000, 0), 10_001, r"line 4: 100\.01 % is no discount"),
        (Item(100, 1_000, 0, 10_001), 10_001, r"line 4: 100\.01 % is no discount"),  # two wrongs are not a price again
    ],
)
def test_what_nobody_can_sell(item: Item, quote_discount: int, says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        price_line(item, line=4, quote_discount=quote_discount)


def test_all_off_twice_is_free() -> None:
    line = price_line(Item(88_000, 3_000, 1_300, 10_000), line=1, quote_discount=10_000)
    assert (line.amount, line.tax, line.unit_price, line.discount, line.concession.discount) == (
        0,
        0,
        0,
        10_000,
        10_000,
    )


def test_freight_and_extras_below_nought() -> None:
    for others in ({"freight": -1}, {"extras": [5, -1]}):
        with pytest.raises(InvalidValue, match="must not be below 0"):
            add_up([], **others)


@pytest.mark.parametrize(
    "item", [Item(10**15 - 1, 1_001, 0), Item(10**6, 10**12, 0), Item(9 * 10**14, 1_000, 1_300, net=True)]
)
def test_a_line_that_no_column_could_hold_is_refused(item: Item) -> None:
    with pytest.raises(InvalidValue, match="line 3: the amount is too large"):
        price_line(item, line=3)


def test_a_free_line_is_bounded_by_what_it_would_have_cost() -> None:
    with pytest.raises(InvalidValue, match="too large"):
        price_line(Item(10**14, 10**6, 0, 10_000), line=1)


def test_the_total_is_bounded_too() -> None:
    line = price_line(Item(6 * 10**14, 1_000, 0), line=1)
    assert add_up([line]).total == 6 * 10**14
    for others in ({"freight": 4 * 10**14}, {"extras": [4 * 10**14]}):
        with pytest.raises(InvalidValue, match="the total is too large"):
            add_up([line], **others)
    free = price_line(Item(6 * 10**14, 1_000, 0, 10_000), line=2)
    with pytest.raises(InvalidValue, match="the total is too large"):
        add_up([line, free])
