"""What `find` and `customer find` do: customers by anything that is known of them."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import current
from salesflow.commands.params import CODE
from salesflow.enums import Matched
from salesflow.errors import UsageError
from salesflow.i18n import msg
from salesflow.output.results import Listing
from salesflow.queries import search as search_queries
from salesflow.queries import staff as staff_queries


def find(
    ctx: typer.Context,
    text: Annotated[
        list[str],
        typer.Argument(metavar="TEXT", help="A code, a part of a name, initials, or words; all of them must be there."),
    ],
    place: Annotated[
        list[Matched] | None,
        typer.Option(
            "--in", click_type=CODE(Matched), help="Look only there; several in turn. The name is also its pinyin."
        ),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="LOGIN", help="Only this one's customers.", autocompletion=complete.staff),
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only your own customers.")] = False,
    archived: Annotated[bool, typer.Option("--archived", help="The archived ones instead.")] = False,
) -> Listing:
    """Find customers by codes, names, pinyin, contacts, needs, remarks and follow-ups, the best matches first.

    salesflow find 华信
    salesflow find hxkj
    salesflow customer find 报价 周五 --in followup --mine
    """
    context = current(ctx)
    if owner is not None and mine:
        raise UsageError(msg("--owner and --mine exclude each other"), msg("leave one of them out"))
    whose = staff_queries.staff_id(context, owner) if owner is not None else context.actor.id if mine else None
    wanted = search_queries.Wanted(" ".join(text), tuple(place or ()), whose, archived)
    found = search_queries.found(context, wanted)
    nothing = msg("nothing found: try fewer words, a part of the name or its initials")
    return Listing(search_queries.COLUMNS, found.rows, "code", more=found.more, empty=nothing)
