"""Loading a customer that is to be changed: apart from the customer file, which a quick log does not need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from salesflow.errors import Conflict, Refused
from salesflow.i18n import msg
from salesflow.models.customer import Customer

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction


def load(work: Transaction, customer_id: int, *, archived: bool = False) -> Customer:
    """The customer to be changed. Raises Refused where it is archived (unless allowed) or merged, Conflict where it is gone."""
    found = work.session.get(Customer, customer_id)
    if found is None:
        raise Conflict(msg("the customer is no longer there"), msg("somebody removed it meanwhile; look again"))
    if found.archived_at is not None and not archived:
        if found.merged_into_id is not None:
            raise merged(work, found)
        raise shelved(found.code, found.name, forgotten=found.forgotten_at is not None)
    return found


class Versioned(Protocol):
    """A record that counts its changes."""

    version: int


def refuse_changed(record: Versioned, seen: int | None, *, name: str, look: str) -> None:
    """Raise Conflict where somebody changed the record since the version that was `seen` (None: whatever it is).

    `look`: the command that shows it.
    """
    if seen is not None and record.version != seen:
        raise Conflict(
            msg(
                "{name} was changed meanwhile: it is at version {now}, not {seen}",
                name=name,
                now=record.version,
                seen=seen,
            ),
            msg("look at it again: {command}", command=look),
            code="changed",
            details={"version": record.version},
        )


def shelved(code: str, name: str, *, forgotten: bool) -> Refused:
    """The refusal of a customer that is archived: for good where what is personal was erased."""
    if forgotten:
        return Refused(
            msg("the personal data of {code} {name} was erased", code=code, name=name),
            msg("what was erased is not brought back; add the customer anew: salesflow customer add"),
            code="forgotten",
        )
    return Refused(
        msg("{code} {name} is archived", code=code, name=name),
        msg("bring it back first: salesflow customer remove {code} --undo", code=code),
        code="archived",
    )


def merged(work: Transaction, customer: Customer) -> Refused:
    """The refusal of a customer that was merged into another one."""
    into = work.session.get(Customer, customer.merged_into_id)
    assert into is not None
    return Refused(
        msg("{code} was merged into {into} {name}", code=customer.code, into=into.code, name=into.name),
        msg("see: salesflow customer show {code}", code=into.code),
        code="merged",
        details={"merged_into": into.code},
    )
