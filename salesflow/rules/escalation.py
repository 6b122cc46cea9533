"""Who hears of a follow-up that stays overdue: its owner again, then the manager, then another owner is proposed."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy


class Rung(IntEnum):
    """A step of the ladder; each takes in the ones below it."""

    NONE = 0
    OWNER = 1
    MANAGER = 2
    REASSIGN = 3


def rung(policy: Policy, *, days_overdue: int) -> Rung:
    """The highest step that a follow-up has reached by the days that it is overdue; a step of 0 days is left out.

    Source: 03-followups (off unless the policy says otherwise).
    """
    section = policy.escalation
    steps = (
        (Rung.REASSIGN, section.owner_days),
        (Rung.MANAGER, section.manager_days),
        (Rung.OWNER, section.remind_days),
    )
    return next((step for step, days in steps if days and days_overdue >= days), Rung.NONE)


def first_day_of_manager(policy: Policy) -> int:
    """From how many days overdue on the manager hears of a follow-up; 0: never."""
    section = policy.escalation
    return min((days for days in (section.manager_days, section.owner_days) if days), default=0)
