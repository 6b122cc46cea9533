"""The lives of orders, quotes, contracts and prices: every pair of states is either in the table or refused with what is possible."""

from __future__ import annotations

from itertools import product

import pytest

from salesflow.enums import ContractState, OrderState, PriceState, QuoteState
from salesflow.errors import Refused
from salesflow.services.states import TRANSITIONS, check

# As the process has it; a quote is never stored as expired.
ORDER = {
    "draft": {"submitted", "cancelled"},
    "submitted": {"approved", "returned", "cancelled"},
    "returned": {"submitted", "cancelled"},
    "approved": {"in_fulfilment", "cancelled"},
    "in_fulfilment": {"shipped", "cancelled"},
    "shipped": {"delivered", "cancelled"},
    "delivered": {"accepted"},
    "accepted": {"closed"},
    "closed": set(),
    "cancelled": set(),
}
QUOTE = {
    "draft": {"pending_approval", "approved", "superseded", "declined"},
    "pending_approval": {"approved", "draft", "declined", "superseded"},
    "approved": {"sent", "accepted", "declined", "superseded"},
    "sent": {"accepted", "declined", "superseded"},
    "accepted": set(),
    "declined": {"superseded"},
    "superseded": set(),
}
CONTRACT = {
    "draft": {"pending_approval", "signed", "terminated"},
    "pending_approval": {"approved", "draft", "terminated"},
    "approved": {"signed", "draft", "terminated"},
    "signed": {"draft", "closed", "terminated"},
    "terminated": set(),
    "closed": set(),
}
PRICE = {
    "pending_approval": {"valid", "rejected", "withdrawn"},
    "valid": {"withdrawn"},
    "rejected": set(),
    "withdrawn": set(),
}
STORED_QUOTE_STATES = [state for state in QuoteState if state is not QuoteState.EXPIRED]


def test_the_tables_know_every_state() -> None:
    assert set(TRANSITIONS["order"]) == set(OrderState)
    assert set(TRANSITIONS["contract"]) == set(ContractState)
    assert set(TRANSITIONS["quote"]) == set(STORED_QUOTE_STATES)
    assert set(TRANSITIONS["price"]) == set(PriceState)


@pytest.mark.parametrize(("old", "new"), [*product(OrderState, OrderState)])
def test_an_order_s_step(old: OrderState, new: OrderState) -> None:
    _check("order", ORDER, old, new)


@pytest.mark.parametrize(("old", "new"), [*product(STORED_QUOTE_STATES, QuoteState)])
def test_a_quote_s_step(old: QuoteState, new: QuoteState) -> None:
    _check("quote", QUOTE, old, new)


@pytest.mark.parametrize(("old", "new"), [*product(ContractState, ContractState)])
def test_a_contract_s_step(old: ContractState, new: ContractState) -> None:
    _check("contract", CONTRACT, old, new)


@pytest.mark.parametrize(("old", "new"), [*product(PriceState, PriceState)])
def test_a_price_s_step(old: PriceState, new: PriceState) -> None:
    _check("price", PRICE, old, new)


def _check(kind: str, table: dict[str, set[str]], old: str, new: str) -> None:
    if new in table[old]:
        check(kind, "N-1", old, new)
        return
    with pytest.raises(Refused) as refused:
        check(kind, "N-1", old, new)
    assert str(refused.value) == f"N-1 is {old}; it cannot become {new}"
    assert refused.value.code == "state"
    hint = str(refused.value.hint)
    if table[old]:
        assert set(hint.removeprefix("from here it can become: ").split(", ")) == table[old]
    else:
        assert hint == "nothing can follow on this"
