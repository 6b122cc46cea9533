"""By when something has to be done: recording and grading a lead, its first contact and plan, asking for support, logging an
interaction, deciding an approval.

Every instant is aware and in the business's zone. Hours and days are wall-clock ones; a deadline of N working days
ends at the close of business of the N-th working day after the event's day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from salesflow.enums import Grade, Role
from salesflow.i18n import Message, label, msg, nmsg
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy
    from salesflow.workdays import Calendar

ENTRY_DEADLINE: Final = "entry-deadline"
FIRST_CONTACT_DEADLINE: Final = "first-contact-deadline"
GRADING_DEADLINE: Final = "grading-deadline"
LOG_DEADLINE: Final = "log-deadline"
PLAN_DEADLINE: Final = "plan-deadline"
SUPPORT_LEAD_TIME: Final = "support-lead-time"
APPROVAL_DEADLINE: Final = "approval-deadline"
_HOUR: Final = timedelta(hours=1)


def entry_deadline(
    policy: Policy, calendar: Calendar, *, first_contact: datetime, recorded: datetime
) -> Decision[datetime]:
    """A lead is recorded within 24 hours (or one working day) of its first contact. `value` is the deadline.

    Outcome: "ok" or "late". Source: template-guide, order-toolkit (24 h), process-toolkit (1 working day).
    """
    section = policy.entry_deadline
    if section.workdays:
        due = calendar.end_of_workdays(first_contact, section.workdays, policy.business.close)
        allowed = _workdays(section.workdays)
    else:
        due, allowed = first_contact + section.hours * _HOUR, _hours(section.hours)
    facts: dict[str, object] = {"first_contact": first_contact, "recorded": recorded, "due_at": due}
    if recorded <= due:
        text = msg(
            "recorded in time: within {allowed} of the first contact, by {due}", allowed=allowed, due=_minute(due)
        )
        return Decision(ENTRY_DEADLINE, "ok", Strength.OFF, text, facts, due)
    text = msg(
        "recorded {late} late: within {allowed} of the first contact was by {due}",
        late=_lateness(due, recorded),
        allowed=allowed,
        due=_minute(due),
    )
    return Decision(ENTRY_DEADLINE, "late", Strength.FLAG, text, facts, due)


def grading_deadline(
    policy: Policy, calendar: Calendar, *, recorded: datetime, graded: datetime | None, now: datetime
) -> Decision[datetime]:
    """A new lead is graded by the end of the next working day after its record. `value` is the deadline.

    `graded`: when it was first graded, None while it is not. Outcome: "ok", "late" (graded too late), "pending" or
    "overdue" (not graded yet). Source: order-toolkit (the manager reviews new leads daily).
    """
    count = policy.grading_deadline.workdays
    due = calendar.end_of_workdays(recorded, count, policy.business.close)
    facts: dict[str, object] = {"recorded": recorded, "graded": graded, "due_at": due}
    parts: dict[str, object] = {"allowed": _workdays(count), "due": _minute(due)}
    if graded is not None and graded <= due:
        text = msg("graded in time: within {allowed} of its record, by {due}", **parts)
        return Decision(GRADING_DEADLINE, "ok", Strength.OFF, text, facts, due)
    if graded is not None:
        text = msg(
            "graded {late} late: within {allowed} of its record was by {due}", late=_lateness(due, graded), **parts
        )
        return Decision(GRADING_DEADLINE, "late", Strength.FLAG, text, facts, due)
    if now <= due:
        text = msg("to be graded by {due}, within {allowed} of its record", **parts)
        return Decision(GRADING_DEADLINE, "pending", Strength.COMPUTE, text, facts, due)
    text = msg(
        "grading is {late} overdue: within {allowed} of its record was by {due}", late=_lateness(due, now), **parts
    )
    return Decision(GRADING_DEADLINE, "overdue", Strength.FLAG, text, facts, due)


def plan_deadline(
    policy: Policy,
    calendar: Calendar,
    *,
    grade: Grade | None,
    first_contact: datetime,
    planned: datetime | None,
    now: datetime,
) -> Decision[datetime]:
    """An A customer has a follow-up plan within 3 working days of its first contact. `value` is the deadline.

    `planned`: when its first plan was made by hand or from a template, None while there is none; a date that rule
    cadence computes is no plan. Outcome: "ok" (also for other grades, with no deadline), "late", "pending" or "overdue".
    Source: process-toolkit.
    """
    facts: dict[str, object] = {"grade": grade, "first_contact": first_contact, "planned": planned}
    if grade is not Grade.A:
        return Decision(PLAN_DEADLINE, "ok", Strength.OFF, msg("only A customers need a plan by a certain day"), facts)
    count = policy.plan_deadline.workdays
    due = calendar.end_of_workdays(first_contact, count, policy.business.close)
    facts["due_at"] = due
    parts: dict[str, object] = {"allowed": _workdays(count), "due": _minute(due)}
    if planned is not None and planned <= due:
        text = msg("planned in time: within {allowed} of the first contact, by {due}", **parts)
        return Decision(PLAN_DEADLINE, "ok", Strength.OFF, text, facts, due)
    if planned is not None:
        text = msg(
            "planned {late} late: within {allowed} of the first contact was by {due}",
            late=_lateness(due, planned),
            **parts,
        )
        return Decision(PLAN_DEADLINE, "late", Strength.FLAG, text, facts, due)
    if now <= due:
        text = msg("a follow-up plan is wanted by {due}, within {allowed} of the first contact", **parts)
        return Decision(PLAN_DEADLINE, "pending", Strength.COMPUTE, text, facts, due)
    text = msg(
        "the follow-up plan is {late} overdue: within {allowed} of the first contact was by {due}",
        late=_lateness(due, now),
        **parts,
    )
    return Decision(PLAN_DEADLINE, "overdue", Strength.FLAG, text, facts, due)


def support_lead_time(policy: Policy, calendar: Calendar, *, asked: date, on: date) -> Decision[date]:
    """Support is asked for 2 working days ahead. `value` is the first day for which it can still be asked in time; none
    where the policy has the rule off.

    `asked`: the day of asking, `on`: the day on which it is needed. Outcome: "ok" or "short". Source: process-toolkit.
    """
    section = policy.support_lead_time
    first = calendar.add_workdays(asked, section.workdays)
    facts: dict[str, object] = {"asked": asked, "on": on, "first_day": first, "workdays": section.workdays}
    allowed = _workdays(section.workdays)
    if section.strength is Strength.OFF:
        text = msg("support need not be asked for ahead of time")
        return Decision(SUPPORT_LEAD_TIME, "ok", Strength.OFF, text, facts)
    if on >= first:
        text = msg("support is asked for in time: {allowed} ahead", allowed=allowed)
        return Decision(SUPPORT_LEAD_TIME, "ok", Strength.OFF, text, facts, first)
    text = msg(
        "support for {on} is asked for at short notice: {allowed} ahead would be {first}",
        on=on,
        allowed=allowed,
        first=first,
    )
    hint = msg("agree it with the supporter, or plan it for {first} or later", first=first)
    return Decision(SUPPORT_LEAD_TIME, "short", section.strength, text, facts, first, hint)


def log_deadline(policy: Policy, *, at: datetime, logged: datetime) -> Decision[datetime]:
    """An interaction is logged within 24 hours. `value` is the deadline. Outcome: "ok" or "late".

    Source: tracker (24 h), process-toolkit (2 h).
    """
    hours = policy.log_deadline.hours
    due = at + hours * _HOUR
    facts: dict[str, object] = {"at": at, "logged": logged, "due_at": due}
    if logged <= due:
        text = msg("logged in time: within {allowed}, by {due}", allowed=_hours(hours), due=_minute(due))
        return Decision(LOG_DEADLINE, "ok", Strength.OFF, text, facts, due)
    text = msg(
        "logged {late} late: within {allowed} was by {due}",
        late=_lateness(due, logged),
        allowed=_hours(hours),
        due=_minute(due),
    )
    return Decision(LOG_DEADLINE, "late", Strength.FLAG, text, facts, due)


def first_contact_deadline(
    policy: Policy, *, grade: Grade | None, assigned: datetime, contacted: datetime | None, now: datetime
) -> Decision[datetime]:
    """After assignment an A customer is contacted within 48 hours, others within 7 days. `value` is the deadline.

    A customer without a grade counts as C. `contacted`: the first contact since the assignment, None while there is
    none. Outcome: "ok", "late" (contacted too late), "pending" or "overdue" (not contacted yet). Source:
    order-toolkit.
    """
    section = policy.first_contact_deadline
    if grade is Grade.A:
        due, allowed = assigned + section.a_hours * _HOUR, _hours(section.a_hours)
    else:
        days = section.b_days if grade is Grade.B else section.c_days
        due, allowed = assigned + timedelta(days=days), nmsg("{count} day", "{count} days", count=days)
    facts: dict[str, object] = {"grade": grade, "assigned": assigned, "contacted": contacted, "due_at": due}
    parts: dict[str, object] = {"allowed": allowed, "due": _minute(due)}
    if contacted is not None and contacted <= due:
        text = msg("first contact in time: within {allowed} of the assignment, by {due}", **parts)
        return Decision(FIRST_CONTACT_DEADLINE, "ok", Strength.OFF, text, facts, due)
    if contacted is not None:
        text = msg(
            "first contact {late} late: within {allowed} of the assignment was by {due}",
            late=_lateness(due, contacted),
            **parts,
        )
        return Decision(FIRST_CONTACT_DEADLINE, "late", Strength.FLAG, text, facts, due)
    if now <= due:
        text = msg("first contact is due by {due}, within {allowed} of the assignment", **parts)
        return Decision(FIRST_CONTACT_DEADLINE, "pending", Strength.COMPUTE, text, facts, due)
    text = msg(
        "first contact is {late} overdue: within {allowed} of the assignment was by {due}",
        late=_lateness(due, now),
        **parts,
    )
    return Decision(FIRST_CONTACT_DEADLINE, "overdue", Strength.FLAG, text, facts, due)


def approval_deadline(
    policy: Policy,
    calendar: Calendar,
    *,
    role: Role,
    waiting_since: datetime,
    decided: datetime | None,
    now: datetime,
    workdays: int | None = None,
) -> Decision[datetime]:
    """An approval's step waits at most one working day since its turn came. `value` is the deadline.

    `workdays`: the step's own deadline, else the policy's. Outcome: "ok", "late", "pending", "overdue" as for a first
    contact. Source: process-toolkit.
    """
    count = policy.approval_deadline.workdays if workdays is None else workdays
    due = calendar.end_of_workdays(waiting_since, count, policy.business.close)
    facts: dict[str, object] = {"role": role, "waiting_since": waiting_since, "decided": decided, "due_at": due}
    parts: dict[str, object] = {"role": label("role", role), "allowed": _workdays(count), "due": _minute(due)}
    if decided is not None and decided <= due:
        text = msg("{role}: decided in time, within {allowed}, by {due}", **parts)
        return Decision(APPROVAL_DEADLINE, "ok", Strength.OFF, text, facts, due)
    if decided is not None:
        text = msg("{role}: decided {late} late; within {allowed} was by {due}", late=_lateness(due, decided), **parts)
        return Decision(APPROVAL_DEADLINE, "late", Strength.FLAG, text, facts, due)
    if now <= due:
        text = msg("{role}: to be decided by {due}, within {allowed}", **parts)
        return Decision(APPROVAL_DEADLINE, "pending", Strength.COMPUTE, text, facts, due)
    text = msg("{role}: {late} overdue; within {allowed} was by {due}", late=_lateness(due, now), **parts)
    return Decision(APPROVAL_DEADLINE, "overdue", Strength.FLAG, text, facts, due)


def _minute(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M")


def _hours(count: int) -> Message:
    return nmsg("{count} hour", "{count} hours", count=count)


def _workdays(count: int) -> Message:
    return nmsg("{count} working day", "{count} working days", count=count)


def _lateness(due: datetime, then: datetime) -> Message:
    """How late: in whole minutes below an hour, in whole hours below two days, else in days of the calendar, as lists count."""
    minutes = max(1, int((then - due).total_seconds()) // 60)
    if minutes < 60:
        return nmsg("{count} minute", "{count} minutes", count=minutes)
    if minutes < 2 * 24 * 60:
        return _hours(minutes // 60)
    return nmsg("{count} day", "{count} days", count=(then.date() - due.date()).days)
