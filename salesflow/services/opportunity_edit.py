"""Changing an open opportunity: its title, its amount, when it is expected to close, its owner, its products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, delete

from salesflow.enums import OpportunityStage
from salesflow.errors import NotFound, Refused, UsageError
from salesflow.i18n import msg
from salesflow.models.opportunity import Opportunity, OpportunityProduct
from salesflow.money import Fen
from salesflow.services import opportunities, standing
from salesflow.services.customer_edit import Change
from salesflow.services.opportunities import KIND
from salesflow.services.records import refuse_changed
from salesflow.services.roster import seller
from salesflow.text import fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_SKUS: Final = (
    "SELECT p.sku, p.id FROM opportunity_product o JOIN product p ON p.id = o.product_id "
    "WHERE o.opportunity_id = :id ORDER BY p.sku"
)


@dataclass(frozen=True, slots=True)
class OpportunityEdit:
    """What is to be changed, as typed; None is left as it is. `products` are added by their SKUs, `without` taken away.

    owner: the login of who is in charge from now on.
    """

    title: str | None = None
    amount: Fen | None = None
    expected_close: date | None = None
    products: Sequence[str] = ()
    without: Sequence[str] = ()
    owner: str | None = None


def edit(work: Transaction, number: str, wanted: OpportunityEdit, *, if_version: int | None = None) -> list[Change]:
    """Change an open opportunity; gives what changed.

    Raises UsageError where nothing is given, or a product is both added and taken away; NotFound (also for a product that it
    does not have), NotPermitted, InvalidValue, Duplicate, Refused where it is closed or the new owner does not sell,
    Conflict where somebody changed it since `if_version`.
    """
    if all(getattr(wanted, field.name) in (None, ()) for field in fields(wanted)):
        raise UsageError(
            msg("there is nothing to change"),
            msg("give what is to be changed, such as --amount AMOUNT or --title TEXT"),
        )
    opportunity = opportunities.load(work, number)
    _refuse_closed(opportunity)
    refuse_changed(
        opportunity, if_version, name=opportunity.number, look=f"salesflow opportunity show {opportunity.number}"
    )
    columns = _columns(work, opportunity, wanted)
    was, now = _products(work, opportunity, wanted)
    former = opportunity.owner_id
    before, after = work.changed(opportunity, columns)
    if opportunity.owner_id != former:
        del before["owner_id"], after["owner_id"]
        before["owner"], after["owner"] = (standing.login(work, key) for key in (former, opportunity.owner_id))
    if was != now:
        opportunity.version += 0 if after else 1
        before, after = before | {"products": was}, after | {"products": now}
    if after:
        work.session.add(opportunity)
        work.audit("opportunity.edit", KIND, opportunity.number, before=before, after=after)
    return [Change(name, before[name], after[name]) for name in after]


def _refuse_closed(opportunity: Opportunity) -> None:
    stage = OpportunityStage(opportunity.state)
    if not stage.is_open:
        raise Refused(
            msg("{number} is {state}", number=opportunity.number, state=opportunities.named(stage)),
            msg(
                "open it again first: salesflow opportunity move {number} STAGE --reason TEXT",
                number=opportunity.number,
            ),
            code="state",
        )


def _columns(work: Transaction, opportunity: Opportunity, wanted: OpportunityEdit) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if wanted.title is not None:
        assert opportunity.id is not None
        columns["title"] = opportunities.checked_title(work, wanted.title)
        opportunities.refuse_twin(work, opportunity.customer_id, columns["title"], but=opportunity.id)
    if wanted.amount is not None:
        columns["amount"] = wanted.amount
    if wanted.expected_close is not None and wanted.expected_close != opportunity.expected_close:
        columns["expected_close"] = opportunities.checked_close(work, wanted.expected_close)
    if wanted.owner is not None:
        columns["owner_id"] = seller(work, wanted.owner).id
    return columns


def _products(work: Transaction, opportunity: Opportunity, wanted: OpportunityEdit) -> tuple[list[str], list[str]]:
    """The SKUs that it had and has."""
    had = {sku: key for sku, key in work.driver.execute(_SKUS, {"id": opportunity.id})}  # noqa: C416 - rows are no pairs to dict
    gone = [_own(had, typed, opportunity.number) for typed in wanted.without]
    given = opportunities.checked_products(work, wanted.products)
    for sku in gone:
        if sku in given:
            raise UsageError(msg("{sku} is added and taken away at once", sku=sku), msg("leave out one of the two"))
    new = {sku: key for sku, key in given.items() if sku not in had}
    work.insert(OpportunityProduct, [{"opportunity_id": opportunity.id, "product_id": key} for key in new.values()])
    if gone:
        keys = [had[sku] for sku in gone]
        of_this = col(OpportunityProduct.opportunity_id) == opportunity.id
        work.session.execute(delete(OpportunityProduct).where(of_this, col(OpportunityProduct.product_id).in_(keys)))
    return sorted(had), sorted(set(had) - set(gone) | set(new))


def _own(had: dict[str, int], typed: str, number: str) -> str:
    found = next((sku for sku in had if fold(sku) == fold(typed)), None)
    if found is None:
        raise NotFound(
            msg("{number} is not about {sku}", number=number, sku=typed),
            msg("its products are: {skus}", skus=sorted(had)) if had else msg("it names no product"),
            code="unknown-product",
        )
    return found
