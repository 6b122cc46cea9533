"""A sweep taken back: everything as before for whom nobody touched, and a warning before anybody falls again."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import Any

import pytest

from salesflow.db.check import problems
from salesflow.enums import Grade, Method, Status
from salesflow.errors import NotFound, Refused
from salesflow.i18n import render
from salesflow.services import followups, stale, stale_undo
from salesflow.services.records import load
from salesflow.services.status import change_grade
from tests import leads
from tests.conftest import Office

SWEPT, UNDONE = "2026-03-20 03:00", "2026-03-20 09:00"
STATES = "SELECT code, grade, status, next_follow_up_on, last_progress_on FROM v_customer ORDER BY id"


def sweep(office: Office, now: str = SWEPT, **asked: Any) -> int | None:
    with office.context(user="zhang.wei", now=now).transaction() as work:
        return stale.sweep(work, **asked).run


def undo(office: Office, run: int = 1, now: str = UNDONE, *, dry_run: bool = False) -> dict[str, str | None]:
    """Take a sweep back; the reasons of those left out by code, None for the others."""
    with office.context(user="zhang.wei", now=now).transaction() as work:
        found = stale_undo.undo(work, run, dry_run=dry_run)
    return {one.code: None if one.touched is None else render(one.touched) for one in found}


def check(office: Office) -> list[Any]:
    connection = sqlite3.connect(office.database)
    try:
        return list(problems(connection, str(office.database)))
    finally:
        connection.close()


@pytest.fixture
def book(office: Office) -> Office:
    """Five stale B customers of 2 March, and an old C that nobody contacts."""
    leads.add(office, *(leads.new(f"{name}公司", grade=Grade.B) for name in "甲乙丙丁戊"))
    leads.add(office, leads.new("己公司", grade=Grade.C), now="2025-12-10 09:00")
    return office


def test_all_is_as_before(book: Office) -> None:
    before = leads.rows(book, STATES)
    plans = "SELECT customer_code, due_on, state FROM v_plan_item WHERE state = 'pending' ORDER BY customer_id, id"
    planned = leads.rows(book, plans)
    assert sweep(book, include_lost=True) == 1
    assert leads.rows(book, STATES) != before
    assert undo(book) == dict.fromkeys([*(f"HZ202600{number}" for number in range(1, 6)), "HZ2025001"])
    assert leads.rows(book, STATES) == before
    assert leads.rows(book, plans) == planned
    assert check(book) == []


def test_it_is_kept_as_history_and_in_the_trail(book: Office) -> None:
    sweep(book, include_lost=True)
    undo(book)
    (run,) = leads.rows(book, "SELECT changed, undone_at, undone_by FROM v_stale_run")
    assert run == {"changed": 6, "undone_at": "2026-03-20 01:00:00", "undone_by": "zhang.wei"}
    change = leads.rows(book, "SELECT from_grade, to_grade, reason, rule, run_id FROM v_grade_change ORDER BY id DESC")[
        0
    ]
    assert change == {
        "from_grade": "C", "to_grade": "B", "reason": "undo of sweep 1", "rule": "stale-downgrade", "run_id": 1,
    }  # fmt: skip
    status = leads.rows(book, "SELECT from_status, to_status, reason, rule FROM v_status_change ORDER BY id DESC")[0]
    assert status == {
        "from_status": "lost", "to_status": "prospect", "reason": "undo of sweep 1", "rule": "lost-proposal",
    }  # fmt: skip
    entries = leads.rows(book, "SELECT action, subject_ref, after FROM v_audit ORDER BY id DESC LIMIT 7")
    assert entries[0]["action"] == "customer.stale-undo"
    assert json.loads(entries[0]["after"]) == {"restored": 6, "left_out": 0}
    assert {entry["subject_ref"] for entry in entries[1:]} == {row["code"] for row in leads.rows(book, STATES)}


def test_who_was_touched_since_is_left_out(book: Office) -> None:
    sweep(book)
    with book.context(now="2026-03-20 08:00").transaction() as work:
        followups.log(work, 1, followups.NewFollowup(Method.PHONE, "确认预算 20 万"))
        change_grade(work, load(work, 2), Grade.A, "主管评定")
        followups.plan(work, 5, followups.NewPlan(date(2026, 3, 25), Method.VISIT, "向张伟演示排产模块"))
    leads.move(book, 3, Status.INTERESTED, now="2026-03-20 08:00")
    leads.execute(book, "UPDATE customer SET remark = '改', version = version + 1 WHERE id = 4")
    before = leads.rows(book, STATES)
    assert undo(book) == {
        "HZ2026001": "followed up since",
        "HZ2026002": "grade changed since",
        "HZ2026003": "status changed since",
        "HZ2026004": "edited since",
        "HZ2026005": "planned since",
    }
    assert leads.rows(book, STATES) == before
    assert check(book) == []


def test_an_archived_customer_is_left_out(book: Office) -> None:
    sweep(book)
    leads.archive(book, "HZ2026001")
    assert undo(book)["HZ2026001"] == "archived since"


def test_twice_is_refused_and_an_unknown_number_not_found(book: Office) -> None:
    sweep(book)
    undo(book)
    before = leads.written(book)
    with pytest.raises(Refused) as refused:
        undo(book)
    assert str(refused.value) == "sweep 1 was taken back on 2026-03-20 by zhang.wei"
    with pytest.raises(NotFound) as missing:
        undo(book, 7)
    assert (str(missing.value), missing.value.exit_status) == ("there is no sweep 7", 3)
    assert leads.written(book) == before


def test_a_dry_run_changes_nothing(book: Office) -> None:
    sweep(book)
    before = leads.written(book)
    assert set(undo(book, dry_run=True).values()) == {None}
    assert leads.written(book) == before
    assert leads.rows(book, "SELECT undone_at FROM v_stale_run") == [{"undone_at": None}]


def test_nobody_falls_again_without_a_warning(book: Office) -> None:
    """Undone on the 20th, each stands until the 23rd: the policy's three days of warning."""
    sweep(book)
    undo(book)
    assert sweep(book, "2026-03-20 23:00") is None
    assert sweep(book, "2026-03-22 03:00") is None
    assert sweep(book, "2026-03-23 03:00") == 2
    assert [row["grade"] for row in leads.rows(book, STATES)] == ["C"] * 6
    assert undo(book, 2, "2026-03-23 09:00") == dict.fromkeys(f"HZ202600{number}" for number in range(1, 6))
    assert sweep(book, "2026-03-25 03:00") is None
    assert check(book) == []


