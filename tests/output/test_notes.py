"""Hints, flags and errors: one line each on stderr, or one JSON object."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest

from salesflow.errors import InvalidValue, NotFound, RuleRefused, SalesflowError, UsageError
from salesflow.i18n import msg
from salesflow.output.notes import print_error, print_line, print_note, print_notes
from salesflow.rules.decision import Decision, Strength

REFUSAL = RuleRefused(
    Decision(
        "discount-authority",
        "above",
        Strength.REFUSE,
        msg("{discount} % on line {line} is above your {limit} %", discount=15, line=1, limit=10),
        hint=msg("add --submit"),
    )
)


def error_line(error: SalesflowError, *, as_json: bool = False, language: str = "en") -> str:
    err = io.StringIO()
    print_error(error, err, as_json=as_json, language=language)
    return err.getvalue()


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (REFUSAL, "error [discount-authority]: 15 % on line 1 is above your 10 %: add --submit\n"),
        (UsageError(msg("there is no field {f}", f="x")), "error: there is no field x\n"),
        (UsageError(msg("a value is missing"), code="missing-value"), "error [missing-value]: a value is missing\n"),
        (InvalidValue(msg("no date"), msg("write 2026-03-12")), "error [invalid-value]: no date: write 2026-03-12\n"),
        (NotFound(msg("there is no customer C9")), "error [not-found]: there is no customer C9\n"),
        (SalesflowError(msg("it failed")), "error: it failed\n"),
    ],
)
def test_error(error: SalesflowError, line: str) -> None:
    assert error_line(error) == line


@pytest.mark.usefixtures("chinese")
def test_error_in_chinese() -> None:
    assert error_line(NotFound(msg("nothing"), msg("look")), language="zh") == "错误 [not-found]：nothing：look\n"


def test_error_as_json() -> None:
    error = NotFound(msg("there is no {name}", name="李\x1b[31m"), details={"on": date(2026, 3, 12), "near": ["C1"]})
    line = error_line(error, as_json=True)
    assert line.count("\n") == 1
    assert "\x1b" not in line
    assert json.loads(line) == {
        "error": {
            "code": "not-found",
            "message": "there is no 李\x1b[31m",
            "hint": None,
            "details": {"on": "2026-03-12", "near": ["C1"]},
        }
    }
    said = json.loads(error_line(REFUSAL, as_json=True))["error"]
    assert (said["code"], said["hint"]) == ("discount-authority", "add --submit")
    assert said["details"] == {"rule": "discount-authority"}


def test_values_cannot_break_the_line() -> None:
    error = NotFound(msg("there is no customer {name}", name="a\nerror: b\x1b[2J\u202e"))
    assert error_line(error) == "error [not-found]: there is no customer a↵error: b\\x1b[2J\\u202e\n"


def test_notes() -> None:
    def decision(rule: str, strength: Strength, hint: str | None = None) -> Decision[None]:
        return Decision(
            rule, "x", strength, msg("text of {rule}", rule=rule), hint=None if hint is None else msg("do so")
        )

    err = io.StringIO()
    decisions = [
        decision("need-specific", Strength.HINT, "do so"),
        decision("log-deadline", Strength.FLAG),
        *(
            decision(strength, strength)
            for strength in (Strength.OFF, Strength.COMPUTE, Strength.ROUTE, Strength.REFUSE)
        ),
    ]
    print_notes(decisions, err)
    assert (
        err.getvalue()
        == "hint [need-specific]: text of need-specific: do so\nnote [log-deadline]: text of log-deadline\n"
    )


def test_lines() -> None:
    stream = io.StringIO()
    print_note(msg("made {name}", name="a\tb\n"), stream)
    print_line(msg("done"), stream)
    assert stream.getvalue() == "note: made a b↵\ndone\n"
