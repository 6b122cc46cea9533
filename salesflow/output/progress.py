"""How far a long command is: a bar on a terminal's stderr, nothing anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from salesflow.i18n import Message, render

Advance = Callable[[Message, int, int], None]


@contextmanager
def progress(err: TextIO) -> Iterator[Advance | None]:
    """A function to be called with what is done, how much of it and of how much; None where nobody would see it."""
    if not err.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=err), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=render(what), completed=done, total=total)
