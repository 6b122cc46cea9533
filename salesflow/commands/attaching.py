"""What every command that attaches files shares: its parameters, and the way in which it says what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from salesflow.commands.params import CODE
from salesflow.enums import AttachmentKind
from salesflow.errors import UsageError
from salesflow.i18n import label, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import attachments as attachment_queries

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.i18n import Message
    from salesflow.subject import Subject

KIND = typer.Option("--kind", click_type=CODE(AttachmentKind), help="What the file is.")
NAME = typer.Option("--name", help="What it is to be called (its own name).")
FILES = typer.Argument(metavar="FILE…", help="The file; several in turn.")


def attach(context: Context, subject: Subject, files: list[str], kind: AttachmentKind, name: str | None) -> Written:
    """Attach files to a record, and say so."""
    from salesflow.services import attachments

    if name is not None and len(files) > 1:
        raise UsageError(msg("--name is for one file"), msg("attach them one by one, or leave --name out"))
    with context.transaction() as work:
        made = attachments.attach(work, subject, [attachments.NewFile(path, kind, name) for path in files])
        keys = [each.id for each in made if each.id is not None]
    rows = attachment_queries.chosen(context, keys)
    columns = attachment_queries.COLUMNS
    record = Record(columns, rows[0], "id") if len(rows) == 1 else Listing(columns, rows, "id")
    said = [_attached(row) for row in rows]
    return Written(said[0], " ".join(map(str, keys)), record, tuple(said[1:]))


def _attached(row: dict[str, object]) -> Message:
    about = {key: row[key] for key in ("id", "name", "size")}
    kind = label("attachmentkind", str(row["kind"]))
    return msg("attachment {id}: {name} ({kind}, {size} bytes) of {ref}", kind=kind, ref=row["subject_ref"], **about)
