"""Stale leads as they are listed: who they are, and what the policy would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from salesflow.clock import from_db
from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import Grade, Status
from salesflow.i18n import Message
from salesflow.queries.base import Page, Where, arranged, pieces
from salesflow.queries.standstill import analysed, spared
from salesflow.rules.stale import LOST_PROPOSAL
from salesflow.rules.sweep import FALLS, Finding, Standing, earliest, sweep

COLUMNS: Final = (
    Column("code", "Code"),
    Column("name", "Customer", flexible=True),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("status", "Status", Kind.CODE, labels="status"),
    Column("days_without_progress", "Days", Kind.INTEGER, urgent=True),
    Column("text", "What", Kind.MESSAGE, flexible=True),
    Column("owner", "Owner"),
    Column("rule", "Rule"),
    Column("outcome", "Outcome", table=False),
    Column("new_grade", "New grade", Kind.CODE, labels="grade", table=False),
    Column("new_status", "New status", Kind.CODE, labels="status", table=False),
    Column("on", "On", Kind.DATE, table=False),
)
RUN: Final[Columns] = (Column("run", "Run", Kind.INTEGER), Column("rows", "Customers", Kind.ROWS, columns=COLUMNS))

RUNS: Final = (
    Column("run", "Run", Kind.INTEGER),
    Column("at", "When", Kind.INSTANT),
    Column("by", "By"),
    Column("changed", "Customers", Kind.INTEGER),
    Column("undone_at", "Taken back", Kind.INSTANT),
    Column("undone_by", "Taken back by"),
)
UNDONE_ROWS: Final = (
    Column("code", "Code"),
    Column("name", "Customer", flexible=True),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("status", "Status", Kind.CODE, labels="status"),
    Column("outcome", "Outcome", table=False),
    Column("reason", "Left out because", Kind.MESSAGE),
)
UNDONE: Final[Columns] = (
    Column("run", "Run", Kind.INTEGER),
    Column("restored", "Restored", Kind.INTEGER),
    Column("left_out", "Not restored", Kind.INTEGER),
    Column("rows", "Customers", Kind.ROWS, columns=UNDONE_ROWS),
)
ANALYSIS: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("customer_code", "Code"),
    Column("customer_name", "Customer", flexible=True),
    Column("cause", "Cause", Kind.CODE, labels="stallcause"),
    Column("strategy", "Strategy", flexible=True),
    Column("made_on", "Made on", Kind.DATE),
    Column("at", "When", Kind.INSTANT, table=False),
    Column("by", "By"),
)

_FIELDS: Final = "id, code, name, owner_id, grade, status, last_progress_on, last_contact_on, first_contact_at"


def listed(
    context: Context,
    *,
    within: int = 0,
    owner_id: int | None = None,
    only_falls: bool = False,
    include_lost: bool = True,
) -> list[dict[str, Any]]:
    """What the rules about standstill say of open customers today and in the next days: the longest without progress first.

    only_falls: without those of whom only an analysis is wanted; include_lost: with those who are proposed as lost.
    """
    policy, today, owners = context.policy, context.clock.today(), _owners(context)

    def wanted(finding: Finding) -> bool:
        return (finding.rule in FALLS or not only_falls) and (include_lost or finding.rule != LOST_PROPOSAL)

    found = []
    not_before = spared(context)
    causes = {} if only_falls else analysed(context)
    for row in _candidates(context, within, owner_id):
        standing = _standing(context, row)
        standing = standing._replace(analysed_on=causes.get(row["id"]), not_before=not_before.get(row["id"]))
        findings = filter(wanted, sweep(policy, standing, today=today, within=within))
        found += [_row(row, owners, standing, finding, today) for finding in findings]
    return _longest_first(found)


def applied(context: Context, changes: Sequence[tuple[int, Standing, Finding]]) -> list[dict[str, Any]]:
    """What a sweep has changed, in the same form: each customer's key, how it stood, what one rule made of it."""
    today, owners = context.clock.today(), _owners(context)
    customers: dict[int, dict[str, Any]] = {}
    for some in pieces([change[0] for change in changes]):
        where = Where().any_of("id", some)
        sql = f"SELECT id, code, name, owner_id FROM v_customer_dates{where}"  # noqa: S608 - names of ours
        customers |= {row["id"]: row for row in context.reader.rows(sql, where.parameters)}
    return _longest_first(
        [_row(customers[id_], owners, standing, finding, today) for id_, standing, finding in changes]
    )


