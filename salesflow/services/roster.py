"""Who may have customers, and whom rule assign chooses among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlmodel import text

from salesflow.enums import Grade, Role, Status
from salesflow.errors import NotFound, Refused
from salesflow.i18n import label, msg
from salesflow.rules.assignment import SELLERS, Team, assign
from salesflow.rules.decision import Decision

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_OPEN: Final = frozenset(status.value for status in Status if status.is_open)
_STAFF: Final = (
    "SELECT staff.id, staff.login, staff.name, staff.region, staff_role.role FROM staff "
    "JOIN staff_role ON staff_role.staff_id = staff.id WHERE staff.active ORDER BY staff.login"
)
_BOOKS: Final = (
    "SELECT owner_id, grade, industry, count(*) FROM customer WHERE status IN ('prospect', 'interested', 'hot') "
    "AND archived_at IS NULL GROUP BY owner_id, grade, industry"
)


class Person(NamedTuple):
    """An active staff member who sells."""

    id: int
    login: str
    name: str


class Roster:
    """Everybody active, with their books as they are while customers are being assigned."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        staff = work.session.execute(text(_STAFF)).all()
        self._people = {login: Person(key, login, name) for key, login, name, _, _ in staff}
        self._logins = {person.id: person.login for person in self._people.values()}
        books = work.session.execute(text(_BOOKS)).all()
        self._team = Team(
            ((login, name, region, role) for _, login, name, region, role in staff),
            ((self._logins[owner], *book) for owner, *book in books if owner in self._logins),
        )

    def give(self, customer: Mapping[str, Any], *, without: int | None = None) -> tuple[Person, Decision[str]]:
        """Whom rule assign gives a customer to: it counts in nobody's book while the rule looks, then in the new owner's.

        `customer`: owner_id, grade, status, region, industry. `without`: somebody who is not to have it. Raises RuleRefused
        where nobody sells.
        """
        grade = None if customer["grade"] is None else Grade(customer["grade"])
        self._count(customer, grade, self._logins.get(customer["owner_id"]), -1)
        candidates = self._team.candidates(without=None if without is None else self._logins.get(without))
        about = {"region": customer["region"], "industry": customer["industry"], "candidates": candidates}
        decision = self._work.decide(assign(self._work.context.policy, grade=grade, **about))
        assert decision.value is not None
        self._count(customer, grade, decision.value, 1)
        return self._people[decision.value], decision

    def _count(self, customer: Mapping[str, Any], grade: Grade | None, login: str | None, by: int) -> None:
        if login is not None and customer["status"] in _OPEN:
            self._team.count(login, grade, customer["industry"], by)


def seller(work: Transaction, login: str) -> Person:
    """The active staff member of that login who sells. Raises NotFound, Refused for somebody who left or does not sell."""
    sql = text("SELECT id, login, name, active FROM staff WHERE login = :login")
    row = work.session.execute(sql, {"login": login.strip().lower()}).first()
    hint = msg("see: salesflow staff list")
    if row is None:
        raise NotFound(msg("there is no staff member {login}", login=login), hint, code="unknown-staff")
    if not row.active:
        raise Refused(msg("{login} is no longer active", login=row.login), hint, code="inactive")
    held = work.session.execute(text("SELECT role FROM staff_role WHERE staff_id = :id"), {"id": row.id}).scalars()
    if SELLERS.isdisjoint(Role(role) for role in held):
        names = [label("role", role) for role in sorted(SELLERS)]
        raise Refused(
            msg("{login} does not sell", login=row.login),
            msg("customers go to the roles {roles}", roles=names),
            code="no-seller",
        )
    return Person(row.id, row.login, row.name)
