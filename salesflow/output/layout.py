"""What is shown, whatever the format: which columns, and into which blocks a record falls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final, NamedTuple, TextIO

from salesflow.columns import Column, Columns, Kind, Row, by_key, keys
from salesflow.errors import UsageError
from salesflow.i18n import msg
from salesflow.output.results import Listing
from salesflow.output.values import NESTED, Locale, heading, text_writer
from salesflow.text import nearest

_BATCH: Final = 1000


class Field(NamedTuple):
    """One field of a record: its column, its heading, the value as stored and as people read it."""

    column: Column
    heading: str
    value: Any
    text: str


class Pairs(NamedTuple):
    """A block of `heading: value` lines; depth 0 is the record itself, whose heading is empty."""

    depth: int
    heading: str
    fields: tuple[Field, ...]


class Grid(NamedTuple):
    """A block of nested rows, a small table: the value of the record's column `key`."""

    depth: int
    heading: str
    key: str
    columns: Columns
    rows: Sequence[Row]


def select(columns: Columns, fields: Sequence[str]) -> Columns:
    """The columns with these keys, in this order; all of them without any. An unknown key is a UsageError."""
    if not fields:
        return columns
    known = by_key(columns)
    for field in fields:
        if field not in known:
            raise _unknown(field, keys(columns))
    return tuple(known[field] for field in dict.fromkeys(fields))


def in_cells(columns: Columns, group_by: str = "") -> Columns:
    """The columns that a table shows unless told otherwise: those meant for it that fit into a cell."""
    return tuple(column for column in columns if (column.table or column.key == group_by) and column.kind not in NESTED)


def shown(listing: Listing, fields: Sequence[str]) -> Columns:
    """The columns of a listing's table: the ones asked for, else the ones meant for it."""
    return select(listing.columns, fields) if fields else in_cells(listing.columns, listing.group_by)


def groups(listing: Listing, columns: Columns, locale: Locale) -> Iterator[tuple[str, Sequence[Row]]]:
    """(heading, rows) for every table of a listing; a listing that is not grouped is one without a heading."""
    column = by_key(columns).get(listing.group_by)
    if column is None:
        yield "", listing.rows
        return
    write = text_writer(column, locale)
    for value, rows in groupby(listing.rows, key=itemgetter(column.key)):
        yield write(value), list(rows)


def ungrouped(listing: Listing, columns: Columns) -> Columns:
    """The columns without the one whose values are the tables' headings."""
    return tuple(column for column in columns if column.key != listing.group_by) or columns


def outline(
    columns: Columns, row: Row, locale: Locale, *, keep_empty: bool = False, depth: int = 0, title: str = ""
) -> Iterator[Pairs | Grid]:
    """A record's blocks in the order of reading; empty fields and nested tables are left out.

    keep_empty: show the record's own empty fields all the same, because they were asked for by name.
    """
    own = [_field(column, row, locale) for column in columns if column.kind not in NESTED]
    nested = [column for column in columns if column.kind in NESTED and row[column.key]]
    fields = tuple(field for field in own if keep_empty or field.text)
    if fields or (nested and title):
        yield Pairs(depth, title, fields)
    for column in nested:
        name, value = heading(column, locale.language), row[column.key]
        if column.kind is Kind.ROWS and not any(inner.kind in NESTED for inner in column.columns):
            yield Grid(depth + 1, name, column.key, in_cells(column.columns), value)
            continue
        for item in value if column.kind is Kind.ROWS else (value,):
            yield from outline(column.columns, item, locale, depth=depth + 1, title=name)


def write_lines(out: TextIO, lines: Iterable[str], end: str = "\n") -> None:
    """Write lines in large pieces, without ever holding all of them."""
    rest = iter(lines)
    while batch := list(islice(rest, _BATCH)):
        out.write(end.join(batch) + end)


def _field(column: Column, row: Row, locale: Locale) -> Field:
    value = row[column.key]
    return Field(column, heading(column, locale.language), value, text_writer(column, locale)(value))


def _unknown(field: str, known: Sequence[str]) -> UsageError:
    close = nearest(field, known)
    meant = msg("did you mean {nearest}? The fields are: {fields}", nearest=close, fields=known)
    return UsageError(
        msg('there is no field "{field}"', field=field),
        meant if close else msg("the fields are: {fields}", fields=known),
        details={"field": field, "nearest": close, "fields": list(known)},
    )
