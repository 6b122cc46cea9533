"""When a salesperson needs somebody to look at their work with them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from salesflow.i18n import msg, nmsg
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy
    from salesflow.workdays import Calendar

COACHING_ALERT: Final = "coaching-alert"


def coaching_alert(policy: Policy, calendar: Calendar, *, since: date, today: date) -> Decision[int]:
    """A salesperson without a new hot customer or deal for 3 working days is coached. `value`: the working days without one.

    `since`: the day of the last customer that became hot or won, else the day on which the salesperson began. Working
    days before today count, today does not: it may still bring one. Outcome: "ok" or "alert". Source: process-overview.
    """
    limit = policy.coaching_alert.workdays
    count = max(0, calendar.workdays_between(since, today) - calendar.is_workday(today))
    facts: dict[str, object] = {"since": since, "workdays": count, "limit": limit}
    if count < limit:
        return Decision(
            COACHING_ALERT, "ok", Strength.OFF, msg("a new hot customer or deal on {date}", date=since), facts, count
        )
    text = nmsg(
        "{count} working day without a new hot customer or deal, since {since}",
        "{count} working days without a new hot customer or deal, since {since}",
        count=count,
        since=since,
    )
    return Decision(COACHING_ALERT, "alert", Strength.FLAG, text, facts, count)
