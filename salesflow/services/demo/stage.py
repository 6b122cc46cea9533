"""The stage on which the demonstration is played: any moment, anybody acting, one transaction for many events."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count

from salesflow.clock import fixed_clock
from salesflow.context import Actor, Context
from salesflow.db.transaction import Transaction, transaction
from salesflow.errors import SalesflowError

Event = Callable[[Transaction], None]


class Stage:
    """Plays events in the order of their moments. An event may plan further ones; what lies after the end is not played."""

    def __init__(self, context: Context, zone: str, end: datetime) -> None:
        self._context = context
        self._zone = zone
        self._end = end
        self._events: list[tuple[datetime, int, str, Event]] = []
        self._order = count()
        self._actors: dict[str, Actor] = {}

    def plan(self, at: datetime, login: str, event: Event) -> None:
        """Let somebody do something at a moment (aware)."""
        if at < self._end:
            heapq.heappush(self._events, (at, next(self._order), login, event))

    def play(self, batch: int = 60) -> None:
        """Play everything, some events to a transaction, each at its own moment and by its own actor, as if it were alone.

        An event that the rules refuse leaves nothing behind, as a refused command does.
        """
        while self._events:
            with transaction(self._context.database, self._context, self._actor("wang.fang")) as work:
                for _ in range(batch):
                    if not self._events:
                        break
                    at, _, login, event = heapq.heappop(self._events)
                    with self._scene(work, at, login):
                        event(work)
            self._context.refresh()
        self._context.notes.clear()

    @contextmanager
    def _scene(self, work: Transaction, at: datetime, login: str) -> Iterator[None]:
        work.now, work.actor = at, self._actor(login)
        self._context.clock = fixed_clock(at, self._zone)
        try:
            with work.session.begin_nested():
                yield
            work.write_audit()
        except SalesflowError:
            work.drop_audit()

    def _actor(self, login: str) -> Actor:
        if login not in self._actors:
            self._context.user = login
            self._context.__dict__.pop("actor", None)
            self._actors[login] = self._context.actor
        return self._actors[login]
