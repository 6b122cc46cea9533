"""salesflow price: the price list, with what held and what is to come."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Write, current, noun, screenful
from salesflow.commands.params import DAY, MONEY
from salesflow.context import Context
from salesflow.i18n import Message, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import approvals as approval_queries
from salesflow.queries import prices as price_queries
from salesflow.queries import products as product_queries

if TYPE_CHECKING:
    from salesflow.services.prices import Made

app = noun("Prices: the price list, its history, what is to come.")


@app.command("set", cls=Write)
def set_(
    ctx: typer.Context,
    sku: Annotated[str, typer.Argument(metavar="SKU", help="The product's code.", autocompletion=complete.product)],
    amount: Annotated[
        int,
        typer.Argument(
            metavar="AMOUNT", click_type=MONEY, help="The list price of one unit, with tax or without as before."
        ),
    ],
    start: Annotated[
        date | None,
        typer.Option("--from", click_type=DAY, help="From this day on (today); never from a day that is past."),
    ] = None,
    floor_price: Annotated[
        int | None, typer.Option("--floor-price", click_type=MONEY, help="The floor price from then on (as it was).")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.", show_default=False)] = "",
) -> Written:
    """Set what a product costs from a day on; quotes of that day and later start from it.

    salesflow price set YF-100 29800 --from 2026-04-01 --floor-price 24500 --reason 原材料涨价

    Where the policy asks for it (rule price-approval), the price waits for a manager, and holds at the earliest from the day of
    the approval.
    """
    from salesflow.rules.prices import said
    from salesflow.services import prices

    context = current(ctx)
    found, day = product_queries.sku(context, sku), start or context.clock.today()
    with context.transaction() as work:
        made = prices.set_price(work, found, prices.NewPrice(day, amount, floor_price, reason))
        number = made.price.number
    change = said(found, made.old, made.new)
    text = msg("{change}; from {date} ({number})", change=change, date=day, number=number)
    row = price_queries.written(context, number)
    return Written(text, number, Record(price_queries.COLUMNS, row, "number"), told(context, made))


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    sku: Annotated[
        str | None,
        typer.Argument(
            metavar="[SKU]", help="Of this product, with what held before.", autocompletion=complete.product
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also what held before, of retired products, and what was rejected or withdrawn."),
    ] = False,
    at: Annotated[date | None, typer.Option("--at", click_type=DAY, help="Only what holds on this day.")] = None,
) -> Listing:
    """List the prices that hold, are to come, or wait for their approval.

    salesflow price list YF-100

    salesflow price list --at 2026-04-01 --format csv
    """
    context = current(ctx)
    found = price_queries.listed(
        context,
        sku=None if sku is None else product_queries.sku(context, sku),
        everything=everything,
        at=at,
        keep=screenful(context),
    )
    columns = price_queries.columns(found.rows, one=sku is not None)
    return Listing(columns, found.rows, "sku", empty=msg("no prices"), more=found.more)


@app.command("withdraw", cls=Write)
def withdraw(
    ctx: typer.Context,
    number: Annotated[
        str,
        typer.Argument(metavar="PRICE", help="The price's number, such as JG2026-0001.", autocompletion=complete.price),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why.", show_default=False)] = "",
) -> Written:
    """Take back a price that waits for its approval, or one that does not hold yet.

    salesflow price withdraw JG2026-0001 --reason 供应商推迟涨价
    """
    from salesflow.services import prices

    context = current(ctx)
    with context.transaction() as work:
        done = prices.withdraw(work, number, reason).number
    row = price_queries.written(context, done)
    text = msg("withdrew {number}: {sku} keeps its price", number=done, sku=row["sku"])
    return Written(text, done, Record(price_queries.COLUMNS, row, "number"))


def told(context: Context, made: Made) -> tuple[Message, ...]:
    """What becomes of a price that was set: whose approval it waits for and why, and what it replaced."""
    lines = [msg("{number} is withdrawn: this one takes its place", number=number) for number in made.replaced]
    lines += [msg("{number} waits on for the same day: what is approved last holds", number=one) for one in made.beside]
    approval = price_queries.written(context, made.price.number)["approval"]
    if approval is None:
        return tuple(lines)
    waits = msg("{number} waits for its approval, {approval}", number=made.price.number, approval=approval["number"])
    return (*lines, waits, *approval_queries.route(approval), *approval_queries.waiting(context, approval))
