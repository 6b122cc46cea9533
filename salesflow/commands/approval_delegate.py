"""salesflow approval delegate, delegations: who decides while somebody is away."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.approval import app
from salesflow.commands.base import List, Write, current
from salesflow.commands.params import COUNT, DAY, wanted_without
from salesflow.context import Context
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import delegations as delegation_queries

Revoke = Annotated[
    int | None,
    typer.Option(
        "--revoke",
        metavar="NO",
        click_type=COUNT,
        is_eager=True,
        help="End this delegation now instead.",
        autocompletion=complete.delegation,
    ),
]


@app.command("delegate", cls=Write)
def delegate(
    ctx: typer.Context,
    first: Annotated[date | None, typer.Option("--from", click_type=DAY, help="The first day (today).")] = None,
    last: Annotated[
        date | None,
        typer.Option("--to", click_type=DAY, help="The last day, included.", callback=wanted_without("revoke")),
    ] = None,
    login: Annotated[
        str | None,
        typer.Option(
            "--to-login",
            metavar="LOGIN",
            help="Who decides in your place.",
            callback=wanted_without("revoke"),
            autocompletion=complete.staff,
        ),
    ] = None,
    revoke: Revoke = None,
) -> Written:
    """Name a deputy, who decides what your roles decide while you are away. What is delegated to you goes no further.

    salesflow approval delegate --from monday --to friday --to-login sun.li

    salesflow approval delegate --revoke 3
    """
    context = current(ctx)
    if revoke is not None:
        if (first, last, login) != (None, None, None):
            raise UsageError(msg("--revoke goes with nothing else"), msg("see: salesflow approval delegate --help"))
        return _revoked(context, revoke)
    assert last is not None
    assert login is not None
    return _delegated(context, first or context.clock.today(), last, login)


def _delegated(context: Context, first: date, last: date, login: str) -> Written:
    from salesflow.services import delegations

    with context.transaction() as work:
        made = delegations.delegate(work, login, first, last)
        key = made.id
    assert key is not None
    record = _record(context, key)
    parts = {"login": record.row["deputy"], "first": first, "last": last}
    text = msg("from {first} to {last} {login} decides in your place", **parts)
    return Written(text, str(key), record, _not_passed_on(context, first, last))


def _not_passed_on(context: Context, first: date, last: date) -> tuple[Message, ...]:
    """Those in whose place the actor decides: their deputy has no deputy."""
    others = delegation_queries.kept(context, context.actor.id, first, last)
    if not others:
        return ()
    return (msg("what you decide in the place of {logins} does not go along", logins=others),)


def _revoked(context: Context, key: int) -> Written:
    from salesflow.services import delegations

    with context.transaction() as work:
        delegations.revoke(work, key)
    record = _record(context, key)
    parts = {"deputy": record.row["deputy"], "absent": record.row["delegator"]}
    return Written(msg("{deputy} no longer decides in the place of {absent}", **parts), str(key), record)


@app.command("delegations", cls=List)
def delegations_(
    ctx: typer.Context,
    everybody: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
) -> Listing:
    """List who decides in whose place, and when.

    salesflow approval delegations
    """
    found = delegation_queries.listed(current(ctx), everybody=everybody)
    empty = msg("nobody has a deputy")
    return Listing(delegation_queries.COLUMNS, found.rows, "id", empty=empty, more=found.more)


def _record(context: Context, key: int) -> Record:
    return Record(delegation_queries.COLUMNS, delegation_queries.show(context, key), "id")
