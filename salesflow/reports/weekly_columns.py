"""The sections of the weekly review, with their fields."""

from __future__ import annotations

from typing import Final

from salesflow.columns import Column, Kind
from salesflow.reports.weekly_fields import (
    AFTER,
    BEFORE,
    CHANGES,
    COMPETITOR,
    COUNT,
    DOWNGRADED,
    GRADE,
    KEY,
    LEFT_OUT,
    LOSS,
    LOST,
    METHOD,
    OWNER,
    PERSON,
    PLAN,
    RULE,
    SHARE,
    SOURCE,
    STALE,
    STATUS,
    WAITING,
    WON,
)

_NEW_CUSTOMERS: Final = (
    COUNT,
    Column("late", "Recorded late", Kind.INTEGER),
    Column("ungraded", "Not graded", Kind.INTEGER),
    Column("by_source", "By lead source", Kind.ROWS, columns=(SOURCE, COUNT, SHARE)),
    Column("by_grade", "By grade", Kind.ROWS, columns=(GRADE, COUNT, SHARE)),
)
_MIX: Final = (
    STATUS,
    COUNT,
    SHARE,
    Column("count_before", "A week ago", Kind.INTEGER),
    Column("share_before", "Share then", Kind.PERCENT),
    Column("change", "+/-", Kind.INTEGER),
    Column("share_change", "Share +/-", Kind.PERCENT),
)
_STATUS_MIX: Final = (
    Column("total", "All customers", Kind.INTEGER),
    Column("total_before", "All a week ago", Kind.INTEGER),
    Column("statuses", "By status", Kind.ROWS, columns=_MIX),
)
_CYCLE: Final = (
    Column("shortest", "Shortest", Kind.INTEGER),
    Column("first_quartile", "First quartile", Kind.QUANTITY),
    Column("median", "Median", Kind.QUANTITY),
    Column("third_quartile", "Third quartile", Kind.QUANTITY),
    Column("longest", "Longest", Kind.INTEGER),
)
_STEPS: Final = (
    BEFORE,
    AFTER,
    Column("customers", "Took it", Kind.INTEGER),
    Column("median_days", "Median days", Kind.QUANTITY),
)
_LOST_SECTION: Final = (
    COUNT,
    LEFT_OUT,
    Column("by_reason", "By reason", Kind.ROWS, columns=(LOSS, COUNT, SHARE)),
    Column("by_competitor", "By competitor", Kind.ROWS, columns=(COMPETITOR, COUNT, SHARE)),
    Column("customers", "Lost customers", Kind.ROWS, columns=LOST),
)
_PLANNED: Final = (
    Column("planned", "Planned", Kind.INTEGER),
    Column("done", "Done", Kind.INTEGER),
    Column("on_time", "On time", Kind.INTEGER),
    Column("late", "Done late", Kind.INTEGER),
    Column("missed", "Missed", Kind.INTEGER),
    Column("open", "Still to come", Kind.INTEGER),
)
_LOGGED: Final = Column("logged", "Logged", Kind.INTEGER)
_FOLLOWUPS: Final = (
    *_PLANNED,
    Column("on_time_share", "Share on time", Kind.PERCENT),
    _LOGGED,
    Column("earlier", "Logged from earlier weeks", Kind.INTEGER),
    Column("by_method", "By method", Kind.ROWS, columns=(METHOD, COUNT, SHARE)),
    Column("by_person", "By person", Kind.ROWS, columns=(PERSON, *_PLANNED, _LOGGED)),
)
_KEPT: Final = (
    Column("entries", "Entries", Kind.INTEGER),
    Column("entries_late", "Late entries", Kind.INTEGER),
    Column("entry_share", "Entries kept", Kind.PERCENT),
    Column("logs", "Logs", Kind.INTEGER),
    Column("logs_late", "Late logs", Kind.INTEGER),
    Column("log_share", "Logs kept", Kind.PERCENT),
)
_STALE_SECTION: Final = (
    Column("stale", "Without progress", Kind.INTEGER),
    LEFT_OUT,
    Column("downgraded", "Downgraded", Kind.INTEGER),
    Column("downgraded_left_out", "Downgraded, not listed", Kind.INTEGER),
    Column("by_rule", "By rule", Kind.ROWS, columns=(RULE, COUNT, SHARE)),
    Column("customers", "Customers without progress", Kind.ROWS, columns=STALE),
    Column("downgrades", "Downgraded in this week", Kind.ROWS, columns=DOWNGRADED),
)
_QUOTES: Final = (
    Column("made", "Quotes made", Kind.INTEGER),
    Column("made_amount", "Amount of quotes made", Kind.MONEY),
    Column("accepted", "Quotes accepted", Kind.INTEGER),
    Column("accepted_amount", "Amount of quotes accepted", Kind.MONEY),
    Column("waiting", "Quotes waiting for approval", Kind.INTEGER),
    Column("waiting_amount", "Amount of quotes waiting", Kind.MONEY),
)
_APPROVALS: Final = (
    Column("waiting", "Approvals waiting", Kind.INTEGER),
    Column("overdue", "Of these overdue", Kind.INTEGER),
    Column("longest_days", "Longest wait in days", Kind.INTEGER),
    Column("decided", "Decided in this week", Kind.INTEGER),
    Column("approved", "Of these approved", Kind.INTEGER),
    Column("rejected", "Of these rejected", Kind.INTEGER),
    Column("self_approved", "Of these self-approved", Kind.INTEGER),
    Column("by_deputy", "Of these by a deputy", Kind.INTEGER),
    LEFT_OUT,
    Column("items", "Waiting approvals", Kind.ROWS, columns=WAITING),
)
_ORDERS: Final = (
    Column("created", "Orders made", Kind.INTEGER),
    Column("created_amount", "Amount of orders made", Kind.MONEY),
    Column("submitted", "Orders submitted", Kind.INTEGER),
    Column("submitted_amount", "Amount of orders submitted", Kind.MONEY),
    Column("approved", "Orders approved", Kind.INTEGER),
    Column("approved_amount", "Amount of orders approved", Kind.MONEY),
)
_NEXT_WEEK: Final = (
    Column("week", "Week"),
    Column("from", "First day", Kind.DATE, table=False),
    Column("to", "Last day", Kind.DATE, table=False),
    Column("planned", "Planned", Kind.INTEGER),
    Column("overdue", "Overdue before", Kind.INTEGER),
    LEFT_OUT,
    Column("by_day", "By day", Kind.ROWS, columns=(Column("due_on", "Due", Kind.DATE), COUNT)),
    Column("by_person", "By person", Kind.ROWS, columns=(OWNER, COUNT)),
    Column("items", "Planned follow-ups", Kind.ROWS, columns=PLAN),
)

