"""salesflow quote export: the document that a customer gets."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete, export_paper
from salesflow.commands.base import Write, current
from salesflow.commands.params import COUNT
from salesflow.commands.quote import app
from salesflow.output.results import Document, Written
from salesflow.queries import quotes as quote_queries


@app.command("export", cls=Write)
def export(
    ctx: typer.Context,
    number: Annotated[
        str,
        typer.Argument(metavar="QUOTE", help="The quote's number, such as Q2026-0001.", autocompletion=complete.quote),
    ],
    to: export_paper.To,
    version: Annotated[
        int | None,
        typer.Option("--version", click_type=COUNT, metavar="N", help="An earlier version (the newest one)."),
    ] = None,
    language: export_paper.Language = None,
    force: export_paper.Force = False,
) -> Written | Document:
    """Write the quotation that the customer gets: letterhead, lines, totals in figures and in words, terms, signatures.

    It has what the customer may know and nothing else: no floor price, cost, margin or approval. Who the seller is, is set
    with: salesflow config set company.name, company.address, company.phone, company.bank and so on. What is not approved is
    marked as a draft on every page, and what no longer stands as such. For .pdf and .docx install salesflow[pdf,docx].

    salesflow quote export Q2026-0001 --to 报价单.pdf
    salesflow quote export Q2026-0001 --to quotation.docx --language en
    """
    from salesflow.documents import papers

    context = current(ctx)
    chosen = export_paper.checked(language)
    paper = papers.quotation(context, quote_queries.show(context, number, version), chosen)
    return export_paper.perform(context, paper, to, force=force)
