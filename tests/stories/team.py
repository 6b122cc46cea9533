"""The team of the stories: each command at a moment of the story, in the story's language.

Where a story is told in processes, every command is one of its own. The others run in this one, which tells the same story in a
third of the time.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from salesflow.cli import app

ROOT = Path(__file__).resolve().parents[2]


class Team:
    """The team at its terminals."""

    def __init__(self, folder: Path, language: str, *, processes: bool = False) -> None:
        self.folder = folder
        self.processes = processes
        self.database = folder / "team.db"
        self.now = "2026-03-02 09:00"
        self.world = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "COLUMNS": "80",
            "SALESFLOW_CONFIG": str(folder / "config.toml"),
            "SALESFLOW_DB": str(self.database),
            "SALESFLOW_LANG": language,
        }

    def run(self, login: str, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        world = {**self.world, "SALESFLOW_USER": login}
        if self.database.exists():
            world["SALESFLOW_AS_OF"] = self.now
        done = _outside(world, self.folder, words) if self.processes else _inside(world, words)
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, login: str, *words: str) -> Any:
        return json.loads(self.run(login, *words, "--json").stdout)

    def found(self) -> None:
        """The database, with a clock that the story sets, as in a demonstration."""
        self.run(
            "wang.fang",
            "init",
            "--company",
            "杭州云帆科技有限公司",
            "--region",
            "HZ",
            "--login",
            "wang.fang",
            "--name",
            "王芳",
        )
        connection = sqlite3.connect(self.database)
        connection.execute("INSERT INTO setting (name, value) VALUES ('demo', '1')")
        connection.commit()
        connection.close()
        for login, name, role in (
            ("zhang.wei", "张伟", "manager"),
            ("li.na", "李娜", "rep"),
            ("chen.jie", "陈杰", "rep"),
            ("zhao.lei", "赵磊", "senior_rep"),
            ("liu.yang", "刘洋", "finance"),
            ("sun.li", "孙丽", "operations"),
        ):
            self.run("wang.fang", "staff", "add", login, "--name", name, "--role", role, "--region", "HZ")


def _outside(world: dict[str, str], folder: Path, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "salesflow", *words]
    return subprocess.run(
        line, env=world, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def _inside(world: dict[str, str], words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    result = CliRunner().invoke(app, list(words), env=world)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(words, result.exit_code, result.stdout, result.stderr)


def said(team: Team, chinese: str, english: str) -> str:
    return chinese if team.world["SALESFLOW_LANG"] == "zh" else english
