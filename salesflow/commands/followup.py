"""salesflow followup: what happened with a customer, and what is to happen."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesflow.commands import complete, longtext
from salesflow.commands.base import List, Write, current, noun
from salesflow.commands.params import CODE, DAY, PAST, wanted_without
from salesflow.enums import LossReason, Method, Status
from salesflow.i18n import Message, label, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import followups as followup_queries
from salesflow.queries import staff as staff_queries

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.queries.customers import CustomerRef

app = noun(
    "Follow-ups: log what happened, plan what comes next, see what is due.",
    followup_corrections="show edit amend",
    followup_plans="plan done reschedule cancel",
    followup_due="due overdue",
    followup_gantt="gantt",
    followup_ics="ics",
    followup_lists="import export",
)

CUSTOMER = typer.Argument(
    metavar="CUSTOMER", help="The customer's code, name or a part of it.", autocompletion=complete.customer
)
LOGIN = complete.staff


@app.command("log", cls=Write)
def log(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    method: Annotated[Method, typer.Option("--method", click_type=CODE(Method), help="How you talked.")],
    content: Annotated[
        str | None,
        typer.Option("--content", help="What happened; - reads standard input.", callback=wanted_without("edit")),
    ] = None,
    edit: Annotated[bool, typer.Option("--edit", is_eager=True, help="Write the content in your editor.")] = False,
    scene: Annotated[str | None, typer.Option("--scene", help="Where and with whom.")] = None,
    feedback: Annotated[str | None, typer.Option("--feedback", help="What the customer said.")] = None,
    resolved: Annotated[str | None, typer.Option("--resolved", help="What was resolved.")] = None,
    open_points: Annotated[str | None, typer.Option("--open", help="What is still open.")] = None,
    risk: Annotated[str | None, typer.Option("--risk", help="What may go wrong.")] = None,
    next_step: Annotated[str | None, typer.Option("--next", help="The next step: what, with whom.")] = None,
    next_on: Annotated[
        date | None, typer.Option("--next-on", click_type=DAY, help="When (as the rule cadence has it).")
    ] = None,
    at: Annotated[datetime | None, typer.Option("--at", click_type=PAST, help="When it happened (now).")] = None,
    status: Annotated[
        Status | None, typer.Option("--status", click_type=CODE(Status), help="What the customer becomes.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why its status changes.")] = None,
    loss_reason: Annotated[
        LossReason | None, typer.Option("--loss-reason", click_type=CODE(LossReason), help="Why the customer was lost.")
    ] = None,
    competitor: Annotated[str | None, typer.Option("--competitor", help="Who won instead.")] = None,
    progress: Annotated[
        bool | None, typer.Option("--progress/--no-progress", help="Whether the deal has moved.")
    ] = None,
    contact: Annotated[str | None, typer.Option("--contact", help="With whom: a contact of the customer.")] = None,
    opportunity: Annotated[
        str | None,
        typer.Option(
            "--opportunity",
            metavar="OPPORTUNITY",
            help="The opportunity that it is about, such as SJ2026-0001.",
            autocompletion=complete.opportunity,
        ),
    ] = None,
    attach: Annotated[
        list[str] | None, typer.Option("--attach", metavar="FILE", help="A file that goes with it; several in turn.")
    ] = None,
) -> Written:
    """Log a follow-up: completes what was planned, changes the status if asked to, plans the next one and says why then.

    salesflow followup log 杭州 --method phone --content "采购经理确认预算 20 万" --next "周五前发报价给王经理"
    salesflow followup log HZ2026001 --method visit --content - --at "昨天 16:00" --status interested --reason "要了报价"
    """
    from salesflow.services import followups

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    new = followups.NewFollowup(
        method,
        longtext.given(content, edit=edit),
        scene,
        feedback,
        resolved,
        open_points,
        risk,
        next_step,
        next_on,
        at,
        status,
        reason,
        loss_reason,
        competitor,
        progress,
        contact,
        tuple(attach or ()),
        None if opportunity is None else _opportunity(context, opportunity),
    )
    with context.transaction() as work:
        logged = followups.log(work, who.id, new)
    text = msg("logged {method} with {code} {name}", method=label("method", method), code=who.code, name=who.name)
    details = (
        [] if status is None else [msg("{old} -> {new}", old=label("status", who.status), new=label("status", status))]
    )
    row = followup_queries.logged(context, logged.id, logged.next)
    record = Record(followup_queries.LOGGED, row, "id")
    return Written(text, str(logged.id), record, (*details, logged.next.message, *_left_open(context, who, status)))


def _opportunity(context: Context, ref: str) -> int:
    from salesflow.queries import opportunities

    return opportunities.resolve(context, ref).id


def _left_open(context: Context, who: CustomerRef, status: Status | None) -> tuple[Message, ...]:
    """What is to be said where the customer has become lost, and its opportunities are not."""
    if status is None:
        return ()
    from salesflow.queries import opportunities

    return opportunities.left_open(context, who.code, who.id, status)


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    customer: Annotated[
        str | None,
        typer.Argument(metavar="[CUSTOMER]", help="Only with this customer.", autocompletion=complete.customer),
    ] = None,
    first: Annotated[date | None, typer.Option("--from", click_type=DAY, help="From this day on.")] = None,
    last: Annotated[date | None, typer.Option("--to", click_type=DAY, help="Up to this day.")] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="LOGIN", help="With this one's customers.", autocompletion=LOGIN)
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="LOGIN", help="Logged by this one.", autocompletion=LOGIN)
    ] = None,
    method: Annotated[Method | None, typer.Option("--method", click_type=CODE(Method), help="In this way.")] = None,
    planned: Annotated[bool, typer.Option("--plan", help="What is planned, instead of what happened.")] = False,
) -> Listing:
    """List follow-ups, the newest first; with --plan what is planned, the earliest first. 50 of them without --limit.

    salesflow followup list 杭州
    salesflow followup list --by li.na --from 本周一
    salesflow followup list --plan --to +7d
    """
    context = current(ctx)
    scope: dict[str, Any] = {
        "customer_id": None if customer is None else customer_queries.resolve(context, customer).id,
        "first": first,
        "last": last,
        "owner_id": None if owner is None else staff_queries.staff_id(context, owner),
        "method": method,
    }
    by_id = None if by is None else staff_queries.staff_id(context, by)
    if planned:
        found = followup_queries.plans(context, **scope, by_id=by_id)
        return Listing(
            followup_queries.PLANS, found.rows, "id", more=found.more, empty=msg("nothing is planned that fits")
        )
    found = followup_queries.history(context, **scope, by_id=by_id)
    return Listing(followup_queries.COLUMNS, found.rows, "id", more=found.more, empty=msg("no follow-ups that fit"))
