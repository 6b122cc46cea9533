"""Why a record is as it is: every rule that applies to it now, asked again with the facts of the moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import SubjectKind
from salesflow.queries import (
    approvals,
    contract_decisions,
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
from salesflow.queries.explained import OF_STEPS, Explained, steps
from salesflow.rules.authority import beyond_authority
from salesflow.rules.contracts import contract_first
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


def explain(context: Context, ref: str) -> dict[str, Any]:
    """The decisions on the record that the reference names: a customer, or what has a number of one of `_KINDS`.

    Raises NotFound, Ambiguous. They are those of the policy in force, `policy_id`, which may be another than the one that
    decided the record.
    """
    number = fold(ref).upper()
    kind = next((one for one in _KINDS if re.fullmatch(one.number, number)), _Kind("customer", "", _customer))
    found = kind.ask(context, ref)
    rows = [_row(decision) for decision in found.decisions]
    return {
        "ref": found.ref,
        "kind": kind.name,
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


def _customer(context: Context, ref: str) -> Explained:
    found = customers.resolve(context, ref)
    return Explained(found.code, found.name, None, customer_decisions.decisions(context, found.id))


def _quote(context: Context, ref: str, version: int | None = None) -> Explained:
    row = quotes.show(context, ref, version)
    found = quote_decisions.decisions(context, row)
    return Explained(row["number"], row["customer_name"], row["policy_id"], [*found, *steps(context, row["approval"])])


def _order(context: Context, ref: str) -> Explained:
    row = orders.show(context, ref)
    found = _order_decisions(context, row["number"])
    return Explained(
        row["number"],
        row["customer_name"],
        context.reader.value("SELECT policy_id FROM v_order WHERE number = :number", {"number": row["number"]}),
        [*found, *steps(context, row["approval"])],
    )


def _order_decisions(context: Context, number: str) -> list[Decision[Any]]:
    """Its route. No limits are set and no payments are kept, so nothing is overdue."""
    order = orders.resolve(context, number)
    exposure = orders.exposure(context, order.customer_id, without=order.id)
    signed = context.reader.value(
        "SELECT contract.number FROM v_order JOIN v_contract contract ON contract.id = v_order.contract_id "
        "WHERE v_order.id = :id AND contract.state <> 'terminated'",
        {"id": order.id},
    )
    return [
        contract_first(context.policy, total=order.total, signed=signed),
        order_approval(context.policy, total=order.total),
        credit_limit(context.policy, limit=None, exposure=exposure, order_total=order.total, overdue_days=0),
    ]


def _contract(context: Context, ref: str) -> Explained:
    """Its terms, and whose approval it needs; what was decided."""
    row = contracts.show(context, ref)
    found = contract_decisions.decisions(context, row)
    return Explained(row["number"], row["customer_name"], None, [*found, *steps(context, row["approval"])])


def _objection(context: Context, ref: str) -> Explained:
    """What was asked for against the authority of who asked for it."""
    row = objections.show(context, ref)
    asked: list[Decision[Any]] = []
    if row["request"] is not None:
        roles = staff.roles(context, row["by"])
        asked.append(beyond_authority(context.policy, roles=roles, request=row["request"], discount=row["discount"]))
    return Explained(row["number"], row["customer_name"], None, [*asked, *steps(context, row["approval"])])


def _opportunity(context: Context, ref: str) -> Explained:
    row = opportunity_page.show(context, ref)
    return Explained(row["number"], row["customer_name"], None, [opportunity_page.age(context, row)])


def _price(context: Context, ref: str) -> Explained:
    """A change of a product's price: it is about no customer."""
    row = price_decisions.show(context, ref)
    found = price_decisions.decisions(context, row)
    return Explained(row["number"], None, None, [*found, *steps(context, row["approval"])])


def _approval(context: Context, ref: str) -> Explained:
    row = approvals.show(context, ref)
    if row["subject_kind"] == SubjectKind.QUOTE:  # the version that was asked for, not the newest
        version = quotes.version(context, approvals.subject_id(context, row["number"]))
        subject = _quote(context, row["subject_ref"], version)
    else:
        ask = next(kind.ask for kind in _KINDS if kind.name == row["subject_kind"])
        subject = ask(context, row["subject_ref"])
    route = [decision for decision in subject.decisions if decision.rule not in OF_STEPS]
    return subject._replace(ref=row["number"], decisions=[*route, *steps(context, row)])


Ask = Callable[[Context, str], Explained]


class _Kind(NamedTuple):
    """What can be explained: its kind, the form of its numbers, who explains it."""

    name: str
    number: str
    ask: Ask


_KINDS: Final = (
    _Kind("quote", r"Q\d{4}-\d{4,}", _quote),
    _Kind("order", r"DD\d{4}-\d{4,}", _order),
    _Kind("objection", r"YY\d{4}-\d{4,}", _objection),
    _Kind("opportunity", r"SJ\d{4}-\d{4,}", _opportunity),
    _Kind("contract", r"HT\d{4}-\d{4,}", _contract),
    _Kind("price", r"JG\d{4}-\d{4,}", _price),
    _Kind("approval", r"AP\d{4}-\d{4,}", _approval),
)
"""A line for each kind of record; a customer has no number of its own form."""
