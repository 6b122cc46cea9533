"""The stage on which the demonstration is played: any moment, anybody acting, all in one transaction."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from salesflow.clock import Clock
from salesflow.context import Actor, Context
from salesflow.db.transaction import Transaction
from salesflow.errors import Refused

Event = Callable[[Transaction], None]


class Hours:
    """Office hours: moments of working days."""

    def __init__(self, context: Context, random: Random) -> None:
        self._context = context
        self._calendar = context.calendar
        self._zone = context.clock.zone
        self._random = random

    def drawing(self, random: Random) -> Hours:
        """The same office hours, drawn with another chance."""
        return Hours(self._context, random)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), self._zone)

    def some_time(self, day: date) -> datetime:
        """Between nine and five."""
        return self.at(day, 9) + timedelta(minutes=self._random.randint(0, 8 * 60))

    def later(self, at: datetime, days: int) -> datetime:
        """Some time of the first working day that is at least so many days on."""
        return self.some_time(self._calendar.following(at.astimezone(self._zone).date() + timedelta(days=days)))

    def earlier(self, at: datetime, *, late: bool) -> datetime:
        """When that happened which is written down now: just before, or if late early on the working day before."""
        if late:
            day = self._calendar.add_workdays(at.astimezone(self._zone).date(), -1)
            return self.at(day, 8, self._random.randint(0, 59))
        return at - timedelta(minutes=self._random.randint(5, 50))


class Crew:
    """Who can act, each looked up once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._actors: dict[str, Actor] = {}

    def __getitem__(self, login: str) -> Actor:
        if login not in self._actors:
            other = acting(self._context, login)
            self._actors[login] = other.actor
            other.close()
        return self._actors[login]


class Stage:
    """Plays events in the order of their moments. An event may plan further ones; what lies after the end is not played."""

    def __init__(self, context: Context, end: datetime) -> None:
        self._context = context
        self._end = end
        self._events: list[tuple[datetime, int, str, Event]] = []
        self._order = count()
        self._crew = Crew(context)

    def plan(self, at: datetime, login: str, event: Event) -> None:
        """Let somebody do something at a moment (aware)."""
        if at < self._end:
            heapq.heappush(self._events, (at, next(self._order), login, event))

    def play(self) -> None:
        """Play everything, each event at its own moment and by its own actor, as if it were a command of its own.

        An event that is refused leaves nothing behind, as a refused command does.
        """
        with self._context.transaction() as work:
            while self._events:
                at, _, login, event = heapq.heappop(self._events)
                with self._scene(work, at, login):
                    event(work)

    @contextmanager
    def _scene(self, work: Transaction, at: datetime, login: str) -> Iterator[None]:
        self._context.clock = stopped(self._context.clock, at)
        work.now, work.actor = self._context.clock.now(), self._crew[login]
        try:
            with work.session.begin_nested():
                yield
            work.write_audit()
        except Refused:
            work.drop_audit()


def stopped(clock: Clock, at: datetime) -> Clock:
    """The clock at a standstill."""
    return clock._replace(source=lambda: at)


def acting(context: Context, login: str, at: datetime | None = None) -> Context:
    """The same world with somebody else in it, at another moment if one is given."""
    clock = context.clock if at is None else stopped(context.clock, at)
    return Context(context.environ, context.database, context.settings, clock, login, context.color, context.verbose)
