"""Rule needs-before-quote: every way in which a customer's list of needs can stand, under every strength."""

from __future__ import annotations

from datetime import date

import pytest

from salesflow.rules.decision import Strength
from salesflow.rules.policy import NeedsBeforeQuote, Policy
from salesflow.rules.quote_needs import needs_before_quote

RULE = "needs-before-quote"
DAY = date(2028, 2, 29)


@pytest.mark.parametrize(
    ("latest", "confirmed", "on", "outcome", "says"),
    [
        (None, None, None, "none", "no needs of the customer are kept"),
        (1, None, None, "unconfirmed", "the customer has not confirmed the needs"),
        (3, None, None, "unconfirmed", "the customer has not confirmed the needs"),
        (2, 1, DAY, "changed", "the needs changed after the customer confirmed them on 2028-02-29"),
        (5, 2, DAY, "changed", "the needs changed after the customer confirmed them on 2028-02-29"),
    ],
)
@pytest.mark.parametrize("strength", [Strength.HINT, Strength.FLAG, Strength.REFUSE])
def test_what_is_not_confirmed(
    latest: int | None, confirmed: int | None, on: date | None, outcome: str, says: str, strength: Strength
) -> None:
    policy = Policy(needs_before_quote=NeedsBeforeQuote(strength))
    decision = needs_before_quote(policy, latest=latest, confirmed=confirmed, confirmed_on=on)
    assert (decision.rule, decision.outcome, decision.strength, str(decision.message)) == (
        RULE,
        outcome,
        strength,
        says,
    )
    assert decision.hint is not None
    assert decision.facts == {"list_version": latest, "confirmed_version": confirmed, "confirmed_on": on}


def test_what_is_confirmed() -> None:
    decision = needs_before_quote(Policy(), latest=2, confirmed=2, confirmed_on=DAY)
    assert (decision.outcome, decision.strength, decision.hint) == ("ok", Strength.OFF, None)
    assert str(decision.message) == "the customer confirmed the needs on 2028-02-29"


def test_the_default_hints() -> None:
    assert needs_before_quote(Policy(), latest=None, confirmed=None, confirmed_on=None).strength is Strength.HINT


@pytest.mark.parametrize(("latest", "confirmed"), [(None, None), (1, None), (2, 1), (2, 2)])
def test_where_it_is_off_nothing_is_wrong(latest: int | None, confirmed: int | None) -> None:
    policy = Policy(needs_before_quote=NeedsBeforeQuote(Strength.OFF))
    decision = needs_before_quote(policy, latest=latest, confirmed=confirmed, confirmed_on=DAY)
    assert (decision.outcome, decision.strength) == ("ok", Strength.OFF)
