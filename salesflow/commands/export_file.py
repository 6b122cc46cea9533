"""What the exports of all nouns share: their options, the progress bar, and what is said at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.columns import Column, Kind
from salesflow.commands.base import Command
from salesflow.i18n import Message
from salesflow.output.progress import progress
from salesflow.output.results import Record, Stream, Written

if TYPE_CHECKING:
    from salesflow.services.exporting import Table

_COLUMNS = (Column("file", "File"), Column("format", "Format"), Column("count", "Records", Kind.INTEGER))

File = Annotated[
    str, typer.Argument(metavar="[FILE|-]", help="The file, .csv, .xlsx or .json; - is standard output (.csv).")
]
Form = Annotated[
    str | None, typer.Option("--format", metavar="csv|xlsx|json", help="In which form (as the file's name ends).")
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


class Export(Command):
    """A command that writes a list to a file."""

    shares = ("quiet",)


def perform(
    file: str, form: str | None, force: bool, make: Callable[[], Table], said: Callable[[int, str], Message]
) -> Written | Stream:
    """Make the table and write it to the file, or hand it out in pieces for standard output."""
    import gc

    from salesflow.services import exporting

    to = exporting.target(file, form, force=force)
    gc.enable()  # this one lives for longer than a moment
    if file == exporting.STDOUT:
        return Stream(exporting.text(make(), to.form))
    with progress(sys.stderr) as advance:
        count = exporting.write(make(), to, advance)
    return Written(said(count, file), file, Record(_COLUMNS, {"file": file, "format": to.form, "count": count}, "file"))
