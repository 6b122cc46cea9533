"""Bytes of the file that are not what they were: a clear error or the right answer, never a traceback."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Office, copied, environment
from tests.faults.hardship import SOAK, long

COMMANDS = [
    ("staff", "list"),
    ("db", "check"),
    ("audit", "verify"),
    ("db", "info"),
    ("staff", "add", "wu.min", "--name", "吴敏"),
]


@settings(
    max_examples=long(150, 2000),
    deadline=None,
    derandomize=not SOAK,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    place=st.floats(0, 1, exclude_max=True),
    rubbish=st.binary(min_size=1, max_size=600),
    command=st.sampled_from(COMMANDS),
    cut=st.booleans(),
)
def test_rubbish_in_the_file(template: Path, place: float, rubbish: bytes, command: tuple[str, ...], cut: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="salesflow-damage-"))
    try:
        office = Office(copied(template, folder), environment(folder), user="wang.fang")
        used = _used(template)
        with office.database.open("r+b") as file:
            file.seek(used[int(len(used) * place)])
            if cut:
                file.truncate()
            else:
                file.write(rubbish)
        done = office.run(*command)
        assert done.status in (0, 5, 6, 7), done.err
        assert "Traceback" not in done.err
        assert done.status or not done.err
    finally:
        shutil.rmtree(folder)


@cache
def _used(database: Path) -> list[int]:
    """Where in the file there is something."""
    return [position for position, byte in enumerate(database.read_bytes()) if byte]
