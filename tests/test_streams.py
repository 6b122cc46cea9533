"""Streams that are closed, full or gone; Ctrl-C; widths and bytes that make no sense."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import PROGRAM, ROOT, Office, outside

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="the system has no device that is always full")


def shell(office: Office, script: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which `salesflow` is the program."""
    program = f'salesflow() {{ "{sys.executable}" -m salesflow "$@"; }}\n'
    return subprocess.run(
        ["sh", "-c", program + script],
        cwd=ROOT,
        env=outside(office.environ()),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_a_reader_that_goes_away_is_no_error(office: Office) -> None:
    script = "{ salesflow staff list --format json; echo $? >&3; } 3>&2 | true"
    done = shell(office, script)
    assert done.stderr == "0\n"
    assert shell(office, "{ salesflow staff --help; echo $? >&3; } 3>&2 | true").stderr == "0\n"
    assert shell(office, "{ salesflow staff lst 2>&1; echo $? >&3; } 3>&2 | true").stderr in ("0\n", "2\n")


@needs_full
@pytest.mark.parametrize(
    "command", ["staff list", "staff list --json", "--help", "staff --help", "--version", "db path"]
)
def test_output_that_cannot_be_written_is_an_error(office: Office, command: str) -> None:
    done = shell(office, f"salesflow {command} > /dev/full")
    assert done.returncode == 7
    assert "Traceback" not in done.stderr


def test_closed_streams(office: Office) -> None:
    assert shell(office, "salesflow staff list >&-").returncode == 0
    assert shell(office, "salesflow staff lst 2>&-").returncode == 2
    done = shell(office, "salesflow staff add wu.min <&-")
    assert (done.returncode, "--name is missing" in done.stderr) == (2, True)
    everything = "SALESFLOW_USER=zhang.wei salesflow staff add wu.min --name 吴敏 <&- >&- 2>&-"
    assert shell(office, everything).returncode == 0
    assert len(office.json("staff", "list")) == 8
    assert office.json("db", "check")["ok"], "nothing was written over the database"


@needs_full
def test_stderr_that_cannot_be_written(office: Office) -> None:
    assert shell(office, "salesflow staff lst 2> /dev/full").returncode == 2


def test_a_byte_that_is_no_text(office: Office) -> None:
    done = shell(office, r"salesflow audit list $(printf '\377')")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not text" in done.stderr


@pytest.mark.parametrize("columns", ["abc", "", "0", "-5", "1", "99999999999999999999"])
def test_a_senseless_width(office: Office, columns: str) -> None:
    office.environment["COLUMNS"] = columns
    assert office.run("staff", "--help").status == 0
    assert office.run("staff", "list", "--format", "table").status == 0


def test_ctrl_c(office: Office) -> None:
    """A command that waits for another's lock lets itself be interrupted: 130, one newline, nothing changed."""
    holder = sqlite3.connect(office.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    process = subprocess.Popen(
        [*PROGRAM, "staff", "add", "wu.min", "--name", "吴敏"],
        cwd=ROOT,
        env=outside(office.environ(user="zhang.wei")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    wait_for_database(process.pid, office.database)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("", "\n")
    assert process.returncode == 130
    holder.execute("ROLLBACK")
    holder.close()
    assert len(office.json("staff", "list")) == 7


def wait_for_database(pid: int, database: Path) -> None:
    """Until the process has the database open, and a little longer: it looked at the schema, now its session waits."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            targets = [os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]
        except FileNotFoundError:
            targets = []
        if f"{database}-wal" in targets:
            time.sleep(0.5)
            return
        time.sleep(0.02)
    raise TimeoutError


def test_ctrl_c_before_anything(office: Office) -> None:
    """The interpreter that is interrupted while it loads leaves without a traceback once our own code runs."""
    code = (
        "import sys; sys.argv = ['salesflow', 'staff', 'list']\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'salesflow.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from salesflow.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=outside(office.environ()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
