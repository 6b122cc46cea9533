"""Customers with whom nothing moves."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import pytest

from salesflow.enums import Grade, LossReason, Status
from salesflow.rules.decision import Strength
from salesflow.rules.policy import LostProposal, Policy, StaleDowngrade, StallAnalysis
from salesflow.rules.stale import Fall, grace, lost_proposal, stale_downgrade, stale_forecast, stall_analysis

BALANCED = Policy()
TO_INVALID = Policy(stale_downgrade=StaleDowngrade(to="invalid", days=20))
NEVER = Policy(stale_downgrade=StaleDowngrade(days=0), stall_analysis=StallAnalysis(0), lost_proposal=LostProposal(0))
MARCH_6 = date(2026, 3, 6)


def after(days: int) -> date:
    return MARCH_6 + timedelta(days=days)


@pytest.mark.parametrize(
    ("policy", "days", "outcome", "value", "text"),
    [
        (BALANCED, 0, "ok", None, "falls to grade C on 2026-03-20 unless there is progress"),
        (BALANCED, 13, "ok", None, "falls to grade C on 2026-03-20 unless there is progress"),
        # B without progress for 14 days -> C: process-toolkit
        (BALANCED, 14, "C", Fall(Grade.C, Status.HOT), "falls to grade C: 14 days without progress, 14 are allowed"),
        (BALANCED, 60, "C", Fall(Grade.C, Status.HOT), "falls to grade C: 60 days without progress, 14 are allowed"),
        (TO_INVALID, 19, "ok", None, "falls to invalid on 2026-03-26 unless there is progress"),
        (TO_INVALID, 20, "invalid", Fall(Grade.B, Status.INVALID), "falls to invalid: 20 days without progress, 20 are allowed"),
        (NEVER, 999, "ok", None, "nobody falls: the policy sets no days"),
    ],
)  # fmt: skip
def test_b_falls(policy: Policy, days: int, outcome: str, value: Fall | None, text: str) -> None:
    decision = stale_downgrade(policy, grade=Grade.B, status=Status.HOT, since=MARCH_6, today=after(days))
    assert (decision.rule, decision.outcome, decision.value) == ("stale-downgrade", outcome, value)
    assert decision.strength is (Strength.OFF if outcome == "ok" else Strength.COMPUTE)
    assert decision.facts["days_without_progress"] == days
    assert str(decision.message) == text


@pytest.mark.parametrize(("grade", "status"), [*itertools.product([*Grade, None], Status)])
def test_only_open_b_customers_fall(grade: Grade | None, status: Status) -> None:
    decision = stale_downgrade(BALANCED, grade=grade, status=status, since=MARCH_6, today=after(100))
    falls = grade is Grade.B and status in (Status.PROSPECT, Status.INTERESTED, Status.HOT)
    assert decision.outcome == ("C" if falls else "ok")
    if not falls:
        assert str(decision.message) == "only open customers of grade B fall"


def test_whoever_fell_does_not_fall_again() -> None:
    first = stale_downgrade(BALANCED, grade=Grade.B, status=Status.PROSPECT, since=MARCH_6, today=after(14)).value
    assert first == Fall(Grade.C, Status.PROSPECT)
    again = stale_downgrade(BALANCED, grade=first.grade, status=first.status, since=MARCH_6, today=after(99))
    assert (again.outcome, again.value) == ("ok", None)


@pytest.mark.parametrize(
    ("policy", "days", "outcome", "strength"),
    [
        (BALANCED, 10, "2026-03-20", Strength.COMPUTE),
        (BALANCED, 11, "2026-03-20", Strength.FLAG),  # the owner is warned from 3 days before
        (BALANCED, 14, "2026-03-20", Strength.FLAG),
        (BALANCED, 40, "2026-03-20", Strength.FLAG),
        (TO_INVALID, 16, "2026-03-26", Strength.COMPUTE),
        (TO_INVALID, 17, "2026-03-26", Strength.FLAG),
    ],
)
def test_forecast(policy: Policy, days: int, outcome: str, strength: Strength) -> None:
    decision = stale_forecast(policy, grade=Grade.B, status=Status.PROSPECT, since=MARCH_6, today=after(days))
    assert (decision.outcome, decision.value, decision.strength) == (outcome, date.fromisoformat(outcome), strength)
    assert str(decision.message).endswith(f" on {outcome} unless there is progress")


@pytest.mark.parametrize(
    ("policy", "grade", "status"),
    [(BALANCED, Grade.A, Status.HOT), (BALANCED, Grade.B, Status.WON), (NEVER, Grade.B, Status.HOT)],
)
def test_no_forecast_for_whoever_does_not_fall(policy: Policy, grade: Grade, status: Status) -> None:
    decision = stale_forecast(policy, grade=grade, status=status, since=MARCH_6, today=after(5))
    assert (decision.outcome, decision.value, decision.strength) == ("none", None, Strength.OFF)


@pytest.mark.parametrize(
    ("policy", "status", "days", "analysed", "outcome", "text"),
    [
        (BALANCED, Status.PROSPECT, 29, None, "ok", "no stall analysis is wanted"),
        # 30 days: template-guide
        (BALANCED, Status.PROSPECT, 30, None, "wanted", "30 days without progress: the cause and a strategy are wanted"),
        (BALANCED, Status.HOT, 45, -1, "wanted", "45 days without progress: the cause and a strategy are wanted"),
        (BALANCED, Status.HOT, 45, 0, "wanted", "45 days without progress: the cause and a strategy are wanted"),
        (BALANCED, Status.HOT, 45, 1, "analysed", "analysed on 2026-03-07"),
        (BALANCED, Status.HOT, 45, 31, "analysed", "analysed on 2026-04-06"),
        (BALANCED, Status.WON, 45, None, "ok", "no stall analysis is wanted"),
        (BALANCED, Status.LOST, 45, None, "ok", "no stall analysis is wanted"),
        (NEVER, Status.HOT, 45, None, "ok", "no stall analysis is wanted"),
    ],
)  # fmt: skip
def test_stall_analysis(
    policy: Policy, status: Status, days: int, analysed: int | None, outcome: str, text: str
) -> None:
    analysed_on = None if analysed is None else after(analysed)
    decision = stall_analysis(policy, status=status, since=MARCH_6, today=after(days), analysed_on=analysed_on)
    assert (decision.rule, decision.outcome) == ("stall-analysis", outcome)
    assert decision.strength is (Strength.FLAG if outcome == "wanted" else Strength.OFF)
    assert decision.value == (date(2026, 4, 5) if outcome == "wanted" else None)
    assert str(decision.message) == text


@pytest.mark.parametrize(
    ("policy", "grade", "status", "days", "proposed"),
    [
        (BALANCED, Grade.C, Status.PROSPECT, 89, False),
        (BALANCED, Grade.C, Status.PROSPECT, 90, True),
        (BALANCED, Grade.C, Status.HOT, 200, True),
        (BALANCED, Grade.B, Status.PROSPECT, 200, False),
        (BALANCED, None, Status.PROSPECT, 200, False),
        (BALANCED, Grade.C, Status.WON, 200, False),
        (BALANCED, Grade.C, Status.LOST, 200, False),
        (NEVER, Grade.C, Status.PROSPECT, 200, False),
    ],
)
def test_lost_proposal(policy: Policy, grade: Grade | None, status: Status, days: int, proposed: bool) -> None:
    decision = lost_proposal(policy, grade=grade, status=status, last_contact=MARCH_6, today=after(days))
    assert decision.rule == "lost-proposal"
    if proposed:
        assert (decision.outcome, decision.value) == ("lost", Fall(Grade.C, Status.LOST))
        assert decision.facts["loss_reason"] is LossReason.NO_CONTACT
        assert str(decision.message) == f"proposed as lost: {days} days without contact, 90 are allowed"
    else:
        assert (decision.outcome, decision.value, decision.strength) == ("ok", None, Strength.OFF)


@pytest.mark.parametrize(("warn_days", "first"), [(3, "2026-03-09"), (7, "2026-03-13"), (0, "2026-03-07")])
def test_after_an_undo_nobody_falls_without_a_warning(warn_days: int, first: str) -> None:
    policy = Policy(stale_downgrade=StaleDowngrade(warn_days=warn_days))
    assert grace(policy, undone_on=MARCH_6) == date.fromisoformat(first)


def test_the_day_before_which_nobody_falls_is_a_fact() -> None:
    about: dict[str, Any] = {"grade": Grade.B, "status": Status.HOT, "since": after(-30), "not_before": after(3)}
    waits = stale_downgrade(BALANCED, today=MARCH_6, **about)
    assert (waits.outcome, waits.facts["not_before"], waits.facts["falls_on"]) == ("ok", after(3), after(3))
    assert str(waits.message) == "falls to grade C on 2026-03-09 unless there is progress"
    falls = stale_downgrade(BALANCED, today=after(3), **about)
    assert (falls.outcome, falls.value) == ("C", Fall(Grade.C, Status.HOT))
    forecast = stale_forecast(BALANCED, today=MARCH_6, **about)
    assert (forecast.value, forecast.strength) == (after(3), Strength.FLAG)
    assert (
        "not_before"
        not in stale_forecast(BALANCED, grade=Grade.B, status=Status.HOT, since=MARCH_6, today=MARCH_6).facts
    )
