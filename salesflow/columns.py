"""What a field of a record is: its key in JSON, its heading for people, its kind. One set of columns serves every format.

A row is a mapping from keys to values as the database gives them: money in fen, percentages in basis points, quantities
in thousandths, dates and instants as ISO text (instants in UTC), flags as 0 or 1. The output layer turns a value into
text or JSON by the column's kind; nothing else in the program formats a field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

Row = Mapping[str, Any]


class Kind(StrEnum):
    """How a field's stored value is written: (stored) -> JSON; people."""

    TEXT = "text"  # str -> string
    CODE = "code"  # enumeration code -> the code; its label in the reader's language
    INTEGER = "integer"  # int -> number
    MONEY = "money"  # int fen -> "1234.50"; 1,234.50
    PERCENT = "percent"  # int basis points -> "12.00"; 12 %
    QUANTITY = "quantity"  # int thousandths -> "1.5"
    PRICE = "price"  # int ten-thousandths of a yuan -> "12.3456"
    DATE = "date"  # "2026-03-12"
    INSTANT = "instant"  # "2026-03-12 01:00:00" UTC -> "2026-03-12T09:00:00+08:00"; 2026-03-12 09:00
    FLAG = "flag"  # 0 or 1 -> false, true; yes or nothing
    LIST = "list"  # JSON array of strings as text, or a sequence -> array; joined with commas
    OBJECT = "object"  # a mapping of JSON values -> object; one "key: value" a line
    RECORD = "record"  # a row of `columns`, or None
    ROWS = "rows"  # rows of `columns`
    MESSAGE = "message"  # an i18n Message -> the sentence
    FIGURE = "figure"  # a Figure -> as the kind that it brings along


class Figure(NamedTuple):
    """A value in a column of values of many kinds. signed: people see the plus of a positive number too."""

    kind: Kind
    value: Any
    signed: bool = False


class Column(NamedTuple):
    """One field. `header` is English and is translated in the context "column"; keys are only ever added, never renamed."""

    key: str
    header: str
    kind: Kind = Kind.TEXT
    labels: str = ""  # CODE, LIST of codes: the catalogue's context for the labels, such as "status"
    table: bool = True  # shown in a listing's table; JSON and --fields have every column
    flexible: bool = False  # may be shortened where the terminal is narrow
    spare: bool = False  # the first to be left out where the terminal is narrow
    columns: tuple[Column, ...] = ()  # RECORD, ROWS: the nested columns
    order: str = ""  # the view's column to sort by where it is not the key; a leading "-" turns the direction round
    urgent: bool = False  # INTEGER: coloured where positive (days overdue); DATE, CODE: never

    @property
    def sort_key(self) -> str:
        return self.order or self.key


Columns = tuple[Column, ...]


def keys(columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(column.key for column in columns)


def by_key(columns: Sequence[Column]) -> dict[str, Column]:
    return {column.key: column for column in columns}
