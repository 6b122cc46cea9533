"""salesflow price and product edit, retire, stock: what is printed, as JSON and at 80 columns, and everything that is refused."""

from __future__ import annotations

import pytest

from salesflow.rules.policy import Policy, PriceApproval
from salesflow.text import width
from tests import deals
from tests.conftest import Office
from tests.services.test_prices import FREE, everything, govern

KEYS = [
    "sku", "name", "list_price", "floor_price", "valid_from", "valid_until", "state", "number", "by", "reason", "at", "approved_at",
    "approval",
]  # fmt: skip
PAGE_KEYS = {
    "number", "sku", "name", "unit", "net", "valid_from", "old_list_price", "list_price", "change", "old_floor_price", "floor_price",
    "cost", "old_margin", "margin", "floor_margin", "state", "by", "reason",
}  # fmt: skip


@pytest.fixture
def shop(office: Office) -> Office:
    deals.furnish(office)
    govern(office, FREE)
    return office


@pytest.fixture
def strict(shop: Office) -> Office:
    govern(shop, Policy(price_approval=PriceApproval("always")))
    return shop


def test_setting_a_price_says_so(shop: Office) -> None:
    done = shop.ok("price", "set", "yf-100", "1.1万", "--from", "2026-04-01", "--reason", "原材料涨价")
    assert done.out == "YF-100: 10,000.00 -> 11,000.00 (+10 %); from 2026-04-01 (JG2026-0001)\n"
    assert shop.ok("price", "set", "YF-100", "9500", "--quiet").out == "JG2026-0002\n"
    row = shop.json("price", "set", "YF-100", "9600", "--floor-price", "8000")
    assert list(row) == KEYS
    assert (row["number"], row["list_price"], row["floor_price"], row["approval"]) == (
        "JG2026-0003",
        "9600.00",
        "8000.00",
        None,
    )
    assert (row["valid_from"], row["valid_until"], row["state"], row["by"]) == (
        "2026-03-02",
        "2026-03-31",
        "valid",
        "li.na",
    )


def test_a_price_that_waits_says_for_whom(strict: Office) -> None:
    assert strict.ok("price", "set", "YF-100", "9000", "--from", "tomorrow").out.splitlines() == [
        "YF-100: 10,000.00 -> 9,000.00 (-10 %); from 2026-03-03 (JG2026-0001)",
        "JG2026-0001 waits for its approval, AP2026-0001",
        "step 1: manager [price-approval]: YF-100: 10,000.00 -> 9,000.00 (-10 %)",
        "it waits for the role manager, by 2026-03-03 18:00",
    ]
    said = strict.ok("price", "set", "YF-100", "9100", "--from", "tomorrow").out.splitlines()
    assert said[1:3] == [
        "JG2026-0001 is withdrawn: this one takes its place",
        "JG2026-0002 waits for its approval, AP2026-0002",
    ]
    assert strict.json("price", "list", "YF-100")[-1]["approval"]["number"] == "AP2026-0002"
    beside = strict.ok("price", "set", "YF-100", "9200", "--from", "tomorrow", user="zhao.lei").out.splitlines()
    assert beside[1] == "JG2026-0002 waits on for the same day: what is approved last holds"


def test_the_list(shop: Office) -> None:
    shop.ok("price", "set", "YF-100", "9500")
    shop.ok(
        "price", "set", "YF-100", "11000", "--from", "2026-04-01", "--floor-price", "8000", "--reason", "原材料涨价"
    )
    assert shop.ok("price", "list").out.splitlines() == [
        "SKU     Product        List price  Floor price  Valid from  Until       No.",
        "YF-100  云帆CRM标准版    9,500.00     7,000.00  2026-03-02  2026-03-31  JG2026-0001",
        "YF-100  云帆CRM标准版   11,000.00     8,000.00  2026-04-01              JG2026-0002",
        "YF-900  云帆CRM集团版  600,000.00",
    ]
    assert shop.ok("price", "list", "yf-100").out.splitlines() == [
        "List price  Floor price  Valid from  Until       No.          By     Reason",
        " 10,000.00     7,000.00              2026-03-01",
        "  9,500.00     7,000.00  2026-03-02  2026-03-31  JG2026-0001  li.na",
        " 11,000.00     8,000.00  2026-04-01              JG2026-0002  li.na  原材料涨价",
    ]
    at = [(row["sku"], row["list_price"]) for row in shop.json("price", "list", "--at", "2026-03-31")]
    assert at == [("YF-100", "9500.00"), ("YF-900", "600000.00")]
    assert [row["list_price"] for row in shop.json("price", "list", "--at", "2026-03-01", "YF-100")] == ["10000.00"]
    assert [row["list_price"] for row in shop.json("price", "list", now="2026-04-01 00:00")] == [
        "11000.00",
        "600000.00",
    ]
    dearest = shop.ok(
        "price", "list", "--sort", "list_price", "--reverse", "--limit", "1", "--fields", "sku,list_price"
    )
    assert dearest.out.splitlines()[1].split() == ["YF-900", "600,000.00"]


