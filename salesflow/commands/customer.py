"""salesflow customer: the customer file."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands import customer_filter as chosen
from salesflow.commands.base import List, Show, Write, current, noun, screenful, somebody_there
from salesflow.commands.params import CODE, INDUSTRY, MONEY, PAST
from salesflow.commands.typerbase import MissingParameter
from salesflow.context import Context
from salesflow.enums import ChainRole, Kind, LossReason, Source, Status
from salesflow.i18n import label, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import customer_file
from salesflow.queries import customers as customer_queries

app = noun(
    "Customers: the customer file, status, import, stale leads.",
    customer_edit="edit remove",
    customer_attach="attach",
    customer_find="find",
    customer_import="import",
    customer_export="export",
    customer_grade="grade",
    customer_assign="assign",
    customer_stale="stale stall",
    customer_twins="duplicates merge",
    customer_tag="tag",
    customer_timeline="timeline",
    customer_forget="forget",
)

CUSTOMER = typer.Argument(
    metavar="CUSTOMER", help="The customer's code, name or a part of it.", autocompletion=complete.customer
)

# What a customer is made with, and edited by.
NAME = typer.Option("--name", help="The company's full legal name, or the person's name.")
INDUSTRY_OPTION = typer.Option(
    "--industry",
    click_type=INDUSTRY,
    help="The industry, such as 制造业 or retail.",
    autocompletion=complete.industry,
)
SOURCE = typer.Option("--source", click_type=CODE(Source), help="Where the lead came from.")
SIZE = typer.Option("--size", help="Number of employees, or a range.")
ADDRESS = typer.Option("--address", help="The address.")
SOURCE_DETAIL = typer.Option("--source-detail", help="Which exhibition, who referred.")
NEED = typer.Option("--need", help="What they need, concretely: what, how much, by when.")
BUDGET = typer.Option("--budget", click_type=MONEY, help="Their budget; kept encrypted.")
CONSENT = typer.Option("--budget-consent", help="When and how they agreed that the budget is kept.")
REMARK = typer.Option("--remark", help="A remark.")


def _contact_wanted(ctx: typer.Context, param: typer.CallbackParam, value: str | None) -> str | None:
    """A company needs the name of a contact; a person is its own one."""
    if value is None and ctx.params.get("kind") is not Kind.PERSON and not ctx.resilient_parsing:
        raise MissingParameter(ctx=ctx, param=param)
    return value


def _reachable(ctx: typer.Context, _param: typer.CallbackParam, value: str | None) -> str | None:
    """At a terminal the phone is asked for where nothing is given by which the contact can be reached."""
    given = (value, ctx.params.get("phone"), ctx.params.get("email"))
    if not any(given) and not ctx.resilient_parsing and somebody_there():
        raise MissingParameter(ctx=ctx, param=next(param for param in ctx.command.params if param.name == "phone"))
    return value


@app.command("add", cls=Write)
def add(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    industry: Annotated[str, INDUSTRY_OPTION],
    source: Annotated[Source, SOURCE],
    need: Annotated[str, NEED],
    kind: Annotated[
        Kind, typer.Option("--kind", click_type=CODE(Kind), help="A company or a person.", show_default=False)
    ] = Kind.COMPANY,
    contact: Annotated[
        str | None, typer.Option("--contact", help="The contact's name (a person's own).", callback=_contact_wanted)
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="The contact's title.")] = None,
    phone: Annotated[
        str | None, typer.Option("--phone", help="Phone number; one of phone, e-mail and WeChat is needed.")
    ] = None,
    email: Annotated[str | None, typer.Option("--email", help="E-mail address.")] = None,
    wechat: Annotated[str | None, typer.Option("--wechat", help="WeChat name.", callback=_reachable)] = None,
    role: Annotated[
        ChainRole,
        typer.Option(
            "--role", click_type=CODE(ChainRole), help="The contact's part in the decision chain.", show_default=False
        ),
    ] = ChainRole.OTHER,
    concern: Annotated[str | None, typer.Option("--concern", help="What the contact cares about.")] = None,
    size: Annotated[str | None, SIZE] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Region code, such as HZ (the owner's).")
    ] = None,
    address: Annotated[str | None, ADDRESS] = None,
    source_detail: Annotated[str | None, SOURCE_DETAIL] = None,
    first_contact: Annotated[
        datetime | None, typer.Option("--first-contact", click_type=PAST, help="When the first contact was (now).")
    ] = None,
    budget: Annotated[int | None, BUDGET] = None,
    budget_consent: Annotated[str | None, CONSENT] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="A tag; several in turn.", autocompletion=complete.tag)
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner", metavar="LOGIN", help="The salesperson in charge (you).", autocompletion=complete.staff
        ),
    ] = None,
    remark: Annotated[str | None, REMARK] = None,
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help="Even if the name or the contact is known already.")
    ] = False,
) -> Written:
    """Add a customer with its first contact; says when to follow up, and why.

    salesflow customer add --name 云帆科技 --industry 互联网 --source exhibition --need "终端 50 台" --contact 张伟 --wechat zw66
    """
    from salesflow.services import customers

    context = current(ctx)
    person = customers.NewContact(contact or name, title, phone, email, wechat, role, concern)
    new = customers.NewCustomer(
        name, industry, source, need, (person,), kind, size, region, address, source_detail, first_contact, budget,
        budget_consent, tags=tuple(tag or ()), owner=owner, remark=remark,
    )  # fmt: skip
    with context.transaction() as work:
        intake = customers.Intake(work, allow_duplicate=allow_duplicate)
        code = intake.add(new)
        intake.flush()
    record = _record(context, code)
    text = msg("added {code} {name}, owner {owner}", code=code, name=record.row["name"], owner=record.row["owner"])
    details = () if intake.due is None else (intake.due.message,)
    if intake.new_tags:
        details = (*details, msg("new in the library: {tags}", tags=intake.new_tags))
    return Written(text, code, record, details)


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    grade: chosen.Grades = None,
    status: chosen.Statuses = None,
    owner: chosen.Owners = None,
    region: chosen.Regions = None,
    industry: chosen.Industries = None,
    tag: chosen.Tags = None,
    source: chosen.Sources = None,
    stale: chosen.Stale = False,
    created: chosen.Created = None,
    due: chosen.Due = None,
    archived: chosen.Archived = False,
) -> Listing:
    """List customers. An option given several times means any of its values.

    salesflow customer list --grade A --grade B --status hot --due ..today --sort days_overdue --reverse
    """
    context = current(ctx)
    wanted = chosen.wanted(grade, status, owner, region, industry, tag, source, stale, created, due, archived)
    found = customer_queries.listed(context, wanted, keep=screenful(context))
    return Listing(customer_queries.COLUMNS, found.rows, "code", more=found.more, empty=msg("no customers"))


@app.command("show", cls=Show)
def show(ctx: typer.Context, customer: Annotated[str, CUSTOMER]) -> Record:
    """Show a customer's file: contacts, plan, latest follow-ups, open quotes, history.

    salesflow customer show 云帆
    """
    context = current(ctx)
    return _record(context, customer_queries.resolve(context, customer).code)


@app.command("status", cls=Write)
def status(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    new: Annotated[
        Status, typer.Argument(metavar="STATUS", click_type=CODE(Status), help="What the customer becomes.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; every change has a reason.", show_default=False)] = "",
    loss_reason: Annotated[
        LossReason | None, typer.Option("--loss-reason", click_type=CODE(LossReason), help="Why the customer was lost.")
    ] = None,
    competitor: Annotated[str | None, typer.Option("--competitor", help="Who won instead.")] = None,
    override: Annotated[bool, typer.Option("--override", help="Won without evidence, on a manager's word.")] = False,
) -> Written:
    """Change a customer's status, and say when to follow up next.

    salesflow customer status 云帆 interested --reason "要了产品手册和报价"
    salesflow customer status 云帆 lost --reason "价格高出 15%" --loss-reason price --competitor 恒通
    """
    from salesflow.queries import opportunities
    from salesflow.services import customers

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    with context.transaction() as work:
        asked = customers.NewStatus(new, reason, loss_reason, competitor, override)
        due = customers.change_status(work, who.id, asked)
    names = {"old": label("status", who.status), "new": label("status", new)}
    text = msg("{code} {name}: {old} -> {new}", code=who.code, name=who.name, **names)
    left = opportunities.left_open(context, who.code, who.id, new)
    return Written(text, who.code, _record(context, who.code), (due.message, *left))


def _record(context: Context, code: str) -> Record:
    return Record(customer_file.SHOW_COLUMNS, customer_file.show(context, code), "code")
