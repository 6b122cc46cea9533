"""Follow-ups: one log does the whole after-call chore; planning and closing by hand are in services.plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from salesflow.enums import LossReason, Method, PlanState, Status
from salesflow.errors import InvalidValue, Refused, UsageError
from salesflow.i18n import Message, msg
from salesflow.models.followup import Followup, PlanItem
from salesflow.rules.cadence import CADENCE
from salesflow.rules.deadlines import log_deadline
from salesflow.rules.decision import Decision
from salesflow.rules.wording import objective_wording
from salesflow.services import plans, schedule
from salesflow.services.plans import NewPlan, Planned, cancel, done, plan
from salesflow.services.records import load
from salesflow.subject import of_followup

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer

__all__ = ["Logged", "NewFollowup", "NewPlan", "Planned", "cancel", "done", "log", "plan"]

WORDS: Final[Mapping[str, Message]] = {
    "content": msg("the content"),
    "scene": msg("the scene"),
    "feedback": msg("the feedback"),
    "resolved": msg("what was resolved"),
    "open_points": msg("what is open"),
    "risk": msg("the risk"),
    "next": msg("the next step"),
}
"""The texts of a follow-up, by their columns: what a message calls them."""


@dataclass(frozen=True, slots=True)
class NewFollowup:
    """What happened, as told. `at` (aware) is now unless given; `next_on` goes before the date of rule cadence.

    `status` needs a `reason`, and lost a `loss_reason`. `progress` None: it is progress if the status moves forward.
    `contact`: the name of one of the customer's contacts, or a part of it that no other has. `attach`: paths of files.
    `opportunity_id`: the customer's opportunity that it is about.
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
    attach: Sequence[str] = ()
    opportunity_id: int | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """What a log did: the record's key, when the customer is to be contacted next and why, the plans that it fulfilled.

    `done`: the days for which these were planned.
    """

    id: int
    next: Decision[date]
    done: tuple[date, ...]


def log(work: Transaction, customer_id: int, new: NewFollowup) -> Logged:
    """Write down a follow-up: its record, the change of status, the plans that it fulfils, the next plan.

    Raises InvalidValue for a text or date that cannot be, NotFound or Ambiguous for the contact, RuleRefused for the
    status; flags of log-deadline and cadence and hints on wording are collected.
    """
    texts, at = _texts(work, new), _moment(work, new.at)
    if new.next_on is not None:
        plans.check_day(work, new.next_on)
    customer = load(work, customer_id)
    contact_id = None if new.contact is None else _contact(work, customer, new.contact)
    forward = _change_status(work, customer, new)
    record = work.add(
        Followup(
            customer_id=customer_id,
            contact_id=contact_id,
            opportunity_id=_opportunity(work, customer, new.opportunity_id),
            at=at,
            recorded_at=work.now,
            by_id=work.actor.id,
            method=new.method,
            progress=forward if new.progress is None else new.progress,
            late=_is_late(work, at),
            **texts,
        )
    )
    assert record.id is not None
    for text in filter(None, (record.content, record.feedback)):
        work.decide(objective_wording(work.context.policy, text=text))
    if customer.uncontacted_since is not None and at >= customer.uncontacted_since:
        customer.uncontacted_since = None
    day = work.context.clock.local(at).date()
    fulfilled = _fulfil(work, customer, record.id, day)
    if record.progress:
        schedule.mark_progress(work, customer, day)
    decision = _plan_next(work, customer, record.next, new.next_on)
    _audit(work, customer, record, fulfilled)
    if new.attach:
        _attach(work, record, new)
    return Logged(record.id, decision, tuple(item.due_on for item in fulfilled))


def _attach(work: Transaction, record: Followup, new: NewFollowup) -> None:
    from salesflow.services import attachments

    assert record.id is not None
    subject = of_followup(record.id, record.customer_id)
    files = [attachments.NewFile(path, attachments.kind_for(new.method)) for path in new.attach]
    attachments.attach(work, subject, files)


def _texts(work: Transaction, new: NewFollowup) -> dict[str, Any]:
    """The texts of a follow-up as they are kept, by their columns."""
    kept = {name: plans.optional(work, getattr(new, name), what) for name, what in WORDS.items()}
    if kept["content"] is None:
        raise InvalidValue(msg("the content is empty"), msg("say what happened: --content TEXT"))
    return kept


def _moment(work: Transaction, at: datetime | None) -> datetime:
    if at is None or at <= work.now:
        return at or work.now
    shown = work.context.clock.local(at).strftime("%Y-%m-%d %H:%M")
    raise InvalidValue(
        msg("{at} is in the future", at=shown),
        msg("what is still to happen is planned with: salesflow followup plan"),
        details={"at": shown},
    )


def _contact(work: Transaction, customer: Customer, name: str) -> int | None:
    from salesflow.services import contacts

    return contacts.named(work, customer, name).id


