"""Workbooks (.xlsx): the cells come from calamine, after a look at the package that calamine does not take.

It unpacks what the package holds and lays a sheet out as a full grid, however far a stray cell lies; and it gives an empty
cell both for an error (#N/A) and for a formula that no program has computed. So the sheet's XML is first read through, in
pieces, for its extent and for such cells.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.errors import FileProblem, NotFound
from salesflow.i18n import Message, msg
from salesflow.services.tabular.cells import Broken, Cell, Row, Sheet
from salesflow.text import nearest

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

LARGEST_UNPACKED: Final = 1024**3
LARGEST_RATIO: Final = 200
MOST_CELLS: Final = 8_000_000
MOST_BROKEN: Final = 100_000
_SMALL: Final = 10 * 1024**2  # below this a part may be packed as tightly as it likes
_CHUNK: Final = 4 * 1024**2
_LONGEST_ROW: Final = 64 * 1024**2

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_PLACE: Final = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_EMPTY: Final = rb"(?:\s*<(?:\w+:)?v\s*/>|\s*<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
_BROKEN: Final = re.compile(
    rb"<(?:\w+:)?c\b(?P<cell>[^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)" + _EMPTY
    + rb"|<(?:\w+:)?c\b(?P<error>[^>]*\bt=[\"']e[\"'][^>]*)>(?:\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>))?"
    + rb"(?:\s*<(?:\w+:)?v>(?P<shown>[^<]*)</)?"
)  # fmt: skip
_AT: Final = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")


class _Scan(NamedTuple):
    """What a sheet's XML says: its last row and column (both from 1), and its cells without a value, by row and column."""

    rows: int
    columns: int
    broken: dict[int, dict[int, Broken]]


def read_workbook(path: str, wanted: str | None) -> Iterator[Sheet]:
    """The visible sheets that have cells, or the one that is wanted, hidden or not."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    parts = _parts(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            tables = [data for data in book.sheets_metadata if data.typ is SheetTypeEnum.WorkSheet]
            if wanted is None:
                names = [data.name for data in tables if data.visible is SheetVisibleEnum.Visible]
            else:
                names = [_sheet_named(wanted, [data.name for data in tables], path)]
            for name in names:
                yield _sheet(book, path, name, parts.get(name))
    except PasswordError as error:
        raise FileProblem(
            msg("{path} has a password", path=path), msg("save it without one and try again"), code="not-a-workbook"
        ) from error
    except CalamineError as error:
        raise damaged(path, str(error)) from error


def _sheet_named(wanted: str, names: list[str], path: str) -> str:
    if wanted in names:
        return wanted
    close = nearest(wanted, names)
    hint = msg("its sheets are: {names}", names=names)
    if close is not None:
        hint = msg("did you mean {name}? Its sheets are: {names}", name=close, names=names)
    raise NotFound(msg("{path} has no sheet {name}", path=path, name=wanted), hint, code="unknown-sheet")


def _sheet(book: CalamineWorkbook, path: str, name: str, part: str | None) -> Sheet:
    scan = _Scan(0, 0, {}) if part is None else _scanned(path, part)
    if scan.rows * scan.columns > MOST_CELLS:
        raise FileProblem(
            msg("sheet {name} reaches over {rows} rows and {columns} columns", name=name, rows=scan.rows, columns=scan.columns),
            msg("delete the empty rows and columns beyond the list, or save it as .csv"),
            code="too-large",
        )
    return Sheet(name, scan.rows, _rows(book, name, scan.broken))


def _rows(book: CalamineWorkbook, name: str, broken: dict[int, dict[int, Broken]]) -> Iterator[Row]:
    sheet = book.get_sheet_by_name(name)
    offset = sheet.start[1] if sheet.start else 0
    number = 0
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells: list[Cell] = [_unescaped(cell) if isinstance(cell, str) and "_x" in cell else cell for cell in values]
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


def _unescaped(text: str) -> str:
    r"""The text without a workbook's way to write control characters: _x000D_ is \r."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _parts(path: str) -> dict[str, str]:
    """The part of the package in which each sheet lies. FileProblem for a package that unpacks to too much, or is none."""
    try:
        with zipfile.ZipFile(path) as package:
            _check_size(package, path)
            relations = {
                relation.get("Id"): _within(relation.get("Target", ""))
                for relation in _elements(package, "xl/_rels/workbook.xml.rels")
            }
            return {
                sheet.get("name", ""): relations[link]
                for sheet in _elements(package, "xl/workbook.xml")
                if sheet.tag in (f"{_MAIN}sheet", f"{_STRICT}sheet")
                for name, link in sheet.items()
                if name.endswith("}id") and link in relations
            }
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, KeyError) as error:
        raise damaged(path, str(error)) from error


def _elements(package: zipfile.ZipFile, part: str) -> list[object]:
    raise NotImplementedError


def _within(target: str) -> str:
    """A relation's target as a name in the package."""
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _check_size(package: zipfile.ZipFile, path: str) -> None:
    """What the package says that it unpacks to, before anything of it is unpacked."""
    entries = package.infolist()
    tight = any(entry.file_size > _SMALL and entry.file_size > LARGEST_RATIO * max(entry.compress_size, 1) for entry in entries)
    if tight or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise FileProblem(
            msg("{path} would unpack to far more than a list has", path=path),
            msg("save the list alone in a new workbook"),
            code="too-large",
        )


def _scanned(path: str, part: str) -> _Scan:
    """Read a sheet's XML through, never more than a few rows of it at a time."""
    rows = widest = 0
    columns: set[bytes] = set()
    broken: dict[int, dict[int, Broken]] = {}
    ...


def damaged(path: str, reason: str) -> FileProblem:
    return FileProblem(
        msg("{path} is damaged: {reason}", path=path, reason=reason),
        msg("open it in the spreadsheet program and save it again"),
        code="not-a-workbook",
    )
