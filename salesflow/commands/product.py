"""salesflow product: products and their prices."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Show, Write, current, noun, screenful
from salesflow.commands.params import DAYS, MONEY, PERCENT, STOCK
from salesflow.i18n import msg
from salesflow.money import display_money
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import products as product_queries

app = noun("Products and their prices.", product_import="import", product_edit="edit retire stock")


@app.command("add", cls=Write)
def add(
    ctx: typer.Context,
    sku: Annotated[str, typer.Argument(metavar="SKU", help="The product's code, without blanks, such as YF-100.")],
    name: Annotated[str, typer.Option("--name", help="What it is called.")],
    list_price: Annotated[
        int, typer.Option("--list-price", click_type=MONEY, help="The price of one unit, tax included.")
    ],
    spec: Annotated[str, typer.Option("--spec", help="Its specification.")] = "",
    unit: Annotated[str, typer.Option("--unit", help="The unit it is sold in.")] = "件",
    floor_price: Annotated[
        int | None, typer.Option("--floor-price", click_type=MONEY, help="Below it the director decides.")
    ] = None,
    cost: Annotated[int | None, typer.Option("--cost", click_type=MONEY, help="What one unit costs us.")] = None,
    tax_rate: Annotated[
        int,
        typer.Option("--tax-rate", click_type=PERCENT, help="The rate of value-added tax (13 %).", show_default=False),
    ] = 1_300,
    net: Annotated[bool, typer.Option("--net", help="The prices and the cost are without tax.")] = False,
    lead_days: Annotated[
        int | None, typer.Option("--lead-days", click_type=DAYS, help="Days from order to delivery.")
    ] = None,
    stock: Annotated[int | None, typer.Option("--stock", click_type=STOCK, help="How many there are.")] = None,
    customised: Annotated[bool, typer.Option("--customised", help="Made to order.")] = False,
) -> Written:
    """Add a product with its list price.

    salesflow product add YF-100 --name 云帆CRM标准版 --unit 套 --list-price 5万 --floor-price 42000 --tax-rate 13%
    """
    from salesflow.services import products

    context = current(ctx)
    new = products.NewProduct(
        sku, name, list_price, spec, unit, floor_price, cost, tax_rate, net, lead_days, stock, customised
    )
    with context.transaction() as work:
        made = products.add(work, new)
    text = msg("added {sku} ({name}) at {price}", sku=made.sku, name=made.name, price=display_money(made.list_price))
    return Written(text, made.sku, _record(ctx, made.sku))


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    retired: Annotated[bool, typer.Option("--retired", help="Those that are no longer sold.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are no longer sold.")] = False,
    find: Annotated[str | None, typer.Option("--find", help="With these words in SKU, name or specification.")] = None,
) -> Listing:
    """List the products that are sold.

    salesflow product list --find crm
    """
    context = current(ctx)
    found = product_queries.listed(context, retired=None if everything else retired, find=find, keep=screenful(context))
    columns = product_queries.columns(found.rows, everything=everything)
    return Listing(columns, found.rows, "sku", empty=msg("no products"), more=found.more)


@app.command("show", cls=Show)
def show(
    ctx: typer.Context,
    sku: Annotated[str, typer.Argument(metavar="SKU", help="The product's code.", autocompletion=complete.product)],
) -> Record:
    """Show one product with the history of its prices.

    salesflow product show YF-100
    """
    return _record(ctx, sku)


def _record(ctx: typer.Context, sku: str) -> Record:
    row = product_queries.show(current(ctx), sku)
    return Record(product_queries.show_columns(row), row, "sku")