def _opportunity(work: Transaction, customer: Customer, opportunity_id: int | None) -> int | None:
    """The opportunity that it is about, which is the customer's own."""
    if opportunity_id is None:
        return None
    found = work.look_up("SELECT number, customer_id FROM opportunity WHERE id = :id", {"id": opportunity_id})
    assert found is not None
    if found[1] != customer.id:
        raise Refused(
            msg(
                "{number} is not an opportunity of {code} {name}",
                number=found[0],
                code=customer.code,
                name=customer.name,
            ),
            msg("see: salesflow opportunity list --customer {code}", code=customer.code),
            code="other-customer",
        )
    return opportunity_id


def _is_late(work: Transaction, at: datetime) -> bool:
    local = work.context.clock.local
    return work.decide(log_deadline(work.context.policy, at=local(at), logged=local(work.now))).outcome == "late"


def _change_status(work: Transaction, customer: Customer, new: NewFollowup) -> bool:
    """Whether the status moved forward. The next plan is made by the log, not by the change."""
    if new.status is None:
        if new.reason is not None or new.loss_reason is not None or new.competitor is not None:
            raise UsageError(
                msg("a reason is given, but no status"), msg("say what the customer becomes: --status CODE")
            )
        return False
    from salesflow.services import status

    old = Status(customer.status)
    reason = plans.optional(work, new.reason, msg("the reason")) or ""
    competitor = plans.optional(work, new.competitor, msg("the competitor"))
    changed = status.NewStatus(new.status, reason, new.loss_reason, competitor)
    status.change_status(work, customer, changed, replan=False)
    return status.is_forward(old, new.status)


def _fulfil(work: Transaction, customer: Customer, followup_id: int, day: date) -> Sequence[PlanItem]:
    """Close the plans that a contact on that day fulfils: all that were due by then, the computed one even before it is due.

    A follow-up that is older than the last known contact leaves the computed one alone: that counts from the newer.
    """
    newest = customer.last_contact_on is None or day >= customer.last_contact_on
    if newest:
        customer.last_contact_on = day
        work.session.add(customer)
    pending = schedule.pending(work, customer)
    fulfilled = [item for item in pending if item.due_on <= day or (newest and item.rule == CADENCE)]
    for item in fulfilled:
        schedule.close(work, item, PlanState.DONE, followup_id=followup_id)
    return fulfilled


def _plan_next(work: Transaction, customer: Customer, step: str | None, on: date | None) -> Decision[date]:
    """Plan the next follow-up: on the day given, else by rule cadence. Gives why it is when it is.

    A plan made by hand stands and is enough, unless a next step is named. A customer that is not to be contacted any
    more loses its plans.
    """
    by_rule = schedule.due_by_rule(work, customer)
    rest = schedule.pending(work, customer)
    computed = next((item for item in rest if item.rule == CADENCE), None)
    if computed is not None and on is not None:
        rest.remove(computed)
        schedule.close(work, computed, PlanState.CANCELLED, reason=CADENCE)
    if by_rule.value is None:
        for item in rest:
            schedule.close(work, item, PlanState.CANCELLED, reason=CADENCE)
    if on is not None:
        decision = plans.on_day(work, by_rule, on, rest)
        beyond = decision.outcome == plans.BEYOND
        schedule.plan(work, customer, on, schedule.Stage(focus=step), beyond_cadence=beyond)
    elif by_rule.value is None:
        decision = by_rule
    elif step is not None or computed is not None or not rest:
        decision = _plan_by_rule(work, customer, by_rule, step, computed)
    else:
        decision = plans.on_day(work, by_rule, rest[0].due_on, ())
    planned_on = on or by_rule.value
    if step is not None and planned_on is not None:
        plans.hint_at_wording(work, customer, step, planned_on)
    schedule.refresh(work, customer)
    return decision


def _plan_by_rule(
    work: Transaction, customer: Customer, by_rule: Decision[date], step: str | None, computed: PlanItem | None
) -> Decision[date]:
    """Make the computed plan item, or put the one that an older follow-up has left standing where the rule has it."""
    assert by_rule.value is not None
    if computed is None:
        schedule.plan(work, customer, by_rule.value, schedule.Stage(focus=step), by_rule=True)
    else:
        schedule.move(work, customer, computed, by_rule.value, step)
    return by_rule


def _audit(work: Transaction, customer: Customer, record: Followup, fulfilled: Sequence[PlanItem]) -> None:
    """The trail has what the rules go by, not the words: they may be personal, and the trail is never changed."""
    after: dict[str, object] = {
        "customer": customer.code,
        "at": record.at,
        "method": record.method,
        "contact_id": record.contact_id,
        "opportunity_id": record.opportunity_id,
        "progress": record.progress or None,
        "late": record.late or None,
        "done": [item.id for item in fulfilled] or None,
        "next_follow_up_on": customer.next_follow_up_on,
    }
    work.audit("followup.log", "followup", str(record.id), after=after)
