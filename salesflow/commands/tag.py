"""salesflow tag: the library that customers are tagged from."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Write, current, noun, screenful
from salesflow.context import Context
from salesflow.i18n import msg, nmsg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import tags as tag_queries

app = noun("Tags: the library that customers are tagged from.")

ANY_TAG = typer.Argument(metavar="TAG", help="The tag.", autocompletion=complete.any_tag)
ALLOW = typer.Option("--allow-duplicate", help="Even if another tag is near to it.")


@app.command("add", cls=Write)
def add(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="TAG...", help="One tag or several.")],
    allow_duplicate: Annotated[bool, ALLOW] = False,
) -> Written:
    """Add tags to the library. What is near to a tag that is there is refused.

    salesflow tag add 国企 决策链复杂 竞品客户
    """
    from salesflow.services import tags

    context = current(ctx)
    with context.transaction() as work:
        added = tags.add(work, names, allow_duplicate=allow_duplicate)
    rows = [tag_queries.show(context, name) for name in added]
    text = nmsg("added the tag {tags}", "added the tags {tags}", count=len(added), tags=added)
    return Written(text, "\n".join(added), Listing(tag_queries.COLUMNS, rows, "name"))


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    retired: Annotated[bool, typer.Option("--retired", help="Those that are retired.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are retired.")] = False,
) -> Listing:
    """List the tags, with how many customers have each.

    salesflow tag list --sort uses --reverse
    """
    context = current(ctx)
    found = tag_queries.listed(context, retired=None if everything else retired, keep=screenful(context))
    return Listing(tag_queries.COLUMNS, found.rows, "name", empty=msg("no tags"), more=found.more)


@app.command("rename", cls=Write)
def rename(
    ctx: typer.Context,
    old: Annotated[str, ANY_TAG],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")],
    allow_duplicate: Annotated[bool, ALLOW] = False,
) -> Written:
    """Give a tag another name, on all customers that have it.

    salesflow tag rename 国有企业 国企
    """
    from salesflow.services import tags

    context = current(ctx)
    with context.transaction() as work:
        name = tags.rename(work, old, new, allow_duplicate=allow_duplicate)
    return Written(msg("renamed the tag {old} to {new}", old=old, new=name), name, _record(context, name))


@app.command("merge", cls=Write)
def merge(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FROM", help="The tag that goes.", autocompletion=complete.any_tag)],
    target: Annotated[str, typer.Argument(metavar="INTO", help="The one that stays.", autocompletion=complete.tag)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> Written:
    """Give the customers of one tag another tag instead, and take the one out of the library.

    salesflow tag merge 国营企业 国企 --dry-run
    """
    from salesflow.services import tags

    context = current(ctx)
    with context.transaction() as work:
        count = tags.merge(work, source, target, dry_run=dry_run)
    record = _record(context, target)
    names = {"source": source, "target": record.row["name"]}
    text = nmsg(
        "merged the tag {source} into {target}: {count} customer",
        "merged the tag {source} into {target}: {count} customers",
        count=count,
        **names,
    )
    if dry_run:
        text = nmsg(
            "would merge the tag {source} into {target}: {count} customer",
            "would merge the tag {source} into {target}: {count} customers",
            count=count,
            **names,
        )
    return Written(text, record.row["name"], record)


@app.command("retire", cls=Write)
def retire(
    ctx: typer.Context,
    tag: Annotated[str, ANY_TAG],
    undo: Annotated[bool, typer.Option("--undo", help="Take it back into use.")] = False,
) -> Written:
    """Take a tag out of use: customers keep it, nobody gets it any more.

    salesflow tag retire 竞品客户
    """
    from salesflow.services import tags

    context = current(ctx)
    with context.transaction() as work:
        name = tags.retire(work, tag, undo=undo)
    text = msg("the tag {tag} is in use again", tag=name) if undo else msg("retired the tag {tag}", tag=name)
    return Written(text, name, _record(context, name))


def _record(context: Context, name: str) -> Record:
    return Record(tag_queries.COLUMNS, tag_queries.show(context, name), "name")
