"""What the fault tests share: how long they go on, processes that are killed, kept small, or denied root's privileges."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from salesflow.db.check import problems
from tests.conftest import PROGRAM, ROOT, Done, Office, outside

SOAK = os.environ.get("SALESFLOW_SOAK") == "1"
PATIENCE = 300.0
_PR_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2


def long(short: int, soak: int) -> int:
    """How often: the short form, or with SALESFLOW_SOAK=1 the long one."""
    return soak if SOAK else short


def start(office: Office, *words: str, user: str | None = None, **extra: str) -> subprocess.Popen[str]:
    """A command as a process that goes on by itself."""
    return subprocess.Popen(
        [*PROGRAM, *words],
        cwd=ROOT,
        env=outside(office.environ(user=user), **extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def finish(process: subprocess.Popen[str]) -> Done:
    out, err = process.communicate(timeout=PATIENCE)
    return Done(process.returncode, out, err)


def run(office: Office, *words: str, before: Callable[[], None] | None = None, user: str | None = None) -> Done:
    """A command whose process is prepared by `before`."""
    done = subprocess.run(
        [*PROGRAM, *words],
        cwd=ROOT,
        env=outside(office.environ(user=user)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        preexec_fn=before,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def without_privilege() -> None:
    """Obey the permissions of files as everybody else must, even as root."""
    if os.geteuid() == 0:
        system = ctypes.CDLL(None)
        for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            system.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def writing_at_most(size: int) -> Callable[[], None]:
    """No file may grow beyond so many bytes."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@contextmanager
def small_disk(size: int) -> Iterator[Path | None]:
    """A disk of so many bytes; None where the system does not let us make one."""
    folder = Path(tempfile.mkdtemp(prefix="salesflow-disk-"))
    mounted = False
    try:
        words = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)]
        mounted = (
            shutil.which("mount") is not None
            and subprocess.run(words, capture_output=True, check=False).returncode == 0
        )
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def sound(database: Path, *, without: str | None = None) -> list[str]:
    """What `db check` has to say, as text, but of one kind of problem; nothing where the database is sound."""
    connection = sqlite3.connect(database)
    try:
        found = problems(connection, str(database))
        return [f"{one.kind} {one.ref}: {one.text}" for one in found if one.kind != without]
    finally:
        connection.close()


def count(database: Path, **queries: str) -> Mapping[str, int]:
    connection = sqlite3.connect(database)
    try:
        return {name: int(connection.execute(sql).fetchone()[0]) for name, sql in queries.items()}
    finally:
        connection.close()
