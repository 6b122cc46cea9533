"""Making quotes and accepting them: prices, routes, states, history, and everything that is refused."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from salesflow.errors import InvalidValue, NotFound, Refused, RuleRefused
from salesflow.services import quotes
from salesflow.services.products import NewProduct
from salesflow.services.products import add as add_product
from salesflow.services.quotes import NewItem, NewQuote
from tests import deals
from tests.conftest import Office

NET = "SVC-1"


@pytest.fixture
def shop(office: Office) -> Office:
    """An office with a customer without a grade, and products with and without tax in their prices."""
    deals.furnish(office)
    with office.context().transaction() as work:
        add_product(work, NewProduct(NET, "实施服务", 120_000, unit="人天", cost=70_000, tax_rate=600, net=True))
    return office


def make(office: Office, *items: NewItem, user: str = "li.na", now: str | None = None, **terms: Any) -> str:
    with office.context(user=user, now=now).transaction() as work:
        return quotes.make(work, NewQuote(deals.CUSTOMER_ID, items, **terms)).number


def accept(office: Office, number: str, on: str, *, user: str = "li.na", now: str | None = None) -> None:
    with office.context(user=user, now=now).transaction() as work:
        quotes.accept(work, number, date.fromisoformat(on))


def quote(office: Office, number: str = "Q2026-0001") -> dict[str, Any]:
    (row,) = deals.rows(office, "SELECT * FROM v_quote WHERE number = :number", number=number)
    return row


def lines(office: Office) -> list[dict[str, Any]]:
    return deals.rows(office, "SELECT * FROM v_quote_line ORDER BY quote_id, line")


def history(office: Office) -> list[tuple[str | None, str, str]]:
    found = deals.rows(
        office, "SELECT from_state, to_state, reason FROM v_state_change WHERE subject_kind = 'quote' ORDER BY id"
    )
    return [(row["from_state"], row["to_state"], row["reason"]) for row in found]


def route(office: Office) -> list[tuple[str, str]]:
    found = deals.rows(office, "SELECT role, rule FROM v_approval_step ORDER BY approval_id, step")
    return [(row["role"], row["rule"]) for row in found]


def test_a_quote_is_kept_with_everything_it_was_computed_from(shop: Office) -> None:
    number = make(
        shop,
        NewItem(deals.SKU, 2_000),
        NewItem(NET, 3_500, discount=500),
        NewItem(deals.SKU, 1_000, unit_price=950_000, discount=100),
        discount=200,
        freight=30_000,
        extras=[("培训两天", 0), (" 上门安装 ", 50_000)],
        payment_terms="签约付 30 %",
        delivery_days=14,
        warranty="一年",
        note="见附件",
    )
    assert number == "Q2026-0001"
    assert quote(shop) == {
        "id": 1,
        "number": "Q2026-0001",
        "version": 1,
        "customer_id": 1,
        "owner_id": 3,
        "state": "approved",
        "created_on": "2026-03-02",
        "created_at": "2026-03-02 01:00:00",
        "valid_until": "2026-04-01",
        "quote_discount": 200,
        "goods_total": 1_960_000 + 414_481 + 921_690,
        "discount_total": 40_000 + 30_719 + 78_310,
        "freight": 30_000,
        "extras_total": 50_000,
        "tax_total": 225_487 + 23_461 + 106_035,
        "total": 3_376_171,
        "max_discount": 784,
        "payment_terms": "签约付 30 %",
        "delivery_days": 14,
        "warranty": "一年",
        "note": "见附件",
        "policy_id": 1,
        "opportunity_id": None,
        "sent_at": None,
        "accepted_on": None,
        "loss_reason": None,
        "edition": 2,
        "customer_code": "HZ2026001",
        "customer_name": deals.NAME,
        "customer_grade": None,
        "owner": "li.na",
        "opportunity": None,
        "archived_at": None,
    }
    keys = ("sku", "quantity", "list_price", "given_price", "given_discount", "discount", "unit_price", "list_amount")
    shown = [{key: line[key] for key in (*keys, "tax", "amount")} for line in lines(shop)]
    assert [list(line.values()) for line in shown] == [
        [deals.SKU, 2_000, 1_000_000, None, None, 0, 98_000_000, 2_000_000, 225_487, 1_960_000],
        [NET, 3_500, 120_000, None, 500, 500, 11_172_000, 445_200, 23_461, 414_481],
        [deals.SKU, 1_000, 1_000_000, 950_000, 100, 595, 92_169_000, 1_000_000, 106_035, 921_690],
    ]
    copied = lines(shop)[1]
    assert (copied["name"], copied["unit"], copied["tax_rate"], copied["net"], copied["cost"]) == (
        "实施服务",
        "人天",
        600,
        1,
        70_000,
    )
    extras = deals.rows(shop, "SELECT position, text, amount FROM v_quote_extra ORDER BY position")
    assert [tuple(extra.values()) for extra in extras] == [(1, "培训两天", 0), (2, "上门安装", 50_000)]


def test_what_needs_nobody_is_approved_at_once(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000, discount=1_000))
    assert history(shop) == [(None, "draft", ""), ("draft", "approved", "")]
    assert route(shop) == []
    entries = deals.rows(
        shop, "SELECT action, before, after, rule FROM v_audit WHERE subject_kind = 'quote' ORDER BY id"
    )
    assert [entry["action"] for entry in entries] == ["quote.make", "quote.approved"]
    made = json.loads(entries[0]["after"])
    assert (made["items"], made["total"], made["valid_until"]) == (["YF-100:1"], 900_000, "2026-04-01")
    assert json.loads(entries[1]["after"]) == {"state": "approved"}


def test_what_is_above_a_reps_authority_waits_for_the_manager(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000, discount=1_200))
    assert quote(shop)["state"] == "pending_approval"
    assert history(shop) == [(None, "draft", ""), ("draft", "pending_approval", "")]
    assert route(shop) == [("manager", "discount-authority")]
    assert deals.value(shop, "SELECT amount FROM v_approval") == 880_000
    assert deals.value(shop, "SELECT rule FROM v_audit WHERE action = 'quote.pending_approval'") == "discount-authority"


MANAGER, DIRECTOR = ("manager", "discount-authority"), ("director", "discount-authority")


@pytest.mark.parametrize(
    ("user", "item", "terms", "expected"),
    [
        ("li.na", NewItem(deals.SKU, 1_000, discount=2_001), {}, [MANAGER, DIRECTOR]),
        ("li.na", NewItem(deals.SKU, 1_000, discount=1_000), {"discount": 1_000}, [MANAGER]),
        ("li.na", NewItem(deals.SKU, 1_000, unit_price=899_999), {}, [MANAGER]),
        ("li.na", NewItem(deals.SKU, 1_000, unit_price=690_000), {}, [MANAGER, DIRECTOR]),
        ("li.na", NewItem(NET, 1_000, discount=1_500), {}, [MANAGER]),
        ("li.na", NewItem(deals.SKU, 1_000, discount=10_000), {}, [MANAGER, DIRECTOR]),
        ("zhang.wei", NewItem(deals.SKU, 1_000, discount=2_000), {}, []),
        ("zhang.wei", NewItem(deals.SKU, 1_000, discount=2_500), {}, [DIRECTOR]),
        ("zhang.wei", NewItem(deals.SKU, 1_000, discount=3_100), {}, [DIRECTOR]),
        ("wang.fang", NewItem(deals.SKU, 1_000, discount=9_000), {}, []),
        ("liu.yang", NewItem(deals.SKU, 1_000, discount=1), {}, [MANAGER]),
    ],
)
def test_routes(shop: Office, user: str, item: NewItem, terms: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    make(shop, item, user=user, **terms)
    assert route(shop) == expected
    assert quote(shop)["state"] == ("pending_approval" if expected else "approved")


def test_a_line_below_its_floor_goes_to_the_director(shop: Office) -> None:
    with shop.context().transaction() as work:
        add_product(work, NewProduct("TIGHT", "限价品", 100_000, floor_price=95_000))
        add_product(work, NewProduct("THIN", "低毛利", 100_000, cost=95_000))
    make(shop, NewItem("TIGHT", 3_000, unit_price=94_999))
    make(shop, NewItem("THIN", 1_000, unit_price=94_999))
    make(shop, NewItem("TIGHT", 3_000, unit_price=95_000))
    assert route(shop) == [("director", "price-floor"), ("director", "price-floor")]
    assert quote(shop, "Q2026-0003")["state"] == "approved"


def test_a_floor_without_tax_is_compared_without_tax(shop: Office) -> None:
    with shop.context().transaction() as work:
        add_product(work, NewProduct("NETTO", "不含税", 100_000, floor_price=96_000, net=True))
    make(shop, NewItem("NETTO", 1_000, discount=400))
    make(shop, NewItem("NETTO", 1_000, discount=401))
    assert [quote(shop, number)["state"] for number in ("Q2026-0001", "Q2026-0002")] == ["approved", "pending_approval"]


def test_a_director_below_the_floor_is_told(shop: Office) -> None:
    context = shop.context(user="wang.fang")
    with context.transaction() as work:
        quotes.make(work, NewQuote(1, [NewItem(deals.SKU, 1_000, unit_price=600_000)]))
    assert [(note.rule, str(note.message)) for note in context.notes] == [
        ("needs-before-quote", "no needs of the customer are kept"),
        ("price-floor", "line 1: 6,000.00 is below the floor of 7,000.00"),
    ]


@pytest.mark.parametrize(
    ("grade", "discount", "rule"),
    [("A", 300, "auto-discount"), ("B", 100, "auto-discount"), ("C", 0, None), (None, 0, None)],
)
def test_the_automatic_discount_by_grade(shop: Office, grade: str | None, discount: int, rule: str | None) -> None:
    deals.execute(shop, "UPDATE customer SET grade = :grade", grade=grade)
    make(shop, NewItem(deals.SKU, 1_000))
    (line,) = lines(shop)
    assert (line["discount"], line["discount_rule"], line["amount"]) == (discount, rule, 1_000_000 - 100 * discount)
    assert (line["given_discount"], line["given_price"]) == (None, None)


@pytest.mark.parametrize(
    ("item", "amount"),
    [
        (NewItem(deals.SKU, 1_000, discount=0), 1_000_000),
        (NewItem(deals.SKU, 1_000, discount=200), 980_000),
        (NewItem(deals.SKU, 1_000, unit_price=1_000_000), 1_000_000),
    ],
)
def test_what_is_given_replaces_the_automatic_discount(shop: Office, item: NewItem, amount: int) -> None:
    deals.execute(shop, "UPDATE customer SET grade = 'A'")
    make(shop, item)
    (line,) = lines(shop)
    assert (line["discount_rule"], line["amount"]) == (None, amount)


def test_the_automatic_discount_counts_against_the_authority(shop: Office) -> None:
    deals.execute(shop, "UPDATE customer SET grade = 'A'")
    make(shop, NewItem(deals.SKU, 1_000), discount=721)
    make(shop, NewItem(deals.SKU, 1_000), discount=722)
    assert [quote(shop, f"Q2026-000{n}")["max_discount"] for n in (1, 2)] == [1_000, 1_001]
    assert [quote(shop, f"Q2026-000{n}")["state"] for n in (1, 2)] == ["approved", "pending_approval"]


def test_a_draft_is_kept_back(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000, discount=1_200), draft=True)
    make(shop, NewItem(deals.SKU, 1_000), draft=True)
    assert [quote(shop, f"Q2026-000{n}")["state"] for n in (1, 2)] == ["draft", "draft"]
    assert route(shop) == []


@pytest.mark.parametrize(("days", "until"), [(None, "2026-04-01"), (1, "2026-03-03"), (3_660, "2036-03-09")])
def test_how_long_it_stands(shop: Office, days: int | None, until: str) -> None:
    make(shop, NewItem(deals.SKU, 1_000), valid_days=days)
    assert quote(shop)["valid_until"] == until


def test_numbers_count_through_the_business_year(shop: Office) -> None:
    assert make(shop, NewItem(deals.SKU, 1_000), now="2026-12-31 23:59") == "Q2026-0001"
    assert make(shop, NewItem(deals.SKU, 1_000), now="2026-12-31 23:59") == "Q2026-0002"
    assert make(shop, NewItem(deals.SKU, 1_000), now="2027-01-01 00:30") == "Q2027-0001"
    assert quote(shop, "Q2027-0001")["created_on"] == "2027-01-01"


def test_a_number_is_given_back_by_what_fails(shop: Office) -> None:
    with pytest.raises(InvalidValue):
        make(shop, NewItem(deals.SKU, 1_000), extras=[(" ", 1)])
    assert make(shop, NewItem(deals.SKU, 1_000)) == "Q2026-0001"


ONE = NewItem(deals.SKU, 1_000)


@pytest.mark.parametrize(
    ("new", "error", "code", "message"),
    [
        (NewQuote(1, []), InvalidValue, "no-items", "a quote has at least one line"),
        (NewQuote(1, [NewItem("NO-SUCH", 1_000)]), NotFound, "unknown-product", "there is no product NO-SUCH"),
        (
            NewQuote(1, [ONE, NewItem(deals.SKU, 1_000, unit_price=1_000_001)]),
            Refused,
            "above-list-price",
            r"line 2: the unit price 10,000\.01 is above the list price 10,000\.00",
        ),
        (NewQuote(1, [NewItem(deals.DEAR, 10**11)]), InvalidValue, "invalid-value", "line 1: the amount is too large"),
        (NewQuote(1, [NewItem(deals.DEAR, 10**10)] * 2), InvalidValue, "invalid-value", "the total is too large"),
        (NewQuote(1, [ONE], freight=10**15 - 1), InvalidValue, "invalid-value", "the total is too large"),
        (NewQuote(1, [ONE], valid_days=0), InvalidValue, "invalid-value", "cannot be valid for 0 days"),
        (NewQuote(1, [ONE], valid_days=3_661), InvalidValue, "invalid-value", "cannot be valid for 3661 days"),
        (NewQuote(1, [ONE], extras=[("", 5)]), InvalidValue, "invalid-value", "an extra has no text"),
        (NewQuote(1, [ONE], note="长" * 20_001), InvalidValue, "invalid-value", "note has 20001 characters"),
        (NewQuote(1, [ONE], warranty="\x1b[2J"), InvalidValue, "invalid-value", "warranty has the control character"),
    ],
)
def test_what_cannot_be_a_quote_leaves_no_trace(
    shop: Office, new: NewQuote, error: type[InvalidValue], code: str, message: str
) -> None:
    before = deals.written(shop)
    with pytest.raises(error, match=message) as caught, shop.context().transaction() as work:
        quotes.make(work, new)
    assert caught.value.code == code
    assert deals.written(shop) == before


def test_a_retired_product_is_not_quoted(shop: Office) -> None:
    deals.execute(shop, "UPDATE product SET retired_at = '2026-03-01 00:00:00' WHERE sku = :sku", sku=deals.SKU)
    with pytest.raises(Refused, match="YF-100 is retired") as caught:
        make(shop, NewItem(deals.SKU, 1_000))
    assert caught.value.code == "retired-product"


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ("status = 'lost'", "customer-status", f"HZ2026001 {deals.NAME} is lost"),
        ("status = 'invalid'", "customer-status", f"HZ2026001 {deals.NAME} is invalid"),
        ("archived_at = '2026-03-01 00:00:00'", "archived", f"HZ2026001 {deals.NAME} is archived"),
    ],
)
def test_a_customer_out_of_the_running_is_not_quoted_to(shop: Office, change: str, code: str, message: str) -> None:
    deals.execute(shop, f"UPDATE customer SET {change}")
    with pytest.raises(Refused, match=message) as caught:
        make(shop, NewItem(deals.SKU, 1_000))
    assert caught.value.code == code


@pytest.mark.parametrize("status", ["prospect", "interested", "hot", "won"])
def test_any_other_customer_is(shop: Office, status: str) -> None:
    deals.execute(shop, "UPDATE customer SET status = :status", status=status)
    assert make(shop, NewItem(deals.SKU, 1_000)) == "Q2026-0001"


def test_accepting_is_written_down_and_is_progress(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000))
    accept(shop, "Q2026-0001", "2026-03-04", now="2026-03-05 10:00")
    found = quote(shop)
    assert (found["state"], found["accepted_on"], found["edition"]) == ("accepted", "2026-03-04", 3)
    assert history(shop)[-1] == ("approved", "accepted", "")
    assert deals.value(shop, "SELECT last_progress_on FROM v_customer") == "2026-03-04"
    (entry,) = deals.rows(shop, "SELECT staff, before, after FROM v_audit WHERE action = 'quote.accepted'")
    assert (json.loads(entry["before"]), json.loads(entry["after"])) == (
        {"state": "approved"},
        {"accepted_on": "2026-03-04", "state": "accepted", "version": 1},
    )


def test_accepting_does_not_turn_progress_back(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000))
    deals.execute(shop, "UPDATE customer SET last_progress_on = '2026-03-20'")
    accept(shop, "Q2026-0001", "2026-03-04", now="2026-03-25 10:00")
    assert deals.value(shop, "SELECT last_progress_on FROM v_customer") == "2026-03-20"


@pytest.mark.parametrize(
    ("on", "now"),
    [("2026-03-02", "2026-03-02 09:00"), ("2026-04-01", "2026-04-01 23:59"), ("2026-04-01", "2026-05-20 10:00")],
)
def test_a_quote_stands_to_its_last_day_whenever_that_is_noted(shop: Office, on: str, now: str) -> None:
    make(shop, NewItem(deals.SKU, 1_000))
    accept(shop, "Q2026-0001", on, now=now)
    assert quote(shop)["accepted_on"] == on


def test_an_expired_quote_is_not_accepted(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000))
    before = deals.written(shop)
    with pytest.raises(RuleRefused, match="the quote expired on 2026-04-01") as caught:
        accept(shop, "Q2026-0001", "2026-04-02", now="2026-04-02 09:00")
    assert (caught.value.code, caught.value.exit_status) == ("quote-validity", 4)
    assert deals.written(shop) == before


@pytest.mark.parametrize(
    ("on", "message"),
    [
        ("2026-03-03", "2026-03-03 is in the future"),
        ("2026-03-01", "2026-03-01 is before Q2026-0001 was made, on 2026-03-02"),
    ],
)
def test_a_day_that_cannot_be(shop: Office, on: str, message: str) -> None:
    make(shop, NewItem(deals.SKU, 1_000))
    with pytest.raises(InvalidValue, match=message):
        accept(shop, "Q2026-0001", on)
    assert quote(shop)["state"] == "approved"


def test_who_is_waited_for_is_named(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000, discount=2_500))
    with pytest.raises(Refused, match="Q2026-0001 waits for the approval of the role manager") as caught:
        accept(shop, "Q2026-0001", "2026-03-02")
    assert caught.value.code == "not-approved"
    assert str(caught.value.hint) == "see who decides, and why: salesflow approval show AP2026-0001"
    deals.approve(shop, "AP2026-0001", "zhang.wei")
    with pytest.raises(Refused, match="waits for the approval of the role director"):
        accept(shop, "Q2026-0001", "2026-03-02")
    deals.approve(shop, "AP2026-0001", "wang.fang")
    accept(shop, "Q2026-0001", "2026-03-02")
    assert [step[1] for step in history(shop)] == ["draft", "pending_approval", "approved", "accepted"]


def test_a_draft_is_not_accepted(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000), draft=True)
    with pytest.raises(Refused, match="Q2026-0001 is a draft") as caught:
        accept(shop, "Q2026-0001", "2026-03-02")
    assert str(caught.value.hint) == "send it: salesflow quote submit Q2026-0001"


def test_a_rejected_quote_is_a_draft_with_the_reason(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000, discount=1_200))
    deals.reject(shop, "AP2026-0001", "zhang.wei", "毛利太低")
    assert history(shop)[-1] == ("pending_approval", "draft", "毛利太低")
    with pytest.raises(Refused, match="Q2026-0001 was returned: 毛利太低") as caught:
        accept(shop, "Q2026-0001", "2026-03-02")
    assert str(caught.value.hint) == "change what was asked for: salesflow quote revise Q2026-0001"


def test_it_is_accepted_once(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000))
    accept(shop, "Q2026-0001", "2026-03-02")
    with pytest.raises(Refused, match="Q2026-0001 is accepted; it cannot become accepted") as caught:
        accept(shop, "Q2026-0001", "2026-03-02")
    assert caught.value.code == "state"


def test_a_quote_that_is_not_there(shop: Office) -> None:
    with pytest.raises(NotFound, match="there is no quote Q2026-0009") as caught:
        accept(shop, "Q2026-0009", "2026-03-02")
    assert caught.value.exit_status == 3


def fingerprint(office: Office) -> str:
    with office.context().transaction() as work:
        return quotes.fingerprint(work, 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE quote SET total = total - 1",
        "UPDATE quote SET valid_until = '2026-12-31'",
        "UPDATE quote SET payment_terms = '货到付款'",
        "UPDATE quote SET freight = 1",
        "UPDATE quote SET quote_discount = 1",
        "UPDATE quote_line SET amount = amount - 1",
        "UPDATE quote_line SET quantity = quantity + 1",
        "UPDATE quote_line SET sku = 'OTHER'",
        "UPDATE quote_extra SET text = '别的'",
        "UPDATE quote_extra SET amount = 1",
        "DELETE FROM quote_extra",
    ],
)
def test_whatever_an_approver_looked_at_changes_the_fingerprint(shop: Office, change: str) -> None:
    make(shop, NewItem(deals.SKU, 1_000, discount=1_200), extras=[("培训", 0)])
    before = fingerprint(shop)
    assert before == deals.value(shop, "SELECT fingerprint FROM v_approval")
    deals.execute(shop, change)
    assert fingerprint(shop) != before


def test_its_life_does_not_change_the_fingerprint(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000))
    before = fingerprint(shop)
    accept(shop, "Q2026-0001", "2026-03-02")
    assert fingerprint(shop) == before


def test_a_quote_changed_behind_the_approvers_back_is_not_approved(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000, discount=1_200))
    deals.execute(shop, "UPDATE quote_line SET amount = 1")
    with pytest.raises(Refused, match="changed after it was submitted"):
        deals.approve(shop, "AP2026-0001", "zhang.wei")
    assert quote(shop)["state"] == "pending_approval"
