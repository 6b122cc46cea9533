"""salesflow demo: a sample database and a tour."""

from __future__ import annotations

import os
import shlex
from typing import Annotated

import typer

from salesflow.commands.base import Write, current, single
from salesflow.errors import InvalidValue
from salesflow.i18n import Message, msg
from salesflow.output.results import Written

app = single()

SIZES = ("small", "large")


@app.command("demo", cls=Write)
def demo(
    ctx: typer.Context,
    dir_: Annotated[
        str, typer.Option("--dir", metavar="DIR", help="The folder for it; an earlier demonstration there is replaced.")
    ] = ("salesflow-demo"),
    size: Annotated[
        str,
        typer.Option(
            "--size", metavar="small|large", help="60 customers, or 100,000 with 1,000,000 follow-ups for measurements."
        ),
    ] = "small",
    seed: Annotated[int, typer.Option("--seed", help="Another seed, another history.", show_default=False)] = 7,
    customers: Annotated[
        int | None, typer.Option("--customers", metavar="N", help="Another number of customers.")
    ] = None,
) -> Written:
    """Make a sample database: a Chinese sales team with half a year of history that ends today; then show ten commands to try.

    salesflow demo --dir /tmp/sales
    """
    if size not in SIZES:
        raise InvalidValue(msg("{size} is not a size", size=size), msg("use one of: {choices}", choices=list(SIZES)))
    from salesflow.context import DEFAULT_ZONE
    from salesflow.services.demo import make

    context = current(ctx)
    context.database = os.path.join(dir_, "salesflow.db")
    make.prepare(context, seed)
    zone = context.settings.text("timezone") or DEFAULT_ZONE
    if size == "large":
        from salesflow.services.demo import large

        large.fill(context, seed, customers or large.CUSTOMERS)
    else:
        make.play(context, zone, seed, customers or make.SMALL)
    return Written(
        msg("made a sample database: {path}", path=context.database), context.database, details=_tour(context.database)
    )


def _tour(path: str) -> tuple[Message, ...]:
    """What to type, a line each: in shell commands nothing is translated but the remarks."""
    steps = (
        (msg("what to do today, as the manager"), "salesflow today"),
        (msg("the customers, hot ones first"), "salesflow customer list --status hot --limit 10"),
        (msg("one customer with everything"), "salesflow customer show HZ{year}001"),
        (msg("overdue follow-ups of everybody"), "salesflow followup overdue --all --by-owner"),
        (
            msg("log a call; the next date is computed and explained"),
            "salesflow --user li.na followup log {first} --method phone",
        ),
        (msg("what waits for your decision"), "salesflow approval list"),
        (msg("why a quote needs it"), "salesflow explain {quote}"),
        (msg("who is stale, and what the policy would do"), "salesflow customer stale --all"),
        (msg("the week's review"), "salesflow report weekly"),
        (msg("the same as a page with charts"), "salesflow report weekly --to review.html"),
    )
    lines = [
        msg("try these ten commands:"),
        msg(
            "  {command}", command=f"export SALESFLOW_DB={shlex.quote(os.path.abspath(path))} SALESFLOW_USER=zhang.wei"
        ),
    ]
    lines += [msg("  {command}  # {remark}", command=command, remark=remark) for remark, command in steps]
    return tuple(lines)
