"""Help pages: plain text that fits the terminal, with Chinese counted as wide, in the language of the moment."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from salesflow.commands.typerbase import TyperContext
from salesflow.i18n import msg, render, translate
from salesflow.output.options import terminal_width
from salesflow.text import pad, width

INDENT = 2
NARROWEST = 40
WIDEST = 100
WIDEST_TERM = 30
LONGEST_VALUE = 24
CLOSING = "，。；：、）！？”』】》"


def page(context: TyperContext) -> str:
    """The help of the context's command: usage, what it does, arguments, options, commands."""
    command: Any = context.command
    columns = min(max(terminal_width(sys.stdout), NARROWEST), WIDEST)
    pieces = re.sub(
        "[{}]", "", " ".join(command.collect_usage_pieces(context))
    )  # required arguments, as Typer marks them
    parts = [f"{render(msg('Usage:'))} {context.command_path} {pieces}".rstrip()]
    if command.help:
        parts += ["\n".join(_paragraph(paragraph, columns)) for paragraph in paragraphs(command.help)]
    arguments, options = _records(command, context)
    parts += _section(render(msg("Arguments:")), arguments, columns)
    parts += _section(render(msg("Options:")), options, columns)
    commands = [(name, _short(sub)) for name, sub in getattr(command, "commands", {}).items() if not sub.hidden]
    parts += _section(render(msg("Commands:")), commands, columns)
    return "\n\n".join(parts) + "\n"


def _records(command: Any, context: TyperContext) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    arguments: list[tuple[str, str]] = []
    options: list[tuple[str, str]] = []
    for param in command.get_params(context):
        if getattr(param, "hidden", False):
            continue
        note = _note(param)
        if param.param_type_name == "argument":
            arguments.append((param.make_metavar(context), f"{translate(param.help or '')}{note}".strip()))
        else:
            names = ", ".join(sorted(param.opts, key=len)) + "".join(f" / {name}" for name in param.secondary_opts)
            value, codes = ("", "") if param.is_flag or param.count else _value(param.make_metavar(context))
            options.append((f"{names} {value}".rstrip(), f"{translate(param.help or '')}{codes}{note}".strip()))
    return arguments, options


def _value(metavar: str) -> tuple[str, str]:
    """What stands for an option's value, and a remark: a long list of codes goes to the text."""
    plain = {"<str>": "TEXT", "<int>": "N"}.get(metavar, metavar.strip("<>"))
    if "|" in plain and len(plain) > LONGEST_VALUE:
        return "CODE", f" ({plain.replace('|', ', ')})"
    return plain, ""


def _note(param: Any) -> str:
    repeated = " " + render(msg("[may be repeated]")) if getattr(param, "multiple", False) else ""
    if param.required:
        return " " + render(msg("[required]")) + repeated
    if repeated:
        return repeated
    if getattr(param, "show_default", False) and param.default not in (None, False, "", ()):
        return " " + render(msg("[default: {value}]", value=str(getattr(param.default, "value", param.default))))
    return ""


def _section(title: str, records: Iterable[tuple[str, str]], columns: int) -> list[str]:
    records = list(records)
    if not records:
        return []
    term = min(max(width(name) for name, _ in records), WIDEST_TERM)
    lines = [title]
    for name, text in records:
        wrapped = wrap(text, columns - term - 2 * INDENT) or [""]
        if width(name) > term:
            lines.append(" " * INDENT + name)
        else:
            lines.append(f"{' ' * INDENT}{pad(name, term)}{' ' * INDENT}{wrapped.pop(0)}".rstrip())
        lines += [" " * (term + 2 * INDENT) + line for line in wrapped if line]
    return ["\n".join(lines)]


def _paragraph(text: str, columns: int) -> list[str]:
    """Prose is wrapped; examples stay as they are."""
    if is_example(text):
        return [f"  {line.strip()}" for line in text.splitlines()]
    return wrap(translate(text), columns)


def _short(command: Any) -> str:
    """The first paragraph of a command's help: its line in the list of commands."""
    return translate(next(paragraphs(command.help or ""), ""))


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text: prose as one line, examples as they stand."""
    for paragraph in text.split("\n\n"):
        yield paragraph if is_example(paragraph) else " ".join(paragraph.split())


def is_example(paragraph: str) -> bool:
    """A paragraph of command lines, not of prose: it is neither wrapped nor translated."""
    return paragraph.lstrip().startswith("salesflow ")


def wrap(text: str, cells: int) -> list[str]:
    """Break text into lines of at most so many cells: at blanks, and between wide characters, but before no punctuation."""
    lines: list[str] = []
    line = ""
    for token in _tokens(text):
        if line and width((line + token).rstrip()) > cells:
            lines.append(line.rstrip())
            line = ""
        line += token if line else token.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _tokens(text: str) -> Iterable[str]:
    """Runs that stay together: a word with the blanks before it, or one wide character, with the punctuation after it."""
    run = ""
    for character in text:
        between_words = character == " " and not run.endswith(" ")
        if run and character not in CLOSING and (between_words or width(character) > 1 or width(run[-1]) > 1):
            yield run
            run = ""
        run += character
    if run:
        yield run
