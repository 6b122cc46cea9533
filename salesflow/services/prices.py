"""The price list: prices from a day on, approved where rule price-approval asks for it, and taken back before they hold.

A product's own price is its first one and stays. Every change is a Price, whichever command made it. One that waits for its
approval, or did not get it, counts nowhere. An approved one holds from its day on, but not from before the approval, so that
no quote that was made meanwhile would have had another price.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlmodel import col, select

from salesflow.enums import PriceState, Role, SubjectKind
from salesflow.errors import Duplicate, InvalidValue, NotFound, NotPermitted, Refused
from salesflow.i18n import msg
from salesflow.models.price import Price
from salesflow.models.product import Product
from salesflow.money import Fen, display_money
from salesflow.rules.prices import PRICE_APPROVAL, Change, Valid, price_approval, price_moved, price_on
from salesflow.services import price_history, states
from salesflow.services.approvers import check_route
from salesflow.services.product_records import load as load_product
from salesflow.services.standing import login
from salesflow.text import clean, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesflow.db.transaction import Transaction
    from salesflow.rules.approvals import Step

KIND: Final = SubjectKind.PRICE
_ASKED: Final = ("number", "product_id", "list_price", "floor_price", "valid_from")
_OF_PRODUCT: Final = ("cost", "tax_rate", "net")
_WAITS: Final = "SELECT 1 FROM price WHERE product_id = :product AND state = 'pending_approval'"


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A change from a day on. Prices in fen per unit on the product's tax basis; None leaves one as it is."""

    valid_from: date
    list_price: Fen | None = None
    floor_price: Fen | None = None
    reason: str = ""


class Proposed(NamedTuple):
    """A change that may be made: what held before, what it makes of it, and the way to its approval, empty where it needs none."""

    new: NewPrice
    old: Valid
    then: Valid
    route: Sequence[Step]


class Made(NamedTuple):
    """A change that was made, what held before, what it makes of it, and the numbers of the waiting ones that it replaced.

    beside: the numbers of those of others, which wait on for the same day.
    """

    price: Price
    old: Valid
    new: Valid
    replaced: Sequence[str] = ()
    beside: Sequence[str] = ()


def set_price(work: Transaction, sku: str, new: NewPrice) -> Made:
    """Set what a product costs from a day on.

    Raises NotFound, Refused for a retired product and for a floor above the list price on that day or a later one,
    InvalidValue for a day that is past, Duplicate where that is its price already, or waits to be.
    """
    product = load_product(work, sku)
    if new.valid_from < work.context.clock.today():
        raise InvalidValue(
            msg("{date} is past: a quote of that day would have had another price", date=new.valid_from),
            msg("give today or a later day"),
            code="past",
        )
    made = change(work, product, new)
    if made is None:
        old = price_history.valid(work, product, new.valid_from).value
        assert old is not None
        raise Duplicate(
            msg(
                "{sku} costs {price} on {date} already",
                sku=sku,
                price=display_money(old.list_price),
                date=new.valid_from,
            ),
            msg("see: salesflow price list {sku}", sku=sku),
        )
    return made


def change(work: Transaction, product: Product, new: NewPrice) -> Made | None:
    """Change a product's price; None where it is so on that day already. Raises as `set_price`, not for the day."""
    proposed = check(work, product, new)
    return None if proposed is None else make(work, product, proposed)


def check(work: Transaction, product: Product, new: NewPrice) -> Proposed | None:
    """Look at a change before anything is written; None where it is so on that day already. Raises as `change`."""
    reason = clean(new.reason, limit=work.context.policy.limits.line, what=msg("the reason"))
    known, first = price_history.changes(work, product), price_history.first(product)
    wanted = Change(new.valid_from, new.list_price, new.floor_price)
    old = price_on(first, known, new.valid_from)
    then = old.changed(wanted)
    if (then.list_price, then.floor_price) == (old.list_price, old.floor_price):
        return None
    price_history.check_course(product.sku, first, price_history.with_change(known, wanted), new.valid_from)
    _refuse_same(product, _waiting_for(work, product, new), new)
    route = (
        work.decide(
            price_approval(work.context.policy, sku=product.sku, old=old, new=then, roles=work.actor.roles)
        ).value
        or ()
    )
    for step in route:
        check_route(work, product.sku, step.role)
    return Proposed(replace(new, reason=reason), old, then, route)


