"""salesflow approval: the inbox of what waits for a decision, and the decisions."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.codes import parse_code
from salesflow.columns import Row
from salesflow.commands import complete
from salesflow.commands.base import List, Show, Write, current, noun
from salesflow.commands.params import CODE, Parsed
from salesflow.context import Context
from salesflow.enums import ApprovalState, SubjectKind
from salesflow.i18n import Message, msg
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import approvals as approval_queries

app = noun("Approvals: your inbox, decisions, the reasons behind a route.", approval_delegate="delegate delegations")

Number = Annotated[
    str,
    typer.Argument(
        metavar="APPROVAL", help="The approval's number, such as AP2026-0001.", autocompletion=complete.approval
    ),
]


class _Subject(Parsed):
    """A kind of subject by its code or label, or the number of one, which has digits."""

    name = "kind|ref"

    def parse(self, value: str, context: Context) -> str:
        return value if any(char.isdigit() for char in value) else parse_code(SubjectKind, value).value


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody's, decided ones too.")] = False,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject",
            click_type=_Subject(),
            metavar="KIND|REF",
            help="About quotes, orders, objections, contracts or prices; or everybody's about one of them.",
        ),
    ] = None,
    state: Annotated[
        ApprovalState | None, typer.Option("--state", click_type=CODE(ApprovalState), help="Everybody's in this state.")
    ] = None,
) -> Listing:
    """List what waits for your decision, the most urgent first.

    salesflow approval list

    salesflow approval list --all --subject Q2026-0001
    """
    context = current(ctx)
    one = subject is not None and subject not in set(SubjectKind)
    if everybody or state is not None or one:
        found = approval_queries.listed(context, subject=subject, state=state)
        columns, empty = approval_queries.columns(found.rows), msg("there are no such approvals")
    else:
        found = approval_queries.inbox(context, subject=subject)
        columns, empty = approval_queries.columns(found.rows, inbox=True), msg("nothing waits for your decision")
    return Listing(columns, found.rows, "number", empty=empty, more=found.more)


@app.command("show", cls=Show)
def show(ctx: typer.Context, number: Number) -> Record:
    """Show all that a decision needs: the subject, the route, earlier rounds and what changed since.

    salesflow approval show AP2026-0001
    """
    return _record(current(ctx), number)


@app.command("approve", cls=Write)
def approve(
    ctx: typer.Context,
    number: Number,
    comment: Annotated[str | None, typer.Option("--comment", help="A remark that is kept with the decision.")] = None,
) -> Written:
    """Approve the step that waits for your role.

    salesflow approval approve AP2026-0001 --comment 同意
    """
    from salesflow.services import approvals

    context = current(ctx)
    seen = approval_queries.version(context, number)
    with context.transaction() as work:
        made = approvals.approve(work, number, comment, seen=seen)
        ref, subject, done = made.number, made.subject_ref, made.state == ApprovalState.APPROVED
    record = _record(context, ref)
    text = msg("{subject} is approved: {number} has all its approvals", subject=subject, number=ref)
    if not done:
        text = msg("approved your step of {number} for {subject}", subject=subject, number=ref)
    return Written(text, ref, record, (*_as_deputy(record.row), *approval_queries.waiting(context, record.row)))


@app.command("reject", cls=Write)
def reject(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str | None, typer.Option("--reason", help="Why: the owner reads it.")] = None,
) -> Written:
    """Reject, with a reason: the quote or order goes back to its owner.

    salesflow approval reject AP2026-0001 --reason 账期超出客户等级
    """
    from salesflow.services import approvals

    context = current(ctx)
    seen = approval_queries.version(context, number)
    with context.transaction() as work:
        made = approvals.reject(work, number, reason, seen=seen)
        ref, subject = made.number, made.subject_ref
    record = _record(context, ref)
    text = msg("rejected {number}: {subject} goes back to its owner", number=ref, subject=subject)
    return Written(text, ref, record, _as_deputy(record.row))


@app.command("withdraw", cls=Write)
def withdraw(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str | None, typer.Option("--reason", help="Why: it is kept with the approval.")] = None,
) -> Written:
    """Take back what you submitted, as long as it is not decided: you can change it and submit it again.

    salesflow approval withdraw AP2026-0001 --reason 客户要求改数量
    """
    from salesflow.services import approvals

    context = current(ctx)
    seen = approval_queries.version(context, number)
    with context.transaction() as work:
        made = approvals.withdraw(work, number, reason, seen=seen)
        ref, subject = made.number, made.subject_ref
    text = msg("withdrew {number}: {subject} no longer waits for approval", number=ref, subject=subject)
    return Written(text, ref, _record(context, ref))


def _as_deputy(row: Row) -> tuple[Message, ...]:
    """In whose place the last decision was made."""
    absent = [step["decided_for"] for step in row["steps"] if step["decision"] is not None][-1:]
    return tuple(msg("you decided in the place of {login}", login=login) for login in absent if login is not None)


def _record(context: Context, number: str) -> Record:
    from salesflow.queries import approval_page

    return Record(approval_page.COLUMNS, approval_page.show(context, number), "number")
