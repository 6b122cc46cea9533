"""A contract on the page of its approval."""

from __future__ import annotations

from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import ContractTerm
from salesflow.i18n import label, msg
from salesflow.money import display_money
from salesflow.queries import contracts
from salesflow.queries.approval_part import Asked, Part, edited

CONTRACT_COLUMNS = tuple(column for column in contracts.SHOW if column.key not in ("approval", "returned_because"))

_FIELDS: Final = {
    "title": msg("title"),
    "amount": msg("amount"),
    **{term.value: label("contractterm", term) for term in ContractTerm},
    "instalments": msg("the instalments"),
}


def show(context: Context, asked: Asked) -> dict[str, Any]:
    """The newest revision, with its terms and instalments."""
    return contracts.show(context, asked.ref)


def changed(context: Context, earlier: Asked | None, later: Asked) -> list[dict[str, Any]]:
    """What was edited or amended between two submissions, the amount as people read it."""
    return [
        {**row, **{side: _shown(row["field"], row[side]) for side in ("before", "after")}}
        for row in edited(_FIELDS)(context, earlier, later)
    ]


def _shown(field: str, value: Any) -> Any:
    return display_money(value) if field == "amount" and isinstance(value, int) else value


PART: Final = Part(
    Column("contract", "Contract", Kind.RECORD, columns=CONTRACT_COLUMNS, table=False), show, changed=changed
)
