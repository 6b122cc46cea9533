"""Contracts: from their draft through legal, finance and the manager to the signature.

A contract keeps its number; an amendment is a revision, which takes the same way while the one before stays in force.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from salesflow.enums import ApprovalState, AttachmentKind, ContractState, OpportunityStage, SubjectKind
from salesflow.errors import InvalidValue, NotFound, Refused
from salesflow.i18n import label, msg
from salesflow.models.approval import Approval
from salesflow.models.contract import Contract
from salesflow.rules.approvals import merge_routes
from salesflow.rules.contracts import CONTRACT_APPROVAL, contract_approval, contract_terms
from salesflow.services import contract_content as contents
from salesflow.services import schedule, states
from salesflow.services.records import load as load_customer
from salesflow.services.records import refuse_changed
from salesflow.services.standing import refuse_strange_deal
from salesflow.subject import Subject
from salesflow.text import fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

KIND: Final = SubjectKind.CONTRACT


def submit(work: Transaction, number: str, *, seen: int | None = None) -> Contract:
    """Send the newest revision to its approvers: legal, finance, the manager, and whoever must approve a lower amount.

    Raises NotFound, Conflict, NotPermitted for a stranger, Refused where it is not a draft, RuleRefused of contract-terms.
    """
    from salesflow.services import approvals, contract_discount

    contract = load(work, number, seen=seen)
    assert contract.id is not None
    states.check(KIND, contract.number, contract.state, ContractState.PENDING_APPROVAL)
    content = contents.read(work, contract)
    work.decide(contract_terms(present=content.terms))
    decisions = (
        contract_approval(work.context.policy, amount=content.amount),
        *contract_discount.reviewed(work, contract, content).decisions,
    )
    route = merge_routes(*(work.decide(decision).value or () for decision in decisions))
    move(work, contract, ContractState.PENDING_APPROVAL, rule=CONTRACT_APPROVAL)
    subject = approvals.Subject(KIND, contract.id, contract.number, contract.customer_id, content.amount)
    approvals.submit(work, subject, route)
    return contract


def sign(work: Transaction, number: str, on: date, evidence: str | None = None, *, seen: int | None = None) -> Contract:
    """Both parties signed the newest revision on that day: from now on it is in force. That is progress.

    evidence: the path of a file. Raises NotFound, Conflict, NotPermitted, FileProblem; Refused where it is not approved as it
    stands; InvalidValue for a day in the future or before the last approval.
    """
    contract = load(work, number, seen=seen)
    _refuse_unapproved(work, contract)
    states.check(KIND, contract.number, contract.state, ContractState.SIGNED)
    approval = _approved_as_it_stands(work, contract)
    _check_day(work, contract, approval, on)
    contents.revision(work, contract).signed_on = on
    contract.in_force, contract.signed_on = contract.revision, contract.signed_on or on
    facts = {"revision": contract.revision, "signed_on": on}
    move(work, contract, ContractState.SIGNED, facts=facts)
    if evidence is not None:
        _attach(work, contract, evidence)
    _follow(work, contract)
    _take_orders_in(work, contract)
    schedule.mark_progress(work, load_customer(work, contract.customer_id), on)
    return contract


def approved(work: Transaction, subject_id: int) -> None:
    """The last approver said yes: the revision can be signed."""
    move(work, _by_id(work, subject_id), ContractState.APPROVED)


def returned(work: Transaction, subject_id: int, reason: str) -> None:
    """An approver said no: the revision is a draft again, with the reason in its history."""
    move(work, _by_id(work, subject_id), ContractState.DRAFT, reason=reason)


def fingerprint(work: Transaction, subject_id: int) -> str:
    """A hash of all that an approver looks at: what the newest revision says."""
    return contents.fingerprint(work, _by_id(work, subject_id))


def load(work: Transaction, number: str, *, seen: int | None = None) -> Contract:
    """The contract of that number, to be changed by its owner or a manager.

    seen: the version that was looked at. Raises NotFound, Conflict, NotPermitted, Refused where its customer is archived.
    """
    found = work.session.exec(select(Contract).where(Contract.number == fold(number).upper())).first()
    if found is None:
        raise NotFound(
            msg("there is no contract {number}", number=number),
            msg("see: salesflow contract list"),
            code="unknown-contract",
        )
    load_customer(work, found.customer_id)
    refuse_strange_deal(work, found.number, found.owner_id)
    look = f"salesflow contract show {found.number}"
    refuse_changed(found, seen, name=found.number, look=look)
    return found


def move(
    work: Transaction,
    contract: Contract,
    state: ContractState,
    *,
    reason: str = "",
    rule: str | None = None,
    facts: dict[str, object] | None = None,
) -> None:
    """Make a step in the contract's life; its version counts the changes."""
    contract.version += 1
    states.move(work, KIND, contract, state, reason=reason, rule=rule, facts=facts)


