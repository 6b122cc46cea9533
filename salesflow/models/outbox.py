"""Mails that wait to be sent, and those that were."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from salesflow.enums import MailState
from salesflow.models.base import Base, at_least, blob, instant, key, not_blank, one_of, reference


class OutboxMessage(Base, table=True):
    """One mail, to a staff member or to a contact: what a contact's address is stands in `recipient_cipher` alone, and
    `recipient` is its mask. `subject_kind`, `subject_id` and `subject_ref` name the record it is about.

    `dedupe` keeps the same mail from being queued twice, such as a day's reminder; `marked_at`: when its sending
    began, which is written before it is handed over.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("dedupe"),
        Index("ix_outbox_message_state", "state", "created_at"),
        one_of("state", MailState),
        not_blank("recipient"),
        at_least("attempts", 0),
    )

    id: int | None = key()
    kind: str
    recipient: str
    recipient_cipher: bytes | None = blob()
    staff_id: int | None = reference("staff.id", nullable=True)
    contact_id: int | None = reference("contact.id", nullable=True)
    customer_id: int | None = reference("customer.id", nullable=True)
    subject_kind: str | None = None
    subject_id: int | None = None
    subject_ref: str | None = None
    subject: str
    body: str
    created_at: datetime = instant()
    created_by: int = reference("staff.id")
    state: str = MailState.QUEUED
    attempts: int = 0
    marked_at: datetime | None = instant(nullable=True)
    sent_at: datetime | None = instant(nullable=True)
    error: str | None = None
    dedupe: str | None = None


_CUSTOMER = OutboxMessage.__table__.c.customer_id  # type: ignore[attr-defined]  # SQLModel adds __table__ at run time
Index("ix_outbox_message_customer_id", _CUSTOMER, sqlite_where=_CUSTOMER.is_not(None))


class OutboxAttachment(Base, table=True):
    """A file that goes with a mail: an attachment of the record that the mail is about."""

    __tablename__ = "outbox_attachment"

    message_id: int = reference("outbox_message.id", primary_key=True)
    position: int = Field(primary_key=True)
    attachment_id: int = reference("attachment.id", index=True)
