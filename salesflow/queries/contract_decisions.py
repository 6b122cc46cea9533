"""What a contract gives away, measured as its quote is: for its approvers, and for whoever asks why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesflow.context import Context
from salesflow.enums import ContractTerm
from salesflow.queries import staff
from salesflow.rules.arithmetic import concessions
from salesflow.rules.authority import authority
from salesflow.rules.contracts import contract_approval, contract_terms
from salesflow.rules.decision import Decision
from salesflow.rules.quoting import Offered, amended, margin, review


def decisions(context: Context, row: Mapping[str, Any]) -> list[Decision[Any]]:
    """Every rule that applies to a contract (a row of queries.contracts.show): its terms, and whose approval it needs."""
    found: list[Decision[Any]] = [
        contract_terms(present=[ContractTerm(term["name"]) for term in row["terms"]]),
        contract_approval(context.policy, amount=row["amount"]),
    ]
    if _is_reduced(row):
        roles = staff.roles(context, _asker(row))
        found += review(context.policy, roles=roles, offered=_offered(context, row)).decisions
    return found


def measured(context: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    """The largest discount off the list prices, what its submitter may give alone, and the margin; basis points, None where
    the contract rests on no quote.
    """
    offered = _offered(context, row)
    largest = max((one.discount for one in concessions([one.line for one in offered])), default=0)
    return {
        "max_discount": largest if offered else None,
        "authority": authority(context.policy.discount_authority, staff.roles(context, _asker(row)))
        if offered
        else None,
        "margin": margin(offered) if offered else None,
    }


def _is_reduced(row: Mapping[str, Any]) -> bool:
    """Whether it is an amendment to less than what is in force."""
    in_force = [one["amount"] for one in row["revisions"] if one["revision"] == row["in_force"]]
    return bool(in_force) and row["quote_number"] is not None and row["amount"] < in_force[0]


def _asker(row: Mapping[str, Any]) -> str:
    """Who submitted it, or would."""
    approval = row["approval"]
    return str(row["owner"] if approval is None else approval["submitted_by"])


def _offered(context: Context, row: Mapping[str, Any]) -> list[Offered]:
    if row["quote_number"] is None:
        return []
    own = {"number": row["quote_number"], "version": row["quote_version"]}
    sql = "SELECT id, quote_discount, goods_total, total FROM v_quote WHERE number = :number AND version = :version"
    (quote,) = context.reader.rows(sql, own)
    lines = context.reader.rows("SELECT * FROM v_quote_line WHERE quote_id = :id ORDER BY line", {"id": quote["id"]})
    return amended(quote, lines, row["amount"])
