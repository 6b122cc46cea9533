"""Customers as they are listed, shown and referred to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import Grade, Source, Status
from salesflow.errors import Ambiguous, NotFound
from salesflow.i18n import msg
from salesflow.queries.base import Page, Where, fill, page
from salesflow.text import fold

COLUMNS: Final = (
    Column("code", "Code"),
    Column("name", "Name", flexible=True),
    Column("kind", "Kind", Kind.CODE, labels="kind", table=False),
    Column("industry", "Industry", Kind.CODE, labels="industry", table=False),
    Column("region", "Region", table=False),
    Column("source", "Source", Kind.CODE, labels="source", table=False),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("status", "Status", Kind.CODE, labels="status"),
    Column("owner", "Owner"),
    Column("tags", "Tags", Kind.LIST, table=False),
    Column("first_contact_at", "First contact", Kind.INSTANT, table=False),
    Column("recorded_at", "Recorded", Kind.INSTANT, table=False),
    Column("last_contact_on", "Last contact", Kind.DATE),
    Column("last_progress_on", "Last progress", Kind.DATE, table=False),
    Column("next_follow_up_on", "Next follow-up", Kind.DATE),
    Column("days_overdue", "Days overdue", Kind.INTEGER, order="-next_follow_up_on", urgent=True),
)

MOST_CANDIDATES: Final = 8
_REF_FIELDS: Final = "id, code, name, owner_id, grade, status"


class CustomerRef(NamedTuple):
    """What a reference to a customer stands for."""

    id: int
    code: str
    name: str
    owner_id: int
    grade: Grade | None
    status: Status


def resolve(context: Context, ref: str) -> CustomerRef:
    """The customer that is meant by its code, its exact name, or a part of its name that no other has.

    Archived customers answer to their code alone. Raises NotFound, or Ambiguous with up to 8 candidates.
    """
    wanted = fold(ref)
    by_code = _found(context, "code = :code", code=wanted.upper())
    if by_code:
        return _ref(by_code[0])
    named = _found(context, "name_folded = :name AND archived_at IS NULL", name=wanted) if wanted else []
    if not named and wanted:
        named = _found(context, "name_folded LIKE :part ESCAPE '!' AND archived_at IS NULL", part=f"%{_escaped(wanted)}%")
    if not named:
        raise NotFound(
            msg("there is no customer {ref}", ref=ref),
            msg("give a code, the exact name or a part of it; see: salesflow customer list"),
            code="unknown-customer",
        )
    if len(named) > 1:
        raise _ambiguous(ref, named)
    return _ref(named[0])


def _found(context: Context, condition: str, **parameters: str) -> list[dict[str, Any]]:
    """The first customers of whom the condition holds, one more than are listed; it must name few columns of one index."""
    return context.reader.rows(
        f"SELECT {_REF_FIELDS} FROM v_customer_name WHERE {condition} ORDER BY name_folded, code LIMIT {MOST_CANDIDATES + 1}",  # noqa: S608 - names of ours
        parameters,
    )


def _ref(row: Mapping[str, Any]) -> CustomerRef:
    grade = None if row["grade"] is None else Grade(row["grade"])
    return CustomerRef(row["id"], row["code"], row["name"], row["owner_id"], grade, Status(row["status"]))


def _ambiguous(ref: str, found: Sequence[Mapping[str, Any]]) -> Ambiguous:
    candidates = [f"{row['code']} {row['name']}" for row in found[:MOST_CANDIDATES]]
    hint = msg("give the code of one of them: {candidates}", candidates=candidates)
    if len(found) > MOST_CANDIDATES:
        hint = msg("give the code of one of them: {candidates} …", candidates=candidates)
    return Ambiguous(msg("{ref} means more than one customer", ref=ref), hint, details={"candidates": candidates})


def _escaped(part: str) -> str:
    """A text as it stands, for LIKE with the escape character '!'."""
    return part.replace("!", "!!").replace("%", "!%").replace("_", "!_")
