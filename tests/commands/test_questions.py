"""Questions at a terminal, asked of a pseudo-terminal in this process. (With the whole program: test_init.py.)"""

from __future__ import annotations

import os
import pty
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from salesflow import i18n
from salesflow.commands import base, questions
from salesflow.commands.typerbase import TyperCommand, TyperContext


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """From the first text that is typed (ahead) on, stdin and stderr are a terminal, and stdout is not."""
    master, slave = pty.openpty()
    typed = os.fdopen(os.dup(slave), "r", encoding="utf-8")
    shown = os.fdopen(slave, "w", encoding="utf-8")

    def write(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", typed)
        monkeypatch.setattr(sys, "stderr", shown)
        os.write(master, text.encode())

    yield write
    typed.close()
    shown.close()
    os.close(master)


def test_somebody_is_there(terminal: Callable[[str], None]) -> None:
    assert not base.somebody_there()
    terminal("")
    assert base.somebody_there()


def test_an_answer(terminal: Callable[[str], None]) -> None:
    terminal("  李娜 \n")
    assert questions.ask("Your name") == "李娜"


def test_enter_is_the_default_or_asked_again(terminal: Callable[[str], None]) -> None:
    terminal("\n")
    assert questions.ask("Your name", "li.na") == "li.na"
    terminal("\n  \nx\n")
    assert questions.ask("Your name") == "x"


def test_the_end_of_the_input(terminal: Callable[[str], None]) -> None:
    terminal("\x04")
    with pytest.raises(typer.Abort):
        questions.ask("Your name")


@pytest.mark.parametrize(
    ("kind", "given", "typed", "words"),
    [
        ("option", ["--region", "HZ"], "吴敏", ["--name=吴敏", "--region", "HZ"]),
        ("option", ["--", "wu.min"], "-x", ["--name=-x", "--", "wu.min"]),
        ("argument", ["--region", "HZ"], "wu.min", ["--region", "HZ", "wu.min"]),
        ("argument", [], "-x", ["--", "-x"]),
        ("argument", ["--", "a"], "-x", ["--", "a", "-x"]),
    ],
)
def test_answers_join_the_words(
    terminal: Callable[[str], None], kind: str, given: list[str], typed: str, words: list[str]
) -> None:
    param = SimpleNamespace(param_type_name=kind, opts=["-n", "--name"], help="The name.", human_readable_name="NAME")
    terminal(f"{typed}\n")
    assert questions.with_answer(TyperContext(TyperCommand("x")), param, given) == words


def test_the_question_is_the_help_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def ask(question: str, completed: Callable[[str], list[str]]) -> str:
        asked.append(question)
        return completed("H")[0]

    monkeypatch.setattr(questions, "ask", ask)
    param = SimpleNamespace(
        param_type_name="argument",
        help="The person's name.",
        human_readable_name="NAME",
        shell_complete=lambda ctx, typed: [SimpleNamespace(value=f"{typed}Z")],
    )
    i18n.set_language("zh")
    try:
        assert questions.with_answer(TyperContext(TyperCommand("x")), param, []) == ["HZ"]
    finally:
        i18n.set_language("en")
    assert asked == [i18n.translate("The person's name.", None, "zh").rstrip("。")]
    assert not asked[0].endswith(".")


class Terminal:
    """A stdout that is a terminal."""

    @staticmethod
    def isatty() -> bool:
        return True


def test_at_a_whole_terminal_the_line_can_be_edited_and_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    import readline

    monkeypatch.setattr(sys, "stdout", Terminal())

    def typed(prompt: str) -> str:
        completer: Any = readline.get_completer()
        return f"{prompt}{completer('HZ', 0)}"

    monkeypatch.setattr("builtins.input", typed)
    assert questions.ask("Which", completed=lambda typed: [f"{typed}2026001", f"{typed}2026002"]) == "Which: HZ2026001"
    completer: Any = readline.get_completer()
    assert [completer("S", state) for state in (0, 1, 2)] == ["S2026001", "S2026002", None]
    assert questions.ask("Which").endswith("None"), "nothing to complete with"
    monkeypatch.setitem(sys.modules, "readline", None)
    monkeypatch.setattr("builtins.input", lambda prompt: "as typed")
    assert questions.ask("Which") == "as typed"


def test_the_end_of_the_input_at_a_whole_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr("builtins.input", end)
    with pytest.raises(typer.Abort):
        questions.ask("Which")
