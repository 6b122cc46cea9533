"""Files that belong to a record. The content is in the store beside the database, once for each SHA-256."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index

from salesflow.enums import AttachmentKind
from salesflow.models.base import Base, at_least, instant, key, not_blank, one_of, reference, whole


class Attachment(Base, table=True):
    """One file of one record. `subject_kind` and `subject_id` name the record, `size` is in bytes, `sha256` in hexadecimal."""

    __table_args__ = (
        Index("ix_attachment_subject", "subject_kind", "subject_id"),
        Index("ix_attachment_customer", "customer_id", "at"),
        Index("ix_attachment_sha256", "sha256"),
        one_of("kind", AttachmentKind),
        not_blank("name"),
        at_least("size", 0),
    )

    id: int | None = key()
    subject_kind: str
    subject_id: int
    subject_ref: str
    customer_id: int | None = reference("customer.id", nullable=True)
    kind: str
    name: str
    size: int = whole()
    sha256: str
    at: datetime = instant()
    by_id: int = reference("staff.id")
    removed_at: datetime | None = instant(nullable=True)
