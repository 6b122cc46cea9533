"""salesflow contact edit, remove."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands.base import Write, current
from salesflow.commands.changes import told
from salesflow.commands.contact import CUSTOMER, app
from salesflow.commands.params import CODE, COUNT
from salesflow.enums import ChainRole, ContactField
from salesflow.i18n import msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import contacts as contact_queries
from salesflow.queries import customers as customer_queries


@app.command("edit", cls=Write)
def edit(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    contact: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The contact's name or a part of it (the primary one).")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The contact's new name.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="Their title.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="Phone number.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="E-mail address.")] = None,
    wechat: Annotated[str | None, typer.Option("--wechat", help="WeChat name.")] = None,
    role: Annotated[
        ChainRole | None,
        typer.Option("--role", click_type=CODE(ChainRole), help="Their part in the decision chain."),
    ] = None,
    concern: Annotated[str | None, typer.Option("--concern", help="What they care about.")] = None,
    primary: Annotated[bool, typer.Option("--primary", help="The one to talk to first.")] = False,
    clear: Annotated[
        list[ContactField] | None,
        typer.Option("--clear", click_type=CODE(ContactField), help="A field to be empty; several in turn."),
    ] = None,
    if_version: Annotated[
        int | None,
        typer.Option("--if-version", click_type=COUNT, help="Only if it is still at the version that list gave."),
    ] = None,
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help="Even if somebody has the same phone, e-mail or WeChat.")
    ] = False,
) -> Written:
    """Change a contact; what is not given stays as it is.

    salesflow contact edit 云帆 张伟 --title 采购总监 --phone 13912345678 --primary
    salesflow contact edit HZ2026001 --clear wechat
    """
    from salesflow.services import contact_edit
    from salesflow.services.records import load

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    wanted = contact_edit.ContactEdit(
        name, title, phone, email, wechat, role, concern, primary, tuple(clear or ())
    )  # fmt: skip
    with context.transaction() as work:
        done = contact_edit.edit(
            work, load(work, who.id), contact, wanted, if_version=if_version, allow_duplicate=allow_duplicate
        )
        key = done.contact.id
    row = contact_queries.show(context, key)
    changes = told(context, contact_queries.CHANGED, done.changes)
    names = {"contact": row["name"], "code": who.code, "name": who.name}
    text = msg("{contact} of {code} {name}: {changes}", **names, changes=changes)
    if not changes:
        text = msg("{contact} of {code} {name}: nothing changed", **names)
    return Written(text, who.code, Record(contact_queries.COLUMNS, row, "customer_code"))


@app.command("remove", cls=Write)
def remove(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    contact: Annotated[str, typer.Argument(metavar="NAME", help="The contact's name or a part of it.")],
    reason: Annotated[str | None, typer.Option("--reason", help="Why, such as: left the company.")] = None,
) -> Written:
    """Remove a contact; the follow-ups with them go on naming them. A customer keeps one contact at least.

    salesflow contact remove 云帆 张伟 --reason 已离职
    """
    from salesflow.services import contact_edit
    from salesflow.services.records import load

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    with context.transaction() as work:
        done = contact_edit.remove(work, load(work, who.id), contact, reason)
        name, heir = done.contact.name, None if done.primary is None else done.primary.name
    rows = contact_queries.listed(context, who.id).rows
    text = msg("removed {contact} from {code} {name}", contact=name, code=who.code, name=who.name)
    details = () if heir is None else (msg("{contact} is the primary contact now", contact=heir),)
    return Written(text, who.code, Listing(contact_queries.COLUMNS, rows, "customer_code"), details)
