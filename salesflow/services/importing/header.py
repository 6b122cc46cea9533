"""Finding the row of titles in a sheet, whatever stands above it, and what its columns mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from salesflow.errors import UsageError
from salesflow.i18n import msg
from salesflow.services.importing.cells import ten_thousands, unbroken
from salesflow.services.importing.layout import IGNORED, Field, Layout, Reader, field_of, normal, numbered
from salesflow.services.tabular import Cell, Row, is_blank, text_of
from salesflow.text import fold, nearest, shorten

LOOKED_AT: Final = 40  # rows in which the titles may stand
LEAVE_OUT: Final = "-"
_NUMBERED: Final = re.compile(r"(.+?)\s*[_(]?\s*([2-9]|[1-9]\d)\)?")
_SHOWN: Final = 24  # so many titles, and of each so many cells, are shown in an error


class Column(NamedTuple):
    """A column that is read: its place (from 0), its title in the file, its field."""

    place: int
    title: str
    field: Field
    read: Reader


class Header(NamedTuple):
    """The row of titles. `ignored` are the titles of columns that mean nothing to us."""

    row: int
    titles: list[str]
    columns: tuple[Column, ...]
    ignored: tuple[str, ...]

    def repeats(self, row: Row) -> bool:
        """Whether the row is the titles once more, as at the top of a printed page."""
        return self.titles[0] == _title(row.cells[:1]) and self.titles == _titles(row)


class Titles:
    """What titles mean for one import: the layout's own, changed by what `--map` says."""

    def __init__(self, layout: Layout, mapping: Sequence[str]) -> None:
        self._layout = layout
        self._fields = layout.by_name()
        self._titles = layout.titles()
        self._mapped = dict(self._parsed(pair) for pair in mapping)
        self._asked = {normal(pair.rpartition("=")[0]): pair.rpartition("=")[0] for pair in mapping}

    def _parsed(self, pair: str) -> tuple[str, str]:
        title, sign, field = pair.rpartition("=")
        if not sign or not title.strip() or not field.strip():
            raise UsageError(
                msg("--map {value} is not of the form COLUMN=FIELD", value=pair),
                msg("for example: --map 公司全称=name"),
            )
        if field.strip() == LEAVE_OUT:
            return normal(title), LEAVE_OUT
        return normal(title), self.field_named(field).name

    def field_named(self, name: str) -> Field:
        """The field of that name or title. UsageError names the nearest."""
        found = self._field_of(name)
        if found is not None:
            return self._fields[found]
        close = nearest(name, self._fields)
        hint = msg("the fields are: {fields}", fields=list(self._fields))
        if close is not None:
            hint = msg("did you mean {nearest}? The fields are: {fields}", nearest=close, fields=list(self._fields))
        raise UsageError(msg('there is no field "{field}"', field=name.strip()), hint, code="unknown-field")

    def _field_of(self, title: str) -> str | None:
        """The name of the field that a title stands for, also of one that is numbered."""
        found = field_of(title, self._titles)
        match = None if found is not None or not self._layout.numbered else _NUMBERED.fullmatch(fold(title))
        base = None if match is None else field_of(match[1], self._titles)
        if match is None or base not in self._layout.numbered:
            return found
        name = numbered(base, int(match[2]))
        self._fields.setdefault(name, self._fields[base].again(name, int(match[2])))
        return name

    def fields_of(self, titles: Sequence[str]) -> list[str | None]:
        """The field of each title: what `--map` says of it (or of its letter), else what it is known for."""
        found = [
            self._mapped.get(normal(title), self._mapped.get(letter(index).lower(), self._field_of(title)))
            if title or letter(index).lower() in self._mapped
            else None
            for index, title in enumerate(titles)
        ]
        return [name if name is None or self._named(name, found) else None for name in found]

    def _named(self, name: str, found: Sequence[str | None]) -> bool:
        """Whether a column counts: one of a numbered group only beside the one that names the group."""
        base, _, number = name.rpartition("_")
        alone = base in self._layout.numbered and number.isdecimal()
        return not alone or numbered(self._layout.numbered[0], int(number)) in found

    def recognised(self, row: Row) -> int:
        """How many of a row's cells are titles that mean something; 0 where the key is not among them."""
        found = self.fields_of(_titles(row))
        return sum(field is not None for field in found) if self._layout.key in found else 0

    def header(self, row: Row) -> Header:
        """The row as titles. UsageError where two columns mean the same, or `--map` names a column that is not there."""
        titles = _titles(row)
        columns: list[Column] = []
        taken: dict[str, Column] = {}
        ignored: list[str] = []
        for index, name in enumerate(self.fields_of(titles)):
            if name is None or name == LEAVE_OUT:
                if name is None and titles[index] and normal(titles[index]) not in IGNORED:
                    ignored.append(titles[index])
                continue
            column = _column(index, titles[index], self._fields[name])
            if name in taken and not column.field.joins:
                raise _twice(taken[name], column)
            taken[name] = column
            columns.append(column)
        self._check_used(titles)
        return Header(row.number, titles, tuple(columns), tuple(ignored))

    def _check_used(self, titles: Sequence[str]) -> None:
        there = {normal(title) for title in titles} | {letter(index).lower() for index in range(len(titles))}
        for title, typed in self._asked.items():
            if title not in there:
                raise UsageError(
                    msg("--map: there is no column {title}", title=typed),
                    msg("the columns are: {titles}", titles=[title for title in titles if title]),
                    code="unknown-column",
                )

    def missing(self, rows: Sequence[Row], sheet: str) -> UsageError:
        """The error for a sheet in which no row has a title for the key: it names what was probably meant as titles."""
        key = self._fields[self._layout.key]
        best = max(
            rows, key=lambda row: (sum(field is not None for field in self.fields_of(_titles(row))), _filled(row))
        )
        titles = [shorten(title, _SHOWN) for title in _titles(best) if title]
        return UsageError(
            msg(
                "{place} has no column for {field}; row {row} has: {titles}",
                place=msg("sheet {name}", name=sheet) if sheet else msg("the file"),
                field=key.shown,
                row=best.number,
                titles=titles[:_SHOWN],
            ),
            msg("name the column with --map, such as: --map {title}={field}", title=titles[0], field=key.name),
            code="no-name-column",
            details={"row": best.number, "columns": titles},
        )


