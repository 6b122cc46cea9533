"""The price list as it is read: what holds on a day, what held, what is to come, what waits for an approval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import PriceState, SubjectKind
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries import approvals
from salesflow.queries.base import Page, Where, arranged, pieces
from salesflow.rules.decision import Decision
from salesflow.rules.prices import Change, Valid, change_of, price_on, price_valid
from salesflow.text import fold

COLUMNS: Final = (
    Column("sku", "SKU"),
    Column("name", "Product", flexible=True),
    Column("list_price", "List price", Kind.MONEY),
    Column("floor_price", "Floor price", Kind.MONEY),
    Column("valid_from", "Valid from", Kind.DATE),
    Column("valid_until", "Until", Kind.DATE),
    Column("state", "State", Kind.CODE, labels="pricestate"),
    Column("number", "No."),
    Column("by", "By"),
    Column("reason", "Reason", flexible=True),
    Column("at", "Recorded", Kind.INSTANT, table=False),
    Column("approved_at", "Approved", Kind.INSTANT, table=False),
    Column("approval", "Approval", Kind.RECORD, columns=approvals.OF_SUBJECT, table=False),
)
OF_PRODUCT: Final = tuple(column for column in COLUMNS if column.key not in ("sku", "name", "approval"))
"""The history of one product's prices."""

PAGE_COLUMNS: Final[Columns] = (
    Column("number", "No."),
    Column("sku", "SKU"),
    Column("name", "Product"),
    Column("unit", "Unit"),
    Column("net", "Without tax", Kind.FLAG),
    Column("valid_from", "Valid from", Kind.DATE),
    Column("old_list_price", "List price before", Kind.MONEY),
    Column("list_price", "List price", Kind.MONEY),
    Column("change", "Change", Kind.PERCENT),
    Column("old_floor_price", "Floor price before", Kind.MONEY),
    Column("floor_price", "Floor price", Kind.MONEY),
    Column("cost", "Cost", Kind.MONEY),
    Column("old_margin", "Margin before", Kind.PERCENT),
    Column("margin", "Margin", Kind.PERCENT),
    Column("floor_margin", "Margin at the floor", Kind.PERCENT),
    Column("state", "State", Kind.CODE, labels="pricestate"),
    Column("by", "By"),
    Column("reason", "Reason"),
)
"""What an approver looks at."""

_ROWS: Final = (
    "SELECT id, number, product_id, sku, list_price, floor_price, valid_from, state, reason, at, approved_at, "
    '"by" FROM v_price'
)
_TAKE_HOLD: Final = "product_id, valid_from, approved_at, id"
_PRODUCTS: Final = (
    "SELECT id, sku, name, unit, net, cost, first_list_price, first_floor_price, created_at FROM v_product"
)
_WHOLE: Final = 10_000
_FIRST: Final = {"number": None, "valid_from": None, "state": PriceState.VALID.value, "reason": "", "by": None}


class Coming(NamedTuple):
    """What changes about the price of a product: what it costs, since when, what it cost before."""

    sku: str
    price: int
    day: date
    before: int


def listed(
    context: Context,
    *,
    sku: str | None = None,
    everything: bool = False,
    at: date | None = None,
    keep: int | None = None,
) -> Page:
    """Prices by SKU and day: what holds, what is to come, what waits for its approval; of one product also what held.

    everything: all of these, also of retired products, and what was rejected, taken back or never came to hold. at: only what
    holds on that day, one price of each product.
    """
    where, today = Where().equal(sku=sku), context.clock.today()
    if sku is None and not everything:
        where.add("retired_at IS NULL")
    found: list[dict[str, Any]] = []
    for product, rows in _histories(context, where):
        history = _history(product, rows, today)
        if at is not None:
            found += [row for row in history if _holds(row, at)]
        else:
            found += [row for row in history if everything or _wanted(row, today, past=sku is not None)]
    page = arranged(context.asked, COLUMNS, found, keep=keep)
    return Page(_with_approvals(context, page.rows), page.more)


