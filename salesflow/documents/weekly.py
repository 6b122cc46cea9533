"""What the weekly review draws on its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesflow.documents.charts import Plot

PLOTS: Final[Mapping[str, Plot]] = {
    "new_customers.by_source": Plot("source", ("count",)),
    "status_mix.statuses": Plot("status", ("count", "count_before")),
    "won.steps": Plot("to_status", ("median_days",)),
    "lost.by_reason": Plot("loss_reason", ("count",)),
    "followups.by_person": Plot("person", ("on_time", "late", "missed", "open"), stacked=True),
    "discipline.by_person": Plot("person", ("entry_share", "log_share")),
    "next_week.by_day": Plot("due_on", ("count",)),
}
