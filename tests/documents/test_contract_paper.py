"""The contract: parties, clauses in their order, instalments, totals; from a mapping as the ledger gives it."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.capital import capitals
from salesflow.documents.contract_paper import contract
from salesflow.documents.paper import Facts, Paper, Signatures, Table, Terms, Totals, shown
from tests import papers

TERMS = {
    "confidentiality": "双方负有保密义务。",
    "breach": "违约方赔偿损失。",
    "payment": "按回款计划付款。\n逾期加收万分之五。",
    "delivery": "三十天内交付。",
    "price": "价格含税。",
    "content": "乙方提供所列产品。",
}
ORDER = ["content", "price", "delivery", "payment", "breach", "confidentiality"]


def ledger_row(state: str = "signed", **of: Any) -> dict[str, Any]:
    """A contract as its query gives it."""
    quote = papers.row(3)
    return {
        "number": "HT2026-0001",
        "revision": 1,
        "customer_code": "HZ2026001",
        "customer_name": papers.BUYER.name,
        "owner": "li.na",
        "quote_number": "Q2026-0001",
        "title": "二期扩容",
        "amount": quote["total"],
        "state": state,
        "created_on": "2026-03-02",
        "signed_on": "2026-03-09",
        "in_force": 1,
        "revisions": [{"revision": 1, "signed_on": "2026-03-09"}],
        "terms": [{"name": name, "text": text} for name, text in TERMS.items()],
        "instalments": [
            {"position": 1, "share": 3_000, "amount": 100, "event": "signing", "days": 0, "due_on": None},
            {"position": 2, "share": 6_000, "amount": 200, "event": "delivery", "days": 7, "due_on": None},
            {"position": 3, "share": 500, "amount": 50, "event": "acceptance", "days": 1, "due_on": None},
            {"position": 4, "share": 500, "amount": 50, "event": "date", "days": None, "due_on": "2026-12-31"},
        ],
        "lines": quote["lines"],
        **of,
    }


def made(language: str = "en", quote: Any = None, **of: Any) -> Paper:
    return contract(ledger_row(**of), papers.SELLER, papers.BUYER, language, papers.AT, quote or papers.row(3))


@pytest.mark.parametrize("form", papers.WRITERS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_of_it_can_be_read_back(form: str, language: str) -> None:
    paper = made(language)
    found = papers.text(form, papers.WRITERS[form](paper))
    amount = ledger_row()["amount"]
    for expected in (
        paper.title,
        "HT2026-0001",
        papers.BUYER.name,
        papers.SELLER.name,
        "二期扩容",
        *(text.replace("\n", "<br>" if form == "md" else "") for text in TERMS.values()),
        f"人民币{capitals(amount)}",
        *(line["name"] for line in ledger_row()["lines"]),
    ):
        assert papers.squeezed(expected) in found
    assert paper.mark is None


def test_clauses_come_in_their_order() -> None:
    for language, numbers in (("zh", "一二三四五六"), ("en", "123456")):
        clauses = next(block for block in made(language).blocks if isinstance(block, Terms) and block.numbered)
        assert [entry.text for entry in clauses.entries] == [TERMS[name] for name in ORDER]
        assert all(number in entry.label for number, entry in zip(numbers, clauses.entries, strict=True))


def test_a_clause_that_is_not_there_has_no_number() -> None:
    rest = [{"name": name, "text": text} for name, text in TERMS.items() if name != "delivery"]
    clauses = next(block for block in made(terms=rest).blocks if isinstance(block, Terms) and block.numbered)
    assert [entry.label for entry in clauses.entries][2] == "3. Payment"


def test_instalments_say_when() -> None:
    tables = [block for block in made().blocks if isinstance(block, Table)]
    table = tables[-1]
    assert [
        [shown(column, value, "en") for column, value in zip(table.columns, row, strict=True)] for row in table.rows
    ] == [
        ["1", "on signing", "30 %", "1.00"],
        ["2", "within 7 days of delivery", "60 %", "2.00"],
        ["3", "within 1 day of acceptance", "5 %", "0.50"],
        ["4", "2026-12-31", "5 %", "0.50"],
    ]


def test_the_totals_are_the_quotes_with_what_an_amendment_made_of_them() -> None:
    assert len(next(block for block in made().blocks if isinstance(block, Totals)).sums) > 3
    other = next(block for block in made(amount=12_345).blocks if isinstance(block, Totals))
    listed = papers.row(3)["total"]
    assert [(one.label, one.amount) for one in other.sums] == [
        ("Total of what is listed", listed),
        ("Change by amendment", 12_345 - listed),
        ("Contract amount incl. VAT", 12_345),
    ]
    assert other.words.text == "人民币壹佰贰拾叁元肆角伍分"


def test_each_revision_has_its_own_day_of_signature_and_mark() -> None:
    signed = [{"revision": 1, "signed_on": "2026-03-09"}, {"revision": 2, "signed_on": None}]
    for state, revision, day, marked in (
        ("approved", 1, "2026-03-09", False),
        ("approved", 2, None, False),
        ("signed", 2, None, True),  # it was given up
    ):
        paper = made(state=state, revision=revision, in_force=1, revisions=signed)
        facts = next(block for block in paper.blocks if isinstance(block, Facts))
        assert [entry.text for entry in facts.right if entry.label == "Signed on"] == ([] if day is None else [day])
        assert (paper.mark is not None) is marked


def test_without_a_quote_and_without_instalments() -> None:
    row = ledger_row(quote_number=None, instalments=[], lines=[], signed_on=None)
    paper = contract(row, papers.SELLER, papers.BUYER, "en", papers.AT)
    assert not [block for block in paper.blocks if isinstance(block, Table)]
    for write in papers.WRITERS.values():
        assert write(paper)


@pytest.mark.parametrize("state", ["draft", "pending_approval", "terminated"])
def test_what_is_not_valid_is_marked(state: str) -> None:
    paper = made(state=state, in_force=None)
    for form, write in papers.WRITERS.items():
        assert papers.squeezed(paper.mark or "?") in papers.text(form, write(paper)), form


def test_both_sides_sign_and_a_revision_is_named() -> None:
    paper = made(revision=2)
    assert paper.reference == "HT2026-0001 V2"
    signatures = next(block for block in paper.blocks if isinstance(block, Signatures))
    assert [party.entries[0].text for party in signatures.parties] == [papers.BUYER.name, papers.SELLER.name]