def test_the_forecast_and_the_owners_agenda_know_it(book: Office) -> None:
    sweep(book)
    undo(book)
    assert [row["rule"] for row in book.json("customer", "stale", now="2026-03-20 10:00")["rows"]].count(
        "stale-downgrade"
    ) == 0
    forecast = book.json("customer", "stale", "--within", "3d", "--owner", "li.na", now="2026-03-20 10:00")["rows"]
    fall = next(row for row in forecast if row["code"] == "HZ2026001")
    assert (fall["on"], fall["text"]) == ("2026-03-23", "falls to grade C on 2026-03-23 unless there is progress")
    decided = {one["rule"]: one for one in book.json("explain", "HZ2026001", now="2026-03-20 10:00")["decisions"]}
    assert decided["stale-downgrade"]["outcome"] == "2026-03-23"
    assert decided["stale-downgrade"]["facts"]["not_before"] == "2026-03-23"


def test_a_lost_customer_is_spared_too(book: Office) -> None:
    sweep(book, include_lost=True)
    undo(book)
    assert sweep(book, "2026-03-21 03:00", include_lost=True) is None
    assert sweep(book, "2026-03-23 03:00", include_lost=True) == 2
    assert leads.rows(book, STATES)[-1]["status"] == "lost"


def test_an_undone_fall_is_no_progress_and_no_downgrade_of_the_week(book: Office) -> None:
    sweep(book, include_lost=True)
    before = book.json("report", "weekly", "--week", "2026-W12", user="zhang.wei", now="2026-03-20 08:00")
    undo(book)
    after = book.json("report", "weekly", "--week", "2026-W12", user="zhang.wei", now="2026-03-20 10:00")
    assert before["stale"]["downgraded"] == after["stale"]["downgraded"]
