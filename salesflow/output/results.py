"""What a command returns. It says nothing about formats: one renderer knows them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salesflow.columns import Columns, Row
from salesflow.errors import SalesflowError
from salesflow.i18n import Message
from salesflow.struct import Struct


class Listing(Struct):
    """Rows of one kind. `ref` is the key that `--format ids` prints; `more` says that a limit cut the rows off.

    exit_status: 10 for `--fail-if-any` where there is something.
    empty: what a person at a terminal is told when there is nothing; scripts and pipes get no line at all.
    compact: a terminal's tables of the groups stand close together, without headings of their columns.
    remark: what is to be said beside the rows, on stderr.
    """

    columns: Columns
    rows: Sequence[Row]
    ref: str
    title: Message | None = None
    empty: Message | None = None
    more: bool = False
    exit_status: int = 0
    group_by: str = ""  # a column's key: tables start anew with each of its values; the rows come in its order
    compact: bool = False
    remark: Message | None = None


class Record(Struct):
    """One record, with its nested tables (columns of the kinds RECORD and ROWS). `ref` is a key, `remark` as in a Listing."""

    columns: Columns
    row: Row
    ref: str
    title: Message | None = None
    exit_status: int = 0
    remark: Message | None = None


class Digest(Struct):
    """The same thing in two forms: one object for programs (JSON), rows for people and for spreadsheets.

    screen: what a terminal's table shows instead of `listing`, where less serves a person better.
    """

    record: Record
    listing: Listing
    screen: Listing | None = None
    exit_status: int = 0


class Written(Struct):
    """What a command that writes did: one line (more where it computed something), the reference, the whole record."""

    text: Message
    ref: str
    record: Record | Listing | Digest | None = None
    details: tuple[Message, ...] = ()
    exit_status: int = 0


class Document(Struct):
    """A text that is complete in itself (a report as Markdown or HTML, a policy as TOML): written as it is."""

    text: str
    exit_status: int = 0
    line_end: str = "\n"  # of the lines in a pipe, where a format wants its own


class Stream(Struct):
    """A long text that is complete in itself, in pieces that are made while it is written."""

    parts: Iterable[str]
    exit_status: int = 0


class Failed(Struct):
    """A write that was refused as a whole and has more to show than one line: why, part by part.

    `lines` and the error go to stderr; `record` goes to stdout where a format is named, and then stands for the lines.
    """

    error: SalesflowError
    record: Record | Listing | Digest
    lines: tuple[Message, ...] = ()

    @property
    def exit_status(self) -> int:
        return self.error.exit_status


Result = Listing | Record | Digest | Written | Failed | Document | Stream
