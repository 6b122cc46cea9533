"""salesflow customer grade: the grade from four scores, or by hand with a reason."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import Command, List, current
from salesflow.commands.customer import app
from salesflow.commands.params import CODE, COUNT
from salesflow.enums import Grade
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import gradings as grading_queries


class ListOrWrite(Command):
    """A history that can be added to."""

    shares = (*List.shares, "quiet")


@app.command("grade", cls=ListOrWrite)
def grade(
    ctx: typer.Context,
    customer: Annotated[
        str,
        typer.Argument(
            metavar="CUSTOMER", help="The customer's code, name or a part of it.", autocompletion=complete.customer
        ),
    ],
    industry_potential: Annotated[
        int | None,
        typer.Option("--industry-potential", click_type=COUNT, metavar="1-5", help="How promising its industry is."),
    ] = None,
    budget_match: Annotated[
        int | None, typer.Option("--budget-match", click_type=COUNT, metavar="1-5", help="How well its budget fits.")
    ] = None,
    decision_chain: Annotated[
        int | None,
        typer.Option("--decision-chain", click_type=COUNT, metavar="1-5", help="How near we are to who decides."),
    ] = None,
    urgency: Annotated[
        int | None, typer.Option("--urgency", click_type=COUNT, metavar="1-5", help="How soon they need it.")
    ] = None,
    by_hand: Annotated[
        Grade | None, typer.Option("--set", click_type=CODE(Grade), help="Set the grade by hand, with a reason.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why it is set by hand.", show_default=False)] = "",
) -> Listing | Written:
    """Grade a customer by four scores from 1 to 5, or by hand; without any of them list its grades and scores.

    salesflow customer grade 云帆 --industry-potential 4 --budget-match 5 --decision-chain 4 --urgency 4

    salesflow customer grade 云帆 --set A --reason "总经理亲自来访，要求 6 月上线"
    """
    from salesflow.services import grading

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    scores = _scores(
        {
            "--industry-potential": industry_potential,
            "--budget-match": budget_match,
            "--decision-chain": decision_chain,
            "--urgency": urgency,
        },
        by_hand,
    )
    if scores is None and by_hand is None:
        found = grading_queries.history(context, who.id)
        return Listing(
            grading_queries.COLUMNS, found.rows, "customer_code", more=found.more, empty=msg("not graded yet")
        )
    with context.transaction() as work:
        if by_hand is not None:
            graded = grading.by_hand(work, who.id, by_hand, reason)
        else:
            graded = grading.by_scores(work, who.id, grading.Scores(*(scores or ())))
    names = {"code": who.code, "name": who.name, "old": graded.former or "-", "new": graded.grade}
    text = msg("{code} {name}: grade {old} -> {new}", **names)
    if graded.former is graded.grade:
        text = msg("{code} {name}: grade {new}, as before", **names)
    details: list[Message] = [] if graded.why is None else [graded.why.message]
    details.append(graded.next.message)
    if graded.reassign:
        details.append(msg("grade A goes to a senior rep: salesflow customer assign {code} --auto", code=who.code))
    row = grading_queries.show(context, who.id)
    return Written(text, who.code, Record(grading_queries.SHOW, row, "customer_code"), tuple(details))


def _scores(given: dict[str, int | None], by_hand: Grade | None) -> list[int] | None:
    """The four scores; None where none is given. UsageError names the missing ones."""
    scores = [score for score in given.values() if score is not None]
    if scores and by_hand is not None:
        raise UsageError(
            msg("scores and --set exclude each other"), msg("give the four scores, or --set with --reason")
        )
    if scores and len(scores) < len(given):
        missing = [name for name, score in given.items() if score is None]
        raise UsageError(
            msg("scores are missing: {names}", names=missing), msg("give all four, from 1 to 5"), code="missing-value"
        )
    return scores or None
