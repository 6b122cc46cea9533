"""The price list: which price holds on a day, and whose approval a change of it needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.enums import Role
from salesflow.i18n import Message, label, msg, nmsg
from salesflow.money import Fen, display_money, display_percent, half_up
from salesflow.rules.approvals import Step
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

PRICE_VALID: Final = "price-valid"
PRICE_APPROVAL: Final = "price-approval"
NEVER, DECREASES, ALWAYS = "never", "decreases", "always"
_WHOLE: Final = 10_000


class Change(NamedTuple):
    """A change of a price from a day on, in fen per unit; None where the list price or the floor stays as it was."""

    valid_from: date
    list_price: Fen | None = None
    floor_price: Fen | None = None
    number: str | None = None


class Valid(NamedTuple):
    """What a unit costs in fen, and its floor (None: there is none).

    valid_from and number: since when, and by which change, the list price holds; None for the product's first price.
    """

    list_price: Fen
    floor_price: Fen | None = None
    valid_from: date | None = None
    number: str | None = None

    def changed(self, change: Change) -> Valid:
        """The price from the change's day on."""
        floor = self.floor_price if change.floor_price is None else change.floor_price
        if change.list_price is None:
            return self._replace(floor_price=floor)
        return Valid(change.list_price, floor, change.valid_from, change.number)


def course(first: Valid, changes: Iterable[Change]) -> Iterator[tuple[date, Valid]]:
    """The price from each change on, with its day. `changes` in the order in which they take hold."""
    valid = first
    for change in changes:
        valid = valid.changed(change)
        yield change.valid_from, valid


def price_on(first: Valid, changes: Sequence[Change], on: date) -> Valid:
    """The price on a day. `changes` in the order in which they take hold: by day, of one day in that of their approval."""
    valid = first
    for day, then in course(first, changes):
        if day > on:
            break
        valid = then
    return valid


def price_valid(*, sku: str, first: Valid, changes: Sequence[Change], on: date) -> Decision[Valid]:
    """The list price of a product on a day, which a quote of that day starts from, and its floor price.

    first: the product's own price, in fen per unit; changes: the valid ones, in the order in which they take hold.
    `value`: both prices, and since when. Outcome: "first", or the ISO date since which the list price holds. Source:
    process-overview (定价).
    """
    valid = price_on(first, changes, on)
    facts: dict[str, object] = {
        "sku": sku,
        "on": on,
        "list_price": display_money(valid.list_price),
        "floor_price": None if valid.floor_price is None else display_money(valid.floor_price),
        "valid_from": valid.valid_from,
        "price": valid.number,
    }
    parts = {"sku": sku, "price": display_money(valid.list_price)}
    if valid.valid_from is None:
        text = msg("{sku} costs {price}, its first price", **parts)
        return Decision(PRICE_VALID, "first", Strength.COMPUTE, text, facts, valid)
    text = msg("{sku} costs {price} since {date} ({number})", date=valid.valid_from, number=valid.number, **parts)
    return Decision(PRICE_VALID, valid.valid_from.isoformat(), Strength.COMPUTE, text, facts, valid)


def price_approval(
    policy: Policy, *, sku: str, old: Valid, new: Valid, roles: Collection[Role]
) -> Decision[tuple[Step, ...]]:
    """Whether a manager approves a change of a list price or a floor price: never, of decreases alone, or always.

    A lower price gives without a discount what a discount would need somebody for: so by default decreases are approved,
    but those that a manager or director makes. roles: the maker's.

    old: what would hold on the change's day without it, new: what holds with it, in fen per unit. A floor that comes
    where there was none is no decrease. `value` is the route. Outcome: "ok" or "needed". Source: process-overview (定价).
    """
    lower = new.list_price < old.list_price or (
        old.floor_price is not None and new.floor_price is not None and new.floor_price < old.floor_price
    )
    which = policy.price_approval.needed
    facts: dict[str, object] = {
        "sku": sku,
        "old_list_price": display_money(old.list_price),
        "list_price": display_money(new.list_price),
        "old_floor_price": None if old.floor_price is None else display_money(old.floor_price),
        "floor_price": None if new.floor_price is None else display_money(new.floor_price),
        "change": display_percent(change_of(old.list_price, new.list_price)) if old.list_price else None,
        "needed": which,
    }
    text = said(sku, old, new)
    own = not lower or bool({Role.MANAGER, Role.DIRECTOR} & set(roles))
    if which == NEVER or (which == DECREASES and own):
        return Decision(PRICE_APPROVAL, "ok", Strength.OFF, text, facts, ())
    step = Step(Role.MANAGER, PRICE_APPROVAL, text, policy.approval_deadline.workdays)
    return Decision(PRICE_APPROVAL, "needed", Strength.ROUTE, text, facts, (step,))


def price_moved(*, sku: str, asked: date, holds: date) -> Decision[None]:
    """What an approver is told who approves a price after the day from which it was to hold."""
    text = msg(
        "{sku}: the price was asked for from {asked} on; it holds from {date} on", sku=sku, asked=asked, date=holds
    )
    return Decision(PRICE_APPROVAL, "moved", Strength.FLAG, text, {"sku": sku, "asked": asked, "valid_from": holds})


def approval_wanted(count: int) -> Decision[None]:
    """What an import is told that changed prices for which an approval is needed."""
    text = nmsg(
        "{count} changed price needs the approval of the role {role}",
        "{count} changed prices need the approval of the role {role}",
        count=count,
        role=label("role", Role.MANAGER),
    )
    return Decision(PRICE_APPROVAL, "needed", Strength.FLAG, text, {"prices": count})


def change_of(old: Fen, new: Fen) -> int:
    """How much dearer (or, below 0, cheaper) in basis points, half up; `old` is above 0."""
    return half_up((new - old) * _WHOLE, old)


def said(sku: str, old: Valid, new: Valid) -> Message:
    """A change of a price in words."""
    floors = {
        "old_floor": "-" if old.floor_price is None else display_money(old.floor_price),
        "floor": "-" if new.floor_price is None else display_money(new.floor_price),
    }
    prices = {"sku": sku, "old": display_money(old.list_price), "price": display_money(new.list_price)}
    if new.list_price == old.list_price:
        return msg("{sku}: floor price {old_floor} -> {floor}", sku=sku, **floors)
    if old.list_price:
        prices["change"] = _signed(change_of(old.list_price, new.list_price))
        text = msg("{sku}: {old} -> {price} ({change})", **prices)
    else:
        text = msg("{sku}: {old} -> {price}", **prices)
    if new.floor_price == old.floor_price:
        return text
    return msg("{change}, floor price {old_floor} -> {floor}", change=text, **floors)


def _signed(points: int) -> str:
    return f"+{display_percent(points)}" if points > 0 else display_percent(points)
