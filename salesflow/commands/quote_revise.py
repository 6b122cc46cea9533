"""salesflow quote revise, submit, diff: the next version of a quote, a draft on its way, what changed between versions."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands import quote_options as options
from salesflow.commands.base import Show, Write, current
from salesflow.commands.items import ExtraText, ItemText
from salesflow.commands.params import COUNT, DAYS, EXTRA, ITEM
from salesflow.commands.quote import app
from salesflow.errors import UsageError
from salesflow.i18n import msg, nmsg
from salesflow.money import display_money
from salesflow.output.results import Digest, Listing, Record, Written
from salesflow.queries import quotes as quote_queries


@app.command("revise", cls=Write)
def revise(
    ctx: typer.Context,
    number: options.Number,
    item: Annotated[
        list[ItemText] | None,
        typer.Option(
            "--item", click_type=ITEM, autocompletion=complete.product, help="A line; they replace all lines."
        ),
    ] = None,
    set_item: Annotated[
        list[ItemText] | None,
        typer.Option(
            "--set-item",
            click_type=ITEM,
            autocompletion=complete.product,
            help="Change the line with this SKU; its price and discount stay unless one of them is given.",
        ),
    ] = None,
    add_item: Annotated[
        list[ItemText] | None,
        typer.Option("--add-item", click_type=ITEM, autocompletion=complete.product, help="Another line."),
    ] = None,
    drop_item: Annotated[
        list[str] | None,
        typer.Option("--drop-item", metavar="SKU|LINE", help="Leave out the line with this SKU or number."),
    ] = None,
    discount: Annotated[int | None, options.DISCOUNT] = None,
    freight: Annotated[int | None, options.FREIGHT] = None,
    extra: Annotated[
        list[ExtraText] | None,
        typer.Option("--extra", click_type=EXTRA, help="What comes with it, as in make; they replace all extras."),
    ] = None,
    no_extras: Annotated[bool, typer.Option("--no-extras", help="Leave out all extras.")] = False,
    valid_days: Annotated[
        int | None,
        typer.Option("--valid-days", click_type=DAYS, help="For how long it stands, from today (as long as before)."),
    ] = None,
    payment_terms: Annotated[str | None, options.PAYMENT_TERMS] = None,
    delivery_days: Annotated[int | None, options.DELIVERY_DAYS] = None,
    warranty: Annotated[str | None, options.WARRANTY] = None,
    opportunity: Annotated[str | None, options.OPPORTUNITY] = None,
    note: Annotated[str | None, options.NOTE] = None,
    submit: Annotated[bool, options.SUBMIT] = True,
    if_version: options.IfVersion = None,
) -> Written:
    """Make the next version of a quote; the one before is superseded and can still be shown.

    salesflow quote revise Q2026-0001 --set-item YF-100:3 --drop-item YF-300

    What is not given stays as it was given before. Prices, automatic discounts and approvals are those of today, and it
    stands as many days as before, from today on. An empty text empties a field.
    """
    from salesflow.queries import quote_decisions
    from salesflow.services import quote_items, quote_versions

    context = current(ctx)
    if extra and no_extras:
        raise UsageError(msg("--extra and --no-extras exclude one another"), msg("give the extras that are to stay"))
    before = quote_queries.resolve(context, number)
    lines = [None if given is None else options.new_items(context, given) for given in (item, set_item, add_item)]
    items = quote_items.ItemChanges(lines[0], drop_item or (), lines[1] or (), lines[2] or ())
    terms = (payment_terms, delivery_days, warranty, note, opportunity)
    extras = () if no_extras else extra or None
    change = quote_versions.Revision(items, discount, freight, extras, valid_days, *terms, draft=not submit)
    with context.transaction() as work:
        quote_versions.revise(work, before.number, change, seen=if_version)
    row = quote_queries.show(context, before.number)
    names = {"number": row["number"], "version": row["version"], "name": row["customer_name"]}
    totals = {"was": display_money(row["versions"][-2]["total"]), "total": display_money(row["total"])}
    text = msg("made version {version} of {number} for {name}: {was} -> {total}", **names, **totals)
    return Written(text, row["number"], options.record(row), quote_decisions.told(context, row))


@app.command("submit", cls=Write)
def submit(ctx: typer.Context, number: options.Number, if_version: options.IfVersion = None) -> Written:
    """Send a draft, or a quote that was returned, to those who must approve it, as it is.

    salesflow quote submit Q2026-0001
    """
    from salesflow.queries import quote_decisions
    from salesflow.services import quote_versions

    context = current(ctx)
    found = quote_queries.resolve(context, number).number
    with context.transaction() as work:
        quote_versions.submit(work, found, seen=if_version)
    row = quote_queries.show(context, found)
    names = {"number": found, "code": row["customer_code"], "name": row["customer_name"]}
    text = msg("submitted {number} for {code} {name}: {total}", total=display_money(row["total"]), **names)
    return Written(text, found, options.record(row), quote_decisions.told(context, row))


@app.command("diff", cls=Show)
def diff(
    ctx: typer.Context,
    number: options.Number,
    old: Annotated[int | None, typer.Argument(metavar="[VERSION]", click_type=COUNT, help="From this version.")] = None,
    new: Annotated[int | None, typer.Argument(metavar="[VERSION]", click_type=COUNT, help="To this version.")] = None,
) -> Digest:
    """Show what changed between two versions of a quote, line by line: the last two, or from the one that is named.

    salesflow quote diff Q2026-0001 1 2
    """
    from salesflow.queries import quote_diff

    found = quote_diff.compare(current(ctx), number, old, new)
    title = msg(
        "{number}: version {old} -> {new}", number=found["number"], old=found["from_version"], new=found["to_version"]
    )
    rows = quote_diff.changes(found)
    remark = nmsg("{count} line is as before", "{count} lines are as before", count=found["unchanged_lines"])
    listing = Listing(quote_diff.CHANGES, rows, "where", title, remark=remark if found["unchanged_lines"] else None)
    return Digest(Record(quote_diff.COLUMNS, found, "number"), listing)
