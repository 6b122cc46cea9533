"""salesflow customer import and product import, from the command line: what is said where, JSON, exit statuses."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests import leads, sheets
from tests.conftest import Office

BAD = ("丙公司", "制造业", "王五", "123", "打标机 2 台")
KEYS = [
    "number",
    "record",
    "file",
    "sheet",
    "dry_run",
    "read",
    "created",
    "updated",
    "skipped",
    "ignored_columns",
    "errors_file",
    "rows",
]


def test_an_import_says_what_it_did(office: Office, tmp_path: Path) -> None:
    path = str(sheets.customers(tmp_path / "list.xlsx"))
    done = office.ok("customer", "import", path)
    assert (done.out, done.err) == ("import 1: of 2 rows 2 added, 0 changed, 0 left as they are\n", "")
    done = office.ok("customer", "import", path, "--update", "--quiet")
    assert (done.out, done.err) == ("2\n", "")


def test_in_json(office: Office, tmp_path: Path) -> None:
    found = office.json("customer", "import", str(sheets.customers(tmp_path / "list.xlsx")))
    assert list(found) == KEYS
    assert found == {
        "number": 1, "record": "customer", "file": "list.xlsx", "sheet": "客户", "dry_run": False, "read": 2, "created": 2, "updated": 0,
        "skipped": 0, "ignored_columns": [], "errors_file": None,
        "rows": [
            {"row": 2, "code": "HZ2026001", "outcome": "created", "reason": None},
            {"row": 3, "code": "HZ2026002", "outcome": "created", "reason": None},
        ],
    }  # fmt: skip


def test_bad_rows(office: Office, tmp_path: Path) -> None:
    path = str(sheets.customers(tmp_path / "list.csv", sheets.ROWS[0], BAD))
    before = leads.written(office)
    done = office.run("customer", "import", path)
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        'row 3: 手机: "123" is not a phone number (write 13812345678, 0571-88886666, 0571-88886666转801 or +1 650 253 0000)\n'
        "error [bad-rows]: 1 row of 2 in list.csv is bad; nothing was imported: correct them, or import the others with --skip-errors\n"
    )
    done = office.run("customer", "import", path, "--json")
    assert done.status == 2
    assert [row["outcome"] for row in done.json["rows"]] == ["skipped", "error"]
    assert (done.json["number"], done.json["created"], done.json["skipped"]) == (None, 0, 2)
    error = json.loads(done.err)["error"]
    assert (error["code"], error["details"]) == ("bad-rows", {"read": 2, "bad": 1})
    assert office.run("customer", "import", path, "--quiet").out == ""
    assert leads.written(office) == before


def test_bad_rows_as_a_table(office: Office, tmp_path: Path) -> None:
    done = office.run("customer", "import", str(sheets.customers(tmp_path / "list.csv", BAD)), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(row["row"], row["outcome"]) for row in rows] == [("2", "error")]
    assert done.err.startswith("error [bad-rows]")


def test_good_rows_alone(office: Office, tmp_path: Path) -> None:
    path = str(sheets.customers(tmp_path / "list.csv", sheets.ROWS[0], BAD))
    lines = office.ok("customer", "import", path, "--skip-errors").out.splitlines()
    assert lines[0] == "import 1: of 2 rows 1 added, 0 changed, 1 left as they are"
    assert lines[1].startswith('row 3: 手机: "123" is not')
    assert lines[2] == f"1 bad row is in {tmp_path}/list.errors.csv: correct it and import that file"
    assert (tmp_path / "list.errors.csv").exists()


def test_a_dry_run(office: Office, tmp_path: Path) -> None:
    path = str(sheets.customers(tmp_path / "list.csv", (*sheets.ROWS[0], "0571-1"), titles=(*sheets.TITLES, "传真")))
    lines = office.ok("customer", "import", path, "--dry-run").out.splitlines()
    assert lines == [
        "of 1 rows 1 would be added, 0 changed, 0 left as they are",
        "columns left out: 传真; keep one with: --map 传真=remark",
    ]
    assert office.json("customer", "list") == []


def test_of_very_many_bad_rows_the_first_are_told(office: Office, tmp_path: Path) -> None:
    rows = [(f"第{n}家", "制造业", "王五", "1", "打标机 2 台") for n in range(30)]
    err = office.run("customer", "import", str(sheets.customers(tmp_path / "list.csv", *rows))).err.splitlines()
    assert len(err) == 22
    assert err[20] == "and 10 more; see all with --json"


def test_in_chinese(office: Office, tmp_path: Path) -> None:
    done = office.run("customer", "import", str(sheets.customers(tmp_path / "list.csv", BAD)), lang="zh")
    assert done.status == 2
    assert done.err.splitlines() == [
        "第 2 行：手机：“123”不是电话号码（请写成 13812345678、0571-88886666、0571-88886666转801 或 +1 650 253 0000）",
        "错误 [bad-rows]：list.csv 共 1 行，其中 1 行有误；未导入任何数据：请改正后重试，或用 --skip-errors 先导入其余各行",
    ]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["customer", "import"], 2),
        (["customer", "import", "nothing.xlsx"], 7),
        (["customer", "import", "."], 7),
        (["customer", "import", "LIST", "--sheet", "x"], 2),
        (["customer", "import", "LIST", "--map", "x"], 2),
        (["customer", "import", "LIST", "--map", "传真=remark"], 2),
        (["customer", "import", "LIST", "--default", "x=y"], 2),
        (["customer", "import", "LIST", "--errors-to", "x.csv"], 2),
        (["product", "import", "LIST"], 2),
    ],
)
def test_wrong_usage_is_one_line(office: Office, tmp_path: Path, words: list[str], status: int) -> None:
    path = str(sheets.customers(tmp_path / "list.csv"))
    before = leads.written(office)
    done = office.run(*[path if word == "LIST" else word for word in words])
    assert (done.status, done.out, done.err.count("\n")) == (status, "", 1)
    assert leads.written(office) == before


def test_products_too(office: Office, tmp_path: Path) -> None:
    path = str(sheets.text(tmp_path / "p.csv", [["SKU", "产品名称", "单价"], ["A", "甲", "100"], ["B", "乙", "x"]]))
    assert office.run("product", "import", path).status == 2
    assert office.json("product", "import", path, "--skip-errors")["created"] == 1
    assert [row["sku"] for row in office.json("product", "list")] == ["A"]


def test_somebody_unknown_does_not_read_a_long_file_first(office: Office) -> None:
    done = office.run("customer", "import", "nothing.xlsx", user="nobody")
    assert (done.status, "unknown-user" in done.err) == (5, True)
