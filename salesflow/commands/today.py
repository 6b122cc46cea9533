"""salesflow today: the agenda."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import Command, current, single
from salesflow.i18n import msg
from salesflow.output.options import terminal_height
from salesflow.output.results import Digest, Listing, Record
from salesflow.queries import today as today_queries

ROOM_FOR_PROMPT = 3  # lines of the screen that the agenda leaves alone: its title, and the prompts before and after it

app = single()


class Agenda(Command):
    shares = ("format", "json", "fields", "limit")


@app.command("today", cls=Agenda)
def today(
    ctx: typer.Context,
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="LOGIN", help="This one's agenda (your own).", autocompletion=complete.staff),
    ] = None,
) -> Digest:
    """Show what is to be done today, the most urgent first: follow-ups, decisions, deadlines, and what is about to go wrong.

    salesflow today
    salesflow today --owner li.na --json
    """
    context = current(ctx)
    day = context.clock.today()
    whose = today_queries.person(context, owner)
    found = today_queries.sections(context, whose)
    rows, remark = today_queries.on_screen(found, day, terminal_height(sys.stdout) - ROOM_FOR_PROMPT)
    nothing = msg("there is nothing to do today")
    title = today_queries.title(whose, day)
    return Digest(
        Record(today_queries.COLUMNS, today_queries.as_row(found), "sections"),
        Listing(
            today_queries.LISTING,
            today_queries.as_rows(found, day),
            "ref",
            title=title,
            empty=nothing,
            more=any(section.total > len(section.items) for section in found),
        ),
        Listing(
            today_queries.SCREEN,
            rows,
            "ref",
            title=title,
            empty=nothing,
            group_by="section",
            compact=True,
            remark=remark,
        ),
    )
