"""The customer file. What belongs to it (contacts, tags, history) has modules of its own, so that a command imports little."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from salesflow.enums import Grade, Kind, Source, Status
from salesflow.models.base import Base, blob, instant, iso_date, key, not_blank, one_of, reference, secret


class Customer(Base, table=True):
    """A company or a person that we sell to. `last_contact_on`, `last_progress_on` and `next_follow_up_on` are stored
    copies of what the follow-ups, the history and the plan say; services.schedule maintains them, `db check` recomputes them.
    So is `uncontacted_since`: the assignment, until there is a follow-up after it. A customer that was merged into another
    is archived, and its code stands for the other one (`merged_into_id`, which is never itself a merged one). `trail_key`
    opens what the audit trail has of the customer's words (db/trail.py); `customer forget` destroys it.
    """

    __table_args__ = (
        UniqueConstraint("code"),
        Index("ix_customer_name", "name_folded", "archived_at"),
        # An agenda counts from these alone; what stands behind the columns that are searched saves it a look at each row.
        Index(
            "ix_customer_due",
            "owner_id",
            "next_follow_up_on",
            "status",
            "grade",
            "archived_at",
            "last_progress_on",
            "first_contact_at",
        ),
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
    uncontacted_since: datetime | None = instant(nullable=True)
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
    merged_into_id: int | None = reference("customer.id", nullable=True)
    forgotten_at: datetime | None = instant(nullable=True)
    trail_key: bytes | None = secret()


_COLUMNS = Customer.__table__.c  # type: ignore[attr-defined]  # SQLModel adds __table__ at run time
Index("ix_customer_merged_into_id", _COLUMNS.merged_into_id, sqlite_where=_COLUMNS.merged_into_id.is_not(None))
Index(
    "ix_customer_uncontacted",
    *(_COLUMNS[name] for name in ("owner_id", "status", "grade", "uncontacted_since", "archived_at")),
    sqlite_where=_COLUMNS.uncontacted_since.is_not(None),
)
