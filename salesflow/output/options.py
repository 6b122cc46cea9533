"""How a result is to be written: the format, the fields, the colours, and what the terminal itself says about them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import Final, Literal, NamedTuple, TextIO

_NARROWEST: Final = 20
_USUAL_WIDTH: Final = 80
_USUAL_HEIGHT: Final = 24

Color = Literal["auto", "always", "never"]


class Format(StrEnum):
    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    MARKDOWN = "markdown"
    HTML = "html"
    IDS = "ids"


class OutputOptions(NamedTuple):
    """What the command line asked for. `format` None leaves it to `resolve`; `zone` is where instants are shown."""

    format: Format | None = None
    fields: tuple[str, ...] = ()
    quiet: bool = False
    color: Color = "auto"
    zone: tzinfo = UTC


def resolve(options: OutputOptions, stdout: TextIO) -> Format:
    """The format to write: references alone if quiet; unless told otherwise a table on a terminal, else plain text."""
    if options.quiet:
        return Format.IDS
    return options.format or (Format.TABLE if stdout.isatty() else Format.PLAIN)


def terminal_width(stdout: TextIO, environ: Mapping[str, str] = os.environ) -> int:
    """How many cells a line may have: COLUMNS, else what the terminal says, else 80."""
    told = environ.get("COLUMNS", "")
    if told.isdecimal() and int(told) > 0:
        return max(int(told), _NARROWEST)
    try:
        found = os.get_terminal_size(stdout.fileno()).columns
    except (OSError, ValueError):  # not a terminal, or not a file at all
        found = 0
    return max(found, _NARROWEST) if found else _USUAL_WIDTH


def terminal_height(stdout: TextIO, environ: Mapping[str, str] = os.environ) -> int:
    """How many lines fit on the screen: LINES, else what the terminal says, else 24."""
    told = environ.get("LINES", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(stdout.fileno()).lines or _USUAL_HEIGHT
    except (OSError, ValueError):  # not a terminal, or not a file at all
        return _USUAL_HEIGHT


def coloured(options: OutputOptions, stdout: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether colours may be written: as told, else on a terminal that can, unless NO_COLOR is set."""
    if options.color != "auto":
        return options.color == "always"
    return stdout.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
