"""What a workbook's package says of itself, read before any other program is let at it.

Calamine unpacks whatever the package holds and lays a sheet out as a full grid, however far a stray cell lies; and it gives
an empty cell both for an error (#N/A) and for a formula that no program has computed. So what the parts unpack to is checked
first, and a sheet's XML is read through, in pieces, for its extent and for such cells.
"""

from __future__ import annotations

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.errors import FileProblem
from salesflow.i18n import Message, msg
from salesflow.services.tabular.cells import Broken

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST_UNPACKED: Final = 512 * 1024**2
LARGEST_RATIO: Final = 200
MOST_PARTS: Final = 10_000
MOST_BROKEN: Final = 100_000
_SMALL: Final = 10 * 1024**2  # a part below this may be packed as tightly as it likes
_CHUNK: Final = 4 * 1024**2
_LONGEST_ROW: Final = 64 * 1024**2

# Elements may have a prefix; attributes may stand in either kind of quotation marks.
_FORMULA: Final = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
_VALUE: Final = rb"(?:\s*<(?:\w+:)?v(?:\s*/>|>(?P<value>[^<]*)</(?:\w+:)?v>))?"
_CELL: Final = re.compile(rb"<(?:\w+:)?c\b(?P<cell>[^>]*[^>/])>\s*(?P<formula>" + _FORMULA + rb")?" + _VALUE)
_PLACE: Final = re.compile(rb"<(?:\w+:)?c\b(?:[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'])?")
_OWN_PLACE: Final = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_TYPE: Final = re.compile(rb"\bt=[\"'](\w+)[\"']")
_SIGNS: Final = (b"f>", b"<f ", b":f ", b'"e"', b"'e'")  # where none of these is, no cell is without its value
_ROW_END: Final = re.compile(rb"</(?:\w+:)?row>")


class Scan(NamedTuple):
    """What a sheet's XML says: its last row and column (from 1), and its cells without a value, by row and column."""

    rows: int
    columns: int
    broken: dict[int, dict[int, Broken]]


def parts(path: str) -> dict[str, str]:
    """The part of the package in which each sheet lies, by the sheet's name. FileProblem for one that is none or too large."""
    with _opened(path) as package:
        _check_size(package, path)
        names = {_folded(name): name for name in package.namelist()}
        targets = {
            relation.get("Id"): names.get(_folded(_within(relation.get("Target", ""))))
            for relation in _elements(package, "xl/_rels/workbook.xml.rels")
        }
        found: dict[str, str] = {}
        for sheet in _elements(package, "xl/workbook.xml"):
            link = next((value for name, value in sheet.items() if name.endswith("}id")), None)
            target = targets.get(link)
            if sheet.tag.endswith("}sheet") and target is not None:
                found[sheet.get("name", "")] = target
        return found


def scan(path: str, part: str) -> Scan:
    """Read a sheet's XML through, a few rows at a time."""
    rows = counted = widest = 0
    columns: set[bytes] = set()
    broken: dict[int, dict[int, Broken]] = {}
    with _opened(path) as package:
        for piece in _pieces(package, part, path):
            counted += piece.count(b"<row") + piece.count(b":row")
            places = _PLACE.findall(piece)
            columns.update(column for column, _ in places)
            rows = max(rows, max((int(row or 0) for _, row in places), default=0))
            if b"" in columns:  # a cell may leave its place out: then it follows the one before
                columns.discard(b"")
                rows = max(rows, counted)
                widest = max(widest, *(len(_PLACE.findall(row)) for row in _ROW_END.split(piece)))
            if any(sign in piece for sign in _SIGNS):
                _note_broken(piece, broken, path)
    widest = max(widest, max((_column_number(column) for column in columns), default=0))
    return Scan(rows, widest, broken)


def _pieces(package: zipfile.ZipFile, part: str, path: str) -> Iterator[bytes]:
    """A part in pieces that end where a row ends."""
    rest = b""
    with package.open(part) as file:
        while chunk := file.read(_CHUNK):
            rest += chunk
            ends = [match.end() for match in _ROW_END.finditer(rest, max(0, len(rest) - len(chunk) - 32))]
            if ends:
                yield rest[: ends[-1]]
                rest = rest[ends[-1] :]
            elif len(rest) > _LONGEST_ROW:
                raise damaged(path, msg("a row has no end"))
    yield rest


def _note_broken(piece: bytes, broken: dict[int, dict[int, Broken]], path: str) -> None:
    for match in _CELL.finditer(piece):
        place = _OWN_PLACE.search(match["cell"])
        cell = _broken(match)
        if cell is not None and place is not None:
            broken.setdefault(int(place[2]), {})[_column_number(place[1])] = cell
            if len(broken) > MOST_BROKEN:
                raise damaged(path, msg("more than {limit} rows have errors in their cells", limit=MOST_BROKEN))


def _broken(match: re.Match[bytes]) -> Broken | None:
    """What is wrong with a cell: an error, or a formula without a value (a formula may well give an empty text)."""
    kind = _TYPE.search(match["cell"])
    if kind is not None and kind[1] == b"e":
        shown = (match["value"] or b"").decode("utf-8", "replace")
        return Broken(msg("the cell shows the error {error}", error=shown or "#"), shown)
    if match["formula"] and not match["value"] and (kind is None or kind[1] != b"str"):
        return Broken(msg("the cell has a formula that was never computed: open the workbook and save it again"))
    return None


def _check_size(package: zipfile.ZipFile, path: str) -> None:
    """What the package says that it unpacks to, before anything of it is unpacked."""
    entries = package.infolist()
    tight = any(entry.file_size > max(_SMALL, LARGEST_RATIO * entry.compress_size) for entry in entries)
    if tight or len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise FileProblem(
            msg("{path} would unpack to far more than a list has", path=path),
            msg("copy the list alone into a new workbook"),
            code="too-large",
        )


def _elements(package: zipfile.ZipFile, part: str) -> Iterator[Element]:
    from xml.etree import ElementTree as ET

    text = package.read(part)
    if b"<!DOCTYPE" in text:  # a workbook has none; with one, a few bytes could stand for gigabytes
        raise KeyError(part)
    return ET.fromstring(text).iter()  # noqa: S314 - without a document type there are no entities to expand


def _within(target: str) -> str:
    """A relation's target as a name in the package."""
    return target if target.startswith("/") else f"xl/{target}"


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


@contextmanager
def _opened(path: str) -> Iterator[zipfile.ZipFile]:
    """The package; whatever is wrong with it is one kind of error."""
    from xml.etree.ElementTree import ParseError

    try:
        with zipfile.ZipFile(path) as package:
            yield package
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, ParseError) as error:
        raise damaged(path, msg("{reason}", reason=str(error))) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place in the file that cannot be, as a damaged package may name one
            raise
        raise damaged(path, msg("{reason}", reason=str(error))) from error


def damaged(path: str, reason: Message) -> FileProblem:
    return FileProblem(
        msg("{path} is damaged: {reason}", path=path, reason=reason),
        msg("open it in the spreadsheet program and save it again"),
        code="not-a-workbook",
    )
