"""What a person's agenda is made of: sections, each one question to the database, and what all of them ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from salesflow.clock import from_db, to_db
from salesflow.context import Context
from salesflow.enums import Grade, OrderState, QuoteState, Role
from salesflow.i18n import Message, msg
from salesflow.queries.base import Where, pieces
from salesflow.rules.urgency import Urgency, urgency

_OPEN_QUOTES: Final = (QuoteState.PENDING_APPROVAL.value, QuoteState.APPROVED.value, QuoteState.SENT.value)
_UNDELIVERED: Final = tuple(state.value for state in OrderState if state.is_undelivered)
_LEADERS: Final = frozenset((Role.MANAGER, Role.DIRECTOR))
_CUSTOMER: Final = (
    "id, code AS customer_code, name AS customer_name, owner_id, grade, status, uncontacted_since, recorded_at, "
    "first_contact_at, last_progress_on, next_follow_up_on"
)

Row = Mapping[str, Any]


class Item(NamedTuple):
    """One thing to do. `ref` is what to name to the command that does it; `at_risk` in fen, None until it is looked up."""

    ref: str
    customer_code: str | None
    customer_name: str | None
    due_on: str | None
    text: Message
    customer_id: int | None = None
    grade: str | None = None
    at_risk: int | None = None


class Section(NamedTuple):
    """Things to do of one kind; `total` counts all of them, `command` lists them."""

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
    """A person's day: what the questions of all sections are put with. `owners`: logins by key.

    most: so many items of a section are read, None for all; its count is of all of them.
    """

    context: Context
    person: Person
    today: date
    owners: Mapping[int, str]
    most: int | None = None

    @property
    def limit(self) -> str:
        """How a query's rows are bounded."""
        return "" if self.most is None else f" LIMIT {self.most}"

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
                sql = f"SELECT id, {rank} AS rank FROM v_customer_dates{where} ORDER BY {rank}{self.limit}"  # noqa: S608 - names of ours
                found += self.rows(sql, where.parameters)
                count += some
        first = [row["id"] for row in sorted(found, key=lambda row: (row["rank"], row["id"]))[: self.most]]
        rows: dict[int, dict[str, Any]] = {}
        for part in pieces(first):
            where = Where().any_of("id", part)
            sql = f"SELECT {_CUSTOMER} FROM v_customer_dates{where}"  # noqa: S608 - names of ours
            rows |= {row["id"]: row for row in self.rows(sql, where.parameters)}
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


def item(
    row: Row, text: Message, *, ref: str | None = None, due_on: str | None = None, at_risk: int | None = None
) -> Item:
    """An item about the customer of a row; without `ref` the customer's code is what to name."""
    code, name, key = row["customer_code"], row["customer_name"], row.get("customer_id", row.get("id"))
    return Item(ref or code, code, name, due_on, text, key, row.get("grade", row.get("customer_grade")), at_risk)


def owned(morning: Morning, row: Row, text: Message) -> Message:
    """What is to be done about a customer of somebody's."""
    return msg("{owner}: {text}", owner=morning.owners[row["owner_id"]], text=text)


def later(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


def ranked(morning: Morning, sections: Sequence[Section]) -> list[Section]:
    """The sections with the money at risk of each item, their items by urgency (rules.urgency)."""
    wanted = {entry.customer_id for section in sections for entry in section.items if entry.at_risk is None}
    money = at_risk(morning, sorted(key for key in wanted if key is not None))
    found = []
    for section in sections:
        items = [
            entry if entry.at_risk is not None else entry._replace(at_risk=money.get(entry.customer_id, 0))
            for entry in section.items
        ]
        items.sort(key=lambda entry: _urgency(entry, morning.today))  # what is equally urgent stays as it was read
        found.append(section._replace(items=items[: morning.most]))
    return found


def at_risk(morning: Morning, customers: Sequence[int]) -> dict[int | None, int]:
    """The money at stake with each customer, in fen: its open quotes and what is ordered and not delivered yet."""
    found: dict[int | None, int] = {}
    for some in pieces(customers):
        quotes = Where().any_of("state", _OPEN_QUOTES).any_of("customer_id", some)
        quotes.add("valid_until >= :today", today=morning.day())
        orders = Where().any_of("state", _UNDELIVERED).any_of("customer_id", some)
        for view, where in (("v_quote_total", quotes), ("v_order_total", orders)):
            sql = f"SELECT customer_id, sum(total) AS total FROM {view}{where} GROUP BY customer_id"  # noqa: S608 - names of ours
            for row in morning.rows(sql, where.parameters):
                found[row["customer_id"]] = found.get(row["customer_id"], 0) + row["total"]
    return found


def _urgency(entry: Item, today: date) -> Urgency:
    days_late = None if entry.due_on is None else (today - date.fromisoformat(entry.due_on)).days
    grade = None if entry.grade is None else Grade(entry.grade)
    return urgency(days_late=days_late, grade=grade, at_risk=entry.at_risk or 0)
