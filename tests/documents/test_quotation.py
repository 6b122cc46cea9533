"""The quotation: what is on it in each format, in both languages, short and long; and what never is."""

from __future__ import annotations

import io
import math
import time
from typing import Any

import pytest

from salesflow.capital import capitals
from salesflow.documents.paper import Table, Terms, shown
from salesflow.documents.quotation import Buyer, quotation
from salesflow.money import display_money, display_percent
from salesflow.text import width
from tests import papers

FORMS = list(papers.WRITERS)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [1, 12, 80])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_of_it_can_be_read_back(form: str, count: int, language: str) -> None:
    row, paper = papers.row(count), papers.paper(count, language=language)
    found = papers.text(form, papers.WRITERS[form](paper))
    for expected in (
        paper.title,
        "Q2026-0001",
        papers.SELLER.name,
        papers.SELLER.address or "",
        papers.BUYER.name,
        papers.BUYER.contact or "",
        papers.BUYER.address or "",
        "李娜",
        "571905888810902",
        "91330108MA2AXXXX5K",
        "预付30%，余款货到付清",
        "整机质保三年",
        "含首次安装",
        "现场培训",
        "驻场支持",
        f"人民币{capitals(row['total'])}",
    ):
        assert papers.squeezed(expected) in found
    for line in row["lines"]:
        assert line["name"] in found
        assert line["sku"] in found
    if form != "xlsx":
        amounts = [line[key] for line in row["lines"] for key in ("list_price", "tax", "amount")] + [
            row["total"],
            row["freight"],
            row["tax_total"],
        ]
        assert all(display_money(amount) in found for amount in amounts)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("state", ["approved", "draft"])
def test_what_a_customer_must_never_see(form: str, state: str) -> None:
    content = papers.WRITERS[form](papers.paper(3, state))
    found = papers.text(form, content)
    hidden = (
        "71313.13",
        "71,313.13",
        "61717.17",
        "61,717.17",
        "42.42",
        "AP2026",
        "低于底价",
        "客户很重要",
        "毛利",
        "auto-discount",
    )
    assert [word for word in hidden if word in found] == []
    assert [word for word in ("7131313", "6171717") if word.encode() in content] == []


def test_numbers_of_a_workbook_are_numbers() -> None:
    from openpyxl import load_workbook

    row = papers.row(3)
    sheet = load_workbook(io.BytesIO(papers.WRITERS["xlsx"](papers.paper(3)))).worksheets[0]
    numbers = {(cell.value, cell.number_format) for line in sheet.iter_rows() for cell in line if cell.data_type == "n"}
    for line in row["lines"]:
        assert {(line[key] / 100, "#,##0.00") for key in ("list_price", "tax", "amount")} <= numbers
        assert (line["unit_price"] / 10_000, "#,##0.00##") in numbers
    assert {(1.5, "#,##0.###"), (3, "#,##0"), (0.13, "0 %")} <= numbers
    assert any(value == 0.05 and form.startswith("0 %") for value, form in numbers)
    assert (row["total"] / 100, "#,##0.00") in numbers
    heading = _row_of(sheet, _table(papers.paper(3)).columns[0].name)
    assert sheet.print_title_rows == f"${heading}:${heading}"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.right.text.count("&") == 2


