"""Rule cadence: cases worked out by hand on the calendars of 2025, 2026 and (estimated) of the years after them.

Days off in 2026: 1-3 January (Sunday 4 works), 15-23 February (the Saturdays 14 and 28 work), 4-6 April, 1-5 May (Saturday 9
works), 19-21 June, 25-27 September (Sunday 20 works), 1-7 October (Saturday 10 works).
"""

from __future__ import annotations

from datetime import date

import pytest

from salesflow.enums import Grade, Status
from salesflow.rules.cadence import Base, beyond_cadence, cadence
from salesflow.rules.decision import Decision, Strength
from salesflow.rules.policy import PRESETS, Cadence, Policy
from salesflow.rules.policy_toml import load_preset
from salesflow.workdays import Calendar

A, B, C, NO_GRADE = Grade.A, Grade.B, Grade.C, None
PROSPECT, INTERESTED, HOT = Status.PROSPECT, Status.INTERESTED, Status.HOT
WON, LOST, INVALID = Status.WON, Status.LOST, Status.INVALID
POLICIES = {name: load_preset(name) for name in PRESETS}
CALENDAR = Calendar()

Case = tuple[Grade | None, Status, str, str, str]

BALANCED: list[Case] = [
    (A, PROSPECT, "2026-03-05", "2026-03-12", "7 days after a Thursday"),
    (A, INTERESTED, "2026-03-05", "2026-03-12", "by grade: interested has no interval of its own"),
    (B, PROSPECT, "2026-03-05", "2026-03-19", "14 days after a Thursday"),
    (C, PROSPECT, "2026-03-05", "2026-04-07", "30 days: Saturday 4 April; Sunday; Monday 6 is Qingming's"),
    (NO_GRADE, PROSPECT, "2026-03-05", "2026-04-07", "no grade counts as C"),
    (A, HOT, "2026-03-05", "2026-03-09", "hot, 2 days: Saturday, so Monday"),
    (B, HOT, "2026-03-06", "2026-03-09", "hot, 2 days: Sunday, so Monday"),
    (C, HOT, "2026-03-04", "2026-03-06", "hot whatever the grade: Friday"),
    (NO_GRADE, HOT, "2026-03-09", "2026-03-11", "hot without a grade: Wednesday"),
    (A, WON, "2026-03-05", "2026-06-03", "90 days: 26 to the end of March, 30, 31, 3"),
    (C, WON, "2026-03-08", "2026-06-08", "90 days: Saturday 6 June, so Monday"),
    (A, PROSPECT, "2026-02-09", "2026-02-24", "Monday 16 February is off until Monday 23"),
    (A, PROSPECT, "2026-02-10", "2026-02-24", "New Year's Day itself, Tuesday 17"),
    (A, PROSPECT, "2026-02-07", "2026-02-14", "Saturday 14 February works"),
    (A, PROSPECT, "2026-02-08", "2026-02-24", "Sunday 15 February is the first day off"),
    (A, PROSPECT, "2026-02-21", "2026-02-28", "Saturday 28 February works; the contact was on a holiday"),
    (B, PROSPECT, "2026-02-02", "2026-02-24", "14 days: Monday 16 February"),
    (B, PROSPECT, "2026-02-10", "2026-02-24", "14 days: Tuesday 24, the first day back"),
    (C, PROSPECT, "2026-01-15", "2026-02-14", "30 days: the working Saturday"),
    (C, PROSPECT, "2026-01-16", "2026-02-24", "30 days: Sunday 15 February"),
    (A, HOT, "2026-02-12", "2026-02-14", "2 days: the working Saturday"),
    (A, HOT, "2026-02-13", "2026-02-24", "2 days: Sunday 15 February"),
    (A, HOT, "2026-02-26", "2026-02-28", "2 days: the other working Saturday"),
    (A, PROSPECT, "2026-09-24", "2026-10-08", "1 October is off until Wednesday 7"),
    (A, PROSPECT, "2026-09-30", "2026-10-08", "7 October is the last day off"),
    (A, PROSPECT, "2026-10-03", "2026-10-10", "Saturday 10 October works"),
    (B, PROSPECT, "2026-09-20", "2026-10-08", "14 days: Sunday 4 October"),
    (A, HOT, "2026-09-29", "2026-10-08", "2 days: 1 October"),
    (A, HOT, "2026-10-08", "2026-10-10", "2 days: the working Saturday"),
    (A, HOT, "2026-09-23", "2026-09-28", "Friday 25 September is Mid-Autumn, then the weekend"),
    (A, HOT, "2026-09-18", "2026-09-20", "Sunday 20 September works"),
    (A, PROSPECT, "2025-12-25", "2026-01-04", "1 January, 2 and 3 off, Sunday 4 works"),
    (B, PROSPECT, "2025-12-20", "2026-01-04", "14 days: Saturday 3 January"),
    (C, PROSPECT, "2025-12-03", "2026-01-04", "30 days: Friday 2 January, off"),
    (A, PROSPECT, "2026-12-24", "2026-12-31", "the last day of a known year"),
    (A, PROSPECT, "2026-12-25", "2027-01-04", "1 January 2027, a Friday, then the weekend; estimated"),
    (A, PROSPECT, "2028-02-22", "2028-02-29", "the leap day, a Tuesday"),
    (A, PROSPECT, "2028-02-29", "2028-03-07", "from the leap day"),
    (B, PROSPECT, "2028-02-15", "2028-02-29", "14 days to the leap day"),
    (C, PROSPECT, "2028-01-30", "2028-02-29", "30 days to the leap day"),
    (A, HOT, "2028-02-27", "2028-02-29", "2 days to the leap day"),
    (A, PROSPECT, "2030-04-24", "2030-05-03", "1 and 2 May are fixed holidays, Friday 3 works; estimated"),
    (A, PROSPECT, "2030-09-24", "2030-10-04", "1 to 3 October are fixed holidays, Friday 4 works; estimated"),
    (A, PROSPECT, "2026-04-24", "2026-05-06", "1 May is off until Tuesday 5"),
    (B, PROSPECT, "2026-04-20", "2026-05-06", "14 days: Monday 4 May, off"),
    (A, HOT, "2026-05-07", "2026-05-09", "Saturday 9 May works"),
    (A, PROSPECT, "2026-06-12", "2026-06-22", "Friday 19 June is Dragon Boat's, then the weekend"),
    (A, PROSPECT, "2025-01-21", "2025-02-05", "28 January 2025 is off until 4 February"),
    (A, PROSPECT, "2025-02-01", "2025-02-08", "Saturday 8 February 2025 works"),
]
TEMPLATE_GUIDE: list[Case] = [
    (A, PROSPECT, "2026-03-05", "2026-03-12", "A 7"),
    (B, PROSPECT, "2026-03-05", "2026-03-19", "B 14"),
    (C, PROSPECT, "2026-03-05", "2026-04-07", "C 30, moved over Qingming"),
    (A, HOT, "2026-03-05", "2026-03-12", "hot has no interval of its own: A 7"),
    (B, HOT, "2026-03-05", "2026-03-19", "hot: B 14"),
    (C, HOT, "2026-03-05", "2026-04-07", "hot: C 30"),
    (NO_GRADE, HOT, "2026-03-05", "2026-04-07", "no grade counts as C"),
    (A, PROSPECT, "2026-02-10", "2026-02-24", "New Year's Day"),
    (B, INTERESTED, "2026-09-17", "2026-10-08", "14 days: 1 October"),
    (A, WON, "2026-03-05", "2026-06-03", "won as in balanced: 90 days"),
]
ORDER_TOOLKIT: list[Case] = [
    (A, PROSPECT, "2026-03-05", "2026-03-12", "A 7"),
    (B, PROSPECT, "2026-03-05", "2026-03-12", "B 7"),
    (C, PROSPECT, "2026-03-05", "2026-03-12", "C 7"),
    (NO_GRADE, PROSPECT, "2026-03-05", "2026-03-12", "no grade counts as C: 7"),
    (B, HOT, "2026-03-05", "2026-03-12", "hot has no interval of its own"),
    (B, PROSPECT, "2026-02-10", "2026-02-24", "New Year's Day"),
    (A, WON, "2026-03-05", "2026-06-05", "a quarter: three months, a Friday"),
    (A, WON, "2026-03-19", "2026-06-22", "a quarter: Dragon Boat's Friday 19 June, so Monday"),
    (B, WON, "2025-11-30", "2026-02-28", "30 February does not exist; Saturday 28 works"),
    (B, WON, "2027-11-30", "2028-02-29", "30 February does not exist; 2028 has a 29th"),
    (C, WON, "2026-07-01", "2026-10-08", "a quarter: 1 October"),
    (C, WON, "2026-10-31", "2027-02-01", "a quarter: Sunday 31 January 2027"),
    (C, WON, "2026-12-15", "2027-03-15", "a quarter across the year's end, a Monday"),
    (C, WON, "2026-09-12", "2026-12-14", "a quarter into December: Saturday 12, so Monday"),
]
TRACKER: list[Case] = [
    (A, PROSPECT, "2026-03-05", "2026-03-12", "prospect 7"),
    (C, PROSPECT, "2026-03-05", "2026-03-12", "prospect 7 whatever the grade"),
    (NO_GRADE, PROSPECT, "2026-12-31", "2027-01-07", "prospect 7 across the year's end; estimated"),
    (A, INTERESTED, "2026-03-05", "2026-03-09", "interested 4: Monday"),
    (C, INTERESTED, "2026-03-09", "2026-03-13", "interested 4: Friday"),
    (B, INTERESTED, "2026-03-10", "2026-03-16", "interested 4: Saturday, so Monday"),
    (NO_GRADE, INTERESTED, "2026-02-12", "2026-02-24", "interested 4: Monday 16 February, off"),
    (B, INTERESTED, "2026-02-10", "2026-02-14", "interested 4: the working Saturday"),
    (B, INTERESTED, "2026-09-27", "2026-10-08", "interested 4: 1 October"),
    (C, HOT, "2026-03-05", "2026-03-09", "hot 2: Saturday, so Monday"),
    (A, HOT, "2026-04-30", "2026-05-06", "hot 2: 2 May, off until Tuesday 5"),
    (A, WON, "2026-03-05", "2026-06-03", "won as in balanced: 90 days"),
]

