"""The entry of the program: what it does before and after the command."""

from __future__ import annotations

import io
import os
import sys
from typing import NoReturn

import pytest

from salesflow import __main__ as entry
from salesflow import __version__
from tests.conftest import Office


class Left(BaseException):
    """The process would have ended here."""


@pytest.fixture(autouse=True)
def world(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(status: int) -> NoReturn:
        raise Left(status)

    monkeypatch.setattr(os, "_exit", leave)
    for name, value in office.environ().items():
        monkeypatch.setenv(name, value)


def status(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["salesflow", *words])
    with pytest.raises(Left) as caught:
        entry.main()
    return int(caught.value.args[0])


def test_a_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(monkeypatch, "staff", "list", "--format", "ids", "--limit", "1") == 0
    assert capsys.readouterr().out == "chen.jie\n"
    assert status(monkeypatch, "staff", "lst") == 2
    assert status(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"salesflow {__version__}\n"


def test_ctrl_c_outside_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("salesflow.cli.app", interrupted)
    assert status(monkeypatch, "staff", "list") == 130


def test_closed_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert status(monkeypatch, "staff", "list") == 0
    for name in ("stdin", "stdout", "stderr"):
        getattr(sys, name).close()


class Full(io.TextIOWrapper):
    """A stream to a disk that is full."""

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_last_words_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Full(io.BytesIO(), write_through=False)
    monkeypatch.setattr(full, "reconfigure", lambda **_: None)
    monkeypatch.setattr(sys, "stdout", full)
    assert status(monkeypatch, "--version") == 7
    monkeypatch.setattr(full, "flush", lambda: None)


def test_what_a_terminal_does_not_know_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    narrow = io.TextIOWrapper(written, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert status(monkeypatch, "staff", "list", "--fields", "name", "--limit", "1") == 0
    narrow.flush()
    assert written.getvalue() == b"Name\n\\u9648\\u6770\n"
