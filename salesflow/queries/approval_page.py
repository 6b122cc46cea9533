"""The page of one approval: all that whoever decides needs to know of its subject, its route and its earlier rounds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.db import trail
from salesflow.enums import ApprovalState, ContractTerm, SubjectKind
from salesflow.i18n import Message, label, msg
from salesflow.queries import approvals, contracts, objections, orders, prices, quote_diff, quotes, staff
from salesflow.queries.quote_decisions import offered
from salesflow.rules.authority import authority
from salesflow.rules.pricing import price_floor
from salesflow.rules.quoting import Offered, margin

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

ORDER_COLUMNS = (
    *(
        column
        for column in orders.COLUMNS
        if column.key not in ("returned_because", "approval", "approved_at", "lines")
    ),
    Column("exposure", "Credit in use", Kind.MONEY),
    Column("exposure_after", "Credit in use with this", Kind.MONEY),
    Column("lines", "Lines", Kind.ROWS, columns=orders.LINE_COLUMNS),
)

CONTRACT_COLUMNS = tuple(column for column in contracts.SHOW if column.key not in ("approval", "returned_because"))

ROUND_COLUMNS = (
    Column("round", "Round", Kind.INTEGER),
    Column("number", "No."),
    Column("state", "State", Kind.CODE, labels="approvalstate"),
    Column("role", "Role", Kind.CODE, labels="role"),
    Column("decided_by", "Decided by"),
    Column("comment", "Comment", flexible=True),
    Column("submitted_by", "Submitted by"),
    Column("submitted_at", "Submitted", Kind.INSTANT),
    Column("decided_at", "Decided", Kind.INSTANT, table=False),
    Column("self_approved", "Self-approved", Kind.FLAG, table=False),
)

CHANGE_COLUMNS = (
    Column("field", "Field", table=False),
    Column("what", "Field", Kind.MESSAGE),
    Column("before", "Before", flexible=True),
    Column("after", "After", flexible=True),
)

COLUMNS: Columns = (
    *approvals.COLUMNS,
    Column("last_rejection", "Rejected before", table=False),
    Column("quote", "Quote", Kind.RECORD, columns=QUOTE_COLUMNS, table=False),
    Column("order", "Order", Kind.RECORD, columns=ORDER_COLUMNS, table=False),
    Column("objection", "Objection", Kind.RECORD, columns=objections.COLUMNS, table=False),
    Column("contract", "Contract", Kind.RECORD, columns=CONTRACT_COLUMNS, table=False),
    Column("price", "Price", Kind.RECORD, columns=prices.PAGE_COLUMNS, table=False),
    Column("changes", "Changed since the last round", Kind.ROWS, columns=CHANGE_COLUMNS, table=False),
    Column("rounds", "Other rounds", Kind.ROWS, columns=ROUND_COLUMNS, table=False),
)

_FIELDS: Final[Mapping[str, Message]] = {
    "expected_delivery_on": msg("delivery"),
    "payment_terms": msg("payment terms"),
    "delivery_address": msg("delivery address"),
    "receiver": msg("receiver"),
    "receiver_phone_masked": msg("receiver's phone"),
    "note": msg("note"),
    "title": msg("title"),
    "amount": msg("amount"),
    **{term.value: label("contractterm", term) for term in ContractTerm},
    "instalments": msg("the instalments"),
}


def show(context: Context, ref: str) -> dict[str, Any]:
    """One approval with its subject, what changed since the round before, and its other rounds. Raises NotFound."""
    row = approvals.show(context, ref)
    subject_id = approvals.subject_id(context, row["number"])
    kind, ref = row["subject_kind"], row["subject_ref"]
    others = [one for one in approvals.rounds(context, kind, subject_id, ref) if one["round"] != row["round"]]
    rejected = [one for one in others if one["round"] < row["round"] and one["state"] == ApprovalState.REJECTED]
    return {
        **row,
        "last_rejection": _round(rejected[-1])["comment"] if rejected else None,
        "quote": subject_quote(context, subject_id, row["submitted_by"]) if kind == SubjectKind.QUOTE else None,
        "order": subject_order(context, subject_id) if kind == SubjectKind.ORDER else None,
        "objection": objections.show(context, ref) if kind == SubjectKind.OBJECTION else None,
        "contract": contracts.show(context, ref) if kind == SubjectKind.CONTRACT else None,
        "price": prices.show(context, ref) if kind == SubjectKind.PRICE else None,
        "changes": _changed(context, row, subject_id, rejected),
        "rounds": [_round(one) for one in others],
    }


def subject_quote(context: Context, quote_id: int, submitter: str) -> dict[str, Any]:
    """What an approver looks at in a quote, measured by what its submitter may give alone."""
    own = {"id": quote_id}
    names = ", ".join(column.key for column in QUOTE_COLUMNS if column.key not in ("authority", "margin", "lines"))
    row = context.reader.rows(f"SELECT {names} FROM v_quote WHERE id = :id", own)[0]  # noqa: S608 - names of ours
    lines = context.reader.rows("SELECT * FROM v_quote_line WHERE quote_id = :id ORDER BY line", own)
    priced = [(line, offered(line, row["quote_discount"])) for line in lines]
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


def subject_order(context: Context, order_id: int) -> dict[str, Any]:
    """What an approver looks at in an order, with the credit that its customer uses."""
    row = orders.by_id(context, order_id)
    customer_id = orders.resolve(context, row["number"]).customer_id
    used = orders.exposure(context, customer_id, without=order_id)
    computed = {"exposure": used, "exposure_after": used + row["total"]}
    return {column.key: computed.get(column.key, row.get(column.key)) for column in ORDER_COLUMNS}


def _round(one: Mapping[str, Any]) -> dict[str, Any]:
    """Another round in one line: with the decision that ended it, if any did."""
    decided = [step for step in one["steps"] if step["decision"] is not None]
    last = decided[-1] if decided else {}
    return {column.key: one.get(column.key, last.get(column.key)) for column in ROUND_COLUMNS}


def _said(context: Context, part: str | None, code: str | None) -> dict[str, Any]:
    """One side of an audit entry about a customer's record."""
    values: dict[str, Any] = json.loads(part or "{}")
    return trail.unsealed(context.reader.connection, values, code) if trail.SEALED in values else values