PLAIN = [
    (preset, *case)
    for preset, cases in (
        ("balanced", BALANCED),
        ("template-guide", TEMPLATE_GUIDE),
        ("order-toolkit", ORDER_TOOLKIT),
        ("tracker", TRACKER),
    )
    for case in cases
]

PROCESS_TOOLKIT: list[tuple[Grade | None, Status, str, int, str, str]] = [
    (A, PROSPECT, "2026-03-09", 1, "2026-03-12", "3 days after Monday: Thursday of the same week"),
    (A, PROSPECT, "2026-03-10", 1, "2026-03-13", "3 days after Tuesday: Friday of the same week"),
    (A, PROSPECT, "2026-03-11", 1, "2026-03-13", "Saturday would be Monday: first contact this week, so Friday"),
    (A, PROSPECT, "2026-03-11", 2, "2026-03-16", "Saturday, so Monday: there were two contacts this week"),
    (A, PROSPECT, "2026-03-12", 1, "2026-03-13", "Sunday would be Monday, so Friday"),
    (A, PROSPECT, "2026-03-12", 2, "2026-03-16", "Sunday, so Monday: two contacts"),
    (A, PROSPECT, "2026-03-12", 3, "2026-03-16", "three are no fewer than two"),
    (A, PROSPECT, "2026-03-12", 0, "2026-03-13", "assigned on Thursday, no contact yet: Friday"),
    (A, PROSPECT, "2026-03-13", 1, "2026-03-16", "after Friday the week has no working day left"),
    (A, PROSPECT, "2026-03-13", 2, "2026-03-16", "3 days after Friday: Monday"),
    (A, PROSPECT, "2026-03-14", 1, "2026-03-17", "3 days after Saturday: Tuesday; the week's last working day is past"),
    (A, PROSPECT, "2026-03-15", 1, "2026-03-18", "3 days after Sunday: Wednesday"),
    (A, HOT, "2026-03-12", 1, "2026-03-13", "hot has no interval of its own: as A"),
    (A, PROSPECT, "2026-02-12", 1, "2026-02-14", "the week before the festival ends with the working Saturday"),
    (A, PROSPECT, "2026-02-12", 2, "2026-02-24", "Sunday 15 February, moved over the festival"),
    (A, PROSPECT, "2026-02-13", 1, "2026-02-14", "after Friday there is still the working Saturday"),
    (A, PROSPECT, "2026-02-14", 1, "2026-02-24", "after the working Saturday the week is over"),
    (A, PROSPECT, "2026-02-17", 1, "2026-02-24", "a contact on New Year's Day: that week has no working day"),
    (A, PROSPECT, "2026-02-26", 1, "2026-02-28", "Sunday would be Monday, so the working Saturday"),
    (A, PROSPECT, "2026-09-17", 1, "2026-09-20", "the working Sunday belongs to the same week"),
    (A, PROSPECT, "2026-09-18", 1, "2026-09-20", "Monday would be next week, so the working Sunday"),
    (A, PROSPECT, "2026-09-28", 1, "2026-09-30", "1 October would be 8 October, so Wednesday before the holidays"),
    (A, PROSPECT, "2026-09-28", 2, "2026-10-08", "1 October, moved over the holidays"),
    (A, PROSPECT, "2026-09-30", 1, "2026-10-08", "the week's last working day is the contact's own"),
    (A, PROSPECT, "2026-10-08", 1, "2026-10-10", "Sunday would be Monday, so the working Saturday"),
    (A, PROSPECT, "2025-12-30", 1, "2026-01-04", "Friday 2 January is off; the working Sunday is in the same week"),
    (A, PROSPECT, "2026-12-30", 1, "2026-12-31", "Saturday would be Monday 4 January, so Thursday"),
    (A, PROSPECT, "2026-12-31", 1, "2027-01-04", "1 January is off: the week is over; estimated"),
    (A, PROSPECT, "2028-02-28", 1, "2028-03-02", "3 days over the leap day: Thursday"),
    (A, PROSPECT, "2028-02-26", 1, "2028-02-29", "3 days after Saturday: the leap day"),
    (B, PROSPECT, "2026-03-05", 1, "2026-03-12", "B 7"),
    (B, PROSPECT, "2026-03-07", 1, "2026-03-16", "B 7: Saturday 14, so Monday; the week matters for A alone"),
    (B, HOT, "2026-03-05", 1, "2026-03-12", "hot: B 7"),
    (C, PROSPECT, "2026-03-05", 1, "2026-04-07", "C 30, moved over Qingming"),
    (NO_GRADE, INTERESTED, "2026-03-05", 1, "2026-04-07", "no grade counts as C"),
    (A, WON, "2026-03-12", 0, "2026-06-10", "won, 90 days: 19 to the end of March, 30, 31, 10"),
]


