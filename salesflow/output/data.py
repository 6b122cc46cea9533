"""For programs: JSON, JSON lines, CSV and TSV, written row by row."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TextIO

from salesflow.columns import Column, Columns, Kind, Row, keys
from salesflow.output.jsontext import dumps
from salesflow.output.layout import select, write_lines
from salesflow.output.results import Listing, Record
from salesflow.output.values import NESTED, Locale, json_writer, one_line, row_writer
from salesflow.text import guarded, printable

_TEXTS: Final = frozenset((Kind.TEXT, Kind.CODE, Kind.LIST, Kind.MESSAGE, Kind.FIGURE, *NESTED, Kind.OBJECT))


def write_json(result: Listing | Record, fields: Sequence[str], out: TextIO, locale: Locale) -> None:
    """A listing as an array with one object on a line, a record as an object."""
    write = row_writer(select(result.columns, fields), locale)
    if isinstance(result, Record):
        out.write(dumps(write(result.row), indent=2) + "\n")
    elif not result.rows:
        out.write("[]\n")
    else:
        out.write("[\n")
        last = len(result.rows) - 1
        write_lines(out, (dumps(write(row)) + ("," if i < last else "") for i, row in enumerate(result.rows)))
        out.write("]\n")


def write_jsonl(result: Listing | Record, fields: Sequence[str], out: TextIO, locale: Locale) -> None:
    """One object on a line; nothing for an empty listing."""
    write = row_writer(select(result.columns, fields), locale)
    write_lines(out, (dumps(write(row)) for row in _rows(result)))


def write_csv(result: Listing | Record, fields: Sequence[str], out: TextIO, locale: Locale) -> None:
    """RFC 4180 below a line of keys; a text that a spreadsheet would run as a formula gets an apostrophe in front."""
    import csv

    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(newline="")  # the lines end as the standard has it, on every platform
    columns = _scalars(result.columns, fields)
    writer = csv.writer(out)
    writer.writerow(keys(columns))
    cells = _row_cells(columns, locale)
    writer.writerows(map(cells, _rows(result)))


def write_tsv(result: Listing | Record, fields: Sequence[str], out: TextIO, locale: Locale) -> None:
    """One record on a line, tabs between the cells, nothing quoted: in cells newlines become a sign and tabs blanks."""
    write_lines(out, _tsv_lines(result, _scalars(result.columns, fields), locale))


def _scalars(columns: Columns, fields: Sequence[str]) -> Columns:
    """The columns of a CSV: the ones asked for, else all that are no tables themselves."""
    if fields:
        return select(columns, fields)
    return tuple(column for column in columns if column.kind not in NESTED)


def _tsv_lines(result: Listing | Record, columns: Columns, locale: Locale) -> Iterator[str]:
    yield "\t".join(keys(columns))
    cells = _row_cells(columns, locale)
    for row in _rows(result):
        yield "\t".join(map(one_line, cells(row)))


def _rows(result: Listing | Record) -> Sequence[Row]:
    return (result.row,) if isinstance(result, Record) else result.rows


def _row_cells(columns: Columns, locale: Locale) -> Callable[[Row], list[str]]:
    writers = [(column.key, _cell_writer(column, locale)) for column in columns]
    return lambda row: [write(row[key]) for key, write in writers]


def _cell_writer(column: Column, locale: Locale) -> Callable[[Any], str]:
    """As in JSON, but as text: nothing for null, a list joined with commas, an object as JSON."""
    write = json_writer(column, locale)
    harmless = _harmless if column.kind in _TEXTS else str

    def cell(stored: Any) -> str:
        value = write(stored)
        if value is None:
            return ""
        if isinstance(value, list) and column.kind is Kind.LIST:
            return harmless(", ".join(map(str, value)))
        if isinstance(value, (bool, list, dict)):
            return dumps(value)
        return harmless(str(value))

    return cell


def _harmless(text: str) -> str:
    return guarded(printable(text, keep_newlines=True))
