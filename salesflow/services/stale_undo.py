"""A sweep over stale leads taken back: for the customers that nobody has touched since, as if it had not been."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlmodel import and_, col, func, or_, select, union, update

from salesflow.enums import PlanState
from salesflow.errors import NotFound, Refused
from salesflow.i18n import Message, msg, render
from salesflow.models.change import GradeChange, StatusChange
from salesflow.models.customer import Customer
from salesflow.models.followup import Followup, PlanItem
from salesflow.models.run import StaleRun
from salesflow.models.staff import Staff
from salesflow.rules.cadence import CADENCE

if TYPE_CHECKING:
    from datetime import datetime

    from salesflow.db.transaction import Transaction

_HINT: Final = msg("see: salesflow customer stale --runs")


class _Side(NamedTuple):
    """What a sweep did to one side of a customer, its grade or its status: what it was, what it became, by which rule."""

    was: str | None
    became: str | None
    rule: str | None


class Swept(NamedTuple):
    """A customer that a sweep let fall. `touched`: what has happened to it since; then it stays as it is."""

    id: int
    code: str
    name: str
    version: int
    grade: _Side | None
    status: _Side | None
    touched: Message | None


def undo(work: Transaction, number: int, *, dry_run: bool = False) -> list[Swept]:
    """Take the sweep of that number back, in bulk; gives its customers by their codes, those left out with the reason.

    Going back up is no progress. Raises NotFound, and Refused where it was taken back before.
    """
    run = work.session.get(StaleRun, number)
    if run is None:
        raise NotFound(msg("there is no sweep {run}", run=number), _HINT, code="unknown-run")
    if run.undone_at is not None:
        by = work.session.get(Staff, run.undone_by)
        when = work.context.clock.local(run.undone_at)
        text = msg(
            "sweep {run} was taken back on {date} by {login}",
            run=number,
            date=when.date(),
            login=None if by is None else by.login,
        )
        raise Refused(text, _HINT, code="undone")
    swept = _swept(work, run)
    if not dry_run:
        restored = [one for one in swept if one.touched is None]
        _restore(work, run, restored)
        run.undone_at, run.undone_by = work.now, work.actor.id
        work.session.add(run)
        after = {"restored": len(restored), "left_out": len(swept) - len(restored)}
        work.audit("customer.stale-undo", "sweep", str(number), after=after)
    return swept


def _swept(work: Transaction, run: StaleRun) -> list[Swept]:
    grades = _sides(work, run, GradeChange, "grade")
    statuses = _sides(work, run, StatusChange, "status")
    versions = {key: version for rows in (grades, statuses) for key, (_, version) in rows.items()}
    touched = _touched(work, run)
    found = []
    fields = (Customer.id, Customer.code, Customer.name, Customer.version, Customer.archived_at)
    wanted = select(*map(col, fields)).where(col(Customer.id).in_(_customers(run))).order_by(col(Customer.code))
    for id_, code, name, version, archived in work.session.execute(wanted):
        reason = msg("archived since") if archived else touched.get(id_)
        if reason is None and versions[id_] not in (None, version):
            reason = msg("edited since")
        sides = [rows[id_][0] if id_ in rows else None for rows in (grades, statuses)]
        found.append(Swept(id_, code, name, version, sides[0], sides[1], reason))
    return found


def _customers(run: StaleRun) -> Any:
    """The keys of the customers that the sweep changed, as a subquery."""
    return union(*(select(table.customer_id).where(table.run_id == run.id) for table in (GradeChange, StatusChange)))


def _sides(
    work: Transaction, run: StaleRun, table: type[GradeChange | StatusChange], what: str
) -> dict[int, tuple[_Side, int | None]]:
    """What the sweep did to grades (or statuses) by customer, with the customer's version after it."""
    names = ("customer_id", f"from_{what}", f"to_{what}", "rule", "version")
    wanted = select(*(getattr(table, name) for name in names)).where(table.run_id == run.id)
    return {
        key: (_Side(was, became, rule), version) for key, was, became, rule, version in work.session.execute(wanted)
    }


