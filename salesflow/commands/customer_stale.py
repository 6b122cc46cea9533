"""salesflow customer stale: stale leads, and the sweep that cron runs at night."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from salesflow.commands import complete
from salesflow.commands.base import Command, List, current
from salesflow.commands.customer import app
from salesflow.commands.params import DAYS
from salesflow.context import Context
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg, nmsg
from salesflow.output.results import Digest, Listing, Record, Written

MOST_NAMED = 20  # so many of the customers that a sweep changed are named in its answer


class ListOrWrite(Command):
    """A listing that can also be carried out."""

    shares = (*List.shares, "quiet")


@app.command("stale", cls=ListOrWrite)
def stale(
    ctx: typer.Context,
    within: Annotated[
        int | None, typer.Option("--within", click_type=DAYS, help="Also what will happen in so many days.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it. Without this, nothing changes.")] = False,
    include_lost: Annotated[
        bool, typer.Option("--include-lost", help="With --apply: lose also those who are proposed as lost.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="LOGIN", help="Only this one's customers.", autocompletion=complete.staff),
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody's customers, as without --owner.")] = False,
) -> Digest | Written:
    """List the customers with whom nothing moves, and what the policy does about it. --apply does it.

    salesflow customer stale --within 7d
    salesflow customer stale --apply
    """
    from salesflow.queries import staff as staff_queries

    context = current(ctx)
    if apply and within is not None:
        raise UsageError(msg("--apply does what is due today"), msg("leave out --within"))
    if owner is not None and everybody:
        raise UsageError(msg("--owner and --all exclude each other"), msg("leave one of them out"))
    owner_id = None if owner is None else staff_queries.staff_id(context, owner)
    if apply and not dry_run:
        return _applied(context, owner_id, include_lost=include_lost)
    from salesflow.queries import stale as stale_queries

    scope: dict[str, Any] = {"owner_id": owner_id, "only_falls": apply, "include_lost": include_lost or not apply}
    return _digest(context, None, stale_queries.listed(context, within=within or 0, **scope))


def _applied(context: Context, owner_id: int | None, *, include_lost: bool) -> Digest | Written:
    """The sweep's answer. Where there was nothing to do it is an empty list, so that cron has nothing to mail."""
    from salesflow.queries import stale as stale_queries
    from salesflow.services import stale as sweeps

    with context.transaction() as work:
        swept = sweeps.sweep(work, owner_id=owner_id, include_lost=include_lost)
    rows = stale_queries.applied(context, [(change.id, change.before, change.finding) for change in swept.changes])
    digest = _digest(context, swept.run, rows)
    if swept.run is None:
        return digest
    text = nmsg("sweep {run}: {count} change", "sweep {run}: {count} changes", count=len(rows), run=swept.run)
    return Written(text, str(swept.run), digest, _named(rows))


def _named(rows: list[dict[str, Any]]) -> tuple[Message, ...]:
    lines = [msg("{code} {name}: {text}", code=row["code"], name=row["name"], text=row["text"]) for row in rows]
    more = len(lines) - MOST_NAMED
    if more <= 0:
        return tuple(lines)
    return (*lines[:MOST_NAMED], nmsg("and {count} more", "and {count} more", count=more))


def _digest(context: Context, run: int | None, rows: list[dict[str, Any]]) -> Digest:
    from salesflow.queries import stale as stale_queries
    from salesflow.queries.base import arranged

    found = arranged(context.asked, stale_queries.COLUMNS, rows)
    record = Record(stale_queries.RUN, {"run": run, "rows": found.rows}, "run")
    listing = Listing(stale_queries.COLUMNS, found.rows, "code", empty=msg("no customer is stale"), more=found.more)
    return Digest(record, listing)
