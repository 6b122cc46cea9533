"""What goes to stderr: hints and flags of the rules, notes of the renderer, errors. One line each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TextIO

from salesflow.errors import SalesflowError
from salesflow.i18n import Message, msg, render
from salesflow.output.values import one_line
from salesflow.rules.decision import Decision, Strength

# These say no more than "error" does; every other code is a rule's id or a kind that scripts and people can look up.
_SILENT_CODES: Final = frozenset(("usage", "failure"))


def print_notes(decisions: Iterable[Decision[object]], err: TextIO, language: str | None = None) -> None:
    """Say what the rules hint at and what they flag; decisions of other strengths are not for here."""
    for decision in decisions:
        text = _with_hint(decision.message, decision.hint)
        if decision.strength is Strength.HINT:
            print_line(msg("hint [{rule}]: {text}", rule=decision.rule, text=text), err, language)
        elif decision.strength is Strength.FLAG:
            print_line(msg("note [{rule}]: {text}", rule=decision.rule, text=text), err, language)


def print_note(text: Message, err: TextIO, language: str | None = None) -> None:
    """Say something about the output that is no part of it."""
    print_line(msg("note: {text}", text=text), err, language)


def print_line(text: Message, stream: TextIO, language: str | None = None) -> None:
    """Write one sentence on one line, whatever the values in it contain."""
    stream.write(one_line(render(text, language)) + "\n")


def print_error(error: SalesflowError, err: TextIO, *, as_json: bool = False, language: str | None = None) -> None:
    """`error [code]: message: hint` on one line, or one JSON object: {"error": {code, message, hint, details}}.

    A plain usage error is printed without its code, which would say nothing more.
    """
    if as_json:
        _print_object(error, err, language)
        return
    text = _with_hint(error.message, error.hint)
    if error.code in _SILENT_CODES:
        print_line(msg("error: {text}", text=text), err, language)
    else:
        print_line(msg("error [{code}]: {text}", code=error.code, text=text), err, language)


def _with_hint(text: Message, hint: Message | None) -> Message:
    return text if hint is None else msg("{text}: {hint}", text=text, hint=hint)


def _print_object(error: SalesflowError, err: TextIO, language: str | None) -> None:
    from salesflow.output.jsontext import dumps, jsonable

    said = {
        "code": error.code,
        "message": render(error.message, language),
        "hint": None if error.hint is None else render(error.hint, language),
        "details": jsonable(error.details, language),
    }
    err.write(dumps({"error": jsonable(said)}) + "\n")
