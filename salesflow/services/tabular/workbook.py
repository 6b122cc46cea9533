"""Workbooks (.xlsx): the cells come from calamine, after a look at the package that calamine does not take (see `package`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from salesflow.errors import FileProblem, NotFound
from salesflow.i18n import msg
from salesflow.services.tabular import package
from salesflow.services.tabular.cells import Broken, Cell, Row, Sheet, Verbatim
from salesflow.text import nearest, unguarded

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MOST_CELLS: Final = 8_000_000
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")


def read_workbook(path: str, wanted: str | None) -> Iterator[Sheet]:
    """The visible sheets, or the one that is wanted, hidden or not. Each is unpacked when it is asked for."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    parts = package.parts(path)
    with _understood(path), CalamineWorkbook.from_path(path) as book:
        tables = [data for data in book.sheets_metadata if data.typ is SheetTypeEnum.WorkSheet]
        if wanted is None:
            names = [data.name for data in tables if data.visible is SheetVisibleEnum.Visible]
        else:
            names = [_sheet_named(wanted, [data.name for data in tables], path)]
        for name in names:
            yield _sheet(book, path, name, parts.get(name))


@contextmanager
def _understood(path: str) -> Iterator[None]:
    """What calamine cannot read is a problem of the file."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError as error:
        raise FileProblem(
            msg("{path} has a password", path=path), msg("save it without one and try again"), code="not-a-workbook"
        ) from error
    except CalamineError as error:
        raise package.damaged(path, msg("{reason}", reason=str(error))) from error
    except BaseException as error:
        if (
            type(error).__name__ != "PanicException"
        ):  # how a defect in its Rust arrives here: no Exception, and exported nowhere
            raise
        raise package.damaged(path, msg("{reason}", reason=str(error))) from error


def _sheet_named(wanted: str, names: list[str], path: str) -> str:
    if wanted in names:
        return wanted
    close = nearest(wanted, names)
    hint = msg("its sheets are: {names}", names=names)
    if close is not None:
        hint = msg("did you mean {name}? Its sheets are: {names}", name=close, names=names)
    raise NotFound(msg("{path} has no sheet {name}", path=path, name=wanted), hint, code="unknown-sheet")


def _sheet(book: CalamineWorkbook, path: str, name: str, part: str | None) -> Sheet:
    if part is None:
        raise package.damaged(path, msg("sheet {name} is missing", name=name))
    scan = package.scan(path, part)
    if scan.rows * scan.columns > MOST_CELLS:
        raise FileProblem(
            msg(
                "sheet {name} reaches over {rows} rows and {columns} columns",
                name=name,
                rows=scan.rows,
                columns=scan.columns,
            ),
            msg("delete the empty rows and columns beyond the list, or save it as .csv"),
            code="too-large",
        )
    with _understood(path):
        sheet = book.get_sheet_by_name(name)
    return Sheet(name, scan.rows, _rows(sheet, scan.broken))


def _rows(sheet: CalamineSheet, broken: dict[int, dict[int, Broken]]) -> Iterator[Row]:
    offset = sheet.start[1] if sheet.start else 0
    number = 0
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells: list[Cell] = [
            _meant(cell) if isinstance(cell, str) and ("_x" in cell or cell[:1] == "'") else cell for cell in values
        ]
        if offset:
            cells[:0] = [""] * offset
        yield Row(number, _with_broken(cells, broken.pop(number, {})) if broken else cells)
    for rest in sorted(broken):  # below the last cell that has a value
        yield Row(rest, _with_broken([], broken[rest]))


def _with_broken(cells: list[Cell], broken: dict[int, Broken]) -> list[Cell]:
    cells += [""] * (max(broken, default=0) - len(cells))
    for column, cell in broken.items():
        cells[column - 1] = cell
    return cells


def _meant(text: str) -> str:
    """The text as it was before it was written: without a workbook's escapes, and without our guard against formulas."""
    found = _unescaped(text)
    bare = unguarded(found)
    return found if bare is None else Verbatim(bare)


def _unescaped(text: str) -> str:
    r"""The text without a workbook's way to write control characters: _x000D_ is \r."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
