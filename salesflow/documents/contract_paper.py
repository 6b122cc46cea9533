"""The sales contract (销售合同) that a customer signs, from its record: parties, goods, clauses, instalments, signatures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from salesflow.columns import Kind, Row
from salesflow.documents import marks
from salesflow.documents.company import Seller, letterhead, payee
from salesflow.documents.paper import (
    Block,
    Column,
    Entry,
    Facts,
    Paper,
    Prose,
    Signatures,
    Sum,
    Table,
    Terms,
    Totals,
    day,
    entries,
    paging,
    said,
)
from salesflow.documents.quotation import Buyer, empty, extras_table, lines_table, party, totals, words
from salesflow.enums import ContractTerm, InstalmentEvent
from salesflow.i18n import Message, msg, nmsg, render

_CLAUSES: Final = {
    ContractTerm.CONTENT: msg("Subject of the contract"),
    ContractTerm.PRICE: msg("Price"),
    ContractTerm.DELIVERY: msg("Delivery of the goods"),
    ContractTerm.PAYMENT: msg("Payment"),
    ContractTerm.BREACH: msg("Breach of contract"),
    ContractTerm.CONFIDENTIALITY: msg("Confidentiality"),
}
_DIGITS: Final = "零一二三四五六七八九十"


def contract(
    row: Row, seller: Seller, buyer: Buyer, language: str, made_at: datetime, quote: Row | None = None
) -> Paper:
    """The paper of a contract, marked by its state.

    row: as `queries.contracts.show` gives it. quote: the row of the
    quote that it was drafted from, whose totals are shown, with what an amendment made of them.
    """
    mark = _mark(row)
    blocks: tuple[Block, ...] = (
        _facts(row, seller, buyer, language),
        Prose(render(msg("The parties agree on the sale of what is listed here, on the following terms."), language)),
        lines_table(row["lines"], language),
        extras_table(() if quote is None else quote["extras"], language),
        _totals(row, quote, language),
        Terms(render(msg("Clauses"), language), _clauses(row["terms"], language), numbered=True),
        _instalments(row["instalments"], language),
        Terms(render(msg("Payment details"), language), payee(seller, language)),
        Signatures(
            (
                party(msg("Party A (buyer)"), buyer.name, language),
                party(msg("Party B (seller)"), seller.name, language),
            )
        ),
    )
    return Paper(
        language=language,
        title=render(msg("Sales contract"), language),
        reference=said(row["number"]) + ("" if row["revision"] == 1 else f" V{row['revision']}"),
        letterhead=letterhead(seller, language),
        mark=None if mark is None else render(mark, language),
        blocks=tuple(block for block in blocks if not empty(block)),
        paging=paging(language),
        made_at=made_at,
    )


def _mark(row: Row) -> Message | None:
    newest = max((one["revision"] for one in row.get("revisions", ())), default=row["revision"])
    return marks.of_contract(row["state"], revision=row["revision"], in_force=row.get("in_force"), newest=newest)


def _facts(row: Row, seller: Seller, buyer: Buyer, language: str) -> Facts:
    left = entries(
        (msg("Party A (buyer)"), buyer.name),
        (msg("Address of party A"), buyer.address),
        (msg("Party B (seller)"), seller.name),
        (msg("Address of party B"), seller.address),
        (msg("Subject"), row["title"]),
        language=language,
    )
    signed = next((one["signed_on"] for one in row.get("revisions", ()) if one["revision"] == row["revision"]), None)
    right = entries(
        (msg("Contract no."), row["number"]),
        (msg("Revision"), row["revision"] if row["revision"] != 1 else None),
        (msg("Quotation no."), row["quote_number"]),
        (msg("Drawn up on"), day(row["created_on"], language)),
        (msg("Signed on"), None if signed is None else day(signed, language)),
        (msg("Currency"), msg("CNY (yuan)")),
        language=language,
    )
    return Facts(left, right)


def _totals(row: Row, quote: Row | None, language: str) -> Totals:
    if quote is not None and quote["total"] == row["amount"]:
        return totals(quote, row["amount"], language)
    listed: tuple[Sum, ...] = ()
    if quote is not None:
        listed = (
            Sum(render(msg("Total of what is listed"), language), quote["total"]),
            Sum(render(msg("Change by amendment"), language), row["amount"] - quote["total"]),
        )
    amount = Sum(render(msg("Contract amount incl. VAT"), language), row["amount"], strong=True)
    return Totals((*listed, amount), words(row["amount"], language))


def _clauses(terms: Sequence[Row], language: str) -> tuple[Entry, ...]:
    """The clauses in the order of the norm, each under its number and name."""
    texts = {term["name"]: term["text"] for term in terms}
    known = [(name, heading) for name, heading in _CLAUSES.items() if texts.get(name)]
    headed = [
        (_numbered(number, render(heading, language), language), texts[name])
        for number, (name, heading) in enumerate(known, 1)
    ]
    return entries(*headed, language=language)


def _numbered(number: int, heading: str, language: str) -> str:
    return f"第{_DIGITS[number]}条  {heading}" if language == "zh" else f"{number}. {heading}"


def _instalments(instalments: Sequence[Row], language: str) -> Table:
    columns = (
        Column(render(msg("No."), language), Kind.INTEGER),
        Column(render(msg("Due"), language), share=1),
        Column(render(msg("Part"), language), Kind.PERCENT),
        Column(render(msg("Amount to pay"), language), Kind.MONEY),
    )
    rows = tuple(
        (one["position"], said(_due(one, language), language), one["share"], one["amount"]) for one in instalments
    )
    return Table(render(msg("Instalments"), language), columns, rows)


def _due(one: Row, language: str) -> Message | str:
    event, days, on = one["event"], one["days"] or 0, one["due_on"]
    if event == InstalmentEvent.DATE or event is None:
        return "" if on is None else day(on, language)
    said_of = {
        InstalmentEvent.SIGNING: (
            msg("on signing"),
            nmsg("within {count} day of signing", "within {count} days of signing", count=days),
        ),
        InstalmentEvent.DELIVERY: (
            msg("on delivery"),
            nmsg("within {count} day of delivery", "within {count} days of delivery", count=days),
        ),
        InstalmentEvent.ACCEPTANCE: (
            msg("on acceptance"),
            nmsg("within {count} day of acceptance", "within {count} days of acceptance", count=days),
        ),
    }[InstalmentEvent(event)]
    return said_of[1] if days else said_of[0]
