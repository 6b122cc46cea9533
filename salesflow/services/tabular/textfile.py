"""Text files with one record on a line: UTF-8 with or without a mark, UTF-16 with one, GB18030; comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from salesflow.errors import FileProblem, UsageError
from salesflow.i18n import msg
from salesflow.services.tabular.cells import Cell, Row, Sheet, Verbatim
from salesflow.text import unguarded

MOST_ROWS: Final = 1_000_000
_CHUNK: Final = 1024 * 1024
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS: Final = (",", ";", "\t", "，", "|")
_LOOKED_AT: Final = 50
_LONGEST_LINE: Final = 8  # chunks
# ="0571" is how other programs keep the zero of a number.
_QUOTED: Final = re.compile(r'="([^"]*)"')


class _Found(NamedTuple):
    encoding: str
    lines: int


def read_text(path: str, encoding: str | None = None) -> Sheet:
    """The file as a sheet, in the encoding given or found. FileProblem for bytes that are no text in it.

    UsageError for an encoding that is not known.
    """
    found = _examined(path, None if encoding is None else _known(encoding))
    delimiter = _delimiter(path, found.encoding)
    return Sheet("", found.lines, _rows(path, found.encoding, delimiter), delimiter)


def _known(encoding: str) -> str:
    """The name of an encoding of texts; UTF-8 with or without its mark."""
    try:
        found = codecs.lookup(encoding.strip()).name
        "".encode(found)
    except (LookupError, UnicodeError, ValueError) as error:  # LookupError: also of a codec that is not one of texts
        raise UsageError(
            msg("there is no encoding {name}", name=encoding),
            msg("give one such as {examples}", examples=["utf-8", "gb18030", "utf-16", "big5"]),
            code="unknown-encoding",
        ) from error
    return {"utf-8": "utf-8-sig"}.get(found, found)


def _examined(path: str, given: str | None) -> _Found:
    """Which encoding all of the file is in, and about how many lines it has."""
    with open(path, "rb") as file:
        begin = file.read(4)
        file.seek(0)
        marked = next((name for mark, name in _MARKS if begin.startswith(mark)), None)
        said = given or marked
        candidates = [said] if said is not None else ["utf-8", "gb18030"]
        wide = candidates[0].startswith(("utf-16", "utf-32"))
        decoders = {name: codecs.getincrementaldecoder(name)() for name in candidates}
        lines = since = 0
        while chunk := file.read(_CHUNK):
            since = 0 if b"\n" in chunk else since + 1
            if since > _LONGEST_LINE or (b"\0" in chunk and not wide):
                raise _no_text(path, given)
            lines += chunk.count(b"\n")
            _advance(decoders, chunk)
        _advance(decoders, b"", final=True)
    if not decoders:
        raise _no_text(path, said)
    return _Found(next(iter(decoders)), lines)


def _advance(decoders: dict[str, codecs.IncrementalDecoder], chunk: bytes, *, final: bool = False) -> None:
    """Feed each decoder; one that fails is out."""
    for name in list(decoders):
        try:
            decoders[name].decode(chunk, final)
        except UnicodeDecodeError:
            del decoders[name]


def _no_text(path: str, encoding: str | None = None) -> FileProblem:
    if encoding is not None:
        return FileProblem(
            msg("{path} is not the {encoding} text that it is said to be", path=path, encoding=_shown(encoding)),
            msg("name its encoding, such as: --encoding gb18030; or save it as .xlsx in the spreadsheet program"),
            code="unknown-encoding",
        )
    return FileProblem(
        msg("{path} is neither UTF-8 nor GB18030 text", path=path),
        msg("save it as .csv (UTF-8) or as .xlsx in the spreadsheet program"),
        code="unknown-encoding",
    )


def _shown(encoding: str) -> str:
    return encoding.removesuffix("-sig").upper()


def _delimiter(path: str, encoding: str) -> str:
    """What separates the cells: the character that splits the most of the first lines into the same number of cells."""
    with open(path, encoding=encoding, newline="") as file:
        lines = [line for line in islice(file, _LOOKED_AT) if line.strip()]
    return max(_DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: list[str], delimiter: str) -> tuple[int, int]:
    try:
        widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if len(cells) > 1)
    except csv.Error:
        return 0, 0
    return max(((count, width) for width, count in widths.items()), default=(0, 0))


def _rows(path: str, encoding: str, delimiter: str) -> Iterator[Row]:
    number = 0
    try:
        with open(path, encoding=encoding, newline="") as file:
            for number, cells in enumerate(csv.reader(file, delimiter=delimiter, strict=True), 1):
                if number > MOST_ROWS:
                    raise too_many_rows(path)
                yield Row(number, _unguarded(cells))
    except csv.Error as error:
        raise FileProblem(
            msg("row {row} of {path} cannot be read: {reason}", row=number + 1, path=path, reason=str(error)),
            msg("look for a quotation mark that is never closed"),
            code="not-a-list",
        ) from error
    except UnicodeDecodeError as error:  # somebody changed the file while it was read
        raise _no_text(path) from error


def too_many_rows(path: str) -> FileProblem:
    return FileProblem(
        msg("{path} has more than {limit} rows", path=path, limit=MOST_ROWS),
        msg("split it into smaller files"),
        code="too-large",
    )


def _unguarded(cells: list[str]) -> list[Cell]:
    """The cells without what keeps a spreadsheet from reading a text as something else."""
    return [_bare(cell) if cell[:1] in ("'", "=") else cell for cell in cells]


def _bare(cell: str) -> str:
    meant = unguarded(cell)
    if meant is not None:
        return Verbatim(meant)
    quoted = _QUOTED.fullmatch(cell.strip())
    return quoted[1] if quoted else cell