def test_every_text_of_a_workbook_has_the_room_that_it_needs() -> None:
    """In the heading and the signature block too, and where it is longer than the highest row (409 points)."""
    from openpyxl import load_workbook

    long = "杭州明远智能制造装备股份有限公司" * 4
    seller = papers.SELLER._replace(name=long, address=long * 3)
    row = papers.row(
        3, note="很长的备注，含首次安装。" * 200, warranty="一\n" * 60, lines=papers.lines(3, name=long * 8)
    )
    made = quotation(row, seller, Buyer(long, long, long * 2), "zh", papers.AT)
    sheet = load_workbook(io.BytesIO(papers.WRITERS["xlsx"](made))).worksheets[0]
    merged = {(area.min_row, area.min_col): area for area in sheet.merged_cells.ranges}
    texts = [cell for line in sheet.iter_rows() for cell in line if cell.data_type == "s"]
    assert sum(cell.value == long for cell in texts) == 6
    for cell in texts:
        area = merged.get((cell.row, cell.column))
        last_row, last_column = (area.max_row, area.max_col) if area else (cell.row, cell.column)
        columns = [sheet.column_dimensions[letter].width for letter in _letters(cell.column, last_column)]
        heights = [sheet.row_dimensions[number].height or 15 for number in range(cell.row, last_row + 1)]
        room = sum(columns) * 10 / cell.font.size
        lines = sum(max(1, math.ceil(width(line) / room)) for line in cell.value.split("\n"))
        assert cell.alignment.wrap_text
        assert sum(heights) >= lines * 1.3 * cell.font.size, cell.value[:40]
        assert max(heights) <= 409


def _letters(first: int, last: int) -> list[str]:
    from openpyxl.utils import get_column_letter

    return [get_column_letter(number) for number in range(first, last + 1)]


def _row_of(sheet: Any, text: str) -> int:
    return next(int(cell.row) for line in sheet.iter_rows() for cell in line if cell.value == text)


def test_eighty_lines_repeat_their_heading() -> None:
    paper = papers.paper(80, language="en")
    found = papers.pages(papers.WRITERS["pdf"](paper))
    assert all("Description" in page for page in found[:-1])
    assert [f"Page {number} of {len(found)}" in page for number, page in enumerate(found, 1)] == [True] * len(found)
    on_last = [page for page in found if "Total incl. VAT" in page]
    assert len(on_last) == 1 and "Total in words" in on_last[0] and "Goods at list prices" in on_last[0]
    table = papers.word(papers.WRITERS["docx"](paper)).tables[1]
    assert len(table.rows) == 81
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert all("w:cantSplit" in row._tr.xml for row in table.rows)
    assert "NUMPAGES" in papers.word(papers.WRITERS["docx"](paper)).sections[0].footer._element.xml
    assert "table-header-group" in papers.WRITERS["html"](paper).decode()


@pytest.mark.parametrize(
    "name", ["超长产品名称" * 30, "Supercalifragilistic" * 12, "x" * 200, "https://example.com/" + "a/" * 90]
)
def test_long_names_stay_on_the_page(name: str) -> None:
    """Every character is found again, and none stands outside of the page."""
    paper = papers.paper(lines=papers.lines(3, name=name, spec=name))
    content = papers.WRITERS["pdf"](paper)
    assert papers.text("pdf", content).count(papers.squeezed(name)) >= 1
    assert papers.outside(content, 20) == []
    for form in ("docx", "html", "md", "xlsx"):
        assert papers.squeezed(name) in papers.text(form, papers.WRITERS[form](paper))


def test_long_numbers_and_addresses_can_be_copied_and_found() -> None:
    """As they are, in a PDF too; only what has no room on a line is broken, and nothing is put into it."""
    account, page = "571905888810902123456", "https://www.yunfan.example/terms/2026/quotation.html"
    seller = papers.SELLER._replace(account=account)
    row = papers.row(1, note=f"请看 {page} 再付款：{account}。" * 3, lines=papers.lines(1, spec="x" * 60))
    whole = "".join(papers.pages(papers.WRITERS["pdf"](quotation(row, seller, papers.BUYER, "zh", papers.AT))))
    assert (whole.count(account), whole.count(page), whole.count("91330108MA2AXXXX5K")) == (4, 3, 1)
    assert "\u200b" not in whole and "x" * 60 not in whole and "x" * 60 in papers.squeezed(whole)


def test_large_amounts_turn_the_page() -> None:
    big = papers.lines(
        2,
        amount=999_999_999_999_99,
        list_amount=999_999_999_999_990,
        list_price=999_999_999_999_99,
        unit_price=999_999_999_999_9900,
    )
    paper = papers.paper(lines=big)
    assert paper.wide and not papers.paper(40).wide
    assert "999,999,999,999.99" in papers.text("pdf", papers.WRITERS["pdf"](paper))
    section = papers.word(papers.WRITERS["docx"](paper)).sections[0]
    assert section.page_width > section.page_height


