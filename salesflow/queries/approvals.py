"""Approvals as they are read: the inbox, the listing, the one that belongs to a quote or an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesflow.clock import from_db, to_db
from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import ApprovalState, StepDecision, SubjectKind
from salesflow.errors import NotFound
from salesflow.i18n import Message, label, load, msg
from salesflow.queries import delegations
from salesflow.queries.base import Page, Where, page, pieces
from salesflow.queries.delegations import Deputy
from salesflow.text import fold

STEP_COLUMNS = (
    Column("step", "Step", Kind.INTEGER),
    Column("role", "Approver's role", Kind.CODE, labels="role"),
    Column("decision", "Decision", Kind.CODE, labels="stepdecision"),
    Column("decided_by", "Decided by"),
    Column("decided_for", "For"),
    Column("self_approved", "Self", Kind.FLAG),
    Column("comment", "Comment", flexible=True),
    Column("why", "Why", Kind.MESSAGE, flexible=True),
    Column("due_at", "Decide by", Kind.INSTANT),
    Column("rule", "Rule", flexible=True),
    Column("decided_at", "Decided", Kind.INSTANT),
)

COLUMNS = (
    Column("number", "No."),
    Column("subject_kind", "Kind", Kind.CODE, labels="subjectkind", table=False),
    Column("subject_ref", "Subject"),
    Column("customer_code", "Customer code", table=False),
    Column("customer_name", "Customer", flexible=True),
    Column("amount", "Amount", Kind.MONEY),
    Column("state", "State", Kind.CODE, labels="approvalstate"),
    Column("self_approved", "Self-approved", Kind.FLAG),
    Column("waiting_for_role", "Waits for", Kind.CODE, labels="role"),
    Column("deputy_for", "For"),
    Column("waiting_days", "Waiting", Kind.INTEGER, order="-waiting_since", urgent=True),
    Column("overdue", "Overdue", Kind.FLAG, order="-due_at"),
    Column("why", "Why", Kind.MESSAGE, flexible=True),
    Column("submitted_by", "Submitted by"),
    Column("submitted_at", "Submitted", Kind.INSTANT, table=False),
    Column("round", "Round", Kind.INTEGER, table=False),
    Column("rule", "Rule", order="waiting_rule", table=False),
    Column("due_at", "Decide by", Kind.INSTANT, table=False),
    Column("closed_at", "Closed", Kind.INSTANT, table=False),
    Column("withdrawn_by", "Withdrawn by", table=False),
    Column("withdrawn_because", "Withdrawn because", table=False),
    Column("steps", "Steps", Kind.ROWS, columns=STEP_COLUMNS, table=False),
)
_COMPUTED = ("waiting_days", "deputy_for", "why", "rule", "overdue", "self_approved", "steps")
_ALSO = ("id", "subject_id", "waiting_since", "waiting_rule", "waiting_why")
_DUE_FIRST = "due_at, id"
_NEWEST_FIRST = "id DESC"

_ABOUT = ("subject_kind", "subject_ref", "customer_code", "customer_name", "amount", "deputy_for")
OF_SUBJECT: Columns = tuple(column for column in COLUMNS if column.key not in _ABOUT)
"""What a quote or an order says of its own approval."""


def columns(rows: Sequence[Mapping[str, Any]], *, inbox: bool = False) -> Columns:
    """The columns for a listing of these rows: its table shows only what can differ between them."""
    hidden = {"state", "waiting_for_role"} if inbox else set()
    hidden |= {key for key in ("self_approved", "deputy_for", "overdue") if not any(row[key] for row in rows)}
    return tuple(column._replace(table=column.table and column.key not in hidden) for column in COLUMNS)


def inbox(context: Context, *, subject: str | None = None) -> Page:
    """What waits for one of the actor's roles, or for a role of whom they stand in for, the most urgent first.

    subject: a kind, or one's number.
    """
    actor = context.actor
    deputy = delegations.deputy(context, actor.id, actor.login)
    where = _about(subject).equal(state=ApprovalState.PENDING.value)
    condition, parameters = deputy.waiting(actor.roles)
    conditions = [condition] if condition else []
    if actor.roles:
        own = Where().any_of("waiting_for_role", sorted(role.value for role in actor.roles))
        conditions.append(own.conditions[0])
        parameters |= own.parameters
    where.add(f"({' OR '.join(conditions)})" if conditions else "1 = 0", **parameters)
    return _page(context, where, _DUE_FIRST, deputy)


def listed(context: Context, *, subject: str | None = None, state: ApprovalState | None = None) -> Page:
    """Everybody's approvals in whatever state, the newest first."""
    return _page(context, _about(subject).equal(state=None if state is None else state.value), _NEWEST_FIRST)


def show(context: Context, number: str) -> dict[str, Any]:
    """One approval with its steps. Raises NotFound."""
    found = _complete(context, _rows(context, Where().equal(number=folded(number))))
    if not found:
        raise _unknown(number)
    return found[0]


def version(context: Context, number: str) -> int:
    """The version of an approval that its approver has seen. Raises NotFound."""
    found = context.reader.value("SELECT version FROM v_approval WHERE number = :number", {"number": folded(number)})
    if found is None:
        raise _unknown(number)
    return int(found)


