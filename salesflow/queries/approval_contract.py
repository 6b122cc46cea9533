"""A contract on the page of its approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import ContractTerm, InstalmentEvent
from salesflow.i18n import label, msg
from salesflow.money import display_money, display_percent
from salesflow.queries import contract_decisions, contracts
from salesflow.queries.approval_part import Asked, edited
from salesflow.queries.approval_part import Part as PagePart
from salesflow.rules.instalments import Part, typed

CONTRACT_COLUMNS = (
    *(column for column in contracts.SHOW if column.key not in ("approval", "returned_because")),
    Column("max_discount", "Largest discount", Kind.PERCENT),
    Column("authority", "Submitter's authority", Kind.PERCENT),
    Column("margin", "Margin", Kind.PERCENT),
)

_FIELDS: Final = {
    "title": msg("title"),
    "amount": msg("amount"),
    **{term.value: label("contractterm", term) for term in ContractTerm},
    "instalments": msg("the instalments"),
    "splits": msg("the commission splits"),
}


def show(context: Context, asked: Asked) -> dict[str, Any]:
    """The newest revision, with its terms and instalments, and what it gives away."""
    row = contracts.show(context, asked.ref)
    return {**row, **contract_decisions.measured(context, row)}


def changed(context: Context, earlier: Asked | None, later: Asked) -> list[dict[str, Any]]:
    """What was edited since the earlier round, the amount as people read it; of an amendment's first round what it amends."""
    newest = context.reader.rows(
        "SELECT contract.revision, contract.in_force, revision.made_at FROM v_contract contract "
        "JOIN v_contract_revision revision ON revision.contract_id = contract.id AND revision.revision = contract.revision "
        "WHERE contract.id = :id",
        {"id": later.id},
    )[0]
    if earlier is None or _submitted(context, earlier) < newest["made_at"]:
        rows = _amended(context, later.ref, newest["in_force"])
    else:
        rows = edited(_FIELDS)(context, earlier, later)
    return [{**row, **{side: _shown(row["field"], row[side]) for side in ("before", "after")}} for row in rows]


def _submitted(context: Context, asked: Asked) -> str:
    sql = "SELECT submitted_at FROM v_approval WHERE number = :number"
    return str(context.reader.value(sql, {"number": asked.number}))


def _amended(context: Context, number: str, in_force: int | None) -> list[dict[str, Any]]:
    """What differs from the revision in force, if there is one."""
    if in_force is None:
        return []
    before, after = (_content(contracts.show(context, number, revision)) for revision in (in_force, None))
    return [
        {"field": name, "what": what, "before": before.get(name), "after": after.get(name)}
        for name, what in _FIELDS.items()
        if before.get(name) != after.get(name)
    ]


def _content(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a contract, as the audit trail has them."""
    parts = [
        Part(
            part["share"],
            InstalmentEvent(part["event"]),
            part["days"],
            date.fromisoformat(part["due_on"]) if part["event"] == InstalmentEvent.DATE else None,
        )
        for part in row["instalments"]
    ]
    return {
        "title": row["title"],
        "amount": row["amount"],
        **{term["name"]: term["text"] for term in row["terms"]},
        "instalments": ", ".join(typed(part) for part in parts),
        "splits": ", ".join(f"{one['login']}:{display_percent(one['share'])}" for one in row["splits"]),
    }


def _shown(field: str, value: Any) -> Any:
    return display_money(value) if field == "amount" and isinstance(value, int) else value


PART: Final = PagePart(
    Column("contract", "Contract", Kind.RECORD, columns=CONTRACT_COLUMNS, table=False), show, changed=changed
)
