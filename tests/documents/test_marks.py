"""Which papers are marked: every state there is, and any other word."""

from __future__ import annotations

from itertools import cycle

import pytest

from salesflow.documents import marks
from salesflow.enums import ContractState, QuoteState
from tests import papers

QUOTES = {
    "draft": marks.DRAFT,
    "pending_approval": marks.DRAFT,
    "approved": None,
    "sent": None,
    "accepted": None,
    "declined": marks.VOID,
    "expired": marks.VOID,
    "superseded": marks.VOID,
}
CONTRACTS = {
    "draft": marks.DRAFT,
    "pending_approval": marks.DRAFT,
    "approved": None,
    "signed": None,
    "closed": None,
    "terminated": marks.TERMINATED,
}


def test_every_state_is_decided() -> None:
    assert {state.value: marks.of_quote(state) for state in QuoteState} == QUOTES
    signed = (ContractState.SIGNED, ContractState.CLOSED)
    found = {state.value: marks.of_contract(state, in_force=1 if state in signed else None) for state in ContractState}
    assert found == CONTRACTS


@pytest.mark.parametrize(
    ("state", "revision", "in_force", "newest", "mark"),
    [
        ("signed", 1, 1, 1, None),
        ("draft", 2, 1, 2, marks.DRAFT),  # an amendment on its way
        ("pending_approval", 2, 1, 2, marks.DRAFT),
        ("approved", 2, 1, 2, None),
        ("draft", 1, 1, 2, None),  # what is signed stays in force meanwhile
        ("signed", 1, 2, 2, marks.VOID),  # amended
        ("terminated", 1, 2, 2, marks.VOID),
        ("terminated", 2, 2, 2, marks.TERMINATED),
        ("terminated", 1, None, 1, marks.TERMINATED),
        ("closed", 2, 2, 2, None),
        ("closed", 1, 2, 2, marks.VOID),
        ("signed", 2, 1, 3, marks.DRAFT),  # never signed
        ("approved", 1, None, 2, marks.DRAFT),
        ("signed", 2, 1, 2, marks.DRAFT),  # given up
        ("closed", 2, 1, 2, marks.DRAFT),
        ("terminated", 2, 1, 2, marks.TERMINATED),
        ("signed", 1, None, 1, marks.DRAFT),  # the state alone makes nothing valid
    ],
)
def test_revisions_of_a_contract(state: str, revision: int, in_force: int | None, newest: int, mark: object) -> None:
    assert marks.of_contract(state, revision=revision, in_force=in_force, newest=newest) == mark


@pytest.mark.parametrize("state", ["", "returned", "APPROVED", "new"])
def test_what_is_not_known_to_be_approved_is_a_draft(state: str) -> None:
    assert marks.of_quote(state) == marks.of_contract(state) == marks.DRAFT


@pytest.mark.parametrize("form", papers.WRITERS)
@pytest.mark.parametrize(("state", "language"), list(zip(QUOTES, cycle(("zh", "en")), strict=False)))
def test_the_mark_is_in_every_format(form: str, state: str, language: str) -> None:
    paper = papers.paper(3, state, language)
    found = papers.text(form, papers.WRITERS[form](paper))
    if QUOTES[state] is None:
        assert paper.mark is None
        drafts = papers.paper(3, "draft", language).mark, papers.paper(3, "expired", language).mark
        assert not any(papers.squeezed(mark or "") in found for mark in drafts)
    else:
        assert paper.mark and papers.squeezed(paper.mark) in found


def test_the_mark_is_on_every_page() -> None:
    paper = papers.paper(80, "draft", "en")
    found = papers.pages(papers.WRITERS["pdf"](paper))
    assert len(found) > 2
    assert all(page.count("DRAFT - not approved") >= 2 for page in found)  # across the page, and in its footer
    document = papers.word(papers.WRITERS["docx"](paper))
    headers = [part for one in document.sections for part in (one.header, one.first_page_header, one.even_page_header)]
    assert all("DRAFT - not approved" in part.paragraphs[0].text for part in headers)
    assert all('string="DRAFT - not approved"' in part._element.xml for part in headers)
    page = papers.WRITERS["html"](paper).decode()
    assert page.count("DRAFT - not approved") == 4
    assert "position: fixed" in page
