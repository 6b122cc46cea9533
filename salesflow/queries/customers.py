"""Customers as they are listed and referred to. What there is of a single one: `customer_file`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from salesflow.clock import to_db
from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import Grade, Source, Status
from salesflow.errors import Ambiguous, NotFound
from salesflow.i18n import msg
from salesflow.queries import staff as staff_queries
from salesflow.queries.base import Page, Where, page
from salesflow.rules.decision import Decision, Strength
from salesflow.text import fold, nearest

COLUMNS: Final = (
    Column("code", "Code"),
    Column("name", "Customer name", flexible=True),
    Column("kind", "Kind", Kind.CODE, labels="kind", table=False),
    Column("industry", "Industry", Kind.CODE, labels="industry", table=False),
    Column("region", "Region", table=False),
    Column("source", "Lead source", Kind.CODE, labels="source", table=False),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("status", "Status", Kind.CODE, labels="status"),
    Column("owner", "Owner"),
    Column("tags", "Tags", Kind.LIST, table=False),
    Column("first_contact_at", "First contact", Kind.INSTANT, table=False),
    Column("recorded_at", "Recorded", Kind.INSTANT, table=False),
    Column("next_follow_up_on", "Next follow-up", Kind.DATE),
    Column("days_overdue", "Late by", Kind.INTEGER, order="-next_follow_up_on", urgent=True),
    Column("last_contact_on", "Last contact", Kind.DATE),
    Column("last_progress_on", "Last progress", Kind.DATE, table=False),
)

_OPEN: Final = tuple(status for status in Status if status.is_open)
Days = tuple[date | None, date | None]


class Filter(NamedTuple):
    """Which customers are wanted: every field that is given must hold; of several values in one field, one must.

    stale: open, and without progress for as long as rule stale-downgrade or stall-analysis allows. created, due: first
    and last business day, either may be open. archived: the archived ones instead of the others.
    """

    grades: Sequence[Grade] = ()
    statuses: Sequence[Status] = ()
    owners: Sequence[str] = ()
    regions: Sequence[str] = ()
    industries: Sequence[str] = ()
    tags: Sequence[str] = ()
    sources: Sequence[Source] = ()
    stale: bool = False
    created: Days = (None, None)
    due: Days = (None, None)
    archived: bool = False


def listed(context: Context, wanted: Filter | None = None, *, keep: int | None = None) -> Page:
    """Customers by code. Raises NotFound for an owner or a tag that is not there."""
    where = conditions(context, wanted or Filter())
    found = page(
        context, "v_customer", COLUMNS, where, order="code", computed=("days_overdue",), keep=keep, by_key=True
    )
    return Page([completed(context, row) for row in found.rows], found.more)


def by_code(context: Context, codes: Sequence[str]) -> list[dict[str, Any]]:
    """A few customers as they are listed, by code."""
    names = ", ".join(column.key for column in COLUMNS if column.key != "days_overdue")
    where = Where().any_of("code", codes)
    rows = context.reader.rows(f"SELECT {names} FROM v_customer{where} ORDER BY code", where.parameters)  # noqa: S608 - names of ours
    return [completed(context, row) for row in rows]


def completed(context: Context, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the view with its computed fields, in the columns' order; what else the row has follows."""
    due = row["next_follow_up_on"]
    late = 0 if due is None else max(0, (context.clock.today() - date.fromisoformat(due)).days)
    complete = {**row, "tags": sorted(tag for tag in (row["tags"] or "").split(",") if tag), "days_overdue": late}
    keys = [column.key for column in COLUMNS]
    return {key: complete[key] for key in (*keys, *(name for name in row if name not in keys))}


