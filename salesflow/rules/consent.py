"""What may be kept about a customer only because the customer agreed."""

from __future__ import annotations

from typing import Final

from salesflow.i18n import msg
from salesflow.rules.decision import Decision, Strength

BUDGET_CONSENT: Final = "budget-consent"


def budget_consent(*, budget_given: bool, consent: str | None) -> Decision[None]:
    """A budget is kept only with the customer's consent: when and how it was given, as `consent` says.

    Outcome: "ok" or "refused". Source: template-guide.
    """
    facts: dict[str, object] = {"budget_given": budget_given, "consent": consent}
    if not budget_given:
        return Decision(BUDGET_CONSENT, "ok", Strength.OFF, msg("no budget is kept"), facts)
    if consent is not None and consent.strip():
        text = msg("the budget is kept with the customer's consent: {consent}", consent=consent)
        return Decision(BUDGET_CONSENT, "ok", Strength.OFF, text, facts)
    text = msg("a budget is kept only with the customer's consent")
    hint = msg('say when and how it was given: --budget-consent "2026-03-05 by phone"')
    return Decision(BUDGET_CONSENT, "refused", Strength.REFUSE, text, facts, hint=hint)
