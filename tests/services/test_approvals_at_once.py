"""Two programs decide on the same approval, or make an order of the same quote, at the same moment: one of them does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from salesflow.enums import Role
from tests import deals
from tests.conftest import Office

ROOT = Path(__file__).parents[2]
REFUSED, FORBIDDEN, CONFLICT = 4, 5, 6


def _together(office: Office, *commands: tuple[str, tuple[str, ...]]) -> list[tuple[int, str]]:
    """Start all (user, words) at once; how each ended, sorted by exit status."""
    running = []
    for user, words in commands:
        environment = {
            **office.environment,
            "SALESFLOW_DB": str(office.database),
            "SALESFLOW_AS_OF": office.now,
            "SALESFLOW_LANG": "en",
            "SALESFLOW_USER": user,
        }
        program = (sys.executable, "-m", "salesflow", *words)
        running.append(
            subprocess.Popen(
                program, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in running]
    return sorted((status, said) for said, status in ended)


@pytest.mark.parametrize("route", ["one step", "three steps"])
def test_two_managers_approve_one_step(office: Office, route: str) -> None:
    deals.furnish(office)
    deals.hire(office, "gao.feng", Role.MANAGER)
    if route == "one step":
        deals.quote(office, discount=deals.ABOVE)
    else:
        deals.ordered(office)
    approve = ("approval", "approve", "AP2026-0001")
    (first, _), (second, said) = _together(office, ("zhang.wei", approve), ("gao.feng", approve))
    assert first == 0
    assert second in (REFUSED, CONFLICT), said
    assert deals.value(office, "SELECT count(*) FROM v_approval_step WHERE decision IS NOT NULL") == 1
    assert deals.value(office, "SELECT count(*) FROM v_audit WHERE action = 'approval.approve'") == 1


def test_one_manager_approves_and_another_rejects(office: Office) -> None:
    deals.furnish(office)
    deals.hire(office, "gao.feng", Role.MANAGER)
    deals.quote(office, discount=deals.ABOVE)
    reject = ("approval", "reject", "AP2026-0001", "--reason", "毛利太低")
    ended = _together(office, ("zhang.wei", ("approval", "approve", "AP2026-0001")), ("gao.feng", reject))
    assert [status == 0 for status, _ in ended] == [True, False]
    state, quote = deals.value(office, "SELECT state FROM v_approval"), deals.value(office, "SELECT state FROM v_quote")
    assert (state, quote) in (("approved", "approved"), ("rejected", "draft"))


def test_two_make_an_order_of_one_quote(office: Office) -> None:
    deals.furnish(office)
    quote = deals.accepted(office)
    submit = ("order", "submit", "--quote", quote)
    (first, _), (second, said) = _together(office, ("li.na", submit), ("zhang.wei", submit))
    assert (first, second) == (0, CONFLICT), said
    assert "DD2026-0001" in said
    assert [tuple(row.values()) for row in deals.rows(office, "SELECT number, state FROM v_order")] == [
        ("DD2026-0001", "submitted")
    ]
    assert deals.value(office, "SELECT count(*) FROM v_approval") == 1


def test_two_submit_one_order(office: Office) -> None:
    deals.furnish(office)
    number = deals.created(office)
    submit = ("order", "submit", number)
    (first, _), (second, said) = _together(office, ("li.na", submit), ("li.na", submit))
    assert (first, second) == (0, REFUSED), said
    assert deals.value(office, "SELECT count(*) FROM v_approval") == 1


def test_the_manager_approves_while_the_submitter_withdraws(office: Office) -> None:
    deals.furnish(office)
    deals.quote(office, discount=deals.ABOVE)
    (first, _), (second, said) = _together(
        office,
        ("zhang.wei", ("approval", "approve", "AP2026-0001")),
        ("li.na", ("approval", "withdraw", "AP2026-0001")),
    )
    assert first == 0
    assert second in (REFUSED, CONFLICT), said
    state, quote = deals.value(office, "SELECT state FROM v_approval"), deals.value(office, "SELECT state FROM v_quote")
    assert (state, quote) in (("approved", "approved"), ("withdrawn", "draft"))


def test_a_manager_approves_while_the_objection_is_settled(office: Office) -> None:
    """Settling it makes its approval void; approving it gives it a decision. Both may be, but no void one is approved."""
    deals.furnish(office)
    said = ("--kind", "price", "--statement", "比恒通的报价高 12%", "--outcome", "escalated")
    office.ok("objection", "log", deals.NAME, *said, "--request", "再降 8%", "--discount", "18%")
    ended = _together(
        office,
        ("zhang.wei", ("approval", "approve", "AP2026-0001")),
        ("li.na", ("objection", "resolve", "YY2026-0001", "--resolve", "加送一年维保")),
    )
    state = deals.value(office, "SELECT state FROM v_approval")
    decided = deals.value(office, "SELECT count(*) FROM v_approval_step WHERE decision IS NOT NULL")
    assert (state, decided) in (("approved", 1), ("void", 0))
    if state == "void":
        assert ended[0][0] == 0
        assert ended[1][0] in (REFUSED, CONFLICT), ended
    assert deals.value(office, "SELECT count(*) FROM v_audit WHERE action LIKE 'approval.%'") == 2


def test_a_deputy_and_the_absent_one_decide(office: Office) -> None:
    deals.furnish(office)
    deals.quote(office, discount=deals.ABOVE)
    deals.delegate(office, "zhang.wei", "sun.li", "2026-03-02", "2026-03-06")
    approve = ("approval", "approve", "AP2026-0001")
    (first, _), (second, said) = _together(office, ("zhang.wei", approve), ("sun.li", approve))
    assert first == 0
    assert second in (REFUSED, CONFLICT), said
    assert deals.value(office, "SELECT count(*) FROM v_approval_step WHERE decision IS NOT NULL") == 1


def test_a_deputy_decides_while_the_delegation_ends(office: Office) -> None:
    """Whichever comes first; a decision after the end is refused."""
    deals.furnish(office)
    deals.quote(office, discount=deals.ABOVE)
    deals.delegate(office, "zhang.wei", "sun.li", "2026-03-02", "2026-03-06")
    ended = _together(
        office,
        ("sun.li", ("approval", "approve", "AP2026-0001")),
        ("zhang.wei", ("approval", "delegate", "--revoke", "1")),
    )
    order = [row["action"] for row in deals.rows(office, "SELECT action FROM v_audit ORDER BY id")]
    decided = "approval.approve" in order
    assert [status for status, _ in ended] == ([0, 0] if decided else [0, FORBIDDEN])
    if decided:
        assert order.index("approval.approve") < order.index("approval.revoke")


def test_two_delegations_of_one_person(office: Office) -> None:
    words = ("approval", "delegate", "--to", "2026-03-06", "--to-login")
    (first, _), (second, said) = _together(
        office, ("zhang.wei", (*words, "sun.li")), ("zhang.wei", (*words, "liu.yang"))
    )
    assert (first, second) == (0, REFUSED), said
    assert deals.value(office, "SELECT count(*) FROM v_delegation") == 1


def test_an_order_is_submitted_again_while_it_is_withdrawn(office: Office) -> None:
    """The second submission waits for the withdrawal, or finds the order with its approvers."""
    deals.furnish(office)
    number = deals.ordered(office)
    ended = _together(
        office,
        ("li.na", ("approval", "withdraw", "AP2026-0001")),
        ("li.na", ("order", "submit", number, "--note", "加急")),
    )
    states = [row["state"] for row in deals.rows(office, "SELECT state FROM v_approval ORDER BY id")]
    order = deals.value(office, "SELECT state FROM v_order")
    assert (states, order) in ((["withdrawn"], "returned"), (["withdrawn", "pending"], "submitted"))
    assert ended[0][0] == 0
