"""Making a database and bringing one up to date: Alembic's migrations, then the views anew, in one transaction."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from salesflow.db.files import publish, workshop
from salesflow.db.schema import HEAD, problem
from salesflow.db.vault import key_file
from salesflow.errors import DatabaseProblem
from salesflow.i18n import msg


@contextmanager
def new_database(path: str) -> Iterator[str]:
    """Make a database: gives a draft with the current schema to be filled; it gets its name when the block ends well.

    The file, and the key file that the block may put beside it, are readable by their owner alone. Neither replaces another.
    """
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        _refuse_taken(path)
        with workshop(path) as folder:
            draft = os.path.join(folder, "draft.db")
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            _set_journal(draft)
            upgrade(draft)
            yield draft
            _publish(draft, path)
    except OSError as error:
        if isinstance(error, FileExistsError) and os.path.lexists(path):  # somebody else was quicker
            raise _taken(path) from error
        raise DatabaseProblem(
            msg("{path} cannot be made: {reason}", path=path, reason=error.strerror or str(error)),
            msg("check the folder's permissions, or name another file with --db"),
            code="unwritable",
        ) from error


def _publish(draft: str, path: str) -> None:
    """The key first: a database without its key would be worse than a key without its database."""
    keyed = os.path.exists(key_file(draft))
    if keyed:
        publish(key_file(draft), key_file(path))
    try:
        publish(draft, path)
    except OSError:
        if keyed:
            os.unlink(key_file(path))
        raise


def _refuse_taken(path: str) -> None:
    if os.path.lexists(path):
        raise _taken(path)
    if os.path.exists(key_file(path)):
        raise DatabaseProblem(
            msg("there is the key of another database at {path}", path=key_file(path)),
            msg("keep it: move it to where its database is, or name another file with --db"),
            code="exists",
        )


def _taken(path: str) -> DatabaseProblem:
    return DatabaseProblem(
        msg("{path} exists already", path=path), msg("use it as it is, or name another file with --db"), code="exists"
    )


def _set_journal(path: str) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def upgrade(path: str) -> None:
    """Run the missing migrations and make the views anew, in one transaction."""
    from alembic import command
    from sqlalchemy.exc import DatabaseError

    from salesflow.db.transaction import engine
    from salesflow.models.views import create_views, drop_views

    try:
        with engine(path) as writing, writing.begin() as connection:
            drop_views(connection)
            command.upgrade(_alembic(connection), HEAD)
            create_views(connection)
    except DatabaseError as error:
        raise problem(sqlite3.OperationalError(str(error.orig)), path) from error
    except sqlite3.Error as error:  # the search index is made by the driver alone
        raise problem(error, path) from error


def upgrade_own_file(path: str) -> str:
    """Upgrade a person's own file by itself: back it up beside itself first; gives the backup's path."""
    from salesflow.db.backup import backup, free_name

    copy = free_name(f"{path}.before-{HEAD}")
    backup(path, copy)
    upgrade(path)
    return copy


def _alembic(connection: Any) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", os.path.join(os.path.dirname(__file__), "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
