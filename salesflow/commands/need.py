"""salesflow need: what a customer needs: the five questions, the list, its confirmation."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Show, Write, current, noun, screenful
from salesflow.commands.params import CODE, COUNT, DAY, QUANTITY
from salesflow.context import Context
from salesflow.enums import NeedKind
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import needs as need_queries
from salesflow.queries import staff as staff_queries

app = noun(
    "Needs: the five questions, the list of needs and its confirmation.",
    need_analyse="analyse",
    need_changes="edit drop confirm",
)

CUSTOMER = typer.Argument(
    metavar="CUSTOMER", help="The customer's code, name or a part of it.", autocompletion=complete.customer
)
KIND = typer.Option("--kind", click_type=CODE(NeedKind), help="Rigid: without it there is no deal; flexible.")
PRIORITY = typer.Option("--priority", click_type=COUNT, metavar="1-5", help="From 1, the highest, to 5.")
QUANTITY_OPTION = typer.Option("--quantity", click_type=QUANTITY, help="How much of it.")
SPEC = typer.Option("--spec", help="The specification.")
DUE = typer.Option("--due", click_type=DAY, help="By when it is needed.")


@app.command("add", cls=Write)
def add(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is needed, concretely.")],
    kind: Annotated[NeedKind, KIND],
    priority: Annotated[int, PRIORITY],
    quantity: Annotated[int | None, QUANTITY_OPTION] = None,
    spec: Annotated[str | None, SPEC] = None,
    due: Annotated[date | None, DUE] = None,
) -> Written:
    """Put a need on a customer's list; a confirmed list goes on with its next version.

    salesflow need add 云帆 扫码终端 --kind rigid --priority 1 --quantity 50 --spec "4G, IP67" --due 2026-06-30
    """
    from salesflow.services import needs

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    with context.transaction() as work:
        made = needs.add(work, who.id, needs.NewNeed(text, kind, priority, quantity, spec, due))
        key, version = made.id, made.since
    said = msg(
        "N{id}: need of {code} {name}, in version {version}", id=key, code=who.code, name=who.name, version=version
    )
    return written(context, said, f"N{key}", who.id)


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="LOGIN", help="Of this one's customers.", autocompletion=complete.staff),
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only your own customers'.")] = False,
    unconfirmed: Annotated[bool, typer.Option("--unconfirmed", help="Only lists with something to confirm.")] = False,
) -> Listing:
    """List the customers that have a list of needs, and how it stands.

    salesflow need list --mine --unconfirmed
    """
    context = current(ctx)
    if owner is not None and mine:
        raise UsageError(msg("--owner and --mine exclude each other"), msg("leave one of them out"))
    whose = staff_queries.staff_id(context, owner, everybody=True) if owner else context.actor.id if mine else None
    found = need_queries.listed(context, owner_id=whose, unconfirmed=unconfirmed, keep=screenful(context))
    empty = msg("no lists of needs")
    return Listing(need_queries.COLUMNS, found.rows, "customer_code", more=found.more, empty=empty)


@app.command("show", cls=Show)
def show(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    version: Annotated[
        int | None, typer.Option("--version", click_type=COUNT, help="This version of the list (the newest).")
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="The budget's range as it is; noted in the audit trail.")
    ] = False,
) -> Record:
    """Show a customer's form: the five questions, the needs, who decides and what each cares about, the confirmation.

    salesflow need show 云帆
    salesflow need show 云帆 --version 1
    """
    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    return record(context, who.id, version, _revealed(context, who.id) if reveal else None)


def _revealed(context: Context, customer_id: int) -> str | None:
    from salesflow.services import need_analysis

    with context.transaction() as work:
        return need_analysis.reveal(work, customer_id)


def record(context: Context, customer_id: int, version: int | None = None, budget: str | None = None) -> Record:
    """A customer's form."""
    return Record(need_queries.SHOW, need_queries.show(context, customer_id, version, budget), "customer_code")


def written(context: Context, text: Message, ref: str, customer_id: int) -> Written:
    """What a change of a list says: what it is about, and whether it is to be confirmed."""
    form = record(context, customer_id)
    details: tuple[Message, ...] = ()
    if form.row["changed"] and form.row["needs"]:
        names = {"code": form.row["customer_code"], "version": form.row["version"]}
        details = (
            msg("version {version} is to be confirmed: salesflow need confirm {code} --on DATE --by CONTACT", **names),
        )
    return Written(text, ref, form, details)
