"""Price lists: products added, and changed by their SKU."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesflow.rules.policy import Policy, PriceApproval
from salesflow.services.importing import Job, Report
from salesflow.services.policy import apply as apply_policy
from salesflow.services.prices import NewPrice, set_price
from salesflow.services.product_import import import_products
from tests import leads, sheets
from tests.conftest import Office
from tests.services.test_import_customers import reasons
from tests.services.test_prices import everything

TITLES = (
    "产品编号",
    "产品名称",
    "规格型号",
    "单位",
    "单价（元）",
    "底价",
    "成本",
    "税率",
    "交货周期\n（天）",
    "库存",
    "是否定制",
)
ROW = ("YF-100", "桌面激光打标机", "20W", "台", 28800, "23,500.00", 18600.5, 0.13, "7天", 40, "否")


def take(office: Office, path: Path, *rows: Any, titles: tuple[str, ...] = TITLES, **how: Any) -> Report:
    context = office.context()
    try:
        return import_products(
            context, Job(str(sheets.workbook(path / "价目表.xlsx", [["产品价目表"], titles, *rows])), **how)
        )
    finally:
        context.close()


def listed(office: Office) -> list[dict[str, Any]]:
    hidden = ("created_at", "next_price", "next_price_on", "version")
    return [{key: row[key] for key in row if key not in hidden} for row in office.json("product", "list", "--all")]


def test_a_price_list(office: Office, tmp_path: Path) -> None:
    report = take(office, tmp_path, ROW, ("YF-900", "安装", "", "人天", "1.8万", "", "", "6%", "", "", ""))
    assert (report.number, report.created, report.record) == (1, 2, "product")
    assert listed(office) == [
        {
            "sku": "YF-100", "name": "桌面激光打标机", "spec": "20W", "unit": "台", "list_price": "28800.00", "floor_price": "23500.00",
            "cost": "18600.50", "tax_rate": "13.00", "net": False, "lead_days": 7, "stock": "40", "customised": False, "retired": False,
        },
        {
            "sku": "YF-900", "name": "安装", "spec": "", "unit": "人天", "list_price": "18000.00", "floor_price": None,
            "cost": None, "tax_rate": "6.00", "net": False, "lead_days": None, "stock": None, "customised": False, "retired": False,
        },
    ]  # fmt: skip
    actions = [row["action"] for row in leads.rows(office, "SELECT action FROM v_audit ORDER BY id")]
    assert actions[-3:] == ["product.add", "product.add", "product.import"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"产品编号": ""}, "产品编号 is missing"),
        (
            {"产品编号": "YF 100"},
            '产品编号: "YF 100" cannot be a SKU (use 1 to 64 characters without blanks, such as: YF-100)',
        ),
        ({"单价（元）": "面议"}, None),
        ({"单价（元）": ""}, "单价（元） is missing"),
        ({"单价（元）": -1}, None),
        ({"单价（元）": 1.005}, None),
        ({"底价": 30000}, "YF-100: the floor price 30,000.00 is above the list price 28,800.00"),
        ({"税率": "113%"}, None),
        ({"库存": "很多"}, None),
        ({"交货周期\n（天）": "尽快"}, None),
        ({"是否定制": "也许"}, '是否定制: "也许" is neither yes nor no (write 是 or 否)'),
        ({"产品名称": "=A1"}, "产品名称: the cell has the formula =A1: put its value there"),
    ],
)
def test_rows_that_cannot_be(office: Office, tmp_path: Path, changes: dict[str, Any], said: str | None) -> None:
    row = [changes.get(title, cell) for title, cell in zip(TITLES, ROW, strict=True)]
    report = take(office, tmp_path, row)
    assert report.rejected
    assert listed(office) == []
    ((number, reason),) = reasons(report)
    assert number == 3
    assert said is None or reason == said


def test_a_sku_twice(office: Office, tmp_path: Path) -> None:
    report = take(office, tmp_path, ROW, ("yf-100", *ROW[1:]))
    assert reasons(report) == [(4, "产品编号 (sku) is the same as in row 3")]
    take(office, tmp_path, ROW)
    assert reasons(take(office, tmp_path, ROW)) == [(3, "there is a product YF-100 already")]


def test_prices_are_changed_by_sku(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, ROW)
    titles = ("SKU", "标准价", "库存", "产品名称")
    report = take(office, tmp_path, ("yf-100", 29800, "", ""), titles=titles, update=True)
    assert (report.updated, [row["code"] for row in report.rows]) == (1, ["YF-100"])
    assert (listed(office)[0]["list_price"], listed(office)[0]["stock"], listed(office)[0]["name"]) == (
        "29800.00",
        "40",
        "桌面激光打标机",
    )
    report = take(office, tmp_path, ("YF-100", 29800, 40, ""), ("YF-200", "", "", "新"), titles=titles, update=True)
    assert reasons(report) == [(4, "it would be a new one, and lacks: list_price")]
    report = take(office, tmp_path, ("YF-100", 29800, 40, ""), ("YF-200", 1, "", "新"), titles=titles, update=True)
    assert [row["outcome"] for row in report.rows] == ["unchanged", "created"]
    report = take(
        office,
        tmp_path,
        ("YF-100", 20000, "", ""),
        ("YF-200", 2, "", ""),
        ("yf-200", 3, "", ""),
        titles=titles,
        update=True,
    )
    assert reasons(report) == [
        (3, "YF-100: the floor price 23,500.00 is above the list price 20,000.00"),
        (5, "产品编号 (sku) is the same as in row 4"),
    ]


def test_a_price_list_in_ten_thousands_without_tax(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, ("A", "甲", 2.88, "是"), titles=("货号", "品名", "单价(万元)", "不含税"))
    assert (listed(office)[0]["list_price"], listed(office)[0]["net"]) == ("28800.00", True)


def govern(office: Office, needed: str) -> None:
    with office.context(user="wang.fang").transaction() as work:
        apply_policy(work, "test", "", Policy(price_approval=PriceApproval(needed)), "试行")


def changed(office: Office) -> list[tuple[str, str, int | None, int | None, str]]:
    found = leads.rows(office, "SELECT number, state, list_price, floor_price, reason FROM v_price ORDER BY id")
    return [tuple(row.values()) for row in found]


def test_an_imported_price_is_one_from_today(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, ROW)
    titles = ("SKU", "标准价", "底价")
    assert take(office, tmp_path, ("YF-100", 29800, 23500), titles=titles, update=True).updated == 1
    assert changed(office) == [("JG2026-0001", "valid", 2_980_000, None, "价目表.xlsx")]
    assert (listed(office)[0]["list_price"], listed(office)[0]["floor_price"]) == ("29800.00", "23500.00")
    assert take(office, tmp_path, ("YF-100", 29800, 23500), titles=titles, update=True).updated == 0
    assert len(changed(office)) == 1


def test_an_import_is_no_way_round_the_approval(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, ROW, ("YF-200", *ROW[1:]), ("YF-300", *ROW[1:]))
    govern(office, "decreases")
    titles = ("SKU", "标准价", "库存")
    path = sheets.workbook(
        tmp_path / "新价.xlsx", [titles, ("YF-100", 25000, 7), ("YF-200", 30000, 7), ("YF-300", 28800, 7)]
    )
    done = office.ok("product", "import", str(path), "--update")
    assert done.out == "import 2: of 3 rows 0 added, 3 changed, 0 left as they are\n"
    assert done.err == "note [price-approval]: 1 changed price needs the approval of the role manager\n"
    assert [row[:3] for row in changed(office)] == [
        ("JG2026-0001", "pending_approval", 2_500_000),
        ("JG2026-0002", "valid", 3_000_000),
    ]
    assert [(row["list_price"], row["stock"]) for row in listed(office)] == [
        ("28800.00", "7"), ("30000.00", "7"), ("28800.00", "7"),
    ]  # fmt: skip
    # the next morning the same list comes again, and asks for nothing new
    again = office.ok("product", "import", str(path), "--update", now="2026-03-03 03:00")
    assert (again.out, again.err) == ("import 3: of 3 rows 0 added, 0 changed, 3 left as they are\n", "")
    assert len(changed(office)) == 2
    office.ok("approval", "approve", "AP2026-0001", user="zhang.wei", now="2026-03-03 09:00")
    assert office.json("product", "show", "YF-100", now="2026-03-03 10:00")["list_price"] == "25000.00"


def test_an_import_of_a_retired_product(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, ROW)
    office.ok("product", "retire", "YF-100", user="sun.li")
    report = take(office, tmp_path, ("YF-100", 29800), titles=("SKU", "标准价"), update=True)
    assert reasons(report) == [(3, "YF-100 is retired")]
    assert changed(office) == []


def test_where_nobody_could_approve_the_row_is_bad_and_leaves_nothing(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, ROW, ("YF-200", *ROW[1:]))
    govern(office, "decreases")
    leads.execute(office, "UPDATE staff SET active = FALSE WHERE login = 'zhang.wei'")
    path = sheets.workbook(tmp_path / "新价.xlsx", [("SKU", "标准价"), ("YF-100", 25000), ("YF-200", 30000)])
    office.ok("product", "import", str(path), "--update", "--skip-errors")
    assert [row[:3] for row in changed(office)] == [("JG2026-0001", "valid", 3_000_000)]


@pytest.mark.parametrize("needed", ["never", "decreases", "always"])
@pytest.mark.parametrize(
    ("title", "cell", "said"),
    [
        ("成本", 1, "YF-100: a lower cost is not a salesperson's to set"),
        ("税率", "6%", "YF-100: another tax rate is not a salesperson's to set"),
        ("底价", 99999, "YF-100: the floor price 99,999.00 is above the list price 25,000.00"),
        ("不含税", "是", None),
    ],
)
def test_a_bad_row_leaves_nothing_behind(
    office: Office, tmp_path: Path, needed: str, title: str, cell: Any, said: str | None
) -> None:
    take(office, tmp_path, ROW, ("YF-200", *ROW[1:]))
    govern(office, needed)
    with office.context().transaction() as work:
        set_price(work, "YF-100", NewPrice(date(2026, 4, 1), 3_000_000))
    before = everything(office)
    path = sheets.workbook(tmp_path / "新价.xlsx", [("SKU", "标准价", "库存", title), ("YF-100", 25000, 9, cell)])
    done = office.json("product", "import", str(path), "--update", "--skip-errors")
    (row,) = done["rows"]
    assert row["outcome"] == "error"
    assert said is None or row["reason"] == said
    assert everything(office)[1:] == before[1:]  # all but the import's own entry in the audit trail


def test_a_column_that_is_left_out_has_no_field_to_go_to(office: Office, tmp_path: Path) -> None:
    path = sheets.workbook(tmp_path / "新价.xlsx", [("SKU", "品名", "标准价", "不含税单价"), ("YF-100", "甲", 2, 1)])
    done = office.ok("product", "import", str(path), "--dry-run")
    assert done.out.splitlines()[1:] == ["columns left out: 不含税单价"]


def test_a_dry_run_changes_no_price(office: Office, tmp_path: Path) -> None:
    take(office, tmp_path, ROW)
    path = sheets.workbook(tmp_path / "新价.xlsx", [("SKU", "标准价"), ("YF-100", 25000)])
    assert "1 changed" in office.ok("product", "import", str(path), "--update", "--dry-run").out
    assert changed(office) == []
