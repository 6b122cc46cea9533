"""The sweep over stale leads as a change: one transaction, written in bulk, an audit entry for every customer changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlmodel import col, or_, select, union, union_all, update

from salesflow.enums import Grade, LossReason, PlanState, Status
from salesflow.i18n import render
from salesflow.models.change import GradeChange, StatusChange
from salesflow.models.customer import Customer
from salesflow.models.followup import PlanItem
from salesflow.models.run import StaleRun
from salesflow.rules.cadence import CADENCE, Base, cadence
from salesflow.rules.stale import LOST_PROPOSAL, grace
from salesflow.rules.sweep import FALLS, Finding, Standing, earliest
from salesflow.rules.sweep import sweep as judge

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_OPEN: Final = [status for status in Status if status.is_open]
_FIELDS: Final = (
    Customer.id,
    Customer.code,
    Customer.version,
    Customer.grade,
    Customer.status,
    Customer.last_progress_on,
    Customer.last_contact_on,
    Customer.first_contact_at,
)


class Change(NamedTuple):
    """One customer that falls: what it was, and what one rule makes of it."""

    id: int
    code: str
    version: int
    before: Standing
    first_contact: date
    finding: Finding


class _Item(NamedTuple):
    """A pending plan item."""

    id: int
    customer_id: int
    due_on: date
    rule: str | None
    focus: str | None


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: its number, None where there was nothing to do, and the changes in the order of the customers."""

    run: int | None
    changes: list[Change]


@dataclass(slots=True)
class _Plans:
    """Changes of the plan to be written: items that end, items that are new."""

    ended: list[dict[str, Any]] = field(default_factory=list)
    made: list[dict[str, Any]] = field(default_factory=list)

    def end(self, work: Transaction, items: Iterable[_Item]) -> None:
        end = {"state": PlanState.CANCELLED, "closed_at": work.now, "reason": CADENCE}
        self.ended += [{"id": item.id, **end} for item in items]

    def make(self, work: Transaction, customer_id: int, due_on: date, focus: str | None) -> None:
        row = {
            "customer_id": customer_id,
            "due_on": due_on,
            "focus": focus,
            "state": PlanState.PENDING,
            "rule": CADENCE,
        }
        self.made.append({**row, "created_at": work.now, "created_by": work.actor.id})


def sweep(work: Transaction, *, owner_id: int | None = None, include_lost: bool = False) -> Swept:
    """Do what the policy says of stale leads; of those proposed as lost only with `include_lost`. A second sweep does nothing.

    It judges the customers as they are in this transaction, whatever was listed before.
    """
    changes = list(_changes(work, owner_id, include_lost=include_lost))
    if not changes:
        return Swept(None, [])
    customers = {change.id for change in changes}
    run = work.add(StaleRun(at=work.now, by_id=work.actor.id, changed=len(customers))).id
    assert run is not None
    _keep_history(work, run, changes)
    _change_customers(work, run, changes)
    return Swept(run, changes)


def _changes(work: Transaction, owner_id: int | None, *, include_lost: bool) -> Iterator[Change]:
    policy, today = work.context.policy, work.context.clock.today()
    for id_, code, version, standing, first_contact in _candidates(work, owner_id):
        for finding in judge(policy, standing, today=today):
            if finding.rule in FALLS and (include_lost or finding.rule != LOST_PROPOSAL):
                yield Change(id_, code, version, standing, first_contact, finding)


def _candidates(work: Transaction, owner_id: int | None) -> Iterator[tuple[int, str, int, Standing, date]]:
    """The open customers that may be stale, in the order of their keys."""
    progress, contact = earliest(work.context.policy, today=work.context.clock.today())
    possible = [
        column.is_(None) | (column <= day)
        for column, day in ((col(Customer.last_progress_on), progress), (col(Customer.last_contact_on), contact))
        if day is not None
    ]
    if not possible:
        return
    wanted = select(*map(col, _FIELDS)).where(
        col(Customer.status).in_(_OPEN), col(Customer.archived_at).is_(None), or_(*possible)
    )
    if owner_id is not None:
        wanted = wanted.where(col(Customer.owner_id) == owner_id)
    local, spared = work.context.clock.local, _spared(work)
    for id_, code, version, grade, status, progress_on, contact_on, first_at in work.session.execute(
        wanted.order_by(col(Customer.id))
    ):
        first = local(first_at).date()
        grade_then = None if grade is None else Grade(grade)
        stands = Standing(grade_then, Status(status), progress_on or first, contact_on or first)
        yield id_, code, version, stands._replace(not_before=spared.get(id_)), first


