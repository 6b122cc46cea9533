"""Codes of the glossary that only some commands need. Import them from `salesflow.enums`."""

from __future__ import annotations

from salesflow.enums import Code


class CorrectionKind(Code):
    """How a follow-up was corrected: its words replaced in the correction window, or a correction put beside them."""

    EDIT = "edit"
    AMENDMENT = "amendment"


class Obligation(Code):
    """What goes along when a book of customers goes to somebody else."""

    PLAN = "plan"
    QUOTE = "quote"
    CONTRACT = "contract"
    ORDER = "order"
    OBJECTION = "objection"
    OPPORTUNITY = "opportunity"
    SUPPORT = "support"
    SUBMISSION = "submission"
    DECISION = "decision"


class Happening(Code):
    """What became of something planned, and a contact that nobody planned."""

    PLANNED = "planned"
    DONE = "done"
    LATE = "late"
    OVERDUE = "overdue"
    CANCELLED = "cancelled"
    MOVED = "moved"
    UNPLANNED = "unplanned"


class HappeningKind(Code):
    PLAN = "plan"
    FOLLOWUP = "followup"


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


class ImportOutcome(Code):
    """What became of a row of an imported list."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    ERROR = "error"


class ImportRecord(Code):
    """What a list is of."""

    CUSTOMER = "customer"
    FOLLOWUP = "followup"
    PRODUCT = "product"


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
    NEED = "need"
    NEED_LIST = "need_list"
    NEED_ANALYSIS = "need_analysis"
    OPPORTUNITY = "opportunity"
    QUOTE = "quote"
    CONTRACT = "contract"
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
    CONTRACT = "contract"
    ORDER = "order"
    OBJECTION = "objection"
    NEED = "need"
    OPPORTUNITY = "opportunity"
    STATUS = "status"
    GRADE = "grade"
    SCORES = "scores"
    OWNER = "owner"
    STALL = "stall"
    MAIL = "mail"
    ATTACHMENT = "attachment"
    MERGE = "merge"


class TwinReason(Code):
    """Why two customers are likely to be one."""

    SAME_NAME = "same-name"
    SIMILAR_NAME = "similar-name"
    SAME_PHONE = "same-phone"
    SAME_EMAIL = "same-email"
    SAME_WECHAT = "same-wechat"


class CustomerField(Code):
    """What of a customer may be made empty."""

    ADDRESS = "address"
    SIZE = "size"
    SOURCE_DETAIL = "source_detail"
    REMARK = "remark"
    BUDGET = "budget"


class ContactField(Code):
    """What of a contact may be made empty."""

    TITLE = "title"
    PHONE = "phone"
    EMAIL = "email"
    WECHAT = "wechat"
    CONCERN = "concern"


class ProductField(Code):
    """What of a product may be made empty."""

    SPEC = "spec"
    COST = "cost"
    LEAD_DAYS = "lead_days"
    STOCK = "stock"


class NeedKind(Code):
    """Rigid (刚性): without it there is no deal; flexible (柔性): it can be talked about."""

    RIGID = "rigid"
    FLEXIBLE = "flexible"


class NeedQuestion(Code):
    """The five core questions of an analysis."""

    PAIN = "pain"
    GOAL = "goal"
    BUDGET_RANGE = "budget_range"
    TIMELINE = "timeline"
    DECISION_PROCESS = "decision_process"


class NeedField(Code):
    """What of a need may be made empty."""

    QUANTITY = "quantity"
    SPEC = "spec"
    DUE = "due"


class ContractTerm(Code):
    """The core terms of a contract; confidentiality is optional."""

    CONTENT = "content"
    PRICE = "price"
    DELIVERY = "delivery"
    PAYMENT = "payment"
    BREACH = "breach"
    CONFIDENTIALITY = "confidentiality"


class InstalmentEvent(Code):
    """What an instalment's days count from; a date needs no event."""

    SIGNING = "signing"
    DELIVERY = "delivery"
    ACCEPTANCE = "acceptance"
    DATE = "date"


class Difference(Code):
    """What does not agree between the contract ledger and the other records."""

    NO_ORDER = "no-order"
    ORDER_AMOUNT = "order-amount"
    ORDER_ON_ENDED = "order-on-ended"
    WITHOUT_CONTRACT = "without-contract"
    DELIVERED_MORE = "delivered-more"
    INVOICED_MORE = "invoiced-more"
    COLLECTED_MORE = "collected-more"
    OVERDUE = "overdue"