def columns(rows: Sequence[Mapping[str, Any]], *, one: bool, of: Columns = COLUMNS) -> Columns:
    """The columns for a listing of these rows, of one product or of many: its table shows only what can differ."""
    hidden = {"sku", "name"} if one else {"by", "reason"}
    if all(_counts(row) for row in rows):
        hidden.add("state")
    return tuple(column._replace(table=column.table and column.key not in hidden) for column in of)


def of_product(context: Context, product_id: int) -> list[dict[str, Any]]:
    """The prices of a product that held, hold, are to come or wait for their approval, the first one first."""
    found = next(_histories(context, Where().equal(id=product_id)), None)
    today = context.clock.today()
    rows = [] if found is None else _history(*found, today)
    return [_only(OF_PRODUCT, row) for row in rows if _wanted(row, today, past=True)]


def show(context: Context, number: str) -> dict[str, Any]:
    """One change of a price as whoever approves it looks at it. Raises NotFound."""
    row = context.reader.one(f"{_ROWS} WHERE number = :number", {"number": fold(number).upper()})
    if row is None:
        raise NotFound(
            msg("there is no price {number}", number=number),
            msg("see: salesflow price list --all"),
            code="unknown-price",
        )
    product, rows = next(_histories(context, Where().equal(id=row["product_id"])))
    old, new = before_and_after(product, rows, row, context.clock.today())
    computed = {
        **product,
        "old_list_price": old.list_price,
        "old_floor_price": old.floor_price,
        "list_price": new.list_price,
        "floor_price": new.floor_price,
        "change": change_of(old.list_price, new.list_price) if old.list_price else None,
        "old_margin": _margin(old.list_price, product["cost"]),
        "margin": _margin(new.list_price, product["cost"]),
        "floor_margin": _margin(new.floor_price, product["cost"]),
    }
    return _only(PAGE_COLUMNS, {**row, **computed})


def written(context: Context, number: str) -> dict[str, Any]:
    """One change of a price as the listing has it."""
    product_id = context.reader.value("SELECT product_id FROM v_price WHERE number = :number", {"number": number})
    found = next(_histories(context, Where().equal(id=product_id)))
    row = next(row for row in _history(*found, context.clock.today()) if row["number"] == number)
    return _with_approvals(context, [row])[0]


def before_and_after(
    product: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], row: Mapping[str, Any], today: date
) -> tuple[Valid, Valid]:
    """What holds on a change's day without it, and with it. One that waits is taken as if it were approved today."""
    day = date.fromisoformat(row["valid_from"])
    if row["state"] == PriceState.PENDING_APPROVAL:
        day = max(day, today)
    earlier = [_change(one) for one in rows if _counts(one) and (not _counts(row) or _key(one) < _key(row))]
    old = price_on(_first(product), earlier, day)
    return old, old.changed(_change(row))


def valid_today(context: Context, sku: str) -> Decision[Valid]:
    """Rule price-valid for a product and this day."""
    product, rows = next(_histories(context, Where().equal(sku=sku)))
    changes = [_change(row) for row in rows if _counts(row)]
    return price_valid(sku=sku, first=_first(product), changes=changes, on=context.clock.today())


def around(context: Context, skus: Iterable[str], first: date, last: date) -> list[Coming]:
    """The changes of list prices from one day to another, both included, of some products, by SKU and day."""
    found: list[Coming] = []
    for some in pieces(sorted(set(skus))):
        for product, rows in _histories(context, Where().any_of("sku", some)):
            price = _first(product).list_price
            for change in (_change(row) for row in rows if _counts(row)):
                before, price = price, price if change.list_price is None else change.list_price
                if price != before and first <= change.valid_from <= last:
                    found.append(Coming(product["sku"], price, change.valid_from, before))
    return found