def conditions(context: Context, wanted: Filter) -> Where:
    """What holds of the customers that are wanted, in terms of v_customer. Raises as `listed` does."""
    where = Where().add(f"archived_at IS {'NOT ' if wanted.archived else ''}NULL")
    where.any_of("grade", [grade.value for grade in wanted.grades])
    where.any_of("status", [status.value for status in wanted.statuses])
    where.any_of("owner_id", [_owner_id(context, login) for login in wanted.owners])
    where.any_of("region", [region.strip().upper() for region in wanted.regions])
    where.any_of("industry", wanted.industries)
    where.any_of("source", [source.value for source in wanted.sources])
    _tagged(context, where, wanted.tags)
    if wanted.stale:
        _stale(context, where)
    first, last = wanted.created
    if first is not None:
        where.add("recorded_at >= :created_first", created_first=_start(context, first))
    if last is not None:
        where.add("recorded_at < :created_end", created_end=_start(context, last + timedelta(days=1)))
    return where.between("next_follow_up_on", *(None if day is None else day.isoformat() for day in wanted.due))


def _owner_id(context: Context, login: str) -> int:
    """Also of one who left: customers may still be theirs."""
    found = context.reader.value("SELECT id FROM v_staff WHERE login = :login", {"login": login})
    if found is None:
        raise staff_queries.unknown(context, login)
    return int(found)


def _tagged(context: Context, where: Where, tags: Sequence[str]) -> None:
    if not tags:
        return
    known = {row["name_norm"]: row for row in context.reader.rows("SELECT id, name, name_norm FROM v_tag")}
    wanted = {fold(tag): tag for tag in tags}
    for norm, tag in wanted.items():
        if norm not in known:
            close = nearest(norm, known)
            hint = msg("the tags that are used: {tags}", tags=sorted(row["name"] for row in known.values()))
            if close is not None:
                hint = msg("did you mean {name}?", name=known[close]["name"])
            raise NotFound(msg("there is no tag {tag}", tag=tag), hint, code="unknown-tag")
    inner = Where().any_of("tag_id", [known[norm]["id"] for norm in wanted])
    where.add(f"id IN (SELECT customer_id FROM v_customer_tag{inner})", **inner.parameters)  # noqa: S608 - names of ours


def _stale(context: Context, where: Where) -> None:
    """Days without progress count from the last progress, else from the first contact, as in rule stale-downgrade."""
    falls, stalls = context.policy.stale_downgrade, context.policy.stall_analysis
    limits = []
    for name, days, grade in (("falls", falls.days, falls.grade.value), ("stalls", stalls.days, None)):
        if days:
            day = context.clock.today() - timedelta(days=days)
            since = (
                f"(last_progress_on <= :{name}_day OR (last_progress_on IS NULL AND first_contact_at < :{name}_end))"
            )
            limits.append(since if grade is None else f"(grade = :{name}_grade AND {since})")
            where.parameters |= {
                f"{name}_day": day.isoformat(),
                f"{name}_end": _start(context, day + timedelta(days=1)),
            }
            where.parameters |= {} if grade is None else {f"{name}_grade": grade}
    where.add(
        f"status IN ({', '.join(f':{status.value}' for status in _OPEN)})",
        **{status.value: status.value for status in _OPEN},
    )
    where.add(f"({' OR '.join(limits) or '1 = 0'})")


def _start(context: Context, day: date) -> str:
    """The instant at which a business day begins, as stored."""
    return to_db(datetime(day.year, day.month, day.day, tzinfo=context.clock.zone))


