"""What a person's agenda is made of: sections, each one question to the database, and what all of them ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from salesflow.clock import from_db, to_db
from salesflow.context import Context
from salesflow.enums import Role
from salesflow.i18n import Message
from salesflow.queries.base import Where

MOST: Final = 50  # so many items of a section are read; its count is of all of them

_LEADERS: Final = frozenset((Role.MANAGER, Role.DIRECTOR))
_CUSTOMER: Final = (
    "id, code AS customer_code, name AS customer_name, owner_id, grade, status, uncontacted_since, recorded_at, "
    "first_contact_at, last_progress_on, next_follow_up_on"
)

Row = Mapping[str, Any]


class Item(NamedTuple):
    """One thing to do. `ref` is what to name to the command that does it."""

    ref: str
    customer_code: str | None
    customer_name: str | None
    due_on: str | None
    text: Message


class Section(NamedTuple):
    """Things to do of one kind, the most urgent first; `total` counts all of them, `command` lists them."""

    kind: str
    total: int
    items: list[Item]
    command: str


class Group(NamedTuple):
    """Customers to be counted, and what they are ranked by (a text, the smaller the more urgent).

    Both name columns of one index only, so that nothing is looked up but the customers that come first.
    """

    where: Where
    rank: str


class Person(NamedTuple):
    """Whose agenda it is."""

    id: int
    login: str
    name: str
    roles: frozenset[Role]

    @property
    def leads(self) -> bool:
        """Whether this person answers for everybody's leads."""
        return not _LEADERS.isdisjoint(self.roles)


class Morning(NamedTuple):
    """A person's day: what the questions of all sections are put with. `owners`: logins by key."""

    context: Context
    person: Person
    today: date
    owners: Mapping[int, str]

    def mine(self) -> Where:
        """The person's own customers, quotes or orders."""
        return Where().add("owner_id = :me", me=self.person.id)

    def day(self, count: int = 0) -> str:
        """The day so many days from today, as it is stored."""
        return (self.today + timedelta(days=count)).isoformat()

    def start(self, day: date) -> datetime:
        """The instant at which a business day begins."""
        return datetime.combine(day, time(), self.context.clock.zone)

    def local_day(self, instant: str) -> date:
        """The business day of a stored instant."""
        return self.context.clock.local(from_db(instant)).date()

    def customers(self, groups: Iterable[Group]) -> tuple[int, list[dict[str, Any]]]:
        """How many customers there are in (disjoint) groups, and those of them that come first by their ranks."""
        count, found = 0, []
        for where, rank in groups:
            some = self.number("v_customer_dates", where)
            if some:
                sql = f"SELECT id, {rank} AS rank FROM v_customer_dates{where} ORDER BY {rank} LIMIT {MOST}"  # noqa: S608 - names of ours
                found += self.rows(sql, where.parameters)
                count += some
        first = [row["id"] for row in sorted(found, key=lambda row: (row["rank"], row["id"]))[:MOST]]
        if not first:
            return count, []
        where = Where().any_of("id", first)
        sql = f"SELECT {_CUSTOMER} FROM v_customer_dates{where}"  # noqa: S608 - names of ours
        rows = {row["id"]: row for row in self.rows(sql, where.parameters)}
        return count, [rows[key] for key in first]

    def number(self, view: str, where: Where) -> int:
        sql = f"SELECT count(*) FROM {view}{where}"  # noqa: S608 - names of ours
        return int(self.context.reader.value(sql, where.parameters))

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        return self.context.reader.rows(sql, parameters)

    def without_progress(self, since: date, **values: object) -> list[Group]:
        """Two groups: last progress on that day or before, and none at all with a first contact on that day or before."""
        after = to_db(self.start(since + timedelta(days=1)))
        moved = Where().equal(**values).add("last_progress_on <= :since", since=since.isoformat())
        never = Where().equal(**values).add("last_progress_on IS NULL AND first_contact_at < :after", after=after)
        return [Group(moved, "last_progress_on"), Group(never, "first_contact_at")]

    def standing_since(self, row: Row) -> date:
        """The day of a customer's last progress, else of its first contact."""
        if row["last_progress_on"] is not None:
            return date.fromisoformat(row["last_progress_on"])
        return self.local_day(row["first_contact_at"])


def item(row: Row, text: Message, *, ref: str | None = None, due_on: str | None = None) -> Item:
    """An item about the customer of a row; without `ref` the customer's code is what to name."""
    return Item(ref or row["customer_code"], row["customer_code"], row["customer_name"], due_on, text)


def earliest_first(items: Iterable[Item]) -> list[Item]:
    """The items by their dates, those without one last."""
    return sorted(items, key=lambda entry: (entry.due_on is None, entry.due_on or "", entry.ref))[:MOST]
