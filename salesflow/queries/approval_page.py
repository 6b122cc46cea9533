"""The page of one approval: all that whoever decides needs to know of its subject, its route and its earlier rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import ApprovalState, SubjectKind
from salesflow.queries import (
    approval_contract,
    approval_deciders,
    approval_objection,
    approval_order,
    approval_price,
    approval_quote,
    approvals,
)
from salesflow.queries.approval_part import CHANGE_COLUMNS, Asked, Part

PARTS: Final[Mapping[SubjectKind, Part]] = {
    SubjectKind.QUOTE: approval_quote.PART,
    SubjectKind.ORDER: approval_order.PART,
    SubjectKind.OBJECTION: approval_objection.PART,
    SubjectKind.CONTRACT: approval_contract.PART,
    SubjectKind.PRICE: approval_price.PART,
}
"""A line for each kind of subject: its part of the page."""

ROUND_COLUMNS = (
    Column("round", "Round", Kind.INTEGER),
    Column("number", "No."),
    Column("state", "State", Kind.CODE, labels="approvalstate"),
    Column("role", "Approver's role", Kind.CODE, labels="role"),
    Column("decided_by", "Decided by"),
    Column("decided_for", "For", table=False),
    Column("comment", "Comment", flexible=True),
    Column("submitted_by", "Submitted by"),
    Column("submitted_at", "Submitted", Kind.INSTANT),
    Column("decided_at", "Decided", Kind.INSTANT, table=False),
    Column("self_approved", "Self-approved", Kind.FLAG, table=False),
)

COLUMNS: Columns = (
    *approvals.COLUMNS,
    Column("deciders", "Can be decided by", Kind.ROWS, columns=approval_deciders.COLUMNS, table=False),
    Column("stuck", "Nobody can decide", Kind.MESSAGE, table=False),
    Column("last_rejection", "Rejected before", table=False),
    *(part.column for part in PARTS.values()),
    Column("changes", "Changed since the last round", Kind.ROWS, columns=CHANGE_COLUMNS, table=False),
    Column("rounds", "Other rounds", Kind.ROWS, columns=ROUND_COLUMNS, table=False),
)


def show(context: Context, ref: str) -> dict[str, Any]:
    """One approval with its subject, what changed since it was last rejected, and its other rounds. Raises NotFound."""
    row = approvals.show(context, ref)
    asked = _asked(context, row)
    rounds = approvals.rounds(context, asked.kind, asked.id, asked.ref)
    others = [one for one in rounds if one["round"] != row["round"]]
    earlier = [one for one in others if one["round"] < row["round"]]
    rejected = [one for one in earlier if one["state"] == ApprovalState.REJECTED]
    return {
        **row,
        **_decided_by(context, row),
        "last_rejection": _round(rejected[-1])["comment"] if rejected else None,
        **{part.column.key: part.show(context, asked) if kind == asked.kind else None for kind, part in PARTS.items()},
        "changes": _changes(context, (rejected or earlier)[-1:], asked),
        "rounds": [_round(one) for one in others],
    }


def _decided_by(context: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    """Who can decide now, and where nobody can, what to do about it."""
    if row["waiting_for_role"] is None:
        return {"deciders": [], "stuck": None}
    found = approval_deciders.deciders(context, row)
    return {"deciders": found, "stuck": None if found else approval_deciders.stuck(context, row["waiting_for_role"])}


def _asked(context: Context, row: Mapping[str, Any]) -> Asked:
    subject_id = approvals.subject_id(context, row["number"])
    kind, ref = row["subject_kind"], row["subject_ref"]
    return Asked(row["number"], kind, subject_id, ref, row["customer_code"], row["submitted_by"])


def _changes(context: Context, before: Sequence[Mapping[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    """What differs from the round before, or where there is none from what its part knows of before."""
    changed = PARTS[SubjectKind(asked.kind)].changed
    earlier = _asked(context, before[-1]) if before else None
    return [] if changed is None else changed(context, earlier, asked)


def _round(one: Mapping[str, Any]) -> dict[str, Any]:
    """Another round in one line: with the decision that ended it, if any did."""
    decided = [step for step in one["steps"] if step["decision"] is not None]
    last = decided[-1] if decided else {}
    return {column.key: one.get(column.key, last.get(column.key)) for column in ROUND_COLUMNS}
