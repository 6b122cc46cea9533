"""A customer that was recorded twice: all of one file goes into the other, for which its code stands from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.enums import Grade, PlanState
from salesflow.errors import Refused
from salesflow.i18n import msg, render
from salesflow.models.customer import Customer
from salesflow.rules.cadence import CADENCE
from salesflow.rules.decision import Decision
from salesflow.services import belongings, opportunities, schedule, standing, status, united_contacts, united_needs
from salesflow.services.contacts import optional
from salesflow.services.copies import recount
from salesflow.services.customers import BUDGET
from salesflow.services.records import load, merged

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_FILLED: Final = ("grade", "size", "address", "source_detail", "budget", "remark")
_FIELDS: Final = (
    "name", "kind", "industry", "region", "source", "first_contact_at", "need", "status", "owner", *_FILLED,
)  # fmt: skip
_HIDDEN: Final = "***"


class Value(NamedTuple):
    """A field that the two files have in different ways: the value that stays, whether it comes from the merged file, and
    the one that gives way (None where the other file had none). A budget is never shown.
    """

    field: str
    value: Any
    taken_over: bool
    other: Any = None


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge moves (records by kind), how many contacts were there twice, and which values win.

    opportunities: the open ones that are there twice, each with the target's of its title, by their numbers. They stay as
    they are: which of the two goes on, and what it is worth, is for people to say.
    """

    source: Customer
    target: Customer
    moved: Mapping[str, int]
    contacts_united: int
    values: Sequence[Value]
    opportunities: Sequence[tuple[str, str]]
    next: Decision[date] | None = None


def examine(work: Transaction, source_id: int, target_id: int) -> Merged:
    """What merging the one customer into the other would do; nothing is written.

    Raises Refused for the same customer, one that is merged or archived, or has an open approval; NotPermitted.
    """
    source = load(work, source_id, archived=True)
    target = load(work, target_id, archived=True)
    _check(work, source, target)
    twins = united_contacts.twins(work, source_id, target_id)
    moved = belongings.counted(work, source_id)
    twice = [(one.number, other.number) for one, other in opportunities.twins(work, source_id, target_id)]
    return Merged(source, target, moved, len(twins), _values(work, source, target), twice)


def merge(work: Transaction, source_id: int, target_id: int, reason: str | None = None) -> Merged:
    """Merge the one customer into the other, and archive it. Raises as `examine`, and InvalidValue for the reason."""
    why = optional(reason, work.context.policy.limits.text, msg("the reason"), multiline=True)
    found = examine(work, source_id, target_id)
    source, target = found.source, found.target
    united_contacts.unite(work, source_id, target_id, target.code)
    united_needs.unite(work, source_id, target_id, target.code)
    belongings.move(work, source_id, target_id, target.code)
    source.archived_at, source.merged_into_id = work.now, target_id
    _fill(work, source, target, found.values)
    for changed in (source, target):
        changed.version += 1
        recount(work, changed)
    due = _replan(work, target)
    _audit(work, found, why)
    return replace(found, next=due)


def _check(work: Transaction, source: Customer, target: Customer) -> None:
    if source.merged_into_id is not None:
        raise merged(work, source)
    if source.id in (target.id, target.merged_into_id):
        raise Refused(
            msg("{code} {name} cannot be merged into itself", code=source.code, name=source.name),
            msg("name two customers; see: salesflow customer duplicates"),
            code="same-customer",
        )
    if target.merged_into_id is not None:
        raise merged(work, target)
    for customer in (source, target):
        if customer.archived_at is not None:
            raise Refused(
                msg("{code} {name} is archived", code=customer.code, name=customer.name),
                msg("archived customers are not merged"),
                code="archived",
            )
        if customer.forgotten_at is not None:
            raise Refused(
                msg("the personal data of {code} {name} was erased", code=customer.code, name=customer.name),
                msg("what was erased is not brought back by a merge"),
                code="forgotten",
            )
    for customer in (source, target):
        standing.refuse_stranger(
            work, customer, msg("the owner of both customers, a manager or a director merges them")
        )
    for customer in (source, target):
        standing.refuse_open_approval(work, customer)


def _values(work: Transaction, source: Customer, target: Customer) -> list[Value]:
    """Which values win, field by field; the target's do where both have one."""
    old, kept = _fields(work, source), _fields(work, target)
    found = []
    for name in _FIELDS:
        if old[name] is None or old[name] == kept[name]:
            continue
        if kept[name] is not None:
            found.append(Value(name, kept[name], taken_over=False, other=old[name]))
        elif name in _FILLED:
            found.append(Value(name, old[name], taken_over=True))
    return [
        value._replace(value=_HIDDEN, other=value.other and _HIDDEN) if value.field == "budget" else value
        for value in found
    ]


def _fields(work: Transaction, customer: Customer) -> dict[str, Any]:
    budget = customer.budget_cipher
    assert customer.id is not None
    return {
        **{name: getattr(customer, name) for name in _FIELDS if name not in ("owner", "budget")},
        "owner": standing.login(work, customer.owner_id),
        "budget": None if budget is None else work.context.vault.decrypt(budget, BUDGET, customer.id),
    }


def _fill(work: Transaction, source: Customer, target: Customer, values: Sequence[Value]) -> None:
    """Take over what the target lacks; the budget is encrypted anew, for it is bound to its row."""
    for value in values:
        if not value.taken_over:
            continue
        if value.field == "budget":
            _fill_budget(work, source, target)
        elif value.field == "grade":
            reason = render(msg("merged with {code}", code=source.code))
            status.change_grade(work, target, Grade(value.value), reason)
        else:
            setattr(target, value.field, value.value)
    work.session.add(target)


def _fill_budget(work: Transaction, source: Customer, target: Customer) -> None:
    assert source.id is not None
    assert target.id is not None
    assert source.budget_cipher is not None
    amount = work.context.vault.decrypt(source.budget_cipher, BUDGET, source.id)
    target.budget_cipher = work.context.vault.encrypt(amount, BUDGET, target.id)
    target.budget_consent = source.budget_consent


def _replan(work: Transaction, target: Customer) -> Decision[date]:
    """One computed follow-up is enough: the other file's ends, and the one that stays goes to where the rule wants it."""
    computed = [item for item in schedule.pending(work, target) if item.rule == CADENCE]
    for item in computed[1:]:
        schedule.close(work, item, PlanState.CANCELLED, reason=CADENCE)
    return schedule.replan(work, target)


def _audit(work: Transaction, found: Merged, reason: str | None) -> None:
    """Both files have an entry. What gave way is in the one of the file that stays."""
    source, target = found.source, found.target
    taken = [value.field for value in found.values if value.taken_over]
    lost = {value.field: value.other for value in found.values if not value.taken_over}
    if "budget" in lost:
        lost["budget"] = source.budget_cipher
    after = {"merged": source.code, "moved": dict(found.moved), "taken_over": taken or None, "reason": reason}
    work.audit("customer.merge", "customer", target.code, before=lost, after=after)
    gone: dict[str, object] = {"merged_into": target.code, "archived_at": work.now}
    work.audit("customer.merged", "customer", source.code, after=gone)
