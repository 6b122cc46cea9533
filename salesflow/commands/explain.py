"""salesflow explain: why a record is as it is."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import Show, current, single
from salesflow.output.results import Record
from salesflow.queries import explain as explain_queries

app = single()


@app.command("explain", cls=Show)
def explain(
    ctx: typer.Context,
    ref: Annotated[
        str,
        typer.Argument(
            metavar="REF",
            help="A customer, or the number of an opportunity, quote, contract, order, objection, price or approval.",
            autocompletion=complete.record,
        ),
    ],
) -> Record:
    """Explain a record: every rule that applies to it now, its inputs and its outcome.

    salesflow explain Q2026-0001
    """
    return Record(explain_queries.COLUMNS, explain_queries.explain(current(ctx), ref), "ref")
