"""salesflow demo: a sample database and a tour."""

from __future__ import annotations

import os
import shlex
from typing import Annotated

import typer

from salesflow.commands.base import Write, current, single
from salesflow.commands.params import COUNT
from salesflow.errors import InvalidValue
from salesflow.i18n import Message, msg
from salesflow.output.results import Written
from salesflow.queries.tour import Sights, sights

app = single()

SIZES = ("small", "large")


@app.command("demo", cls=Write)
def demo(
    ctx: typer.Context,
    folder: Annotated[
        str, typer.Option("--dir", metavar="DIR", help="The folder for it; an earlier demonstration there is replaced.")
    ] = "salesflow-demo",
    size: Annotated[
        str,
        typer.Option(
            "--size", metavar="small|large", help="60 customers, or 100,000 with 1,000,000 follow-ups for measurements."
        ),
    ] = "small",
    seed: Annotated[int, typer.Option("--seed", click_type=COUNT, help="Another seed, another history.")] = 7,
    customers: Annotated[
        int | None, typer.Option("--customers", click_type=COUNT, help="Another number of customers.")
    ] = None,
) -> Written:
    """Make a sample database: a Chinese sales team with half a year of history up to today; then show ten commands to try.

    salesflow demo --dir /tmp/sales
    """
    if size not in SIZES:
        raise InvalidValue(msg("{size} is not a size", size=size), msg("use one of: {choices}", choices=list(SIZES)))
    if customers == 0:
        raise InvalidValue(msg("a demonstration has one customer at least"), msg("leave out --customers for the usual"))
    from salesflow.services.demo import make

    context = current(ctx)
    context.database = os.path.join(folder, "salesflow.db")
    build = make.large if size == "large" else make.small
    build(context, seed, customers)
    text = msg("made a sample database: {path}", path=context.database)
    return Written(text, context.database, details=_tour(context.database, sights(context)))


def _tour(path: str, seen: Sights) -> tuple[Message, ...]:
    """Ten commands, each below a remark on what it shows. Shell commands are not translated, remarks are."""
    content = "客户要求周五前给出含安装的报价"
    steps = (
        (msg("what to do today, as the manager"), "salesflow today"),
        (
            msg("hot customers, by the date of the next follow-up"),
            "salesflow customer list --status hot --sort next_follow_up_on",
        ),
        (msg("one customer with everything about it"), f"salesflow customer show {seen.customer}"),
        (
            msg("log a call: the next date is computed and explained"),
            f"salesflow --user {seen.owner} followup log {seen.customer} --method phone --content {content}",
        ),
        (msg("overdue follow-ups of everybody, a list for each"), "salesflow followup overdue --all --by-owner"),
        (msg("what waits for your decision, and why"), "salesflow approval list"),
        (msg("every rule behind a record"), f"salesflow explain {seen.quote or seen.customer}"),
        (msg("who is stale, and what the policy would do about it"), "salesflow customer stale --all"),
        (msg("the week's review"), "salesflow report weekly"),
        (msg("the same as a page with charts"), "salesflow report weekly --to review.html"),
    )
    world = f"export SALESFLOW_DB={shlex.quote(os.path.abspath(path))} SALESFLOW_USER=zhang.wei"
    lines = [
        msg("now try these ten commands; first tell your shell where the database is and who you are:"),
        _command(world),
    ]
    for number, (remark, command) in enumerate(steps, 1):
        lines += [msg("{number}. {remark}", number=number, remark=remark), _command(command)]
    lines += [msg("afterwards, back to a database of your own:"), _command("unset SALESFLOW_DB SALESFLOW_USER")]
    return tuple(lines)


def _command(line: str) -> Message:
    return msg("   {command}", command=line)
