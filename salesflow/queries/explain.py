"""Why a record is as it is: every rule that applies to it now, asked again with the facts of the moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from salesflow.clock import from_db
from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import ContractTerm, Role, StepDecision, SubjectKind
from salesflow.queries import (
    approvals,
    contracts,
    customer_decisions,
    customers,
    objections,
    opportunity_page,
    orders,
    price_decisions,
    quote_decisions,
    quotes,
    staff,
)
from salesflow.rules.approvals import rejection_reason, separation_of_duties
from salesflow.rules.authority import beyond_authority
from salesflow.rules.contracts import contract_approval, contract_first, contract_terms
from salesflow.rules.deadlines import approval_deadline
from salesflow.rules.decision import Decision
from salesflow.rules.orders import credit_limit, order_approval
from salesflow.rules.registry import find
from salesflow.text import fold

DECISION: Final = (
    Column("rule", "Rule"),
    Column("outcome", "Outcome"),
    Column("strength", "Strength", Kind.CODE, labels="strength"),
    Column("text", "Why", Kind.MESSAGE, flexible=True),
    Column("source", "Source", Kind.LIST, table=False),
    Column("facts", "Facts", Kind.OBJECT, table=False),
)
INPUTS: Final = (
    Column("rule", "Rule"),
    Column("facts", "Facts", Kind.OBJECT, flexible=True),
    Column("source", "Source", Kind.LIST, flexible=True),
)
COLUMNS: Final = (
    Column("ref", "Record"),
    Column("kind", "Kind", Kind.CODE, labels="subject"),
    Column("name", "Customer"),
    Column("policy_id", "Policy version", Kind.INTEGER),
    Column("decided_under", "Decided under version", Kind.INTEGER),
    Column("decisions", "Rules", Kind.ROWS, columns=DECISION, table=False),
    Column("inputs", "Inputs and sources", Kind.ROWS, columns=INPUTS, table=False),
)


class _Explained(NamedTuple):
    """A record's number and customer, the policy version that decided it where it keeps one, and the rules' answers now."""

    ref: str
    name: str | None
    policy_id: int | None
    decisions: list[Decision[Any]]


def explain(context: Context, ref: str) -> dict[str, Any]:
    """The decisions on the record that the reference names: a customer, an opportunity, a quote, an order, an approval.

    Raises NotFound, Ambiguous. They are those of the policy in force, `policy_id`, which may be another than the one that
    decided the record.
    """
    number = fold(ref).upper()
    kind, ask = next((of[1:] for of in _KINDS if re.fullmatch(of[0], number)), ("customer", _customer))
    found = ask(context, ref)
    rows = [_row(decision) for decision in found.decisions]
    return {
        "ref": found.ref,
        "kind": kind,
        "name": found.name,
        "policy_id": context.policy_id,
        "decided_under": found.policy_id,
        "decisions": rows,
        "inputs": rows,
    }


def _row(decision: Decision[Any]) -> dict[str, Any]:
    return {
        "rule": decision.rule,
        "outcome": decision.outcome,
        "strength": decision.strength.value,
        "text": decision.message,
        "source": list(find(decision.rule).source),
        "facts": dict(decision.facts),
    }


def _customer(context: Context, ref: str) -> _Explained:
    found = customers.resolve(context, ref)
    return _Explained(found.code, found.name, None, customer_decisions.decisions(context, found.id))


def _quote(context: Context, ref: str, version: int | None = None) -> _Explained:
    row = quotes.show(context, ref, version)
    found = quote_decisions.decisions(context, row)
    return _Explained(
        row["number"], row["customer_name"], row["policy_id"], [*found, *_steps(context, row["approval"])]
    )


def _order(context: Context, ref: str) -> _Explained:
    row = orders.show(context, ref)
    found = _order_decisions(context, row["number"])
    return _Explained(
        row["number"],
        row["customer_name"],
        context.reader.value("SELECT policy_id FROM v_order WHERE number = :number", {"number": row["number"]}),
        [*found, *_steps(context, row["approval"])],
    )


def _order_decisions(context: Context, number: str) -> list[Decision[Any]]:
    """Its route. No limits are set and no payments are kept, so nothing is overdue."""
    order = orders.resolve(context, number)
    exposure = orders.exposure(context, order.customer_id, without=order.id)
    signed = context.reader.value("SELECT contract_number FROM v_order WHERE id = :id", {"id": order.id})
    return [
        contract_first(context.policy, total=order.total, signed=signed),
        order_approval(context.policy, total=order.total),
        credit_limit(context.policy, limit=None, exposure=exposure, order_total=order.total, overdue_days=0),
    ]


def _contract(context: Context, ref: str) -> _Explained:
    """Its terms, and whose approval it needs; what was decided."""
    row = contracts.show(context, ref)
    asked: list[Decision[Any]] = [
        contract_terms(present=[ContractTerm(term["name"]) for term in row["terms"]]),
        contract_approval(context.policy, amount=row["amount"]),
    ]
    return _Explained(row["number"], row["customer_name"], None, [*asked, *_steps(context, row["approval"])])


def _objection(context: Context, ref: str) -> _Explained:
    """What was asked for against the authority of who asked for it."""
    row = objections.show(context, ref)
    asked: list[Decision[Any]] = []
    if row["request"] is not None:
        roles = staff.roles(context, row["by"])
        asked.append(beyond_authority(context.policy, roles=roles, request=row["request"], discount=row["discount"]))
    return _Explained(row["number"], row["customer_name"], None, [*asked, *_steps(context, row["approval"])])


def _opportunity(context: Context, ref: str) -> _Explained:
    row = opportunity_page.show(context, ref)
    return _Explained(row["number"], row["customer_name"], None, [opportunity_page.age(context, row)])


def _price(context: Context, ref: str) -> _Explained:
    """A change of a product's price: it is about no customer."""
    row = price_decisions.show(context, ref)
    found = price_decisions.decisions(context, row)
    return _Explained(row["number"], None, None, [*found, *_steps(context, row["approval"])])


