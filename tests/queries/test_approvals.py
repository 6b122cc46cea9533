"""The inbox, the listing of all approvals, and the page on which an approver decides."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.enums import ApprovalState, Role
from salesflow.errors import NotFound
from salesflow.queries import approval_page, approval_quote, approvals
from salesflow.services.order_terms import Terms
from tests import deals
from tests.conftest import Office


@pytest.fixture
def busy(office: Office) -> Office:
    """AP2026-0001 for a quote (manager), AP2026-0002 for a quote (manager, director), AP2026-0003 for an order (finance)."""
    deals.furnish(office)
    deals.quote(office, discount=deals.ABOVE)
    deals.quote(office, discount=deals.FAR_ABOVE, now="2026-03-03 10:00")
    deals.ordered(office, now="2026-03-02 15:00")
    deals.approve(office, "AP2026-0003", "zhang.wei", now="2026-03-03 11:00")
    return office


def _numbers(office: Office, user: str, now: str = "2026-03-03 12:00", **of: Any) -> list[str]:
    context = office.context(user=user, now=now)
    try:
        return [row["number"] for row in approvals.inbox(context, **of).rows]
    finally:
        context.close()


def _page(office: Office, number: str, user: str = "zhang.wei") -> dict[str, Any]:
    context = office.context(user=user)
    try:
        return approval_page.show(context, number)
    finally:
        context.close()


def test_an_inbox_has_what_waits_for_one_s_roles_the_most_urgent_first(busy: Office) -> None:
    assert _numbers(busy, "zhang.wei") == ["AP2026-0001", "AP2026-0002"]
    assert _numbers(busy, "liu.yang") == ["AP2026-0003"]
    assert _numbers(busy, "li.na") == []
    assert _numbers(busy, "wang.fang") == []
    deals.approve(busy, "AP2026-0002", "zhang.wei")
    assert _numbers(busy, "wang.fang") == ["AP2026-0002"]
    deals.hire(busy, "gao.feng", Role.MANAGER, Role.FINANCE)
    assert _numbers(busy, "gao.feng") == ["AP2026-0001", "AP2026-0003"]


def test_an_inbox_is_empty_for_who_has_no_role(busy: Office) -> None:
    deals.execute(busy, "DELETE FROM staff_role WHERE staff_id = (SELECT id FROM staff WHERE login = 'chen.jie')")
    assert _numbers(busy, "chen.jie") == []


@pytest.mark.parametrize(
    ("subject", "expected"),
    [("quote", ["AP2026-0001", "AP2026-0002"]), ("order", []), ("q2026-0002", ["AP2026-0002"]), ("Q2026-0009", [])],
)
def test_an_inbox_about_one_kind_or_one_subject(busy: Office, subject: str, expected: list[str]) -> None:
    assert _numbers(busy, "zhang.wei", subject=subject) == expected


def test_the_list_of_all_is_in_every_state_the_newest_first(busy: Office) -> None:
    deals.reject(busy, "AP2026-0001", "zhang.wei")
    context = busy.context(user="li.na")
    assert [row["number"] for row in approvals.listed(context).rows] == ["AP2026-0003", "AP2026-0002", "AP2026-0001"]
    rejected = approvals.listed(context, state=ApprovalState.REJECTED).rows
    assert [row["number"] for row in rejected] == ["AP2026-0001"]
    context.asked.limit = 2
    assert approvals.listed(context).more
    context.asked.sort = "waiting_days"
    assert [row["number"] for row in approvals.listed(context, state=ApprovalState.PENDING).rows] == [
        "AP2026-0003",
        "AP2026-0002",
    ]
    context.close()


@pytest.mark.parametrize(
    ("now", "days", "overdue"),
    [
        ("2026-03-02 23:59", 0, False),
        ("2026-03-03 00:01", 1, False),
        ("2026-03-03 18:00", 1, False),
        ("2026-03-03 18:01", 1, True),
        ("2026-03-09 09:00", 7, True),
    ],
)
def test_how_long_it_waits_counts_from_the_step_s_turn(busy: Office, now: str, days: int, overdue: bool) -> None:
    context = busy.context(now=now)
    found = approvals.show(context, "ap2026-0001")
    context.close()
    assert (found["waiting_days"], found["overdue"]) == (days, overdue)


def test_the_approval_of_a_subject_is_its_latest_round(busy: Office) -> None:
    deals.reject(busy, "AP2026-0003", "liu.yang")
    deals.submit(busy, "DD2026-0001", now="2026-03-04 10:00")
    context = busy.context()
    latest = approvals.for_subject(context, "order", 1)
    assert latest is not None
    assert (latest["number"], latest["round"], latest["state"]) == ("AP2026-0004", 2, "pending")
    assert approvals.for_subject(context, "order", 2) is None
    assert {key: row["number"] for key, row in approvals.for_subjects(context, "quote", range(1, 1_500)).items()} == {
        1: "AP2026-0001",
        2: "AP2026-0002",
    }
    assert [row["number"] for row in approvals.rounds(context, "order", 1, "DD2026-0001")] == [
        "AP2026-0003",
        "AP2026-0004",
    ]
    context.close()


def test_what_is_not_there(busy: Office) -> None:
    context = busy.context()
    for look in (approvals.show, approvals.version, approval_page.show):
        with pytest.raises(NotFound, match="there is no approval AP1"):
            look(context, "AP1")
    context.close()


def test_the_page_of_a_quote_holds_discounts_against_authority_floor_and_margin(busy: Office) -> None:
    page = _page(busy, "AP2026-0002")
    quote = page["quote"]
    assert page["order"] is None
    assert (quote["number"], quote["owner"], quote["total"], quote["quote_discount"]) == (
        "Q2026-0002",
        "li.na",
        750_000,
        2_500,
    )
    assert (quote["max_discount"], quote["authority"], quote["margin"]) == (2_500, 1_000, 2_000)
    [line] = quote["lines"]
    assert {
        name: line[name]
        for name in ("all_in_discount", "above_authority", "floor_price", "below_floor", "cost", "margin")
    } == {
        "all_in_discount": 2_500,
        "above_authority": True,
        "floor_price": 700_000,
        "below_floor": False,
        "cost": 600_000,
        "margin": 2_000,
    }


@pytest.mark.parametrize(
    ("discount", "sku", "above", "below", "margin"),
    [
        (1_000, deals.SKU, False, False, 3_333),
        (3_100, deals.SKU, True, True, 1_304),
        (1_100, deals.DEAR, True, False, None),  # its cost is not known
        (10_000, deals.SKU, True, True, None),  # nothing is asked for
    ],
)
def test_lines_are_marked(
    office: Office, discount: int, sku: str, above: bool, below: bool, margin: int | None
) -> None:
    deals.furnish(office)
    deals.quote(office, discount=discount, sku=sku)
    context = office.context()
    quote = approval_quote.subject_quote(context, 1, "li.na")
    context.close()
    [line] = quote["lines"]
    assert (line["above_authority"], line["below_floor"], line["margin"], quote["margin"]) == (
        above,
        below,
        margin,
        margin,
    )


def test_the_page_of_an_order_shows_the_credit_in_use_the_changes_and_the_earlier_rounds(busy: Office) -> None:
    deals.reject(busy, "AP2026-0003", "liu.yang", "账期太长")
    terms = Terms(payment_terms="月结30天", receiver="王工", receiver_phone="13912345678")
    deals.submit(busy, "DD2026-0001", terms=terms, now="2026-03-04 10:00")
    other = deals.ordered(busy)
    deals.approve(busy, "AP2026-0005", *deals.ORDER_ROUTE)
    assert other == "DD2026-0002"
    page = _page(busy, "AP2026-0004")
    assert page["quote"] is None
    order = page["order"]
    assert (order["number"], order["total"], order["payment_terms"]) == ("DD2026-0001", 1_000_000, "月结30天")
    assert (order["exposure"], order["exposure_after"]) == (1_000_000, 2_000_000)
    assert [(one["field"], str(one["what"]), one["before"], one["after"]) for one in page["changes"]] == [
        ("payment_terms", "payment terms", None, "月结30天"),
        ("receiver", "receiver", None, "王工"),
        ("receiver_phone_masked", "receiver's phone", None, "139****5678"),
    ]
    assert page["rounds"] == [
        {
            "round": 1,
            "number": "AP2026-0003",
            "state": "rejected",
            "submitted_by": "li.na",
            "submitted_at": "2026-03-02 07:00:00",
            "role": "finance",
            "decided_by": "liu.yang",
            "decided_for": None,
            "decided_at": "2026-03-02 01:00:00",
            "self_approved": False,
            "comment": "账期太长",
        }
    ]
    assert _page(busy, "AP2026-0003")["changes"] == []
    assert [one["number"] for one in _page(busy, "AP2026-0003")["rounds"]] == ["AP2026-0004"]


def test_the_authority_is_that_of_all_the_submitter_s_roles(office: Office) -> None:
    deals.furnish(office)
    deals.hire(office, "gao.feng", Role.REP, Role.MANAGER)
    deals.quote(office, discount=deals.FAR_ABOVE, user="gao.feng")
    assert _page(office, "AP2026-0001")["quote"]["authority"] == 2_000
