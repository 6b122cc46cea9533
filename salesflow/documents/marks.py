"""What is written across a paper that must not be taken for a valid one: decided here alone, by the state."""

from __future__ import annotations

from typing import Final

from salesflow.enums import ContractState, QuoteState
from salesflow.i18n import Message, msg

DRAFT: Final = msg("DRAFT - not approved")
VOID: Final = msg("NO LONGER VALID")
TERMINATED: Final = msg("TERMINATED")

_QUOTES: Final[dict[str, Message | None]] = {
    QuoteState.APPROVED: None,
    QuoteState.SENT: None,
    QuoteState.ACCEPTED: None,
    QuoteState.DECLINED: VOID,
    QuoteState.EXPIRED: VOID,
    QuoteState.SUPERSEDED: VOID,
}


def of_quote(state: str) -> Message | None:
    """The mark of a quotation in the state that is shown of it; a state that is not known to be approved is a draft's."""
    return _QUOTES.get(state, DRAFT)


def of_contract(
    state: str, *, revision: int = 1, in_force: int | None = None, newest: int | None = None
) -> Message | None:
    """The mark of a contract's revision; one that is not known to be approved is a draft.

    state: the contract's. in_force: the revision that was signed last, which is valid whatever becomes of a newer one; an
    older one is not. newest: the one made last, which is what an approval approves: one that was given up never is.
    """
    if in_force is not None and revision < in_force:
        return VOID
    if state == ContractState.TERMINATED:
        return TERMINATED
    approved = state == ContractState.APPROVED and revision == (newest or revision)
    return None if approved or revision == in_force else DRAFT
