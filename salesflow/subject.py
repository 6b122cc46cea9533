"""What a reference names, whatever it is: a customer, a quote, an order, an approval, a follow-up."""

from __future__ import annotations

from typing import NamedTuple


class Subject(NamedTuple):
    """One record: its kind ("quote"), its key, the reference that people use, and whose it is (None: no customer's)."""

    kind: str
    id: int
    ref: str
    customer_id: int | None


FOLLOWUP_PREFIX = "F"


def of_followup(followup_id: int, customer_id: int) -> Subject:
    """A follow-up, which has no number of its own form: F12."""
    return Subject("followup", followup_id, f"{FOLLOWUP_PREFIX}{followup_id}", customer_id)
