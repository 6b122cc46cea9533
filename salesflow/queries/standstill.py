"""What the rules about standstill know of customers beside their own dates: analyses, and falls that were taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from salesflow.clock import from_db, to_db
from salesflow.context import Context
from salesflow.enums import Status
from salesflow.rules.stale import grace

_RUNS: Final = "SELECT id FROM v_stale_run WHERE undone_at >= :since"
_OPEN: Final = ", ".join(f"'{status.value}'" for status in Status if status.is_open)
_TAKEN_BACK: Final = (
    "SELECT c.customer_id, r.undone_at FROM v_stale_run r JOIN v_grade_change c ON c.run_id = r.id "  # noqa: S608 - codes of ours
    "WHERE r.undone_at >= :since AND c.to_grade < c.from_grade UNION ALL "
    "SELECT c.customer_id, r.undone_at FROM v_stale_run r JOIN v_status_change c ON c.run_id = r.id "
    f"WHERE r.undone_at >= :since AND c.to_status IN ({_OPEN})"
)


def analysed(context: Context) -> dict[int, date]:
    """The day of the last stall analysis of every customer that has one."""
    rows = context.reader.rows("SELECT customer_id, max(made_on) AS day FROM v_analysed GROUP BY customer_id", {})
    return {row["customer_id"]: date.fromisoformat(row["day"]) for row in rows}


def analysed_on(context: Context, customer_id: int) -> date | None:
    """The day of one customer's last stall analysis."""
    day = context.reader.value("SELECT max(made_on) FROM v_analysed WHERE customer_id = :id", {"id": customer_id})
    return None if day is None else date.fromisoformat(day)


def spared(context: Context) -> dict[int, date]:
    """Customers whose fall was taken back of late: the first day on which each can fall again."""
    policy, clock = context.policy, context.clock
    since = {"since": to_db(clock.now() - timedelta(days=policy.stale_downgrade.warn_days + 2))}
    if context.reader.one(_RUNS, since) is None:
        return {}
    found: dict[int, date] = {}
    for row in context.reader.rows(_TAKEN_BACK, since):
        day = grace(policy, undone_on=clock.local(from_db(row["undone_at"])).date())
        found[row["customer_id"]] = max(day, found.get(row["customer_id"], day))
    return found
