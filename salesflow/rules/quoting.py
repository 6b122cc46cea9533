"""What the rules say of a quote as a whole: whose approval it needs, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.enums import Role
from salesflow.money import Fen
from salesflow.rules.approvals import Step, merge_routes
from salesflow.rules.arithmetic import WHOLE, Line, concessions
from salesflow.rules.authority import discount_authority
from salesflow.rules.decision import Decision
from salesflow.rules.pricing import price_floor

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy


_PIECE: Final = 1_000


class Offered(NamedTuple):
    """A priced line with the bounds of its product, in fen per unit; quantity in thousandths."""

    line: Line
    quantity: int
    floor_price: Fen | None
    cost: Fen | None


class Review(NamedTuple):
    """What the rules decided, and the route that follows from it; empty where nobody's approval is needed."""

    decisions: tuple[Decision[tuple[Step, ...]], ...]
    route: tuple[Step, ...]


def margin(offered: Sequence[Offered]) -> int | None:
    """(sold - cost) / sold in basis points, rounded down; None where a cost is not known or nothing is asked for."""
    sold, cost = 0, 0
    for one in offered:
        if one.cost is None:
            return None
        sold += one.line.basis_amount * _PIECE
        cost += one.cost * one.quantity
    return (sold - cost) * WHOLE // sold if sold else None


def review(policy: Policy, *, roles: Collection[Role], offered: Sequence[Offered]) -> Review:
    """Apply discount-authority to the quote and price-floor to each line, in that order. `roles` are the submitter's."""
    decisions = [discount_authority(policy, roles=roles, concessions=concessions([one.line for one in offered]))]
    for number, one in enumerate(offered, 1):
        decisions.append(
            price_floor(
                policy,
                line=number,
                amount=one.line.basis_amount,
                quantity=one.quantity,
                floor_price=one.floor_price,
                cost=one.cost,
                roles=roles,
            )
        )
    return Review(tuple(decisions), merge_routes(*(decision.value or () for decision in decisions)))
