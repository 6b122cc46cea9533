"""What is due and what happened: order, scope, and that the database answers from its indexes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from salesflow.context import Context
from salesflow.enums import Grade, Method
from salesflow.queries import followups as queries
from salesflow.queries import today as agenda
from salesflow.queries.base import Page
from salesflow.services import followups
from tests import leads
from tests.conftest import Office

BIG = ("customer", "plan_item", "followup", "contact")


@pytest.fixture
def book(office: Office) -> Office:
    """Five customers of li.na's with plans around Tuesday 10 March, and one of chen.jie's."""
    grades = {"甲": Grade.B, "乙": Grade.A, "丙": None, "丁": Grade.A, "戊": Grade.C}
    leads.add(office, *(leads.new(f"{name}公司", grade=grade) for name, grade in grades.items()))
    leads.add(office, leads.new("己公司", grade=Grade.A), user="chen.jie")
    days = {1: "2026-03-05", 2: "2026-03-09", 3: "2026-03-03", 4: "2026-03-06", 5: "2026-03-10", 6: "2026-03-06"}
    with office.context().transaction() as work:
        for customer_id, day in days.items():
            new = followups.NewPlan(date.fromisoformat(day), Method.PHONE, "问张伟二期预算")
            followups.plan(work, customer_id, new)
    return office


def read(office: Office, ask: Callable[[Context], Any], *, now: str = "2026-03-10 09:00") -> Any:
    context = office.context(now=now)
    try:
        return ask(context)
    finally:
        context.close()


def listed(page: Page) -> list[tuple[Any, ...]]:
    return [(row["customer_code"], row["grade"], row["due_on"], row["days_overdue"]) for row in page.rows]


def test_the_best_customers_come_first_and_then_the_most_overdue(book: Office) -> None:
    assert listed(read(book, queries.overdue)) == [
        ("HZ2026004", "A", "2026-03-06", 4),
        ("SH2026001", "A", "2026-03-06", 4),
        ("HZ2026002", "A", "2026-03-09", 1),
        ("HZ2026001", "B", "2026-03-05", 5),
        ("HZ2026003", None, "2026-03-03", 7),
    ]


def test_what_is_due_has_what_is_overdue(book: Office) -> None:
    mine = read(book, lambda context: queries.due(context, until=date(2026, 3, 10), owner_id=3))
    assert [row["customer_code"] for row in mine.rows] == [
        "HZ2026004",
        "HZ2026002",
        "HZ2026001",
        "HZ2026005",
        "HZ2026003",
    ]
    assert [row["days_overdue"] for row in mine.rows] == [4, 1, 5, 0, 7]


def test_what_is_to_come_is_not_overdue(book: Office) -> None:
    found = read(book, lambda context: queries.due(context, until=date(2026, 3, 5)), now="2026-03-01 09:00")
    assert listed(found) == [("HZ2026001", "B", "2026-03-05", 0), ("HZ2026003", None, "2026-03-03", 0)]


def test_one_owner_after_the_other(book: Office) -> None:
    found = read(book, lambda context: queries.overdue(context, by_owner=True))
    assert [row["owner"] for row in found.rows] == ["chen.jie", "li.na", "li.na", "li.na", "li.na"]


def test_a_limit_says_that_there_is_more(book: Office) -> None:
    found = read(book, lambda context: queries.overdue(context, keep=2))
    assert (len(found.rows), found.more) == (2, True)


def test_archived_customers_are_never_due(book: Office) -> None:
    leads.archive(book, "HZ2026004")
    assert "HZ2026004" not in [row["customer_code"] for row in read(book, queries.overdue).rows]


def test_two_plans_of_one_customer_are_two_rows(book: Office) -> None:
    with book.context().transaction() as work:
        followups.plan(work, 4, followups.NewPlan(date(2026, 3, 4), Method.VISIT, "向张伟演示排产模块"))
    found = read(book, lambda context: queries.overdue(context, owner_id=3))
    assert [row["due_on"] for row in found.rows if row["customer_code"] == "HZ2026004"] == ["2026-03-04", "2026-03-06"]


def test_open_customers_without_a_plan(book: Office) -> None:
    assert read(book, queries.unplanned).rows == []
    leads.execute(book, "UPDATE plan_item SET state = 'cancelled' WHERE customer_id IN (3, 4, 5)")
    leads.execute(book, "UPDATE customer SET next_follow_up_on = NULL WHERE id IN (3, 4, 5)")
    leads.execute(book, "UPDATE customer SET status = 'lost' WHERE id = 5")
    found = read(book, lambda context: queries.unplanned(context, owner_id=3)).rows
    assert [(row["customer_code"], row["due_on"], row["days_overdue"], row["method"]) for row in found] == [
        ("HZ2026004", None, None, None),
        ("HZ2026003", None, None, None),
    ]
    assert read(book, lambda context: queries.unplanned(context, owner_id=4)).rows == []


def test_history_is_newest_first_and_within_days_of_the_zone(book: Office) -> None:
    for now in ("2026-03-03 00:10", "2026-03-03 23:50", "2026-03-04 00:00"):
        with book.context(now=now).transaction() as work:
            followups.log(work, 1, followups.NewFollowup(Method.WECHAT, now))
    found = read(book, lambda context: queries.history(context, first=date(2026, 3, 3), last=date(2026, 3, 3)))
    assert [row["content"] for row in found.rows] == ["2026-03-03 23:50", "2026-03-03 00:10"]
    assert len(read(book, lambda context: queries.history(context, customer_id=1, method=Method.WECHAT)).rows) == 3
    assert read(book, lambda context: queries.history(context, method=Method.PHONE)).rows == []
    assert read(book, lambda context: queries.history(context, by_id=4)).rows == []
    assert len(read(book, lambda context: queries.history(context, owner_id=3)).rows) == 3


def test_plans_are_earliest_first(book: Office) -> None:
    found = read(book, lambda context: queries.plans(context, owner_id=3, last=date(2026, 3, 6)))
    assert [row["due_on"] for row in found.rows] == ["2026-03-03", "2026-03-05", "2026-03-06"]
    only = read(book, lambda context: queries.plans(context, customer_id=6, first=date(2026, 3, 4)))
    assert [row["customer_code"] for row in only.rows] == ["SH2026001"]


def searched(office: Office, ask: Callable[[Context], Any]) -> list[str]:
    """How the database looks for the big tables' rows in all that a question asks of it."""
    context = office.context(now="2026-03-10 09:00")
    asked: list[str] = []
    context.reader.connection.set_trace_callback(asked.append)
    ask(context)
    context.reader.connection.set_trace_callback(None)
    steps = [
        row["detail"]
        for sql in asked
        if sql.startswith("SELECT")
        for row in context.reader.rows(f"EXPLAIN QUERY PLAN {sql}")
    ]
    context.close()
    return [step for step in steps if step.split()[1] in BIG]


