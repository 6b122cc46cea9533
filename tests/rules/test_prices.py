"""Which price holds on a day, and whose approval a change of it needs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.enums import Role
from salesflow.rules.decision import Strength
from salesflow.rules.policy import Policy, PriceApproval
from salesflow.rules.prices import (
    Change,
    Valid,
    approval_wanted,
    change_of,
    course,
    price_approval,
    price_on,
    price_valid,
)

FIRST = Valid(2_880_000, 2_350_000)
MARCH, APRIL, LEAP = date(2026, 3, 2), date(2026, 4, 1), date(2028, 2, 29)
CHANGES = (
    Change(MARCH, 2_980_000, None, "JG2026-0001"),
    Change(MARCH, 2_950_000, None, "JG2026-0004"),  # of one day the later approved
    Change(date(2026, 3, 10), None, 2_400_000, "JG2026-0002"),  # the floor alone
    Change(APRIL, 3_100_000, 2_600_000, "JG2026-0003"),
    Change(LEAP, 0, 0, "JG2028-0001"),
)


@pytest.mark.parametrize(
    ("on", "outcome", "price", "floor", "text"),
    [
        ("2026-03-01", "first", 2_880_000, 2_350_000, "YF-100 costs 28,800.00, its first price"),
        ("2026-03-02", "2026-03-02", 2_950_000, 2_350_000, "YF-100 costs 29,500.00 since 2026-03-02 (JG2026-0004)"),
        ("2026-03-09", "2026-03-02", 2_950_000, 2_350_000, "YF-100 costs 29,500.00 since 2026-03-02 (JG2026-0004)"),
        # a change of the floor is none of the list price
        ("2026-03-10", "2026-03-02", 2_950_000, 2_400_000, "YF-100 costs 29,500.00 since 2026-03-02 (JG2026-0004)"),
        ("2026-03-31", "2026-03-02", 2_950_000, 2_400_000, "YF-100 costs 29,500.00 since 2026-03-02 (JG2026-0004)"),
        ("2026-04-01", "2026-04-01", 3_100_000, 2_600_000, "YF-100 costs 31,000.00 since 2026-04-01 (JG2026-0003)"),
        ("2028-02-28", "2026-04-01", 3_100_000, 2_600_000, "YF-100 costs 31,000.00 since 2026-04-01 (JG2026-0003)"),
        ("2028-02-29", "2028-02-29", 0, 0, "YF-100 costs 0.00 since 2028-02-29 (JG2028-0001)"),
        ("2199-12-31", "2028-02-29", 0, 0, "YF-100 costs 0.00 since 2028-02-29 (JG2028-0001)"),
    ],
)
def test_price_valid(on: str, outcome: str, price: int, floor: int, text: str) -> None:
    decision = price_valid(sku="YF-100", first=FIRST, changes=CHANGES, on=date.fromisoformat(on))
    assert (decision.rule, decision.outcome, decision.strength) == ("price-valid", outcome, Strength.COMPUTE)
    assert decision.value is not None
    assert (decision.value.list_price, decision.value.floor_price) == (price, floor)
    assert str(decision.message) == text
    assert decision.facts["valid_from"] == (None if outcome == "first" else date.fromisoformat(outcome))


def test_without_a_floor_there_is_none_until_one_comes() -> None:
    changes = (Change(MARCH, 500), Change(APRIL, None, 400))
    assert [price_on(Valid(600), changes, day).floor_price for day in (date(2026, 3, 1), MARCH, APRIL)] == [
        None,
        None,
        400,
    ]
    facts = price_valid(sku="A", first=Valid(600), changes=(), on=MARCH).facts
    assert (facts["floor_price"], facts["price"]) == (None, None)


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    amounts = st.none() | st.integers(0, 10**12)
    days = st.integers(0, 400).map(lambda number: MARCH + timedelta(days=number))
    return sorted(draw(st.lists(st.builds(Change, days, amounts, amounts), max_size=8)), key=lambda one: one.valid_from)


@given(histories(), st.integers(-30, 430))
def test_each_of_the_two_prices_is_what_the_last_change_made_it(changes: list[Change], number: int) -> None:
    """Done another way: for each price apart, the last change up to the day that says something of it."""
    day = MARCH + timedelta(days=number)
    found = price_on(FIRST, changes, day)
    for name in ("list_price", "floor_price"):
        said = [getattr(one, name) for one in changes if one.valid_from <= day and getattr(one, name) is not None]
        assert getattr(found, name) == (said[-1] if said else getattr(FIRST, name))


@given(histories(), st.integers(0, 400), st.integers(0, 10**12))
def test_a_change_to_come_changes_nothing_before(changes: list[Change], number: int, price: int) -> None:
    day = MARCH + timedelta(days=number)
    more = sorted([*changes, Change(day, price)], key=lambda one: one.valid_from)
    before = day - timedelta(days=1)
    assert price_on(FIRST, more, before) == price_on(FIRST, changes, before)
    assert len(list(course(FIRST, more))) == len(changes) + 1


def policy(needed: str) -> Policy:
    return Policy(price_approval=PriceApproval(needed))


UP, DOWN = Valid(3_000_000, 2_350_000), Valid(2_500_000, 2_350_000)


@pytest.mark.parametrize(
    ("needed", "new", "outcome"),
    [
        ("never", UP, "ok"),
        ("never", Valid(0, 0), "ok"),
        ("decreases", UP, "ok"),
        ("decreases", DOWN, "needed"),
        ("decreases", Valid(2_879_999, 2_350_000), "needed"),
        ("decreases", Valid(2_880_000, 2_349_999), "needed"),  # a lower floor is a decrease
        ("decreases", Valid(2_880_000, 2_350_001), "ok"),
        ("decreases", Valid(3_000_000, 2_000_000), "needed"),
        ("decreases", Valid(2_880_000, None), "ok"),
        ("always", UP, "needed"),
        ("always", DOWN, "needed"),
        ("always", Valid(2_880_000, 2_400_000), "needed"),
    ],
)
def test_price_approval(needed: str, new: Valid, outcome: str) -> None:
    decision = price_approval(policy(needed), sku="YF-100", old=FIRST, new=new, roles=(Role.REP,))
    assert (decision.rule, decision.outcome) == ("price-approval", outcome)
    assert decision.facts["needed"] == needed
    if outcome == "ok":
        assert (decision.strength, decision.value) == (Strength.OFF, ())
    else:
        assert decision.strength is Strength.ROUTE
        assert decision.value is not None
        assert [(step.role, step.rule, step.deadline_workdays) for step in decision.value] == [
            (Role.MANAGER, "price-approval", 1)
        ]
        assert decision.value[0].why == decision.message


@pytest.mark.parametrize(
    ("needed", "role", "outcome"),
    [
        ("decreases", Role.MANAGER, "ok"),
        ("decreases", Role.DIRECTOR, "ok"),
        ("decreases", Role.SENIOR_REP, "needed"),
        ("decreases", Role.FINANCE, "needed"),
        ("always", Role.MANAGER, "needed"),
    ],
)
def test_a_managers_own_decrease(needed: str, role: Role, outcome: str) -> None:
    said = price_approval(policy(needed), sku="YF-100", old=FIRST, new=DOWN, roles=(role,))
    assert said.outcome == outcome


def test_a_floor_where_there_was_none_is_no_decrease() -> None:
    assert price_approval(policy("decreases"), sku="A", old=Valid(100), new=Valid(100, 50), roles=()).outcome == "ok"
    assert price_approval(policy("always"), sku="A", old=Valid(100), new=Valid(100, 50), roles=()).outcome == "needed"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (FIRST, Valid(2_980_000, 2_350_000), "YF-100: 28,800.00 -> 29,800.00 (+3.47 %)"),
        (FIRST, Valid(2_160_000, 2_350_000), "YF-100: 28,800.00 -> 21,600.00 (-25 %)"),
        (
            FIRST, Valid(2_980_000, 2_400_000),
            "YF-100: 28,800.00 -> 29,800.00 (+3.47 %), floor price 23,500.00 -> 24,000.00",
        ),
        (FIRST, Valid(2_880_000, 2_400_000), "YF-100: floor price 23,500.00 -> 24,000.00"),
        (Valid(100), Valid(100, 50), "YF-100: floor price - -> 0.50"),
        (Valid(0), Valid(100), "YF-100: 0.00 -> 1.00"),
        (Valid(100), Valid(0), "YF-100: 1.00 -> 0.00 (-100 %)"),
    ],
)  # fmt: skip
def test_a_change_in_words(old: Valid, new: Valid, text: str) -> None:
    assert str(price_approval(Policy(), sku="YF-100", old=old, new=new, roles=()).message) == text


@pytest.mark.parametrize(
    ("old", "new", "points"),
    [(10_000, 10_000, 0), (30_000, 40_000, 3_333), (30_000, 20_000, -3_333), (1, 2, 10_000), (8, 7, -1_250)],
)
def test_how_much_dearer(old: int, new: int, points: int) -> None:
    assert change_of(old, new) == points


def test_what_an_import_is_told() -> None:
    assert str(approval_wanted(1).message) == "1 changed price needs the approval of the role manager"
    assert str(approval_wanted(12).message) == "12 changed prices need the approval of the role manager"
    assert approval_wanted(2).strength is Strength.FLAG
