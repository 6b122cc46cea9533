"""Words that were erased leave the file itself: SQLite would leave them in free space until it is written over."""

from __future__ import annotations

import sqlite3
from typing import Final

from salesflow.db.transaction import connect

_PATIENCE: Final = 5  # seconds for others to end what they do


def overwrite(connection: sqlite3.Connection) -> None:
    """Have the caller's transaction overwrite with zeros what it deletes or replaces."""
    connection.execute("PRAGMA secure_delete = ON")


def scrub(path: str) -> bool:
    """Write the file anew without its free space, and empty the write-ahead log.

    False where that is not possible now, because others use the database or the disk is full. What others still read
    leaves the file when the last one of them is done. Raises DatabaseProblem where there is no database.
    """
    connection = connect(path)
    try:
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")
        connection.execute("VACUUM")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return not busy
