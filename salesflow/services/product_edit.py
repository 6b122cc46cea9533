"""Changing a product by hand: its fields, its stock, whether it is sold at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.enums import ProductField, Role
from salesflow.errors import InvalidValue, Refused, UsageError
from salesflow.i18n import Message, msg
from salesflow.money import format_quantity
from salesflow.services import prices, products
from salesflow.services.product_records import load
from salesflow.services.records import refuse_changed
from salesflow.text import clean

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.product import Product

_TEXTS: Final = {"name": msg("product name"), "spec": msg("specification"), "unit": msg("unit")}
_PLAIN: Final = ("list_price", "floor_price", "cost", "tax_rate", "net", "lead_days", "customised")
_SHOWN: Final = ("name", "spec", "unit", "cost", "tax_rate", "net", "lead_days", "stock", "customised")
_RETIRING: Final = (Role.OPERATIONS, Role.MANAGER, Role.DIRECTOR)
_STOCK_END: Final = 10**12
"""No stock reaches this many thousandths, as no quantity that is typed does."""


@dataclass(frozen=True, slots=True)
class ProductEdit:
    """What is to be changed, as typed; None is left as it is. Units as of NewProduct, `clear` names what is to be empty."""

    name: str | None = None
    spec: str | None = None
    unit: str | None = None
    list_price: int | None = None
    floor_price: int | None = None
    cost: int | None = None
    tax_rate: int | None = None
    net: bool | None = None
    lead_days: int | None = None
    customised: bool | None = None
    clear: tuple[ProductField, ...] = ()


class Change(NamedTuple):
    """A field that changed: what it was and what it is."""

    field: str
    old: Any = None
    new: Any = None


class Edited(NamedTuple):
    """The fields that changed, and the price from today that the edit made, if any."""

    changes: Sequence[Change]
    price: prices.Made | None = None


def edit(work: Transaction, sku: str, wanted: ProductEdit, *, if_version: int | None = None) -> Edited:
    """Change a product; what is the same already is no change. A price becomes one from today: see services.prices.

    Raises UsageError where nothing is given, NotFound, InvalidValue for a value that cannot be kept, Conflict where somebody
    changed it since `if_version`, Refused for a retired product, a floor above the list price and a tax basis that has to stay.
    """
    _check_asked(wanted)
    product = load(work, sku)
    refuse_changed(product, if_version, name=product.sku, look=f"salesflow product show {product.sku}")
    done = products.change(work, product, _columns(work, wanted))
    changes = [Change(name, done.before[name], done.after[name]) for name in _SHOWN if name in done.after]
    return Edited([*changes, *_price_changes(done.price)], done.price)


def set_stock(work: Transaction, sku: str, *, to: int | None = None, add: int | None = None) -> Change:
    """Set a stock, or add to it (take from it, where `add` is below 0), in thousandths; gives what it was and is.

    Reads under the write lock, so that two who add at once both count. Raises UsageError unless one of the two is given,
    NotFound, Refused below zero and where nobody knows what to add to, InvalidValue for a stock that is too large.
    """
    if (to is None) == (add is None):
        raise UsageError(msg("it is not clear what the stock is to be"), msg("give either --set N or --add N"))
    product = load(work, sku, retired=True)
    old = product.stock
    new = _added(product, add) if to is None else to
    if new >= _STOCK_END:
        raise InvalidValue(
            msg("a stock of {quantity} is too large", quantity=format_quantity(new)), msg("check the quantity")
        )
    before, after = work.changed(product, {"stock": new})
    if after:
        work.session.add(product)
        work.audit("product.stock", "product", product.sku, before=before, after=after)
    return Change("stock", old, new)


def retire(work: Transaction, sku: str, reason: str = "") -> list[str]:
    """Sell a product no longer; quotes and orders that have it stay. What waits for an approval is withdrawn: its numbers.

    Raises NotPermitted, also where a price waits that is not the actor's to withdraw; NotFound, Refused where it is retired.
    """
    work.actor.require(*_RETIRING)
    product = load(work, sku, retired=True)
    if product.retired_at is not None:
        day = work.context.clock.local(product.retired_at).date()
        raise Refused(
            msg("{sku} is retired since {date}", sku=product.sku, date=day),
            msg("bring it back: salesflow product retire {sku} --undo", sku=product.sku),
            code="state",
        )
    said = _reason(work, reason)
    withdrawn = prices.withdraw_waiting(work, product, said)
    _move(work, product, "product.retire", work.now, said)
    return withdrawn


def restore(work: Transaction, sku: str, reason: str = "") -> None:
    """Sell a retired product again. Raises NotPermitted, NotFound, Refused where it is not retired."""
    work.actor.require(*_RETIRING)
    product = load(work, sku, retired=True)
    if product.retired_at is None:
        raise Refused(
            msg("{sku} is not retired", sku=product.sku),
            msg("see: salesflow product list --retired"),
            code="state",
        )
    _move(work, product, "product.restore", None, _reason(work, reason))


def _price_changes(made: prices.Made | None) -> list[Change]:
    if made is None:
        return []
    both = ((name, getattr(made.old, name), getattr(made.new, name)) for name in products.PRICES)
    return [Change(name, old, new) for name, old, new in both if old != new]


def _check_asked(wanted: ProductEdit) -> None:
    given = {field.name for field in fields(wanted) if getattr(wanted, field.name) not in (None, ())}
    if not given:
        raise UsageError(
            msg("there is nothing to change"), msg("give what is to be changed, such as --name TEXT, or --clear FIELD")
        )
    for field in wanted.clear:
        if field.value in given:
            option = field.value.replace("_", "-")
            raise UsageError(
                msg("--{option} is given and cleared at once", option=option), msg("leave out one of the two")
            )


def _columns(work: Transaction, wanted: ProductEdit) -> dict[str, Any]:
    columns = {name: getattr(wanted, name) for name in _PLAIN if getattr(wanted, name) is not None}
    for name, what in _TEXTS.items():
        typed = getattr(wanted, name)
        if typed is not None:
            columns[name] = _text(work, name, typed, what)
    return columns | {field.value: "" if field is ProductField.SPEC else None for field in wanted.clear}


def _text(work: Transaction, name: str, typed: str, what: Message) -> str:
    limits = work.context.policy.limits
    spec = name == "spec"
    text = clean(typed, limit=limits.line if spec else limits.name, what=what, multiline=spec)
    if not text:
        hint = msg("to leave it empty: --clear {option}", option=name) if spec else msg("every product has one")
        raise InvalidValue(msg("{what} is empty", what=what), hint, code="missing-value")
    return text


def _added(product: Product, add: int | None) -> int:
    assert add is not None
    if product.stock is None:
        raise Refused(
            msg("nobody has said how many there are of {sku}", sku=product.sku),
            msg("count them, and say so: salesflow product stock {sku} --set N", sku=product.sku),
            code="stock",
        )
    if product.stock + add < 0:
        raise Refused(
            msg(
                "{sku} has {stock} in stock: {quantity} cannot be taken",
                sku=product.sku,
                stock=format_quantity(product.stock),
                quantity=format_quantity(-add),
            ),
            msg("a stock is never below 0; correct it with --set N"),
            code="stock",
        )
    return product.stock + add


def _reason(work: Transaction, reason: str) -> str:
    return clean(reason, limit=work.context.policy.limits.line, what=msg("the reason"))


def _move(work: Transaction, product: Product, action: str, retired_at: Any, reason: str) -> None:
    before, after = work.changed(product, {"retired_at": retired_at})
    work.session.add(product)
    work.audit(action, "product", product.sku, before=before, after={**after, **({"reason": reason} if reason else {})})
