"""salesflow product, from the command line: text in both languages, JSON, tables, errors."""

from __future__ import annotations

import pytest

from tests import deals
from tests.conftest import Office

ADD = ("product", "add", "YF-100", "--name", "云帆CRM标准版", "--unit", "套", "--list-price", "5万")
KEYS = [
    "sku",
    "name",
    "spec",
    "unit",
    "list_price",
    "floor_price",
    "cost",
    "tax_rate",
    "net",
    "lead_days",
    "stock",
    "customised",
    "retired",
    "created_at",
    "next_price",
    "next_price_on",
    "version",
]
FIRST = {
    "list_price": "50000.00",
    "floor_price": "42000.00",
    "valid_from": None,
    "valid_until": None,
    "state": "valid",
    "number": None,
    "by": None,
    "reason": "",
    "at": "2026-03-02T09:00:00+08:00",
    "approved_at": "2026-03-02T09:00:00+08:00",
}


def test_adding_says_so(office: Office) -> None:
    assert office.ok(*ADD).out == "added YF-100 (云帆CRM标准版) at 50,000.00\n"
    assert (
        office.ok("product", "add", "B", "--name", "乙", "--list-price", "1", lang="zh").out
        == "已新增产品 B（乙），目录价 1.00\n"
    )


def test_quiet_gives_the_sku_alone(office: Office) -> None:
    assert office.ok(*ADD, "--quiet").out == "YF-100\n"


def test_the_whole_record_as_json(office: Office) -> None:
    more = (
        "--spec",
        "20用户",
        "--floor-price",
        "42000",
        "--cost",
        "3万",
        "--tax-rate",
        "6%",
        "--lead-days",
        "2w",
        "--stock",
        "2.5",
    )
    added = office.json(*ADD, *more, "--customised", "--net")
    assert list(added) == [*KEYS, "prices"]
    assert added.pop("prices") == [FIRST]
    assert added == {
        "sku": "YF-100",
        "name": "云帆CRM标准版",
        "spec": "20用户",
        "unit": "套",
        "list_price": "50000.00",
        "floor_price": "42000.00",
        "cost": "30000.00",
        "tax_rate": "6.00",
        "net": True,
        "lead_days": 14,
        "stock": "2.5",
        "customised": True,
        "retired": False,
        "created_at": "2026-03-02T09:00:00+08:00",
        "next_price": None,
        "next_price_on": None,
        "version": 1,
    }
    assert office.json("product", "show", "yf-100") == {**added, "prices": [FIRST]}
    assert office.json("product", "list") == [added]


def test_an_empty_stock_is_a_stock(office: Office) -> None:
    assert office.json(*ADD, "--stock", "0")["stock"] == "0"


def test_no_products(office: Office) -> None:
    assert office.ok("product", "list").out == ""
    assert office.json("product", "list") == []


def test_a_table_fits_eighty_cells(office: Office) -> None:
    office.environment["COLUMNS"] = "80"
    office.ok(*ADD, "--spec", "20用户，按年订阅，含标准实施与培训", "--floor-price", "42000")
    office.ok(
        "product", "add", "YF-200", "--name", "实施服务", "--unit", "人天", "--list-price", "1200", "--stock", "3"
    )
    assert office.ok("product", "list", "--format", "table").out.splitlines() == [
        "SKU     Product        Spec                 Unit  List price  Floor price  Stock",
        "─" * 80,
        "YF-100  云帆CRM标准版  20用户，按年订阅，…  套     50,000.00    42,000.00",
        "YF-200  实施服务                            人天    1,200.00                   3",
    ]


def test_retired_products_are_marked_among_the_others(office: Office) -> None:
    office.ok(*ADD)
    office.ok("product", "add", "YF-050", "--name", "旧版", "--list-price", "1")
    deals.execute(office, "UPDATE product SET retired_at = '2026-03-01 00:00:00' WHERE sku = 'YF-050'")
    assert office.ok("product", "list", "--format", "ids").out == "YF-100\n"
    assert office.ok("product", "list", "--retired", "--format", "ids").out == "YF-050\n"
    assert office.ok("product", "list", "--all", "--fields", "sku,retired").out.splitlines() == [
        "SKU     Retired",
        "YF-050  yes",
        "YF-100",
    ]


NEW = ("product", "add", "B", "--name", "乙", "--list-price")
MONEY = "write 50000, 50,000.00, 5万, 1.2万 or ￥300, with two decimals at most"


@pytest.mark.parametrize(
    ("words", "status", "code", "text"),
    [
        (
            ("product", "add", "yf-100", "--name", "乙", "--list-price", "1"),
            6,
            "duplicate",
            "there is a product YF-100 already: choose another SKU; see: salesflow product list --all",
        ),
        (
            (*NEW, "1", "--floor-price", "2"),
            4,
            "floor-above-list",
            "B: the floor price 2.00 is above the list price 1.00: lower the floor price or raise the list price",
        ),
        ((*NEW, "-1"), 2, "invalid-value", f'--list-price: the amount "-1" must not be negative: {MONEY}'),
        ((*NEW, "1.005"), 2, "invalid-value", f'--list-price: "1.005" has more than two decimals: {MONEY}'),
        (
            (*NEW, "1", "--tax-rate", "113%"),
            2,
            "invalid-value",
            '--tax-rate: "113%" is not between 0 % and 100 %: write 15%, 15 or 12.5%, with two decimals at most',
        ),
        (
            (*NEW, "1", "--stock", "-1"),
            2,
            "invalid-value",
            '--stock: "-1" is not a quantity: write 10, 1,000 or 2.5, with three decimals at most',
        ),
        (
            ("product", "add", "B C", "--name", "乙", "--list-price", "1"),
            2,
            "invalid-value",
            '"B C" cannot be a SKU: use 1 to 64 characters without blanks, such as: YF-100',
        ),
        (
            ("product", "add", "B", "--list-price", "1"),
            2,
            "missing-value",
            "--name is missing: see: salesflow product add --help",
        ),
        (
            ("product", "show", "YF-10"),
            3,
            "unknown-product",
            "there is no product YF-10: did you mean YF-100? See: salesflow product list",
        ),
    ],
)
def test_one_clear_line_and_nothing_written(
    office: Office, words: tuple[str, ...], status: int, code: str, text: str
) -> None:
    office.ok(*ADD)
    before = deals.rows(office, "SELECT * FROM v_product"), deals.value(office, "SELECT count(*) FROM v_audit")
    done = office.run(*words)
    assert (done.status, done.out, done.err) == (status, "", f"error [{code}]: {text}\n")
    assert (
        deals.rows(office, "SELECT * FROM v_product"),
        deals.value(office, "SELECT count(*) FROM v_audit"),
    ) == before


def test_errors_in_chinese(office: Office) -> None:
    office.ok(*ADD)
    done = office.run(*ADD, lang="zh")
    assert (done.status, done.err) == (
        6,
        "错误 [duplicate]：已有产品 YF-100：请换一个产品编码；参见：salesflow product list --all\n",
    )


def test_a_name_cannot_control_the_terminal(office: Office) -> None:
    done = office.run("product", "add", "B", "--name", "\x1b[31mred", "--list-price", "1")
    assert done.status == 2
    assert "\x1b" not in done.err


def test_finding(office: Office) -> None:
    office.ok(*ADD)
    assert office.ok("product", "list", "--find", "crm 标准", "--format", "ids").out == "YF-100\n"
    assert office.ok("product", "list", "--find", "erp", "--format", "ids").out == ""
