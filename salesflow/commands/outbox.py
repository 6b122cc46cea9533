"""salesflow outbox: mails that wait, sending them, writing them to files."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from salesflow.commands.base import Command, List, Show, Write, current, noun, screenful
from salesflow.commands.params import CODE, COUNT
from salesflow.context import Context
from salesflow.enums import MailState
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg, nmsg
from salesflow.output.results import Digest, Listing, Record, Written
from salesflow.queries import outbox as outbox_queries

UNSENT = 7  # the exit status where a mail could not be sent or written

app = noun("Mails: those that wait, sending them, writing them to files.")

MAIL = typer.Argument(metavar="ID", click_type=COUNT, help="The mail's number.")


class SendOrList(Command):
    shares = ("format", "json", "fields", "quiet", "limit")


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    state: Annotated[
        MailState | None, typer.Option("--state", click_type=CODE(MailState), help="Only those in this state.")
    ] = None,
) -> Listing:
    """List the mails of the outbox, the latest first.

    salesflow outbox list --state queued
    """
    context = current(ctx)
    found = outbox_queries.listed(context, state, keep=screenful(context))
    return Listing(outbox_queries.COLUMNS, found.rows, "id", more=found.more, empty=msg("no mails"))


@app.command("show", cls=Show)
def show(ctx: typer.Context, mail: Annotated[int, MAIL]) -> Record:
    """Show a mail with its text.

    salesflow outbox show 3
    """
    return Record(outbox_queries.SHOW, outbox_queries.show(current(ctx), mail), "id")


@app.command("send", cls=SendOrList)
def send(
    ctx: typer.Context,
    retry: Annotated[
        int | None,
        typer.Option("--retry", metavar="ID", click_type=COUNT, help="Send this one again: it failed, or may be lost."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show which would be sent, and send none.")] = False,
) -> Digest | Written:
    """Send the mails that wait, each at most once. One whose sending broke off is named, and sent again only with --retry.

    salesflow outbox send
    salesflow outbox send --limit 50 --quiet
    """
    context = current(ctx)
    if retry is not None and dry_run:
        raise UsageError(msg("--retry and --dry-run exclude each other"), msg("leave one of them out"))
    limit = context.asked.limit or None
    waiting = outbox_queries.waiting(context, limit)
    if dry_run:
        return _digest(outbox_queries.summed(waiting))
    keys = _send(context, limit, retry) if waiting or retry is not None else []
    return _answer(outbox_queries.handed_over(context, keys), outbox_queries.uncertain(context))


@app.command("export", cls=Write)
def export(
    ctx: typer.Context,
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where to; it is made where it is missing.")],
    state: Annotated[
        MailState, typer.Option("--state", click_type=CODE(MailState), help="Those in this state.", show_default=False)
    ] = MailState.QUEUED,
) -> Written:
    """Write the mails that wait to files (.eml), which any mail program opens. They stay in the outbox as they are.

    salesflow outbox export mails
    """
    from salesflow.documents.mails import export as write
    from salesflow.services import outbox_letters

    context = current(ctx)
    with context.transaction() as work:
        letters = outbox_letters.letters(work, state)
    rows = write(context, folder, letters)
    bad = [row for row in rows if row["error"]]
    text = nmsg(
        "{count} mail written to {folder}",
        "{count} mails written to {folder}",
        count=len(rows) - len(bad),
        folder=folder,
    )
    details = tuple(msg("mail {id}: {error}", id=row["id"], error=row["error"]) for row in bad)
    listing = Listing(outbox_queries.FILES, rows, "file")
    return Written(text, folder, listing, details, UNSENT if bad else 0)


@app.command("cancel", cls=Write)
def cancel(
    ctx: typer.Context,
    mail: Annotated[int, MAIL],
    reason: Annotated[str, typer.Option("--reason", help="Why: it stays with the mail.")],
) -> Written:
    """Take a mail back that has not gone out; it is kept as failed, with the reason.

    salesflow outbox cancel 3 --reason 报价有误
    """
    from salesflow.services import outbox

    context = current(ctx)
    with context.transaction() as work:
        outbox.cancel(work, mail, reason)
    row = outbox_queries.show(context, mail)
    text = msg("mail {id} to {recipient} is not sent", id=mail, recipient=row["recipient"])
    return Written(text, str(mail), Record(outbox_queries.SHOW, row, "id"))


def _send(context: Context, limit: int | None, retry: int | None) -> list[int]:
    from salesflow.services import outbox

    return [sent.id for sent in outbox.send(context, limit=limit, retry=retry)]


def _answer(found: dict[str, Any], uncertain: list[int]) -> Digest | Written:
    """What was sent and what was not. Where there was nothing to do it is an empty list, so that cron has nothing to mail."""
    digest = _digest(found)
    unsent = [row for row in found["rows"] if row["state"] != MailState.SENT]
    lines = [
        msg("mail {id} to {recipient}: {error}", id=row["id"], recipient=row["recipient"], error=row["error"])
        for row in unsent
    ]
    lines += [_lost(key) for key in uncertain if key not in {row["id"] for row in unsent}]
    if not found["rows"] and not lines:
        return digest
    text = nmsg("{count} mail sent", "{count} mails sent", count=found["sent"])
    ref = " ".join(str(row["id"]) for row in found["rows"])
    return Written(text, ref, digest, tuple(lines), UNSENT if unsent else 0)


def _lost(key: int) -> Message:
    return msg("mail {id} may have gone out or not: look, then: salesflow outbox send --retry {id}", id=key)


def _digest(found: dict[str, Any]) -> Digest:
    return Digest(Record(outbox_queries.SENT, found, "rows"), Listing(outbox_queries.SENT_ROWS, found["rows"], "id"))
