"""Products as they are listed."""

from __future__ import annotations

from typing import Any

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries.base import Page, Where, page

COLUMNS = (
    Column("sku", "SKU"),
    Column("name", "Name", flexible=True),
    Column("spec", "Specification", flexible=True),
    Column("unit", "Unit"),
    Column("list_price", "List price", Kind.MONEY),
    Column("floor_price", "Floor price", Kind.MONEY),
    Column("cost", "Cost", Kind.MONEY, table=False),
    Column("tax_rate", "Tax rate", Kind.PERCENT),
    Column("net", "Without tax", Kind.FLAG, table=False),
    Column("lead_days", "Lead days", Kind.INTEGER, table=False),
    Column("stock", "Stock", Kind.QUANTITY),
    Column("customised", "Customised", Kind.FLAG, table=False),
    Column("retired", "Retired", Kind.FLAG),
    Column("created_at", "Since", Kind.INSTANT, table=False),
)


def listed(context: Context, *, retired: bool | None = False, find: str | None = None) -> Page:
    """Products by SKU: the ones that are sold, with `retired` the ones that no longer are, with None both.

    find: each of its words occurs in the SKU, the name or the specification, in any case.
    """
    where = Where().equal(retired=retired)
    for number, word in enumerate((find or "").split()):
        parts = [f"lower({column}) LIKE :word{number} ESCAPE '!'" for column in ("sku", "name", "spec")]
        where.add(f"({' OR '.join(parts)})", **{f"word{number}": f"%{_escaped(word)}%"})
    return page(context, "v_product", COLUMNS, where, order="sku")


def show(context: Context, sku: str) -> dict[str, Any]:
    """One product, retired or not, by its SKU in any case or width. Raises NotFound with the nearest SKU."""
    from salesflow.text import fold

    names = ", ".join(f'"{column.key}"' for column in COLUMNS)
    row = context.reader.one(f"SELECT {names} FROM v_product WHERE sku = :sku", {"sku": sku})  # noqa: S608 - names of ours
    if row is None:
        skus = {fold(known): known for known in every_sku(context)}
        if fold(sku) in skus:
            return show(context, skus[fold(sku)])
        raise unknown(sku, list(skus.values()))
    return row


def every_sku(context: Context) -> list[str]:
    return [row["sku"] for row in context.reader.rows("SELECT sku FROM v_product ORDER BY sku")]


def unknown(sku: str, known: list[str]) -> NotFound:
    """The error for a SKU that is not there, with the nearest one that is."""
    from salesflow.text import nearest

    close = nearest(sku, known)
    hint = msg("did you mean {name}? See: salesflow product list", name=close) if close else msg("see: salesflow product list")
    return NotFound(msg("there is no product {sku}", sku=sku), hint, code="unknown-product")


def _escaped(word: str) -> str:
    """The word for LIKE, its wildcards taken literally."""
    lowered = word.lower()
    for sign in ("!", "%", "_"):
        lowered = lowered.replace(sign, f"!{sign}")
    return lowered
