"""The records behind the weekly review's figures: for every figure exactly the records that it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Columns, by_key, keys
from salesflow.context import Asked, Context
from salesflow.enums import Figure, Outcome, Status
from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.queries import weekly_sql as sql
from salesflow.queries.base import sortable
from salesflow.queries.period import People, Period
from salesflow.queries.weekly import FIGURES, Review, Row
from salesflow.reports.weekly_fields import PLAN_ORDER
from salesflow.reports.weekly_records import DRILLS
from salesflow.text import nearest

_ORDERS: Final = {
    "followups": "due_on, at, customer_code",
    "next_week": PLAN_ORDER,
    "quotes": "at, number",
    "orders": "at, number",
}


_MORE_FIGURES: Final = {
    "stale": (Figure.STALE, Figure.DOWNGRADED),
    "discipline": (Figure.ENTRIES_LATE, Figure.LOGS_LATE),
    "approvals": (Figure.WAITING, Figure.DECIDED),
}


class Drill(NamedTuple):
    """The records behind a figure; `ref` is the key of their reference, `group_by` the one that they are grouped by."""

    columns: Columns
    rows: Sequence[Row]
    more: bool
    ref: str
    group_by: str


def targets() -> tuple[str, ...]:
    """What can be asked for: a section, or one of its figures as section.figure."""
    figures: Mapping[str, Iterable[Figure]] = {**FIGURES, **_MORE_FIGURES}
    return tuple(
        name
        for section in DRILLS
        for name in (section, *(f"{section}.{figure.value}" for figure in figures.get(section, ())))
    )


def drill(context: Context, period: Period, people: People, target: str) -> Drill:
    """The records behind a section (`won`) or one of its figures (`quotes.made`), sorted and limited as asked.

    Raises InvalidValue for a target that is none.
    """
    columns = _columns(target)
    section, _, figure = target.partition(".")
    review = Review(context, period, people)
    found = _MAKERS[section](review) if section in _MAKERS else _selected(review, section)
    rows = [{key: row.get(key) for key in keys(columns)} for row in found if not figure or row["figure"] == figure]
    rows, limit = _sorted(rows, columns, context.asked), context.asked.limit
    kept = rows[:limit] if limit else rows
    ref = "number" if "number" in keys(columns) else "customer_code"
    group_by = "" if figure or "figure" not in keys(columns) else "figure"
    return Drill(columns, kept, len(kept) < len(rows), ref, group_by)


def _columns(target: str) -> Columns:
    if target not in targets():
        close = nearest(target, targets())
        hint = msg("give one of: {sections}", sections=targets())
        if close is not None:
            hint = msg("did you mean {name}? Give one of: {sections}", name=close, sections=targets())
        raise InvalidValue(msg("the report has no records behind {section}", section=target), hint)
    return DRILLS[target.partition(".")[0]]


def _sorted(rows: list[Row], fields: Columns, asked: Asked) -> list[Row]:
    if asked.sort is None:
        return rows[::-1] if asked.reverse else rows
    column: Column = by_key(fields)[sortable(asked.sort, fields).key]
    return sorted(rows, key=lambda row: _rank(row[column.key]), reverse=asked.reverse)


def _rank(value: Any) -> tuple[bool, Any]:
    """Empty values before all others."""
    return (False, "") if value is None else (True, str(value) if isinstance(value, list) else value)


def _selected(review: Review, section: str) -> list[Row]:
    return [row for select in FIGURES[section].values() for row in review.rows(select, _ORDERS[section])]


def _status_mix(review: Review) -> list[Row]:
    order = {status.value: place for place, status in enumerate(Status)}
    return sorted(review.rows(sql.CUSTOMERS), key=lambda row: (order[row["status"]], row["customer_code"]))


def _stale(review: Review) -> list[Row]:
    return review.stale_facts(review.stale()) + review.rows(sql.DOWNGRADED, "at, customer_code")


def _discipline(review: Review) -> list[Row]:
    """What was recorded or logged late."""
    entries = review.rows(sql.NEW_CUSTOMERS, "recorded_at, customer_code")
    logs = review.rows(sql.LOGGED, "recorded_at, customer_code")
    return [
        *(
            {**row, "figure": Figure.ENTRIES_LATE.value, "person": row["owner"], "happened_at": row["first_contact_at"]}
            for row in entries
            if row["entry_late"]
        ),
        *(
            {**row, "figure": Figure.LOGS_LATE.value, "happened_at": row["at"]}
            for row in logs
            if row["outcome"] == Outcome.LATE
        ),
    ]


_MAKERS: Final[Mapping[str, Callable[[Review], list[Row]]]] = {
    "new_customers": lambda review: review.rows(sql.NEW_CUSTOMERS, "recorded_at, customer_code"),
    "status_mix": _status_mix,
    "status_changes": lambda review: review.rows(sql.STATUS_CHANGES, "at, id"),
    "won": Review.won,
    "lost": Review.lost,
    "key_customers": lambda review: review.key_facts(review.key_customers()),
    "stale": _stale,
    "discipline": _discipline,
    "approvals": lambda review: review.waiting() + review.rows(sql.DECIDED, "closed_at, number"),
}
