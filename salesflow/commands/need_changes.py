"""salesflow need edit, drop, confirm: what becomes of the needs on a list."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from salesflow.commands.base import Write, current
from salesflow.commands.changes import told
from salesflow.commands.need import CUSTOMER, DUE, KIND, PRIORITY, QUANTITY_OPTION, SPEC, app, record, written
from salesflow.commands.params import CODE, COUNT, DAY, NEED
from salesflow.enums import NeedField, NeedKind
from salesflow.i18n import msg
from salesflow.output.results import Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import needs as need_queries

NUMBER = typer.Argument(metavar="NEED", click_type=NEED, help="The need's number, such as N12; see: need show.")


@app.command("edit", cls=Write)
def edit(
    ctx: typer.Context,
    number: Annotated[int, NUMBER],
    text: Annotated[str | None, typer.Option("--text", help="What is needed, concretely.")] = None,
    kind: Annotated[NeedKind | None, KIND] = None,
    priority: Annotated[int | None, PRIORITY] = None,
    quantity: Annotated[int | None, QUANTITY_OPTION] = None,
    spec: Annotated[str | None, SPEC] = None,
    due: Annotated[date | None, DUE] = None,
    clear: Annotated[
        list[NeedField] | None,
        typer.Option("--clear", click_type=CODE(NeedField), help="A field to be empty; several in turn."),
    ] = None,
    if_version: Annotated[
        int | None,
        typer.Option("--if-version", click_type=COUNT, help="Only if it has as many changes as show gave."),
    ] = None,
) -> Written:
    """Change a need; a confirmed version keeps it as it was, and the changed one gets a number of its own.

    salesflow need edit N12 --quantity 60 --due 2026-07-15
    """
    from salesflow.services import need_edit

    context = current(ctx)
    wanted = need_edit.NeedEdit(text, kind, priority, quantity, spec, due, tuple(clear or ()))
    with context.transaction() as work:
        done = need_edit.edit(work, number, wanted, if_version=if_version)
        key, customer_id, version = done.need.id, done.need.customer_id, done.need.since
    changes = told(context, need_queries.NEED_COLUMNS, done.changes)
    said = msg("N{id}: {changes}", id=key, changes=changes) if changes else msg("N{id}: nothing changed", id=key)
    if key != number:
        said = msg(
            "N{old} is N{id} in version {version}: {changes}", old=number, id=key, version=version, changes=changes
        )
    return written(context, said, f"N{key}", customer_id)


@app.command("drop", cls=Write)
def drop(
    ctx: typer.Context,
    number: Annotated[int, NUMBER],
    reason: Annotated[str | None, typer.Option("--reason", help="Why; the audit trail keeps it.")] = None,
) -> Written:
    """Take a need off its list; confirmed versions keep it.

    salesflow need drop N12 --reason "改用客户现有的设备"
    """
    from salesflow.services import needs

    context = current(ctx)
    with context.transaction() as work:
        dropped = needs.drop(work, number, reason)
        customer_id, text = dropped.customer_id, dropped.text
    return written(context, msg("N{id} is off the list: {text}", id=number, text=text), f"N{number}", customer_id)


@app.command("confirm", cls=Write)
def confirm(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    on: Annotated[date, typer.Option("--on", click_type=DAY, help="The day on which the customer confirmed.")],
    by: Annotated[str, typer.Option("--by", metavar="CONTACT", help="Who confirmed: a contact of the customer.")],
    evidence: Annotated[
        str | None, typer.Option("--evidence", metavar="FILE", help="A file that proves it; it is attached.")
    ] = None,
) -> Written:
    """Write down that the customer has confirmed its list as it stands; what changes later begins the next version.

    salesflow need confirm 云帆 --on 2026-03-05 --by 张伟 --evidence 需求清单签字.pdf
    """
    from salesflow.services import needs

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    with context.transaction() as work:
        version = needs.confirm(work, who.id, on, by, evidence).version
    form = record(context, who.id)
    said = msg(
        "version {version} of the needs of {code} {name} is confirmed by {contact} on {date}",
        version=version,
        code=who.code,
        name=who.name,
        contact=form.row["confirmed_by"],
        date=on,
    )
    return Written(said, who.code, form)
