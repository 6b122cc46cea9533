"""The workbooks in examples/: lists of customers, prices and follow-ups as a team keeps them, with all that makes them hard to read.

    python docs/examples/build.py      make them anew, out of the .tsv files beside this one

Title rows above the titles, merged cells, line breaks and asterisks in the titles, dates in every style, telephone numbers as
numbers, blank rows; in the customer list a twin (of the company in row 12) and two rows that cannot be read. In the .tsv files
"@2026-02-09" is a date of the spreadsheet, what is a number is one. The workbooks are the same whenever they are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

HERE: Final = Path(__file__).resolve().parent
EXAMPLES: Final = HERE.parent.parent / "examples"
CUSTOMERS: Final = "客户信息登记表.xlsx"
PRODUCTS: Final = "产品价目表.xlsx"
FOLLOWUPS: Final = "跟进记录表.xlsx"
MADE: Final = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - a workbook's own time is in no zone

# (title, width) of each column
CUSTOMER_COLUMNS: Final = (
    ("序号", 6), ("客户名称*", 34), ("所属行业", 12), ("企业规模", 12),
    ("联系人", 10), ("职务", 14), ("联系方式", 22), ("邮箱", 26),
    ("客户来源", 14), ("初次接触\n时间", 16), ("需求描述", 44),
    ("客户\n等级", 8), ("客户状态", 10), ("负责人", 10), ("地区", 10), ("备注：", 30),
)  # fmt: skip
PRODUCT_COLUMNS: Final = (
    ("产品编号", 12), ("产品名称", 22), ("规格型号", 28), ("单位", 8),
    ("单价（元）", 14), ("底价（元）", 14), ("成本（元）", 14), ("税率", 8),
    ("交货周期\n（天）", 10), ("库存", 8), ("是否定制", 10),
)  # fmt: skip
FOLLOWUP_COLUMNS: Final = (
    ("序号", 6), ("客户名称", 34), ("跟进时间", 18), ("跟进人", 10), ("跟进方式", 12),
    ("跟进内容", 44), ("客户反馈", 34), ("下一步行动", 30), ("当前状态", 10), ("下次跟进\n时间", 14), ("备注：", 24),
)  # fmt: skip
PAGE_ENDS: Final = (18, 41)  # after these numbers the customer list has a blank row: its maker started a new page there


def write_customers(path: Path) -> None:
    """The customer list: 60 rows, three of which cannot be imported."""
    with _workbook(path, "客户信息登记表") as book:
        sheet = book.add_worksheet("客户信息")
        _head(book, sheet, "客户信息登记表", "填表部门：华东销售部　　　填表日期：2026年3月2日", CUSTOMER_COLUMNS)
        day = book.add_format({"num_format": "yyyy/m/d"})
        row = 3
        for number, cells in enumerate(_rows("customers.tsv"), 1):
            sheet.write_number(row, 0, number)
            _write(sheet, row, 1, cells, day)
            row += 2 if number in PAGE_ENDS else 1


def write_products(path: Path) -> None:
    """The price list: twelve products."""
    with _workbook(path, "产品价目表") as book:
        sheet = book.add_worksheet("价目表")
        _head(book, sheet, "产品价目表（2026 年第一季度）", "价格含税，单位：元", PRODUCT_COLUMNS)
        percent = book.add_format({"num_format": "0%"})
        for row, cells in enumerate(_rows("products.tsv"), 3):
            _write(sheet, row, 0, cells, percent)


def write_followups(path: Path) -> None:
    """The log of follow-ups with customers of the customer list: twelve rows, one of a customer that is not there."""
    with _workbook(path, "跟进记录表") as book:
        sheet = book.add_worksheet("跟进记录")
        _head(book, sheet, "客户跟进记录表", "2026年2月", FOLLOWUP_COLUMNS)
        day = book.add_format({"num_format": "yyyy/m/d hh:mm"})
        for number, cells in enumerate(_rows("followups.tsv"), 1):
            sheet.write_number(number + 2, 0, number)
            _write(sheet, number + 2, 1, cells, day)


def _rows(name: str) -> Iterator[list[str]]:
    with (HERE / name).open(encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n").split("\t")


def _workbook(path: Path, title: str) -> Workbook:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": title, "author": "销售部", "created": MADE})
    return book


def _head(book: Workbook, sheet: Worksheet, title: str, note: str, columns: tuple[tuple[str, int], ...]) -> None:
    last = len(columns) - 1
    sheet.merge_range(0, 0, 0, last, title, book.add_format({"bold": True, "font_size": 16, "align": "center"}))
    sheet.merge_range(1, 0, 1, last, note, book.add_format({"align": "right"}))
    bold = book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#DDEBF7"})
    for column, (text, width) in enumerate(columns):
        sheet.write_string(2, column, text, bold)
        sheet.set_column(column, column, width)
    sheet.freeze_panes(3, 0)


def _write(sheet: Worksheet, row: int, column: int, cells: list[str], special: Format) -> None:
    """Dates and shares in their format, numbers as numbers, the rest as text."""
    for place, cell in enumerate(cells, column):
        if cell.startswith("@"):
            sheet.write_datetime(row, place, datetime.fromisoformat(cell[1:]), special)
        elif _is_number(cell):
            sheet.write_number(row, place, float(cell), special if 0 < float(cell) < 1 else None)
        elif cell:
            sheet.write_string(row, place, cell)


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).isascii() and cell.replace(".", "", 1).isdecimal()


def main() -> None:
    write_customers(EXAMPLES / CUSTOMERS)
    write_products(EXAMPLES / PRODUCTS)
    write_followups(EXAMPLES / FOLLOWUPS)


if __name__ == "__main__":
    main()