def subject(contract: Contract) -> Subject:
    """The contract as files are attached to it."""
    assert contract.id is not None
    return Subject(KIND.value, contract.id, contract.number, contract.customer_id)


def _refuse_unapproved(work: Transaction, contract: Contract) -> None:
    """Refuse a draft and what waits for its approval, and say what to do."""
    number = contract.number
    if contract.state == ContractState.DRAFT:
        raise Refused(
            msg("{number} is a draft", number=number),
            msg("send it to its approvers first: salesflow contract submit {number}", number=number),
            code="not-approved",
        )
    if contract.state == ContractState.PENDING_APPROVAL:
        sql = (
            "SELECT number, waiting_for_role FROM v_approval "
            "WHERE subject_kind = 'contract' AND subject_id = :id AND state = 'pending'"
        )
        approval, role = work.look_up(sql, {"id": contract.id}) or ("", "")
        raise Refused(
            msg("{number} waits for the approval of the role {role}", number=number, role=label("role", role)),
            msg("see who decides, and why: salesflow approval show {approval}", approval=approval),
            code="not-approved",
        )


def _approved_as_it_stands(work: Transaction, contract: Contract) -> Approval:
    """The approval of what the revision says now. Raises Refused where that is not what was approved."""
    wanted = select(Approval).where(Approval.subject_kind == KIND, Approval.subject_id == contract.id)
    approval = work.session.exec(wanted.order_by(col(Approval.round).desc())).first()
    same = approval is not None and approval.fingerprint == contents.fingerprint(work, contract)
    if approval is None or not same or approval.state != ApprovalState.APPROVED:
        raise Refused(
            msg("{number} is not what was approved", number=contract.number),
            msg("change it and submit it again: salesflow contract edit {number}", number=contract.number),
            code="subject-changed",
        )
    return approval


def _check_day(work: Transaction, contract: Contract, approval: Approval, on: date) -> None:
    hint = msg("give the day on which both parties had signed")
    if on > work.context.clock.today():
        raise InvalidValue(msg("{date} is in the future", date=on), hint, code="future")
    assert approval.closed_at is not None
    decided = work.context.clock.local(approval.closed_at).date()
    if on < decided:
        raise InvalidValue(
            msg(
                "{date} is before {number} was approved, on {approved}",
                date=on,
                number=contract.number,
                approved=decided,
            ),
            hint,
            code="before-approval",
        )


def _attach(work: Transaction, contract: Contract, path: str) -> None:
    from salesflow.services import attachments

    attachments.attach(work, subject(contract), [attachments.NewFile(path, AttachmentKind.CONTRACT)])


def _follow(work: Transaction, contract: Contract) -> None:
    if contract.opportunity_id is not None:
        from salesflow.services import opportunities

        why = msg("{number} is signed", number=contract.number)
        opportunities.follow(work, contract.opportunity_id, OpportunityStage.WON, why)


def _take_orders_in(work: Transaction, contract: Contract) -> None:
    """Orders of the contract's quote that rest on no contract, or on one that was terminated, belong to it from now on."""
    from salesflow.models.order import SalesOrder
    from salesflow.services import orders

    quote_id = contents.revision(work, contract).quote_id
    if quote_id is None:
        return
    ended = select(Contract.id).where(Contract.state == ContractState.TERMINATED)
    without = col(SalesOrder.contract_id).is_(None) | col(SalesOrder.contract_id).in_(ended)
    for order in work.session.exec(select(SalesOrder).where(SalesOrder.quote_id == quote_id, without)).all():
        orders.rest_on(work, order, contract.id)


def _by_id(work: Transaction, contract_id: int) -> Contract:
    return work.session.exec(select(Contract).where(Contract.id == contract_id)).one()
