"""Follow-ups as a list is exported: oldest first, read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple

from salesflow.context import Context
from salesflow.queries.base import KEYS_AT_ONCE, Where
from salesflow.queries.period import start_of

_FIELDS: Final = (
    "id", "customer_id", "customer_code", "customer_name", "at", "by", "method", "content", "feedback", "next", "contact",
    "scene", "resolved", "open_points", "risk", "progress",
)  # fmt: skip


class Exported(NamedTuple):
    """How many follow-ups, and the follow-ups, to be read once.

    The newest of each customer has its `status` and `next_follow_up_on`; in the others these are None.
    """

    total: int
    rows: Iterator[dict[str, Any]]


def exported(
    context: Context,
    *,
    customer_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    owner_id: int | None = None,
    by_id: int | None = None,
) -> Exported:
    """Follow-ups that happened from the first to the last day; None for no condition."""
    where = Where().equal(customer_id=customer_id, owner_id=owner_id, by_id=by_id)
    if first is not None:
        where.add("at >= :first", first=start_of(context, first))
    if last is not None:
        where.add("at < :after_last", after_last=start_of(context, last + timedelta(days=1)))
    count = context.reader.value(f"SELECT count(*) FROM v_followup{where}", where.parameters)  # noqa: S608 - names of ours
    return Exported(int(count), _rows(context, where))


def _rows(context: Context, where: Where) -> Iterator[dict[str, Any]]:
    names = ", ".join(f'"{name}"' for name in _FIELDS)
    sql = f"SELECT {names} FROM v_followup{where} ORDER BY at, id"  # noqa: S608 - names of ours
    stream = context.reader.stream(sql, where.parameters)
    while piece := list(islice(stream, KEYS_AT_ONCE)):
        newest = _newest(context, sorted({row["customer_id"] for row in piece}))
        for row in piece:
            yield {**row, **newest.get(row["id"], {"status": None, "next_follow_up_on": None})}


def _newest(context: Context, customers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What is to be said of customers now, by the key of the newest follow-up of each."""
    where = Where().any_of("id", customers)
    sql = (
        "SELECT status, next_follow_up_on, (SELECT id FROM v_followup WHERE customer_id = v_customer.id"  # noqa: S608 - names of ours
        f" ORDER BY at DESC, id DESC LIMIT 1) AS newest FROM v_customer{where}"
    )
    return {row.pop("newest"): row for row in context.reader.rows(sql, where.parameters)}
