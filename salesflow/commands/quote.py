"""salesflow quote: priced offers, routed for approval where the rules ask for it, accepted by the customer."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.columns import Row
from salesflow.commands import complete
from salesflow.commands import quote_options as options
from salesflow.commands.base import List, Show, Write, current, noun, screenful
from salesflow.commands.items import ExtraText, ItemText
from salesflow.commands.params import CODE, COUNT, DAYS
from salesflow.enums import QuoteState
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg
from salesflow.money import display_money, display_percent
from salesflow.output.results import Digest, Listing, Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import quotes as quote_queries

app = noun(
    "Quotes: priced offers with discounts, routed for approval where needed.",
    quote_revise="revise submit diff",
    quote_send="send",
    quote_answers="accept decline",
    quote_export="export",
)


@app.command("make", cls=Write)
def make(
    ctx: typer.Context,
    customer: Annotated[
        str,
        typer.Argument(
            metavar="CUSTOMER", help="The customer's code, name or a part of it.", autocompletion=complete.customer
        ),
    ],
    item: Annotated[list[ItemText], options.ITEMS],
    discount: Annotated[int, options.DISCOUNT] = 0,
    freight: Annotated[int, options.FREIGHT] = 0,
    extra: Annotated[list[ExtraText] | None, options.EXTRAS] = None,
    valid_days: Annotated[
        int | None, typer.Option("--valid-days", click_type=DAYS, help="For how long it stands (the policy's days).")
    ] = None,
    payment_terms: Annotated[str | None, options.PAYMENT_TERMS] = None,
    delivery_days: Annotated[int | None, options.DELIVERY_DAYS] = None,
    warranty: Annotated[str | None, options.WARRANTY] = None,
    opportunity: Annotated[str | None, options.OPPORTUNITY] = None,
    note: Annotated[str | None, options.NOTE] = None,
    submit: Annotated[bool, options.SUBMIT] = True,
) -> Written:
    """Make a quote, and say what approval it needs and why.

    salesflow quote make 云帆 --item YF-100:2 --item YF-200:1@8000 --item YF-300:10-5% --freight 300

    A quote that needs nobody's approval is approved at once; any other waits for it and cannot be accepted before.
    """
    from salesflow.queries import quote_decisions
    from salesflow.services import quotes

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    items, terms = options.new_items(context, item), (payment_terms, delivery_days, warranty, note)
    new = quotes.NewQuote(who.id, items, discount, freight, extra or (), valid_days, *terms, not submit, opportunity)
    with context.transaction() as work:
        number = quotes.make(work, new).number
    row = quote_queries.show(context, number)
    names = {"number": number, "code": who.code, "name": who.name}
    text = msg("made {number} for {code} {name}: {total}", total=display_money(row["total"]), **names)
    return Written(text, number, options.record(row), quote_decisions.told(context, row))


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
    versions: Annotated[bool, typer.Option("--versions", help="Also versions that were superseded.")] = False,
    concessions: Annotated[
        str | None,
        typer.Option(
            "--concessions",
            metavar="CUSTOMER",
            help="What this customer was given off the list prices over time, version by version.",
            autocompletion=complete.customer,
        ),
    ] = None,
) -> Listing | Digest:
    """List quotes, the newest first. An option given several times means any of its values.

    salesflow quote list --customer 云帆 --state approved --state sent
    """
    context = current(ctx)
    if concessions is not None:
        from salesflow.queries import quote_concessions

        choices = {
            "--customer": customer,
            "--state": state,
            "--owner": owner,
            "--expired": expired,
            "--versions": versions,
        }
        others = [name for name, value in choices.items() if value]
        if others:
            raise UsageError(
                msg("--concessions and {others} exclude each other", others=others), msg("leave one of them out")
            )
        who = customer_queries.resolve(context, concessions)
        given, more = quote_concessions.of_customer(context, who.id, who.code, who.name)
        sums = {name: _sum(given[name]) for name in ("accepted", "open", "ended")}
        remark = msg("accepted: {accepted}; open: {open}; declined or expired: {ended}", **sums)
        rows, none = given["quotes"], msg("no quotes")
        listing = Listing(quote_concessions.QUOTES, rows, "number", empty=none, more=more, remark=remark)
        return Digest(Record(quote_concessions.COLUMNS, given, "customer_code"), listing)
    found = quote_queries.listed(
        context,
        customer_id=None if customer is None else customer_queries.resolve(context, customer).id,
        states=[*(state or ()), *([QuoteState.EXPIRED] if expired else [])],
        owners=owner or (),
        every_version=versions,
        keep=screenful(context),
    )
    return Listing(quote_queries.COLUMNS, found.rows, "number", empty=msg("no quotes"), more=found.more)


@app.command("show", cls=Show)
def show(
    ctx: typer.Context,
    number: options.Number,
    version: Annotated[
        int | None, typer.Option("--version", click_type=COUNT, help="This version (the newest one).")
    ] = None,
) -> Record:
    """Show a quote with its lines, its totals and its approval.

    salesflow quote show Q2026-0001 --version 1
    """
    return options.record(quote_queries.show(current(ctx), number, version))


def _sum(found: Row) -> Message:
    """What the quotes of one outcome come to."""
    money = {name: display_money(found[name]) for name in ("given_away", "list_total")}
    return msg("{given_away} off {list_total} ({percent})", percent=display_percent(found["discount"]), **money)
