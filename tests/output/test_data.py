"""JSON, JSON lines, CSV and TSV: read back by the standard library."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from salesflow.columns import Column, Kind
from salesflow.output.options import Format, OutputOptions
from salesflow.output.render import render
from salesflow.output.results import Listing, Record
from tests.output.samples import CHINA, COLUMNS, ESCAPES, MINGYUAN, MUELLER, listing, record, written

MINGYUAN_JSON = {
    "code": "C0001",
    "name": "上海明远自动化设备有限公司",
    "grade": "A",
    "status": "hot",
    "days_overdue": 9,
    "total": "1234.50",
    "due_on": "2026-03-12",
    "last_at": "2026-03-12T09:00:00+08:00",
    "note": "价格偏高\n下周\t再谈",
    "region": "华东",
    "lines": [
        {"line": 1, "sku": "A-1", "unit_price": "12.3456"},
        {"line": 10, "sku": "螺丝", "unit_price": "0.50"},
    ],
    "owner": {"login": "li.lei", "full_name": "李雷", "phone": None},
}
MUELLER_JSON: dict[str, Any] = {
    **dict.fromkeys(MINGYUAN_JSON),
    "code": "C0002",
    "name": "Müller & Söhne",
    "grade": "C",
    "status": "won",
    "days_overdue": 0,
    "total": "-0.05",
    "lines": [],
}
EMPTY = Listing(COLUMNS, (), "code")
SCALARS = "code,name,grade,status,days_overdue,total,due_on,last_at,note,region"


def test_json_of_a_listing() -> None:
    out, err = written(listing(), Format.JSON)
    assert err == ""
    assert json.loads(out) == [MINGYUAN_JSON, MUELLER_JSON]
    assert list(json.loads(out)[1]) == [column.key for column in COLUMNS]
    assert out.count("\n") == 4  # the brackets, and one object on a line


def test_json_of_a_record() -> None:
    out, _ = written(record(), Format.JSON)
    assert json.loads(out) == MINGYUAN_JSON
    assert out.startswith('{\n  "code": "C0001",\n')
    assert out.endswith("}\n")


@pytest.mark.usefixtures("chinese")
def test_json_is_the_same_in_every_language() -> None:
    assert written(listing(), Format.JSON, "zh") == written(listing(), Format.JSON, "en")


def test_json_fields_in_their_order() -> None:
    assert written(listing(), Format.JSON, fields=("total", "code"))[0] == (
        '[\n{"total": "1234.50", "code": "C0001"},\n{"total": "-0.05", "code": "C0002"}\n]\n'
    )
    assert written(record(), Format.JSON, fields=("code",))[0] == '{\n  "code": "C0001"\n}\n'


def test_jsonl() -> None:
    out, _ = written(listing(), Format.JSONL)
    assert [json.loads(line) for line in out.splitlines()] == [MINGYUAN_JSON, MUELLER_JSON]
    out, _ = written(record(), Format.JSONL)
    assert [json.loads(line) for line in out.splitlines()] == [MINGYUAN_JSON]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (Format.JSON, "[]\n"),
        (Format.JSONL, ""),
        (Format.CSV, f"{SCALARS}\r\n"),
        (Format.TSV, SCALARS.replace(",", "\t") + "\n"),
    ],
)
def test_empty(form: Format, expected: str) -> None:
    assert written(EMPTY, form) == (expected, "")


def test_csv() -> None:
    out, _ = written(listing(), Format.CSV)
    assert list(csv.reader(io.StringIO(out, newline=""))) == [
        SCALARS.split(","),
        [str(MINGYUAN_JSON[key]) for key in SCALARS.split(",")],
        ["C0002", "Müller & Söhne", "C", "won", "0", "-0.05", "", "", "", ""],
    ]
    assert out.startswith(f"{SCALARS}\r\n")
    assert '"价格偏高\n下周\t再谈"' in out


def test_csv_of_a_record_is_one_row() -> None:
    out, _ = written(record(MUELLER), Format.CSV)
    assert out == f"{SCALARS}\r\nC0002,Müller & Söhne,C,won,0,-0.05,,,,\r\n"


def test_csv_of_fields_that_are_more_than_one_value() -> None:
    columns = (
        Column("tags", "Tags", Kind.LIST),
        Column("why", "Why", Kind.OBJECT),
        Column("late", "Late", Kind.FLAG),
        *(column for column in COLUMNS if column.key == "lines"),
    )
    row = {"tags": '["重点","a, b"]', "why": {"days": 3}, "late": 1, "lines": MINGYUAN["lines"][1:]}
    out, _ = written(Record(columns, row, "late"), Format.CSV, fields=("tags", "why", "late", "lines"))
    assert list(csv.reader(io.StringIO(out)))[1] == [
        "重点, a, b",
        '{"days": 3}',
        "true",
        '[{"line": 10, "sku": "螺丝", "unit_price": "0.50"}]',
    ]


def test_csv_lines_end_alike_in_a_file(tmp_path: Path) -> None:
    """Whatever the platform makes of a newline: the file's own translation is switched off."""
    path = tmp_path / "customers.csv"
    with path.open("w", encoding="utf-8", newline="\r\n") as file:
        render(listing(MUELLER), OutputOptions(Format.CSV, ("code", "note")), file, io.StringIO(), "en")
    assert path.read_bytes() == b"code,note\r\nC0002,\r\n"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\n=1", "'\n=1"),
        ("＝1+1", "'＝1+1"),
        ("+8613800000000", "+8613800000000"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("上海=北京", "上海=北京"),
        ("'=1", "''=1"),
    ],
)
def test_no_text_is_a_formula(text: str, cell: str) -> None:
    column = Column("note", "Note")
    rows = Listing((column,), [{"note": text}], "note")
    assert list(csv.reader(io.StringIO(written(rows, Format.CSV)[0], newline="")))[1:] == [[cell]]
    tags = Listing((column._replace(kind=Kind.LIST),), [{"note": [text, "b"]}], "note")
    expected = cell if cell.startswith("'") and text != cell else "'" + text if text[0] in "+-" else text
    assert list(csv.reader(io.StringIO(written(tags, Format.CSV)[0], newline="")))[1:] == [[f"{expected}, b"]]


