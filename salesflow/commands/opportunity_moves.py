"""salesflow opportunity move, win, lose, edit: where a deal stands, and what it is about."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

import typer

from salesflow.columns import Column, Kind
from salesflow.commands import complete
from salesflow.commands.base import Write, current
from salesflow.commands.changes import told
from salesflow.commands.opportunity import AMOUNT, CLOSE, NUMBER, PRODUCT, TITLE, app, written
from salesflow.commands.params import CODE, COUNT, DAY
from salesflow.context import Context
from salesflow.enums import LossReason, OpportunityStage
from salesflow.i18n import Message, label, msg
from salesflow.output.results import Written
from salesflow.queries import opportunities as opportunity_queries

_FIELDS: Final = (
    *(column for column in opportunity_queries.COLUMNS if column.key != "products"),
    Column("products", "Products", Kind.LIST),
)
On = Annotated[date | None, typer.Option("--on", click_type=DAY, help="The day on which it was decided (today).")]


@app.command("move", cls=Write)
def move(
    ctx: typer.Context,
    number: Annotated[str, NUMBER],
    stage: Annotated[
        OpportunityStage,
        typer.Argument(metavar="STAGE", click_type=CODE(OpportunityStage), help="The stage that it goes to."),
    ],
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why; needed to go back, and to open a closed one again.")
    ] = None,
) -> Written:
    """Put an opportunity into another stage; also back, and open a closed one again, with a reason.

    salesflow opportunity move SJ2026-0001 proposal
    salesflow opportunity move SJ2026-0001 discovery --reason "预算重新审批，需求要重谈"
    """
    from salesflow.services import opportunities

    context = current(ctx)
    was = opportunity_queries.resolve(context, number)
    with context.transaction() as work:
        opportunities.move(work, number, stage, reason)
    return written(context, _moved(was.number, was.stage, stage), was.number)


@app.command("win", cls=Write)
def win(ctx: typer.Context, number: Annotated[str, NUMBER], on: On = None) -> Written:
    """Close an opportunity as won. A signed contract that belongs to it does that by itself.

    salesflow opportunity win SJ2026-0001 --on 昨天
    """
    from salesflow.services import opportunities

    context = current(ctx)
    was = opportunity_queries.resolve(context, number)
    with context.transaction() as work:
        opportunities.win(work, number, on)
    return written(context, _moved(was.number, was.stage, OpportunityStage.WON), was.number)


@app.command("lose", cls=Write)
def lose(
    ctx: typer.Context,
    number: Annotated[str, NUMBER],
    reason: Annotated[LossReason, typer.Option("--reason", click_type=CODE(LossReason), help="Why it was lost.")],
    note: Annotated[str | None, typer.Option("--note", help="More about it: who won instead, what was said.")] = None,
    on: On = None,
) -> Written:
    """Close an opportunity as lost, with a reason; it can be opened again with: opportunity move.

    salesflow opportunity lose SJ2026-0001 --reason price --note "恒通低 15%"
    """
    from salesflow.services import opportunities

    context = current(ctx)
    was = opportunity_queries.resolve(context, number)
    with context.transaction() as work:
        opportunities.lose(work, number, reason, note, on)
    done = written(context, _moved(was.number, was.stage, OpportunityStage.LOST), was.number)
    return done._replace(details=_last(context, was.customer_id))


@app.command("edit", cls=Write)
def edit(
    ctx: typer.Context,
    number: Annotated[str, NUMBER],
    title: Annotated[str | None, TITLE] = None,
    amount: Annotated[int | None, AMOUNT] = None,
    expected_close: Annotated[date | None, CLOSE] = None,
    product: Annotated[list[str] | None, PRODUCT] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="SKU", help="A product to take away; several in turn.", autocompletion=complete.product
        ),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner", metavar="LOGIN", help="The salesperson in charge from now on.", autocompletion=complete.staff
        ),
    ] = None,
    if_version: Annotated[
        int | None,
        typer.Option("--if-version", click_type=COUNT, help="Only if it is still at the version that show gave."),
    ] = None,
) -> Written:
    """Change an open opportunity; what is not given stays as it is.

    salesflow opportunity edit SJ2026-0001 --amount 24万 --expected-close 2026-06-30 --product YF-200
    salesflow opportunity edit SJ2026-0001 --owner zhao.lei
    """
    from salesflow.services import opportunity_edit

    context = current(ctx)
    products = tuple(product or ()), tuple(without or ())
    wanted = opportunity_edit.OpportunityEdit(title, amount, expected_close, *products, owner)
    with context.transaction() as work:
        done = opportunity_edit.edit(work, number, wanted, if_version=if_version)
    ref = opportunity_queries.resolve(context, number).number
    text = msg("{number}: {changes}", number=ref, changes=told(context, _FIELDS, done))
    return written(context, text if done else msg("{number}: nothing changed", number=ref), ref)


def _moved(number: str, old: OpportunityStage, new: OpportunityStage) -> Message:
    kind = OpportunityStage.kind()
    return msg("{number}: {old} -> {new}", number=number, old=label(kind, old), new=label(kind, new))


def _last(context: Context, customer_id: int) -> tuple[Message, ...]:
    """What to think of where a customer has no open opportunity left."""
    if opportunity_queries.open_of(context, customer_id):
        return ()
    return (msg("the customer has no other open opportunity; if it is lost too: salesflow customer status"),)
