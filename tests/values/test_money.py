"""Amounts, percentages and quantities: every accepted form, every refusal, exact rounding."""

from __future__ import annotations

import pytest

from salesflow.errors import InvalidValue
from salesflow.money import (
    add_tax,
    display_money,
    display_percent,
    format_money,
    format_money_range,
    format_percent,
    format_quantity,
    half_up,
    parse_money,
    parse_money_range,
    parse_percent,
    parse_quantity,
    split_tax,
)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("50000", 5_000_000),
        ("50,000.00", 5_000_000),
        ("5万", 5_000_000),
        ("1.2万", 1_200_000),
        ("3亿", 30_000_000_000),
        ("￥300", 30_000),
        ("¥300", 30_000),
        ("300元", 30_000),
        ("¥ 300 元", 30_000),
        ("5 万元", 5_000_000),
        ("1,200万", 1_200_000_000),
        ("0", 0),
        ("0.00", 0),
        ("0.01", 1),
        ("0.1", 10),
        ("007", 700),
        ("1,234,567.89", 123_456_789),
        ("  300  ", 30_000),
        ("\u3000300\u3000", 30_000),
        ("５００００", 5_000_000),
        ("１，２３４．５０", 123_450),
        ("￥５万", 5_000_000),
        ("1.234567万", 1_234_567),
        ("0.0000000001亿", 1),
        ("9999999999999.99", 999_999_999_999_999),
        ("99999.9999999999亿", 999_999_999_999_999),
    ],
)
def test_amounts(text: str, fen: int) -> None:
    assert parse_money(text) == fen
    assert type(parse_money(text)) is int


@pytest.mark.parametrize(
    ("text", "fen"),
    [("-1", -100), ("-￥1,000.50", -100_050), ("－300元", -30_000), ("−1.2万", -1_200_000), ("- 5", -500), ("7", 700)],
)
def test_negative_amounts_where_they_are_allowed(text: str, fen: int) -> None:
    assert parse_money(text, allow_negative=True) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "元",
        "万",
        "￥",
        "1.",
        ".5",
        "1.2.3",
        "1e5",
        "0x10",
        "1_000",
        "1,00",
        "1,0000",
        "10,00,000",
        "1000,000",
        ",100",
        "100,",
        "1 000",
        "5千",
        "5万万",
        "5万亿",
        "5万3",
        "$300",
        "300元整",
        "五万",
        "+300",
        "--5",
        "5-",
        "5²",
        "①",
        "½",
        "NaN",
        "Infinity",
        "300\n元\n元",
        "\x00300",
    ],
)
def test_what_is_not_an_amount(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_money(text, allow_negative=True)
    assert str(refused.value) == f'"{text}" is not an amount'
    assert "5万" in str(refused.value.hint)
    assert refused.value.exit_status == 2


@pytest.mark.parametrize("text", ["1.234", "1.000", "0.005", "300.123元", "1.2345678万", "1.00000000001亿"])
def test_a_fraction_of_a_fen_is_an_error_not_a_rounding(text: str) -> None:
    with pytest.raises(InvalidValue, match="has more than two decimals"):
        parse_money(text)


@pytest.mark.parametrize("text", ["10000000000000", "100000亿", "9" * 25, "9" * 5000, "1" + "0" * 24])
def test_amounts_are_bounded(text: str) -> None:
    with pytest.raises(InvalidValue, match="is too large"):
        parse_money(text)
    with pytest.raises(InvalidValue, match="is too large"):
        parse_money("-" + text, allow_negative=True)


@pytest.mark.parametrize("text", ["-1", "-￥300", "－0.01", "-0"])
def test_negative_amounts_are_refused_unless_allowed(text: str) -> None:
    with pytest.raises(InvalidValue, match="must not be negative"):
        parse_money(text)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("15%", 1500),
        ("15", 1500),
        ("12.5%", 1250),
        ("12.25", 1225),
        ("0", 0),
        ("0.01%", 1),
        ("100", 10_000),
        ("100.00%", 10_000),
        ("１５％", 1500),
        ("１２．５", 1250),
        (" 15 % ", 1500),
    ],
)
def test_percentages(text: str, points: int) -> None:
    assert parse_percent(text) == points


@pytest.mark.parametrize("text", ["", "%", "15%%", "a", "1,5", "15 fen", "5万", "￥15", ".5%", "5.%", "²"])
def test_what_is_not_a_percentage(text: str) -> None:
    with pytest.raises(InvalidValue, match="is not a percentage"):
        parse_percent(text)


@pytest.mark.parametrize("text", ["12.345", "0.001%", "10.000%"])
def test_a_third_decimal_of_a_percentage_is_an_error(text: str) -> None:
    with pytest.raises(InvalidValue, match="has more than two decimals"):
        parse_percent(text)


