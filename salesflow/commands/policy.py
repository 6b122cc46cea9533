"""salesflow policy: the parameters of all rules."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from salesflow.commands.base import List, Write, current, noun
from salesflow.errors import FileProblem
from salesflow.i18n import Message, msg, nmsg
from salesflow.output.results import Document, Listing, Record, Written
from salesflow.queries import policy as policy_queries
from salesflow.rules.policy import PRESETS

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

LONGEST: Final = 1_000_000  # characters of a policy file

app = noun("The policy: the parameters of all rules, presets, changes.")


@app.command("show", cls=List)
def show(
    ctx: typer.Context,
    explain: Annotated[bool, typer.Option("--explain", help="Also what each key means.")] = False,
    toml: Annotated[bool, typer.Option("--toml", help="As a policy file: all of it.")] = False,
) -> Listing | Document:
    """Show the policy in force, every key of it.

    salesflow policy show --toml > policy.toml
    """
    context = current(ctx)
    if toml:
        return Document(context.policy.to_toml())
    found = policy_queries.shown(context)
    if explain:
        return Listing(policy_queries.EXPLAINED, found.rows, "id", more=found.more)
    tables = "" if context.asked.sort else "table"
    return Listing(policy_queries.PARAMETERS, found.rows, "id", more=found.more, group_by=tables, compact=bool(tables))


@app.command("presets", cls=List)
def presets(ctx: typer.Context) -> Listing:
    """List the presets, one for each guide, and what each changes."""
    found = policy_queries.presets(current(ctx))
    return Listing(policy_queries.PRESET, found.rows, "name", more=found.more)


@app.command("check", cls=Write)
def check(ctx: typer.Context, file: Annotated[str, typer.Argument(metavar="FILE", help="The policy file.")]) -> Written:
    """Check a policy file; say what it changes. Nothing is written.

    salesflow policy check our-policy.toml
    """
    _, policy = _read(file)
    changes = policy_queries.changes(current(ctx).policy, policy)
    text = nmsg(
        "{file} is sound; it changes {count} key",
        "{file} is sound; it changes {count} keys",
        count=len(changes),
        file=file,
    )
    return Written(text, file, Listing(policy_queries.CHANGE, changes, "id"), _lines(changes))


@app.command("apply", cls=Write)
def apply(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE|PRESET", help="A policy file, or the name of a preset.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the version.")],
) -> Written:
    """Put a policy in force, as a new version. For a manager or director.

    salesflow policy apply our-policy.toml --reason 旺季加快跟进
    """
    from salesflow.services import policy as policy_service

    context = current(ctx)
    document, policy = _read(source)
    with context.transaction() as work:
        made = policy_service.apply(work, os.path.basename(source), document, policy, reason)
    row = policy_queries.version(context, context.policy_id)
    number, record = row["version"], Record(policy_queries.VERSION, row, "version")
    if made is None:
        return Written(msg("{source} is in force already: nothing was changed", source=source), str(number), record)
    text = msg("policy version {number} is in force: {source}", number=number, source=source)
    return Written(text, str(number), record, _lines(row["changes"]))


def _lines(changes: Sequence[dict[str, Any]]) -> tuple[Message, ...]:
    return tuple(
        msg("{key}: {old} -> {new}", key=change["id"], old=change["before"], new=change["after"]) for change in changes
    )


def _read(source: str) -> tuple[str, Policy]:
    """The document and the policy of a file, or of a preset where no file has that name."""
    from salesflow.rules.policy_toml import load_preset, parse_policy

    if source in PRESETS and not os.path.isfile(source):
        return f'extends = "{source}"\n', load_preset(source)
    try:
        with open(source, encoding="utf-8-sig") as file:
            document = file.read(LONGEST + 1)
    except UnicodeDecodeError as error:
        raise FileProblem(msg("{path} is not UTF-8 text", path=source), msg("save the policy as UTF-8")) from error
    except OSError as error:
        raise FileProblem(
            msg("{path} cannot be read: {reason}", path=source, reason=error.strerror or str(error)),
            msg("give a policy file, or one of the presets: {presets}", presets=list(PRESETS)),
        ) from error
    if len(document) > LONGEST:
        raise FileProblem(
            msg("{path} has more than {most} characters", path=source, most=LONGEST),
            msg("a policy states only its differences from a preset"),
        )
    return document, parse_policy(document)
