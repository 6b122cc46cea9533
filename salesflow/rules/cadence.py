"""When an open or won customer is to be contacted again, at the latest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.enums import Grade, Status
from salesflow.i18n import Message, label, msg, nmsg
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Cadence, Policy
    from salesflow.workdays import Calendar

CADENCE: Final = "cadence"
_SUNDAY: Final = 6
_WEEKEND: Final = {5: msg("a Saturday"), 6: msg("a Sunday")}


class Base(StrEnum):
    """What the interval is counted from: the last contact, else the first one, else the assignment to an owner."""

    LAST_CONTACT = "last-contact"
    FIRST_CONTACT = "first-contact"
    ASSIGNMENT = "assignment"


class _Interval(NamedTuple):
    days: int
    months: int
    of: Message
    weekly: bool = False
    """Whether the customer's grade wants a number of contacts in each calendar week."""


def cadence(
    policy: Policy,
    calendar: Calendar,
    *,
    grade: Grade | None,
    status: Status,
    base: date,
    contacts_in_week: int,
    base_kind: Base = Base.LAST_CONTACT,
) -> Decision[date]:
    """The latest date of the next follow-up: base + interval, moved to a working day. No grade counts as C.

    `contacts_in_week`: contacts in the calendar week (Monday to Sunday) of `base`, one on `base` itself included; it
    matters only where the policy wants several a week. Outcome: the ISO date, or "none" (lost, invalid, or no
    interval for won). Source: template-guide, process-toolkit, order-toolkit, tracker.
    """
    facts: dict[str, object] = {"grade": grade, "status": status, "base": base, "base_kind": base_kind}
    interval = _interval(policy.cadence, grade, status)
    if interval is None:
        text = msg("no follow-up is due: {status}", status=label("status", status))
        return Decision(CADENCE, "none", Strength.OFF, text, facts)
    plain = _after(base, interval)
    due = calendar.following(plain)
    held = _held_in_week(calendar, base, due) if interval.weekly else None
    parts: dict[str, object] = {"customer": interval.of, "interval": _interval_text(interval, base_kind, base)}
    wanted = policy.cadence.a_contacts_per_week
    if held is not None and contacts_in_week < wanted:
        due = held
        why = _held_text(parts, due, contacts_in_week, wanted)
    else:
        why = _rolled_text(parts, plain, due)
    estimated = calendar.is_estimated(due)
    why = msg("{why}; estimated calendar", why=why) if estimated else why
    text = msg("next follow-up {date} ({why})", date=due, why=why)
    facts |= {"months" if interval.months else "days": interval.months or interval.days, "unrolled": plain}
    facts |= {"contacts_in_week": contacts_in_week} if interval.weekly else {}
    facts |= {"estimated": estimated}
    return Decision(CADENCE, due.isoformat(), Strength.COMPUTE, text, facts, due)


def beyond_cadence(due: Decision[date], *, given: date) -> Decision[date]:
    """A date chosen by hand against the rule's: accepted, and flagged where it is later. `value` is the given date.

    Outcome: "ok" or "beyond-cadence". Source: template-guide, process-toolkit, order-toolkit, tracker.
    """
    facts = {**due.facts, "given": given, "due": due.value}
    if due.value is None or given <= due.value:
        return Decision(CADENCE, "ok", Strength.OFF, msg("next follow-up {date} (as given)", date=given), facts, given)
    facts["days_beyond"] = (given - due.value).days
    text = nmsg(
        "next follow-up {date} is {count} day beyond cadence; the rule gives: {why}",
        "next follow-up {date} is {count} days beyond cadence; the rule gives: {why}",
        count=(given - due.value).days,
        date=given,
        why=due.message,
    )
    return Decision(CADENCE, "beyond-cadence", Strength.FLAG, text, facts, given)


def _interval(policy: Cadence, grade: Grade | None, status: Status) -> _Interval | None:
    """The status's own interval where the policy has one, else the grade's; None for who is not to be contacted."""
    of_status = label("status", status)
    if status is Status.WON:
        return (
            _Interval(policy.won_days, policy.won_months, of_status) if policy.won_days or policy.won_months else None
        )
    if not status.is_open:
        return None
    own = {
        Status.PROSPECT: policy.prospect_days,
        Status.INTERESTED: policy.interested_days,
        Status.HOT: policy.hot_days,
    }
    if own[status]:
        return _Interval(own[status], 0, of_status)
    if grade is None:
        return _Interval(policy.c_days, 0, msg("no grade, so as grade C"))
    days = {Grade.A: policy.a_days, Grade.B: policy.b_days, Grade.C: policy.c_days}[grade]
    weekly = grade is Grade.A and policy.a_contacts_per_week > 0
    return _Interval(days, 0, msg("grade {grade}", grade=grade.value), weekly)


def _after(base: date, interval: _Interval) -> date:
    if not interval.months:
        return base + timedelta(days=interval.days)
    from salesflow.dates import months_later  # few policies count in months

    return months_later(base, interval.months)


def _held_in_week(calendar: Calendar, base: date, due: date) -> date | None:
    """The last working day of base's week, where `due` lies in a later one and that day is still to come after base."""
    sunday = base + timedelta(days=_SUNDAY - base.weekday())
    last = calendar.preceding(sunday)
    return last if due > sunday and last > base else None


def _interval_text(interval: _Interval, base_kind: Base, base: date) -> Message:
    if interval.months:
        every = nmsg("every month", "every {count} months", count=interval.months)
    else:
        every = nmsg("every day", "every {count} days", count=interval.days)
    if base_kind is Base.FIRST_CONTACT:
        return msg("{every} from the first contact on {base}", every=every, base=base)
    if base_kind is Base.ASSIGNMENT:
        return msg("{every} from the assignment on {base}", every=every, base=base)
    return every


def _rolled_text(parts: Mapping[str, object], plain: date, due: date) -> Message:
    if due == plain:
        return msg("{customer}: {interval}; {date} is a working day", date=due, **parts)
    day = _WEEKEND.get(plain.weekday(), msg("a holiday"))
    return msg("{customer}: {interval} gives {plain}, {day}; moved to {date}", plain=plain, day=day, date=due, **parts)


def _held_text(parts: Mapping[str, object], due: date, contacts: int, wanted: int) -> Message:
    return msg(
        "{customer}: {interval}; {contacts} of {wanted} contacts this week, so not later than its last working day, {date}",
        contacts=contacts,
        wanted=wanted,
        date=due,
        **parts,
    )