def _touched(work: Transaction, run: StaleRun) -> dict[int, Message]:
    """Customers of the sweep with whom something has happened since, with what it was: the gravest where it was several things.

    Moments are kept to the second: what happened in the second of the sweep counts as later, unless it was the sweep's.
    """
    at, of_run = run.at, _customers(run)
    by_sweep = and_(PlanItem.created_at == at, PlanItem.rule == CADENCE)
    closed_by_sweep = and_(PlanItem.closed_at == at, PlanItem.reason == CADENCE)
    planned = or_(
        and_(col(PlanItem.created_at) >= at, ~by_sweep), and_(col(PlanItem.closed_at) >= at, ~closed_by_sweep)
    )
    found: dict[int, Message] = {}
    for table, condition, reason in (
        (PlanItem, planned, msg("planned since")),
        (Followup, col(Followup.recorded_at) >= at, msg("followed up since")),
        (GradeChange, _later(GradeChange, run), msg("grade changed since")),
        (StatusChange, _later(StatusChange, run), msg("status changed since")),
    ):
        column = col(table.customer_id)
        for key in work.session.execute(select(column).where(condition, column.in_(of_run)).distinct()).scalars():
            found[key] = reason
    return found


def _later(table: type[GradeChange | StatusChange], run: StaleRun) -> Any:
    own = col(table.run_id).is_not(None) & (col(table.run_id) == run.id)
    return and_(col(table.at) >= run.at, ~own)


def _restore(work: Transaction, run: StaleRun, customers: Sequence[Swept]) -> None:
    """Grade, status and plan as they were, with the rows of the histories and the audit entries."""
    _keep_history(work, run, customers)
    _restore_plans(work, run, {one.id for one in customers})
    next_on = _next_dates(work, run)
    rows: list[dict[str, Any]] = []
    for one in customers:
        row: dict[str, Any] = {"id": one.id, "version": one.version + 1, "next_follow_up_on": next_on.get(one.id)}
        row |= {} if one.grade is None else {"grade": one.grade.was}
        row |= {} if one.status is None else {"status": one.status.was}
        rows.append(row)
    for same in ({"grade", "status"}, {"grade"}, {"status"}):  # rows of one statement have the same columns
        some = [row for row in rows if row.keys() & {"grade", "status"} == same]
        if some:
            work.session.execute(update(Customer), some)


def _keep_history(work: Transaction, run: StaleRun, customers: Iterable[Swept]) -> None:
    reason = render(msg("undo of sweep {run}", run=run.id))
    for table, what in ((GradeChange, "grade"), (StatusChange, "status")):
        rows = []
        for one in customers:
            side: _Side | None = getattr(one, what)
            if side is None:
                continue
            row = {"customer_id": one.id, "at": work.now, "by_id": work.actor.id, "reason": reason, "rule": side.rule}
            row |= {f"from_{what}": side.became, f"to_{what}": side.was, "run_id": run.id, "version": one.version + 1}
            rows.append(row)
            after = {what: side.was, "reason": reason, "run": run.id}
            work.audit(
                f"customer.{what}", "customer", one.code, before={what: side.became}, after=after, rule=side.rule
            )
        work.insert(table, rows)


def _restore_plans(work: Transaction, run: StaleRun, customers: set[int]) -> None:
    """What the sweep made is cancelled, what it cancelled is pending again."""
    made = and_(PlanItem.created_at == run.at, PlanItem.rule == CADENCE, PlanItem.state == PlanState.PENDING)
    ended = and_(PlanItem.closed_at == run.at, PlanItem.reason == CADENCE, PlanItem.state == PlanState.CANCELLED)
    cancelled = {"state": PlanState.CANCELLED, "closed_at": work.now, "reason": CADENCE}
    pending: Mapping[str, datetime | str | None] = {"state": PlanState.PENDING, "closed_at": None, "reason": None}
    changes = [(made, cancelled), (ended, pending)]
    keys = [
        [(key, values) for key, customer in work.session.execute(_items(run, condition)) if customer in customers]
        for condition, values in changes
    ]
    for some in filter(None, keys):
        work.session.execute(update(PlanItem), [{"id": key, **values} for key, values in some])


def _items(run: StaleRun, condition: Any) -> Any:
    return select(PlanItem.id, PlanItem.customer_id).where(condition, col(PlanItem.customer_id).in_(_customers(run)))


def _next_dates(work: Transaction, run: StaleRun) -> Mapping[int, Any]:
    pending = select(PlanItem.customer_id, func.min(PlanItem.due_on)).where(
        PlanItem.state == PlanState.PENDING, col(PlanItem.customer_id).in_(_customers(run))
    )
    rows = work.session.execute(pending.group_by(col(PlanItem.customer_id)))
    return {row[0]: row[1] for row in rows}
