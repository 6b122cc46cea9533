"""Grading: by scores, by hand, and what follows from it."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.enums import Grade
from salesflow.errors import InvalidValue, Refused, UsageError
from salesflow.services import grading
from salesflow.services.grading import Graded, Scores
from tests import leads
from tests.conftest import Office

GOOD, FAIR, POOR = Scores(4, 5, 4, 4), Scores(3, 3, 3, 3), Scores(1, 2, 1, 1)


@pytest.fixture
def lead(office: Office) -> Office:
    leads.add(office, leads.new())
    return office


def score(office: Office, scores: Scores, **settings: str) -> Graded:
    with office.context(**settings).transaction() as work:
        return grading.by_scores(work, 1, scores)


def kept(office: Office, table: str) -> list[dict[str, Any]]:
    return leads.rows(office, f"SELECT * FROM {table} WHERE customer_id = 1 ORDER BY id")


def test_scores_give_the_grade_and_are_kept(lead: Office) -> None:
    graded = score(lead, GOOD, user="zhang.wei")
    assert (graded.grade, graded.former) == (Grade.A, None)
    assert str(graded.why.message if graded.why else "") == "grade A: score 4.25 (A from 4.00, B from 2.50)"
    (row,) = kept(lead, "grading")
    assert [row[name] for name in Scores._fields] == [4, 5, 4, 4]
    assert (row["score"], row["grade"], row["policy_id"], row["by_id"]) == (425, "A", 1, 2)
    (change,) = kept(lead, "grade_change")
    assert (change["from_grade"], change["to_grade"], change["rule"]) == (None, "A", "grade-score")
    assert change["reason"] == "grade A: score 4.25 (A from 4.00, B from 2.50)"


def test_another_grade_moves_the_next_follow_up(lead: Office) -> None:
    assert str(score(lead, GOOD).next.value) == "2026-03-09", "every 7 days"
    assert str(score(lead, FAIR).next.value) == "2026-03-16", "every 14 days"
    assert leads.rows(lead, "SELECT next_follow_up_on AS day FROM customer") == [{"day": "2026-03-16"}]


def test_the_same_grade_again_is_kept_as_scores_alone(lead: Office) -> None:
    score(lead, GOOD)
    before = leads.rows(lead, "SELECT version FROM customer")
    again = score(lead, Scores(5, 5, 5, 5), now="2026-03-05 10:00")
    assert (again.grade, again.former, again.reassign) == (Grade.A, Grade.A, False)
    assert (len(kept(lead, "grading")), len(kept(lead, "grade_change"))) == (2, 1)
    assert leads.rows(lead, "SELECT version FROM customer") == before
    actions = [row["action"] for row in leads.rows(lead, "SELECT action FROM audit_entry ORDER BY id DESC LIMIT 2")]
    assert actions == ["customer.score", "customer.grade"]


def test_a_raised_grade_is_progress_a_lowered_one_is_not(lead: Office) -> None:
    score(lead, FAIR)
    assert leads.rows(lead, "SELECT last_progress_on AS day FROM customer") == [{"day": None}]
    score(lead, GOOD, now="2026-03-04 10:00")
    assert leads.rows(lead, "SELECT last_progress_on AS day FROM customer") == [{"day": "2026-03-04"}]
    score(lead, POOR, now="2026-03-05 10:00")
    assert leads.rows(lead, "SELECT last_progress_on AS day FROM customer") == [{"day": "2026-03-04"}]


def test_an_a_customer_should_have_a_senior_rep_where_there_is_one(lead: Office) -> None:
    assert score(lead, GOOD).reassign
    with lead.context().transaction() as work:
        assert not grading.by_hand(work, 1, Grade.B, "预算取消").reassign
    leads.execute(lead, "UPDATE customer SET owner_id = (SELECT id FROM staff WHERE login = 'zhao.lei')")
    assert not score(lead, GOOD).reassign
    leads.execute(lead, "UPDATE customer SET owner_id = 3")
    leads.execute(lead, "UPDATE staff_role SET role = 'rep' WHERE role = 'senior_rep' AND staff_id = 5")
    leads.execute(lead, "DELETE FROM staff_role WHERE role = 'senior_rep'")
    score(lead, POOR)
    assert not score(lead, GOOD).reassign


def test_by_hand_needs_a_reason(lead: Office) -> None:
    before = leads.written(lead)
    for reason in ("", "  "):
        with pytest.raises(UsageError), lead.context().transaction() as work:
            grading.by_hand(work, 1, Grade.A, reason)
    assert leads.written(lead) == before
    with lead.context().transaction() as work:
        graded = grading.by_hand(work, 1, Grade.A, "总经理亲自来访")
    assert (graded.grade, graded.why) == (Grade.A, None)
    assert kept(lead, "grade_change")[0]["rule"] is None


@pytest.mark.parametrize("scores", [Scores(0, 3, 3, 3), Scores(3, 6, 3, 3), Scores(3, 3, 3, 10**9)])
def test_scores_are_from_one_to_five(lead: Office, scores: Scores) -> None:
    before = leads.written(lead)
    with pytest.raises(InvalidValue):
        score(lead, scores)
    assert leads.written(lead) == before


def test_an_archived_customer_is_not_graded(lead: Office) -> None:
    leads.archive(lead, "HZ2026001")
    with pytest.raises(Refused):
        score(lead, GOOD)
