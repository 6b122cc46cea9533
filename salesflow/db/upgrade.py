"""Making a database and bringing one up to date: Alembic's migrations, then the views anew, in one transaction."""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from salesflow.db.schema import HEAD, problem
from salesflow.errors import DatabaseProblem
from salesflow.i18n import msg


def create_database(path: str) -> None:
    """Make the file with the current schema; an existing file is refused. The file is readable by its owner alone."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        os.makedirs(folder, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise DatabaseProblem(
            msg("{path} exists already", path=path),
            msg("use it as it is, or name another file with --db"),
            code="exists",
        ) from error
    except OSError as error:
        raise DatabaseProblem(
            msg("{path} cannot be made: {reason}", path=path, reason=error.strerror or str(error)),
            msg("check the folder's permissions, or name another file with --db"),
            code="unwritable",
        ) from error
    try:
        _set_journal(path)
        upgrade(path)
    except BaseException:
        remove(path)
        raise


def remove(path: str) -> None:
    """Take a database that was only just made away again, with what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)


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

    from salesflow.db.transaction import closing_engine
    from salesflow.models.views import create_views, drop_views

    try:
        with closing_engine(path) as engine, engine.begin() as connection:
            drop_views(connection)
            command.upgrade(_alembic(connection), HEAD)
            create_views(connection)
    except DatabaseError as error:
        raise problem(sqlite3.OperationalError(str(error.orig)), path) from error


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
