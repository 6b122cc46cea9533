"""salesflow attachment: files that belong to a record."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import attaching, complete
from salesflow.commands.base import List, Show, Write, current, noun
from salesflow.commands.params import CODE
from salesflow.enums import AttachmentKind
from salesflow.errors import UsageError
from salesflow.i18n import msg, nmsg
from salesflow.output.results import Document, Listing, Record, Written
from salesflow.queries import attachments as attachment_queries
from salesflow.queries import customers as customer_queries

app = noun("Attachments: files that belong to a customer, a quote, an order, a follow-up.")

DAMAGED = 7
ID = typer.Argument(
    metavar="ID", help="The attachment's number; see: attachment list.", autocompletion=complete.attachment
)


@app.command("add", cls=Write)
def add(
    ctx: typer.Context,
    ref: Annotated[
        str,
        typer.Argument(
            metavar="REF",
            help="A quote, an order, an approval, a follow-up (F12) or a customer.",
            autocompletion=complete.record,
        ),
    ],
    files: Annotated[list[str], attaching.FILES],
    kind: Annotated[AttachmentKind, attaching.KIND],
    name: Annotated[str | None, attaching.NAME] = None,
) -> Written:
    """Attach files to any record. They are copied to the store beside the database, the same content once.

    salesflow attachment add Q2026-0001 报价单.pdf --kind proposal
    salesflow attachment add F12 聊天记录.png --kind chat
    """
    context = current(ctx)
    return attaching.attach(context, attachment_queries.subject(context, ref), files, kind, name)


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    ref: Annotated[
        str | None,
        typer.Argument(
            metavar="[REF]",
            help="Only of this record; of a customer with all that belongs to it.",
            autocompletion=complete.record,
        ),
    ] = None,
    kind: Annotated[
        AttachmentKind | None, typer.Option("--kind", click_type=CODE(AttachmentKind), help="Only of this kind.")
    ] = None,
) -> Listing:
    """List attachments, the newest first. 50 of them without --limit.

    salesflow attachment list 云帆
    salesflow attachment list Q2026-0001 --kind proposal
    """
    context = current(ctx)
    of = None if ref is None else attachment_queries.subject(context, ref)
    found = attachment_queries.listed(context, of, kind)
    return Listing(attachment_queries.COLUMNS, found.rows, "id", more=found.more, empty=msg("no attachments that fit"))


@app.command("open", cls=Write)
def open_(
    ctx: typer.Context,
    item: Annotated[int, ID],
    print_path: Annotated[bool, typer.Option("--print-path", help="Open nothing; print where the copy is.")] = False,
) -> Written | Document:
    """Open a copy of an attachment with the program that the system has for it. Programs are never started.

    The copy is in a temporary folder that you alone can read; the attachment itself cannot be changed through it.

    salesflow attachment open 12
    """
    from salesflow.commands.opener import open_copy, temporary_folder

    context = current(ctx)
    row = attachment_queries.show(context, item)
    path = attachment_queries.export(context, row, temporary_folder())
    if print_path:
        return Document(path + "\n")
    opened = open_copy(path)
    text = msg("opened {path}", path=path) if opened else msg("a copy is at {path}", path=path)
    return Written(text, path, Record(attachment_queries.COLUMNS, row, "id"))


@app.command("export", cls=Write)
def export(
    ctx: typer.Context,
    items: Annotated[
        list[int] | None,
        typer.Argument(metavar="[ID…]", help="The attachments' numbers.", autocompletion=complete.attachment),
    ] = None,
    all_of: Annotated[
        str | None,
        typer.Option(
            "--all-of", metavar="CUSTOMER", help="All of a customer and its records.", autocompletion=complete.customer
        ),
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="DIR", help="The folder to write to (this one).")] = ".",
) -> Written:
    """Write attachments to a folder under their own names. Nothing is overwritten: a name that is taken gets a number.

    salesflow attachment export 12 --to ~/合同
    salesflow attachment export --all-of 云帆 --to ~/云帆
    """
    context = current(ctx)
    if bool(items) == (all_of is not None):
        raise UsageError(msg("say which attachments"), msg("give their numbers, or --all-of CUSTOMER"))
    if all_of is not None:
        rows = attachment_queries.everything_of(context, customer_queries.resolve(context, all_of).id)
    else:
        rows = attachment_queries.chosen(context, items or [])
    paths = [attachment_queries.export(context, row, to) for row in rows]
    text = nmsg("wrote {count} file to {path}", "wrote {count} files to {path}", count=len(paths), path=to)
    listing = Listing(attachment_queries.COLUMNS, rows, "id")
    return Written(text, to, listing, tuple(msg("{path}", path=path) for path in paths))


@app.command("verify", cls=Show)
def verify(
    ctx: typer.Context,
    prune: Annotated[bool, typer.Option("--prune", help="Remove the files that no attachment names.")] = False,
) -> Record:
    """Read every file of the store: what is missing or changed is named, and what no attachment names. Exit 7 where one is bad.

    salesflow attachment verify --prune
    """
    context, pruned = current(ctx), 0
    if prune:
        from salesflow.services import attachments

        with context.transaction() as work:
            pruned = attachments.prune(work)
    found = attachment_queries.verify(context, pruned)
    return Record(attachment_queries.VERIFICATION, found, "ok", exit_status=0 if found["ok"] else DAMAGED)


@app.command("remove", cls=Write)
def remove(
    ctx: typer.Context,
    item: Annotated[int, ID],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
) -> Written:
    """Remove an attachment that you made, or as a manager any; its content goes too where nothing else has it.

    salesflow attachment remove 12 --reason "传错了文件"
    """
    from salesflow.services import attachments

    context = current(ctx)
    with context.transaction() as work:
        digest = attachments.remove(work, item, reason).sha256
    with context.transaction() as work:  # apart, so that the content goes only once the record is gone for good
        attachments.prune(work, only=digest)
    return Written(msg("attachment {id} is removed", id=item), str(item))
