"""salesflow customer tag: the tags of one customer or of several at once."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import Write, current
from salesflow.commands.customer import app
from salesflow.errors import UsageError
from salesflow.i18n import msg, nmsg
from salesflow.output.results import Listing, Written
from salesflow.queries import customers as customer_queries


@app.command("tag", cls=Write)
def tag(
    ctx: typer.Context,
    customers: Annotated[
        list[str],
        typer.Argument(
            metavar="CUSTOMER...", help="Customers: codes, names or parts of them.", autocompletion=complete.customer
        ),
    ],
    add: Annotated[
        list[str] | None, typer.Option("--add", metavar="TAG", help="A tag to give.", autocompletion=complete.tag)
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="TAG", help="A tag to take away.", autocompletion=complete.any_tag),
    ] = None,
) -> Written:
    """Give customers tags, or take tags from them. A tag that is new to the library is added to it, and said.

    salesflow customer tag HZ2026001 HZ2026002 --add 国企 --remove 竞品客户
    """
    from salesflow.services import tags

    if not add and not remove:
        raise UsageError(msg("there is nothing to do"), msg("give a tag with --add TAG or --remove TAG"))
    context = current(ctx)
    keys = {who.id: who.code for who in (customer_queries.resolve(context, ref) for ref in customers)}
    with context.transaction() as work:
        done = tags.tag_customers(work, list(keys), add or (), remove or ())
    rows = customer_queries.by_code(context, list(keys.values()))
    count = len(done.changed)
    text = nmsg(
        "tagged {codes}", "tagged {count} customers: {codes}", count=count, codes=[keys[key] for key in done.changed]
    )
    if not count:
        text = msg("the tags are as they were")
    new = msg("new in the library: {tags}", tags=list(done.new))
    listing = Listing(customer_queries.COLUMNS, rows, "code")
    return Written(text, "\n".join(keys.values()), listing, (new,) if done.new else ())
