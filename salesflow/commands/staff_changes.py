"""salesflow staff edit, deactivate: what changes about the people who work here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import Write, current
from salesflow.commands.params import CODE, COUNT
from salesflow.commands.staff import app
from salesflow.context import Context
from salesflow.enums import Role
from salesflow.errors import UsageError
from salesflow.i18n import Message, label, msg
from salesflow.output.results import Record, Written
from salesflow.queries import staff as staff_queries

CLEARABLE = ("region", "manager", "email")

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="Whom it is about.", autocompletion=complete.staff)]


def _clearable(values: Sequence[str] | None) -> Sequence[str]:
    for value in values or ():
        if value not in CLEARABLE:
            raise UsageError(
                msg("{value} cannot be emptied", value=value), msg("use one of: {choices}", choices=list(CLEARABLE))
            )
    return values or ()


@app.command("edit", cls=Write)
def edit(
    ctx: typer.Context,
    login: Login,
    name: Annotated[str | None, typer.Option("--name", help="The person's name.")] = None,
    role: Annotated[
        list[Role] | None,
        typer.Option("--role", click_type=CODE(Role), help="The roles from now on, in place of those held."),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Region code of their customers, such as HZ.")
    ] = None,
    manager: Annotated[
        str | None,
        typer.Option("--manager", metavar="LOGIN", help="Who leads them.", autocompletion=complete.staff),
    ] = None,
    email: Annotated[str | None, typer.Option("--email", help="Where their reminders are mailed to.")] = None,
    clear: Annotated[
        list[str] | None,
        typer.Option("--clear", metavar="FIELD", help="Empty it: region, manager or email.", callback=_clearable),
    ] = None,
    if_version: Annotated[
        int | None,
        typer.Option("--if-version", click_type=COUNT, help="Only if it is still at the version that list gave."),
    ] = None,
) -> Written:
    """Change a staff member.

    salesflow staff edit li.na --role senior_rep --region NB --email li.na@example.com
    """
    from salesflow.services import staff_changes

    context = current(ctx)
    context.actor.require(Role.MANAGER, Role.DIRECTOR)
    change = staff_changes.StaffChange(name, role or (), region, manager, email, clear or ())
    if change == staff_changes.StaffChange():
        raise UsageError(msg("nothing is to change"), msg("see: salesflow staff edit --help"), code="missing-value")
    with context.transaction() as work:
        done = staff_changes.edit(work, login, change, if_version=if_version)
    said = msg("changed {login}", login=login) if done.changed else msg("{login} is so already", login=login)
    return _written(context, said, login, done.vacant)


@app.command("deactivate", cls=Write)
def deactivate(
    ctx: typer.Context,
    login: Login,
    undo: Annotated[bool, typer.Option("--undo", help="They are back.")] = False,
) -> Written:
    """Somebody leaves: their name stays with what they did, customers and open deals are handed over before.

    salesflow customer assign --from li.na --to chen.jie

    salesflow staff deactivate li.na
    """
    from salesflow.services import staff_changes

    context = current(ctx)
    context.actor.require(Role.MANAGER, Role.DIRECTOR)
    vacant: list[Role] = []
    with context.transaction() as work:
        if undo:
            staff_changes.activate(work, login)
        else:
            vacant = staff_changes.deactivate(work, login)
    said = msg("{login} is active again", login=login) if undo else msg("{login} is no longer active", login=login)
    return _written(context, said, login, vacant)


def _written(context: Context, text: Message, login: str, vacant: Sequence[Role]) -> Written:
    row = staff_queries.show(context, login.strip().lower())
    details = [msg("nobody holds these roles now: {roles}", roles=[label("role", role) for role in vacant])]
    record = Record(staff_queries.COLUMNS, row, "login")
    return Written(text, str(row["login"]), record, tuple(details) if vacant else ())
