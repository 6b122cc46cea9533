"""Delegations: who decides in whose place, on which days, and how they end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from salesflow.enums import Role
from salesflow.errors import InvalidValue, NotFound, NotPermitted, Refused, RuleRefused
from salesflow.queries import approvals as queries
from salesflow.services import delegations, staff_changes
from tests import deals
from tests.conftest import Office

FIRST, LAST = "2026-03-02", "2026-03-06"


@pytest.fixture
def busy(office: Office) -> Office:
    """AP2026-0001: a quote of li.na's that waits for the manager, zhang.wei."""
    deals.furnish(office)
    deals.quote(office, discount=deals.ABOVE)
    return office


def _revoke(office: Office, key: int, user: str, now: str | None = None) -> None:
    with office.context(user=user, now=now).transaction() as work:
        delegations.revoke(work, key)


def _inbox(office: Office, user: str, now: str | None = None) -> list[tuple[str, str | None]]:
    context = office.context(user=user, now=now)
    try:
        return [(row["number"], row["deputy_for"]) for row in queries.inbox(context).rows]
    finally:
        context.close()


def _step(office: Office, number: str = "AP2026-0001") -> dict[str, Any]:
    sql = (
        "SELECT decision, decided_by, decided_for, self_approved FROM v_approval_step WHERE number = :number "
        "AND decided_at IS NOT NULL ORDER BY step DESC"
    )
    return deals.rows(office, sql, number=number)[0]


def _deactivate(office: Office, login: str) -> None:
    with office.context(user="wang.fang").transaction() as work:
        staff_changes.deactivate(work, login)


def _roles(office: Office, login: str, *roles: Role) -> None:
    with office.context(user="wang.fang").transaction() as work:
        staff_changes.edit(work, login, staff_changes.StaffChange(roles=roles))


