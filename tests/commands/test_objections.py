"""salesflow objection and salesflow script, as people and programs use them."""

from __future__ import annotations

import pytest

from tests import deals
from tests.conftest import Office

KEYS = [
    "number", "at", "customer_code", "customer_name", "kind", "statement", "outcome", "resolve", "request", "discount",
    "decision", "acknowledge", "explain", "product", "script_id", "script", "closed_at", "by",
]  # fmt: skip
SCRIPT_KEYS = [
    "id", "kind", "title", "text", "product", "product_name", "used", "resolved", "retired", "created_at", "by",
]  # fmt: skip
PRICE = ("--kind", "price", "--statement", "比恒通的报价高 12%")


@pytest.fixture
def stock(office: Office) -> Office:
    deals.furnish(office)
    return office


def script(office: Office, title: str, *words: str) -> str:
    return office.ok(
        "script", "add", "--kind", "price", "--title", title, "--text", f"{title}的说法", *words, "--quiet"
    ).out.strip()


def test_log_says_what_it_did_and_suggests(stock: Office) -> None:
    for title in ("按总成本比较", "分期", "标杆客户"):
        script(stock, title)
    for number, used in (("1", "2"), ("2", "2"), ("3", "3")):
        stock.ok("objection", "log", deals.NAME, *PRICE)
        stock.ok("objection", "resolve", f"YY2026-000{number}", "--resolve", "已接受", "--script", used)
    done = stock.ok("objection", "log", "明远", *PRICE)
    assert done.out.splitlines() == [
        "YY2026-0004: objection of HZ2026001 杭州明远制造有限公司",
        "try script 2, 分期 (2 settled with it): 分期的说法",
        "try script 3, 标杆客户 (1 settled with it): 标杆客户的说法",
    ]
    logged = stock.json("objection", "log", "明远", *PRICE)
    assert [*logged] == [*KEYS, "approval", "suggestions"]
    assert [one["id"] for one in logged["suggestions"]] == [2, 3]
    assert [*logged["suggestions"][0]] == SCRIPT_KEYS
    zh = stock.ok("objection", "log", "明远", *PRICE, lang="zh").out.splitlines()
    assert zh[0] == "YY2026-0006：HZ2026001 杭州明远制造有限公司的异议"
    assert zh[1].startswith("可用话术 2")


def test_scripts_of_other_products_and_retired_ones_are_not_suggested(stock: Office) -> None:
    script(stock, "标准版", "--product", deals.SKU)
    script(stock, "集团版", "--product", deals.DEAR)
    gone = script(stock, "旧话术")
    stock.ok("script", "retire", gone)
    assert stock.json("objection", "log", "明远", *PRICE)["suggestions"] == []
    found = stock.json("objection", "log", "明远", *PRICE, "--product", "yf-900")
    assert [one["title"] for one in found["suggestions"]] == ["集团版"]
    assert found["product"] == deals.DEAR
    other = stock.json("objection", "log", "明远", "--kind", "交付", "--statement", "要 10 天内到货")
    assert (other["kind"], other["suggestions"]) == ("delivery", [])


def test_escalation_shows_its_route_and_the_approver_all_of_it(stock: Office) -> None:
    words = ("--outcome", "escalated", "--request", "整单 15%，年内签约", "--discount", "15")
    done = stock.ok("objection", "log", "明远", *PRICE, *words)
    assert "step 1: manager [discount-authority]: 15 % on the goods as a whole is above 10 %" in done.out.splitlines()
    page = stock.json("approval", "show", "AP2026-0001", user="zhang.wei")
    assert (page["subject_kind"], page["subject_ref"], page["amount"]) == ("objection", "YY2026-0001", None)
    assert (page["objection"]["request"], page["objection"]["discount"]) == ("整单 15%，年内签约", "15.00")
    assert (page["quote"], page["order"]) == (None, None)
    assert [row["number"] for row in stock.json("approval", "list", "--subject", "objection", user="zhang.wei")] == [
        "AP2026-0001"
    ]
    for ref in ("YY2026-0001", "AP2026-0001"):
        rules = [row["rule"] for row in stock.json("explain", ref)["decisions"]]
        assert rules == ["discount-authority", "approval-deadline"]
    stock.ok("approval", "approve", "AP2026-0001", user="zhang.wei")
    shown = stock.json("objection", "show", "yy2026-0001")
    assert (shown["outcome"], shown["approval"]["state"]) == ("escalated", "approved")
    due = stock.json("followup", "list", "--plan", "明远")
    assert "YY2026-0001" in due[0]["focus"]
    assert "YY2026-0001" in stock.ok("objection", "show", "YY2026-0001", lang="zh").out


