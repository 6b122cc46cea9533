"""One customer's file: what is kept of it, its contacts, plan, latest follow-ups, open quotes and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import loads
from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import CorrectionKind, ObjectionOutcome, QuoteState
from salesflow.queries import contacts, customers, needs, quotes
from salesflow.queries.base import Where

_PLAN_COLUMNS: Final = (
    Column("due_on", "Due", Kind.DATE),
    Column("method", "Method", Kind.CODE, labels="method"),
    Column("focus", "Focus", flexible=True),
    Column("goal", "Goal", table=False),
    Column("rule", "Rule", table=False),
    Column("beyond_cadence", "Beyond cadence", Kind.FLAG, table=False),
)
_FOLLOWUP_COLUMNS: Final = (
    Column("at", "At", Kind.INSTANT),
    Column("method", "Method", Kind.CODE, labels="method"),
    Column("content", "Content", flexible=True),
    Column("feedback", "Feedback", flexible=True),
    Column("next", "Next", table=False),
    Column("progress", "Progress", Kind.FLAG, table=False),
    Column("by", "By"),
    Column("id", "No.", Kind.INTEGER, table=False),
)
_STATUS_COLUMNS: Final = (
    Column("at", "At", Kind.INSTANT),
    Column("from_status", "From", Kind.CODE, labels="status"),
    Column("to_status", "To", Kind.CODE, labels="status"),
    Column("reason", "Reason", flexible=True),
    Column("loss_reason", "Loss reason", Kind.CODE, labels="lossreason", table=False),
    Column("competitor", "Competitor", table=False),
    Column("rule", "Rule", table=False),
    Column("by", "By"),
    Column("customer_code", "Customer code", table=False),
)
_GRADE_COLUMNS: Final = (
    Column("at", "At", Kind.INSTANT),
    Column("from_grade", "From", Kind.CODE, labels="grade"),
    Column("to_grade", "To", Kind.CODE, labels="grade"),
    Column("reason", "Reason", flexible=True),
    Column("rule", "Rule", table=False),
    Column("by", "By"),
    Column("customer_code", "Customer code", table=False),
)
_QUOTE_COLUMNS: Final = (
    Column("number", "No."),
    Column("version", "Version", Kind.INTEGER, table=False),
    Column("state", "State", Kind.CODE, labels="quotestate"),
    Column("created_on", "Made", Kind.DATE),
    Column("valid_until", "Valid until", Kind.DATE),
    Column("total", "Total", Kind.MONEY),
)

_CONTRACT_COLUMNS: Final = (
    Column("number", "No."),
    Column("state", "State", Kind.CODE, labels="contractstate"),
    Column("amount", "Amount", Kind.MONEY),
    Column("signed_on", "Signed", Kind.DATE),
    Column("title", "Title", flexible=True),
)
_GRADING_COLUMNS: Final = (
    Column("at", "At", Kind.INSTANT),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("score", "Rating"),  # short headings, so that all of them have room on a terminal of 80 cells
    Column("industry_potential", "Potential", Kind.INTEGER),
    Column("budget_match", "Budget", Kind.INTEGER),
    Column("decision_chain", "Chain", Kind.INTEGER),
    Column("urgency", "Urgency", Kind.INTEGER),
    Column("by", "By"),
    Column("policy_id", "Policy version", Kind.INTEGER, table=False),
    Column("customer_code", "Customer code", table=False),
)
_OWNER_COLUMNS: Final = (
    Column("at", "At", Kind.INSTANT),
    Column("from_owner", "From"),
    Column("to_owner", "To"),
    Column("reason", "Reason", flexible=True),
    Column("rule", "Rule", table=False),
    Column("by", "By"),
    Column("customer_code", "Customer code", table=False),
)
_STALL_COLUMNS: Final = (
    Column("at", "At", Kind.INSTANT),
    Column("cause", "Cause", Kind.CODE, labels="stallcause"),
    Column("strategy", "Strategy", flexible=True),
    Column("by", "By"),
)
_OBJECTION_COLUMNS: Final = (
    Column("number", "No."),
    Column("at", "When", Kind.INSTANT),
    Column("kind", "Kind", Kind.CODE, labels="objectionkind"),
    Column("statement", "Objection", flexible=True),
    Column("outcome", "Outcome", Kind.CODE, labels="objectionoutcome"),
    Column("by", "By"),
)
_NEEDS_COLUMNS: Final = tuple(
    column for column in needs.COLUMNS if column.key not in ("customer_code", "customer_name", "owner")
)
_OPPORTUNITY_COLUMNS: Final = (
    Column("number", "No."),
    Column("title", "Title", flexible=True),
    Column("stage", "Stage", Kind.CODE, labels="opportunitystate"),
    Column("amount", "Amount", Kind.MONEY),
    Column("expected_close", "Close", Kind.DATE),
    Column("owner", "Owner"),
)
_CORRECTION_COLUMNS: Final = (
    Column("followup_id", "Follow-up", Kind.INTEGER),
    Column("at", "At", Kind.INSTANT),
    Column("kind", "Kind", Kind.CODE, labels="correctionkind"),
    Column("text", "Text", flexible=True),
    Column("was", "Before", Kind.OBJECT, table=False),
    Column("by", "By"),
)

SHOW_COLUMNS: Final = (
    *customers.COLUMNS,
    Column("size", "Size"),
    Column("address", "Address"),
    Column("source_detail", "Source detail"),
    Column("need", "Need"),
    Column("has_budget", "Budget known", Kind.FLAG),
    Column("budget_consent", "Budget consent"),
    Column("remark", "Remark"),
    Column("entry_late", "Recorded late", Kind.FLAG),
    Column("archived_at", "Archived", Kind.INSTANT),
    Column("former_codes", "Former codes", Kind.LIST),
    Column("contacts", "Contacts", Kind.ROWS, columns=contacts.OF_CUSTOMER, table=False),
    Column("plan", "Plan", Kind.ROWS, columns=_PLAN_COLUMNS, table=False),
    Column("followups", "Latest follow-ups", Kind.ROWS, columns=_FOLLOWUP_COLUMNS, table=False),
    Column("quotes", "Open quotes", Kind.ROWS, columns=_QUOTE_COLUMNS, table=False),
    Column("status_changes", "Status changes", Kind.ROWS, columns=_STATUS_COLUMNS, table=False),
    Column("grade_changes", "Grade changes", Kind.ROWS, columns=_GRADE_COLUMNS, table=False),
    Column("version", "Version", Kind.INTEGER),
    Column("attachments", "Attachments", Kind.INTEGER),
    Column("corrections", "Corrections", Kind.ROWS, columns=_CORRECTION_COLUMNS, table=False),
    Column("objections", "Open objections", Kind.ROWS, columns=_OBJECTION_COLUMNS, table=False),
    Column("gradings", "Gradings", Kind.ROWS, columns=_GRADING_COLUMNS, table=False),
    Column("owner_changes", "Owner changes", Kind.ROWS, columns=_OWNER_COLUMNS, table=False),
    Column("stall_analyses", "Stall analyses", Kind.ROWS, columns=_STALL_COLUMNS, table=False),
    Column("needs", "List of needs", Kind.RECORD, columns=_NEEDS_COLUMNS, table=False),
    Column("opportunities", "Open opportunities", Kind.ROWS, columns=_OPPORTUNITY_COLUMNS, table=False),
    Column("contracts", "Contracts", Kind.ROWS, columns=_CONTRACT_COLUMNS, table=False),
    Column("accepted_quotes", "Accepted quotes", Kind.ROWS, columns=quotes.AGREED_COLUMNS, table=False),
)

_NESTED: Final = tuple(column.key for column in SHOW_COLUMNS if column.kind in (Kind.ROWS, Kind.RECORD))
_COMPUTED: Final = (*_NESTED, "days_overdue", "former_codes", "attachments")
_LATEST: Final = 5
_UNSETTLED: Final = (ObjectionOutcome.OPEN, ObjectionOutcome.ESCALATED)
_ATTACHED: Final = "SELECT count(*) FROM v_attachment WHERE customer_id = :id AND removed_at IS NULL"
_OPEN_QUOTES: Final = (QuoteState.DRAFT, QuoteState.PENDING_APPROVAL, QuoteState.APPROVED, QuoteState.SENT)


def show(context: Context, code: str) -> dict[str, Any]:
    """One customer's file with contacts, plan, latest follow-ups, open quotes and history. `code` is a resolved one."""
    names = [column.key for column in SHOW_COLUMNS if column.key not in _COMPUTED]
    row = context.reader.one(f"SELECT id, {', '.join(names)} FROM v_customer WHERE code = :code", {"code": code})  # noqa: S608 - names of ours
    if row is None:
        raise customers.unknown(code)
    own = {"id": row.pop("id")}
    complete = customers.completed(context, row)
    complete["former_codes"] = _former_codes(context, own)
    complete["contacts"] = contacts.of_customer(context, own["id"])
    complete["plan"] = _rows(context, _PLAN_COLUMNS, "v_plan_item", own, "state = 'pending'", "due_on, id")
    complete["followups"] = _rows(
        context, _FOLLOWUP_COLUMNS, "v_followup", own, order=f"at DESC, id DESC LIMIT {_LATEST}"
    )
    complete["quotes"] = _open_quotes(context, own)
    complete["status_changes"] = _history(context, _STATUS_COLUMNS, "v_status_change", own)
    complete["grade_changes"] = _history(context, _GRADE_COLUMNS, "v_grade_change", own)
    complete["attachments"] = context.reader.value(_ATTACHED, own)
    complete["corrections"] = _corrections(context, [row["id"] for row in complete["followups"]])
    complete["objections"] = _open_objections(context, own)
    complete["gradings"] = _gradings(context, own)
    complete["owner_changes"] = _history(context, _OWNER_COLUMNS, "v_owner_change", own)
    complete["stall_analyses"] = _rows(context, _STALL_COLUMNS, "v_stall_analysis", own, order="at DESC, id DESC")
    complete["needs"] = needs.state(context, own["id"])
    complete["accepted_quotes"] = quotes.accepted_of(context, own["id"])
    complete["contracts"] = _rows(context, _CONTRACT_COLUMNS, "v_contract", own, order="id DESC")
    complete["opportunities"] = _rows(
        context, _OPPORTUNITY_COLUMNS, "v_opportunity", own, "closed_on IS NULL", "expected_close, number"
    )
    return {column.key: complete[column.key] for column in SHOW_COLUMNS}


