"""Which schema a database has, found out with the driver alone, and what to do about it."""

from __future__ import annotations

import sqlite3

from salesflow.errors import DatabaseProblem
from salesflow.i18n import msg

REVISIONS = ("0001", "0002", "0003")  # the migrations in order; the last is what this program works with
HEAD = REVISIONS[-1]


def revision(connection: sqlite3.Connection) -> str | None:
    """The revision of an open database; None where it is not one of ours. Raises sqlite3.DatabaseError where it is no database."""
    found = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    ).fetchone()
    if found is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def is_current(connection: sqlite3.Connection, path: str) -> bool:
    """Whether the database has this program's schema; False where it is older. One that is not ours or newer is refused."""
    try:
        found = revision(connection)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise problem(error, path) from error
    if found == HEAD:
        return True
    if found is None:
        raise DatabaseProblem(
            msg("{path} is not a salesflow database", path=path),
            msg("name another file with --db, or make a database with: salesflow init"),
            code="not-a-database",
        )
    if found not in REVISIONS:
        raise DatabaseProblem(
            msg(
                "{path} was written by a newer salesflow (schema {found}, this program knows {known})",
                path=path,
                found=found,
                known=HEAD,
            ),
            msg("install the newer version; nothing was changed"),
            code="newer-database",
        )
    return False


def problem(error: sqlite3.Error | UnicodeDecodeError, path: str) -> DatabaseProblem:
    """The clear form of what the driver says of a file; that it cannot decode is all it says of some that are damaged."""
    text = str(error).lower()
    if "not a database" in text or "file is encrypted" in text:
        return DatabaseProblem(
            msg("{path} is not a database", path=path),
            msg("name another file with --db, or make a database with: salesflow init"),
            code="not-a-database",
        )
    if "readonly" in text or "read-only" in text:
        return DatabaseProblem(
            msg("{path} cannot be written: it is read-only", path=path),
            msg("check the permissions of the file and its folder"),
            code="read-only",
        )
    if "full" in text:
        return DatabaseProblem(
            msg("no space left for {path}: nothing was changed", path=path),
            msg("free some space and try again"),
            code="disk-full",
        )
    if "disk i/o" in text:
        return DatabaseProblem(
            msg("{path} cannot be read or written: {reason}", path=path, reason=str(error)),
            msg("nothing was changed; check the disk, and whether a limit on file sizes is set"),
            code="disk-failure",
        )
    if "malformed" in text or "corrupt" in text or isinstance(error, UnicodeDecodeError):
        return DatabaseProblem(
            msg("{path} is damaged: {reason}", path=path, reason=str(error)),
            msg("restore the last backup; see: salesflow db check"),
            code="damaged",
        )
    return DatabaseProblem(msg("{path} cannot be used: {reason}", path=path, reason=str(error)), code="database")
