"""Each owner's list of the day: the follow-ups that are due, as a list and as a letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.i18n import Message, label, msg, nmsg, render
from salesflow.queries import followups
from salesflow.rules.escalation import Rung, rung

_AGAIN: Final = Column("note", "Note", Kind.MESSAGE)
_ITEMS: Final = (*followups.DUE, Column("reminder", "Reminder", Kind.INTEGER, table=False))
_OWNERS: Final = (
    Column("owner", "Owner"),
    Column("owner_name", "Name"),
    Column("count", "Count", Kind.INTEGER),
    Column("items", "Items", Kind.ROWS, columns=_ITEMS),
)
RECORD: Final[Columns] = (Column("on", "On", Kind.DATE), Column("owners", "Owners", Kind.ROWS, columns=_OWNERS))
LISTING: Final = (*followups.DUE_OF_ALL, _ITEMS[-1])
NOTED: Final = (*followups.DUE_OF_ALL, _AGAIN, _ITEMS[-1])  # where somebody is reminded again
MAILED: Final = (
    Column("owner", "Owner"),
    Column("email", "E-mail"),
    Column("mail", "Mail", Kind.INTEGER),
    Column("outcome", "Outcome"),
)


class DayList(NamedTuple):
    """What one owner has to do. `email`: None where no mail can be sent: there is no address, or the person has left."""

    staff_id: int
    owner: str
    name: str
    email: str | None
    items: Sequence[dict[str, Any]]


def lists(context: Context, *, owner_id: int | None, within: int = 0) -> list[DayList]:
    """The lists of one owner or of all, by login: follow-ups due by today or in the next days, the overdue ones among them."""
    until = context.clock.today() + timedelta(days=within)
    rows = [
        _reminded(context, row) for row in followups.due(context, until=until, owner_id=owner_id, by_owner=True).rows
    ]
    staff = {row["login"]: row for row in context.reader.rows("SELECT id, login, name, email, active FROM v_staff")}
    found = []
    for owner, items in groupby(rows, key=lambda row: str(row["owner"])):
        who = staff[owner]
        email = who["email"] if who["active"] else None
        found.append(DayList(who["id"], owner, who["name"], email or None, list(items)))
    return found


def as_row(day: date, found: Sequence[DayList]) -> dict[str, Any]:
    """The lists as RECORD has them."""
    owners = [
        {"owner": one.owner, "owner_name": one.name, "count": len(one.items), "items": one.items} for one in found
    ]
    return {"on": day.isoformat(), "owners": owners}


def as_rows(found: Sequence[DayList]) -> tuple[Columns, list[dict[str, Any]]]:
    """The lists as one table: an item in each row, and its columns."""
    rows = [row for one in found for row in one.items]
    return (NOTED if any(row["note"] is not None for row in rows) else LISTING), rows


def subject(day: date, one: DayList) -> str:
    """A letter's subject, in the language of the moment."""
    overdue = sum(bool(row["days_overdue"]) for row in one.items)
    text = msg(
        "Follow-ups of {date}: {due} due, {overdue} of them overdue", date=day, due=len(one.items), overdue=overdue
    )
    return render(text)


def body(day: date, one: DayList) -> str:
    """A letter's text: a line for each customer, the most pressing first."""
    return "".join(f"{render(line)}\n" for line in _lines(day, one))


def _lines(day: date, one: DayList) -> Iterator[Message | str]:
    yield msg("{name}, these customers are to be followed up by {date}:", name=one.name, date=day)
    yield ""
    for row in one.items:
        parts = {"code": row["customer_code"], "name": row["customer_name"], "when": _when(row), "what": _what(row)}
        line = msg("{when}  {code} {name}: {what}", **parts)
        yield line if row["note"] is None else msg("{line} ({note})", line=line, note=row["note"])
    yield ""
    yield msg("Log what you did with: salesflow followup log CODE")


def _when(row: dict[str, Any]) -> Message:
    grade = "-" if row["grade"] is None else row["grade"]
    late = row["days_overdue"]
    if late:
        return nmsg("[{grade}] {count} day overdue", "[{grade}] {count} days overdue", count=late, grade=grade)
    return msg("[{grade}] due on {date}", grade=grade, date=row["due_on"])


def _what(row: dict[str, Any]) -> Message:
    action = label("method", row["method"]) if row["method"] else msg("follow up")
    what = row["focus"] or row["contact"]
    return msg("{action}: {what}", action=action, what=what) if what else action


def _reminded(context: Context, row: dict[str, Any]) -> dict[str, Any]:
    """A due row with whether its owner is reminded of it again, by the escalation ladder."""
    again = rung(context.policy, days_overdue=row["days_overdue"]) >= Rung.OWNER
    return {**row, "reminder": 2 if again else 1, "note": msg("second reminder") if again else None}
