"""Opportunities (商机): one possible deal with a customer, from stage to stage until it is won or lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from salesflow.enums import LossReason, OpportunityStage, Status
from salesflow.errors import Duplicate, InvalidValue, NotFound, Refused, UsageError
from salesflow.i18n import Message, label, msg, render
from salesflow.models.opportunity import Opportunity, OpportunityProduct
from salesflow.money import Fen
from salesflow.services import standing, states
from salesflow.services.records import load as load_customer
from salesflow.services.roster import seller
from salesflow.text import clean, fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer

KIND: Final = "opportunity"
FORWARD: Final = (
    OpportunityStage.DISCOVERY,
    OpportunityStage.PROPOSAL,
    OpportunityStage.NEGOTIATION,
    OpportunityStage.CONTRACT,
    OpportunityStage.WON,
)
"""The way of a deal that goes well."""


@dataclass(frozen=True, slots=True)
class NewOpportunity:
    """An opportunity as typed: the amount in fen, the products by their SKUs.

    Without `owner` (a login) it is the customer's owner's.
    """

    title: str
    amount: Fen
    expected_close: date
    products: Sequence[str] = ()
    owner: str | None = None


def add(work: Transaction, customer_id: int, new: NewOpportunity) -> Opportunity:
    """Make an opportunity, in the stage discovery.

    Raises InvalidValue for a title or a date that cannot be, NotFound for a product or an owner, Refused for a customer
    that is out of the running or a retired product, Duplicate for a title that another open one of the customer has.
    """
    customer = load_customer(work, customer_id)
    _refuse_out_of_the_running(customer)
    title, close = checked_title(work, new.title), checked_close(work, new.expected_close)
    refuse_twin(work, customer_id, title)
    products = checked_products(work, new.products)
    year = work.context.clock.today().year
    made = work.add(
        Opportunity(
            number=f"SJ{year}-{work.next_number(f'opportunity/{year}'):04d}",
            customer_id=customer_id,
            owner_id=customer.owner_id if new.owner is None else seller(work, new.owner).id,
            title=title,
            amount=new.amount,
            expected_close=close,
            state=OpportunityStage.DISCOVERY,
            stage_since=work.now,
            created_at=work.now,
            created_by=work.actor.id,
        )
    )
    rows = [{"opportunity_id": made.id, "product_id": product_id} for product_id in products.values()]
    work.insert(OpportunityProduct, rows)
    states.begin(work, KIND, made)
    facts = {"customer": customer.code, "title": title, "amount": new.amount, "expected_close": close}
    work.audit("opportunity.add", KIND, made.number, after={**facts, "products": sorted(products) or None})
    return made


def follow(work: Transaction, opportunity_id: int, stage: OpportunityStage, why: Message) -> None:
    """Move an opportunity on to the stage that a document of its own proves; `why` goes into its history.

    A quote made or sent proves `proposal`, a revised one `negotiation`, an accepted one `contract`, a signed contract
    `won`. It never goes back a stage, and one that is won or lost stays so.
    """
    opportunity = work.session.exec(select(Opportunity).where(Opportunity.id == opportunity_id)).one()
    now = OpportunityStage(opportunity.state)
    if now.is_open and FORWARD.index(stage) > FORWARD.index(now):
        step(work, opportunity, stage, render(why))


def move(work: Transaction, number: str, stage: OpportunityStage, reason: str | None = None) -> Opportunity:
    """Put an opportunity into another open stage; going back, and opening a closed one again, has a reason.

    Raises NotFound, NotPermitted, UsageError for won and lost and without a needed reason, InvalidValue for the reason,
    Refused where it is in that stage already or its customer is archived; for a closed one also what `add` raises of its
    customer and its title.
    """
    opportunity = load(work, number)
    why = _reason(work, reason)
    now = OpportunityStage(opportunity.state)
    if stage is now:
        raise Refused(
            msg("{number} is in stage {stage} already", number=opportunity.number, stage=named(stage)),
            msg("see: salesflow opportunity show {number}", number=opportunity.number),
            code="state",
        )
    if not stage.is_open:
        hint = msg("close it with: salesflow opportunity win {number}", number=opportunity.number)
        if stage is OpportunityStage.LOST:
            hint = msg("close it with: salesflow opportunity lose {number} --reason CODE", number=opportunity.number)
        raise UsageError(msg("an opportunity is not moved to {stage}", stage=named(stage)), hint)
    if not why and (not now.is_open or FORWARD.index(stage) < FORWARD.index(now)):
        raise UsageError(
            msg("{number} goes back from {old} to {new}: that has a reason", **_step(opportunity, now, stage)),
            msg("say why: --reason TEXT"),
            code="missing-value",
        )
    if not now.is_open:
        assert opportunity.id is not None
        _refuse_out_of_the_running(load_customer(work, opportunity.customer_id))
        refuse_twin(work, opportunity.customer_id, opportunity.title, but=opportunity.id)
    opportunity.loss_reason = None
    step(work, opportunity, stage, why)
    return opportunity


def win(work: Transaction, number: str, on: date | None = None) -> Opportunity:
    """Close an opportunity as won, today unless told otherwise.

    Raises NotFound, NotPermitted, InvalidValue for a day in the future or before it was made, Refused where it is closed
    already or its customer is archived.
    """
    opportunity = load(work, number)
    day = _closing_day(work, opportunity, on)
    step(work, opportunity, OpportunityStage.WON, on=day)
    return opportunity


def lose(
    work: Transaction, number: str, reason: LossReason, note: str | None = None, on: date | None = None
) -> Opportunity:
    """Close an opportunity as lost: the category of the reason, and a note that goes into its history. Raises as `win`."""
    opportunity = load(work, number)
    day, said = _closing_day(work, opportunity, on), _reason(work, note)
    why = label("lossreason", reason)
    opportunity.loss_reason = reason.value
    text = render(msg("{reason}: {note}", reason=why, note=said) if said else why)
    step(work, opportunity, OpportunityStage.LOST, text, on=day)
    return opportunity


def step(
    work: Transaction, opportunity: Opportunity, stage: OpportunityStage, reason: str = "", on: date | None = None
) -> None:
    """Put the opportunity into a stage, from now on; `on` is the day on which a closed one was closed (today).

    Raises Refused where the table of states forbids it.
    """
    states.check(KIND, opportunity.number, opportunity.state, stage)
    opportunity.stage_since = work.now
    opportunity.closed_on = None if stage.is_open else on or work.context.clock.today()
    opportunity.version += 1
    facts = {"closed_on": opportunity.closed_on, "loss_reason": opportunity.loss_reason}
    known = {name: fact for name, fact in facts.items() if fact is not None}
    states.move(work, KIND, opportunity, stage, reason=reason, facts=known)


def load(work: Transaction, number: str) -> Opportunity:
    """The opportunity of that number, to be changed by its owner or a manager.

    Raises NotFound, NotPermitted, Refused where its customer is archived.
    """
    found = work.session.exec(select(Opportunity).where(Opportunity.number == fold(number).upper())).first()
    if found is None:
        raise NotFound(
            msg("there is no opportunity {number}", number=number),
            msg("see: salesflow opportunity list"),
            code="unknown-opportunity",
        )
    load_customer(work, found.customer_id)
    standing.refuse_strange_deal(work, found.number, found.owner_id)
    return found


def named(stage: OpportunityStage) -> Message:
    return label(OpportunityStage.kind(), stage)


def checked_title(work: Transaction, typed: str) -> str:
    """A title as it is kept. Raises InvalidValue."""
    title = clean(typed, limit=work.context.policy.limits.name, what=msg("the title"), multiline=False)
    if not title:
        raise InvalidValue(msg("the title is empty"), msg("say what is to be sold: --title TEXT"), code="missing-value")
    return title


def checked_close(work: Transaction, day: date) -> date:
    """The day on which it is expected to close. Raises InvalidValue for one that has passed."""
    if day < work.context.clock.today():
        raise InvalidValue(
            msg("{date} has passed", date=day), msg("give the day on which the deal is expected to close"), code="past"
        )
    return day


def checked_products(work: Transaction, skus: Sequence[str]) -> dict[str, int]:
    """The keys of the products by their SKUs, each once. Raises NotFound, Refused for a retired one."""
    from salesflow.services import products

    found: dict[str, int] = {}
    for typed in skus:
        sku = products.find(work, typed)
        row = work.look_up("SELECT id, retired_at FROM product WHERE sku = :sku", {"sku": sku})
        if sku is None or row is None:
            raise NotFound(
                msg("there is no product {sku}", sku=typed), msg("see: salesflow product list"), code="unknown-product"
            )
        if row[1] is not None:
            raise Refused(
                msg("{sku} is retired", sku=sku),
                msg("see what is sold: salesflow product list"),
                code="retired-product",
            )
        found[sku] = int(row[0])
    return found


def refuse_twin(work: Transaction, customer_id: int, title: str, *, but: int = 0) -> None:
    """Raise Duplicate where another open opportunity of the customer has the title; `but` an opportunity itself."""
    for other in _open(work, customer_id):
        if other.id != but and fold(other.title) == fold(title):
            raise Duplicate(
                msg("there is an open opportunity with that title already: {number}", number=other.number),
                msg(
                    "go on with that one, or give it another title: salesflow opportunity edit {number}",
                    number=other.number,
                ),
                details={"twin": other.number, "field": "title"},
            )


def twins(work: Transaction, customer_id: int, other_id: int) -> list[tuple[Opportunity, Opportunity]]:
    """The open opportunities of one customer that another one has too, each with that one: alike in their titles."""
    theirs = {fold(one.title): one for one in _open(work, other_id)}
    found = ((one, theirs.get(fold(one.title))) for one in _open(work, customer_id))
    return [(one, other) for one, other in found if other is not None]


def _open(work: Transaction, customer_id: int) -> list[Opportunity]:
    wanted = select(Opportunity).where(Opportunity.customer_id == customer_id, col(Opportunity.closed_on).is_(None))
    return list(work.session.exec(wanted.order_by(col(Opportunity.number))).all())


def _refuse_out_of_the_running(customer: Customer) -> None:
    status = Status(customer.status)
    if status in (Status.LOST, Status.INVALID):
        names = {"code": customer.code, "name": customer.name}
        raise Refused(
            msg("{code} {name} is {status}", **names, status=label("status", status)),
            msg(
                "if they are back, say so first: salesflow customer status {code} interested --reason TEXT",
                code=customer.code,
            ),
            code="customer-status",
        )


def _closing_day(work: Transaction, opportunity: Opportunity, on: date | None) -> date:
    day = on or work.context.clock.today()
    made = work.context.clock.local(opportunity.created_at).date()
    hint = msg("give the day on which it was decided")
    if day > work.context.clock.today():
        raise InvalidValue(msg("{date} is in the future", date=day), hint, code="future")
    if day < made:
        text = msg("{date} is before {number} was made, on {made}", date=day, number=opportunity.number, made=made)
        raise InvalidValue(text, hint)
    return day


def _reason(work: Transaction, typed: str | None) -> str:
    return clean(typed or "", limit=work.context.policy.limits.text, what=msg("the reason"))


def _step(opportunity: Opportunity, old: OpportunityStage, new: OpportunityStage) -> dict[str, object]:
    return {"number": opportunity.number, "old": named(old), "new": named(new)}
