"""Sections of the agenda that are about quotes, orders and their approvals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from salesflow.clock import to_db
from salesflow.enums import (
    ApprovalState,
    ContractState,
    ObjectionOutcome,
    OrderState,
    QuoteState,
    Role,
    StepDecision,
    SubjectKind,
)
from salesflow.i18n import Message, label, load, msg
from salesflow.money import display_money
from salesflow.queries import delegations
from salesflow.queries.agenda import Morning, Row, Section, item
from salesflow.queries.base import Where
from salesflow.queries.delegations import Deputy

_AHEAD: Final = 3  # days
_UNDELIVERED: Final = [state.value for state in OrderState if state.is_undelivered]
_STANDING: Final = (QuoteState.APPROVED.value, QuoteState.SENT.value)
_HELD: Final = "SELECT role FROM v_staff_role WHERE active"
# Where a rejection leaves what was submitted, until its owner has done something about it.
_RETURNED: Final = (
    (SubjectKind.ORDER, "v_order", OrderState.RETURNED),
    (SubjectKind.QUOTE, "v_quote", QuoteState.DRAFT),
    (SubjectKind.CONTRACT, "v_contract", ContractState.DRAFT),
)


def approval(morning: Morning) -> Section:
    """Steps that wait for one of their roles, or of whom they stand in for; of what they submitted themselves only what
    they may decide all the same.
    """
    person = morning.person
    groups = [_waiting(person.roles).add("submitted_by_id <> :me", me=person.id)]
    own = _waiting(person.roles).add("submitted_by_id = :me", me=person.id)
    if morning.number("v_approval", own):
        groups.append(_waiting(_own_to_decide(morning)).add("submitted_by_id = :me", me=person.id))
    deputy = delegations.deputy(morning.context, person.id, person.login)
    condition, parameters = deputy.waiting(person.roles)
    if condition:
        groups.append(Where().equal(state=ApprovalState.PENDING.value).add(condition, **parameters))
    return _approvals(morning, "approval", groups, "approval list", deputy)


def approval_overdue(morning: Morning) -> Section:
    """Steps that wait for others longer than they may, or for a role that nobody holds."""
    person = morning.person
    deputised = delegations.deputy(morning.context, person.id, person.login).absent
    late = _waiting(set(Role) - person.roles - set(deputised))
    late.add(f"(due_at < :now OR waiting_for_role NOT IN ({_HELD}))", now=to_db(morning.context.clock.now()))
    return _approvals(morning, "approval_overdue", (late,), "approval list --all")


def _waiting(roles: Collection[Role]) -> Where:
    """Approvals whose turn it is at one of the roles."""
    where = Where().equal(state=ApprovalState.PENDING.value)
    return where.any_of("waiting_for_role", sorted(role.value for role in roles)) if roles else where.add("1 = 0")


def _approvals(
    morning: Morning, kind: str, groups: Sequence[Where], command: str, deputy: Deputy | None = None
) -> Section:
    count, rows = 0, []
    for where in groups:
        count += morning.number("v_approval", where)
        sql = f"SELECT * FROM v_approval{where} ORDER BY due_at, id{morning.limit}"  # noqa: S608 - names of ours
        rows += morning.rows(sql, where.parameters)
    held = {row["role"] for row in morning.rows(_HELD, {})} if rows and kind == "approval_overdue" else set()
    items = []
    for row in rows:
        parts = {"subject": row["subject_ref"], "by": row["submitted_by"], "why": load(row["waiting_why"])}
        text = msg("{subject} from {by}: {why}", **parts)
        if kind == "approval_overdue":
            text = _of_others(row["waiting_for_role"] in held, label("role", row["waiting_for_role"]), text)
        absent = deputy and deputy.decides_for(row["waiting_for_role"], row["submitted_by"], morning.person.roles)
        if absent:
            text = msg("for {login}: {text}", login=absent, text=text)
        due_on = None if row["due_at"] is None else morning.local_day(row["due_at"]).isoformat()
        items.append(item(row, text, ref=row["number"], due_on=due_on, at_risk=row["amount"]))
    return Section(kind, count, items, command)


def _of_others(held: bool, role: Message, text: Message) -> Message:
    return (
        msg("{role}: {text}", role=role, text=text)
        if held
        else msg("{role}, held by nobody: {text}", role=role, text=text)
    )


def _own_to_decide(morning: Morning) -> list[Role]:
    """The roles in which rule separation-of-duties lets them decide on what they submitted themselves."""
    from salesflow.rules.approvals import separation_of_duties

    login, policy = morning.person.login, morning.context.policy
    staff = morning.context.reader.rows("SELECT login, roles FROM v_staff WHERE active")
    allowed = []
    for role in morning.person.roles:
        holders = [row["login"] for row in staff if role.value in (row["roles"] or "").split(",")]
        decision = separation_of_duties(policy, approver=login, submitter=login, role=role, active_holders=holders)
        if not decision.refused:
            allowed.append(role)
    return allowed


def returned(morning: Morning) -> Section:
    """Their own quotes, contracts and orders that an approver has rejected."""
    items = [item(row, _rejection(row), ref=row["subject_ref"]) for row in _rejected(morning)]
    return Section("returned", len(items), items, "today --format plain")


def _rejected(morning: Morning) -> list[Row]:
    """The latest rejections of what still lies with its owner, the newest first."""
    found: list[Row] = []
    for kind, view, state in _RETURNED:
        if not morning.number(
            view, morning.mine().equal(state=state.value)
        ):  # as a rule nothing is, and that is soon found
            continue
        sql = (
            "SELECT a.subject_ref, a.customer_code, a.customer_name, s.comment, s.decided_by, s.decided_at "  # noqa: S608 - names of ours
            "FROM v_approval a JOIN v_approval_step s ON s.approval_id = a.id "
            "WHERE a.subject_kind = :kind AND s.decision = :rejected "
            f"AND a.subject_id IN (SELECT id FROM {view} WHERE owner_id = :me AND state = :state AND archived_at IS NULL) "
            "AND NOT EXISTS (SELECT 1 FROM v_approval b WHERE b.subject_kind = a.subject_kind "
            "AND b.subject_id = a.subject_id AND b.round > a.round)"
        )
        parameters = {"kind": kind.value, "rejected": StepDecision.REJECTED.value, "state": state.value}
        found += morning.rows(sql, parameters | {"me": morning.person.id})
    return sorted(found, key=lambda row: str(row["decided_at"]), reverse=True)


def _rejection(row: Row) -> Message:
    return msg("rejected by {by}: {reason}", by=row["decided_by"], reason=row["comment"] or "")


def quote_expiring(morning: Morning) -> Section:
    """Their quotes that a customer can accept only for a few days more."""
    where = morning.mine().add("archived_at IS NULL").any_of("state", _STANDING)
    where.between("valid_until", morning.day(), morning.day(morning.context.policy.quote_validity.warn_days))
    count = morning.number("v_quote", where)
    sql = f"SELECT * FROM v_quote{where} ORDER BY valid_until, number{morning.limit}"  # noqa: S608 - names of ours
    items = []
    for row in morning.rows(sql, where.parameters) if count else ():
        text = msg("{total}, valid until {date}", total=display_money(row["total"]), date=row["valid_until"])
        items.append(item(row, text, ref=row["number"], due_on=row["valid_until"]))
    return Section("quote_expiring", count, items, "quote list")


def to_sign(morning: Morning) -> Section:
    """Their approved contracts that wait for the signature."""
    where = morning.mine().add("archived_at IS NULL").equal(state=ContractState.APPROVED.value)
    count = morning.number("v_contract", where)
    sql = f"SELECT * FROM v_contract{where} ORDER BY number{morning.limit}"  # noqa: S608 - names of ours
    items = []
    for row in morning.rows(sql, where.parameters) if count else ():
        text = msg("{amount}, approved and to be signed", amount=display_money(row["amount"]))
        items.append(item(row, text, ref=row["number"]))
    return Section("to_sign", count, items, "contract list")


def delivery_due(morning: Morning) -> Section:
    """Their orders that are to be delivered in the next three days, or should have been."""
    where = morning.mine().any_of("state", _UNDELIVERED).add("expected_delivery_on <= :last", last=morning.day(_AHEAD))
    count = morning.number("v_order", where)
    sql = f"SELECT * FROM v_order{where} ORDER BY expected_delivery_on, number{morning.limit}"  # noqa: S608 - names of ours
    items = []
    for row in morning.rows(sql, where.parameters) if count else ():
        text = msg(
            "{total}, {state}, delivery expected on {date}",
            total=display_money(row["total"]),
            state=label("orderstate", row["state"]),
            date=row["expected_delivery_on"],
        )
        items.append(item(row, text, ref=row["number"], due_on=row["expected_delivery_on"]))
    return Section("delivery_due", count, items, "order list")


def objection(morning: Morning) -> Section:
    """Objections of their customers that are open."""
    where = morning.mine().equal(outcome=ObjectionOutcome.OPEN.value)
    rows = _objections(morning, where)
    items = [
        item(row, msg("{kind}: {text}", kind=_kind(row), text=row["statement"]), ref=row["number"]) for row in rows
    ]
    return Section("objection", len(items), items, "objection list --open")


def objection_decided(morning: Morning) -> Section:
    """Objections that an approver has decided on: the customer is to be told."""
    where = morning.mine().equal(outcome=ObjectionOutcome.ESCALATED.value)
    rows = _objections(morning, where.add("decision IS NOT NULL AND closed_at IS NULL"))
    items = [item(row, msg("{kind}: {text}", kind=_kind(row), text=row["decision"]), ref=row["number"]) for row in rows]
    return Section("objection_decided", len(items), items, "objection list --open")


def _objections(morning: Morning, where: Where) -> list[dict[str, Any]]:
    where.add("archived_at IS NULL")
    return morning.rows(f"SELECT * FROM v_objection{where} ORDER BY at, id", where.parameters)  # noqa: S608 - names of ours


def _kind(row: Row) -> Message:
    return label("objectionkind", row["kind"])
