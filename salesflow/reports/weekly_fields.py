"""The fields that the weekly review's sections and the records behind them have in common."""

from __future__ import annotations

from typing import Final

from salesflow.columns import Column, Kind

PLAN_ORDER: Final = "due_on, grade IS NULL, grade, customer_code"

CODE: Final = Column("customer_code", "Customer code", table=False)
CUSTOMER: Final = Column("customer_name", "Customer", flexible=True)
OWNER: Final = Column("owner", "Owner")
PERSON: Final = Column("person", "Person")
GRADE: Final = Column("grade", "Grade", Kind.CODE, labels="grade")
STATUS: Final = Column("status", "Status", Kind.CODE, labels="status")
SOURCE: Final = Column("source", "Lead source", Kind.CODE, labels="source")
METHOD: Final = Column("method", "Method", Kind.CODE, labels="method")
LOSS: Final = Column("loss_reason", "Loss reason", Kind.CODE, labels="lossreason")
COMPETITOR: Final = Column("competitor", "Competitor")
REASON: Final = Column("reason", "Reason", flexible=True)
RULE: Final = Column("rule", "Rule")
AT: Final = Column("at", "At", Kind.INSTANT)
COUNT: Final = Column("count", "Count", Kind.INTEGER)
SHARE: Final = Column("share", "Share", Kind.PERCENT)
DAYS: Final = Column("days_without_progress", "Days", Kind.INTEGER)
FIGURE: Final = Column("figure", "Figure", Kind.CODE, labels="figure")
LEFT_OUT: Final = Column("left_out", "Not listed (see --drill)", Kind.INTEGER)
BEFORE: Final = Column("from_status", "Was", Kind.CODE, labels="status")
AFTER: Final = Column("to_status", "Became", Kind.CODE, labels="status")
GRADE_BEFORE: Final = Column("from_grade", "Grade was", Kind.CODE, labels="grade")
GRADE_AFTER: Final = Column("to_grade", "Grade became", Kind.CODE, labels="grade")

CHANGES: Final = (
    AT,
    CODE,
    CUSTOMER,
    BEFORE,
    AFTER,
    REASON,
    LOSS._replace(table=False),
    COMPETITOR._replace(table=False),
    PERSON,
    RULE._replace(table=False),
)
WON: Final = (
    CODE,
    CUSTOMER,
    GRADE,
    Column("won_on", "Won on", Kind.DATE),
    Column("cycle_days", "Days", Kind.INTEGER),
    OWNER,
    Column("path", "Way", Kind.LIST, labels="status", flexible=True),
    SOURCE._replace(table=False),
    REASON,
)
LOST: Final = (AT, CODE, CUSTOMER, GRADE, LOSS, COMPETITOR, OWNER, SOURCE._replace(table=False), REASON)
KEY: Final = (
    CODE,
    CUSTOMER,
    GRADE,
    Column("last_contact_on", "Last contact", Kind.DATE),
    Column("next_follow_up_on", "Next on", Kind.DATE),
    Column("next", "Next step", flexible=True),
    Column("open_points", "Open issues", flexible=True),
    Column("risk", "Risk", flexible=True),
    Column("content", "Latest contact", flexible=True),
    METHOD._replace(table=False),
    STATUS,
    OWNER,
)
STALE: Final = (CODE, CUSTOMER, GRADE, STATUS, OWNER, DAYS, RULE)
DOWNGRADED: Final = (AT, CODE, CUSTOMER, GRADE_BEFORE, GRADE_AFTER, BEFORE, AFTER, RULE, REASON)
WAITING: Final = (
    Column("number", "No."),
    Column("subject_kind", "Kind", Kind.CODE, labels="subjectkind", table=False),
    Column("subject_ref", "Subject"),
    CODE,
    CUSTOMER,
    Column("amount", "Amount", Kind.MONEY),
    Column("waiting_for_role", "Waits for", Kind.CODE, labels="role"),
    Column("waiting_days", "Waiting", Kind.INTEGER, urgent=True),
    Column("overdue", "Overdue", Kind.FLAG),
    Column("submitted_by", "Submitted by"),
    Column("submitted_at", "Submitted", Kind.INSTANT, table=False),
)
PLAN: Final = (
    Column("due_on", "Due", Kind.DATE),
    CODE,
    CUSTOMER,
    GRADE,
    METHOD,
    Column("focus", "Focus", flexible=True),
    OWNER,
)
