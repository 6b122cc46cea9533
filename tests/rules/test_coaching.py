"""Who is to be coached: working days without a new hot customer or deal, make-up days counted, holidays not."""

from __future__ import annotations

from datetime import date

import pytest

from salesflow.rules.coaching import coaching_alert
from salesflow.rules.decision import Strength
from salesflow.rules.policy import CoachingAlert, Policy
from salesflow.workdays import Calendar

CALENDAR = Calendar()


@pytest.mark.parametrize(
    ("since", "today", "workdays", "outcome"),
    [
        # a plain week: success on Monday; Tuesday to Thursday without one, on Friday it is three
        (date(2026, 3, 2), date(2026, 3, 2), 0, "ok"),
        (date(2026, 3, 2), date(2026, 3, 5), 2, "ok"),
        (date(2026, 3, 2), date(2026, 3, 6), 3, "alert"),
        # over a weekend nothing is added; on the weekend itself the days before count
        (date(2026, 3, 4), date(2026, 3, 7), 2, "ok"),
        (date(2026, 3, 4), date(2026, 3, 9), 2, "ok"),
        (date(2026, 3, 4), date(2026, 3, 10), 3, "alert"),
        # Saturday 28 February is a make-up day (调休) after the Spring Festival
        (date(2026, 2, 25), date(2026, 2, 28), 2, "ok"),
        (date(2026, 2, 25), date(2026, 3, 1), 3, "alert"),
        # the festival: nine days off, from the 15th to the 23rd
        (date(2026, 2, 13), date(2026, 2, 25), 2, "ok"),
        (date(2026, 2, 13), date(2026, 2, 26), 3, "alert"),
        # a leap day
        (date(2024, 2, 28), date(2024, 3, 4), 2, "ok"),
        (date(2024, 2, 28), date(2024, 3, 5), 3, "alert"),
    ],
)
def test_coaching_alert(since: date, today: date, workdays: int, outcome: str) -> None:
    decision = coaching_alert(Policy(), CALENDAR, since=since, today=today)
    assert (decision.rule, decision.outcome, decision.value) == ("coaching-alert", outcome, workdays)
    assert decision.strength is (Strength.FLAG if outcome == "alert" else Strength.OFF)
    assert decision.facts == {"since": since, "workdays": workdays, "limit": 3}


def test_what_it_says() -> None:
    late = coaching_alert(Policy(), CALENDAR, since=date(2026, 3, 2), today=date(2026, 3, 9))
    assert str(late.message) == "4 working days without a new hot customer or deal, since 2026-03-02"
    fine = coaching_alert(Policy(), CALENDAR, since=date(2026, 3, 2), today=date(2026, 3, 3))
    assert str(fine.message) == "a new hot customer or deal on 2026-03-02"


def test_the_policy_says_how_many() -> None:
    policy = Policy(coaching_alert=CoachingAlert(workdays=1))
    decision = coaching_alert(policy, CALENDAR, since=date(2026, 3, 2), today=date(2026, 3, 4))
    assert (decision.outcome, str(decision.message)) == (
        "alert",
        "1 working day without a new hot customer or deal, since 2026-03-02",
    )


def test_a_success_of_today_or_to_come() -> None:
    assert coaching_alert(Policy(), CALENDAR, since=date(2026, 3, 9), today=date(2026, 3, 6)).value == 0
