"""What a sheet is made of: cells as a spreadsheet gives them, rows with their numbers, and the text that a reader sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from salesflow.i18n import Message

Blank: Final = ""
_DIGITS: Final = 15  # a spreadsheet shows no more of a number


class Broken(NamedTuple):
    """A cell that shows no value: an error such as #N/A, or a formula that was never computed."""

    why: Message
    shown: str = ""


class Verbatim(str):
    """A text that is meant as it stands, even where it begins as a formula does."""

    __slots__ = ()


Cell = str | int | float | bool | date | datetime | time | timedelta | Broken


class Row(NamedTuple):
    """A row with its number as the spreadsheet counts (from 1); the first cell is column A."""

    number: int
    cells: list[Cell]


class Sheet(NamedTuple):
    """A sheet: its name (empty for a text file), about how many rows it has, and the rows, to be read once."""

    name: str
    total: int
    rows: Iterator[Row]
    delimiter: str = ""


def is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and (not cell or cell.isspace())


def text_of(cell: Cell) -> str:
    """The cell as text: 13812345678.0 is "13812345678", dates are ISO, a broken cell is what it shows."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**_DIGITS else _decimal(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, Broken):
        return cell.shown
    return str(cell)


def _decimal(number: float) -> str:
    """A fraction without an exponent and without the noise of its last bits."""
    from decimal import Decimal

    shown = format(Decimal(format(number, f".{_DIGITS}g")), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