def make(work: Transaction, product: Product, proposed: Proposed) -> Made:
    """Make a change that was looked at. What waits for the same day is replaced where the actor may withdraw it."""
    waiting = _waiting_for(work, product, proposed.new)
    replaced = [earlier for earlier in waiting if _may_withdraw(work, earlier)]
    for earlier in replaced:
        _withdraw(work, earlier, "")
    price = _add(work, product, proposed.new, bool(proposed.route))
    _audit(work, product, price, proposed.old)
    if proposed.route:
        _submit(work, price, proposed.then, proposed.route)
    else:
        _count(work, product)
    beside = [other.number for other in waiting if other not in replaced]
    return Made(price, proposed.old, proposed.then, [earlier.number for earlier in replaced], beside)


def withdraw(work: Transaction, number: str, reason: str = "") -> Price:
    """Take back a price that waits for its approval, or one that does not hold yet: its maker, a manager or a director.

    Raises NotFound, NotPermitted, Refused for one that holds or held, or that was rejected or taken back, and where the floor
    would be above the list price without it.
    """
    price = _load(work, number)
    states.check(KIND, price.number, price.state, PriceState.WITHDRAWN)
    _refuse_stranger(work, price)
    product = _product(work, price)
    if price.state == PriceState.VALID and price.valid_from <= work.context.clock.today():
        raise Refused(
            msg("{number} holds since {date}", number=price.number, date=price.valid_from),
            msg("set another price: salesflow price set {sku} AMOUNT", sku=product.sku),
            code="state",
        )
    said = clean(reason, limit=work.context.policy.limits.line, what=msg("the reason"))
    held = price.state == PriceState.VALID
    _withdraw(work, price, said)
    if held:
        left = price_history.changes(work, product)
        price_history.check_course(product.sku, price_history.first(product), left, price.valid_from)
        _count(work, product)
    return price


def waiting(work: Transaction, product: Product) -> Sequence[Price]:
    """A product's prices that wait for their approval: mostly none, which an import of thousands finds out quickly."""
    if work.look_up(_WAITS, {"product": product.id}) is None:
        return ()
    found = select(Price).where(Price.product_id == product.id, Price.state == PriceState.PENDING_APPROVAL)
    return work.session.exec(found.order_by(col(Price.id))).all()


def withdraw_waiting(work: Transaction, product: Product, reason: str) -> list[str]:
    """Take back what waits for its approval; gives the numbers. NotPermitted where one is not the actor's to withdraw."""
    found = waiting(work, product)
    for price in found:
        _refuse_stranger(work, price)
    for price in found:
        _withdraw(work, price, reason)
    return [price.number for price in found]


def fingerprint(work: Transaction, subject_id: int) -> str:
    """A hash of what an approver looks at: the prices and their day, and what the product's margin comes from."""
    price = _by_id(work, subject_id)
    product = _product(work, price)
    content = [getattr(price, name) for name in _ASKED] + [getattr(product, name) for name in _OF_PRODUCT]
    return sha256(json.dumps(content, default=str).encode()).hexdigest()


def approved(work: Transaction, subject_id: int) -> None:
    """The price is approved: it holds from its day on, at the earliest from today. Refused for a floor above the list price."""
    price = _by_id(work, subject_id)
    product = _product(work, price)
    day = max(price.valid_from, work.context.clock.today())
    known = price_history.with_change(
        price_history.changes(work, product), Change(day, price.list_price, price.floor_price)
    )
    price_history.check_course(product.sku, price_history.first(product), known, day)
    if day > price.valid_from:
        work.decide(price_moved(sku=product.sku, asked=price.valid_from, holds=day))
    price.valid_from, price.approved_at = day, work.now
    _move(work, price, PriceState.VALID, rule=PRICE_APPROVAL)
    _count(work, product)


def returned(work: Transaction, subject_id: int, reason: str) -> None:
    """The price is rejected: it never holds. Its maker sets another one."""
    _move(work, _by_id(work, subject_id), PriceState.REJECTED, reason=reason, rule=PRICE_APPROVAL)


