"""One opportunity: its way through the stages, its products, and the quotes, contracts, orders and follow-ups that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from salesflow.clock import from_db
from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import OpportunityStage
from salesflow.queries import opportunities
from salesflow.rules.decision import Decision
from salesflow.rules.opportunities import opportunity_age

_STAGES: Final = OpportunityStage.kind()
PRODUCT_COLUMNS: Final = (Column("sku", "SKU"), Column("name", "Product", flexible=True))
HISTORY_COLUMNS: Final = (
    Column("at", "At", Kind.INSTANT),
    Column("from_stage", "From", Kind.CODE, labels=_STAGES),
    Column("to_stage", "To", Kind.CODE, labels=_STAGES),
    Column("days", "Days", Kind.INTEGER),
    Column("reason", "Reason", flexible=True),
    Column("by", "By"),
)
FOLLOWUP_COLUMNS: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("at", "When", Kind.INSTANT),
    Column("method", "Method", Kind.CODE, labels="method"),
    Column("content", "Content", flexible=True),
    Column("by", "By"),
)


def _documents(states: str) -> Columns:
    return (
        Column("number", "No."),
        Column("version", "Version", Kind.INTEGER, table=False),
        Column("state", "State", Kind.CODE, labels=states),
        Column("amount", "Amount", Kind.MONEY),
        Column("made_at", "Made at", Kind.INSTANT),
    )


_KINDS: Final = ("quote", "contract", "order")
SHOW: Final[Columns] = (
    *opportunities.COLUMNS,
    Column("products", "Products", Kind.ROWS, columns=PRODUCT_COLUMNS),
    Column("history", "Stages", Kind.ROWS, columns=HISTORY_COLUMNS),
    Column("quotes", "Quotes", Kind.ROWS, columns=_documents("quotestate")),
    Column("contracts", "Contracts", Kind.ROWS, columns=_documents("contractstate")),
    Column("orders", "Orders", Kind.ROWS, columns=_documents("orderstate")),
    Column("followups", "Follow-ups", Kind.ROWS, columns=FOLLOWUP_COLUMNS),
)
_NESTED: Final = tuple(column.key for column in SHOW if column.kind is Kind.ROWS)


def show(context: Context, ref: str) -> dict[str, Any]:
    """One opportunity with all that belongs to it. Raises NotFound."""
    own = {"id": opportunities.resolve(context, ref).id}
    without = (*opportunities.COMPUTED, *_NESTED)
    names = ", ".join(column.key for column in SHOW if column.key not in without)
    (row,) = context.reader.rows(f"SELECT {names} FROM v_opportunity WHERE id = :id", own)  # noqa: S608 - names of ours
    row = opportunities.completed(context, row)
    products = "SELECT sku, name FROM v_opportunity_product WHERE opportunity_id = :id ORDER BY sku"
    row["products"] = context.reader.rows(products, own)
    row["history"] = _history(context, own)
    row |= {f"{kind}s": _of_kind(context, kind, own) for kind in _KINDS}
    followups = (
        'SELECT id, at, method, content, "by" FROM v_followup WHERE opportunity_id = :id ORDER BY at DESC, id DESC'
    )
    row["followups"] = context.reader.rows(followups, own)
    return row


def age(context: Context, row: dict[str, Any]) -> Decision[date]:
    """What rule opportunity-age says of an opportunity (a row of `show`)."""
    stage = OpportunityStage(row["stage"])
    since = opportunities.since(context, row)
    return opportunity_age(context.policy, stage=stage, since=since, today=context.clock.today())


def _history(context: Context, own: dict[str, int]) -> Sequence[dict[str, Any]]:
    """The stages in their order, each with the days in it: until the next one, of an open one until today."""
    rows = context.reader.rows(
        'SELECT at, from_state AS from_stage, to_state AS to_stage, reason, "by" FROM v_state_change '
        "WHERE subject_kind = 'opportunity' AND subject_id = :id ORDER BY id",
        own,
    )
    days = [context.clock.local(from_db(row["at"])).date() for row in rows]
    ends: list[date | None] = [
        *days[1:],
        context.clock.today() if OpportunityStage(rows[-1]["to_stage"]).is_open else None,
    ]
    found = []
    for row, start, end in zip(rows, days, ends, strict=True):
        complete = {**row, "days": None if end is None else max(0, (end - start).days)}
        found.append({column.key: complete[column.key] for column in HISTORY_COLUMNS})
    return found


def _of_kind(context: Context, kind: str, own: dict[str, int]) -> list[dict[str, Any]]:
    sql = (
        "SELECT number, version, state, amount, made_at FROM v_opportunity_document "
        "WHERE opportunity_id = :id AND kind = :kind ORDER BY made_at, number, version"
    )
    return context.reader.rows(sql, {**own, "kind": kind})
