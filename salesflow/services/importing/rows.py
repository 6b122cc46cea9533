"""From a file to the values of its rows: the sheet with the list, and what each of its rows says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from salesflow.errors import SalesflowError, UsageError
from salesflow.i18n import Message, msg
from salesflow.services.importing.cells import says_nothing
from salesflow.services.importing.header import LOOKED_AT, Header, Titles, find
from salesflow.services.importing.layout import Field, Layout, Values
from salesflow.services.tabular import Row, Sheet, is_blank, sheets

_LONG: Final = 12


class Found(NamedTuple):
    """A sheet with a list: its titles, and the rows below them."""

    sheet: Sheet
    header: Header
    rows: Iterator[Row]


def find_list(
    path: str, wanted: str | None, titles: Titles, *, encoding: str | None = None, header_row: int | None = None
) -> Found:
    """The sheet with the list. UsageError where none has a row of titles, or more than one.

    header_row: the number of the row with the titles, where it is not to be looked for.
    """
    found: Found | None = None
    without: tuple[str, list[Row]] | None = None
    for sheet in sheets(path, wanted, encoding):
        first = [
            row for row in islice(sheet.rows, max(LOOKED_AT, header_row or 0)) if not all(map(is_blank, row.cells))
        ]
        header = find((row for row in first if header_row in (None, row.number)), titles)
        if header is None:
            without = without or ((sheet.name, first) if first else None)
        elif found is None:
            found = Found(sheet, header, _below(header, chain(first, sheet.rows)))
        else:
            raise UsageError(
                msg("the sheets {first} and {second} both have such a list", first=found.sheet.name, second=sheet.name),
                msg("import one at a time, such as: --sheet {name}", name=found.sheet.name),
                code="two-sheets",
            )
    if found is not None:
        return found
    if without is not None:
        raise titles.missing(without[1], without[0])
    raise UsageError(
        msg("{file} is empty", file=os.path.basename(path)),
        msg("check that it is the right file and sheet"),
        code="no-rows",
    )


def _below(header: Header, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows below the titles, without the titles printed again."""
    return (row for row in rows if row.number > header.row and not header.repeats(row))


class Said(NamedTuple):
    """What a row says: its values, and what is wrong with it."""

    values: Values
    problems: list[Message]


class RowReader:
    """Reads the rows of one list. `defaults` stand for cells that say nothing."""

    def __init__(self, layout: Layout, header: Header, defaults: Values) -> None:
        self._layout = layout
        self._columns = header.columns
        self._defaults = defaults
        names = [column.field.name for column in header.columns]
        self._several = {name for name in names if names.count(name) > 1}

    def read(self, row: Row) -> Said | None:
        """The row's values; None for a row that says nothing in any column that is read."""
        values: Values = {}
        problems: dict[str, Message] = {}
        cells, count = row.cells, len(row.cells)
        for place, title, field, read in self._columns:
            if place >= count or says_nothing(cells[place]):
                continue
            try:
                value = read(cells[place])
            except SalesflowError as error:
                problems[field.name] = msg("{column}: {problem}", column=title, problem=_with_hint(error))
                continue
            values[field.name] = self._joined(field, title, value, values) if field.name in self._several else value
        if not values and not problems:
            return None
        for name, default in self._defaults.items():
            values.setdefault(name, default)
        missing = [name for name in self._layout.required if name not in values and name not in problems]
        return Said(values, [*problems.values(), *map(self._missing, missing)])

    def _joined(self, field: Field, title: str, value: str, values: Values) -> str:
        """The text of a field to which several columns give something; longer texts each with their title."""
        said = f"{title}：{value}" if field.joins == "\n" else value
        return f"{values[field.name]}{field.joins}{said}" if field.name in values else said

    def _missing(self, name: str) -> Message:
        title = next((column.title for column in self._columns if column.field.name == name), None)
        return msg("{column} is missing", column=title or self._layout.by_name()[name].shown)


def _with_hint(error: SalesflowError) -> Message:
    """What is wrong with a cell, and in which form it is wanted; not where that would be a long list."""
    if error.hint is None or any(
        isinstance(value, list) and len(value) > _LONG for value in error.hint.values.values()
    ):
        return error.message
    return msg("{problem} ({hint})", problem=error.message, hint=error.hint)
