"""Plan against what happened on a time axis (销售机会跟进甘特表): the customers that are looked at, and what there was of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from salesflow.clock import from_db, to_db
from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import Happening, PlanState
from salesflow.queries.base import Where, pieces

ITEMS: Final[Columns] = (
    Column("id", "No.", Kind.INTEGER),
    Column("kind", "Kind", Kind.CODE, labels="happeningkind"),
    Column("state", "State", Kind.CODE, labels="happening"),
    Column("planned_on", "Planned", Kind.DATE),
    Column("happened_on", "Happened", Kind.DATE),
    Column("method", "Method", Kind.CODE, labels="method"),
    Column("focus", "What", flexible=True),
    Column("slips", "Slips", Kind.INTEGER),
)
_WHO: Final[Columns] = (
    Column("customer_code", "Code"),
    Column("customer_name", "Customer", flexible=True),
    Column("owner", "Owner", table=False),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("status", "Customer status", Kind.CODE, labels="status", table=False),
)
ROWS: Final[Columns] = (*_WHO, Column("items", "Items", Kind.ROWS, columns=ITEMS))
CHART: Final[Columns] = (
    Column("from", "First day", Kind.DATE),
    Column("to", "Last day", Kind.DATE),
    Column("today", "Today", Kind.DATE),
    Column("rows", "Customers", Kind.ROWS, columns=ROWS),
)
LISTING: Final[Columns] = (*_WHO, *ITEMS)

_CUSTOMER: Final = "id, code AS customer_code, name AS customer_name, owner_id, grade, status"
_PLAN: Final = (
    "SELECT p.id, p.customer_id, p.due_on, p.method, p.focus, p.state, p.reason, p.slips, p.followup_id, "
    "coalesce((SELECT f.at FROM v_followup f WHERE f.id = p.followup_id), p.closed_at) AS ended_at, "
    "EXISTS (SELECT 1 FROM v_plan_item s WHERE s.origin_id = coalesce(p.origin_id, p.id) AND s.id > p.id) AS moved "
    "FROM v_plan_item p"
)
_BY_RULE: Final = "cadence"  # why a computed item ended that another one took the place of: nothing that anybody did


class Span(NamedTuple):
    """The days that are looked at, both included."""

    first: date
    last: date


def chart(
    context: Context,
    span: Span,
    *,
    customer_id: int | None = None,
    owner_id: int | None = None,
    most: int | None = None,
) -> dict[str, Any]:
    """The chart as CHART has it: one customer's, or `most` of an owner's (None: everybody's), the most urgent first."""
    customers = _customers(context, customer_id, owner_id, most)
    items = _items(context, span, [row["id"] for row in customers])
    owners = {row["id"]: row["login"] for row in context.reader.rows("SELECT id, login FROM v_staff")}
    rows = []
    for customer in customers:
        own = sorted(
            items[customer.pop("id")], key=lambda item: (item["happened_on"] or item["planned_on"], item["id"])
        )
        rows.append({**customer, "owner": owners[customer.pop("owner_id")], "items": own})
    today = context.clock.today().isoformat()
    return {"from": span.first.isoformat(), "to": span.last.isoformat(), "today": today, "rows": rows}


def listed(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same as one list: an item in each row, with its customer."""
    names = [column.key for column in _WHO]
    return [{**{name: row[name] for name in names}, **item} for row in found["rows"] for item in row["items"]]


def _customers(
    context: Context, customer_id: int | None, owner_id: int | None, most: int | None
) -> list[dict[str, Any]]:
    """Those with something planned come first, the earliest first; of the others the ones with the latest contact."""
    if customer_id is not None:
        sql = f"SELECT {_CUSTOMER} FROM v_customer WHERE id = :id"  # noqa: S608 - names of ours
        return context.reader.rows(sql, {"id": customer_id})
    where = Where().equal(owner_id=owner_id)
    planned = Where().equal(owner_id=owner_id).add("next_follow_up_on IS NOT NULL")
    found = context.reader.rows(
        f"SELECT {_CUSTOMER} FROM v_customer_dates{planned} ORDER BY next_follow_up_on, id"  # noqa: S608 - names of ours
        + (f" LIMIT {most}" if most else ""),
        planned.parameters,
    )
    if most is None or len(found) < most:
        where.add("next_follow_up_on IS NULL")
        found += context.reader.rows(
            f"SELECT {_CUSTOMER} FROM v_customer_dates{where} ORDER BY last_contact_on DESC, id"  # noqa: S608 - names of ours
            + (f" LIMIT {most - len(found)}" if most else ""),
            where.parameters,
        )
    return found


def _items(context: Context, span: Span, keys: Sequence[int]) -> defaultdict[int, list[dict[str, Any]]]:
    """What was planned for a day of the span or is overdue since before it, and what happened in it, by customer.

    A follow-up answers its plan item whatever day that was planned for, and happened when it says, not when it was logged.
    """
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    today = context.clock.today()
    start = datetime.combine(span.first, time(), context.clock.zone)
    end = datetime.combine(span.last + timedelta(days=1), time(), context.clock.zone)
    for some in pieces(list(keys)):
        listed = ", ".join(str(int(key)) for key in some)
        where = Where().add(f"customer_id IN ({listed})")
        where.add(
            "(due_on BETWEEN :first AND :last OR (state = :pending AND due_on < :first)"
            " OR (state = :done AND ended_at >= :start AND ended_at < :end))",
            start=to_db(start),
            end=to_db(end),
            done=PlanState.DONE.value,
            first=span.first.isoformat(),
            last=span.last.isoformat(),
            pending=PlanState.PENDING.value,
        )
        planned = context.reader.rows(f"SELECT * FROM ({_PLAN}){where}", where.parameters)  # noqa: S608 - names of ours
        answered = {row["followup_id"] for row in planned}
        for row in planned:
            item = _of_plan(context, row, today)
            if item is not None:
                found[row["customer_id"]].append(item)
        happened = context.reader.rows(
            f"SELECT id, customer_id, at, method, content FROM v_followup WHERE customer_id IN ({listed}) "  # noqa: S608 - keys of ours
            "AND at >= :start AND at < :end",
            {"start": to_db(start), "end": to_db(end)},
        )
        for row in happened:
            if row["id"] not in answered:
                found[row["customer_id"]].append(_of_followup(context, row))
    return found


def _of_plan(context: Context, row: Mapping[str, Any], today: date) -> dict[str, Any] | None:
    """What became of a plan item; None for a computed one that another has taken the place of."""
    planned_on, happened_on = row["due_on"], None
    if row["state"] == PlanState.PENDING:
        state = Happening.OVERDUE if planned_on < today.isoformat() else Happening.PLANNED
    elif row["state"] == PlanState.DONE:
        happened_on = context.clock.local(from_db(row["ended_at"])).date().isoformat()
        state = Happening.LATE if happened_on > planned_on else Happening.DONE
    elif row["reason"] == _BY_RULE:
        return None
    else:
        state = Happening.MOVED if row["moved"] else Happening.CANCELLED
    return _item(row, "plan", state, planned_on, happened_on, row["focus"], row["slips"])


def _of_followup(context: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    day = context.clock.local(from_db(row["at"])).date().isoformat()
    return _item(row, "followup", Happening.UNPLANNED, None, day, row["content"], 0)


def _item(
    row: Mapping[str, Any],
    kind: str,
    state: Happening,
    planned_on: str | None,
    happened_on: str | None,
    focus: str | None,
    slips: int,
) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": kind,
        "state": state.value,
        "planned_on": planned_on,
        "happened_on": happened_on,
        "method": row["method"],
        "focus": focus,
        "slips": slips,
    }
