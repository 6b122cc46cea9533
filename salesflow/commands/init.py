"""salesflow init: make the database and its first staff member."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands.base import Write, current, single, somebody_there
from salesflow.i18n import Message, msg, render
from salesflow.output.results import Record, Written
from salesflow.queries import staff as staff_queries

app = single()


@app.command("init", cls=Write)
def init(
    ctx: typer.Context,
    company: Annotated[str, typer.Option("--company", help="Your company's name.")],
    region: Annotated[
        str, typer.Option("--region", metavar="CODE", help="Region code of new customers, 2 to 6 letters, such as HZ.")
    ],
    login: Annotated[str | None, typer.Option("--login", help="Your login (the operating system's).")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Your name (the login).")] = None,
) -> Written:
    """Make the database and its first staff member, who holds every role until others are added.

    salesflow init --company 杭州云帆科技有限公司 --region HZ --name 张伟
    """
    from salesflow.services import setup
    from salesflow.services.staff import checked_login

    context = current(ctx)
    login = checked_login(_or_asked(login or context.user, msg("Your login"), context.os_user))
    name = _or_asked(name, msg("Your name"), login)
    place = setup.create(context, setup.NewDatabase(company, region, login, name))
    details = [_key_note(place)]
    if login != context.os_user and context.settings.text("user") is None and context.user is None:
        from salesflow import config

        config.write(context.settings.path, {"user": login})
        details.append(msg("wrote user = {login} to {path}", login=login, path=context.settings.path))
    text = msg(
        "made {path} for {company}; {login} holds every role", path=context.database, company=company, login=login
    )
    record = Record(staff_queries.COLUMNS, staff_queries.show(context, login), "login")
    return Written(text, login, record, tuple(details))


def _or_asked(given: str | None, question: Message, default: str) -> str:
    """What was given; else what somebody at the terminal says; else the default."""
    if given is not None or not somebody_there():
        return default if given is None else given
    from salesflow.commands.questions import ask

    return ask(render(question), default)


def _key_note(place: str) -> Message:
    if place == "keyring":
        return msg(
            "the key of contact values is in the system's keyring; without it they cannot be read, nothing else is lost"
        )
    return msg(
        "the key of contact values is {path}: keep a copy apart; without it they cannot be read, nothing else is lost",
        path=place,
    )
