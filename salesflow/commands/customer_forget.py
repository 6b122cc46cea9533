"""salesflow customer forget: erasing personal data on a person's request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesflow.commands.base import Write, current, somebody_there
from salesflow.commands.customer import CUSTOMER, app
from salesflow.enums import Role
from salesflow.errors import UsageError
from salesflow.i18n import Message, label, msg, nmsg, render
from salesflow.output.results import Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import forgetting as forgetting_queries

if TYPE_CHECKING:
    from salesflow.services.forgetting import Forgotten


@app.command("forget", cls=Write)
def forget(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    reason: Annotated[str, typer.Option("--reason", help="Why. It stays in the audit trail, so name nobody in it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
) -> Written:
    """Erase the personal data of a customer for good: contacts, free text, attachments; amounts and dates stay.

    salesflow customer forget HZ2026001 --reason "本人申请删除" --dry-run
    salesflow customer forget HZ2026001 --reason "本人申请删除" --yes
    """
    from salesflow.services import forgetting

    context = current(ctx)
    context.actor.require(Role.MANAGER, Role.DIRECTOR)
    who = customer_queries.resolve(context, customer)
    if not (yes or dry_run):
        _ask_first(who)
    with context.transaction() as work:
        found = (forgetting.examine if dry_run else forgetting.forget)(work, who.id, reason)
    scrubbed = None if dry_run else forgetting.tidy(context)
    return _written(found, scrubbed)


def _ask_first(who: customer_queries.CustomerRef) -> None:
    """What is erased cannot be brought back, so somebody has to type the customer's code."""
    if not somebody_there():
        raise UsageError(
            msg("erasing {code} {name} cannot be undone", code=who.code, name=who.name),
            msg("look first with --dry-run, then repeat with --yes"),
            code="unconfirmed",
        )
    from salesflow.commands.questions import ask

    question = msg("erase the personal data of {code} {name} for good? Type its code", code=who.code, name=who.name)
    if ask(render(question)).strip().upper() != who.code:
        raise typer.Abort


def _written(found: Forgotten, scrubbed: bool | None) -> Written:
    text = msg("erased the personal data of {code}", code=found.code)
    if scrubbed is None:
        text = msg("would erase the personal data of {code} {name}", code=found.code, name=found.name)
    record = Record(forgetting_queries.COLUMNS, _row(found, scrubbed), "code")
    return Written(text, found.code, record, tuple(_details(found, scrubbed)))


def _row(found: Forgotten, scrubbed: bool | None) -> dict[str, Any]:
    return {
        "code": found.code,
        "dry_run": scrubbed is None,
        **found.counts,
        "old_audit_entries": found.old_entries,
        "scrubbed": scrubbed,
    }


def _details(found: Forgotten, scrubbed: bool | None) -> list[Message]:
    """What went, record by record, and what the program cannot reach."""
    counted = [
        msg("{kind}: {count}", kind=label("column", column.header), count=found.counts[column.key])
        for column in forgetting_queries.COUNTS
        if found.counts[column.key]
    ]
    lines = [msg("erased: {counts}", counts=counted)]
    if scrubbed is None:
        lines = [msg("to be erased: {counts}", counts=counted)]
    if found.old_entries:
        lines.append(
            nmsg(
                "{count} entry of the audit trail, made by an earlier version, still has words: it cannot be altered",
                "{count} entries of the audit trail, made by an earlier version, still have words: they cannot be altered",
                count=found.old_entries,
            )
        )
    if scrubbed is False:
        lines.append(
            msg("the file could not be written anew (in use, or the disk is full): traces may lie in its free space")
        )
    lines.append(msg("backups and exports made before still have everything"))
    return lines
