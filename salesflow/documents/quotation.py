"""The quotation (报价单) that a customer gets, from a quote's record: what it says, in which order.

Of the record it takes only what is named here. Floor prices, costs, margins, approvals and their reasons never reach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from salesflow.capital import capitals
from salesflow.columns import Kind, Row
from salesflow.documents import marks
from salesflow.documents.company import Seller, letterhead, payee
from salesflow.documents.paper import (
    Column,
    Entry,
    Facts,
    Paper,
    Party,
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
from salesflow.i18n import Message, msg, nmsg, render
from salesflow.money import display_percent


class Buyer(NamedTuple):
    """The customer as a paper names it."""

    name: str
    contact: str | None = None
    address: str | None = None


def quotation(row: Row, seller: Seller, buyer: Buyer, language: str, made_at: datetime) -> Paper:
    """The paper of a quote as `queries.quotes.show` gives it, marked by its state."""
    mark = marks.of_quote(row["state"])
    blocks = (
        _facts(row, seller, buyer, language),
        lines_table(row["lines"], language),
        extras_table(row["extras"], language),
        totals(row, row["total"], language),
        Terms(render(msg("Terms"), language), _terms(row, language)),
        Terms(render(msg("Payment details"), language), payee(seller, language)),
        _signatures(seller, buyer, language),
    )
    return Paper(
        language=language,
        title=render(msg("Quotation"), language),
        reference=said(row["number"]) + ("" if row["version"] == 1 else f" V{row['version']}"),
        letterhead=letterhead(seller, language),
        mark=None if mark is None else render(mark, language),
        blocks=tuple(block for block in blocks if not empty(block)),
        paging=paging(language),
        made_at=made_at,
    )


def empty(block: Any) -> bool:
    """Whether a table or list has nothing in it, and is left out."""
    return (isinstance(block, Table) and not block.rows) or (isinstance(block, Terms) and not block.entries)


def _facts(row: Row, seller: Seller, buyer: Buyer, language: str) -> Facts:
    left = entries(
        (msg("To"), buyer.name),
        (msg("Attention"), buyer.contact),
        (msg("Address"), buyer.address),
        (msg("From"), seller.agent),
        (msg("Reply to"), seller.agent_email),
        language=language,
    )
    right = entries(
        (msg("Quotation no."), row["number"]),
        (msg("Version"), row["version"]),
        (msg("Date of quotation"), day(row["created_on"], language)),
        (msg("Valid through"), day(row["valid_until"], language)),
        (msg("Currency"), msg("CNY (yuan)")),
        language=language,
    )
    return Facts(left, right)


def lines_table(lines: Sequence[Row], language: str) -> Table:
    """The goods. List price and discount are left out where every line sells at its list price."""
    nets = {bool(line["net"]) for line in lines}
    reduced = any(line["list_amount"] != line["amount"] for line in lines)
    specified = any(line["spec"] or line["sku"] for line in lines)
    texts = {
        "line": Column(_name(msg("No."), language), Kind.INTEGER),
        "name": Column(_name(msg("Description"), language), share=5),
        "spec": Column(_name(msg("Model / spec"), language), share=3),
        "quantity": Column(_name(msg("Qty"), language), Kind.QUANTITY),
        "unit": Column(_name(msg("Unit"), language)),
        "list_price": Column(_name(msg("List price"), language), Kind.MONEY),
        "discount": Column(_name(msg("Discount"), language), Kind.PERCENT, zero="-"),
        "unit_price": Column(_name(_price_heading(nets), language), Kind.PRICE),
        "tax_rate": Column(_name(msg("VAT"), language), Kind.PERCENT),
        "tax": Column(_name(msg("VAT amount"), language), Kind.MONEY),
        "amount": Column(_name(msg("Amount incl. VAT"), language), Kind.MONEY),
    }
    left_out = {*(() if reduced else ("list_price", "discount")), *(() if specified else ("spec",))}
    keys = [key for key in texts if key not in left_out]
    rows = tuple(
        tuple(_cell(key, line, language, mixed=len(nets) > 1) for key in keys)
        for line in sorted(lines, key=lambda line: int(line["line"]))
    )
    return Table("", tuple(texts[key] for key in keys), rows)


def _price_heading(nets: set[bool]) -> Message:
    if nets == {True}:
        return msg("Unit price excl. VAT")
    return msg("Unit price incl. VAT") if nets == {False} else msg("Unit price")


def _cell(key: str, line: Row, language: str, *, mixed: bool) -> Any:
    if key == "spec":
        return "\n".join(said(part) for part in (line["sku"], line["spec"]) if part)
    if key == "name" and mixed and line["net"]:
        return f"{said(line['name'])}\n{_name(msg('(unit price excl. VAT)'), language)}"
    return said(line[key]) if key in ("name", "unit") else line[key]


def extras_table(extras: Sequence[Row], language: str) -> Table:
    columns = (
        Column(_name(msg("No."), language), Kind.INTEGER),
        Column(_name(msg("Service"), language), share=1),
        Column(_name(msg("Amount incl. VAT"), language), Kind.MONEY, zero=_name(msg("free of charge"), language)),
    )
    rows = tuple((number, said(extra["text"]), extra["amount"]) for number, extra in enumerate(extras, 1))
    return Table(_name(msg("Value-added services"), language), columns, rows)


def totals(row: Row, total: int, language: str) -> Totals:
    """What the goods come to, what comes on top, and all of it, in figures and in words."""
    sums: list[Sum] = []
    if row["discount_total"]:
        sums.append(Sum(_name(msg("Goods at list prices"), language), row["goods_total"] + row["discount_total"]))
        sums.append(Sum(_name(msg("Discount"), language), -row["discount_total"]))
    on_top = [(msg("Freight"), row["freight"]), (msg("Value-added services"), row["extras_total"])]
    if sums or any(amount for _, amount in on_top):
        sums.append(Sum(_name(msg("Goods incl. VAT"), language), row["goods_total"]))
    sums += [Sum(_name(label, language), amount) for label, amount in on_top if amount]
    sums.append(Sum(_name(msg("Total incl. VAT"), language), total, strong=True))
    sums.append(Sum(_name(msg("VAT included in the goods"), language), row["tax_total"]))
    return Totals(tuple(sums), words(total, language))


def words(total: int, language: str) -> Entry:
    """The total in capital numerals."""
    return Entry(_name(msg("Total in words"), language), f"人民币{capitals(total)}")


def _terms(row: Row, language: str) -> tuple[Entry, ...]:
    days, off = row["delivery_days"], row["quote_discount"]
    delivery = None if days is None else nmsg("{count} day after the order", "{count} days after the order", count=days)
    reduced = None if not off else msg("{discount}, in the unit prices already", discount=display_percent(off))
    return entries(
        (msg("Validity"), msg("this quotation stands through {date}", date=day(row["valid_until"], language))),
        (msg("Terms of payment"), row["payment_terms"]),
        (msg("Delivery"), delivery),
        (msg("Warranty"), row["warranty"]),
        (msg("Discount on all lines"), reduced),
        (msg("Remarks"), row["note"]),
        (
            msg("Rounding"),
            msg("each line is rounded half up to the fen; the amount of the goods is the sum of the lines"),
        ),
        language=language,
    )


def _signatures(seller: Seller, buyer: Buyer, language: str) -> Signatures:
    return Signatures(
        (
            party(msg("For the seller"), seller.name, language),
            party(msg("Accepted by the customer"), buyer.name, language),
        )
    )


def party(name: Message, company: str, language: str) -> Party:
    """One side of the signature block: its lines are written on by hand."""
    lines = (msg("Signature and seal"), msg("Date of signature"))
    return Party(
        _name(name, language), (Entry("", said(company)), *(Entry(_name(line, language), "") for line in lines))
    )


def _name(text: Message, language: str) -> str:
    return render(text, language)
