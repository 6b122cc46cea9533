"""salesflow followup gantt: plan against what happened, on a time axis."""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from salesflow.commands import complete
from salesflow.commands.base import Command, current
from salesflow.commands.followup import app
from salesflow.commands.followup_due import whose
from salesflow.commands.params import COUNT, DAY
from salesflow.context import Context
from salesflow.errors import InvalidValue, UsageError
from salesflow.i18n import msg
from salesflow.output.options import terminal_height, terminal_width
from salesflow.output.results import Digest, Listing, Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import gantt as gantt_queries
from salesflow.reports import gantt as gantt_chart

MOST_ON_PAPER = 60
LONGEST = 1_100  # days: three years
AROUND = 6  # lines of the screen that the chart leaves alone: its axis, its legend, the prompts


class Chart(Command):
    """A chart, or its items as rows."""

    shares = ("format", "json", "fields", "limit")


@app.command("gantt", cls=Chart)
def gantt(
    ctx: typer.Context,
    customer: Annotated[
        str | None,
        typer.Argument(metavar="[CUSTOMER]", help="Only with this customer.", autocompletion=complete.customer),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner", metavar="LOGIN", help="This one's customers (your own).", autocompletion=complete.staff
        ),
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody's customers.")] = False,
    first: Annotated[
        date | None, typer.Option("--from", click_type=DAY, help="From this day on (a week before today).")
    ] = None,
    last: Annotated[date | None, typer.Option("--until", click_type=DAY, help="Up to this day.")] = None,
    weeks: Annotated[
        int, typer.Option("--weeks", click_type=COUNT, metavar="N", help="So many weeks.", show_default=True)
    ] = 4,
    to: Annotated[
        str | None, typer.Option("--to", metavar="FILE", help="Draw it into a file: .svg, or .html to print.")
    ] = None,
) -> Digest | Written:
    """Draw plan against what happened on a time axis, the most urgent customers first.

    salesflow followup gantt --weeks 6

    salesflow followup gantt 云帆 --from 本月初 --until 月底 --to 云帆.svg
    """
    context = current(ctx)
    span = _span(context, first, last, weeks)
    if customer is not None and (owner is not None or everybody):
        raise UsageError(msg("a customer and --owner or --all exclude each other"), msg("leave one of them out"))
    who = None if customer is None else customer_queries.resolve(context, customer).id
    owner_id = None if who is not None else whose(context, owner, everybody=everybody, by_owner=False)
    found = gantt_queries.chart(context, span, customer_id=who, owner_id=owner_id, most=_most(context, to))
    if to is not None:
        return _drawn(context, found, to)
    rows = gantt_queries.listed(found)
    nothing = msg("nothing was planned and nothing happened in these days")
    record = Record(gantt_queries.CHART, found, "from")
    listing = Listing(gantt_queries.LISTING, rows, "id", empty=nothing)
    if not rows:
        return Digest(record, listing)
    lines = gantt_chart.lines(found, terminal_width(sys.stdout), context.calendar.is_workday)
    if context.asked.fields:
        return Digest(record, listing)
    screen = Listing(gantt_chart.COLUMNS, lines, "name", empty=nothing, remark=gantt_chart.legend())
    return Digest(record, listing, screen)


def _span(context: Context, first: date | None, last: date | None, weeks: int) -> gantt_queries.Span:
    """The days that are meant; without a first one it begins a week ago, on a Monday."""
    today = context.clock.today()
    start = first or (min(last or today, today) - timedelta(days=7 + today.weekday()))
    if weeks * 7 > LONGEST:
        raise UsageError(msg("{weeks} weeks are too long", weeks=weeks), msg("give three years at most"))
    end = last or start + timedelta(days=7 * max(1, weeks) - 1)
    if start > end:
        raise UsageError(msg("{first} is after {last}", first=start, last=end), msg("give the earlier day with --from"))
    if (end - start).days > LONGEST:
        raise UsageError(msg("{first} to {last} is too long", first=start, last=end), msg("give three years at most"))
    return gantt_queries.Span(start, end)


def _most(context: Context, to: str | None) -> int | None:
    """As many customers as asked for; else as fit a screen or a page, and all for programs."""
    if context.asked.limit is not None:
        return context.asked.limit or None
    if to is not None:
        return MOST_ON_PAPER
    on_screen = context.asked.format in (None, "table") and sys.stdout.isatty()
    return max(5, terminal_height(sys.stdout) - AROUND) if on_screen or context.asked.format == "table" else None


def _drawn(context: Context, found: dict[str, Any], path: str) -> Written:
    from salesflow.documents import delivery
    from salesflow.documents import gantt as pictures

    draw = {".svg": pictures.svg, ".html": pictures.page, ".htm": pictures.page}.get(os.path.splitext(path)[1].lower())
    if draw is None:
        raise InvalidValue(
            msg("the name {path} does not say the format", path=path), msg("let it end in .svg or .html")
        )
    delivery.save(path, draw(found, context.calendar.is_workday))
    context.asked.format = None
    return Written(msg("wrote {path}", path=path), path)
