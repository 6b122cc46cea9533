"""Shares and quartiles, exactly."""

from __future__ import annotations

import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.reports.figures import by_field, quartiles, share, total

ROWS: list[dict[str, Any]] = [
    {"source": "website", "late": 1, "count": 2},
    {"source": "referral", "late": 0, "count": 5},
    {"source": "website", "late": 0, "count": 3},
    {"source": None, "late": 0, "count": 0},
]


@pytest.mark.parametrize(
    ("part", "whole", "points"), [(1, 3, 3333), (2, 3, 6667), (0, 4, 0), (4, 4, 10_000), (0, 0, None)]
)
def test_a_share_is_in_basis_points(part: int, whole: int, points: int | None) -> None:
    assert share(part, whole) == points


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], (None, None, None)),
        ([7], (7000, 7000, 7000)),
        ([1, 2], (1250, 1500, 1750)),
        ([4, 1, 3, 2], (1750, 2500, 3250)),  # as QUARTILE.INC has them
        ([10, 20, 30, 40, 50], (20_000, 30_000, 40_000)),
    ],
)
def test_quartiles(values: list[int], found: tuple[int | None, int | None, int | None]) -> None:
    assert quartiles(values) == found


@given(st.lists(st.integers(0, 3000), min_size=2))
def test_quartiles_are_those_of_the_standard_library(values: list[int]) -> None:
    expected = statistics.quantiles(values, n=4, method="inclusive")
    assert quartiles(values) == tuple(round(cut * 1000) for cut in expected)


def test_rows_are_added_up_by_a_field() -> None:
    assert total(ROWS) == 10
    assert total(ROWS, late=0) == 8
    found = [(row["source"], row["count"], row["share"]) for row in by_field(ROWS, "source")]
    assert found == [("referral", 5, 5000), ("website", 5, 5000)], "the most first, then by name; nothing for nothing"
    assert [row["source"] for row in by_field(ROWS, "source", ["website", "other"])] == ["website"]