SECTIONS: Final = (
    Column("new_customers", "New customers", Kind.RECORD, columns=_NEW_CUSTOMERS),
    Column("status_mix", "Status mix", Kind.RECORD, columns=_STATUS_MIX),
    Column(
        "status_changes",
        "Status changes",
        Kind.RECORD,
        columns=(COUNT, LEFT_OUT, Column("changes", "Every change", Kind.ROWS, columns=CHANGES)),
    ),
    Column(
        "won",
        "Customers won",
        Kind.RECORD,
        columns=(
            COUNT,
            LEFT_OUT,
            Column("cycle_days", "Days from first contact to deal", Kind.RECORD, columns=_CYCLE),
            Column("steps", "Key steps", Kind.ROWS, columns=_STEPS),
            Column("customers", "Won customers", Kind.ROWS, columns=WON),
        ),
    ),
    Column("lost", "Customers lost", Kind.RECORD, columns=_LOST_SECTION),
    Column("followups", "Following up", Kind.RECORD, columns=_FOLLOWUPS),
    Column(
        "key_customers",
        "A and B customers",
        Kind.RECORD,
        columns=(
            COUNT,
            LEFT_OUT,
            Column("by_grade", "By grade", Kind.ROWS, columns=(GRADE, COUNT, SHARE)),
            Column("customers", "One by one", Kind.ROWS, columns=KEY),
        ),
    ),
    Column("stale", "Stale customers", Kind.RECORD, columns=_STALE_SECTION),
    Column(
        "discipline",
        "Deadlines kept",
        Kind.RECORD,
        columns=(*_KEPT, Column("by_person", "By person", Kind.ROWS, columns=(PERSON, *_KEPT))),
    ),
    Column("quotes", "Quoting", Kind.RECORD, columns=_QUOTES),
    Column("approvals", "Approving", Kind.RECORD, columns=_APPROVALS),
    Column("orders", "Ordering", Kind.RECORD, columns=_ORDERS),
    Column("collections", "Collections", Kind.RECORD),
    Column("next_week", "Next week's plan", Kind.RECORD, columns=_NEXT_WEEK),
)

COLUMNS: Final = (
    Column("week", "Week"),
    Column("from", "First day", Kind.DATE),
    Column("to", "Last day", Kind.DATE),
    Column("as_of", "As known at", Kind.INSTANT),
    Column("running", "Not over yet", Kind.FLAG),
    Column("scope", "Scope", Kind.CODE, labels="scope"),
    Column("people", "People", Kind.LIST),
    *SECTIONS,
)
