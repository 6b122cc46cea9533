"""The large demonstration, for measurements: written in bulk, with the records and audit entries that the services leave.

Customers come in through the same `Intake` as an import and are graded on the next working day. Each then has ten
contacts on the dates of rule cadence, and mostly a change of status; its last plan item is still to be done. Everything is
written in the order in which it happens, some days in one transaction.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from datetime import date, timedelta
from random import Random
from typing import Final

from sqlmodel import col, select

from salesflow.context import Context
from salesflow.enums import Grade, Role, Status
from salesflow.models.customer import Customer
from salesflow.services import quotes, staff
from salesflow.services.demo import cast
from salesflow.services.demo.bulk import CONTACTS, Course, Day, Writer, pieces
from salesflow.services.demo.stage import Crew, Hours, acting, stopped

_OPENED: Final = timedelta(days=390)  # ago: before the first customer
_DAYS_AT_ONCE: Final = 20
_BOOK: Final = 2_500  # customers of one salesperson, whatever the size of the company
_QUOTES_EACH: Final = 8
_WAITING: Final = 30  # quotes that wait for the manager
_GRADES: Final = ((Grade.A, Grade.B, Grade.C), (2, 4, 4))
_INTERVALS: Final = {Grade.A: 7, Grade.B: 14, Grade.C: 30}
_ENDS: Final = (
    (Status.PROSPECT, Status.INTERESTED, Status.HOT, Status.WON, Status.LOST, Status.INVALID),
    (30, 40, 10, 10, 7, 3),
)
_FORGOTTEN: Final = 0.04  # how many are overdue


def fill(context: Context, seed: int, customers: int) -> None:
    """Fill a fresh demonstration with so many customers, up to the day before the context's today."""
    gc.enable()  # switched off for short commands; this is the long one
    random = Random(seed)
    hours, crew = Hours(context, random), Crew(context)
    opening = hours.at(context.clock.today() - _OPENED, 9)
    sellers = _hire(acting(context, cast.FOUNDER[0], opening), max(1, customers // _BOOK))
    days = _plot(context, random, customers, sellers)
    for some in pieces(sorted(days), _DAYS_AT_ONCE):
        then = acting(context, cast.MANAGER)
        with then.transaction() as work:
            for day in some:
                then.clock = stopped(context.clock, hours.at(day, 9))
                Writer(work, random, hours, crew).write(days.pop(day))
    _quotes(context, random, hours, sellers)


def _hire(context: Context, count: int) -> list[str]:
    """The logins of so many new salespeople."""
    logins = [f"rep.{number:03d}" for number in range(1, count + 1)]
    with context.transaction() as work:
        for login in logins:
            staff.add(work, staff.NewStaff(login, f"销售{login[-3:]}", (Role.REP,), "HZ", manager=cast.MANAGER))
    return logins


def _plot(context: Context, random: Random, customers: int, sellers: list[str]) -> dict[date, Day]:
    """Who comes in and is contacted on which day: reckoned back from a last contact after which most are not yet due again."""
    days: dict[date, Day] = defaultdict(Day)
    calendar, yesterday = context.calendar, context.clock.today() - timedelta(days=1)
    for number in range(customers):
        grade, end = random.choices(*_GRADES)[0], random.choices(*_ENDS)[0]
        interval = _INTERVALS[grade]
        age = random.randrange(2 if end is Status.HOT else interval)
        if random.random() < _FORGOTTEN:
            age += random.randint(1, 20)
        course = Course(number, sellers[number % len(sellers)], grade, end)
        day = calendar.preceding(yesterday - timedelta(days=age))
        for back in range(1, CONTACTS + 1):
            days[day].contacted.append((course, CONTACTS + 1 - back))
            day = calendar.preceding(min(yesterday - timedelta(days=age + interval * back), day - timedelta(days=1)))
        days[day].taken_in.append(course)
        days[calendar.add_workdays(day, 1)].graded.append(course)
    return days


def _quotes(context: Context, random: Random, hours: Hours, sellers: list[str]) -> None:
    """Some quotes of each salesperson, through the service; as many that wait for the manager whatever the size."""
    waiting = _WAITING
    at = hours.at(context.calendar.add_workdays(context.clock.today(), -1), 16)
    for login in sellers:
        with acting(context, login, at).transaction() as work:
            mine = select(Customer.id).where(Customer.owner_id == work.actor.id, Customer.status == Status.INTERESTED)
            for key in work.session.exec(mine.order_by(col(Customer.id)).limit(_QUOTES_EACH)).all():
                discount, waiting = (1_500, waiting - 1) if waiting else (500, 0)
                items = [quotes.NewItem("YF-100", random.randint(1, 9) * 1_000, discount=discount)]
                quotes.make(work, quotes.NewQuote(key or 0, items, delivery_days=30))
