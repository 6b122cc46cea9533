"""How a customer was graded: its grades with the scores behind them."""

from __future__ import annotations

from typing import Any, Final

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.queries import customer_file
from salesflow.queries.base import Page, arranged
from salesflow.rules.grading import GRADE_SCORE

COLUMNS: Final[Columns] = (
    Column("at", "At", Kind.INSTANT),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("score", "Weighted"),
    Column("industry_potential", "Sector", Kind.INTEGER),
    Column("budget_match", "Budget fit", Kind.INTEGER),
    Column("decision_chain", "Chain", Kind.INTEGER),
    Column("urgency", "Urgency", Kind.INTEGER),
    Column("reason", "Reason", flexible=True),
    Column("by", "By"),
    Column("rule", "Rule", table=False),
    Column("policy_id", "Policy version", Kind.INTEGER, table=False),
    Column("customer_code", "Code", table=False),
)
GRADING: Final = tuple(column for column in COLUMNS if column.key not in ("reason", "rule", "customer_code"))
SHOW: Final[Columns] = (
    *customer_file.SHOW_COLUMNS,
    Column("grading", "Scores", Kind.RECORD, columns=GRADING, table=False),
)
_SCORED: Final = (
    'SELECT at, grade, score, industry_potential, budget_match, decision_chain, urgency, NULL AS reason, "by", '
    "'grade-score' AS rule, policy_id, customer_code FROM v_grading WHERE customer_id = :id ORDER BY id DESC"
)
_CHANGED: Final = (
    'SELECT id, at, to_grade AS grade, reason, "by", rule, customer_code FROM v_grade_change '
    "WHERE customer_id = :id ORDER BY id DESC"
)


def history(context: Context, customer_id: int) -> Page:
    """Every scoring and every change of the grade, the newest first; a change that a scoring made is told with it.

    Within one second the changes, and the scorings that made them, are in the order in which they were made.
    """
    scored = [_shown(row) for row in context.reader.rows(_SCORED, {"id": customer_id})]
    changed = context.reader.rows(_CHANGED, {"id": customer_id})
    by_score = {_moment(row): row["id"] for row in changed if row["rule"] == GRADE_SCORE}
    entries = [(row["at"], by_score.get(_moment(row), 0), row) for row in scored]
    told = {_moment(row) for row in scored}
    entries += [
        (row["at"], row["id"], row) for row in changed if row["rule"] != GRADE_SCORE or _moment(row) not in told
    ]
    entries.sort(key=lambda entry: entry[:2], reverse=True)
    rows = [{column.key: row.get(column.key) for column in COLUMNS} for _, _, row in entries]
    return arranged(context.asked, COLUMNS, rows)


def _moment(row: dict[str, Any]) -> tuple[object, object]:
    return row["at"], row["grade"]


def show(context: Context, customer_id: int) -> dict[str, Any]:
    """The customer's file with its latest scores."""
    code = context.reader.value("SELECT code FROM v_customer_name WHERE id = :id", {"id": customer_id})
    latest = latest_scores(context, customer_id)
    scores = None if latest is None else {column.key: latest[column.key] for column in GRADING}
    return {**customer_file.show(context, str(code)), "grading": scores}


def latest_scores(context: Context, customer_id: int) -> dict[str, Any] | None:
    """The latest scoring; None where there was none."""
    row = context.reader.one(f"{_SCORED} LIMIT 1", {"id": customer_id})
    return None if row is None else _shown(row)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Scores are kept in hundredths."""
    return {**row, "score": f"{row['score'] // 100}.{row['score'] % 100:02d}"}
