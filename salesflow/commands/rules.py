"""salesflow rules: the rule book."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Show, current, noun
from salesflow.output.results import Listing, Record
from salesflow.queries import policy

app = noun("The rule book: every rule, its parameters and its source.")


@app.command("list", cls=List)
def list_(ctx: typer.Context) -> Listing:
    """List every rule with its parameters under the policy in force."""
    context = current(ctx)
    in_force, remark = policy.in_force(context)
    found = policy.rules(context, in_force)
    return Listing(policy.RULE, found.rows, "id", more=found.more, remark=remark)


@app.command("show", cls=Show)
def show(
    ctx: typer.Context,
    rule: Annotated[
        str,
        typer.Argument(metavar="ID", help="The rule's id, such as cadence.", autocompletion=complete.rule),
    ],
) -> Record:
    """Show a rule: what it says, its parameters now, where it acts, its source.

    salesflow rules show discount-authority
    """
    in_force, remark = policy.in_force(current(ctx))
    return Record(policy.RULE_PAGE, policy.rule(in_force, rule), "id", remark=remark)
