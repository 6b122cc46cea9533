"""Contacts out of vCards and into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from salesflow.enums import ImportOutcome
from salesflow.errors import InvalidValue, SalesflowError
from salesflow.i18n import Message, msg
from salesflow.services import contacts
from salesflow.services.contacts import Checked, NewContact

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer
    from salesflow.services.vcards import Card


class Outcome(NamedTuple):
    """What becomes of one card: it makes a contact, is skipped (the customer has it already) or bad, with the reason.

    `left_out`: how many further numbers and addresses it has; a contact has one of each kind.
    """

    card: int
    name: str
    outcome: ImportOutcome
    reason: Message | None = None
    left_out: int = 0


def revealed(work: Transaction, customer: Customer) -> list[contacts.Revealed]:
    """Every contact of a customer with its values as they are, the primary one first; each is noted in the audit trail."""
    assert customer.id is not None
    return [contacts.opened(work, customer, contact) for contact in contacts.of_customer(work, customer.id)]


def take_in(
    work: Transaction,
    customer: Customer,
    cards: Sequence[Card],
    *,
    allow_duplicate: bool = False,
    dry_run: bool = False,
) -> list[Outcome]:
    """Add the people on cards to a customer's contacts: all, or nobody where a card is refused. Gives what becomes of each.

    A card whose values the customer's contacts, or an earlier card, have already is skipped; one whose values another
    customer has is refused, unless `allow_duplicate`.
    """
    found = [_looked_at(work, customer, card, allow_duplicate=allow_duplicate) for card in cards]
    outcomes, new = _without_repetitions([outcome for outcome, _, _ in found], found)
    if not dry_run and not any(outcome.outcome == ImportOutcome.ERROR for outcome in outcomes):
        for contact in new:
            contacts.add(work, customer, contact, allow_duplicate=True)
    return outcomes


Look = tuple[Outcome, NewContact | None, Checked | None]


def _without_repetitions(outcomes: list[Outcome], found: Sequence[Look]) -> tuple[list[Outcome], list[NewContact]]:
    seen: set[tuple[str, bytes]] = set()
    new: list[NewContact] = []
    for place, (outcome, contact, checked) in enumerate(found):
        if contact is None or checked is None:
            continue
        values = set(checked.indexes.items())
        if values & seen:
            reason = msg("an earlier card has the same phone, e-mail or WeChat")
            outcomes[place] = outcome._replace(outcome=ImportOutcome.SKIPPED, reason=reason, left_out=0)
        else:
            new.append(contact)
        seen |= values
    return outcomes, new


def _looked_at(work: Transaction, customer: Customer, card: Card, *, allow_duplicate: bool) -> Look:
    """What would become of a card on its own; with the contact where it is to be added."""
    try:
        contact, left_out = _contact(card)
        checked = contacts.checked(contact, work.context.policy.limits, work.context.vault)
        twin = contacts.twin(work, checked)
        if twin is not None and twin.customer_code == customer.code:
            reason = msg("{contact} has it already", contact=twin.contact_name)
            return Outcome(card.number, contact.name, ImportOutcome.SKIPPED, reason), None, None
        if twin is not None and not allow_duplicate:
            raise contacts.known_already(checked, twin)
    except SalesflowError as error:
        return Outcome(card.number, card.name, ImportOutcome.ERROR, error.message), None, None
    return Outcome(card.number, contact.name, ImportOutcome.CREATED, None, left_out), contact, checked


def _contact(card: Card) -> tuple[NewContact, int]:
    """The contact that a card tells of, and how much of it there is no place for. Raises InvalidValue."""
    if not card.readable:
        raise InvalidValue(msg("the card cannot be read"))
    if not card.name:
        raise InvalidValue(msg("the card has no name"))
    values: dict[str, Any] = {"phone": card.phones, "email": card.emails, "wechat": card.wechats}
    first: dict[str, Any] = {kind: given[0] if given else None for kind, given in values.items()}
    left_out = sum(len(given) - 1 for given in values.values() if given)
    return NewContact(card.name, card.title, **first), left_out
