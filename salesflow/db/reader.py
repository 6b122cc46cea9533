"""The read side: the database's views through the driver alone, read-only, in one consistent snapshot per command."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from salesflow.db.schema import is_current, problem
from salesflow.errors import Conflict, DatabaseProblem
from salesflow.i18n import msg

BUSY_SECONDS = 60.0


class Reader:
    """An open database that cannot be changed through it. Rows are dicts in the order of the selected columns."""

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self.connection = connection
        self.path = path

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        return list(self.stream(sql, parameters))

    def stream(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        try:
            cursor = self.connection.execute(sql, parameters or {})
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))
        except sqlite3.OperationalError as error:
            raise locked(error, self.path) from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise problem(error, self.path) from error

    def one(self, sql: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        return next(iter(self.rows(sql, parameters)), None)

    def value(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row; None where there is none."""
        row = self.one(sql, parameters)
        return None if row is None else next(iter(row.values()))

    def renew(self) -> None:
        """Begin another snapshot, with the next read: opening a file anew takes longer, because SQLite then reads the schema."""
        self.connection.execute("COMMIT")
        self.connection.execute("BEGIN")

    def close(self) -> None:
        self.connection.close()


def locked(error: sqlite3.OperationalError, path: str) -> Conflict | DatabaseProblem:
    """A database that stayed locked is a conflict; everything else is a problem with the file."""
    if "locked" in str(error) or "busy" in str(error):
        return Conflict(
            msg("{path} stayed locked by another program", path=path),
            msg("nothing was changed; try again"),
            code="locked",
        )
    return problem(error, path)


def missing(path: str) -> DatabaseProblem:
    return DatabaseProblem(
        msg("there is no database at {path}", path=path),
        msg("make one with: salesflow init (or look around first with: salesflow demo)"),
        code="missing-database",
    )


def connect(path: str) -> sqlite3.Connection:
    """A read-only connection in autocommit mode; a file on a read-only medium is opened as one that nobody changes."""
    if not os.path.exists(path):
        raise missing(path)
    if os.path.isdir(path):
        raise DatabaseProblem(
            msg("{path} is a folder, not a database", path=path), msg("name a file with --db"), code="not-a-database"
        )
    uri = "file:" + os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    unwritable = not os.access(os.path.dirname(os.path.abspath(path)), os.W_OK) and not os.path.exists(path + "-wal")
    try:
        connection = sqlite3.connect(
            f"{uri}?mode=ro{'&immutable=1' if unwritable else ''}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )
    except sqlite3.Error as error:
        raise problem(error, path) from error
    return connection


def open_reader(path: str) -> Reader:
    """Open for reading; an older schema is upgraded first, after a backup. One transaction spans all that is read."""
    connection = connect(path)
    try:
        current = is_current(connection, path)
    except BaseException:
        connection.close()
        raise
    if not current:
        connection.close()
        from salesflow.db.upgrade import upgrade_own_file

        upgrade_own_file(path)
        connection = connect(path)
    connection.execute("BEGIN")
    return Reader(connection, path)
