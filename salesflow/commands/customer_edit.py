"""salesflow customer edit, remove: changing a customer's file, and taking it out of the lists."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from salesflow.columns import Column
from salesflow.commands import complete
from salesflow.commands.base import Write, current
from salesflow.commands.changes import told
from salesflow.commands.customer import (
    ADDRESS,
    BUDGET,
    CONSENT,
    CUSTOMER,
    INDUSTRY_OPTION,
    NAME,
    NEED,
    REMARK,
    SIZE,
    SOURCE,
    SOURCE_DETAIL,
    app,
)
from salesflow.commands.params import CODE, COUNT, PAST
from salesflow.enums import CustomerField, Kind, Source
from salesflow.i18n import Message, msg, nmsg
from salesflow.output.results import Record, Written
from salesflow.queries import customer_file
from salesflow.queries import customers as customer_queries

if TYPE_CHECKING:
    from salesflow.services.archiving import Restored
    from salesflow.services.customer_edit import Edited

_FIELDS: Final = (*customer_file.SHOW_COLUMNS, Column("budget", "Budget"))


@app.command("edit", cls=Write)
def edit(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    name: Annotated[str | None, NAME] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", click_type=CODE(Kind), help="A company or a person.")] = None,
    industry: Annotated[str | None, INDUSTRY_OPTION] = None,
    size: Annotated[str | None, SIZE] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Region code, such as HZ; the code stays.")
    ] = None,
    address: Annotated[str | None, ADDRESS] = None,
    source: Annotated[Source | None, SOURCE] = None,
    source_detail: Annotated[str | None, SOURCE_DETAIL] = None,
    first_contact: Annotated[
        datetime | None, typer.Option("--first-contact", click_type=PAST, help="When the first contact was.")
    ] = None,
    need: Annotated[str | None, NEED] = None,
    budget: Annotated[int | None, BUDGET] = None,
    budget_consent: Annotated[str | None, CONSENT] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="A tag to add; several in turn.", autocompletion=complete.tag)
    ] = None,
    remark: Annotated[str | None, REMARK] = None,
    clear: Annotated[
        list[CustomerField] | None,
        typer.Option("--clear", click_type=CODE(CustomerField), help="A field to be empty; several in turn."),
    ] = None,
    if_version: Annotated[
        int | None,
        typer.Option("--if-version", click_type=COUNT, help="Only if it is still at the version that show gave."),
    ] = None,
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help="Even if another customer has the name.")
    ] = False,
) -> Written:
    """Change a customer's file; what is not given stays as it is.

    salesflow customer edit 云帆 --address "滨江区江南大道 100 号" --size 200-500
    salesflow customer edit HZ2026001 --name 杭州云帆科技股份有限公司 --clear remark --if-version 4
    """
    from salesflow.services import customer_edit

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    wanted = customer_edit.CustomerEdit(
        name, kind, industry, size, region, address, source, source_detail, first_contact, need, budget, budget_consent,
        tuple(tag or ()), remark, tuple(clear or ()),
    )  # fmt: skip
    with context.transaction() as work:
        done = customer_edit.edit(work, who.id, wanted, if_version=if_version, allow_duplicate=allow_duplicate)
    record = Record(customer_file.SHOW_COLUMNS, customer_file.show(context, who.code), "code")
    changes = told(context, _FIELDS, done.changes)
    text = msg("{code} {name}: {changes}", code=who.code, name=record.row["name"], changes=changes)
    if not changes:
        text = msg("{code} {name}: nothing changed", code=who.code, name=who.name)
    return Written(text, who.code, record, _details(who.code, done))


def _details(code: str, done: Edited) -> tuple[Message, ...]:
    lines = [] if done.next is None else [done.next.message]
    if any(change.field == "region" for change in done.changes):
        lines.append(msg("its code stays {code}", code=code))
    if done.new_tags:
        lines.append(msg("new in the library: {tags}", tags=list(done.new_tags)))
    return tuple(lines)


@app.command("remove", cls=Write)
def remove(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    reason: Annotated[str, typer.Option("--reason", help="Why.", show_default=False)] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Bring it back, by its code.")] = False,
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help="With --undo: even if there is another such customer by now.")
    ] = False,
) -> Written:
    """Archive a customer: it leaves the lists and the plan, its file is kept.

    salesflow customer remove HZ2026003 --reason "公司已注销"
    salesflow customer remove HZ2026003 --undo
    """
    from salesflow.services import archiving

    context = current(ctx)
    who = customer_queries.resolve_itself(context, customer)
    names = {"code": who.code, "name": who.name}
    with context.transaction() as work:
        if undo:
            done = archiving.restore(work, who.id, reason, allow_duplicate=allow_duplicate)
            text, more = msg("brought back {code} {name}", **names), _standing(who.code, done)
        else:
            count = archiving.remove(work, who.id, reason).cancelled
            cancelled = nmsg("{count} plan item is cancelled", "{count} plan items are cancelled", count=count)
            text, more = msg("archived {code} {name}", **names), (cancelled,) if count else ()
    record = Record(customer_file.SHOW_COLUMNS, customer_file.show(context, who.code), "code")
    return Written(text, who.code, record, more)


def _standing(code: str, done: Restored) -> tuple[Message, ...]:
    """What is to be known of a customer that is back: its next follow-up, and an owner who left."""
    if done.left is None:
        return (done.next.message,)
    left = msg(
        "its owner {owner} is no longer active: salesflow customer assign {code} --auto", owner=done.left, code=code
    )
    return (done.next.message, left)
