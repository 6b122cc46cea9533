"""Taking a customer out of the lists, and bringing it back: its file is kept, its code goes on standing for it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.enums import PlanState
from salesflow.errors import Refused, UsageError
from salesflow.i18n import msg
from salesflow.services import contacts, schedule, standing
from salesflow.services.contacts import optional
from salesflow.services.customers import same_name, there_already
from salesflow.services.records import load, merged, shelved

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer
    from salesflow.rules.decision import Decision


_NAMES: Final = "SELECT login, active FROM staff WHERE id = :id"


class Archived(NamedTuple):
    """The customer, and how many plan items were cancelled."""

    customer: Customer
    cancelled: int


class Restored(NamedTuple):
    """The rule's word on the next follow-up, which is planned; `left`: the owner's login where they left meanwhile."""

    next: Decision[date]
    left: str | None


def remove(work: Transaction, customer_id: int, reason: str) -> Archived:
    """Archive a customer; what is planned for it is cancelled.

    Raises UsageError without a reason, InvalidValue for one that cannot be kept, NotPermitted, Refused where it is archived
    already or merged, an approval waits, an order is in progress, or an opportunity is open.
    """
    why = optional(reason, work.context.policy.limits.text, msg("the reason"), multiline=True)
    if why is None:
        raise UsageError(msg("the reason is missing"), msg("say why: --reason TEXT"), code="missing-value")
    customer = load(work, customer_id, archived=True)
    _check(work, customer)
    if customer.archived_at is not None:
        raise Refused(
            msg("{code} {name} is archived already", code=customer.code, name=customer.name),
            msg("bring it back with: salesflow customer remove {code} --undo", code=customer.code),
            code="archived",
        )
    standing.refuse_open_approval(work, customer)
    standing.refuse_open_order(work, customer)
    standing.refuse_open_opportunity(work, customer)
    standing.refuse_open_contract(work, customer)
    items = schedule.pending(work, customer)
    for item in items:
        schedule.close(work, item, PlanState.CANCELLED, reason=why)
    before, after = work.changed(customer, {"archived_at": work.now})
    work.session.add(customer)
    schedule.refresh(work, customer)
    after |= {"reason": why, "cancelled": [item.id for item in items] or None}
    work.audit("customer.remove", "customer", customer.code, before=before, after=after)
    return Archived(customer, len(items))


def restore(
    work: Transaction, customer_id: int, reason: str | None = None, *, allow_duplicate: bool = False
) -> Restored:
    """Bring an archived customer back.

    Raises InvalidValue for the reason, NotPermitted, Refused where it is not archived, was merged, or its personal data was
    erased, Duplicate where another customer was added meanwhile with its name or one of its contact values.
    """
    why = optional(reason, work.context.policy.limits.text, msg("the reason"), multiline=True)
    customer = load(work, customer_id, archived=True)
    _check(work, customer)
    if customer.archived_at is None:
        raise Refused(
            msg("{code} {name} is not archived", code=customer.code, name=customer.name),
            msg("see: salesflow customer show {code}", code=customer.code),
            code="state",
        )
    if customer.forgotten_at is not None:
        raise shelved(customer.code, customer.name, forgotten=True)
    if not allow_duplicate:
        _refuse_twin(work, customer)
    before, after = work.changed(customer, {"archived_at": None})
    work.session.add(customer)
    due = schedule.replan(work, customer)
    work.audit("customer.restore", "customer", customer.code, before=before, after=after | {"reason": why})
    return Restored(due, _left(work, customer.owner_id))


def _refuse_twin(work: Transaction, customer: Customer) -> None:
    """An archived customer is nobody's twin, so that it may have got one."""
    assert customer.id is not None
    again = msg("look at the other one; bring this one back all the same with --allow-duplicate")
    same = same_name(work, customer.name_norm, but=customer.id)
    if same is not None:
        raise there_already(customer.name, same, again)
    for contact in contacts.of_customer(work, customer.id):
        indexes = {kind: getattr(contact, f"{kind}_index") for kind in contacts.KINDS}
        other = contacts.twin(work, contacts.Checked({}, {}, indexes), but=contact.id or 0)
        if other is not None:
            raise contacts.shared(other, getattr(contact, f"{other.kind}_masked"), again)


def _left(work: Transaction, owner_id: int) -> str | None:
    owner = work.look_up(_NAMES, {"id": owner_id})
    return None if owner is None or owner[1] else str(owner[0])


def _check(work: Transaction, customer: Customer) -> None:
    if customer.merged_into_id is not None:
        raise merged(work, customer)
    standing.refuse_stranger(work, customer, msg("its owner, a manager or a director does that"))
