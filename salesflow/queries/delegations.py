"""Delegations as they are listed, and in whose place somebody decides today."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import Role
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries.base import Page, Where, page

COLUMNS: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("delegator", "Away"),
    Column("deputy", "Deputy"),
    Column("start_on", "First day", Kind.DATE),
    Column("end_on", "Last day", Kind.DATE),
    Column("in_force", "In force", Kind.FLAG),
    Column("made_at", "Made at", Kind.INSTANT, table=False),
    Column("revoked_at", "Ended early", Kind.INSTANT, table=False),
)
_COMPUTED: Final = ("in_force",)
_ALSO: Final = ("both_active",)
_IN_FORCE: Final = "d.start_on <= :today AND d.end_on >= :today AND d.revoked_at IS NULL AND d.both_active"
_DEPUTY: Final = (
    "SELECT d.delegator, r.role FROM v_delegation d JOIN v_staff_role r ON r.staff_id = d.from_id "  # noqa: S608 - texts of ours
    f"WHERE d.to_id = :me AND {_IN_FORCE} ORDER BY d.delegator"
)
_DEPUTIES: Final = (
    "SELECT d.deputy, d.delegator FROM v_delegation d JOIN v_staff_role r ON r.staff_id = d.from_id "  # noqa: S608 - texts of ours
    f"WHERE r.role = :role AND {_IN_FORCE} ORDER BY d.deputy, d.delegator"
)


class Deputy(NamedTuple):
    """What somebody may decide in the place of others today: by role, the logins of the absent who hold it."""

    login: str
    absent: dict[Role, list[str]]

    def waiting(self, own: Collection[Role]) -> tuple[str, dict[str, Any]]:
        """The condition on approvals that wait for a role in which they are only a deputy, with its parameters; "" for none.

        What they or the absent one submitted themselves is not theirs to decide.
        """
        parts, parameters = [], {"deputy": self.login}
        for role in sorted(set(self.absent) - set(own)):
            part, parameters[f"role_{role}"] = f"waiting_for_role = :role_{role}", role.value
            if len(self.absent[role]) == 1:
                part, parameters[f"for_{role}"] = f"{part} AND submitted_by <> :for_{role}", self.absent[role][0]
            parts.append(part)
        return (f"(submitted_by <> :deputy AND ({' OR '.join(parts)}))" if parts else "", parameters if parts else {})

    def decides_for(self, role: str | None, submitter: str, own: Collection[Role]) -> str | None:
        """In whose place they decide what waits for a role; None where it is their own, or not theirs to decide."""
        if role is None or Role(role) in own or submitter == self.login:
            return None
        return next((login for login in self.absent.get(Role(role), ()) if login != submitter), None)


def deputy(context: Context, staff_id: int, login: str) -> Deputy:
    """What a staff member decides for others today, by one small query."""
    absent: dict[Role, list[str]] = {}
    asked = {"me": staff_id, "today": context.clock.today().isoformat()}
    for row in context.reader.rows(_DEPUTY, asked):
        absent.setdefault(Role(row["role"]), []).append(row["delegator"])
    return Deputy(login, absent)


def deputies(context: Context, role: str) -> list[tuple[str, str | None]]:
    """Who decides today in the place of a holder of the role, and of whom: (deputy, absent)."""
    asked = {"role": role, "today": context.clock.today().isoformat()}
    return [(row["deputy"], row["delegator"]) for row in context.reader.rows(_DEPUTIES, asked)]


def listed(context: Context, *, everybody: bool = False) -> Page:
    """Delegations that are not over, of everybody, the earliest first; with `everybody` ended ones too, the latest first."""
    today = context.clock.today().isoformat()
    where = Where()
    if not everybody:
        where.add("end_on >= :today AND revoked_at IS NULL AND both_active", today=today)
    order = "start_on DESC, id DESC" if everybody else "start_on, id"
    found = page(context, "v_delegation", COLUMNS, where, order=order, computed=_COMPUTED, also=_ALSO)
    return Page([_complete(row, today) for row in found.rows], found.more)


def show(context: Context, delegation_id: int) -> dict[str, Any]:
    """One delegation. Raises NotFound."""
    row = context.reader.one("SELECT * FROM v_delegation WHERE id = :id", {"id": delegation_id})
    if row is None:
        raise NotFound(msg("there is no delegation {id}", id=delegation_id), code="unknown-delegation")
    return _complete(row, context.clock.today().isoformat())


def kept(context: Context, staff_id: int, first: date, last: date) -> list[str]:
    """The logins of those in whose place somebody decides on one of the days."""
    rows = context.reader.rows(
        "SELECT DISTINCT delegator FROM v_delegation WHERE to_id = :me AND start_on <= :last AND end_on >= :first "
        "AND revoked_at IS NULL AND both_active ORDER BY delegator",
        {"me": staff_id, "first": first.isoformat(), "last": last.isoformat()},
    )
    return [row["delegator"] for row in rows]


def _complete(row: dict[str, Any], today: str) -> dict[str, Any]:
    in_force = row["revoked_at"] is None and row["both_active"] and row["start_on"] <= today <= row["end_on"]
    return {column.key: bool(in_force) if column.key == "in_force" else row[column.key] for column in COLUMNS}
