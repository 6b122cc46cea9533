"""Aligned plain text for pipes: the standard library alone, nothing truncated, one record on one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TextIO

from salesflow.columns import Columns, Row
from salesflow.output.layout import Grid, Pairs, outline, select, shown, write_lines
from salesflow.output.results import Listing, Record
from salesflow.output.values import NUMERIC, Locale, heading, one_line, plain_writer
from salesflow.text import pad, width

_GAP: Final = "  "
_INDENT: Final = "  "
_BETWEEN_CELLS: Final = "\t"  # no cell has one


def write_plain(result: Listing | Record, fields: Sequence[str], out: TextIO, locale: Locale) -> None:
    """A listing's rows below a line of headings, nothing at all without rows; a record as `heading: value` lines.

    A record's nested tables follow, indented below their headings.
    """
    if isinstance(result, Listing):
        write_lines(out, _table(shown(result, fields), result.rows, locale))
        return
    blocks = outline(select(result.columns, fields), result.row, locale, keep_empty=bool(fields))
    for number, block in enumerate(blocks):
        lines = _pairs(block, locale) if isinstance(block, Pairs) else _table(block.columns, block.rows, locale)
        write_lines(out, _titled(block, lines, first=number == 0))


def _titled(block: Pairs | Grid, lines: Iterable[str], *, first: bool) -> Iterator[str]:
    if not first:
        yield ""
    if block.heading:
        yield f"{_INDENT * (block.depth - 1)}{one_line(block.heading)}:"
    for line in lines:
        yield f"{_INDENT * block.depth}{line}"


def _pairs(block: Pairs, locale: Locale) -> Iterator[str]:
    headings = [f"{one_line(field.heading)}:" for field in block.fields]
    widest = max(map(width, headings), default=0)
    for name, field in zip(headings, block.fields, strict=True):
        yield f"{pad(name, widest)} {plain_writer(field.column, locale)(field.value)}".rstrip(" ")


def _table(columns: Columns, rows: Sequence[Row], locale: Locale) -> Iterator[str]:
    """The lines of a table. Widths need two passes; between them a row is kept as one text, which is small."""
    if not rows:
        return
    headings = [one_line(heading(column, locale.language)) for column in columns]
    widths = [width(text) for text in headings]
    kept = [_BETWEEN_CELLS.join(cells) for cells in _measured(_cells(columns, rows, locale), widths)]
    right = [column.kind in NUMERIC for column in columns]
    yield _aligned(headings, widths, right)
    for line in kept:
        yield _aligned(line.split(_BETWEEN_CELLS), widths, right)


def _cells(columns: Columns, rows: Sequence[Row], locale: Locale) -> Iterator[list[str]]:
    writers = [(column.key, plain_writer(column, locale)) for column in columns]
    for row in rows:
        yield [write(row[key]) for key, write in writers]


def _measured(rows: Iterable[list[str]], widths: list[int]) -> Iterator[list[str]]:
    """The rows as they come; the widths grow with them."""
    for cells in rows:
        for index, cell in enumerate(cells):
            if len(cell) * 2 > widths[index]:  # no character takes more than two, so most need no measuring
                widths[index] = max(widths[index], width(cell))
        yield cells


def _aligned(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = []
    for cell, cells_wide, to_right in zip(cells, widths, right, strict=True):
        filling = " " * (cells_wide - (len(cell) if cell.isascii() else width(cell)))
        parts.append(filling + cell if to_right else cell + filling)
    return _GAP.join(parts).rstrip(" ")
