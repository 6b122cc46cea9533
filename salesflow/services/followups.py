"""Follow-ups: logging what happened with all that hangs on it, planning what comes next, closing a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from salesflow.enums import LossReason, Method, PlanState, Role, Status
from salesflow.errors import InvalidValue, NotFound, Refused, UsageError
from salesflow.i18n import label, msg
from salesflow.models.followup import Followup, PlanItem
from salesflow.rules.cadence import CADENCE, beyond_cadence
from salesflow.rules.deadlines import log_deadline
from salesflow.rules.decision import Decision
from salesflow.rules.wording import objective_wording, plan_specific
from salesflow.services import schedule
from salesflow.services.records import load
from salesflow.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesflow.db.transaction import Transaction
    from salesflow.i18n import Message
    from salesflow.models.customer import Customer

_FORWARD: Final = (Status.PROSPECT, Status.INTERESTED, Status.HOT, Status.WON)
_CONTACTS: Final = "SELECT name FROM contact WHERE customer_id = :customer AND removed_at IS NULL ORDER BY id"


@dataclass(frozen=True, slots=True)
class NewFollowup:
    """What happened, as told. `at` (aware) is now unless given; `next_on` goes before the date of rule cadence.

    `status` needs a `reason`, and lost a `loss_reason`. `progress` None: it is progress if the status moves forward.
    `contact`: the name of one of the customer's contacts, or a part of it that no other has.
    """

    method: Method
    content: str
    scene: str | None = None
    feedback: str | None = None
    resolved: str | None = None
    open_points: str | None = None
    risk: str | None = None
    next: str | None = None
    next_on: date | None = None
    at: datetime | None = None
    status: Status | None = None
    reason: str | None = None
    loss_reason: LossReason | None = None
    competitor: str | None = None
    progress: bool | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """What a log did: the record's key, when the customer is to be contacted next and why, which plans it fulfilled."""

    id: int
    next: Decision[date]
    done: tuple[date, ...]


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


def log(work: Transaction, customer_id: int, new: NewFollowup) -> Logged:
    """Write down a follow-up: its record, the change of status, the plans that it fulfils, the next plan.

    Raises InvalidValue for a text or date that cannot be, NotFound or Ambiguous for the contact, RuleRefused for the
    status; flags of log-deadline and cadence and hints on wording are collected.
    """
    texts = _texts(work, new)
    at = _moment(work, new.at)
    _not_past(work, new.next_on)
    customer = load(work, customer_id)
    contact_id = None if new.contact is None else _contact(work, customer, new.contact)
    forward = _change_status(work, customer, new)
    lateness = work.decide(
        log_deadline(work.context.policy, at=work.context.clock.local(at), logged=work.context.clock.local(work.now))
    )
    record = work.add(
        Followup(
            customer_id=customer_id,
            contact_id=contact_id,
            at=at,
            recorded_at=work.now,
            by_id=work.actor.id,
            method=new.method,
            progress=forward if new.progress is None else new.progress,
            late=lateness.outcome == "late",
            **texts,
        )
    )
    assert record.id is not None
    _hint_at_wording(work, record)
    day = work.context.clock.local(at).date()
    done = _fulfil(work, customer, record.id, day)
    if record.progress:
        schedule.mark_progress(work, customer, day)
    decision = _plan_next(work, customer, record.next, new.next_on)
    _audit(work, customer, record, done)
    return Logged(record.id, decision, tuple(item.due_on for item in done))


