"""salesflow staff: who works here, with which roles."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands.base import List, Show, Write, current, noun
from salesflow.commands.params import CODE
from salesflow.enums import Role
from salesflow.i18n import msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import staff as staff_queries

app = noun("Staff and their roles.", staff_changes="edit deactivate")


@app.command("add", cls=Write)
def add(
    ctx: typer.Context,
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="The login: letters, digits, '.', '_', '-'.")],
    name: Annotated[str, typer.Option("--name", help="The person's name.")],
    role: Annotated[
        list[Role] | None, typer.Option("--role", click_type=CODE(Role), help="A role that they hold (rep).")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Region code of their customers, such as HZ.")
    ] = None,
    manager: Annotated[str | None, typer.Option("--manager", metavar="LOGIN", help="Who leads them.")] = None,
) -> Written:
    """Add a staff member.

    salesflow staff add li.na --name 李娜 --role rep --region HZ --manager zhang.wei
    """
    from salesflow.services import staff

    context = current(ctx)
    context.actor.require(Role.MANAGER, Role.DIRECTOR)
    with context.transaction() as work:
        made = staff.add(work, staff.NewStaff(login, name, role or (), region, manager))
        text = msg("added {login} ({name})", login=made.login, name=made.name)
    return Written(text, made.login, _record(ctx, made.login))


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    everybody: Annotated[bool, typer.Option("--all", help="Also those who left.")] = False,
) -> Listing:
    """List the staff."""
    found = staff_queries.listed(current(ctx), everybody=everybody)
    return Listing(staff_queries.COLUMNS, found.rows, "login", more=found.more)


@app.command("whoami", cls=Show)
def whoami(ctx: typer.Context) -> Record:
    """Show on whose behalf commands run here, and why."""
    return _record(ctx, current(ctx).actor.login)


def _record(ctx: typer.Context, login: str) -> Record:
    return Record(staff_queries.COLUMNS, staff_queries.show(current(ctx), login), "login")