def test_headings_in_chinese(strict: Office) -> None:
    strict.ok("price", "set", "YF-100", "9500", "--from", "2026-04-01")
    heading = strict.ok("price", "list", "YF-100", lang="zh").out.splitlines()[0]
    assert heading.split()[:4] == ["目录价", "底价", "生效日期", "有效期至"]
    page = strict.ok("approval", "show", "AP2026-0001", lang="zh", user="zhang.wei").out
    assert "生效日期" in page
    assert "审批角色" in page
    assert "决策链角色" not in page


def test_all_of_the_list(strict: Office) -> None:
    strict.ok("price", "set", "YF-100", "9500")
    deals.reject(strict, "AP2026-0001", "zhang.wei", "毛利太低")
    strict.ok("price", "set", "YF-100", "9600")
    strict.ok("price", "withdraw", "JG2026-0002", "--reason", "写错了")
    strict.ok("price", "set", "YF-100", "9700")
    strict.ok("product", "retire", "YF-900", user="sun.li")
    everything_ = [(row["sku"], row["number"], row["state"]) for row in strict.json("price", "list", "--all")]
    assert everything_ == [
        ("YF-100", None, "valid"),
        ("YF-100", "JG2026-0001", "rejected"),
        ("YF-100", "JG2026-0002", "withdrawn"),
        ("YF-100", "JG2026-0003", "pending_approval"),
        ("YF-900", None, "valid"),
    ]
    assert [row["number"] for row in strict.json("price", "list")] == [None, "JG2026-0003"]


def test_an_empty_list(office: Office) -> None:
    assert (office.ok("price", "list").out, office.json("price", "list")) == ("", [])


@pytest.mark.parametrize(
    "words", [("price", "list"), ("price", "list", "YF-100"), ("product", "list"), ("product", "show", "YF-100")]
)
def test_everything_fits_eighty_columns(strict: Office, words: tuple[str, ...]) -> None:
    strict.environment["COLUMNS"] = "80"
    strict.ok(
        "price", "set", "YF-100", "9500", "--from", "2026-04-01", "--reason", "供应商调价，随之调整，四月一日起执行"
    )
    strict.ok("approval", "approve", "AP2026-0001", user="zhang.wei")
    strict.ok("price", "set", "YF-100", "9400", "--from", "2026-05-01")
    lines = strict.ok(*words, "--format", "table").out.splitlines()
    assert max(map(width, lines)) <= 80
    assert any("9,500.00" in line for line in lines)


def test_the_next_price_is_told_of_a_product(shop: Office) -> None:
    assert "Next price" not in shop.ok("product", "list").out
    shop.ok("price", "set", "YF-100", "11000", "--from", "2026-04-01")
    shop.ok("price", "set", "YF-100", "12000", "--from", "2026-05-01")
    row = shop.json("product", "list")[0]
    assert (row["list_price"], row["next_price"], row["next_price_on"]) == ("10000.00", "11000.00", "2026-04-01")
    assert "Next price" in shop.ok("product", "list").out
    shown = shop.json("product", "show", "YF-100", now="2026-04-30 12:00")
    assert (shown["list_price"], shown["next_price"], len(shown["prices"])) == ("11000.00", "12000.00", 3)


def test_a_quote_tells_of_prices_that_move(shop: Office) -> None:
    shop.ok("price", "set", "YF-100", "9800", now="2026-02-27 09:00")
    shop.ok("price", "set", "YF-100", "11000", "--from", "2026-04-01")
    shop.ok("price", "set", "YF-100", "12000", "--from", "2026-04-02")  # after the quote's last day
    shop.ok("price", "set", "YF-900", "500000", now="2026-01-02 09:00")  # long ago
    made = ("quote", "make", "HZ2026001", "--item")
    assert shop.ok(*made, "YF-100:1").out.splitlines()[1:3] == [
        "YF-100 costs 9,800.00 since 2026-02-27, 10,000.00 before",
        "YF-100 costs 11,000.00 from 2026-04-01 on, 9,800.00 until then",
    ]
    assert "costs" not in shop.ok(*made, "YF-900:1").out


