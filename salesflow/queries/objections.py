"""Objections as they are listed and shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, Final

from salesflow.clock import to_db
from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import ObjectionKind, ObjectionOutcome, SubjectKind
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries import approvals
from salesflow.queries.base import Page, Where, page
from salesflow.queries.scripts import COLUMNS as SCRIPT_COLUMNS
from salesflow.text import fold

COLUMNS: Final = (
    Column("number", "No."),
    Column("at", "When", Kind.INSTANT, table=False),
    Column("customer_code", "Code"),
    Column("customer_name", "Customer", flexible=True),
    Column("kind", "Kind", Kind.CODE, labels="objectionkind"),
    Column("statement", "Objection", flexible=True),
    Column("outcome", "Outcome", Kind.CODE, labels="objectionoutcome"),
    Column("resolve", "Resolution", flexible=True),
    Column("request", "Asked for", flexible=True, table=False),
    Column("discount", "Discount", Kind.PERCENT, table=False),
    Column("decision", "Decision", flexible=True, table=False),
    Column("acknowledge", "Acknowledgement", table=False),
    Column("explain", "Explanation", table=False),
    Column("product", "Product", table=False),
    Column("script_id", "Script", Kind.INTEGER, table=False),
    Column("script", "Script title", table=False),
    Column("closed_at", "Settled", Kind.INSTANT, table=False),
    Column("by", "By"),
)
SHOW: Final[Columns] = (
    *COLUMNS,
    Column("approval", "Approval", Kind.RECORD, columns=approvals.COLUMNS, table=False),
    Column("suggestions", "Suggested replies", Kind.ROWS, columns=SCRIPT_COLUMNS, table=False),
)
_UNSETTLED: Final = (ObjectionOutcome.OPEN, ObjectionOutcome.ESCALATED)
_FIELDS: Final = ", ".join(f'"{column.key}"' for column in COLUMNS)


def listed(
    context: Context,
    *,
    unsettled: bool = False,
    customer_id: int | None = None,
    kind: ObjectionKind | None = None,
    outcome: ObjectionOutcome | None = None,
    by_id: int | None = None,
    first: date | None = None,
    keep: int | None = None,
) -> Page:
    """Objections, the newest first. unsettled: those that are open or escalated; by_id: who logged them; first: since that day."""
    where = Where().equal(customer_id=customer_id, kind=kind and kind.value, by_id=by_id)
    outcomes: Iterable[ObjectionOutcome] = _UNSETTLED if unsettled else () if outcome is None else (outcome,)
    where.any_of("outcome", [one.value for one in outcomes])
    if customer_id is None:
        where.add("archived_at IS NULL")
    if first is not None:
        where.add("at >= :first", first=to_db(datetime.combine(first, time(), context.clock.zone)))
    return page(context, "v_objection", COLUMNS, where, order="at DESC, number DESC", keep=keep)


def show(context: Context, number: str, suggestions: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """One objection with its approval; `suggestions` are what its logging proposed. Raises NotFound."""
    row = context.reader.one(
        f"SELECT id, {_FIELDS} FROM v_objection WHERE number = :number",  # noqa: S608 - names of ours
        {"number": fold(number).upper()},
    )
    if row is None:
        raise NotFound(
            msg("there is no objection {number}", number=number),
            msg("see: salesflow objection list"),
            code="unknown-objection",
        )
    approval = approvals.for_subject(context, SubjectKind.OBJECTION, row.pop("id"))
    return {**row, "approval": approval, "suggestions": suggestions or []}
