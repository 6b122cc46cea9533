"""A Gantt chart as lines of text: an axis of days or weeks, a line for each row, one sign for what was on a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Columns, Kind
from salesflow.enums import Happening
from salesflow.i18n import Message, label, msg, render
from salesflow.text import shorten

# Letters and signs that every terminal draws one cell wide, also the ones set up for Chinese.
SIGNS: Final = {
    Happening.PLANNED: "o",
    Happening.DONE: "#",
    Happening.LATE: "%",
    Happening.OVERDUE: "!",
    Happening.CANCELLED: "x",
    Happening.MOVED: ">",
    Happening.UNPLANNED: "+",
}
# Of several on one day the one that says most is drawn.
_FIRST: Final = (
    Happening.OVERDUE, Happening.LATE, Happening.DONE, Happening.PLANNED, Happening.UNPLANNED, Happening.MOVED,
    Happening.CANCELLED,
)  # fmt: skip
_OFF, _WORKED, _TODAY = ".", " ", "|"
_WIDEST: Final = 3
_SHORTEST_NAME, _LONGEST_NAME = 12, 30
_BESIDE: Final = 12  # cells beside the name and the axis: the days overdue, and the gaps
_WEEK: Final = 7
COLUMNS: Final[Columns] = (
    Column("late", "Late by", Kind.INTEGER, urgent=True),
    Column("name", "Customer"),
    Column("axis", "Time"),
)


class Axis(NamedTuple):
    """The first day of each cell, how many days it stands for, how wide it is."""

    starts: tuple[date, ...]
    days: int
    width: int

    def cell(self, day: date, *, before: bool = False) -> int | None:
        """The number of the cell in which a day is; None outside. `before`: what was earlier is in the first one."""
        number = (day - self.starts[0]).days // self.days
        if before:
            number = max(0, number)
        return number if 0 <= number < len(self.starts) else None


def axis(first: date, last: date, room: int) -> Axis:
    """Days where they fit into the room (cells of a terminal), else as few whole weeks a cell, from a Monday on, as fit."""
    days = (last - first).days + 1
    if days <= room:
        return Axis(tuple(first + timedelta(days=number) for number in range(days)), 1, min(_WIDEST, room // days))
    monday = first - timedelta(days=first.weekday())
    weeks = ((last - monday).days // _WEEK) + 1
    days = _WEEK * -(-weeks // room)
    cells = -(-weeks * _WEEK // days)
    return Axis(tuple(monday + timedelta(days=days * number) for number in range(cells)), days, room // cells)


def lines(chart: Mapping[str, Any], room: int, is_workday: Callable[[date], bool]) -> list[dict[str, Any]]:
    """The chart (a row of queries.gantt.CHART) as COLUMNS has it, in so many cells of width: months, days, then a line a row.

    A single customer's items have a line each.
    """
    named = _named(chart["rows"])
    longest = max(_SHORTEST_NAME, min(_LONGEST_NAME, room // 3))
    drawn = axis(
        date.fromisoformat(chart["from"]), date.fromisoformat(chart["to"]), max(_WEEK, room - longest - _BESIDE)
    )
    today = date.fromisoformat(chart["today"])
    ground = _ground(drawn, today, is_workday)
    head = [{"late": None, "name": "", "axis": text} for text in _head(drawn)]
    return [*head, *(_line(drawn, ground, today, shorten(name, longest), items) for name, items in named)]


def legend() -> Message:
    """What the signs mean."""
    signs = [msg("{sign} {meaning}", sign=sign, meaning=label("happening", state)) for state, sign in SIGNS.items()]
    return msg("{signs}; {today} today, {off} no working day", signs=signs, today=_TODAY, off=_OFF)


def _named(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, Sequence[Mapping[str, Any]]]]:
    if len(rows) != 1:
        return [(row["customer_name"], row["items"]) for row in rows]
    return [(_called(item), (item,)) for item in rows[0]["items"]]


def _called(item: Mapping[str, Any]) -> str:
    method = render(label("method", item["method"])) if item["method"] else ""
    return " ".join(part for part in (method, item["focus"]) if part) or "-"


def _ground(drawn: Axis, today: date, is_workday: Callable[[date], bool]) -> list[str]:
    """A line on which nothing is: days off, and today."""
    cells = [_WORKED if drawn.days > 1 or is_workday(day) else _OFF for day in drawn.starts]
    now = drawn.cell(today)
    if now is not None:
        cells[now] = _TODAY
    return [cell.ljust(drawn.width, _OFF if cell == _OFF else " ") for cell in cells]


def _line(
    drawn: Axis, ground: Sequence[str], today: date, name: str, items: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    cells, late = list(ground), 0
    for state in reversed(_FIRST):
        for item in (one for one in items if one["state"] == state):
            day = date.fromisoformat(item["happened_on"] or item["planned_on"])
            place = drawn.cell(day, before=state is Happening.OVERDUE)
            if place is not None:
                cells[place] = SIGNS[state] + ground[place][1:]
            if state is Happening.OVERDUE:
                late = max(late, (today - day).days)
    return {"late": late or None, "name": name, "axis": "".join(cells)}


def _head(drawn: Axis) -> list[str]:
    """Two lines above the axis: where a month begins, and the days."""
    months, days = [" "] * (drawn.width * len(drawn.starts)), [" "] * (drawn.width * len(drawn.starts))
    for number, day in enumerate(drawn.starts):
        if number == 0 or day.day <= drawn.days:
            _write(months, number * drawn.width, f"{day:%Y-%m}" if number == 0 or day.month == 1 else f"{day:%m}")
        if number == 0 or day.weekday() == 0:
            _write(days, number * drawn.width, f"{day.day:02d}")
    return ["".join(months), "".join(days)]


def _write(line: list[str], place: int, text: str) -> None:
    """Put a text where there is room for it and a blank before it."""
    end = place + len(text)
    if end <= len(line) and all(sign == " " for sign in line[max(0, place - 1) : end]):
        line[place:end] = text