def test_a_deputy_decides_and_it_is_kept_in_whose_place(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    deals.approve(busy, "AP2026-0001", "sun.li")
    assert _step(busy) == {
        "decision": "approved",
        "decided_by": "sun.li",
        "decided_for": "zhang.wei",
        "self_approved": 0,
    }
    assert deals.value(busy, "SELECT state FROM v_quote") == "approved"
    entry = deals.rows(busy, "SELECT staff, after FROM v_audit WHERE action = 'approval.approve'")
    assert entry[0]["staff"] == "sun.li"
    assert '"decided_for":2' in entry[0]["after"]


def test_a_deputy_rejects(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    deals.reject(busy, "AP2026-0001", "sun.li")
    assert (_step(busy)["decided_by"], _step(busy)["decided_for"]) == ("sun.li", "zhang.wei")


@pytest.mark.parametrize(
    ("now", "may"),
    [
        ("2026-03-03 23:59", False),
        ("2026-03-04 00:00", True),  # the first day, from midnight in the business zone
        ("2026-03-06 23:59", True),  # the last day, to midnight
        ("2026-03-07 00:00", False),
    ],
)
def test_both_days_are_included_in_the_business_zone(busy: Office, now: str, may: bool) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", "2026-03-04", "2026-03-06")
    assert _inbox(busy, "sun.li", now) == ([("AP2026-0001", "zhang.wei")] if may else [])
    if may:
        deals.approve(busy, "AP2026-0001", "sun.li", now=now)
        return
    with pytest.raises(NotPermitted, match=r"waits for the role manager, which sun\.li does not hold"):
        deals.approve(busy, "AP2026-0001", "sun.li", now=now)


def test_one_day_can_be_a_leap_day(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", "2028-02-29", "2028-02-29")
    assert _inbox(busy, "sun.li", "2028-02-29 12:00") == [("AP2026-0001", "zhang.wei")]
    assert _inbox(busy, "sun.li", "2028-03-01 12:00") == []


def test_the_absent_one_decides_all_the_same(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    assert _inbox(busy, "zhang.wei") == [("AP2026-0001", None)]
    deals.approve(busy, "AP2026-0001", "zhang.wei")
    assert _step(busy)["decided_for"] is None


def test_who_holds_the_role_decides_as_themselves(busy: Office) -> None:
    deals.hire(busy, "gao.feng", Role.MANAGER)
    deals.delegate(busy, "zhang.wei", "gao.feng", FIRST, LAST)
    assert _inbox(busy, "gao.feng") == [("AP2026-0001", None)]
    deals.approve(busy, "AP2026-0001", "gao.feng")
    assert _step(busy)["decided_for"] is None


def test_a_deputy_has_the_roles_that_the_absent_one_has_now(busy: Office) -> None:
    deals.ordered(busy)
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    _roles(busy, "zhang.wei", Role.REP)
    assert _inbox(busy, "sun.li") == []
    with pytest.raises(NotPermitted):
        deals.approve(busy, "AP2026-0001", "sun.li")
    _roles(busy, "zhang.wei", Role.FINANCE, Role.MANAGER)
    assert _inbox(busy, "sun.li") == [("AP2026-0001", "zhang.wei"), ("AP2026-0002", "zhang.wei")]


def test_one_deputy_of_two_who_are_away(busy: Office) -> None:
    deals.ordered(busy)
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    deals.delegate(busy, "liu.yang", "sun.li", FIRST, LAST)
    deals.approve(busy, "AP2026-0002", "sun.li")
    with pytest.raises(
        RuleRefused, match=r"sun\.li decided a step of this already: a deputy's second signature is none"
    ):
        deals.approve(busy, "AP2026-0002", "sun.li")
    page = busy.json("approval", "show", "AP2026-0002")
    assert [(one["login"], one["decided_for"]) for one in page["deciders"]] == [("liu.yang", None)]
    deals.approve(busy, "AP2026-0002", "liu.yang")
    with pytest.raises(RuleRefused, match="second signature"):  # in their own role no more than in another's
        deals.approve(busy, "AP2026-0002", "sun.li")
    steps = deals.rows(busy, "SELECT decided_by, decided_for FROM v_approval_step WHERE number = 'AP2026-0002'")
    assert [tuple(step.values()) for step in steps] == [
        ("sun.li", "zhang.wei"),
        ("liu.yang", None),
        (None, None),
    ]


def test_what_is_delegated_goes_no_further(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    deals.delegate(busy, "sun.li", "liu.yang", FIRST, LAST)
    assert _inbox(busy, "liu.yang") == []
    with pytest.raises(NotPermitted):
        deals.approve(busy, "AP2026-0001", "liu.yang")


def test_nobody_is_named_who_is_away_then(busy: Office) -> None:
    deals.delegate(busy, "sun.li", "liu.yang", "2026-03-05", "2026-03-09")
    with pytest.raises(Refused, match=r"sun\.li is away from 2026-03-05 to 2026-03-09"):
        deals.delegate(busy, "zhang.wei", "sun.li", FIRST, "2026-03-05")
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, "2026-03-04")


@pytest.mark.parametrize(
    ("to", "first", "last", "error", "says"),
    [
        ("zhang.wei", FIRST, LAST, Refused, "nobody is their own deputy"),
        ("nobody", FIRST, LAST, NotFound, "there is no active staff member nobody"),
        ("chen.jie", "2026-03-01", LAST, InvalidValue, "2026-03-01 is past"),
        ("chen.jie", LAST, FIRST, InvalidValue, "2026-03-02 is before 2026-03-06"),
        ("chen.jie", "2026-03-12", "2026-03-13", Refused, "sun.li decides for you from 2026-03-10 to 2026-03-12"),
        ("sun.li", "2026-03-09", "2026-03-20", Refused, "sun.li decides for you from 2026-03-10 to 2026-03-12"),
    ],
)
def test_what_cannot_be_delegated(
    busy: Office, to: str, first: str, last: str, error: type[Exception], says: str
) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", "2026-03-10", "2026-03-12")
    before = deals.written(busy)
    with pytest.raises(error, match=says):
        deals.delegate(busy, "zhang.wei", to, first, last)
    assert deals.written(busy) == before


def test_somebody_who_left_is_no_deputy(busy: Office) -> None:
    deals.dismiss(busy, "sun.li")
    with pytest.raises(NotFound, match=r"there is no active staff member sun\.li"):
        deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)


def test_days_that_only_touch_do_not_overlap(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, "2026-03-04")
    assert deals.delegate(busy, "zhang.wei", " Liu.Yang ", "2026-03-05", LAST) == 2


@pytest.mark.parametrize("user", ["zhang.wei", "wang.fang"])
def test_its_delegator_and_a_director_can_end_it(busy: Office, user: str) -> None:
    key = deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    _revoke(busy, key, user)
    assert _inbox(busy, "sun.li") == []
    with pytest.raises(NotPermitted):
        deals.approve(busy, "AP2026-0001", "sun.li")
    with pytest.raises(Refused, match="delegation 1 has ended already"):
        _revoke(busy, key, "zhang.wei")
    deals.delegate(busy, "zhang.wei", "chen.jie", FIRST, LAST)
    actions = "SELECT staff, action, subject_ref FROM v_audit WHERE subject_kind = 'delegation' ORDER BY id"
    assert [tuple(row.values()) for row in deals.rows(busy, actions)] == [
        ("zhang.wei", "approval.delegate", "1"),
        (user, "approval.revoke", "1"),
        ("zhang.wei", "approval.delegate", "2"),
    ]


def test_others_cannot_end_it_nor_after_its_last_day(busy: Office) -> None:
    key = deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    before = deals.written(busy)
    with pytest.raises(NotPermitted, match=r"delegation 1 is of zhang\.wei"):
        _revoke(busy, key, "sun.li")
    with pytest.raises(NotFound, match="there is no delegation 2"):
        _revoke(busy, 2, "zhang.wei")
    with pytest.raises(Refused, match="has ended already"):
        _revoke(busy, key, "zhang.wei", "2026-03-07 09:00")
    assert deals.written(busy) == before


@pytest.mark.parametrize("leaver", ["zhang.wei", "sun.li"])
def test_it_ends_when_either_of_both_leaves_and_does_not_come_back(busy: Office, leaver: str) -> None:
    deals.hire(busy, "gao.feng", Role.MANAGER)
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    _deactivate(busy, leaver)
    assert deals.value(busy, "SELECT count(*) FROM v_delegation WHERE revoked_at IS NULL") == 0
    with busy.context(user="wang.fang").transaction() as work:
        staff_changes.activate(work, leaver)
    assert _inbox(busy, "sun.li") == []
    with pytest.raises(NotPermitted):
        deals.approve(busy, "AP2026-0001", "sun.li")


@pytest.mark.parametrize("leaver", ["zhang.wei", "sun.li"])
def test_it_is_not_in_force_while_one_of_both_is_inactive(busy: Office, leaver: str) -> None:
    """However they became so."""
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    deals.dismiss(busy, leaver)
    assert deals.value(busy, "SELECT both_active FROM v_delegation") == 0
    if leaver == "zhang.wei":
        assert _inbox(busy, "sun.li") == []
        with pytest.raises(NotPermitted, match=r"which sun\.li does not hold"):
            deals.approve(busy, "AP2026-0001", "sun.li")


def test_a_deputy_who_leaves_while_the_command_runs_cannot_decide(busy: Office) -> None:
    from salesflow.services import approvals

    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    context = busy.context(user="sun.li")
    assert context.actor.login == "sun.li"
    deals.dismiss(busy, "sun.li")
    with pytest.raises(NotPermitted), context.transaction() as work:
        approvals.approve(work, "AP2026-0001")


def test_neither_deputy_nor_delegator_may_have_submitted_it(busy: Office) -> None:
    deals.hire(busy, "gao.feng", Role.MANAGER)
    deals.ordered(busy, user="zhang.wei")
    deals.delegate(busy, "zhang.wei", "li.na", FIRST, LAST)
    for number, says in (
        ("AP2026-0001", "li.na submitted this and cannot decide on it"),
        ("AP2026-0002", "zhang.wei submitted this, and their deputy li.na cannot decide on it"),
    ):
        with pytest.raises(RuleRefused) as refused:
            deals.approve(busy, number, "li.na")
        assert str(refused.value) == says
    assert _inbox(busy, "li.na") == []


def test_the_exception_for_the_only_holder_is_not_for_a_deputy(busy: Office) -> None:
    """zhang.wei is the only manager, so he may decide on his own; nobody may in his place."""
    deals.ordered(busy, user="zhang.wei")
    deals.delegate(busy, "zhang.wei", "chen.jie", FIRST, LAST)
    assert _inbox(busy, "chen.jie") == [("AP2026-0001", "zhang.wei")]
    with pytest.raises(RuleRefused, match=r"their deputy chen\.jie cannot decide on it") as refused:
        deals.approve(busy, "AP2026-0002", "chen.jie")
    assert str(refused.value.hint) == "nobody else holds the role manager: give it to a second person"
    deals.approve(busy, "AP2026-0002", "zhang.wei")
    assert _step(busy, "AP2026-0002")["self_approved"] == 1


def test_of_two_who_are_away_the_one_counts_who_has_no_hand_in_it(busy: Office) -> None:
    deals.hire(busy, "an.na", Role.MANAGER)
    deals.ordered(busy, user="an.na")
    deals.delegate(busy, "an.na", "chen.jie", FIRST, LAST)
    with pytest.raises(RuleRefused):
        deals.approve(busy, "AP2026-0002", "chen.jie")
    deals.delegate(busy, "zhang.wei", "chen.jie", FIRST, LAST)
    assert ("AP2026-0002", "zhang.wei") in _inbox(busy, "chen.jie")
    deals.approve(busy, "AP2026-0002", "chen.jie")
    assert _step(busy, "AP2026-0002")["decided_for"] == "zhang.wei"


def test_every_round_counts(busy: Office) -> None:
    """Somebody else submits again what the delegator had submitted."""
    deals.hire(busy, "gao.feng", Role.MANAGER)
    order = deals.ordered(busy, user="zhang.wei")
    deals.reject(busy, "AP2026-0002", "gao.feng")
    deals.submit(busy, order)
    deals.delegate(busy, "zhang.wei", "chen.jie", FIRST, LAST)
    with pytest.raises(
        RuleRefused, match=r"zhang\.wei submitted, made, changed or owns this, and their deputy chen\.jie"
    ):
        deals.approve(busy, "AP2026-0003", "chen.jie")


def test_a_route_whose_holder_is_away_is_a_route(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    assert deals.ordered(busy) == "DD2026-0001"


def test_the_agenda_of_a_deputy_says_for_whom(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    [section] = busy.json("today", user="sun.li", now="2026-03-05 09:00")["sections"]
    assert (section["kind"], section["count"]) == ("approval", 1)
    [item] = section["items"]
    assert (item["ref"], item["due_on"]) == ("AP2026-0001", "2026-03-03")
    assert item["text"] == "for zhang.wei: Q2026-0001 from li.na: 12 % on line 1 is above 10 %"
    assert busy.json("today", user="sun.li", now="2026-03-09 09:00")["sections"] == []


def test_a_leader_who_is_a_deputy_is_told_once(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "wang.fang", FIRST, LAST)
    sections = busy.json("today", user="wang.fang", now="2026-03-05 09:00")["sections"]
    told = [one["kind"] for one in sections if "AP2026-0001" in [item["ref"] for item in one["items"]]]
    assert told == ["approval"]


def test_it_shows_wherever_the_decision_does(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    deals.approve(busy, "AP2026-0001", "sun.li")
    [row] = busy.json("approval", "list", "--all")
    assert row["steps"][0]["decided_for"] == "zhang.wei"
    assert busy.json("quote", "show", "Q2026-0001")["approval"]["steps"][0]["decided_for"] == "zhang.wei"
    assert "submitted by li.na, decided by sun.li for zhang.wei" in busy.ok("explain", "AP2026-0001").out
    assert "Q2026-0001: approved (manager, for zhang.wei)" in busy.ok("customer", "timeline", "HZ2026001").out
    assert busy.json("report", "weekly", user="wang.fang")["approvals"]["by_deputy"] == 1
    drill = busy.json("report", "weekly", "--drill", "approvals.decided", user="wang.fang")
    assert [one["decided_for"] for one in drill] == ["zhang.wei"]


def test_two_days_are_dates_of_the_calendar(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", FIRST, LAST)
    [row] = deals.rows(busy, "SELECT start_on, end_on, made_at, delegator, deputy FROM v_delegation")
    assert (date.fromisoformat(row["start_on"]), date.fromisoformat(row["end_on"])) == (
        date(2026, 3, 2),
        date(2026, 3, 6),
    )
    assert (row["made_at"], row["delegator"], row["deputy"]) == ("2026-03-02 01:00:00", "zhang.wei", "sun.li")