OVERDUE_OF_ONE = "SEARCH customer USING COVERING INDEX ix_customer_due (owner_id=? AND next_follow_up_on<?)"
OVERDUE_OF_ALL = "SEARCH customer USING INDEX ix_customer_next_follow_up_on (next_follow_up_on<?)"
ITS_PLANS = "SEARCH plan_item USING INDEX ix_plan_item_pending (customer_id=? AND due_on<?)"


def test_what_is_due_is_found_by_index(book: Office) -> None:
    mine = searched(book, lambda context: queries.overdue(context, owner_id=3))
    assert OVERDUE_OF_ONE in mine
    assert ITS_PLANS in mine
    everybodys = searched(book, lambda context: queries.overdue(context, by_owner=True))
    assert OVERDUE_OF_ALL in everybodys
    assert ITS_PLANS in everybodys
    assert not [step for step in (*mine, *everybodys) if step.startswith("SCAN")]


def test_history_is_read_by_index(book: Office) -> None:
    assert "SCAN followup USING INDEX ix_followup_at" in searched(book, queries.history)
    by = searched(book, lambda context: queries.history(context, by_id=3))
    assert "SEARCH followup USING INDEX ix_followup_by (by_id=?)" in by


def test_the_agenda_reads_no_whole_table(book: Office) -> None:
    """Every question of everybody's agenda, a manager's included, searches an index."""

    def ask(context: Context) -> None:
        agenda.sections(context, agenda.person(context, "zhang.wei"))
        agenda.sections(context, agenda.person(context, "li.na"))

    steps = searched(book, ask)
    assert OVERDUE_OF_ONE in steps
    assert "SEARCH plan_item USING INDEX ix_plan_item_support_id (support_id=?)" in steps
    assert "SEARCH plan_item USING INDEX ix_plan_item_support_role (support_role=?)" in steps
    assert [step for step in steps if "ix_customer_uncontacted (owner_id=? AND status=?" in step]
    assert [step for step in steps if "COVERING INDEX ix_customer_grade_status (grade=? AND status=?" in step]
    assert not [step for step in steps if step.startswith("SCAN")]
