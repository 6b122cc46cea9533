"""What the page of an approval has of one kind of subject, and what such parts share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.db import trail
from salesflow.i18n import Message

CHANGE_COLUMNS = (
    Column("field", "Field", table=False),
    Column("what", "Field", Kind.MESSAGE),
    Column("before", "Before", flexible=True),
    Column("after", "After", flexible=True),
)


class Asked(NamedTuple):
    """One approval, as far as its subject's part of the page needs to know: the subject by its key and number, who asked."""

    number: str
    kind: str
    id: int
    ref: str
    customer_code: str | None
    submitted_by: str


Show = Callable[[Context, Asked], dict[str, Any]]
Changed = Callable[[Context, Asked | None, Asked], list[dict[str, Any]]]


class Part(NamedTuple):
    """A kind of subject on the page.

    column: the page's field for it. show: what that field has. changed: what differs between two approvals of a subject,
    the earlier one (None: there was none) and the later one, as CHANGE_COLUMNS; None where nothing changes between rounds.
    """

    column: Column
    show: Show
    changed: Changed | None = None


def edited(fields: Mapping[str, Message]) -> Changed:
    """For `Part.changed`: what was edited between the two submissions, as the audit trail has it, those fields of it.

    The subject's own service notes each change as "KIND.edit" or "KIND.amend", with what the fields were and what they are.
    """

    def changed(context: Context, earlier: Asked | None, later: Asked) -> list[dict[str, Any]]:
        if earlier is None:
            return []
        before, after = _edits(context, earlier, later)
        return [
            {"field": name, "what": what, "before": before.get(name), "after": after.get(name)}
            for name, what in fields.items()
            if before.get(name) != after.get(name)
        ]

    return changed


def _edits(context: Context, earlier: Asked, later: Asked) -> tuple[dict[str, Any], dict[str, Any]]:
    """All fields that were edited between two submissions: what they were before the first edit, and after the last."""
    submitted = "SELECT id FROM v_audit WHERE subject_kind = 'approval' AND action = 'approval.submit' AND subject_ref"
    entries = context.reader.rows(
        "SELECT before, after FROM v_audit WHERE subject_kind = :kind AND subject_ref = :ref AND action IN (:edit, :amend) "  # noqa: S608 - texts of ours
        f"AND id > ({submitted} = :earlier) AND id < ({submitted} = :this) ORDER BY id",
        {
            "kind": later.kind,
            "ref": later.ref,
            "edit": f"{later.kind}.edit",
            "amend": f"{later.kind}.amend",
            "earlier": earlier.number,
            "this": later.number,
        },
    )
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for entry in entries:
        was, became = (_said(context, entry[side], later.customer_code) for side in ("before", "after"))
        for name in {**was, **became}:  # the trail leaves out what is empty
            before.setdefault(name, was.get(name))
            after[name] = became.get(name)
    return before, after


def _said(context: Context, part: str | None, code: str | None) -> dict[str, Any]:
    """One side of an audit entry about a customer's record."""
    values: dict[str, Any] = json.loads(part or "{}")
    return trail.unsealed(context.reader.connection, values, code) if trail.SEALED in values else values
