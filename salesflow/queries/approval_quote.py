"""A quote on the page of its approval: its discounts against what its submitter may give, floor prices and margins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.queries import quote_diff, quotes, staff
from salesflow.queries.approval_part import Asked, Part
from salesflow.rules.authority import authority
from salesflow.rules.pricing import price_floor
from salesflow.rules.quoting import Offered, margin, stored

QUOTE_LINE_COLUMNS = (
    Column("line", "Line", Kind.INTEGER),
    Column("name", "Product", flexible=True),
    Column("all_in_discount", "All in", Kind.PERCENT),
    Column("above_authority", "Above", Kind.FLAG),
    Column("unit_price", "Unit price", Kind.PRICE),
    Column("floor_price", "Floor price", Kind.MONEY),
    Column("below_floor", "Below", Kind.FLAG),
    Column("margin", "Margin", Kind.PERCENT),
    Column("amount", "Amount", Kind.MONEY),
    Column("quantity", "Quantity", Kind.QUANTITY),
    Column("unit", "Unit"),
    Column("list_price", "List price", Kind.MONEY),
    Column("sku", "SKU", table=False),
    Column("discount", "Discount", Kind.PERCENT, table=False),
    Column("cost", "Cost", Kind.MONEY, table=False),
)

QUOTE_COLUMNS = (
    Column("number", "No."),
    Column("version", "Version", Kind.INTEGER),
    Column("owner", "Owner"),
    Column("customer_grade", "Grade", Kind.CODE, labels="grade"),
    Column("valid_until", "Valid until", Kind.DATE),
    Column("payment_terms", "Payment terms"),
    Column("delivery_days", "Delivery days", Kind.INTEGER),
    Column("goods_total", "Goods", Kind.MONEY),
    Column("discount_total", "Discount", Kind.MONEY),
    Column("freight", "Freight", Kind.MONEY),
    Column("extras_total", "Extras", Kind.MONEY),
    Column("total", "Total", Kind.MONEY),
    Column("quote_discount", "Quote discount", Kind.PERCENT),
    Column("max_discount", "Largest discount", Kind.PERCENT),
    Column("authority", "Submitter's authority", Kind.PERCENT),
    Column("margin", "Margin", Kind.PERCENT),
    Column("note", "Note"),
    Column("lines", "Lines", Kind.ROWS, columns=QUOTE_LINE_COLUMNS),
)


def show(context: Context, asked: Asked) -> dict[str, Any]:
    """The quote of an approval."""
    return subject_quote(context, asked.id, asked.submitted_by)


def subject_quote(context: Context, quote_id: int, submitter: str) -> dict[str, Any]:
    """What an approver looks at in a quote, measured by what its submitter may give alone."""
    own = {"id": quote_id}
    names = ", ".join(column.key for column in QUOTE_COLUMNS if column.key not in ("authority", "margin", "lines"))
    row = context.reader.rows(f"SELECT {names} FROM v_quote WHERE id = :id", own)[0]  # noqa: S608 - names of ours
    lines = context.reader.rows("SELECT * FROM v_quote_line WHERE quote_id = :id ORDER BY line", own)
    priced = [(line, stored(line, row["quote_discount"])) for line in lines]
    may = authority(context.policy.discount_authority, staff.roles(context, submitter))
    shown = [_line(context, line, result, may) for line, result in priced]
    return {**row, "authority": may, "margin": margin([result for _, result in priced]), "lines": shown}


def _line(context: Context, line: Mapping[str, Any], priced: Offered, may: int) -> dict[str, Any]:
    """A line with its discount against the submitter's authority (basis points), its floor and its margin."""
    discount = priced.line.concession.discount
    floor = price_floor(
        context.policy,
        line=line["line"],
        amount=priced.line.basis_amount,
        quantity=priced.quantity,
        floor_price=priced.floor_price,
        cost=None,
        roles=(),
    )
    computed = {
        "all_in_discount": discount,
        "above_authority": discount > may,
        "below_floor": floor.outcome != "ok",
        "margin": margin([priced]),
    }
    return {column.key: computed.get(column.key, line.get(column.key)) for column in QUOTE_LINE_COLUMNS}


def changed(context: Context, earlier: Asked | None, later: Asked) -> list[dict[str, Any]]:
    """What moved since the version of the earlier round, else since the version before."""
    version = quotes.version(context, later.id)
    before = (
        quotes.version_before(context, later.ref, version) if earlier is None else quotes.version(context, earlier.id)
    )
    return [] if before is None else quote_diff.told(context, later.ref, before, version)


PART: Final = Part(Column("quote", "Quote", Kind.RECORD, columns=QUOTE_COLUMNS, table=False), show, changed)
