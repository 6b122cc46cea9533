"""salesflow remind: each owner's list of the day, printed or put into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from salesflow.commands import complete
from salesflow.commands.base import SOMETHING, Command, current, single
from salesflow.commands.params import DAYS
from salesflow.context import Context
from salesflow.errors import UsageError
from salesflow.i18n import msg, nmsg
from salesflow.output.results import Digest, Listing, Record, Written
from salesflow.queries import reminders
from salesflow.queries.reminders import DayList

app = single()


class ListOrMail(Command):
    """A listing that can also be mailed."""

    shares = ("format", "json", "fields", "quiet")


@app.command("remind", cls=ListOrMail)
def remind(
    ctx: typer.Context,
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="LOGIN", help="This one's list (your own).", autocompletion=complete.staff),
    ] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="Everybody's lists, by owner.")] = False,
    within: Annotated[
        int, typer.Option("--within", click_type=DAYS, help="Also what is due in so many days.", show_default=False)
    ] = 0,
    mail: Annotated[bool, typer.Option("--mail", help="Put a mail to each owner into the outbox, once a day.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --mail: show to whom, and queue nothing.")] = False,
    fail_if_any: Annotated[
        bool, typer.Option("--fail-if-any", help="End with status 10 if there is something.")
    ] = False,
) -> Digest | Listing | Written:
    """Print the day's list of each owner, the overdue follow-ups among them; --mail puts it into the outbox.

    salesflow remind
    salesflow remind --everyone --mail
    """
    from salesflow.queries import staff as staff_queries

    context = current(ctx)
    if owner is not None and everyone:
        raise UsageError(msg("--owner and --everyone exclude each other"), msg("leave one of them out"))
    if dry_run and not mail:
        raise UsageError(msg("--dry-run is for --mail"), msg("without --mail nothing is queued"))
    whose = None
    if not everyone:
        whose = context.actor.id if owner is None else staff_queries.staff_id(context, owner)
    found = reminders.lists(context, owner_id=whose, within=within)
    status = SOMETHING if fail_if_any and found else 0
    return _mailed(context, found, status, dry_run=dry_run) if mail else _printed(context, found, status)


def _printed(context: Context, found: Sequence[DayList], status: int) -> Digest:
    columns, rows = reminders.as_rows(found)
    record = Record(reminders.RECORD, reminders.as_row(context.clock.today(), found), "on")
    nothing = msg("nothing is due")
    return Digest(record, Listing(columns, rows, "customer_code", empty=nothing, group_by="owner"), exit_status=status)


def _mailed(context: Context, found: Sequence[DayList], status: int, *, dry_run: bool) -> Listing | Written:
    """One mail for each owner and day. Where there was nothing to queue it is an empty list, so that cron has nothing to say."""
    rows = [_row(one, None, "would_be_queued") for one in found] if dry_run else _queued(context, found)
    listing = Listing(reminders.MAILED, rows, "owner", exit_status=status)
    queued = [row for row in rows if row["outcome"] == "queued"]
    missing = [row["owner"] for row in rows if row["outcome"] == "no_address"]
    if dry_run or not (queued or missing):
        return listing if dry_run else Listing(reminders.MAILED, [], "owner", exit_status=status)
    text = nmsg("{count} mail queued", "{count} mails queued", count=len(queued))
    lines = [
        msg("{login} has no address: salesflow staff edit {login} --email ADDRESS", login=login) for login in missing
    ]
    return Written(text, " ".join(str(row["mail"]) for row in queued), listing, tuple(lines), status)


def _queued(context: Context, found: Sequence[DayList]) -> list[dict[str, Any]]:
    """Put the letters into the outbox, in one transaction; none is begun where there is nothing to put."""
    from salesflow.services.outbox import NewMail, queue

    day, rows = context.clock.today(), [_row(one, None, "no_address") for one in found if one.email is None]
    letters = [
        NewMail(
            "remind",
            one.staff_id,
            one.owner,
            one.email,
            reminders.subject(day, one),
            reminders.body(day, one),
            f"remind/{one.owner}/{day}",
        )
        for one in found
        if one.email is not None
    ]
    if letters:
        with context.transaction() as work:
            keys = [queue(work, letter) for letter in letters]
        reached = [one for one in found if one.email is not None]
        rows += [_row(one, key, "already" if key is None else "queued") for one, key in zip(reached, keys, strict=True)]
    return sorted(rows, key=lambda row: str(row["owner"]))


def _row(one: DayList, key: int | None, outcome: str) -> dict[str, Any]:
    return {"owner": one.owner, "email": one.email, "mail": key, "outcome": outcome if one.email else "no_address"}