def changes_known(context: Context, skus: Iterable[str], day: str, moment: str) -> dict[str, list[Change]]:
    """The changes that held on a day for somebody who looked at a moment (in UTC, as the database has it), by SKU."""
    found: dict[str, list[Change]] = {}
    for some in pieces(sorted(set(skus))):
        where = Where().equal(state=PriceState.VALID.value).any_of("sku", some)
        where.add("valid_from <= :day AND approved_at <= :moment", day=day, moment=moment)
        for row in context.reader.rows(f"{_ROWS}{where} ORDER BY {_TAKE_HOLD}", where.parameters):
            found.setdefault(row["sku"], []).append(_change(row))
    return found


def _histories(context: Context, where: Where) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Products by SKU, each with the changes of its prices in the order in which they take hold."""
    products = context.reader.rows(f"{_PRODUCTS}{where} ORDER BY sku", where.parameters)
    changed = _ROWS if not where else f"{_ROWS} WHERE product_id IN (SELECT id FROM v_product{where})"  # noqa: S608 - names of ours
    rows = context.reader.rows(f"{changed} ORDER BY {_TAKE_HOLD}", where.parameters)
    by_product = {key: list(own) for key, own in groupby(rows, key=lambda row: row["product_id"])}
    return ((product, by_product.get(product["id"], [])) for product in products)


def _history(product: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], today: date) -> list[dict[str, Any]]:
    """A product's first price and every change of it, complete, with the last day on which each holds."""
    first = {**_FIRST, "at": product["created_at"], "approved_at": product["created_at"], "id": None}
    complete = [{**first, "list_price": product["first_list_price"], "floor_price": product["first_floor_price"]}]
    for row in rows:
        new = before_and_after(product, rows, row, today)[1]
        complete.append({**row, "list_price": new.list_price, "floor_price": new.floor_price})
    valid = [row for row in complete if _counts(row)]
    for row, following in zip(valid, [*valid[1:], None], strict=True):
        row["valid_until"] = None if following is None else _day_before(following["valid_from"])
    named = {"sku": product["sku"], "name": product["name"], "valid_until": None, "approval": None}
    return [{**named, **row} for row in complete]


def _wanted(row: Mapping[str, Any], today: date, *, past: bool) -> bool:
    """Whether the price waits, or is one that held, holds or will hold."""
    if row["state"] == PriceState.PENDING_APPROVAL:
        return True
    until = row["valid_until"]
    if not _counts(row) or (until is not None and row["valid_from"] is not None and until < row["valid_from"]):
        return False
    return past or until is None or until >= today.isoformat()


def _holds(row: Mapping[str, Any], day: date) -> bool:
    if not _counts(row):
        return False
    since, until, on = row["valid_from"], row["valid_until"], day.isoformat()
    return (since is None or since <= on) and (until is None or on <= until)


def _counts(row: Mapping[str, Any]) -> bool:
    return bool(row["state"] == PriceState.VALID)


def _key(row: Mapping[str, Any]) -> tuple[str, str, int]:
    """The place of a change that counts in the order in which changes take hold."""
    return row["valid_from"], row["approved_at"] or "", row["id"]


def _first(product: Mapping[str, Any]) -> Valid:
    return Valid(product["first_list_price"], product["first_floor_price"])


def _change(row: Mapping[str, Any]) -> Change:
    return Change(date.fromisoformat(row["valid_from"]), row["list_price"], row["floor_price"], row["number"])


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _margin(price: int | None, cost: int | None) -> int | None:
    """(price - cost) / price in basis points, rounded down; None where one of the two is not known or nothing is asked for."""
    return None if not price or cost is None else (price - cost) * _WHOLE // price


def _with_approvals(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = approvals.for_subjects(context, SubjectKind.PRICE, [row["id"] for row in rows if row["id"] is not None])
    return [_only(COLUMNS, {**row, "approval": found.get(row["id"] or 0)}) for row in rows]


def _only(columns: Columns, row: Mapping[str, Any]) -> dict[str, Any]:
    return {column.key: row[column.key] for column in columns}
