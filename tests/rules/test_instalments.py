"""The arithmetic of instalments, with what must hold for any amounts and shares."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.enums import InstalmentEvent
from salesflow.rules.instalments import Part, amounts, due_on, overdue

SIGNING, DELIVERY, ACCEPTANCE, DATE = InstalmentEvent


@pytest.mark.parametrize(
    ("total", "shares", "expected"),
    [
        (40_160_000, (3_000, 6_000, 1_000), (12_048_000, 24_096_000, 4_016_000)),
        (100, (3_333, 3_333, 3_334), (33, 34, 33)),  # 33.33 -> 33; 66.66 -> 67, less 33; 100 less 67
        (1, (5_000, 5_000), (1, 0)),  # half a fen is rounded up, once
        (2, (2_500, 2_500, 2_500, 2_500), (1, 0, 1, 0)),
        (0, (10_000,), (0,)),
        (99_999, (10_000,), (99_999,)),
    ],
)
def test_amounts(total: int, shares: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert amounts(total, shares) == expected


def shares_of_a_whole() -> st.SearchStrategy[list[int]]:
    """Shares that make up 100 %: where the whole is cut, in basis points."""
    cuts = st.lists(st.integers(1, 9_999), max_size=12, unique=True).map(sorted)
    return cuts.map(lambda at: [end - start for start, end in zip([0, *at], [*at, 10_000], strict=True)])


@given(total=st.integers(0, 10**13), shares=shares_of_a_whole())
def test_they_add_up_and_each_is_within_a_fen(total: int, shares: list[int]) -> None:
    found = amounts(total, shares)
    assert sum(found) == total
    for amount, share in zip(found, shares, strict=True):
        assert amount >= 0
        assert abs(amount - Fraction(total * share, 10_000)) <= 1


def test_a_due_day_is_there_once_the_event_is() -> None:
    signed = {SIGNING: date(2028, 2, 28)}
    assert due_on(Part(3_000, SIGNING), signed) == date(2028, 2, 28)
    assert due_on(Part(3_000, SIGNING, 1), signed) == date(2028, 2, 29)
    assert due_on(Part(6_000, DELIVERY, 7), signed) is None
    assert due_on(Part(1_000, ACCEPTANCE, 90), {**signed, ACCEPTANCE: date(2028, 3, 1)}) == date(2028, 5, 30)
    assert due_on(Part(1_000, DATE, on=date(2026, 5, 1)), {}) == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("collected", "today", "expected"),
    [
        (0, date(2026, 3, 10), 0),  # on the day itself it is not overdue
        (0, date(2026, 3, 11), 100),
        (40, date(2026, 3, 11), 60),
        (100, date(2026, 3, 11), 0),
        (150, date(2026, 4, 11), 50),
        (900, date(2026, 4, 11), 0),
    ],
)
def test_overdue(collected: int, today: date, expected: int) -> None:
    parts = [(100, date(2026, 3, 10)), (100, date(2026, 4, 10)), (300, None)]
    assert overdue(parts, collected=collected, today=today) == expected
