"""The people at a customer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from salesflow.enums import ChainRole
from salesflow.models.base import Base, blob, instant, key, not_blank, one_of, reference


class Contact(Base, table=True):
    """A person at a customer. Each contact value is kept three ways: encrypted, masked, and as a keyed hash for look-up."""

    __table_args__ = (one_of("role", ChainRole), not_blank("name"))

    id: int | None = key()
    customer_id: int = reference("customer.id", index=True)
    name: str
    title: str | None = None
    role: str = ChainRole.OTHER
    concern: str | None = None
    is_primary: bool = False
    phone_cipher: bytes | None = blob()
    phone_masked: str | None = None
    phone_index: bytes | None = blob()
    email_cipher: bytes | None = blob()
    email_masked: str | None = None
    email_index: bytes | None = blob()
    wechat_cipher: bytes | None = blob()
    wechat_masked: str | None = None
    wechat_index: bytes | None = blob()
    created_at: datetime = instant()
    removed_at: datetime | None = instant(nullable=True)
    version: int = 1
    pinyin: str = Field(default="", sa_column_kwargs={"server_default": ""})
    initials: str = Field(default="", sa_column_kwargs={"server_default": ""})


for _column in ("phone_index", "email_index", "wechat_index"):
    Index(f"ix_contact_{_column}", Contact.__table__.c[_column], sqlite_where=Contact.__table__.c[_column].is_not(None))  # type: ignore[attr-defined]  # SQLModel adds __table__ at run time
