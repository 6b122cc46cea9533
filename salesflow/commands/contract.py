"""salesflow contract: from the accepted quote to the signature, and the ledger."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.commands import complete
from salesflow.commands.base import List, Show, Write, current, noun, screenful
from salesflow.commands.contract_words import INSTALMENT, SPLIT, TERM, SplitText, TermText
from salesflow.commands.params import CODE, COUNT, DAY, MONEY
from salesflow.context import Context
from salesflow.enums import ContractState
from salesflow.errors import UsageError
from salesflow.i18n import Message, msg
from salesflow.money import display_money
from salesflow.output.results import Listing, Record, Written
from salesflow.queries import approvals as approval_queries
from salesflow.queries import contracts as contract_queries
from salesflow.rules.instalments import Part

if TYPE_CHECKING:
    from salesflow.services.contract_content import Given

app = noun(
    "Contracts: from the accepted quote through legal, finance and the manager to the signature.",
    contract_changes="edit amend terminate close",
    contract_ledger="ledger reconcile",
    contract_export="export",
)

Number = Annotated[
    str,
    typer.Argument(
        metavar="CONTRACT", help="The contract's number, such as HT2026-0001.", autocompletion=complete.contract
    ),
]
Title = Annotated[str | None, typer.Option("--title", help="What it is about (the quote's products).")]
Amount = Annotated[
    int | None, typer.Option("--amount", click_type=MONEY, help="What it comes to, where it rests on no quote.")
]
Terms = Annotated[
    str | None,
    typer.Option(
        "--terms", metavar="FILE", help="A file with the terms: a heading (# delivery) for each, its text below."
    ),
]
Term = Annotated[
    list[TermText] | None,
    typer.Option(
        "--term",
        click_type=TERM,
        help="A term: content, price, delivery, payment, breach, confidentiality; several in turn, over the file's.",
    ),
]
Instalment = Annotated[
    list[Part] | None,
    typer.Option(
        "--instalment", click_type=INSTALMENT, help="A part of the money and when it is due; several in turn."
    ),
]
Split = Annotated[
    list[SplitText] | None,
    typer.Option("--split", click_type=SPLIT, help="Whose the commission is (all the owner's); several in turn."),
]


@app.command("draft", cls=Write)
def draft(
    ctx: typer.Context,
    quote: Annotated[
        str | None,
        typer.Option("--quote", metavar="QUOTE", help="The accepted quote.", autocompletion=complete.quote),
    ] = None,
    opportunity: Annotated[
        str | None,
        typer.Option(
            "--opportunity",
            metavar="OPPORTUNITY",
            help="Instead: an opportunity without a quote.",
            autocompletion=complete.opportunity,
        ),
    ] = None,
    title: Title = None,
    amount: Amount = None,
    terms: Terms = None,
    term: Term = None,
    instalment: Instalment = None,
    split: Split = None,
) -> Written:
    """Draft a contract from an accepted quote, whose total is its amount. The five core terms must be there.

    salesflow contract draft --quote Q2026-0001 --terms 合同条款.md --instalment 30%@signing --instalment 70%@delivery+7d
    """
    from salesflow.services import contract_drafts

    context = current(ctx)
    if (quote is None) == (opportunity is None):
        raise UsageError(
            msg("name a quote with --quote, or an opportunity with --opportunity"),
            msg("for example: salesflow contract draft --quote Q2026-0001 --terms FILE"),
        )
    source = contract_drafts.Source(quote, opportunity, given(title, amount, terms, term, instalment, split))
    with context.transaction() as work:
        number = contract_drafts.draft(work, source).number
    row = contract_queries.show(context, number)
    names = {"code": row["customer_code"], "name": row["customer_name"]}
    text = msg("drafted {number} for {code} {name}: {amount}", number=number, amount=shown_amount(row), **names)
    submit_it = msg("send it to its approvers with: salesflow contract submit {number}", number=number)
    return Written(text, number, _record(row), (*instalments(row), submit_it))


@app.command("submit", cls=Write)
def submit(ctx: typer.Context, number: Number) -> Written:
    """Send a contract to its approvers: legal, then finance, then the manager.

    salesflow contract submit HT2026-0001
    """
    from salesflow.services import contracts

    context = current(ctx)
    seen = contract_queries.resolve(context, number)
    with context.transaction() as work:
        contracts.submit(work, seen.number, seen=seen.version)
    row = contract_queries.show(context, seen.number)
    approval = row["approval"]
    text = msg(
        "submitted contract {number} ({total}) for approval: {approval}",
        number=seen.number,
        total=shown_amount(row),
        approval=approval["number"],
    )
    details = (*approval_queries.route(approval), *approval_queries.waiting(context, approval))
    return Written(text, seen.number, _record(row), details)


@app.command("sign", cls=Write)
def sign(
    ctx: typer.Context,
    number: Number,
    on: Annotated[
        date | None, typer.Option("--on", click_type=DAY, help="The day on which both parties had signed (today).")
    ] = None,
    evidence: Annotated[
        str | None, typer.Option("--evidence", metavar="FILE", help="The signed paper; it is attached.")
    ] = None,
) -> Written:
    """Note that both parties signed; only an approved contract can be signed.

    salesflow contract sign HT2026-0001 --on yesterday --evidence 合同扫描件.pdf
    """
    from salesflow.services import contracts

    context = current(ctx)
    seen = contract_queries.resolve(context, number)
    day = on or context.clock.today()
    with context.transaction() as work:
        contracts.sign(work, seen.number, day, evidence, seen=seen.version)
    row = contract_queries.show(context, seen.number)
    text = msg("{number} was signed on {date}: {amount}", number=seen.number, date=day, amount=shown_amount(row))
    return Written(text, seen.number, _record(row), instalments(row))


@app.command("list", cls=List)
def list_(
    ctx: typer.Context,
    state: Annotated[
        list[ContractState] | None, typer.Option("--state", click_type=CODE(ContractState), help="In this state.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", help="Of this customer.", autocompletion=complete.customer)
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="LOGIN", help="Of this one.", autocompletion=complete.staff)
    ] = None,
) -> Listing:
    """List contracts, the newest first.

    salesflow contract list --state approved --owner li.na
    """
    from salesflow.queries import customers, staff

    context = current(ctx)
    found = contract_queries.listed(
        context,
        customer_id=None if customer is None else customers.resolve(context, customer).id,
        states=state or (),
        owner_id=None if owner is None else staff.staff_id(context, owner, everybody=True),
        keep=screenful(context),
    )
    return Listing(contract_queries.COLUMNS, found.rows, "number", empty=msg("no contracts"), more=found.more)


@app.command("show", cls=Show)
def show(
    ctx: typer.Context,
    number: Number,
    revision: Annotated[
        int | None,
        typer.Option("--revision", metavar="N", click_type=COUNT, help="An earlier revision (the newest one)."),
    ] = None,
) -> Record:
    """Show a contract with its terms, instalments, lines, orders, revisions and approval.

    salesflow contract show HT2026-0001
    """
    return _record(contract_queries.show(current(ctx), number, revision))


def given(
    title: str | None,
    amount: int | None,
    terms: str | None,
    term: list[TermText] | None,
    instalment: list[Part] | None,
    split: list[SplitText] | None,
) -> Given:
    """What the options say of a contract; a term of its own goes over the file's."""
    from salesflow.services import contract_terms
    from salesflow.services.contract_content import Given

    texts = {} if terms is None else contract_terms.read(terms)
    return Given(title, amount, {**texts, **dict(term or ())}, tuple(instalment or ()), tuple(split or ()))


