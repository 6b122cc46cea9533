"""What a command imports: people run it a hundred times a day, so what it does not need stays where it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from salesflow.cli import NOUNS
from tests import deals
from tests.conftest import ROOT, Office, copied, environment, outside

# What no command needs that only reads, in a pipe.
HEAVY = {
    "alembic",
    "babel",
    "chinese_calendar",
    "cryptography",
    "dateutil",
    "docx",
    "docxtpl",
    "email",
    "icalendar",
    "jinja2",
    "keyring",
    "lxml",
    "manimgx_fonts_cjk",
    "openpyxl",
    "phonenumbers",
    "platformdirs",
    "pydantic",
    "pypinyin",
    "python_calamine",
    "rapidfuzz",
    "rich",
    "smtplib",
    "sqlalchemy",
    "sqlmodel",
    "tabulate",
    "tomlkit",
    "tomllib",
    "typst",
    "vobject",
    "wcwidth",
    "xlsxwriter",
}
CALENDAR = {"chinese_calendar"}  # working days are counted
TABLES = {"tabulate", "wcwidth", "email"}  # the last one to find out its own version

READS: dict[str, set[str]] = {
    "today": set(),
    "remind": set(),
    "remind --everyone": set(),
    "outbox list": set(),
    "customer stale": set(),
    "customer stale --runs": set(),
    "customer list": set(),
    "customer list --json --limit 20": set(),
    "customer show HZ2026001": set(),
    "customer grade HZ2026001": set(),
    "customer duplicates": {"rapidfuzz"},
    "customer timeline HZ2026001": set(),
    "customer timeline HZ2026001 --json": set(),
    "tag list": set(),
    "customer find 云帆": set(),
    "find hzyf --limit 5": set(),
    "find 报价 --json": set(),
    "contact list HZ2026001": set(),
    "followup due": set(),
    "followup due --within 3d --json": set(),
    "followup overdue --all": set(),
    "followup list": set(),
    "product list": set(),
    "product show YF-100": set(),
    "price list": set(),
    "price list YF-100 --json": set(),
    "quote list": set(),
    "quote show Q2026-0001": set(),
    "quote show Q2026-0002 --version 1": set(),
    "quote list --versions": set(),
    "quote list --concessions HZ2026001": set(),
    "quote diff Q2026-0002": set(),
    "quote export Q2026-0001 --to -": set(),
    "approval list": set(),
    "approval delegations": set(),
    "approval show AP2026-0001": set(),
    "order list": set(),
    "order show DD2026-0001": set(),
    "attachment list": set(),
    "attachment list HZ2026001 --json": set(),
    "attachment verify": set(),
    "followup ics": {"icalendar", "dateutil", "email"},
    "report weekly": set(),
    "explain HZ2026001": CALENDAR,
    "explain Q2026-0001": CALENDAR,
    "rules list": set(),
    "rules show cadence": set(),
    "objection list": set(),
    "need list": set(),
    "need show HZ2026001": set(),
    "opportunity list": set(),
    "opportunity show SJ2026-0001": set(),
    "script list": set(),
    "script search 价格": set(),
    "policy show": set(),
    "staff list": set(),
    "staff list --format csv": set(),
    "staff list --format jsonl": set(),
    "staff list --format ids": set(),
    "staff list --format markdown": TABLES,
    "staff list --format html": TABLES,
    "staff whoami": set(),
    "config show": set(),
    "config path": set(),
    "db info": set(),
    "db path": set(),
    "audit list --since yesterday": set(),
    "audit verify": set(),
}

# The program as it starts, but it says at the very end, on stderr, what it has imported.
REPORTING = """
import os, sys
leave = os._exit
def report(status):
    sys.stderr.write(chr(10) + " ".join(sorted(sys.modules)))
    sys.stderr.flush()
    leave(status)
os._exit = report
from salesflow.__main__ import main
main()
"""


def imported(office: Office, command: str, status: int = 0) -> set[str]:
    """The modules that a command has imported when its process ends."""
    done = subprocess.run(
        [sys.executable, "-c", REPORTING, *command.split()],
        cwd=ROOT,
        env=outside(office.environ()),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def top(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.fixture(scope="module")
def busy(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office in which there is something to read of every kind."""
    folder = tmp_path_factory.mktemp("busy")
    office = Office(copied(template, folder), environment(folder))
    deals.furnish(office)
    deals.ordered(office)
    deals.quote(office, discount=deals.ABOVE)
    office.ok("quote", "revise", "Q2026-0002", "--discount", "13")
    office.ok(
        "opportunity", "add", "HZ2026001", "--title", "终端", "--amount", "20万", "--expected-close", "2026-05-31"
    )
    office.ok("need", "add", "HZ2026001", "终端 50 台", "--kind", "rigid", "--priority", "1")
    return office


@pytest.mark.parametrize("command", READS)
def test_a_command_that_reads_imports_nothing_heavy(busy: Office, command: str) -> None:
    modules = imported(busy, command)
    assert top(modules) & HEAVY <= READS[command]
    assert not [name for name in modules if name.startswith(("salesflow.models", "salesflow.services"))]


def test_the_root_help_imports_no_noun(office: Office) -> None:
    modules = imported(office, "--help")
    assert {f"salesflow.commands.{entry.module}" for entry in NOUNS.values()} & modules == set()
    assert top(modules) & (HEAVY | {"sqlite3", "decimal", "json"}) == set()


@pytest.mark.parametrize("noun", NOUNS)
def test_the_help_of_a_noun_imports_no_other(office: Office, noun: str) -> None:
    modules = imported(office, f"{noun} --help")
    others = {f"salesflow.commands.{entry.module}" for name, entry in NOUNS.items() if name != noun}
    assert f"salesflow.commands.{NOUNS[noun].module}" in modules
    assert others & modules == set()
    assert top(modules) & (HEAVY | {"sqlite3"}) == set()
    assert not [name for name in modules if name.startswith(("salesflow.models", "salesflow.services"))]


def test_the_version_imports_nothing_at_all(office: Office) -> None:
    modules = {name for name in imported(office, "--version") if name.startswith(("salesflow", "typer"))}
    assert modules <= {"salesflow", "salesflow.__main__"}


def test_a_wrong_command_line_imports_nothing_heavy(office: Office) -> None:
    modules = imported(office, "staff lst", status=2)
    assert top(modules) & (HEAVY | {"sqlite3"}) == set()


def test_the_test_itself_would_notice(office: Office) -> None:
    """A command that writes does import the write side, and a table Rich."""
    office.user = "zhang.wei"
    assert {"sqlalchemy", "sqlmodel"} <= top(imported(office, "staff add wu.min --name x"))
    assert "rich" in top(imported(office, "staff list --format table"))
