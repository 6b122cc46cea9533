"""What a contract must say, whose approval it needs, and from which amount on an order needs one."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from salesflow.enums import ContractTerm, Role
from salesflow.i18n import label, msg
from salesflow.money import display_money
from salesflow.rules.approvals import Step
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

CONTRACT_TERMS: Final = "contract-terms"
CONTRACT_APPROVAL: Final = "contract-approval"
CONTRACT_FIRST: Final = "contract-first"
CORE: Final = (
    ContractTerm.CONTENT,
    ContractTerm.PRICE,
    ContractTerm.DELIVERY,
    ContractTerm.PAYMENT,
    ContractTerm.BREACH,
)
"""Without these a contract is none; confidentiality is optional."""


def contract_terms(*, present: Collection[ContractTerm]) -> Decision[None]:
    """A contract has its five core terms: content, price, delivery, payment, breach.

    Outcome: "complete", or "missing", which refuses and names every term that is. Source: process-toolkit.
    """
    missing = [term for term in CORE if term not in present]
    facts: dict[str, object] = {"present": sorted(present), "missing": [term.value for term in missing]}
    if not missing:
        return Decision(CONTRACT_TERMS, "complete", Strength.OFF, msg("the core terms are there"), facts)
    named = [label(ContractTerm.kind(), term) for term in missing]
    text = msg("the contract lacks the terms: {terms}", terms=named)
    hint = msg('write each of them: --term {term}="…"', term=missing[0].value)
    return Decision(CONTRACT_TERMS, "missing", Strength.REFUSE, text, facts, hint=hint)


def contract_approval(policy: Policy, *, amount: int) -> Decision[tuple[Step, ...]]:
    """Every contract goes to legal, then finance, each within 1 working day, then to the manager.

    amount in fen. `value` is the route. Outcome: "standard". Source: process-toolkit.
    """
    section = policy.contract_approval
    steps = (
        Step(Role.LEGAL, CONTRACT_APPROVAL, msg("checks the terms and the liability"), section.legal_workdays),
        Step(Role.FINANCE, CONTRACT_APPROVAL, msg("checks the instalments and the tax"), section.finance_workdays),
        Step(
            Role.MANAGER,
            CONTRACT_APPROVAL,
            msg("decides on the contract as a whole"),
            policy.approval_deadline.workdays,
        ),
    )
    facts: dict[str, object] = {"amount": display_money(amount)}
    text = msg("a contract over {amount} needs legal, finance and the manager", **facts)
    return Decision(CONTRACT_APPROVAL, "standard", Strength.ROUTE, text, facts, steps)


def contract_first(policy: Policy, *, total: int, signed: str | None) -> Decision[None]:
    """An order rests on a signed contract; up to the policy's amount an accepted quote does as well.

    total in fen; signed: the number of the contract in force on the quote, None where there is none. Outcome: "contract",
    "quote", or "needs-contract", which refuses. Source: order-toolkit, process-toolkit.
    """
    bound = policy.contract_first.above
    facts: dict[str, object] = {"total": display_money(total), "above": display_money(bound), "contract": signed}
    if signed is not None:
        return Decision(CONTRACT_FIRST, "contract", Strength.OFF, msg("it rests on {contract}", **facts), facts)
    if total <= bound:
        text = msg("{total} is not above {above}: an accepted quote does", **facts)
        return Decision(CONTRACT_FIRST, "quote", Strength.OFF, text, facts)
    text = msg("an order over {total} needs a signed contract: that is above {above}", **facts)
    hint = msg("draft one from the quote: salesflow contract draft --quote QUOTE")
    return Decision(CONTRACT_FIRST, "needs-contract", Strength.REFUSE, text, facts, hint=hint)
