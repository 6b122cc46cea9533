"""A whole sales office for a test: a database in tmp_path with a staff, a clock that the test sets, and the program itself."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from typer.testing import CliRunner

from salesflow import config, i18n
from salesflow.cli import app
from salesflow.clock import fixed_clock
from salesflow.context import Context
from salesflow.db.reader import open_reader
from salesflow.enums import Role

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = (sys.executable, "-m", "salesflow")
# How long an example takes says more about the machine than about the program.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")
gc.set_threshold(
    100_000, 50, 100
)  # thousands of tests make few cycles: looking for them all the time takes a tenth of it

ZONE = "Asia/Shanghai"
MONDAY = "2026-03-02 09:00"  # a Monday in a week without holidays: the day on which every office opens

STAFF = {
    "wang.fang": ("王芳", (Role.DIRECTOR,), "HZ"),
    "zhang.wei": ("张伟", (Role.MANAGER,), "HZ"),
    "li.na": ("李娜", (Role.REP,), "HZ"),
    "chen.jie": ("陈杰", (Role.REP,), "SH"),
    "zhao.lei": ("赵磊", (Role.SENIOR_REP,), "HZ"),
    "liu.yang": ("刘洋", (Role.FINANCE,), "HZ"),
    "sun.li": ("孙丽", (Role.OPERATIONS,), "HZ"),
}


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def moment(text: str) -> datetime:
    """A moment on the office's wall clock: "2026-03-02 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


@dataclass
class Office:
    """A database and the ways to use it. `now` and `user` hold for all that follows; each call may name others."""

    database: Path
    environment: dict[str, str]
    now: str = MONDAY
    user: str = "li.na"
    lang: str = "en"

    def run(
        self, *words: str, user: str | None = None, now: str | None = None, lang: str | None = None, stdin: str = ""
    ) -> Done:
        """Run the program in this process, as in a pipe."""
        environment = self.environ(user=user, now=now, lang=lang)
        result = CliRunner().invoke(app, list(words), env=environment, input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    def program(
        self,
        *words: str,
        user: str | None = None,
        now: str | None = None,
        lang: str | None = None,
        stdin: str = "",
        **extra: str,
    ) -> Done:
        """Run the program as a process of its own, with pipes; `extra` goes to its environment."""
        done = subprocess.run(
            [*PROGRAM, *words],
            cwd=ROOT,
            env=outside(self.environ(user=user, now=now, lang=lang), **extra),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def environ(self, *, user: str | None = None, now: str | None = None, lang: str | None = None) -> dict[str, str]:
        """What the program finds in its environment."""
        return {
            **self.environment,
            "SALESFLOW_DB": str(self.database),
            "SALESFLOW_USER": user or self.user,
            "SALESFLOW_AS_OF": now or self.now,
            "SALESFLOW_LANG": lang or self.lang,
        }

    def ok(self, *words: str, **settings: str) -> Done:
        """Run a command that must succeed."""
        done = self.run(*words, **settings)
        assert done.status == 0, f"{words} -> {done.status}\n{done.out}\n{done.err}"
        return done

    def json(self, *words: str, **settings: str) -> Any:
        """Run a command that must succeed, with --json; what it printed."""
        return self.ok(*words, "--json", **settings).json

    def look(self, *queries: str, **parameters: object) -> list[list[dict[str, Any]]]:
        """What each query finds, all in one look at the database."""
        reader = open_reader(str(self.database))
        try:
            return [reader.rows(sql, parameters) for sql in queries]
        finally:
            reader.close()

    def context(self, *, user: str | None = None, now: str | None = None) -> Context:
        """A Context for calling services and queries directly."""
        at = moment(now or self.now)
        settings = config.Settings(self.environment["SALESFLOW_CONFIG"])
        return Context({}, str(self.database), settings, fixed_clock(at, ZONE), user or self.user, as_of=at)


def outside(environment: dict[str, str], **extra: str) -> dict[str, str]:
    """The environment of a process of its own: the machine's, without what is the person's who runs the tests."""
    personal = ("SALESFLOW_", "LC_", "LANG", "XDG_", "PYTHON", "COLUMNS", "LINES")
    machine = {name: value for name, value in os.environ.items() if not name.startswith(personal)}
    return {**machine, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **environment, **extra}


def environment(folder: Path) -> dict[str, str]:
    """An environment in which nothing of the machine's shows: no configuration, no colours, a fixed width."""
    return {
        "SALESFLOW_CONFIG": str(folder / "config.toml"),
        "XDG_DATA_HOME": str(folder / "data"),
        "HOME": str(folder),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office's database, made once: each test works on a copy."""
    from salesflow.services import setup, staff

    folder = tmp_path_factory.mktemp("template")
    path = folder / "office.db"
    empty = Office(path, environment(folder), user="wang.fang")
    context = empty.context()
    new = setup.NewDatabase(
        "杭州云帆科技有限公司", "HZ", "wang.fang", "王芳", use_keyring=False, settings=(("demo", "1"),)
    )
    setup.create(context, new)
    with context.transaction() as work:
        for login, (name, roles, region) in list(STAFF.items())[1:]:
            staff.add(work, staff.NewStaff(login, name, roles, region, manager="wang.fang"))
    context.close()
    return path


def copied(template: Path, folder: Path) -> Path:
    """A copy of the database in the folder, with its key."""
    for suffix in ("", ".key"):
        shutil.copy(f"{template}{suffix}", folder / f"office.db{suffix}")
    return folder / "office.db"


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Office]:
    """A fresh office: seven staff, no customers, Monday 2026-03-02 09:00, li.na (a rep) at the keyboard, in English."""
    i18n.set_language("en")
    yield Office(copied(template, tmp_path), environment(tmp_path))
    i18n.set_language("en")
    os.chmod(tmp_path, 0o755)  # a test may have made it read-only
