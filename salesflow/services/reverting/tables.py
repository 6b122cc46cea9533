"""The tables that refer to each other, and what stands in the way of removing a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Column, Table, delete, select

from salesflow.db.metadata import metadata
from salesflow.i18n import Message, msg

if TYPE_CHECKING:
    from datetime import datetime

    from salesflow.db.transaction import Transaction

_AT_ONCE: Final = 500
_REASONS: Final[Mapping[str, Message]] = {
    "attachment": msg("a file was attached since"),
    "contact": msg("its contacts were changed since"),
    "customer": msg("another customer was merged into it since"),
    "followup": msg("a follow-up was logged since"),
    "followup_correction": msg("a follow-up was corrected since"),
    "grading": msg("it was graded since"),
    "need": msg("a need was written down since"),
    "need_analysis": msg("its needs were analysed since"),
    "need_list": msg("a need was written down since"),
    "objection": msg("an objection was logged since"),
    "opportunity": msg("an opportunity was added since"),
    "owner_change": msg("it was assigned to another owner since"),
    "plan_item": msg("its plan was changed since"),
    "quote": msg("a quote was made since"),
    "sales_order": msg("an order was made since"),
    "stall_analysis": msg("a stall analysis was written since"),
}
EDITED: Final = msg("it was edited since")


class Run(NamedTuple):
    """The import that is taken back: its number, when it was, of what, and its file."""

    number: int
    at: datetime
    record: str
    file: str


def reason(table: str) -> Message:
    """Why a record stays to which a row of that table refers."""
    return _REASONS.get(table) or msg("{table} refers to it", table=table)


def table(name: str) -> Table:
    return metadata().tables[name]


def references(to: str) -> Iterator[tuple[Table, Column[Any]]]:
    """Every column that refers to a table's key: of whatever tables there are, so that none is forgotten."""
    for other in metadata().sorted_tables:
        for column in other.columns:
            if any(key.target_fullname == f"{to}.id" for key in column.foreign_keys):
                yield other, column


def pieces(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


def remove(work: Transaction, name: str, column: str, keys: Sequence[int]) -> None:
    """Remove the rows of a table whose column has one of the keys (a piece of them)."""
    if keys:
        found = table(name)
        work.session.execute(delete(found).where(found.c[column].in_(keys)))


def keys_of(work: Transaction, statement: Any) -> Iterable[int]:
    return work.session.execute(statement).scalars()


def corrected_followups(work: Transaction, run: Run) -> Iterator[tuple[str, Iterable[int]]]:
    """Customers with follow-ups of this import that were changed since or are referred to, by the table that says so."""
    followup, attachment = table("followup"), table("attachment")
    of_run = select(followup.c.customer_id).distinct().where(followup.c.import_id == run.number)
    yield "followup_correction", keys_of(work, of_run.where(followup.c.version != 1))
    for other, column in references("followup"):
        if other.name != "plan_item":  # what it fulfilled is looked at as a plan
            yield other.name, keys_of(work, of_run.join(other, column == followup.c.id))
    attached = (attachment.c.subject_kind == "followup") & (attachment.c.subject_id == followup.c.id)
    yield "attachment", keys_of(work, of_run.join(attachment, attached))
