"""The one error boundary: whatever a command raises becomes one line on stderr and an exit status, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import typer

from salesflow import __version__
from salesflow.commands.typerbase import (
    BadOptionUsage,
    BadParameter,
    ClickException,
    MissingParameter,
    NoArgsIsHelp,
    NoSuchOption,
)
from salesflow.errors import FileProblem, SalesflowError, UsageError
from salesflow.i18n import msg

INTERRUPTED: Final = 130  # what shells say of a program that Ctrl-C ended


def guarded(run: Callable[[], Any], arguments: Sequence[str]) -> int:
    """Run a command line; gives its exit status. Errors are said on stderr, as JSON where the arguments ask for it."""
    try:
        status = run()
    except NoArgsIsHelp as error:
        _say(f"{error.format_message().rstrip()}\n")
        return 2
    except BrokenPipeError:
        _silence_stdout()
        return 0
    except (KeyboardInterrupt, typer.Abort):
        _say("\n")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: a defect must not look like success, nor like a traceback
        return _failed(error, arguments)
    return status if isinstance(status, int) else 0


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for JSON, found out without parsing it: it may be the parsing that failed."""
    before = ""
    for word in arguments:
        if word == "--json" or word.startswith("--format=json") or (before == "--format" and word.startswith("json")):
            return True
        before = word
    return False


def _failed(error: Exception, arguments: Sequence[str]) -> int:
    found = _understood(error)
    if "--verbose" in arguments and (found is not error or error.__cause__ is not None):
        import traceback

        _say("".join(traceback.format_exception(error)))
    if found is None:
        found = _defect(error)
    from salesflow.output.notes import print_error

    with suppress(OSError):  # nobody listens on stderr: the exit status says it
        print_error(found, sys.stderr, as_json=wants_json(arguments))
    return found.exit_status


def _understood(error: Exception) -> SalesflowError | None:
    """The error in our own words; None for a defect."""
    if isinstance(error, SalesflowError):
        return error
    if isinstance(error, ClickException):
        return _as_usage(error)
    if isinstance(error, UnicodeEncodeError):  # a byte of the command line or the environment that is no text
        return UsageError(
            msg("{value} is not text", value=repr(error.object)), msg("write it in the terminal's encoding")
        )
    if isinstance(error, UnicodeDecodeError):
        return FileProblem(
            msg("what was read is not text: {reason}", reason=str(error)),
            msg("save the file as UTF-8; if it is the database, run: salesflow db check"),
        )
    if isinstance(error, OSError):
        return _as_file_problem(error)
    import sqlite3

    if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.ProgrammingError):
        from salesflow.db.schema import problem

        return problem(error, "the database")
    return None


def _as_file_problem(error: OSError) -> FileProblem:
    reason = error.strerror or str(error)
    if error.filename is not None:
        return FileProblem(msg("{path}: {reason}", path=str(error.filename), reason=reason))
    _silence_stdout()  # what could not be written would fail again at the end
    return FileProblem(msg("reading or writing failed: {reason}", reason=reason))


def _as_usage(error: ClickException) -> UsageError:
    """Typer's own complaints in our words, in the reader's language."""
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx is not None else "salesflow"
    hint = msg("see: {command} --help", command=command)
    if isinstance(error, MissingParameter) and error.param is not None:
        return UsageError(msg("{name} is missing", name=_name(error.param)), hint, code="missing-value")
    if isinstance(error, NoSuchOption):
        if error.possibilities:
            hint = msg("did you mean {name}? See: {command} --help", name=error.possibilities[0], command=command)
        return UsageError(msg("there is no option {name}", name=error.option_name), hint, code="unknown-option")
    if isinstance(error, BadOptionUsage):
        if "requires" in error.message:
            return UsageError(msg("{name} needs a value", name=error.option_name), hint, code="missing-value")
        return UsageError(msg("{name} takes no value", name=error.option_name), hint, code="invalid-value")
    if isinstance(error, BadParameter) and error.param is not None:
        text = msg("{name}: {reason}", name=_name(error.param), reason=error.message)
        return UsageError(text, hint, code="invalid-value")
    return UsageError(msg("{reason}", reason=error.format_message()), hint)


def _name(param: Any) -> str:
    return str(param.human_readable_name if param.param_type_name == "argument" else max(param.opts, key=len))


def _defect(error: Exception) -> SalesflowError:
    """Exit 1: the traceback goes to a file, which the message names."""
    text = msg("unexpected failure: {kind}: {reason}", kind=type(error).__name__, reason=str(error))
    try:
        hint = msg("this is a defect; please report it with the file {path}", path=_log(error))
    except OSError:
        hint = msg("this is a defect; please report what --verbose shows")
    return SalesflowError(text, hint, code="defect")


def _log(error: Exception) -> str:
    """Write a traceback to a file of its own; gives its name. Command lines are left out: they may hold personal data."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="salesflow-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
    ) as file:
        file.write(f"salesflow {__version__}, Python {sys.version}\n")
        file.writelines(traceback.format_exception(error))
    return file.name


def _say(text: str) -> None:
    with suppress(OSError):  # nobody listens
        sys.stderr.write(text)


def _silence_stdout() -> None:
    """Nobody takes our output: let what is left of it go nowhere, instead of failing once more at the end."""
    with suppress(OSError):  # not a file at all
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
