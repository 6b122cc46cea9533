"""Adding products to the price list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import select

from salesflow.db.transaction import Transaction
from salesflow.errors import Duplicate, InvalidValue, Refused
from salesflow.i18n import msg
from salesflow.models.product import Product
from salesflow.money import Fen, display_money
from salesflow.text import clean, fold

LONGEST_SKU = 64
DEFAULT_UNIT = "件"
DEFAULT_TAX_RATE = 1_300
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
    _check_prices(sku, new.list_price, new.floor_price)
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


def change(work: Transaction, sku: str, fields: Mapping[str, object]) -> bool:
    """Change fields of a product; gives whether any differed. `fields` are columns with values as they are kept.

    Raises Refused for a floor price above the list price; then nothing is changed.
    """
    record = work.session.exec(select(Product).where(Product.sku == sku)).one()
    prices: dict[str, Any] = {name: fields.get(name, getattr(record, name)) for name in ("list_price", "floor_price")}
    _check_prices(sku, prices["list_price"], prices["floor_price"])
    before, after = work.changed(record, fields)
    if after:
        work.session.add(record)
        work.audit("product.edit", "product", sku, before=before, after=after)
    return bool(after)


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


def _check_prices(sku: str, list_price: Fen, floor_price: Fen | None) -> None:
    if floor_price is not None and floor_price > list_price:
        raise Refused(
            msg(
                "{sku}: the floor price {floor_price} is above the list price {list_price}",
                sku=sku,
                floor_price=display_money(floor_price),
                list_price=display_money(list_price),
            ),
            msg("lower the floor price or raise the list price"),
            code="floor-above-list",
        )


def _required(name: str) -> str:
    if not name:
        raise InvalidValue(msg("the product has no name"), msg("give one with --name"))
    return name