def test_the_approval_page(strict: Office) -> None:
    strict.ok("price", "set", "YF-100", "9000", "--from", "2026-04-01", "--floor-price", "6500", "--reason", "清库存")
    page = strict.json("approval", "show", "AP2026-0001", user="zhang.wei")["price"]
    assert set(page) == PAGE_KEYS
    expected = {
        "old_list_price": "10000.00", "list_price": "9000.00", "change": "-10.00", "old_floor_price": "7000.00",
        "floor_price": "6500.00", "cost": "6000.00", "old_margin": "40.00", "margin": "33.33", "floor_margin": "7.69",
        "reason": "清库存", "by": "li.na", "valid_from": "2026-04-01",
    }  # fmt: skip
    assert {key: page[key] for key in expected} == expected
    assert (
        strict.ok("approval", "list", "--subject", "price", "--format", "ids", user="zhang.wei").out == "AP2026-0001\n"
    )
    assert strict.ok("approval", "list", "--subject", "jg2026-0001", "--format", "ids").out == "AP2026-0001\n"
    assert "JG2026-0001 from li.na" in strict.ok("today", user="zhang.wei").out
    done = strict.ok("approval", "approve", "AP2026-0001", user="zhang.wei")
    assert done.out == "JG2026-0001 is approved: AP2026-0001 has all its approvals\n"
    after = strict.json("approval", "show", "AP2026-0001")["price"]
    assert (after["old_list_price"], after["list_price"], after["state"]) == ("10000.00", "9000.00", "valid")


def test_who_approves_a_price_after_its_day_is_told_that_it_moves(strict: Office) -> None:
    strict.ok("price", "set", "YF-100", "9000", "--from", "2026-03-04")
    strict.ok("price", "set", "YF-900", "500000", "--from", "2026-03-06")
    late = strict.ok("approval", "approve", "AP2026-0001", user="zhang.wei", now="2026-03-06 09:00")
    said = "note [price-approval]: YF-100: the price was asked for from 2026-03-04 on; it holds from 2026-03-06 on"
    assert said in late.err.splitlines()
    in_time = strict.ok("approval", "approve", "AP2026-0002", user="zhang.wei", now="2026-03-06 09:00")
    assert "asked for" not in in_time.err


@pytest.mark.parametrize("ref", ["JG2026-0001", "jg2026-0001", "AP2026-0001"])
def test_why(strict: Office, ref: str) -> None:
    strict.ok("price", "set", "YF-100", "9000", "--from", "2026-04-01")
    found = strict.json("explain", ref)
    assert (found["kind"], found["name"]) == ("approval" if ref.startswith("AP") else "price", None)
    decided = [(one["rule"], one["outcome"]) for one in found["decisions"]]
    assert decided == [("price-valid", "first"), ("price-approval", "needed"), ("approval-deadline", "pending")]
    assert strict.ok("explain", ref).out


def test_editing_says_what_changed(shop: Office) -> None:
    done = shop.ok(
        "product", "edit", "yf-100", "--unit", "套", "--cost", "6500", "--lead-days", "2w", "--customised",
        "--list-price", "9900",
    )  # fmt: skip
    assert done.out == (
        "YF-100: Unit 件 -> 套, Cost 6,000.00 -> 6,500.00, Lead days 14, Customised yes, "
        "List price 10,000.00 -> 9,900.00\n"
    )
    assert shop.ok("product", "edit", "YF-100", "--unit", "套").out == "YF-100: nothing changed\n"
    cleared = shop.ok(
        "product", "edit", "YF-100", "--clear", "lead-days", "--clear", "cost", "--standard", user="liu.yang"
    )
    assert cleared.out == "YF-100: Cost 6,500.00 -> empty, Lead days 14 -> empty, Customised yes -> empty\n"
    taxed = shop.ok("product", "edit", "YF-100", "--tax-rate", "6", user="liu.yang")
    assert taxed.out == "YF-100: Tax rate 13 % -> 6 %\n"
    assert shop.json("product", "edit", "YF-100", "--name", "新名", "--if-version", "5")["version"] == 6


