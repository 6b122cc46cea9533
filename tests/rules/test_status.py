"""Every pair of statuses, and what a change needs."""

from __future__ import annotations

import itertools

import pytest

from salesflow.enums import LossReason, Role, Status
from salesflow.rules.decision import Strength
from salesflow.rules.status import TRANSITIONS, loss_reason, status_reason, status_transition, won_evidence

ALLOWED = {
    # forward, a step at a time
    ("prospect", "interested"), ("interested", "hot"), ("hot", "won"),
    # back a step
    ("interested", "prospect"), ("hot", "interested"), ("won", "hot"),
    # out of the running, from any of the first three
    ("prospect", "lost"), ("interested", "lost"), ("hot", "lost"),
    ("prospect", "invalid"), ("interested", "invalid"), ("hot", "invalid"),
    # reopened
    ("lost", "prospect"), ("lost", "interested"), ("invalid", "prospect"), ("invalid", "interested"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [*itertools.product(Status, repeat=2)])
def test_every_pair(old: Status, new: Status) -> None:
    decision = status_transition(old=old, new=new)
    assert decision.rule == "status-transition"
    assert decision.facts == {"old": old, "new": new}
    if (old, new) in ALLOWED:
        assert (decision.outcome, decision.strength, decision.value) == ("ok", Strength.OFF, new)
        assert str(decision.message) == f"{old} may become {new}"
    else:
        assert (decision.outcome, decision.strength, decision.value) == ("refused", Strength.REFUSE, None)
        assert str(decision.hint) == f"from {old} it can become: {', '.join(TRANSITIONS[old])}"
        assert str(decision.message) == (f"the status is {old} already" if new is old else f"{old} cannot become {new}")


def test_status_reason() -> None:
    given = status_reason(reason="客户确认 3 月 20 日签约")
    assert (given.rule, given.outcome, given.refused) == ("status-reason", "ok", False)
    for blank in ("", " \n"):
        decision = status_reason(reason=blank)
        assert (decision.outcome, decision.refused) == ("refused", True)
        assert str(decision.message) == "a change of status needs a reason"
        assert str(decision.hint) == "say why: --reason TEXT"


@pytest.mark.parametrize("new", [*Status])
@pytest.mark.parametrize("category", [None, *LossReason])
def test_only_lost_needs_a_category(new: Status, category: LossReason | None) -> None:
    decision = loss_reason(new=new, category=category)
    assert decision.rule == "loss-reason"
    assert decision.refused is (new is Status.LOST and category is None)
    assert decision.outcome == ("refused" if decision.refused else "ok")


def test_the_categories_are_named() -> None:
    assert str(loss_reason(new=Status.LOST, category=None).hint) == (
        "give one of: price, need-mismatch, competitor, timing, budget-cut, no-contact, other"
    )
    assert str(loss_reason(new=Status.LOST, category=LossReason.PRICE).message) == "lost because of: price"


@pytest.mark.parametrize(
    ("contract", "payment", "override", "roles", "reason", "outcome", "text"),
    [
        (True, True, False, [Role.REP], "", "ok", "there is a signed contract and a first payment"),
        (False, True, False, [Role.REP], "x", "refused", "won needs evidence; missing: a signed contract"),
        (True, False, False, [Role.REP], "x", "refused", "won needs evidence; missing: a first payment"),
        (False, False, False, [Role.MANAGER], "x", "refused", "won needs evidence; missing: a signed contract, a first payment"),
        (True, False, True, [Role.REP], "x", "refused", "won needs evidence; missing: a first payment"),
        (True, False, True, [Role.MANAGER], " ", "refused", "won needs evidence; missing: a first payment"),
        (
            True, False, True, [Role.REP, Role.MANAGER], "现金已收", "overridden",
            "won without a first payment, decided by a manager: 现金已收",
        ),
        (
            False, False, True, [Role.DIRECTOR], "框架协议", "overridden",
            "won without a signed contract, a first payment, decided by a manager: 框架协议",
        ),
    ],
)  # fmt: skip
def test_won_evidence(
    contract: bool, payment: bool, override: bool, roles: list[Role], reason: str, outcome: str, text: str
) -> None:
    decision = won_evidence(
        new=Status.WON,
        contract_signed=contract,
        payment_received=payment,
        override=override,
        roles=roles,
        reason=reason,
    )
    strengths = {"ok": Strength.OFF, "refused": Strength.REFUSE, "overridden": Strength.FLAG}
    assert (decision.rule, decision.outcome, decision.strength) == ("won-evidence", outcome, strengths[outcome])
    assert str(decision.message) == text


@pytest.mark.parametrize(
    ("override", "roles", "hint"),
    [
        (False, [Role.MANAGER], "wait for the evidence, or a manager may override this with a reason"),
        (True, [Role.REP], "only a manager can override this"),
        (True, [Role.MANAGER], "say why: --reason TEXT"),
    ],
)
def test_won_evidence_says_what_to_do(override: bool, roles: list[Role], hint: str) -> None:
    decision = won_evidence(
        new=Status.WON, contract_signed=True, payment_received=False, override=override, roles=roles, reason=""
    )
    assert str(decision.hint) == hint


@pytest.mark.parametrize("new", [status for status in Status if status is not Status.WON])
def test_only_won_needs_evidence(new: Status) -> None:
    decision = won_evidence(new=new, contract_signed=False, payment_received=False, override=False, roles=[], reason="")
    assert (decision.outcome, decision.strength) == ("ok", Strength.OFF)