def test_numbers_are_never_neutralised() -> None:
    columns = (Column("n", "N", Kind.INTEGER), Column("m", "M", Kind.MONEY), Column("p", "P", Kind.PERCENT))
    out, _ = written(Listing(columns, [{"n": -5, "m": -123, "p": -50}], "n"), Format.CSV)
    assert out == "n,m,p\r\n-5,-1.23,-0.50\r\n"


def test_tsv_is_one_line_a_record() -> None:
    out, _ = written(listing(), Format.TSV, fields=("code", "note", "total"))
    assert out == "code\tnote\ttotal\nC0001\t价格偏高↵下周 再谈\t1234.50\nC0002\t\t-0.05\n"


def test_escapes() -> None:
    row = {**MUELLER, "name": ESCAPES}
    as_json, _ = written(listing(row), Format.JSON, fields=("name",))
    assert as_json == '[\n{"name": "\\u001b[31m红\\u001b]0;title\\u0007\\u009b2J\\u202eevil\\u007f"}\n]\n'
    assert json.loads(as_json) == [{"name": ESCAPES}]
    for form in (Format.CSV, Format.TSV):
        out, _ = written(listing(row), form, fields=("name",))
        assert out.splitlines()[1] == r"\x1b[31m红\x1b]0;title\x07\x9b2J\u202eevil\x7f"


@pytest.mark.parametrize("form", [Format.JSON, Format.JSONL, Format.CSV, Format.TSV, Format.IDS])
def test_many_rows_are_never_held(form: Format) -> None:
    class Sink(io.StringIO):
        characters = 0

        def write(self, text: str, /) -> int:
            self.characters += len(text)
            return len(text)

    columns = tuple(column for column in COLUMNS if column.key in ("code", "name", "total"))
    rows = Listing(columns, [{"code": "C0001", "name": "上海" * 20, "total": 5}] * 20_000, "code")
    out = Sink()
    tracemalloc.start()
    render(rows, OutputOptions(form, zone=CHINA), out, io.StringIO(), "en")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert out.characters > (1_000_000 if form is not Format.IDS else 100_000)
    assert peak < 1_000_000
