"""Markdown and HTML: read back by parsers, so that every cell is what was stored."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from salesflow.columns import Column, Kind
from salesflow.i18n import msg
from salesflow.output.options import Format
from salesflow.output.results import Listing, Record
from salesflow.text import width
from tests.output.samples import COLUMNS, ESCAPES, MINGYUAN, MUELLER, listing, record, written

FIELDS = ("code", "name", "total", "note")
NASTY = r"""a|b \| c\ <b>x</b> &amp; [l](http://x) ![i](x) *s* _e_ `c` ~~d~~ <!-- # 1. 007"""

MARKDOWN = """\
# Customers

| Code   | Name                       |    Total | Note                  |
|:-------|:---------------------------|---------:|:----------------------|
| C0001  | 上海明远自动化设备有限公司 | 1,234.50 | 价格偏高<br>下周 再谈 |
| C0002  | Müller \\& Söhne            |    -0.05 |                       |
"""

MARKDOWN_RECORD = """\
# Customer 上海明远

| Field        | Value                      |
|:-------------|:---------------------------|
| Code         | C0001                      |
| Name         | 上海明远自动化设备有限公司 |
| Grade        | A                          |
| Status       | hot                        |
| Days         | 9                          |
| Total        | 1,234.50                   |
| Due          | 2026-03-12                 |
| Last contact | 2026-03-12 09:00           |
| Note         | 价格偏高<br>下周 再谈      |
| Region       | 华东                       |

## Lines

|   Line | SKU   |   Price |
|-------:|:------|--------:|
|      1 | A-1   | 12.3456 |
|     10 | 螺丝  |    0.50 |

## Owner

| Field     | Value   |
|:----------|:--------|
| Login     | li.lei  |
| Full name | 李雷    |
"""


class Page(HTMLParser):
    """The rows of a page's tables, its headings, and its language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.headings: list[str] = []
        self.tags: list[str] = []
        self.lang: str | None = None
        self.title = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.lang = dict(attrs)["lang"]
        if tag == "meta":
            return
        self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
        elif tag in ("h1", "h2"):
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        within = self._open[-1] if self._open else ""
        if within in ("th", "td"):
            self.rows[-1][-1] += data
        elif within in ("h1", "h2"):
            self.headings[-1] += data
        elif within == "title":
            self.title += data

    @property
    def cells(self) -> list[list[str]]:
        return [[cell.strip() for cell in row] for row in self.rows]


def inline(token: Token) -> str:
    """What a reader sees of a cell; anything that is neither text nor a new line is markup and fails."""
    shown = {
        "text": lambda child: child.content,
        "text_special": lambda child: child.content,
        "html_inline": lambda child: child.content,
    }
    return "".join(shown[child.type](child) for child in token.children or [])


def markdown_cells(text: str) -> list[list[str]]:
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    rows: list[list[str]] = []
    for previous, token in pairwise(tokens):
        if previous.type == "tr_open":
            rows.append([])
        if previous.type in ("th_open", "td_open"):
            rows[-1].append(inline(token))
    return rows


def test_markdown() -> None:
    assert written(listing(), Format.MARKDOWN, fields=FIELDS) == (MARKDOWN, "")
    assert written(record(), Format.MARKDOWN) == (MARKDOWN_RECORD, "")


def test_markdown_lines_up() -> None:
    lines = written(listing(), Format.MARKDOWN)[0].splitlines()[2:]
    assert len({width(line) for line in lines}) == 1


@pytest.mark.usefixtures("chinese")
def test_chinese() -> None:
    assert written(record(MUELLER), Format.MARKDOWN, "zh", fields=("code", "status"))[0] == (
        "# Customer 上海明远\n\n| 字段   | 内容   |\n|:-------|:-------|\n| 编号   | C0002  |\n| 状态   | 成交   |\n"
    )
    page = Page(written(listing(), Format.HTML, "zh", fields=("code", "status"))[0])
    assert (page.lang, page.title, page.headings) == ("zh-CN", "客户", ["客户"])
    assert page.cells == [["编号", "状态"], ["C0001", "高意向"], ["C0002", "成交"]]


def test_html() -> None:
    out, err = written(listing(), Format.HTML, fields=FIELDS)
    page = Page(out)
    assert err == ""
    assert out.startswith(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Customers</title>\n'
    )
    assert out.endswith("</body>\n</html>\n")
    assert page.headings == ["Customers"]
    assert page.cells == [
        ["Code", "Name", "Total", "Note"],
        ["C0001", "上海明远自动化设备有限公司", "1,234.50", "价格偏高\n下周\t再谈"],
        ["C0002", "Müller & Söhne", "-0.05", ""],
    ]
    assert '<th style="text-align: right;">' in out


def test_html_of_a_record() -> None:
    page = Page(written(record(), Format.HTML)[0])
    assert page.headings == ["Customer 上海明远", "Lines", "Owner"]
    assert page.cells[:3] == [["Field", "Value"], ["Code", "C0001"], ["Name", "上海明远自动化设备有限公司"]]
    assert page.cells[11:14] == [["Line", "SKU", "Price"], ["1", "A-1", "12.3456"], ["10", "螺丝", "0.50"]]
    assert page.cells[14:] == [["Field", "Value"], ["Login", "li.lei"], ["Full name", "李雷"]]


def test_empty() -> None:
    empty = Listing(COLUMNS[:2], (), "code")
    assert written(empty, Format.MARKDOWN) == ("", "")
    page = Page(written(empty, Format.HTML)[0])
    assert (page.title, page.cells) == ("salesflow", [["Code", "Name"]])


def test_groups_have_headings() -> None:
    out, _ = written(listing(group_by="status"), Format.MARKDOWN, fields=("status", "code"))
    assert out == (
        "# Customers\n\n## hot\n\n| Code   |\n|:-------|\n| C0001  |\n\n## won\n\n| Code   |\n|:-------|\n| C0002  |\n"
    )
    page = Page(written(listing(group_by="status"), Format.HTML, fields=("status", "code"))[0])
    assert page.headings == ["Customers", "hot", "won"]
    assert page.cells == [["Code"], ["C0001"], ["Code"], ["C0002"]]


def test_text_is_never_taken_for_a_number() -> None:
    columns = (Column("sku", "SKU"), Column("name", "Name"))
    rows = [
        {"sku": "007", "name": "1e5"},
        {"sku": "+8613800000000", "name": "1,000.10"},
        {"sku": "0x1F", "name": "nan"},
    ]
    expected = [["007", "1e5"], ["+8613800000000", "1,000.10"], ["0x1F", "nan"]]
    assert markdown_cells(written(Listing(columns, rows, "sku"), Format.MARKDOWN)[0])[1:] == expected
    assert Page(written(Listing(columns, rows, "sku"), Format.HTML)[0]).cells[1:] == expected


@pytest.mark.parametrize(
    "text", [NASTY, "|", "\\", "\\|", "||", "<script>alert(1)</script>", "# x", "- x", "x #", "&lt;", "***"]
)
def test_user_text_is_no_markup(text: str) -> None:
    result = Record((Column("name", "Name"),), {"name": text}, "name", title=msg("Customer {name}", name=text))
    out, _ = written(result, Format.MARKDOWN)
    assert markdown_cells(out)[1:] == [["Name", text]]
    title = MarkdownIt().parse(out)[1]
    assert inline(title) == f"Customer {text}"
    page = Page(written(result, Format.HTML)[0])
    assert page.cells[1:] == [["Name", text]]
    assert page.title == page.headings[0] == f"Customer {text}"
    assert not set(page.tags) & {"script", "b", "a", "img"}


@given(st.text(alphabet="ab |\\<>[]()!*_`~&#-.:\"'/\u3000中", max_size=12))
def test_any_text_is_read_back(text: str) -> None:
    rows = Listing((Column("a", "A"), Column("b", "B")), [{"a": f"x{text}x", "b": "end"}], "a")
    assert markdown_cells(written(rows, Format.MARKDOWN)[0])[1:] == [[f"x{text}x", "end"]]
    assert Page(written(rows, Format.HTML)[0]).cells[1:] == [[f"x{text}x", "end"]]


def test_escapes() -> None:
    for form in (Format.MARKDOWN, Format.HTML):
        for result in (listing({**MINGYUAN, "name": ESCAPES}), record({**MINGYUAN, "name": ESCAPES})):
            out, _ = written(result, form)
            assert not set(out) & {"\x1b", "\x07", "\x9b", "\x7f", "\u202e"}
            assert "x1b" in out


def test_numbers_are_right_aligned() -> None:
    rows = Listing((Column("n", "Number", Kind.INTEGER),), [{"n": 7}], "n")
    assert written(rows, Format.MARKDOWN)[0] == "|   Number |\n|---------:|\n|        7 |\n"


def test_a_section_of_tables_alone_has_its_heading() -> None:
    items = Column("items", "Items", Kind.ROWS, columns=(Column("ref", "Ref"),))
    week = Column("week", "Week", Kind.RECORD, columns=(items,))
    report = Record((week,), {"week": {"items": [{"ref": "Q1"}]}}, "week")
    assert written(report, Format.MARKDOWN)[0] == "## Week\n\n### Items\n\n| Ref   |\n|:------|\n| Q1    |\n"
