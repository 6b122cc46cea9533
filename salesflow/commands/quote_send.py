"""salesflow quote send: the paper goes to the customer by mail."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.commands import complete, export_paper
from salesflow.commands.base import Write, current
from salesflow.commands.quote import app
from salesflow.enums import AttachmentKind, QuoteState
from salesflow.errors import Duplicate, Refused, UsageError
from salesflow.i18n import msg, render
from salesflow.money import display_money
from salesflow.output.results import Record, Written
from salesflow.queries import quotes as quote_queries
from salesflow.subject import Subject
from salesflow.text import clean

if TYPE_CHECKING:
    from salesflow.columns import Row
    from salesflow.context import Context
    from salesflow.db.transaction import Transaction
    from salesflow.models.contact import Contact

FORMS = ("pdf", "docx", "xlsx", "html")


@app.command("send", cls=Write)
def send(
    ctx: typer.Context,
    number: Annotated[
        str,
        typer.Argument(metavar="QUOTE", help="The quote's number, such as Q2026-0001.", autocompletion=complete.quote),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="CONTACT",
            help="Whom it goes to, by name (the primary contact, or the first with an address).",
        ),
    ] = None,
    form: Annotated[
        str, typer.Option("--form", metavar="pdf|docx|xlsx|html", help="The paper's form.", show_default=False)
    ] = "pdf",
    language: export_paper.Language = None,
    message: Annotated[str | None, typer.Option("--message", help="What the mail says (a polite line).")] = None,
) -> Written:
    """Send a quote to a contact by mail, with the paper attached: it is kept with the quote, and waits in the outbox.

    salesflow quote send Q2026-0001
    salesflow quote send Q2026-0001 --to 王工 --form docx --message "王工您好，报价单请见附件。"
    """
    from salesflow.services import outbox, quotes

    context = current(ctx)
    if form not in FORMS:
        raise UsageError(
            msg("{value} is not a value for {name}", value=form, name="--form"),
            msg("use one of: {choices}", choices=list(FORMS)),
        )
    chosen = export_paper.checked(language)
    row = quote_queries.show(context, number)
    given = clean(message or "", limit=context.policy.limits.text, what=msg("the message"))
    with context.transaction() as work:
        contact = _contact(work, row["customer_id"], to).model_dump()
    paper = _paper(context, row, chosen, form, contact)
    with context.transaction() as work:
        quotes.sent(work, row["number"], row["edition"], version=row["version"])
        about = Subject("quote", row["id"], row["number"], row["customer_id"])
        title = _title(row, chosen)
        kept = _kept(work, about, paper, f"{title}.{form}")
        text = given or _greeting(row, contact["name"], work.actor.name, chosen)
        mail = outbox.queue(
            work, outbox.NewMail("quote", title, text, contact_id=contact["id"], about=about, attachments=(kept,))
        )
        named = {"contact": contact["name"], "recipient": contact["email_masked"], "mail": mail}
    again = row["state"] == QuoteState.SENT
    shown = quote_queries.show(context, row["number"])
    said = msg(
        "{number} (version {version}) goes to {contact}, {recipient}: mail {mail}",
        number=row["number"],
        version=row["version"],
        **named,
    )
    details = [msg("{number} was sent before; it goes out again", number=row["number"])] if again else []
    details.append(msg("it is sent by: salesflow outbox send"))
    return Written(said, row["number"], Record(quote_queries.SHOW_COLUMNS, shown, "number"), tuple(details))


def _paper(context: Context, row: Row, language: str, form: str, contact: Row) -> bytes:
    """The paper as it is now, made while nothing is locked; nothing for a quote that cannot be sent, which is then refused."""
    from salesflow.documents import papers

    if row["state"] not in (QuoteState.APPROVED, QuoteState.SENT):
        return b""
    return papers.content(context, papers.quotation(context, row, language, contact), form)


def _contact(work: Transaction, customer_id: int, name: str | None) -> Contact:
    """Who gets the mail: the one that is named, else the first with an address. Raises NotFound, Ambiguous, Refused."""
    from salesflow.services import contacts
    from salesflow.services.records import load

    customer = load(work, customer_id)
    if name is not None:
        return contacts.named(work, customer, name)
    found = next((one for one in contacts.of_customer(work, customer_id) if one.email_cipher is not None), None)
    if found is None:
        raise Refused(
            msg("{code} {name} has no contact with an e-mail address", code=customer.code, name=customer.name),
            msg(
                "give one: salesflow contact edit {code} {contact} --email ADDRESS",
                code=customer.code,
                contact="CONTACT",
            ),
            code="no-address",
        )
    return found


def _kept(work: Transaction, about: Subject, content: bytes, name: str) -> int:
    """The key of the paper as an attachment of the quote; the same content is kept once."""
    from salesflow.services import attachments

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "paper")
        with open(path, "wb") as file:
            file.write(content)
        try:
            (made,) = attachments.attach(work, about, [attachments.NewFile(path, AttachmentKind.PROPOSAL, name)])
        except Duplicate as twin:
            return int(str(twin.details["id"]))
    assert made.id is not None
    return made.id


def _title(row: Row, language: str) -> str:
    number = row["number"] if row["version"] == 1 else f"{row['number']} V{row['version']}"
    return render(msg("Quotation {number}", number=number), language)


def _greeting(row: Row, contact: str, sender: str, language: str) -> str:
    """What the mail says unless somebody says something else."""
    text = msg(
        "Dear {contact},\n\nplease find our quotation {number} over CNY {total} attached. It stands until {date}.\n\n{sender}\n",
        contact=contact,
        number=row["number"],
        total=display_money(row["total"]),
        date=row["valid_until"],
        sender=sender,
    )
    return render(text, language)
