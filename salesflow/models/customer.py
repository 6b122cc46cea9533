"""The customer file, its contacts and tags, the history of its status and grade, and the runs that changed many at once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from salesflow.enums import ChainRole, Grade, Kind, LossReason, Source, Status
from salesflow.models.base import Base, at_least, blob, instant, iso_date, key, not_blank, one_of, reference


class Customer(Base, table=True):
    """A company or a person that we sell to. `last_contact_on`, `last_progress_on` and `next_follow_up_on` are stored
    copies of what the follow-ups, the history and the plan say; services.schedule maintains them, `db check` recomputes them.
    """

    __table_args__ = (
        UniqueConstraint("code"),
        Index("ix_customer_name", "name_folded", "archived_at"),
        # An agenda counts from these alone; what stands behind the columns that are searched saves it a look at each row.
        Index("ix_customer_due", "owner_id", "next_follow_up_on", "status", "grade", "archived_at"),
        Index(
            "ix_customer_grade_status",
            "grade",
            "status",
            "last_progress_on",
            "owner_id",
            "archived_at",
            "first_contact_at",
        ),
        one_of("kind", Kind),
        one_of("source", Source),
        one_of("grade", Grade, nullable=True),
        one_of("status", Status),
        not_blank("name"),
        *iso_date("last_contact_on", "last_progress_on", "next_follow_up_on"),
    )

    id: int | None = key()
    code: str
    kind: str
    name: str
    name_folded: str
    name_norm: str = Field(index=True)
    pinyin: str
    initials: str
    industry: str
    size: str | None = None
    region: str
    address: str | None = None
    source: str
    source_detail: str | None = None
    first_contact_at: datetime = instant()
    need: str
    budget_cipher: bytes | None = blob()
    budget_consent: str | None = None
    grade: str | None = None
    status: str
    owner_id: int = reference("staff.id")
    assigned_at: datetime = instant()
    remark: str | None = None
    recorded_at: datetime = instant(index=True)
    recorded_by: int = reference("staff.id")
    entry_late: bool = False
    last_contact_on: date | None = None
    last_progress_on: date | None = None
    next_follow_up_on: date | None = Field(default=None, index=True)
    archived_at: datetime | None = instant(nullable=True)
    import_id: int | None = reference("import_run.id", nullable=True)
    version: int = 1


Index(
    "ix_customer_uncontacted",
    *(Customer.__table__.c[name] for name in ("owner_id", "status", "grade", "assigned_at", "archived_at")),  # type: ignore[attr-defined]  # SQLModel adds __table__ at run time
    sqlite_where=Customer.__table__.c.last_contact_on.is_(None),  # type: ignore[attr-defined]  # as above
)


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


for _column in ("phone_index", "email_index", "wechat_index"):
    Index(f"ix_contact_{_column}", Contact.__table__.c[_column], sqlite_where=Contact.__table__.c[_column].is_not(None))  # type: ignore[attr-defined]  # SQLModel adds __table__ at run time


class Tag(Base, table=True):
    __table_args__ = (UniqueConstraint("name_norm"), not_blank("name"))

    id: int | None = key()
    name: str
    name_norm: str
    retired_at: datetime | None = instant(nullable=True)


class CustomerTag(Base, table=True):
    __tablename__ = "customer_tag"

    customer_id: int = reference("customer.id", primary_key=True)
    tag_id: int = reference("tag.id", primary_key=True)


class StatusChange(Base, table=True):
    __tablename__ = "status_change"
    __table_args__ = (
        one_of("from_status", Status, nullable=True),
        one_of("to_status", Status),
        one_of("loss_reason", LossReason, nullable=True),
    )

    id: int | None = key()
    customer_id: int = reference("customer.id", index=True)
    at: datetime = instant(index=True)
    by_id: int = reference("staff.id")
    from_status: str | None = None
    to_status: str
    reason: str
    loss_reason: str | None = None
    competitor: str | None = None
    rule: str | None = None
    run_id: int | None = reference("stale_run.id", nullable=True)


class GradeChange(Base, table=True):
    __tablename__ = "grade_change"
    __table_args__ = (one_of("from_grade", Grade, nullable=True), one_of("to_grade", Grade, nullable=True))

    id: int | None = key()
    customer_id: int = reference("customer.id", index=True)
    at: datetime = instant(index=True)
    by_id: int = reference("staff.id")
    from_grade: str | None = None
    to_grade: str | None = None
    reason: str
    rule: str | None = None
    run_id: int | None = reference("stale_run.id", nullable=True)


class ImportRun(Base, table=True):
    """One import of a file; its id is its number."""

    __tablename__ = "import_run"
    __table_args__ = tuple(at_least(name, 0) for name in ("read", "created", "updated", "skipped"))

    id: int | None = key()
    record_kind: str
    file: str
    at: datetime = instant()
    by_id: int = reference("staff.id")
    read: int
    created: int
    updated: int
    skipped: int


class StaleRun(Base, table=True):
    """One sweep over stale leads; its id is its run number."""

    __tablename__ = "stale_run"

    id: int | None = key()
    at: datetime = instant()
    by_id: int = reference("staff.id")
    changed: int