def decide(
    preset: str, grade: Grade | None, status: Status, base: str, contacts: int = 1, kind: Base = Base.LAST_CONTACT
) -> Decision[date]:
    return cadence(
        POLICIES[preset],
        CALENDAR,
        grade=grade,
        status=status,
        base=date.fromisoformat(base),
        contacts_in_week=contacts,
        base_kind=kind,
    )


@pytest.mark.parametrize(("preset", "grade", "status", "base", "due", "why"), PLAIN)
def test_interval_by_grade_or_status(
    preset: str, grade: Grade | None, status: Status, base: str, due: str, why: str
) -> None:
    decision = decide(preset, grade, status, base)
    assert decision.value == date.fromisoformat(due), why
    assert decision.outcome == due
    assert decision.strength is Strength.COMPUTE


@pytest.mark.parametrize(("grade", "status", "base", "contacts", "due", "why"), PROCESS_TOOLKIT)
def test_a_customers_twice_in_each_calendar_week(
    grade: Grade | None, status: Status, base: str, contacts: int, due: str, why: str
) -> None:
    assert decide("process-toolkit", grade, status, base, contacts).value == date.fromisoformat(due), why


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("status", [LOST, INVALID])
@pytest.mark.parametrize("grade", [A, B, C, NO_GRADE])
def test_lost_and_invalid_customers_have_none(preset: str, status: Status, grade: Grade | None) -> None:
    decision = decide(preset, grade, status, "2026-03-05")
    assert (decision.outcome, decision.value, decision.strength) == ("none", None, Strength.OFF)
    assert str(decision.message) == f"no follow-up is due: {status}"