def withdrawn(work: Transaction, subject_id: int, reason: str = "") -> None:
    """Whoever submitted the price took it back: it never holds."""
    _move(work, _by_id(work, subject_id), PriceState.WITHDRAWN, reason=reason)


def _may_withdraw(work: Transaction, price: Price) -> bool:
    return price.by_id == work.actor.id or bool(work.actor.roles & {Role.MANAGER, Role.DIRECTOR})


def _refuse_stranger(work: Transaction, price: Price) -> None:
    """Raise NotPermitted for who neither made the price nor leads."""
    if not _may_withdraw(work, price):
        raise NotPermitted(
            msg("{number} is a price of {maker}", number=price.number, maker=login(work, price.by_id)),
            msg("they, a manager or a director withdraw it: salesflow price withdraw {number}", number=price.number),
        )


def _waiting_for(work: Transaction, product: Product, new: NewPrice) -> list[Price]:
    """What waits and would hold from the same day on if it were approved now, of the same one of the two prices."""
    today = work.context.clock.today()
    return [
        price
        for price in waiting(work, product)
        if max(price.valid_from, today) == new.valid_from
        and (None not in (price.list_price, new.list_price) or None not in (price.floor_price, new.floor_price))
    ]


def _refuse_same(product: Product, found: Sequence[Price], new: NewPrice) -> None:
    for price in found:
        if (price.list_price, price.floor_price) == (new.list_price, new.floor_price):
            raise Duplicate(
                msg(
                    "{sku}: this price waits for its approval already, as {number}",
                    sku=product.sku,
                    number=price.number,
                ),
                msg("see who decides: salesflow approval list --subject {number}", number=price.number),
                code="waiting",
                details={"number": price.number},
            )


def _add(work: Transaction, product: Product, new: NewPrice, waits: bool) -> Price:
    assert product.id is not None
    year = work.context.clock.today().year
    price = work.add(
        Price(
            number=f"JG{year}-{work.next_number(f'price/{year}'):04d}",
            product_id=product.id,
            list_price=new.list_price,
            floor_price=new.floor_price,
            valid_from=new.valid_from,
            state=PriceState.PENDING_APPROVAL if waits else PriceState.VALID,
            reason=new.reason,
            at=work.now,
            by_id=work.actor.id,
            approved_at=None if waits else work.now,
        )
    )
    states.begin(work, KIND, price)
    return price


def _audit(work: Transaction, product: Product, price: Price, old: Valid) -> None:
    asked = {name: getattr(price, name) for name in ("list_price", "floor_price") if getattr(price, name) is not None}
    facts = {"sku": product.sku, "valid_from": price.valid_from, "state": price.state, "reason": price.reason}
    before = {name: getattr(old, name) for name in asked}
    work.audit("price.set", KIND, price.number, before=before, after={**facts, **asked})


def _submit(work: Transaction, price: Price, then: Valid, route: Sequence[Step]) -> None:
    from salesflow.services import approvals

    assert price.id is not None
    approvals.submit(work, approvals.Subject(KIND, price.id, price.number, None, then.list_price), route)


def _withdraw(work: Transaction, price: Price, reason: str) -> None:
    if price.state == PriceState.PENDING_APPROVAL:
        from salesflow.services import approvals

        assert price.id is not None
        approvals.void(work, KIND, price.id)
    _move(work, price, PriceState.WITHDRAWN, reason=reason)


def _move(work: Transaction, price: Price, state: PriceState, *, reason: str = "", rule: str | None = None) -> None:
    price.version += 1
    states.move(work, KIND, price, state, reason=reason, rule=rule, facts={"valid_from": price.valid_from})


def _count(work: Transaction, product: Product) -> None:
    """Another price is another version of the product."""
    product.version += 1
    work.session.add(product)


def _load(work: Transaction, number: str) -> Price:
    found = work.session.exec(select(Price).where(Price.number == fold(number).upper())).first()
    if found is None:
        raise NotFound(
            msg("there is no price {number}", number=number),
            msg("see: salesflow price list --all"),
            code="unknown-price",
        )
    return found


def _by_id(work: Transaction, price_id: int) -> Price:
    return work.session.exec(select(Price).where(Price.id == price_id)).one()


def _product(work: Transaction, price: Price) -> Product:
    return work.session.exec(select(Product).where(Product.id == price.product_id)).one()
