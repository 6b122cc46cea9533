"""Erasing what is kept of persons, on their request: values and words go; amounts, dates, grades and numbers stay."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from sqlmodel import col, or_, select, update

from salesflow.db import erase, search
from salesflow.db.trail import readable
from salesflow.enums import Kind, MailState, PlanState, Role
from salesflow.errors import Refused
from salesflow.i18n import msg
from salesflow.models.audit import AuditEntry
from salesflow.models.change import GradeChange, OwnerChange, StallAnalysis, StatusChange
from salesflow.models.contact import Contact
from salesflow.models.contract import Contract, ContractRevision
from salesflow.models.customer import Customer
from salesflow.models.followup import Followup, FollowupCorrection, PlanItem
from salesflow.models.need import Need, NeedAnalysis
from salesflow.models.objection import Objection
from salesflow.models.opportunity import Opportunity
from salesflow.models.order import SalesOrder
from salesflow.models.outbox import OutboxMessage
from salesflow.models.quote import Quote
from salesflow.models.run import ImportChange
from salesflow.models.state import StateChange
from salesflow.rules.cadence import CADENCE
from salesflow.services import attachments, schedule, standing
from salesflow.services.contacts import KINDS
from salesflow.services.records import load
from salesflow.text import fold, normalised_name
from salesflow.text import reason as required_reason

if TYPE_CHECKING:
    from sqlmodel import SQLModel

    from salesflow.context import Context
    from salesflow.db.transaction import Transaction

BLANK: Final = "—"
"""What stands where there were words, in fields that may not be empty."""

_VALUES: Final = tuple(f"{kind}_{part}" for kind in KINDS for part in ("cipher", "masked", "index"))
_FILE: Final = ("need", "remark", "address", "source_detail", "budget_cipher", "budget_consent", "trail_key")
_NAME: Final = ("name", "name_folded", "name_norm", "pinyin", "initials")
# Of each table that names its customer, the fields that may hold a person's data, by what they are counted as.
_WORDS: Final[tuple[tuple[str, type[SQLModel], tuple[str, ...]], ...]] = (
    ("contacts", Contact, ("name", "title", "concern", "pinyin", "initials", *_VALUES)),
    ("followups", Followup, ("content", "scene", "feedback", "resolved", "open_points", "risk", "next")),
    ("plans", PlanItem, ("focus", "goal", "support_for")),
    ("stall_analyses", StallAnalysis, ("strategy",)),
    ("objections", Objection, ("statement", "acknowledge", "explain", "resolve", "request", "decision")),
    ("needs", Need, ("text", "spec")),
    (
        "need_analyses",
        NeedAnalysis,
        ("pain", "goal", "budget_cipher", "budget_consent", "timeline", "decision_process"),
    ),
    ("opportunities", Opportunity, ("title",)),
    ("quotes", Quote, ("note",)),
    ("orders", SalesOrder, ("receiver", "receiver_phone_cipher", "receiver_phone_masked", "delivery_address", "note")),
)
# A reason that a rule gave is made of facts; but of an owner whom it chose somebody may have said more.
_HISTORIES: Final = (StatusChange, GradeChange)
_SUBJECTS: Final = (("quote", Quote), ("order", SalesOrder), ("opportunity", Opportunity), ("contract", Contract))


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased: the customer, records by kind, and how many audit entries of earlier versions still have words."""

    code: str
    name: str
    counts: Mapping[str, int]
    old_entries: int


def forget(work: Transaction, customer_id: int, reason: str) -> Forgotten:
    """Erase the personal data of a customer and of the files merged into it, and archive it.

    `tidy` must follow after the commit. The reason stays in the audit trail. Raises NotPermitted, InvalidValue for the
    reason, Refused where it was done already, or an approval or an opportunity is open.
    """
    work.actor.require(Role.MANAGER, Role.DIRECTOR)
    why = required_reason(reason, limit=work.context.policy.limits.line, multiline=False)
    customer = load(work, customer_id, archived=True)
    _check(work, customer)
    erase.overwrite(work.driver)
    merged = work.session.exec(select(Customer).where(Customer.merged_into_id == customer_id)).all()
    files = [customer, *merged]
    named = [(file.code, file.name) for file in files]
    old_entries = _old_entries(work, files)
    counts = {"customers": len(files), "plans_cancelled": _cancel(work, customer), **_blank(work, files)}
    counts["mails"] = _mails(work, named, _keys(files))
    for file in files:
        _blank_file(work, file)
    work.session.flush()
    search.compact(work.driver)
    found = Forgotten(*named[0], counts, old_entries)
    erased = {kind: count for kind, count in counts.items() if count}
    work.audit("customer.forget", "customer", customer.code, after={"why": why, "erased": erased})
    return found


