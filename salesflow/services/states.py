"""The lives of quotes, orders, contracts, opportunities and prices: one table of allowed transitions for each, one function
that makes a step and records it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sqlmodel import SQLModel

from salesflow.db.transaction import Transaction
from salesflow.enums import ContractState, OpportunityStage, OrderState, PriceState, QuoteState
from salesflow.errors import Refused
from salesflow.i18n import label, msg
from salesflow.models.state import StateChange

_Q, _O, _C, _S, _P = QuoteState, OrderState, ContractState, OpportunityStage, PriceState

TRANSITIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "quote": {
        _Q.DRAFT: (_Q.PENDING_APPROVAL, _Q.APPROVED, _Q.SUPERSEDED, _Q.DECLINED),
        _Q.PENDING_APPROVAL: (_Q.APPROVED, _Q.DRAFT, _Q.DECLINED, _Q.SUPERSEDED),
        _Q.APPROVED: (_Q.SENT, _Q.ACCEPTED, _Q.DECLINED, _Q.SUPERSEDED),
        _Q.SENT: (_Q.ACCEPTED, _Q.DECLINED, _Q.SUPERSEDED),
        _Q.ACCEPTED: (),
        _Q.DECLINED: (_Q.SUPERSEDED,),
        _Q.SUPERSEDED: (),
    },
    "order": {
        _O.DRAFT: (_O.SUBMITTED, _O.CANCELLED),
        _O.SUBMITTED: (_O.APPROVED, _O.RETURNED, _O.CANCELLED),
        _O.RETURNED: (_O.SUBMITTED, _O.CANCELLED),
        _O.APPROVED: (_O.IN_FULFILMENT, _O.CANCELLED),
        _O.IN_FULFILMENT: (_O.SHIPPED, _O.CANCELLED),
        _O.SHIPPED: (_O.DELIVERED, _O.CANCELLED),
        _O.DELIVERED: (_O.ACCEPTED,),
        _O.ACCEPTED: (_O.CLOSED,),
        _O.CLOSED: (),
        _O.CANCELLED: (),
    },
    "contract": {
        # a signed one goes back to draft with an amendment, and is signed again where that is given up
        _C.DRAFT: (_C.PENDING_APPROVAL, _C.SIGNED, _C.TERMINATED),
        _C.PENDING_APPROVAL: (_C.APPROVED, _C.DRAFT, _C.TERMINATED),
        _C.APPROVED: (_C.SIGNED, _C.DRAFT, _C.TERMINATED),
        _C.SIGNED: (_C.DRAFT, _C.CLOSED, _C.TERMINATED),
        _C.TERMINATED: (),
        _C.CLOSED: (),
    },
    "opportunity": {
        _S.DISCOVERY: (_S.PROPOSAL, _S.NEGOTIATION, _S.CONTRACT, _S.WON, _S.LOST),
        _S.PROPOSAL: (_S.DISCOVERY, _S.NEGOTIATION, _S.CONTRACT, _S.WON, _S.LOST),
        _S.NEGOTIATION: (_S.DISCOVERY, _S.PROPOSAL, _S.CONTRACT, _S.WON, _S.LOST),
        _S.CONTRACT: (_S.DISCOVERY, _S.PROPOSAL, _S.NEGOTIATION, _S.WON, _S.LOST),
        _S.WON: (_S.DISCOVERY, _S.PROPOSAL, _S.NEGOTIATION, _S.CONTRACT),
        _S.LOST: (_S.DISCOVERY, _S.PROPOSAL, _S.NEGOTIATION, _S.CONTRACT),
    },
    "price": {
        _P.PENDING_APPROVAL: (_P.VALID, _P.REJECTED, _P.WITHDRAWN),
        _P.VALID: (_P.WITHDRAWN,),
        _P.REJECTED: (),
        _P.WITHDRAWN: (),
    },
}


class Stateful(Protocol):
    """A record with a number and a state."""

    id: int | None
    number: str
    state: str


def check(kind: str, number: str, old: str, new: str) -> None:
    """Raise Refused unless the table allows the step; the hint says what is possible from here."""
    possible = TRANSITIONS[kind][old]
    if new in possible:
        return
    names = {"number": number, "old": label(f"{kind}state", old), "new": label(f"{kind}state", new)}
    hint = msg("from here it can become: {possible}", possible=[label(f"{kind}state", state) for state in possible])
    if not possible:
        hint = msg("nothing can follow on this")
    raise Refused(msg("{number} is {old}; it cannot become {new}", **names), hint, code="state")


def move(
    work: Transaction,
    kind: str,
    record: Stateful,
    new: str,
    *,
    reason: str = "",
    rule: str | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Make a step: check the table, set the state, write the history row and the audit entry (with the facts, if any)."""
    assert record.id is not None
    assert isinstance(record, SQLModel)
    old = record.state
    check(kind, record.number, old, new)
    record.state = new
    work.session.add(record)
    begin(work, kind, record, old=old, reason=reason)
    after = {"state": new, **({"reason": reason} if reason else {}), **(facts or {})}
    work.audit(f"{kind}.{new}", kind, record.number, before={"state": old}, after=after, rule=rule)


def begin(work: Transaction, kind: str, record: Stateful, *, old: str | None = None, reason: str = "") -> None:
    """Write a row of the state history: the record's present state, after `old` (None where it has just been made)."""
    assert record.id is not None
    work.add(
        StateChange(
            subject_kind=kind,
            subject_id=record.id,
            from_state=old,
            to_state=record.state,
            at=work.now,
            by_id=work.actor.id,
            reason=reason,
        )
    )
