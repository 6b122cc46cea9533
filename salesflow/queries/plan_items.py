"""Plan items by themselves: as they stand, and how they were moved from day to day."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries.base import Where
from salesflow.queries.followups import PLANS

MOVES: Final = (
    Column("from_on", "From", Kind.DATE),
    Column("to_on", "To", Kind.DATE),
    Column("reason", "Reason", flexible=True),
    Column("at", "At", Kind.INSTANT),
    Column("by", "By"),
)
PLAN: Final[Columns] = (*PLANS, Column("moves", "Moves", Kind.ROWS, columns=MOVES, table=False))
_FIELDS: Final = ", ".join(f'"{column.key}"' for column in PLANS)


def show(context: Context, item_id: int) -> dict[str, Any]:
    """One plan item, whatever its state, with the moves up to it. Raises NotFound."""
    (row,) = chosen(context, [item_id])
    return {**row, "moves": _moves(context, row)}


def chosen(context: Context, keys: Sequence[int]) -> list[dict[str, Any]]:
    """The plan items with these keys, the earliest first. Raises NotFound for one that is not there."""
    where = Where().any_of("id", keys)
    rows = context.reader.rows(
        f"SELECT {_FIELDS} FROM v_plan_item{where} ORDER BY due_on, id",  # noqa: S608 - names of ours
        where.parameters,
    )
    for key in set(keys) - {row["id"] for row in rows}:
        raise NotFound(
            msg("there is no plan item {id}", id=key), msg("see: salesflow followup list --plan"), code="unknown-plan"
        )
    return rows


def _moves(context: Context, item: dict[str, Any]) -> list[dict[str, Any]]:
    """How the item came to its day, the first move first: each ended one item, for a reason, and made the next."""
    if item["origin_id"] is None:
        return []
    chain = context.reader.rows(
        'SELECT due_on, reason, created_at, "by" FROM v_plan_item '
        "WHERE (id = :origin OR origin_id = :origin) AND id <= :id ORDER BY id",
        {"origin": item["origin_id"], "id": item["id"]},
    )
    return [
        {
            "from_on": before["due_on"],
            "to_on": after["due_on"],
            "reason": before["reason"],
            "at": after["created_at"],
            "by": after["by"],
        }
        for before, after in pairwise(chain)
    ]
