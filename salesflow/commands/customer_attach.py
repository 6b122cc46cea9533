"""salesflow customer attach: a file for the customer file."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import attaching
from salesflow.commands.base import Write, current
from salesflow.commands.customer import CUSTOMER, app
from salesflow.enums import AttachmentKind
from salesflow.output.results import Written
from salesflow.queries import attachments as attachment_queries
from salesflow.queries import customers as customer_queries


@app.command("attach", cls=Write)
def attach(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    files: Annotated[list[str], attaching.FILES],
    kind: Annotated[AttachmentKind, attaching.KIND],
    name: Annotated[str | None, attaching.NAME] = None,
) -> Written:
    """Attach files to a customer: a business card, a chat, a contract. The same content is stored once.

    salesflow customer attach 云帆 名片.jpg --kind business-card
    """
    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    return attaching.attach(context, attachment_queries.of_customer(who), files, kind, name)
