"""Follow-ups as they are listed: what happened, what is planned, what is due."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from salesflow.clock import to_db
from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import Method, PlanState
from salesflow.queries.base import Page, Where, page
from salesflow.rules.decision import Decision

COLUMNS: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("at", "When", Kind.INSTANT),
    Column("customer_code", "Code"),
    Column("customer_name", "Customer", flexible=True),
    Column("method", "Method", Kind.CODE, labels="method"),
    Column("content", "Content", flexible=True),
    Column("feedback", "Feedback", flexible=True, table=False),
    Column("next", "Next step", flexible=True),
    Column("progress", "Progress", Kind.FLAG, table=False),
    Column("late", "Late", Kind.FLAG, table=False),
    Column("by", "By"),
    Column("contact", "Contact", table=False),
    Column("scene", "Scene", table=False),
    Column("resolved", "Resolved", table=False),
    Column("open_points", "Open", table=False),
    Column("risk", "Risk", table=False),
    Column("recorded_at", "Recorded", Kind.INSTANT, table=False),
    Column("corrected", "Corrected", Kind.INTEGER),
    Column("opportunity", "Opportunity", table=False),
)
LOGGED: Final[Columns] = (
    *COLUMNS,
    Column("next_follow_up_on", "Next follow-up", Kind.DATE),
    Column("next_follow_up_why", "Why", Kind.OBJECT),
)
PLANS: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("due_on", "Due", Kind.DATE),
    Column("customer_code", "Code"),
    Column("customer_name", "Customer", flexible=True),
    Column("focus", "Focus", flexible=True),
    Column("method", "Method", Kind.CODE, labels="method"),
    Column("state", "State", Kind.CODE, labels="planstate"),
    Column("slips", "Put off", Kind.INTEGER),
    Column("goal", "Goal", flexible=True, table=False),
    Column("support", "Support", Kind.CODE, labels="role"),
    Column("support_for", "Support for", flexible=True, table=False),
    Column("support_late", "Support asked late", Kind.FLAG, table=False),
    Column("owner", "Owner", table=False),
    Column("rule", "Rule", table=False),
    Column("beyond_cadence", "Beyond cadence", Kind.FLAG, table=False),
    Column("created_at", "Since", Kind.INSTANT, table=False),
    Column("closed_at", "Closed", Kind.INSTANT, table=False),
    Column("followup_id", "Follow-up", Kind.INTEGER, table=False),
    Column("reason", "Reason", table=False),
    Column("origin_id", "Goes on from", Kind.INTEGER, table=False),
    Column("template", "Template", table=False),
)
DUE: Final = (
    Column("days_overdue", "Late by", Kind.INTEGER, order="-due_on", urgent=True),
    Column("due_on", "Due", Kind.DATE),
    Column("customer_code", "Code"),
    Column("customer_name", "Customer", flexible=True),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("status", "Status", Kind.CODE, labels="status"),
    Column("focus", "Focus", flexible=True),
    Column("method", "Method", Kind.CODE, labels="method"),
    Column("owner", "Owner", table=False),
    Column("contact", "Contact", table=False),
    Column("phone_masked", "Phone"),
    Column("last_contact_on", "Last contact", Kind.DATE),
    Column("id", "No.", Kind.INTEGER, table=False),
)
# For the listings of more than one owner's customers: the owner is among the first things to know.
_OWNER: Final = next(column for column in DUE if column.key == "owner")._replace(table=True)
DUE_OF_ALL: Final = (*DUE[:4], _OWNER, *(column for column in DUE[4:] if column.key != "owner"))

MOST_IN_HISTORY: Final = 50
_BY_GRADE: Final = "grade IS NULL, grade, due_on, customer_code, id"
_LONGEST_ALONE: Final = "grade IS NULL, grade, last_contact_on IS NOT NULL, last_contact_on, customer_code"


def due(
    context: Context, *, until: date, owner_id: int | None = None, by_owner: bool = False, keep: int | None = None
) -> Page:
    """Plan items that are due on that day or before: by grade (A first, none last), the most overdue first.

    owner_id: whose customers, None for everybody's. by_owner: one owner after the other. keep: the limit if none is asked for.
    """
    where = _of_customers_due(Where().add("due_on <= :last"), owner_id, until)
    return _due(context, "v_followup_due", where, _BY_GRADE, by_owner=by_owner, keep=keep)


def _of_customers_due(where: Where, owner_id: int | None, last: date | None) -> Where:
    """Only the plan items of customers whose next date is that day or before: it is indexed, the plan items follow from it."""
    customers = Where().equal(owner_id=owner_id)
    if last is None:
        customers.add("next_follow_up_on IS NOT NULL")
    else:
        customers.add("next_follow_up_on <= :last", last=last.isoformat())
    return where.add(f"customer_id IN (SELECT id FROM v_customer_dates{customers})", **customers.parameters)  # noqa: S608 - conditions of ours


def overdue(context: Context, *, owner_id: int | None = None, by_owner: bool = False, keep: int | None = None) -> Page:
    """Plan items whose day has passed."""
    yesterday = context.clock.today() - timedelta(days=1)
    return due(context, until=yesterday, owner_id=owner_id, by_owner=by_owner, keep=keep)


def unplanned(
    context: Context, *, owner_id: int | None = None, by_owner: bool = False, keep: int | None = None
) -> Page:
    """Open customers with no plan item at all, in the form of what is due: by grade, the longest without contact first."""
    where = Where().equal(owner_id=owner_id)
    return _due(context, "v_unplanned", where, _LONGEST_ALONE, by_owner=by_owner, keep=keep)


def _due(context: Context, view: str, where: Where, order: str, *, by_owner: bool, keep: int | None) -> Page:
    order = f"owner, {order}" if by_owner else order
    found = page(context, view, DUE, where, order=order, computed=("days_overdue",), keep=keep)
    today = context.clock.today()
    rows = [{**row, "days_overdue": days_late(row["due_on"], today)} for row in found.rows]
    return Page(rows, found.more)


def days_late(due_on: str | None, today: date) -> int | None:
    """Days since a due date; 0 where it is today or to come."""
    return None if due_on is None else max(0, (today - date.fromisoformat(due_on)).days)


def history(
    context: Context,
    *,
    customer_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    owner_id: int | None = None,
    by_id: int | None = None,
    method: Method | None = None,
) -> Page:
    """Follow-ups that happened from the first to the last day, the newest first; 50 of them unless a limit is asked for."""
    where = Where().equal(customer_id=customer_id, owner_id=owner_id, by_id=by_id)
    where.equal(method=None if method is None else method.value)
    if first is not None:
        where.add("at >= :first", first=_start(context, first))
    if last is not None:
        where.add("at < :after_last", after_last=_start(context, last + timedelta(days=1)))
    return page(context, "v_followup", COLUMNS, where, order="at DESC, id DESC", keep=MOST_IN_HISTORY, by_key=True)


def plans(
    context: Context,
    *,
    customer_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    owner_id: int | None = None,
    by_id: int | None = None,
    method: Method | None = None,
) -> Page:
    """Plan items that are still to happen, the earliest first; 50 of them unless a limit is asked for."""
    where = Where().equal(state=PlanState.PENDING.value, customer_id=customer_id, created_by=by_id)
    where.equal(method=None if method is None else method.value)
    where.between("due_on", None if first is None else first.isoformat(), None if last is None else last.isoformat())
    if customer_id is None:
        _of_customers_due(where, owner_id, last)
    return page(context, "v_plan_item", PLANS, where, order="due_on, customer_code, id", keep=MOST_IN_HISTORY)


def logged(context: Context, followup_id: int, why: Decision[Any]) -> dict[str, Any]:
    """A follow-up with the customer's next date, and the decision that made it."""
    names = ", ".join(f'"{column.key}"' for column in COLUMNS)
    row = context.reader.one(f"SELECT {names}, customer_id FROM v_followup WHERE id = :id", {"id": followup_id})  # noqa: S608 - names of ours
    assert row is not None
    customer = {"id": row.pop("customer_id")}
    next_on = context.reader.value("SELECT next_follow_up_on FROM v_customer WHERE id = :id", customer)
    reason = {"rule": why.rule, "text": why.message, "facts": why.facts}
    return {**row, "next_follow_up_on": next_on, "next_follow_up_why": reason}


def _start(context: Context, day: date) -> str:
    """The instant at which a business day begins, as it is stored."""
    return to_db(datetime.combine(day, time(), context.clock.zone))
