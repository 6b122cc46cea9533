"""Making the demonstration's database."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

from salesflow.context import Context
from salesflow.db.vault import key_file
from salesflow.errors import FileProblem
from salesflow.i18n import msg
from salesflow.services import setup, staff
from salesflow.services.demo import cast

SMALL = 60


def prepare(context: Context, seed: int) -> None:
    """A database with the cast at the context's path. An earlier demonstration there is replaced, any other file refused."""
    _clear(context.database)
    login, name = cast.FOUNDER
    facts = (("demo", "1"), ("demo_seed", str(seed)))
    setup.create(context, setup.NewDatabase(cast.COMPANY, cast.REGION, login, name, use_keyring=False, settings=facts))
    context.user = login
    with context.transaction() as work:
        for member, called, roles, region in cast.STAFF:
            leader = login if member == cast.MANAGER else cast.MANAGER
            staff.add(work, staff.NewStaff(member, called, roles, region, manager=leader))


def play(context: Context, zone: str, seed: int, size: int = SMALL) -> None:
    """Half a year of history for so many customers, ending at the context's present moment."""
    from salesflow.services.demo.season import Season

    clock = context.clock
    try:
        Season(context, zone, seed, size).play()
    finally:
        context.clock = clock
        context.refresh()


def _clear(path: str) -> None:
    if not os.path.exists(path):
        return
    if not _is_demonstration(path):
        raise FileProblem(
            msg("{path} exists and is no demonstration", path=path),
            msg("name another folder with --dir"),
            code="exists",
        )
    for file in (path, f"{path}-wal", f"{path}-shm", key_file(path)):
        if os.path.exists(file):
            os.unlink(file)


def _is_demonstration(path: str) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT 1 FROM setting WHERE name = 'demo'").fetchone() is not None
    except sqlite3.Error:
        return False
