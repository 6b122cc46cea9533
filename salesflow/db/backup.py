"""Copies of the database that are whole even while others write, and the check that a database is sound."""

from __future__ import annotations

import os
import sqlite3
from typing import NamedTuple

from salesflow.db import store
from salesflow.db.files import publish, workshop
from salesflow.db.reader import connect
from salesflow.db.schema import is_current, problem
from salesflow.errors import FileProblem
from salesflow.i18n import msg


def free_name(path: str) -> str:
    """The path, or the first of path.2, path.3 … that does not exist."""
    number, candidate = 2, path
    while os.path.exists(candidate):
        candidate = f"{path}.{number}"
        number += 1
    return candidate


class Copied(NamedTuple):
    """What a backup holds: the size of the database in bytes, and how many files of attachments are beside it."""

    size: int
    files: int


def backup(path: str, target: str, *, attachments: bool = False) -> Copied:
    """Copy the database as of now to a new file and verify the copy; also its attachments. An existing target is refused.

    The copy is written apart and gets its name when it is whole, so that a target is never half a backup.
    """
    for taken in (target, store.folder(target)):
        if os.path.lexists(taken):
            raise _taken(taken)
    source = connect(path)
    try:
        is_current(source, path)
        with workshop(target) as folder:
            draft = os.path.join(folder, "draft.db")
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            _copy(source, draft)
            files = _copy_attachments(path, draft) if attachments else 0
            if files:  # before the database: a backup that is there has its files
                os.rename(store.folder(draft), store.folder(target))
            publish(draft, target)
    except sqlite3.Error as error:
        raise problem(error, path) from error
    except FileExistsError as error:  # somebody else was quicker
        raise _taken(target) from error
    except OSError as error:
        raise FileProblem(
            msg("{path} cannot be written: {reason}", path=target, reason=error.strerror or str(error)),
            msg("name a folder that exists and that you may write to"),
        ) from error
    finally:
        source.close()
    return Copied(os.path.getsize(target), files)


def _copy_attachments(path: str, draft: str) -> int:
    """Copy the files that the drafted copy of the database names, so that both tell of the same moment; gives how many."""
    copy = sqlite3.connect(draft)
    try:
        if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'attachment'").fetchone() is None:
            return 0  # an older schema, that has none yet
        named = {row[0] for row in copy.execute("SELECT sha256 FROM attachment WHERE removed_at IS NULL")}
    finally:
        copy.close()
    return store.copy_all(path, store.folder(draft), named)


def _copy(source: sqlite3.Connection, draft: str) -> None:
    copy = sqlite3.connect(draft)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        verdict = integrity(copy)
    finally:
        copy.close()
    if verdict:
        raise FileProblem(
            msg("the copy is damaged: {reason}", reason=verdict[0]), msg("run: salesflow db check"), code="damaged"
        )


def _taken(target: str) -> FileProblem:
    return FileProblem(
        msg("{path} exists already", path=target), msg("name a new file; a backup never replaces one"), code="exists"
    )


def integrity(connection: sqlite3.Connection) -> list[str]:
    """What SQLite itself finds wrong with the file: its structure, its constraints, its foreign keys; empty when sound."""
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    keys = connection.execute("PRAGMA foreign_key_check").fetchall()
    return found + [f"{table} row {row} points to a {parent} that is not there" for table, row, parent, _ in keys]
