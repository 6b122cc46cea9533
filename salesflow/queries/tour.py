"""What the demonstration's tour points at: records that are worth a look."""

from __future__ import annotations

from typing import NamedTuple

from salesflow.context import Context


class Sights(NamedTuple):
    """A hot customer's code and its owner, and the number of a quote that waits for its approval; empty where there is none."""

    customer: str
    owner: str
    quote: str


def sights(context: Context) -> Sights:
    hot = context.reader.one("SELECT code, owner FROM v_customer WHERE status = 'hot' ORDER BY code LIMIT 1")
    found = (
        hot
        or context.reader.one("SELECT code, owner FROM v_customer ORDER BY code LIMIT 1")
        or {"code": "", "owner": ""}
    )
    quote = context.reader.value(
        "SELECT number FROM v_quote WHERE state = 'pending_approval' ORDER BY number DESC LIMIT 1"
    )
    return Sights(found["code"], found["owner"], quote or "")