def plan(work: Transaction, customer_id: int, new: NewPlan) -> Planned:
    """Plan an interaction. The computed plan item gives way where the new one is not later.

    Raises InvalidValue for a day that has passed and for a text that cannot be kept; a date beyond cadence is flagged,
    a vague focus hinted at.
    """
    _not_past(work, new.on)
    limits = work.context.policy.limits
    focus = clean(new.focus, limit=limits.text, what=msg("the focus"))
    if not focus:
        raise InvalidValue(msg("the focus is empty"), msg("say what is to be discussed: --focus TEXT"))
    goal = _optional(work, new.goal, msg("the goal"))
    support_for = _optional(work, new.support_for, msg("the purpose of the support"))
    if support_for is not None and new.support_role is None and new.support_id is None:
        raise UsageError(msg("support is asked of nobody"), msg("say of whom: --support ROLE or --support LOGIN"))
    customer = load(work, customer_id)
    by_rule = schedule.due_by_rule(work, customer)
    given = beyond_cadence(by_rule, given=new.on)
    pending = schedule.pending(work, customer)
    if by_rule.value is None or all(item.due_on > by_rule.value for item in pending):
        work.decide(given)
    for item in pending:
        if item.rule == CADENCE and item.due_on >= new.on:
            schedule.close(work, item, PlanState.CANCELLED, reason=CADENCE)
    stage = schedule.Stage(new.method, focus, goal, new.support_role, new.support_id, support_for)
    made = schedule.plan(work, customer, new.on, stage, beyond_cadence=given.outcome == "beyond-cadence")
    assert made.id is not None
    names = _contact_names(work, customer)
    work.decide(plan_specific(work.context.policy, focus=focus, on=new.on, method=new.method, contacts=names))
    after = {"customer": customer.code, "due_on": new.on, "method": new.method, "support_role": new.support_role}
    work.audit("followup.plan", "plan", str(made.id), after=after | {"support_id": new.support_id})
    return Planned(made.id, given)


def done(work: Transaction, item_id: int, reason: str | None = None) -> Decision[date] | None:
    """Close a plan item without a log. Where it was the customer's last one, the next is planned by rule cadence.

    Gives the decision on that one, None where there was no need. Counted from today: what was planned did happen.
    Raises NotFound, and Refused where it is closed already.
    """
    item = work.session.get(PlanItem, item_id)
    if item is None:
        raise NotFound(
            msg("there is no plan item {id}", id=item_id), msg("see: salesflow followup list --plan"), code="unknown-plan"
        )
    if item.state != PlanState.PENDING:
        raise Refused(
            msg("plan item {id} is {state} already", id=item_id, state=label("planstate", item.state)),
            msg("see: salesflow followup list --plan"),
            code="state",
        )
    reason = _optional(work, reason, msg("the reason"))
    customer = load(work, item.customer_id)
    schedule.close(work, item, PlanState.DONE, reason=reason)
    work.audit("followup.done", "plan", str(item_id), before={"state": PlanState.PENDING}, after={"state": PlanState.DONE})
    schedule.refresh(work, customer)
    if customer.next_follow_up_on is not None:
        return None
    decision = schedule.due_by_rule(work, customer, since=work.context.clock.today())
    if decision.value is not None:
        schedule.plan(work, customer, decision.value, by_rule=True)
    return decision


def _texts(work: Transaction, new: NewFollowup) -> dict[str, str | None]:
    """The texts of a follow-up as they are kept, by their columns."""
    content = clean(new.content, limit=work.context.policy.limits.text, what=msg("the content"))
    if not content:
        raise InvalidValue(msg("the content is empty"), msg("say what happened: --content TEXT"))
    return {
        "content": content,
        "scene": _optional(work, new.scene, msg("the scene")),
        "feedback": _optional(work, new.feedback, msg("the feedback")),
        "resolved": _optional(work, new.resolved, msg("what was resolved")),
        "open_points": _optional(work, new.open_points, msg("what is open")),
        "risk": _optional(work, new.risk, msg("the risk")),
        "next": _optional(work, new.next, msg("the next step")),
    }


def _optional(work: Transaction, text: str | None, what: Message) -> str | None:
    return None if text is None else clean(text, limit=work.context.policy.limits.text, what=what) or None


def _moment(work: Transaction, at: datetime | None) -> datetime:
    if at is not None and at > work.now:
        shown = work.context.clock.local(at).strftime("%Y-%m-%d %H:%M")
        raise InvalidValue(
            msg("{at} is in the future", at=shown),
            msg("what is still to happen is planned with: salesflow followup plan"),
            details={"at": shown},
        )
    return at or work.now


def _not_past(work: Transaction, day: date | None) -> None:
    if day is not None and day < work.context.clock.today():
        raise InvalidValue(
            msg("{date} has passed", date=day), msg("plan for today or later"), details={"date": day.isoformat()}
        )


def _contact(work: Transaction, customer: Customer, name: str) -> int | None:
    from salesflow.services import contacts

    return contacts.named(work, customer, name).id


def _contact_names(work: Transaction, customer: Customer) -> list[str]:
    from sqlmodel import text

    return list(work.session.execute(text(_CONTACTS), {"customer": customer.id}).scalars())


