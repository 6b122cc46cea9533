"""The contacts of two customers that become one: whoever is there twice is kept once, with the richer fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from salesflow.enums import ChainRole
from salesflow.models.contact import Contact
from salesflow.services import belongings
from salesflow.services.contacts import KINDS, for_audit, mask, place
from salesflow.text import fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_PLAIN: Final = ("title", "concern")


def twins(work: Transaction, source_id: int, target_id: int) -> list[tuple[Contact, Contact]]:
    """The contacts of the one customer that the other has too, each with the one that it is."""
    there = people(work, target_id)
    found = ((contact, _twin(contact, there)) for contact in people(work, source_id))
    return [(contact, twin) for contact, twin in found if twin is not None]


def people(work: Transaction, customer_id: int) -> list[Contact]:
    """A customer's contacts that are not removed, the primary one first."""
    wanted = select(Contact).where(Contact.customer_id == customer_id, col(Contact.removed_at).is_(None))
    return list(work.session.exec(wanted.order_by(col(Contact.is_primary).desc(), col(Contact.id))).all())


def unite(work: Transaction, source_id: int, target_id: int, code: str) -> None:
    """Merge who is there twice, and leave the primary contact of the target primary, if it has one. Nobody moves here."""
    for contact, twin in twins(work, source_id, target_id):
        _absorb(work, contact, twin, code)
    if any(contact.is_primary for contact in people(work, target_id)):
        for contact in people(work, source_id):
            contact.is_primary = False
            work.session.add(contact)
    work.session.flush()


def _twin(contact: Contact, there: list[Contact]) -> Contact | None:
    """Who has one of the contact's values and is no other person: of the same name, or with no other value that differs.

    Two people may have the number of one switchboard.
    """
    for other in there:
        pairs = [(getattr(contact, f"{kind}_index"), getattr(other, f"{kind}_index")) for kind in KINDS]
        both = [one == two for one, two in pairs if one is not None and two is not None]
        if any(both) and (all(both) or fold(contact.name) == fold(other.name)):
            return other
    return None


def _absorb(work: Transaction, contact: Contact, twin: Contact, code: str) -> None:
    """Fill what the twin lacks, let it take the contact's place, and remove the contact: its values are in the audit trail."""
    assert contact.id is not None
    assert twin.id is not None
    for name in _PLAIN:
        if getattr(twin, name) is None:
            setattr(twin, name, getattr(contact, name))
    if twin.role == ChainRole.OTHER:
        twin.role = contact.role
    for kind in KINDS:
        _fill(work, kind, contact, twin)
    before = for_audit(contact.model_dump())
    contact.removed_at, contact.is_primary = work.now, False
    for changed in (contact, twin):
        changed.version += 1
        work.session.add(changed)
    belongings.replace_contact(work, contact.id, twin.id)
    work.audit("contact.merge", "contact", code, before=before, after=for_audit(twin.model_dump()))


def _fill(work: Transaction, kind: str, contact: Contact, twin: Contact) -> None:
    """Give the twin a value that it lacks, encrypted for its own row."""
    sealed = getattr(contact, f"{kind}_cipher")
    if sealed is None or getattr(twin, f"{kind}_cipher") is not None:
        return
    assert contact.id is not None
    assert twin.id is not None
    vault = work.context.vault
    value = vault.decrypt(sealed, place(kind), contact.id)
    setattr(twin, f"{kind}_cipher", vault.encrypt(value, place(kind), twin.id))
    setattr(twin, f"{kind}_masked", mask(kind, value))
    setattr(twin, f"{kind}_index", getattr(contact, f"{kind}_index"))
