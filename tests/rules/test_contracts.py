"""Rules contract-terms, contract-approval, contract-first: what a contract says, who approves it, when one is needed."""

from __future__ import annotations

from itertools import combinations

import pytest

from salesflow.enums import ContractTerm, Role
from salesflow.rules.contracts import CORE, contract_approval, contract_first, contract_terms
from salesflow.rules.decision import Strength
from salesflow.rules.policy import ContractApproval, ContractFirst, Policy

YUAN = 100


@pytest.mark.parametrize("count", range(len(CORE)))
def test_whatever_is_missing_is_named(count: int) -> None:
    for present in combinations(CORE, count):
        said = contract_terms(present=(*present, ContractTerm.CONFIDENTIALITY))
        assert (said.outcome, said.strength) == ("missing", Strength.REFUSE)
        assert said.facts["missing"] == [term.value for term in CORE if term not in present]


@pytest.mark.parametrize("terms", [CORE, (*CORE, ContractTerm.CONFIDENTIALITY)])
def test_confidentiality_is_optional(terms: tuple[ContractTerm, ...]) -> None:
    assert contract_terms(present=terms).outcome == "complete"


def test_the_refusal_names_the_terms() -> None:
    said = contract_terms(present=[term for term in CORE if term not in (ContractTerm.BREACH, ContractTerm.PRICE)])
    assert said.rule == "contract-terms"
    assert str(said.message) == "the contract lacks the terms: price, breach"
    assert str(said.hint) == 'write each of them: --term price="…"'


def test_legal_finance_manager() -> None:
    policy = Policy(contract_approval=ContractApproval(legal_workdays=2, finance_workdays=3))
    said = contract_approval(policy, amount=50_000 * YUAN)
    assert said.value is not None
    assert [(step.role, step.deadline_workdays) for step in said.value] == [
        (Role.LEGAL, 2),
        (Role.FINANCE, 3),
        (Role.MANAGER, 1),
    ]
    assert (said.rule, said.outcome, said.strength) == ("contract-approval", "standard", Strength.ROUTE)


@pytest.mark.parametrize(
    ("total", "above", "signed", "outcome"),
    [
        (999_999_99, 1_000_000, None, "quote"),
        (1_000_000_00, 1_000_000, None, "quote"),
        (1_000_000_01, 1_000_000, None, "needs-contract"),
        (1_000_000_01, 1_000_000, "HT2026-0001", "contract"),
        (1, 0, None, "needs-contract"),
        (0, 0, None, "quote"),
        (1, 0, "HT2026-0001", "contract"),
    ],
)
def test_from_an_amount_on_an_order_needs_a_contract(total: int, above: int, signed: str | None, outcome: str) -> None:
    said = contract_first(Policy(contract_first=ContractFirst(above=above * YUAN)), total=total, signed=signed)
    assert (said.rule, said.outcome) == ("contract-first", outcome)
    assert said.refused is (outcome == "needs-contract")