def _former_codes(context: Context, own: Mapping[str, Any]) -> list[str]:
    """The codes of the customers that were merged into this one."""
    rows = context.reader.rows("SELECT code FROM v_customer_name WHERE merged_into_id = :id ORDER BY code", own)
    return [row["code"] for row in rows]


def _history(context: Context, columns: Sequence[Column], view: str, own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The newest first; of the files that were merged into this one too."""
    return _rows(context, columns, view, own, order="at DESC, id DESC", whose=customers.OF_FILE)


def _rows(
    context: Context,
    columns: Sequence[Column],
    view: str,
    parameters: Mapping[str, Any],
    condition: str = "",
    order: str = "",
    whose: str = "customer_id = :id",
) -> list[dict[str, Any]]:
    """What a view has of one customer (`:id`)."""
    names = ", ".join(f'"{column.key}"' for column in columns)
    narrowed = f" AND {condition}" if condition else ""
    return context.reader.rows(
        f"SELECT {names} FROM {view} WHERE {whose}{narrowed} ORDER BY {order}",  # noqa: S608 - names of ours
        parameters,
    )


def _corrections(context: Context, followups: Sequence[int]) -> list[dict[str, Any]]:
    """The corrections of some follow-ups, in their order: an amendment's `text`, or of an edit the fields as they were."""
    where = Where().any_of("followup_id", followups)
    names = ", ".join(f'"{column.key}"' for column in _CORRECTION_COLUMNS if column.key != "was")
    sql = f"SELECT {names} FROM v_followup_correction{where} ORDER BY followup_id DESC, at, id"  # noqa: S608 - names of ours
    return [_correction(row) for row in (context.reader.rows(sql, where.parameters) if followups else ())]


def _correction(row: dict[str, Any]) -> dict[str, Any]:
    edited = row["kind"] == CorrectionKind.EDIT
    words = {"text": None, "was": loads(row["text"])} if edited else {"was": None}
    return {column.key: {**row, **words}[column.key] for column in _CORRECTION_COLUMNS}


def _gradings(context: Context, own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The latest ones; scores are kept in hundredths."""
    rows = _rows(
        context, _GRADING_COLUMNS, "v_grading", own, order=f"at DESC, id DESC LIMIT {_LATEST}", whose=customers.OF_FILE
    )
    return [{**row, "score": f"{row['score'] // 100}.{row['score'] % 100:02d}"} for row in rows]


def _open_objections(context: Context, own: Mapping[str, Any]) -> list[dict[str, Any]]:
    outcomes = ", ".join(f"'{outcome.value}'" for outcome in _UNSETTLED)
    return _rows(context, _OBJECTION_COLUMNS, "v_objection", own, f"outcome IN ({outcomes})", "at DESC, number DESC")


def _open_quotes(context: Context, own: Mapping[str, Any]) -> list[dict[str, Any]]:
    states = ", ".join(f"'{state.value}'" for state in _OPEN_QUOTES)
    parameters = {**own, "today": context.clock.today().isoformat()}
    condition = f"state IN ({states}) AND valid_until >= :today"
    return _rows(context, _QUOTE_COLUMNS, "v_quote", parameters, condition, "number, version")
