"""salesflow objection: what customers object to, how it was answered, and what goes up to somebody with more authority."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Show, Write, current, noun, screenful
from salesflow.commands.params import CODE, DAY, PERCENT
from salesflow.context import Context
from salesflow.enums import ObjectionKind, ObjectionOutcome, Role
from salesflow.i18n import Message, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import approvals as approval_queries
from salesflow.queries import customers as customer_queries
from salesflow.queries import objections as objection_queries
from salesflow.queries import products as product_queries
from salesflow.queries import scripts as script_queries
from salesflow.queries import staff as staff_queries

app = noun("Objections: what customers object to, the reply in three steps, escalation.")

Number = Annotated[
    str,
    typer.Argument(
        metavar="OBJECTION", help="The objection's number, such as YY2026-0001.", autocompletion=complete.objection
    ),
]
Acknowledge = Annotated[str | None, typer.Option("--acknowledge", help="Step one: how you showed understanding.")]
Explain = Annotated[str | None, typer.Option("--explain", help="Step two: what you explained.")]
Resolve = Annotated[str | None, typer.Option("--resolve", help="Step three: what settled it.")]
Script = Annotated[
    int | None,
    typer.Option(
        "--script", metavar="NUMBER", help="The script that you used; see: script list.", autocompletion=complete.script
    ),
]
Ask = Annotated[str | None, typer.Option("--request", help="What you may not grant alone.")]
Discount = Annotated[
    int | None, typer.Option("--discount", click_type=PERCENT, help="The discount that is asked for, if it is one.")
]
Decider = Annotated[
    Role | None,
    typer.Option("--role", click_type=CODE(Role), help="Whose decision it needs (the manager's, or by the discount)."),
]


@app.command("log", cls=Write)
def log(
    ctx: typer.Context,
    customer: Annotated[
        str,
        typer.Argument(
            metavar="CUSTOMER", help="The customer's code, name or a part of it.", autocompletion=complete.customer
        ),
    ],
    kind: Annotated[ObjectionKind, typer.Option("--kind", click_type=CODE(ObjectionKind), help="What it is about.")],
    statement: Annotated[str, typer.Option("--statement", help="What the customer said.")],
    acknowledge: Acknowledge = None,
    explain: Explain = None,
    resolve_: Resolve = None,
    outcome: Annotated[
        ObjectionOutcome,
        typer.Option(
            "--outcome", click_type=CODE(ObjectionOutcome), help="How it stands now (open).", show_default=False
        ),
    ] = ObjectionOutcome.OPEN,
    product: Annotated[
        str | None,
        typer.Option("--product", metavar="SKU", help="The product it is about.", autocompletion=complete.product),
    ] = None,
    script: Script = None,
    request: Ask = None,
    discount: Discount = None,
    role: Decider = None,
) -> Written:
    """Log an objection of a customer; suggests the two replies that settled most of its kind.

    salesflow objection log 云帆 --kind price --statement "比恒通的报价高 12%"

    salesflow objection log 云帆 --kind price --statement "要求 15% 折扣" --outcome escalated --request "整单 15%" --discount 15
    """
    from salesflow.services import objections

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    product_id = None if product is None else product_queries.key(context, product)
    reply = objections.Reply(acknowledge, explain, resolve_, script)
    asked = None if request is None else objections.Request(request, discount, role)
    with context.transaction() as work:
        made = objections.log(work, who.id, objections.NewObjection(kind, statement, reply, outcome, product_id, asked))
        number = made.number
    text = msg("{number}: objection of {code} {name}", number=number, code=who.code, name=who.name)
    offered = [] if outcome is ObjectionOutcome.RESOLVED else _suggestions(context, kind, product)
    row = objection_queries.show(context, number, offered)
    return Written(
        text, number, Record(objection_queries.SHOW, row, "number"), (*_route(context, row), *map(_suggestion, offered))
    )


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    unsettled: Annotated[bool, typer.Option("--open", help="Only those that are not settled.")] = False,
    customer: Annotated[
        str | None,
        typer.Option("--customer", metavar="CUSTOMER", help="Of this customer.", autocompletion=complete.customer),
    ] = None,
    kind: Annotated[
        ObjectionKind | None, typer.Option("--kind", click_type=CODE(ObjectionKind), help="Of this kind.")
    ] = None,
    outcome: Annotated[
        ObjectionOutcome | None,
        typer.Option("--outcome", click_type=CODE(ObjectionOutcome), help="With this outcome."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="LOGIN", help="Logged by this one.", autocompletion=complete.staff),
    ] = None,
    first: Annotated[date | None, typer.Option("--from", click_type=DAY, help="From this day on.")] = None,
) -> Listing:
    """List objections, the newest first.

    salesflow objection list --open --kind price
    """
    context = current(ctx)
    found = objection_queries.listed(
        context,
        unsettled=unsettled,
        customer_id=None if customer is None else customer_queries.resolve(context, customer).id,
        kind=kind,
        outcome=outcome,
        by_id=None if by is None else staff_queries.staff_id(context, by, everybody=True),
        first=first,
        keep=screenful(context),
    )
    return Listing(objection_queries.COLUMNS, found.rows, "number", more=found.more, empty=msg("no objections"))


@app.command("show", cls=Show)
def show(ctx: typer.Context, number: Number) -> Record:
    """Show an objection with its reply, its approval and the decision.

    salesflow objection show YY2026-0001
    """
    return Record(objection_queries.SHOW, objection_queries.show(current(ctx), number), "number")


@app.command("resolve", cls=Write)
def resolve(
    ctx: typer.Context,
    number: Number,
    resolve_: Resolve = None,
    acknowledge: Acknowledge = None,
    explain: Explain = None,
    script: Script = None,
) -> Written:
    """Settle an objection, and say what helped.

    salesflow objection resolve YY2026-0001 --resolve "加送一年维保，价格不变" --script 3
    """
    from salesflow.services import objections

    context = current(ctx)
    with context.transaction() as work:
        done = objections.resolve(work, number, objections.Reply(acknowledge, explain, resolve_, script)).number
    return _written(context, msg("{number} is settled", number=done), done)


@app.command("escalate", cls=Write)
def escalate(
    ctx: typer.Context,
    number: Number,
    request: Annotated[str, typer.Option("--request", help="What you may not grant alone.")],
    discount: Discount = None,
    role: Decider = None,
) -> Written:
    """Ask for what you may not grant alone: opens an approval, and plans to tell the customer what was decided.

    salesflow objection escalate YY2026-0001 --request "整单 15% 折扣，年内签约" --discount 15

    salesflow objection escalate YY2026-0002 --request "交期从 30 天缩短到 15 天" --role operations
    """
    from salesflow.services import objections

    context = current(ctx)
    with context.transaction() as work:
        approval = objections.escalate(work, number, objections.Request(request, discount, role))
        asked, about = approval.number, approval.subject_ref
    return _written(context, msg("{number} waits for its approval, {approval}", number=about, approval=asked), about)


def _written(context: Context, text: Message, number: str) -> Written:
    row = objection_queries.show(context, number)
    return Written(text, number, Record(objection_queries.SHOW, row, "number"), _route(context, row))


def _route(context: Context, row: dict[str, object]) -> tuple[Message, ...]:
    """Whose decision an escalated objection waits for, and why."""
    approval = row["approval"]
    if row["outcome"] != ObjectionOutcome.ESCALATED or not isinstance(approval, dict):
        return ()
    return (*approval_queries.route(approval), *approval_queries.waiting(context, approval))


def _suggestions(context: Context, kind: ObjectionKind, product: str | None) -> list[dict[str, object]]:
    sku = None if product is None else product_queries.sku(context, product)
    return script_queries.suggested(context, kind, sku)


def _suggestion(script: dict[str, object]) -> Message:
    return msg(
        "try script {id}, {title} ({resolved} settled with it): {text}",
        id=script["id"],
        title=script["title"],
        resolved=script["resolved"],
        text=script["text"],
    )
