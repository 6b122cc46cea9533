"""A mail of the outbox as it goes out: to whom, with which files, and whether what it is about still stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlmodel import col, select, text

from salesflow.db import store
from salesflow.enums import MailState, QuoteState, SubjectKind
from salesflow.errors import NotFound, Refused
from salesflow.i18n import Message, label, msg, render
from salesflow.models.outbox import OutboxMessage
from salesflow.services import mail
from salesflow.services.mail import Letter

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

RECIPIENT: Final = "outbox_message.recipient"
"""The place to which the encrypted form of a recipient's address is bound."""
UNKNOWN: Final = "?"


class Held(NamedTuple):
    """A mail that was kept back for good instead of being sent."""

    id: int


def address_to_contact(work: Transaction, mail_: OutboxMessage, contact_id: int) -> None:
    """The contact's own address goes into the mail encrypted, its mask beside it.

    Raises NotFound for a contact that is gone, Refused where it has no address or its customer is archived.
    """
    from salesflow.models.contact import Contact
    from salesflow.services.contacts import place
    from salesflow.services.records import load

    contact = work.session.get(Contact, contact_id)
    if contact is None or contact.removed_at is not None:
        raise NotFound(
            msg("the contact is no longer there"), msg("see: salesflow contact list CUSTOMER"), code="unknown-contact"
        )
    customer = load(work, contact.customer_id)
    if contact.email_cipher is None:
        raise Refused(
            msg("{contact} of {code} has no e-mail address", contact=contact.name, code=customer.code),
            msg(
                "give one: salesflow contact edit {code} {contact} --email ADDRESS",
                code=customer.code,
                contact=contact.name,
            ),
            code="no-address",
        )
    assert contact.id is not None
    assert mail_.id is not None
    address = work.context.vault.decrypt(contact.email_cipher, place("email"), contact.id)
    mail_.recipient = contact.email_masked or UNKNOWN
    mail_.recipient_cipher = work.context.vault.encrypt(address, RECIPIENT, mail_.id)
    mail_.contact_id, mail_.customer_id = contact.id, contact.customer_id
    work.session.add(mail_)


def letter(work: Transaction, found: OutboxMessage) -> Letter:
    """The mail as it goes out: to the address itself, from somebody who can be answered, with its files."""
    assert found.id is not None
    address, answer = found.recipient, None
    if found.recipient_cipher is not None:
        address = work.context.vault.decrypt(found.recipient_cipher, RECIPIENT, found.id)
        row = work.look_up("SELECT email FROM staff WHERE id = :id", {"id": found.created_by})
        answer = row[0] if row else None
    sql = (
        "SELECT attachment.name, attachment.sha256 FROM outbox_attachment "
        "JOIN attachment ON attachment.id = outbox_attachment.attachment_id "
        "WHERE outbox_attachment.message_id = :id ORDER BY outbox_attachment.position"
    )
    files = work.session.execute(text(sql), {"id": found.id}).all()
    return Letter(
        found.id,
        address,
        found.subject,
        found.body,
        found.created_at,
        shown=found.recipient,
        reply_to=answer,
        files=tuple(mail.Enclosed(name, store.place(work.context.database, digest), digest) for name, digest in files),
        by_person=found.contact_id is not None,
    )


def held_back(work: Transaction, found: OutboxMessage) -> Message | None:
    """Why a mail does not go out after all: what it is about no longer stands. None where it may go."""
    if found.subject_kind != SubjectKind.QUOTE:
        return None
    from salesflow.models.quote import Quote
    from salesflow.rules.pricing import quote_standing

    quote = work.session.get(Quote, found.subject_id)
    if quote is None or quote.state not in (QuoteState.APPROVED, QuoteState.SENT):
        state = label("quotestate", quote.state if quote else QuoteState.SUPERSEDED)
        return msg("{ref} is {state}: it is not sent any more", ref=found.subject_ref, state=state)
    standing = quote_standing(work.context.policy, valid_until=quote.valid_until, today=work.context.clock.today())
    return standing.message if standing.refused else None


def hold(work: Transaction, found: OutboxMessage, why: Message) -> Held:
    """Keep a mail back for good, with the reason."""
    assert found.id is not None
    before = {"state": found.state}
    found.state, found.error = MailState.FAILED, render(why)
    work.session.add(found)
    work.audit("mail.hold", "mail", str(found.id), before=before, after={"state": found.state, "error": found.error})
    return Held(found.id)


def letters(work: Transaction, state: MailState) -> list[tuple[str, Letter]]:
    """The mails of a state with their kinds, to be written to files, the oldest first; what no longer stands is kept back.

    That contacts' addresses leave in files is noted in the audit trail: before there are files, so that none is without it.
    """
    found = []
    wanted = select(OutboxMessage).where(OutboxMessage.state == state).order_by(col(OutboxMessage.id))
    for one in work.session.exec(wanted).all():
        why = held_back(work, one) if state is MailState.QUEUED else None
        if why is not None:
            hold(work, one, why)
            continue
        if one.recipient_cipher is not None:
            work.audit("mail.export", "mail", str(one.id), after={"ref": one.subject_ref})
        found.append((one.kind, letter(work, one)))
    return found
