"""Removing the customers that an import made, unless something was done with them since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, Table, or_, select

from salesflow.i18n import Message
from salesflow.services.reverting.tables import (
    EDITED,
    Run,
    corrected_followups,
    keys_of,
    pieces,
    reason,
    references,
    remove,
    table,
)

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

# Children before the customer. Status and grade are changed together with the customer's version.
_OWN: Final = ("customer_tag", "plan_item", "followup", "contact", "status_change", "grade_change")
_WITH_VERSION: Final = ("customer_tag", "status_change", "grade_change")


def remove_created(work: Transaction, run: Run, left: dict[int, Message]) -> int:
    """Remove the untouched ones; gives how many. `left` gets the others with the reason."""
    customer = table("customer")
    expected = _versions(work, run)
    found = select(customer.c.id, customer.c.code, customer.c.version, customer.c.archived_at).where(
        customer.c.import_id == run.number
    )
    codes: dict[int, str] = {}
    for key, code, version, archived_at in work.session.execute(found.order_by(customer.c.id)):
        codes[key] = code
        if version != expected.get(key, 1) or archived_at is not None:
            left[key] = EDITED
    for name, keys in _touched(work, run):
        for key in keys:
            if key in codes:
                left.setdefault(key, reason(name))
    untouched = [key for key in codes if key not in left]
    for piece in pieces(untouched):
        for name in _OWN:
            remove(work, name, "customer_id", piece)
        remove(work, "customer", "id", piece)
        for key in piece:
            work.audit("customer.revert", "customer", codes[key], after={"import": run.number})
        work.write_audit()
    return len(untouched)


def _versions(work: Transaction, run: Run) -> dict[int, int]:
    """The versions that the import left customers of its own with, where it changed them once more."""
    change = table("import_change")
    found = select(change.c.record_id, change.c.version).where(
        change.c.import_id == run.number, change.c.record_kind == "customer"
    )
    return {row[0]: row[1] for row in work.session.execute(found)}


def _touched(work: Transaction, run: Run) -> Iterator[tuple[str, Iterable[int]]]:
    """For each table the customers of this import that have a row in it which did not come with the import."""
    customer = table("customer")
    for other, column in references("customer"):
        if other.name not in _WITH_VERSION:
            source, own = (other, column) if other is not customer else _again(other, column)
            found = select(own).distinct().select_from(source.join(customer, customer.c.id == own))
            since = _since(other, run)
            yield (
                other.name,
                keys_of(work, found.where(customer.c.import_id == run.number, *([] if since is None else [since]))),
            )
    yield from corrected_followups(work, run)


def _again(customer: Table, column: Column[Any]) -> tuple[Any, Any]:
    """The customers once more, as those that refer to customers."""
    others = customer.alias("other")
    return others, others.c[column.name]


def _since(other: Table, run: Run) -> Any:
    """Which rows did not come with the import; None for all."""
    columns = other.c
    if other.name == "contact":
        return or_(columns.version != 1, columns.removed_at.is_not(None), columns.created_at != run.at)
    if other.name == "plan_item":
        foreign = or_(columns.import_id.is_(None), columns.import_id != run.number)
        return or_(foreign, columns.closed_at.is_not(None) & (columns.closed_at != run.at))
    if other.name == "followup":
        return or_(columns.import_id.is_(None), columns.import_id != run.number)
    return None
