"""The example workbooks: made as the script makes them, and read with exactly the rows in them that are bad."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT, Office

EXAMPLES = Path(ROOT) / "examples"
CUSTOMERS, PRODUCTS = EXAMPLES / "客户信息登记表.xlsx", EXAMPLES / "产品价目表.xlsx"
FOLLOWUPS = EXAMPLES / "跟进记录表.xlsx"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples_build", Path(ROOT) / "docs" / "examples" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_the_workbooks_are_the_ones_that_the_script_makes(maker: ModuleType, tmp_path: Path) -> None:
    maker.write_customers(tmp_path / "c.xlsx")
    maker.write_products(tmp_path / "p.xlsx")
    assert parts(tmp_path / "c.xlsx") == parts(CUSTOMERS)
    assert parts(tmp_path / "p.xlsx") == parts(PRODUCTS)
    maker.write_followups(tmp_path / "f.xlsx")
    assert parts(tmp_path / "f.xlsx") == parts(FOLLOWUPS)


@pytest.mark.parametrize("now", ["2026-03-02 09:00", "2027-12-31 18:00"])
def test_the_customer_list(office: Office, now: str) -> None:
    refused = office.run("customer", "import", str(CUSTOMERS), now=now)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.splitlines() == [
        'row 27: 初次接触时间: "2026年2月30日" is not a date (write 2026-03-05, 2026/3/5 or 2026年3月5日)',
        "row 42: 客户名称 (name) is the same as in row 12",
        'row 52: 联系方式: "1385770047" is not a phone number (write 13812345678, 0571-88886666, 0571-88886666转801 or +1 650 253 0000)',
        "error [bad-rows]: 3 rows of 60 in 客户信息登记表.xlsx are bad; nothing was imported: correct them, or import the others with --skip-errors",
    ]
    assert office.json("customer", "list", "--limit", "0") == []


def test_its_good_rows(office: Office, tmp_path: Path) -> None:
    words = ("customer", "import", str(CUSTOMERS), "--skip-errors", "--errors-to", str(tmp_path / "bad.xlsx"))
    report = office.json(*words, user="zhang.wei")
    assert (report["number"], report["read"], report["created"], report["skipped"]) == (1, 60, 57, 3)
    assert [row["row"] for row in report["rows"] if row["outcome"] == "error"] == [27, 42, 52]
    assert {row["row"] for row in report["rows"]} == {*range(4, 66)} - {22, 46}, "two blank rows"
    listed = office.json("customer", "list", "--limit", "0", "--sort", "code")
    assert [row["name"] for row in listed][:2] == ["杭州西湖精密机械有限公司", "宁波海川汽车零部件有限公司"]
    assert {(row["owner"]) for row in listed} == {"li.na", "zhang.wei"}
    assert {row["grade"] for row in listed} == {"A", "B", "C"}
    assert {row["status"] for row in listed} == {"prospect", "interested", "hot"}
    west_lake = office.json("customer", "show", "西湖")
    assert (west_lake["first_contact_at"], west_lake["industry"]) == ("2026-02-09T09:00:00+08:00", "manufacturing")
    assert [contact["phone_masked"] for contact in west_lake["contacts"]] == ["138****0001"]
    (lathe,) = office.json("contact", "list", "台州三江模具")
    assert (lathe["phone_masked"], lathe["wechat_masked"]) == ("137****0010", "zh***z")
    assert office.json("customer", "import", str(tmp_path / "bad.xlsx"), "--dry-run", "--skip-errors")["skipped"] == 3


def test_the_price_list(office: Office) -> None:
    report = office.json("product", "import", str(PRODUCTS))
    assert (report["read"], report["created"], report["skipped"]) == (12, 12, 0)
    listed = {row["sku"]: row for row in office.json("product", "list")}
    assert (listed["YF-100"]["list_price"], listed["YF-100"]["floor_price"], listed["YF-100"]["tax_rate"]) == (
        "28800.00",
        "23500.00",
        "13.00",
    )
    assert (listed["YF-500"]["list_price"], listed["YF-500"]["customised"]) == ("186000.00", True)
    assert (listed["YF-420"]["stock"], listed["YF-420"]["cost"], listed["YF-400"]["lead_days"]) == (
        "32.5",
        "2460.75",
        30,
    )
    assert (listed["YF-920"]["tax_rate"], listed["YF-920"]["stock"]) == ("6.00", None)


def test_the_log_of_followups(office: Office, tmp_path: Path) -> None:
    words = ("customer", "import", str(CUSTOMERS), "--skip-errors", "--errors-to", str(tmp_path / "bad.xlsx"))
    office.ok(*words, user="zhang.wei")
    refused = office.run("followup", "import", str(FOLLOWUPS))
    assert refused.err.splitlines() == [
        "row 13: there is no customer 温州没有登记过的公司: add it first, or make it with --create-missing",
        "error [bad-rows]: 1 row of 12 in 跟进记录表.xlsx is bad; nothing was imported: correct them, or import the others with --skip-errors",
    ]
    words = ("followup", "import", str(FOLLOWUPS), "--skip-errors", "--errors-to", str(tmp_path / "left.xlsx"))
    report = office.json(*words)
    assert (report["number"], report["created"], report["skipped"]) == (2, 11, 1)
    assert office.json("db", "check")["ok"] is True
    shown = office.json("customer", "show", "杭州西湖精密")
    assert (shown["last_contact_on"], shown["next_follow_up_on"]) == ("2026-02-27", "2026-03-06")
    assert office.ok("import", "revert", "2").out.startswith(
        "import 2 is taken back: 0 customers and 11 follow-ups removed, 3 "
    )
