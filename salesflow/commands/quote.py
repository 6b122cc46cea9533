"""salesflow quote: priced offers, routed for approval where the rules ask for it, accepted by the customer."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from salesflow.columns import Row
from salesflow.commands import complete
from salesflow.commands.base import List, Show, Write, current, noun, screenful
from salesflow.commands.items import ExtraText, ItemText
from salesflow.commands.params import CODE, DAY, DAYS, EXTRA, ITEM, MONEY, PERCENT
from salesflow.enums import QuoteState
from salesflow.i18n import msg
from salesflow.money import display_money
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import products as product_queries
from salesflow.queries import quotes as quote_queries

app = noun("Quotes: priced offers with discounts, routed for approval where needed.", quote_export="export")

Number = Annotated[
    str, typer.Argument(metavar="QUOTE", help="The quote's number, such as Q2026-0001.", autocompletion=complete.quote)
]


@app.command("make", cls=Write)
def make(
    ctx: typer.Context,
    customer: Annotated[
        str,
        typer.Argument(
            metavar="CUSTOMER", help="The customer's code, name or a part of it.", autocompletion=complete.customer
        ),
    ],
    item: Annotated[
        list[ItemText],
        typer.Option(
            "--item",
            click_type=ITEM,
            autocompletion=complete.product,
            help="A line: SKU:QUANTITY, then @UNIT_PRICE or -DISCOUNT% where they are to differ from the list price"
            " and the automatic discount.",
        ),
    ],
    discount: Annotated[
        int,
        typer.Option(
            "--discount", click_type=PERCENT, help="A discount on all lines, after their own.", show_default=False
        ),
    ] = 0,
    freight: Annotated[
        int, typer.Option("--freight", click_type=MONEY, help="Freight, tax included.", show_default=False)
    ] = 0,
    extra: Annotated[
        list[ExtraText] | None,
        typer.Option("--extra", click_type=EXTRA, help="What comes with it, with its amount where it is not free."),
    ] = None,
    valid_days: Annotated[
        int | None, typer.Option("--valid-days", click_type=DAYS, help="For how long it stands (the policy's days).")
    ] = None,
    payment_terms: Annotated[str | None, typer.Option("--payment-terms", help="How it is to be paid.")] = None,
    delivery_days: Annotated[
        int | None, typer.Option("--delivery-days", click_type=DAYS, help="Days from order to delivery.")
    ] = None,
    warranty: Annotated[str | None, typer.Option("--warranty", help="The warranty.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="A note on the quote.")] = None,
    submit: Annotated[
        bool,
        typer.Option(
            "--submit/--draft",
            help="Send it to those who must approve it (the default), or keep it back.",
            show_default=False,
        ),
    ] = True,
) -> Written:
    """Make a quote, and say what approval it needs and why.

    salesflow quote make 云帆 --item YF-100:2 --item YF-200:1@8000 --item YF-300:10-5% --freight 300

    A quote that needs nobody's approval is approved at once; any other waits for it and cannot be accepted before.
    """
    from salesflow.queries import quote_decisions
    from salesflow.services import quotes

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    items = [quotes.NewItem(product_queries.sku(context, one.sku), *one[1:]) for one in item]
    new = quotes.NewQuote(
        who.id,
        items,
        discount,
        freight,
        extra or (),
        valid_days,
        payment_terms,
        delivery_days,
        warranty,
        note,
        not submit,
    )
    with context.transaction() as work:
        number = quotes.make(work, new).number
    row = quote_queries.show(context, number)
    text = msg(
        "made {number} for {code} {name}: {total}",
        number=number,
        code=who.code,
        name=who.name,
        total=display_money(row["total"]),
    )
    return Written(text, number, _record(row), quote_decisions.told(context, row))


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    customer: Annotated[
        str | None, typer.Option("--customer", help="Of this customer.", autocompletion=complete.customer)
    ] = None,
    state: Annotated[
        list[QuoteState] | None, typer.Option("--state", click_type=CODE(QuoteState), help="In this state.")
    ] = None,
    owner: Annotated[
        list[str] | None,
        typer.Option("--owner", metavar="LOGIN", help="Made by this one.", autocompletion=complete.staff),
    ] = None,
    expired: Annotated[bool, typer.Option("--expired", help="Short for --state expired.")] = False,
) -> Listing:
    """List quotes, the newest first. An option given several times means any of its values.

    salesflow quote list --customer 云帆 --state approved --state sent
    """
    context = current(ctx)
    found = quote_queries.listed(
        context,
        customer_id=None if customer is None else customer_queries.resolve(context, customer).id,
        states=[*(state or ()), *([QuoteState.EXPIRED] if expired else [])],
        owners=owner or (),
        keep=screenful(context),
    )
    return Listing(quote_queries.COLUMNS, found.rows, "number", empty=msg("no quotes"), more=found.more)


@app.command("show", cls=Show)
def show(ctx: typer.Context, number: Number) -> Record:
    """Show a quote with its lines, its totals and its approval.

    salesflow quote show Q2026-0001
    """
    return _record(quote_queries.show(current(ctx), number))


@app.command("accept", cls=Write)
def accept(
    ctx: typer.Context,
    number: Number,
    on: Annotated[
        date | None, typer.Option("--on", click_type=DAY, help="The day on which the customer confirmed it (today).")
    ] = None,
) -> Written:
    """Note that the customer accepted a quote; it must be approved and must not have expired by that day.

    salesflow quote accept Q2026-0001 --on yesterday
    """
    from salesflow.services import quotes

    context = current(ctx)
    found = quote_queries.resolve(context, number).number
    day = on or context.clock.today()
    with context.transaction() as work:
        quotes.accept(work, found, day)
    row = quote_queries.show(context, found)
    names = {"number": found, "code": row["customer_code"], "name": row["customer_name"]}
    text = msg(
        "{code} {name} accepted {number} on {date}: {total}", date=day, total=display_money(row["total"]), **names
    )
    return Written(text, found, _record(row))


def _record(row: Row) -> Record:
    return Record(quote_queries.SHOW_COLUMNS, row, "number")
