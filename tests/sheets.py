"""Lists for tests, written as people's programs write them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

TITLES = ("客户名称", "所属行业", "联系人", "手机", "需求描述")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("杭州云帆科技有限公司", "互联网", "张伟", "13812345678", "50 台扫码终端，6 月底前上线"),
    ("宁波海川机械有限公司", "制造业", "陈波", "13812345679", "打标机 10 台，8 月到货"),
)


def workbook(
    path: Path, rows: Sequence[Sequence[Any]], *, name: str = "客户", **others: Sequence[Sequence[Any]]
) -> Path:
    """A workbook with a sheet of these rows, and further sheets by their names."""
    import xlsxwriter

    options = {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        for title, cells in {name: rows, **others}.items():
            sheet = book.add_worksheet(title)
            for line, row in enumerate(cells):
                for column, cell in enumerate(row):
                    _write(sheet, line, column, cell)
    return path


def _write(sheet: Any, line: int, column: int, cell: object) -> None:
    if isinstance(cell, str):
        sheet.write_string(line, column, cell)
    elif isinstance(cell, (date, datetime)):
        sheet.write_datetime(line, column, cell)
    elif cell is not None:
        sheet.write(line, column, cell)


def text(path: Path, rows: Sequence[Sequence[Any]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A text file with these rows."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def customers(path: Path, *rows: Sequence[Any], titles: Sequence[str] = TITLES) -> Path:
    """A customer list with these rows below the titles; a workbook or a text file, as the name says."""
    write = workbook if path.suffix == ".xlsx" else text
    return write(path, [titles, *(rows or ROWS)])


def read_back(path: Path) -> list[list[Any]]:
    """All cells of a workbook, by another program than the one that wrote it."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    return [list(row) for row in book.active.iter_rows(values_only=True)]
