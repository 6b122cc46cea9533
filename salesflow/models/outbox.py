"""Mails that wait to be sent, and those that were."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from salesflow.enums import MailState
from salesflow.models.base import Base, at_least, instant, key, not_blank, one_of, reference


class OutboxMessage(Base, table=True):
    """One mail. `dedupe` keeps the same mail from being queued twice, such as a day's reminder; `marked_at`: when its sending
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
    staff_id: int | None = reference("staff.id", nullable=True)
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
