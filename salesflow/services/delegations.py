"""Delegations (审批代理): who is away names somebody who decides in their place, from a day to a day.

What a deputy may decide follows, at the moment of the decision, from the roles that the absent one holds then. It goes no
further: whoever stands in for a deputy does not stand in for whom that one stands in for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlmodel import col, or_, select, text

from salesflow.db.transaction import Transaction
from salesflow.enums import Role
from salesflow.errors import InvalidValue, NotFound, NotPermitted, Refused
from salesflow.i18n import msg
from salesflow.models.approval import Delegation
from salesflow.models.staff import Staff

_LEADERS = (Role.MANAGER, Role.DIRECTOR)
_STOOD_IN_FOR = """SELECT absent.id, absent.login FROM delegation
    JOIN staff absent ON absent.id = delegation.from_id AND absent.active
    JOIN staff deputy ON deputy.id = delegation.to_id AND deputy.active
    JOIN staff_role ON staff_role.staff_id = absent.id AND staff_role.role = :role
    WHERE delegation.to_id = :me AND delegation.start_on <= :today AND delegation.end_on >= :today
        AND delegation.revoked_at IS NULL ORDER BY absent.login"""


class Absent(NamedTuple):
    """Somebody in whose place another one decides."""

    id: int
    login: str


def stood_in_for(work: Transaction, role: Role) -> list[Absent]:
    """The active holders of the role in whose place the actor decides today."""
    asked = {"role": role.value, "me": work.actor.id, "today": work.context.clock.today().isoformat()}
    return [Absent(*row) for row in work.session.execute(text(_STOOD_IN_FOR), asked)]


def delegate(work: Transaction, to: str, start: date, end: date) -> Delegation:
    """From the first day to the last, `to` (a login) decides what the actor could.

    Raises NotFound for nobody active, InvalidValue for days that are past or the wrong way round, Refused for oneself, for
    days that are another's already, and for somebody who has handed their own decisions on in those days.
    """
    _check_days(work, start, end)
    deputy = _active(work, to)
    if deputy.id == work.actor.id:
        raise Refused(msg("nobody is their own deputy"), msg("name somebody else: --to-login LOGIN"), code="own-deputy")
    mine = _overlapping(work, work.actor.id, start, end)
    if mine is not None:
        parts = {"id": mine.id, "login": _login(work, mine.to_id), "first": mine.start_on, "last": mine.end_on}
        raise Refused(
            msg("{login} decides for you from {first} to {last} already", **parts),
            msg("end that first: salesflow approval delegate --revoke {id}", **parts),
            code="overlap",
        )
    assert deputy.id is not None
    away = _overlapping(work, deputy.id, start, end)
    if away is not None:
        raise Refused(
            msg("{login} is away from {first} to {last}", login=deputy.login, first=away.start_on, last=away.end_on),
            msg("name somebody who is there: what is delegated to you goes no further"),
            code="deputy-away",
        )
    made = work.add(
        Delegation(
            from_id=work.actor.id,
            to_id=deputy.id,
            start_on=start,
            end_on=end,
            made_at=work.now,
            made_by=work.actor.id,
        )
    )
    after = {"from": work.actor.login, "to": deputy.login, "start_on": start, "end_on": end}
    work.audit("approval.delegate", "delegation", str(made.id), after=after)
    return made


def revoke(work: Transaction, delegation_id: int) -> Delegation:
    """End a delegation before its last day, from now on. Its delegator may, and managers and directors.

    Raises NotFound, NotPermitted, Refused where it has ended.
    """
    found = work.session.get(Delegation, delegation_id)
    if found is None:
        raise NotFound(
            msg("there is no delegation {id}", id=delegation_id),
            msg("see: salesflow approval delegations"),
            code="unknown-delegation",
        )
    owner = _login(work, found.from_id)
    if found.from_id != work.actor.id and work.actor.roles.isdisjoint(_LEADERS):
        raise NotPermitted(
            msg("delegation {id} is of {login}", id=delegation_id, login=owner),
            msg("they can end it, or a manager"),
        )
    if found.revoked_at is not None or found.end_on < work.context.clock.today():
        raise Refused(
            msg("delegation {id} has ended already", id=delegation_id),
            msg("see: salesflow approval delegations"),
            code="state",
        )
    _end(work, found)
    return found


def end_of(work: Transaction, staff_id: int) -> int:
    """Somebody leaves: what they have delegated and what is delegated to them ends; gives how many."""
    today = work.context.clock.today()
    of_theirs = or_(col(Delegation.from_id) == staff_id, col(Delegation.to_id) == staff_id)
    found = select(Delegation).where(of_theirs, col(Delegation.revoked_at).is_(None), col(Delegation.end_on) >= today)
    ended: Sequence[Delegation] = work.session.exec(found.order_by(col(Delegation.id))).all()
    for delegation in ended:
        _end(work, delegation)
    return len(ended)


def _end(work: Transaction, delegation: Delegation) -> None:
    before, after = work.changed(delegation, {"revoked_at": work.now})
    work.session.add(delegation)
    work.audit("approval.revoke", "delegation", str(delegation.id), before=before, after=after)


def _check_days(work: Transaction, start: date, end: date) -> None:
    today = work.context.clock.today()
    if end < start:
        raise InvalidValue(
            msg("{last} is before {first}", last=end, first=start), msg("give the first day and the last")
        )
    if start < today:
        raise InvalidValue(
            msg("{date} is past", date=start), msg("a deputy decides from today on at the earliest"), code="past"
        )


def _active(work: Transaction, login: str) -> Staff:
    found = work.session.exec(select(Staff).where(Staff.login == login.strip().lower(), col(Staff.active))).first()
    if found is None:
        raise NotFound(
            msg("there is no active staff member {login}", login=login),
            msg("see: salesflow staff list"),
            code="unknown-staff",
        )
    return found


def _overlapping(work: Transaction, staff_id: int, start: date, end: date) -> Delegation | None:
    """What somebody has delegated on any of the days."""
    found = select(Delegation).where(Delegation.from_id == staff_id, col(Delegation.revoked_at).is_(None))
    return work.session.exec(
        found.where(col(Delegation.start_on) <= end, col(Delegation.end_on) >= start).order_by(col(Delegation.start_on))
    ).first()


def _login(work: Transaction, staff_id: int) -> str:
    return work.session.exec(select(Staff.login).where(Staff.id == staff_id)).one()
