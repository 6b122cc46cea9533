"""What the demonstration's tour points at: records that are worth a look."""

from __future__ import annotations

from typing import NamedTuple

from salesflow.context import Context


class Sights(NamedTuple):
    """A customer, hot if there is such a one, and its owner; the number of a quote that waits for its approval, if any."""

    customer: str
    owner: str
    quote: str | None


def sights(context: Context) -> Sights:
    """What there is to see in a database that has customers."""
    customer = context.reader.one("SELECT code, owner FROM v_customer ORDER BY status <> 'hot', code LIMIT 1")
    assert customer is not None
    quote = context.reader.value(
        "SELECT subject_ref FROM v_approval WHERE state = 'pending' AND subject_kind = 'quote' ORDER BY id DESC LIMIT 1"
    )
    return Sights(customer["code"], customer["owner"], quote)
