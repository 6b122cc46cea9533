"""Sections of the agenda that are about customers: follow-ups, first contacts, plans, support, standstill."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import chain
from typing import Final

from salesflow.clock import from_db, to_db
from salesflow.enums import Grade, PlanState, Status
from salesflow.i18n import Message, label, msg
from salesflow.queries.agenda import MOST, Group, Morning, Row, Section, earliest_first, item
from salesflow.queries.base import Where
from salesflow.rules.deadlines import first_contact_deadline
from salesflow.rules.stale import stale_downgrade, stale_forecast, stall_analysis

_AHEAD: Final = 3  # days: over a weekend; the calendar of working days would cost more than all questions together
_BY_GRADE: Final = "grade IS NULL, grade, next_follow_up_on, id"
_GRADE_FIRST: Final = "coalesce(grade, 'Z')"
_OPEN: Final = [status.value for status in Status if status.is_open]


def overdue(morning: Morning) -> Section:
    """Follow-ups whose day has passed: one of each customer, the one that is most overdue."""
    where = morning.mine().add("next_follow_up_on < :day", day=morning.day())
    return _followups(morning, "overdue", where, "followup overdue")


def due(morning: Morning) -> Section:
    """Follow-ups of today, one of each customer."""
    where = morning.mine().add("next_follow_up_on = :day", day=morning.day())
    return _followups(morning, "due", where, "followup due")


def _followups(morning: Morning, kind: str, where: Where, command: str) -> Section:
    count = morning.number("v_customer_dates", where)
    if not count:
        return Section(kind, 0, [], command)
    keys = f"SELECT id FROM v_customer_dates{where} ORDER BY {_BY_GRADE} LIMIT {MOST}"  # noqa: S608 - names of ours
    sql = (
        f"SELECT * FROM v_followup_due WHERE due_on = next_follow_up_on AND customer_id IN ({keys}) "  # noqa: S608 - names of ours
        "ORDER BY grade IS NULL, grade, due_on, customer_code, id"
    )
    first: dict[int, Row] = {}
    for row in morning.rows(sql, where.parameters):
        first.setdefault(row["customer_id"], row)
    return Section(kind, count, [item(row, _what(row), due_on=row["due_on"]) for row in first.values()], command)


def _what(row: Row) -> Message:
    """What is to be done: the plan's words, else whom to contact."""
    what = row["focus"] or " ".join(part for part in (row["contact"], row["phone_masked"]) if part)
    action = label("method", row["method"]) if row["method"] else msg("follow up")
    return msg("{action}: {what}", action=action, what=what) if what else action


def first_contact(morning: Morning) -> Section:
    """Customers of theirs whom nobody has contacted since they were assigned, where that is due in the next three days."""
    context, section = morning.context, morning.context.policy.first_contact_deadline
    horizon = morning.start(morning.today + timedelta(days=_AHEAD + 1))
    allowed = {
        Grade.A: timedelta(hours=section.a_hours),
        Grade.B: timedelta(days=section.b_days),
        Grade.C: timedelta(days=section.c_days),
        None: timedelta(days=section.c_days),
    }
    now = context.clock.local(context.clock.now())
    count, rows = 0, []
    for grade, span in allowed.items():
        where = morning.mine().any_of("status", _OPEN)
        where.add("uncontacted_since < :before", before=to_db(horizon - span))
        where = where.add("grade IS NULL") if grade is None else where.equal(grade=grade.value)
        some, first = morning.customers([Group(where, "uncontacted_since")])
        count += some
        rows += first
    items = []
    for row in rows:
        decision = first_contact_deadline(
            context.policy,
            grade=None if row["grade"] is None else Grade(row["grade"]),
            assigned=context.clock.local(from_db(row["uncontacted_since"])),
            contacted=None,
            now=now,
        )
        assert decision.value is not None
        items.append(item(row, decision.message, due_on=decision.value.date().isoformat()))
    return Section("first_contact", count, earliest_first(items), "today --format plain")


def unplanned(morning: Morning) -> Section:
    """Their open customers for whom nothing is planned."""
    where = morning.mine().add("next_follow_up_on IS NULL").any_of("status", _OPEN)
    count, rows = morning.customers([Group(where, _GRADE_FIRST)])
    text = msg("nothing is planned")
    return Section("unplanned", count, [item(row, text) for row in rows], "followup overdue --unplanned")