def subject_id(context: Context, number: str) -> int:
    """The key of what an approval is about."""
    return int(context.reader.value("SELECT subject_id FROM v_approval WHERE number = :number", {"number": number}))


def for_subject(context: Context, kind: SubjectKind | str, subject_id: int) -> dict[str, Any] | None:
    """The latest round of a subject, with its steps; None where it was never submitted."""
    return for_subjects(context, kind, (subject_id,)).get(subject_id)


def for_subjects(context: Context, kind: SubjectKind | str, subject_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The latest rounds of many subjects of a kind, by the subject's key."""
    latest: dict[int, dict[str, Any]] = {}
    for some in pieces(list(subject_ids)):
        where = Where().equal(subject_kind=str(kind)).any_of("subject_id", some)
        latest |= {row["subject_id"]: row for row in _rows(context, where)}
    return dict(zip(latest, _complete(context, list(latest.values())), strict=True))


def rounds(context: Context, kind: SubjectKind | str, subject_id: int, ref: str) -> list[dict[str, Any]]:
    """Every round of a subject (of a quote those of all its versions), the first one first, each with its steps."""
    own = {"subject_ref": ref} if kind == SubjectKind.QUOTE else {"subject_id": subject_id}
    return _complete(context, _rows(context, Where().equal(subject_kind=str(kind), **own)))


def route(approval: Mapping[str, Any]) -> tuple[Message, ...]:
    """A line for each step of a route: whose decision, by which rule, and why."""
    lines = []
    for step in approval["steps"]:
        parts = {"step": step["step"], "role": label("role", step["role"]), "rule": step["rule"], "why": step["why"]}
        lines.append(msg("step {step}: {role} [{rule}]: {why}", **parts))
    return tuple(lines)


def rejection(approval: Mapping[str, Any] | None) -> str | None:
    """What the approver said who rejected it; None where nobody did."""
    steps = approval["steps"] if approval is not None else ()
    return next((step["comment"] for step in steps if step["decision"] == StepDecision.REJECTED), None)


def waiting(context: Context, approval: Mapping[str, Any]) -> tuple[Message, ...]:
    """Whose decision an approval waits for, and by when; nothing where it is closed."""
    if approval["waiting_for_role"] is None:
        return ()
    due = context.clock.local(from_db(approval["due_at"])).strftime("%Y-%m-%d %H:%M")
    return (msg("it waits for the role {role}, by {due}", role=label("role", approval["waiting_for_role"]), due=due),)


def _about(subject: str | None) -> Where:
    if subject is None:
        return Where()
    if subject in set(SubjectKind):
        return Where().equal(subject_kind=subject)
    return Where().equal(subject_ref=folded(subject))


def folded(number: str) -> str:
    """A number as it is stored: people type ap2026-0001."""
    return fold(number).upper()


def _unknown(number: str) -> NotFound:
    return NotFound(
        msg("there is no approval {number}", number=number),
        msg("see: salesflow approval list --all"),
        code="unknown-approval",
    )


def _page(context: Context, where: Where, order: str, deputy: Deputy | None = None) -> Page:
    found = page(context, "v_approval", COLUMNS, where, order=order, computed=_COMPUTED, also=_ALSO)
    return Page(_complete(context, found.rows, deputy), found.more)


def _rows(context: Context, where: Where) -> list[dict[str, Any]]:
    names = [column.key for column in COLUMNS if column.key not in _COMPUTED] + list(_ALSO)
    return context.reader.rows(
        f"SELECT {', '.join(names)} FROM v_approval{where} ORDER BY round, id",  # noqa: S608 - names of ours
        where.parameters,
    )


def _complete(context: Context, rows: Sequence[dict[str, Any]], deputy: Deputy | None = None) -> list[dict[str, Any]]:
    """Rows of the view as COLUMNS has them: with their steps, and what follows from the moment.

    deputy: what the actor may decide for others, where that is to be told.
    """
    steps = _steps(context, [row["id"] for row in rows])
    today, now = context.clock.today(), to_db(context.clock.now())
    own_roles = () if deputy is None else context.actor.roles
    complete = []
    for row in rows:
        own, since, why = steps[row["id"]], row["waiting_since"], row["waiting_why"]
        computed = {
            "waiting_days": None
            if since is None
            else max(0, (today - context.clock.local(from_db(since)).date()).days),
            "deputy_for": deputy and deputy.decides_for(row["waiting_for_role"], row["submitted_by"], own_roles),
            "why": None if why is None else load(why),
            "rule": row["waiting_rule"],
            "overdue": row["due_at"] is not None and row["due_at"] < now,
            "self_approved": any(step["self_approved"] for step in own),
            "steps": own,
        }
        complete.append({column.key: computed.get(column.key, row.get(column.key)) for column in COLUMNS})
    return complete


def _steps(context: Context, approval_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The steps of each approval, in their order."""
    found: dict[int, list[dict[str, Any]]] = {key: [] for key in approval_ids}
    names = ", ".join(column.key for column in STEP_COLUMNS)
    for some in pieces(approval_ids):
        where = Where().any_of("approval_id", some)
        sql = f"SELECT {names}, approval_id FROM v_approval_step{where} ORDER BY approval_id, step"  # noqa: S608 - names of ours
        for row in context.reader.rows(sql, where.parameters):
            found[row.pop("approval_id")].append({**row, "why": load(row["why"])})
    return found
