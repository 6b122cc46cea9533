"""The records that the weekly review counts, read from the selects of `weekly_sql`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from salesflow.clock import from_db, to_db
from salesflow.context import Context
from salesflow.dates import iso_week_of
from salesflow.enums import Figure, Status
from salesflow.queries import weekly_sql as sql
from salesflow.queries.base import pieces
from salesflow.queries.period import People, Period, start_of
from salesflow.rules.policy import Policy
from salesflow.rules.stale import STALE_DOWNGRADE, STALL_ANALYSIS

Row = dict[str, Any]

_EVER: Final = "0001-01-01"
_NEVER: Final = "9999-12-31"
_NEVER_STALE: Final = date(1, 1, 1)
_PLACES: Final = ("owner_id", "by_id", "submitted_by_id")

# The selects behind the sections with more than one figure, and those that need nothing computed.
FIGURES: Final[Mapping[str, Mapping[Figure, str]]] = {
    "followups": {Figure.PLANNED: sql.PLANNED, Figure.LOGGED: sql.LOGGED},
    "quotes": {
        Figure.MADE: sql.QUOTES_MADE,
        Figure.ACCEPTED: sql.QUOTES_ACCEPTED,
        Figure.WAITING: sql.QUOTES_WAITING,
    },
    "orders": {
        Figure.CREATED: sql.ORDERS_CREATED,
        Figure.SUBMITTED: sql.ORDERS_SUBMITTED,
        Figure.APPROVED: sql.ORDERS_APPROVED,
    },
    "next_week": {Figure.PLANNED: sql.NEXT_PLANNED, Figure.OVERDUE: sql.NEXT_OVERDUE},
}


class Review:
    """One week, as it was known at its end, for some people."""

    def __init__(self, context: Context, period: Period, people: People) -> None:
        self.period = period
        self.people = people
        self._context = context

    def tally(
        self, select: str, by: Sequence[str], total: str = "", given: Mapping[str, object] | None = None
    ) -> list[Row]:
        """How many rows the select gives for each combination of the fields, as `count`; `amount` is the sum of `total`."""
        names = ", ".join(by)
        figures = f"{names}, count(*) AS count" + (f", sum({total}) AS amount" if total else "")
        return self.rows(f"SELECT {figures} FROM ({select}) counted GROUP BY {names}", given=given)  # noqa: S608 - selects of ours

    def rows(
        self, select: str, order: str = "", limit: int | None = None, given: Mapping[str, object] | None = None
    ) -> list[Row]:
        """The rows of a select, in an order, at most so many; `given` are parameters beside or instead of the week's."""
        text = select.format(**{place: self.people.condition(place) for place in _PLACES})
        if order:
            text = f"SELECT * FROM ({text}) listed ORDER BY {order}"  # noqa: S608 - selects of ours
        text += f" LIMIT {limit}" if limit else ""
        return self._context.reader.rows(text, {**self._parameters, **(given or {})})

    def status_mix(self) -> dict[Status, tuple[int, int]]:
        """For every status how many customers have it at the week's end, and had it at its beginning."""
        after = {row["status"]: row["count"] for row in self.tally(sql.CUSTOMERS, ["status"])}
        before = {
            row["status"]: row["count"]
            for row in self.tally(sql.CUSTOMERS, ["status"], given={"end": self.period.start})
        }
        return {status: (after.get(status.value, 0), before.get(status.value, 0)) for status in Status}

    @cached_property
    def entered(self) -> list[Row]:
        """New customers, counted by source, grade, lateness and owner."""
        return self.tally(sql.NEW_CUSTOMERS, ["source", "grade", "entry_late", "owner"])

    @cached_property
    def logged(self) -> list[Row]:
        """Follow-ups that were logged, counted by person, method, lateness, and whether they happened in an earlier week."""
        return self.tally(sql.LOGGED, ["person", "method", "outcome", "earlier"])

    def lost(self) -> list[Row]:
        """Who was lost, with the reason."""
        return self.rows(sql.ENDED, "at, customer_code", given={"ended": Status.LOST.value})

    def won(self) -> list[Row]:
        """Who was won, with the days since the first contact, the statuses on the way, and the days of each step."""
        won = self.rows(sql.ENDED, "at, customer_code", given={"ended": Status.WON.value})
        history: dict[int, list[Row]] = {row["customer_id"]: [] for row in won}
        for change in self.rows(sql.HISTORY, "id", given={"ended": Status.WON.value}):
            history[change["customer_id"]].append(change)
        return [self._with_cycle(row, history[row["customer_id"]]) for row in won]

    def _with_cycle(self, row: Row, history: Sequence[Row]) -> Row:
        day = self._day(row["first_contact_at"])
        steps: list[tuple[str, str, int]] = []
        for change in history:
            then = self._day(change["at"])
            steps.append((change["from_status"], change["to_status"], (then - day).days))
            day = then
        path = [history[0]["from_status"], *(to for _, to, _ in steps)]
        cycle = sum(days for _, _, days in steps)
        return {**row, "won_on": self._day(row["at"]).isoformat(), "cycle_days": cycle, "path": path, "steps": steps}

    def key_customers(self) -> list[Row]:
        """The keys of A and B customers that are open or won, A first, those longest without contact first."""
        found = self.rows(sql.KEY_CUSTOMERS)
        for row in found:
            row["last_contact_on"] = self._date(row.pop("last_contact"))
        return sorted(found, key=lambda row: (row["grade"], row["last_contact_on"], row["code"]))

    def key_facts(self, chosen: Sequence[Row]) -> list[Row]:
        """What is to be said of each of the key customers, in their order."""
        facts = {row["id"]: row for row in self._of_keys(sql.KEY_FACTS, "c.id", [row["id"] for row in chosen])}
        followups = [row["followup_id"] for row in facts.values() if row["followup_id"] is not None]
        latest = {row["id"]: row for row in self._of_keys(sql.KEY_FOLLOWUPS, "id", followups)}
        return [self._key_row(row, facts[row["id"]], latest) for row in chosen]

    def _of_keys(self, select: str, column: str, keys: Collection[int]) -> Iterator[Row]:
        """The rows of a select that ends in a condition, of these keys alone."""
        for some in pieces(list(keys)):
            names = {f"key_{number}": key for number, key in enumerate(some)}
            yield from self.rows(f"{select} AND {column} IN ({', '.join(f':{name}' for name in names)})", given=names)

    def _key_row(self, row: Row, facts: Row, latest: Mapping[int, Row]) -> Row:
        last = latest.get(facts["followup_id"], {})
        said = {name: last.get(name) for name in ("method", "content", "open_points", "risk", "next")}
        return {**facts, **said, "last_contact_on": row["last_contact_on"]}

    def stale(self) -> list[Row]:
        """The keys of open customers without progress for as long as a rule allows, the longest first, with that rule."""
        rows = []
        for row in (*self.rows(sql.STALE), *self._doubtful()):
            since = row["last_progress_on"] or self._day(row["first_contact_at"]).isoformat()
            days = (self.day - date.fromisoformat(since)).days
            rule = self._stale_by(row["grade"], days)
            if rule is not None:
                rows.append({"id": row["id"], "code": row["code"], "days_without_progress": days, "rule": rule})
        return sorted(rows, key=lambda row: (-row["days_without_progress"], row["code"]))

    def stale_facts(self, chosen: Sequence[Row]) -> list[Row]:
        """What is to be said of each of the stale customers, in their order."""
        facts = {row["id"]: row for row in self._of_keys(sql.CUSTOMERS, "c.id", [row["id"] for row in chosen])}
        return [{**facts[row["id"]], **row, "figure": Figure.STALE.value} for row in chosen]

    def _stale_by(self, grade: str | None, days: int) -> str | None:
        falls, stalls = self._policy.stale_downgrade, self._policy.stall_analysis
        if falls.days and grade == falls.grade and days >= falls.days:
            return STALE_DOWNGRADE
        return STALL_ANALYSIS if stalls.days and days >= stalls.days else None

    def _doubtful(self) -> list[Row]:
        """Open customers whose stored date of progress may have come since, with the last one that was known at the end."""
        found = {row["id"]: {**row, "last_progress_on": None} for row in self.rows(sql.DOUBTFUL)}
        for select in sql.PROGRESS if found else ():
            for event in self.rows(sql.PROGRESS_OF_DOUBTFUL.replace("{progress}", select)):
                row = found[event["customer_id"]]
                row["last_progress_on"] = max(filter(None, (row["last_progress_on"], self._date(event["happened"]))))
        return list(found.values())

    def waiting(self) -> list[Row]:
        """Approvals that wait, the longest first: the days since it was their step's turn, and whether that was too long."""
        moment = to_db(self._context.clock.now()) if self.period.running else self.period.end
        return [
            {
                **row,
                "waiting_days": (self.day - self._day(row["waiting_since"])).days,
                "overdue": row["due_at"] < moment,
            }
            for row in self.rows(sql.WAITING, "waiting_since, number")
        ]

    @cached_property
    def day(self) -> date:
        """The last day that the report knows of."""
        return self._context.clock.today() if self.period.running else self.period.last

    def _day(self, instant: str) -> date:
        return self._context.clock.local(from_db(instant)).date()

    def _date(self, stored: str | None) -> str | None:
        """The business date of a stored date or instant."""
        return stored if stored is None or len(stored) == len(_EVER) else self._day(stored).isoformat()

    @cached_property
    def _policy(self) -> Policy:
        """The policy that was in force at the end."""
        found = self._context.reader.value(
            "SELECT resolved FROM v_policy WHERE applied_at < :end ORDER BY id DESC LIMIT 1", {"end": self.period.end}
        )
        return self._context.policy if found is None else Policy.from_json(found)

    @cached_property
    def _parameters(self) -> dict[str, object]:
        period, step = self.period, timedelta(days=1)
        days = [period.first + number * step for number in range(7)]
        falls, stalls = self._policy.stale_downgrade, self._policy.stall_analysis
        return {
            "start": period.start,
            "end": period.end,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "over": period.over.isoformat(),
            "ever": _EVER,
            "doubtful_from": self._doubtful_from,
            "next_first": (period.last + step).isoformat(),
            "next_last": (period.last + 7 * step).isoformat(),
            **{f"day_{number}": day.isoformat() for number, day in enumerate(days)},
            **{f"ends_{number}": start_of(self._context, day + step) for number, day in enumerate(days)},
            "falling_grade": falls.grade.value,
            **self._limit("falls", falls.days),
            **self._limit("stalls", stalls.days),
            **self.people.parameters,
        }

    @property
    def _doubtful_from(self) -> str:
        """From which day on a stored date may be one that came after the end; where nothing was written since, none is."""
        last = self._context.reader.value("SELECT at FROM v_audit ORDER BY id DESC LIMIT 1")
        return self.day.isoformat() if last is not None and last >= self.period.end else _NEVER

    def _limit(self, name: str, days: int) -> dict[str, str]:
        """The last day since when there must have been no progress; none where the policy switches the rule off."""
        last = self.day - timedelta(days=days) if days else _NEVER_STALE
        return {f"{name}_on": last.isoformat(), f"{name}_before": start_of(self._context, last + timedelta(days=1))}

    @property
    def next_week(self) -> tuple[str, date, date]:
        """The following week: its name, its Monday, its Sunday."""
        monday = self.period.last + timedelta(days=1)
        return iso_week_of(monday), monday, monday + timedelta(days=6)
