"""An objection on the page of its approval."""

from __future__ import annotations

from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.queries import objections
from salesflow.queries.approval_part import Asked, Part


def show(context: Context, asked: Asked) -> dict[str, Any]:
    """What the customer said and what is asked for."""
    return objections.show(context, asked.ref)


PART: Final = Part(Column("objection", "Objection", Kind.RECORD, columns=objections.COLUMNS, table=False), show)
