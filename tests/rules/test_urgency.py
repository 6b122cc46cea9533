"""What comes first on an agenda, and who hears of what stays overdue."""

from __future__ import annotations

import pytest

from salesflow.enums import Grade
from salesflow.rules.escalation import Rung, first_day_of_manager, rung
from salesflow.rules.policy import Escalation, Policy
from salesflow.rules.urgency import Urgency, urgency


@pytest.mark.parametrize(
    ("days_late", "grade", "at_risk", "expected"),
    [
        (8, Grade.C, 0, Urgency(0, 2, 0, -8)),
        (7, Grade.A, 500, Urgency(1, 0, -500, -7)),
        (1, None, 0, Urgency(1, 3, 0, -1)),
        (0, Grade.B, 0, Urgency(2, 1, 0, 0)),
        (-3, Grade.A, 0, Urgency(3, 0, 0, 3)),
        (None, Grade.A, 9, Urgency(4, 0, -9, 0)),
    ],
)
def test_urgency(days_late: int | None, grade: Grade | None, at_risk: int, expected: Urgency) -> None:
    assert urgency(days_late=days_late, grade=grade, at_risk=at_risk) == expected


def test_the_order_of_a_morning() -> None:
    """Weeks late before days late before today before later; then the grade, then the money, then the days."""
    asked: list[tuple[int | None, Grade | None, int]] = [
        (30, None, 0),
        (9, None, 0),
        (2, Grade.A, 0),
        (3, Grade.B, 100),
        (5, Grade.B, 0),
        (4, Grade.B, 0),
        (0, Grade.A, 0),
        (-1, Grade.A, 0),
        (-2, Grade.A, 0),
        (None, Grade.A, 10**12),
    ]
    ranks = [urgency(days_late=days, grade=grade, at_risk=money) for days, grade, money in asked]
    assert ranks == sorted(ranks)


LADDER = Policy(escalation=Escalation(3, 5, 7))


@pytest.mark.parametrize(
    ("policy", "days", "expected"),
    [
        (Policy(), 300, Rung.NONE),
        (LADDER, 0, Rung.NONE),
        (LADDER, 2, Rung.NONE),
        (LADDER, 3, Rung.OWNER),
        (LADDER, 5, Rung.MANAGER),
        (LADDER, 7, Rung.REASSIGN),
        (LADDER, 70, Rung.REASSIGN),
        (Policy(escalation=Escalation(0, 5, 0)), 4, Rung.NONE),
        (Policy(escalation=Escalation(0, 5, 0)), 9, Rung.MANAGER),
        (Policy(escalation=Escalation(0, 0, 7)), 7, Rung.REASSIGN),
    ],
)
def test_the_ladder(policy: Policy, days: int, expected: Rung) -> None:
    assert rung(policy, days_overdue=days) is expected


@pytest.mark.parametrize(
    ("section", "day"), [(Escalation(), 0), (Escalation(3), 0), (Escalation(3, 5, 7), 5), (Escalation(3, 0, 7), 7)]
)
def test_from_when_on_the_manager_hears_of_it(section: Escalation, day: int) -> None:
    assert first_day_of_manager(Policy(escalation=section)) == day
