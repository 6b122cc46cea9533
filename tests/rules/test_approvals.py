"""Routes, and who decides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.enums import Role, StepDecision
from salesflow.i18n import msg
from salesflow.rules.approvals import Step, merge_routes, rejection_reason, separation_of_duties
from salesflow.rules.decision import Strength
from salesflow.rules.policy import Policy, SeparationOfDuties

BALANCED = Policy()


def step(role: Role, rule: str = "order-approval", why: str = "a", days: int = 1) -> Step:
    return Step(role, rule, msg(why), days)


def test_a_role_stands_once_with_every_reason() -> None:
    order = (step(Role.MANAGER), step(Role.FINANCE), step(Role.OPERATIONS), step(Role.DIRECTOR, why="large", days=3))
    credit = (step(Role.DIRECTOR, "credit-limit", "over the limit", 2),)
    floor = (step(Role.DIRECTOR, "price-floor", "below the floor", 5),)
    route = merge_routes(order, credit, floor)
    assert [one.role for one in route] == ["manager", "finance", "operations", "director"]
    last = route[-1]
    assert (last.rule, last.deadline_workdays) == ("order-approval", 2)
    assert str(last.why) == "large; [credit-limit] over the limit; [price-floor] below the floor"


@pytest.mark.parametrize(
    ("routes", "roles"),
    [
        ([], []),
        ([[], [Role.MANAGER], []], ["manager"]),
        # the director comes last, whichever rule asks for one
        ([[Role.DIRECTOR], [Role.MANAGER, Role.FINANCE]], ["manager", "finance", "director"]),
        ([[Role.MANAGER, Role.DIRECTOR], [Role.FINANCE]], ["manager", "finance", "director"]),
        # a rule's own order is kept: a contract goes to legal first, an order to the manager
        ([[Role.LEGAL, Role.FINANCE, Role.MANAGER]], ["legal", "finance", "manager"]),
        ([[Role.MANAGER, Role.FINANCE, Role.OPERATIONS], [Role.DIRECTOR]], ["manager", "finance", "operations", "director"]),
        ([[Role.MANAGER], [Role.FINANCE, Role.MANAGER]], ["manager", "finance"]),
    ],
)  # fmt: skip
def test_the_order_of_a_route(routes: list[list[Role]], roles: list[str]) -> None:
    assert [one.role for one in merge_routes(*([step(role) for role in route] for route in routes))] == roles


ALLOWED_TO_NOBODY = Policy(separation_of_duties=SeparationOfDuties(allow_only_holder=False))


@pytest.mark.parametrize(
    ("policy", "approver", "holders", "outcome", "strength", "text", "hint"),
    [
        (BALANCED, "zhang", ["zhang"], "ok", Strength.OFF, "submitted by li, decided by zhang", None),
        (
            BALANCED, "li", ["li", "zhang", "chen"], "own-submission", Strength.REFUSE,
            "li submitted this and cannot decide on it", "ask another holder of the role manager: chen, zhang",
        ),
        (
            BALANCED, "li", ["li"], "self-approved", Strength.FLAG,
            "self-approved: li submitted it and is the only holder of the role manager", None,
        ),
        (
            ALLOWED_TO_NOBODY, "li", ["li"], "own-submission", Strength.REFUSE,
            "li submitted this and cannot decide on it",
            "nobody else holds the role manager: give it to a second person",
        ),
        (
            ALLOWED_TO_NOBODY, "li", ["li", "zhang"], "own-submission", Strength.REFUSE,
            "li submitted this and cannot decide on it", "ask another holder of the role manager: zhang",
        ),
        # who is not a holder is not the only one
        (
            BALANCED, "li", [], "own-submission", Strength.REFUSE, "li submitted this and cannot decide on it",
            "nobody else holds the role manager: give it to a second person",
        ),
        (
            Policy(separation_of_duties=SeparationOfDuties(Strength.FLAG)), "li", ["li", "zhang"], "own-submission",
            Strength.FLAG, "li submitted this and cannot decide on it", "ask another holder of the role manager: zhang",
        ),
        (
            Policy(separation_of_duties=SeparationOfDuties(Strength.OFF)), "li", ["li", "zhang"], "ok", Strength.OFF,
            "submitted by li, decided by li", None,
        ),
    ],
)  # fmt: skip
def test_separation_of_duties(
    policy: Policy, approver: str, holders: list[str], outcome: str, strength: Strength, text: str, hint: str | None
) -> None:
    decision = separation_of_duties(
        policy, approver=approver, submitter="li", role=Role.MANAGER, active_holders=holders
    )
    assert (decision.rule, decision.outcome, decision.strength) == ("separation-of-duties", outcome, strength)
    assert str(decision.message) == text
    assert (None if decision.hint is None else str(decision.hint)) == hint


@pytest.mark.parametrize(
    ("given", "outcome", "text", "hint"),
    [
        # who made, changed or owns it is no better than who submitted it, and is not named as somebody to ask
        (
            {"approver": "chen", "hands": ["chen", "zhang"], "active_holders": ["chen", "zhang", "gao"]}, "own-submission",
            "chen submitted, made, changed or owns this and cannot decide on it", "ask another holder of the role manager: gao",
        ),
        (
            {"approver": "chen", "hands": ["zhang"], "active_holders": ["zhang"], "delegator": "zhang"}, "own-submission",
            "zhang submitted, made, changed or owns this, and their deputy chen cannot decide on it",
            "nobody else holds the role manager: give it to a second person",
        ),
        (
            {"approver": "chen", "hands": ["chen"], "active_holders": ["chen"]}, "self-approved",
            "self-approved: chen has a hand in it and is the only holder of the role manager", None,
        ),
        # nobody signs twice with a deputy's pen
        (
            {"approver": "chen", "again": True, "active_holders": ["chen", "zhang"]}, "second-signature",
            "chen decided a step of this already: a deputy's second signature is none",
            "ask another holder of the role manager: zhang",
        ),
        (
            {"approver": "chen", "again": True, "active_holders": ["zhang"], "delegator": "zhang"}, "second-signature",
            "chen decided a step of this already: a deputy's second signature is none",
            "ask another holder of the role manager: zhang",
        ),
    ],
)  # fmt: skip
def test_other_hands_in_it(given: dict[str, Any], outcome: str, text: str, hint: str | None) -> None:
    decision = separation_of_duties(BALANCED, submitter="li", role=Role.MANAGER, **given)
    assert (decision.outcome, str(decision.message)) == (outcome, text)
    assert (None if decision.hint is None else str(decision.hint)) == hint


@pytest.mark.parametrize(
    ("policy", "approver", "delegator", "holders", "outcome", "strength", "text", "hint"),
    [
        (
            BALANCED, "chen", "zhang", ["zhang"], "ok", Strength.OFF, "submitted by li, decided by chen for zhang", None,
        ),
        (
            BALANCED, "li", "zhang", ["zhang"], "own-submission", Strength.REFUSE,
            "li submitted this and cannot decide on it", "ask another holder of the role manager: zhang",
        ),
        # the only holder may decide on their own, but nobody in their place
        (
            BALANCED, "chen", "li", ["li"], "own-submission", Strength.REFUSE,
            "li submitted this, and their deputy chen cannot decide on it",
            "nobody else holds the role manager: give it to a second person",
        ),
        (
            BALANCED, "chen", "li", ["li", "zhang"], "own-submission", Strength.REFUSE,
            "li submitted this, and their deputy chen cannot decide on it", "ask another holder of the role manager: zhang",
        ),
        (
            Policy(separation_of_duties=SeparationOfDuties(Strength.FLAG)), "chen", "li", ["li"], "own-submission",
            Strength.FLAG, "li submitted this, and their deputy chen cannot decide on it",
            "nobody else holds the role manager: give it to a second person",
        ),
        (
            Policy(separation_of_duties=SeparationOfDuties(Strength.OFF)), "chen", "li", ["li"], "ok", Strength.OFF,
            "submitted by li, decided by chen for li", None,
        ),
    ],
)  # fmt: skip
def test_separation_of_duties_of_a_deputy(
    policy: Policy,
    approver: str,
    delegator: str,
    holders: list[str],
    outcome: str,
    strength: Strength,
    text: str,
    hint: str | None,
) -> None:
    decision = separation_of_duties(
        policy, approver=approver, submitter="li", role=Role.MANAGER, active_holders=holders, delegator=delegator
    )
    assert (decision.outcome, decision.strength, decision.facts["delegator"]) == (outcome, strength, delegator)
    assert str(decision.message) == text
    assert (None if decision.hint is None else str(decision.hint)) == hint


names = st.sampled_from(["li", "zhang", "chen", "wang"])


@given(approver=names, delegator=names, submitter=names, holders=st.sets(names), exception=st.booleans())
def test_through_a_deputy_nobody_ever_decides_on_their_own(
    approver: str, delegator: str, submitter: str, holders: set[str], exception: bool
) -> None:
    policy = Policy(separation_of_duties=SeparationOfDuties(allow_only_holder=exception))
    decision = separation_of_duties(
        policy, approver=approver, submitter=submitter, role=Role.MANAGER, active_holders=holders, delegator=delegator
    )
    assert decision.refused == (submitter in (approver, delegator))


@pytest.mark.parametrize(
    ("decided", "reason", "outcome", "text"),
    [
        (StepDecision.APPROVED, "", "ok", "only a rejection needs a reason"),
        (StepDecision.REJECTED, "账期太长", "ok", "rejected because: 账期太长"),
        (StepDecision.REJECTED, " ", "refused", "a rejection needs a reason"),
        (StepDecision.REJECTED, "", "refused", "a rejection needs a reason"),
    ],
)
def test_rejection_reason(decided: StepDecision, reason: str, outcome: str, text: str) -> None:
    decision = rejection_reason(decision=decided, reason=reason)
    assert (decision.rule, decision.outcome, decision.refused) == ("rejection-reason", outcome, outcome == "refused")
    assert str(decision.message) == text
