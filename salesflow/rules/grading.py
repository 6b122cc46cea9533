"""From a customer's scores to its grade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from salesflow.enums import Grade
from salesflow.i18n import msg
from salesflow.money import half_up
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

GRADE_SCORE: Final = "grade-score"


def grade_score(
    policy: Policy, *, industry_potential: int, budget_match: int, decision_chain: int, urgency: int
) -> Decision[Grade]:
    """The weighted mean of four scores from 1 to 5 gives the grade: A from 4.0, B from 2.5, else C. `value` is the grade.

    The mean is compared exactly; the fact "score" is rounded to hundredths. Source: process-toolkit; template-guide.
    """
    section = policy.grade_score
    weighted = (
        (industry_potential, section.industry_potential),
        (budget_match, section.budget_match),
        (decision_chain, section.decision_chain),
        (urgency, section.urgency),
    )
    total, weights = sum(score * weight for score, weight in weighted), sum(weight for _, weight in weighted)
    if total * 100 >= section.a_from * weights:
        grade = Grade.A
    elif total * 100 >= section.b_from * weights:
        grade = Grade.B
    else:
        grade = Grade.C
    score = _hundredths(half_up(total * 100, weights))
    facts: dict[str, object] = {
        "industry_potential": industry_potential,
        "budget_match": budget_match,
        "decision_chain": decision_chain,
        "urgency": urgency,
        "score": score,
    }
    text = msg(
        "grade {grade}: score {score} (A from {a_from}, B from {b_from})",
        grade=grade.value,
        score=score,
        a_from=_hundredths(section.a_from),
        b_from=_hundredths(section.b_from),
    )
    return Decision(GRADE_SCORE, grade.value, Strength.COMPUTE, text, facts, grade)


def _hundredths(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}"
