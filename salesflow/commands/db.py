"""salesflow db: the database file itself."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from salesflow.commands.base import Command, Show, Write, current, noun
from salesflow.i18n import msg, nmsg
from salesflow.output.results import Document, Record, Written
from salesflow.queries import system

app = noun("The database file: state, check, backup.")

DAMAGED = 7


@app.command("info", cls=Show)
def info(ctx: typer.Context) -> Record:
    """What the file is and how much is in it."""
    return Record(system.INFO, system.info(current(ctx)), "path")


@app.command("path", cls=Command)
def path(ctx: typer.Context) -> Document:
    """Where the file is, whether it exists or not."""
    return Document(os.path.abspath(current(ctx).database) + "\n")


@app.command("check", cls=Show)
def check(ctx: typer.Context) -> Record:
    """Check the file, the audit trail, the stored copies, the search index and the key. Exit 7 where something is wrong."""
    found = system.check(current(ctx))
    return Record(system.CHECK, found, "ok", exit_status=0 if found["ok"] else DAMAGED)


@app.command("backup", cls=Command)
def backup(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The new file; one that exists is never replaced.")],
) -> Written:
    """Copy the database as of now to a new file, safely while others write, and verify the copy.

    Attachments are copied to a folder beside it, FILE.files. The key of contact values is not in the copy: keep a copy
    of it apart.

    salesflow db backup ~/backup/salesflow-2026-03-05.db
    """
    from salesflow.db.backup import backup as copy

    made = copy(current(ctx).database, file, attachments=True)
    beside = nmsg(
        "{count} file of attachments is in {path}",
        "{count} files of attachments are in {path}",
        count=made.files,
        path=f"{file}.files",
    )
    text = msg("wrote {path} ({count} bytes), verified", path=file, count=made.size)
    return Written(text, file, details=(beside,) if made.files else ())


@app.command("reindex", cls=Write)
def reindex(ctx: typer.Context) -> Written:
    """Make the search index anew from the records. Nothing else changes.

    It is kept right by itself; this is for when `db check` finds something wrong with it.
    """
    from salesflow.db.search import reindex as make_anew

    context = current(ctx)
    context.setting("company")  # reading brings an older database up to date
    context.close()
    path = context.database
    counts = make_anew(path)
    text = msg(
        "made the search index anew: {customers} customers, {contacts} contacts, {followups} follow-ups",
        customers=counts["customer"],
        contacts=counts["contact"],
        followups=counts["followup"],
    )
    return Written(text, path, Record(system.REINDEXED, {"path": path, **counts}, "path"))
