"""Putting a plan item on another day. It ends, and goes on as another one, so that its history can be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from salesflow.enums import Method, PlanState, Role
from salesflow.errors import Refused
from salesflow.i18n import msg
from salesflow.services import plans, schedule, support
from salesflow.services.records import load

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.followup import PlanItem
    from salesflow.rules.decision import Decision


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """The key of the item that goes on, the day that it was planned for, how often it was put off, what the rule says."""

    id: int
    before: date
    slips: int
    next: Decision[date]


def reschedule(work: Transaction, item_id: int, on: date, reason: str) -> Rescheduled:
    """Put a plan item on another day, for a reason; a computed one is a plan by hand from then on.

    A later day is a slip, an earlier one is not. A day beyond cadence is flagged, and support that is now asked for at
    short notice. Raises NotFound; Refused where it is closed or planned for that day; InvalidValue for a day that has
    passed and for an empty reason.
    """
    item = plans.still_pending(work, item_id)
    plans.check_day(work, on)
    kept = plans.why(work, reason)
    if item.due_on == on:
        raise Refused(
            msg("plan item {id} is planned for {date} already", id=item_id, date=on),
            msg("give another day: --on DATE"),
            code="same-day",
        )
    customer = load(work, item.customer_id)
    stage = support.in_time(work, _stage_of(item), on)
    schedule.close(work, item, PlanState.CANCELLED, reason=kept)
    made, given = plans.put(work, customer, on, stage, moved=item)
    assert made.id is not None
    after = {"customer": customer.code, "due_on": on, "slips": made.slips, "support_late": stage.support_late or None}
    before = {"plan": item_id, "due_on": item.due_on}
    work.audit("followup.reschedule", "plan", str(made.id), before=before, after=after)
    return Rescheduled(made.id, item.due_on, made.slips, given)


def _stage_of(item: PlanItem) -> schedule.Stage:
    """What the item is about, for the one that it goes on as."""
    return schedule.Stage(
        None if item.method is None else Method(item.method),
        item.focus,
        item.goal,
        None if item.support_role is None else Role(item.support_role),
        item.support_id,
        item.support_for,
        template=item.template,
    )
