"""salesflow customer stale, stall: stale leads, the sweep that cron runs at night, and why nothing moves."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from salesflow.commands import complete
from salesflow.commands.base import Command, List, Write, current
from salesflow.commands.customer import CUSTOMER, app
from salesflow.commands.params import CODE, COUNT, DAYS
from salesflow.context import Context
from salesflow.enums import StallCause
from salesflow.errors import UsageError
from salesflow.i18n import Message, label, msg, nmsg
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
    runs: Annotated[bool, typer.Option("--runs", help="Instead the sweeps that were done, the latest first.")] = False,
    undo: Annotated[
        int | None,
        typer.Option(
            "--undo", metavar="RUN", click_type=COUNT, help="Take a sweep back, for whom nobody touched since."
        ),
    ] = None,
) -> Digest | Listing | Written:
    """List the customers with whom nothing moves, and what the policy does about it. --apply does it, --undo takes it back.

    salesflow customer stale --within 7d
    salesflow customer stale --apply
    salesflow customer stale --undo 3
    """
    from salesflow.queries import staff as staff_queries

    context = current(ctx)
    if undo is not None or runs:
        _alone(apply=apply, include_lost=include_lost, all=everybody, owner=owner, within=within)
        if undo is not None and runs:
            raise UsageError(msg("--undo and --runs exclude each other"), msg("leave one of them out"))
        return _runs(context) if undo is None else _undone(context, undo, dry_run=dry_run)
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


def _alone(**others: object) -> None:
    """Refuse what has no meaning beside --undo and --runs, which are about whole sweeps."""
    for name, value in others.items():
        if value not in (None, False):
            option = f"--{name.replace('_', '-')}"
            raise UsageError(msg("{option} has no place here", option=option), msg("leave it out"))


def _runs(context: Context) -> Listing:
    from salesflow.queries import stale as stale_queries

    found = stale_queries.runs(context)
    return Listing(stale_queries.RUNS, found.rows, "run", empty=msg("no sweep has changed anything"), more=found.more)


def _undone(context: Context, run: int, *, dry_run: bool) -> Digest | Written:
    """A sweep taken back: how many customers are as before, and who was left out, each with the reason."""
    from salesflow.queries import stale as stale_queries
    from salesflow.services import stale_undo

    with context.transaction() as work:
        swept = stale_undo.undo(work, run, dry_run=dry_run)
    row = stale_queries.undone(context, run, [(one.id, one.code, one.name, one.touched) for one in swept])
    listing = Listing(stale_queries.UNDONE_ROWS, row["rows"], "code")
    digest = Digest(Record(stale_queries.UNDONE, row, "run"), listing)
    if dry_run:
        return digest
    text = nmsg(
        "sweep {run} taken back: {count} customer as before, {left} left out",
        "sweep {run} taken back: {count} customers as before, {left} left out",
        count=row["restored"],
        run=run,
        left=row["left_out"],
    )
    left_out = [{**one, "text": one["reason"]} for one in row["rows"] if one["reason"] is not None]
    return Written(text, str(run), digest, _named(left_out))


@app.command("stall", cls=Write)
def stall(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    cause: Annotated[StallCause, typer.Option("--cause", click_type=CODE(StallCause), help="Why nothing moves.")],
    strategy: Annotated[str, typer.Option("--strategy", help="What is to be done about it.")],
) -> Written:
    """Record why nothing moves with a customer and what is to be done: it leaves the manager's agenda until it stalls again.

    salesflow customer stall 云帆 --cause budget --strategy "分两期报价：一期 30 台先上，3 月 20 日前由张伟面谈财务"
    """
    from salesflow.queries import customers as customer_queries
    from salesflow.queries import stale as stale_queries
    from salesflow.services import stall as stalls

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    with context.transaction() as work:
        made = stalls.analyse(work, who.id, cause, strategy)
    text = msg("{code} {name}: cause {cause}", code=who.code, name=who.name, cause=label("stallcause", cause))
    record = Record(stale_queries.ANALYSIS, stale_queries.analysis(context, made.id), "id")
    details = (made.holds,) if made.early is None else (made.early, made.holds)
    return Written(text, who.code, record, details)


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
