"""Orders: what they take from the quote, their terms, their way through approval, and the credit that they use."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from salesflow.enums import OrderState
from salesflow.errors import Duplicate, InvalidValue, NotFound, Refused
from salesflow.queries import orders as queries
from salesflow.services import orders, quotes
from salesflow.services.order_terms import PHONE_PLACE, Terms
from tests import deals, leads
from tests.conftest import Office


@pytest.fixture
def busy(office: Office) -> Office:
    deals.furnish(office)
    return office


def _order(office: Office, number: str = "DD2026-0001") -> dict[str, Any]:
    context = office.context()
    try:
        return queries.show(context, number)
    finally:
        context.close()


def test_a_draft_keeps_the_quote_s_lines_totals_and_terms(busy: Office) -> None:
    with busy.context(user="zhao.lei").transaction() as work:
        items = (quotes.NewItem(deals.SKU, 2_500, discount=500), quotes.NewItem(deals.DEAR, 1_000))
        terms: dict[str, Any] = {
            "payment_terms": "预付30%",
            "freight": 30_000,
            "extras": [("培训", 200_000)],
            "delivery_days": 10,
        }
        number = quotes.make(work, quotes.NewQuote(deals.CUSTOMER_ID, items, **terms)).number
    with busy.context().transaction() as work:
        quotes.accept(work, number, date(2026, 3, 2))
        orders.create(work, number)
    order = _order(busy)
    assert order.pop("lines") == [
        {
            "line": 1, "sku": "YF-100", "name": "云帆CRM标准版", "spec": "", "quantity": 2_500, "unit": "件",
            "unit_price": 95_000_000, "discount": 500, "tax_rate": 1_300, "tax": 273_230, "amount": 2_375_000,
        },
        {
            "line": 2, "sku": "YF-900", "name": "云帆CRM集团版", "spec": "", "quantity": 1_000, "unit": "件",
            "unit_price": 6_000_000_000, "discount": 0, "tax_rate": 1_300, "tax": 6_902_655, "amount": 60_000_000,
        },
    ]  # fmt: skip
    assert order == {
        "number": "DD2026-0001",
        "quote_number": number,
        "contract_number": None,
        "customer_code": "HZ2026001",
        "customer_name": deals.NAME,
        "state": "draft",
        "total": 62_605_000,
        "expected_delivery_on": "2026-03-12",
        "owner": "zhao.lei",
        "returned_because": None,
        "payment_terms": "预付30%",
        "delivery_address": deals.ADDRESS,
        "receiver": None,
        "receiver_phone_masked": None,
        "note": None,
        "freight": 30_000,
        "extras_total": 200_000,
        "tax_total": 7_175_885,
        "created_at": "2026-03-02 01:00:00",
        "submitted_at": None,
        "approved_at": None,
        "approval": None,
    }


@pytest.mark.parametrize(
    ("today", "days", "expected"),
    [
        ("2026-03-02", 10, "2026-03-12"),
        ("2026-03-02", 12, "2026-03-16"),  # a Saturday: the Monday after it
        ("2026-09-21", 10, "2026-10-08"),  # National Day
        ("2026-09-28", 12, "2026-10-10"),  # a Saturday that is worked
        ("2026-03-02", 0, "2026-03-02"),
        ("2026-03-02", None, None),
    ],
)
def test_delivery_is_expected_on_a_working_day(
    busy: Office, today: str, days: int | None, expected: str | None
) -> None:
    deals.created(busy, now=f"{today} 10:00", delivery_days=days)
    assert _order(busy)["expected_delivery_on"] == expected


def test_terms_that_are_given_go_before_the_quote_s(busy: Office) -> None:
    terms = Terms(date(2026, 4, 4), " 货到付清 ", "宁波", "王工", "139-1234-5678", "先电话联系\n再送货")
    deals.created(busy, terms=terms, payment_terms="预付30%", delivery_days=10)
    order = _order(busy)
    assert {
        name: order[name] for name in ("expected_delivery_on", "payment_terms", "delivery_address", "receiver", "note")
    } == {
        "expected_delivery_on": "2026-04-04",
        "payment_terms": "货到付清",
        "delivery_address": "宁波",
        "receiver": "王工",
        "note": "先电话联系\n再送货",
    }
    assert order["receiver_phone_masked"] == "139****5678"


def test_the_receiver_s_phone_is_kept_encrypted_and_bound_to_its_order(busy: Office) -> None:
    deals.created(busy, terms=Terms(receiver_phone="13912345678"))
    cipher = deals.value(busy, "SELECT receiver_phone_cipher FROM sales_order")
    context = busy.context()
    assert context.vault.decrypt(cipher, PHONE_PLACE, 1) == "+8613912345678"
    context.close()
    (entry,) = deals.rows(busy, "SELECT after FROM v_audit WHERE action = 'order.create'")
    assert leads.opened(busy, entry)["receiver_phone_cipher"] == cipher.hex()
    assert cipher.hex() not in entry["after"]
    assert b"13912345678" not in busy.database.read_bytes()


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        (Terms(expected_delivery_on=date(2026, 3, 1)), "2026-03-01 is in the past"),
        (Terms(receiver_phone="12"), "is not a phone number"),
        (Terms(note="x" * 100_000), "note"),
        (Terms(delivery_address="\x1b]0;title\x07"), "delivery address"),
        (Terms(receiver="王" * 201), "receiver"),
    ],
)
def test_terms_that_cannot_be_are_refused_and_nothing_is_written(busy: Office, terms: Terms, says: str) -> None:
    number = deals.accepted(busy)
    before = deals.written(busy)
    with pytest.raises(InvalidValue, match=says), busy.context().transaction() as work:
        orders.create(work, number, terms)
    assert deals.written(busy) == before


def test_a_quote_makes_one_order_unless_that_was_cancelled(busy: Office) -> None:
    number = deals.accepted(busy)
    with busy.context().transaction() as work:
        orders.create(work, number.lower())
    with pytest.raises(Duplicate) as refused, busy.context().transaction() as work:
        orders.create(work, number)
    assert str(refused.value) == "Q2026-0001 has its order already: DD2026-0001"
    assert str(refused.value.hint) == "send that to its approvers: salesflow order submit DD2026-0001"
    deals.execute(busy, "UPDATE sales_order SET state = 'cancelled'")
    with busy.context().transaction() as work:
        assert orders.create(work, number).number == "DD2026-0002"


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        ("draft", "see: salesflow quote show Q2026-0001"),
        ("pending_approval", "see who decides on it: salesflow quote show Q2026-0001"),
        ("approved", "once the customer agrees: salesflow quote accept Q2026-0001 --on DATE"),
        ("sent", "once the customer agrees: salesflow quote accept Q2026-0001 --on DATE"),
        ("declined", "see: salesflow quote show Q2026-0001"),
        ("superseded", "see: salesflow quote show Q2026-0001"),
    ],
)
def test_only_an_accepted_quote_makes_an_order(busy: Office, state: str, hint: str) -> None:
    number = deals.quote(busy)
    deals.execute(busy, "UPDATE quote SET state = :state", state=state)
    with pytest.raises(Refused) as refused, busy.context().transaction() as work:
        orders.create(work, number)
    assert str(refused.value) == f"Q2026-0001 is {state}; an order needs an accepted quote"
    assert str(refused.value.hint) == hint


@pytest.mark.parametrize(("now", "state"), [("2026-04-01 23:00", "approved"), ("2026-04-02 00:30", "expired")])
def test_a_quote_expires_after_its_last_day(busy: Office, now: str, state: str) -> None:
    number = deals.quote(busy)
    with pytest.raises(Refused, match=f"is {state};"), busy.context(now=now).transaction() as work:
        orders.create(work, number)


def test_the_order_goes_to_the_manager_finance_and_operations(busy: Office) -> None:
    deals.ordered(busy)
    steps = _order(busy)["approval"]["steps"]
    assert [(step["role"], step["rule"]) for step in steps] == [
        ("manager", "order-approval"),
        ("finance", "order-approval"),
        ("operations", "order-approval"),
    ]


@pytest.mark.parametrize(("quantity", "last"), [(834, "director"), (833, "operations")])
def test_above_half_a_million_it_goes_to_the_director_too(busy: Office, quantity: int, last: str) -> None:
    deals.ordered(busy, sku=deals.DEAR, quantity=quantity)
    assert _order(busy)["approval"]["steps"][-1]["role"] == last


def test_an_approved_order_is_progress_with_the_customer(busy: Office) -> None:
    deals.ordered(busy)
    deals.execute(busy, "UPDATE customer SET last_progress_on = '2026-02-01'")
    deals.approve(busy, "AP2026-0001", "zhang.wei", "liu.yang", now="2026-03-04 10:00")
    assert deals.value(busy, "SELECT last_progress_on FROM v_customer") == "2026-02-01"
    deals.approve(busy, "AP2026-0001", "sun.li", now="2026-03-05 10:00")
    order = _order(busy)
    assert (order["state"], order["approved_at"]) == ("approved", "2026-03-05 02:00:00")
    assert deals.value(busy, "SELECT last_progress_on FROM v_customer") == "2026-03-05"


def test_a_returned_order_is_changed_and_goes_a_second_round(busy: Office) -> None:
    number = deals.ordered(busy, payment_terms="月结90天")
    deals.approve(busy, "AP2026-0001", "zhang.wei")
    deals.reject(busy, "AP2026-0001", "liu.yang", "账期太长")
    returned = _order(busy)
    assert (returned["state"], returned["returned_because"]) == ("returned", "账期太长")
    deals.submit(busy, number, terms=Terms(payment_terms="月结30天", note=""))
    again = _order(busy)
    assert (again["state"], again["returned_because"], again["payment_terms"]) == ("submitted", None, "月结30天")
    assert (again["approval"]["round"], again["approval"]["waiting_for_role"]) == (2, "manager")
    deals.approve(busy, "AP2026-0002", *deals.ORDER_ROUTE)
    assert _order(busy)["state"] == "approved"
    states = deals.rows(busy, "SELECT to_state FROM v_state_change WHERE subject_kind = 'order' ORDER BY id")
    assert [row["to_state"] for row in states] == ["draft", "submitted", "returned", "submitted", "approved"]


def test_a_change_before_submission_is_audited_and_none_is_not(busy: Office) -> None:
    number = deals.created(busy, terms=Terms(receiver="王工", receiver_phone="13912345678"))
    deals.submit(busy, number, terms=Terms(receiver="李工", receiver_phone="139 1234 5678"))
    (edit,) = deals.rows(busy, "SELECT before, after FROM v_audit WHERE action = 'order.edit'")
    assert [leads.opened(busy, edit, part) for part in ("before", "after")] == [
        {"receiver": "王工"},
        {"receiver": "李工"},
    ]
    deals.reject(busy, "AP2026-0001", "zhang.wei")
    deals.submit(busy, number, terms=Terms(receiver="李工"))
    assert deals.value(busy, "SELECT count(*) FROM v_audit WHERE action = 'order.edit'") == 1
    deals.reject(busy, "AP2026-0002", "zhang.wei")
    deals.submit(busy, number, terms=Terms(receiver="", receiver_phone=""))
    order = _order(busy)
    assert (order["receiver"], order["receiver_phone_masked"]) == (None, None)


def test_an_order_whose_day_of_delivery_has_passed_needs_a_new_one(busy: Office) -> None:
    number = deals.ordered(busy, delivery_days=3)
    deals.reject(busy, "AP2026-0001", "zhang.wei")
    late = "2026-03-06 09:00"
    with pytest.raises(Refused, match="is to be delivered on 2026-03-05, which is past"):
        deals.submit(busy, number, now=late)
    deals.submit(busy, number, now=late, terms=Terms(expected_delivery_on=date(2026, 3, 6)))
    assert _order(busy)["state"] == "submitted"


def test_an_order_that_is_not_there(busy: Office) -> None:
    with pytest.raises(NotFound, match="there is no order DD2026-0001"):
        deals.submit(busy, "DD2026-0001")


@pytest.mark.parametrize("state", [*OrderState])
def test_orders_use_credit_from_their_approval_to_their_delivery(busy: Office, state: OrderState) -> None:
    deals.created(busy, discount=deals.WITHIN)
    deals.execute(busy, "UPDATE sales_order SET state = :state", state=state.value)
    used = 900_000 if state in ("approved", "in_fulfilment", "shipped") else 0
    context = busy.context()
    assert queries.exposure(context, deals.CUSTOMER_ID) == used
    assert queries.exposure(context, deals.CUSTOMER_ID, without=1) == 0
    assert queries.exposure(context, 99) == 0
    with context.transaction() as work:
        assert orders.exposure(work, deals.CUSTOMER_ID) == used


def test_the_fingerprint_changes_with_whatever_an_approver_looks_at(busy: Office) -> None:
    deals.ordered(busy, terms=Terms(receiver_phone="13912345678"))

    def fingerprint() -> str:
        with busy.context().transaction() as work:
            return orders.fingerprint(work, 1)

    seen = {fingerprint()}
    for column, new in {
        "total": "total + 1",
        "freight": "freight + 1",
        "payment_terms": "'货到付清'",
        "delivery_address": "'宁波'",
        "expected_delivery_on": "'2026-05-06'",
        "receiver": "'李工'",
        "receiver_phone_cipher": "NULL",
        "note": "'加急'",
    }.items():
        deals.execute(busy, f"UPDATE sales_order SET {column} = {new}")
        assert fingerprint() not in seen, column
        seen.add(fingerprint())
    for column in ("quantity", "unit_price", "amount", "tax", "tax_rate", "discount"):
        deals.execute(busy, f"UPDATE order_line SET {column} = {column} + 1")
        assert fingerprint() not in seen, column
        seen.add(fingerprint())
    before = fingerprint()
    deals.execute(busy, "UPDATE sales_order SET state = 'approved', version = 9, owner_id = 1")
    assert fingerprint() == before
