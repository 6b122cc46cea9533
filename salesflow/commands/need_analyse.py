"""salesflow need analyse: the five core questions about what a customer needs."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from salesflow.columns import Column
from salesflow.commands.base import Write, current, somebody_there
from salesflow.commands.changes import told
from salesflow.commands.need import CUSTOMER, app, record
from salesflow.commands.params import CODE, MONEY_RANGE
from salesflow.commands.typerbase import TyperContext
from salesflow.enums import NeedQuestion
from salesflow.i18n import label, msg
from salesflow.money import MoneyRange
from salesflow.output.results import Written
from salesflow.queries import customers as customer_queries

_OPTIONS: Final = ("pain", "goal", "budget_range", "timeline", "decision_process")
_FIELDS: Final = (
    Column("pain", "Pain"),
    Column("goal", "Goal"),
    Column("budget_range", "Budget range"),
    Column("timeline", "Time frame"),
    Column("decision_process", "Decision process"),
)


class Questions(Write):
    """Where no answer is given at all, somebody at a terminal is asked the questions in turn; an empty line leaves one."""

    def parse_args(self, ctx: TyperContext, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, list(args))
        given = any(ctx.params.get(name) for name in (*_OPTIONS, "budget_consent", "clear"))
        if given or ctx.resilient_parsing or not somebody_there():
            return rest
        answers = self._answers(ctx.params["customer"])
        ctx.params.clear()
        return super().parse_args(ctx, [*answers, *args])

    def _answers(self, customer: str) -> list[str]:
        from salesflow.commands.questions import ask_once
        from salesflow.i18n import translate

        found: list[str] = []
        for name in (*_OPTIONS[:3], "budget_consent", *_OPTIONS[3:]):
            param = next(param for param in self.params if param.name == name)
            option = max(param.opts, key=len)
            if name == "budget_consent" and not any(word.startswith("--budget-range") for word in found):
                continue
            answer = ask_once(f"{customer}: {translate(getattr(param, 'help', None) or name).rstrip('.。')}")
            found += [] if answer is None else [f"{option}={answer}"]
        return found


@app.command("analyse", cls=Questions)
def analyse(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    pain: Annotated[str | None, typer.Option("--pain", help="What hurts them today.")] = None,
    goal: Annotated[str | None, typer.Option("--goal", help="What they want to have reached.")] = None,
    budget_range: Annotated[
        MoneyRange | None,
        typer.Option("--budget-range", click_type=MONEY_RANGE, help="Their budget, from..to; kept encrypted."),
    ] = None,
    timeline: Annotated[str | None, typer.Option("--timeline", help="By when, in which steps.")] = None,
    decision_process: Annotated[str | None, typer.Option("--decision-process", help="Who decides, and how.")] = None,
    budget_consent: Annotated[
        str | None,
        typer.Option("--budget-consent", help="When and how they agreed that the budget is kept (as their file says)."),
    ] = None,
    clear: Annotated[
        list[NeedQuestion] | None,
        typer.Option("--clear", click_type=CODE(NeedQuestion), help="An answer to take away; several in turn."),
    ] = None,
) -> Written:
    """Write down the answers to the five core questions, all or some of them; at a terminal they are asked for.

    salesflow need analyse 云帆 --pain "盘点 3 天，差错 5%" --goal "盘点 4 小时" --timeline "6 月底上线"
    salesflow need analyse 云帆 --budget-range 30万..50万 --budget-consent "2026-03-05 电话同意" --decision-process "总经理定"
    """
    from salesflow.services import need_analysis

    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    given = need_analysis.Answers(
        pain, goal, budget_range, timeline, decision_process, budget_consent, tuple(clear or ())
    )
    with context.transaction() as work:
        done = need_analysis.analyse(work, who.id, given)
    form = record(context, who.id)
    changes = told(context, _FIELDS, done)
    said = msg("{code} {name}: {changes}", code=who.code, name=who.name, changes=changes)
    if not changes:
        said = msg("{code} {name}: nothing changed", code=who.code, name=who.name)
    left = [label("needquestion", code) for code in form.row["unanswered"]]
    return Written(said, who.code, form, (msg("unanswered: {questions}", questions=left),) if left else ())
