"""salesflow customer duplicates, merge: customers that were recorded twice."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesflow.columns import by_key
from salesflow.commands import complete
from salesflow.commands.base import List, Write, current, screenful
from salesflow.commands.changes import shown
from salesflow.commands.customer import app
from salesflow.commands.params import COUNT
from salesflow.context import Context
from salesflow.i18n import Message, label, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import duplicates as duplicate_queries
from salesflow.queries import merges as merge_queries

if TYPE_CHECKING:
    from salesflow.services.merging import Merged, Value


@app.command("duplicates", cls=List)
def duplicates(
    ctx: typer.Context,
    customer: Annotated[
        str | None,
        typer.Argument(
            metavar="[CUSTOMER]", help="Only who is likely to be this one.", autocompletion=complete.customer
        ),
    ] = None,
    min_score: Annotated[
        int, typer.Option("--min-score", click_type=COUNT, help="How likely at least, of 100.")
    ] = duplicate_queries.DEFAULT_SCORE,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner", metavar="LOGIN", help="Where one of the two is this one's.", autocompletion=complete.staff
        ),
    ] = None,
) -> Listing:
    """List customers that are likely to be there twice: alike in name, or with the same contact; the likeliest first.

    salesflow customer duplicates
    salesflow customer duplicates 云帆 --min-score 60
    """
    context = current(ctx)
    who = None if customer is None else customer_queries.resolve(context, customer).id
    found = duplicate_queries.listed(context, who, min_score=min_score, owner=owner, keep=screenful(context))
    nothing = msg("no customer seems to be there twice")
    return Listing(duplicate_queries.COLUMNS, found.rows, "code", empty=nothing, more=found.more)


@app.command("merge", cls=Write)
def merge(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FROM", help="The customer that goes: code, name or a part of it.", autocompletion=complete.customer
        ),
    ],
    target: Annotated[
        str, typer.Argument(metavar="INTO", help="The one that stays.", autocompletion=complete.customer)
    ],
    reason: Annotated[str | None, typer.Option("--reason", help="Why they are one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> Written:
    """Merge a customer into another one: all its records move, its code stands for the other one from then on.

    salesflow customer merge HZ2026003 HZ2026001 --dry-run
    salesflow customer merge HZ2026003 HZ2026001 --reason "同一家公司，展会上又登记了一次"
    """
    from salesflow.services import merging

    context = current(ctx)
    who, into = (customer_queries.resolve_itself(context, ref) for ref in (source, target))
    with context.transaction() as work:
        found = merging.examine(work, who.id, into.id) if dry_run else merging.merge(work, who.id, into.id, reason)
    return _written(context, found, dry_run=dry_run)


def _written(context: Context, found: Merged, *, dry_run: bool) -> Written:
    names = {
        "code": found.source.code,
        "name": found.source.name,
        "into": found.target.code,
        "twin": found.target.name,
    }
    text = msg("merged {code} {name} into {into} {twin}", **names)
    if dry_run:
        text = msg("would merge {code} {name} into {into} {twin}", **names)
    record = Record(merge_queries.COLUMNS, _row(context, found, dry_run=dry_run), "code")
    return Written(text, found.target.code, record, _details(context, found))


def _row(context: Context, found: Merged, *, dry_run: bool) -> dict[str, Any]:
    target = found.target
    due = target.next_follow_up_on
    return {
        "code": target.code,
        "name": target.name,
        "merged_code": found.source.code,
        "merged_name": found.source.name,
        "dry_run": dry_run,
        "next_follow_up_on": None if due is None else due.isoformat(),
        "contacts_united": found.contacts_united,
        "moved": [{"kind": kind, "count": count} for kind, count in found.moved.items()],
        "values": [
            {
                "field": value.field,
                "value": _plain(context, value.value),
                "taken_over": value.taken_over,
                "other": _plain(context, value.other),
            }
            for value in found.values
        ],
        "opportunities": [{"number": number, "twin": twin} for number, twin in found.opportunities],
    }


def _details(context: Context, found: Merged) -> tuple[Message, ...]:
    """What moves, which values win, and when to follow up next."""
    moved = [msg("{kind}: {count}", kind=label("belonging", kind), count=count) for kind, count in found.moved.items()]
    lines = [msg("moved: {moved}", moved=moved)] if moved else []
    if found.contacts_united:
        lines.append(msg("contacts that were there twice: {count}", count=found.contacts_united))
    lines += [_value(context, value, found.source.code) for value in found.values]
    lines += [_twice(number, twin) for number, twin in found.opportunities]
    return (*lines, *(() if found.next is None else (found.next.message,)))


def _twice(number: str, twin: str) -> Message:
    return msg(
        "{number} and {twin} are open with the same title; where they are one, close one with: salesflow opportunity lose",
        number=number,
        twin=twin,
    )


def _value(context: Context, value: Value, code: str) -> Message:
    column = by_key(merge_queries.FIELDS)[value.field]
    stays, gone = (shown(context, column, part) for part in (value.value, value.other))
    field = label("column", column.header)
    if value.taken_over and value.field == "budget":
        return msg("{field}: taken over from {code}", field=field, code=code)
    if value.taken_over:
        return msg("{field}: {value}, taken over from {code}", field=field, value=stays, code=code)
    return msg("{field}: {value} stays, {other} gives way", field=field, value=stays, other=gone)


def _plain(context: Context, value: Any) -> Any:
    """A value as programs read it."""
    return context.clock.local(value).isoformat() if isinstance(value, datetime) else value
