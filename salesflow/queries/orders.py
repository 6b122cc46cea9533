"""Orders as they are listed and shown, and what they take up of a customer's credit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import OrderState, SubjectKind
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries import approvals
from salesflow.queries.base import Page, Where, page, pieces
from salesflow.text import fold

LINE_COLUMNS = (
    Column("line", "Line", Kind.INTEGER),
    Column("sku", "SKU"),
    Column("name", "Product", flexible=True),
    Column("spec", "Specification", table=False),
    Column("quantity", "Quantity", Kind.QUANTITY),
    Column("unit", "Unit"),
    Column("unit_price", "Unit price", Kind.PRICE),
    Column("discount", "Discount", Kind.PERCENT, table=False),
    Column("tax_rate", "Tax rate", Kind.PERCENT, table=False),
    Column("tax", "Tax", Kind.MONEY, table=False),
    Column("amount", "Amount", Kind.MONEY),
)

COLUMNS = (
    Column("number", "No."),
    Column("quote_number", "Quote"),
    Column("contract_number", "Contract", table=False),
    Column("customer_code", "Customer code", table=False),
    Column("customer_name", "Customer", flexible=True),
    Column("state", "State", Kind.CODE, labels="orderstate"),
    Column("total", "Total", Kind.MONEY),
    Column("expected_delivery_on", "Delivery", Kind.DATE),
    Column("owner", "Owner"),
    Column("returned_because", "Returned because", table=False),
    Column("payment_terms", "Payment terms", table=False),
    Column("delivery_address", "Delivery address", table=False),
    Column("receiver", "Receiver", table=False),
    Column("receiver_phone_masked", "Receiver's phone", table=False),
    Column("note", "Note", table=False),
    Column("freight", "Freight", Kind.MONEY, table=False),
    Column("extras_total", "Extras", Kind.MONEY, table=False),
    Column("tax_total", "Tax included", Kind.MONEY, table=False),
    Column("created_at", "Made at", Kind.INSTANT, table=False),
    Column("submitted_at", "Submitted", Kind.INSTANT, table=False),
    Column("approved_at", "Approved", Kind.INSTANT, table=False),
    Column("lines", "Lines", Kind.ROWS, columns=LINE_COLUMNS, table=False),
    Column("approval", "Approval", Kind.RECORD, columns=approvals.OF_SUBJECT, table=False),
)
_COMPUTED = ("returned_because", "lines", "approval")


class OrderRef(NamedTuple):
    """An order, as another record refers to it."""

    id: int
    number: str
    customer_id: int
    state: OrderState
    total: int


def listed(
    context: Context, *, customer_id: int | None = None, state: OrderState | None = None, owner_id: int | None = None
) -> Page:
    """Orders, the newest first."""
    where = Where().equal(customer_id=customer_id, owner_id=owner_id, state=None if state is None else state.value)
    found = page(context, "v_order", COLUMNS, where, order="id DESC", computed=_COMPUTED, also=("id",))
    return Page(_complete(context, found.rows), found.more)


def show(context: Context, ref: str) -> dict[str, Any]:
    """One order with its lines and the latest round of its approval. Raises NotFound."""
    return by_id(context, resolve(context, ref).id)


def by_id(context: Context, order_id: int) -> dict[str, Any]:
    """The order with that key."""
    names = [column.key for column in COLUMNS if column.key not in _COMPUTED]
    sql = f"SELECT {', '.join(names)}, id FROM v_order WHERE id = :id"  # noqa: S608 - names of ours
    return _complete(context, context.reader.rows(sql, {"id": order_id}))[0]


def resolve(context: Context, ref: str) -> OrderRef:
    """The order that a person names by its number, in any case. Raises NotFound."""
    row = context.reader.one(
        "SELECT id, number, customer_id, state, total FROM v_order WHERE number = :number",
        {"number": fold(ref).upper()},
    )
    if row is None:
        raise NotFound(
            msg("there is no order {number}", number=ref), msg("see: salesflow order list"), code="unknown-order"
        )
    return OrderRef(row["id"], row["number"], row["customer_id"], OrderState(row["state"]), row["total"])


def exposure(context: Context, customer_id: int, *, without: int | None = None) -> int:
    """What the customer's approved orders that are still to be delivered come to, in fen. without: the key of one left out."""
    where = Where().equal(customer_id=customer_id).any_of("state", [s.value for s in OrderState if s.is_undelivered])
    if without is not None:
        where.add("id <> :without", without=without)
    return int(context.reader.value(f"SELECT coalesce(sum(total), 0) FROM v_order{where}", where.parameters))  # noqa: S608 - names of ours


def _complete(context: Context, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the view with their lines, their approvals, and where they were returned, why."""
    keys = [row["id"] for row in rows]
    lines, found = _lines(context, keys), approvals.for_subjects(context, SubjectKind.ORDER, keys)
    complete = []
    for row in rows:
        approval = found.get(row["id"])
        computed = {
            "returned_because": approvals.rejection(approval) if row["state"] == OrderState.RETURNED else None,
            "lines": lines[row["id"]],
            "approval": approval,
        }
        complete.append({column.key: computed.get(column.key, row.get(column.key)) for column in COLUMNS})
    return complete


def _lines(context: Context, order_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The lines of each order, in their order."""
    found: dict[int, list[dict[str, Any]]] = {key: [] for key in order_ids}
    names = ", ".join(column.key for column in LINE_COLUMNS)
    for some in pieces(order_ids):
        where = Where().any_of("order_id", some)
        sql = f"SELECT {names}, order_id FROM v_order_line{where} ORDER BY order_id, line"  # noqa: S608 - names of ours
        for row in context.reader.rows(sql, where.parameters):
            found[row.pop("order_id")].append(row)
    return found
