"""salesflow quote, from the command line: text in both languages, JSON, tables, errors, two makers at once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from salesflow.commands import complete
from salesflow.commands.typerbase import TyperCommand, TyperContext
from salesflow.services.products import NewProduct
from salesflow.services.products import add as add_product
from tests import deals
from tests.conftest import Office

MAKE = ("quote", "make", "明远", "--item")
KEYS = {
    "number",
    "version",
    "customer_code",
    "state",
    "created_on",
    "valid_until",
    "goods_total",
    "discount_total",
    "freight",
    "extras_total",
    "tax_total",
    "total",
    "max_discount",
    "approval",
}
LINE_KEYS = {"line", "sku", "name", "quantity", "list_price", "discount", "unit_price", "tax_rate", "tax", "amount"}


@pytest.fixture
def shop(office: Office) -> Office:
    """An office with a customer of grade A, and products with and without tax in their prices."""
    deals.furnish(office)
    deals.execute(office, "UPDATE customer SET grade = 'A'")
    with office.context().transaction() as work:
        add_product(work, NewProduct("SVC-1", "实施服务", 120_000, unit="人天", tax_rate=600, net=True))
    return office


NEEDS = (
    "hint [needs-before-quote]: no needs of the customer are kept: keep them first: salesflow need add CUSTOMER TEXT\n"
)


def test_making_says_what_was_made_and_why(shop: Office) -> None:
    done = shop.ok(
        *MAKE, "YF-100:2", "--item", "SVC-1:3.5-5%", "--freight", "300", "--extra", "培训", "--extra", "安装=500"
    )
    assert done.out.splitlines() == [
        "made Q2026-0001 for HZ2026001 杭州明远制造有限公司: 24,429.40",
        "line 1: 3 % for grade A",
        "valid until 2026-04-01, 30 days from 2026-03-02",
        "it needs nobody's approval",
    ]
    assert done.err == NEEDS


def test_making_says_whose_approval_it_needs_and_why(shop: Office) -> None:
    done = shop.ok(*MAKE, "YF-100:2-12%")
    assert done.out.splitlines() == [
        "made Q2026-0001 for HZ2026001 杭州明远制造有限公司: 17,600.00",
        "valid until 2026-04-01, 30 days from 2026-03-02",
        "step 1: manager [discount-authority]: 12 % on line 1 is above 10 %",
        "it waits for its approval, AP2026-0001",
    ]


def test_in_chinese(shop: Office) -> None:
    assert shop.ok(*MAKE, "YF-100:2-12%", lang="zh").out.splitlines() == [
        "已为 HZ2026001 杭州明远制造有限公司 制作报价单 Q2026-0001：合计 17,600.00",
        *shop.ok(*MAKE, "YF-100:2-12%", lang="zh").out.splitlines()[1:-1],
        "等待审批 AP2026-0001",
    ]
    assert (
        shop.ok(*MAKE, "YF-100:1-15%", "--draft", lang="zh").out.splitlines()[-1] == "已存为草稿；送审时需要：销售主管"
    )
    done = shop.run("quote", "accept", "Q2026-0001", lang="zh")
    assert done.status == 4
    assert done.err == (
        "错误 [not-approved]：Q2026-0001 正在等待销售主管审批：查看由谁审批及原因：salesflow approval show AP2026-0001\n"
    )


def test_quiet_gives_the_number_alone(shop: Office) -> None:
    done = shop.ok(*MAKE, "YF-100:2-12%", "--quiet")
    assert (done.out, done.err) == ("Q2026-0001\n", NEEDS)
    shop.ok(*MAKE, "YF-100:1", "--quiet")
    assert shop.ok("quote", "accept", "Q2026-0002", "--quiet").out == "Q2026-0002\n"


def test_a_draft_and_the_default(shop: Office) -> None:
    assert shop.json(*MAKE, "YF-100:1-15%", "--draft")["state"] == "draft"
    assert shop.json(*MAKE, "YF-100:1-15%", "--submit")["state"] == "pending_approval"
    assert shop.json(*MAKE, "YF-100:1-15%")["state"] == "pending_approval"
    assert shop.json(*MAKE, "YF-100:1", "--draft")["state"] == "draft"


def test_the_whole_record_as_json(shop: Office) -> None:
    made = shop.json(
        *MAKE, "ＹＦ－１００：２", "--item", "svc-1:3.5@1000-5%", "--discount", "2%", "--freight", "300", "--extra", "安装=500",
        "--valid-days", "2w", "--payment-terms", "30/70", "--delivery-days", "10", "--warranty", "一年", "--note", "急",
    )  # fmt: skip
    assert made == shop.json("quote", "show", "q2026-0001")
    lines = made.pop("lines")
    assert made == {
        "number": "Q2026-0001",
        "version": 1,
        "customer_code": "HZ2026001",
        "customer_name": "杭州明远制造有限公司",
        "state": "pending_approval",
        "created_on": "2026-03-02",
        "valid_until": "2026-03-16",
        "goods_total": "22466.01",
        "discount_total": "1985.99",
        "freight": "300.00",
        "extras_total": "500.00",
        "tax_total": "2382.73",
        "total": "23266.01",
        "max_discount": "22.42",
        "owner": "li.na",
        "opportunity": None,
        "sent_at": None,
        "accepted_on": None,
        "loss_reason": None,
        "quote_discount": "2.00",
        "returned_because": None,
        "declined_because": None,
        "payment_terms": "30/70",
        "delivery_days": 10,
        "warranty": "一年",
        "note": "急",
        "created_at": "2026-03-02T09:00:00+08:00",
        "policy_id": 1,
        "extras": [{"text": "安装", "amount": "500.00"}],
        "approval": made["approval"],
        "made_by": "li.na",
        "edition": 2,
        "versions": [],
    }
    assert [step["role"] for step in made["approval"]["steps"]] == ["manager", "director"]
    assert lines == [
        {
            "line": 1,
            "sku": "YF-100",
            "name": "云帆CRM标准版",
            "spec": "",
            "quantity": "2",
            "unit": "件",
            "list_price": "10000.00",
            "discount": "3.00",
            "unit_price": "9506.00",
            "tax_rate": "13.00",
            "tax": "2187.22",
            "amount": "19012.00",
            "net": False,
            "list_amount": "20000.00",
            "given_price": None,
            "given_discount": None,
            "discount_rule": "auto-discount",
            "floor_price": "7000.00",
            "cost": "6000.00",
        },
        {
            "line": 2,
            "sku": "SVC-1",
            "name": "实施服务",
            "spec": "",
            "quantity": "3.5",
            "unit": "人天",
            "list_price": "1200.00",
            "discount": "20.84",
            "unit_price": "931.00",
            "tax_rate": "6.00",
            "tax": "195.51",
            "amount": "3454.01",
            "net": True,
            "list_amount": "4452.00",
            "given_price": "1000.00",
            "given_discount": "5.00",
            "discount_rule": None,
            "floor_price": None,
            "cost": None,
        },
    ]


def test_the_keys_that_scripts_rely_on(shop: Office) -> None:
    assert shop.json("quote", "list") == []
    shop.ok(*MAKE, "YF-100:1")
    shown = shop.json("quote", "show", "Q2026-0001")
    (listed,) = shop.json("quote", "list")
    assert shown.keys() >= {*KEYS, "lines"}
    assert listed.keys() >= KEYS
    assert "lines" not in listed
    assert listed.items() <= shown.items()
    assert shown["lines"][0].keys() >= LINE_KEYS


def test_a_listing_fits_eighty_cells(shop: Office) -> None:
    shop.environment["COLUMNS"] = "80"
    shop.ok(*MAKE, "YF-100:2")
    shop.ok(*MAKE, "YF-900:1-12%")
    done = shop.ok("quote", "list", "--format", "table")
    assert done.out.splitlines() == [
        "No.         Customer            State             Valid until       Total  Owner",
        "─" * 80,
        "Q2026-0002  杭州明远制造有限…   pending_approval  2026-04-01   528,000.00  li.na",
        "Q2026-0001  杭州明远制造有限…   approved          2026-04-01    19,400.00  li.na",
    ]
    assert done.err == ""


def test_a_quote_fits_eighty_cells(shop: Office) -> None:
    shop.environment["COLUMNS"] = "80"
    shop.ok(*MAKE, "YF-100:2", "--item", "SVC-1:3.5@1000", "--extra", "培训")
    done = shop.ok("quote", "show", "Q2026-0001", "--format", "table")
    shown = done.out.split("Lines\n")[1].splitlines()
    assert shown[:4] == [
        "  Line  SKU     Product        Quantity  Discount  Unit price     Amount",
        "  " + "─" * 70,
        "     1  YF-100  云帆CRM标准版         2       3 %    9,700.00  19,400.00",
        "     2  SVC-1   实施服务            3.5   16.67 %    1,000.00   3,710.00",
    ]
    assert "Extra   Amount" in done.out or "Extra  Amount" in done.out
    spare = "lines.list_price, lines.tax_rate, lines.tax, "
    assert done.err.startswith(f"note: no room for {spare}"), "what a line comes to is shown before its tax"


def test_a_quote_shows_how_each_line_comes_about(shop: Office) -> None:
    shop.environment["COLUMNS"] = "120"
    shop.ok(*MAKE, "YF-100:2", "--item", "SVC-1:3.5@1000")
    expected = [
        "Line",
        "SKU",
        "Product",
        "Quantity",
        "List price",
        "Discount",
        "Unit price",
        "Tax rate",
        "Tax",
        "Amount",
    ]
    for form in ("table", "plain"):
        done = shop.ok("quote", "show", "Q2026-0001", "--format", form)
        heading, *rows = (line for line in done.out.splitlines() if re.search("List price|YF-100", line))
        assert re.split(r"\s{2,}", heading.strip()) == expected
        assert re.split(r"\s{2,}", rows[0].strip())[4:] == [
            "10,000.00",
            "3 %",
            "9,700.00",
            "13 %",
            "2,231.86",
            "19,400.00",
        ]
        assert "lines." not in done.err


def test_filters(shop: Office) -> None:
    shop.ok(*MAKE, "YF-100:1")
    shop.ok(*MAKE, "YF-100:1-12%", user="zhao.lei")
    ids = ("--format", "ids")
    assert shop.ok("quote", "list", "--state", "approved", *ids).out == "Q2026-0001\n"
    assert (
        shop.ok("quote", "list", "--state", "approved", "--state", "pending_approval", *ids).out
        == "Q2026-0002\nQ2026-0001\n"
    )
    assert shop.ok("quote", "list", "--owner", "zhao.lei", *ids).out == "Q2026-0002\n"
    assert shop.ok("quote", "list", "--customer", "明远", "--limit", "1", *ids).out == "Q2026-0002\n"
    assert shop.ok("quote", "list", "--expired", *ids, now="2026-04-02 08:00").out == "Q2026-0001\n"
    assert shop.ok("quote", "list", "--expired", "--state", "draft", *ids).out == ""
    assert shop.run("quote", "list", "--customer", "没有").status == 3
    assert shop.run("quote", "list", "--owner", "nobody").status == 3


def test_accepting(shop: Office) -> None:
    shop.ok(*MAKE, "YF-100:2")
    done = shop.ok("quote", "accept", "q2026-0001", "--on", "今天", now="2026-03-05 10:00")
    assert done.out == "HZ2026001 杭州明远制造有限公司 accepted Q2026-0001 on 2026-03-05: 19,400.00\n"
    shown = shop.json("quote", "show", "Q2026-0001")
    assert (shown["state"], shown["accepted_on"]) == ("accepted", "2026-03-05")


def test_a_discount_goes_its_way_to_acceptance(shop: Office) -> None:
    """Twelve per cent by a rep: not accepted before the manager has approved it, whom alone that is up to."""
    number = shop.ok(*MAKE, "YF-100:2-12%", "--quiet").out.strip()
    assert shop.run("quote", "accept", number).status == 4
    assert shop.run("approval", "approve", "AP2026-0001").status in (4, 5)
    shop.ok("approval", "approve", "AP2026-0001", user="zhang.wei")
    shown = shop.json("quote", "show", number)
    assert (shown["state"], shown["approval"]["state"]) == ("approved", "approved")
    shop.ok("quote", "accept", number)


ACCEPT = ("quote", "accept")
PERCENT = "write 15%, 15 or 12.5%, with two decimals at most"
QUANTITY = "write 10, 1,000 or 2.5, with three decimals at most"
MONEY = "write 50000, 50,000.00, 5万, 1.2万 or ￥300, with two decimals at most"
ITEM = "write SKU:QUANTITY, SKU:QUANTITY@UNIT_PRICE or SKU:QUANTITY-DISCOUNT%, such as: YF-100:2-5%"
EXTRA = "write TEXT or TEXT=AMOUNT, such as: training=2000"
DAY = "give the day on which the customer confirmed"
PRODUCTS, QUOTES = "see: salesflow product list", "see: salesflow quote list"
WHO = "see who decides, and why: salesflow approval show AP2026-0001"
SURCHARGE = "a quote gives discounts, never surcharges: sell at the list price and add what comes on top with --extra"

WRONG: list[tuple[tuple[str, ...], int, str, str]] = [
    ((*MAKE, "NO-1:1"), 3, "unknown-product", f"there is no product NO-1: {PRODUCTS}"),
    (
        (*MAKE, "YF-10:1"),
        3,
        "unknown-product",
        "there is no product YF-10: did you mean YF-100? See: salesflow product list",
    ),
    (("quote", "make", "明远"), 2, "missing-value", "--item is missing: see: salesflow quote make --help"),
    ((*MAKE, "YF-100"), 2, "invalid-value", f'--item: "YF-100" is not an item: {ITEM}'),
    ((*MAKE, "YF-100:0"), 2, "invalid-value", f'--item: the quantity "0" must be above 0 and below 10^9: {QUANTITY}'),
    ((*MAKE, "YF-100:1.0005"), 2, "invalid-value", f'--item: "1.0005" has more than three decimals: {QUANTITY}'),
    ((*MAKE, "YF-100:1-101%"), 2, "invalid-value", f'--item: "101%" is not between 0 % and 100 %: {PERCENT}'),
    ((*MAKE, "YF-100:1@-1"), 2, "invalid-value", f'--item: the amount "-1" must not be negative: {MONEY}'),
    (
        (*MAKE, "YF-100:1@10000.01"),
        4,
        "above-list-price",
        f"line 1: the unit price 10,000.01 is above the list price 10,000.00: {SURCHARGE}",
    ),
    (
        (*MAKE, "YF-900:999999999"),
        2,
        "invalid-value",
        "line 1: the amount is too large: check the quantity and the price",
    ),
    (
        (*MAKE, "YF-100:1", "--discount", "101"),
        2,
        "invalid-value",
        f'--discount: "101" is not between 0 % and 100 %: {PERCENT}',
    ),
    (
        (*MAKE, "YF-100:1", "--freight", "-1"),
        2,
        "invalid-value",
        f'--freight: the amount "-1" must not be negative: {MONEY}',
    ),
    (
        (*MAKE, "YF-100:1", "--freight", "1.005"),
        2,
        "invalid-value",
        f'--freight: "1.005" has more than two decimals: {MONEY}',
    ),
    ((*MAKE, "YF-100:1", "--extra", "=5"), 2, "invalid-value", f'--extra: "=5" is not an extra: {EXTRA}'),
    (
        (*MAKE, "YF-100:1", "--valid-days", "0"),
        2,
        "invalid-value",
        "a quote cannot be valid for 0 days: give 1 to 3660 days",
    ),
    ((*ACCEPT, "Q2026-0009"), 3, "unknown-quote", f"there is no quote Q2026-0009: {QUOTES}"),
    (("quote", "show", "Q2026-0009"), 3, "unknown-quote", f"there is no quote Q2026-0009: {QUOTES}"),
    ((*ACCEPT, "Q2026-0001", "--on", "tomorrow"), 2, "future", f"2026-03-03 is in the future: {DAY}"),
    (
        (*ACCEPT, "Q2026-0001", "--on", "yesterday"),
        2,
        "invalid-value",
        f"2026-03-01 is before Q2026-0001 was made, on 2026-03-02: {DAY}",
    ),
    ((*ACCEPT, "Q2026-0002"), 4, "not-approved", f"Q2026-0002 waits for the approval of the role manager: {WHO}"),
    ((*ACCEPT, "Q2026-0003"), 4, "not-approved", "Q2026-0003 is a draft: send it: salesflow quote submit Q2026-0003"),
]


@pytest.mark.parametrize(("words", "status", "code", "text"), WRONG)
def test_one_clear_line_and_nothing_written(
    shop: Office, words: tuple[str, ...], status: int, code: str, text: str
) -> None:
    shop.ok(*MAKE, "YF-100:1")
    shop.ok(*MAKE, "YF-100:1-12%")
    shop.ok(*MAKE, "YF-100:1-12%", "--draft")
    before = deals.written(shop)
    done = shop.run(*words)
    assert (done.status, done.out, done.err) == (status, "", f"error [{code}]: {text}\n")
    assert deals.written(shop) == before


@pytest.mark.parametrize(
    ("words", "status", "beginning"),
    [
        (
            ("quote", "make", "无此客户", "--item", "YF-100:1"),
            3,
            "error [unknown-customer]: there is no customer 无此客户: ",
        ),
        ((*ACCEPT, "Q2026-0001", "--on", "2026-02-30"), 2, "error [invalid-value]: --on: "),
    ],
)
def test_values_that_others_look_at(shop: Office, words: tuple[str, ...], status: int, beginning: str) -> None:
    shop.ok(*MAKE, "YF-100:1")
    done = shop.run(*words)
    assert (done.status, done.out, done.err.count("\n")) == (status, "", 1)
    assert done.err.startswith(beginning)


def test_an_expired_quote_says_what_to_do(shop: Office) -> None:
    shop.ok(*MAKE, "YF-100:1")
    done = shop.run("quote", "accept", "Q2026-0001", now="2026-04-02 09:00")
    assert done.status == 4
    assert done.err.startswith("error [quote-validity]: the quote expired on 2026-04-01: ")


def test_an_error_as_json(shop: Office) -> None:
    done = shop.run(*MAKE, "YF-100:1@99999", "--json")
    assert (done.status, done.out) == (4, "")
    assert '"code": "above-list-price"' in done.err


def test_text_cannot_control_the_terminal(shop: Office) -> None:
    done = shop.run(*MAKE, "YF-100:1", "--note", "\x1b[2J")
    assert done.status == 2
    assert "\x1b" not in done.err


def test_two_makers_at_once(shop: Office) -> None:
    """Real processes on one file: nobody is refused, every number is given once, and the approvals' too."""
    root = Path(__file__).resolve().parents[2]
    environment = {
        **os.environ,
        **shop.environment,
        "PYTHONPATH": str(root),
        "SALESFLOW_DB": str(shop.database),
        "SALESFLOW_LANG": "en",
    }
    script = (
        "for n in 1 2 3; do {} -m salesflow --user {} quote make HZ2026001 --item YF-100:$n-12% --quiet || exit 1; done"
    )
    running = [
        subprocess.Popen(
            ["sh", "-c", script.format(sys.executable, user)],
            env=environment,
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )
        for user in ("li.na", "chen.jie")
    ]
    numbers = [line for process in running for line in process.communicate(timeout=120)[0].split()]
    assert [process.returncode for process in running] == [0, 0]
    year = numbers[0][1:5]
    assert sorted(numbers) == [f"Q{year}-{n:04d}" for n in range(1, 7)]
    approvals = [row["number"] for row in deals.rows(shop, "SELECT number FROM v_approval ORDER BY number")]
    assert approvals == [f"AP{year}-{n:04d}" for n in range(1, 7)]


def test_completion_offers_numbers_and_skus(shop: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.ok(*MAKE, "YF-100:1")
    shop.ok(*MAKE, "YF-100:1")
    deals.execute(shop, "UPDATE product SET retired_at = '2026-03-01 00:00:00' WHERE sku = 'YF-900'")
    monkeypatch.setenv("SALESFLOW_CONFIG", shop.environment["SALESFLOW_CONFIG"])
    ctx = TyperContext(TyperCommand("salesflow"))
    ctx.params = {"db": str(shop.database), "user": "li.na"}
    name = "杭州明远制造有限公司"
    assert complete.quote(ctx, "Q2026") == [("Q2026-0002", name), ("Q2026-0001", name)]
    assert complete.quote(ctx, "Q2027") == []
    assert complete.product(ctx, "YF") == [("YF-100", "云帆CRM标准版")]
    ctx.params = {"db": "/nowhere", "user": "li.na"}
    assert complete.product(ctx, "") == []
