"""Which customers are to be assigned, and how an assignment is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.clock import to_db
from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import Grade, Status
from salesflow.queries import handover, staff
from salesflow.queries.base import Where

if TYPE_CHECKING:
    from salesflow.i18n import Message

COLUMNS: Final[Columns] = (
    Column("code", "Code"),
    Column("name", "Customer", flexible=True),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("status", "Status", Kind.CODE, labels="status", table=False),
    Column("from_owner", "From"),
    Column("to_owner", "To"),
    Column("why", "Why", Kind.MESSAGE, flexible=True),
    Column("rule", "Rule", table=False),
    Column("first_contact_by", "First contact by", Kind.INSTANT, table=False),
    Column("first_contact", "First contact", Kind.MESSAGE, table=False),
)
RUN: Final[Columns] = (
    Column("dry_run", "Only tried", Kind.FLAG),
    Column("assigned", "Assigned", Kind.INTEGER),
    Column("rows", "Customers", Kind.ROWS, columns=COLUMNS),
    Column("obligations", "Obligations", Kind.ROWS, columns=handover.COLUMNS),
)


class Selection(NamedTuple):
    """Open customers: of one owner (a login), of any of the grades, in a region."""

    owner: str | None = None
    grades: tuple[Grade, ...] = ()
    region: str | None = None


def chosen(context: Context, wanted: Selection) -> list[int]:
    """The keys of the open customers that are chosen. Raises NotFound for an unknown owner."""
    where = Where().add("archived_at IS NULL").any_of("status", [one.value for one in Status if one.is_open])
    if wanted.owner is not None:
        where.equal(owner_id=staff.staff_id(context, wanted.owner, everybody=True))
    where.any_of("grade", [grade.value for grade in wanted.grades])
    where.equal(region=None if wanted.region is None else wanted.region.strip().upper())
    sql = f"SELECT id FROM v_customer{where} ORDER BY id"  # noqa: S608 - names of ours
    return [int(row["id"]) for row in context.reader.rows(sql, where.parameters)]


def rows(context: Context, assigned: Iterable[Any]) -> list[dict[str, Any]]:
    """What a service assigned, as COLUMNS has it. Somebody who has open customers has a deadline for the first contact."""
    logins = {row["id"]: row["login"] for row in context.reader.rows("SELECT id, login FROM v_staff")}
    return [
        {
            "code": one.code,
            "name": one.name,
            "grade": one.grade,
            "status": one.status,
            "from_owner": logins[one.from_id],
            "to_owner": one.to.login,
            "why": None if one.why is None else one.why.message,
            "rule": None if one.why is None else one.why.rule,
            "first_contact_by": to_db(one.first_contact.value) if one.status.is_open else None,
            "first_contact": _told(one),
        }
        for one in assigned
    ]


def _told(one: Any) -> Message | None:
    message: Message = one.first_contact.message
    return message if one.status.is_open else None
