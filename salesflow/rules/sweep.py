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
    falls = _fall(policy, standing, today, horizon)
    course = _Course(Fall(standing.grade, standing.status), falls[0] if falls else None)
    return [
        *falls,
        *_stall(policy, standing, course, today, horizon),
        *_lost(policy, standing, course, today, horizon),
    ]


class _Course(NamedTuple):
    """What a customer is now, and the fall that may be before it."""

    now: Fall
    fall: Finding | None

    def on(self, day: date) -> Fall:
        """What the customer is on a day."""
        return self.fall.after if self.fall is not None and self.fall.on <= day else self.now


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


def _stall(policy: Policy, standing: Standing, course: _Course, today: date, horizon: date) -> list[Finding]:
    about: Any = {"status": course.now.status, "since": standing.progress, "analysed_on": standing.analysed_on}
    decision = stall_analysis(policy, today=horizon, **about)
    on, text = decision.value, decision.message
    if on is None or not course.on(max(on, today)).status.is_open:
        return []
    if on > today:
        text = msg("from {date} on the cause and a strategy are wanted unless there is progress", date=on)
    elif horizon > today:
        text = stall_analysis(policy, today=today, **about).message
    return [Finding(decision.rule, decision.outcome, on, course.on(max(on, today)), text)]


def _lost(policy: Policy, standing: Standing, course: _Course, today: date, horizon: date) -> list[Finding]:
    """A customer is proposed as lost once it is a C, which it may become by the same sweep."""
    states = [(course.now, None)] if course.fall is None else [(course.now, None), (course.fall.after, course.fall.on)]
    for state, since in states:
        about: Any = {"grade": state.grade, "status": state.status, "last_contact": standing.contact}
        about |= {"not_before": standing.not_before}
        decision = lost_proposal(policy, today=horizon, **about)
        days = (standing.contact + timedelta(days=policy.lost_proposal.days), since, standing.not_before)
        on = max(day for day in days if day is not None)
        if decision.value is None or course.on(max(on, today)) != state:
            continue
        text = decision.message
        if on > today:
            text = msg("proposed as lost on {date} unless there is contact", date=on)
        elif horizon > today:
            text = lost_proposal(policy, today=today, **about).message
        return [Finding(decision.rule, decision.outcome, on, decision.value, text)]
    return []
