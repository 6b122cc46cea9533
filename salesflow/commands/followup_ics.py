"""salesflow followup ics: the plan for a phone's calendar."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated

import typer

from salesflow.commands.base import Command, current
from salesflow.commands.followup import app
from salesflow.commands.followup_due import EVERYBODY, OWNER, whose
from salesflow.commands.params import COUNT
from salesflow.errors import InvalidValue
from salesflow.i18n import msg, nmsg
from salesflow.output.results import Document, Written
from salesflow.queries import plan_calendar
from salesflow.queries import staff as staff_queries


def _hour(value: str) -> time:
    found = re.fullmatch(r"(\d{1,2})[:：](\d\d)", value.strip(), re.ASCII)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise InvalidValue(
            msg("--alarm: {value} is not a time of the day", value=value), msg("write it like 8:30, or give --no-alarm")
        )
    return time(int(found[1]), int(found[2]))


@app.command("ics", cls=Command)
def ics(
    ctx: typer.Context,
    owner: Annotated[str | None, OWNER] = None,
    everybody: Annotated[bool, EVERYBODY] = False,
    to: Annotated[str | None, typer.Option("--to", metavar="FILE", help="Write to an .ics file.")] = None,
    days: Annotated[
        int, typer.Option("--days", click_type=COUNT, metavar="N", help="So many days ahead.", show_default=True)
    ] = 90,
    alarm: Annotated[
        str, typer.Option("--alarm", metavar="HH:MM", help="When it rings on the day.", show_default=True)
    ] = "9:00",
    no_alarm: Annotated[bool, typer.Option("--no-alarm", help="It never rings.")] = False,
) -> Written | Document:
    """Write what is planned as an iCalendar file, for a phone to import or to subscribe to.

    An event keeps its identity when its day changes, and what was cancelled in the last 30 days is sent as cancelled, so
    that a calendar which has it sees a change and no duplicate. Phones in it are masked.

    salesflow followup ics --to ~/public/followups.ics
    salesflow followup ics --all --days 30 --alarm 8:30 > team.ics
    """
    from salesflow.documents import calendar, delivery

    context = current(ctx)
    rings = None if no_alarm else _hour(alarm)
    owner_id = whose(context, owner, everybody=everybody)
    found = plan_calendar.entries(context, owner_id=owner_id, days=days)
    name = msg("Follow-ups")
    if owner_id is not None:
        name = msg("Follow-ups of {name}", name=staff_queries.name_of(context, owner_id))
    text = calendar.write(found, name, str(context.clock.zone), rings)
    if to is None:
        return Document(text.replace("\r\n", "\n"), line_end="\r\n")
    delivery.save(to, text)
    written = nmsg("wrote {count} event to {path}", "wrote {count} events to {path}", count=len(found), path=to)
    return Written(written, to)
