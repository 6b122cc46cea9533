"""What the commands that price a quote share: their options, how its number is given, and how a quote is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.columns import Row
from salesflow.commands import complete
from salesflow.commands.params import COUNT, DAYS, EXTRA, ITEM, MONEY, PERCENT
from salesflow.output.results import Record
from salesflow.queries import products as product_queries
from salesflow.queries import quotes as quote_queries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesflow.commands.items import ItemText
    from salesflow.context import Context
    from salesflow.services.quote_lines import NewItem

Number = Annotated[
    str, typer.Argument(metavar="QUOTE", help="The quote's number, such as Q2026-0001.", autocompletion=complete.quote)
]
IfVersion = Annotated[
    int | None, typer.Option("--if-version", click_type=COUNT, help="Only if this is still its newest version.")
]

ITEMS = typer.Option(
    "--item",
    click_type=ITEM,
    autocompletion=complete.product,
    help="A line: SKU:QUANTITY, then @UNIT_PRICE or -DISCOUNT% where they are to differ from the list price"
    " and the automatic discount.",
)
DISCOUNT = typer.Option(
    "--discount", click_type=PERCENT, help="A discount on all lines, after their own.", show_default=False
)
FREIGHT = typer.Option("--freight", click_type=MONEY, help="Freight, tax included.", show_default=False)
EXTRAS = typer.Option("--extra", click_type=EXTRA, help="What comes with it, with its amount where it is not free.")
PAYMENT_TERMS = typer.Option("--payment-terms", help="How it is to be paid.")
DELIVERY_DAYS = typer.Option("--delivery-days", click_type=DAYS, help="Days from order to delivery.")
WARRANTY = typer.Option("--warranty", help="The warranty.")
NOTE = typer.Option("--note", help="A note on the quote.")
OPPORTUNITY = typer.Option(
    "--opportunity",
    metavar="NUMBER",
    autocompletion=complete.opportunity,
    help="The opportunity that it belongs to, such as SJ2026-0001.",
)
SUBMIT = typer.Option(
    "--submit/--draft",
    help="Send it to those who must approve it (the default), or keep it back.",
    show_default=False,
)


def new_items(context: Context, typed: Iterable[ItemText]) -> list[NewItem]:
    """The lines as the service takes them. Raises NotFound for a SKU that is not there."""
    from salesflow.services.quote_lines import NewItem

    return [NewItem(product_queries.sku(context, one.sku), *one[1:]) for one in typed]


def record(row: Row) -> Record:
    return Record(quote_queries.SHOW_COLUMNS, row, "number")
