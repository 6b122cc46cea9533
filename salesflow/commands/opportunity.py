"""salesflow opportunity: possible deals, from the need to the signature."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Show, Write, current, noun, screenful
from salesflow.commands.params import CODE, DAY, MONEY
from salesflow.context import Context
from salesflow.enums import OpportunityStage
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg
from salesflow.money import display_money, display_percent
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import opportunities as opportunity_queries
from salesflow.queries import opportunity_page
from salesflow.queries import staff as staff_queries

app = noun(
    "Opportunities: possible deals, from stage to stage until they are won or lost.",
    opportunity_moves="move win lose edit",
)

CUSTOMER = typer.Argument(
    metavar="CUSTOMER", help="The customer's code, name or a part of it.", autocompletion=complete.customer
)
NUMBER = typer.Argument(
    metavar="OPPORTUNITY", help="The opportunity's number, such as SJ2026-0001.", autocompletion=complete.opportunity
)
TITLE = typer.Option("--title", help="What is to be sold, in a few words.")
AMOUNT = typer.Option("--amount", click_type=MONEY, help="What it is expected to come to, with tax.")
CLOSE = typer.Option("--expected-close", click_type=DAY, help="When the deal is expected to close.")
PRODUCT = typer.Option(
    "--product", metavar="SKU", help="A product that it is about; several in turn.", autocompletion=complete.product
)


@app.command("add", cls=Write)
def add(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    title: Annotated[str, TITLE],
    amount: Annotated[int, AMOUNT],
    expected_close: Annotated[date, CLOSE],
    product: Annotated[list[str] | None, PRODUCT] = None,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner",
            metavar="LOGIN",
            help="The salesperson in charge (the customer's).",
            autocompletion=complete.staff,
        ),
    ] = None,
) -> Written:
    """Add an opportunity of a customer, in the stage discovery.

    salesflow opportunity add 云帆 --title "扫码终端 50 台" --amount 20万 --expected-close 2026-05-31 --product YF-100
    """
    from salesflow.services import opportunities

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    new = opportunities.NewOpportunity(title, amount, expected_close, tuple(product or ()), owner)
    with context.transaction() as work:
        number = opportunities.add(work, who.id, new).number
    text = msg("{number}: opportunity of {code} {name}", number=number, code=who.code, name=who.name)
    return written(context, text, number)


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    stage: Annotated[
        OpportunityStage | None, typer.Option("--stage", click_type=CODE(OpportunityStage), help="In this stage.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="LOGIN", help="Of this salesperson.", autocompletion=complete.staff)
    ] = None,
    customer: Annotated[
        str | None,
        typer.Option("--customer", metavar="CUSTOMER", help="Of this customer.", autocompletion=complete.customer),
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only your own.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are won or lost.")] = False,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those too long in their stage, or past their expected close.")
    ] = False,
) -> Listing:
    """List open opportunities, those first that are to close first; their sum, weighted by probability, on stderr.

    salesflow opportunity list --mine --overdue
    salesflow opportunity list --stage negotiation --sort days_in_stage --reverse
    """
    context = current(ctx)
    if owner is not None and mine:
        raise UsageError(msg("--owner and --mine exclude each other"), msg("leave one of them out"))
    whose = staff_queries.staff_id(context, owner, everybody=True) if owner else context.actor.id if mine else None
    of = None if customer is None else customer_queries.resolve(context, customer).id
    wanted = opportunity_queries.Wanted(stage, whose, of, closed=everything, late=overdue)
    found = opportunity_queries.listed(context, wanted, keep=screenful(context))
    return Listing(
        opportunity_queries.COLUMNS,
        found.rows,
        "number",
        more=found.more,
        empty=msg("no opportunities"),
        remark=opportunity_queries.pipeline(context, wanted) if screenful(context) else None,
    )


@app.command("show", cls=Show)
def show(ctx: typer.Context, number: Annotated[str, NUMBER]) -> Record:
    """Show an opportunity: its stages with the days in each, its products, quotes, contracts, orders and follow-ups.

    salesflow opportunity show SJ2026-0001
    """
    return Record(opportunity_page.SHOW, opportunity_page.show(current(ctx), number), "number")


def written(context: Context, text: Message, number: str) -> Written:
    """What a change of an opportunity says: what it is worth now, and how long it may stay where it is."""
    row = opportunity_page.show(context, number)
    details: tuple[Message, ...] = ()
    if OpportunityStage(row["stage"]).is_open:
        worth = msg(
            "{amount} at {probability}: weighted {weighted}",
            amount=display_money(row["amount"]),
            probability=display_percent(row["probability"]),
            weighted=display_money(row["weighted"]),
        )
        details = (worth, opportunity_page.age(context, row).message)
    return Written(text, row["number"], Record(opportunity_page.SHOW, row, "number"), details)
