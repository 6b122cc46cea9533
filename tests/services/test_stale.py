"""The sweep over stale leads: done in bulk, once, and so that everything else agrees with it."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import Any

import pytest

from salesflow.db.check import problems
from salesflow.enums import Grade, Method, Status
from salesflow.rules.policy import Policy, StaleDowngrade
from salesflow.services import followups, stale
from salesflow.services.policy import apply as apply_policy
from salesflow.services.records import load
from salesflow.services.stale import Swept
from salesflow.services.status import change_grade
from tests import leads
from tests.conftest import Office

LATER = "2026-03-20 03:00"
WHO = "SELECT code, grade, status, next_follow_up_on, version FROM v_customer ORDER BY id"
HISTORY = "SELECT customer_code, from_grade, to_grade, reason, rule, run_id, by, at FROM v_grade_change WHERE run_id IS NOT NULL"


def sweep(office: Office, *, now: str = LATER, user: str = "zhang.wei", **asked: Any) -> Swept:
    with office.context(user=user, now=now).transaction() as work:
        return stale.sweep(work, **asked)


def states(office: Office) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in leads.rows(office, WHO)]


@pytest.fixture
def book(office: Office) -> Office:
    """Customers of 2 March: a stale B, a B with progress, an A and a C; and an old C without contact."""
    grades = {"甲": Grade.B, "乙": Grade.B, "丙": Grade.A, "丁": Grade.C}
    leads.add(office, *(leads.new(f"{name}公司", grade=grade) for name, grade in grades.items()))
    leads.add(office, leads.new("戊公司", grade=Grade.C), now="2025-12-10 09:00")
    with office.context(now="2026-03-10 10:00").transaction() as work:
        new = followups.NewFollowup(Method.PHONE, "确认预算 20 万", progress=True)
        followups.log(work, 2, new)
    return office


def test_who_is_stale_falls_with_all_that_hangs_on_it(book: Office) -> None:
    swept = sweep(book)
    assert swept.run == 1
    assert [(change.code, change.finding.rule) for change in swept.changes] == [("HZ2026001", "stale-downgrade")]
    assert states(book) == [
        ("HZ2026001", "C", "prospect", "2026-04-01", 2),
        ("HZ2026002", "B", "prospect", "2026-03-24", 1),
        ("HZ2026003", "A", "prospect", "2026-03-09", 1),
        ("HZ2026004", "C", "prospect", "2026-04-01", 1),
        ("HZ2025001", "C", "prospect", "2026-01-09", 1),
    ]
    assert leads.rows(book, HISTORY) == [
        {
            "customer_code": "HZ2026001",
            "from_grade": "B",
            "to_grade": "C",
            "reason": "falls to grade C: 18 days without progress, 14 are allowed",
            "rule": "stale-downgrade",
            "run_id": 1,
            "by": "zhang.wei",
            "at": "2026-03-19 19:00:00",
        }
    ]
    (run,) = leads.rows(book, "SELECT id, changed, by FROM v_stale_run")
    assert run == {"id": 1, "changed": 1, "by": "zhang.wei"}


def test_each_change_has_its_audit_entry(book: Office) -> None:
    sweep(book, include_lost=True)
    entries = leads.rows(
        book, "SELECT action, subject_ref, before, after, rule FROM v_audit WHERE staff = 'zhang.wei' ORDER BY id"
    )
    assert [(entry["action"], entry["subject_ref"], entry["rule"]) for entry in entries] == [
        ("customer.grade", "HZ2026001", "stale-downgrade"),
        ("customer.status", "HZ2025001", "lost-proposal"),
    ]
    assert json.loads(entries[0]["before"]) == {"grade": "B"}
    assert json.loads(entries[0]["after"]) == {
        "grade": "C",
        "reason": "falls to grade C: 18 days without progress, 14 are allowed",
        "run": 1,
    }
    assert json.loads(entries[1]["after"])["loss_reason"] == "no-contact"


def test_a_second_sweep_does_nothing(book: Office) -> None:
    sweep(book, include_lost=True)
    before = states(book), leads.rows(book, "SELECT count(*) AS number FROM audit_entry")
    assert sweep(book, include_lost=True) == Swept(None, [])
    assert (states(book), leads.rows(book, "SELECT count(*) AS number FROM audit_entry")) == before
    assert len(leads.rows(book, "SELECT id FROM v_stale_run")) == 1


def test_the_lost_are_lost_only_when_asked_for(book: Office) -> None:
    assert len(sweep(book).changes) == 1
    (change,) = sweep(book, include_lost=True).changes
    assert change.code == "HZ2025001"
    assert states(book)[-1] == ("HZ2025001", "C", "lost", None, 2)
    (lost,) = leads.rows(
        book, "SELECT from_status, to_status, loss_reason, rule, run_id FROM v_status_change WHERE run_id = 2"
    )
    assert lost == {
        "from_status": "prospect", "to_status": "lost", "loss_reason": "no-contact", "rule": "lost-proposal", "run_id": 2,
    }  # fmt: skip
    assert leads.rows(book, "SELECT state, reason FROM v_plan_item WHERE customer_code = 'HZ2025001'") == [
        {"state": "cancelled", "reason": "cadence"}
    ]


def test_one_sweep_goes_all_the_way(office: Office) -> None:
    """A B customer long out of contact falls to C and is lost in the same run: two changes, one customer."""
    leads.add(office, leads.new(grade=Grade.B), now="2025-12-01 09:00")
    swept = sweep(office, include_lost=True)
    assert [change.finding.outcome for change in swept.changes] == ["C", "lost"]
    assert states(office) == [("HZ2025001", "C", "lost", None, 2)]
    assert leads.rows(office, "SELECT changed FROM v_stale_run") == [{"changed": 1}]
    assert sweep(office, include_lost=True).run is None


def test_only_one_owners_customers(book: Office) -> None:
    assert sweep(book, owner_id=4).run is None
    assert sweep(book, owner_id=3).run == 1


def test_the_policy_may_make_them_invalid(book: Office) -> None:
    policy = Policy()._replace(stale_downgrade=StaleDowngrade(to="invalid"))
    with book.context(user="zhang.wei").transaction() as work:
        apply_policy(work, "own", "", policy, "试行")
    sweep(book)
    assert states(book)[0] == ("HZ2026001", "B", "invalid", None, 2)
    (change,) = leads.rows(book, "SELECT to_status, rule FROM v_status_change WHERE run_id = 1")
    assert change == {"to_status": "invalid", "rule": "stale-downgrade"}


def test_plans_made_by_hand_stay_and_who_has_none_gets_one(book: Office) -> None:
    with book.context().transaction() as work:
        followups.plan(work, 1, followups.NewPlan(date(2026, 3, 12), Method.VISIT, "向张伟演示排产模块"))
    leads.execute(book, "UPDATE customer SET last_progress_on = NULL WHERE id = 2")
    leads.execute(book, "UPDATE plan_item SET state = 'cancelled' WHERE customer_id = 2 AND state = 'pending'")
    leads.execute(book, "UPDATE customer SET next_follow_up_on = NULL WHERE id = 2")
    sweep(book)
    assert [state[3] for state in states(book)[:2]] == ["2026-03-12", "2026-04-09"]
    made = leads.rows(
        book, "SELECT due_on, rule, state FROM v_plan_item WHERE customer_id = 2 ORDER BY id DESC LIMIT 1"
    )
    assert made == [{"due_on": "2026-04-09", "rule": "cadence", "state": "pending"}]


def test_the_bulk_does_what_one_change_does(book: Office) -> None:
    """The sweep leaves the same customer, plan and history as a change of grade by hand would, but for who and why."""
    leads.add(book, leads.new("己公司", grade=Grade.B))
    with book.context(now="2026-03-03 10:00").transaction() as work:
        for customer_id in (1, 6):
            new = followups.NewFollowup(Method.PHONE, "确认预算 20 万", next="发报价给张伟")
            followups.log(work, customer_id, new)
    with book.context(now=LATER).transaction() as work:
        change_grade(work, load(work, 6), Grade.C, "停滞")
    sweep(book)
    swept, by_hand = (
        leads.rows(
            book,
            "SELECT grade, status, version, next_follow_up_on, last_contact_on, last_progress_on FROM v_customer WHERE id = :id",
            id=id_,
        )
        for id_ in (1, 6)
    )
    assert swept == by_hand
    plans = [
        leads.rows(book, "SELECT due_on, state, rule, focus, method FROM v_plan_item WHERE customer_id = :id", id=id_)
        for id_ in (1, 6)
    ]
    assert plans[0] == plans[1]
    assert plans[0][-1] == {
        "due_on": "2026-04-02", "state": "pending", "rule": "cadence", "focus": "发报价给张伟", "method": None,
    }  # fmt: skip


def test_nothing_disagrees_afterwards(book: Office) -> None:
    sweep(book, include_lost=True)
    connection = sqlite3.connect(book.database)
    try:
        assert list(problems(connection, str(book.database))) == []
    finally:
        connection.close()


def test_archived_and_closed_customers_are_left_alone(book: Office) -> None:
    leads.archive(book, "HZ2026001")
    assert sweep(book).run is None


def test_who_had_progress_in_the_meantime_is_spared(book: Office) -> None:
    """The sweep judges by what it finds when it holds the database, not by what was listed before."""
    from salesflow.queries import stale as stale_queries

    context = book.context(user="zhang.wei", now=LATER)
    listed = stale_queries.listed(context, only_falls=True, include_lost=False)
    assert [row["code"] for row in listed] == ["HZ2026001"]
    leads.move(book, 1, Status.INTERESTED, now=LATER)
    with context.transaction() as work:
        assert stale.sweep(work).run is None


def test_an_empty_database(office: Office) -> None:
    assert sweep(office) == Swept(None, [])
