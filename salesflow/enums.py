"""The codes of the glossary. They cost nothing to import, stay English in every language, and never change.

What a person reads for a code comes from the catalogue: `i18n.label(kind, code)`, where kind is the class's `KIND`.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """A glossary term with a closed list of codes; `kind()` is the catalogue's context for their labels."""

    @classmethod
    def kind(cls) -> str:
        return cls.__name__.lower()


class Role(Code):
    REP = "rep"
    SENIOR_REP = "senior_rep"
    ASSISTANT = "assistant"
    MANAGER = "manager"
    FINANCE = "finance"
    LEGAL = "legal"
    OPERATIONS = "operations"
    SERVICE = "service"
    TECHNICAL = "technical"
    DIRECTOR = "director"


class Kind(Code):
    COMPANY = "company"
    PERSON = "person"


class Grade(Code):
    A = "A"
    B = "B"
    C = "C"


class Status(Code):
    PROSPECT = "prospect"
    INTERESTED = "interested"
    HOT = "hot"
    WON = "won"
    LOST = "lost"
    INVALID = "invalid"

    @property
    def is_open(self) -> bool:
        """Still to be won: prospect, interested or hot."""
        return self in (Status.PROSPECT, Status.INTERESTED, Status.HOT)


class Source(Code):
    EXHIBITION = "exhibition"
    REFERRAL = "referral"
    WEBSITE = "website"
    INBOUND = "inbound"
    CAMPAIGN = "campaign"
    COLD_CALL = "cold-call"
    EXISTING_CUSTOMER = "existing-customer"
    OTHER = "other"


class ChainRole(Code):
    """A contact's part in the customer's decision chain (决策链)."""

    DECISION_MAKER = "decision_maker"
    USER = "user"
    PROCUREMENT = "procurement"
    TECHNICAL = "technical"
    FINANCE = "finance"
    INFLUENCER = "influencer"
    OTHER = "other"


class Method(Code):
    """How one talks with a customer."""

    PHONE = "phone"
    VISIT = "visit"
    WECHAT = "wechat"
    EMAIL = "email"
    ONLINE_MEETING = "online-meeting"
    DEMO = "demo"
    INVITE = "invite"
    OTHER = "other"


class LossReason(Code):
    PRICE = "price"
    NEED_MISMATCH = "need-mismatch"
    COMPETITOR = "competitor"
    TIMING = "timing"
    BUDGET_CUT = "budget-cut"
    NO_CONTACT = "no-contact"
    OTHER = "other"


class PlanState(Code):
    PENDING = "pending"
    DONE = "done"
    CANCELLED = "cancelled"


class CorrectionKind(Code):
    """How a follow-up was corrected: its words replaced in the correction window, or a correction put beside them."""

    EDIT = "edit"
    AMENDMENT = "amendment"


class Obligation(Code):
    """What goes along when a book of customers goes to somebody else."""

    PLAN = "plan"
    QUOTE = "quote"
    ORDER = "order"
    OBJECTION = "objection"
    SUPPORT = "support"
    SUBMISSION = "submission"
    DECISION = "decision"


class StallCause(Code):
    """Why nothing moves with a customer."""

    NEED_CHANGE = "need-change"
    COMPETITOR = "competitor"
    BUDGET = "budget"
    CONTACT_LEFT = "contact-left"
    NO_RESPONSE = "no-response"
    OTHER = "other"


class ObjectionKind(Code):
    """What a customer objects to."""

    PRICE = "price"
    DELIVERY = "delivery"
    QUALITY = "quality"
    SERVICE = "service"
    CONTRACT = "contract"
    COMPETITOR = "competitor"
    OTHER = "other"


class ObjectionOutcome(Code):
    OPEN = "open"
    RESOLVED = "resolved"
    ESCALATED = "escalated"


class AttachmentKind(Code):
    """What an attached file is."""

    BUSINESS_CARD = "business-card"
    CHAT = "chat"
    EMAIL = "email"
    PROPOSAL = "proposal"
    CONTRACT = "contract"
    ACCEPTANCE = "acceptance"
    OTHER = "other"


class AttachmentProblem(Code):
    """What is wrong with a file of the store."""

    MISSING = "missing"
    CHANGED = "changed"
    UNREFERENCED = "unreferenced"


class MailState(Code):
    """A mail in the outbox. It is marked as being sent before it is handed over, so that it never goes out twice."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


MINUTES_UNDER_WAY = 5  # so long a process may be busy with a mail that it has marked; after that nobody knows its fate


class QuoteState(Code):
    """Stored states; `expired` is derived from the date and never stored."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class SubjectKind(Code):
    """What an approval can be about."""

    QUOTE = "quote"
    ORDER = "order"
    OBJECTION = "objection"


class ApprovalState(Code):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class StepDecision(Code):
    APPROVED = "approved"
    REJECTED = "rejected"


class OrderState(Code):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    IN_FULFILMENT = "in_fulfilment"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def is_undelivered(self) -> bool:
        """Approved and still to be delivered: it takes up the customer's credit."""
        return self in (OrderState.APPROVED, OrderState.IN_FULFILMENT, OrderState.SHIPPED)


class ImportOutcome(Code):
    """What became of a row of an imported list."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    ERROR = "error"


class Scope(Code):
    """Whose records a report counts."""

    ALL = "all"
    TEAM = "team"
    OWNER = "owner"


class Outcome(Code):
    """What became of a planned follow-up by a report's moment (the first four), and how a logged one stands to its deadline."""

    ON_TIME = "on_time"
    LATE = "late"
    MISSED = "missed"
    OPEN = "open"
    IN_TIME = "in_time"


class Figure(Code):
    """Which of a section's figures a record is counted in."""

    PLANNED = "planned"
    LOGGED = "logged"
    STALE = "stale"
    DOWNGRADED = "downgraded"
    ENTRIES_LATE = "entries_late"
    LOGS_LATE = "logs_late"
    MADE = "made"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    DECIDED = "decided"
    CREATED = "created"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    OVERDUE = "overdue"


class Belonging(Code):
    """What belongs to a customer and goes along when it is merged into another one."""

    CONTACT = "contact"
    FOLLOWUP = "followup"
    PLAN = "plan"
    QUOTE = "quote"
    ORDER = "order"
    APPROVAL = "approval"
    OBJECTION = "objection"
    ATTACHMENT = "attachment"
    STALL_ANALYSIS = "stall_analysis"
    TAG = "tag"
    FORMER_CODE = "former_code"


class Event(Code):
    """What happened to a customer, as its timeline tells it."""

    FOLLOWUP = "followup"
    CORRECTION = "correction"
    PLAN = "plan"
    QUOTE = "quote"
    APPROVAL = "approval"
    ORDER = "order"
    OBJECTION = "objection"
    STATUS = "status"
    GRADE = "grade"
    SCORES = "scores"
    OWNER = "owner"
    STALL = "stall"
    ATTACHMENT = "attachment"
    MERGE = "merge"


class TwinReason(Code):
    """Why two customers are likely to be one."""

    SAME_NAME = "same-name"
    SIMILAR_NAME = "similar-name"
    SAME_PHONE = "same-phone"
    SAME_EMAIL = "same-email"
    SAME_WECHAT = "same-wechat"


class Matched(Code):
    """Where a search found what it looked for, the best place first."""

    CODE = "code"
    NAME = "name"
    PINYIN = "pinyin"
    CONTACT = "contact"
    NEED = "need"
    REMARK = "remark"
    FOLLOWUP = "followup"
