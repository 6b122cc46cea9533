"""What is kept only because the customer agreed."""

from __future__ import annotations

import pytest

from salesflow.rules.consent import budget_consent
from salesflow.rules.decision import Strength


@pytest.mark.parametrize(
    ("given", "consent", "outcome", "text"),
    [
        (False, None, "ok", "no budget is kept"),
        (False, "2026-03-05 电话", "ok", "no budget is kept"),
        (True, "2026-03-05 电话", "ok", "the budget is kept with the customer's consent: 2026-03-05 电话"),
        (True, None, "refused", "a budget is kept only with the customer's consent"),
        (True, " ", "refused", "a budget is kept only with the customer's consent"),
    ],
)
def test_budget_consent(given: bool, consent: str | None, outcome: str, text: str) -> None:
    decision = budget_consent(budget_given=given, consent=consent)
    assert (decision.rule, decision.outcome) == ("budget-consent", outcome)
    assert decision.strength is (Strength.REFUSE if outcome == "refused" else Strength.OFF)
    assert str(decision.message) == text
    if decision.refused:
        assert str(decision.hint) == 'say when and how it was given: --budget-consent "2026-03-05 by phone"'