def written(context: Context, text: Message, number: str) -> Written:
    """What a change of a contract says."""
    return Written(text, number, _record(contract_queries.show(context, number)))


def shown_amount(row: dict[str, object]) -> str:
    amount = row["amount"]
    assert isinstance(amount, int)
    return display_money(amount)


def instalments(row: dict[str, object]) -> tuple[Message, ...]:
    """A line for each instalment: what it comes to, and when."""
    from salesflow.i18n import label
    from salesflow.money import display_percent

    lines = []
    parts = row["instalments"]
    assert isinstance(parts, list)
    for part in parts:
        named = {
            "position": part["position"],
            "share": display_percent(part["share"]),
            "amount": display_money(part["amount"]),
        }
        if part["due_on"] is not None:
            lines.append(msg("instalment {position}: {share}, {amount}, due {date}", date=part["due_on"], **named))
        elif not part["days"]:
            event = label("instalmentevent", part["event"])
            lines.append(msg("instalment {position}: {share}, {amount}, at: {event}", event=event, **named))
        else:
            event = label("instalmentevent", part["event"])
            lines.append(
                msg(
                    "instalment {position}: {share}, {amount}, {days} days after: {event}",
                    days=part["days"],
                    event=event,
                    **named,
                )
            )
    return tuple(lines)


def _record(row: dict[str, object]) -> Record:
    return Record(contract_queries.SHOW, row, "number")
