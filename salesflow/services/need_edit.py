"""Changing a need that is on a list: in place while its version is being written, as a new need once that is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.enums import NeedField, NeedKind
from salesflow.errors import UsageError
from salesflow.i18n import msg
from salesflow.models.need import Need
from salesflow.services import needs
from salesflow.services.customer_edit import Change
from salesflow.services.needs import FACTS, KIND, NewNeed
from salesflow.services.records import refuse_changed

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_COLUMNS: Final = {NeedField.DUE: "due_on"}


@dataclass(frozen=True, slots=True)
class NeedEdit:
    """What is to be changed, as typed; None is left as it is, `clear` names what is to be empty."""

    text: str | None = None
    kind: NeedKind | None = None
    priority: int | None = None
    quantity: int | None = None
    spec: str | None = None
    due_on: date | None = None
    clear: tuple[NeedField, ...] = ()


class Edited(NamedTuple):
    """The need as it stands now, and what changed. It is another one where a confirmed version keeps what it was, and again
    the one that was confirmed where it is as that was.
    """

    need: Need
    changes: Sequence[Change]


def edit(work: Transaction, need_id: int, wanted: NeedEdit, *, if_version: int | None = None) -> Edited:
    """Change a need on its customer's list.

    Raises UsageError where nothing is given, or a field is given and cleared; NotFound, Conflict where somebody changed it
    since `if_version`, and what `needs.add` raises.
    """
    _check_asked(wanted)
    need, customer = needs.on_the_list(work, need_id)
    refuse_changed(need, if_version, name=f"N{need_id}", look=f"salesflow need show {customer.code}")
    changed = _changed(work, need, wanted)
    if not changed:
        return Edited(need, ())
    before = {name: getattr(need, name) for name in changed}
    current = needs.draft(work, need.customer_id)
    kept = need
    if need.since == current.version:
        work.changed(need, changed)
    else:
        kept = _successor(work, need, changed, current.version)
    kept = needs.as_before(work, kept, current)
    work.session.add(kept)
    about = {"id": kept.id, "list": current.version}
    work.audit("need.edit", KIND, customer.code, before={"id": need_id, **before}, after={**about, **changed})
    needs.settle(work, current)
    return Edited(kept, [Change(name, before[name], changed[name]) for name in changed])


def _check_asked(wanted: NeedEdit) -> None:
    if all(getattr(wanted, field.name) in (None, ()) for field in fields(wanted)):
        raise UsageError(
            msg("there is nothing to change"), msg("give what is to be changed, such as --priority 1 or --text TEXT")
        )
    for field in wanted.clear:
        if getattr(wanted, _COLUMNS.get(field, field.value)) is not None:
            raise UsageError(
                msg("--{option} is given and cleared at once", option=field.value), msg("leave out one of the two")
            )


def _changed(work: Transaction, need: Need, wanted: NeedEdit) -> dict[str, object]:
    """The columns that are to differ from what they are."""
    told = NewNeed(need.text, NeedKind(need.kind), need.priority, need.quantity, need.spec, need.due_on)
    given = {name: getattr(wanted, name) for name in FACTS if getattr(wanted, name) is not None}
    cleared: dict[str, Any] = {_COLUMNS.get(field, field.value): None for field in wanted.clear}
    told = replace(told, **given, **cleared)
    if wanted.due_on is None:  # one that has passed meanwhile is nobody's mistake
        told = replace(told, due_on=None)
    fields_ = needs.checked(work, told, reworded=wanted.text is not None)
    if wanted.due_on is None and NeedField.DUE not in wanted.clear:
        fields_["due_on"] = need.due_on
    found = {name: value for name, value in fields_.items() if value != getattr(need, name)}
    if "text" in found:
        needs.refuse_twin(work, need.customer_id, str(found["text"]), but=need.id)
    return found


def _successor(work: Transaction, need: Need, changed: dict[str, object], version: int) -> Need:
    """The changed need in the version that is being written; the confirmed ones keep the other."""
    needs.end(work, need, version)
    values = {name: getattr(need, name) for name in FACTS} | changed
    return work.add(Need(customer_id=need.customer_id, **values, since=version, at=work.now, by_id=work.actor.id))
