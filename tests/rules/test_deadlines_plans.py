"""Rules plan-deadline and support-lead-time: deadlines in working days, worked out by hand on the official calendars.

Days off in 2026: 1-3 January (Sunday 4 works), 15-23 February (the Saturdays 14 and 28 work), 4-6 April, 1-5 May (Saturday 9
works), 19-21 June, 25-27 September (Sunday 20 works), 1-7 October (Saturday 10 works).
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from salesflow.enums import Grade
from salesflow.rules.deadlines import plan_deadline, support_lead_time
from salesflow.rules.decision import Decision, Strength
from salesflow.rules.policy import PRESETS, Business, PlanDeadline, Policy, SupportLeadTime
from salesflow.rules.policy_toml import load_preset
from salesflow.workdays import Calendar

CALENDAR = Calendar()
BALANCED = Policy()
FIRST = "2026-03-05 10:00"  # a Thursday: Friday, Monday, Tuesday


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def judge(
    first: str = FIRST,
    *,
    planned: str | None = None,
    now: str = "2026-03-05 10:00",
    grade: Grade | None = Grade.A,
    policy: Policy = BALANCED,
) -> Decision[datetime]:
    made = None if planned is None else at(planned)
    return plan_deadline(policy, CALENDAR, grade=grade, first_contact=at(first), planned=made, now=at(now))


@pytest.mark.parametrize(
    ("first", "due", "reason"),
    [
        ("2026-03-02 10:00", "2026-03-05", "Monday: Tuesday, Wednesday, Thursday"),
        ("2026-03-02 00:00", "2026-03-05", "the first minute of Monday counts as Monday"),
        ("2026-03-02 23:59", "2026-03-05", "so does the last: the hour does not matter"),
        ("2026-03-05 10:00", "2026-03-10", "Thursday: Friday, then Monday, Tuesday"),
        ("2026-03-06 18:01", "2026-03-11", "Friday after hours: Monday, Tuesday, Wednesday"),
        ("2026-03-07 10:00", "2026-03-11", "Saturday: the same three"),
        ("2026-03-08 10:00", "2026-03-11", "Sunday: the same three"),
        ("2026-02-11 10:00", "2026-02-14", "Wednesday: 12, 13 and the working Saturday before the festival"),
        ("2026-02-12 10:00", "2026-02-24", "Thursday: 13, 14, and the first day after the festival"),
        ("2026-02-13 10:00", "2026-02-25", "Friday: 14, 24, 25"),
        ("2026-02-14 10:00", "2026-02-26", "the working Saturday itself: 24, 25, 26"),
        ("2026-02-17 10:00", "2026-02-26", "New Year's Day: 24, 25, 26"),
        ("2026-02-25 10:00", "2026-02-28", "Wednesday: 26, 27 and the working Saturday after the festival"),
        ("2026-02-26 10:00", "2026-03-02", "Thursday: 27, 28, Monday"),
        ("2026-04-02 10:00", "2026-04-08", "Thursday: 3, then 7 and 8 after Qingming"),
        ("2026-04-30 10:00", "2026-05-08", "the eve of the May holidays: 6, 7, 8"),
        ("2026-05-06 10:00", "2026-05-09", "7, 8 and the working Saturday"),
        ("2026-06-17 10:00", "2026-06-23", "Wednesday: 18, then 22 and 23 after Dragon Boat's"),
        ("2026-09-17 10:00", "2026-09-21", "Thursday: 18, the working Sunday 20, Monday"),
        ("2026-09-18 10:00", "2026-09-22", "Friday: the working Sunday, Monday, Tuesday"),
        ("2026-09-23 10:00", "2026-09-29", "Wednesday: 24, then 28 and 29 after Mid-Autumn"),
        ("2026-09-29 10:00", "2026-10-09", "Tuesday: 30, then 8 and 9 October"),
        ("2026-09-30 10:00", "2026-10-10", "the eve of National Day: 8, 9 and the working Saturday"),
        ("2026-10-08 10:00", "2026-10-12", "Thursday: 9, the working Saturday, Monday"),
        ("2025-12-30 10:00", "2026-01-05", "Tuesday: 31, the working Sunday 4 January, Monday"),
        ("2026-12-30 10:00", "2027-01-05", "Wednesday: 31; 1 January is off; 4 and 5; estimated"),
        ("2028-02-24 10:00", "2028-02-29", "Thursday: 25, 28 and the leap day; estimated"),
        ("2028-02-29 10:00", "2028-03-03", "the leap day itself, a Tuesday: 1, 2, 3 March"),
        ("2030-04-29 10:00", "2030-05-06", "Monday: 30; 1 and 2 May are fixed holidays; Friday 3, Monday 6; estimated"),
        ("2030-09-30 10:00", "2030-10-08", "Monday: 1 to 3 October are fixed holidays; 4, 7, 8; estimated"),
    ],
)
def test_plan_deadline_is_the_close_of_the_third_working_day(first: str, due: str, reason: str) -> None:
    close = at(f"{due} 18:00")
    on_time = judge(first, planned=f"{due} 18:00", now="2031-01-01 09:00")
    assert (on_time.rule, on_time.outcome, on_time.value) == ("plan-deadline", "ok", close), reason
    assert judge(first, planned=f"{due} 18:01", now="2031-01-01 09:00").outcome == "late", reason


@pytest.mark.parametrize(
    ("planned", "now", "outcome", "strength", "text"),
    [
        ("2026-03-10 18:00", "2026-03-20 09:00", "ok", Strength.OFF,
         "planned in time: within 3 working days of the first contact, by 2026-03-10 18:00"),
        ("2026-03-04 09:00", "2026-03-20 09:00", "ok", Strength.OFF,
         "planned in time: within 3 working days of the first contact, by 2026-03-10 18:00"),
        ("2026-03-10 18:30", "2026-03-20 09:00", "late", Strength.FLAG,
         "planned 30 minutes late: within 3 working days of the first contact was by 2026-03-10 18:00"),
        ("2026-03-13 19:00", "2026-03-20 09:00", "late", Strength.FLAG,
         "planned 3 days late: within 3 working days of the first contact was by 2026-03-10 18:00"),
        (None, "2026-03-10 18:00", "pending", Strength.COMPUTE,
         "a follow-up plan is wanted by 2026-03-10 18:00, within 3 working days of the first contact"),
        (None, "2026-03-11 08:00", "overdue", Strength.FLAG,
         "the follow-up plan is 14 hours overdue: within 3 working days of the first contact was by 2026-03-10 18:00"),
        (None, "2026-03-14 09:00", "overdue", Strength.FLAG,
         "the follow-up plan is 4 days overdue: within 3 working days of the first contact was by 2026-03-10 18:00"),
    ],
)  # fmt: skip
def test_what_plan_deadline_says(planned: str | None, now: str, outcome: str, strength: Strength, text: str) -> None:
    decision = judge(planned=planned, now=now)
    assert (decision.outcome, decision.strength, str(decision.message)) == (outcome, strength, text)
    assert decision.facts == {
        "grade": Grade.A,
        "first_contact": at(FIRST),
        "planned": None if planned is None else at(planned),
        "due_at": at("2026-03-10 18:00"),
    }


@pytest.mark.parametrize("grade", [Grade.B, Grade.C, None])
def test_only_a_customers_need_a_plan(grade: Grade | None) -> None:
    decision = judge(grade=grade, now="2030-01-01 09:00")
    assert (decision.outcome, decision.value, decision.strength) == ("ok", None, Strength.OFF)
    assert str(decision.message) == "only A customers need a plan by a certain day"


def test_the_policy_says_how_many_days_and_when_business_closes() -> None:
    policy = Policy(plan_deadline=PlanDeadline(1), business=Business(time(17, 30)))
    assert judge(policy=policy).value == at("2026-03-06 17:30")
    assert "1 working day of" in str(judge(policy=policy).message)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_both(preset: str) -> None:
    policy = load_preset(preset)
    assert policy.plan_deadline == PlanDeadline(3)
    assert policy.support_lead_time == SupportLeadTime(Strength.FLAG, 2)


def test_a_companys_own_days_count() -> None:
    own = Calendar(holidays=frozenset([date(2026, 3, 6)]), workdays=frozenset([date(2026, 3, 8)]))
    plan = plan_deadline(
        BALANCED, own, grade=Grade.A, first_contact=at(FIRST), planned=None, now=at("2026-03-05 12:00")
    )
    assert plan.value == at("2026-03-10 18:00")  # the Sunday, Monday, Tuesday
    assert support_lead_time(BALANCED, own, asked=date(2026, 3, 5), on=date(2026, 3, 9)).value == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("asked", "first", "reason"),
    [
        ("2026-03-02", "2026-03-04", "Monday for Wednesday"),
        ("2026-03-05", "2026-03-09", "Thursday: Friday, Monday"),
        ("2026-03-06", "2026-03-10", "Friday: Monday, Tuesday"),
        ("2026-03-07", "2026-03-10", "Saturday: the same"),
        ("2026-03-08", "2026-03-10", "Sunday: the same"),
        ("2026-02-12", "2026-02-14", "Thursday: Friday and the working Saturday before the festival"),
        ("2026-02-13", "2026-02-24", "Friday: the working Saturday, and the first day after the festival"),
        ("2026-02-14", "2026-02-25", "the working Saturday: 24, 25"),
        ("2026-02-18", "2026-02-25", "within the festival: 24, 25"),
        ("2026-02-26", "2026-02-28", "Thursday: Friday and the working Saturday after the festival"),
        ("2026-02-27", "2026-03-02", "Friday: the working Saturday, Monday"),
        ("2026-04-02", "2026-04-07", "Thursday: Friday, and Tuesday after Qingming"),
        ("2026-04-29", "2026-05-06", "Wednesday: 30 April, 6 May"),
        ("2026-06-17", "2026-06-22", "Wednesday: Thursday, and Monday after Dragon Boat's"),
        ("2026-09-17", "2026-09-20", "Thursday: Friday and the working Sunday"),
        ("2026-09-18", "2026-09-21", "Friday: the working Sunday, Monday"),
        ("2026-09-29", "2026-10-08", "Tuesday: 30 September, 8 October"),
        ("2026-09-30", "2026-10-09", "the eve of National Day: 8, 9 October"),
        ("2026-10-08", "2026-10-10", "Thursday: Friday and the working Saturday"),
        ("2026-10-09", "2026-10-12", "Friday: the working Saturday, Monday"),
        ("2025-12-31", "2026-01-05", "Wednesday: the working Sunday 4 January, Monday"),
        ("2026-12-30", "2027-01-04", "Wednesday: 31 December, Monday 4 January; estimated"),
        ("2026-12-31", "2027-01-05", "Thursday: 4 and 5 January; estimated"),
        ("2028-02-25", "2028-02-29", "Friday: Monday and the leap day; estimated"),
        ("2028-02-29", "2028-03-02", "the leap day itself: Wednesday, Thursday"),
        ("2030-04-30", "2030-05-06", "Tuesday: Friday 3 May, Monday 6; estimated"),
    ],
)
def test_support_lead_time_is_two_working_days(asked: str, first: str, reason: str) -> None:
    day = date.fromisoformat(first)
    enough = support_lead_time(BALANCED, CALENDAR, asked=date.fromisoformat(asked), on=day)
    assert (enough.rule, enough.outcome, enough.value) == ("support-lead-time", "ok", day), reason
    before = support_lead_time(
        BALANCED, CALENDAR, asked=date.fromisoformat(asked), on=date.fromordinal(day.toordinal() - 1)
    )
    assert (before.outcome, before.value) == ("short", day), reason


@pytest.mark.parametrize(
    ("strength", "on", "outcome", "acts"),
    [
        (Strength.FLAG, "2026-03-04", "ok", Strength.OFF),
        (Strength.FLAG, "2026-03-20", "ok", Strength.OFF),
        (Strength.FLAG, "2026-03-03", "short", Strength.FLAG),
        (Strength.FLAG, "2026-03-02", "short", Strength.FLAG),
        (Strength.HINT, "2026-03-03", "short", Strength.HINT),
        (Strength.REFUSE, "2026-03-03", "short", Strength.REFUSE),
        (Strength.OFF, "2026-03-03", "ok", Strength.OFF),
    ],
)
def test_the_policy_says_what_short_notice_does(strength: Strength, on: str, outcome: str, acts: Strength) -> None:
    policy = Policy(support_lead_time=SupportLeadTime(strength, 2))
    decision = support_lead_time(policy, CALENDAR, asked=date(2026, 3, 2), on=date.fromisoformat(on))
    assert (decision.outcome, decision.strength) == (outcome, acts)
    assert decision.facts == {
        "asked": date(2026, 3, 2),
        "on": date.fromisoformat(on),
        "first_day": date(2026, 3, 4),
        "workdays": 2,
    }


def test_what_support_lead_time_says() -> None:
    asked = date(2026, 3, 2)
    short = support_lead_time(BALANCED, CALENDAR, asked=asked, on=date(2026, 3, 3))
    assert str(short.message) == (
        "support for 2026-03-03 is asked for at short notice: 2 working days ahead would be 2026-03-04"
    )
    assert str(short.hint) == "agree it with the supporter, or plan it for 2026-03-04 or later"
    fine = support_lead_time(BALANCED, CALENDAR, asked=asked, on=date(2026, 3, 4))
    assert (str(fine.message), fine.hint) == ("support is asked for in time: 2 working days ahead", None)
    off = Policy(support_lead_time=SupportLeadTime(Strength.OFF, 2))
    never = support_lead_time(off, CALENDAR, asked=asked, on=asked)
    assert (str(never.message), never.value) == ("support need not be asked for ahead of time", None)
