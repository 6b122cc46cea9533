"""Customers as a list is exported: whole, with all their contacts, read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from salesflow.context import Context
from salesflow.enums import Status
from salesflow.queries.base import KEYS_AT_ONCE, Where
from salesflow.queries.customers import Filter, conditions

_FIELDS: Final = (
    "id", "code", "name", "kind", "industry", "size", "region", "address", "source", "source_detail", "first_contact_at",
    "need", "budget_consent", "grade", "status", "tags", "owner", "owner_name", "remark",
)  # fmt: skip
_CONTACT: Final = "id, customer_id, name, title, role, concern, phone_masked, email_masked, wechat_masked"


class Exported(NamedTuple):
    """How many customers, how many contacts one of them has at most, and the customers, to be read once.

    A row has the fields of a customer; `loss_reason`; `contacts`, the primary one first, with masked values.
    """

    total: int
    most_contacts: int
    rows: Iterator[dict[str, Any]]


def exported(context: Context, wanted: Filter | None = None) -> Exported:
    """The customers that are wanted, by code. Raises NotFound for an owner or a tag that is not there."""
    where = conditions(context, wanted or Filter())
    chosen = f"SELECT id FROM v_customer{where}"  # noqa: S608 - names of ours
    count = context.reader.value(f"SELECT count(*) FROM ({chosen})", where.parameters)  # noqa: S608 - names of ours
    most = context.reader.value(
        f"SELECT max(number) FROM (SELECT count(*) AS number FROM v_contact WHERE customer_id IN ({chosen})"  # noqa: S608 - names of ours
        " GROUP BY customer_id)",
        where.parameters,
    )
    return Exported(int(count), int(most or 0), _rows(context, where))


def _rows(context: Context, where: Where) -> Iterator[dict[str, Any]]:
    sql = f"SELECT {', '.join(_FIELDS)} FROM v_customer{where} ORDER BY code"  # noqa: S608 - names of ours
    stream = context.reader.stream(sql, where.parameters)
    while piece := list(islice(stream, KEYS_AT_ONCE)):
        people, losses = _contacts(context, piece), _losses(context, piece)
        for row in piece:
            tags = sorted(tag for tag in (row["tags"] or "").split(",") if tag)
            yield {**row, "tags": tags, "loss_reason": losses.get(row["id"]), "contacts": people.get(row["id"], [])}


def _contacts(context: Context, piece: Sequence[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    where = Where().any_of("customer_id", [row["id"] for row in piece])
    sql = f'SELECT {_CONTACT}, "primary" FROM v_contact{where} ORDER BY customer_id, "primary" DESC, id'  # noqa: S608 - names of ours
    found: dict[int, list[dict[str, Any]]] = {}
    for row in context.reader.stream(sql, where.parameters):
        found.setdefault(row["customer_id"], []).append(row)
    return found


def _losses(context: Context, piece: Sequence[dict[str, Any]]) -> dict[int, str | None]:
    """Why the lost ones were lost, when they were the last time."""
    lost = [row["id"] for row in piece if row["status"] == Status.LOST]
    if not lost:
        return {}
    where = Where().any_of("customer_id", lost).equal(to_status=Status.LOST.value)
    sql = f"SELECT customer_id, loss_reason FROM v_status_change{where} ORDER BY id"  # noqa: S608 - names of ours
    return {row["customer_id"]: row["loss_reason"] for row in context.reader.stream(sql, where.parameters)}
