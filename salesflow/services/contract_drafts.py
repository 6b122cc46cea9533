"""Making a contract, changing a draft, and amending what is signed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from sqlmodel import select, text

from salesflow.enums import ContractState, OpportunityStage
from salesflow.errors import Duplicate, NotFound, Refused, UsageError
from salesflow.i18n import Message, msg, render
from salesflow.models.contract import Contract, ContractRevision
from salesflow.rules.contracts import contract_terms
from salesflow.rules.instalments import WHOLE
from salesflow.services import contract_content as contents
from salesflow.services import contracts, states
from salesflow.services.accepted_quotes import accepted
from salesflow.services.contract_content import Content, Given
from salesflow.services.contracts import KIND
from salesflow.services.records import load as load_customer
from salesflow.services.standing import refuse_stranger
from salesflow.text import fold
from salesflow.text import reason as required_reason

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_NAMED: Final = 2  # so many products are named in a title
_ENDED: Final = ContractState.TERMINATED.value


@dataclass(frozen=True, slots=True)
class Source:
    """What a contract is made from: an accepted quote, or an opportunity; by its number."""

    quote: str | None = None
    opportunity: str | None = None
    given: Given = field(default_factory=Given)


def draft(work: Transaction, source: Source) -> Contract:
    """Make a draft; its amount is the accepted quote's, or the opportunity's unless one is given.

    Raises NotFound; UsageError for an amount beside a quote, whose total it is; Refused where the quote is not accepted or
    the opportunity is closed, the customer archived; NotPermitted for who has not the customer; Duplicate where the quote has
    its contract; RuleRefused of contract-terms; InvalidValue for what it cannot consist of.
    """
    given = source.given
    if source.quote is not None:
        if given.amount is not None:
            raise UsageError(
                msg("--amount is for a contract without a quote: with one, the quote's total holds"),
                msg("leave --amount out, or revise the quote"),
            )
        customer_id, opportunity_id, basis = _from_quote(work, source.quote)
    else:
        customer_id, opportunity_id, basis = _from_opportunity(work, str(source.opportunity))
    customer = load_customer(work, customer_id)
    refuse_stranger(work, customer, msg("ask them, or a manager"))
    content = contents.changed(work, basis, given)
    work.decide(contract_terms(present=content.terms))
    if not content.splits:
        content = replace(content, splits={customer.owner_id: WHOLE})
    today = work.context.clock.today()
    contract = work.add(
        Contract(
            number=f"HT{today.year}-{work.next_number(f'contract/{today.year}'):04d}",
            customer_id=customer_id,
            owner_id=customer.owner_id,
            opportunity_id=opportunity_id,
            state=ContractState.DRAFT,
            created_at=work.now,
            created_on=today,
        )
    )
    contents.write(work, contract, content)
    states.begin(work, KIND, contract)
    facts = {"customer": customer.code, **contents.audited(work, content)}
    work.audit("contract.draft", KIND, contract.number, after=facts)
    return contract


def edit(work: Transaction, number: str, given: Given, *, seen: int | None = None) -> Contract:
    """Change what a draft says; one that is approved becomes a draft again and needs its approval anew.

    Raises NotFound, Conflict, NotPermitted; Refused where it is with its approvers, signed or ended, or nothing differs;
    UsageError for an amount where a quote has it; InvalidValue.
    """
    contract = contracts.load(work, number, seen=seen)
    _refuse_uneditable(contract)
    before = contents.read(work, contract)
    _refuse_amount(contract, before, given)
    after = contents.changed(work, before, given)
    _refuse_same(contract, before, after)
    if contract.state == ContractState.APPROVED:
        contracts.move(work, contract, ContractState.DRAFT, reason=render(msg("changed after its approval")))
    contents.rewrite(work, contract, after)
    contract.version += 1
    work.session.add(contract)
    _note(work, "contract.edit", contract, before, after)
    return contract


def amend(work: Transaction, number: str, reason: str, given: Given, *, seen: int | None = None) -> Contract:
    """Begin a new revision of a signed contract: a draft that says what the one in force says, with what is given instead.

    Raises NotFound, Conflict, NotPermitted; Refused where it is not signed or nothing differs; InvalidValue.
    """
    contract = contracts.load(work, number, seen=seen)
    why = required_reason(reason, limit=work.context.policy.limits.text)
    if contract.state != ContractState.SIGNED:
        raise Refused(
            msg("only a signed contract is amended; {number} is not", number=contract.number),
            msg("change a draft with: salesflow contract edit {number}", number=contract.number),
            code="state",
        )
    before = contents.read(work, contract, contract.in_force)
    after = contents.changed(work, before, given)
    _refuse_same(contract, before, after)
    made = work.session.exec(select(ContractRevision.revision).where(ContractRevision.contract_id == contract.id)).all()
    contract.revision = max(made) + 1
    contracts.move(work, contract, ContractState.DRAFT, reason=why, facts={"revision": contract.revision})
    contents.write(work, contract, after, why)
    _note(work, "contract.amend", contract, before, after)
    return contract


def give_up(work: Transaction, number: str, *, seen: int | None = None) -> Contract:
    """Give an amendment up: what is in force stays so. Its revision is kept, and never used.

    Raises NotFound, Conflict, NotPermitted, Refused where there is no amendment that could be given up.
    """
    from salesflow.services import approvals

    contract = contracts.load(work, number, seen=seen)
    if contract.in_force is None or contract.revision == contract.in_force:
        raise Refused(
            msg("{number} has no amendment under way", number=contract.number),
            msg("see: salesflow contract show {number}", number=contract.number),
            code="state",
        )
    assert contract.id is not None
    approvals.void(work, KIND, contract.id)
    given_up = contract.revision
    if contract.state == ContractState.PENDING_APPROVAL:  # the table has no step from there to the signature
        contracts.move(work, contract, ContractState.DRAFT)
    contract.revision = contract.in_force
    reason = render(msg("amendment {revision} given up", revision=given_up))
    contracts.move(work, contract, ContractState.SIGNED, reason=reason, facts={"given_up": given_up})
    return contract


def _from_quote(work: Transaction, number: str) -> tuple[int, int | None, Content]:
    quote = accepted(work, number, msg("a contract needs an accepted quote"))
    sql = (
        "SELECT contract.number, contract.state FROM contract JOIN contract_revision revision "
        "ON revision.contract_id = contract.id WHERE revision.quote_id = :id AND contract.state <> :ended"
    )
    twin = work.look_up(sql, {"id": quote["id"], "ended": _ENDED})
    if twin is not None:
        raise Duplicate(
            msg("{quote} has its contract already: {contract}", quote=quote["number"], contract=twin[0]),
            _way_on(*twin),
            details={"contract": twin[0]},
        )
    content = Content(
        _products(work, quote["id"]), quote["total"], {}, contents.UNLESS_GIVEN, {}, quote["id"], quote["tax_total"]
    )
    return quote["customer_id"], quote["opportunity_id"], content


def _way_on(number: str, state: str) -> Message:
    """What is done with the contract that is there."""
    if state in (ContractState.DRAFT, ContractState.APPROVED):
        return msg("change that: salesflow contract edit {contract}", contract=number)
    if state == ContractState.SIGNED:
        return msg("amend that: salesflow contract amend {contract} --reason TEXT", contract=number)
    return msg("see: salesflow contract show {number}", number=number)


def _products(work: Transaction, quote_id: int) -> str:
    """What a quote is about, for a title: its first products."""
    sql = f"SELECT name FROM quote_line WHERE quote_id = :id ORDER BY line LIMIT {_NAMED + 1}"  # noqa: S608 - a number of ours
    names = list(work.session.execute(text(sql), {"id": quote_id}).scalars())
    return " + ".join([*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])])[: work.context.policy.limits.name]


def _from_opportunity(work: Transaction, number: str) -> tuple[int, int | None, Content]:
    sql = "SELECT id, customer_id, title, amount, state, number FROM opportunity WHERE number = :number"
    row = work.look_up(sql, {"number": fold(number).upper()})
    if row is None:
        raise NotFound(
            msg("there is no opportunity {number}", number=number),
            msg("see: salesflow opportunity list"),
            code="unknown-opportunity",
        )
    key, customer_id, title, amount, stage, number = row
    if not OpportunityStage(stage).is_open:
        raise Refused(
            msg("{number} is closed", number=number),
            msg("open it again first: salesflow opportunity move {number} contract --reason TEXT", number=number),
            code="state",
        )
    return customer_id, key, Content(title, amount, {}, contents.UNLESS_GIVEN, {})


def _refuse_uneditable(contract: Contract) -> None:
    number = contract.number
    hints = {
        ContractState.PENDING_APPROVAL: msg(
            "withdraw it from its approvers first: salesflow approval withdraw APPROVAL"
        ),
        ContractState.SIGNED: msg("amend it: salesflow contract amend {number} --reason TEXT", number=number),
    }
    state = ContractState(contract.state)
    if state not in (ContractState.DRAFT, ContractState.APPROVED):
        raise Refused(
            msg("{number} cannot be changed as it stands", number=number),
            hints.get(state, msg("it has ended; draft another one")),
            code="state",
        )


def _refuse_amount(contract: Contract, content: Content, given: Given) -> None:
    """Before its first signature a contract has its quote's total; an amendment may differ, and is measured as a discount."""
    amended = contract.in_force is not None
    if not amended and given.amount is not None and content.quote_id is not None and given.amount != content.amount:
        raise UsageError(
            msg("--amount is for a contract without a quote: with one, the quote's total holds"),
            msg("leave --amount out, or revise the quote"),
        )


def _refuse_same(contract: Contract, before: Content, after: Content) -> None:
    if before == after:
        raise Refused(
            msg("nothing of {number} would change", number=contract.number),
            msg("say what is to change, such as --term or --instalment"),
            code="unchanged",
        )


def _note(work: Transaction, action: str, contract: Contract, before: Content, after: Content) -> None:
    """An audit entry of what differs."""
    old, new = contents.audited(work, before), contents.audited(work, after)
    names = [name for name in new if old[name] != new[name]]
    work.audit(
        action,
        KIND,
        contract.number,
        before={name: old[name] for name in names},
        after={name: new[name] for name in names},
    )
