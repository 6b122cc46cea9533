"""Bar charts as figures that a template draws: places and widths in whole units of the drawing, texts ready to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, by_key
from salesflow.output.values import Locale, heading, plain_writer
from salesflow.text import shorten

WIDTH: Final = 640
_LABEL: Final = 130
_VALUE: Final = 70
_BAR: Final = 14
_GAP: Final = 8
_LABEL_CELLS: Final = 18
_ROOM: Final = WIDTH - _LABEL - _VALUE


class Plot(NamedTuple):
    """What of a table is drawn: the column of the labels, and those of the bars, beside one another or in one line."""

    label: str
    bars: tuple[str, ...]
    stacked: bool = False


class Bar(NamedTuple):
    """A rectangle; `series` tells its colour."""

    x: int
    y: int
    width: int
    series: int


class Line(NamedTuple):
    """A label with its bars and their values; `y` is the middle of the text."""

    label: str
    y: int
    bars: tuple[Bar, ...]
    values: tuple[tuple[int, int, str], ...]  # x, y, text


class Chart(NamedTuple):
    """A chart with the names of its series, and what it says to one who cannot see it."""

    height: int
    lines: tuple[Line, ...]
    legend: tuple[str, ...]
    text: str


def draw(table: Column, rows: Sequence[Mapping[str, Any]], plot: Plot, locale: Locale) -> Chart | None:
    """The chart of a report's table; None where there is nothing to draw."""
    columns = by_key(table.columns)
    bars = [columns[key] for key in plot.bars]
    numbers = [[int(row[column.key] or 0) for column in bars] for row in rows]
    most = max((sum(line) if plot.stacked else max(line) for line in numbers), default=0)
    if most <= 0:
        return None
    tall = (_BAR if plot.stacked else _BAR * len(bars)) + _GAP
    label = plain_writer(columns[plot.label], locale)
    texts = [plain_writer(column, locale) for column in bars]
    lines = []
    for place, (row, line) in enumerate(zip(rows, numbers, strict=True)):
        top = place * tall
        drawn = _stacked(top, line, most) if plot.stacked else _beside(top, line, most)
        if plot.stacked:
            values: tuple[tuple[int, int, str], ...] = ((_end(drawn), top + _BAR - 3, str(sum(line))),)
        else:
            values = tuple(
                (bar.x + bar.width + 6, bar.y + _BAR - 3, write(row[column.key]))
                for bar, column, write in zip(drawn, bars, texts, strict=True)
            )
        lines.append(Line(shorten(label(row[plot.label]), _LABEL_CELLS), top + (tall - _GAP) // 2 + 4, drawn, values))
    legend = tuple(heading(column, locale.language) for column in bars)
    return Chart(len(lines) * tall, tuple(lines), legend if len(bars) > 1 else (), heading(table, locale.language))


def _beside(top: int, numbers: Sequence[int], most: int) -> tuple[Bar, ...]:
    return tuple(
        Bar(_LABEL, top + series * _BAR, _width(number, most), series) for series, number in enumerate(numbers)
    )


def _stacked(top: int, numbers: Sequence[int], most: int) -> tuple[Bar, ...]:
    ends = [_width(sum(numbers[: series + 1]), most) for series in range(len(numbers))]
    starts = [0, *ends[:-1]]
    return tuple(
        Bar(_LABEL + start, top, end - start, series)
        for series, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def _width(number: int, most: int) -> int:
    return max(number, 0) * _ROOM // most


def _end(bars: Sequence[Bar]) -> int:
    return max(bar.x + bar.width for bar in bars) + 6
