"""All that happened with one customer, the newest first, below what one has to know before a call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import Event
from salesflow.i18n import Message, msg
from salesflow.queries import contacts, customers, needs
from salesflow.queries.timeline_events import Entry, entries

ENTRY: Final[Columns] = (
    Column("at", "At", Kind.INSTANT),
    Column("kind", "What", Kind.CODE, labels="event"),
    Column("text", "Text", Kind.MESSAGE, flexible=True),
    Column("ref", "Reference"),
    Column("by", "By"),
)
_PLAN: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("due_on", "Due", Kind.DATE),
    Column("method", "Method", Kind.CODE, labels="method"),
    Column("focus", "Focus", flexible=True),
    Column("goal", "Goal", flexible=True),
    Column("support", "Support"),
    Column("rule", "Rule", table=False),
)
# Before a call the decision chain and what each cares about come before the e-mail address.
_ASIDE: Final = ("primary", "version")
_CONTACTS: Final = tuple(column._replace(table=column.key not in _ASIDE) for column in contacts.OF_CUSTOMER)
_HEADER: Final = (
    *(column for column in customers.COLUMNS if column.key not in ("recorded_at", "first_contact_at")),
    Column("need", "Need"),
    Column("remark", "Remark"),
    Column("former_codes", "Former codes", Kind.LIST),
    Column("archived_at", "Archived", Kind.INSTANT),
    Column("forgotten_at", "Personal data erased", Kind.INSTANT),
)
COLUMNS: Final[Columns] = (
    *_HEADER,
    Column("contacts", "Contacts", Kind.ROWS, columns=_CONTACTS),
    Column("plan", "Plan", Kind.ROWS, columns=_PLAN),
    Column("needs", "Needs", Kind.ROWS, columns=needs.NEED_COLUMNS),
    Column("entries", "Timeline", Kind.ROWS, columns=ENTRY),
)
_COMPUTED: Final = ("days_overdue", "former_codes")


class Timeline(NamedTuple):
    """The page as COLUMNS has it, how it is called, and how many older entries were left off."""

    row: dict[str, Any]
    title: Message
    left_off: int


def show(context: Context, customer_id: int, kinds: Collection[Event] = (), *, keep: int | None = None) -> Timeline:
    """A customer's page: what is kept of it, and what happened, of the given kinds alone if there are any.

    keep: how many entries are shown where the command line gives no limit.
    """
    own = {"id": customer_id}
    row = _header(context, own)
    found = entries(context, customer_id, kinds)
    limit = (keep if context.asked.limit is None else context.asked.limit) or len(found)
    row["contacts"] = contacts.of_customer(context, customer_id)
    row["plan"] = _plan(context, own)
    row["needs"] = needs.standing_on(context, customer_id)
    row["entries"] = [_shown(entry) for entry in found[:limit]]
    title = msg("{code} {name}, {date}", code=row["code"], name=row["name"], date=context.clock.today())
    return Timeline(row, title, max(0, len(found) - limit))


def _header(context: Context, own: dict[str, Any]) -> dict[str, Any]:
    names = ", ".join(column.key for column in _HEADER if column.key not in _COMPUTED)
    wanted = "recorded_at, first_contact_at"  # as every list of customers has them
    row = context.reader.one(f"SELECT {names}, {wanted} FROM v_customer WHERE id = :id", own)  # noqa: S608 - names of ours
    assert row is not None
    complete = customers.completed(context, row)
    former = context.reader.rows("SELECT code FROM v_customer_name WHERE merged_into_id = :id ORDER BY code", own)
    complete["former_codes"] = [one["code"] for one in former]
    return {column.key: complete[column.key] for column in _HEADER}


def _plan(context: Context, own: dict[str, Any]) -> Sequence[dict[str, Any]]:
    names = ", ".join(f'"{column.key}"' for column in _PLAN)
    return context.reader.rows(
        f"SELECT {names} FROM v_plan_item WHERE customer_id = :id AND state = 'pending' ORDER BY due_on, id",  # noqa: S608 - names of ours
        own,
    )


def _shown(entry: Entry) -> dict[str, Any]:
    return {"at": entry.at, "kind": entry.kind, "text": entry.text, "ref": entry.ref, "by": entry.by}
