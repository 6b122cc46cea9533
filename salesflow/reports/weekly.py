"""The weekly review (销售复盘会): what happened in a week, as it was known at the week's end, and what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from salesflow.context import Context
from salesflow.enums import Grade, Outcome, Scope, Status
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg
from salesflow.queries import weekly_sql as sql
from salesflow.queries.period import People, Period
from salesflow.queries.weekly import FIGURES, Review, Row
from salesflow.reports.figures import by_field, quartiles, share, sums, total
from salesflow.reports.weekly_fields import PLAN_ORDER

SHOWN: Final = 20
"""So many records a list has where people read it; what it leaves out is said."""
_FOR_PROGRAMS: Final = ("json", "jsonl", "csv", "tsv")
_GRADES: Final = tuple(grade.value for grade in Grade)


class Weekly:
    """The sections of one review. `shown` bounds their lists; None lists everything."""

    def __init__(self, review: Review, shown: int | None) -> None:
        self._review = review
        self._shown = shown

    def sections(self, wanted: Collection[str]) -> Row:
        """The sections with these keys, all of them without any."""
        makers: dict[str, Callable[[], Row]] = {
            "new_customers": self._new_customers,
            "status_mix": self._status_mix,
            "status_changes": self._status_changes,
            "won": self._won,
            "lost": self._lost,
            "followups": self._followups,
            "key_customers": self._key_customers,
            "stale": self._stale,
            "discipline": self._discipline,
            "quotes": lambda: self._amounts("quotes"),
            "approvals": self._approvals,
            "orders": lambda: self._amounts("orders"),
            "collections": dict,
            "next_week": self._next_week,
        }
        return {name: make() for name, make in makers.items() if not wanted or name in wanted}

    def _new_customers(self) -> Row:
        found = self._review.entered
        return {
            "count": total(found),
            "late": total(found, entry_late=1),
            "ungraded": total(found, grade=None),
            "by_source": by_field(found, "source"),
            "by_grade": by_field(found, "grade", _GRADES),
        }

    def _status_mix(self) -> Row:
        mix = self._review.status_mix()
        after, before = (sum(counts[side] for counts in mix.values()) for side in (0, 1))
        rows = [_mixed(status, now, then, after, before) for status, (now, then) in mix.items()]
        return {"total": after, "total_before": before, "statuses": rows}

    def _status_changes(self) -> Row:
        count = total(self._review.tally(sql.STATUS_CHANGES, ["to_status"]))
        return {
            "count": count,
            **self._listed("changes", count, self._review.rows(sql.STATUS_CHANGES, "at, id", self._shown)),
        }

    def _won(self) -> Row:
        won = self._review.won()
        first, median, third = quartiles([row["cycle_days"] for row in won])
        cycle = {
            "shortest": min((row["cycle_days"] for row in won), default=None),
            "first_quartile": first,
            "median": median,
            "third_quartile": third,
            "longest": max((row["cycle_days"] for row in won), default=None),
        }
        return {
            "count": len(won),
            "cycle_days": cycle,
            "steps": _steps(won),
            **self._listed("customers", len(won), won),
        }

    def _lost(self) -> Row:
        lost = self._review.lost()
        counted = [{**row, "count": 1} for row in lost]
        rivals = [row for row in counted if row["competitor"] is not None]
        return {
            "count": len(lost),
            "by_reason": by_field(counted, "loss_reason"),
            "by_competitor": by_field(rivals, "competitor"),
            **self._listed("customers", len(lost), lost),
        }

    def _followups(self) -> Row:
        planned = self._review.tally(sql.PLANNED, ["person", "outcome"])
        logged = self._review.logged
        figures = _planned(planned)
        people = sorted({row["person"] for row in (*planned, *logged)})
        return {
            **figures,
            "on_time_share": share(figures["on_time"], figures["planned"] - figures["open"]),
            "logged": total(logged),
            "earlier": total(logged, earlier=1),
            "by_method": by_field(logged, "method"),
            "by_person": [
                {"person": person, **_planned(planned, person), "logged": total(logged, person=person)}
                for person in people
            ],
        }

    def _key_customers(self) -> Row:
        found = self._review.key_customers()
        counted = [{**row, "count": 1} for row in found]
        listed = self._review.key_facts(found[: self._shown])
        return {
            "count": len(found),
            "by_grade": by_field(counted, "grade", _GRADES),
            **self._listed("customers", len(found), listed),
        }

    def _stale(self) -> Row:
        found = self._review.stale()
        fallen = total(self._review.tally(sql.DOWNGRADED, ["rule"]))
        rows = self._review.rows(sql.DOWNGRADED, "at, customer_code", self._shown)
        counted = [{**row, "count": 1} for row in found]
        return {
            "stale": len(found),
            "downgraded": fallen,
            "by_rule": by_field(counted, "rule"),
            **self._listed("customers", len(found), self._review.stale_facts(found[: self._shown])),
            "downgraded_left_out": fallen - len(rows) or None,
            "downgrades": rows,
        }

    def _discipline(self) -> Row:
        entered, logged = self._review.entered, self._review.logged
        people = sorted({row["owner"] for row in entered} | {row["person"] for row in logged})
        rows = [{"person": person, **_kept(entered, logged, person)} for person in people]
        return {**_kept(entered, logged), "by_person": rows}

    def _amounts(self, section: str) -> Row:
        """Count and amount of each of the section's figures."""
        figures: Row = {}
        for figure, select in FIGURES[section].items():
            found = self._review.tally(select, ["figure"], "total")
            figures[figure.value] = total(found)
            figures[f"{figure.value}_amount"] = sum(row["amount"] for row in found)
        return figures

    def _approvals(self) -> Row:
        waiting = self._review.waiting()
        counted = self._review.tally(sql.DECIDED, ["state", "self_approved", "decided_for"])
        decided = sums(counted, "state")
        return {
            "waiting": len(waiting),
            "overdue": sum(row["overdue"] for row in waiting),
            "longest_days": max((row["waiting_days"] for row in waiting), default=None),
            "decided": decided.total(),
            "approved": decided["approved"],
            "rejected": decided["rejected"],
            "self_approved": total(row for row in counted if row["self_approved"]),
            "by_deputy": total(row for row in counted if row["decided_for"]),
            **self._listed("items", len(waiting), waiting),
        }

    def _next_week(self) -> Row:
        name, first, last = self._review.next_week
        planned = self._review.tally(sql.NEXT_PLANNED, ["due_on", "owner"])
        count = total(planned)
        days, people = sums(planned, "due_on"), sums(planned, "owner")
        return {
            "week": name,
            "from": first.isoformat(),
            "to": last.isoformat(),
            "planned": count,
            "overdue": total(self._review.tally(sql.NEXT_OVERDUE, ["owner"])),
            "by_day": [{"due_on": day, "count": days[day]} for day in sorted(days)],
            "by_person": [{"owner": owner, "count": people[owner]} for owner in sorted(people)],
            **self._listed("items", count, self._review.rows(sql.NEXT_PLANNED, PLAN_ORDER, self._shown)),
        }

    def _listed(self, name: str, count: int, rows: Sequence[Row]) -> Row:
        """The list of a section, and how many records it leaves out; None for none."""
        listed = list(rows[: self._shown])
        return {name: listed, "left_out": count - len(listed) or None}


