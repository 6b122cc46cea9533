"""The fields of the weekly review, and of the records behind each of its sections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesflow.columns import Column, Columns, Kind

PLAN_ORDER: Final = "due_on, grade IS NULL, grade, customer_code"

_CODE: Final = Column("customer_code", "Customer code", table=False)
_CUSTOMER: Final = Column("customer_name", "Customer", flexible=True)
_OWNER: Final = Column("owner", "Owner")
_PERSON: Final = Column("person", "Person")
_GRADE: Final = Column("grade", "Grade", Kind.CODE, labels="grade")
_STATUS: Final = Column("status", "Status", Kind.CODE, labels="status")
_SOURCE: Final = Column("source", "Lead source", Kind.CODE, labels="source")
_METHOD: Final = Column("method", "Method", Kind.CODE, labels="method")
_LOSS: Final = Column("loss_reason", "Loss reason", Kind.CODE, labels="lossreason")
_COMPETITOR: Final = Column("competitor", "Competitor")
_REASON: Final = Column("reason", "Reason", flexible=True)
_RULE: Final = Column("rule", "Rule")
_AT: Final = Column("at", "At", Kind.INSTANT)
_COUNT: Final = Column("count", "Count", Kind.INTEGER)
_SHARE: Final = Column("share", "Share", Kind.PERCENT)
_DAYS: Final = Column("days_without_progress", "Days", Kind.INTEGER)
_FIGURE: Final = Column("figure", "Figure", Kind.CODE, labels="figure")
_LEFT_OUT: Final = Column("left_out", "Not listed (see --drill)", Kind.INTEGER)
_BEFORE: Final = Column("from_status", "Was", Kind.CODE, labels="status")
_AFTER: Final = Column("to_status", "Became", Kind.CODE, labels="status")
_GRADE_BEFORE: Final = Column("from_grade", "Grade was", Kind.CODE, labels="grade")
_GRADE_AFTER: Final = Column("to_grade", "Grade became", Kind.CODE, labels="grade")

_CHANGES: Final = (
    _AT,
    _CODE,
    _CUSTOMER,
    _BEFORE,
    _AFTER,
    _REASON,
    _LOSS._replace(table=False),
    _COMPETITOR._replace(table=False),
    _PERSON,
    _RULE._replace(table=False),
)
_WON: Final = (
    _CODE,
    _CUSTOMER,
    _GRADE,
    Column("won_on", "Won on", Kind.DATE),
    Column("cycle_days", "Days", Kind.INTEGER),
    _OWNER,
    Column("path", "Way", Kind.LIST, labels="status", flexible=True),
    _SOURCE._replace(table=False),
    _REASON,
)
_LOST: Final = (_AT, _CODE, _CUSTOMER, _GRADE, _LOSS, _COMPETITOR, _OWNER, _SOURCE._replace(table=False), _REASON)
_KEY: Final = (
    _CODE,
    _CUSTOMER,
    _GRADE,
    Column("last_contact_on", "Last contact", Kind.DATE),
    Column("next_follow_up_on", "Next on", Kind.DATE),
    Column("next", "Next step", flexible=True),
    Column("open_points", "Open issues", flexible=True),
    Column("risk", "Risk", flexible=True),
    Column("content", "Latest contact", flexible=True),
    _METHOD._replace(table=False),
    _STATUS,
    _OWNER,
)
_STALE: Final = (_CODE, _CUSTOMER, _GRADE, _STATUS, _OWNER, _DAYS, _RULE)
_DOWNGRADED: Final = (_AT, _CODE, _CUSTOMER, _GRADE_BEFORE, _GRADE_AFTER, _BEFORE, _AFTER, _RULE, _REASON)
_WAITING: Final = (
    Column("number", "No."),
    Column("subject_kind", "Kind", Kind.CODE, labels="subjectkind", table=False),
    Column("subject_ref", "Subject"),
    _CODE,
    _CUSTOMER,
    Column("amount", "Amount", Kind.MONEY),
    Column("waiting_for_role", "Waits for", Kind.CODE, labels="role"),
    Column("waiting_days", "Waiting", Kind.INTEGER, urgent=True),
    Column("submitted_by", "Submitted by"),
    Column("submitted_at", "Submitted", Kind.INSTANT, table=False),
)
_PLAN: Final = (
    Column("due_on", "Due", Kind.DATE),
    _CODE,
    _CUSTOMER,
    _GRADE,
    _METHOD,
    Column("focus", "Focus", flexible=True),
    _OWNER,
)

_NEW_CUSTOMERS: Final = (
    _COUNT,
    Column("late", "Recorded late", Kind.INTEGER),
    Column("ungraded", "Not graded", Kind.INTEGER),
    Column("by_source", "By lead source", Kind.ROWS, columns=(_SOURCE, _COUNT, _SHARE)),
    Column("by_grade", "By grade", Kind.ROWS, columns=(_GRADE, _COUNT, _SHARE)),
)
_MIX: Final = (
    _STATUS,
    _COUNT,
    _SHARE,
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
    _BEFORE,
    _AFTER,
    Column("customers", "Took it", Kind.INTEGER),
    Column("median_days", "Median days", Kind.QUANTITY),
)
_LOST_SECTION: Final = (
    _COUNT,
    _LEFT_OUT,
    Column("by_reason", "By reason", Kind.ROWS, columns=(_LOSS, _COUNT, _SHARE)),
    Column("by_competitor", "By competitor", Kind.ROWS, columns=(_COMPETITOR, _COUNT, _SHARE)),
    Column("customers", "Lost customers", Kind.ROWS, columns=_LOST),
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
    Column("by_method", "By method", Kind.ROWS, columns=(_METHOD, _COUNT, _SHARE)),
    Column("by_person", "By person", Kind.ROWS, columns=(_PERSON, *_PLANNED, _LOGGED)),
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
    _LEFT_OUT,
    Column("downgraded", "Downgraded", Kind.INTEGER),
    Column("downgraded_left_out", "Downgraded, not listed", Kind.INTEGER),
    Column("by_rule", "By rule", Kind.ROWS, columns=(_RULE, _COUNT, _SHARE)),
    Column("customers", "Customers without progress", Kind.ROWS, columns=_STALE),
    Column("downgrades", "Downgraded in this week", Kind.ROWS, columns=_DOWNGRADED),
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
    Column("longest_days", "Longest wait in days", Kind.INTEGER),
    Column("decided", "Decided in this week", Kind.INTEGER),
    Column("approved", "Of these approved", Kind.INTEGER),
    Column("rejected", "Of these rejected", Kind.INTEGER),
    _LEFT_OUT,
    Column("items", "Waiting approvals", Kind.ROWS, columns=_WAITING),
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
    _LEFT_OUT,
    Column("by_day", "By day", Kind.ROWS, columns=(Column("due_on", "Due", Kind.DATE), _COUNT)),
    Column("by_person", "By person", Kind.ROWS, columns=(_OWNER, _COUNT)),
    Column("items", "Planned follow-ups", Kind.ROWS, columns=_PLAN),
)

SECTIONS: Final = (
    Column("new_customers", "New customers", Kind.RECORD, columns=_NEW_CUSTOMERS),
    Column("status_mix", "Status mix", Kind.RECORD, columns=_STATUS_MIX),
    Column(
        "status_changes",
        "Status changes",
        Kind.RECORD,
        columns=(_COUNT, _LEFT_OUT, Column("changes", "Every change", Kind.ROWS, columns=_CHANGES)),
    ),
    Column(
        "won",
        "Customers won",
        Kind.RECORD,
        columns=(
            _COUNT,
            _LEFT_OUT,
            Column("cycle_days", "Days from first contact to deal", Kind.RECORD, columns=_CYCLE),
            Column("steps", "Key steps", Kind.ROWS, columns=_STEPS),
            Column("customers", "Won customers", Kind.ROWS, columns=_WON),
        ),
    ),
    Column("lost", "Customers lost", Kind.RECORD, columns=_LOST_SECTION),
    Column("followups", "Following up", Kind.RECORD, columns=_FOLLOWUPS),
    Column(
        "key_customers",
        "A and B customers",
        Kind.RECORD,
        columns=(
            _COUNT,
            _LEFT_OUT,
            Column("by_grade", "By grade", Kind.ROWS, columns=(_GRADE, _COUNT, _SHARE)),
            Column("customers", "One by one", Kind.ROWS, columns=_KEY),
        ),
    ),
    Column("stale", "Stale customers", Kind.RECORD, columns=_STALE_SECTION),
    Column(
        "discipline",
        "Deadlines kept",
        Kind.RECORD,
        columns=(*_KEPT, Column("by_person", "By person", Kind.ROWS, columns=(_PERSON, *_KEPT))),
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

_FOLLOWUP_RECORD: Final = (
    _FIGURE,
    Column("due_on", "Due", Kind.DATE),
    _AT,
    _CODE,
    _CUSTOMER,
    _PERSON,
    _METHOD,
    Column("outcome", "Outcome", Kind.CODE, labels="outcome"),
    Column("text", "Text", flexible=True),
)
_TOTAL: Final = Column("total", "Total", Kind.MONEY)

# The records behind each section; where a section counts several things, `figure` says for which a record stands.
DRILLS: Final[Mapping[str, Columns]] = {
    "new_customers": (
        _CODE._replace(table=True),
        _CUSTOMER,
        _SOURCE,
        _GRADE,
        _OWNER,
        Column("first_contact_at", "First contact", Kind.INSTANT, table=False),
        Column("recorded_at", "Recorded", Kind.INSTANT),
        Column("entry_late", "Late", Kind.FLAG),
    ),
    "status_mix": (_STATUS, _CODE._replace(table=True), _CUSTOMER, _GRADE, _OWNER),
    "status_changes": _CHANGES,
    "won": _WON,
    "lost": _LOST,
    "followups": _FOLLOWUP_RECORD,
    "key_customers": _KEY,
    "stale": (
        _FIGURE,
        _CODE._replace(table=True),
        _CUSTOMER,
        _GRADE,
        _STATUS,
        _OWNER,
        _DAYS,
        _AT._replace(table=False),
        *(column._replace(table=False) for column in (_GRADE_BEFORE, _GRADE_AFTER, _BEFORE, _AFTER)),
        _RULE,
        _REASON,
    ),
    "discipline": (
        _FIGURE,
        _PERSON,
        _CODE,
        _CUSTOMER,
        Column("happened_at", "Happened", Kind.INSTANT),
        Column("recorded_at", "Recorded", Kind.INSTANT),
        _METHOD._replace(table=False),
        Column("text", "Text", flexible=True, table=False),
    ),
    "quotes": (
        _FIGURE,
        Column("number", "No."),
        Column("version", "Version", Kind.INTEGER, table=False),
        _CODE,
        _CUSTOMER,
        _OWNER,
        _TOTAL,
        _AT,
    ),
    "approvals": (
        _FIGURE,
        *_WAITING,
        Column("state", "State", Kind.CODE, labels="approvalstate"),
        Column("closed_at", "Closed", Kind.INSTANT, table=False),
    ),
    "orders": (_FIGURE, Column("number", "No."), _CODE, _CUSTOMER, _OWNER, _TOTAL, _AT),
    "next_week": (_FIGURE, *_PLAN),
}
