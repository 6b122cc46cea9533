"""Whose approval an order needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from salesflow.enums import Role
from salesflow.i18n import Message, msg, nmsg
from salesflow.money import display_money
from salesflow.rules.approvals import Step
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

ORDER_APPROVAL: Final = "order-approval"
CREDIT_LIMIT: Final = "credit-limit"


def order_approval(policy: Policy, *, total: int) -> Decision[tuple[Step, ...]]:
    """Every order goes to the manager, finance and operations; above the policy's amount also to the director.

    total in fen. `value` is the route. Outcome: "standard" or "director". Source: order-toolkit.
    """
    bound, days = policy.order_approval.director_above, policy.approval_deadline.workdays
    steps = [
        Step(Role.MANAGER, ORDER_APPROVAL, msg("checks the amount and that it fits the policy"), days),
        Step(Role.FINANCE, ORDER_APPROVAL, msg("checks the payment terms and the credit limit"), days),
        Step(Role.OPERATIONS, ORDER_APPROVAL, msg("checks the delivery capacity"), days),
    ]
    facts: dict[str, object] = {"total": display_money(total), "director_above": display_money(bound)}
    if total <= bound:
        text = msg("{total} needs the manager, finance and operations", **facts)
        return Decision(ORDER_APPROVAL, "standard", Strength.ROUTE, text, facts, tuple(steps))
    steps.append(Step(Role.DIRECTOR, ORDER_APPROVAL, msg("{total} is above {director_above}", **facts), days))
    text = msg("{total} needs the manager, finance and operations, and above {director_above} the director", **facts)
    return Decision(ORDER_APPROVAL, "director", Strength.ROUTE, text, facts, tuple(steps))


def credit_limit(
    policy: Policy,
    *,
    limit: int | None,
    exposure: int,
    order_total: int,
    overdue_days: int,
    first_payment: bool = False,
) -> Decision[tuple[Step, ...]]:
    """The customer's exposure after this order against the credit limit, and money that is overdue. Amounts in fen.

    limit: None if none is set, 0 for a customer who pays in advance (then `first_payment` says whether that payment
    is in); exposure: before this order; overdue_days: of the oldest overdue amount, 0 for none. `value` is the route:
    over the limit, or with money overdue, the director. Outcome: "no-limit", "within", "prepaid", "over-limit",
    "cash-in-advance", "overdue". Long overdue money refuses the order, and so does the limit where the policy says
    so. Source: order-toolkit, process-overview.
    """
    section = policy.credit_limit
    after = exposure + order_total
    facts: dict[str, object] = {
        "limit": None if limit is None else display_money(limit),
        "exposure": display_money(exposure),
        "order_total": display_money(order_total),
        "exposure_after": display_money(after),
        "overdue_days": overdue_days,
    }
    if overdue_days > section.overdue_refuse_days:
        hint = msg("collect the overdue amount first")
        return Decision(CREDIT_LIMIT, "overdue", Strength.REFUSE, _overdue(overdue_days), facts, hint=hint)
    reasons = [_overdue(overdue_days)] if overdue_days > section.overdue_step_days else []
    outcome = "overdue"
    over: Message | None = None
    if limit == 0 and after > 0 and not first_payment:
        outcome, over = "cash-in-advance", msg("the customer pays in advance, and the first payment is not in")
    elif limit and after > limit:
        outcome, over = (
            "over-limit",
            msg("the exposure would be {exposure_after}, the credit limit is {limit}", **facts),
        )
    if over is not None and section.over_limit == "refuse":
        hint = msg("collect first, or have the limit raised")
        return Decision(CREDIT_LIMIT, outcome, Strength.REFUSE, over, facts, hint=hint)
    reasons += [] if over is None else [over]
    if not reasons:
        return _granted(limit, facts)
    why = reasons[0] if len(reasons) == 1 else msg("{first}; {second}", first=reasons[0], second=reasons[1])
    step = Step(Role.DIRECTOR, CREDIT_LIMIT, why, policy.approval_deadline.workdays)
    text = msg("{why}; it needs the director", why=why)
    return Decision(CREDIT_LIMIT, outcome, Strength.ROUTE, text, facts, (step,))


def _overdue(days: int) -> Message:
    return nmsg("money is {count} day overdue", "money is {count} days overdue", count=days)


def _granted(limit: int | None, facts: dict[str, object]) -> Decision[tuple[Step, ...]]:
    if limit is None:
        return Decision(CREDIT_LIMIT, "no-limit", Strength.OFF, msg("no credit limit is set"), facts, ())
    if limit == 0:
        return Decision(
            CREDIT_LIMIT, "prepaid", Strength.OFF, msg("the customer pays in advance and has paid"), facts, ()
        )
    text = msg("the exposure would be {exposure_after}, within the credit limit of {limit}", **facts)
    return Decision(CREDIT_LIMIT, "within", Strength.OFF, text, facts, ())
