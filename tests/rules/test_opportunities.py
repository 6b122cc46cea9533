"""How likely opportunities are, what they are worth so weighted, and how long they may stay where they are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.enums import OpportunityStage
from salesflow.rules.decision import Strength
from salesflow.rules.opportunities import allowed_days, opportunity_age, probability, weighted
from salesflow.rules.policy import Opportunity, OpportunityAge, Policy

DISCOVERY, PROPOSAL, NEGOTIATION, CONTRACT, WON, LOST = OpportunityStage
SINCE = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("stage", "percent", "days"),
    [(DISCOVERY, 1_000, 30), (PROPOSAL, 3_000, 30), (NEGOTIATION, 6_000, 21), (CONTRACT, 9_000, 14), (WON, 10_000, 0), (LOST, 0, 0)],
)  # fmt: skip
def test_the_stages(stage: OpportunityStage, percent: int, days: int) -> None:
    assert probability(Policy(), stage) == percent
    assert allowed_days(Policy(), stage) == days


@pytest.mark.parametrize(
    ("amount", "points", "worth"),
    [(10_000_00, 3_000, 3_000_00), (1, 5_000, 1), (1, 4_999, 0), (3, 5_000, 2), (0, 9_000, 0), (99_999_999_999, 3_333, 33_330_000_000)],
)  # fmt: skip
def test_what_it_is_worth(amount: int, points: int, worth: int) -> None:
    policy = Policy(opportunity=Opportunity(proposal=points))
    assert weighted(policy, stage=PROPOSAL, amount=amount) == worth


@given(st.sampled_from([*OpportunityStage]), st.integers(0, 10**13), st.integers(0, 10_000))
def test_it_is_never_worth_more_than_all_of_it(stage: OpportunityStage, amount: int, points: int) -> None:
    policy = Policy(opportunity=Opportunity(*[points] * 4))
    found = weighted(policy, stage=stage, amount=amount)
    assert 0 <= found <= amount
    assert abs(found * 10_000 - amount * probability(policy, stage)) <= 5_000


@pytest.mark.parametrize(
    ("stage", "days", "outcome", "said"),
    [
        (NEGOTIATION, 0, "ok", "in stage negotiation since 2026-03-02; it may be there until 2026-03-23"),
        (NEGOTIATION, 21, "ok", "in stage negotiation since 2026-03-02; it may be there until 2026-03-23"),
        (NEGOTIATION, 22, "old", "in stage negotiation for 22 days, 21 are allowed"),
        (CONTRACT, 15, "old", "in stage contract for 15 days, 14 are allowed"),
        (WON, 900, "ok", "there is no limit to its days in this stage"),
        (LOST, 900, "ok", "there is no limit to its days in this stage"),
    ],
)
def test_opportunity_age(stage: OpportunityStage, days: int, outcome: str, said: str) -> None:
    decision = opportunity_age(Policy(), stage=stage, since=SINCE, today=SINCE + timedelta(days=days))
    assert (decision.rule, decision.outcome, str(decision.message)) == ("opportunity-age", outcome, said)
    assert decision.strength is (Strength.FLAG if outcome == "old" else Strength.OFF)
    assert decision.facts["days_in_stage"] == days
    assert (decision.hint is not None) == (outcome == "old")


def test_without_a_limit_nothing_is_old() -> None:
    policy = Policy(opportunity_age=OpportunityAge(discovery_days=0))
    decision = opportunity_age(policy, stage=DISCOVERY, since=SINCE, today=date(2036, 3, 2))
    assert (decision.outcome, decision.value) == ("ok", None)


def test_one_day_is_one_day() -> None:
    policy = Policy(opportunity_age=OpportunityAge(contract_days=1))
    leap = opportunity_age(policy, stage=CONTRACT, since=date(2024, 2, 28), today=date(2024, 3, 1))
    assert (leap.value, str(leap.message)) == (date(2024, 2, 29), "in stage contract for 2 days, 1 are allowed")
