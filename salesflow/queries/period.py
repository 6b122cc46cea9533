"""What a report is about: a stretch of time as it was known at its end, and whose work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from salesflow.clock import to_db
from salesflow.context import Context
from salesflow.dates import iso_week_of, parse_iso_week, week_bounds
from salesflow.enums import Role, Scope
from salesflow.errors import InvalidValue, UsageError
from salesflow.i18n import msg
from salesflow.queries import staff as staff_queries

_ONE_DAY = timedelta(days=1)
_EVERYTHING = (Role.MANAGER, Role.DIRECTOR)
_SELLING = (Role.REP, Role.SENIOR_REP, Role.ASSISTANT)


class Period(NamedTuple):
    """A week. What counts is what was known before `end`: the week's end, or while it runs the second after the present.

    `start`, `end` and `known_at` are instants as the database keeps them; the last is what people are told. `over` is the
    last day that has ended by then.
    """

    name: str
    first: date
    last: date
    start: str
    end: str
    known_at: str
    over: date
    running: bool


class People(NamedTuple):
    """Whose records count: everybody's, or those of the staff members with these keys (who may have left)."""

    scope: Scope
    logins: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()

    def condition(self, column: str) -> str:
        """SQL that holds for the records of these people; `column` has the key of the one whose record it is."""
        if self.scope is Scope.ALL:
            return "1 = 1"
        return f"{column} IN ({', '.join(f':person_{number}' for number in range(len(self.ids)))})"

    @property
    def parameters(self) -> dict[str, int]:
        return {f"person_{number}": key for number, key in enumerate(self.ids)}


def week(context: Context, name: str | None = None, *, last: bool = False) -> Period:
    """The week of that name, the last full one, or the running one. Raises InvalidValue for one that has not begun."""
    if name is not None and last:
        raise UsageError(msg("--week and --last name two weeks"), msg("give one of them"))
    today = context.clock.today()
    if name is None:
        first, until = week_bounds(today - 7 * _ONE_DAY if last else today)
    else:
        first, until = parse_iso_week(name)
    if first > today:
        raise InvalidValue(
            msg("the week {week} begins on {date}", week=iso_week_of(first), date=first),
            msg("a report looks back: name a week that has begun, such as {week}", week=iso_week_of(today)),
            details={"week": iso_week_of(first)},
        )
    ends = start_of(context, until + _ONE_DAY)
    now = context.clock.now()
    running = to_db(now) < ends
    end = to_db(now + timedelta(seconds=1)) if running else ends
    over = today - _ONE_DAY if running else until
    known_at = to_db(now) if running else ends
    return Period(iso_week_of(first), first, until, start_of(context, first), end, known_at, over, running)


def start_of(context: Context, day: date) -> str:
    """The instant at which a business day begins, as the database keeps it."""
    return to_db(datetime(day.year, day.month, day.day, tzinfo=context.clock.zone))


def people(context: Context, *, owner: str | None = None, team: str | None = None, everybody: bool = False) -> People:
    """Whose records are asked for; without a word a salesperson's own ones, and everybody's for all others.

    A team is a staff member with all whom they lead, directly or not. Raises NotFound for an unknown login, UsageError
    for more than one of the options.
    """
    if sum((owner is not None, team is not None, everybody)) > 1:
        raise UsageError(msg("--owner, --team and --all exclude one another"), msg("give one of them"))
    if owner is not None:
        return People(Scope.OWNER, *_keys(context, [owner]))
    if team is not None:
        return People(Scope.TEAM, *_keys(context, _team(context, team)))
    roles = context.actor.roles
    if everybody or not roles.isdisjoint(_EVERYTHING) or roles.isdisjoint(_SELLING):
        return People(Scope.ALL)
    return People(Scope.OWNER, (context.actor.login,), (context.actor.id,))


def _keys(context: Context, logins: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    keys = {row["login"]: int(row["id"]) for row in context.reader.rows("SELECT id, login FROM v_staff")}
    for login in logins:
        if login not in keys:
            raise staff_queries.unknown(context, login)
    return tuple(logins), tuple(keys[login] for login in logins)


def _team(context: Context, leader: str) -> list[str]:
    """The leader, then everybody below, each level by login."""
    rows: list[dict[str, Any]] = context.reader.rows("SELECT login, manager FROM v_staff ORDER BY login")
    found, level = [leader], [leader]
    while level:
        level = [row["login"] for row in rows if row["manager"] in level and row["login"] not in found]
        found += level
    return found
