"""Staff as they are listed."""

from __future__ import annotations

from typing import Any

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import Role
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries.base import Page, Where, page

COLUMNS = (
    Column("login", "Login"),
    Column("name", "Name"),
    Column("roles", "Roles", Kind.LIST, labels="role", flexible=True),
    Column("region", "Region"),
    Column("manager", "Manager"),
    Column("active", "Active", Kind.FLAG),
    Column("created_at", "Since", Kind.INSTANT, table=False),
    Column("email", "E-mail", table=False),
    Column("version", "Version", Kind.INTEGER, table=False),
)


def listed(context: Context, *, everybody: bool = False) -> Page:
    """Active staff by login; with `everybody` also those who left."""
    where = Where() if everybody else Where().equal(active=True)
    found = page(context, "v_staff", COLUMNS, where, order="login")
    return Page([_sorted(row) for row in found.rows], found.more)


def show(context: Context, login: str) -> dict[str, Any]:
    row = context.reader.one(
        "SELECT login, name, roles, region, manager, active, created_at, email, version FROM v_staff WHERE login = :login",
        {"login": login},
    )
    if row is None:
        raise unknown(context, login)
    return _sorted(row)


def staff_id(context: Context, login: str, *, everybody: bool = False) -> int:
    """The key of an active staff member, with `everybody` also of one who left. Raises NotFound with the nearest login."""
    found = context.reader.value(
        "SELECT id FROM v_staff WHERE login = :login AND (active OR :everybody)",
        {"login": login, "everybody": everybody},
    )
    if found is None:
        raise unknown(context, login)
    return int(found)


def roles(context: Context, login: str) -> list[Role]:
    """The roles that somebody holds."""
    held = context.reader.value("SELECT roles FROM v_staff WHERE login = :login", {"login": login})
    return [Role(role) for role in str(held or "").split(",") if role]


def name_of(context: Context, key: int) -> str:
    """The name of the staff member with that key."""
    return str(context.reader.value("SELECT name FROM v_staff WHERE id = :id", {"id": key}))


def unknown(context: Context, login: str) -> NotFound:
    from salesflow.text import nearest

    close = nearest(login, [row["login"] for row in context.reader.rows("SELECT login FROM v_staff WHERE active")])
    hint = (
        msg("did you mean {name}? See: salesflow staff list", name=close) if close else msg("see: salesflow staff list")
    )
    return NotFound(msg("there is no active staff member {login}", login=login), hint, code="unknown-staff")


def _sorted(row: dict[str, Any]) -> dict[str, Any]:
    """Roles as a list: a database gives the parts of an aggregate in no particular order."""
    return {**row, "roles": sorted(part for part in (row["roles"] or "").split(",") if part)}
