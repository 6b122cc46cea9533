"""salesflow order: from an accepted quote through approval."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Show, Write, current, noun
from salesflow.commands.params import CODE, DAY
from salesflow.enums import OrderState
from salesflow.errors import Refused, UsageError
from salesflow.i18n import Message, msg
from salesflow.money import display_money
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import approvals as approval_queries
from salesflow.queries import orders as order_queries

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.services.order_terms import Terms

app = noun("Orders: from an accepted quote through approval.")

Delivery = Annotated[
    date | None,
    typer.Option(
        "--expected-delivery", click_type=DAY, help="When it is to be delivered (as many days on as the quote says)."
    ),
]
PaymentTerms = Annotated[str | None, typer.Option("--payment-terms", help="How it is to be paid (as the quote says).")]
Address = Annotated[str | None, typer.Option("--address", help="Where it goes (the customer's address).")]
Receiver = Annotated[str | None, typer.Option("--receiver", help="Who receives it.")]
Phone = Annotated[
    str | None, typer.Option("--receiver-phone", metavar="PHONE", help="The receiver's phone; kept encrypted.")
]
Note = Annotated[str | None, typer.Option("--note", help="A note on the order.")]


Contract = Annotated[
    str | None,
    typer.Option(
        "--contract",
        metavar="CONTRACT",
        help="Instead: the signed contract, whose quote it is.",
        autocompletion=complete.contract,
    ),
]


@app.command("create", cls=Write)
def create(
    ctx: typer.Context,
    quote: Annotated[
        str | None,
        typer.Option(
            "--quote", metavar="QUOTE", help="The accepted quote, such as Q2026-0001.", autocompletion=complete.quote
        ),
    ] = None,
    contract: Contract = None,
    expected_delivery: Delivery = None,
    payment_terms: PaymentTerms = None,
    address: Address = None,
    receiver: Receiver = None,
    receiver_phone: Phone = None,
    note: Note = None,
) -> Written:
    """Make a draft of an order from an accepted quote, or a signed contract; its lines and totals are the quote's.

    salesflow order create --quote Q2026-0001 --receiver 王工 --receiver-phone 13812345678
    """
    from salesflow.services import orders

    context = current(ctx)
    basis = _basis(context, quote, contract)
    terms = _terms(expected_delivery, payment_terms, address, receiver, receiver_phone, note)
    with context.transaction() as work:
        number = orders.create(work, basis.quote, terms, contract=basis.contract).number
    record = _record(context, number)
    text = msg(
        "made {number} from {quote}: {total}",
        number=number,
        quote=record.row["quote_number"],
        total=display_money(record.row["total"]),
    )
    return Written(text, number, record, _delivery(record))


@app.command("submit", cls=Write)
def submit(
    ctx: typer.Context,
    number: Annotated[
        str | None,
        typer.Argument(
            metavar="[ORDER]", help="The order's number, such as DD2026-0001.", autocompletion=complete.order
        ),
    ] = None,
    quote: Annotated[
        str | None,
        typer.Option(
            "--quote",
            metavar="QUOTE",
            help="Instead: make the order from this accepted quote and submit it.",
            autocompletion=complete.quote,
        ),
    ] = None,
    contract: Contract = None,
    expected_delivery: Delivery = None,
    payment_terms: PaymentTerms = None,
    address: Address = None,
    receiver: Receiver = None,
    receiver_phone: Phone = None,
    note: Note = None,
) -> Written:
    """Send an order to its approvers: a draft, one that was returned (with what is to be changed), or a new one from a quote.

    salesflow order submit --quote Q2026-0001

    salesflow order submit DD2026-0001 --payment-terms 预付30%,货到付清
    """
    from salesflow.services import orders

    if (number is None) == (quote is None and contract is None):
        raise UsageError(
            msg("name an order, or a quote with --quote"), msg("for example: salesflow order submit --quote Q2026-0001")
        )
    context = current(ctx)
    basis = None if number is not None else _basis(context, quote, contract)
    terms: Terms | None = _terms(expected_delivery, payment_terms, address, receiver, receiver_phone, note)
    with context.transaction() as work:
        if basis is not None:
            number, terms = orders.create(work, basis.quote, terms, contract=basis.contract).number, None
        submitted = orders.submit(work, str(number), terms).number
    record = _record(context, submitted)
    approval = record.row["approval"]
    text = msg(
        "submitted {number} ({total}) for approval: {approval}",
        number=submitted,
        total=display_money(record.row["total"]),
        approval=approval["number"],
    )
    details = (*_delivery(record), *approval_queries.route(approval), *approval_queries.waiting(context, approval))
    return Written(text, submitted, record, details)


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    state: Annotated[
        OrderState | None, typer.Option("--state", click_type=CODE(OrderState), help="In this state.")
    ] = None,
    customer: Annotated[
        str | None,
        typer.Option(
            "--customer", help="Of this customer: code, name or a part of it.", autocompletion=complete.customer
        ),
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="LOGIN", help="Of this salesperson.", autocompletion=complete.staff)
    ] = None,
) -> Listing:
    """List orders, the newest first.

    salesflow order list --state returned --owner li.na
    """
    from salesflow.queries import customers, staff

    context = current(ctx)
    found = order_queries.listed(
        context,
        customer_id=None if customer is None else customers.resolve(context, customer).id,
        state=state,
        owner_id=None if owner is None else staff.staff_id(context, owner, everybody=True),
    )
    return Listing(order_queries.COLUMNS, found.rows, "number", empty=msg("there are no such orders"), more=found.more)


@app.command("show", cls=Show)
def show(
    ctx: typer.Context,
    number: Annotated[
        str,
        typer.Argument(metavar="ORDER", help="The order's number, such as DD2026-0001.", autocompletion=complete.order),
    ],
) -> Record:
    """Show an order with its lines and its approval.

    salesflow order show DD2026-0001
    """
    return _record(current(ctx), number)


class _Basis(NamedTuple):
    """What an order is made from: a quote, and the contract on it where that was named."""

    quote: str
    contract: str | None


def _basis(context: Context, quote: str | None, contract: str | None) -> _Basis:
    """The quote, or the contract's. Raises UsageError unless one is named, Refused for a contract without a quote."""
    if (quote is None) == (contract is None):
        raise UsageError(
            msg("name a quote with --quote, or a contract with --contract"),
            msg("for example: salesflow order submit --quote Q2026-0001"),
        )
    if contract is None:
        return _Basis(str(quote), None)
    from salesflow.queries import contracts

    found = contracts.resolve(context, contract)
    if found.quote_number is None:
        raise Refused(
            msg("{contract} rests on no quote, so it has no lines", contract=found.number),
            msg("quote what is to be delivered, and order that: salesflow order create --quote QUOTE"),
            code="no-quote",
        )
    return _Basis(found.quote_number, found.number)


def _terms(
    expected_delivery: date | None,
    payment_terms: str | None,
    address: str | None,
    receiver: str | None,
    receiver_phone: str | None,
    note: str | None,
) -> Terms:
    from salesflow.services.order_terms import Terms

    return Terms(expected_delivery, payment_terms, address, receiver, receiver_phone, note)


def _delivery(record: Record) -> tuple[Message, ...]:
    day = record.row["expected_delivery_on"]
    return () if day is None else (msg("delivery is expected on {date}", date=day),)


def _record(context: Context, number: str) -> Record:
    return Record(order_queries.COLUMNS, order_queries.show(context, number), "number")
