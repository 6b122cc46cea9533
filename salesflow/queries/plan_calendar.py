"""The plan as a calendar has it: one entry for each thing that is planned, however often its day was changed.

A change of day ends a plan item and makes another. A calendar must see one event that moved, so an entry stands for the
newest item of a chain: of those that were put off by hand, which share their first item, or of those that rule cadence
computed for a customer, of which there is one at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from salesflow.clock import from_db, to_db
from salesflow.context import Context
from salesflow.enums import PlanState
from salesflow.queries import system
from salesflow.queries.base import Where
from salesflow.rules.cadence import CADENCE

KEPT_DAYS: Final = 30  # so long an event that was cancelled is sent as cancelled
_FIELDS: Final = (
    "id, customer_id, customer_code, customer_name, due_on, method, focus, goal, state, rule, created_at, closed_at, "
    "origin_id, archived_at, owner"
)


class Entry(NamedTuple):
    """One event. `sequence` only grows, and does with each change of the day and with the end; `changed` is an instant."""

    uid: str
    sequence: int
    changed: datetime
    day: date
    cancelled: bool
    customer_code: str
    customer_name: str
    method: str | None
    focus: str | None
    goal: str | None
    owner: str
    contact: str | None
    phone_masked: str | None


def entries(context: Context, *, owner_id: int | None, days: int) -> list[Entry]:
    """What is planned up to so many days ahead, and what was cancelled lately; of one owner's customers or of everybody's."""
    today = context.clock.today()
    since = to_db(datetime(today.year, today.month, today.day, tzinfo=context.clock.zone) - timedelta(days=KEPT_DAYS))
    chains = _chains(_items(context, owner_id, since))
    horizon = (today + timedelta(days=days)).isoformat()
    shown = [chain for chain in chains if _is_shown(chain, horizon, since)]
    people = _people(context, [chain[-1]["customer_id"] for chain in shown])
    identity = system.identity(context)
    return [_entry(chain[-1], people, identity) for chain in shown]


def _items(context: Context, owner_id: int | None, since: str) -> list[dict[str, Any]]:
    """Plan items that are open, or were closed since; by their keys, so that the newest of a chain comes last."""
    where = Where().add("(state = :pending OR closed_at >= :since)", pending=PlanState.PENDING.value, since=since)
    if owner_id is not None:
        where.add("customer_id IN (SELECT id FROM v_customer_facts WHERE owner_id = :owner_id)", owner_id=owner_id)
    return context.reader.rows(f"SELECT {_FIELDS} FROM v_plan_item{where} ORDER BY id", where.parameters)  # noqa: S608 - names of ours


def _chains(items: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        found.setdefault(_chain(item), []).append(item)
    return list(found.values())


def _chain(item: dict[str, Any]) -> str:
    if item["rule"] == CADENCE:
        return f"next-{item['customer_code']}"
    return f"plan-{item['origin_id'] or item['id']}"


def _is_shown(chain: Sequence[dict[str, Any]], horizon: str, since: str) -> bool:
    """What is done is no plan any more; what moved beyond the horizon is told to those who had it before."""
    newest = chain[-1]
    if newest["archived_at"] is not None:
        return bool(newest["archived_at"] >= since) and newest["state"] != PlanState.DONE
    if newest["state"] == PlanState.PENDING:
        return newest["due_on"] <= horizon or len(chain) > 1
    return bool(newest["state"] == PlanState.CANCELLED)


def _entry(item: dict[str, Any], people: dict[int, dict[str, Any]], identity: str) -> Entry:
    ended = item["closed_at"] or item["archived_at"]
    person = people.get(item["customer_id"], {})
    return Entry(
        f"salesflow-{_chain(item)}@{identity}",
        2 * item["id"] + (ended is not None),
        from_db(ended or item["created_at"]),
        date.fromisoformat(item["due_on"]),
        ended is not None,
        contact=person.get("name"),
        phone_masked=person.get("phone_masked"),
        **{name: item[name] for name in ("customer_code", "customer_name", "method", "focus", "goal", "owner")},
    )


def _people(context: Context, customers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The primary contacts, by their customers."""
    from salesflow.queries.base import pieces

    found: dict[int, dict[str, Any]] = {}
    for piece in pieces(sorted(set(customers))):
        where = Where().add('"primary"').any_of("customer_id", piece)
        rows = context.reader.rows(
            f"SELECT customer_id, name, phone_masked FROM v_contact{where}",  # noqa: S608 - names of ours
            where.parameters,
        )
        found |= {row["customer_id"]: row for row in rows}
    return found
