"""Writing a list to a file or to standard output: as a workbook, as text or as JSON, one record after the other."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from salesflow.errors import FileProblem, UsageError
from salesflow.i18n import Message, language, msg
from salesflow.services.tabular.cells import Cell
from salesflow.services.tabular.writing import in_one_step, write_text, write_workbook

FORMS: Final = ("csv", "xlsx", "json")
STDOUT: Final = "-"
_STEP: Final = 500
_AT_ONCE: Final = 200  # rows in one piece of text

Record = dict[str, Any]
Advance = Callable[[Message, int, int], None]


class Target(NamedTuple):
    """Where a list goes, and in which form."""

    path: str
    form: str


class Table(NamedTuple):
    """A list to be written: about how many records, the titles, and how a record becomes cells or a JSON object.

    `cells` is given a record and whether a moment is to be text.
    """

    total: int
    titles: Sequence[str]
    records: Iterable[Record]
    cells: Callable[[Record, bool], Sequence[Cell]]
    json: Callable[[Record], Mapping[str, Any]]


def target(path: str, form: str | None, *, force: bool) -> Target:
    """Where to write, by the file's ending unless a form is named. Raises UsageError, and FileProblem for a file that is there."""
    ending = os.path.splitext(path)[1].lower().removeprefix(".")
    found = form or (ending if path != STDOUT else "csv")
    if found not in FORMS:
        raise UsageError(
            msg("{path} does not say in which form to write", path=path),
            msg("end it in .csv, .xlsx or .json, or name one with --format"),
            code="unknown-form",
        )
    if path == STDOUT and found == "xlsx":
        raise UsageError(msg("a workbook is not written to standard output"), msg("name a file, such as list.xlsx"))
    if path != STDOUT:
        refuse_existing(path, force=force)
    return Target(path, found)


def refuse_existing(path: str, *, force: bool) -> None:
    """Raises FileProblem for a file that is there, unless it is to be replaced."""
    if os.path.lexists(path) and not force:
        raise FileProblem(
            msg("{path} exists already", path=path), msg("name another file, or replace it with --force"), code="exists"
        )


def write(table: Table, to: Target, progress: Advance | None = None) -> int:
    """Write the file, whole or not at all; gives the number of records."""
    counted = _Counted(table, progress)
    hint = msg("name a file in a folder that you may write to")
    with in_one_step(to.path, hint) as part:
        if to.form == "xlsx":
            write_workbook(part, table.titles, counted.rows(as_text=False), guard=True, widths=True)
        elif to.form == "csv":
            with open(part, "w", encoding="utf-8-sig", newline="") as file:
                write_text(file, chain((table.titles,), counted.rows(as_text=True)))
        else:
            with open(part, "w", encoding="utf-8") as file:
                file.writelines(_json(table, counted.records()))
    return counted.count


def text(table: Table, form: str) -> Iterator[str]:
    """The list as text in pieces, for standard output."""
    counted = _Counted(table, None)
    if form == "json":
        yield from _json(table, counted.records())
        return
    rows: Iterator[Sequence[Cell]] = chain((table.titles,), counted.rows(as_text=True))
    while piece := list(islice(rows, _AT_ONCE)):
        out = io.StringIO()
        write_text(out, piece, end="\n")
        yield out.getvalue()


def _json(table: Table, records: Iterable[Record]) -> Iterator[str]:
    """An array with one object on a line."""
    between = "[\n"
    for record in records:
        yield between + json.dumps(table.json(record), ensure_ascii=False)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


class _Counted:
    """The records of a table as they are written, counted."""

    def __init__(self, table: Table, progress: Advance | None) -> None:
        self._table, self._progress = table, progress
        self.count = 0

    def records(self) -> Iterator[Record]:
        for record in self._table.records:
            self.count += 1
            if self._progress is not None and self.count % _STEP == 0:
                self._progress(msg("writing"), self.count, max(self._table.total, self.count))
            yield record

    def rows(self, *, as_text: bool) -> Iterator[Sequence[Cell]]:
        return (self._table.cells(record, as_text) for record in self.records())


def title(field: str, titles: Mapping[str, str], number: int = 1) -> str:
    """A column's title in the language of the moment, as the import knows it: 手机, 手机2, Phone 2."""
    if language() == "zh":
        return titles[field].split()[0] + (str(number) if number > 1 else "")
    return field.replace("_", " ").capitalize() + (f" {number}" if number > 1 else "")


def moment(local: datetime, *, as_text: bool) -> Cell:
    """A moment on the wall clock as a cell. Midnight is always text: as a date it would say nothing of the time of day."""
    plain = local.replace(tzinfo=None)
    if as_text or plain.time() == time():
        return plain.isoformat(" ", "seconds" if plain.second else "minutes")
    return plain
