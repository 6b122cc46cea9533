"""An approval whose people change while it waits: who left, a role that moved, several holders, one who decides on their own."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.enums import Role
from salesflow.errors import NotPermitted, RuleRefused
from salesflow.queries import approval_page
from salesflow.services import staff_changes
from tests import deals
from tests.conftest import Office


@pytest.fixture
def busy(office: Office) -> Office:
    """AP2026-0001: li.na's order, which waits for the manager, then for finance and operations."""
    deals.furnish(office)
    deals.ordered(office)
    return office


def _page(office: Office, number: str = "AP2026-0001", now: str | None = None) -> dict[str, Any]:
    context = office.context(now=now)
    try:
        return approval_page.show(context, number)
    finally:
        context.close()


def _deciders(office: Office, number: str = "AP2026-0001", now: str | None = None) -> list[tuple[str, str | None]]:
    return [(one["login"], one["decided_for"]) for one in _page(office, number, now)["deciders"]]


def _deactivate(office: Office, login: str) -> None:
    with office.context(user="wang.fang").transaction() as work:
        staff_changes.deactivate(work, login)


def _roles(office: Office, login: str, *roles: Role) -> None:
    with office.context(user="wang.fang").transaction() as work:
        staff_changes.edit(work, login, staff_changes.StaffChange(roles=roles))


def test_two_holders_of_a_role_either_of_whom_decides(busy: Office) -> None:
    deals.hire(busy, "gao.feng", Role.MANAGER)
    assert _deciders(busy) == [("gao.feng", None), ("zhang.wei", None)]
    deals.approve(busy, "AP2026-0001", "gao.feng")
    assert _deciders(busy) == [("liu.yang", None)]


def test_a_holder_who_left_in_between(busy: Office) -> None:
    deals.hire(busy, "gao.feng", Role.MANAGER)
    _deactivate(busy, "zhang.wei")
    assert _deciders(busy) == [("gao.feng", None)]
    with pytest.raises(NotPermitted, match=r"zhang\.wei is no longer active"):
        deals.approve(busy, "AP2026-0001", "zhang.wei")
    deals.approve(busy, "AP2026-0001", "gao.feng")


def test_what_somebody_decided_who_left_stays_decided(busy: Office) -> None:
    deals.approve(busy, "AP2026-0001", "zhang.wei")
    deals.hire(busy, "gao.feng", Role.MANAGER)
    _deactivate(busy, "zhang.wei")
    deals.approve(busy, "AP2026-0001", "liu.yang", "sun.li")
    assert [step["decided_by"] for step in _page(busy)["steps"]] == ["zhang.wei", "liu.yang", "sun.li"]


def test_a_role_that_moved_in_between(busy: Office) -> None:
    _roles(busy, "chen.jie", Role.MANAGER)
    _roles(busy, "zhang.wei", Role.REP)
    assert _deciders(busy) == [("chen.jie", None)]
    with pytest.raises(NotPermitted, match=r"waits for the role manager, which zhang\.wei does not hold") as refused:
        deals.approve(busy, "AP2026-0001", "zhang.wei")
    assert str(refused.value.hint) == "it can be decided by: chen.jie"
    deals.approve(busy, "AP2026-0001", "chen.jie")


def test_a_role_that_nobody_holds_any_more(busy: Office) -> None:
    """The page, the refusal and the leaders' agenda say so, the agenda before the deadline."""
    deals.approve(busy, "AP2026-0001", "zhang.wei")
    _deactivate(busy, "liu.yang")
    page = _page(busy)
    assert page["deciders"] == []
    said = "nobody holds the role finance: add somebody who does: salesflow staff add LOGIN --name NAME --role finance"
    assert str(page["stuck"]) == said
    [section] = [
        one
        for one in busy.json("today", user="zhang.wei", now="2026-03-02 15:00")["sections"]
        if one["kind"] == "approval_overdue"
    ]
    assert [item["text"] for item in section["items"]] == [
        "finance, held by nobody: DD2026-0001 from li.na: checks the payment terms and the credit limit"
    ]
    deals.hire(busy, "qian.duo", Role.FINANCE)
    assert _page(busy)["stuck"] is None
    assert _deciders(busy) == [("qian.duo", None)]
    deals.approve(busy, "AP2026-0001", "qian.duo")


def test_the_only_holder_left_is_who_submitted_it(office: Office) -> None:
    """Allowed as the policy has it, marked; where the policy does not, the page says what to do."""
    deals.furnish(office)
    deals.hire(office, "gao.feng", Role.MANAGER)
    deals.ordered(office, user="gao.feng")
    _deactivate(office, "zhang.wei")
    assert _deciders(office) == [("gao.feng", None)]
    context = office.context(user="wang.fang")
    section = context.policy.separation_of_duties._replace(allow_only_holder=False)
    resolved = context.policy._replace(separation_of_duties=section).to_json()
    context.close()
    deals.execute(office, "UPDATE policy_version SET resolved = :resolved", resolved=resolved)
    page = _page(office)
    assert page["deciders"] == []
    assert str(page["stuck"]) == "nobody holds the role manager but who has a hand in it: give it to a second person"
    with pytest.raises(RuleRefused) as refused:
        deals.approve(office, "AP2026-0001", "gao.feng")
    assert str(refused.value.hint) == "nobody else holds the role manager: give it to a second person"