def runs(context: Context) -> Page:
    """The sweeps that changed something, the latest first."""
    sql = 'SELECT id AS run, at, "by", changed, undone_at, undone_by FROM v_stale_run ORDER BY id DESC'
    return arranged(context.asked, RUNS, context.reader.rows(sql, {}))


def undone(context: Context, run: int, customers: Iterable[tuple[int, str, str, Message | None]]) -> dict[str, Any]:
    """A sweep taken back, as UNDONE has it: of each customer its key, code, name, and why it was left out, if it was."""
    touched = list(customers)
    states: dict[int, dict[str, Any]] = {}
    for some in pieces([key for key, *_ in touched]):
        where = Where().any_of("id", some)
        sql = f"SELECT id, grade, status FROM v_customer_name{where}"  # noqa: S608 - names of ours
        states |= {row["id"]: row for row in context.reader.rows(sql, where.parameters)}
    rows = [
        {
            "code": code,
            "name": name,
            "grade": states[key]["grade"],
            "status": states[key]["status"],
            "outcome": "restored" if reason is None else "left_out",
            "reason": reason,
        }
        for key, code, name, reason in touched
    ]
    left_out = sum(row["reason"] is not None for row in rows)
    return {"run": run, "restored": len(rows) - left_out, "left_out": left_out, "rows": rows}


def analysis(context: Context, key: int) -> dict[str, Any]:
    """One stall analysis, as ANALYSIS has it."""
    names = ", ".join(f'"{column.key}"' for column in ANALYSIS)
    row = context.reader.one(f"SELECT {names} FROM v_stall_analysis WHERE id = :id", {"id": key})  # noqa: S608 - names of ours
    assert row is not None
    return row


def _owners(context: Context) -> dict[int, str]:
    return {row["id"]: row["login"] for row in context.reader.rows("SELECT id, login FROM v_staff")}


def _longest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (-row["days_without_progress"], row["code"]))


def _row(
    customer: Mapping[str, Any], owners: Mapping[int, str], standing: Standing, finding: Finding, today: date
) -> dict[str, Any]:
    return {
        "code": customer["code"],
        "name": customer["name"],
        "grade": standing.grade,
        "status": standing.status,
        "days_without_progress": (today - standing.progress).days,
        "text": finding.text,
        "owner": owners[customer["owner_id"]],
        "rule": finding.rule,
        "outcome": finding.outcome,
        "new_grade": finding.after.grade,
        "new_status": finding.after.status,
        "on": finding.on.isoformat(),
    }


def _candidates(context: Context, within: int, owner_id: int | None) -> Iterator[dict[str, Any]]:
    """The open customers that may have a finding."""
    progress, contact = earliest(context.policy, today=context.clock.today(), within=within)
    where = Where().equal(owner_id=owner_id).any_of("status", [status.value for status in Status if status.is_open])
    possible = []
    if progress is not None:
        possible.append("last_progress_on IS NULL OR last_progress_on <= :progress")
    if contact is not None:
        possible.append("last_contact_on IS NULL OR last_contact_on <= :contact")
    if not possible:
        return iter(())
    where.add(f"({' OR '.join(possible)})", progress=progress, contact=contact)
    return context.reader.stream(f"SELECT {_FIELDS} FROM v_customer_dates{where}", where.parameters)  # noqa: S608 - names of ours


def _standing(context: Context, row: dict[str, Any]) -> Standing:
    progress, contact = row["last_progress_on"], row["last_contact_on"]
    first = date.min
    if progress is None or contact is None:
        first = context.clock.local(from_db(row["first_contact_at"])).date()
    return Standing(
        None if row["grade"] is None else Grade(row["grade"]),
        Status(row["status"]),
        first if progress is None else date.fromisoformat(progress),
        first if contact is None else date.fromisoformat(contact),
    )
