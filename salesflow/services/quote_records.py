"""What everything that changes a quote begins with: its newest version, found and moved, and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from salesflow.enums import ApprovalState, QuoteState, Status, SubjectKind
from salesflow.errors import Conflict, NotFound, Refused
from salesflow.i18n import Message, label, msg
from salesflow.models.quote import Quote
from salesflow.services import states
from salesflow.text import clean, fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.enums import Grade, OpportunityStage

KIND: Final = SubjectKind.QUOTE


def newest(work: Transaction, number: str, *, seen: int | None = None) -> Quote:
    """The newest version of a quote. Raises NotFound, and Conflict where it is not the version that was `seen`."""
    versions = select(Quote).where(Quote.number == fold(number).upper()).order_by(col(Quote.version).desc())
    quote = work.session.exec(versions).first()
    if quote is None:
        raise NotFound(
            msg("there is no quote {number}", number=number), msg("see: salesflow quote list"), code="unknown-quote"
        )
    if seen is not None and quote.version != seen:
        raise Conflict(
            msg(
                "the newest version of {number} is {version}, not {seen}",
                number=quote.number,
                version=quote.version,
                seen=seen,
            ),
            msg("look at what changed: salesflow quote diff {number}", number=quote.number),
            code="changed",
            details={"version": quote.version},
        )
    return quote


def by_id(work: Transaction, quote_id: int) -> Quote:
    return work.session.exec(select(Quote).where(Quote.id == quote_id)).one()


def move(
    work: Transaction,
    quote: Quote,
    state: QuoteState,
    *,
    reason: str = "",
    rule: str | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Make a step in the quote's life; its edition counts the changes."""
    quote.edition += 1
    states.move(work, KIND, quote, state, reason=reason, rule=rule, facts=facts)


def follow(work: Transaction, quote: Quote, stage: OpportunityStage, why: Message) -> None:
    """The quote's opportunity, if it has one, is at least at the stage that the quote proves."""
    if quote.opportunity_id is not None:
        from salesflow.services import opportunities

        opportunities.follow(work, quote.opportunity_id, stage, why)


def text(work: Transaction, given: str | None, what: Message) -> str | None:
    """A text as it is kept, None for an empty one. Raises InvalidValue."""
    return clean(given or "", limit=work.context.policy.limits.text, what=what) or None


def grade_of_open_customer(work: Transaction, customer_id: int) -> Grade | None:
    """The customer's grade, if a quote may go to them. Raises Refused for one that is archived, lost or invalid."""
    from salesflow.enums import Grade

    sql = "SELECT code, name, grade, status, archived_at FROM customer WHERE id = :id"
    row = work.look_up(sql, {"id": customer_id})
    assert row is not None
    code, name, grade, status, archived_at = row
    if archived_at is not None:
        raise Refused(
            msg("{code} {name} is archived", code=code, name=name),
            msg("quote to a customer that is not"),
            code="archived",
        )
    if status in (Status.LOST, Status.INVALID):
        raise Refused(
            msg("{code} {name} is {status}", code=code, name=name, status=label("status", status)),
            msg("if they are back, say so first: salesflow customer status {code} interested --reason TEXT", code=code),
            code="customer-status",
        )
    return None if grade is None else Grade(grade)


def refuse_unapproved(work: Transaction, quote: Quote) -> None:
    """Refuse a quote that waits for its approval or was never sent to it, and say what to do."""
    number, about = quote.number, {"kind": KIND.value, "id": quote.id}
    if quote.state == QuoteState.PENDING_APPROVAL:
        sql = (
            "SELECT number, waiting_for_role FROM v_approval "
            "WHERE subject_kind = :kind AND subject_id = :id AND state = :state"
        )
        approval, role = work.look_up(sql, {**about, "state": ApprovalState.PENDING.value}) or ("", "")
        raise Refused(
            msg("{number} waits for the approval of the role {role}", number=number, role=label("role", role)),
            msg("see who decides, and why: salesflow approval show {approval}", approval=approval),
            code="not-approved",
        )
    if quote.state == QuoteState.DRAFT:
        reason = returned_because(work, quote)
        said, hint = (
            msg("{number} is a draft", number=number),
            msg("send it: salesflow quote submit {number}", number=number),
        )
        if reason:
            said = msg("{number} was returned: {reason}", number=number, reason=reason)
            hint = msg("change what was asked for: salesflow quote revise {number}", number=number)
        raise Refused(said, hint, code="not-approved")


def returned_because(work: Transaction, quote: Quote) -> str:
    """Why an approver returned it; empty where none did."""
    sql = (
        "SELECT CASE state WHEN 'rejected' THEN (SELECT comment FROM approval_step "
        "WHERE approval_id = approval.id AND decision = 'rejected') END FROM approval "
        "WHERE subject_kind = :kind AND subject_id = :id ORDER BY round DESC LIMIT 1"
    )
    (reason,) = work.look_up(sql, {"kind": KIND.value, "id": quote.id}) or (None,)
    return str(reason or "")
