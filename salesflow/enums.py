"""The codes of the glossary. They cost nothing to import, stay English in every language, and never change.

Those that only some commands need are in `enums_more`, and made when one of them is asked for: `from salesflow.enums import
Source` works for all.

What a person reads for a code comes from the catalogue: `i18n.label(kind, code)`, where kind is the class's `KIND`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesflow.enums_more import *  # noqa: F403 - all of them, for those who read types


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


class ObjectionOutcome(Code):
    OPEN = "open"
    RESOLVED = "resolved"
    ESCALATED = "escalated"


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
    CONTRACT = "contract"
    PRICE = "price"


class ApprovalState(Code):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class StepDecision(Code):
    APPROVED = "approved"
    REJECTED = "rejected"


class OpportunityStage(Code):
    """How far a deal is; the history of states keeps it as the opportunity's state."""

    DISCOVERY = "discovery"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    CONTRACT = "contract"
    WON = "won"
    LOST = "lost"

    @classmethod
    def kind(cls) -> str:
        return "opportunitystate"

    @property
    def is_open(self) -> bool:
        return self not in (OpportunityStage.WON, OpportunityStage.LOST)


class ContractState(Code):
    """How far the newest revision of a contract is, and whether the contract has ended."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    SIGNED = "signed"
    TERMINATED = "terminated"
    CLOSED = "closed"


class PriceState(Code):
    """A price of the price list: on its way to an approval, valid from its day on, or never to be."""

    PENDING_APPROVAL = "pending_approval"
    VALID = "valid"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Matched(Code):
    """Where a search found what it looked for, the best place first."""

    CODE = "code"
    NAME = "name"
    PINYIN = "pinyin"
    CONTACT = "contact"
    NEED = "need"
    REMARK = "remark"
    FOLLOWUP = "followup"


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


def __getattr__(name: str) -> Any:
    """A code that only some commands need: each class takes as long to make as a hundredth of a bare interpreter's start."""
    if name.startswith("__"):  # what the import itself asks a module for
        raise AttributeError(name)
    from salesflow import enums_more

    return getattr(enums_more, name)
