"""A report as a page that is complete in itself: printable, with charts drawn by the page's own SVG, nothing from a network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from salesflow import i18n
from salesflow.columns import Column, Columns, Kind, Row
from salesflow.documents.charts import WIDTH, Chart, Plot, draw
from salesflow.output.layout import in_cells, select
from salesflow.output.results import Record
from salesflow.output.values import NESTED, NUMERIC, Locale, heading, text_writer

_LANG: Final = {"zh": "zh-CN"}
_TEMPLATE: Final = "report.html"
_FEW: Final = 4


class Tile(NamedTuple):
    """One figure with its name."""

    name: str
    value: str


class Table(NamedTuple):
    """A table, with the chart of it where there is one; `styles`: numbers are right, short texts stay on one line."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    styles: tuple[str, ...]
    chart: Chart | None

    @property
    def small(self) -> bool:
        """Nothing but a few figures: it need not be as wide as the page."""
        return len(self.styles) <= _FEW and "text" not in self.styles


class Part(NamedTuple):
    """A group of figures, then tables; a section's own part has no name of its own."""

    name: str
    tiles: tuple[Tile, ...]
    tables: tuple[Table, ...]


class Section(NamedTuple):
    key: str
    name: str
    parts: tuple[Part, ...]


def page(report: Record, fields: Sequence[str], locale: Locale, plots: Mapping[str, Plot]) -> str:
    """The page of a report: its own fields, then a section for each nested record.

    plots: what is drawn, by "section.table". Raises UsageError for unknown fields.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    language = locale.language or i18n.language()
    columns = select(report.columns, fields)
    folder = os.path.join(os.path.dirname(__file__), "templates")
    template = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(_TEMPLATE)
    title = "salesflow" if report.title is None else i18n.render(report.title, language)
    return template.render(
        lang=_LANG.get(language, language),
        title=title,
        tiles=_tiles(columns, report.row, locale),
        sections=list(_sections(columns, report.row, locale, plots)),
        chart_width=WIDTH,
    )


def _sections(columns: Columns, row: Row, locale: Locale, plots: Mapping[str, Plot]) -> Iterator[Section]:
    for column in columns:
        if column.kind is Kind.RECORD and row[column.key]:
            parts = tuple(_parts(column, row[column.key], locale, plots))
            yield Section(column.key, heading(column, locale.language), parts)


def _parts(section: Column, row: Row, locale: Locale, plots: Mapping[str, Plot]) -> Iterator[Part]:
    tables = tuple(
        _table(column, row[column.key], locale, plots.get(f"{section.key}.{column.key}"))
        for column in section.columns
        if column.kind is Kind.ROWS and row[column.key]
    )
    inner = [
        Part(heading(column, locale.language), _tiles(column.columns, row[column.key], locale), ())
        for column in section.columns
        if column.kind is Kind.RECORD
    ]
    yield Part("", _tiles(section.columns, row, locale), ())
    yield from (part for part in inner if part.tiles)
    if tables:
        yield Part("", (), tables)


def _tiles(columns: Columns, row: Row, locale: Locale) -> tuple[Tile, ...]:
    """The figures that are there."""
    own = [column for column in columns if column.kind not in NESTED]
    found = (Tile(heading(column, locale.language), _text(column, row, locale)) for column in own)
    return tuple(tile for tile in found if tile.value)


def _table(table: Column, rows: Sequence[Row], locale: Locale, plot: Plot | None) -> Table:
    columns = in_cells(table.columns)
    return Table(
        heading(table, locale.language),
        tuple(heading(column, locale.language) for column in columns),
        tuple(tuple(_text(column, row, locale) for column in columns) for row in rows),
        tuple(_style(column) for column in columns),
        None if plot is None else draw(table, rows, plot, locale),
    )


def _style(column: Column) -> str:
    if column.kind in NUMERIC:
        return "right"
    return "text" if column.flexible or column.kind is Kind.LIST else "short"


def _text(column: Column, row: Mapping[str, Any], locale: Locale) -> str:
    return text_writer(column, locale)(row[column.key])
