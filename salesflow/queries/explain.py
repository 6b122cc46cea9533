"""Why a record is as it is: every rule that applies to it now, asked again with the facts of the moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from salesflow.clock import from_db, to_db
from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import Grade, Role, Status, StepDecision, SubjectKind
from salesflow.i18n import msg
from salesflow.queries import approvals, customers, orders, quote_decisions, quotes
from salesflow.rules.approvals import separation_of_duties
from salesflow.rules.cadence import Base, cadence
from salesflow.rules.consent import budget_consent
from salesflow.rules.deadlines import approval_deadline, entry_deadline, first_contact_deadline
from salesflow.rules.decision import Decision
from salesflow.rules.orders import credit_limit, order_approval
from salesflow.rules.registry import find
from salesflow.rules.stale import lost_proposal, stale_downgrade, stale_forecast, stall_analysis
from salesflow.rules.wording import need_specific

DECISION = (
    Column("rule", "Rule"),
    Column("outcome", "Outcome"),
    Column("strength", "Strength", Kind.CODE, labels="strength"),
    Column("text", "Why", Kind.MESSAGE, flexible=True),
    Column("source", "Source", Kind.LIST, table=False),
    Column("facts", "Facts", Kind.OBJECT, table=False),
)
INPUTS = (
    Column("rule", "Rule"),
    Column("facts", "Facts", Kind.OBJECT, flexible=True),
    Column("source", "Source", Kind.LIST),
)
COLUMNS = (
    Column("ref", "Record"),
    Column("kind", "Kind", Kind.CODE, labels="subject"),
    Column("name", "Customer"),
    Column("decisions", "Rules", Kind.ROWS, columns=DECISION, table=False),
    Column("inputs", "Inputs and sources", Kind.ROWS, columns=INPUTS, table=False),
)


def explain(context: Context, ref: str) -> dict[str, Any]:
    """The decisions on a customer, quote, order or approval, whichever the reference names. Raises NotFound."""
    for pattern, kind, decide in _KINDS:
        if re.fullmatch(pattern, ref.strip(), re.IGNORECASE):
            number, name, decisions = decide(context, ref)
            break
    else:
        kind = "customer"
        number, name, decisions = _customer(context, ref)
    rows = [_row(decision) for decision in decisions]
    return {"ref": number, "kind": kind, "name": name, "decisions": rows, "inputs": rows}


def _row(decision: Decision[Any]) -> dict[str, Any]:
    return {
        "rule": decision.rule,
        "outcome": decision.outcome,
        "strength": decision.strength.value,
        "text": decision.message,
        "source": list(find(decision.rule).source),
        "facts": dict(decision.facts),
    }


def _customer(context: Context, ref: str) -> tuple[str, str, Iterable[Decision[Any]]]:
    found = customers.resolve(context, ref)
    row = context.reader.one(
        "SELECT id, code, name, need, has_budget, budget_consent, grade, status, first_contact_at, recorded_at,"
        " assigned_at, last_contact_on, last_progress_on FROM v_customer WHERE id = :id",
        {"id": found.id},
    )
    assert row is not None
    return found.code, found.name, list(_customer_decisions(context, row))


def _customer_decisions(context: Context, row: Mapping[str, Any]) -> Iterable[Decision[Any]]:
    policy, calendar, today = context.policy, context.calendar, context.clock.today()
    local = context.clock.local
    first, recorded = local(from_db(row["first_contact_at"])), local(from_db(row["recorded_at"]))
    grade = None if row["grade"] is None else Grade(row["grade"])
    status = Status(row["status"])
    last = date.fromisoformat(row["last_contact_on"]) if row["last_contact_on"] else first.date()
    since = date.fromisoformat(row["last_progress_on"]) if row["last_progress_on"] else first.date()
    yield entry_deadline(policy, calendar, first_contact=first, recorded=recorded)
    yield need_specific(policy, text=row["need"])
    yield budget_consent(budget_given=bool(row["has_budget"]), consent=row["budget_consent"])
    assigned = from_db(row["assigned_at"])
    yield first_contact_deadline(
        policy,
        grade=grade,
        assigned=local(assigned),
        contacted=_contacted(context, row["id"], assigned),
        now=local(context.clock.now()),
    )
    yield cadence(
        policy,
        calendar,
        grade=grade,
        status=status,
        base=last,
        base_kind=Base.LAST_CONTACT if row["last_contact_on"] and last >= first.date() else Base.FIRST_CONTACT,
        contacts_in_week=_contacts_in_week(context, row["id"], last),
    )
    fall = stale_downgrade(policy, grade=grade, status=status, since=since, today=today)
    yield fall if fall.value else stale_forecast(policy, grade=grade, status=status, since=since, today=today)
    yield stall_analysis(policy, status=status, since=since, today=today)
    yield lost_proposal(policy, grade=grade, status=status, last_contact=last, today=today)


def _contacted(context: Context, customer_id: int, since: datetime) -> datetime | None:
    """The first contact since the assignment."""
    at = context.reader.value(
        "SELECT min(at) FROM v_followup WHERE customer_id = :id AND at >= :since", {"id": customer_id, "since": to_db(since)}
    )
    return None if at is None else context.clock.local(from_db(at))


def _contacts_in_week(context: Context, customer_id: int, day: date) -> int:
    """Contacts in the calendar week of the day, up to and with the day."""
    zone = context.clock.zone
    monday, end = day - timedelta(days=day.weekday()), day + timedelta(days=1)
    bounds = [to_db(datetime(edge.year, edge.month, edge.day, tzinfo=zone)) for edge in (monday, end)]
    found = context.reader.value(
        "SELECT count(*) FROM v_followup WHERE customer_id = :id AND at >= :first AND at < :last",
        {"id": customer_id, "first": bounds[0], "last": bounds[1]},
    )
    return int(found)


def _quote(context: Context, ref: str) -> tuple[str, str, Iterable[Decision[Any]]]:
    row = quotes.show(context, ref)
    decisions = [*quote_decisions.decisions(context, row), *_steps(context, row["approval"])]
    return row["number"], row["customer_name"], decisions


def _order(context: Context, ref: str) -> tuple[str, str, Iterable[Decision[Any]]]:
    found, row = orders.resolve(context, ref), orders.show(context, ref)
    exposure = orders.exposure(context, found.customer_id, without=found.id)
    decisions = [
        order_approval(context.policy, total=found.total),
        credit_limit(context.policy, limit=None, exposure=exposure, order_total=found.total, overdue_days=0),
        *_steps(context, row["approval"]),
    ]
    return found.number, row["customer_name"], decisions


def _approval(context: Context, ref: str) -> tuple[str, str, Iterable[Decision[Any]]]:
    row = approvals.show(context, ref)
    subject = _quote if row["subject_kind"] == SubjectKind.QUOTE else _order
    of_subject = subject(context, row["subject_ref"])[2]
    steps = {"approval-deadline", "separation-of-duties"}
    decisions = [*(decision for decision in of_subject if decision.rule not in steps), *_steps(context, row)]
    return row["number"], row["customer_name"], decisions


def _steps(context: Context, approval: Mapping[str, Any] | None) -> Iterable[Decision[Any]]:
    """What the rules say of each step that was decided or whose turn it is."""
    if approval is None:
        return
    local, now = context.clock.local, context.clock.local(context.clock.now())
    steps = context.reader.rows(
        "SELECT role, waiting_since, deadline_workdays, decision, decided_by, decided_at, comment, self_approved"
        " FROM v_approval_step WHERE number = :number AND waiting_since IS NOT NULL ORDER BY step",
        {"number": approval["number"]},
    )
    for step in steps:
        decided = None if step["decided_at"] is None else local(from_db(step["decided_at"]))
        yield approval_deadline(
            context.policy,
            context.calendar,
            role=Role(step["role"]),
            waiting_since=local(from_db(step["waiting_since"])),
            decided=decided,
            now=now,
            workdays=step["deadline_workdays"],
        )
        if step["decided_by"] is not None:
            yield _duties(context, step, approval["submitted_by"])


def _duties(context: Context, step: Mapping[str, Any], submitter: str) -> Decision[Any]:
    """Who decided against who submitted; a self-approval was that of the role's only holder at that time."""
    decided_by = step["decided_by"]
    holders = [decided_by] if step["self_approved"] else _holders(context, step["role"])
    found = separation_of_duties(
        context.policy, approver=decided_by, submitter=submitter, role=Role(step["role"]), active_holders=holders
    )
    if step["decision"] == StepDecision.REJECTED:
        text = msg("{why}: rejected, {reason}", why=found.message, reason=step["comment"] or "")
        return found._replace(message=text)
    return found


def _holders(context: Context, role: str) -> list[str]:
    rows = context.reader.rows("SELECT login, roles FROM v_staff WHERE active")
    return [row["login"] for row in rows if role in (row["roles"] or "").split(",")]


_Decide = Callable[[Context, str], tuple[str, str, Iterable[Decision[Any]]]]
_KINDS: tuple[tuple[str, str, _Decide], ...] = (
    (r"Q\d{4}-\d{4,}", "quote", _quote),
    (r"DD\d{4}-\d{4,}", "order", _order),
    (r"AP\d{4}-\d{4,}", "approval", _approval),
)
