"""salesflow contract edit, amend, terminate, close: what changes a contract, and what ends it."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands.base import Write, current
from salesflow.commands.contract import (
    Amount,
    Instalment,
    Number,
    Split,
    Term,
    Terms,
    Title,
    app,
    given,
    shown_amount,
    written,
)
from salesflow.errors import UsageError
from salesflow.i18n import msg
from salesflow.output.results import Written
from salesflow.queries import contracts as contract_queries

Reason = Annotated[str, typer.Option("--reason", help="Why: it stays in the history.")]


@app.command("edit", cls=Write)
def edit(
    ctx: typer.Context,
    number: Number,
    title: Title = None,
    amount: Amount = None,
    terms: Terms = None,
    term: Term = None,
    instalment: Instalment = None,
    split: Split = None,
) -> Written:
    """Change a draft, or one that was returned. Of the terms those change that are given, an empty one is taken out;
    instalments and splits are replaced as a whole. An approved contract that is changed needs its approval anew.

    salesflow contract edit HT2026-0001 --term breach=逾期每日按未付金额的万分之五计息
    """
    from salesflow.services import contract_drafts

    context = current(ctx)
    seen = contract_queries.resolve(context, number)
    what = given(title, amount, terms, term, instalment, split)
    with context.transaction() as work:
        contract_drafts.edit(work, seen.number, what, seen=seen.version)
    return written(context, msg("changed {number}", number=seen.number), seen.number)


@app.command("amend", cls=Write)
def amend(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str | None, typer.Option("--reason", help="Why it is amended.")] = None,
    title: Title = None,
    amount: Amount = None,
    terms: Terms = None,
    term: Term = None,
    instalment: Instalment = None,
    split: Split = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Give up the amendment that is under way; what is in force stays so.")
    ] = False,
) -> Written:
    """Amend a signed contract: a new revision, which needs its approval and its signature; the old one holds until then.

    salesflow contract amend HT2026-0001 --reason 客户追加两套 --amount 42万 --term content="工作站 10 套"
    """
    from salesflow.services import contract_drafts

    context = current(ctx)
    if undo == (reason is not None):
        raise UsageError(
            msg("say why with --reason TEXT, or give an amendment up with --undo"),
            msg("for example: salesflow contract amend HT2026-0001 --reason TEXT --term delivery=TEXT"),
        )
    seen = contract_queries.resolve(context, number)
    what = given(title, amount, terms, term, instalment, split)
    with context.transaction() as work:
        if reason is None:
            contract_drafts.give_up(work, seen.number, seen=seen.version)
        else:
            contract_drafts.amend(work, seen.number, reason, what, seen=seen.version)
    row = contract_queries.show(context, seen.number)
    text = msg("{number}: revision {revision} is in force", number=seen.number, revision=row["in_force"])
    if reason is not None:
        text = msg(
            "{number}: revision {revision} over {amount} is a draft; revision {in_force} is in force until it is signed",
            number=seen.number,
            revision=row["revision"],
            in_force=row["in_force"],
            amount=shown_amount(row),
        )
    return written(context, text, seen.number)


@app.command("terminate", cls=Write)
def terminate(ctx: typer.Context, number: Number, reason: Reason) -> Written:
    """End a contract before it is fulfilled; one that was signed is a manager's to end.

    salesflow contract terminate HT2026-0001 --reason 客户项目取消
    """
    from salesflow.services import contract_end

    context = current(ctx)
    seen = contract_queries.resolve(context, number)
    with context.transaction() as work:
        contract_end.terminate(work, seen.number, reason, seen=seen.version)
    return written(context, msg("{number} is terminated", number=seen.number), seen.number)


@app.command("close", cls=Write)
def close(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[
        str | None,
        typer.Option("--reason", help="Why, where money is not recorded as collected: a manager vouches for it."),
    ] = None,
) -> Written:
    """Close a signed contract that is fulfilled: no order of it is in progress, and its money is in.

    salesflow contract close HT2026-0001
    """
    from salesflow.services import contract_end

    context = current(ctx)
    seen = contract_queries.resolve(context, number)
    with context.transaction() as work:
        contract_end.close(work, seen.number, reason, seen=seen.version)
    return written(context, msg("{number} is closed", number=seen.number), seen.number)
