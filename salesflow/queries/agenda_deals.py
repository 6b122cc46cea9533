"""Sections of the agenda that are about quotes, orders and their approvals."""

from __future__ import annotations

from typing import Final

from salesflow.clock import to_db
from salesflow.enums import ApprovalState, OrderState, QuoteState, Role, StepDecision, SubjectKind
from salesflow.i18n import label, load, msg
from salesflow.money import display_money
from salesflow.queries.agenda import MOST, Morning, Row, Section, item
from salesflow.queries.base import Where
from salesflow.rules.approvals import separation_of_duties

_STANDING: Final = (QuoteState.APPROVED.value, QuoteState.SENT.value)
# Where a rejection leaves what was submitted, until its owner has done something about it.
_RETURNED: Final = (
    (SubjectKind.ORDER, "v_order", OrderState.RETURNED),
    (SubjectKind.QUOTE, "v_quote", QuoteState.DRAFT),
)


def approval(morning: Morning) -> Section:
    """Steps that wait for one of their roles, without what they submitted themselves and so may not decide."""
    where = _pending().any_of("waiting_for_role", sorted(role.value for role in morning.person.roles))
    where.add("submitted_by_id <> :me", me=morning.person.id)
    own = sorted(role.value for role in morning.person.roles if _may_decide_own(morning, role))
    if own:
        theirs = where.conditions.pop()
        alone = Where().any_of("waiting_for_role", own)
        names = {f"own_{name}": value for name, value in alone.parameters.items()}
        where.add(f"({theirs} OR {str(alone).removeprefix(' WHERE ').replace(':', ':own_')})", **names)
    if not morning.person.roles:
        return Section("approval", 0, [], "approval list")
    return _approvals(morning, "approval", where)


def approval_overdue(morning: Morning) -> Section:
    """Steps that wait for others longer than they may."""
    where = _pending().add("due_at < :now", now=to_db(morning.context.clock.now()))
    for position, role in enumerate(sorted(morning.person.roles)):
        where.add(f"waiting_for_role <> :role_{position}", **{f"role_{position}": role.value})
    return _approvals(morning, "approval_overdue", where)


def _pending() -> Where:
    return Where().equal(state=ApprovalState.PENDING.value)


def _approvals(morning: Morning, kind: str, where: Where) -> Section:
    count = morning.count("v_approval", where)
    sql = f"SELECT * FROM v_approval{where} ORDER BY due_at, id LIMIT {MOST}"  # noqa: S608 - names of ours
    items = []
    for row in morning.rows(sql, where) if count else ():
        about = {"subject": row["subject_ref"], "role": label("role", row["waiting_for_role"]), "by": row["submitted_by"]}
        text = msg("{subject} from {by}, as {role}: {why}", why=load(row["waiting_why"]), **about)
        due_on = None if row["due_at"] is None else morning.local_day(row["due_at"]).isoformat()
        items.append(item(row, text, ref=row["number"], due_on=due_on))
    return Section(kind, count, items, "approval list" if kind == "approval" else "approval list --all")


def _may_decide_own(morning: Morning, role: Role) -> bool:
    """Whether rule separation-of-duties lets them decide on what they submitted themselves."""
    login = morning.person.login
    staff = morning.context.reader.rows("SELECT login, roles FROM v_staff WHERE active")
    holders = [row["login"] for row in staff if role.value in (row["roles"] or "").split(",")]
    policy = morning.context.policy
    return not separation_of_duties(
        policy, approver=login, submitter=login, role=role, active_holders=holders
    ).refused


def returned(morning: Morning) -> Section:
    """Their own quotes and orders that an approver has rejected."""
    items = [item(row, _rejection(row), ref=row["subject_ref"]) for row in _rejected(morning)]
    return Section("returned", len(items), items[:MOST], "today --format plain")


def _rejected(morning: Morning) -> list[Row]:
    """The latest rejections of what still lies with its owner."""
    found: list[Row] = []
    for kind, view, state in _RETURNED:
        where = Where().equal(kind=None).add("a.subject_kind = :kind AND s.decision = :rejected", kind=kind.value)
        where.parameters |= {"rejected": StepDecision.REJECTED.value, "me": morning.person.id, "state": state.value}
        sql = (
            "SELECT a.subject_ref, a.customer_code, a.customer_name, s.comment, s.decided_by "  # noqa: S608 - names of ours
            f"FROM v_approval a JOIN v_approval_step s ON s.approval_id = a.id{where} "
            f"AND a.subject_id IN (SELECT id FROM {view} WHERE owner_id = :me AND state = :state) "
            "AND NOT EXISTS (SELECT 1 FROM v_approval b WHERE b.subject_kind = a.subject_kind "
            "AND b.subject_id = a.subject_id AND b.round > a.round) ORDER BY s.decided_at DESC, a.id"
        )
        found += morning.rows(sql, where)
    return found


def _rejection(row: Row) -> object:
    return msg("rejected by {by}: {reason}", by=row["decided_by"], reason=row["comment"] or "")


def quote_expiring(morning: Morning) -> Section:
    """Their quotes that a customer can accept only for a few days more."""
    where = morning.mine().any_of("state", _STANDING)
    where.between("valid_until", morning.day(), morning.day(morning.context.policy.quote_validity.warn_days))
    count = morning.count("v_quote", where)
    sql = f"SELECT * FROM v_quote{where} ORDER BY valid_until, number LIMIT {MOST}"  # noqa: S608 - names of ours
    items = []
    for row in morning.rows(sql, where) if count else ():
        text = msg("{total}, valid until {date}", total=display_money(row["total"]), date=row["valid_until"])
        items.append(item(row, text, ref=row["number"], due_on=row["valid_until"]))
    return Section("quote_expiring", count, items, "quote list")
