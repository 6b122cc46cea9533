"""Whose approval an order needs, and what the customer's credit says to it."""

from __future__ import annotations

import pytest

from salesflow.enums import Role
from salesflow.rules.decision import Strength
from salesflow.rules.orders import credit_limit, order_approval
from salesflow.rules.policy import ApprovalDeadline, CreditLimit, OrderApproval, Policy

BALANCED = Policy()
STANDARD = [Role.MANAGER, Role.FINANCE, Role.OPERATIONS]


@pytest.mark.parametrize(
    ("policy", "total", "roles", "outcome", "text"),
    [
        (BALANCED, 0, STANDARD, "standard", "0.00 needs the manager, finance and operations"),
        (BALANCED, 50_000_000, STANDARD, "standard", "500,000.00 needs the manager, finance and operations"),
        (
            BALANCED, 50_000_001, [*STANDARD, Role.DIRECTOR], "director",
            "500,000.01 needs the manager, finance and operations, and above 500,000.00 the director",
        ),
        (
            Policy(order_approval=OrderApproval(0)), 1, [*STANDARD, Role.DIRECTOR], "director",
            "0.01 needs the manager, finance and operations, and above 0.00 the director",
        ),
    ],
)  # fmt: skip
def test_order_approval(policy: Policy, total: int, roles: list[Role], outcome: str, text: str) -> None:
    decision = order_approval(policy, total=total)
    assert (decision.rule, decision.outcome, decision.strength) == ("order-approval", outcome, Strength.ROUTE)
    assert decision.value is not None
    assert [step.role for step in decision.value] == roles
    assert {step.rule for step in decision.value} == {"order-approval"}
    assert str(decision.message) == text


def test_each_step_says_what_it_checks() -> None:
    policy = Policy(approval_deadline=ApprovalDeadline(workdays=2))
    steps = order_approval(policy, total=60_000_000).value
    assert steps is not None
    assert [(str(step.why), step.deadline_workdays) for step in steps] == [
        ("checks the amount and that it fits the policy", 2),
        ("checks the payment terms and the credit limit", 2),
        ("checks the delivery capacity", 2),
        ("600,000.00 is above 500,000.00", 2),
    ]


REFUSING = Policy(credit_limit=CreditLimit(over_limit="refuse"))
PATIENT = Policy(credit_limit=CreditLimit(overdue_step_days=10, overdue_refuse_days=60))


@pytest.mark.parametrize(
    ("policy", "limit", "exposure", "total", "overdue", "paid", "outcome", "strength", "text"),
    [
        (BALANCED, None, 10**9, 10**9, 0, False, "no-limit", Strength.OFF, "no credit limit is set"),
        (
            BALANCED, 100_000, 40_000, 60_000, 0, False, "within", Strength.OFF,
            "the exposure would be 1,000.00, within the credit limit of 1,000.00",
        ),
        (
            BALANCED, 100_000, 40_000, 60_001, 0, False, "over-limit", Strength.ROUTE,
            "the exposure would be 1,000.01, the credit limit is 1,000.00; it needs the director",
        ),
        (
            REFUSING, 100_000, 40_000, 60_001, 0, False, "over-limit", Strength.REFUSE,
            "the exposure would be 1,000.01, the credit limit is 1,000.00",
        ),
        # money overdue: the director; for more than 30 days: refused, whatever the limit
        (BALANCED, None, 1, 1, 1, False, "overdue", Strength.ROUTE, "money is 1 day overdue; it needs the director"),
        (BALANCED, 100_000, 1, 1, 30, False, "overdue", Strength.ROUTE, "money is 30 days overdue; it needs the director"),
        (BALANCED, 100_000, 1, 1, 31, False, "overdue", Strength.REFUSE, "money is 31 days overdue"),
        (BALANCED, None, 1, 1, 31, False, "overdue", Strength.REFUSE, "money is 31 days overdue"),
        (
            BALANCED, 100_000, 1, 100_000, 5, False, "over-limit", Strength.ROUTE,
            "money is 5 days overdue; the exposure would be 1,000.01, the credit limit is 1,000.00; it needs the director",
        ),
        (PATIENT, None, 1, 1, 10, False, "no-limit", Strength.OFF, "no credit limit is set"),
        (PATIENT, None, 1, 1, 60, False, "overdue", Strength.ROUTE, "money is 60 days overdue; it needs the director"),
        # a limit of 0: the first payment comes first
        (
            BALANCED, 0, 0, 100, 0, False, "cash-in-advance", Strength.ROUTE,
            "the customer pays in advance, and the first payment is not in; it needs the director",
        ),
        (
            REFUSING, 0, 0, 100, 0, False, "cash-in-advance", Strength.REFUSE,
            "the customer pays in advance, and the first payment is not in",
        ),
        (BALANCED, 0, 0, 100, 0, True, "prepaid", Strength.OFF, "the customer pays in advance and has paid"),
        (BALANCED, 0, -100, 100, 0, False, "prepaid", Strength.OFF, "the customer pays in advance and has paid"),
    ],
)  # fmt: skip
def test_credit_limit(
    policy: Policy,
    limit: int | None,
    exposure: int,
    total: int,
    overdue: int,
    paid: bool,
    outcome: str,
    strength: Strength,
    text: str,
) -> None:
    decision = credit_limit(
        policy, limit=limit, exposure=exposure, order_total=total, overdue_days=overdue, first_payment=paid
    )
    assert (decision.rule, decision.outcome, decision.strength) == ("credit-limit", outcome, strength)
    assert str(decision.message) == text
    if strength is Strength.ROUTE:
        assert decision.value is not None
        assert [(step.role, f"{step.why}; it needs the director") for step in decision.value] == [(Role.DIRECTOR, text)]
    else:
        assert decision.value == (None if decision.refused else ())
    assert (decision.hint is not None) == decision.refused


def test_the_facts_show_what_finance_needs() -> None:
    decision = credit_limit(BALANCED, limit=None, exposure=123_456, order_total=100, overdue_days=0)
    assert decision.facts == {
        "limit": None,
        "exposure": "1,234.56",
        "order_total": "1.00",
        "exposure_after": "1,235.56",
        "overdue_days": 0,
    }
