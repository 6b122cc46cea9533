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
_CONTRACTS: Final[dict[str, Message | None]] = {
    ContractState.APPROVED: None,
    ContractState.SIGNED: None,
    ContractState.CLOSED: None,
}


def of_quote(state: str) -> Message | None:
    """The mark of a quotation in the state that is shown of it; a state that is not known to be approved is a draft's."""
    return _QUOTES.get(state, DRAFT)


def of_contract(
    state: str, *, revision: int = 1, in_force: int | None = None, newest: int | None = None
) -> Message | None:
    """The mark of a contract's revision; a state that is not known to be approved is a draft's.

    state: the newest revision's, or the contract's end. in_force: the newest revision that was signed. That one is valid
    whatever becomes of a newer one; an older one is not, nor is one between them, which was never signed.
    """
    if in_force is not None and revision < in_force:
        return VOID
    if state == ContractState.TERMINATED:
        return TERMINATED
    if revision == in_force:
        return None
    return DRAFT if newest is not None and revision < newest else _CONTRACTS.get(state, DRAFT)
