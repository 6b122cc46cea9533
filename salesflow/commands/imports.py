"""salesflow import: the imports of lists there were, and taking one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Write, current, noun, screenful
from salesflow.commands.params import CODE
from salesflow.enums import ImportRecord
from salesflow.errors import Refused
from salesflow.i18n import Message, msg, nmsg
from salesflow.output.results import Digest, Failed, Listing, Record, Written
from salesflow.queries import imports as import_queries

if TYPE_CHECKING:
    from salesflow.services import reverting

MOST_LINES = 20

app = noun("Imports: which there were, and taking one back.")


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    record: Annotated[
        ImportRecord | None, typer.Option("--kind", click_type=CODE(ImportRecord), help="Lists of this alone.")
    ] = None,
) -> Listing:
    """List imports, the newest first: file, when, by whom, rows read, added, changed, left, and when one was taken back.

    salesflow import list --kind customer
    """
    context = current(ctx)
    found = import_queries.listed(context, record=record, keep=screenful(context))
    return Listing(import_queries.LIST_COLUMNS, found.rows, "number", more=found.more, empty=msg("no imports"))


@app.command("revert", cls=Write)
def revert(
    ctx: typer.Context,
    number: Annotated[
        int,
        typer.Argument(
            metavar="N", min=1, max=2**62, help="The number of the import.", autocompletion=complete.import_run
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> Written | Failed:
    """Take an import back: what it added is removed, what it changed is as it was before.

    A customer with which something was done since (edited, a follow-up logged, a quote made …) is left as it is and named.
    It is for who imported the list, or for a manager; an import is taken back once.

    salesflow import revert 3 --dry-run
    salesflow import revert 3
    """
    from salesflow.services import reverting

    found = reverting.revert(current(ctx), number, dry_run=dry_run)
    row = found.row()
    listing = Listing(import_queries.LEFT_COLUMNS, row["left"], "code")
    digest = Digest(Record(import_queries.REVERT_COLUMNS, row, "number"), listing)
    if found.nothing:
        return Failed(_nothing(number), digest, _lines(found))
    return Written(_summary(found), str(number), digest, _lines(found))


def _nothing(number: int) -> Refused:
    return Refused(
        msg("nothing of import {number} can be taken back", number=number),
        msg("take later imports back first; see: salesflow import list"),
        code="touched",
    )


def _summary(found: reverting.Reverted) -> Message:
    values = {name: found.row()[name] for name in ("number", "removed", "followups_removed", "restored", "left_count")}
    if found.dry_run:
        return msg(
            "of import {number} {removed} customers and {followups_removed} follow-ups would be removed, "
            "{restored} customers restored, {left_count} left as they are",
            **values,
        )
    return msg(
        "import {number} is taken back: {removed} customers and {followups_removed} follow-ups removed, "
        "{restored} customers restored, {left_count} left as they are",
        **values,
    )


def _lines(found: reverting.Reverted) -> tuple[Message, ...]:
    """The customers that are left, a line each; of very many only the first."""
    lines = [
        msg("{code} {name}: {reason}", code=one.code, name=one.name, reason=one.reason)
        for one in found.left[:MOST_LINES]
    ]
    more = len(found.left) - MOST_LINES
    if more > 0:
        lines.append(nmsg("and {count} more; see all with --json", "and {count} more; see all with --json", count=more))
    return tuple(lines)