def _mixed(status: Status, now: int, then: int, after: int, before: int) -> Row:
    now_share, then_share = share(now, after), share(then, before)
    return {
        "status": status.value,
        "count": now,
        "share": now_share,
        "count_before": then,
        "share_before": then_share,
        "change": now - then,
        "share_change": None if now_share is None or then_share is None else now_share - then_share,
    }


def _steps(won: Iterable[Row]) -> list[Row]:
    """The steps on the way to a deal: how many customers took each, and in how many days; forward ones first."""
    days: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row in won:
        for before, after, taken in row["steps"]:
            days[before, after].append(taken)
    order = {status.value: place for place, status in enumerate(Status)}
    steps = sorted(days, key=lambda step: (order[step[0]] > order[step[1]], order[step[0]], order[step[1]]))
    return [
        {
            "from_status": step[0],
            "to_status": step[1],
            "customers": len(days[step]),
            "median_days": quartiles(days[step])[1],
        }
        for step in steps
    ]


def _planned(rows: Iterable[Row], person: str | None = None) -> dict[str, int]:
    """What became of planned follow-ups: of everybody's, or of one person's."""
    found = sums((row for row in rows if person is None or row["person"] == person), "outcome")
    done = found[Outcome.ON_TIME] + found[Outcome.LATE]
    kept = {outcome.value: found[outcome] for outcome in (Outcome.ON_TIME, Outcome.LATE, Outcome.MISSED, Outcome.OPEN)}
    return {"planned": found.total(), "done": done, **kept}


def _kept(entered: Sequence[Row], logged: Sequence[Row], person: str | None = None) -> Row:
    """Deadlines kept: customers recorded and follow-ups logged in time, by everybody or by one person."""
    entries = [row for row in entered if person is None or row["owner"] == person]
    logs = [row for row in logged if person is None or row["person"] == person]
    entries_late, logs_late = total(entries, entry_late=1), total(logs, outcome=Outcome.LATE.value)
    return {
        "entries": total(entries),
        "entries_late": entries_late,
        "entry_share": share(total(entries) - entries_late, total(entries)),
        "logs": total(logs),
        "logs_late": logs_late,
        "log_share": share(total(logs) - logs_late, total(logs)),
    }


def report(context: Context, period: Period, people: People) -> Row:
    """The review of a week. Lists are bounded where people read them and whole where programs do, unless a limit is given."""
    asked = context.asked
    if asked.sort is not None or asked.reverse:
        raise UsageError(msg("--sort and --reverse are for a list of records"), msg("give --drill SECTION as well"))
    limit = None if asked.format in _FOR_PROGRAMS else SHOWN
    shown = limit if asked.limit is None else asked.limit or None
    return {**_head(period, people), **Weekly(Review(context, period, people), shown).sections(asked.fields)}


def title(context: Context, period: Period, people: People) -> Message:
    """What stands above the report: whose week it is."""
    company = context.setting("company") or ""
    names: dict[str, object] = {"company": company, "week": period.name, "first": period.first, "last": period.last}
    if people.scope is Scope.ALL:
        return msg("{company}: weekly review {week}, {first} to {last}", **names)
    names["whose"] = people.logins[0]
    if people.scope is Scope.TEAM:
        return msg("{company}: weekly review {week}, {first} to {last}, team of {whose}", **names)
    return msg("{company}: weekly review {week}, {first} to {last}, {whose}", **names)


def _head(period: Period, people: People) -> Row:
    return {
        "week": period.name,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "as_of": period.known_at,
        "running": period.running,
        "scope": people.scope.value,
        "people": people.logins,
    }
