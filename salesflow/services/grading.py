"""Grading a customer (客户分级): by its scores, or by hand with a reason. Scores are kept, also where the grade stays as it is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlmodel import text

from salesflow.enums import Grade, Role
from salesflow.errors import InvalidValue, UsageError
from salesflow.i18n import msg, render
from salesflow.models.change import Grading
from salesflow.rules.assignment import wants_senior
from salesflow.rules.decision import Decision
from salesflow.rules.grading import GRADE_SCORE, grade_score
from salesflow.services import schedule, standing, status
from salesflow.services.records import load
from salesflow.text import clean

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer

BEST: Final = 5
_ROLES: Final = (
    "SELECT staff.id, staff_role.role FROM staff JOIN staff_role ON staff_role.staff_id = staff.id WHERE staff.active"
)


class Scores(NamedTuple):
    """The four dimensions of process-toolkit, 1 to 5 each."""

    industry_potential: int
    budget_match: int
    decision_chain: int
    urgency: int


class Graded(NamedTuple):
    """What the customer is now and was, why, when it is to be contacted next, and whether it should get a senior rep."""

    grade: Grade
    former: Grade | None
    why: Decision[Grade] | None
    next: Decision[date]
    reassign: bool


def by_scores(work: Transaction, customer_id: int, scores: Scores) -> Graded:
    """Grade a customer by rule grade-score, and keep the scores. Raises InvalidValue for a score outside 1 to 5, Refused."""
    for name, score in scores._asdict().items():
        if not 1 <= score <= BEST:
            raise InvalidValue(
                msg("{name} is {score}; a score is from 1 to 5", name=f"--{name.replace('_', '-')}", score=score),
                msg("1 is the worst, 5 the best"),
                details={"field": name, "value": score},
            )
    customer = load(work, customer_id)
    why = grade_score(work.context.policy, **scores._asdict())
    assert why.value is not None
    weighted = str(why.facts["score"]).replace(".", "")
    work.add(
        Grading(
            customer_id=customer_id,
            at=work.now,
            by_id=work.actor.id,
            **scores._asdict(),
            score=int(weighted),
            grade=why.value.value,
            policy_id=work.context.policy_id,
        )
    )
    if customer.grade == why.value:
        facts = {**scores._asdict(), "score": why.facts["score"], "grade": why.value.value}
        work.audit("customer.score", "customer", customer.code, after=facts, rule=GRADE_SCORE)
    return _graded(work, customer, why.value, render(why.message), why)


def by_hand(work: Transaction, customer_id: int, grade: Grade, reason: str) -> Graded:
    """Set a customer's grade against or without scores. Raises UsageError without a reason, Refused."""
    kept = clean(reason, limit=work.context.policy.limits.text, what=msg("the reason"))
    if not kept:
        raise UsageError(msg("a grade set by hand has a reason"), msg("say why: --reason TEXT"), code="missing-value")
    return _graded(work, load(work, customer_id), grade, kept, None)


def _graded(work: Transaction, customer: Customer, grade: Grade, reason: str, why: Decision[Grade] | None) -> Graded:
    former = None if customer.grade is None else Grade(customer.grade)
    if former is grade:
        return Graded(grade, former, why, schedule.due_by_rule(work, customer), reassign=False)
    following = status.change_grade(work, customer, grade, reason, rule=None if why is None else why.rule)
    return Graded(grade, former, why, following, _reassign(work, customer, grade))


def _reassign(work: Transaction, customer: Customer, grade: Grade) -> bool:
    """Whether the new grade calls for another owner; a hint says so."""
    held = work.session.execute(text(_ROLES)).all()
    decision = wants_senior(
        grade=grade,
        code=customer.code,
        owner=standing.login(work, customer.owner_id),
        owner_roles={Role(row.role) for row in held if row.id == customer.owner_id},
        roles={Role(row.role) for row in held},
    )
    return bool(work.decide(decision).value)