def test_stock_and_retiring(shop: Office) -> None:
    assert shop.ok("product", "stock", "yf-100", "--set", "40").out == "YF-100: stock - -> 40\n"
    assert shop.ok("product", "stock", "YF-100", "--add", "-2.5").out == "YF-100: stock 40 -> 37.5\n"
    assert shop.ok("product", "stock", "YF-100", "--add", "+1").out == "YF-100: stock 37.5 -> 38.5\n"
    assert shop.json("product", "stock", "YF-100", "--add", "－0.5")["stock"] == "38"
    shop.user = "sun.li"
    assert shop.ok("product", "retire", "YF-100", "--reason", "停产").out == "retired YF-100\n"
    assert shop.ok("product", "list", "--format", "ids").out == "YF-900\n"
    assert shop.ok("product", "retire", "YF-100", "--undo").out == "YF-100 is sold again\n"
    assert shop.ok("product", "list", "--format", "ids").out == "YF-100\nYF-900\n"


def test_retiring_takes_back_what_waits(strict: Office) -> None:
    strict.ok("price", "set", "YF-100", "9000", "--from", "2026-04-01")
    assert strict.ok("product", "retire", "YF-100", user="zhang.wei").out.splitlines() == [
        "retired YF-100",
        "withdrawn, the price that waits for its approval: JG2026-0001",
    ]


def test_withdrawing_says_so(shop: Office) -> None:
    shop.ok("price", "set", "YF-100", "9000", "--from", "2026-04-01")
    assert shop.ok("price", "withdraw", "jg2026-0001").out == "withdrew JG2026-0001: YF-100 keeps its price\n"


