"""Rule cadence, on the calendars of 2025, 2026 and (estimated) of the years after them. The cases are in cadence_cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from salesflow.enums import Grade, Status
from salesflow.rules.cadence import Base, beyond_cadence, cadence
from salesflow.rules.decision import Decision, Strength
from salesflow.rules.policy import PRESETS, Cadence, Policy
from salesflow.rules.policy_toml import load_preset
from salesflow.workdays import Calendar
from tests.rules.cadence_cases import (
    HOT,
    INTERESTED,
    INVALID,
    LOST,
    NO_GRADE,
    PLAIN,
    PROCESS_TOOLKIT,
    PROSPECT,
    WON,
    A,
    B,
    C,
)  # fmt: skip

POLICIES = {name: load_preset(name) for name in PRESETS}
CALENDAR = Calendar()
SATURDAY = 5


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


def kinds(last: date, due: date) -> Iterator[str]:
    """What is special about a case: the days between a contact and the next one."""
    between = {date.fromordinal(day) for day in range(last.toordinal(), due.toordinal() + 1)}
    if between & {date(2026, 2, day) for day in range(15, 24)}:
        yield "Spring Festival"
    if between & {date(2026, 10, day) for day in range(1, 8)}:
        yield "National Day"
    if due.weekday() >= SATURDAY:
        yield "make-up day"
    if last.year != due.year:
        yield "year's end"
    if {last, due} & {date(2028, 2, 29)}:
        yield "29 February"
    if CALENDAR.is_estimated(due):
        yield "beyond the calendar"


def test_the_cases_are_many_and_every_preset_has_all_kinds() -> None:
    cases = [*PLAIN, *(("process-toolkit", *case[:3], *case[4:]) for case in PROCESS_TOOLKIT)]
    assert len(cases) >= 120
    for preset in PRESETS:
        own = [case for case in cases if case[0] == preset]
        assert {case[1] for case in own} == {A, B, C, NO_GRADE}, preset
        assert {case[2] for case in own} == {PROSPECT, INTERESTED, HOT, WON}, preset
        found = {kind for case in own for kind in kinds(date.fromisoformat(case[3]), date.fromisoformat(case[4]))}
        assert len(found) == 6, (preset, found)