def support(morning: Morning) -> Section:
    """Support that others ask of them, by name or by one of their roles."""
    rows = []
    roles = sorted(role.value for role in morning.person.roles)
    for asked in (Where().equal(support_id=morning.person.id), Where().any_of("support_role", roles)):
        if asked:
            asked.equal(state=PlanState.PENDING.value).add("archived_at IS NULL")
            asked.add("owner_id <> :me", me=morning.person.id)
            rows += morning.rows(f"SELECT * FROM v_plan_item{asked}", asked.parameters)  # noqa: S608 - names of ours
    items = []
    for row in rows:
        what = row["support_for"] or row["focus"] or ""
        items.append(item(row, msg("{owner} asks: {what}", owner=row["owner"], what=what), due_on=row["due_on"]))
    return Section("support", len(items), earliest_first(items), "today --format plain")


def stale_warning(morning: Morning) -> Section:
    """Their own customers that are about to fall."""
    section = morning.context.policy.stale_downgrade
    command = f"customer stale --within {section.warn_days}d --owner {morning.person.login}"
    if not section.days:
        return Section("stale_warning", 0, [], command)
    latest = morning.today + timedelta(days=section.warn_days - section.days)
    groups = morning.without_progress(latest, owner_id=morning.person.id)
    for group in groups:
        # Put so, the grade is looked at in the index by owner, which has few customers, not in the one by grade.
        group.where.any_of("status", _OPEN).add("coalesce(grade, '') = :grade", grade=section.grade.value)
    count, rows = morning.customers(groups)
    items = []
    for row in rows:
        since = morning.standing_since(row)
        items.append(item(row, _fall(morning, row, since), due_on=_later(since, section.days)))
    return Section("stale_warning", count, earliest_first(items), command)


def ungraded(morning: Morning) -> Section:
    """Leads that nobody has graded, for who answers for leads."""
    where = Where().add("grade IS NULL").any_of("status", _OPEN)
    count, rows = morning.customers([Group(where, "first_contact_at")])
    items = []
    for row in rows:
        recorded = morning.local_day(row["recorded_at"])
        text = msg("{owner}: not graded, recorded on {date}", owner=morning.owners[row["owner_id"]], date=recorded)
        items.append(item(row, text))
    return Section("ungraded", count, items, "today --format plain")


def stale(morning: Morning) -> Section:
    """Everybody's customers that the next sweep lets fall."""
    section = morning.context.policy.stale_downgrade
    if not section.days:
        return Section("stale", 0, [], "customer stale")
    latest, grade = morning.today - timedelta(days=section.days), section.grade.value
    groups = [morning.without_progress(latest, grade=grade, status=status) for status in _OPEN]
    count, rows = morning.customers(chain.from_iterable(groups))
    items = []
    for row in rows:
        since = morning.standing_since(row)
        items.append(item(row, _owned(morning, row, _fall(morning, row, since)), due_on=_later(since, section.days)))
    return Section("stale", count, earliest_first(items), "customer stale")


def stalled(morning: Morning) -> Section:
    """Everybody's customers without progress for so long that the cause and a strategy are wanted."""
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
    count, rows = morning.customers(groups)
    items = []
    for row in rows:
        since = morning.standing_since(row)
        decision = stall_analysis(
            morning.context.policy, status=Status(row["status"]), since=since, today=morning.today
        )
        items.append(item(row, _owned(morning, row, decision.message), due_on=_later(since, days)))
    return Section("stalled", count, earliest_first(items), "customer stale")


def _fall(morning: Morning, row: Row, since: date) -> Message:
    """What rule stale-downgrade does with the customer, or will do."""
    policy, grade, status = morning.context.policy, Grade(row["grade"]), Status(row["status"])
    fall = stale_downgrade(policy, grade=grade, status=status, since=since, today=morning.today)
    if fall.value is not None:
        return fall.message
    return stale_forecast(policy, grade=grade, status=status, since=since, today=morning.today).message


def _owned(morning: Morning, row: Row, text: Message) -> Message:
    return msg("{owner}: {text}", owner=morning.owners[row["owner_id"]], text=text)


def _later(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()
