"""Automatic discounts, price floors and the validity of quotes."""

from __future__ import annotations

from datetime import date

import pytest

from salesflow.enums import Grade, Role
from salesflow.rules.decision import Strength
from salesflow.rules.policy import AutoDiscount, Policy, PriceFloor, QuoteValidity, Tier
from salesflow.rules.pricing import auto_discount, price_floor, quote_standing, quote_validity

BALANCED = Policy()
TIERED = Policy(
    auto_discount=AutoDiscount(
        quantity_tiers=(Tier(100_000, 200), Tier(500_000, 450)),  # from 100: 2 %, from 500: 4.5 %
        amount_tiers=(Tier(10_000_000, 300), Tier(50_000_000, 600)),  # from 100,000 yuan: 3 %, from 500,000: 6 %
    )
)


@pytest.mark.parametrize(
    ("policy", "grade", "quantity", "amount", "value", "outcome", "text"),
    [
        # A 3 %, B 1 %: template-guide
        (BALANCED, Grade.A, 1_000, 100, 300, "grade", "3 % for grade A"),
        (BALANCED, Grade.B, 1_000, 100, 100, "grade", "1 % for grade B"),
        (BALANCED, Grade.C, 1_000, 100, 0, "none", "no automatic discount"),
        (BALANCED, None, 10**9, 10**12, 0, "none", "no automatic discount"),
        (TIERED, Grade.C, 99_999, 100, 0, "none", "no automatic discount"),
        (TIERED, Grade.C, 100_000, 100, 200, "quantity", "2 % for a quantity of 100"),
        (TIERED, None, 500_500, 100, 450, "quantity", "4.5 % for a quantity of 500.5"),
        (TIERED, Grade.C, 1_000, 9_999_999, 0, "none", "no automatic discount"),
        (TIERED, Grade.C, 1_000, 10_000_000, 300, "amount", "3 % for an amount of 100,000.00"),
        # the better one, not their sum
        (TIERED, Grade.A, 100_000, 100, 300, "grade", "3 % for grade A"),
        (TIERED, Grade.A, 500_000, 100, 450, "quantity", "4.5 % for a quantity of 500"),
        (TIERED, Grade.A, 500_000, 60_000_000, 600, "amount", "6 % for an amount of 600,000.00"),
        (TIERED, Grade.A, 1_000, 10_000_000, 300, "grade", "3 % for grade A"),
    ],
)  # fmt: skip
def test_auto_discount(
    policy: Policy, grade: Grade | None, quantity: int, amount: int, value: int, outcome: str, text: str
) -> None:
    decision = auto_discount(policy, grade=grade, quantity=quantity, list_amount=amount)
    assert (decision.rule, decision.outcome, decision.value) == ("auto-discount", outcome, value)
    assert decision.strength is Strength.COMPUTE
    assert str(decision.message) == text


TEN_PERCENT = Policy(price_floor=PriceFloor(min_margin=1_000))


