"""What customers object to (异议处理): the three steps 认同, 解释, 解决, and what goes up to somebody with more authority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, select

from salesflow.enums import ApprovalState, ObjectionKind, ObjectionOutcome, Role, SubjectKind
from salesflow.errors import InvalidValue, NotFound, Refused, UsageError
from salesflow.i18n import Message, label, msg, render
from salesflow.models.approval import Approval, ApprovalStep
from salesflow.models.customer import Customer
from salesflow.models.objection import Objection
from salesflow.rules.authority import beyond_authority
from salesflow.services import approvals, schedule, scripts
from salesflow.services.records import load as load_customer
from salesflow.text import clean, fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

KIND: Final = SubjectKind.OBJECTION
_STEPS: Final = {
    "acknowledge": msg("the acknowledgement"),
    "explain": msg("the explanation"),
    "resolve": msg("the resolution"),
}
_WHAT_HELPED: Final = msg("say what settled it: --resolve TEXT")


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered, in the three steps; None leaves a step as it is. `script_id`: the script that was used."""

    acknowledge: str | None = None
    explain: str | None = None
    resolve: str | None = None
    script_id: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What the salesperson may not grant alone: in words, a discount in basis points if it is one, and whom it goes to."""

    text: str
    discount: int | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class NewObjection:
    """An objection as told. Escalated it needs a `request`; resolved it needs `reply.resolve`."""

    kind: ObjectionKind
    statement: str
    reply: Reply = Reply()
    outcome: ObjectionOutcome = ObjectionOutcome.OPEN
    product_id: int | None = None
    request: Request | None = None


def log(work: Transaction, customer_id: int, new: NewObjection) -> Objection:
    """Write an objection down; escalated at once where the outcome says so.

    Raises InvalidValue for a text that cannot be kept, UsageError where outcome and request do not go together, NotFound
    and Refused for the script, and what `escalate` raises.
    """
    customer = load_customer(work, customer_id)
    escalated = new.outcome is ObjectionOutcome.ESCALATED
    if escalated != (new.request is not None):
        raise UsageError(
            msg("an escalated objection says what is asked for, and no other does"),
            msg("give both --outcome escalated and --request TEXT, or neither"),
        )
    year = work.context.clock.local(work.now).year
    made = work.add(
        Objection(
            number=f"YY{year}-{work.next_number(f'objection/{year}'):04d}",
            customer_id=customer_id,
            product_id=new.product_id,
            at=work.now,
            by_id=work.actor.id,
            kind=new.kind,
            statement=_statement(work, new.statement),
        )
    )
    fields = _answered(work, new.reply)
    if new.outcome is ObjectionOutcome.RESOLVED:
        fields |= _closed(work, fields.get("resolve"))
    work.changed(made, fields)
    work.session.add(made)
    facts = {"customer": customer.code, "kind": made.kind, "outcome": made.outcome, "script": made.script_id}
    work.audit("objection.log", "objection", made.number, after=facts)
    if new.request is not None:
        _ask(work, made, new.request)
    return made


def resolve(work: Transaction, number: str, reply: Reply) -> Objection:
    """Settle an objection: what helped is kept with it. An approval that it still waits for becomes void.

    Raises NotFound, InvalidValue for a text that cannot be kept, Refused where it is settled already or nothing says how.
    """
    objection = load(work, number)
    _refuse_settled(objection)
    fields = _answered(work, reply)
    fields |= _closed(work, fields.get("resolve", objection.resolve))
    approvals.void(work, KIND, _key(objection))
    _change(work, objection, fields, "objection.resolve")
    return objection


def escalate(work: Transaction, number: str, request: Request) -> Approval:
    """Ask for what is beyond the salesperson's authority: a new round of approval, by whom rule discount-authority says.

    Raises NotFound, InvalidValue, Refused where it is settled, where it waits for its approval already, where the actor
    may grant it alone, and where nobody could decide.
    """
    objection = load(work, number)
    _refuse_settled(objection)
    waiting = _open_approval(work, objection)
    if waiting is not None:
        raise Refused(
            msg("{number} waits for its approval, {approval}", number=objection.number, approval=waiting.number),
            msg("see who decides: salesflow approval show {approval}", approval=waiting.number),
            code="state",
        )
    return _ask(work, objection, request)


def load(work: Transaction, number: str) -> Objection:
    """The objection of that number. Raises NotFound."""
    found = work.session.exec(select(Objection).where(Objection.number == fold(number).upper())).first()
    if found is None:
        raise NotFound(
            msg("there is no objection {number}", number=number),
            msg("see: salesflow objection list"),
            code="unknown-objection",
        )
    return found


def fingerprint(work: Transaction, subject_id: int) -> str:
    """What an approver has looked at."""
    objection = _by_id(work, subject_id)
    return "\n".join(map(str, (objection.statement, objection.request, objection.discount, objection.outcome)))


def approved(work: Transaction, subject_id: int) -> None:
    """It was granted: the customer is to be told, and the objection waits for its resolution."""
    objection = _by_id(work, subject_id)
    said = msg("granted: {request}", request=objection.request or "")
    _decided(work, objection, _with_comments(work, objection, said), ObjectionOutcome.ESCALATED)


def returned(work: Transaction, subject_id: int, reason: str) -> None:
    """It was not granted: the customer is to be told, and the objection is open again."""
    objection = _by_id(work, subject_id)
    _decided(work, objection, render(msg("not granted: {reason}", reason=reason)), ObjectionOutcome.OPEN)


def withdrawn(work: Transaction, subject_id: int, reason: str) -> None:  # noqa: ARG001 - what every subject is told
    """It is not asked for any more: the objection is open again, and there is nothing to tell the customer."""
    fields = {"decision": None, "outcome": ObjectionOutcome.OPEN.value}
    _change(work, _by_id(work, subject_id), fields, "objection.withdraw")


def _decided(work: Transaction, objection: Objection, decision: str, outcome: ObjectionOutcome) -> None:
    """Keep the decision, and plan that its customer hears of it on the next working day at the latest."""
    _change(work, objection, {"decision": decision, "outcome": outcome.value}, "objection.decide")
    customer = work.session.get(Customer, objection.customer_id)
    if customer is None or customer.archived_at is not None:
        return
    today = work.context.clock.today()
    focus = render(
        msg("tell the customer the decision on {number}: {decision}", number=objection.number, decision=decision)
    )
    limit = work.context.policy.limits.line
    schedule.plan(work, customer, work.context.calendar.following(today), schedule.Stage(focus=focus[:limit]))


def _with_comments(work: Transaction, objection: Objection, said: Message) -> str:
    """The decision with what its approvers have remarked."""
    found = (
        select(ApprovalStep.comment)
        .join(Approval, col(Approval.id) == ApprovalStep.approval_id)
        .where(Approval.subject_kind == KIND, Approval.subject_id == objection.id)
        .where(Approval.state == ApprovalState.APPROVED, col(ApprovalStep.comment).is_not(None))
        .order_by(col(Approval.round).desc(), col(ApprovalStep.step))
    )
    comments = [comment for comment in work.session.exec(found).all() if comment]
    return "; ".join([render(said), *comments])


def _ask(work: Transaction, objection: Objection, request: Request) -> Approval:
    text = clean(request.text, limit=work.context.policy.limits.text, what=msg("the request"))
    if not text:
        raise InvalidValue(
            msg("the request is empty"), msg("say what is asked for: --request TEXT"), code="missing-value"
        )
    decision = beyond_authority(
        work.context.policy, roles=work.actor.roles, request=text, discount=request.discount, role=request.role
    )
    if not decision.value:
        raise Refused(
            decision.message,
            msg("grant it, and settle the objection: salesflow objection resolve {number}", number=objection.number),
            code=decision.rule,
        )
    fields = {"request": text, "discount": request.discount, "outcome": ObjectionOutcome.ESCALATED.value}
    _change(work, objection, {**fields, "decision": None}, "objection.escalate")
    work.session.flush()
    subject = approvals.Subject(KIND, _key(objection), objection.number, objection.customer_id, None)
    return approvals.submit(work, subject, decision.value)


def _statement(work: Transaction, typed: str) -> str:
    statement = clean(typed, limit=work.context.policy.limits.text, what=msg("the statement"))
    if not statement:
        raise InvalidValue(
            msg("the statement is empty"), msg("write what the customer said: --statement TEXT"), code="missing-value"
        )
    return statement


def _answered(work: Transaction, reply: Reply) -> dict[str, Any]:
    """The columns of a reply, those that it says something of."""
    limit = work.context.policy.limits.text
    fields: dict[str, Any] = {}
    for name, what in _STEPS.items():
        typed = getattr(reply, name)
        text = None if typed is None else clean(typed, limit=limit, what=what)
        if text:
            fields[name] = text
    if reply.script_id is not None:
        fields["script_id"] = scripts.load(work, reply.script_id, in_use=True).id
    return fields


def _closed(work: Transaction, resolution: str | None) -> dict[str, Any]:
    if not resolution:
        raise UsageError(msg("nothing says how the objection was settled"), _WHAT_HELPED, code="missing-value")
    return {"outcome": ObjectionOutcome.RESOLVED.value, "closed_at": work.now}


def _refuse_settled(objection: Objection) -> None:
    if objection.outcome == ObjectionOutcome.RESOLVED:
        state = label("objectionoutcome", objection.outcome)
        raise Refused(
            msg("{number} is {state} already", number=objection.number, state=state),
            msg("log what the customer says now: salesflow objection log"),
            code="state",
        )


def _change(work: Transaction, objection: Objection, fields: dict[str, Any], action: str) -> None:
    """Set the fields; the trail has what the rules go by, not the words."""
    before, after = work.changed(objection, fields)
    work.session.add(objection)
    facts = ("outcome", "discount", "script_id")
    work.audit(
        action,
        "objection",
        objection.number,
        before={name: before[name] for name in facts if name in before},
        after={name: after[name] for name in facts if name in after},
    )


def _open_approval(work: Transaction, objection: Objection) -> Approval | None:
    found = select(Approval).where(Approval.subject_kind == KIND, Approval.subject_id == objection.id)
    return work.session.exec(found.where(Approval.state == ApprovalState.PENDING)).first()


def _by_id(work: Transaction, objection_id: int) -> Objection:
    return work.session.exec(select(Objection).where(Objection.id == objection_id)).one()


def _key(objection: Objection) -> int:
    assert objection.id is not None
    return objection.id
