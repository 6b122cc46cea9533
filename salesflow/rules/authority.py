"""How much discount who may give, and whose approval more of it needs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.enums import Role
from salesflow.i18n import Message, label, msg
from salesflow.money import display_percent
from salesflow.rules.approvals import Step
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import DiscountAuthority, Policy

DISCOUNT_AUTHORITY: Final = "discount-authority"
_WHOLE: Final = 10_000
_LADDER: Final = (Role.MANAGER, Role.DIRECTOR)
"""Whom a discount goes up to, one after the other."""


class Concession(NamedTuple):
    """What is given away on a line (its number), or on the goods as a whole (None), automatic discounts included.

    Both amounts in the same unit, which may be as fine as the arithmetic needs to be exact: rounding an amount to the
    fen must not turn 10 % into 10.01 %.
    """

    line: int | None
    list_amount: int
    net_amount: int

    @property
    def discount(self) -> int:
        """Off the list price, in basis points, rounded up; never below 0."""
        given = max(0, self.list_amount - self.net_amount)
        return -(-given * _WHOLE // self.list_amount) if given else 0


def authority(section: DiscountAuthority, roles: Collection[Role]) -> int:
    """The largest discount, in basis points, that a holder of these roles gives alone; a director's has no bound."""
    limits = {
        Role.REP: section.rep,
        Role.ASSISTANT: section.rep,
        Role.SENIOR_REP: section.senior_rep,
        Role.MANAGER: section.manager,
        Role.DIRECTOR: _WHOLE,
    }
    return max((limits.get(role, 0) for role in roles), default=0)


def discount_authority(
    policy: Policy, *, roles: Collection[Role], concessions: Sequence[Concession]
) -> Decision[tuple[Step, ...]]:
    """The all-in discount of each line and of the goods as a whole against what the submitter's roles may give.

    `value` is the route: above the submitter's own authority a step for each next role up to the one that covers it,
    the manager, then the director. An assistant gives what a rep gives, other roles nothing. Outcome: "within" or
    "above". Source: template-guide (10 %, 20 %).
    """
    section = policy.discount_authority
    own = authority(section, roles)
    largest = max(concessions, key=lambda given: given.discount, default=Concession(None, 0, 0))
    facts: dict[str, object] = {
        "discount": display_percent(largest.discount),
        "line": largest.line,
        "authority": display_percent(own),
        "roles": sorted(roles),
    }
    parts: dict[str, object] = {"discount": display_percent(largest.discount), "where": _where(largest)}
    if largest.discount <= own:
        text = msg("{discount} {where} is within the submitter's {authority}", authority=display_percent(own), **parts)
        return Decision(DISCOUNT_AUTHORITY, "within", Strength.OFF, text, facts, ())
    days = policy.approval_deadline.workdays
    steps = []
    below = own
    for role in _LADDER:
        limit = authority(section, (role,))
        if below < limit and largest.discount > below:
            why = msg("{discount} {where} is above {limit}", limit=display_percent(below), **parts)
            steps.append(Step(role, DISCOUNT_AUTHORITY, why, days))
            below = limit
    text = msg(
        "{discount} {where} is above the submitter's {authority}; it needs: {approvers}",
        authority=display_percent(own),
        approvers=[label("role", step.role) for step in steps],
        **parts,
    )
    return Decision(DISCOUNT_AUTHORITY, "above", Strength.ROUTE, text, facts, tuple(steps))


def _where(concession: Concession) -> Message:
    if concession.line is None:
        return msg("on the goods as a whole")
    return msg("on line {line}", line=concession.line)


def beyond_authority(
    policy: Policy, *, roles: Collection[Role], request: str, discount: int | None = None, role: Role | None = None
) -> Decision[tuple[Step, ...]]:
    """Whom a request that comes with an objection goes to. `value` is the route, empty where its maker may grant it.

    A discount in basis points is measured as that of a quote. Anything else goes to the role that is named, else to the
    next one of manager and director that its maker does not hold. Outcome: "within" or "above". Source: template-guide.
    """
    if discount is not None:
        asked = Concession(None, _WHOLE, _WHOLE - discount)
        measured = discount_authority(policy, roles=roles, concessions=(asked,))
        if role is None or not measured.value or role in {step.role for step in measured.value}:
            return measured
        route = (*measured.value, _requested(policy, role, request))
        return measured._replace(value=tuple(sorted(route, key=lambda step: step.role is Role.DIRECTOR)))
    chosen = role or next((above for above in _LADDER if above not in roles), Role.DIRECTOR)
    step = _requested(policy, chosen, request)
    facts: dict[str, object] = {"request": request, "role": chosen}
    return Decision(DISCOUNT_AUTHORITY, "above", Strength.ROUTE, step.why, facts, (step,))


def _requested(policy: Policy, role: Role, request: str) -> Step:
    why = msg("beyond the salesperson's authority: {request}", request=request)
    return Step(role, DISCOUNT_AUTHORITY, why, policy.approval_deadline.workdays)
