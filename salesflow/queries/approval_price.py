"""A price on the page of its approval. It is not changed: another one is set."""

from __future__ import annotations

from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.queries import prices
from salesflow.queries.approval_part import Asked, Part


def show(context: Context, asked: Asked) -> dict[str, Any]:
    """The price against the one that it follows on."""
    return prices.show(context, asked.ref)


PART: Final = Part(Column("price", "Price", Kind.RECORD, columns=prices.PAGE_COLUMNS, table=False), show)
