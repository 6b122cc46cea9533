"""The sweep over stale leads: what the three rules about standstill say of one customer, in the order in which they act."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.enums import Grade, Status
from salesflow.i18n import Message, msg
from salesflow.rules.stale import (
    LOST_PROPOSAL,
    STALE_DOWNGRADE,
    Fall,
    falls_on,
    lost_proposal,
    stale_downgrade,
    stale_forecast,
    stall_analysis,
)

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

FALLS: Final = frozenset((STALE_DOWNGRADE, LOST_PROPOSAL))
"""The rules that change something; an analysis is only asked for."""


class Standing(NamedTuple):
    """Where a customer stands: the days of its last progress and its last contact, or of the first contact where there was none.

    analysed_on: the day of its last stall analysis. not_before: the first day on which it can fall again, where a sweep was
    taken back (`stale.grace`).
    """

    grade: Grade | None
    status: Status
    progress: date
    contact: date
    analysed_on: date | None = None
    not_before: date | None = None


class Finding(NamedTuple):
    """What one rule says: from which day on, and what the customer is then. `text` is a forecast where that day is to come."""

    rule: str
    outcome: str
    on: date
    after: Fall
    text: Message


def sweep(policy: Policy, standing: Standing, *, today: date, within: int = 0) -> list[Finding]:
    """The findings of today and of the next `within` days: stale-downgrade, stall-analysis, lost-proposal.

    Each starts from what the one before has made of the customer, so that one sweep does all and a second one finds
    nothing. Source: process-toolkit, template-guide, tracker.
    """
    horizon = today + timedelta(days=within)
    found = [*_fall(policy, standing, today, horizon)]
    now = found[0].after if found else Fall(standing.grade, standing.status)
    if not now.status.is_open:
        return found
    found += _stall(policy, standing, now, today, horizon)
    found += _lost(
        policy, standing, now, today, horizon, fell_on=found[0].on if now.grade is not standing.grade else None
    )
    return found


def earliest(policy: Policy, *, today: date, within: int = 0) -> tuple[date | None, date | None]:
    """Only a customer without progress since the first day, or without contact since the second, can have a finding.

    None where no rule looks at that. It spares a look at all the others.
    """
    horizon = today + timedelta(days=within)
    limits = [days for days in (policy.stale_downgrade.days, policy.stall_analysis.days) if days]
    progress = horizon - timedelta(days=min(limits)) if limits else None
    contact = horizon - timedelta(days=policy.lost_proposal.days) if policy.lost_proposal.days else None
    return progress, contact


def _fall(policy: Policy, standing: Standing, today: date, horizon: date) -> list[Finding]:
    about: Any = {"grade": standing.grade, "status": standing.status, "since": standing.progress}
    about |= {"not_before": standing.not_before}
    on = falls_on(policy.stale_downgrade, **about)
    if on is None or on > horizon:
        return []
    decision = stale_downgrade(policy, today=max(on, today), **about)
    assert decision.value is not None
    text = decision.message if on <= today else stale_forecast(policy, today=today, **about).message
    return [Finding(decision.rule, decision.outcome, on, decision.value, text)]


def _stall(policy: Policy, standing: Standing, now: Fall, today: date, horizon: date) -> list[Finding]:
    about: Any = {"status": now.status, "since": standing.progress, "analysed_on": standing.analysed_on}
    decision = stall_analysis(policy, today=horizon, **about)
    on, text = decision.value, decision.message
    if on is None:
        return []
    if on > today:
        text = msg("from {date} on the cause and a strategy are wanted unless there is progress", date=on)
    elif horizon > today:
        text = stall_analysis(policy, today=today, **about).message
    return [Finding(decision.rule, decision.outcome, on, now, text)]


def _lost(
    policy: Policy, standing: Standing, now: Fall, today: date, horizon: date, fell_on: date | None
) -> list[Finding]:
    """A customer is proposed as lost once it is a C, which it may become by the same sweep."""
    last = standing.contact
    about: Any = {"grade": now.grade, "status": now.status, "last_contact": last, "not_before": standing.not_before}
    decision = lost_proposal(policy, today=horizon, **about)
    if decision.value is None:
        return []
    days = (last + timedelta(days=policy.lost_proposal.days), fell_on, standing.not_before)
    on = max(day for day in days if day is not None)
    text = decision.message
    if on > today:
        text = msg("proposed as lost on {date} unless there is contact", date=on)
    elif horizon > today:
        text = lost_proposal(policy, today=today, **about).message
    return [Finding(decision.rule, decision.outcome, on, decision.value, text)]
