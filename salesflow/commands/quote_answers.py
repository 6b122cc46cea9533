"""salesflow quote accept, decline: what the customer says to a quote."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from salesflow.commands.base import Write, current
from salesflow.commands.params import CODE, DAY
from salesflow.commands.quote import app
from salesflow.commands.quote_options import IfVersion, Number, record
from salesflow.enums import LossReason
from salesflow.i18n import msg
from salesflow.money import display_money
from salesflow.output.results import Written
from salesflow.queries import quotes as quote_queries


@app.command("accept", cls=Write)
def accept(
    ctx: typer.Context,
    number: Number,
    on: Annotated[
        date | None, typer.Option("--on", click_type=DAY, help="The day on which the customer confirmed it (today).")
    ] = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option("--evidence", metavar="FILE", help="A file that shows it: a mail, a chat, a signed copy."),
    ] = None,
    if_version: IfVersion = None,
) -> Written:
    """Note that the customer accepted a quote; it must be approved and must not have expired by that day.

    salesflow quote accept Q2026-0001 --on yesterday --evidence 确认邮件.eml
    """
    from salesflow.services import quotes

    context = current(ctx)
    found = quote_queries.resolve(context, number).number
    day = on or context.clock.today()
    with context.transaction() as work:
        quotes.accept(work, found, day, evidence=evidence or (), seen=if_version)
    row = quote_queries.show(context, found)
    names = {"number": found, "code": row["customer_code"], "name": row["customer_name"]}
    text = msg(
        "{code} {name} accepted {number} on {date}: {total}", date=day, total=display_money(row["total"]), **names
    )
    return Written(text, found, record(row))


@app.command("decline", cls=Write)
def decline(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="What the customer said.")],
    loss_reason: Annotated[
        LossReason | None, typer.Option("--loss-reason", click_type=CODE(LossReason), help="The kind of reason.")
    ] = None,
    if_version: IfVersion = None,
) -> Written:
    """Note that the customer declined a quote, and why. It can be offered anew as its next version.

    salesflow quote decline Q2026-0001 --reason "比恒通贵 8%" --loss-reason price
    """
    from salesflow.services import quotes

    context = current(ctx)
    found = quote_queries.resolve(context, number).number
    with context.transaction() as work:
        quotes.decline(work, found, reason, loss_reason=loss_reason, seen=if_version)
    row = quote_queries.show(context, found)
    names = {"number": found, "code": row["customer_code"], "name": row["customer_name"]}
    text = msg("{code} {name} declined {number}: {total}", total=display_money(row["total"]), **names)
    return Written(text, found, record(row))
