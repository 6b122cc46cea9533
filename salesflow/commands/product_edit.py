"""salesflow product edit, retire, stock: changing a product, and selling it no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import Write, current
from salesflow.commands.changes import told
from salesflow.commands.params import ADDED, CODE, COUNT, DAYS, MONEY, PERCENT, STOCK
from salesflow.commands.product import app
from salesflow.context import Context
from salesflow.enums import ProductField
from salesflow.i18n import Message, msg, nmsg
from salesflow.money import format_quantity
from salesflow.output.results import Record, Written
from salesflow.queries import products as product_queries

if TYPE_CHECKING:
    from salesflow.services.product_edit import Edited

Sku = Annotated[str, typer.Argument(metavar="SKU", help="The product's code.", autocompletion=complete.product)]
AnySku = Annotated[str, typer.Argument(metavar="SKU", help="The product's code.", autocompletion=complete.any_product)]


@app.command("edit", cls=Write)
def edit(
    ctx: typer.Context,
    sku: Sku,
    name: Annotated[str | None, typer.Option("--name", help="What it is called.")] = None,
    spec: Annotated[str | None, typer.Option("--spec", help="Its specification.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="The unit it is sold in.")] = None,
    list_price: Annotated[
        int | None, typer.Option("--list-price", click_type=MONEY, help="From today on; of another day: price set.")
    ] = None,
    floor_price: Annotated[
        int | None,
        typer.Option("--floor-price", click_type=MONEY, help="From today on; below it the director decides."),
    ] = None,
    cost: Annotated[int | None, typer.Option("--cost", click_type=MONEY, help="What one unit costs us.")] = None,
    tax_rate: Annotated[
        int | None, typer.Option("--tax-rate", click_type=PERCENT, help="The rate of value-added tax.")
    ] = None,
    net: Annotated[
        bool | None,
        typer.Option("--net/--gross", help="The prices are without tax, or with; only before the first change of one."),
    ] = None,
    lead_days: Annotated[
        int | None, typer.Option("--lead-days", click_type=DAYS, help="Days from order to delivery.")
    ] = None,
    customised: Annotated[bool | None, typer.Option("--customised/--standard", help="Made to order, or not.")] = None,
    clear: Annotated[
        list[ProductField] | None,
        typer.Option("--clear", click_type=CODE(ProductField), help="A field to be empty; several in turn."),
    ] = None,
    if_version: Annotated[
        int | None,
        typer.Option("--if-version", click_type=COUNT, help="Only if it is still at the version that show gave."),
    ] = None,
) -> Written:
    """Change a product; what is not given stays as it is.

    salesflow product edit YF-100 --name 桌面激光打标机二代 --cost 18200 --lead-days 10
    """
    from salesflow.services import product_edit

    context = current(ctx)
    found = product_queries.sku(context, sku)
    wanted = product_edit.ProductEdit(
        name, spec, unit, list_price, floor_price, cost, tax_rate, net, lead_days, customised, tuple(clear or ())
    )
    with context.transaction() as work:
        done = product_edit.edit(work, found, wanted, if_version=if_version)
    return _edited(context, found, done)


def _edited(context: Context, sku: str, done: Edited) -> Written:
    from salesflow.commands.price import told as told_price

    changes = told(context, product_queries.COLUMNS, done.changes)
    text = msg("{sku}: {changes}", sku=sku, changes=changes) if changes else msg("{sku}: nothing changed", sku=sku)
    details = () if done.price is None else told_price(context, done.price)
    return Written(text, sku, _record(context, sku), details)


@app.command("retire", cls=Write)
def retire(
    ctx: typer.Context,
    sku: AnySku,
    reason: Annotated[str, typer.Option("--reason", help="Why.", show_default=False)] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Sell it again.")] = False,
) -> Written:
    """Sell a product no longer: it leaves the lists, quotes and orders that have it stay as they are.

    Operations, managers and directors retire products and bring them back.

    salesflow product retire YF-050 --reason 已停产
    salesflow product retire YF-050 --undo
    """
    from salesflow.services import product_edit

    context = current(ctx)
    found = product_queries.sku(context, sku)
    details: tuple[Message, ...] = ()
    with context.transaction() as work:
        if undo:
            product_edit.restore(work, found, reason)
        elif withdrawn := product_edit.retire(work, found, reason):
            details = (
                nmsg(
                    "withdrawn, the price that waits for its approval: {numbers}",
                    "withdrawn, the prices that wait for their approval: {numbers}",
                    count=len(withdrawn),
                    numbers=withdrawn,
                ),
            )
    text = msg("{sku} is sold again", sku=found) if undo else msg("retired {sku}", sku=found)
    return Written(text, found, _record(context, found), details)


@app.command("stock", cls=Write)
def stock(
    ctx: typer.Context,
    sku: AnySku,
    to: Annotated[int | None, typer.Option("--set", click_type=STOCK, help="How many there are.")] = None,
    add: Annotated[
        int | None, typer.Option("--add", click_type=ADDED, help="How many came in; with a minus, how many went out.")
    ] = None,
) -> Written:
    """Say how many of a product there are, or how many came in or went out.

    salesflow product stock YF-100 --set 40
    salesflow product stock YF-100 --add -2.5
    """
    from salesflow.services import product_edit

    context = current(ctx)
    found = product_queries.sku(context, sku)
    with context.transaction() as work:
        done = product_edit.set_stock(work, found, to=to, add=add)
    old = "-" if done.old is None else format_quantity(done.old)
    text = msg("{sku}: stock {old} -> {new}", sku=found, old=old, new=format_quantity(done.new))
    return Written(text, found, _record(context, found))


def _record(context: Context, sku: str) -> Record:
    row = product_queries.show(context, sku)
    return Record(product_queries.show_columns(row), row, "sku")