def test_won_customers_may_have_none() -> None:
    policy = Policy(cadence=Cadence(won_days=0))
    decision = cadence(policy, CALENDAR, grade=A, status=WON, base=date(2026, 3, 5), contacts_in_week=1)
    assert (decision.outcome, decision.value) == ("none", None)


@pytest.mark.parametrize(
    ("preset", "grade", "status", "base", "contacts", "kind", "text"),
    [
        (
            "balanced", A, PROSPECT, "2026-03-05", 1, Base.LAST_CONTACT,
            "next follow-up 2026-03-12 (grade A: every 7 days; 2026-03-12 is a working day)",
        ),
        (
            "balanced", A, PROSPECT, "2026-02-10", 1, Base.LAST_CONTACT,
            "next follow-up 2026-02-24 (grade A: every 7 days gives 2026-02-17, a holiday; moved to 2026-02-24)",
        ),
        (
            "balanced", B, HOT, "2026-03-06", 1, Base.LAST_CONTACT,
            "next follow-up 2026-03-09 (hot: every 2 days gives 2026-03-08, a Sunday; moved to 2026-03-09)",
        ),
        (
            "balanced", NO_GRADE, PROSPECT, "2026-03-05", 0, Base.FIRST_CONTACT,
            ("next follow-up 2026-04-07 (no grade, so as grade C: every 30 days from the first contact on 2026-03-05 gives"
            " 2026-04-04, a Saturday; moved to 2026-04-07)"),
        ),
        (
            "tracker", B, INTERESTED, "2026-03-05", 0, Base.ASSIGNMENT,
            ("next follow-up 2026-03-09 (interested: every 4 days from the assignment on 2026-03-05; 2026-03-09 is a working"
            " day)"),
        ),
        (
            "order-toolkit", B, WON, "2026-03-05", 1, Base.LAST_CONTACT,
            "next follow-up 2026-06-05 (won: every 3 months; 2026-06-05 is a working day)",
        ),
        (
            "process-toolkit", A, PROSPECT, "2026-03-12", 1, Base.LAST_CONTACT,
            ("next follow-up 2026-03-13 (grade A: every 3 days; 1 of 2 contacts this week, so not later than its last working"
            " day, 2026-03-13)"),
        ),
        (
            "balanced", A, PROSPECT, "2028-02-22", 1, Base.LAST_CONTACT,
            "next follow-up 2028-02-29 (grade A: every 7 days; 2028-02-29 is a working day; estimated calendar)",
        ),
    ],
)  # fmt: skip
def test_the_sentence_says_why(
    preset: str, grade: Grade | None, status: Status, base: str, contacts: int, kind: Base, text: str
) -> None:
    assert str(decide(preset, grade, status, base, contacts, kind).message) == text


