"""A paper for a customer as a plain value: what stands on it, in its language, from top to bottom. Every format is written from it.

Values of tables stay what they are (fen, basis points, thousandths), so that a workbook has numbers; `shown` writes them for
readers. Texts have come through `said`: no control characters, and nothing that XML cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from salesflow import columns, i18n
from salesflow.columns import Kind
from salesflow.i18n import Message, msg
from salesflow.output.values import NUMERIC, Locale, text_writer
from salesflow.text import printable

_NOT_XML: Final = "[\ufffe\uffff]"
_WIDE: Final = 58  # characters of numbers in a row that a portrait page has room for beside the names


class Entry(NamedTuple):
    """A text with its label; on a signature block an empty text is a line to write on."""

    label: str
    text: str


class Facts(NamedTuple):
    """Who and what, in two stacks side by side."""

    left: tuple[Entry, ...]
    right: tuple[Entry, ...]


class Column(NamedTuple):
    """A column of a paper's table. share: a text column's part of the width that numbers leave. zero: what 0 is called."""

    name: str
    kind: Kind = Kind.TEXT
    share: int = 0
    zero: str = ""

    @property
    def right(self) -> bool:
        return self.kind in NUMERIC


class Table(NamedTuple):
    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]


class Sum(NamedTuple):
    label: str
    amount: int
    strong: bool = False


class Totals(NamedTuple):
    """Sums in fen, and the last of them in words."""

    sums: tuple[Sum, ...]
    words: Entry


class Terms(NamedTuple):
    """Labelled texts, one below the other; `numbered` are the clauses of a contract, under their headings."""

    name: str
    entries: tuple[Entry, ...]
    numbered: bool = False


class Prose(NamedTuple):
    text: str


class Party(NamedTuple):
    name: str
    entries: tuple[Entry, ...]


class Signatures(NamedTuple):
    parties: tuple[Party, ...]


class Letterhead(NamedTuple):
    """The seller at the head of the page: its name, and a line or two on how to reach it."""

    name: str
    lines: tuple[str, ...] = ()


Block = Facts | Table | Totals | Terms | Prose | Signatures


class Paper(NamedTuple):
    """A paper. mark: what is written across each page, None on a valid one. paging: what stands around the page's number
    and the number of pages, as in "Page 1 of 3"."""

    language: str
    title: str
    reference: str
    letterhead: Letterhead
    mark: str | None
    blocks: tuple[Block, ...]
    paging: tuple[str, str, str]
    made_at: datetime

    @property
    def wide(self) -> bool:
        """Numbers so long that the page is turned."""
        return any(_breadth(table, self.language) > _WIDE for table in self.blocks if isinstance(table, Table))

    def texts(self) -> Iterator[str]:
        """All that is written on it."""
        yield from (self.title, self.reference, self.mark or "", self.letterhead.name, *self.letterhead.lines)
        yield from self.paging
        for block in self.blocks:
            yield from _texts(block, self.language)


def paging(language: str) -> tuple[str, str, str]:
    """What stands before, between and after the two numbers."""
    before, between, after = re.split(
        "[\x01\x02]", i18n.render(msg("Page {page} of {pages}", page="\x01", pages="\x02"), language)
    )
    return before, between, after


def said(text: object, language: str = "en") -> str:
    """A text as a paper may have it. A Message is rendered in the language."""
    found = i18n.render(text, language) if isinstance(text, Message) else str(text)
    return re.sub(_NOT_XML, lambda match: f"\\u{ord(match[0]):04x}", printable(found, keep_newlines=True))


def shown(column: Column, value: Any, language: str) -> str:
    """A table's value for readers; nothing for None."""
    if column.zero and value == 0:
        return column.zero
    if column.kind is Kind.TEXT:
        return "" if value is None else str(value)
    return text_writer(columns.Column("", "", column.kind), Locale(UTC, language))(value)


def day(iso: str, language: str) -> str:
    """A day as a paper has it: 2026年3月2日, 2026-03-02."""
    found = date.fromisoformat(iso)
    return f"{found.year}年{found.month}月{found.day}日" if language == "zh" else found.isoformat()


def entries(*pairs: tuple[Message | str, object], language: str) -> tuple[Entry, ...]:
    """What is there of labelled texts."""
    return tuple(Entry(said(label, language), said(text, language)) for label, text in pairs if text not in (None, ""))


def _breadth(table: Table, language: str) -> int:
    """The characters that the columns of numbers need."""
    longest = (
        max((len(shown(column, row[place], language)) for row in table.rows), default=0)
        for place, column in enumerate(table.columns)
        if column.right
    )
    return sum(longest)


def _texts(block: Block, language: str) -> Iterator[str]:
    if isinstance(block, Table):
        yield from (block.name, *(column.name for column in block.columns))
        for row in block.rows:
            yield from (shown(column, value, language) for column, value in zip(block.columns, row, strict=True))
    elif isinstance(block, Prose):
        yield block.text
    elif isinstance(block, Totals):
        yield from (one.label for one in block.sums)
        yield from block.words
    elif isinstance(block, Signatures):
        for party in block.parties:
            yield party.name
            yield from (text for entry in party.entries for text in entry)
    else:
        listed = (*block.left, *block.right) if isinstance(block, Facts) else block.entries
        yield "" if isinstance(block, Facts) else block.name
        yield from (text for entry in listed for text in entry)
