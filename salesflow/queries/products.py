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
    Column("name", "Product", flexible=True),
    Column("spec", "Spec", flexible=True),
    Column("unit", "Unit"),
    Column("list_price", "List price", Kind.MONEY),
    Column("floor_price", "Floor price", Kind.MONEY),
    Column("cost", "Cost", Kind.MONEY, table=False),
    Column("tax_rate", "Tax rate", Kind.PERCENT, table=False),
    Column("net", "Without tax", Kind.FLAG, table=False),
    Column("lead_days", "Lead days", Kind.INTEGER, table=False),
    Column("stock", "Stock", Kind.QUANTITY),
    Column("customised", "Customised", Kind.FLAG, table=False),
    Column("retired", "Retired", Kind.FLAG, table=False),
    Column("created_at", "Recorded", Kind.INSTANT, table=False),
)

_RETIRED = next(column for column in COLUMNS if column.key == "retired")

# Where retired ones are among those that are sold, the table says which they are, however narrow it is.
ALL_COLUMNS = (
    *COLUMNS[:2],
    _RETIRED._replace(table=True),
    *(column for column in COLUMNS[2:] if column is not _RETIRED),
)


def listed(context: Context, *, retired: bool | None = False, find: str | None = None, keep: int | None = None) -> Page:
    """Products by SKU: the ones that are sold, with `retired` the ones that no longer are, with None both.

    find: each of its words occurs in the SKU, the name or the specification, in any case. keep: as of `queries.base.page`.
    """
    where = Where().equal(retired=retired)
    for number, word in enumerate((find or "").split()):
        parts = [f"lower({column}) LIKE :word{number} ESCAPE '!'" for column in ("sku", "name", "spec")]
        where.add(f"({' OR '.join(parts)})", **{f"word{number}": f"%{_escaped(word)}%"})
    return page(context, "v_product", COLUMNS, where, order="sku", keep=keep)


def show(context: Context, ref: str) -> dict[str, Any]:
    """One product, retired or not. Raises NotFound with the nearest SKU."""
    names = ", ".join(column.key for column in COLUMNS)
    row = context.reader.one(f"SELECT {names} FROM v_product WHERE sku = :sku", {"sku": sku(context, ref)})  # noqa: S608 - names of ours
    assert row is not None
    return row


def sku(context: Context, ref: str) -> str:
    """The SKU that a person means: in any case and width. Raises NotFound with the nearest one."""
    if context.reader.value("SELECT 1 FROM v_product WHERE sku = :sku", {"sku": ref}):
        return ref
    from salesflow.text import fold, nearest

    known = {fold(row["sku"]): str(row["sku"]) for row in context.reader.rows("SELECT sku FROM v_product")}
    if fold(ref) in known:
        return known[fold(ref)]
    close = nearest(ref, known.values())
    hint = (
        msg("did you mean {name}? See: salesflow product list", name=close)
        if close
        else msg("see: salesflow product list")
    )
    raise NotFound(msg("there is no product {sku}", sku=ref), hint, code="unknown-product")


def key(context: Context, ref: str) -> int:
    """The key of the product that a person means. Raises NotFound with the nearest SKU."""
    return int(context.reader.value("SELECT id FROM v_product WHERE sku = :sku", {"sku": sku(context, ref)}))


def _escaped(word: str) -> str:
    """The word for LIKE, its wildcards taken literally."""
    lowered = word.lower()
    for sign in ("!", "%", "_"):
        lowered = lowered.replace(sign, f"!{sign}")
    return lowered
