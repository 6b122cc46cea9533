"""Staff: adding, changing, leaving. The first one holds every role; roles move to others as they are added."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from salesflow.db.transaction import Transaction
from salesflow.enums import Role
from salesflow.errors import Duplicate, InvalidValue, NotFound
from salesflow.i18n import Message, msg
from salesflow.models.staff import Staff, StaffRole
from salesflow.services.regions import checked_region
from salesflow.text import clean

LOGIN = r"[a-z0-9][a-z0-9._-]{0,31}"


@dataclass(frozen=True, slots=True)
class NewStaff:
    """What `staff add` takes. `roles` empty means rep; `region` is a code of 2 to 6 letters A-Z."""

    login: str
    name: str
    roles: Collection[Role] = ()
    region: str | None = None
    manager: str | None = None


def add(work: Transaction, new: NewStaff) -> Staff:
    """Add a staff member. Raises Duplicate for a login that is there, InvalidValue for a login or region that cannot be one."""
    login = checked_login(new.login)
    if work.session.exec(select(Staff.id).where(Staff.login == login)).first() is not None:
        raise Duplicate(msg("there is a staff member {login} already", login=login), msg("choose another login"))
    manager_id = None if new.manager is None else leader(work, new.manager)
    record = work.add(
        Staff(
            login=login,
            name=checked_name(new.name, work.context.policy.limits.name, msg("name")),
            region=None if new.region is None else checked_region(new.region),
            manager_id=manager_id,
            created_at=work.now,
        )
    )
    roles = sorted(set(new.roles) or {Role.REP})
    require_director(work, roles)
    take_over(work, roles)
    work.insert(StaffRole, [{"staff_id": record.id, "role": role.value} for role in roles])
    after = {
        "name": record.name,
        "region": record.region,
        "roles": [role.value for role in roles],
        "manager": new.manager,
    }
    work.audit("staff.add", "staff", login, after=after)
    return record


def require_director(work: Transaction, roles: Collection[Role]) -> None:
    """Only a director, while there is one, makes or unmakes a director. Raises NotPermitted.

    Else whoever may change roles could give themselves the approval that their own submission waits for.
    """
    active = "SELECT 1 FROM staff_role JOIN staff ON staff.id = staff_role.staff_id WHERE staff.active AND staff_role.role = :role"
    if Role.DIRECTOR in roles and work.look_up(active, {"role": Role.DIRECTOR.value}) is not None:
        work.actor.require(Role.DIRECTOR)


def take_over(work: Transaction, roles: Collection[Role]) -> None:
    """Roles that the first staff member holds only until somebody else does move to the one who is added."""
    held = select(StaffRole).where(col(StaffRole.by_default), col(StaffRole.role).in_([role.value for role in roles]))
    for moved in work.session.exec(held).all():
        login = work.session.exec(select(Staff.login).where(Staff.id == moved.staff_id)).one()
        work.session.delete(moved)
        work.audit("staff.role", "staff", login, before={"role": moved.role})
    work.session.flush()


def leader(work: Transaction, login: str) -> int:
    """The key of an active staff member who leads another. Raises NotFound."""
    found = work.session.exec(select(Staff.id).where(Staff.login == login, col(Staff.active))).first()
    if found is None:
        raise NotFound(
            msg("there is no active staff member {login}", login=login),
            msg("see: salesflow staff list"),
            code="unknown-staff",
        )
    return found


def checked_login(login: str) -> str:
    folded = login.strip().lower()
    if not re.fullmatch(LOGIN, folded):
        raise InvalidValue(
            msg("{login} cannot be a login", login=login),
            msg("use 1 to 32 letters a-z, digits, '.', '_' or '-', such as: zhang.wei"),
        )
    return folded


def checked_name(name: str, limit: int, what: Message) -> str:
    """The name of a person or company: one line, not empty, at most `limit` characters."""
    text = clean(name, limit=limit, what=what, multiline=False)
    if not text:
        raise InvalidValue(
            msg("{what} is missing", what=what), msg("write at least one character"), code="missing-value"
        )
    return text