def test_list_filters(stock: Office) -> None:
    stock.ok("objection", "log", "明远", *PRICE)
    stock.ok(
        "objection",
        "log",
        "明远",
        "--kind",
        "quality",
        "--statement",
        "担心故障率",
        user="zhang.wei",
        now="2026-03-04 10:00",
    )
    stock.ok("objection", "resolve", "YY2026-0001", "--resolve", "已接受")
    listed = stock.json("objection", "list")
    assert [*listed[0]] == KEYS
    for words, numbers in {
        (): ["YY2026-0002", "YY2026-0001"],
        ("--open",): ["YY2026-0002"],
        ("--outcome", "resolved"): ["YY2026-0001"],
        ("--kind", "质量"): ["YY2026-0002"],
        ("--by", "li.na"): ["YY2026-0001"],
        ("--from", "2026-03-03"): ["YY2026-0002"],
        ("--customer", "明远", "--limit", "1"): ["YY2026-0002"],
    }.items():
        assert [row["number"] for row in stock.json("objection", "list", *words)] == numbers
    assert stock.ok("objection", "list", "--kind", "service").out == ""


def test_the_library(stock: Office) -> None:
    assert stock.json("script", "list") == []
    made = stock.json(
        "script", "add", "--kind", "price", "--title", "分期", "--text", "首付 30%", "--product", "YF-100"
    )
    assert [*made] == SCRIPT_KEYS
    assert (made["product"], made["product_name"], made["by"]) == ("YF-100", "云帆CRM标准版", "li.na")


def test_a_reply_comes_from_standard_input(stock: Office) -> None:
    words = ("script", "add", "--kind", "price", "--title", "分期", "--text", "-", "--json")
    done = stock.program(*words, stdin="首付 30%\n余款按季度付\n")
    assert (done.status, done.json["text"]) == (0, "首付 30%\n余款按季度付")


def test_searching_the_library(stock: Office) -> None:
    script(stock, "按总成本 TCO 比较")
    stock.ok(
        "script",
        "add",
        "--kind",
        "delivery",
        "--title",
        "分批交付",
        "--text",
        "总成本不变，分两批",
        "--product",
        "YF-100",
    )
    assert [row["id"] for row in stock.json("script", "search", "总成本")] == [1, 2], "the title goes first"
    assert [row["id"] for row in stock.json("script", "search", "ｔｃｏ")] == [1]
    assert [row["id"] for row in stock.json("script", "search", "总成本 YF-100")] == [2]
    assert [row["id"] for row in stock.json("script", "search", "总成本", "--limit", "1")] == [1]
    assert stock.json("script", "search", "总成本", "--kind", "price", "--limit", "0")[0]["id"] == 1
    assert stock.json("script", "search", "没有的") == []
    assert stock.json("script", "search", " ") == []
    stock.ok("script", "retire", "1")
    assert [row["id"] for row in stock.json("script", "list", "--all")] == [2, 1], "by kind"
    assert [row["id"] for row in stock.json("script", "list")] == [2]
    assert [row["id"] for row in stock.json("script", "list", "--product", "yf-100")] == [2]
    assert stock.json("script", "show", "1")["retired"] is True
    assert stock.ok("script", "retire", "1", "--undo").out == "script 1 is in use again\n"


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("objection", "log", "明远", "--kind", "prize", "--statement", "x"), 2, "did you mean price?"),
        (("objection", "log", "没有", *PRICE), 3, "没有"),
        (("objection", "log", "明远", "--kind", "price"), 2, "--statement is missing"),
        (("objection", "log", "明远", *PRICE, "--product", "XX"), 3, "there is no product XX"),
        (("objection", "log", "明远", *PRICE, "--discount", "101"), 2, "--discount"),
        (("objection", "resolve", "YY2026-0009", "--resolve", "x"), 3, "there is no objection YY2026-0009"),
        (("objection", "show", "YY2026-0009"), 3, "there is no objection YY2026-0009"),
        (("objection", "escalate", "YY2026-0009", "--request", "x"), 3, "there is no objection YY2026-0009"),
        (("explain", "YY2026-0009"), 3, "there is no objection YY2026-0009"),
        (("script", "show", "9"), 3, "there is no script 9"),
        (("script", "retire", "9"), 3, "there is no script 9"),
        (("script", "retire", "x"), 2, "NUMBER"),
    ],
)
def test_wrong_input(stock: Office, words: tuple[str, ...], status: int, message: str) -> None:
    done = stock.run(*words)
    assert (done.status, done.out) == (status, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_what_is_within_the_own_authority_needs_nobody(stock: Office) -> None:
    stock.ok("objection", "log", "明远", *PRICE)
    done = stock.run("objection", "escalate", "YY2026-0001", "--request", "8%", "--discount", "8")
    assert done.status == 4
    assert done.err.startswith(
        "error [discount-authority]: 8 % on the goods as a whole is within the submitter's 10 %: grant it"
    )
    assert stock.json("objection", "show", "YY2026-0001")["outcome"] == "open"


def test_completion_offers_what_is_open(stock: Office) -> None:
    script(stock, "分期")
    stock.ok("objection", "log", "明远", *PRICE)

    def offered(line: str) -> str:
        extra = {"_SALESFLOW_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": f"salesflow {line}"}
        return stock.program(_TYPER_COMPLETE_FISH_ACTION="get-args", **extra).out

    assert offered("objection resolve YY").split("\t") == ["YY2026-0001", f"{deals.NAME}\n"]
    assert offered("explain YY").startswith("YY2026-0001")
    assert offered("script show ").split("\t") == ["1", "分期\n"]
