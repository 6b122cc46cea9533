"""salesflow policy: the parameters of all rules."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.commands.base import Command, List, Write, current, noun
from salesflow.errors import FileProblem
from salesflow.i18n import msg, nmsg
from salesflow.output.results import Document, Listing, Written
from salesflow.queries import policy as policy_queries
from salesflow.rules.policy import PRESETS

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

app = noun("The policy: the parameters of all rules, presets, changes.")

Source = Annotated[str, typer.Argument(metavar="FILE|PRESET", help="A policy file, or the name of a preset.")]


@app.command("show", cls=List)
def show(
    ctx: typer.Context,
    explain: Annotated[bool, typer.Option("--explain", help="Also what each key means and its default.")] = False,
    toml: Annotated[bool, typer.Option("--toml", help="As a policy file: all of it.")] = False,
) -> Listing | Document:
    """Show the policy in force, every key of it.

    salesflow policy show --toml > policy.toml
    """
    policy = current(ctx).policy
    if toml:
        return Document(policy.to_toml())
    columns = policy_queries.EXPLAINED if explain else policy_queries.PARAMETERS
    return Listing(columns, policy_queries.shown(policy), "key")


@app.command("presets", cls=List)
def presets(ctx: typer.Context) -> Listing:
    """List the presets, one for each guide, and what each changes."""
    return Listing(policy_queries.PRESET, policy_queries.presets(current(ctx)), "name")


@app.command("check", cls=Command)
def check(
    ctx: typer.Context, file: Annotated[str, typer.Argument(metavar="FILE", help="The policy file.")]
) -> Written:
    """Check a policy file; say what it changes. Nothing is written.

    salesflow policy check our-policy.toml
    """
    policy, in_force = _read(file)[1], current(ctx).policy
    rows = zip(policy_queries.shown(policy), policy_queries.shown(in_force), strict=True)
    changes = [
        msg("{table}.{key}: {old} -> {new}", table=new["table"], key=new["key"], old=old["value"], new=new["value"])
        for new, old in rows
        if new["value"] != old["value"]
    ]
    text = nmsg("{file} is sound; it changes {count} key", "{file} is sound; it changes {count} keys", count=len(changes), file=file)
    return Written(text, file, details=tuple(changes))


@app.command("apply", cls=Write)
def apply(
    ctx: typer.Context,
    source: Source,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the version.")],
) -> Written:
    """Put a policy in force, as a new version. For a manager or director.

    salesflow policy apply our-policy.toml --reason 旺季加快跟进
    """
    from salesflow.services import policy as policy_service

    context = current(ctx)
    document, policy = _read(source)
    with context.transaction() as work:
        version = policy_service.apply(work, os.path.basename(source), document, policy, reason)
    number = str(context.policy_id)
    record = Listing(policy_queries.PARAMETERS, policy_queries.shown(context.policy), "key")
    if version is None:
        return Written(msg("{source} is in force already: nothing was changed", source=source), number, record)
    return Written(msg("policy version {number} is in force: {source}", number=number, source=source), number, record)


def _read(source: str) -> tuple[str, Policy]:
    """The document and the policy of a preset's name or a file."""
    from salesflow.rules.policy_toml import load_preset, parse_policy

    if source in PRESETS and not os.path.exists(source):
        return f'extends = "{source}"\n', load_preset(source)
    try:
        with open(source, encoding="utf-8-sig") as file:
            document = file.read(1_000_000)
    except UnicodeDecodeError as error:
        raise FileProblem(msg("{path} is not UTF-8 text", path=source), msg("save the policy as UTF-8")) from error
    except OSError as error:
        raise FileProblem(
            msg("{path} cannot be read: {reason}", path=source, reason=error.strerror or str(error)),
            msg("give a policy file, or one of the presets: {presets}", presets=list(PRESETS)),
        ) from error
    return document, parse_policy(document)
