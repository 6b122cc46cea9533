"""Why a change of a price waited for an approval or did not, and what its product costs today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesflow.context import Context
from salesflow.enums import SubjectKind
from salesflow.queries import approvals, prices, staff
from salesflow.rules.decision import Decision
from salesflow.rules.prices import Valid, price_approval


def show(context: Context, number: str) -> dict[str, Any]:
    """A change of a price with its approval. Raises NotFound."""
    row = prices.show(context, number)
    key = context.reader.value("SELECT id FROM v_price WHERE number = :number", {"number": row["number"]})
    return {**row, "approval": approvals.for_subject(context, SubjectKind.PRICE, key)}


def decisions(context: Context, row: Mapping[str, Any]) -> list[Decision[Any]]:
    """The rules on a change: whose approval it needs, and what holds today."""
    old = Valid(row["old_list_price"], row["old_floor_price"])
    new = Valid(row["list_price"], row["floor_price"])
    roles = staff.roles(context, row["by"])
    asked = price_approval(context.policy, sku=row["sku"], old=old, new=new, roles=roles)
    return [prices.valid_today(context, row["sku"]), asked]
