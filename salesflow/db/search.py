"""The search index: SQLite's FTS5, kept right by triggers, so that no writer need know of it. Nothing else knows of FTS5.

One table for each kind of record, its rows numbered as the records are. They hold grams (db/grams.py) and no text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from salesflow.db.grams import EVERY, INITIALS, NAME, NEED, NOTE, PINYIN, REMARK, grams

if TYPE_CHECKING:
    from salesflow.db.reader import Reader

FUNCTION: Final = "search_grams"
NOTES: Final = ("content", "feedback", "next", "resolved", "open_points", "risk", "scene")
# What is searched: of each table its columns, each with the code that its grams bear.
INDEXED: Final[Mapping[str, Mapping[str, str]]] = {
    "customer": {"name": NAME, "initials": INITIALS, "pinyin": PINYIN, "need": NEED, "remark": REMARK},
    "contact": {"name": NAME, "initials": INITIALS, "pinyin": PINYIN},
    "followup": dict.fromkeys(NOTES, NOTE),
}
_AT_ONCE: Final = 1 << 24  # bytes of grams gathered before they are written: four megabytes make four times the work
_SAMPLES: Final = 200
_LAST: Final = (1 << 63) - 1


def register(connection: sqlite3.Connection) -> None:
    """Give a connection that writes the function that the triggers call; without it a write fails, and nothing is lost."""
    connection.create_function(FUNCTION, -1, grams, deterministic=True)


def newest(reader: Reader, table: str, expression: str, most: int, before: int | None = None) -> list[int]:
    """The keys of up to so many records with these grams, the newest first; `before` goes on after an earlier piece."""
    rows = reader.rows(
        f"SELECT rowid AS id FROM {table}_search WHERE {table}_search MATCH :expression AND rowid < :before "  # noqa: S608 - names of ours
        "ORDER BY rowid DESC LIMIT :most",
        {"expression": expression, "before": _LAST if before is None else before, "most": most},
    )
    return [row["id"] for row in rows]


def create(connection: sqlite3.Connection) -> None:
    """Make the index with its triggers, and fill it from what is there, in the caller's transaction."""
    for table in INDEXED:
        connection.execute(
            f"CREATE VIRTUAL TABLE {table}_search USING fts5 "
            "(grams, content = '', columnsize = 0, detail = none, tokenize = 'ascii')"
        )
        connection.execute(f"INSERT INTO {table}_search ({table}_search, rank) VALUES ('hashsize', {_AT_ONCE})")
        _fill(connection, table)
        for statement in _triggers(table):
            connection.execute(statement)


def rebuild(connection: sqlite3.Connection) -> None:
    """Make the index anew from what is there, in the caller's transaction."""
    for table in INDEXED:
        connection.execute(f"INSERT INTO {table}_search ({table}_search) VALUES ('delete-all')")
        _fill(connection, table)


def compact(connection: sqlite3.Connection) -> None:
    """Rid the index of what is no longer said: until then the grams of an erased text lie about in it, marked as deleted."""
    for table in INDEXED:
        connection.execute(f"INSERT INTO {table}_search ({table}_search) VALUES ('optimize')")


def _fill(connection: sqlite3.Connection, table: str) -> None:
    connection.execute(
        f"INSERT INTO {table}_search (rowid, grams) SELECT id, {_call(table, '')} FROM {table} ORDER BY id"
    )
    connection.execute(f"INSERT INTO {table}_search ({table}_search) VALUES ('optimize')")


def _call(table: str, row: str) -> str:
    """The function with a row's columns: `row` is "new." or "old." in a trigger."""
    coded = ", ".join(f"'{code}', {row}{column}" for column, code in INDEXED[table].items())
    return f"{FUNCTION}({coded})"


def _triggers(table: str) -> Iterator[str]:
    """A table without text forgets a row only when it is told again what it was told."""
    add = f"INSERT INTO {table}_search (rowid, grams) VALUES (new.id, {_call(table, 'new.')});"
    forget = (
        f"INSERT INTO {table}_search ({table}_search, rowid, grams) VALUES ('delete', old.id, {_call(table, 'old.')});"
    )
    columns = INDEXED[table]
    differs = " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns)
    changed = f"AFTER UPDATE OF {', '.join(columns)} ON {table} WHEN {differs}"
    yield f"CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} BEGIN {add} END"
    yield f"CREATE TRIGGER {table}_search_update {changed} BEGIN {forget} {add} END"
    yield f"CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} BEGIN {forget} END"