def examine(work: Transaction, customer_id: int, reason: str) -> Forgotten:
    """What `forget` would erase; nothing is written. Raises as it does."""
    found = forget(work, customer_id, reason)
    work.session.rollback()
    work.drop_audit()
    return found


def tidy(context: Context) -> bool:
    """Remove what nothing names any more: the attached files, and what lies in the database's free space.

    False where others who read keep it a while longer.
    """
    with context.transaction() as work:
        attachments.prune(work)
    return erase.scrub(context.database)


def _check(work: Transaction, customer: Customer) -> None:
    if customer.forgotten_at is not None:
        day = work.context.clock.local(customer.forgotten_at).date()
        raise Refused(
            msg("the personal data of {code} was erased on {date}", code=customer.code, date=day),
            msg("there is nothing left to erase"),
            code="forgotten",
        )
    standing.refuse_open_approval(work, customer)
    standing.refuse_open_opportunity(work, customer)
    standing.refuse_open_contract(work, customer)


def _cancel(work: Transaction, customer: Customer) -> int:
    pending = schedule.pending(work, customer)
    for item in pending:
        schedule.close(work, item, PlanState.CANCELLED)
    schedule.refresh(work, customer)
    return len(pending)


def _blank(work: Transaction, files: Sequence[Customer]) -> dict[str, int]:
    """Blank the records that belong to the files; gives how many there are of each kind."""
    keys = _keys(files)
    counts = {kind: _erase(work, table, names, _of(table, keys)) for kind, table, names in _WORDS}
    of_followups = select(Followup.id).where(_of(Followup, keys))
    corrections = col(FollowupCorrection.followup_id).in_(of_followups)
    counts["corrections"] = _erase(work, FollowupCorrection, ("text",), corrections)
    _erase(work, PlanItem, ("reason",), _of(PlanItem, keys) & (col(PlanItem.reason) != CADENCE))
    counts["changes"] = sum(
        _erase(work, table, ("reason",), _of(table, keys) & _column(table, "rule").is_(None)) for table in _HISTORIES
    )
    counts["changes"] += _erase(work, OwnerChange, ("reason",), _of(OwnerChange, keys))
    for kind, table in _SUBJECTS:
        about = select(_column(table, "id")).where(_of(table, keys))
        given = (col(StateChange.subject_kind) == kind) & (col(StateChange.reason) != "")
        counts["changes"] += _erase(work, StateChange, ("reason",), given & col(StateChange.subject_id).in_(about))
    of_contracts = select(Contract.id).where(_of(Contract, keys))
    revisions = col(ContractRevision.contract_id).in_(of_contracts)
    counts["contracts"] = _erase(work, ContractRevision, ("title", "reason"), revisions)
    counts["approvals"] = _comments(work, keys)
    counts["import_changes"] = _imports(work, keys)
    counts["attachments"] = sum(attachments.forget(work, key) for key in keys)
    return counts


def _comments(work: Transaction, keys: Collection[int]) -> int:
    from salesflow.models.approval import Approval, ApprovalStep

    about = select(Approval.id).where(_of(Approval, keys))
    said = col(ApprovalStep.approval_id).in_(about) & col(ApprovalStep.comment).is_not(None)
    withdrawn = _of(Approval, keys) & col(Approval.withdrawn_because).is_not(None)
    return _erase(work, ApprovalStep, ("comment",), said) + _erase(work, Approval, ("withdrawn_because",), withdrawn)


