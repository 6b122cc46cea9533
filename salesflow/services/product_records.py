"""Loading a product that is to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from salesflow.errors import NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.product import Product

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction


def load(work: Transaction, sku: str, *, retired: bool = False) -> Product:
    """The product with that SKU as it is kept. Raises NotFound; Refused where it is retired, unless that is allowed."""
    with work.session.no_autoflush:  # what an import has changed before is another product
        found = work.session.exec(select(Product).where(Product.sku == sku)).first()
    if found is None:
        raise NotFound(
            msg("there is no product {sku}", sku=sku), msg("see: salesflow product list"), code="unknown-product"
        )
    if found.retired_at is not None and not retired:
        raise Refused(
            msg("{sku} is retired", sku=found.sku),
            msg("bring it back first: salesflow product retire {sku} --undo", sku=found.sku),
            code="retired-product",
        )
    return found
