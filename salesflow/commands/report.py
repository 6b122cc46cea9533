"""salesflow report: what the review meetings look at."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, current, noun
from salesflow.documents import delivery
from salesflow.documents.weekly import PLOTS
from salesflow.i18n import msg
from salesflow.output.results import Listing, Record, Result
from salesflow.queries import period
from salesflow.reports import weekly as weekly_report
from salesflow.reports import weekly_drill
from salesflow.reports.weekly_columns import COLUMNS

app = noun("Reports for the review meeting.")


@app.command("weekly", cls=List)
def weekly(
    ctx: typer.Context,
    week: Annotated[
        str | None, typer.Option("--week", metavar="2026-W12", help="The week, Monday to Sunday (the running one).")
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="The last full week.")] = False,
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="LOGIN", help="Of this person alone.", autocompletion=complete.staff),
    ] = None,
    team: Annotated[
        str | None,
        typer.Option(
            "--team",
            metavar="LOGIN",
            help="Of this person and of all whom they lead.",
            autocompletion=complete.staff,
        ),
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Of everybody (a salesperson sees their own).")] = False,
    drill: Annotated[
        str | None,
        typer.Option(
            "--drill",
            metavar="SECTION",
            help="List the records behind a section, or behind SECTION.FIGURE.",
            autocompletion=complete.section,
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="FILE", help="Write to a file; .md, .html, .json, .csv or .txt says the format."),
    ] = None,
) -> Result:
    """The weekly review: the week as it was known at its end, and the plan for the next.

    salesflow report weekly --last --to review.html

    salesflow report weekly --week 2026-W12 --drill won
    """
    context = current(ctx)
    delivery.choose(context.asked, to)
    about = period.week(context, week, last=last)
    people = period.people(context, owner=owner, team=team, everybody=everybody)
    title = weekly_report.title(context, about, people)
    if drill is None:
        row = weekly_report.report(context, about, people)
        return delivery.deliver(context, Record(COLUMNS, row, "week", title), to, PLOTS)
    found = weekly_drill.drill(context, about, people, drill)
    empty = msg("there is nothing behind {section} in {week}", section=drill, week=about.name)
    listing = Listing(found.columns, found.rows, found.ref, title, empty, found.more, group_by=found.group_by)
    return delivery.deliver(context, listing, to)
