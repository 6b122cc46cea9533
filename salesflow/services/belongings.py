"""What belongs to a customer: found by the foreign keys of the schema itself, so that a table added later is never forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, Table, delete, func, select, update

from salesflow.db.metadata import metadata
from salesflow.enums import Belonging

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

HISTORIES: Final = frozenset(("status_change", "grade_change", "grading", "owner_change"))
"""How a file came to its own status, grade and owner: that stays with the file, whose fields it tells of."""

_KINDS: Final[Mapping[str, str]] = {
    "customer": Belonging.FORMER_CODE,
    "customer_tag": Belonging.TAG,
    "plan_item": Belonging.PLAN,
    "sales_order": Belonging.ORDER,
}
_CUSTOMER: Final = "customer"


def of_customers() -> Iterator[Column[Any]]:
    """The columns that say to which customer a record belongs, the histories' left out."""
    return (column for column in _referring("customer.id") if column.table.name not in HISTORIES)


def counted(work: Transaction, customer_id: int) -> dict[str, int]:
    """How many records of each kind a customer has; kinds of which it has none are left out."""
    work.session.flush()
    found: dict[str, int] = {}
    for column in of_customers():
        wanted = select(func.count()).select_from(column.table).where(column == customer_id)
        if "removed_at" in column.table.c:
            wanted = wanted.where(column.table.c.removed_at.is_(None))
        name = column.table.name
        found[str(_KINDS.get(name, name))] = work.session.execute(wanted).scalar_one()
    order = [kind.value for kind in Belonging]
    known = sorted(found, key=lambda kind: order.index(kind) if kind in order else len(order))
    return {kind: found[kind] for kind in known if found[kind]}


def move(work: Transaction, source_id: int, target_id: int, target_code: str) -> None:
    """Give all that belongs to one customer to another one. What that one has in the same way already, such as a tag, ends."""
    work.session.flush()
    for column in of_customers():
        _drop_twins(work, column, source_id, target_id)
        _point(work, column, source_id, target_id)
    for table in _about_records():
        about = {"subject_id": target_id} | ({"subject_ref": target_code} if "subject_ref" in table.c else {})
        of_source = (table.c.subject_kind == _CUSTOMER) & (table.c.subject_id == source_id)
        work.session.execute(update(table).where(of_source).values(about))


def replace_contact(work: Transaction, source_id: int, target_id: int) -> None:
    """Let all that names one contact name another one."""
    work.session.flush()
    for column in _referring("contact.id"):
        _point(work, column, source_id, target_id)


def _referring(target: str) -> Iterator[Column[Any]]:
    for table in metadata().tables.values():
        for column in table.columns:
            if any(key.target_fullname == target for key in column.foreign_keys):
                yield column


def _about_records() -> Iterator[Table]:
    """The tables that name a record of any kind without a foreign key."""
    return (table for table in metadata().tables.values() if {"subject_kind", "subject_id"} <= set(table.c.keys()))


def _point(work: Transaction, column: Column[Any], source_id: int, target_id: int) -> None:
    work.session.execute(update(column.table).where(column == source_id).values({column.name: target_id}))


def _drop_twins(work: Transaction, column: Column[Any], source_id: int, target_id: int) -> None:
    """Where the customer is a part of the key, the other customer's row is there already."""
    table = column.table
    rest = [part.name for part in table.primary_key.columns if part is not column]
    if not column.primary_key or not rest:
        return
    twin = table.alias()
    same = [twin.c[name] == table.c[name] for name in rest]
    there = select(1).where(twin.c[column.name] == target_id, *same).exists()
    work.session.execute(delete(table).where(column == source_id, there))
