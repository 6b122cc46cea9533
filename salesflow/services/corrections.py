"""Correcting a follow-up: its author edits it for some hours, after that corrections are put beside it.

Nothing is overwritten silently: what the words were is kept as a correction too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from salesflow.enums import CorrectionKind, Role
from salesflow.errors import Conflict, InvalidValue, NotFound, NotPermitted, Refused, UsageError
from salesflow.i18n import msg
from salesflow.models.followup import Followup, FollowupCorrection
from salesflow.models.staff import Staff
from salesflow.rules.wording import objective_wording
from salesflow.services import plans
from salesflow.services.followups import WORDS
from salesflow.services.records import load

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_IMPRESSIONS: Final = ("content", "feedback")


def edit(
    work: Transaction, followup_id: int, words: Mapping[str, str | None], *, if_version: int | None = None
) -> Followup:
    """Replace words of a follow-up; None leaves one as it is, an empty text takes it away. Dates, status and progress stay.

    Raises NotFound; NotPermitted for who is not its author; Refused after the correction window; Conflict where it is not
    at `if_version`; InvalidValue for a text that cannot be kept; UsageError where nothing is given or different.
    """
    record = _load(work, followup_id)
    customer = load(work, record.customer_id)
    if record.by_id != work.actor.id:
        raise NotPermitted(
            msg("follow-up {id} is not yours: its author is {login}", id=followup_id, login=_author(work, record)),
            msg(
                "the customer's owner and managers add to it with: salesflow followup amend {id} --text TEXT",
                id=followup_id,
            ),
        )
    _check_window(work, record)
    if if_version is not None and if_version != record.version:
        raise Conflict(
            msg(
                "follow-up {id} is at version {version}, not {given}",
                id=followup_id,
                version=record.version,
                given=if_version,
            ),
            msg("look again with: salesflow followup show {id}", id=followup_id),
        )
    former = record.version
    before, after = work.changed(record, _kept(work, words))
    if not after:
        raise UsageError(
            msg("nothing to change in follow-up {id}", id=followup_id),
            msg("give what is to be different: --content TEXT"),
        )
    work.session.add(record)
    for name in _IMPRESSIONS:
        if after.get(name):
            work.decide(objective_wording(work.context.policy, text=str(after[name])))
    _add(work, record, CorrectionKind.EDIT, json.dumps(before, ensure_ascii=False))
    facts = {"customer": customer.code, "version": record.version, "fields": sorted(after)}
    work.audit("followup.edit", "followup", str(followup_id), before={"version": former}, after=facts)
    return record


def amend(work: Transaction, followup_id: int, text: str) -> FollowupCorrection:
    """Put a correction beside a follow-up: its author, the customer's owner, or a manager.

    Raises NotFound, NotPermitted, and InvalidValue for an empty text.
    """
    record = _load(work, followup_id)
    customer = load(work, record.customer_id)
    if work.actor.id not in (record.by_id, customer.owner_id):
        work.actor.require(Role.MANAGER, Role.DIRECTOR)
    kept = plans.optional(work, text, msg("the correction"))
    if kept is None:
        raise InvalidValue(msg("the correction is empty"), msg("say what is to be corrected: --text TEXT"))
    work.decide(objective_wording(work.context.policy, text=kept))
    made = _add(work, record, CorrectionKind.AMENDMENT, kept)
    facts = {"customer": customer.code, "correction": made.id}
    work.audit("followup.amend", "followup", str(followup_id), after=facts)
    return made


def _load(work: Transaction, followup_id: int) -> Followup:
    record = work.session.get(Followup, followup_id)
    if record is None:
        hint = msg("see: salesflow followup list")
        raise NotFound(msg("there is no follow-up {id}", id=followup_id), hint, code="unknown-followup")
    return record


def _author(work: Transaction, record: Followup) -> str:
    author = work.session.get(Staff, record.by_id)
    assert author is not None
    return author.login


def _check_window(work: Transaction, record: Followup) -> None:
    until = record.recorded_at + timedelta(hours=work.context.policy.corrections.hours)
    if work.now > until:
        shown = work.context.clock.local(until).strftime("%Y-%m-%d %H:%M")
        raise Refused(
            msg("follow-up {id} could be edited until {until}", id=record.id, until=shown),
            msg("add a correction with: salesflow followup amend {id} --text TEXT", id=record.id),
            code="corrections",
            details={"until": shown},
        )


def _kept(work: Transaction, words: Mapping[str, str | None]) -> dict[str, str | None]:
    kept = {name: plans.optional(work, text, WORDS[name]) for name, text in words.items() if text is not None}
    if "content" in kept and kept["content"] is None:
        raise InvalidValue(msg("the content is empty"), msg("say what happened: --content TEXT"))
    return kept


def _add(work: Transaction, record: Followup, kind: CorrectionKind, text: str) -> FollowupCorrection:
    assert record.id is not None
    return work.add(FollowupCorrection(followup_id=record.id, at=work.now, by_id=work.actor.id, kind=kind, text=text))