@pytest.mark.parametrize(
    ("policy", "amount", "quantity", "floor", "cost", "outcome", "text"),
    [
        (BALANCED, 80_000, 10_000, 8_000, None, "ok", "line 2: 800.00 is not below the floor"),
        (BALANCED, 79_999, 10_000, 8_000, None, "below-floor", "line 2: 799.99 is below the floor of 800.00"),
        # 0.333 x 10.01 yuan = 3.33333: rounded like the line itself, so that the floor price is not below the floor
        (BALANCED, 333, 333, 1_001, None, "ok", "line 2: 3.33 is not below the floor"),
        (BALANCED, 332, 333, 1_001, None, "below-floor", "line 2: 3.32 is below the floor of 3.33"),
        (BALANCED, 1, 10_000, None, None, "ok", "line 2: 0.01 is not below the floor"),
        # without a minimum margin a line must cover its cost
        (BALANCED, 70_000, 10_000, None, 7_000, "ok", "line 2: 700.00 is not below the floor"),
        (
            BALANCED, 69_999, 10_000, None, 7_000, "below-margin",
            "line 2: 699.99 for a cost of 700.00 is below the minimum margin of 0 %",
        ),
        # 10 % of the price: 900.00 of 1,000.00 is cost
        (TEN_PERCENT, 100_000, 10_000, None, 9_000, "ok", "line 2: 1,000.00 is not below the floor"),
        (
            TEN_PERCENT, 99_999, 10_000, None, 9_000, "below-margin",
            "line 2: 999.99 for a cost of 900.00 is below the minimum margin of 10 %",
        ),
        # both bounds: the floor is named first
        (TEN_PERCENT, 99_999, 10_000, 10_000, 9_000, "below-floor", "line 2: 999.99 is below the floor of 1,000.00"),
        (
            TEN_PERCENT, 99_999, 10_000, 9_500, 9_000, "below-margin",
            "line 2: 999.99 for a cost of 900.00 is below the minimum margin of 10 %",
        ),
        # given away
        (
            BALANCED, 0, 1_000, None, 100, "below-margin",
            "line 2: 0.00 for a cost of 1.00 is below the minimum margin of 0 %",
        ),
        (TEN_PERCENT, 0, 1_000, None, 0, "ok", "line 2: 0.00 is not below the floor"),
    ],
)  # fmt: skip
def test_price_floor(
    policy: Policy, amount: int, quantity: int, floor: int | None, cost: int | None, outcome: str, text: str
) -> None:
    decision = price_floor(
        policy, line=2, amount=amount, quantity=quantity, floor_price=floor, cost=cost, roles=[Role.REP]
    )
    assert (decision.rule, decision.outcome) == ("price-floor", outcome)
    assert str(decision.message) == text
    assert decision.value is not None
    if outcome == "ok":
        assert (decision.strength, decision.value) == (Strength.OFF, ())
    else:
        assert decision.strength is Strength.ROUTE
        assert [(step.role, step.rule, str(step.why), step.deadline_workdays) for step in decision.value] == [
            (Role.DIRECTOR, "price-floor", text, 1)
        ]


def test_a_director_below_the_floor_needs_nobody_but_it_is_flagged() -> None:
    decision = price_floor(
        BALANCED, line=1, amount=1, quantity=1_000, floor_price=100, cost=None, roles=[Role.REP, Role.DIRECTOR]
    )
    assert (decision.outcome, decision.strength, decision.value) == ("below-floor", Strength.FLAG, ())


@pytest.mark.parametrize(
    ("policy", "quoted", "days", "until", "text"),
    [
        (BALANCED, "2026-03-05", None, "2026-04-04", "valid until 2026-04-04, 30 days from 2026-03-05"),
        (BALANCED, "2026-03-05", 10, "2026-03-15", "valid until 2026-03-15, 10 days from 2026-03-05"),
        (BALANCED, "2028-02-28", 1, "2028-02-29", "valid until 2028-02-29, 1 day from 2028-02-28"),
        (
            Policy(quote_validity=QuoteValidity(days=15)), "2026-12-20", None, "2027-01-04",
            "valid until 2027-01-04, 15 days from 2026-12-20",
        ),
    ],
)  # fmt: skip
def test_quote_validity(policy: Policy, quoted: str, days: int | None, until: str, text: str) -> None:
    decision = quote_validity(policy, quoted_on=date.fromisoformat(quoted), valid_days=days)
    assert (decision.rule, decision.outcome, decision.value) == ("quote-validity", until, date.fromisoformat(until))
    assert decision.strength is Strength.COMPUTE
    assert str(decision.message) == text


@pytest.mark.parametrize(
    ("today", "outcome", "strength", "left", "text"),
    [
        ("2026-03-31", "ok", Strength.OFF, 4, "the quote stands until 2026-04-04"),
        ("2026-04-01", "expiring", Strength.FLAG, 3, "the quote expires on 2026-04-04"),
        ("2026-04-04", "expiring", Strength.FLAG, 0, "the quote expires on 2026-04-04"),
        ("2026-04-05", "expired", Strength.REFUSE, -1, "the quote expired on 2026-04-04"),
    ],
)
def test_quote_standing(today: str, outcome: str, strength: Strength, left: int, text: str) -> None:
    decision = quote_standing(BALANCED, valid_until=date(2026, 4, 4), today=date.fromisoformat(today))
    assert (decision.rule, decision.outcome, decision.value) == ("quote-validity", outcome, left)
    assert decision.strength is strength
    assert str(decision.message) == text
    assert (decision.hint is not None) == decision.refused
