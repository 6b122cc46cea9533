"""salesflow audit: who changed what, and whether the trail is whole."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from salesflow.commands.base import List, Show, current, noun
from salesflow.commands.params import DAY
from salesflow.i18n import msg
from salesflow.output.results import Listing, Record
from salesflow.queries import system

app = noun("The audit trail: every change, chained by hash.")

BROKEN = 7


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    subject: Annotated[str | None, typer.Argument(metavar="REF", help="Only of this record: a code or number.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="LOGIN", help="Only what this person did.")] = None,
    action: Annotated[
        str | None, typer.Option("--action", help="Only this action, such as customer.status, or noun, such as quote.")
    ] = None,
    since: Annotated[
        date | None, typer.Option("--since", click_type=DAY, metavar="DATE", help="Only from this day on.")
    ] = None,
) -> Listing:
    """List changes, the newest first.

    salesflow audit list HZ2026001
    """
    found = system.entries(current(ctx), subject=subject, by=by, action=action, since=since)
    return Listing(system.AUDIT, found.rows, "id", more=found.more, empty=msg("no change was recorded"))


@app.command("verify", cls=Show)
def verify(ctx: typer.Context) -> Record:
    """Walk the whole trail: an altered, missing or reordered entry is found and named. Exit 7 where one is."""
    found = system.verify(current(ctx))
    return Record(system.VERIFICATION, found, "entries", exit_status=0 if found["ok"] else BROKEN)