def _imports(work: Transaction, keys: Collection[int]) -> int:
    """What imports keep of the fields as they were."""
    people = select(Contact.id).where(_of(Contact, keys))
    record = col(ImportChange.record_id)
    about = or_(
        (col(ImportChange.record_kind) == "customer") & record.in_(keys),
        (col(ImportChange.record_kind) == "contact") & record.in_(people),
    )
    return _change(work, ImportChange, {"before": "{}"}, about)


def _mails(work: Transaction, named: Sequence[tuple[str, str]], keys: Collection[int]) -> int:
    """Mails that name the customer or went to its contacts; one that waits is not sent any more."""
    words = sorted({word for pair in named for word in pair})
    texts = (col(OutboxMessage.subject), col(OutboxMessage.body))
    theirs = col(OutboxMessage.customer_id).in_(keys)
    candidates = or_(theirs, *(text.contains(word, autoescape=True) for text in texts for word in words))
    found = work.session.exec(select(OutboxMessage.id, theirs, *texts).where(candidates)).all()
    # HZ2026100 is not meant by HZ20261000.
    said = re.compile("|".join(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])" for word in words))
    about = col(OutboxMessage.id).in_(
        [key for key, own, *parts in found if own or any(said.search(part) for part in parts)]
    )
    unsent = about & col(OutboxMessage.state).in_((MailState.QUEUED.value, MailState.SENDING.value))
    _change(work, OutboxMessage, {"state": MailState.FAILED.value}, unsent)
    _change(work, OutboxMessage, {"recipient": BLANK, "recipient_cipher": None}, about & theirs)
    return _change(work, OutboxMessage, {"subject": BLANK, "body": BLANK, "error": None}, about)


def _blank_file(work: Transaction, file: Customer) -> None:
    """The customer's own fields; a company keeps its name."""
    values = _blanked(Customer, _FILE)
    if file.kind == Kind.PERSON:
        values |= _blanked(Customer, _NAME)
        values |= {"name_folded": fold(BLANK), "name_norm": normalised_name(BLANK), "pinyin": "", "initials": ""}
    for name, value in values.items():
        setattr(file, name, value)
    file.forgotten_at = work.now
    file.archived_at = file.archived_at or work.now
    file.version += 1
    work.session.add(file)


def _old_entries(work: Transaction, files: Sequence[Customer]) -> int:
    """Entries from before the trail sealed what is personal: they cannot be altered."""
    refs = [file.code for file in files]
    refs += work.session.exec(select(SalesOrder.number).where(_of(SalesOrder, _keys(files)))).all()
    person = any(file.kind == Kind.PERSON for file in files)
    wanted = select(AuditEntry.subject_kind, AuditEntry.before, AuditEntry.after, AuditEntry.rule)
    found = work.session.exec(wanted.where(col(AuditEntry.subject_ref).in_(refs))).all()
    return sum(
        any(readable(json.loads(part), kind, rule, person=person) for part in (before, after) if part is not None)
        for kind, before, after, rule in found
    )


def _keys(files: Sequence[Customer]) -> list[int]:
    return [file.id for file in files if file.id is not None]


def _column(table: type[SQLModel], name: str) -> Any:
    return cast("Any", table).__table__.c[name]


def _of(table: type[SQLModel], keys: Collection[int]) -> Any:
    """The table's rows that belong to the customers."""
    return _column(table, "customer_id").in_(keys)


def _blanked(table: type[SQLModel], names: Sequence[str]) -> dict[str, Any]:
    """What stands in the fields afterwards: nothing, or a dash where there must be something."""
    return {name: None if _column(table, name).nullable else BLANK for name in names}


def _erase(work: Transaction, table: type[SQLModel], names: Sequence[str], condition: Any) -> int:
    return _change(work, table, _blanked(table, names), condition)


def _change(work: Transaction, table: type[SQLModel], values: Mapping[str, Any], condition: Any) -> int:
    """Change the rows of which the condition holds; gives how many these are."""
    work.session.flush()
    done = work.session.execute(update(table).where(condition).values(**values))
    return int(cast("Any", done).rowcount)
