"""A Gantt chart as a picture (SVG) and as a page to print (HTML)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from salesflow import i18n
from salesflow.enums import Happening
from salesflow.i18n import label, msg, render
from salesflow.reports.gantt import SIGNS, Axis, axis
from salesflow.text import shorten

_LABEL, _ROW, _HEAD, _WIDTH = 200, 22, 40, 1060
_NAME: Final = 26
_MOST_CELLS: Final = 120
_LANG: Final = {"zh": "zh-CN"}


class Mark(NamedTuple):
    """A sign on the axis: its place, which happening it is, and what it says to who asks."""

    x: int
    y: int
    state: str
    title: str


class Tick(NamedTuple):
    x: int
    text: str
    strong: bool


class Row(NamedTuple):
    name: str
    y: int
    marks: tuple[Mark, ...]


class Picture(NamedTuple):
    """All that the template draws, in whole units of the drawing."""

    width: int
    height: int
    label: int
    head: int
    row: int
    cell: int
    today: int | None
    off: tuple[int, ...]
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    legend: tuple[tuple[str, str], ...]
    signs: Mapping[Happening, str]


def svg(chart: Mapping[str, Any], is_workday: Callable[[date], bool]) -> str:
    """The chart (a row of queries.gantt.CHART) as an SVG picture that is complete in itself."""
    return _rendered("gantt.svg", picture=picture(chart, is_workday), title=_title(chart))


def page(chart: Mapping[str, Any], is_workday: Callable[[date], bool]) -> str:
    """The chart as a page for a printer, A4 across."""
    drawn = picture(chart, is_workday)
    language = i18n.language()
    return _rendered("gantt.html", picture=drawn, title=_title(chart), lang=_LANG.get(language, language))


def picture(chart: Mapping[str, Any], is_workday: Callable[[date], bool]) -> Picture:
    """Where everything is in the drawing."""
    drawn = axis(date.fromisoformat(chart["from"]), date.fromisoformat(chart["to"]), _MOST_CELLS)
    cell = (_WIDTH - _LABEL) // len(drawn.starts)
    rows = tuple(
        Row(
            shorten(row["customer_name"], _NAME), _HEAD + number * _ROW, _marks(row, drawn, cell, _HEAD + number * _ROW)
        )
        for number, row in enumerate(chart["rows"])
    )
    now = drawn.cell(date.fromisoformat(chart["today"]))
    off = (number for number, day in enumerate(drawn.starts) if drawn.days == 1 and not is_workday(day))
    return Picture(
        width=_LABEL + cell * len(drawn.starts),
        height=_HEAD + max(1, len(rows)) * _ROW + 30,
        label=_LABEL,
        head=_HEAD,
        row=_ROW,
        cell=cell,
        today=None if now is None else _LABEL + now * cell,
        off=tuple(_LABEL + number * cell for number in off),
        ticks=tuple(_ticks(drawn, cell)),
        rows=rows,
        legend=tuple((state.value, render(label("happening", state))) for state in Happening),
        signs=SIGNS,
    )


def _marks(row: Mapping[str, Any], drawn: Axis, cell: int, top: int) -> tuple[Mark, ...]:
    marks = []
    for item in row["items"]:
        day = date.fromisoformat(item["happened_on"] or item["planned_on"])
        place = drawn.cell(day, before=item["state"] == Happening.OVERDUE)
        if place is not None:
            x = _LABEL + place * cell + cell // 2
            marks.append(Mark(x, top + _ROW // 2, item["state"], _says(item)))
    return tuple(marks)


def _says(item: Mapping[str, Any]) -> str:
    parts = [
        item["happened_on"] or item["planned_on"],
        render(label("happening", item["state"])),
        render(label("method", item["method"])) if item["method"] else "",
        item["focus"] or "",
    ]
    return " ".join(part for part in parts if part)


def _ticks(drawn: Axis, cell: int) -> list[Tick]:
    ticks = []
    for number, day in enumerate(drawn.starts):
        x = _LABEL + number * cell
        if number == 0 or day.day <= drawn.days:
            ticks.append(Tick(x, f"{day:%Y-%m}", strong=True))
        if day.weekday() == 0 and (drawn.days == 1 or cell >= 16):
            ticks.append(Tick(x, str(day.day), strong=False))
    return ticks


def _title(chart: Mapping[str, Any]) -> str:
    return render(msg("Plan and follow-ups, {first} to {last}", first=chart["from"], last=chart["to"]))


def _rendered(name: str, **values: Any) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = os.path.join(os.path.dirname(__file__), "templates")
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(**values)
