"""salesflow followup plan | done | reschedule | cancel: what is to happen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.codes import parse_code
from salesflow.commands.base import Write, current
from salesflow.commands.followup import CUSTOMER, app
from salesflow.commands.params import CODE, COUNT, DAY, wanted_without
from salesflow.enums import Method, Role
from salesflow.errors import InvalidValue, UsageError
from salesflow.i18n import label, msg, nmsg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import followups as followup_queries
from salesflow.queries import plan_items
from salesflow.queries import staff as staff_queries

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.i18n import Message
    from salesflow.queries.customers import CustomerRef
    from salesflow.rules.decision import Decision

ITEM = typer.Argument(click_type=COUNT, metavar="ID", help="The plan item's number; see: followup list --plan.")


@app.command("plan", cls=Write)
def plan(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    template: Annotated[
        str | None,
        typer.Option("--template", is_eager=True, metavar="NAME", help="All stages of a plan template instead."),
    ] = None,
    on: Annotated[
        date | None,
        typer.Option(
            "--on",
            click_type=DAY,
            help="When; the first day of a template (today).",
            callback=wanted_without("template"),
        ),
    ] = None,
    method: Annotated[
        Method | None,
        typer.Option(
            "--method", click_type=CODE(Method), help="How you will talk.", callback=wanted_without("template")
        ),
    ] = None,
    focus: Annotated[
        str | None, typer.Option("--focus", help="What about, and with whom.", callback=wanted_without("template"))
    ] = None,
    goal: Annotated[str | None, typer.Option("--goal", help="What is to come of it.")] = None,
    support: Annotated[
        str | None, typer.Option("--support", metavar="ROLE|LOGIN", help="Whose support you need.")
    ] = None,
    support_for: Annotated[str | None, typer.Option("--support-for", help="What you need it for.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Though the template is planned already.")] = False,
) -> Written:
    """Plan a follow-up, or with a template several at once; the templates are in the policy (plan_templates).

    salesflow followup plan 杭州 --on 下周三 --method demo --focus "向技术部演示排产模块" --support technical
    salesflow followup plan HZ2026001 --template abc --on 下周一
    """
    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    if template is not None:
        _refuse_beside_template(method=method, focus=focus, goal=goal, support=support, support_for=support_for)
        return _plan_template(context, who, template, on, again=again)
    if again:
        raise UsageError(msg("--again is for a template"), msg("say which: --template NAME"))
    from salesflow.services import followups

    assert on is not None
    assert method is not None
    assert focus is not None
    role, staff_id = (None, None) if support is None else _supporter(context, support)
    new = followups.NewPlan(on, method, focus, goal, role, staff_id, support_for)
    with context.transaction() as work:
        planned = followups.plan(work, who.id, new)
    about = {"method": label("method", method), "code": who.code, "name": who.name, "date": on}
    return _written(context, msg("planned {method} with {code} {name} on {date}", **about), planned.id)


@app.command("done", cls=Write)
def done(
    ctx: typer.Context,
    item: Annotated[int, ITEM],
    reason: Annotated[str | None, typer.Option("--reason", help="How it was done.")] = None,
) -> Written:
    """Close a plan item without logging a follow-up.

    salesflow followup done 12 --reason "已在展会上当面沟通"
    """
    from salesflow.services import followups

    context = current(ctx)
    with context.transaction() as work:
        following = followups.done(work, item, reason)
    return _written(context, msg("plan item {id} is done", id=item), item, following)


@app.command("reschedule", cls=Write)
def reschedule(
    ctx: typer.Context,
    item: Annotated[int, ITEM],
    on: Annotated[date, typer.Option("--on", click_type=DAY, help="The new day.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
) -> Written:
    """Put a plan item on another day. It goes on under a new number; how often it was put off is kept.

    salesflow followup reschedule 12 --on 下周三 --reason "客户出差，周二回来"
    """
    from salesflow.services import replanning

    context = current(ctx)
    with context.transaction() as work:
        moved = replanning.reschedule(work, item, on, reason)
    text = msg(
        "plan item {id} moved from {before} to {date}, now plan item {new}",
        id=item,
        before=moved.before,
        date=on,
        new=moved.id,
    )
    slips = nmsg("put off {count} time so far", "put off {count} times so far", count=moved.slips)
    record = Record(plan_items.PLAN, plan_items.show(context, moved.id), "id")
    return Written(text, str(moved.id), record, (slips,) if moved.slips else ())


@app.command("cancel", cls=Write)
def cancel(
    ctx: typer.Context,
    item: Annotated[int, ITEM],
    reason: Annotated[str, typer.Option("--reason", help="Why it is given up.")],
) -> Written:
    """Give a plan item up. Where it was the customer's last, the next follow-up is planned by the rule cadence.

    salesflow followup cancel 12 --reason "客户取消了演示"
    """
    from salesflow.services import followups

    context = current(ctx)
    with context.transaction() as work:
        following = followups.cancel(work, item, reason)
    return _written(context, msg("plan item {id} is cancelled", id=item), item, following)


def _refuse_beside_template(**given: object) -> None:
    for name, value in given.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                msg("{option} does not go with --template", option=option),
                msg("the template has it; plan a stage of your own with a command of its own"),
            )


def _plan_template(context: Context, who: CustomerRef, name: str, on: date | None, *, again: bool) -> Written:
    from salesflow.services import plan_templates

    with context.transaction() as work:
        planned = plan_templates.plan(work, who.id, name, start=on, again=again)
    rows = plan_items.chosen(context, [each.id for each in planned])
    text = nmsg(
        "planned {count} stage of {template} with {code} {name}",
        "planned {count} stages of {template} with {code} {name}",
        count=len(rows),
        template=rows[0]["template"],
        code=who.code,
        name=who.name,
    )
    stages = tuple(
        msg(
            "{date} {method}: {focus} (plan item {id})",
            date=row["due_on"],
            method=label("method", row["method"]),
            focus=row["focus"],
            id=row["id"],
        )
        for row in rows
    )
    listing = Listing(followup_queries.PLANS, rows, "id")
    return Written(text, " ".join(str(row["id"]) for row in rows), listing, stages)


def _supporter(context: Context, support: str) -> tuple[Role | None, int | None]:
    """Of whom support is asked: a role, by its code or label, else a staff login."""
    try:
        return parse_code(Role, support), None
    except InvalidValue:
        return None, staff_queries.staff_id(context, support)


def _written(context: Context, text: Message, item_id: int, following: Decision[date] | None = None) -> Written:
    record = Record(plan_items.PLAN, plan_items.show(context, item_id), "id")
    return Written(text, str(item_id), record, () if following is None else (following.message,))
