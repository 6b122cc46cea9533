"""The tag library, and which customer has which tag."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint

from salesflow.models.base import Base, instant, key, not_blank, reference


class Tag(Base, table=True):
    __table_args__ = (UniqueConstraint("name_norm"), not_blank("name"))

    id: int | None = key()
    name: str
    name_norm: str
    retired_at: datetime | None = instant(nullable=True)


class CustomerTag(Base, table=True):
    __tablename__ = "customer_tag"

    customer_id: int = reference("customer.id", primary_key=True)
    tag_id: int = reference("tag.id", primary_key=True, index=True)
