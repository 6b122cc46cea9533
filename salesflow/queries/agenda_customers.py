"""Sections of the agenda that are about customers: follow-ups, first contacts, plans, support, standstill."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from salesflow.clock import from_db, to_db
from salesflow.enums import Grade, PlanState, Status
from salesflow.i18n import Message, label, msg
from salesflow.queries.agenda import Group, Morning, Row, Section, item, owned
from salesflow.queries.base import Where
from salesflow.queries.standstill import spared

_AHEAD: Final = 3  # days: over a weekend; the calendar of working days would cost more than all questions together
_BY_URGENCY: Final = "next_follow_up_on >= :week, grade IS NULL, grade, next_follow_up_on, id"
_ALL: Final = "today --format plain"
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
    where.parameters["week"] = morning.day(-7)
    keys = f"SELECT id FROM v_customer_dates{where} ORDER BY {_BY_URGENCY}{morning.limit}"  # noqa: S608 - names of ours
    sql = (
        f"SELECT * FROM v_followup_due WHERE due_on = next_follow_up_on AND customer_id IN ({keys}) "  # noqa: S608 - names of ours
        "ORDER BY grade IS NULL, grade, due_on, customer_code, id"
    )
    first: dict[int, Row] = {}
    for row in morning.rows(sql, where.parameters):
        first.setdefault(row["customer_id"], row)
    items = [item(row, _urged(morning, row), due_on=row["due_on"]) for row in first.values()]
    return Section(kind, count, items, command)


def _urged(morning: Morning, row: Row) -> Message:
    """What is to be done; marked where the escalation ladder reminds of it again."""
    if not morning.context.policy.escalation.remind_days:
        return _what(row)
    from salesflow.rules.escalation import Rung, rung

    late = (morning.today - date.fromisoformat(row["due_on"])).days
    again = rung(morning.context.policy, days_overdue=late) >= Rung.OWNER
    return msg("second reminder: {what}", what=_what(row)) if again else _what(row)


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
    if not rows:
        return Section("first_contact", 0, [], _ALL)
    from salesflow.rules.deadlines import first_contact_deadline

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
    return Section("first_contact", count, items, _ALL)


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
    return Section("support", len(items), items, _ALL)


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
    not_before = spared(morning.context) if rows else {}
    items = []
    for row in rows:
        text, day = fall(morning, row, not_before.get(row["id"]))
        items.append(item(row, text, due_on=day))
    return Section("stale_warning", count, items, command)


def plan_wanted(morning: Morning) -> Section:
    """Open A customers without a plan that somebody made: their own, or for who answers for leads everybody's."""
    leads = morning.person.leads
    where = (Where() if leads else morning.mine()).any_of("status", _OPEN)
    # Put so, the grade of one's own is looked at in the index by owner, as in stale_warning.
    where.add("grade = :grade" if leads else "coalesce(grade, '') = :grade", grade=Grade.A.value)
    where.add("NOT EXISTS (SELECT 1 FROM v_made_plan m WHERE m.customer_id = v_customer_dates.id)")
    count, rows = morning.customers([Group(where, "first_contact_at")])
    if not rows:
        return Section("plan_wanted", 0, [], _ALL)
    from salesflow.rules.deadlines import plan_deadline

    context, items = morning.context, []
    now = context.clock.local(context.clock.now())
    for row in rows:
        decision = plan_deadline(
            context.policy,
            context.calendar,
            grade=Grade.A,
            first_contact=context.clock.local(from_db(row["first_contact_at"])),
            planned=None,
            now=now,
        )
        assert decision.value is not None
        text = owned(morning, row, decision.message) if leads else decision.message
        items.append(item(row, text, due_on=decision.value.date().isoformat()))
    return Section("plan_wanted", count, items, _ALL)


def fall(morning: Morning, row: Row, not_before: date | None) -> tuple[Message, str]:
    """What rule stale-downgrade does with the customer, or will do, and on which day."""
    from salesflow.rules.stale import falls_on, stale_downgrade, stale_forecast

    policy = morning.context.policy
    about: dict[str, Any] = {"grade": Grade(row["grade"]), "status": Status(row["status"]), "not_before": not_before}
    about["since"] = morning.standing_since(row)
    day = falls_on(policy.stale_downgrade, **about)
    assert day is not None
    asked = stale_downgrade if day <= morning.today else stale_forecast
    return asked(policy, today=morning.today, **about).message, day.isoformat()
