"""Questions to somebody at a terminal, where a value is missing that a command needs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import typer

from salesflow.commands.typerbase import TyperContext
from salesflow.i18n import translate


def with_answer(ctx: TyperContext, param: Any, given: list[str]) -> list[str]:
    """The words of a command line with the answer to a question for one that is missing."""
    question = translate(param.help or param.human_readable_name).rstrip(".。")
    answer = ask(question, completed=lambda typed: [item.value for item in param.shell_complete(ctx, typed)])
    if param.param_type_name == "option":
        return [f"{max(param.opts, key=len)}={answer}", *given]
    return [*given, *(["--"] if answer.startswith("-") and "--" not in given else []), answer]


def ask(question: str, default: str | None = None, completed: Callable[[str], list[str]] | None = None) -> str:
    """What somebody at the terminal types, Tab completing it; an empty line is the default, or is asked again."""
    prompt = f"{question} [{default}]: " if default else f"{question}: "
    while True:
        answer = _line(prompt, completed).strip() or default
        if answer:
            return answer


def ask_once(question: str) -> str | None:
    """What somebody at the terminal types; None for an empty line."""
    return _line(f"{question}: ", None).strip() or None


def _line(prompt: str, completed: Callable[[str], list[str]] | None) -> str:
    """One line from the terminal; where stdout is not one, nothing of the question may come into the data there."""
    if sys.stdout.isatty():
        _complete_with(completed)
        try:
            return input(prompt)
        except EOFError as end:
            raise typer.Abort from end
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise typer.Abort
    return line


def _complete_with(completed: Callable[[str], list[str]] | None) -> None:
    try:
        import readline
    except ImportError:  # Windows; a question can be answered without it
        return
    found: list[str] = []

    def offer(typed: str, state: int) -> str | None:
        if state == 0:
            found[:] = completed(typed) if completed is not None else []
        return found[state] if state < len(found) else None

    readline.set_completer_delims("")
    readline.set_completer(offer)
    readline.parse_and_bind("tab: complete")
