"""Writing rows that were refused to a file of the same form, so that they can be corrected and imported again."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.errors import FileProblem
from salesflow.i18n import msg
from salesflow.services.tabular import form_of
from salesflow.services.tabular.cells import Broken, Cell, text_of

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_RUNS: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_FORMATS: Final = {"date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "time": "hh:mm:ss"}
_LONGEST_CELL: Final = 32_767  # a workbook holds no more
_FIRST_YEAR: Final = 1900  # a workbook knows no earlier date
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


class BadRow(NamedTuple):
    """A row that was refused, why, and its cells as they were."""

    number: int
    reason: str
    cells: Sequence[Cell]


def free_path(path: str) -> str:
    """Where the bad rows of a file go unless told otherwise: list.errors.xlsx beside it, list.errors-2.xlsx if that is taken."""
    stem, ending = os.path.splitext(path)
    stem = re.sub(r"\.errors(-\d+)?$", "", stem)  # where these were bad rows already
    ending = ".xlsx" if ending.lower() == ".xlsm" else ending
    candidate, number = f"{stem}.errors{ending}", 2
    while os.path.lexists(candidate):
        candidate, number = f"{stem}.errors-{number}{ending}", number + 1
    return candidate


def write_bad_rows(path: str, titles: Sequence[str], rows: Iterable[BadRow], delimiter: str) -> None:
    """Write the rows below their titles, in one step. `titles` begin with those of the reason and the row's number."""
    part = f"{path}.part"
    try:
        if form_of(path) == "xlsx":
            _write_workbook(part, titles, rows)
        else:
            _write_text(part, titles, rows, delimiter)
        os.replace(part, path)
    except OSError as error:
        if os.path.exists(part):
            os.unlink(part)
        raise FileProblem(
            msg("{path} cannot be written: {reason}", path=path, reason=error.strerror or str(error)),
            msg("name another file with --errors-to"),
        ) from error


def _write_text(path: str, titles: Sequence[str], rows: Iterable[BadRow], delimiter: str) -> None:
    """UTF-8 with a mark, by which a spreadsheet program knows it; what it would run gets an apostrophe in front."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([_harmless(title) for title in titles])
        for row in rows:
            writer.writerow([_harmless(row.reason), str(row.number), *(_harmless(text_of(cell)) for cell in row.cells)])


def _harmless(text: str) -> str:
    return f"'{text}" if _RUNS.match(text) and not _NUMBER.fullmatch(text) else text


def _write_workbook(path: str, titles: Sequence[str], rows: Iterable[BadRow]) -> None:
    """Texts as texts, numbers as numbers, dates as dates: what was a telephone number stays one."""
    import xlsxwriter

    options = {"constant_memory": True, "nan_inf_to_errors": True}
    with open(path, "wb") as file, xlsxwriter.Workbook(file, options) as book:
        formats = {name: book.add_format({"num_format": form}) for name, form in _FORMATS.items()}
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title, bold)
        for line, row in enumerate(rows, 1):
            for column, cell in enumerate((row.reason, row.number, *row.cells)):
                _write_cell(sheet, line, column, cell, formats)


def _write_cell(sheet: Worksheet, line: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(line, column, cell)
    elif isinstance(cell, (int, float)):
        sheet.write_number(line, column, cell)
    elif isinstance(cell, date) and cell.year < _FIRST_YEAR:
        sheet.write_string(line, column, text_of(cell))
    elif isinstance(cell, datetime):
        sheet.write_datetime(line, column, cell, formats["date" if cell.time() == time() else "moment"])
    elif isinstance(cell, date):
        sheet.write_datetime(line, column, cell, formats["date"])
    elif isinstance(cell, (time, timedelta)):
        sheet.write_datetime(line, column, cell, formats["time"])
    elif isinstance(cell, Broken):
        sheet.write_string(line, column, cell.shown)
    elif cell:
        sheet.write_string(line, column, cell[:_LONGEST_CELL])