def _changed(
    context: Context, row: Mapping[str, Any], subject_id: int, rejected: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What is other than before: of a quote since its version before, of the others since they were last rejected."""
    if row["subject_kind"] == SubjectKind.QUOTE:
        return quote_diff.since_before(context, row["subject_ref"], quotes.version(context, subject_id))
    return _changes(context, row, rejected[-1]["number"]) if rejected else []


def _changes(context: Context, row: Mapping[str, Any], rejected: str) -> list[dict[str, Any]]:
    """What the submitter changed after an earlier round was rejected and before this one, as the audit trail has it."""
    entries = context.reader.rows(
        "SELECT before, after FROM v_audit WHERE subject_kind = :kind AND subject_ref = :ref AND action = :action "
        "AND id > (SELECT id FROM v_audit WHERE subject_kind = 'approval' AND subject_ref = :last AND action = 'approval.reject') "
        "AND id < (SELECT id FROM v_audit WHERE subject_kind = 'approval' AND subject_ref = :this AND action = 'approval.submit') "
        "ORDER BY id",
        {
            "kind": row["subject_kind"],
            "ref": row["subject_ref"],
            "action": f"{row['subject_kind']}.edit",
            "last": rejected,
            "this": row["number"],
        },
    )
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for entry in entries:
        before = _said(context, entry["before"], row["customer_code"]) | before
        after |= _said(context, entry["after"], row["customer_code"])
    return [
        {"field": name, "what": what, "before": before.get(name), "after": after.get(name)}
        for name, what in _FIELDS.items()
        if name in before or name in after
    ]
