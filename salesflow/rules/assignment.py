"""Who gets a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
