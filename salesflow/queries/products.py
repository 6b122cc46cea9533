"""Products as they are listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries import prices
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
    Column("next_price", "Next price", Kind.MONEY, table=False),
    Column("next_price_on", "Next price from", Kind.DATE, table=False),
    Column("version", "Version", Kind.INTEGER, table=False),
)
SHOW_COLUMNS = (*COLUMNS, Column("prices", "Prices", Kind.ROWS, columns=prices.OF_PRODUCT, table=False))

_RETIRED = next(column for column in COLUMNS if column.key == "retired")

# Where retired ones are among those that are sold, the table says which they are, however narrow it is.
ALL_COLUMNS = (
    *COLUMNS[:2],
    _RETIRED._replace(table=True),
    *(column for column in COLUMNS[2:] if column is not _RETIRED),
)


def _latest(price: str, day: str, order: str = "DESC", *, column: str = "") -> str:
    """Of the changes of the list price or the floor that take hold on such a day the last one (or the first): the price that
    it makes, or another column.
    """
    return (
        f"(SELECT c.{column or price} FROM v_price c WHERE c.product_id = p.id AND c.state = 'valid' "  # noqa: S608 - names of ours
        f"AND c.{price} IS NOT NULL AND c.valid_from {day} ORDER BY c.valid_from {order}, c.approved_at DESC, c.id DESC LIMIT 1)"
    )


_PRICES = {
    "list_price": f"coalesce({_latest('list_price', '<= :today')}, p.first_list_price)",
    "floor_price": f"coalesce({_latest('floor_price', '<= :today')}, p.first_floor_price)",
    "next_price": _latest("list_price", "> :today", "ASC"),
    "next_price_on": _latest("list_price", "> :today", "ASC", column="valid_from"),
}
# What a product costs depends on the day, and the day on the clock and the zone.
_FIELDS = ", ".join(f"{_PRICES.get(column.key, f'p.{column.key}')} AS {column.key}" for column in COLUMNS)
_VIEW = f"(SELECT p.id, {_FIELDS} FROM v_product p) AS product_of_the_day"  # noqa: S608 - names of ours


def listed(context: Context, *, retired: bool | None = False, find: str | None = None, keep: int | None = None) -> Page:
    """Products by SKU: the ones that are sold, with `retired` the ones that no longer are, with None both.

    find: each of its words occurs in the SKU, the name or the specification, in any case and width.
    keep: as of `queries.base.page`.
    """
    where = Where().equal(retired=retired)
    if find:
        from salesflow.text import fold

        context.reader.connection.create_function("folded", 1, fold, deterministic=True)
        for number, word in enumerate(fold(find).split()):
            parts = [f"instr(folded({column}), :word{number})" for column in ("sku", "name", "spec")]
            where.add(f"({' OR '.join(parts)})", **{f"word{number}": word})
    where.parameters["today"] = context.clock.today().isoformat()
    return page(context, _VIEW, COLUMNS, where, order="sku", keep=keep)


def columns(rows: Sequence[Mapping[str, Any]], *, everything: bool = False) -> Columns:
    """The columns for a listing of these rows: where there is a next price, its table has it in the place of others."""
    columns = ALL_COLUMNS if everything else COLUMNS
    if all(row["next_price_on"] is None for row in rows):
        return columns
    table = {"spec": False, "unit": False, "next_price": True, "next_price_on": True}
    return tuple(column._replace(table=table.get(column.key, column.table)) for column in columns)


def show_columns(row: Mapping[str, Any]) -> Columns:
    """The columns of one product: the history of its prices shows only what can differ."""
    return (*COLUMNS, SHOW_COLUMNS[-1]._replace(columns=prices.columns(row["prices"], one=True, of=prices.OF_PRODUCT)))


def show(context: Context, ref: str) -> dict[str, Any]:
    """One product, retired or not, with the history of its prices. Raises NotFound with the nearest SKU."""
    names = ", ".join(column.key for column in COLUMNS)
    about = {"sku": sku(context, ref), "today": context.clock.today().isoformat()}
    row = context.reader.one(f"SELECT id, {names} FROM {_VIEW} WHERE sku = :sku", about)  # noqa: S608 - names of ours
    assert row is not None
    history = prices.of_product(context, row.pop("id"))
    return {**row, "prices": history}


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
