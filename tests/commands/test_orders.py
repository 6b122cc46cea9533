"""salesflow order: what is printed, in both languages, as JSON, and on a terminal of 80 columns."""

from __future__ import annotations

import pytest

from salesflow.text import width
from tests import deals
from tests.conftest import Office

KEYS = {
    "number", "quote_number", "contract_number", "customer_code", "customer_name", "state", "total", "expected_delivery_on",
    "owner", "returned_because", "payment_terms", "delivery_address", "receiver", "receiver_phone_masked", "note", "freight",
    "extras_total", "tax_total", "created_at", "submitted_at", "approved_at", "lines", "approval",
}  # fmt: skip
LINE_KEYS = {
    "line", "sku", "name", "spec", "quantity", "unit", "unit_price", "discount", "tax_rate", "tax", "amount",
}  # fmt: skip
APPROVAL_KEYS = {
    "number", "state", "self_approved", "waiting_for_role", "waiting_days", "why", "submitted_by", "submitted_at", "round", "rule",
    "due_at", "overdue", "closed_at", "withdrawn_by", "withdrawn_because", "steps",
}  # fmt: skip


@pytest.fixture
def busy(office: Office) -> Office:
    """An accepted quote, Q2026-0001, of 10,000.00 with ten days to deliver."""
    deals.furnish(office)
    deals.accepted(office, delivery_days=10)
    return office


def test_a_draft_is_made_and_submitted_in_two_commands(busy: Office) -> None:
    done = busy.ok(
        "order", "create", "--quote", "q2026-0001", "--receiver", "王工", "--receiver-phone", "139 1234 5678"
    )
    assert done.out == "made DD2026-0001 from Q2026-0001: 10,000.00\ndelivery is expected on 2026-03-12\n"
    done = busy.ok("order", "submit", "dd2026-0001", "--expected-delivery", "下周一")
    assert done.out == (
        "submitted DD2026-0001 (10,000.00) for approval: AP2026-0001\n"
        "delivery is expected on 2026-03-09\n"
        "step 1: manager [order-approval]: checks the amount and that it fits the policy\n"
        "step 2: finance [order-approval]: checks the payment terms and the credit limit\n"
        "step 3: operations [order-approval]: checks the delivery capacity\n"
        "it waits for the role manager, by 2026-03-03 18:00\n"
    )
    order = busy.json("order", "show", "DD2026-0001")
    assert (order["receiver"], order["receiver_phone_masked"]) == ("王工", "139****5678")


def test_one_command_makes_and_submits(busy: Office) -> None:
    assert busy.ok("order", "submit", "--quote", "Q2026-0001", "--quiet").out == "DD2026-0001\n"
    assert busy.json("order", "show", "DD2026-0001")["state"] == "submitted"


def test_it_is_all_or_nothing(busy: Office) -> None:
    deals.dismiss(busy, "sun.li")
    before = deals.written(busy)
    done = busy.run("order", "submit", "--quote", "Q2026-0001")
    assert (done.status, done.out) == (4, "")
    assert "needs the approval of the role operations, which nobody holds" in done.err
    assert deals.written(busy) == before


def test_submitting_in_chinese(busy: Office) -> None:
    out = busy.ok("order", "submit", "--quote", "Q2026-0001", lang="zh").out.splitlines()
    assert out[:2] == ["订单 DD2026-0001（10,000.00）已提交审批：AP2026-0001", "预计交付日期：2026-03-12"]
    assert out[2].startswith("第 1 步：")
    assert not [line for line in out if "checks" in line]


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        (
            "en",
            (
                "error [duplicate]: Q2026-0001 has its order already: DD2026-0001: send that to its approvers: "
                "salesflow order submit DD2026-0001\n"
            ),
        ),
        (
            "zh",
            "错误 [duplicate]：Q2026-0001 已生成订单：DD2026-0001：请直接提交该订单：salesflow order submit DD2026-0001\n",
        ),
    ],
)
def test_the_same_quote_again_names_its_order(busy: Office, lang: str, says: str) -> None:
    busy.ok("order", "create", "--quote", "Q2026-0001")
    done = busy.run("order", "submit", "--quote", "Q2026-0001", lang=lang)
    assert (done.status, done.out, done.err) == (6, "", says)


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("order", "create"), 2, "name a quote with --quote, or a contract with --contract"),
        (("order", "create", "--quote", "Q2026-0009"), 3, "there is no quote Q2026-0009"),
        (("order", "create", "--quote", "Q2026-0001", "--expected-delivery", "2026-02-30"), 2, "--expected-delivery"),
        (
            ("order", "create", "--quote", "Q2026-0001", "--expected-delivery", "2026-03-01"),
            2,
            "2026-03-01 is in the past",
        ),
        (("order", "create", "--quote", "Q2026-0001", "--receiver-phone", "110"), 2, '"110" is not a phone number'),
        (("order", "create", "--quote", "Q2026-0001", "--note", "\x1b[2J"), 2, "control character"),
        (("order", "submit", "DD2026-0009"), 3, "there is no order DD2026-0009"),
        (("order", "show", "DD2026-0009"), 3, "there is no order DD2026-0009"),
        (("order", "list", "--state", "lost"), 2, "lost is not one of the codes"),
        (("order", "list", "--customer", "没有这家"), 3, "there is no customer"),
        (("order", "list", "--owner", "nobody"), 3, "there is no"),
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_written(
    busy: Office, words: tuple[str, ...], status: int, says: str
) -> None:
    before = deals.written(busy)
    done = busy.run(*words)
    assert (done.status, done.out, done.err.count("\n")) == (status, "", 1), done.err
    assert says in done.err
    assert deals.written(busy) == before