def _change_status(work: Transaction, customer: Customer, new: NewFollowup) -> bool:
    """Whether the status moved forward. Its plan is made by the log, not by the change."""
    if new.status is None:
        if new.reason is not None or new.loss_reason is not None or new.competitor is not None:
            raise UsageError(msg("a reason is given, but no status"), msg("say what the customer becomes: --status CODE"))
        return False
    from salesflow.services import status

    old = Status(customer.status)
    changed = status.NewStatus(
        new.status,
        _optional(work, new.reason, msg("the reason")) or "",
        new.loss_reason,
        _optional(work, new.competitor, msg("the competitor")),
    )
    status.change_status(work, customer, changed, replan=False)
    return old in _FORWARD and new.status in _FORWARD and _FORWARD.index(new.status) > _FORWARD.index(old)


def _hint_at_wording(work: Transaction, record: Followup) -> None:
    for text in filter(None, (record.content, record.feedback)):
        work.decide(objective_wording(work.context.policy, text=text))


def _fulfil(work: Transaction, customer: Customer, followup_id: int, day: date) -> Sequence[PlanItem]:
    """Close the plans that a contact on that day fulfils: all that were due by then, and the computed one even before it is due.

    A follow-up that is older than the last known contact leaves the computed one alone: it counts from the newer.
    """
    newest = customer.last_contact_on is None or day >= customer.last_contact_on
    if newest:
        customer.last_contact_on = day
        work.session.add(customer)
    fulfilled = [item for item in schedule.pending(work, customer) if item.due_on <= day or (newest and item.rule == CADENCE)]
    for item in fulfilled:
        schedule.close(work, item, PlanState.DONE, followup_id=followup_id)
    return fulfilled


def _plan_next(work: Transaction, customer: Customer, step: str | None, on: date | None) -> Decision[date]:
    """Plan the next follow-up: on the day given, else by rule cadence. Gives why it is when it is.

    A plan made by hand stands and is enough, unless a next step is named; a customer that is not to be contacted
    loses its plans.
    """
    by_rule = schedule.due_by_rule(work, customer)
    rest = schedule.pending(work, customer)
    if by_rule.value is None and on is None:
        for item in rest:
            schedule.close(work, item, PlanState.CANCELLED, reason=CADENCE)
        schedule.refresh(work, customer)
        return by_rule
    computed = next((item for item in rest if item.rule == CADENCE), None)
    if on is not None:
        return _plan_given(work, customer, by_rule, step, on, computed)
    assert by_rule.value is not None
    if computed is not None:
        computed.due_on, computed.focus = by_rule.value, step or computed.focus
        work.session.add(computed)
    elif step is not None or not rest:
        schedule.plan(work, customer, by_rule.value, schedule.Stage(focus=step), by_rule=True)
    if step is not None:
        _hint_at_plan(work, customer, step, by_rule.value)
    schedule.refresh(work, customer)
    earliest = customer.next_follow_up_on
    if earliest is None or earliest == by_rule.value:
        return by_rule
    return work.decide(beyond_cadence(by_rule, given=earliest))


def _plan_given(
    work: Transaction, customer: Customer, by_rule: Decision[date], step: str | None, on: date, computed: PlanItem | None
) -> Decision[date]:
    """Plan for the day given, in place of the computed item."""
    if computed is not None:
        schedule.close(work, computed, PlanState.CANCELLED, reason=CADENCE)
    given = work.decide(beyond_cadence(by_rule, given=on))
    schedule.plan(work, customer, on, schedule.Stage(focus=step), beyond_cadence=given.outcome == "beyond-cadence")
    if step is not None:
        _hint_at_plan(work, customer, step, on)
    return given


def _hint_at_plan(work: Transaction, customer: Customer, step: str, on: date) -> None:
    names = _contact_names(work, customer)
    work.decide(plan_specific(work.context.policy, focus=step, on=on, contacts=names))


def _audit(work: Transaction, customer: Customer, record: Followup, done: Sequence[PlanItem]) -> None:
    """The trail has what is decided by, not the words: those are personal data, and the trail is never changed."""
    after: dict[str, object] = {
        "customer": customer.code,
        "at": record.at,
        "method": record.method,
        "contact_id": record.contact_id,
        "progress": record.progress or None,
        "late": record.late or None,
        "done": [item.id for item in done] or None,
        "next_follow_up_on": customer.next_follow_up_on,
    }
    work.audit("followup.log", "followup", str(record.id), after=after)
