"""Plain text in a pipe: to the letter, aligned, whole, one record on one line."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import pytest

from salesflow.columns import Column, Kind
from salesflow.i18n import msg
from salesflow.output.options import OutputOptions
from salesflow.output.render import render
from salesflow.output.results import Listing, Record
from salesflow.text import width
from tests.output.samples import CHINA, COLUMNS, ESCAPES, MINGYUAN, MUELLER, cells, listing, record, starts, written

PLAIN = """\
Code   Name                        Grade  Status  Days     Total  Due         Last contact      Note
C0001  上海明远自动化设备有限公司  A      hot        9  1,234.50  2026-03-12  2026-03-12 09:00  价格偏高↵下周 再谈
C0002  Müller & Söhne              C      won        0     -0.05
"""

CHINESE = """\
编号   名称                        等级  状态    Days     Total  Due         Last contact      Note
C0001  上海明远自动化设备有限公司  A 级  高意向     9  1,234.50  2026-03-12  2026-03-12 09:00  价格偏高↵下周 再谈
C0002  Müller & Söhne              C     成交       0     -0.05
"""

RECORD = """\
Code:         C0001
Name:         上海明远自动化设备有限公司
Grade:        A
Status:       hot
Days:         9
Total:        1,234.50
Due:          2026-03-12
Last contact: 2026-03-12 09:00
Note:         价格偏高↵下周 再谈
Region:       华东

Lines:
  Line  SKU     Price
     1  A-1   12.3456
    10  螺丝     0.50

Owner:
  Login:     li.lei
  Full name: 李雷
"""


def test_listing() -> None:
    assert written(listing()) == (PLAIN, "")


@pytest.mark.usefixtures("chinese")
def test_chinese() -> None:
    assert written(listing(), language="zh")[0] == CHINESE


def test_record() -> None:
    assert written(record()) == (RECORD, "")


def test_nothing_is_written_for_nothing() -> None:
    assert written(Listing(COLUMNS, (), "code", title=msg("Customers"), empty=msg("there are no customers"))) == (
        "",
        "",
    )


def test_fields_in_their_order() -> None:
    assert written(listing(), fields=("region", "code"))[0] == "Region  Code\n华东    C0001\n        C0002\n"
    assert written(record(MUELLER), fields=("note", "code"))[0] == "Note:\nCode: C0002\n"
    assert written(record(), fields=("owner",))[0] == "Owner:\n  Login:     li.lei\n  Full name: 李雷\n"


def test_a_group_is_a_column() -> None:
    columns = (Column("code", "Code"), Column("owner", "Owner", table=False))
    rows = [{"code": "C1", "owner": "li"}, {"code": "C2", "owner": "wang"}]
    shown, _ = written(Listing(columns, rows, "code", group_by="owner"))
    assert shown == "Code  Owner\nC1    li\nC2    wang\n"


def test_nothing_is_cut() -> None:
    name = "很长的名字" * 400
    shown, _ = written(listing({**MINGYUAN, "name": name}))
    assert name in shown
    assert len(shown.splitlines()) == 2


def test_one_record_is_one_harmless_line() -> None:
    row = {**MINGYUAN, "name": f"a\r\nb\tc{ESCAPES}"}
    line = written(listing(row))[0].splitlines()[1]
    assert r"a↵b c\x1b[31m红\x1b]0;title\x07\x9b2J\u202eevil\x7f  A" in line
    assert r"Name:         a↵b c\x1b[31m红\x1b]0;title" in written(record(row))[0]


def test_columns_line_up() -> None:
    names = ["上海", "Ａ１", "é́", "한국", "", "x" * 30, "、。·—￥", "👍 好"]
    rows = [{**MINGYUAN, "code": f"C{number}", "name": name} for number, name in enumerate(names)]
    lines = written(listing(*rows))[0].splitlines()
    for start in starts(lines[0], ["Name", "Grade", "Status"]):
        assert all(cells(line)[start - 2 : start] == [" ", " "] for line in lines)
    for end in (width(lines[0][: lines[0].index(heading)]) + len(heading) for heading in ("Days", "Total")):
        assert all(cells(line)[end - 1] != " " and cells(line)[end] == " " for line in lines)


def test_no_trailing_blanks() -> None:
    for result in (listing(), record(), listing({**MUELLER, "total": None})):
        assert all(line == line.rstrip(" ") for line in written(result)[0].splitlines())


def test_rows_within_rows_become_blocks() -> None:
    items = Column("items", "Items", Kind.ROWS, columns=(Column("ref", "Ref"), Column("text", "Text")))
    sections = Column("sections", "Sections", Kind.ROWS, columns=(Column("kind", "Kind"), items))
    row = {
        "sections": [
            {"kind": "due", "items": [{"ref": "P1", "text": "打电话"}]},
            {"kind": "quotes", "items": []},
            {"kind": None, "items": []},
        ]
    }
    assert written(Record((sections,), row, "sections"))[0] == (
        "Sections:\n  Kind: due\n\n  Items:\n    Ref  Text\n    P1   打电话\n\nSections:\n  Kind: quotes\n"
    )


def many(count: int) -> list[dict[str, Any]]:
    return [{**MINGYUAN, "code": f"C{number:06d}"} for number in range(count)]


class Counter(io.StringIO):
    """A stream that remembers how much was written, and how much at once, but not what."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = self.largest = 0

    def write(self, text: str, /) -> int:
        self.lines += text.count("\n")
        self.largest = max(self.largest, len(text))
        return len(text)


def test_30_000_rows_go_out_in_pieces() -> None:
    out = Counter()
    columns = tuple(column for column in COLUMNS if column.key in ("code", "name", "total", "due_on"))
    rows = Listing(columns, many(30_000), "code")
    tracemalloc.start()
    render(rows, OutputOptions(zone=CHINA), out, io.StringIO(), "en")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert out.lines == 30_001
    assert out.largest < 100_000
    assert peak < 9_000_000  # one text a row: lists of cells would take 18 MB
