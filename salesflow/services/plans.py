"""Plan items that people make and close by hand. What rule cadence makes is in services.schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlmodel import text

from salesflow.enums import Method, PlanState, Role
from salesflow.errors import InvalidValue, NotFound, Refused, UsageError
from salesflow.i18n import label, msg
from salesflow.models.followup import PlanItem
from salesflow.rules.cadence import CADENCE, beyond_cadence
from salesflow.rules.decision import Decision
from salesflow.rules.wording import plan_specific
from salesflow.services import schedule, support
from salesflow.services.records import load
from salesflow.text import clean
from salesflow.text import reason as required_reason

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.i18n import Message
    from salesflow.models.customer import Customer

BEYOND: Final = "beyond-cadence"
_CONTACTS: Final = "SELECT name FROM contact WHERE customer_id = :customer AND removed_at IS NULL ORDER BY id"


@dataclass(frozen=True, slots=True)
class NewPlan:
    """An interaction that is to happen. Support is asked of a role or of a staff member (a key), for a purpose."""

    on: date
    method: Method
    focus: str
    goal: str | None = None
    support_role: Role | None = None
    support_id: int | None = None
    support_for: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan item's key, and what rule cadence says of its date."""

    id: int
    next: Decision[date]


def plan(work: Transaction, customer_id: int, new: NewPlan) -> Planned:
    """Plan an interaction. The computed plan item gives way where the new one is not later.

    Raises InvalidValue for a day that has passed and for a text that cannot be kept, Refused where nobody can give the
    support; a date beyond cadence is flagged where nothing is planned before it, support asked for at short notice too,
    a vague focus hinted at.
    """
    check_day(work, new.on)
    stage = _stage(work, new)
    customer = load(work, customer_id)
    planned = add(work, customer, new.on, support.asked(work, stage, new.on))
    hint_at_wording(work, customer, new.focus, new.on, new.method)
    return planned


def add(work: Transaction, customer: Customer, on: date, stage: schedule.Stage) -> Planned:
    """Make a plan item by hand, and note it in the trail."""
    made, given = put(work, customer, on, stage)
    after = {"customer": customer.code, "due_on": on, "method": stage.method, "support_role": stage.support_role}
    also = {"support_id": stage.support_id, "support_late": stage.support_late or None, "template": stage.template}
    work.audit("followup.plan", "plan", str(made.id), after=after | also)
    assert made.id is not None
    return Planned(made.id, given)


def put(
    work: Transaction, customer: Customer, on: date, stage: schedule.Stage, moved: PlanItem | None = None
) -> tuple[PlanItem, Decision[date]]:
    """Put a plan item on a day chosen by hand, new or `moved`; the computed one gives way where it is not earlier."""
    pending = schedule.pending(work, customer)
    given = on_day(work, schedule.due_by_rule(work, customer), on, pending)
    for item in pending:
        if item.rule == CADENCE and item.due_on >= on:
            schedule.close(work, item, PlanState.CANCELLED, reason=CADENCE)
    beyond = given.outcome == BEYOND
    return schedule.plan(work, customer, on, stage, beyond_cadence=beyond, moved=moved), given


def done(work: Transaction, item_id: int, reason: str | None = None) -> Decision[date] | None:
    """Close a plan item without a log. Where it was the customer's last one, the next is planned by rule cadence.

    Gives the decision on that one, None where there was no need. It counts from today: what was planned did happen.
    Raises NotFound, and Refused where it is closed already.
    """
    return _end(work, still_pending(work, item_id), PlanState.DONE, optional(work, reason, msg("the reason")))


def cancel(work: Transaction, item_id: int, reason: str) -> Decision[date] | None:
    """Give a plan item up, for a reason. The next one is planned, and refusals are, as in `done`: it counts from today,
    since from the last contact the rule may well give the day that was just given up.
    """
    item = still_pending(work, item_id)
    return _end(work, item, PlanState.CANCELLED, why(work, reason))


def _end(work: Transaction, item: PlanItem, state: PlanState, reason: str | None) -> Decision[date] | None:
    customer = load(work, item.customer_id)
    schedule.close(work, item, state, reason=reason)
    before, after = {"state": PlanState.PENDING.value}, {"state": state.value, "customer": customer.code}
    action = "followup.done" if state is PlanState.DONE else "followup.cancel"
    work.audit(action, "plan", str(item.id), before=before, after=after)
    schedule.refresh(work, customer)
    if customer.next_follow_up_on is not None:
        return None
    decision = schedule.due_by_rule(work, customer, since=work.context.clock.today())
    if decision.value is not None:
        schedule.plan(work, customer, decision.value, by_rule=True)
    return decision


def still_pending(work: Transaction, item_id: int) -> PlanItem:
    """The plan item, which is still to happen. Raises NotFound, and Refused where it is closed already."""
    hint = msg("see: salesflow followup list --plan")
    item = work.session.get(PlanItem, item_id)
    if item is None:
        raise NotFound(msg("there is no plan item {id}", id=item_id), hint, code="unknown-plan")
    if item.state != PlanState.PENDING:
        state = label("planstate", item.state)
        raise Refused(msg("plan item {id} is {state} already", id=item_id, state=state), hint, code="state")
    return item


def on_day(work: Transaction, by_rule: Decision[date], given: date, pending: Sequence[PlanItem]) -> Decision[date]:
    """Accept a day chosen by hand; flagged as beyond cadence where it is later than the rule's and nothing is planned by then."""
    decision = beyond_cadence(by_rule, given=given)
    if by_rule.value is not None and any(item.due_on <= by_rule.value for item in pending):
        return beyond_cadence(by_rule._replace(value=None), given=given)
    return work.decide(decision)


def check_day(work: Transaction, day: date) -> None:
    """Refuse a day that has passed: nothing can be planned for it."""
    if day < work.context.clock.today():
        raise InvalidValue(
            msg("{date} has passed", date=day), msg("plan for today or later"), details={"date": day.isoformat()}
        )


def hint_at_wording(work: Transaction, customer: Customer, focus: str, on: date, method: Method | None = None) -> None:
    names = list(work.session.execute(text(_CONTACTS), {"customer": customer.id}).scalars())
    work.decide(plan_specific(work.context.policy, focus=focus, on=on, method=method, contacts=names))


def optional(work: Transaction, typed: str | None, what: Message) -> str | None:
    """An optional text as it is kept; None where nothing is left. Raises InvalidValue as `text.clean` does."""
    return None if typed is None else clean(typed, limit=work.context.policy.limits.text, what=what) or None


def why(work: Transaction, reason: str) -> str:
    """A reason that has to be given. Raises InvalidValue where nothing is left of it."""
    return required_reason(reason, limit=work.context.policy.limits.text)


def _stage(work: Transaction, new: NewPlan) -> schedule.Stage:
    focus = optional(work, new.focus, msg("the focus"))
    if focus is None:
        raise InvalidValue(msg("the focus is empty"), msg("say what is to be discussed: --focus TEXT"))
    purpose = optional(work, new.support_for, msg("the purpose of the support"))
    if purpose is not None and new.support_role is None and new.support_id is None:
        raise UsageError(msg("support is asked of nobody"), msg("say of whom: --support ROLE or --support LOGIN"))
    goal = optional(work, new.goal, msg("the goal"))
    return schedule.Stage(new.method, focus, goal, new.support_role, new.support_id, purpose)
