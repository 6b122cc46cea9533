"""salesflow customer grade: the grade from four scores, or by hand with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesflow.commands import complete
from salesflow.commands.base import Command, List, current, somebody_there
from salesflow.commands.customer import app
from salesflow.commands.params import CODE, COUNT
from salesflow.commands.typerbase import TyperContext
from salesflow.enums import Grade
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import gradings as grading_queries

if TYPE_CHECKING:
    from salesflow.services.grading import Graded


SCORES = ("industry_potential", "budget_match", "decision_chain", "urgency")


class ListOrGrade(Command):
    """A history that can be added to; at a terminal what is missing of a grading is asked for."""

    shares = (*List.shares, "quiet")

    def parse_args(self, ctx: TyperContext, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, list(args))
        while not ctx.resilient_parsing and somebody_there() and (missing := self._missing(ctx)) is not None:
            from salesflow.commands.questions import with_answer

            args = with_answer(ctx, missing, args)
            ctx.params.clear()
            rest = super().parse_args(ctx, list(args))
        return rest

    def _missing(self, ctx: TyperContext) -> Any:
        """The option of the next score where some are given, or the reason of a grade set by hand; else None."""
        given = [name for name in SCORES if ctx.params.get(name) is not None]
        if ctx.params.get("by_hand") is not None:
            wanted = [] if given or ctx.params.get("reason") else ["reason"]
        else:
            wanted = [name for name in SCORES if given and name not in given]
        return next((param for param in self.params if param.name in wanted), None)


@app.command("grade", cls=ListOrGrade)
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
    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    scores = _scores((industry_potential, budget_match, decision_chain, urgency), by_hand)
    if scores is None and by_hand is None:
        found = grading_queries.history(context, who.id)
        empty = msg("not graded yet")
        return Listing(grading_queries.COLUMNS, found.rows, "customer_code", more=found.more, empty=empty)
    from salesflow.services import grading

    with context.transaction() as work:
        if by_hand is not None:
            graded = grading.by_hand(work, who.id, by_hand, reason)
        else:
            graded = grading.by_scores(work, who.id, grading.Scores(*(scores or ())))
    record = Record(grading_queries.SHOW, grading_queries.show(context, who.id), "customer_code")
    return Written(_said(who, graded), who.code, record, _reasons(graded))


def _said(who: customer_queries.CustomerRef, graded: Graded) -> Message:
    names = {"code": who.code, "name": who.name, "new": graded.grade}
    if graded.former is graded.grade:
        return msg("{code} {name}: grade {new}, as before", **names)
    return msg("{code} {name}: grade {old} -> {new}", old=graded.former or "-", **names)


def _reasons(graded: Graded) -> tuple[Message, ...]:
    return (graded.next.message,) if graded.why is None else (graded.why.message, graded.next.message)


def _scores(given: tuple[int | None, ...], by_hand: Grade | None) -> list[int] | None:
    """The four scores; None where none is given. UsageError names the missing ones."""
    scores = [score for score in given if score is not None]
    if scores and by_hand is not None:
        raise UsageError(
            msg("scores and --set exclude each other"), msg("give the four scores, or --set with --reason")
        )
    if scores and len(scores) < len(given):
        missing = [f"--{name.replace('_', '-')}" for name, score in zip(SCORES, given, strict=True) if score is None]
        raise UsageError(
            msg("scores are missing: {names}", names=missing), msg("give all four, from 1 to 5"), code="missing-value"
        )
    return scores or None