MONEY = "write 50000, 50,000.00, 5万, 1.2万 or ￥300, with two decimals at most"
BACK = "bring it back first: salesflow product retire OLD --undo"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("product", "edit", "YF-100", "--tax-rate", "0"), 5,
         "error [tax-rate]: YF-100: another tax rate is not a salesperson's to set: ask a manager, a director or finance"),
        (("product", "edit", "YF-100", "--cost", "1"), 5, "error [cost]: YF-100: a lower cost is not a salesperson's to set"),
        (("product", "retire", "YF-100"), 5,
         "error [not-permitted]: li.na may not do this: it needs the role operations, manager, director"),
        (("price", "set", "YF-10", "1"), 3, "error [unknown-product]: there is no product YF-10: did you mean YF-100?"),
        (("price", "set", "OLD", "1"), 4, f"error [retired-product]: OLD is retired: {BACK}"),
        (("product", "edit", "OLD", "--unit", "套"), 4, f"error [retired-product]: OLD is retired: {BACK}"),
        (("price", "set", "YF-100", "--", "-5"), 2, f'error [invalid-value]: AMOUNT: the amount "-5" must not be negative: {MONEY}'),
        (("price", "set", "YF-100", "1.005"), 2, f'error [invalid-value]: AMOUNT: "1.005" has more than two decimals: {MONEY}'),
        (("price", "set", "YF-100"), 2, "error [missing-value]: AMOUNT is missing"),
        (("price", "set", "YF-100", "9000", "--from", "2026-02-29"), 2, 'error [invalid-value]: --from: there is no day "2026-02-29"'),
        (("price", "set", "YF-100", "9000", "--from", "yesterday"), 2,
         "error [past]: 2026-03-01 is past: a quote of that day would have had another price: give today or a later day"),
        (("price", "set", "YF-100", "10000"), 6,
         "error [duplicate]: YF-100 costs 10,000.00 on 2026-03-02 already: see: salesflow price list YF-100"),
        (("price", "set", "YF-100", "6000"), 4, "error [floor-above-list]: YF-100: the floor price 7,000.00 is above the list price 6,000.00"),
        (("price", "set", "YF-100", "9000", "--reason", "a\x1b[2J"), 2, "the reason has the control character U+001B"),
        (("price", "list", "X"), 3, "error [unknown-product]: there is no product X"),
        (("price", "withdraw", "JG2026-0009"), 3, "error [unknown-price]: there is no price JG2026-0009: see: salesflow price list --all"),
        (("explain", "JG2026-0009"), 3, "error [unknown-price]: there is no price JG2026-0009"),
        (("product", "edit", "YF-100"), 2, "error: there is nothing to change: give what is to be changed, such as --name TEXT"),
        (("product", "edit", "YF-100", "--name", ""), 2, "error [missing-value]: product name is empty: every product has one"),
        (("product", "edit", "YF-100", "--unit", "套", "--if-version", "9"), 6,
         "error [changed]: YF-100 was changed meanwhile: it is at version 1, not 9: look at it again: salesflow product show YF-100"),
        (("product", "edit", "YF-100", "--clear", "name"), 2, "error [invalid-value]: --clear: name is not one of the codes"),
        (("product", "stock", "YF-100"), 2, "error: it is not clear what the stock is to be: give either --set N or --add N"),
        (("product", "stock", "YF-900", "--add", "-5"), 4, "error [stock]: YF-900 has 3 in stock: 5 cannot be taken"),
        (("product", "stock", "YF-100", "--add", "1"), 4, "error [stock]: nobody has said how many there are of YF-100"),
        (("product", "stock", "YF-100", "--set", "-1"), 2, '--set: "-1" is not a quantity'),
        (("product", "stock", "YF-100", "--add", "--5"), 2, '--add: "-5" is not a quantity'),
        (("product", "retire", "OLD"), 4, "error [state]: OLD is retired since 2026-03-02"),
        (("product", "retire", "YF-100", "--undo"), 4, "error [state]: YF-100 is not retired: see: salesflow product list --retired"),
        (("quote", "make", "HZ2026001", "--item", "OLD:1"), 4, "error [retired-product]: OLD is retired"),
        (("quote", "make", "HZ2026001", "--item", "NIX:1"), 3, "error [unknown-product]: there is no product NIX"),
        (("quote", "make", "HZ2026001", "--item", "YF-100:0"), 2, 'the quantity "0" must be above 0'),
        (("quote", "make", "HZ2026001", "--item", "YF-100:-1"), 2, '"-1" is not a quantity'),
        (("quote", "make", "HZ2026001", "--item", "YF-100:1@-1"), 2, 'the amount "-1" must not be negative'),
        (("quote", "make", "HZ2026001", "--item", "YF-100:1-100.01%"), 2, '"100.01%" is not between 0 % and 100 %'),
        (("quote", "make", "HZ2026001", "--item", "YF-100:1", "--discount", "101"), 2, '"101" is not between 0 % and 100 %'),
    ],
)  # fmt: skip
def test_one_clear_line_and_nothing_written(shop: Office, words: tuple[str, ...], status: int, said: str) -> None:
    user = "sun.li" if words[:2] == ("product", "retire") and status == 4 else "li.na"
    shop.ok("product", "add", "OLD", "--name", "旧版", "--list-price", "1")
    shop.ok("product", "retire", "OLD", user="sun.li")
    shop.ok("product", "stock", "YF-900", "--set", "3")
    before = everything(shop)
    done = shop.run(*words, user=user)
    assert (done.status, done.out, done.err.count("\n")) == (status, "", 1), done.err
    assert said in done.err
    assert "\x1b" not in done.err
    assert everything(shop) == before


def test_a_line_and_the_quote_all_free(shop: Office) -> None:
    made = shop.json("quote", "make", "HZ2026001", "--item", "YF-100:2-100%", "--discount", "100")
    assert (made["total"], made["max_discount"], made["state"]) == ("0.00", "100.00", "pending_approval")


def test_as_a_program_of_its_own(shop: Office) -> None:
    done = shop.program("price", "set", "YF-100", "9000", "--from", "+1d", "--json")
    assert (done.status, done.err, done.json["valid_from"]) == (0, "", "2026-03-03")
    assert (
        shop.program("price", "list", "--format", "csv")
        .out.splitlines()[1]
        .startswith("YF-100,云帆CRM标准版,10000.00,7000.00,,2026-03-02,")
    )
    assert shop.program("product", "edit", "YF-100", "--unit", "套", "--quiet").out == "YF-100\n"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("price withdraw J", "JG2026-0001"),
        ("price set Y", "YF-100"),
        ("product retire Y", "YF-100"),
        ("explain JG", "JG2026-0001"),
    ],
)
def test_the_shell_completes(shop: Office, typed: str, offered: str) -> None:
    shop.ok("price", "set", "YF-100", "9000", "--from", "2199-12-31")  # completion goes by the machine's clock
    words = f"salesflow {typed}"
    done = shop.program(_SALESFLOW_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(len(words.split()) - 1))
    assert done.status == 0
    assert offered in done.out