def test_deputies_are_named_with_whom_they_stand_in_for(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", "2026-03-03", "2026-03-04")
    assert _deciders(busy) == [("zhang.wei", None)]
    assert _deciders(busy, now="2026-03-03 09:00") == [("zhang.wei", None), ("sun.li", "zhang.wei")]


def test_a_deputy_with_a_hand_in_it_is_not_named(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "li.na", "2026-03-02", "2026-03-04")
    assert _deciders(busy) == [("zhang.wei", None)]


def test_a_self_approval_is_marked_wherever_it_shows(office: Office) -> None:
    deals.furnish(office)
    order = deals.ordered(office, user="zhang.wei")
    deals.approve(office, "AP2026-0001", "zhang.wei", "liu.yang", "sun.li")
    [listed] = office.json("approval", "list", "--all")
    shown, deal = office.json("approval", "show", "AP2026-0001"), office.json("order", "show", order)["approval"]
    for row in (listed, shown, deal):
        assert (row["self_approved"], [step["self_approved"] for step in row["steps"]]) == (True, [True, False, False])
    assert "Self-approved: yes" in office.ok("approval", "show", "AP2026-0001").out
    explained = office.ok("explain", order).out
    assert "self-approved: zhang.wei submitted it and is the only holder of the role manager" in explained
    assert "DD2026-0001: approved (manager, self-approved)" in office.ok("customer", "timeline", "HZ2026001").out
    week = office.json("report", "weekly", user="wang.fang")["approvals"]
    assert (week["decided"], week["self_approved"], week["by_deputy"]) == (1, 1, 0)
    drill = office.json("report", "weekly", "--drill", "approvals.decided", user="wang.fang")
    assert [(one["number"], one["self_approved"]) for one in drill] == [("AP2026-0001", True)]


def test_the_weekly_report_counts_what_waits_too_long(busy: Office) -> None:
    deals.quote(busy, discount=deals.ABOVE, now="2026-03-05 10:00")
    week = busy.json("report", "weekly", user="wang.fang", now="2026-03-05 11:00")["approvals"]
    assert (week["waiting"], week["overdue"]) == (2, 1)
    assert [(one["number"], one["overdue"]) for one in week["items"]] == [("AP2026-0001", True), ("AP2026-0002", False)]
    # told again later, the week is as it was at its end
    deals.withdraw(busy, "AP2026-0001", now="2026-03-10 09:00")
    past = busy.json("report", "weekly", "--week", "2026-W10", user="wang.fang", now="2026-03-20 11:00")["approvals"]
    assert (past["waiting"], past["overdue"]) == (2, 2)


@pytest.mark.parametrize(
    ("since", "count", "due"),
    [
        ("2026-02-13 10:00", 1, "2026-02-14 18:00"),  # a Saturday that is worked before the Spring Festival
        ("2026-02-13 10:00", 2, "2026-02-24 18:00"),  # then nine days of holiday
        ("2026-02-14 20:00", 1, "2026-02-24 18:00"),  # after closing on that Saturday
        ("2026-02-27 10:00", 1, "2026-02-28 18:00"),  # a Saturday that is worked after it
        ("2026-02-27 10:00", 2, "2026-03-02 18:00"),
        ("2026-09-18 10:00", 2, "2026-09-21 18:00"),  # a Sunday that is worked, then Monday
        ("2026-09-30 10:00", 3, "2026-10-10 18:00"),  # Thursday, Friday, and a Saturday that is worked
        ("2026-12-31 10:00", 1, "2027-01-04 18:00"),  # over the turn of the year
        ("2028-02-28 10:00", 1, "2028-02-29 18:00"),  # a leap day
    ],
)
def test_a_deadline_of_several_working_days_over_make_up_weekends(
    office: Office, since: str, count: int, due: str
) -> None:
    from salesflow.enums import SubjectKind
    from salesflow.i18n import msg
    from salesflow.rules.approvals import Step
    from salesflow.services import approvals

    deals.furnish(office)
    deals.quote(office)
    with office.context(now=since).transaction() as work:
        subject = approvals.Subject(SubjectKind.QUOTE, 1, "Q2026-0001", deals.CUSTOMER_ID, 880_000)
        approvals.submit(work, subject, [Step(Role.MANAGER, "discount-authority", msg("because"), count)])
    [row] = office.json("approval", "list", "--all", now=since)
    assert row["due_at"] == f"{due.replace(' ', 'T')}:00+08:00"
    day, close = due.split()
    assert not office.json("approval", "list", "--all", now=f"{day} {close}")[0]["overdue"]
    [late] = office.json("approval", "list", user="zhang.wei", now=f"{day} 18:01")
    assert late["overdue"]