def find(rows: Iterable[Row], titles: Titles) -> Header | None:
    """The row of titles among the first rows of a sheet. UsageError where two different rows could be it.

    A row below with fewer than half as many titles, and other cells beside, is data: 企业 is the title of a column, and also
    what a cell may say.
    """
    found = [(titles.recognised(row), row) for row in rows]
    likely = [(count, row) for count, row in found if count > 1]
    if not likely:
        likely = [(count, row) for count, row in found if count == 1 and _filled(row) > 1][:1]
    if not likely:
        return None
    most, first = likely[0]
    header = titles.header(first)
    for count, other in likely[1:]:
        rival = 2 * count >= most or count == _filled(other)
        if rival and not header.repeats(other):
            raise UsageError(
                msg(
                    "rows {first} and {second} both look like the row of titles", first=header.row, second=other.number
                ),
                msg("say which it is, such as: --header-row {row}", row=header.row),
                code="two-headers",
            )
    return header


def _column(index: int, title: str, field: Field) -> Column:
    in_ten_thousands = field.amount and "万" in title
    return Column(index, title or letter(index), field, ten_thousands(field.read) if in_ten_thousands else field.read)


def letter(index: int) -> str:
    """The letters of a column as a spreadsheet shows them: A is the first."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _titles(row: Row) -> list[str]:
    titles = [_title([cell]) for cell in row.cells]
    while titles and not titles[-1]:
        titles.pop()
    return titles


def _title(cells: Sequence[Cell]) -> str:
    return " ".join(unbroken(text_of(cells[0])).split()) if cells else ""


def _filled(row: Row) -> int:
    return sum(not is_blank(cell) for cell in row.cells)


def _twice(first: Column, second: Column) -> UsageError:
    places: Mapping[str, object] = {
        "first": f"{letter(first.place)} {first.title}",
        "second": f"{letter(second.place)} {second.title}",
    }
    return UsageError(
        msg("the columns {first} and {second} both mean {field}", field=first.field.shown, **places),
        msg("leave one out, such as: --map {letter}={nothing}", letter=letter(second.place), nothing=LEAVE_OUT),
        code="column-twice",
    )
