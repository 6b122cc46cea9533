"""Sections of the agenda for who answers for everybody's leads: what nobody graded, what stands still, who needs help."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any, Final

from salesflow.clock import from_db, to_db
from salesflow.enums import Grade, Role, Status
from salesflow.i18n import msg, nmsg
from salesflow.queries.agenda import Group, Item, Morning, Section, item, later, owned
from salesflow.queries.agenda_customers import fall
from salesflow.queries.base import Where
from salesflow.queries.standstill import spared
from salesflow.rules.coaching import coaching_alert
from salesflow.rules.deadlines import grading_deadline
from salesflow.rules.escalation import Rung, first_day_of_manager, rung
from salesflow.rules.stale import stall_analysis

_OPEN: Final = [status.value for status in Status if status.is_open]
_SELLERS: Final = frozenset((Role.REP.value, Role.SENIOR_REP.value, Role.ASSISTANT.value))
_LEADERS: Final = frozenset((Role.MANAGER.value, Role.DIRECTOR.value))
_RECENT: Final = 14  # days: who had a success in them is not looked for any further back
_HOTTER: Final = (
    "SELECT owner_id, max(at) AS last FROM v_status_change WHERE to_status IN ('hot', 'won') AND run_id IS NULL "
    "AND (to_status = 'won' OR coalesce(from_status, 'prospect') <> 'won') AND {whose} GROUP BY owner_id"
)
_DEALS: Final = (
    "SELECT owner_id, max(at) AS last FROM (SELECT owner_id, approved_at AS at FROM v_order WHERE approved_at IS NOT NULL) o "
    "WHERE {whose} GROUP BY owner_id"
)


def escalated(morning: Morning) -> Section:
    """Everybody's follow-ups that have been overdue for so long that the manager is told."""
    policy, command = morning.context.policy, "followup overdue --all"
    days = first_day_of_manager(policy)
    if not days:
        return Section("escalated", 0, [], command)
    where = Where().any_of("owner_id", morning.owners).add("next_follow_up_on <= :last", last=morning.day(-days))
    count, rows = morning.customers([Group(where, "next_follow_up_on")])
    items = []
    for row in rows:
        late = (morning.today - date.fromisoformat(row["next_follow_up_on"])).days
        text = nmsg("follow-up {count} day overdue", "follow-up {count} days overdue", count=late)
        if rung(policy, days_overdue=late) is Rung.REASSIGN:
            code = row["customer_code"]
            text = msg("{text}; another owner: salesflow customer assign {code} --auto", text=text, code=code)
        items.append(item(row, owned(morning, row, text), due_on=row["next_follow_up_on"]))
    return Section("escalated", count, items, command)


def ungraded(morning: Morning) -> Section:
    """Leads that nobody has graded, those first for which rule grading-deadline has passed."""
    where = Where().add("grade IS NULL").any_of("status", _OPEN)
    count, rows = morning.customers([Group(where, "first_contact_at")])
    context, items = morning.context, []
    now = context.clock.local(context.clock.now())
    for row in rows:
        recorded = context.clock.local(from_db(row["recorded_at"]))
        decision = grading_deadline(context.policy, context.calendar, recorded=recorded, graded=None, now=now)
        assert decision.value is not None
        items.append(item(row, owned(morning, row, decision.message), due_on=decision.value.date().isoformat()))
    return Section("ungraded", count, items, "today --format plain")


def stale(morning: Morning) -> Section:
    """Everybody's customers that the next sweep lets fall."""
    section = morning.context.policy.stale_downgrade
    if not section.days:
        return Section("stale", 0, [], "customer stale")
    latest, grade = morning.today - timedelta(days=section.days), section.grade.value
    groups = list(chain.from_iterable(morning.without_progress(latest, grade=grade, status=status) for status in _OPEN))
    waiting = [key for key, day in spared(morning.context).items() if day > morning.today]
    for group in groups if waiting else ():
        group.where.add(f"id NOT IN ({', '.join(map(str, waiting))})")
    count, rows = morning.customers(groups)
    items = []
    for row in rows:
        text, day = fall(morning, row, None)
        items.append(item(row, owned(morning, row, text), due_on=day))
    return Section("stale", count, items, "customer stale")


def stalled(morning: Morning) -> Section:
    """Everybody's customers without progress for so long that the cause and a strategy are wanted, and nobody gave them."""
    days = morning.context.policy.stall_analysis.days
    if not days:
        return Section("stalled", 0, [], "customer stale")
    latest = morning.today - timedelta(days=days)
    groups = []
    for status in _OPEN:
        for grade in Grade:
            groups += morning.without_progress(latest, grade=grade.value, status=status)
        for where, rank in morning.without_progress(latest, status=status):
            groups.append(Group(where.add("grade IS NULL"), rank))
    for where, rank in groups:
        where.add(
            "NOT EXISTS (SELECT 1 FROM v_analysed a "  # noqa: S608 - names of ours
            f"WHERE a.customer_id = v_customer_dates.id AND a.made_on > v_customer_dates.{rank})"
        )
    count, rows = morning.customers(groups)
    items = []
    for row in rows:
        since = morning.standing_since(row)
        decision = stall_analysis(
            morning.context.policy, status=Status(row["status"]), since=since, today=morning.today
        )
        items.append(item(row, owned(morning, row, decision.message), due_on=later(since, days)))
    return Section("stalled", count, items, "customer stale")


def coaching(morning: Morning) -> Section:
    """Who sells and has had no new hot customer and no deal for so many working days (rule coaching-alert)."""
    context = morning.context
    sellers = [row for row in _sellers(morning) if row["id"] != morning.person.id]
    last = _last_success(morning, [row["id"] for row in sellers])
    items = []
    for row in sellers:
        since = morning.local_day(max(last.get(row["id"], row["created_at"]), row["created_at"]))
        decision = coaching_alert(context.policy, context.calendar, since=since, today=morning.today)
        if decision.outcome == "alert":
            text = msg("{name}: {text}", name=row["name"], text=decision.message)
            items.append(Item(row["login"], None, None, None, text, at_risk=0))
    items.sort(key=lambda entry: entry.ref)
    return Section("coaching", len(items), items, "today --format plain")


def _sellers(morning: Morning) -> list[dict[str, Any]]:
    """Active staff who sell and do not lead others."""
    rows = morning.rows("SELECT id, login, name, roles, created_at FROM v_staff WHERE active", {})
    roles = [set((row["roles"] or "").split(",")) for row in rows]
    return [row for row, held in zip(rows, roles, strict=True) if held & _SELLERS and not held & _LEADERS]


def _last_success(morning: Morning, owners: list[int]) -> dict[int, str]:
    """When each owner's last customer became hot or won, or their last order was approved: an instant, as it is stored."""
    midnight = datetime.combine(morning.today, time(), morning.context.clock.zone)
    recent = Where().add("at >= :since", since=to_db(midnight - timedelta(days=_RECENT)))
    found = _successes(morning, recent)
    others = [owner for owner in owners if owner not in found]
    return found | _successes(morning, Where().any_of("owner_id", others)) if others else found


def _successes(morning: Morning, whose: Where) -> dict[int, str]:
    """The latest success of each owner."""
    found: dict[int, str] = {}
    for sql in (_HOTTER, _DEALS):
        for row in morning.rows(sql.format(whose=" AND ".join(whose.conditions)), whose.parameters):
            found[row["owner_id"]] = max(row["last"], found.get(row["owner_id"], ""))
    return found
