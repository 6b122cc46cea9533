"""What a contract that is amended to less gives away: measured as a quote's discount is, by the same rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlmodel import text

from salesflow.rules.quoting import Review, amended, review
from salesflow.services import contract_content as contents

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.contract import Contract
    from salesflow.services.contract_content import Content

_NOTHING: Final = Review((), ())


def reviewed(work: Transaction, contract: Contract, content: Content) -> Review:
    """Whom discount-authority and price-floor want to approve an amendment of the actor's, and why.

    A contract is drafted with its quote's total, whose discounts were approved with that. Nothing where the amount is not
    below that in force, and for a contract without a quote, which has no list prices.
    """
    if contract.in_force is None or content.quote_id is None:
        return _NOTHING
    if content.amount >= contents.revision(work, contract, contract.in_force).amount:
        return _NOTHING
    own = {"id": content.quote_id}
    run = work.session.execute
    quote = run(text("SELECT quote_discount, goods_total, total FROM quote WHERE id = :id"), own).mappings().one()
    lines = run(text("SELECT * FROM quote_line WHERE quote_id = :id ORDER BY line"), own).mappings().all()
    offered = amended(dict(quote), [dict(line) for line in lines], content.amount)
    return review(work.context.policy, roles=work.actor.roles, offered=offered)
