"""From scores to grades."""

from __future__ import annotations

import pytest

from salesflow.enums import Grade
from salesflow.rules.decision import Strength
from salesflow.rules.grading import grade_score
from salesflow.rules.policy import GradeScore, Policy

EQUAL = Policy()
BUDGET_TWICE = Policy(grade_score=GradeScore(budget_match=2))
CHAIN_ALONE = Policy(
    grade_score=GradeScore(industry_potential=0, budget_match=0, urgency=0, decision_chain=7, a_from=500, b_from=300)
)


@pytest.mark.parametrize(
    ("policy", "scores", "grade", "score"),
    [
        (EQUAL, (5, 5, 5, 5), Grade.A, "5.00"),
        (EQUAL, (4, 4, 4, 4), Grade.A, "4.00"),  # 16 / 4: the cut-off itself
        (EQUAL, (4, 4, 4, 3), Grade.B, "3.75"),
        (EQUAL, (3, 3, 2, 2), Grade.B, "2.50"),  # 10 / 4: the cut-off itself
        (EQUAL, (3, 2, 2, 2), Grade.C, "2.25"),
        (EQUAL, (1, 1, 1, 1), Grade.C, "1.00"),
        (BUDGET_TWICE, (3, 5, 4, 3), Grade.A, "4.00"),  # (3 + 10 + 4 + 3) / 5
        (BUDGET_TWICE, (5, 3, 4, 4), Grade.B, "3.80"),  # (5 + 6 + 4 + 4) / 5
        (CHAIN_ALONE, (1, 1, 5, 1), Grade.A, "5.00"),
        (CHAIN_ALONE, (5, 5, 4, 5), Grade.B, "4.00"),
        (CHAIN_ALONE, (5, 5, 2, 5), Grade.C, "2.00"),
    ],
)
def test_grade_score(policy: Policy, scores: tuple[int, int, int, int], grade: Grade, score: str) -> None:
    potential, budget, chain, urgency = scores
    decision = grade_score(
        policy, industry_potential=potential, budget_match=budget, decision_chain=chain, urgency=urgency
    )
    assert (decision.rule, decision.outcome, decision.value) == ("grade-score", grade.value, grade)
    assert decision.strength is Strength.COMPUTE
    assert decision.facts["score"] == score


def test_the_mean_is_compared_exactly() -> None:
    policy = Policy(grade_score=GradeScore(industry_potential=100, budget_match=1, decision_chain=0, urgency=0))
    decision = grade_score(policy, industry_potential=4, budget_match=3, decision_chain=5, urgency=5)
    # 403 / 101 = 3.99009…, shown as 3.99 and not A
    assert (decision.value, decision.facts["score"]) == (Grade.B, "3.99")
    assert str(decision.message) == "grade B: score 3.99 (A from 4.00, B from 2.50)"
