"""Opportunities as they are listed and shown."""

from __future__ import annotations

from typing import NamedTuple

from salesflow.context import Context
from salesflow.enums import OpportunityStage
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.text import fold


class OpportunityRef(NamedTuple):
    """An opportunity, as another record refers to it."""

    id: int
    number: str
    customer_id: int
    stage: OpportunityStage


def resolve(context: Context, ref: str) -> OpportunityRef:
    """The opportunity that a person names by its number, in any case. Raises NotFound."""
    row = context.reader.one(
        "SELECT id, number, customer_id, state FROM v_opportunity WHERE number = :number", {"number": fold(ref).upper()}
    )
    if row is None:
        raise NotFound(
            msg("there is no opportunity {number}", number=ref),
            msg("see: salesflow opportunity list"),
            code="unknown-opportunity",
        )
    return OpportunityRef(row["id"], row["number"], row["customer_id"], OpportunityStage(row["state"]))
