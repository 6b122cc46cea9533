"""What a quote rests on: the customer's needs, confirmed before a price is named."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from salesflow.i18n import msg
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

NEEDS_BEFORE_QUOTE: Final = "needs-before-quote"


def needs_before_quote(
    policy: Policy, *, latest: int | None, confirmed: int | None, confirmed_on: date | None
) -> Decision[None]:
    """A quote rests on needs that the customer has confirmed.

    latest: the newest version of the customer's list of needs, None without any; confirmed: its newest confirmed version,
    on which day. Outcome: "ok", "changed" (needs changed since they were confirmed), "unconfirmed" or "none" (no needs are
    kept). Source: template-guide, order-toolkit.
    """
    facts: dict[str, object] = {"list_version": latest, "confirmed_version": confirmed, "confirmed_on": confirmed_on}
    strength = policy.needs_before_quote.strength
    if strength is Strength.OFF:
        return Decision(NEEDS_BEFORE_QUOTE, "ok", strength, msg("a quote need not wait for confirmed needs"), facts)
    if latest is None:
        text, hint = msg("no needs of the customer are kept"), msg("keep them first: salesflow need add CUSTOMER TEXT")
        return Decision(NEEDS_BEFORE_QUOTE, "none", strength, text, facts, hint=hint)
    hint = msg("have them confirmed: salesflow need confirm CUSTOMER --on DATE --by CONTACT")
    if confirmed is None:
        text = msg("the customer has not confirmed the needs")
        return Decision(NEEDS_BEFORE_QUOTE, "unconfirmed", strength, text, facts, hint=hint)
    if confirmed < latest:
        text = msg("the needs changed after the customer confirmed them on {date}", date=confirmed_on)
        return Decision(NEEDS_BEFORE_QUOTE, "changed", strength, text, facts, hint=hint)
    text = msg("the customer confirmed the needs on {date}", date=confirmed_on)
    return Decision(NEEDS_BEFORE_QUOTE, "ok", Strength.OFF, text, facts)
