"""Texts that would be markup, formulas or control characters somewhere: they are words, in every format."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from salesflow.documents.paper import said
from salesflow.documents.quotation import Buyer, quotation
from tests import papers

HOSTILE = (
    '#panic("x") $x^2$ *bold* _it_ `raw` \\ @ref <label> #import "x"',
    "<script>alert(1)</script> &amp; </td></tr> <!-- x -->",
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "{{ 7 * 7 }} {% for x in y %} ${x}",
    "| a | b |\n| --- | --- |",
    "# heading\n- item\n1. one\n> quote\n***",
    "[link](http://x) ![img](x) https://x.example",
    "</w:t></w:r><w:r><w:t>",
    "]]> ' \" &quot; \u2028 \u202e",
    "\x00\x07\x1b[31m\x7f\ufffe\uffff\x85",
    "tab\there",
)


def hostile(text: str, language: str = "en") -> Any:
    lines = papers.lines(2, name=text, spec=text, sku=text, unit=text)
    extras = [{"text": text, "amount": 0}]
    terms: dict[str, Any] = dict.fromkeys(("payment_terms", "warranty", "note"), text)
    seller = papers.SELLER._replace(name=text, address=text, agent=text, bank=text)
    row = papers.row(lines=lines, extras=extras, **terms)
    return quotation(row, seller, Buyer(text, text, text), language, papers.AT)


@pytest.mark.parametrize("form", papers.WRITERS)
@pytest.mark.parametrize("text", HOSTILE)
def test_it_is_read_back_as_it_was_written(form: str, text: str) -> None:
    content = papers.WRITERS[form](hostile(text))
    expected = papers.squeezed(said(text))
    found = papers.text(form, content)
    if form == "md":
        expected, found = expected.replace("\\", ""), found.replace("<br>", "").replace("\\", "")
    assert found.count(expected) >= 13, found[:2000]  # what is sold and said of it, who buys and who sells


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula_or_a_link(text: str) -> None:
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(papers.WRITERS["xlsx"](hostile(text)))).worksheets[0]
    kinds = {cell.data_type for line in sheet.iter_rows() for cell in line}
    assert kinds <= {"s", "n", "inlineStr"}
    assert not [cell for line in sheet.iter_rows() for cell in line if cell.hyperlink]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_has_the_elements_that_it_always_has(text: str) -> None:
    plain = papers.html(papers.WRITERS["html"](hostile("plain"))).tags
    assert papers.html(papers.WRITERS["html"](hostile(text))).tags == plain


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_has_the_lines_that_it_always_has(text: str) -> None:
    """No heading, list, table or rule more than with a plain text, and no markup left unescaped."""
    found, plain = (papers.WRITERS["md"](hostile(one)).decode().splitlines() for one in (text, "plain"))
    assert [re.match(r"#* |\||- |", line)[0] for line in found] == [re.match(r"#* |\||- |", line)[0] for line in plain]  # type: ignore[index]  # it matches always
    assert not [line for line in found if re.search(r"(?<!\\)<(?!br>)|(?<!\\)\[|(?<!\\)`", line)]


def test_control_characters_are_shown_harmlessly() -> None:
    assert said("a\x1b[31m\x00b\ufffe\nc") == "a\\x1b[31m\\x00b\\ufffe\nc"
