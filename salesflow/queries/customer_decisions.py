"""Why a customer is as it is: every rule that applies to it now, asked again with the facts of the moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from salesflow.clock import from_db, to_db
from salesflow.context import Context
from salesflow.enums import Grade, LossReason, PlanState, Role, Status
from salesflow.i18n import msg
from salesflow.queries.standstill import analysed_on, spared
from salesflow.rules.assignment import ASSIGN, Team, assign
from salesflow.rules.cadence import Base, beyond_cadence, cadence
from salesflow.rules.consent import budget_consent
from salesflow.rules.deadlines import entry_deadline, first_contact_deadline, grading_deadline, plan_deadline
from salesflow.rules.decision import Decision, Strength
from salesflow.rules.grading import grade_score
from salesflow.rules.stale import Fall, lost_proposal, stale_downgrade, stale_forecast, stall_analysis
from salesflow.rules.status import loss_reason, status_reason, status_transition, won_evidence
from salesflow.rules.wording import need_specific

_FIELDS: Final = (
    "id, need, has_budget, budget_consent, grade, status, region, industry, owner, first_contact_at, recorded_at, "
    "assigned_at, last_contact_on, last_progress_on"
)
_STAFF: Final = (
    "SELECT s.login, s.name, s.region, r.role FROM v_staff s JOIN v_staff_role r ON r.staff_id = s.id WHERE s.active "
    "ORDER BY s.login"
)
_BOOKS: Final = (
    "SELECT owner, grade, industry, count(*) AS number FROM v_customer_facts WHERE status IN ('prospect', 'interested', 'hot') "
    "AND archived_at IS NULL AND id <> :id GROUP BY owner, grade, industry"
)


class _Standing:
    """A customer as the rules look at it: what is stored, as local instants, dates and codes."""

    def __init__(self, context: Context, row: Mapping[str, Any]) -> None:
        local = context.clock.local
        self.id = int(row["id"])
        self.grade = None if row["grade"] is None else Grade(row["grade"])
        self.status = Status(row["status"])
        self.region, self.industry = str(row["region"]), str(row["industry"])
        self.first = local(from_db(row["first_contact_at"]))
        self.recorded = local(from_db(row["recorded_at"]))
        self.assigned = local(from_db(row["assigned_at"]))
        self.contacted_on = _day(row["last_contact_on"])
        self.contact = self.contacted_on or self.first.date()
        self.progress = _day(row["last_progress_on"]) or self.first.date()


def decisions(context: Context, customer_id: int) -> list[Decision[Any]]:
    """Every rule that applies to a customer now, in the order in which a customer meets them."""
    row = context.reader.one(f"SELECT {_FIELDS} FROM v_customer WHERE id = :id", {"id": customer_id})  # noqa: S608 - names of ours
    assert row is not None
    stands = _Standing(context, row)
    return [
        entry_deadline(context.policy, context.calendar, first_contact=stands.first, recorded=stands.recorded),
        need_specific(context.policy, text=row["need"]),
        budget_consent(budget_given=bool(row["has_budget"]), consent=row["budget_consent"]),
        *_grading(context, stands),
        *_assignment(context, stands),
        *_first_contact(context, stands),
        *_plan(context, stands),
        _next_follow_up(context, stands),
        *_standstill(context, stands),
        *_last_change(context, stands),
    ]


def _grading(context: Context, stands: _Standing) -> Iterator[Decision[Any]]:
    """Its latest scores, under the policy of now, and whether it was graded in time."""
    scores = context.reader.one(
        "SELECT industry_potential, budget_match, decision_chain, urgency FROM v_grading WHERE customer_id = :id "
        "ORDER BY id DESC LIMIT 1",
        {"id": stands.id},
    )
    if scores is not None:
        yield grade_score(context.policy, **scores)
    first = context.reader.value("SELECT min(at) FROM v_grade_change WHERE customer_id = :id", {"id": stands.id})
    if first is None and not stands.status.is_open:
        return
    local = context.clock.local
    yield grading_deadline(
        context.policy,
        context.calendar,
        recorded=stands.recorded,
        graded=None if first is None else local(from_db(first)),
        now=local(context.clock.now()),
    )


def _assignment(context: Context, stands: _Standing) -> Iterator[Decision[Any]]:
    """Why its owner has it, where that was decided since it was recorded; else whom the rule would give it to now."""
    change = context.reader.one(
        'SELECT at, from_owner, to_owner, "by", reason, rule FROM v_owner_change WHERE customer_id = :id ORDER BY id DESC LIMIT 1',
        {"id": stands.id},
    )
    if change is None:
        if stands.status.is_open:
            yield _choice(context, stands)
        return
    day = context.clock.local(from_db(change["at"])).date()
    parts = {name: change[name] for name in ("from_owner", "to_owner", "by")} | {"date": day}
    text = msg("{from_owner} -> {to_owner}, by {by} on {date}", **parts)
    if change["rule"] is not None:
        text = msg("{from_owner} -> {to_owner}, as the rule chose on {date}", **parts)
    if change["reason"]:
        text = msg("{text}: {reason}", text=text, reason=change["reason"])
    yield Decision(ASSIGN, change["to_owner"], Strength.COMPUTE, text, {**parts, "by_rule": change["rule"] is not None})


def _choice(context: Context, stands: _Standing) -> Decision[str]:
    """Whom rule assign would choose if it were asked; the customer itself counts in nobody's book."""
    team = Team(
        (tuple(row.values()) for row in context.reader.rows(_STAFF)),
        (tuple(row.values()) for row in context.reader.rows(_BOOKS, {"id": stands.id})),
    )
    people = team.candidates()
    chosen = assign(
        context.policy, grade=stands.grade, region=stands.region, industry=stands.industry, candidates=people
    )
    return chosen._replace(message=msg("--auto would choose: {text}", text=chosen.message))


