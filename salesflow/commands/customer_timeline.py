"""salesflow customer timeline: the page to read before a call."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from salesflow.commands.base import Command, current
from salesflow.commands.customer import CUSTOMER, app
from salesflow.commands.params import CODE
from salesflow.context import Context
from salesflow.enums import Event
from salesflow.i18n import nmsg
from salesflow.output.results import Listing, Record
from salesflow.queries import customers as customer_queries
from salesflow.queries import timeline as timeline_queries

NEWEST: Final = 30  # entries at a terminal where nobody says how many
_ROWS_ALONE: Final = ("csv", "tsv", "ids")


class Page(Command):
    shares = ("format", "json", "fields", "limit")


@app.command("timeline", cls=Page)
def timeline(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    kind: Annotated[
        list[Event] | None,
        typer.Option("--kind", click_type=CODE(Event), help="Only what is of this kind; several in turn."),
    ] = None,
) -> Record | Listing:
    """Show the page to read before a call: the file, the contacts, the plan, and all that happened, the newest first.

    salesflow customer timeline 云帆
    salesflow customer timeline 云帆 --kind quote --kind order
    salesflow customer timeline 云帆 --format html > yunfan.html
    """
    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    found = timeline_queries.show(context, who.id, kind or (), keep=_room(context))
    if context.asked.format in _ROWS_ALONE:
        return Listing(timeline_queries.ENTRY, found.row["entries"], "ref", more=bool(found.left_off))
    older = nmsg(
        "{count} older entry: raise --limit to see it",
        "{count} older entries: raise --limit to see them",
        count=found.left_off,
    )
    return Record(timeline_queries.COLUMNS, found.row, "code", found.title, remark=older if found.left_off else None)


def _room(context: Context) -> int | None:
    """Programs, pipes and pages get everything."""
    return NEWEST if context.asked.format in (None, "table") and sys.stdout.isatty() else None
