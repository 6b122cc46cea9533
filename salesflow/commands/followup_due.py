"""salesflow followup due, overdue: what is to be done, for people and for cron."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import FAIL, SOMETHING, List, current, screenful
from salesflow.commands.followup import app
from salesflow.commands.params import DAY, DAYS
from salesflow.context import Context
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg
from salesflow.output.results import Listing
from salesflow.queries import followups as followup_queries
from salesflow.queries import staff as staff_queries
from salesflow.queries.base import Page

OWNER = typer.Option("--owner", metavar="LOGIN", help="This one's customers (your own).", autocompletion=complete.staff)
EVERYBODY = typer.Option("--all", help="Everybody's customers.")
BY_OWNER = typer.Option("--by-owner", help="Everybody's customers, a table for each owner.")


@app.command("due", cls=List)
def due(
    ctx: typer.Context,
    on: Annotated[date | None, typer.Option("--on", click_type=DAY, help="Due by this day (today).")] = None,
    within: Annotated[
        int, typer.Option("--within", click_type=DAYS, help="And in so many days after it.", show_default=False)
    ] = 0,
    owner: Annotated[str | None, OWNER] = None,
    everybody: Annotated[bool, EVERYBODY] = False,
    by_owner: Annotated[bool, BY_OWNER] = False,
    fail_if_any: Annotated[bool, FAIL] = False,
) -> Listing:
    """List the follow-ups that are due by today or another day, the overdue ones among them: A first, then the most overdue.

    salesflow followup due --within 3d
    salesflow followup due --all --by-owner --format plain
    """
    context = current(ctx)
    whom = whose(context, owner, everybody=everybody, by_owner=by_owner)
    until = (on or context.clock.today()) + timedelta(days=within)
    found = followup_queries.due(context, until=until, owner_id=whom, by_owner=by_owner, keep=screenful(context))
    return _listing(found, whom, msg("nothing is due"), by_owner=by_owner, fail_if_any=fail_if_any)


@app.command("overdue", cls=List)
def overdue(
    ctx: typer.Context,
    unplanned: Annotated[
        bool, typer.Option("--unplanned", help="Instead the open customers for whom nothing is planned.")
    ] = False,
    owner: Annotated[str | None, OWNER] = None,
    everybody: Annotated[bool, EVERYBODY] = False,
    by_owner: Annotated[bool, BY_OWNER] = False,
    fail_if_any: Annotated[bool, FAIL] = False,
) -> Listing:
    """List the follow-ups whose day has passed: A customers first, then the most overdue.

    salesflow followup overdue --all --format plain
    salesflow followup overdue --unplanned
    """
    context = current(ctx)
    whom = whose(context, owner, everybody=everybody, by_owner=by_owner)
    find = followup_queries.unplanned if unplanned else followup_queries.overdue
    found = find(context, owner_id=whom, by_owner=by_owner, keep=screenful(context))
    nothing = msg("something is planned for every open customer") if unplanned else msg("nothing is overdue")
    return _listing(found, whom, nothing, by_owner=by_owner, fail_if_any=fail_if_any)


def whose(context: Context, owner: str | None, *, everybody: bool, by_owner: bool = False) -> int | None:
    """The owner's key; None for everybody: then no one need be logged in, as under cron."""
    if owner is not None and everybody:
        raise UsageError(msg("--owner and --all exclude each other"), msg("leave one of them out"))
    if owner is not None:
        return staff_queries.staff_id(context, owner)
    return None if everybody or by_owner else context.actor.id


def _listing(found: Page, whom: int | None, nothing: Message, *, by_owner: bool, fail_if_any: bool) -> Listing:
    return Listing(
        followup_queries.DUE if whom is not None else followup_queries.DUE_OF_ALL,
        found.rows,
        "customer_code",
        empty=nothing,
        more=found.more,
        exit_status=SOMETHING if fail_if_any and found.rows else 0,
        group_by="owner" if by_owner else "",
    )
