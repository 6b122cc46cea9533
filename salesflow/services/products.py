"""Products: adding them, and changing what is known of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlmodel import select

from salesflow.db.transaction import Transaction
from salesflow.enums import Role
from salesflow.errors import Duplicate, InvalidValue, NotPermitted, Refused
from salesflow.i18n import msg
from salesflow.models.product import Product
from salesflow.rules.prices import NEVER
from salesflow.services import price_history, prices
from salesflow.text import clean, fold

LONGEST_SKU = 64
DEFAULT_UNIT = "件"
DEFAULT_TAX_RATE = 1_300
PRICES = ("list_price", "floor_price")
_COUNTING = frozenset((Role.MANAGER, Role.DIRECTOR, Role.FINANCE))
_KNOWN = "skus"


@dataclass(frozen=True, slots=True)
class NewProduct:
    """What `product add` takes. Prices and cost in fen on one tax basis: tax-inclusive, or all without tax where `net`.

    tax_rate in basis points, stock in thousandths of a unit, lead_days in calendar days; None: not known.
    """

    sku: str
    name: str
    list_price: int
    spec: str = ""
    unit: str = DEFAULT_UNIT
    floor_price: int | None = None
    cost: int | None = None
    tax_rate: int = DEFAULT_TAX_RATE
    net: bool = False
    lead_days: int | None = None
    stock: int | None = None
    customised: bool = False


class Changed(NamedTuple):
    """What a change did: the columns as they were and as they are, and the price from today that it made, if any."""

    before: Mapping[str, object]
    after: Mapping[str, object]
    price: prices.Made | None

    @property
    def nothing(self) -> bool:
        return not self.after and self.price is None


@dataclass(slots=True)
class _Known:
    """The SKUs there are, folded: read once in a transaction, so that an import of thousands asks once."""

    skus: dict[str, str] = field(default_factory=dict)


def add(work: Transaction, new: NewProduct) -> Product:
    """Add a product. Nothing is written where it raises: InvalidValue for a SKU or text that cannot be one, Duplicate for a
    SKU that is there in any case or width, Refused for a floor price above the list price.
    """
    sku = checked_sku(new.sku)
    known = _known(work)
    present = known.skus.get(fold(sku))
    if present is not None:
        raise Duplicate(
            msg("there is a product {sku} already", sku=present),
            msg("choose another SKU; see: salesflow product list --all"),
            details={"twin": present, "field": "sku"},
        )
    price_history.check_floor(sku, new.list_price, new.floor_price)
    limits = work.context.policy.limits
    record = work.add(
        Product(
            sku=sku,
            name=_required(clean(new.name, limit=limits.name, what=msg("product name"), multiline=False)),
            spec=clean(new.spec, limit=limits.line, what=msg("specification")),
            unit=clean(new.unit, limit=limits.name, what=msg("unit"), multiline=False) or DEFAULT_UNIT,
            list_price=new.list_price,
            floor_price=new.floor_price,
            cost=new.cost,
            tax_rate=new.tax_rate,
            net=new.net,
            lead_days=new.lead_days,
            stock=new.stock,
            customised=new.customised,
            created_at=work.now,
        )
    )
    known.skus[fold(sku)] = sku
    work.audit("product.add", "product", sku, after=record.model_dump(exclude={"id", "sku", "created_at", "version"}))
    return record


def find(work: Transaction, sku: str) -> str | None:
    """The SKU as it is kept of the product that is meant, in any case or width; None where there is none."""
    return _known(work).skus.get(fold(sku))


def change(work: Transaction, record: Product, fields: Mapping[str, Any], reason: str = "") -> Changed:
    """Change fields of a product; `fields` are columns with values as they are kept, `reason` is kept with a price.

    A list or floor price that differs from today's becomes a price from today, which may have to wait for its approval.
    Raises Refused for a floor price above the list price, and for another tax basis where the history has prices on the one
    that it has, NotPermitted for a tax rate or a cost that is not the actor's to set; then nothing is changed.
    """
    today = price_history.valid(work, record, work.context.clock.today()).value
    assert today is not None
    rest = {name: value for name, value in fields.items() if name not in PRICES}
    if rest.get("net", record.net) != record.net:
        _check_basis(work, record)
    _check_margin(work, record, rest)
    wanted = {name: None if fields.get(name) == getattr(today, name) else fields.get(name) for name in PRICES}
    proposed = None
    if any(value is not None for value in wanted.values()):
        proposed = prices.check(work, record, prices.NewPrice(work.context.clock.today(), reason=reason, **wanted))
    before, after = work.changed(record, rest)  # first of all: whoever approves the price looks at it too
    if after:
        work.session.add(record)
        work.audit("product.edit", "product", record.sku, before=before, after=after)
    return Changed(before, after, None if proposed is None else prices.make(work, record, proposed))


def _check_margin(work: Transaction, record: Product, fields: Mapping[str, Any]) -> None:
    """Refuse a salesperson another tax rate, a lower cost, or none: they make margins, and the rate what a net price comes to.

    While a price waits, another cost too: whoever approves it looks at its margin.
    """
    rate, cost = (fields.get(name, getattr(record, name)) for name in ("tax_rate", "cost"))
    if (rate, cost) == (record.tax_rate, record.cost) or work.actor.roles & _COUNTING:
        return
    ask = msg("ask a manager, a director or finance")
    if rate != record.tax_rate:
        said = msg("{sku}: another tax rate is not a salesperson's to set", sku=record.sku)
        raise NotPermitted(said, ask, code="tax-rate")
    if record.cost is not None and (cost is None or cost < record.cost):
        raise NotPermitted(msg("{sku}: a lower cost is not a salesperson's to set", sku=record.sku), ask, code="cost")
    for price in prices.waiting(work, record):
        said = msg("{sku}: {number} waits for its approval with the cost as it is", sku=record.sku, number=price.number)
        raise NotPermitted(said, ask, code="cost")


def checked_sku(sku: str) -> str:
    """A SKU as it is kept: half-width, 1 to 64 visible characters without blanks. Raises InvalidValue for anything else."""
    known = unicodedata.normalize("NFKC", clean(sku, limit=LONGEST_SKU, what=msg("SKU"), multiline=False))
    if not known or re.search(r"\s", known) or not known.isprintable():
        raise InvalidValue(
            msg('"{sku}" cannot be a SKU', sku=sku),
            msg("use 1 to {limit} characters without blanks, such as: YF-100", limit=LONGEST_SKU),
        )
    return known


def _known(work: Transaction) -> _Known:
    known = work.session.info.get(_KNOWN)
    if not isinstance(known, _Known):
        known = _Known({fold(sku): sku for sku in work.session.exec(select(Product.sku)).all()})
        work.session.info[_KNOWN] = known
    return known


def _check_basis(work: Transaction, record: Product) -> None:
    """Refuse another tax basis where it would change what prices of the history mean, or would be a price nobody approved."""
    if price_history.changes(work, record) or prices.waiting(work, record):
        raise Refused(
            msg("the prices in the history of {sku} are on its tax basis, which stays", sku=record.sku),
            msg("retire it, and add a new SKU: salesflow product retire {sku}", sku=record.sku),
            code="tax-basis",
        )
    if work.context.policy.price_approval.needed != NEVER:
        raise Refused(
            msg("with another tax basis the prices of {sku} would be others, without their approval", sku=record.sku),
            msg("retire it, and add a new SKU: salesflow product retire {sku}", sku=record.sku),
            code="tax-basis",
        )


def _required(name: str) -> str:
    if not name:
        raise InvalidValue(msg("the product has no name"), msg("give one with --name"))
    return name