@pytest.mark.parametrize("text", ["100.01", "101%", "-1", "-0.01%", "1,000", "9" * 300])
def test_percentages_are_bounded(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_percent(text)
    assert str(refused.value) == f'"{text}" is not between 0 % and 100 %'


def test_the_bounds_of_a_percentage_are_the_callers() -> None:
    assert parse_percent("-12.5%", low=-2000, high=2000) == -1250
    assert parse_percent("250", high=30_000) == 25_000
    with pytest.raises(InvalidValue, match=r"is not between -20 % and 12.5 %"):
        parse_percent("13", low=-2000, high=1250)


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [("1", 1000), ("2.5", 2500), ("0.001", 1), ("1,000", 1_000_000), ("１０", 10_000), ("3.140", 3140), (" 7 ", 7000)],
)
def test_quantities(text: str, thousandths: int) -> None:
    assert parse_quantity(text) == thousandths


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", '"" is not a quantity'),
        ("ten", '"ten" is not a quantity'),
        ("-1", '"-1" is not a quantity'),
        ("5万", '"5万" is not a quantity'),
        ("1.2345", '"1.2345" has more than three decimals'),
        ("0", 'the quantity "0" must be above 0 and below 10^9'),
        ("0.000", 'the quantity "0.000" must be above 0 and below 10^9'),
        ("1000000000", 'the quantity "1000000000" must be above 0 and below 10^9'),
        ("1,000,000,000", 'the quantity "1,000,000,000" must be above 0 and below 10^9'),
    ],
)
def test_what_is_not_a_quantity(text: str, message: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_quantity(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("fen", "machine", "people"),
    [
        (0, "0.00", "0.00"),
        (1, "0.01", "0.01"),
        (-1, "-0.01", "-0.01"),
        (-50, "-0.50", "-0.50"),
        (123_450, "1234.50", "1,234.50"),
        (-123_456_789, "-1234567.89", "-1,234,567.89"),
        (99_999, "999.99", "999.99"),
    ],
)
def test_amounts_as_text(fen: int, machine: str, people: str) -> None:
    assert format_money(fen) == machine
    assert display_money(fen) == people


@pytest.mark.parametrize(
    ("points", "machine", "people"),
    [
        (1200, "12.00", "12 %"),
        (1250, "12.50", "12.5 %"),
        (1225, "12.25", "12.25 %"),
        (5, "0.05", "0.05 %"),
        (0, "0.00", "0 %"),
        (10_000, "100.00", "100 %"),
        (-150, "-1.50", "-1.5 %"),
    ],
)
def test_percentages_as_text(points: int, machine: str, people: str) -> None:
    assert format_percent(points) == machine
    assert display_percent(points) == people


@pytest.mark.parametrize(
    ("thousandths", "text"), [(1500, "1.5"), (1000, "1"), (1, "0.001"), (100_000, "100"), (0, "0"), (-2250, "-2.25")]
)
def test_quantities_as_text(thousandths: int, text: str) -> None:
    assert format_quantity(thousandths) == text


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (5, 2, 3),
        (4, 2, 2),
        (-5, 2, -3),
        (5, -2, -3),
        (-5, -2, 3),
        (1, 3, 0),
        (2, 3, 1),
        (-1, 3, 0),
        (-2, 3, -1),
        (0, 7, 0),
        (10**30 + 5, 10, 10**29 + 1),
        (49, 100, 0),
        (50, 100, 1),
    ],
)
def test_half_up(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        half_up(1, 0)


@pytest.mark.parametrize(
    ("gross", "rate", "net", "tax"),
    [
        (11_300, 1300, 10_000, 1300),
        (10_000, 1300, 8850, 1150),  # 1150.44…
        (10_600, 600, 10_000, 600),
        (100, 300, 97, 3),  # 2.91…
        (1, 1300, 1, 0),
        (12_345, 0, 12_345, 0),
        (-11_300, 1300, -10_000, -1300),
    ],
)
def test_tax_that_is_included(gross: int, rate: int, net: int, tax: int) -> None:
    assert split_tax(gross, rate) == (net, tax)


@pytest.mark.parametrize(
    ("net", "rate", "gross", "tax"),
    [(10_000, 1300, 11_300, 1300), (50, 100, 51, 1), (49, 100, 49, 0), (0, 1300, 0, 0), (-10_000, 600, -10_600, -600)],
)
def test_tax_on_top(net: int, rate: int, gross: int, tax: int) -> None:
    assert add_tax(net, rate) == (gross, tax)


def test_nothing_is_a_quantity_only_where_it_is_allowed() -> None:
    assert parse_quantity("0", allow_zero=True) == parse_quantity("0.000", allow_zero=True) == 0
    with pytest.raises(InvalidValue, match="must be above 0"):
        parse_quantity("0")


@pytest.mark.parametrize(
    ("text", "least", "most", "written"),
    [
        ("30万..50万", 30_000_000, 50_000_000, "300000.00..500000.00"),
        (" 1 .. 1 ", 100, 100, "1.00..1.00"),
        ("..５０万", None, 50_000_000, "..500000.00"),
        ("0..", 0, None, "0.00.."),
        ("￥300", 30_000, 30_000, "300.00..300.00"),
    ],
)
def test_a_range(text: str, least: int | None, most: int | None, written: str) -> None:
    found = parse_money_range(text)
    assert (found.least, found.most) == (least, most)
    assert format_money_range(found) == written
    assert parse_money_range(written) == found


@pytest.mark.parametrize("text", ["", "..", " .. ", "5..3", "-5..3", "a..b", "1..2..3", "1.005..2", "1…2"])
def test_no_range(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_money_range(text)