def _plan(context: Context, stands: _Standing) -> Iterator[Decision[Any]]:
    """An A customer's plan; what rule cadence computes is none."""
    if stands.grade is not Grade.A or not stands.status.is_open:
        return
    made = context.reader.value(
        "SELECT min(created_at) FROM v_plan_item WHERE customer_id = :id AND rule IS NULL", {"id": stands.id}
    )
    local = context.clock.local
    yield plan_deadline(
        context.policy,
        context.calendar,
        grade=stands.grade,
        first_contact=stands.first,
        planned=None if made is None else local(from_db(made)),
        now=local(context.clock.now()),
    )


def _first_contact(context: Context, stands: _Standing) -> Iterator[Decision[Any]]:
    """Nobody waits any more for a first contact with a customer that is out of the running."""
    at = context.reader.value(
        "SELECT min(at) FROM v_followup WHERE customer_id = :id AND at >= :since",
        {"id": stands.id, "since": to_db(stands.assigned)},
    )
    if at is None and not stands.status.is_open:
        return
    yield first_contact_deadline(
        context.policy,
        grade=stands.grade,
        assigned=stands.assigned,
        contacted=None if at is None else context.clock.local(from_db(at)),
        now=context.clock.local(context.clock.now()),
    )


def _next_follow_up(context: Context, stands: _Standing) -> Decision[date]:
    """What rule cadence gives; where the next one was planned by hand, what it says of that day."""
    last = stands.contacted_on
    by_rule = cadence(
        context.policy,
        context.calendar,
        grade=stands.grade,
        status=stands.status,
        base=stands.contact,
        base_kind=Base.LAST_CONTACT if last is not None and last >= stands.first.date() else Base.FIRST_CONTACT,
        contacts_in_week=_contacts_in_week(context, stands),
    )
    planned = context.reader.one(
        "SELECT due_on, rule FROM v_plan_item WHERE customer_id = :id AND state = :pending ORDER BY due_on, id",
        {"id": stands.id, "pending": PlanState.PENDING.value},
    )
    if planned is None or planned["rule"] is not None:
        return by_rule
    return beyond_cadence(by_rule, given=date.fromisoformat(planned["due_on"]))


def _contacts_in_week(context: Context, stands: _Standing) -> int:
    """Contacts in the calendar week of the last one, up to and with its day; counted only where the policy asks for it."""
    if not context.policy.cadence.a_contacts_per_week:
        return 0
    monday, end = stands.contact - timedelta(days=stands.contact.weekday()), stands.contact + timedelta(days=1)
    zone = context.clock.zone
    first, last = (to_db(datetime(edge.year, edge.month, edge.day, tzinfo=zone)) for edge in (monday, end))
    found = context.reader.value(
        "SELECT count(*) FROM v_followup WHERE customer_id = :id AND at >= :first AND at < :last",
        {"id": stands.id, "first": first, "last": last},
    )
    return int(found)


def _standstill(context: Context, stands: _Standing) -> Iterator[Decision[Any]]:
    """As the sweep over stale leads has it: each rule starts from what the one before makes of the customer."""
    policy, today = context.policy, context.clock.today()
    put_off: dict[str, Any] = {"today": today, "not_before": spared(context).get(stands.id)}
    about: dict[str, Any] = {"grade": stands.grade, "status": stands.status, "since": stands.progress, **put_off}
    fall = stale_downgrade(policy, **about)
    yield fall if fall.value else stale_forecast(policy, **about)
    then = fall.value or Fall(stands.grade, stands.status)
    analysis = analysed_on(context, stands.id)
    yield stall_analysis(policy, status=then.status, since=stands.progress, today=today, analysed_on=analysis)
    yield lost_proposal(policy, grade=then.grade, status=then.status, last_contact=stands.contact, **put_off)


def _last_change(context: Context, stands: _Standing) -> Iterator[Decision[Any]]:
    """What allowed the customer its present status.

    Contracts and payments are not kept here: a manager vouched for them, whoever is one now.
    """
    change = context.reader.one(
        "SELECT from_status, reason, loss_reason FROM v_status_change WHERE customer_id = :id ORDER BY id DESC",
        {"id": stands.id},
    )
    assert change is not None
    if change["from_status"] is not None:
        yield status_transition(old=Status(change["from_status"]), new=stands.status)
        yield status_reason(reason=change["reason"])
    if stands.status is Status.LOST:
        category = None if change["loss_reason"] is None else LossReason(change["loss_reason"])
        yield loss_reason(new=stands.status, category=category)
    if stands.status is Status.WON:
        yield won_evidence(
            new=stands.status,
            contract_signed=False,
            payment_received=False,
            override=True,
            roles=(Role.MANAGER,),
            reason=change["reason"],
        )


def _day(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)
