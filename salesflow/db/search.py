"""The search index: SQLite's FTS5, kept right by triggers, so that no writer need know of it. Nothing else knows of FTS5.

One table for each kind of record, its rows numbered as the records are. They hold grams (db/grams.py) and no text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.db.grams import EVERY, INITIALS, NAME, NEED, NOTE, PINYIN, REMARK, grams

if TYPE_CHECKING:
    import sqlite3

    from salesflow.db.reader import Reader

FUNCTION: Final = "search_grams"
ANSWERS: Final = ("pain", "goal", "timeline", "decision_process")
NOTES: Final = ("content", "feedback", "next", "resolved", "open_points", "risk", "scene")
# What is searched: of each table its columns, each with the code that its grams bear.
INDEXED: Final[Mapping[str, Mapping[str, str]]] = {
    "customer": {"name": NAME, "initials": INITIALS, "pinyin": PINYIN, "need": NEED, "remark": REMARK},
    "contact": {"name": NAME, "initials": INITIALS, "pinyin": PINYIN},
    "followup": dict.fromkeys(NOTES, NOTE),
    "need": {"text": NOTE, "spec": NOTE},
    "need_analysis": dict.fromkeys(ANSWERS, NOTE),
}
_AT_ONCE: Final = 1 << 24  # bytes of grams gathered before they are written: four megabytes make four times the work
_SAMPLES: Final = 200
_LAST: Final = (1 << 63) - 1


def register(connection: sqlite3.Connection) -> None:
    """Give a connection that writes the function that the triggers call; without it a write fails, and nothing is lost."""
    connection.create_function(FUNCTION, -1, grams, deterministic=True)


class Among(NamedTuple):
    """The only records that may be found: a query for their keys, with its parameters. few: not more than some thousands."""

    keys: str
    parameters: Mapping[str, Any]
    few: bool


def newest(
    reader: Reader, table: str, expression: str, most: int, before: int | None = None, among: Among | None = None
) -> list[int]:
    """The keys of up to so many records with these grams, the newest first; `before` goes on after an earlier piece."""
    condition = ""
    if among is not None:  # the sign has the index read through and each key looked up, instead of the other way round
        condition = f" AND {'' if among.few else '+'}rowid IN ({among.keys})"
    rows = reader.rows(
        f"SELECT rowid AS id FROM {table}_search WHERE {table}_search MATCH :expression AND rowid < :before{condition} "  # noqa: S608 - names of ours
        "ORDER BY rowid DESC LIMIT :most",
        {
            **(among.parameters if among is not None else {}),
            "expression": expression,
            "before": _LAST if before is None else before,
            "most": most,
        },
    )
    return [row["id"] for row in rows]


def create(connection: sqlite3.Connection, *tables: str) -> None:
    """Make the index of these tables with its triggers, and fill it from what is there, in the caller's transaction."""
    for table in tables:
        connection.execute(
            f"CREATE VIRTUAL TABLE {table}_search USING fts5 "
            "(grams, content = '', columnsize = 0, detail = none, tokenize = 'ascii')"
        )
        _order(connection, table, "hashsize", _AT_ONCE)
        for statement in _triggers(table):
            connection.execute(statement)
    rebuild(connection, tables)


def rebuild(connection: sqlite3.Connection, tables: Iterable[str] = INDEXED) -> None:
    """Make the index anew from what is there, in the caller's transaction."""
    for table in tables:
        _order(connection, table, "delete-all")
        connection.execute(
            f"INSERT INTO {table}_search (rowid, grams) SELECT id, {_call(table, '')} FROM {table} ORDER BY id"  # noqa: S608 - names of ours
        )
    compact(connection, tables)


def compact(connection: sqlite3.Connection, tables: Iterable[str] = INDEXED) -> None:
    """Rid the index of what is no longer said: until then the grams of an erased text lie about in it, marked as deleted."""
    for table in tables:
        _order(connection, table, "optimize")


def reindex(path: str) -> dict[str, int]:
    """Make the index of a database anew; gives how many records of each kind it has. Raises DatabaseProblem, Conflict."""
    import sqlite3

    from salesflow.db.reader import locked
    from salesflow.db.transaction import connect

    connection = connect(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        rebuild(connection)
        counts = {table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in INDEXED}  # noqa: S608 - names of ours
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise locked(error, path) from error
    finally:
        connection.close()
    return counts


def unindexed(connection: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    """Tables and keys where the index and the records disagree: the one lacks what the other has, or a record's grams."""
    for table in INDEXED:
        there = {row[0] for row in connection.execute(f"SELECT id FROM {table}")}  # noqa: S608 - names of ours
        known = set(_with(connection, table, EVERY))
        yield from ((table, key) for key in sorted(there ^ known))
        yield from ((table, key) for key in _sample(sorted(there & known)) if not _complete(connection, table, key))


def _sample(keys: list[int]) -> list[int]:
    """So many keys, evenly spread."""
    return keys[:: max(1, len(keys) // _SAMPLES)]


def _complete(connection: sqlite3.Connection, table: str, key: int) -> bool:
    """Whether the index has every gram of a record."""
    columns = INDEXED[table]
    row = connection.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE id = ?", (key,)).fetchone()  # noqa: S608 - names of ours
    found = grams(*chain.from_iterable(zip(columns.values(), row, strict=True))).split(" ")
    return all(_with(connection, table, gram, " AND rowid = ?", key) for gram in dict.fromkeys(found))


def _with(connection: sqlite3.Connection, table: str, gram: str, condition: str = "", *values: int) -> list[int]:
    """The keys that the index has for a gram."""
    sql = f"SELECT rowid FROM {table}_search WHERE {table}_search MATCH ?{condition}"  # noqa: S608 - names of ours
    return [row[0] for row in connection.execute(sql, (f'"{gram}"', *values))]


def _order(connection: sqlite3.Connection, table: str, command: str, value: int | None = None) -> None:
    """One of FTS5's own commands."""
    sql = f"INSERT INTO {table}_search ({table}_search, rank) VALUES (?, ?)"  # noqa: S608 - names of ours
    connection.execute(sql, (command, value))


def _call(table: str, row: str) -> str:
    """The function with a row's columns: `row` is "new." or "old." in a trigger."""
    coded = ", ".join(f"'{code}', {row}{column}" for column, code in INDEXED[table].items())
    return f"{FUNCTION}({coded})"


def _triggers(table: str) -> Iterator[str]:
    """A table without text forgets a row only when it is told again what it was told."""
    index = f"{table}_search"
    add = f"INSERT INTO {index} (rowid, grams) VALUES (new.id, {_call(table, 'new.')});"  # noqa: S608 - names of ours
    forget = f"INSERT INTO {index} ({index}, rowid, grams) VALUES ('delete', old.id, {_call(table, 'old.')});"  # noqa: S608 - names of ours
    columns = INDEXED[table]
    differs = " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns)
    changed = f"AFTER UPDATE OF {', '.join(columns)} ON {table} WHEN {differs}"
    yield f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {add} END"
    yield f"CREATE TRIGGER {index}_update {changed} BEGIN {forget} {add} END"
    yield f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {forget} END"
