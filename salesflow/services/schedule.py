"""The plan: the next follow-up of a customer, and the stored copy of its date. Everything that moves a date goes through here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, func, select

from salesflow.db.transaction import Transaction
from salesflow.enums import Grade, Method, PlanState, Role, Status
from salesflow.models.customer import Customer
from salesflow.models.followup import Followup, PlanItem
from salesflow.rules.cadence import CADENCE, Base, cadence
from salesflow.rules.decision import Decision


def due_by_rule(work: Transaction, customer: Customer, *, since: date | None = None) -> Decision[date]:
    """What rule cadence says of the customer as it stands: from its last contact (or `since`), else its first contact."""
    assert customer.id is not None
    first = work.context.clock.local(customer.first_contact_at).date()
    last = since or customer.last_contact_on
    base, kind = (last, Base.LAST_CONTACT) if last is not None and last >= first else (first, Base.FIRST_CONTACT)
    return cadence(
        work.context.policy,
        work.context.calendar,
        grade=None if customer.grade is None else Grade(customer.grade),
        status=Status(customer.status),
        base=base,
        base_kind=kind,
        contacts_in_week=contacts_in_week(work, customer.id, base),
    )


def contacts_in_week(work: Transaction, customer_id: int, day: date) -> int:
    """Contacts with the customer in the calendar week (Monday to Sunday) of the day, up to and with the day.

    They are counted only where the policy wants several a week: this is a query of every log otherwise.
    """
    if not work.context.policy.cadence.a_contacts_per_week:
        return 0
    monday = day - timedelta(days=day.weekday())
    first, last = _start(work, monday), _start(work, day + timedelta(days=1))
    found = select(func.count()).where(Followup.customer_id == customer_id, Followup.at >= first, Followup.at < last)
    return int(work.session.exec(found).one())


def _start(work: Transaction, day: date) -> datetime:
    """The instant at which a business day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=work.context.clock.zone)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a plan item is about. `support` is asked of a role or of one staff member (a key), perhaps at short notice.

    `template`: the plan template that it comes from.
    """

    method: Method | None = None
    focus: str | None = None
    goal: str | None = None
    support_role: Role | None = None
    support_id: int | None = None
    support_for: str | None = None
    support_late: bool = False
    template: str | None = None


def plan(
    work: Transaction,
    customer: Customer,
    due_on: date,
    stage: Stage = Stage(),
    *,
    by_rule: bool = False,
    beyond_cadence: bool = False,
    moved: PlanItem | None = None,
) -> PlanItem:
    """Add a plan item and bring the customer's next date up to date.

    `moved`: the item that goes on as this one. Put off by hand it has slipped; an earlier day is no slip, nor is the rule's.
    """
    assert customer.id is not None
    put_off = moved is not None and not by_rule and due_on > moved.due_on
    item = work.add(
        PlanItem(
            customer_id=customer.id,
            due_on=due_on,
            method=stage.method,
            focus=stage.focus,
            goal=stage.goal,
            support_role=stage.support_role,
            support_id=stage.support_id,
            support_for=stage.support_for,
            support_late=stage.support_late,
            template=stage.template,
            origin_id=None if moved is None else moved.origin_id or moved.id,
            slips=0 if moved is None else moved.slips + put_off,
            rule=CADENCE if by_rule else None,
            beyond_cadence=beyond_cadence,
            created_at=work.now,
            created_by=work.actor.id,
        )
    )
    refresh(work, customer)
    return item


def replan(work: Transaction, customer: Customer) -> Decision[date]:
    """Put the computed plan item where rule cadence wants it now: after a change of grade or status.

    Items planned by hand stay, and are enough. A customer that is not to be contacted (lost, invalid) loses all pending
    items.
    """
    decision = due_by_rule(work, customer)
    items = pending(work, customer)
    computed = next((item for item in items if item.rule == CADENCE), None)
    if decision.value is None:
        for item in items:
            close(work, item, PlanState.CANCELLED, reason=CADENCE)
    elif computed is not None:
        move(work, customer, computed, decision.value)
    elif not items:
        plan(work, customer, decision.value, by_rule=True)
    refresh(work, customer)
    return decision


def move(work: Transaction, customer: Customer, item: PlanItem, due_on: date, focus: str | None = None) -> None:
    """Put the computed plan item on another day, and give it a focus if there is one.

    On another day it is another item: what was planned, and for when, can be told of every day in the past.
    """
    item.focus = focus or item.focus
    work.session.add(item)
    if item.due_on != due_on:
        close(work, item, PlanState.CANCELLED, reason=CADENCE)
        plan(work, customer, due_on, Stage(focus=item.focus), by_rule=True, moved=item)


def pending(work: Transaction, customer: Customer) -> list[PlanItem]:
    """The customer's plan items that are still to happen, earliest first."""
    found = select(PlanItem).where(PlanItem.customer_id == customer.id, PlanItem.state == PlanState.PENDING)
    return list(work.session.exec(found.order_by(col(PlanItem.due_on), col(PlanItem.id))).all())


def close(
    work: Transaction, item: PlanItem, state: PlanState, *, followup_id: int | None = None, reason: str | None = None
) -> None:
    """End a pending plan item: done (by a follow-up) or cancelled."""
    item.state = state
    item.closed_at = work.now
    item.followup_id = followup_id
    item.reason = reason
    work.session.add(item)


def refresh(work: Transaction, customer: Customer) -> None:
    """Keep the customer's stored next date equal to its earliest pending plan item."""
    work.session.flush()
    earliest = select(func.min(PlanItem.due_on)).where(
        PlanItem.customer_id == customer.id, PlanItem.state == PlanState.PENDING
    )
    customer.next_follow_up_on = work.session.exec(earliest).one()
    work.session.add(customer)


def mark_progress(work: Transaction, customer: Customer, on: date | None = None) -> None:
    """Evidence that the deal moved (进展): today unless told otherwise; an earlier date never replaces a later one."""
    day = on or work.context.clock.today()
    if customer.last_progress_on is None or customer.last_progress_on < day:
        customer.last_progress_on = day
        work.session.add(customer)
