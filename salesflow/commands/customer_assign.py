"""salesflow customer assign: who has which customer, one by one, by rule, or a whole book at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesflow.commands import complete
from salesflow.commands.base import Command, current
from salesflow.commands.customer import app
from salesflow.commands.params import CODE
from salesflow.context import Context
from salesflow.enums import Grade
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg, nmsg
from salesflow.output.results import Digest, Listing, Record, Written
from salesflow.queries import assignments as assignment_queries
from salesflow.queries import customers as customer_queries
from salesflow.queries import handover as handover_queries
from salesflow.queries import staff as staff_queries

if TYPE_CHECKING:
    from salesflow.services.assignment import Assigned

MOST_NAMED = 20
_CHANGE = ("code", "name", "from_owner", "to_owner")


class Assign(Command):
    """A change that can be tried first."""

    shares = ("format", "json", "quiet")


@app.command("assign", cls=Assign)
def assign(
    ctx: typer.Context,
    customers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CUSTOMER]...", help="Customers: codes, names or parts of them.", autocompletion=complete.customer
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="LOGIN", help="Who gets them.", autocompletion=complete.staff),
    ] = None,
    auto: Annotated[bool, typer.Option("--auto", help="Let rule assign choose for each.")] = False,
    leaver: Annotated[
        str | None,
        typer.Option("--from", metavar="LOGIN", help="Hand over this one's whole book.", autocompletion=complete.staff),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="LOGIN", help="All open customers of this one.", autocompletion=complete.staff),
    ] = None,
    grade: Annotated[
        list[Grade] | None, typer.Option("--grade", click_type=CODE(Grade), help="All open customers of this grade.")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="All open customers in this region.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.", show_default=False)] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> Written | Digest:
    """Give customers to somebody, or let the rule choose; --from hands over a whole book with its open obligations.

    salesflow customer assign 云帆 --to zhao.lei --reason "客户在宁波"

    salesflow customer assign --auto --owner zhang.wei --dry-run

    salesflow customer assign --from li.na --to chen.jie --dry-run
    """
    from salesflow.services import assignment

    context = current(ctx)
    chosen = assignment_queries.Selection(owner, tuple(grade or ()), region)
    _check(customers, chosen, leaver, to, auto=auto)
    obligations: list[dict[str, Any]] = []
    if leaver is not None:
        leaver_id = staff_queries.staff_id(context, leaver, everybody=True)
        with context.transaction() as work:
            obligations = handover_queries.obligations(context, leaver_id, together=to is not None)
            found = assignment.hand_over(work, leaver_id, to=to, reason=reason, dry_run=dry_run)
    else:
        keys = [customer_queries.resolve(context, one).id for one in customers or ()]
        with context.transaction() as work:
            keys = keys or assignment_queries.chosen(context, chosen)
            found = assignment.assign_customers(work, keys, to=to, reason=reason, dry_run=dry_run)
    return _answer(context, found, obligations, dry_run=dry_run)


def _check(
    customers: list[str] | None, chosen: tuple[object, ...], leaver: str | None, to: str | None, *, auto: bool
) -> None:
    """One way to say which customers, and one to say whose they become."""
    if (to is None) == (not auto):
        raise UsageError(msg("say who gets them"), msg("give either --to LOGIN or --auto"), code="missing-value")
    ways = [bool(customers), any(chosen), leaver is not None]
    if not any(ways):
        hint = msg("name customers, choose them with --owner, --grade or --region, or give --from LOGIN")
        raise UsageError(msg("no customer is named"), hint, code="missing-value")
    if sum(ways) > 1:
        hint = msg(
            "name customers, choose them with --owner, --grade or --region, or give --from LOGIN: one of the three"
        )
        raise UsageError(msg("the customers are named in more than one way"), hint)


def _answer(
    context: Context, found: list[Assigned], obligations: list[dict[str, Any]], *, dry_run: bool
) -> Written | Digest:
    rows = assignment_queries.rows(context, found)
    record = Record(
        assignment_queries.RUN,
        {"dry_run": dry_run, "assigned": len(rows), "rows": rows, "obligations": obligations},
        "assigned",
    )
    digest = Digest(record, Listing(assignment_queries.COLUMNS, rows, "code", empty=msg("nobody changes hands")))
    text, details = _said(rows, obligations, every=dry_run)
    if dry_run:
        text = msg("only tried: {text}", text=text)
    return Written(text, " ".join(row["code"] for row in rows), digest, details)


def _said(
    rows: list[dict[str, Any]], obligations: list[dict[str, Any]], *, every: bool
) -> tuple[Message, tuple[Message, ...]]:
    """What is said of it. Every obligation is told while it is only tried; later what still needs somebody, and a count."""
    if not rows and not obligations:
        return msg("nobody changes hands: they are all where they should be"), ()
    if len(rows) == 1 and not obligations:
        (row,) = rows
        return _change(row), tuple(filter(None, (row["why"], row["first_contact"])))
    told = [one for one in obligations if every or not one["goes_along"]]
    along = len(obligations) - len(told)
    count = nmsg("goes along: {count} open obligation", "go along: {count} open obligations", count=along)
    text = nmsg("{count} customer changes hands", "{count} customers change hands", count=len(rows))
    return text, (*_named(rows), *([count] if along else []), *map(_obligation, told))


def _change(row: dict[str, Any]) -> Message:
    return msg("{code} {name}: {from_owner} -> {to_owner}", **{name: row[name] for name in _CHANGE})


def _named(rows: list[dict[str, Any]]) -> tuple[Message, ...]:
    lines = []
    for row in rows[:MOST_NAMED]:
        line = _change(row)
        lines.append(line if row["why"] is None else msg("{line} ({why})", line=line, why=row["why"]))
    if len(rows) > MOST_NAMED:
        more = len(rows) - MOST_NAMED
        lines.append(nmsg("and {count} more; see all with --json", "and {count} more; see all with --json", count=more))
    return tuple(lines)


def _obligation(one: dict[str, Any]) -> Message:
    parts = {"ref": one["ref"], "name": one["customer_name"] or "", "text": one["text"]}
    known = msg("{ref} {name}: {text}", **parts)
    if one["due_on"] is not None:
        known = msg("{ref} {name}, {due}: {text}", due=one["due_on"], **parts)
    return (
        msg("goes along: {what}", what=known) if one["goes_along"] else msg("does not go by itself: {what}", what=known)
    )
