"""What the rules say of a quote as a whole: whose approval it needs, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.enums import Role
from salesflow.money import Fen, half_up
from salesflow.rules.approvals import Step, merge_routes
from salesflow.rules.arithmetic import WHOLE, Item, Line, concessions, price_line
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


def stored(line: Mapping[str, Any], quote_discount: int) -> Offered:
    """A line of a quote as it is kept, priced again exactly."""
    discount = line["given_discount"]
    if discount is None:
        discount = 0 if line["given_price"] is not None else line["discount"]
    item = Item(
        line["list_price"], line["quantity"], line["tax_rate"], discount, line["given_price"], net=bool(line["net"])
    )
    priced = price_line(item, line=line["line"], quote_discount=quote_discount)
    return Offered(priced, line["quantity"], line["floor_price"], line["cost"])


def amended(quote: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], amount: Fen) -> list[Offered]:
    """The lines of a quote whose contract comes to that amount: as if they had been quoted so.

    What the amount is short of the quote's total comes off the goods, of each line its share. quote: its `quote_discount`,
    `goods_total` and `total`; lines: as they are kept.
    """
    goods = quote["goods_total"]
    kept = max(0, goods - max(0, quote["total"] - amount))
    return [_share(stored(line, quote["quote_discount"]), kept, goods) for line in lines]


def _share(offered: Offered, kept: Fen, goods: Fen) -> Offered:
    """A line that comes to kept/goods of what it did."""
    line = offered.line
    given = line.concession
    less = line._replace(
        basis_amount=half_up(line.basis_amount * kept, goods) if goods else 0,
        concession=given._replace(list_amount=given.list_amount * goods, net_amount=given.net_amount * kept),
    )
    return offered._replace(line=less)
