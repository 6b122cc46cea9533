"""Writing rows that were refused to a file of the same form, so that they can be corrected and imported again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from salesflow.i18n import msg
from salesflow.services.tabular import form_of
from salesflow.services.tabular.cells import Cell, Verbatim
from salesflow.services.tabular.writing import in_one_step, write_text, write_workbook
from salesflow.text import guarded


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
    """Write the rows below their titles, in one step. `titles` begin with those of the reason and the row's number.

    UTF-8 text has a mark, by which a spreadsheet program knows it.
    """
    with in_one_step(path, msg("name another file with --errors-to")) as part:
        if form_of(path) == "xlsx":
            write_workbook(part, titles, ((row.reason, row.number, *map(_as_read, row.cells)) for row in rows))
        else:
            with open(part, "w", encoding="utf-8-sig", newline="") as file:
                below = ((row.reason, row.number, *row.cells) for row in rows)
                write_text(file, chain((titles,), below), delimiter=delimiter)


def _as_read(cell: Cell) -> Cell:
    """A text whose guard was taken away gets it back."""
    return guarded(cell) if isinstance(cell, Verbatim) else cell
