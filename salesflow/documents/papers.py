"""Papers for customers, made and written: the one place where quotes and contracts become files. Nothing is printed here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow import i18n
from salesflow.columns import Row
from salesflow.context import Context
from salesflow.documents.company import seller
from salesflow.documents.paper import Paper
from salesflow.documents.quotation import Buyer
from salesflow.errors import UsageError
from salesflow.i18n import msg

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMS: Final = ("pdf", "docx", "xlsx", "html", "md")


class Made(NamedTuple):
    """What was written: where, in which form and language, and the mark that stands across it (None: valid)."""

    path: str
    form: str
    language: str
    mark: str | None
    size: int


def quotation(context: Context, row: Row, language: str | None = None, contact: Row | None = None) -> Paper:
    """The paper of a quote's row (`queries.quotes.show`), in the interface's language unless told otherwise.

    contact: whom it is for, where that need not be the contact that comes first; of it the name and the title count.
    """
    from salesflow.documents import quotation as paper

    chosen = language or i18n.language()
    one = seller(context, row["owner"], chosen)
    return paper.quotation(row, one, _buyer(context, row, chosen, contact), chosen, context.clock.now())


def contract(context: Context, row: Row, language: str | None = None, quote: Row | None = None) -> Paper:
    """The paper of a contract's row; quote: the row of the quote that it came from."""
    from salesflow.documents import contract_paper as paper

    chosen = language or i18n.language()
    one = seller(context, row["owner"], chosen)
    return paper.contract(row, one, _buyer(context, row, chosen), chosen, context.clock.now(), quote)


def content(context: Context, paper: Paper, form: str) -> bytes:
    """The paper as a file's content: for a mail's attachment. FileProblem without the extra that the form needs."""
    settings = context.settings
    if form == "pdf":
        from salesflow.documents import paper_pdf

        return paper_pdf.write(paper, settings.text("company.fonts"))
    if form == "docx":
        from salesflow.documents import paper_docx

        return paper_docx.write(paper, settings.text("company.docx_template"))
    if form == "xlsx":
        from salesflow.documents import paper_xlsx

        return paper_xlsx.write(paper)
    if form == "html":
        from salesflow.documents import paper_html

        return paper_html.write(paper)
    from salesflow.documents import paper_markdown

    return paper_markdown.write(paper)


def write_quotation(context: Context, row: Row, path: str, language: str | None = None, *, force: bool = False) -> Made:
    """Write a quote's paper in the form that the path ends in. UsageError, FileProblem; nothing is written then."""
    form = form_of(path, force=force)
    return write(context, quotation(context, row, language), path, form)


def write_contract(
    context: Context, row: Row, path: str, language: str | None = None, *, quote: Row | None = None, force: bool = False
) -> Made:
    """Write a contract's paper, as `write_quotation` does a quote's."""
    form = form_of(path, force=force)
    return write(context, contract(context, row, language, quote), path, form)


def form_of(path: str, *, force: bool) -> str:
    """The form by a path's ending. Raises UsageError for another one, and FileProblem for a file that is there."""
    from salesflow.services.exporting import refuse_existing

    ending = os.path.splitext(path)[1].lower().removeprefix(".")
    found = {"htm": "html", "markdown": "md"}.get(ending, ending)
    if found not in FORMS:
        raise UsageError(
            msg("{path} does not say in which form to write", path=path),
            msg("end it in one of {endings}", endings=[f".{form}" for form in FORMS]),
            code="unknown-form",
        )
    refuse_existing(path, force=force)
    return found


def write(context: Context, paper: Paper, path: str, form: str) -> Made:
    """Write the file, whole or not at all."""
    import gc

    from salesflow.services.tabular.writing import in_one_step

    gc.enable()  # this one lives for longer than a moment
    made = content(context, paper, form)
    with in_one_step(path, msg("name a file in a folder that you may write to")) as part, open(part, "wb") as file:
        file.write(made)
    return Made(path, form, paper.language, paper.mark, len(made))


def _buyer(context: Context, row: Row, language: str, contact: Row | None = None) -> Buyer:
    """The customer with the address of the file and a contact, else the one that comes first: the name and the job alone."""
    found = context.reader.one(
        "SELECT id, address FROM v_customer WHERE code = :code", {"code": row["customer_code"]}
    ) or {"id": None, "address": None}
    contact = contact or context.reader.one(
        'SELECT name, title FROM v_contact WHERE customer_id = :id ORDER BY "primary" DESC, id', {"id": found["id"]}
    )
    return Buyer(row["customer_name"], None if contact is None else _named(contact, language), found["address"])


def _named(contact: Mapping[str, Any], language: str) -> str:
    if not contact["title"]:
        return str(contact["name"])
    return f"{contact['name']}（{contact['title']}）" if language == "zh" else f"{contact['name']}, {contact['title']}"
