"""The library of replies to objections (话术库)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from salesflow.enums import ObjectionKind
from salesflow.errors import Duplicate, InvalidValue, NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.objection import Script
from salesflow.text import clean, fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.i18n import Message

_LIST: Final = msg("see: salesflow script list --all")


@dataclass(frozen=True, slots=True)
class NewScript:
    """A reply as typed: for a kind of objection and perhaps one product (its key), with a title to find it by."""

    kind: ObjectionKind
    title: str
    text: str
    product_id: int | None = None


def add(work: Transaction, new: NewScript) -> Script:
    """Add a script to the library.

    Raises InvalidValue for a text that cannot be kept, Duplicate for a title that one of the same kind has already.
    """
    limits = work.context.policy.limits
    title = _required(clean(new.title, limit=limits.name, what=msg("the title"), multiline=False), msg("the title"))
    text = _required(clean(new.text, limit=limits.text, what=msg("the reply")), msg("the reply"))
    same_kind = select(Script).where(Script.kind == new.kind, col(Script.retired_at).is_(None))
    for other in work.session.exec(same_kind).all():
        if fold(other.title) == fold(title):
            raise Duplicate(
                msg("script {id} has the title {title} already", id=other.id, title=title),
                msg("choose another title, or retire that one: salesflow script retire {id}", id=other.id),
                details={"twin": other.id, "field": "title"},
            )
    made = work.add(
        Script(
            kind=new.kind,
            product_id=new.product_id,
            title=title,
            text=text,
            created_at=work.now,
            created_by=work.actor.id,
        )
    )
    work.audit("script.add", "script", str(made.id), after=made.model_dump(exclude={"id", "created_at", "version"}))
    return made


def retire(work: Transaction, script_id: int, *, undo: bool = False) -> Script:
    """Take a script out of use, or with `undo` back into it; objections go on naming it.

    Raises NotFound, and Refused where it is so already.
    """
    script = load(work, script_id)
    if (script.retired_at is None) == undo:
        said = (
            msg("script {id} is in use", id=script_id) if undo else msg("script {id} is retired already", id=script_id)
        )
        raise Refused(said, _LIST, code="state")
    before, after = work.changed(script, {"retired_at": None if undo else work.now})
    work.session.add(script)
    work.audit("script.reinstate" if undo else "script.retire", "script", str(script_id), before=before, after=after)
    return script


def load(work: Transaction, script_id: int, *, in_use: bool = False) -> Script:
    """The script of that number. Raises NotFound; with `in_use` Refused for a retired one."""
    found = work.session.get(Script, script_id)
    if found is None:
        raise NotFound(msg("there is no script {id}", id=script_id), _LIST, code="unknown-script")
    if in_use and found.retired_at is not None:
        raise Refused(msg("script {id} is retired", id=script_id), msg("see: salesflow script list"), code="retired")
    return found


def _required(text: str, what: Message) -> str:
    if not text:
        raise InvalidValue(msg("{what} is empty", what=what), msg("say something"), code="missing-value")
    return text
