"""The options by which customers are chosen: for listing them and for exporting them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.params import CODE, INDUSTRY, SPAN, DateRange
from salesflow.enums import Grade, Source, Status
from salesflow.queries.customers import Filter

Grades = Annotated[list[Grade] | None, typer.Option("--grade", click_type=CODE(Grade), help="Of this grade.")]
Statuses = Annotated[list[Status] | None, typer.Option("--status", click_type=CODE(Status), help="In this status.")]
Owners = Annotated[
    list[str] | None,
    typer.Option("--owner", metavar="LOGIN", help="In this one's charge.", autocompletion=complete.staff),
]
Regions = Annotated[list[str] | None, typer.Option("--region", metavar="CODE", help="In this region.")]
Industries = Annotated[
    list[str] | None,
    typer.Option("--industry", click_type=INDUSTRY, help="Of this industry.", autocompletion=complete.industry),
]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="With this tag.", autocompletion=complete.tag)]
Sources = Annotated[list[Source] | None, typer.Option("--source", click_type=CODE(Source), help="From this source.")]
Stale = Annotated[bool, typer.Option("--stale", help="Open, and too long without progress.")]
Created = Annotated[DateRange | None, typer.Option("--created", click_type=SPAN, help="Recorded in these days.")]
Due = Annotated[DateRange | None, typer.Option("--due", click_type=SPAN, help="To be followed up in these days.")]
Archived = Annotated[bool, typer.Option("--archived", help="The archived ones instead.")]


def wanted(
    grade: Sequence[Grade] | None,
    status: Sequence[Status] | None,
    owner: Sequence[str] | None,
    region: Sequence[str] | None,
    industry: Sequence[str] | None,
    tag: Sequence[str] | None,
    source: Sequence[Source] | None,
    stale: bool,
    created: DateRange | None,
    due: DateRange | None,
    archived: bool,
) -> Filter:
    """The customers that the options choose."""
    return Filter(
        grade or (),
        status or (),
        owner or (),
        region or (),
        industry or (),
        tag or (),
        source or (),
        stale,
        created or DateRange(),
        due or DateRange(),
        archived,
    )
