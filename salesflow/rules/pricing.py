"""Prices on a quote: automatic discounts, the floor, and how long the quote stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from salesflow.enums import Grade, Role
from salesflow.i18n import msg, nmsg
from salesflow.money import display_money, display_percent, format_quantity, half_up
from salesflow.rules.approvals import Step
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy, Tier

AUTO_DISCOUNT: Final = "auto-discount"
PRICE_FLOOR: Final = "price-floor"
QUOTE_VALIDITY: Final = "quote-validity"
_PIECE: Final = 1_000
_WHOLE: Final = 10_000


def auto_discount(policy: Policy, *, grade: Grade | None, quantity: int, list_amount: int) -> Decision[int]:
    """The discount that a line has without asking: by grade, quantity or amount tier, the best of them, not their sum.

    quantity in thousandths, list_amount (list price x quantity) in fen. `value`: basis points, 0 for none. Outcome:
    "none", or by what it is given: "grade", "quantity", "amount". Source: template-guide.
    """
    section = policy.auto_discount
    by_grade = {Grade.A: section.grade_a, Grade.B: section.grade_b, Grade.C: section.grade_c, None: 0}[grade]
    by_quantity, by_amount = _tier(section.quantity_tiers, quantity), _tier(section.amount_tiers, list_amount)
    best = max(by_grade, by_quantity, by_amount)
    facts: dict[str, object] = {
        "grade": grade,
        "quantity": format_quantity(quantity),
        "list_amount": display_money(list_amount),
        "discount": display_percent(best),
    }
    if not best:
        return Decision(AUTO_DISCOUNT, "none", Strength.COMPUTE, msg("no automatic discount"), facts, 0)
    shown = display_percent(best)
    if grade is not None and best == by_grade:
        text, outcome = msg("{discount} for grade {grade}", discount=shown, grade=grade.value), "grade"
    elif best == by_quantity:
        text, outcome = (
            msg("{discount} for a quantity of {quantity}", discount=shown, quantity=format_quantity(quantity)),
            "quantity",
        )
    else:
        text, outcome = (
            msg("{discount} for an amount of {amount}", discount=shown, amount=display_money(list_amount)),
            "amount",
        )
    return Decision(AUTO_DISCOUNT, outcome, Strength.COMPUTE, text, facts, best)


def price_floor(
    policy: Policy,
    *,
    line: int,
    amount: int,
    quantity: int,
    floor_price: int | None,
    cost: int | None,
    roles: Collection[Role],
) -> Decision[tuple[Step, ...]]:
    """A line below its floor price or the minimum margin over its cost needs the director, unless one submits it.

    amount: what the line sells for, in fen, on the same tax basis as floor_price and cost, which are fen per unit or
    None (no such bound); quantity in thousandths. Margin = (amount - cost) / amount. `value` is the route. Outcome:
    "ok", "below-floor" or "below-margin". Source: order-toolkit (成本、利润率), process-overview.
    """
    section = policy.price_floor
    floor = None if floor_price is None else half_up(floor_price * quantity, _PIECE)
    costs = None if cost is None else half_up(cost * quantity, _PIECE)
    facts: dict[str, object] = {
        "line": line,
        "amount": display_money(amount),
        "floor_amount": None if floor is None else display_money(floor),
        "cost_amount": None if costs is None else display_money(costs),
        "min_margin": display_percent(section.min_margin),
    }
    if floor is not None and amount < floor:
        outcome = "below-floor"
        text = msg("line {line}: {amount} is below the floor of {floor_amount}", **facts)
    elif costs is not None and (amount - costs) * _WHOLE < section.min_margin * amount:
        outcome = "below-margin"
        text = msg(
            "line {line}: {amount} for a cost of {cost_amount} is below the minimum margin of {min_margin}", **facts
        )
    else:
        text = msg("line {line}: {amount} is not below the floor", **facts)
        return Decision(PRICE_FLOOR, "ok", Strength.OFF, text, facts, ())
    if Role.DIRECTOR in roles:
        return Decision(PRICE_FLOOR, outcome, Strength.FLAG, text, facts, ())
    step = Step(Role.DIRECTOR, PRICE_FLOOR, text, policy.approval_deadline.workdays)
    return Decision(PRICE_FLOOR, outcome, Strength.ROUTE, text, facts, (step,))


def quote_validity(policy: Policy, *, quoted_on: date, valid_days: int | None = None) -> Decision[date]:
    """The last day of a quote: 30 days after it is made, or as many as are given. `value` is that day.

    Outcome: the ISO date. Source: template-guide.
    """
    days = policy.quote_validity.days if valid_days is None else valid_days
    until = quoted_on + timedelta(days=days)
    facts: dict[str, object] = {"quoted_on": quoted_on, "days": days, "given": valid_days is not None}
    text = nmsg(
        "valid until {date}, {count} day from {start}",
        "valid until {date}, {count} days from {start}",
        count=days,
        date=until,
        start=quoted_on,
    )
    return Decision(QUOTE_VALIDITY, until.isoformat(), Strength.COMPUTE, text, facts, until)


def quote_standing(policy: Policy, *, valid_until: date, today: date) -> Decision[int]:
    """Whether a quote still stands: up to its last day and with it. `value`: days left, negative after it.

    Outcome: "ok", "expiring" (flagged, from the policy's number of days before the end on) or "expired" (refused: it
    cannot be accepted or sent, it is revised). Source: template-guide.
    """
    left = (valid_until - today).days
    facts: dict[str, object] = {"valid_until": valid_until, "today": today, "days_left": left}
    if left < 0:
        text = msg("the quote expired on {date}", date=valid_until)
        hint = msg("make its next version, which gets a new date")
        return Decision(QUOTE_VALIDITY, "expired", Strength.REFUSE, text, facts, left, hint)
    if left <= policy.quote_validity.warn_days:
        return Decision(
            QUOTE_VALIDITY, "expiring", Strength.FLAG, msg("the quote expires on {date}", date=valid_until), facts, left
        )
    return Decision(
        QUOTE_VALIDITY, "ok", Strength.OFF, msg("the quote stands until {date}", date=valid_until), facts, left
    )


def _tier(tiers: Sequence[Tier], reached: int) -> int:
    """The best discount among the tiers that are reached."""
    return max((tier.percent for tier in tiers if reached >= tier.start), default=0)
