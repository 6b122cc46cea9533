"""The company's own .docx: as a letterhead that the paper follows, or with fields that are filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest

from salesflow.documents import paper_docx
from salesflow.errors import FileProblem
from tests import papers


def letterhead(folder: Path, *texts: str, table: tuple[str, ...] = ()) -> str:
    document: Any = docx.Document()
    document.sections[0].header.paragraphs[0].text = "云帆集团 · 始于1999"
    document.sections[0].footer.paragraphs[0].text = "守合同重信用"
    for text in texts:
        document.add_paragraph(text)
    if table:
        grid = document.add_table(len(table), 1)
        for row, text in zip(grid.rows, table, strict=True):
            row.cells[0].text = text
    path = folder / "信头.docx"
    document.save(path)
    return str(path)


def test_the_paper_follows_the_letterhead(tmp_path: Path) -> None:
    path = letterhead(tmp_path, "尊敬的客户：")
    document = papers.word(paper_docx.write(papers.paper(12), path))
    assert document.paragraphs[0].text == "尊敬的客户："
    assert document.sections[0].header.paragraphs[0].text == "云帆集团 · 始于1999"
    assert document.sections[0].footer.paragraphs[0].text == "守合同重信用"
    assert len(document.tables[1].rows) == 13
    assert papers.SELLER.address not in [line.text for line in document.paragraphs]  # the letterhead has it
    assert "PowerPlusWaterMark" not in document.sections[0].header._element.xml


@pytest.mark.parametrize("texts", [("x",), ("{{ reference }}",)])
def test_a_draft_is_marked_there_too(tmp_path: Path, texts: tuple[str, ...]) -> None:
    document = papers.word(paper_docx.write(papers.paper(1, "draft", "en"), letterhead(tmp_path, *texts)))
    header = document.sections[0].header
    assert [line.text for line in header.paragraphs] == ["云帆集团 · 始于1999", "DRAFT - not approved"]
    assert header.paragraphs[0].alignment is None, "the letterhead's own line stays as it is"
    assert 'string="DRAFT - not approved"' in header._element.xml
    assert 'string="DRAFT - not approved"' in document.sections[0].first_page_header._element.xml


def test_fields_are_filled_in(tmp_path: Path) -> None:
    path = letterhead(
        tmp_path,
        "{{ company }}：{{ title }} {{ reference }}，{{ total_in_words }}",
        "{% for one in sums %}{{ one.label }}={{ one.amount }};{% endfor %}",
        "{% for fact in facts %}{{ fact.label }}:{{ fact.text }} {% endfor %}",
        table=("{%tr for line in lines %}", "{{ line.cells[1] }}", "{%tr endfor %}"),
    )
    paper = papers.paper(3, language="en", note="<b>& {{ 1 + 1 }}")
    document = papers.word(paper_docx.write(paper, path))
    lines = [line.text for line in document.paragraphs]
    assert lines[0].startswith("杭州云帆科技有限公司：Quotation Q2026-0001，人民币")
    assert "Freight=300.00;" in lines[1]
    assert "To:杭州明远制造有限公司" in lines[2]
    assert [row.cells[0].text for row in document.tables[0].rows] == [line["name"] for line in papers.lines(3)]


def test_texts_of_customers_are_no_fields(tmp_path: Path) -> None:
    path = letterhead(tmp_path, "{% for term in terms %}{{ term.text }};{% endfor %}")
    paper = papers.paper(1, language="en", note="</w:t> & {{ 7 * 7 }} <b>")
    assert "</w:t> & {{ 7 * 7 }} <b>;" in papers.word(paper_docx.write(paper, path)).paragraphs[0].text


@pytest.mark.parametrize(
    "field",
    [
        "{{ colour }}",
        "{{ floor_price }}",
        "{% for x in y %}",
        "{{ title.__class__.__mro__ }}",
        "{{ lines + 1 }}",
        "{{ 1 / 0 }}",
        "{{ lines[0].cells[99] + 1 }}",
        "{{ range(1000000000) }}",
        "{{ title.format(1, 2).index('x') }}",
        "{{ terms | sum }}",
    ],
)
def test_a_field_that_no_paper_has_or_that_cannot_be_computed(tmp_path: Path, field: str) -> None:
    with pytest.raises(FileProblem, match="cannot be filled in") as caught:
        paper_docx.write(papers.paper(1), letterhead(tmp_path, field))
    assert "reference" in str(caught.value.hint)
    assert (caught.value.code, caught.value.exit_status) == ("template", 7)


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04broken"])
def test_a_letterhead_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileProblem, match=r"x\.docx cannot be used"):
        paper_docx.write(papers.paper(1), str(path))
