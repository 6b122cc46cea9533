"""Who gets a customer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.enums import Grade, Role
from salesflow.i18n import Message, msg
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

ASSIGN: Final = "assign"
SELLERS: Final = frozenset((Role.REP, Role.SENIOR_REP, Role.ASSISTANT))


class Candidate(NamedTuple):
    """An active staff member: region, roles, their open customers by grade, and in which industries they have some."""

    login: str
    name: str
    region: str | None
    roles: frozenset[Role]
    open_by_grade: Mapping[Grade | None, int]
    industries: frozenset[str]


class Team:
    """Everybody active, with their open customers as they are while customers are being assigned."""

    def __init__(
        self,
        people: Iterable[tuple[str, str, str | None, str]],
        books: Iterable[tuple[str, str | None, str, int]],
    ) -> None:
        """`people`: login, name, region and role, once for each role; `books`: owner, grade, industry and how many."""
        self._people: dict[str, tuple[str, str | None]] = {}
        self._roles: defaultdict[str, set[Role]] = defaultdict(set)
        self._grades: defaultdict[str, Counter[Grade | None]] = defaultdict(Counter)
        self._industries: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for login, name, region, role in people:
            self._people[login] = (name, region)
            self._roles[login].add(Role(role))
        for owner, grade, industry, count in books:
            self.count(owner, None if grade is None else Grade(grade), industry, count)

    def count(self, owner: str, grade: Grade | None, industry: str, by: int) -> None:
        """Count open customers into somebody's book, or out of it (`by` below zero), so that the next one meets it as it is."""
        self._grades[owner][grade] += by
        self._industries[owner][industry] += by

    def candidates(self, *, without: str | None = None) -> list[Candidate]:
        """Who may be chosen; `without`: somebody who is not to be."""
        return [
            Candidate(login, name, region, frozenset(self._roles[login]), self._grades[login], self._in(login))
            for login, (name, region) in self._people.items()
            if login != without
        ]

    def _in(self, login: str) -> frozenset[str]:
        return frozenset(name for name, count in self._industries[login].items() if count > 0)


def load(policy: Policy, candidate: Candidate) -> int:
    """The weight of somebody's open customers: A 3, B 2, C (and ungraded) 1 each."""
    section = policy.assign
    weights = {Grade.A: section.weight_a, Grade.B: section.weight_b, Grade.C: section.weight_c, None: section.weight_c}
    return sum(weights[grade] * count for grade, count in candidate.open_by_grade.items())


def assign(
    policy: Policy, *, grade: Grade | None, region: str, industry: str, candidates: Sequence[Candidate]
) -> Decision[str]:
    """A goes to a senior rep; B and C by region, then industry; C to an assistant where there is one; the least loaded first.

    `value` is the login; None where nobody sells. Each criterion narrows the choice only where somebody meets it, so
    that a customer is never left without an owner. Outcome: the login or "nobody". Source: process-toolkit,
    order-toolkit.
    """
    pool = [one for one in candidates if one.roles & SELLERS]
    facts: dict[str, object] = {"grade": grade, "region": region, "industry": industry}
    if not pool:
        hint = msg("add one with: salesflow staff add LOGIN --name NAME --role rep")
        return Decision(ASSIGN, "nobody", Strength.REFUSE, msg("there is nobody who sells"), facts, hint=hint)
    reasons: list[Message] = []
    pool = _narrowed(pool, *_by_role(pool, grade), reasons)
    local = [one for one in pool if one.region == region]
    pool = _narrowed(pool, local, msg("region {region}", region=region), reasons)
    if grade is not Grade.A:
        same = [one for one in pool if industry in one.industries]
        pool = _narrowed(pool, same, msg("has customers of this industry"), reasons)
    chosen = min(pool, key=lambda one: (load(policy, one), one.login))
    weight = load(policy, chosen)
    if len(pool) > 1:
        reasons.append(msg("least loaded of {count} ({load})", count=len(pool), load=weight))
    facts |= {"load": weight, "considered": sorted(one.login for one in pool)}
    text = msg(
        "goes to {login} {name}: {reasons}",
        login=chosen.login,
        name=chosen.name,
        reasons=reasons or [msg("the only one who sells")],
    )
    return Decision(ASSIGN, chosen.login, Strength.COMPUTE, text, facts, chosen.login)


def _by_role(pool: Sequence[Candidate], grade: Grade | None) -> tuple[list[Candidate], Message]:
    """Who should have customers of the grade, and why; assistants get C alone, where there are others."""
    seniors = [one for one in pool if Role.SENIOR_REP in one.roles]
    if grade is Grade.A and seniors:
        return seniors, msg("grade A goes to a senior rep")
    if grade is Grade.C:
        return [one for one in pool if Role.ASSISTANT in one.roles], msg("grade C goes to an assistant")
    return [one for one in pool if one.roles & {Role.REP, Role.SENIOR_REP}], msg("a sales representative")


def _narrowed(pool: list[Candidate], some: list[Candidate], reason: Message, reasons: list[Message]) -> list[Candidate]:
    """The narrower choice, with its reason, unless it would leave nobody."""
    if not some:
        return pool
    reasons.append(reason)
    return some


def wants_senior(
    *, grade: Grade, code: str, owner: str, owner_roles: Collection[Role], roles: Collection[Role]
) -> Decision[bool]:
    """Whether a customer's new grade calls for another owner: A where the owner is no senior rep and somebody else is one.

    `owner_roles` are those of the owner, `roles` all that somebody active holds. Outcome: "ok" or "reassign", a hint with
    the command that does it. Source: process-toolkit, order-toolkit.
    """
    facts: dict[str, object] = {"grade": grade, "owner": owner}
    if grade is not Grade.A or Role.SENIOR_REP in owner_roles or Role.SENIOR_REP not in roles:
        text = msg("the grade calls for no other owner")
        return Decision(ASSIGN, "ok", Strength.OFF, text, facts, False)
    text = msg("grade A goes to a senior rep, {owner} is none", owner=owner)
    hint = msg("reassign it: salesflow customer assign {code} --auto", code=code)
    return Decision(ASSIGN, "reassign", Strength.HINT, text, facts, True, hint)