def test_a_returned_order_says_why_and_goes_again(busy: Office) -> None:
    busy.ok("order", "submit", "--quote", "Q2026-0001")
    busy.ok("approval", "reject", "AP2026-0001", "--reason", "账期太长", user="zhang.wei")
    assert "Returned because: 账期太长\n" in busy.ok("order", "show", "DD2026-0001").out
    assert busy.json("order", "list", "--state", "returned")[0]["returned_because"] == "账期太长"
    again = busy.ok("order", "submit", "DD2026-0001", "--payment-terms", "预付30%").out
    assert again.startswith("submitted DD2026-0001 (10,000.00) for approval: AP2026-0002\n")
    for user in deals.ORDER_ROUTE:
        done = busy.ok("approval", "approve", "AP2026-0002", user=user)
    assert done.out == "DD2026-0001 is approved: AP2026-0002 has all its approvals\n"
    assert busy.json("order", "show", "DD2026-0001")["state"] == "approved"


def test_the_list_and_its_filters(busy: Office) -> None:
    busy.ok("order", "create", "--quote", "Q2026-0001")
    deals.ordered(busy, user="zhao.lei")
    out = busy.ok("order", "list").out
    assert out == (
        "No.          Quote       Customer              State          Total  Delivery    Owner\n"
        "DD2026-0002  Q2026-0002  杭州明远制造有限公司  submitted  10,000.00              zhao.lei\n"
        "DD2026-0001  Q2026-0001  杭州明远制造有限公司  draft      10,000.00  2026-03-12  li.na\n"
    )
    for words, numbers in {
        ("--state", "draft"): "DD2026-0001\n",
        ("--state", "草稿"): "DD2026-0001\n",
        ("--owner", "zhao.lei"): "DD2026-0002\n",
        ("--customer", "明远"): "DD2026-0002\nDD2026-0001\n",
        ("--customer", "明远", "--owner", "chen.jie"): "",
        ("--limit", "1", "--sort", "expected_delivery_on", "--reverse"): "DD2026-0001\n",
    }.items():
        if words != ("--state", "草稿"):
            assert busy.ok("order", "list", *words, "--format", "ids").out == numbers, words
        else:
            assert busy.ok("order", "list", *words, "--format", "ids", lang="zh").out == numbers


def test_the_keys(busy: Office) -> None:
    busy.ok("order", "submit", "--quote", "Q2026-0001")
    [listed], shown = busy.json("order", "list"), busy.json("order", "show", "DD2026-0001")
    assert listed == shown
    assert set(shown) == KEYS
    assert set(shown["lines"][0]) == LINE_KEYS
    assert set(shown["approval"]) == APPROVAL_KEYS
    assert (shown["total"], shown["lines"][0]["quantity"], shown["lines"][0]["unit_price"]) == (
        "10000.00",
        "1",
        "10000.00",
    )


def test_what_is_written_as_json_is_the_order(busy: Office) -> None:
    made = busy.json("order", "create", "--quote", "Q2026-0001")
    assert made == busy.json("order", "show", "DD2026-0001")
    assert busy.json("order", "submit", "DD2026-0001") == busy.json("order", "show", "DD2026-0001")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("words", [("list",), ("show", "DD2026-0001"), ("--help",), ("submit", "--help")])
def test_everything_fits_eighty_columns(busy: Office, words: tuple[str, ...], lang: str) -> None:
    busy.ok(
        "order",
        "submit",
        "--quote",
        "Q2026-0001",
        "--note",
        "客户要求周末送货, 请提前一天电话联系王工, 并带上验收单一式三份",
    )
    busy.environment["COLUMNS"] = "80"
    table = () if "--help" in words else ("--format", "table")
    out = busy.ok("order", *words, *table, lang=lang).out
    assert out
    assert max(width(line) for line in out.splitlines()) <= 80


@pytest.mark.parametrize("verb", ["create", "submit", "list", "show"])
def test_the_help_has_an_example(office: Office, verb: str) -> None:
    assert f"salesflow order {verb}" in office.ok("order", verb, "--help").out.split("\n\n", 1)[1]
