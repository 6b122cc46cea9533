"""What happens to customers with whom nothing moves: a lower grade, a wanted analysis, a proposal to give them up.

Days without progress count from the last progress, or where there was none from the first contact or the record's
making.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.enums import Grade, LossReason, Status
from salesflow.i18n import Message, label, msg, nmsg
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy, StaleDowngrade

STALE_DOWNGRADE: Final = "stale-downgrade"
STALL_ANALYSIS: Final = "stall-analysis"
LOST_PROPOSAL: Final = "lost-proposal"


class Fall(NamedTuple):
    """What the customer's grade and status become; one of them is as it was."""

    grade: Grade | None
    status: Status


def falls_on(
    section: StaleDowngrade, *, grade: Grade | None, status: Status, since: date, not_before: date | None = None
) -> date | None:
    """The date on which the customer falls unless there is progress: the N-th day without it. None if never."""
    if not section.days or not status.is_open or grade is not section.grade:
        return None
    return _not_earlier(since + timedelta(days=section.days), not_before)


def grace(policy: Policy, *, undone_on: date) -> date:
    """The first day on which a customer can fall again whose fall was taken back: it is warned as if it stood before it."""
    return undone_on + timedelta(days=max(1, policy.stale_downgrade.warn_days))


def stale_downgrade(
    policy: Policy,
    *,
    grade: Grade | None,
    status: Status,
    since: date,
    today: date,
    not_before: date | None = None,
) -> Decision[Fall]:
    """An open customer of grade B without progress for 14 days becomes C, or invalid. `value` is what it becomes.

    `since`: the last progress, else the first contact or record. `not_before`: where a fall was taken back, the first day
    on which it can fall again (`grace`). Outcome: "C" or "invalid" (it falls today), else "ok". A customer that fell has
    no longer the grade that falls, so that a second sweep finds nothing. Source: process-toolkit.
    """
    section = policy.stale_downgrade
    days = (today - since).days
    facts: dict[str, object] = {"grade": grade, "status": status, "since": since, "days_without_progress": days}
    facts |= _put_off(not_before)
    day = falls_on(section, grade=grade, status=status, since=since, not_before=not_before)
    if day is None:
        return Decision(STALE_DOWNGRADE, "ok", Strength.OFF, _never(section), facts)
    facts["falls_on"] = day
    if today < day:
        return Decision(STALE_DOWNGRADE, "ok", Strength.OFF, _forecast_text(section, day), facts)
    text = nmsg(
        "falls to {to}: {count} day without progress, {limit} are allowed",
        "falls to {to}: {count} days without progress, {limit} are allowed",
        count=days,
        to=_target(section),
        limit=section.days,
    )
    fall = Fall(grade, Status.INVALID) if section.to == Status.INVALID else Fall(Grade.C, status)
    return Decision(STALE_DOWNGRADE, section.to, Strength.COMPUTE, text, facts, fall)


def stale_forecast(
    policy: Policy,
    *,
    grade: Grade | None,
    status: Status,
    since: date,
    today: date,
    not_before: date | None = None,
) -> Decision[date]:
    """When the customer falls unless there is progress. `value` is that date, which may have passed; None if never.

    Outcome: the ISO date or "none"; flagged from the policy's number of days before it on. Source: process-toolkit.
    """
    section = policy.stale_downgrade
    day = falls_on(section, grade=grade, status=status, since=since, not_before=not_before)
    facts: dict[str, object] = {"grade": grade, "status": status, "since": since} | _put_off(not_before)
    if day is None:
        return Decision(STALE_DOWNGRADE, "none", Strength.OFF, _never(section), facts)
    near = today >= day - timedelta(days=section.warn_days)
    strength = Strength.FLAG if near else Strength.COMPUTE
    return Decision(STALE_DOWNGRADE, day.isoformat(), strength, _forecast_text(section, day), facts, day)


def stall_analysis(
    policy: Policy, *, status: Status, since: date, today: date, analysed_on: date | None = None
) -> Decision[date]:
    """An open customer of any grade without progress for 30 days wants an analysis: cause and strategy.

    `value` is the date since when one is wanted; one made on a later day than the last progress satisfies the rule, until
    there is progress again. Outcome: "ok", "wanted" or "analysed". Source: template-guide.
    """
    days, limit = (today - since).days, policy.stall_analysis.days
    facts: dict[str, object] = {
        "status": status,
        "since": since,
        "days_without_progress": days,
        "analysed_on": analysed_on,
    }
    if not limit or not status.is_open or days < limit:
        return Decision(STALL_ANALYSIS, "ok", Strength.OFF, msg("no stall analysis is wanted"), facts)
    if analysed_on is not None and analysed_on > since:
        return Decision(STALL_ANALYSIS, "analysed", Strength.OFF, msg("analysed on {date}", date=analysed_on), facts)
    text = nmsg(
        "{count} day without progress: the cause and a strategy are wanted",
        "{count} days without progress: the cause and a strategy are wanted",
        count=days,
    )
    return Decision(STALL_ANALYSIS, "wanted", Strength.FLAG, text, facts, since + timedelta(days=limit))


def lost_proposal(
    policy: Policy,
    *,
    grade: Grade | None,
    status: Status,
    last_contact: date,
    today: date,
    not_before: date | None = None,
) -> Decision[Fall]:
    """An open customer of grade C without contact for 90 days is proposed as lost (no-contact). `value` is what it becomes.

    `last_contact`: the last contact, else the first one or the record's date; `not_before` as in stale-downgrade. Outcome:
    "lost" or "ok". Source: tracker (长期无进展).
    """
    days, limit = (today - last_contact).days, policy.lost_proposal.days
    facts: dict[str, object] = {
        "grade": grade,
        "status": status,
        "last_contact": last_contact,
        "days_without_contact": days,
    } | _put_off(not_before)
    spared = days < limit or (not_before is not None and today < not_before)
    if not limit or grade is not Grade.C or not status.is_open or spared:
        return Decision(LOST_PROPOSAL, "ok", Strength.OFF, msg("not proposed as lost"), facts)
    text = nmsg(
        "proposed as lost: {count} day without contact, {limit} are allowed",
        "proposed as lost: {count} days without contact, {limit} are allowed",
        count=days,
        limit=limit,
    )
    facts["loss_reason"] = LossReason.NO_CONTACT
    return Decision(LOST_PROPOSAL, Status.LOST.value, Strength.COMPUTE, text, facts, Fall(grade, Status.LOST))


def _not_earlier(day: date, not_before: date | None) -> date:
    return day if not_before is None else max(day, not_before)


def _put_off(not_before: date | None) -> dict[str, object]:
    """The fact that a fall was taken back, for the few customers of whom that is so."""
    return {} if not_before is None else {"not_before": not_before}


def _target(section: StaleDowngrade) -> Message:
    if section.to == Status.INVALID:
        return label("status", Status.INVALID)
    return msg("grade {grade}", grade=section.to)


def _forecast_text(section: StaleDowngrade, day: date) -> Message:
    return msg("falls to {to} on {date} unless there is progress", to=_target(section), date=day)


def _never(section: StaleDowngrade) -> Message:
    if not section.days:
        return msg("nobody falls: the policy sets no days")
    return msg("only open customers of grade {grade} fall", grade=section.grade.value)
