"""Who gets a customer: role, region, industry, load, in this order, and never nobody where somebody sells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.enums import Grade, Role
from salesflow.rules.assignment import Candidate, Team, assign, load, wants_senior
from salesflow.rules.decision import Strength
from salesflow.rules.policy import Assign, Policy

BALANCED = Policy()
A, B, C = Grade.A, Grade.B, Grade.C


def one(
    login: str, region: str | None = "HZ", role: Role = Role.REP, books: str = "", industries: str = ""
) -> Candidate:
    """Somebody with open customers of these grades ("AAB-": "-" is one without a grade) in these industries."""
    count = {grade: books.count(grade or "-") for grade in (*Grade, None) if (grade or "-") in books}
    return Candidate(login, login.title(), region, frozenset({role}), count, frozenset(industries.split()))


TEAM = (
    one("li", books="AB", industries="retail"),
    one("chen", "SH", books="C"),
    one("zhao", role=Role.SENIOR_REP, books="AAA", industries="internet"),
    one("qian", "SH", Role.SENIOR_REP, books="A"),
    one("wu", role=Role.ASSISTANT, books="CCCCCC"),
    one("fang", role=Role.MANAGER),
)


@pytest.mark.parametrize(
    ("grade", "region", "industry", "team", "login", "why"),
    [
        # A to a senior rep, the region decides between two of them
        (A, "HZ", "retail", TEAM, "zhao", "grade A goes to a senior rep, region HZ"),
        (A, "SH", "retail", TEAM, "qian", "grade A goes to a senior rep, region SH"),
        # none in that region: the least loaded senior rep
        (A, "NB", "retail", TEAM, "qian", "grade A goes to a senior rep, least loaded of 2 (3)"),
        # nobody is senior: whoever sells in the region
        (A, "HZ", "retail", (TEAM[0], TEAM[1], TEAM[4]), "li", "a sales representative, region HZ"),
        # B by region, then by industry, then by load
        (B, "SH", "retail", TEAM, "chen", "a sales representative, region SH, least loaded of 2 (1)"),
        (B, "HZ", "retail", TEAM, "li", "a sales representative, region HZ, has customers of this industry"),
        (B, "HZ", "internet", TEAM, "zhao", "a sales representative, region HZ, has customers of this industry"),
        (B, "HZ", "education", TEAM, "li", "a sales representative, region HZ, least loaded of 2 (5)"),
        # C to an assistant, however many customers they have; where there is none as B
        (C, "SH", "retail", TEAM, "wu", "grade C goes to an assistant"),
        (C, "SH", "retail", TEAM[:4], "chen", "region SH, least loaded of 2 (1)"),
        # ungraded as B
        (None, "HZ", "retail", TEAM, "li", "a sales representative, region HZ, has customers of this industry"),
        # only an assistant is there
        (A, "HZ", "retail", (TEAM[4],), "wu", "region HZ"),
        # equal loads: by login
        (B, "XX", "x", (one("b"), one("a")), "a", "a sales representative, least loaded of 2 (0)"),
    ],
)
def test_who_gets_it(
    grade: Grade | None, region: str, industry: str, team: tuple[Candidate, ...], login: str, why: str
) -> None:
    decision = assign(BALANCED, grade=grade, region=region, industry=industry, candidates=team)
    assert (decision.rule, decision.value, decision.outcome) == ("assign", login, login)
    assert decision.strength is Strength.COMPUTE
    assert str(decision.message) == f"goes to {login} {login.title()}: {why}"
    assert decision.facts["grade"] is grade


def test_nobody_sells() -> None:
    decision = assign(BALANCED, grade=A, region="HZ", industry="x", candidates=(one("fang", role=Role.MANAGER),))
    assert (decision.outcome, decision.value, decision.refused) == ("nobody", None, True)


@pytest.mark.parametrize(
    ("grade", "owner_roles", "roles", "outcome"),
    [
        (A, {Role.REP}, {Role.REP, Role.SENIOR_REP}, "reassign"),
        (A, {Role.REP, Role.SENIOR_REP}, {Role.REP, Role.SENIOR_REP}, "ok"),
        (A, {Role.REP}, {Role.REP, Role.MANAGER}, "ok"),
        (A, set(), {Role.SENIOR_REP}, "reassign"),
        (B, {Role.ASSISTANT}, {Role.ASSISTANT, Role.SENIOR_REP}, "ok"),
        (C, {Role.SENIOR_REP}, {Role.SENIOR_REP}, "ok"),
    ],
)
def test_whether_a_grade_calls_for_another_owner(
    grade: Grade, owner_roles: set[Role], roles: set[Role], outcome: str
) -> None:
    decision = wants_senior(grade=grade, code="HZ2026001", owner="li.na", owner_roles=owner_roles, roles=roles)
    assert (decision.rule, decision.outcome, decision.value) == ("assign", outcome, outcome == "reassign")
    assert decision.strength is (Strength.HINT if decision.value else Strength.OFF)
    if decision.value:
        assert str(decision.message) == "grade A goes to a senior rep, li.na is none"
        assert str(decision.hint) == "reassign it: salesflow customer assign HZ2026001 --auto"


def test_the_books_of_a_team_count_along() -> None:
    people = [("li", "Li", "HZ", "rep"), ("li", "Li", "HZ", "assistant"), ("wu", "Wu", None, "rep")]
    team = Team(people, [("li", "A", "retail", 2), ("li", None, "internet", 1), ("gone", "A", "retail", 9)])
    team.count("li", A, "retail", -2)
    team.count("wu", B, "retail", 1)
    li, wu = team.candidates()
    assert (li.roles, li.industries, load(BALANCED, li)) == (
        frozenset({Role.REP, Role.ASSISTANT}),
        frozenset({"internet"}),
        1,
    )
    assert (wu.region, wu.industries, load(BALANCED, wu)) == (None, frozenset({"retail"}), 2)
    assert [one.login for one in team.candidates(without="li")] == ["wu"]


def test_the_load_is_weighted_by_grade() -> None:
    assert load(BALANCED, one("li", books="AABC-")) == 3 + 3 + 2 + 1 + 1
    assert load(Policy(assign=Assign(1, 1, 0)), one("li", books="AABC-")) == 3


people = st.builds(
    one,
    st.text("abcdef", min_size=1, max_size=3),
    st.sampled_from(["HZ", "SH", None]),
    st.sampled_from([Role.REP, Role.SENIOR_REP, Role.ASSISTANT, Role.MANAGER, Role.FINANCE]),
    st.text("ABC-", max_size=6),
    st.sampled_from(["", "retail", "retail internet"]),
)
teams = st.lists(people, max_size=8, unique_by=lambda person: person.login)


@given(st.sampled_from([*Grade, None]), st.sampled_from(["HZ", "SH", "NB"]), teams)
def test_somebody_who_sells_gets_it_whatever_the_order(grade: Grade | None, region: str, team: list[Candidate]) -> None:
    decision = assign(BALANCED, grade=grade, region=region, industry="retail", candidates=team)
    again = assign(BALANCED, grade=grade, region=region, industry="retail", candidates=team[::-1])
    assert decision.value == again.value
    sellers = {person.login: person for person in team if person.roles & {Role.REP, Role.SENIOR_REP, Role.ASSISTANT}}
    assert (decision.value is None) == (not sellers)
    if decision.value is None:
        return
    seniors = {login for login, person in sellers.items() if Role.SENIOR_REP in person.roles}
    if grade is A and seniors:
        assert decision.value in seniors
    assistants = {login for login, person in sellers.items() if Role.ASSISTANT in person.roles}
    if grade is C and assistants:
        assert decision.value in assistants
    if grade is not C and sellers.keys() - assistants:
        assert decision.value not in assistants
