"""The sections of the agenda one by one: what brings an item there, what takes it away again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from salesflow.enums import Grade, Method, Role, Status
from salesflow.rules.policy import Escalation, Policy
from salesflow.services import followups, stale, stale_undo
from salesflow.services.order_terms import Terms
from salesflow.services.policy import apply as apply_policy
from tests import deals, leads
from tests.commands.test_today import agenda, items, log
from tests.conftest import PROGRAM, Office, outside
from tests.terminal import sit_down


def put_in_force(office: Office, policy: Policy) -> None:
    with office.context(user="wang.fang").transaction() as work:
        apply_policy(work, "ours", "", policy, "试行")


def test_an_a_customer_wants_a_plan_that_somebody_made(office: Office) -> None:
    """First contact on Thursday 26 February; Saturday the 28th is a make-up day (调休), so the plan is wanted by Monday."""
    leads.add(office, leads.new("甲公司", grade=Grade.A), leads.new("乙公司", grade=Grade.B), now="2026-02-26 10:00")
    assert items(agenda(office, now="2026-02-28 09:00")["plan_wanted"]) == [
        (
            "HZ2026001",
            "2026-03-02",
            "a follow-up plan is wanted by 2026-03-02 18:00, within 3 working days of the first contact",
        )
    ]
    late = "the follow-up plan is 15 hours overdue: within 3 working days of the first contact was by 2026-03-02 18:00"
    assert items(agenda(office, now="2026-03-03 09:00")["plan_wanted"])[0] == ("HZ2026001", "2026-03-02", late)
    managers = agenda(office, user="zhang.wei", now="2026-03-03 09:00")["plan_wanted"]
    assert managers["items"][0]["text"] == f"li.na: {late}"
    with office.context(now="2026-03-03 09:00").transaction() as work:
        followups.plan(work, 1, followups.NewPlan(date(2026, 3, 5), Method.VISIT, "向张伟演示排产模块"))
    assert "plan_wanted" not in agenda(office, now="2026-03-03 10:00")
    assert "plan_wanted" not in agenda(office, user="zhang.wei", now="2026-03-03 10:00")


def test_deliveries_that_are_due(office: Office) -> None:
    deals.furnish(office)
    terms = Terms(expected_delivery_on=date(2026, 3, 10))
    order = deals.ordered(office, terms=terms)
    deals.approve(office, "AP2026-0001", *deals.ORDER_ROUTE)
    assert "delivery_due" not in agenda(office, now="2026-03-06 09:00")
    found = agenda(office, now="2026-03-07 09:00")["delivery_due"]
    total = deals.value(office, "SELECT total FROM v_order")
    assert [(item["ref"], item["due_on"]) for item in found["items"]] == [(order, "2026-03-10")]
    assert found["items"][0]["at_risk"] == f"{total / 100:.2f}"
    assert found["items"][0]["text"].endswith(", approved, delivery expected on 2026-03-10")
    assert "delivery_due" not in agenda(office, user="zhang.wei", now="2026-03-12 09:00"), "it is its owner's"


def object_to(office: Office, number: str, **fields: Any) -> None:
    row = {
        "number": number, "customer_id": 1, "at": "2026-03-02 01:00:00", "by_id": 3, "kind": "price",
        "statement": "比恒通贵 8%", "outcome": "open", "decision": None, "closed_at": None, "version": 1, **fields,
    }  # fmt: skip
    names = ", ".join(row)
    leads.execute(office, f"INSERT INTO objection ({names}) VALUES ({', '.join(f':{name}' for name in row)})", **row)


def test_objections_of_my_customers(office: Office) -> None:
    leads.add(office, leads.new(grade=Grade.B))
    object_to(office, "OB2026-0001")
    object_to(office, "OB2026-0002", outcome="escalated", decision="可给 12%")
    object_to(office, "OB2026-0003", outcome="escalated")
    object_to(office, "OB2026-0004", outcome="resolved", closed_at="2026-03-02 02:00:00")
    found = agenda(office)
    assert items(found["objection_decided"]) == [("OB2026-0002", None, "price: 可给 12%")]
    assert items(found["objection"]) == [("OB2026-0001", None, "price: 比恒通贵 8%")]
    assert {"objection", "objection_decided"}.isdisjoint(agenda(office, user="chen.jie"))
    leads.archive(office, "HZ2026001")
    assert {"objection", "objection_decided"}.isdisjoint(agenda(office))


def test_the_escalation_ladder(office: Office) -> None:
    leads.add(office, leads.new(grade=Grade.A))
    log(office, 1, now="2026-03-02 10:00")
    assert "escalated" not in agenda(office, user="zhang.wei", now="2026-04-30 09:00"), "off by default"
    put_in_force(office, Policy(escalation=Escalation(3, 5, 7)))

    def told(now: str) -> tuple[str, str | None]:
        mine = agenda(office, now=now)["overdue"]["items"][0]["text"]
        theirs = agenda(office, user="zhang.wei", now=now).get("escalated")
        return mine, None if theirs is None else theirs["items"][0]["text"]

    assert told("2026-03-11 09:00") == ("follow up: 张伟", None)
    assert told("2026-03-12 09:00") == ("second reminder: follow up: 张伟", None)
    assert told("2026-03-14 09:00") == ("second reminder: follow up: 张伟", "li.na: follow-up 5 days overdue")
    assert told("2026-03-16 09:00")[1] == (
        "li.na: follow-up 7 days overdue; another owner: salesflow customer assign HZ2026001 --auto"
    )


def test_who_is_to_be_coached(office: Office) -> None:
    """Staff of Monday 2 March: on Friday they had three working days; who made a customer hot starts anew."""
    assert "coaching" not in agenda(office, user="zhang.wei", now="2026-03-05 09:00")
    leads.add(office, leads.new(grade=Grade.A))
    leads.move(office, 1, Status.INTERESTED, Status.HOT, now="2026-03-04 10:00")
    found = agenda(office, user="zhang.wei", now="2026-03-06 09:00")["coaching"]
    assert items(found) == [
        ("chen.jie", None, "陈杰: 3 working days without a new hot customer or deal, since 2026-03-02"),
        ("zhao.lei", None, "赵磊: 3 working days without a new hot customer or deal, since 2026-03-02"),
    ]
    later = agenda(office, user="zhang.wei", now="2026-03-10 09:00")["coaching"]
    assert items(later)[1] == (
        "li.na", None, "李娜: 3 working days without a new hot customer or deal, since 2026-03-04",
    )  # fmt: skip
    long_after = agenda(office, user="zhang.wei", now="2026-04-10 09:00")["coaching"]
    assert "since 2026-03-04" in items(long_after)[1][2], "however long ago it was"
    assert "coaching" not in agenda(office, now="2026-04-10 09:00")


def test_a_deal_is_a_success_too(office: Office) -> None:
    deals.furnish(office)
    deals.ordered(office, now="2026-03-04 10:00")
    deals.approve(office, "AP2026-0001", *deals.ORDER_ROUTE, now="2026-03-04 11:00")
    refs = [item["ref"] for item in agenda(office, user="zhang.wei", now="2026-03-06 09:00")["coaching"]["items"]]
    assert refs == ["chen.jie", "zhao.lei"]


def test_leads_that_nobody_graded_the_late_ones_first(office: Office) -> None:
    leads.add(office, leads.new("甲公司"), now="2026-03-06 10:00")
    leads.add(office, leads.new("乙公司"), now="2026-03-03 10:00")
    found = agenda(office, user="zhang.wei", now="2026-03-06 11:00")["ungraded"]
    assert items(found) == [
        (
            "HZ2026002", "2026-03-04",
            "li.na: grading is 41 hours overdue: within 1 working day of its record was by 2026-03-04 18:00",
        ),
        ("HZ2026001", "2026-03-09", "li.na: to be graded by 2026-03-09 18:00, within 1 working day of its record"),
    ]  # fmt: skip


def test_an_analysed_customer_leaves_the_managers_agenda(office: Office) -> None:
    leads.add(office, leads.new("甲公司", grade=Grade.A), leads.new("乙公司", grade=Grade.C))
    now = "2026-04-02 09:00"
    assert agenda(office, user="zhang.wei", now=now)["stalled"]["count"] == 2
    office.ok("customer", "stall", "HZ2026001", "--cause", "budget", "--strategy", "分两期报价", now=now)
    found = agenda(office, user="zhang.wei", now=now)["stalled"]
    assert (found["count"], [item["ref"] for item in found["items"]]) == (1, ["HZ2026002"])
    log(office, 1, now="2026-04-03 10:00", progress=True)
    assert agenda(office, user="zhang.wei", now="2026-05-02 09:00")["stalled"]["count"] == 1
    assert agenda(office, user="zhang.wei", now="2026-05-03 09:00")["stalled"]["count"] == 2


def test_after_an_undo_the_owner_is_warned_again_and_the_manager_not_yet(office: Office) -> None:
    leads.add(office, leads.new(grade=Grade.B))
    with office.context(user="zhang.wei", now="2026-03-17 03:00").transaction() as work:
        stale.sweep(work)
    with office.context(user="zhang.wei", now="2026-03-17 09:00").transaction() as work:
        stale_undo.undo(work, 1)
    warned = agenda(office, now="2026-03-17 10:00")["stale_warning"]
    assert items(warned) == [("HZ2026001", "2026-03-20", "falls to grade C on 2026-03-20 unless there is progress")]
    assert "stale" not in agenda(office, user="zhang.wei", now="2026-03-19 10:00")
    assert agenda(office, user="zhang.wei", now="2026-03-20 10:00")["stale"]["count"] == 1


def test_the_money_at_risk_decides_between_equals(office: Office) -> None:
    """Two B customers due on the same day: the one with an open quote goes first, until the quote has run out."""
    deals.furnish(office)
    leads.add(office, leads.new("乙公司"))
    leads.execute(office, "UPDATE customer SET grade = 'B'")
    for number in (1, 2):
        log(office, number, now="2026-03-02 10:00")
    office.now = "2026-03-16 08:00"
    assert [item["ref"] for item in agenda(office)["due"]["items"]] == ["HZ2026001", "HZ2026002"]
    with office.context(now="2026-03-02 11:00").transaction() as work:
        from salesflow.services import quotes

        quotes.make(work, quotes.NewQuote(2, (quotes.NewItem(deals.SKU, 1_000),)))
    found = agenda(office)["due"]["items"]
    assert [(item["ref"], item["at_risk"]) for item in found] == [("HZ2026002", "9900.00"), ("HZ2026001", "0.00")]
    assert agenda(office, now="2026-04-20 08:00")["overdue"]["items"][0]["at_risk"] == "0.00"


def test_an_approval_risks_its_own_amount(office: Office) -> None:
    deals.furnish(office)
    deals.ordered(office)
    (waiting,) = agenda(office, user="zhang.wei")["approval"]["items"]
    total = deals.value(office, "SELECT amount FROM v_approval")
    assert waiting["at_risk"] == f"{total / 100:.2f}"


@pytest.mark.parametrize("login", ["liu.yang", "sun.li", "chen.jie"])
def test_who_has_no_customers_has_a_short_morning(office: Office, login: str) -> None:
    leads.add(office, leads.new(grade=Grade.A))
    assert office.json("today", user=login, now="2026-03-20 08:00") == {"sections": []}
    seen = sit_down([*PROGRAM, "today"], outside(office.environ(user=login)))
    assert (seen.status, seen.screen) == (0, "there is nothing to do today\n")


def test_support_without_a_customer_of_ones_own(office: Office) -> None:
    deals.hire(office, "qian.kun", Role.TECHNICAL)
    assert agenda(office, user="qian.kun") == {}


def test_when_everything_is_done(office: Office) -> None:
    leads.add(office, leads.new(grade=Grade.C))
    log(office, 1, now="2026-03-02 10:00")
    assert office.json("today", now="2026-03-03 08:00") == {"sections": []}