def test_singular_intervals_read_well() -> None:
    policy = Policy(cadence=Cadence(hot_days=1, won_months=1))
    hot = cadence(policy, CALENDAR, grade=A, status=HOT, base=date(2026, 3, 5), contacts_in_week=1)
    won = cadence(policy, CALENDAR, grade=A, status=WON, base=date(2026, 3, 5), contacts_in_week=1)
    assert str(hot.message) == "next follow-up 2026-03-06 (hot: every day; 2026-03-06 is a working day)"
    assert str(won.message) == (
        "next follow-up 2026-04-07 (won: every month gives 2026-04-05, a Sunday; moved to 2026-04-07)"
    )


def test_the_facts_are_what_decided() -> None:
    decision = decide("process-toolkit", A, PROSPECT, "2026-03-12", 1, Base.FIRST_CONTACT)
    assert decision.facts == {
        "grade": "A",
        "status": "prospect",
        "base": date(2026, 3, 12),
        "base_kind": "first-contact",
        "days": 3,
        "unrolled": date(2026, 3, 15),
        "contacts_in_week": 1,
        "estimated": False,
    }
    assert decide("order-toolkit", A, WON, "2026-03-05").facts["months"] == 3
    assert decide("balanced", A, PROSPECT, "2026-12-25").facts["estimated"] is True


