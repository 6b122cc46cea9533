"""What a customer's change of status needs: an allowed step, a reason, a category of loss, the evidence of a deal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from salesflow.enums import LossReason, Role, Status
from salesflow.i18n import label, msg
from salesflow.rules.decision import Decision, Strength

STATUS_TRANSITION: Final = "status-transition"
STATUS_REASON: Final = "status-reason"
LOSS_REASON: Final = "loss-reason"
WON_EVIDENCE: Final = "won-evidence"

TRANSITIONS: Final[Mapping[Status, tuple[Status, ...]]] = {
    Status.PROSPECT: (Status.INTERESTED, Status.LOST, Status.INVALID),
    Status.INTERESTED: (Status.HOT, Status.PROSPECT, Status.LOST, Status.INVALID),
    Status.HOT: (Status.WON, Status.INTERESTED, Status.LOST, Status.INVALID),
    Status.WON: (Status.HOT,),
    Status.LOST: (Status.PROSPECT, Status.INTERESTED),
    Status.INVALID: (Status.PROSPECT, Status.INTERESTED),
}
"""From each status: one step forward or back, out of the running, and back into it."""
_OVERRIDERS: Final = frozenset((Role.MANAGER, Role.DIRECTOR))


def status_transition(*, old: Status, new: Status) -> Decision[Status]:
    """Only the changes of `TRANSITIONS` are allowed. `value` is the new status. Outcome: "ok" or "refused".

    Source: tracker.
    """
    facts: dict[str, object] = {"old": old, "new": new}
    names = {"old": label("status", old), "new": label("status", new)}
    if new in TRANSITIONS[old]:
        return Decision(STATUS_TRANSITION, "ok", Strength.OFF, msg("{old} may become {new}", **names), facts, new)
    text = msg("the status is {old} already", **names) if new is old else msg("{old} cannot become {new}", **names)
    possible = [label("status", status) for status in TRANSITIONS[old]]
    hint = msg("from {old} it can become: {possible}", possible=possible, **names)
    return Decision(STATUS_TRANSITION, "refused", Strength.REFUSE, text, facts, hint=hint)


def status_reason(*, reason: str) -> Decision[None]:
    """Every change of status has a reason. Outcome: "ok" or "refused". Source: tracker."""
    if reason.strip():
        return Decision(STATUS_REASON, "ok", Strength.OFF, msg("the change has a reason"), {"reason": reason})
    text = msg("a change of status needs a reason")
    return Decision(STATUS_REASON, "refused", Strength.REFUSE, text, {"reason": ""}, hint=msg("say why: --reason TEXT"))


def loss_reason(*, new: Status, category: LossReason | None) -> Decision[None]:
    """A customer becomes lost only with a category of loss. Outcome: "ok" or "refused". Source: tracker."""
    facts: dict[str, object] = {"new": new, "category": category}
    if new is not Status.LOST:
        return Decision(LOSS_REASON, "ok", Strength.OFF, msg("only a lost customer needs a category of loss"), facts)
    if category is not None:
        text = msg("lost because of: {category}", category=label("lossreason", category))
        return Decision(LOSS_REASON, "ok", Strength.OFF, text, facts)
    hint = msg("give one of: {categories}", categories=[code.value for code in LossReason])
    return Decision(
        LOSS_REASON, "refused", Strength.REFUSE, msg("a lost customer needs a category of loss"), facts, hint=hint
    )


def won_evidence(
    *, new: Status, contract_signed: bool, payment_received: bool, override: bool, roles: Collection[Role], reason: str
) -> Decision[None]:
    """Won means a signed contract and a first payment received; a manager (or director) may override it with a reason.

    `roles`: the acting staff member's. Outcome: "ok", "overridden" (flagged) or "refused". Source: tracker.
    """
    facts: dict[str, object] = {"new": new, "contract_signed": contract_signed, "payment_received": payment_received}
    if new is not Status.WON:
        return Decision(WON_EVIDENCE, "ok", Strength.OFF, msg("only a won customer needs evidence"), facts)
    if contract_signed and payment_received:
        text = msg("there is a signed contract and a first payment")
        return Decision(WON_EVIDENCE, "ok", Strength.OFF, text, facts)
    missing = [] if contract_signed else [msg("a signed contract")]
    missing += [] if payment_received else [msg("a first payment")]
    facts |= {"override": override, "reason": reason}
    manager = not _OVERRIDERS.isdisjoint(roles)
    if override and manager and reason.strip():
        text = msg("won without {missing}, decided by a manager: {reason}", missing=missing, reason=reason)
        return Decision(WON_EVIDENCE, "overridden", Strength.FLAG, text, facts)
    if override and manager:
        hint = msg("say why: --reason TEXT")
    elif override:
        hint = msg("only a manager can override this")
    else:
        hint = msg("wait for the evidence, or a manager may override this with a reason")
    text = msg("won needs evidence; missing: {missing}", missing=missing)
    return Decision(WON_EVIDENCE, "refused", Strength.REFUSE, text, facts, hint=hint)
