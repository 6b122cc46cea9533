"""Lists that people keep in a spreadsheet (.xlsx) or as text (.csv), read row by row, and rows written back in the same form.

Nothing here knows what the columns mean. What is read is bounded: the size of the file, of what a workbook unpacks to, and
the area of a sheet, so that no file can exhaust the machine's memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from salesflow.errors import FileProblem, UsageError
from salesflow.i18n import msg
from salesflow.services.tabular.cells import Blank, Broken, Cell, Row, Sheet, Verbatim, is_blank, text_of

__all__ = ["Blank", "Broken", "Cell", "Row", "Sheet", "Verbatim", "form_of", "is_blank", "sheets", "text_of"]

FORMS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".csv": "csv", ".tsv": "csv", ".txt": "csv"}
LARGEST_FILE = 512 * 1024 * 1024
_MAGIC = 8
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


def form_of(path: str) -> str:
    """ "xlsx" or "csv", by the file's name. UsageError for another kind of file."""
    form = FORMS.get(os.path.splitext(path)[1].lower())
    if form is None:
        raise UsageError(
            msg("{path} is neither an .xlsx nor a .csv file", path=path),
            msg("save it as .xlsx or .csv in the spreadsheet program"),
            code="not-a-list",
        )
    return form


def sheets(path: str, wanted: str | None = None, encoding: str | None = None) -> Iterator[Sheet]:
    """The sheets of a workbook that have cells and are not hidden, or the one that is wanted; a text file is one sheet.

    encoding: of a text file, where it is not to be found out. Raises FileProblem for a file that is missing, too large, not
    what its name says, or damaged; NotFound for a sheet.
    """
    begin = _beginning(path)
    form = form_of(path)
    if form == "xlsx":
        if encoding is not None:
            raise UsageError(msg("--encoding is for text files; {path} is a workbook", path=path), msg("leave it out"))
        from salesflow.services.tabular.workbook import read_workbook

        if not begin.startswith(_ZIP):
            raise _not_a_workbook(path, begin)
        return read_workbook(path, wanted)
    from salesflow.services.tabular.textfile import read_text

    if begin.startswith((_ZIP, _OLE)):
        raise FileProblem(
            msg("{path} is a workbook, not a text file", path=path),
            msg("name it .xlsx and try again"),
            code="not-a-list",
        )
    if wanted is not None:
        raise UsageError(msg("--sheet is for workbooks; {path} is a text file", path=path), msg("leave it out"))
    return iter((read_text(path, encoding),))


def _beginning(path: str) -> bytes:
    """The first bytes of a file that is there, is a file, and is not too large."""
    try:
        if not os.path.isfile(path):
            if not os.path.lexists(path):
                raise FileProblem(msg("there is no file {path}", path=path), msg("check the name"), code="missing-file")
            raise FileProblem(
                msg("{path} is not a file", path=path), msg("name an .xlsx or .csv file"), code="not-a-list"
            )
        if os.path.getsize(path) > LARGEST_FILE:
            raise FileProblem(
                msg("{path} is larger than {limit} MB", path=path, limit=LARGEST_FILE // 1024**2),
                msg("split it into smaller files"),
                code="too-large",
            )
        with open(path, "rb") as file:
            return file.read(_MAGIC)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: str, error: OSError) -> FileProblem:
    return FileProblem(
        msg("{path} cannot be read: {reason}", path=path, reason=error.strerror or str(error)),
        msg("check the file's permissions"),
    )


def _not_a_workbook(path: str, begin: bytes) -> FileProblem:
    if begin == _OLE:
        return FileProblem(
            msg("{path} is an old .xls workbook or has a password", path=path),
            msg("save it as .xlsx without a password in the spreadsheet program"),
            code="not-a-workbook",
        )
    return FileProblem(
        msg("{path} is not an .xlsx workbook", path=path),
        msg("save it as .xlsx in the spreadsheet program; a text file is named .csv"),
        code="not-a-workbook",
    )