def test_a_companys_own_days_count() -> None:
    own = Calendar(holidays=frozenset([date(2026, 3, 12)]), workdays=frozenset([date(2026, 3, 7)]))
    moved = cadence(Policy(), own, grade=A, status=PROSPECT, base=date(2026, 3, 5), contacts_in_week=1)
    kept = cadence(Policy(), own, grade=A, status=HOT, base=date(2026, 3, 5), contacts_in_week=1)
    assert (moved.value, kept.value) == (date(2026, 3, 13), date(2026, 3, 7))


@pytest.mark.parametrize(
    ("given", "outcome", "strength", "text"),
    [
        ("2026-03-06", "ok", Strength.OFF, "next follow-up 2026-03-06 (as given)"),
        ("2026-03-12", "ok", Strength.OFF, "next follow-up 2026-03-12 (as given)"),
        (
            "2026-03-13", "beyond-cadence", Strength.FLAG,
            ("next follow-up 2026-03-13 is 1 day beyond cadence; the rule gives: next follow-up 2026-03-12 (grade A: every 7"
            " days; 2026-03-12 is a working day)"),
        ),
        (
            "2026-04-01", "beyond-cadence", Strength.FLAG,
            ("next follow-up 2026-04-01 is 20 days beyond cadence; the rule gives: next follow-up 2026-03-12 (grade A: every 7"
            " days; 2026-03-12 is a working day)"),
        ),
    ],
)  # fmt: skip
def test_a_later_date_is_accepted_and_flagged(given: str, outcome: str, strength: Strength, text: str) -> None:
    due = decide("balanced", A, PROSPECT, "2026-03-05")
    decision = beyond_cadence(due, given=date.fromisoformat(given))
    assert (decision.rule, decision.outcome, decision.strength) == ("cadence", outcome, strength)
    assert decision.value == date.fromisoformat(given)
    assert decision.facts["due"] == date(2026, 3, 12)
    assert str(decision.message) == text


def test_nothing_is_beyond_where_nothing_is_due() -> None:
    none = decide("balanced", A, LOST, "2026-03-05")
    assert beyond_cadence(none, given=date(2030, 1, 1)).outcome == "ok"


def test_the_cases_are_many_and_cover_every_preset() -> None:
    assert len(PLAIN) + len(PROCESS_TOOLKIT) >= 80
    assert {preset for preset, *_ in PLAIN} | {"process-toolkit"} == set(PRESETS)
