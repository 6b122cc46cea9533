"""salesflow contract export: the contract as both parties sign it."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import export_paper
from salesflow.commands.base import Write, current
from salesflow.commands.contract import Number, app
from salesflow.commands.params import COUNT
from salesflow.output.results import Document, Written
from salesflow.queries import contracts as contract_queries
from salesflow.queries import quotes as quote_queries


@app.command("export", cls=Write)
def export(
    ctx: typer.Context,
    number: Number,
    to: export_paper.To,
    revision: Annotated[
        int | None,
        typer.Option("--revision", metavar="N", click_type=COUNT, help="An earlier revision (the newest one)."),
    ] = None,
    language: export_paper.Language = None,
    force: export_paper.Force = False,
) -> Written | Document:
    """Write the contract for both parties to sign: who they are, the goods, the clauses, the instalments, signatures.

    Who the seller is, is set with: salesflow config set company.name, company.address and so on. What is not approved is
    marked as a draft on every page, and what no longer stands as such. For .pdf and .docx install salesflow[pdf,docx].

    salesflow contract export HT2026-0001 --to 合同.docx
    """
    from salesflow.documents import papers

    context = current(ctx)
    chosen = export_paper.checked(language)
    row = contract_queries.show(context, number, revision)
    offered = row["quote_number"]
    quote = None if offered is None else quote_queries.show(context, offered, row["quote_version"])
    return export_paper.perform(context, papers.contract(context, row, chosen, quote), to, force=force)