def _table(paper: Any) -> Table:
    return next(block for block in paper.blocks if isinstance(block, Table))


def test_without_discounts_there_are_no_columns_for_them() -> None:
    names = [column.name for column in _table(papers.paper(2, language="en", discount=0)).columns]
    assert names == [
        "No.",
        "Description",
        "Model / spec",
        "Qty",
        "Unit",
        "Unit price incl. VAT",
        "VAT",
        "VAT amount",
        "Amount incl. VAT",
    ]
    names = [column.name for column in _table(papers.paper(2, language="en")).columns]
    assert names[5:7] == ["List price", "Discount"]


def test_without_models_there_is_no_column_for_them() -> None:
    table = _table(papers.paper(language="en", lines=papers.lines(2, sku="", spec="")))
    assert "Model / spec" not in [column.name for column in table.columns]


def test_prices_without_tax_say_so() -> None:
    net = _table(papers.paper(language="en", lines=papers.lines(2, net=True)))
    assert "Unit price excl. VAT" in [column.name for column in net.columns]
    mixed = _table(papers.paper(language="en", lines=[*papers.lines(1), *papers.lines(1, net=True, line=2)]))
    assert "Unit price" in [column.name for column in mixed.columns]
    assert [row[1].endswith("(unit price excl. VAT)") for row in mixed.rows] == [False, True]


def test_the_sums_add_up_as_they_are_shown() -> None:
    row, paper = papers.row(12), papers.paper(12, language="en")
    totals = next(block for block in paper.blocks if type(block).__name__ == "Totals")
    sums = {one.label: one.amount for one in totals.sums}  # type: ignore[union-attr]  # found by its name
    assert sums["Goods at list prices"] + sums["Discount"] == sums["Goods incl. VAT"] == row["goods_total"]
    assert (
        sums["Goods incl. VAT"] + sums["Freight"] + sums["Value-added services"]
        == sums["Total incl. VAT"]
        == row["total"]
    )


def test_a_plain_quote_has_one_sum_and_no_empty_parts() -> None:
    bare: dict[str, Any] = {
        "payment_terms": None,
        "delivery_days": None,
        "warranty": None,
        "note": None,
        "freight": 0,
        "extras": [],
    }
    paper = papers.paper(1, language="en", discount=0, **bare, total=papers.lines(1, discount=0)[0]["amount"])
    totals = next(block for block in paper.blocks if type(block).__name__ == "Totals")
    assert [one.label for one in totals.sums] == ["Total incl. VAT", "VAT included in the goods"]  # type: ignore[union-attr]  # as above
    terms = [block for block in paper.blocks if isinstance(block, Terms)]
    assert [entry.label for entry in terms[0].entries] == ["Validity", "Rounding"]
    assert len([block for block in paper.blocks if isinstance(block, Table)]) == 1


def test_what_is_free_and_a_discount_on_all_lines() -> None:
    paper = papers.paper(2, language="en", quote_discount=250)
    extras = [block for block in paper.blocks if isinstance(block, Table)][1]
    assert [shown(extras.columns[2], row[2], "en") for row in extras.rows] == ["free of charge", "2,800.00"]
    terms = next(block for block in paper.blocks if isinstance(block, Terms))
    assert f"{display_percent(250)}, in the unit prices already" in [entry.text for entry in terms.entries]


def test_a_later_version_says_which() -> None:
    assert papers.paper(1, version=3).reference == "Q2026-0001 V3"


def test_the_same_quote_makes_the_same_file() -> None:
    """Whenever it is written: archives have moments of their own, in steps of two seconds."""
    first = {form: write(papers.paper(3)) for form, write in papers.WRITERS.items()}
    time.sleep(2.1)
    for form, write in papers.WRITERS.items():
        assert write(papers.paper(3)) == first[form], form
