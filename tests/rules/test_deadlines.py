"""Deadlines in hours are wall-clock ones; those in working days end at the close of business."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from salesflow.enums import Grade, Role
from salesflow.rules.deadlines import (
    approval_deadline,
    entry_deadline,
    first_contact_deadline,
    grading_deadline,
    log_deadline,
    plan_deadline,
    support_lead_time,
)
from salesflow.rules.decision import Strength
from salesflow.rules.policy import Business, Policy
from salesflow.rules.policy_toml import load_preset
from salesflow.workdays import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar()
BALANCED = Policy()
PROCESS_TOOLKIT = load_preset("process-toolkit")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("policy", "first_contact", "recorded", "due", "outcome", "text"),
    [
        # 24 hours, whatever the day: template-guide, order-toolkit
        (
            BALANCED, "2026-03-05 10:00", "2026-03-06 10:00", "2026-03-06 10:00", "ok",
            "recorded in time: within 24 hours of the first contact, by 2026-03-06 10:00",
        ),
        (
            BALANCED, "2026-03-05 10:00", "2026-03-06 10:01", "2026-03-06 10:00", "late",
            "recorded 1 minute late: within 24 hours of the first contact was by 2026-03-06 10:00",
        ),
        (
            BALANCED, "2026-03-06 17:00", "2026-03-09 09:00", "2026-03-07 17:00", "late",
            "recorded 40 hours late: within 24 hours of the first contact was by 2026-03-07 17:00",
        ),
        (
            BALANCED, "2026-03-05 10:00", "2026-03-12 11:00", "2026-03-06 10:00", "late",
            "recorded 6 days late: within 24 hours of the first contact was by 2026-03-06 10:00",
        ),
        # one working day: process-toolkit; on a Friday, on the Saturday after it, in the night: until Monday 18:00
        (
            PROCESS_TOOLKIT, "2026-03-06 09:00", "2026-03-09 18:00", "2026-03-09 18:00", "ok",
            "recorded in time: within 1 working day of the first contact, by 2026-03-09 18:00",
        ),
        (
            PROCESS_TOOLKIT, "2026-03-07 23:30", "2026-03-09 18:30", "2026-03-09 18:00", "late",
            "recorded 30 minutes late: within 1 working day of the first contact was by 2026-03-09 18:00",
        ),
        # the day before the festival: the first working day after it
        (
            PROCESS_TOOLKIT, "2026-02-14 16:00", "2026-02-24 17:59", "2026-02-24 18:00", "ok",
            "recorded in time: within 1 working day of the first contact, by 2026-02-24 18:00",
        ),
    ],
)  # fmt: skip
def test_entry_deadline(policy: Policy, first_contact: str, recorded: str, due: str, outcome: str, text: str) -> None:
    decision = entry_deadline(policy, CALENDAR, first_contact=at(first_contact), recorded=at(recorded))
    assert (decision.rule, decision.outcome, decision.value) == ("entry-deadline", outcome, at(due))
    assert decision.strength is (Strength.OFF if outcome == "ok" else Strength.FLAG)
    assert str(decision.message) == text
    assert decision.facts == {"first_contact": at(first_contact), "recorded": at(recorded), "due_at": at(due)}


def test_business_may_close_at_another_hour() -> None:
    policy = PROCESS_TOOLKIT._replace(business=Business(time(17, 30)))
    decision = entry_deadline(policy, CALENDAR, first_contact=at("2026-03-05 10:00"), recorded=at("2026-03-05 10:00"))
    assert decision.value == at("2026-03-06 17:30")


@pytest.mark.parametrize(
    ("policy", "happened", "logged", "due", "outcome", "text"),
    [
        (
            BALANCED, "2026-03-05 10:00", "2026-03-06 10:00", "2026-03-06 10:00", "ok",
            "logged in time: within 24 hours, by 2026-03-06 10:00",
        ),
        (
            BALANCED, "2026-03-05 10:00", "2026-03-06 13:00", "2026-03-06 10:00", "late",
            "logged 3 hours late: within 24 hours was by 2026-03-06 10:00",
        ),
        # 2 hours: process-toolkit
        (
            PROCESS_TOOLKIT, "2026-03-05 10:00", "2026-03-05 12:00", "2026-03-05 12:00", "ok",
            "logged in time: within 2 hours, by 2026-03-05 12:00",
        ),
        (
            PROCESS_TOOLKIT, "2026-03-05 23:00", "2026-03-06 09:00", "2026-03-06 01:00", "late",
            "logged 8 hours late: within 2 hours was by 2026-03-06 01:00",
        ),
    ],
)  # fmt: skip
def test_log_deadline(policy: Policy, happened: str, logged: str, due: str, outcome: str, text: str) -> None:
    decision = log_deadline(policy, at=at(happened), logged=at(logged))
    assert (decision.rule, decision.outcome, decision.value) == ("log-deadline", outcome, at(due))
    assert decision.strength is (Strength.OFF if outcome == "ok" else Strength.FLAG)
    assert str(decision.message) == text


@pytest.mark.parametrize(
    ("grade", "contacted", "now", "due", "outcome", "strength", "text"),
    [
        (
            Grade.A, "2026-03-07 10:00", "2026-03-20 09:00", "2026-03-07 10:00", "ok", Strength.OFF,
            "first contact in time: within 48 hours of the assignment, by 2026-03-07 10:00",
        ),
        (
            Grade.A, "2026-03-07 11:00", "2026-03-20 09:00", "2026-03-07 10:00", "late", Strength.FLAG,
            "first contact 1 hour late: within 48 hours of the assignment was by 2026-03-07 10:00",
        ),
        (
            Grade.A, None, "2026-03-07 10:00", "2026-03-07 10:00", "pending", Strength.COMPUTE,
            "first contact is due by 2026-03-07 10:00, within 48 hours of the assignment",
        ),
        (
            Grade.A, None, "2026-03-07 10:05", "2026-03-07 10:00", "overdue", Strength.FLAG,
            "first contact is 5 minutes overdue: within 48 hours of the assignment was by 2026-03-07 10:00",
        ),
        (
            Grade.B, None, "2026-03-12 10:00", "2026-03-12 10:00", "pending", Strength.COMPUTE,
            "first contact is due by 2026-03-12 10:00, within 7 days of the assignment",
        ),
        (
            Grade.C, "2026-03-12 09:59", "2026-03-20 09:00", "2026-03-12 10:00", "ok", Strength.OFF,
            "first contact in time: within 7 days of the assignment, by 2026-03-12 10:00",
        ),
        (
            None, None, "2026-03-14 10:00", "2026-03-12 10:00", "overdue", Strength.FLAG,
            "first contact is 2 days overdue: within 7 days of the assignment was by 2026-03-12 10:00",
        ),
    ],
)  # fmt: skip
def test_first_contact_deadline(
    grade: Grade | None, contacted: str | None, now: str, due: str, outcome: str, strength: Strength, text: str
) -> None:
    decision = first_contact_deadline(
        BALANCED,
        grade=grade,
        assigned=at("2026-03-05 10:00"),
        contacted=at(contacted) if contacted else None,
        now=at(now),
    )
    assert (decision.rule, decision.outcome, decision.value) == ("first-contact-deadline", outcome, at(due))
    assert decision.strength is strength
    assert str(decision.message) == text


def test_first_contact_deadline_has_a_number_for_each_grade() -> None:
    policy = BALANCED._replace(first_contact_deadline=BALANCED.first_contact_deadline._replace(b_days=3, c_days=10))
    dues = [
        first_contact_deadline(
            policy, grade=grade, assigned=at("2026-03-05 10:00"), contacted=None, now=at("2026-03-05 11:00")
        )
        for grade in (Grade.A, Grade.B, Grade.C, None)
    ]
    assert [due.value for due in dues] == [
        at("2026-03-07 10:00"), at("2026-03-08 10:00"), at("2026-03-15 10:00"), at("2026-03-15 10:00")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("since", "workdays", "decided", "now", "due", "outcome", "strength", "text"),
    [
        # 1 working day: process-toolkit; from a Friday or the Saturday after it until Monday 18:00
        (
            "2026-03-06 19:00", None, None, "2026-03-09 18:00", "2026-03-09 18:00", "pending", Strength.COMPUTE,
            "finance: to be decided by 2026-03-09 18:00, within 1 working day",
        ),
        (
            "2026-03-07 08:00", None, None, "2026-03-09 20:00", "2026-03-09 18:00", "overdue", Strength.FLAG,
            "finance: 2 hours overdue; within 1 working day was by 2026-03-09 18:00",
        ),
        (
            "2026-03-05 10:00", None, "2026-03-06 09:00", "2026-03-20 09:00", "2026-03-06 18:00", "ok", Strength.OFF,
            "finance: decided in time, within 1 working day, by 2026-03-06 18:00",
        ),
        (
            "2026-03-05 10:00", None, "2026-03-09 18:00", "2026-03-20 09:00", "2026-03-06 18:00", "late", Strength.FLAG,
            "finance: decided 3 days late; within 1 working day was by 2026-03-06 18:00",
        ),
        (
            "2026-03-05 10:00", 3, None, "2026-03-06 09:00", "2026-03-10 18:00", "pending", Strength.COMPUTE,
            "finance: to be decided by 2026-03-10 18:00, within 3 working days",
        ),
    ],
)  # fmt: skip
def test_approval_deadline(
    since: str,
    workdays: int | None,
    decided: str | None,
    now: str,
    due: str,
    outcome: str,
    strength: Strength,
    text: str,
) -> None:
    decision = approval_deadline(
        BALANCED,
        CALENDAR,
        role=Role.FINANCE,
        waiting_since=at(since),
        decided=at(decided) if decided else None,
        now=at(now),
        workdays=workdays,
    )
    assert (decision.rule, decision.outcome, decision.value) == ("approval-deadline", outcome, at(due))
    assert decision.strength is strength
    assert str(decision.message) == text


@pytest.mark.parametrize(
    ("recorded", "graded", "now", "due", "outcome", "text"),
    [
        (
            "2026-03-05 10:00", None, "2026-03-06 18:00", "2026-03-06 18:00", "pending",
            "to be graded by 2026-03-06 18:00, within 1 working day of its record",
        ),
        (
            "2026-03-05 23:50", None, "2026-03-06 18:01", "2026-03-06 18:00", "overdue",
            "grading is 1 minute overdue: within 1 working day of its record was by 2026-03-06 18:00",
        ),
        (
            "2026-03-06 09:00", "2026-03-09 18:00", "2026-03-20 09:00", "2026-03-09 18:00", "ok",
            "graded in time: within 1 working day of its record, by 2026-03-09 18:00",
        ),
        (
            "2026-03-06 09:00", "2026-03-10 08:00", "2026-03-20 09:00", "2026-03-09 18:00", "late",
            "graded 14 hours late: within 1 working day of its record was by 2026-03-09 18:00",
        ),
        # the Saturday after the festival is worked: 2026-02-27 is a Friday
        (
            "2026-02-27 16:00", None, "2026-03-02 09:00", "2026-02-28 18:00", "overdue",
            "grading is 39 hours overdue: within 1 working day of its record was by 2026-02-28 18:00",
        ),
        # the day before the festival, and the end of a year whose next one is estimated
        ("2026-02-14 16:00", None, "2026-02-20 09:00", "2026-02-24 18:00", "pending", None),
        ("2027-12-31 16:00", None, "2027-12-31 17:00", "2028-01-03 18:00", "pending", None),
        ("2028-02-28 16:00", None, "2028-02-28 17:00", "2028-02-29 18:00", "pending", None),
    ],
)  # fmt: skip
def test_grading_deadline(
    recorded: str, graded: str | None, now: str, due: str, outcome: str, text: str | None
) -> None:
    moment = None if graded is None else at(graded)
    decision = grading_deadline(BALANCED, CALENDAR, recorded=at(recorded), graded=moment, now=at(now))
    assert (decision.rule, decision.outcome, decision.value) == ("grading-deadline", outcome, at(due))
    flagged = outcome in ("late", "overdue")
    assert decision.strength is (Strength.FLAG if flagged else Strength.OFF if outcome == "ok" else Strength.COMPUTE)
    assert text is None or str(decision.message) == text
    assert decision.facts == {"recorded": at(recorded), "graded": moment, "due_at": at(due)}


def test_plans_and_support_have_deadlines_in_working_days() -> None:
    """Their tables are in test_deadlines_plans."""
    first = at("2026-03-05 10:00")
    plan = plan_deadline(BALANCED, CALENDAR, grade=Grade.A, first_contact=first, planned=None, now=first)
    assert (plan.rule, plan.outcome, plan.value) == ("plan-deadline", "pending", at("2026-03-10 18:00"))
    support = support_lead_time(BALANCED, CALENDAR, asked=date(2026, 3, 5), on=date(2026, 3, 6))
    assert (support.rule, support.outcome, support.value) == ("support-lead-time", "short", date(2026, 3, 9))
