"""Who may give how much discount: 10 % the rep, 20 % the manager, beyond it the director (template-guide)."""

from __future__ import annotations

import pytest

from salesflow.enums import Role
from salesflow.rules.authority import Concession, authority, discount_authority
from salesflow.rules.decision import Strength
from salesflow.rules.policy import DiscountAuthority, Policy

BALANCED = Policy()
THREE_STEPS = Policy(discount_authority=DiscountAuthority(rep=500, senior_rep=1_000, manager=1_500))
NO_MANAGER = Policy(discount_authority=DiscountAuthority(rep=1_000, senior_rep=1_000, manager=1_000))


def percent(points: int, line: int | None = 1) -> Concession:
    return Concession(line, 10_000, 10_000 - points)


@pytest.mark.parametrize(
    ("policy", "roles", "points", "route"),
    [
        (BALANCED, [Role.REP], 0, []),
        (BALANCED, [Role.REP], 1_000, []),
        (BALANCED, [Role.REP], 1_001, ["manager"]),
        (BALANCED, [Role.REP], 1_200, ["manager"]),
        (BALANCED, [Role.REP], 2_000, ["manager"]),
        (BALANCED, [Role.REP], 2_001, ["manager", "director"]),
        (BALANCED, [Role.REP], 10_000, ["manager", "director"]),
        (BALANCED, [Role.ASSISTANT], 1_000, []),
        (BALANCED, [Role.ASSISTANT], 1_500, ["manager"]),
        (BALANCED, [Role.SENIOR_REP], 1_000, []),
        (BALANCED, [Role.SENIOR_REP], 1_001, ["manager"]),
        (BALANCED, [Role.MANAGER], 1_500, []),
        (BALANCED, [Role.MANAGER], 2_000, []),
        (BALANCED, [Role.MANAGER], 2_500, ["director"]),
        (BALANCED, [Role.REP, Role.MANAGER], 1_500, []),
        (BALANCED, [Role.DIRECTOR], 10_000, []),
        (BALANCED, list(Role), 9_000, []),
        # whoever sells nothing gives nothing alone
        (BALANCED, [Role.TECHNICAL], 0, []),
        (BALANCED, [Role.TECHNICAL], 1, ["manager"]),
        (BALANCED, [], 500, ["manager"]),
        (THREE_STEPS, [Role.REP], 600, ["manager"]),
        (THREE_STEPS, [Role.SENIOR_REP], 600, []),
        (THREE_STEPS, [Role.SENIOR_REP], 1_600, ["manager", "director"]),
        # a manager who may give no more than the rep is not asked in vain
        (NO_MANAGER, [Role.REP], 1_200, ["director"]),
    ],
)
def test_route_by_role(policy: Policy, roles: list[Role], points: int, route: list[str]) -> None:
    decision = discount_authority(policy, roles=roles, concessions=[percent(points)])
    assert decision.rule == "discount-authority"
    assert decision.value is not None
    assert [step.role for step in decision.value] == route
    assert (decision.outcome, decision.strength) == (("above", Strength.ROUTE) if route else ("within", Strength.OFF))


def test_the_sentences_name_the_line_and_the_limits() -> None:
    decision = discount_authority(BALANCED, roles=[Role.REP], concessions=[percent(1_500), percent(2_500, 2)])
    assert str(decision.message) == "25 % on line 2 is above the submitter's 10 %; it needs: manager, director"
    assert decision.value is not None
    assert [(step.rule, str(step.why), step.deadline_workdays) for step in decision.value] == [
        ("discount-authority", "25 % on line 2 is above 10 %", 1),
        ("discount-authority", "25 % on line 2 is above 20 %", 1),
    ]
    assert decision.facts == {"discount": "25 %", "line": 2, "authority": "10 %", "roles": ["rep"]}
    whole = discount_authority(BALANCED, roles=[Role.REP], concessions=[percent(500), percent(1_250, None)])
    assert str(whole.message) == "12.5 % on the goods as a whole is above the submitter's 10 %; it needs: manager"
    within = discount_authority(BALANCED, roles=[Role.REP], concessions=[percent(300, 3)])
    assert str(within.message) == "3 % on line 3 is within the submitter's 10 %"


@pytest.mark.parametrize(
    ("list_amount", "net_amount", "discount"),
    [
        (10_000, 9_000, 1_000),
        (10_000_000, 8_999_999, 1_001),  # a hair above 10 % is shown as more than 10 %, and needs approval
        (10_000_000, 9_000_001, 1_000),
        (3, 2, 3_334),
        (100, 120, 0),  # above the list price
        (100, 0, 10_000),
        (0, 0, 0),
    ],
)
def test_the_discount_is_rounded_up(list_amount: int, net_amount: int, discount: int) -> None:
    assert Concession(None, list_amount, net_amount).discount == discount


def test_nothing_is_given_away_on_nothing() -> None:
    decision = discount_authority(BALANCED, roles=[], concessions=[])
    assert (decision.outcome, decision.value) == ("within", ())


def test_authority_is_the_largest_of_the_roles() -> None:
    section = THREE_STEPS.discount_authority
    assert [authority(section, [role]) for role in (Role.REP, Role.SENIOR_REP, Role.MANAGER, Role.DIRECTOR, Role.LEGAL)] == [
        500, 1_000, 1_500, 10_000, 0
    ]  # fmt: skip
    assert authority(section, [Role.REP, Role.SENIOR_REP]) == 1_000
