"""Changing staff: their names, roles, regions, addresses, and whether they still work here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlmodel import col, delete, select, text

from salesflow.addresses import checked_email
from salesflow.db.transaction import Transaction
from salesflow.enums import Role
from salesflow.errors import NotFound, Refused
from salesflow.i18n import label, msg
from salesflow.models.staff import Staff, StaffRole
from salesflow.services import assignment, delegations
from salesflow.services.records import refuse_changed
from salesflow.services.regions import checked_region
from salesflow.services.staff import checked_name, leader, require_director, take_over

LEADERS: Final = (Role.MANAGER, Role.DIRECTOR)
_ACTIVE: Final = (
    "SELECT staff_role.role, staff.id FROM staff_role JOIN staff ON staff.id = staff_role.staff_id WHERE staff.active"
)


@dataclass(frozen=True, slots=True)
class StaffChange:
    """What is to change; None leaves a field as it is. `roles` replace the ones held; `clear`: fields to be emptied."""

    name: str | None = None
    roles: Collection[Role] = ()
    region: str | None = None
    manager: str | None = None
    email: str | None = None
    clear: Collection[str] = ()


class Edited(NamedTuple):
    """Whether anything differed, and the roles that nobody holds any more."""

    changed: bool
    vacant: list[Role]


def edit(work: Transaction, login: str, change: StaffChange, *, if_version: int | None = None) -> Edited:
    """Change a staff member.

    Raises NotFound, InvalidValue for a name, region or address that cannot be one, Conflict where somebody changed it since
    `if_version`, Refused where nobody would be left who leads, or where somebody would lead themselves.
    """
    record = load(work, login)
    refuse_changed(record, if_version, name=record.login, look="salesflow staff list --json")
    fields: dict[str, Any] = dict.fromkeys(change.clear)
    if "manager" in fields:
        fields["manager_id"] = fields.pop("manager")
    if change.name is not None:
        fields["name"] = checked_name(change.name, work.context.policy.limits.name, msg("name"))
    if change.region is not None:
        fields["region"] = checked_region(change.region)
    if change.email is not None:
        fields["email"] = checked_email(change.email.strip())
    if change.manager is not None:
        fields["manager_id"] = leader(work, change.manager)
        if fields["manager_id"] == record.id:
            raise Refused(msg("{login} cannot lead themselves", login=record.login), msg("name somebody else"))
    roles = _change_roles(work, record, change.roles) if change.roles else None
    before, after = work.changed(record, fields)
    if roles is not None:
        if not after:
            record.version += 1
        before["roles"], after["roles"] = roles
    work.session.add(record)
    if after:
        work.audit("staff.edit", "staff", record.login, before=before, after=after)
    former = {Role(role) for role in roles[0]} if roles is not None and record.active else set()
    return Edited(bool(after), sorted(former - _holders(work)))


def deactivate(work: Transaction, login: str) -> list[Role]:
    """Somebody leaves, and what they have delegated or is delegated to them ends; gives the roles that nobody holds any more.

    Raises NotFound, Refused where they have left already, for oneself, while they have customers or open deals, and for the
    last who leads.
    """
    record = load(work, login)
    if not record.active:
        raise Refused(msg("{login} is no longer active", login=record.login), msg("see: salesflow staff list --all"))
    if record.id == work.actor.id:
        raise Refused(msg("nobody deactivates themselves"), msg("ask another manager or director"), code="own-account")
    assert record.id is not None
    book = assignment.in_hand(work, record.id)
    if book:
        counts = [msg("{kind}: {count}", kind=label("subject", kind), count=count) for kind, count in book.items()]
        raise Refused(
            msg("{login} still has work in hand: {book}", login=record.login, book=counts),
            msg("hand that over first: salesflow customer assign --from {login} --to LOGIN", login=record.login),
            code="has-customers" if book["customer"] else "has-deals",
            details={"customers": book["customer"], "deals": book.total() - book["customer"]},
        )
    own = select(StaffRole.role).where(StaffRole.staff_id == record.id)
    require_director(work, [Role(role) for role in work.session.exec(own).all()])
    held, left = _holders(work), _holders(work, without=record.id)
    _refuse_leaderless(left)
    before, after = work.changed(record, {"active": False})
    work.session.add(record)
    work.audit("staff.deactivate", "staff", record.login, before=before, after=after)
    delegations.end_of(work, record.id)
    return sorted(held - left)


def activate(work: Transaction, login: str) -> None:
    """Somebody is back, with the roles that they had. Raises NotFound, Refused for who never left."""
    record = load(work, login)
    if record.active:
        raise Refused(msg("{login} is active", login=record.login), msg("see: salesflow staff list"))
    before, after = work.changed(record, {"active": True})
    work.session.add(record)
    work.audit("staff.activate", "staff", record.login, before=before, after=after)


def load(work: Transaction, login: str) -> Staff:
    """The staff member of that login, also one who left. Raises NotFound."""
    found = work.session.exec(select(Staff).where(Staff.login == login.strip().lower())).first()
    if found is None:
        raise NotFound(
            msg("there is no staff member {login}", login=login),
            msg("see: salesflow staff list --all"),
            code="unknown-staff",
        )
    return found


def _change_roles(work: Transaction, record: Staff, roles: Collection[Role]) -> tuple[list[str], list[str]] | None:
    """Replace the roles that somebody holds; None where they hold just these."""
    rows = work.session.exec(select(StaffRole).where(StaffRole.staff_id == record.id)).all()
    old, new = sorted(row.role for row in rows), sorted({role.value for role in roles})
    if old == new:
        return None
    require_director(work, [Role(role) for role in {*old} ^ {*new}])
    if record.active:
        _refuse_leaderless(_holders(work, without=record.id) | set(roles))
    take_over(work, [role for role in roles if role.value not in old])
    work.session.execute(delete(StaffRole).where(col(StaffRole.staff_id) == record.id))
    work.insert(StaffRole, [{"staff_id": record.id, "role": role} for role in new])
    return old, new


def _holders(work: Transaction, *, without: int | None = None) -> set[Role]:
    """The roles that somebody active holds, one left aside."""
    return {Role(role) for role, staff_id in work.session.execute(text(_ACTIVE)) if staff_id != without}


def _refuse_leaderless(held: set[Role]) -> None:
    if held.isdisjoint(LEADERS):
        raise Refused(
            msg("nobody would hold one of the roles {roles} any more", roles=[label("role", role) for role in LEADERS]),
            msg("give one of them to somebody else first: salesflow staff edit LOGIN --role manager"),
            code="last-leader",
        )
