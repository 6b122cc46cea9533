"""What moved between two versions of a quote: lines, matched by SKU and then by their order, totals, terms, margin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Columns, Figure, Kind
from salesflow.context import Context
from salesflow.errors import Refused
from salesflow.i18n import Message, label, msg
from salesflow.money import display_money, display_percent, display_price, format_quantity
from salesflow.queries import quotes
from salesflow.rules.quoting import margin, stored

Row = dict[str, Any]

# What became of a line.
_ADDED: Final = "added"
_REMOVED: Final = "removed"
_CHANGED: Final = "changed"


class _Field(NamedTuple):
    """A field of a line or of a quote that may move."""

    key: str
    header: str
    kind: Kind


_OF_LINE: Final = (
    _Field("quantity", "Quantity", Kind.QUANTITY),
    _Field("list_price", "List price", Kind.MONEY),
    _Field("discount", "Discount", Kind.PERCENT),
    _Field("unit_price", "Unit price", Kind.PRICE),
    _Field("tax_rate", "Tax rate", Kind.PERCENT),
    _Field("tax", "Tax", Kind.MONEY),
    _Field("amount", "Amount", Kind.MONEY),
    _Field("margin", "Margin", Kind.PERCENT),
)
_TOTALS: Final = (
    _Field("goods_total", "Goods", Kind.MONEY),
    _Field("discount_total", "Discount", Kind.MONEY),
    _Field("freight", "Freight", Kind.MONEY),
    _Field("extras_total", "Extras", Kind.MONEY),
    _Field("tax_total", "Tax included", Kind.MONEY),
    _Field("total", "Total", Kind.MONEY),
)
_RATES: Final = (
    _Field("quote_discount", "Quote discount", Kind.PERCENT),
    _Field("max_discount", "Largest discount", Kind.PERCENT),
    _Field("margin", "Margin", Kind.PERCENT),
)
_TERMS: Final = (
    _Field("valid_until", "Valid until", Kind.DATE),
    _Field("payment_terms", "Payment terms", Kind.TEXT),
    _Field("delivery_days", "Delivery days", Kind.TEXT),
    _Field("warranty", "Warranty", Kind.TEXT),
    _Field("note", "Note", Kind.TEXT),
    _Field("opportunity", "Opportunity", Kind.TEXT),
)
_SHOW: Final = {
    Kind.MONEY: display_money,
    Kind.PERCENT: display_percent,
    Kind.QUANTITY: format_quantity,
    Kind.PRICE: display_price,
}


def _moved(kind: Kind) -> Columns:
    names = (Column("field", "Field"), Column("before", "Before", kind), Column("after", "After", kind))
    return (*names, Column("change", "Change", kind)) if kind is not Kind.TEXT else names


_LINES: Final = (
    Column("change", "Change"),
    Column("sku", "SKU"),
    Column("name", "Product"),
    Column("line_before", "Line before", Kind.INTEGER),
    Column("line_after", "Line after", Kind.INTEGER),
    *(
        Column(f"{field.key}_{side}", f"{field.header} {side}", field.kind)
        for field in _OF_LINE
        for side in ("before", "after")
    ),
)
_EXTRAS: Final = (
    Column("text", "Extra"),
    Column("before", "Before", Kind.MONEY),
    Column("after", "After", Kind.MONEY),
)
COLUMNS: Final[Columns] = (
    Column("number", "No."),
    Column("customer_code", "Customer code"),
    Column("customer_name", "Customer"),
    Column("from_version", "From version", Kind.INTEGER),
    Column("to_version", "To version", Kind.INTEGER),
    Column("lines", "Lines", Kind.ROWS, columns=_LINES),
    Column("unchanged_lines", "Lines as before", Kind.INTEGER),
    Column("totals", "Totals", Kind.ROWS, columns=_moved(Kind.MONEY)),
    Column("rates", "Rates", Kind.ROWS, columns=_moved(Kind.PERCENT)),
    Column("terms", "Terms", Kind.ROWS, columns=_moved(Kind.TEXT)),
    Column("extras", "Extras", Kind.ROWS, columns=_EXTRAS),
)
CHANGES: Final[Columns] = (
    Column("field", "Field", table=False),
    Column("where", "Line", Kind.MESSAGE, flexible=True),
    Column("what", "Field", Kind.MESSAGE),
    Column("before", "Before", Kind.FIGURE, flexible=True),
    Column("after", "After", Kind.FIGURE, flexible=True),
    Column("change", "Change", Kind.FIGURE),
)


def compare(context: Context, ref: str, old: int | None = None, new: int | None = None) -> Row:
    """What moved from one version of a quote to another; from the one before the newest unless told otherwise.

    Only what moved is named; `unchanged_lines` counts the other lines. Raises NotFound, and Refused where a quote has one
    version.
    """
    newest = quotes.resolve(context, ref)
    later = newest.version if new is None else new
    earlier = quotes.version_before(context, newest.number, later) if old is None else old
    if earlier is None:
        raise Refused(
            msg("{number} has no version before version {version}", number=newest.number, version=later),
            msg("make the next one: salesflow quote revise {number}", number=newest.number),
            code="one-version",
        )
    before = _seen(quotes.show(context, ref, earlier))
    after = _seen(quotes.show(context, ref, later))
    pairs = list(_paired(before["lines"], after["lines"]))
    moved = [row for row in (_line(*pair) for pair in pairs) if row is not None]
    return {
        **{key: after[key] for key in ("number", "customer_code", "customer_name")},
        "from_version": before["version"],
        "to_version": after["version"],
        "lines": moved,
        "unchanged_lines": len(pairs) - len(moved),
        "totals": list(_fields(_TOTALS, before, after)),
        "rates": list(_fields(_RATES, before, after)),
        "terms": list(_fields(_TERMS, before, after)),
        "extras": list(_extras(before["extras"], after["extras"])),
    }


def changes(row: Mapping[str, Any]) -> list[Row]:
    """A comparison for people: one row for each field that moved."""
    found: list[Row] = []
    for line in row["lines"]:
        found += _line_changes(line)
    quote = msg("the quote")
    for extra in row["extras"]:
        where, sides = msg("{extra}", extra=extra["text"]), _sides(Kind.MONEY, extra["before"], extra["after"])
        found.append({"field": "extra", "where": where, "what": msg("extra"), **sides, "change": None})
    for name, fields in (("totals", _TOTALS), ("rates", _RATES), ("terms", _TERMS)):
        known = {field.key: field for field in fields}
        for one in row[name]:
            field = known[one["field"]]
            found.append(_change(quote, field, one["before"], one["after"]))
    return found


def told(context: Context, number: str, old: int, new: int) -> list[Row]:
    """What moved between two versions, as an approver sees it."""
    moved = changes(compare(context, number, old, new))
    return [
        {
            "field": one["field"],
            "what": msg("{where}: {what}", where=one["where"], what=one["what"]),
            **{side: None if one[side] is None else _told(one[side]) for side in ("before", "after")},
        }
        for one in moved
    ]


def _seen(row: Row) -> Row:
    """A version with the margins of its lines and of the whole."""
    priced = [stored(line, row["quote_discount"]) for line in row["lines"]]
    lines = [{**line, "margin": margin([one])} for line, one in zip(row["lines"], priced, strict=True)]
    return {**row, "lines": lines, "margin": margin(priced)}


def _paired(before: Sequence[Row], after: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """The lines of both versions, those with one SKU in their order; first as the later version has them, then what is gone."""
    earlier: dict[str, list[Row]] = {}
    for line in before:
        earlier.setdefault(line["sku"], []).append(line)
    for line in after:
        same = earlier.get(line["sku"])
        yield (same.pop(0) if same else None, line)
    yield from ((line, None) for lines in earlier.values() for line in lines)


def _line(before: Row | None, after: Row | None) -> Row | None:
    """A pair of lines as `_LINES` has it; None where nothing of it moved."""
    kept = after or before
    assert kept is not None
    values: Row = {}
    for field in _OF_LINE:
        values[f"{field.key}_before"] = None if before is None else before[field.key]
        values[f"{field.key}_after"] = None if after is None else after[field.key]
    change = _CHANGED
    if before is None or after is None:
        change = _ADDED if before is None else _REMOVED
    elif all(before[field.key] == after[field.key] for field in _OF_LINE):
        return None
    numbers = {"line_before": before and before["line"], "line_after": after and after["line"]}
    return {"change": change, "sku": kept["sku"], "name": kept["name"], **numbers, **values}


def _fields(fields: Sequence[_Field], before: Row, after: Row) -> Iterator[Row]:
    for field in fields:
        old, new = before[field.key], after[field.key]
        if old != new:
            row = {"field": field.key, "before": old, "after": new}
            if fields is not _TERMS:
                row["change"] = None if old is None or new is None else new - old
            else:
                row |= {side: None if row[side] is None else str(row[side]) for side in ("before", "after")}
            yield row


def _extras(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Row]:
    """Extras are known by their texts; those with one text in their order."""
    texts = dict.fromkeys(row["text"] for row in (*after, *before))
    for text in texts:
        sides = [[row["amount"] for row in rows if row["text"] == text] for rows in (before, after)]
        for old, new in zip_longest(*sides):
            if old != new:
                yield {"text": text, "before": old, "after": new}


def _line_changes(line: Row) -> Iterator[Row]:
    number = line["line_before"] if line["line_after"] is None else line["line_after"]
    where = msg("line {line}: {sku}", line=number, sku=line["sku"])
    if line["change"] != _CHANGED:
        side = "after" if line["change"] == _ADDED else "before"
        amount = line[f"amount_{side}"]
        said = msg(
            "{quantity} x {price}",
            quantity=format_quantity(line[f"quantity_{side}"]),
            price=display_price(line[f"unit_price_{side}"]),
        )
        shown = {"before": None, "after": None, side: Figure(Kind.MONEY, amount)}
        what = msg("added: {what}", what=said) if side == "after" else msg("removed: {what}", what=said)
        signed = Figure(Kind.MONEY, amount if side == "after" else -amount, signed=True)
        yield {"field": "line", "where": where, "what": what, **shown, "change": signed}
        return
    for field in _OF_LINE:
        old, new = line[f"{field.key}_before"], line[f"{field.key}_after"]
        if old != new:
            yield _change(where, field, old, new)


def _change(where: Message, field: _Field, old: Any, new: Any) -> Row:
    counted = field.kind in _SHOW and old is not None and new is not None
    change = Figure(field.kind, new - old, signed=True) if counted else None
    sides = _sides(field.kind, old, new)
    return {"field": field.key, "where": where, "what": label("column", field.header), **sides, "change": change}


def _sides(kind: Kind, old: Any, new: Any) -> Row:
    return {side: None if value is None else Figure(kind, value) for side, value in (("before", old), ("after", new))}


def _told(figure: Figure) -> str:
    return _SHOW.get(figure.kind, str)(figure.value)
