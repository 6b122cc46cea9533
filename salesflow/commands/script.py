"""salesflow script: the library of replies to objections (话术库)."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete, longtext
from salesflow.commands.base import List, Show, Write, current, noun, screenful
from salesflow.commands.params import CODE
from salesflow.enums import ObjectionKind
from salesflow.i18n import label, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import products as product_queries
from salesflow.queries import scripts as script_queries

app = noun("Scripts: the library of replies to objections.")

Number = Annotated[
    int,
    typer.Argument(metavar="NUMBER", help="The script's number; see: script list.", autocompletion=complete.script),
]
OfKind = Annotated[
    ObjectionKind | None, typer.Option("--kind", click_type=CODE(ObjectionKind), help="For objections of this kind.")
]


@app.command("add", cls=Write)
def add(
    ctx: typer.Context,
    kind: Annotated[
        ObjectionKind, typer.Option("--kind", click_type=CODE(ObjectionKind), help="The kind of objection it answers.")
    ],
    title: Annotated[str, typer.Option("--title", help="A few words to find it by.")],
    text: Annotated[str, typer.Option("--text", help="The reply; - reads standard input.")],
    product: Annotated[
        str | None,
        typer.Option("--product", metavar="SKU", help="For this product only.", autocompletion=complete.product),
    ] = None,
) -> Written:
    """Add a reply to the library.

    salesflow script add --kind price --title "按总成本比较" --text "设备价高 8%，三年耗材省 4.2 万，第 14 个月持平"
    """
    from salesflow.services import scripts

    context = current(ctx)
    product_id = None if product is None else product_queries.key(context, product)
    with context.transaction() as work:
        made = scripts.add(work, scripts.NewScript(kind, title, longtext.given(text), product_id))
        key = made.id
    row = script_queries.show(context, key or 0)
    said = msg("script {id} for {kind}: {title}", id=key, kind=label("objectionkind", kind), title=row["title"])
    return Written(said, str(key), Record(script_queries.COLUMNS, row, "id"))


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    kind: OfKind = None,
    product: Annotated[
        str | None,
        typer.Option("--product", metavar="SKU", help="For this product.", autocompletion=complete.product),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Retired ones too.")] = False,
) -> Listing:
    """List the library, those first that settled most objections.

    salesflow script list --kind price
    """
    context = current(ctx)
    sku = None if product is None else product_queries.sku(context, product)
    found = script_queries.listed(context, kind=kind, product=sku, retired=everything, keep=screenful(context))
    columns = script_queries.ALL_COLUMNS if everything else script_queries.COLUMNS
    return Listing(columns, found.rows, "id", more=found.more, empty=msg("the library has no such scripts"))


@app.command("search", cls=List)
def search(
    ctx: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="Words that all occur in the title, the reply or the product.")
    ],
    kind: OfKind = None,
) -> Listing:
    """Search the library.

    salesflow script search 交期
    """
    context = current(ctx)
    found = script_queries.search(context, text, kind=kind)
    return Listing(
        script_queries.COLUMNS, found.rows, "id", more=found.more, empty=msg("no script has {text}", text=text)
    )


@app.command("show", cls=Show)
def show(ctx: typer.Context, number: Number) -> Record:
    """Show a script, whole.

    salesflow script show 3
    """
    return Record(script_queries.COLUMNS, script_queries.show(current(ctx), number), "id")


@app.command("retire", cls=Write)
def retire(
    ctx: typer.Context,
    number: Number,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back into use.")] = False,
) -> Written:
    """Take a script out of use; objections go on naming it.

    salesflow script retire 3
    """
    from salesflow.services import scripts

    context = current(ctx)
    with context.transaction() as work:
        scripts.retire(work, number, undo=undo)
    row = script_queries.show(context, number)
    said = msg("script {id} is in use again", id=number) if undo else msg("script {id} is out of use", id=number)
    return Written(said, str(number), Record(script_queries.COLUMNS, row, "id"))
