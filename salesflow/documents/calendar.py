"""The plan as an iCalendar file (RFC 5545), for a phone's calendar to import or to subscribe to.

A plan has days, not hours: its events last all day, take up no time, and ring at an hour of that day. Everything in an event
comes from the record, nothing from the moment of writing: what did not change is the same, to the byte.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any, Final

from salesflow.i18n import Message, label, language, msg, render

if TYPE_CHECKING:
    from salesflow.queries.plan_calendar import Entry

_PRODUCT: Final = "-//salesflow//salesflow//{language}"
_REFRESH: Final = timedelta(hours=1)


def write(entries: Iterable[Entry], name: Message, zone: str, alarm: time | None) -> str:
    """The calendar as text, lines folded and ended as the standard has it. `alarm`: the hour of the day at which it rings."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT.format(language=language().upper()))
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", render(name))
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        calendar.add_component(_event(entry, alarm))
    return str(calendar.to_ical().decode())


def _event(entry: Entry, alarm: time | None) -> Any:
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed)
    event.add("last-modified", entry.changed)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", render(_summary(entry)))
    event.add("description", "\n".join(map(render, _lines(entry))))
    event.add("categories", [render(msg("Follow-up"))])
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if alarm is not None and not entry.cancelled:
        event.add_component(_alarm(entry, alarm))
    return event


def _alarm(entry: Entry, at: time) -> Any:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", render(_summary(entry)))
    alarm.add("trigger", timedelta(hours=at.hour, minutes=at.minute))  # after the beginning of the day
    return alarm


def _summary(entry: Entry) -> Message:
    if entry.focus is not None:
        return msg("{customer}: {focus}", customer=entry.customer_name, focus=" ".join(entry.focus.split()))
    if entry.method is not None:
        return msg("{customer}: {focus}", customer=entry.customer_name, focus=label("method", entry.method))
    return msg("{customer}: next follow-up", customer=entry.customer_name)


def _lines(entry: Entry) -> Iterable[Message]:
    """What one wants to see before a call; the phone stays masked, because a calendar is shared easily."""
    yield msg("customer: {code} {name}", code=entry.customer_code, name=entry.customer_name)
    if entry.contact is not None:
        yield msg("contact: {name} {phone}", name=entry.contact, phone=entry.phone_masked or "")
    if entry.method is not None:
        yield msg("method: {method}", method=label("method", entry.method))
    if entry.goal is not None:
        yield msg("goal: {goal}", goal=entry.goal)
    yield msg("owner: {owner}", owner=entry.owner)
