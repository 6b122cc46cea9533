"""salesflow followup show | edit | amend: one follow-up whole, and correcting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.commands import longtext
from salesflow.commands.base import Show, Write, current
from salesflow.commands.followup import app
from salesflow.commands.params import COUNT, FOLLOWUP
from salesflow.i18n import msg, nmsg
from salesflow.output.results import Record, Written
from salesflow.queries import followup_page

if TYPE_CHECKING:
    from salesflow.context import Context

ID = typer.Argument(click_type=FOLLOWUP, metavar="ID", help="The follow-up's number (F12); see: followup list.")


@app.command("show", cls=Show)
def show(ctx: typer.Context, followup: Annotated[int, ID]) -> Record:
    """Show one follow-up whole, with its corrections and files.

    salesflow followup show F12
    """
    return _record(current(ctx), followup)


@app.command("edit", cls=Write)
def edit(
    ctx: typer.Context,
    followup: Annotated[int, ID],
    content: Annotated[str | None, typer.Option("--content", help="What happened; - reads standard input.")] = None,
    scene: Annotated[str | None, typer.Option("--scene", help="Where and with whom.")] = None,
    feedback: Annotated[str | None, typer.Option("--feedback", help="What the customer said.")] = None,
    resolved: Annotated[str | None, typer.Option("--resolved", help="What was resolved.")] = None,
    open_points: Annotated[str | None, typer.Option("--open", help="What is still open.")] = None,
    risk: Annotated[str | None, typer.Option("--risk", help="What may go wrong.")] = None,
    next_step: Annotated[str | None, typer.Option("--next", help="The next step: what, with whom.")] = None,
    if_version: Annotated[
        int | None, typer.Option("--if-version", click_type=COUNT, metavar="N", help="Only if it is at this version.")
    ] = None,
) -> Written:
    """Correct your own follow-up within some hours (policy corrections.hours); what it was is kept. Later: followup amend.

    Dates, status and progress stay as they are; "" takes a text away.

    salesflow followup edit F12 --content "采购经理确认预算 25 万" --next "周五前发报价给王经理"
    """
    from salesflow.services import corrections

    context = current(ctx)
    words = {
        "content": None if content is None else longtext.given(content),
        "scene": scene,
        "feedback": feedback,
        "resolved": resolved,
        "open_points": open_points,
        "risk": risk,
        "next": next_step,
    }
    with context.transaction() as work:
        edited = corrections.edit(work, followup, words, if_version=if_version)
    text = msg("follow-up {id} edited, now version {version}; what it was is kept", id=followup, version=edited.version)
    return Written(text, str(followup), _record(context, followup))


@app.command("amend", cls=Write)
def amend(
    ctx: typer.Context,
    followup: Annotated[int, ID],
    text: Annotated[str, typer.Option("--text", help="What is to be corrected; - reads standard input.")],
) -> Written:
    """Put a correction beside a follow-up: its author, the customer's owner or a manager, at any time.

    salesflow followup amend F12 --text "更正：预算为 25 万，不是 20 万"
    """
    from salesflow.services import corrections

    context = current(ctx)
    with context.transaction() as work:
        corrections.amend(work, followup, longtext.given(text))
    record = _record(context, followup)
    count = record.row["corrected"]
    said = nmsg(
        "follow-up {id} amended: it has {count} correction",
        "follow-up {id} amended: it has {count} corrections",
        id=followup,
        count=count,
    )
    return Written(said, str(followup), record)


def _record(context: Context, followup_id: int) -> Record:
    return Record(followup_page.PAGE, followup_page.show(context, followup_id), "id")
