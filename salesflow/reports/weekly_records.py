"""The fields of the records behind each section of the weekly review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesflow.columns import Column, Columns, Kind
from salesflow.reports.weekly_fields import (
    AFTER,
    AT,
    BEFORE,
    CHANGES,
    CODE,
    CUSTOMER,
    DAYS,
    FIGURE,
    GRADE,
    GRADE_AFTER,
    GRADE_BEFORE,
    KEY,
    LOST,
    METHOD,
    OWNER,
    PERSON,
    PLAN,
    REASON,
    RULE,
    SOURCE,
    STATUS,
    WAITING,
    WON,
)

_FOLLOWUP_RECORD: Final = (
    FIGURE,
    Column("due_on", "Due", Kind.DATE),
    AT,
    CODE,
    CUSTOMER,
    PERSON,
    METHOD,
    Column("outcome", "Outcome", Kind.CODE, labels="outcome"),
    Column("text", "Text", flexible=True),
)
_TOTAL: Final = Column("total", "Total", Kind.MONEY)

# The records behind each section; where a section counts several things, `figure` says for which a record stands.
DRILLS: Final[Mapping[str, Columns]] = {
    "new_customers": (
        CODE._replace(table=True),
        CUSTOMER,
        SOURCE,
        GRADE,
        OWNER,
        Column("first_contact_at", "First contact", Kind.INSTANT, table=False),
        Column("recorded_at", "Recorded", Kind.INSTANT),
        Column("entry_late", "Recorded late", Kind.FLAG),
    ),
    "status_mix": (STATUS, CODE._replace(table=True), CUSTOMER, GRADE, OWNER),
    "status_changes": CHANGES,
    "won": WON,
    "lost": LOST,
    "followups": _FOLLOWUP_RECORD,
    "key_customers": KEY,
    "stale": (
        FIGURE,
        CODE._replace(table=True),
        CUSTOMER,
        GRADE,
        STATUS,
        OWNER,
        DAYS,
        AT._replace(table=False),
        *(column._replace(table=False) for column in (GRADE_BEFORE, GRADE_AFTER, BEFORE, AFTER)),
        RULE,
        REASON,
    ),
    "discipline": (
        FIGURE,
        PERSON,
        CODE,
        CUSTOMER,
        Column("happened_at", "Happened", Kind.INSTANT),
        Column("recorded_at", "Recorded", Kind.INSTANT),
        METHOD._replace(table=False),
        Column("text", "Text", flexible=True, table=False),
    ),
    "quotes": (
        FIGURE,
        Column("number", "No."),
        Column("version", "Version", Kind.INTEGER, table=False),
        CODE,
        CUSTOMER,
        OWNER,
        _TOTAL,
        AT,
    ),
    "approvals": (
        FIGURE,
        *WAITING,
        Column("state", "State", Kind.CODE, labels="approvalstate"),
        Column("self_approved", "Self-approved", Kind.FLAG),
        Column("decided_for", "For"),
        Column("closed_at", "Closed", Kind.INSTANT, table=False),
    ),
    "orders": (FIGURE, Column("number", "No."), CODE, CUSTOMER, OWNER, _TOTAL, AT),
    "next_week": (FIGURE, *PLAN),
}
