"""Capital numerals: amounts worked out by hand, and every amount read back by a reader that knows nothing of the writer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.capital import capitals
from salesflow.errors import InvalidValue
from salesflow.money import parse_money

BY_HAND = {
    "0": "零元整",
    "0.01": "壹分",
    "0.05": "伍分",
    "0.09": "玖分",
    "0.10": "壹角整",
    "0.50": "伍角整",
    "0.11": "壹角壹分",
    "0.99": "玖角玖分",
    "1": "壹元整",
    "1.01": "壹元零壹分",
    "1.10": "壹元壹角整",
    "1.23": "壹元贰角叁分",
    "9.99": "玖元玖角玖分",
    "10.00": "壹拾元整",
    "10.01": "壹拾元零壹分",
    "10.10": "壹拾元零壹角整",
    "11": "壹拾壹元整",
    "15.50": "壹拾伍元伍角整",
    "20.03": "贰拾元零叁分",
    "20.30": "贰拾元零叁角整",
    "99.99": "玖拾玖元玖角玖分",
    "100": "壹佰元整",
    "101": "壹佰零壹元整",
    "110": "壹佰壹拾元整",
    "110.05": "壹佰壹拾元零伍分",
    "111.11": "壹佰壹拾壹元壹角壹分",
    "325.04": "叁佰贰拾伍元零肆分",
    "1000": "壹仟元整",
    "1001": "壹仟零壹元整",
    "1010": "壹仟零壹拾元整",
    "1050.50": "壹仟零伍拾元零伍角整",
    "1100": "壹仟壹佰元整",
    "1101.01": "壹仟壹佰零壹元零壹分",
    "1234.50": "壹仟贰佰叁拾肆元伍角整",
    "1409.50": "壹仟肆佰零玖元伍角整",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "6007.14": "陆仟零柒元壹角肆分",
    "9999.99": "玖仟玖佰玖拾玖元玖角玖分",
    "10000": "壹万元整",
    "10000.01": "壹万元零壹分",
    "10001": "壹万零壹元整",
    "10010": "壹万零壹拾元整",
    "10100": "壹万零壹佰元整",
    "11000": "壹万壹仟元整",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "20000.20": "贰万元零贰角整",
    "50500": "伍万零伍佰元整",
    "100000": "壹拾万元整",
    "100001": "壹拾万零壹元整",
    "101000": "壹拾万零壹仟元整",
    "107000.53": "壹拾万零柒仟元零伍角叁分",
    "110000": "壹拾壹万元整",
    "600000": "陆拾万元整",
    "1000000": "壹佰万元整",
    "1000001": "壹佰万零壹元整",
    "1000100.05": "壹佰万零壹佰元零伍分",
    "1010101.01": "壹佰零壹万零壹佰零壹元零壹分",
    "1200000": "壹佰贰拾万元整",
    "10000000": "壹仟万元整",
    "10000001": "壹仟万零壹元整",
    "10100000": "壹仟零壹拾万元整",
    "10203040.50": "壹仟零贰拾万零叁仟零肆拾元零伍角整",
    "12345678.90": "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元玖角整",
    "99999999.99": "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    "100000000": "壹亿元整",
    "100000001": "壹亿零壹元整",
    "100010000": "壹亿零壹万元整",
    "100100000": "壹亿零壹拾万元整",
    "110000000": "壹亿壹仟万元整",
    "1000000000": "壹拾亿元整",
    "1000010000.10": "壹拾亿零壹万元零壹角整",
    "1010000000": "壹拾亿零壹仟万元整",
    "100000000000": "壹仟亿元整",
    "100000000000.01": "壹仟亿元零壹分",
    "1000000000000": "壹万亿元整",
    "1000000000001": "壹万亿零壹元整",
    "1000100000000": "壹万零壹亿元整",
    "1000000010000": "壹万亿零壹万元整",
    "9999999999999.99": "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
}


@pytest.mark.parametrize("yuan", BY_HAND)
def test_worked_by_hand(yuan: str) -> None:
    assert capitals(parse_money(yuan)) == BY_HAND[yuan]


@pytest.mark.parametrize("fen", [-1, -100, 10**18])
def test_what_has_none(fen: int) -> None:
    with pytest.raises(InvalidValue):
        capitals(fen)


def test_the_largest() -> None:
    assert capitals(10**18 - 1).startswith("玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿")


def read(words: str) -> int:
    """The fen that a clerk reads: each number word counts by the units after it."""
    match = re.fullmatch(r"(?:(?P<yuan>.+)元)?零?(?:(?P<dimes>[^零角元])角)?零?(?:(?P<cents>[^零分元])分)?整?", words)
    assert match is not None, words
    whole = 0 if match["yuan"] in (None, "零") else number(match["yuan"])
    return whole * 100 + 10 * digit(match["dimes"]) + digit(match["cents"])


def number(words: str) -> int:
    for unit, worth in (("亿", 10**8), ("万", 10**4)):
        if unit in words:
            before, _, after = words.rpartition(unit)
            return number(before) * worth + number(after)
    total = 0
    for word, unit in re.findall("([壹贰叁肆伍陆柒捌玖])([拾佰仟]?)", words):
        total += digit(word) * {"": 1, "拾": 10, "佰": 100, "仟": 1000}[unit]
    return total


def digit(word: str | None) -> int:
    return 0 if word is None else "零壹贰叁肆伍陆柒捌玖".index(word)


AMOUNTS = st.one_of(
    st.integers(0, 10**18 - 1),
    st.integers(0, 10**7),
    # many zeros: where the rules for 零 are
    st.lists(st.sampled_from("000000123456789"), min_size=1, max_size=18).map(lambda digits: int("".join(digits))),
)


@given(AMOUNTS)
def test_what_is_written_is_read_as_the_amount(fen: int) -> None:
    assert read(capitals(fen)) == fen


@given(AMOUNTS)
def test_how_it_is_written(fen: int) -> None:
    words = capitals(fen)
    assert "零零" not in words
    assert words.endswith("分" if fen % 10 else "整")
    assert not re.search("零[元万亿角分整]", words) or fen == 0
    assert words.startswith("零") == (fen == 0)
    assert words.count("亿") <= 1
    assert words.count("万") <= 2


@given(AMOUNTS, AMOUNTS)
def test_two_amounts_are_never_written_alike(one: int, other: int) -> None:
    assert (capitals(one) == capitals(other)) == (one == other)