def _spared(work: Transaction) -> Mapping[int, date]:
    """Customers whose fall was taken back of late: the first day on which each can fall again."""
    local, policy = work.context.clock.local, work.context.policy
    undone = col(StaleRun.undone_at).is_not(None)
    grades = select(GradeChange.customer_id, StaleRun.undone_at).where(
        undone, GradeChange.run_id == StaleRun.id, col(GradeChange.to_grade) < col(GradeChange.from_grade)
    )
    statuses = select(StatusChange.customer_id, StaleRun.undone_at).where(
        undone, StatusChange.run_id == StaleRun.id, col(StatusChange.to_status).in_(_OPEN)
    )
    found: dict[int, date] = {}
    recent = col(StaleRun.undone_at) >= work.now - timedelta(days=policy.stale_downgrade.warn_days + 2)
    for customer_id, at in work.session.execute(union_all(grades.where(recent), statuses.where(recent))):
        day = grace(policy, undone_on=local(at).date())
        found[customer_id] = max(day, found.get(customer_id, day))
    return found


def _keep_history(work: Transaction, run: int, changes: Iterable[Change]) -> None:
    """The rows of the histories of grade and status, and the audit entries."""
    grades: list[dict[str, Any]] = []
    statuses: list[dict[str, Any]] = []
    stands: dict[int, tuple[Grade | None, Status]] = {}
    for change in changes:
        before = stands.get(change.id, (change.before.grade, change.before.status))
        after = stands[change.id] = (change.finding.after.grade, change.finding.after.status)
        reason = render(change.finding.text)
        row = {"customer_id": change.id, "at": work.now, "by_id": work.actor.id, "reason": reason}
        row |= {"rule": change.finding.rule, "run_id": run, "version": change.version + 1}
        if before[0] is not after[0]:
            grades.append(row | {"from_grade": before[0], "to_grade": after[0]})
            _audit(work, change, "grade", before[0], after[0], {"reason": reason, "run": run})
        if before[1] is not after[1]:
            loss = LossReason.NO_CONTACT if after[1] is Status.LOST else None
            statuses.append(row | {"from_status": before[1], "to_status": after[1], "loss_reason": loss})
            _audit(work, change, "status", before[1], after[1], {"reason": reason, "loss_reason": loss, "run": run})
    work.insert(GradeChange, grades)
    work.insert(StatusChange, statuses)


def _audit(
    work: Transaction, change: Change, what: str, before: str | None, after: str | None, more: Mapping[str, object]
) -> None:
    work.audit(
        f"customer.{what}",
        "customer",
        change.code,
        before={what: before},
        after={what: after, **more},
        rule=change.finding.rule,
    )


def _change_customers(work: Transaction, run: int, changes: Iterable[Change]) -> None:
    """The customers themselves and their plans, each customer as its last change leaves it."""
    last = {change.id: change for change in changes}
    pending = _pending(work, run)
    plans = _Plans()
    rows = []
    for change in last.values():
        next_on = _replan(work, change, pending.get(change.id, []), plans)
        after = change.finding.after
        row = {"id": change.id, "grade": after.grade, "status": after.status, "next_follow_up_on": next_on}
        rows.append(row | {"version": change.version + 1})
    for table, updates in ((Customer, rows), (PlanItem, plans.ended)):
        if updates:
            work.session.execute(update(table), updates)
    work.insert(PlanItem, plans.made)


def _pending(work: Transaction, run: int) -> Mapping[int, list[_Item]]:
    """The pending plan items of the customers that this sweep has changed."""
    grades = select(GradeChange.customer_id).where(GradeChange.run_id == run)
    statuses = select(StatusChange.customer_id).where(StatusChange.run_id == run)
    wanted = select(
        *map(col, (PlanItem.id, PlanItem.customer_id, PlanItem.due_on, PlanItem.rule, PlanItem.focus))
    ).where(col(PlanItem.state) == PlanState.PENDING, col(PlanItem.customer_id).in_(union(grades, statuses)))
    found: dict[int, list[_Item]] = {}
    for row in work.session.execute(wanted):
        item = _Item(*row)
        found.setdefault(item.customer_id, []).append(item)
    return found


def _replan(work: Transaction, change: Change, items: list[_Item], plans: _Plans) -> date | None:
    """As schedule.replan does for one customer; gives its next date."""
    due = _due(work, change)
    computed = next((item for item in items if item.rule == CADENCE), None)
    if due is None:
        plans.end(work, items)
        return None
    if items and (computed is None or computed.due_on == due):
        return min(item.due_on for item in items)
    if computed is not None:
        plans.end(work, [computed])
    plans.make(work, change.id, due, None if computed is None else computed.focus)
    return min([due, *(item.due_on for item in items if item is not computed)])


def _due(work: Transaction, change: Change) -> date | None:
    """The next follow-up by rule cadence. Contacts of the week are of no matter: they are for grade A, to which nobody falls."""
    last, first = change.before.contact, change.first_contact
    return cadence(
        work.context.policy,
        work.context.calendar,
        grade=change.finding.after.grade,
        status=change.finding.after.status,
        base=max(last, first),
        base_kind=Base.LAST_CONTACT if last >= first else Base.FIRST_CONTACT,
        contacts_in_week=0,
    ).value
