"""Writing tables, row by row in little memory: as a workbook or as text, and a file whole or not at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, TextIO

from salesflow.errors import FileProblem
from salesflow.i18n import msg
from salesflow.services.tabular.cells import Broken, Cell, text_of
from salesflow.text import guarded

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from salesflow.i18n import Message

MOST_ROWS: Final = 1_048_576  # a sheet holds no more
_FORMATS: Final = {
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
    "second": "yyyy-mm-dd hh:mm:ss",
    "time": "hh:mm:ss",
}
_LONGEST_CELL: Final = 32_767  # a workbook holds no more
_FIRST_YEAR: Final = 1900  # a workbook knows no earlier date
_WIDEST, _NARROWEST = 40, 8


@contextmanager
def in_one_step(path: str, hint: Message) -> Iterator[str]:
    """A name to write to; what is written there takes the path's place at the end, or is gone. FileProblem with the hint."""
    part = f"{path}.part"
    try:
        try:
            yield part
            os.replace(part, path)
        except BaseException:
            if os.path.exists(part):
                os.unlink(part)
            raise
    except OSError as error:
        raise FileProblem(
            msg("{path} cannot be written: {reason}", path=path, reason=error.strerror or str(error)), hint
        ) from error


def write_text(file: TextIO, rows: Iterable[Sequence[Cell]], *, delimiter: str = ",", end: str = "\r\n") -> None:
    """The rows, the titles first; a text that a spreadsheet would run as a formula gets an apostrophe in front."""
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
    writer.writerows([guarded(cell) if isinstance(cell, str) else _unrun(cell) for cell in row] for row in rows)


def _unrun(cell: Cell) -> str:
    return guarded(cell.shown) if isinstance(cell, Broken) else text_of(cell)


def write_workbook(
    path: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]], *, guard: bool = False, widths: bool = False
) -> None:
    """Texts as texts, numbers as numbers, dates as dates. guard: with an apostrophe before what would be a formula.

    widths: columns as wide as their titles ask for, with a filter on them: for a list that people work with.
    """
    import xlsxwriter

    options = {"constant_memory": True, "nan_inf_to_errors": True}
    with open(path, "wb") as file, xlsxwriter.Workbook(file, options) as book:
        formats = {name: book.add_format({"num_format": form}) for name, form in _FORMATS.items()}
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, title in enumerate(titles):
            if widths:
                sheet.set_column(column, column, min(_WIDEST, max(_NARROWEST, 2 * len(title) + 4)))
            sheet.write_string(0, column, title, bold)
        for line, row in enumerate(rows, 1):
            if line >= MOST_ROWS:
                raise FileProblem(
                    msg("a workbook has no room for more than {limit} rows", limit=MOST_ROWS - 1),
                    msg("write a .csv file, or fewer rows"),
                    code="too-large",
                )
            for column, cell in enumerate(row):
                _write_cell(sheet, line, column, guarded(cell) if guard and isinstance(cell, str) else cell, formats)


def _write_cell(sheet: Worksheet, line: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(line, column, cell)
    elif isinstance(cell, (int, float)):
        sheet.write_number(line, column, cell)
    elif isinstance(cell, date) and cell.year < _FIRST_YEAR:
        sheet.write_string(line, column, text_of(cell))
    elif isinstance(cell, datetime):
        sheet.write_datetime(line, column, cell, formats[_precision(cell)])
    elif isinstance(cell, date):
        sheet.write_datetime(line, column, cell, formats["date"])
    elif isinstance(cell, (time, timedelta)):
        sheet.write_datetime(line, column, cell, formats["time"])
    elif isinstance(cell, Broken):
        sheet.write_string(line, column, cell.shown)
    elif cell:
        sheet.write_string(line, column, cell[:_LONGEST_CELL])


def _precision(moment: datetime) -> str:
    if moment.time() == time():
        return "date"
    return "second" if moment.second else "moment"
