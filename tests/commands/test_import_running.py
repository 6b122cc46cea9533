"""An import while it runs: its bar at a terminal, and Ctrl-C, which leaves nothing."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests import leads, sheets
from tests.conftest import PROGRAM, ROOT, Office, outside
from tests.faults.hardship import finish, sound, start
from tests.terminal import sit_down


def listed(path: Path, count: int) -> str:
    rows = [(f"第{n}家公司", "制造业", f"王{n}", 13800000000 + n, "打标机 2 台") for n in range(count)]
    return str(sheets.customers(path, *rows, ("", "", "", "", "x")))


def test_a_terminal_shows_how_far_it_is(office: Office, tmp_path: Path) -> None:
    path = listed(tmp_path / "list.csv", 1_500)
    environ = {**outside(office.environ()), "TERM": "xterm", "NO_COLOR": ""}
    words = [*PROGRAM, "customer", "import", path, "--skip-errors"]
    seen = sit_down(words, environ, cwd=ROOT, stdout_piped=True)
    assert seen.status == 0
    assert "writing" in seen.screen
    assert "1500/1501" in seen.screen
    assert seen.piped.startswith("import 1: of 1501 rows 1500 added")


def test_a_pipe_is_told_nothing_of_it(office: Office, tmp_path: Path) -> None:
    done = office.program("customer", "import", listed(tmp_path / "list.csv", 600), "--skip-errors")
    assert (done.status, done.err) == (0, "")


def test_an_interrupted_import_leaves_nothing(office: Office, tmp_path: Path) -> None:
    before = leads.written(office)
    process = start(office, "customer", "import", listed(tmp_path / "list.csv", 20_000), "--skip-errors")
    log = f"{office.database}-wal"
    deadline = time.monotonic() + 60
    while (
        process.poll() is None
        and time.monotonic() < deadline
        and not (os.path.exists(log) and os.path.getsize(log) > 1_000_000)
    ):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert (done.status, done.out, done.err) == (130, "", "\n")
    assert leads.written(office) == before
    assert sound(office.database) == []
    assert [file.name for file in tmp_path.glob("list*")] == ["list.csv"]
