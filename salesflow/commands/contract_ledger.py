"""salesflow contract ledger and reconcile: what is in force, and what does not agree."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import FAIL, SOMETHING, List, current, screenful
from salesflow.commands.contract import app
from salesflow.commands.params import SPAN, DateRange
from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.output.results import Listing
from salesflow.queries import contract_ledger
from salesflow.queries.base import arranged


@app.command("ledger", cls=List)
def ledger(
    ctx: typer.Context,
    signed: Annotated[
        DateRange | None, typer.Option("--signed", click_type=SPAN, help="Signed in this month, week or span of days.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", help="Of this customer.", autocompletion=complete.customer)
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="LOGIN", help="Of this one.", autocompletion=complete.staff)
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those with money overdue.")] = False,
) -> Listing:
    """The contract ledger: what was signed, delivered, invoiced, collected, and what is outstanding and overdue.

    salesflow contract ledger --signed 2026-03 --format csv
    """
    from salesflow.queries import customers, staff

    context = current(ctx)
    days = signed or DateRange()
    wanted = contract_ledger.Wanted(
        days.first,
        days.last,
        None if owner is None else staff.staff_id(context, owner, everybody=True),
        None if customer is None else customers.resolve(context, customer).id,
        overdue,
    )
    found = contract_ledger.ledger(context, wanted, keep=screenful(context))
    empty = msg("no contracts are in force")
    rows, more = found.page
    remark = found.totals if screenful(context) else None
    return Listing(contract_ledger.COLUMNS, rows, "number", empty=empty, more=more, remark=remark)


@app.command("reconcile", cls=List)
def reconcile(
    ctx: typer.Context,
    month: Annotated[
        DateRange | None,
        typer.Option("--month", click_type=SPAN, metavar="2026-03", help="The month (the running one)."),
    ] = None,
    fail_if_any: Annotated[bool, FAIL] = False,
) -> Listing:
    """Compare the contract ledger with orders, deliveries and dues of a month, and name every difference.

    salesflow contract reconcile --month 2026-03 --fail-if-any
    """
    context = current(ctx)
    span = month or SPAN.parse(f"{context.clock.today():%Y-%m}", context)
    if span.first is None or span.last is None:
        raise InvalidValue(msg("a reconciliation has both ends"), msg("write a month, such as: 2026-03"))
    rows = contract_ledger.differences(context, (span.first, span.last))
    found = arranged(context.asked, contract_ledger.DIFFERENCES, rows)
    return Listing(
        contract_ledger.DIFFERENCES,
        found.rows,
        "ref",
        empty=msg("ledger and records agree from {first} to {last}", first=span.first, last=span.last),
        more=found.more,
        exit_status=SOMETHING if fail_if_any and rows else 0,
    )
