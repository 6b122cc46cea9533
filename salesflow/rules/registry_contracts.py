"""The rules on contracts."""

from __future__ import annotations

from typing import Final

from salesflow.i18n import msg
from salesflow.rules import contracts
from salesflow.rules.rule import CONTRACT, ORDER, ORDER_TOOLKIT, PROCESS_TOOLKIT, REFUSE, ROUTE, Rule

CONTRACT_RULES: Final = (
    Rule(
        contracts.CONTRACT_TERMS,
        msg("What a contract must say"),
        REFUSE,
        (PROCESS_TOOLKIT,),
        (CONTRACT,),
        contracts.contract_terms,
        None,
        msg(
            "A contract has terms on its content, price, delivery, payment and breach; one on confidentiality is optional."
        ),
    ),
    Rule(
        contracts.CONTRACT_APPROVAL,
        msg("Who approves a contract"),
        ROUTE,
        (PROCESS_TOOLKIT,),
        (CONTRACT,),
        contracts.contract_approval,
        "contract_approval",
        msg(
            "A contract goes to legal, then to finance, each within a number of working days, and then to the manager."
        ),
    ),
    Rule(
        contracts.CONTRACT_FIRST,
        msg("A large order needs a signed contract"),
        REFUSE,
        (ORDER_TOOLKIT, PROCESS_TOOLKIT),
        (ORDER,),
        contracts.contract_first,
        "contract_first",
        msg(
            "An order rests on a signed contract. Up to an amount an accepted quote does as well; above it the order is refused."
        ),
    ),
)
