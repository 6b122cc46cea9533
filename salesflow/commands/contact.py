"""salesflow contact: the people at a customer, with phone, e-mail and WeChat masked unless they are asked for."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Show, Write, current, noun, screenful
from salesflow.commands.params import CODE
from salesflow.enums import ChainRole
from salesflow.i18n import msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import contacts as contact_queries
from salesflow.queries import customers as customer_queries

app = noun("Contacts: the people at a customer.", contact_edit="edit remove", contact_vcard="vcard")

CUSTOMER = typer.Argument(
    metavar="CUSTOMER", help="The customer's code, name or a part of it.", autocompletion=complete.customer
)


@app.command("add", cls=Write)
def add(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    name: Annotated[str, typer.Option("--name", help="The contact's name.")],
    title: Annotated[str | None, typer.Option("--title", help="Their title.")] = None,
    phone: Annotated[
        str | None, typer.Option("--phone", help="Phone number; one of phone, e-mail and WeChat is needed.")
    ] = None,
    email: Annotated[str | None, typer.Option("--email", help="E-mail address.")] = None,
    wechat: Annotated[str | None, typer.Option("--wechat", help="WeChat name.")] = None,
    role: Annotated[
        ChainRole,
        typer.Option(
            "--role", click_type=CODE(ChainRole), help="Their part in the decision chain.", show_default=False
        ),
    ] = ChainRole.OTHER,
    concern: Annotated[str | None, typer.Option("--concern", help="What they care about.")] = None,
    primary: Annotated[bool, typer.Option("--primary", help="The one to talk to first.")] = False,
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help="Even if somebody has the same phone, e-mail or WeChat.")
    ] = False,
) -> Written:
    """Add a contact to a customer.

    salesflow contact add 云帆 --name 张伟 --title 采购经理 --phone 13812345678 --role procurement
    """
    from salesflow.services import contacts
    from salesflow.services.records import load

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    new = contacts.NewContact(name, title, phone, email, wechat, role, concern)
    with context.transaction() as work:
        made = contacts.add(work, load(work, who.id), new, primary=primary, allow_duplicate=allow_duplicate)
        key = made.id
    row = contact_queries.show(context, key)
    text = msg("added {contact} to {code} {name}", contact=row["name"], code=who.code, name=who.name)
    return Written(text, who.code, Record(contact_queries.COLUMNS, row, "customer_code"))


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    customer: Annotated[
        str | None,
        typer.Argument(
            metavar="[CUSTOMER]",
            help="Only of this customer: code, name or a part of it.",
            autocompletion=complete.customer,
        ),
    ] = None,
) -> Listing:
    """List contacts, phone, e-mail and WeChat masked.

    salesflow contact list HZ2026001
    """
    context = current(ctx)
    who = None if customer is None else customer_queries.resolve(context, customer)
    found = contact_queries.listed(context, None if who is None else who.id, keep=screenful(context))
    return Listing(contact_queries.COLUMNS, found.rows, "customer_code", more=found.more, empty=msg("no contacts"))


@app.command("reveal", cls=Show)
def reveal(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The contact's name or a part of it (the primary one).")
    ] = None,
) -> Record:
    """Show a contact's phone, e-mail and WeChat as they are; the audit trail notes it.

    salesflow contact reveal 云帆 张伟
    """
    from salesflow.services import contacts
    from salesflow.services.records import load

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    with context.transaction() as work:
        found = contacts.reveal(work, load(work, who.id, archived=True), name)
        key, values = found.contact.id, found.values
    row = {**contact_queries.show(context, key), **values}
    return Record(contact_queries.REVEALED, row, "customer_code")