MOST_CANDIDATES: Final = 8
_REF_FIELDS: Final = "id, code, name, owner_id, grade, status, merged_into_id"
OF_FILE: Final = "customer_id IN (SELECT id FROM v_customer_name WHERE id = :id OR merged_into_id = :id)"
"""A condition on histories that stay with a merged file: the customer's own rows (`:id`), and those of files merged into it."""
# The keys alone first: the index on names answers that without a look at the customers.
_HAS_PART: Final = (
    "id IN (SELECT id FROM v_customer_name WHERE name_folded LIKE :part ESCAPE '!' AND archived_at IS NULL LIMIT :most)"
)


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

    Archived customers answer to their code alone; who was merged into another one stands for that, by code and by exact
    name, which is said on stderr. Raises NotFound, or Ambiguous with up to 8 candidates.
    """
    row = _meant(context, ref)
    if row["merged_into_id"] is None:
        return _ref(row)
    found = _ref(_found(context, "id = :id", id=row["merged_into_id"])[0])
    text = msg("{code} was merged into {into} {name}", code=row["code"], into=found.code, name=found.name)
    context.notes.append(Decision("merged", found.code, Strength.FLAG, text))
    return found


def resolve_itself(context: Context, ref: str) -> CustomerRef:
    """As `resolve`, but who was merged into another customer stands for itself."""
    return _ref(_meant(context, ref))


def _meant(context: Context, ref: str) -> dict[str, Any]:
    wanted = fold(ref)
    found = _found(context, "code = :code", code=wanted.upper())
    if not found and wanted:
        found = _found(context, "name_folded = :name AND archived_at IS NULL", name=wanted)
        found = found or _found(context, "name_folded = :name AND merged_into_id IS NOT NULL", name=wanted)
        found = found or _found(context, _HAS_PART, part=f"%{_escaped(wanted)}%")
    if not found:
        raise unknown(ref)
    if len({row["merged_into_id"] or row["id"] for row in found}) > 1:
        raise _ambiguous(ref, found)
    return found[0]


def _found(context: Context, condition: str, **parameters: object) -> list[dict[str, Any]]:
    """The first customers of whom the condition holds, one more than are listed."""
    return context.reader.rows(
        f"SELECT {_REF_FIELDS} FROM v_customer_name WHERE {condition} ORDER BY name_folded, code LIMIT :most",  # noqa: S608 - names of ours
        {**parameters, "most": MOST_CANDIDATES + 1},
    )


def _ref(row: Mapping[str, Any]) -> CustomerRef:
    grade = None if row["grade"] is None else Grade(row["grade"])
    return CustomerRef(row["id"], row["code"], row["name"], row["owner_id"], grade, Status(row["status"]))


def unknown(ref: str) -> NotFound:
    """The error for a reference that nobody answers to."""
    return NotFound(
        msg("there is no customer {ref}", ref=ref),
        msg("give a code, the exact name or a part of it; see: salesflow customer list"),
        code="unknown-customer",
    )


def _ambiguous(ref: str, found: Sequence[Mapping[str, Any]]) -> Ambiguous:
    candidates = [f"{row['code']} {row['name']}" for row in found[:MOST_CANDIDATES]]
    hint = msg("give the code of one of them: {candidates}", candidates=candidates)
    if len(found) > MOST_CANDIDATES:
        hint = msg("give the code of one of them: {candidates} …", candidates=candidates)
    return Ambiguous(msg("{ref} means more than one customer", ref=ref), hint, details={"candidates": candidates})


def _escaped(part: str) -> str:
    """A text as it stands, for LIKE with the escape character '!'."""
    return part.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def beginning_with(context: Context, typed: str, most: int) -> list[tuple[str, str]]:
    """For completion: (code, name) of customers whose code begins so, else (name, code) of those whose name does."""
    found: list[tuple[str, str]] = []
    for first, second, key, start in (
        ("code", "name", "code", typed.upper()),
        ("name", "code", "name_folded", fold(typed)),
    ):
        if not found and (start or key == "code"):
            rows = context.reader.rows(
                f"SELECT {first} AS offered, {second} AS meaning FROM v_customer_name "  # noqa: S608 - names of ours
                f"WHERE {key} >= :start AND {key} < :end AND archived_at IS NULL ORDER BY {key} LIMIT :most",
                {"start": start, "end": f"{start}\U0010ffff", "most": most},
            )
            found = [(row["offered"], row["meaning"]) for row in rows]
    return found