def _approval(context: Context, ref: str) -> _Explained:
    row = approvals.show(context, ref)
    kind, subject_ref = SubjectKind(row["subject_kind"]), row["subject_ref"]
    if kind is SubjectKind.QUOTE:
        version = quotes.version(context, approvals.subject_id(context, row["number"]))
        subject = _quote(context, subject_ref, version)
    else:
        subject = _SUBJECTS[kind](context, subject_ref)
    route = [decision for decision in subject.decisions if decision.rule not in _OF_STEPS]
    return subject._replace(ref=row["number"], decisions=[*route, *_steps(context, row)])


def _steps(context: Context, approval: Mapping[str, Any] | None) -> Iterator[Decision[Any]]:
    """What the rules say of each step that was decided or whose turn it is."""
    if approval is None:
        return
    local, now = context.clock.local, context.clock.local(context.clock.now())
    steps = context.reader.rows(
        "SELECT role, waiting_since, deadline_workdays, decision, decided_by, decided_at, comment, self_approved"
        " FROM v_approval_step WHERE number = :number AND waiting_since IS NOT NULL ORDER BY step",
        {"number": approval["number"]},
    )
    for step in steps:
        yield approval_deadline(
            context.policy,
            context.calendar,
            role=Role(step["role"]),
            waiting_since=local(from_db(step["waiting_since"])),
            decided=None if step["decided_at"] is None else local(from_db(step["decided_at"])),
            now=now,
            workdays=step["deadline_workdays"],
        )
        if step["decision"] is not None:
            yield _duties(context, step, approval["submitted_by"])
        if step["decision"] == StepDecision.REJECTED:
            yield rejection_reason(decision=StepDecision.REJECTED, reason=step["comment"])


def _duties(context: Context, step: Mapping[str, Any], submitter: str) -> Decision[None]:
    """Who decided against who submitted. Whoever decided on their own was the role's only holder then, whoever is one now."""
    decider, role = step["decided_by"], step["role"]
    holders = [decider] if step["self_approved"] else _holders(context, role)
    submitter = decider if step["self_approved"] else submitter
    return separation_of_duties(
        context.policy, approver=decider, submitter=submitter, role=Role(role), active_holders=holders
    )


def _holders(context: Context, role: str) -> list[str]:
    rows = context.reader.rows("SELECT login, roles FROM v_staff WHERE active")
    return [row["login"] for row in rows if role in (row["roles"] or "").split(",")]


_OF_STEPS: Final = frozenset(("approval-deadline", "separation-of-duties", "rejection-reason"))
_KINDS: Final[tuple[tuple[str, str, Callable[[Context, str], _Explained]], ...]] = (
    (r"Q\d{4}-\d{4,}", "quote", _quote),
    (r"DD\d{4}-\d{4,}", "order", _order),
    (r"YY\d{4}-\d{4,}", "objection", _objection),
    (r"SJ\d{4}-\d{4,}", "opportunity", _opportunity),
    (r"HT\d{4}-\d{4,}", "contract", _contract),
    (r"JG\d{4}-\d{4,}", "price", _price),
    (r"AP\d{4}-\d{4,}", "approval", _approval),
)
_SUBJECTS: Final = {
    SubjectKind.QUOTE: _quote,
    SubjectKind.ORDER: _order,
    SubjectKind.OBJECTION: _objection,
    SubjectKind.CONTRACT: _contract,
    SubjectKind.PRICE: _price,
}
