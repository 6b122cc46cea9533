"""The one mechanism of approval: rounds, steps in their order, deadlines, decisions, what becomes of the subject."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.db.audit import verify
from salesflow.enums import Role, SubjectKind
from salesflow.errors import Conflict, InvalidValue, NotFound, NotPermitted, Refused, RuleRefused
from salesflow.i18n import msg
from salesflow.queries import approvals as queries
from salesflow.rules.approvals import Step
from salesflow.services import approvals
from tests import deals, leads
from tests.conftest import Office


@pytest.fixture
def busy(office: Office) -> Office:
    deals.furnish(office)
    return office


def _approval(office: Office, number: str) -> dict[str, Any]:
    context = office.context(user="zhang.wei")
    try:
        return queries.show(context, number)
    finally:
        context.close()


def _ask(office: Office, *roles: Role, user: str = "li.na", now: str | None = None) -> str:
    """Ask anew for the approval of the quote Q2026-0001, which has not changed."""
    steps = [Step(role, "discount-authority", msg("because"), 1) for role in roles]
    with office.context(user=user, now=now).transaction() as work:
        subject = approvals.Subject(SubjectKind.QUOTE, 1, "Q2026-0001", deals.CUSTOMER_ID, 880_000)
        return approvals.submit(work, subject, steps).number


def test_a_submission_is_a_pending_approval_whose_first_step_waits(busy: Office) -> None:
    number = deals.quote(busy, discount=deals.FAR_ABOVE)
    approval = _approval(busy, "AP2026-0001")
    steps = [
        (step["step"], step["role"], step["rule"], step["due_at"], step["decision"]) for step in approval.pop("steps")
    ]
    assert steps == [
        (1, "manager", "discount-authority", "2026-03-03 10:00:00", None),
        (2, "director", "discount-authority", None, None),
    ]
    assert str(approval.pop("why")) == "25 % on line 1 is above 10 %"
    assert approval == {
        "number": "AP2026-0001",
        "subject_kind": "quote",
        "subject_ref": number,
        "customer_code": "HZ2026001",
        "customer_name": deals.NAME,
        "amount": 750_000,
        "state": "pending",
        "self_approved": False,
        "waiting_for_role": "manager",
        "deputy_for": None,
        "waiting_days": 0,
        "submitted_by": "li.na",
        "submitted_at": "2026-03-02 01:00:00",
        "round": 1,
        "rule": "discount-authority",
        "due_at": "2026-03-03 10:00:00",
        "overdue": False,
        "closed_at": None,
        "withdrawn_by": None,
        "withdrawn_because": None,
    }


def test_steps_are_decided_in_order_and_the_last_one_approves_the_subject(busy: Office) -> None:
    number = deals.quote(busy, discount=deals.FAR_ABOVE)
    deals.approve(busy, "AP2026-0001", "zhang.wei", now="2026-03-02 11:30")
    half = _approval(busy, "AP2026-0001")
    assert (half["state"], half["waiting_for_role"], half["closed_at"]) == ("pending", "director", None)
    assert deals.value(busy, "SELECT state FROM v_quote WHERE number = :n", n=number) == "pending_approval"
    deals.approve(busy, "AP2026-0001", "wang.fang", now="2026-03-02 14:00")
    done = _approval(busy, "AP2026-0001")
    assert (done["state"], done["waiting_for_role"], done["closed_at"]) == ("approved", None, "2026-03-02 06:00:00")
    assert [(step["decided_by"], step["decided_at"]) for step in done["steps"]] == [
        ("zhang.wei", "2026-03-02 03:30:00"),
        ("wang.fang", "2026-03-02 06:00:00"),
    ]
    assert deals.value(busy, "SELECT state FROM v_quote WHERE number = :n", n=number) == "approved"


def test_a_rejection_returns_the_subject_with_the_reason_and_ends_the_round(busy: Office) -> None:
    deals.quote(busy, discount=deals.FAR_ABOVE)
    deals.reject(busy, "AP2026-0001", "zhang.wei", "  毛利太低\n请重新核价  ")
    approval = _approval(busy, "AP2026-0001")
    assert (approval["state"], approval["waiting_for_role"], approval["closed_at"]) == (
        "rejected",
        None,
        "2026-03-02 01:00:00",
    )
    assert [(step["decision"], step["comment"]) for step in approval["steps"]] == [
        ("rejected", "毛利太低\n请重新核价"),
        (None, None),
    ]
    assert deals.rows(busy, "SELECT to_state, reason, by FROM v_state_change ORDER BY id DESC LIMIT 1") == [
        {"to_state": "draft", "reason": "毛利太低\n请重新核价", "by": "zhang.wei"}
    ]


def test_asking_again_is_a_new_round_and_voids_the_open_one(busy: Office) -> None:
    deals.quote(busy, discount=deals.ABOVE)
    second = _ask(busy, Role.MANAGER, now="2026-03-03 10:00")
    third = _ask(busy, Role.MANAGER, Role.DIRECTOR, now="2026-03-04 10:00")
    assert (second, third) == ("AP2026-0002", "AP2026-0003")
    found = deals.rows(busy, "SELECT number, round, state, closed_at FROM v_approval ORDER BY id")
    assert [tuple(row.values()) for row in found] == [
        ("AP2026-0001", 1, "void", "2026-03-03 02:00:00"),
        ("AP2026-0002", 2, "void", "2026-03-04 02:00:00"),
        ("AP2026-0003", 3, "pending", None),
    ]
    with pytest.raises(Refused, match="AP2026-0001 is void already"):
        deals.approve(busy, "AP2026-0001", "zhang.wei")


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2026-03-02 09:00", "2026-03-03 18:00"),  # a Monday
        ("2026-03-02 23:30", "2026-03-03 18:00"),  # the hour makes no difference
        ("2026-03-06 17:59", "2026-03-09 18:00"),  # a Friday
        ("2026-03-07 10:00", "2026-03-09 18:00"),  # the Saturday after it
        ("2026-09-30 16:00", "2026-10-08 18:00"),  # the day before the National Day week
        ("2026-10-03 10:00", "2026-10-08 18:00"),  # in that week
        ("2026-10-09 10:00", "2026-10-10 18:00"),  # a Friday before a Saturday that is worked
        ("2026-09-18 10:00", "2026-09-20 18:00"),  # a Friday before a Sunday that is worked
    ],
)
def test_a_step_is_due_at_the_close_of_the_next_working_day(busy: Office, submitted: str, due: str) -> None:
    deals.quote(busy, discount=deals.FAR_ABOVE, now=submitted)
    [first, second] = busy.json("approval", "show", "AP2026-0001", now=submitted)["steps"]
    assert first["due_at"] == f"{due.replace(' ', 'T')}:00+08:00"
    assert second["due_at"] is None


def test_the_next_step_waits_from_the_decision_before_it(busy: Office) -> None:
    deals.quote(busy, discount=deals.FAR_ABOVE, now="2026-09-29 10:00")
    deals.approve(busy, "AP2026-0001", "zhang.wei", now="2026-09-30 17:00")
    assert [step["due_at"] for step in _approval(busy, "AP2026-0001")["steps"]] == [
        "2026-09-30 10:00:00",
        "2026-10-08 10:00:00",
    ]


def test_a_late_decision_is_made_and_flagged(busy: Office) -> None:
    deals.quote(busy, discount=deals.ABOVE, now="2026-09-30 16:00")
    context = busy.context(user="zhang.wei", now="2026-10-10 19:00")
    with context.transaction() as work:
        approvals.approve(work, "AP2026-0001")
    late = [note for note in context.notes if note.rule == "approval-deadline"]
    assert [(note.outcome, str(note.message)) for note in late] == [
        ("late", "manager: decided 2 days late; within 1 working day was by 2026-10-08 18:00")
    ]


def test_a_route_with_a_role_that_nobody_active_holds_is_refused_and_says_whom_to_add(busy: Office) -> None:
    deals.dismiss(busy, "liu.yang")
    order = deals.created(busy)
    before = deals.written(busy)
    with pytest.raises(Refused) as refused:
        deals.submit(busy, order)
    assert str(refused.value) == "DD2026-0001 needs the approval of the role finance, which nobody holds"
    assert str(refused.value.hint) == "add somebody who does: salesflow staff add LOGIN --name NAME --role finance"
    assert deals.written(busy) == before


def test_a_route_whose_only_holder_is_the_submitter_is_refused_where_the_policy_wants_a_second_person(
    busy: Office,
) -> None:
    _strict(busy)
    order = deals.created(busy, user="zhang.wei")
    with pytest.raises(RuleRefused, match=r"zhang\.wei submitted this and cannot decide on it") as refused:
        deals.submit(busy, order, user="zhang.wei")
    assert refused.value.code == "separation-of-duties"


def _strict(office: Office) -> None:
    """No exception for the only holder of a role."""
    context = office.context(user="wang.fang")
    section = context.policy.separation_of_duties._replace(allow_only_holder=False)
    resolved = context.policy._replace(separation_of_duties=section).to_json()
    context.close()
    deals.execute(office, "UPDATE policy_version SET resolved = :resolved", resolved=resolved)


def test_the_only_holder_may_decide_on_their_own_and_it_is_marked(busy: Office) -> None:
    deals.ordered(busy, user="zhang.wei")
    context = busy.context(user="zhang.wei")
    with context.transaction() as work:
        approvals.approve(work, "AP2026-0001")
    assert [(note.rule, note.outcome) for note in context.notes] == [("separation-of-duties", "self-approved")]
    approval = _approval(busy, "AP2026-0001")
    assert approval["self_approved"] is True
    assert [bool(step["self_approved"]) for step in approval["steps"]] == [True, False, False]
    assert '"self_approved":true' in deals.value(busy, "SELECT after FROM v_audit WHERE action = 'approval.approve'")


def test_another_round_keeps_who_submitted_the_ones_before(busy: Office) -> None:
    deals.hire(busy, "gao.feng", Role.MANAGER)
    deals.quote(busy, discount=deals.FAR_ABOVE, user="zhang.wei")
    deals.reject(busy, "AP2026-0001", "wang.fang")
    assert _ask(busy, Role.MANAGER, user="li.na") == "AP2026-0002"
    with pytest.raises(RuleRefused, match=r"zhang\.wei submitted, made, changed or owns this"):
        deals.approve(busy, "AP2026-0002", "zhang.wei")
    deals.execute(busy, "UPDATE quote SET state = 'pending_approval'")
    deals.approve(busy, "AP2026-0002", "gao.feng")
    assert _approval(busy, "AP2026-0002")["state"] == "approved"


def test_who_saw_an_older_version_is_told_to_look_again(busy: Office) -> None:
    deals.hire(busy, "gao.feng", Role.MANAGER, Role.FINANCE)
    deals.ordered(busy)
    context = busy.context(user="gao.feng")
    seen = queries.version(context, "AP2026-0001")
    deals.approve(busy, "AP2026-0001", "zhang.wei")
    before = deals.written(busy)
    with pytest.raises(Conflict, match="somebody else decided on AP2026-0001 meanwhile"), context.transaction() as work:
        approvals.approve(work, "AP2026-0001", seen=seen)
    assert deals.written(busy) == before


def test_whoever_loses_the_role_while_the_command_runs_cannot_decide(busy: Office) -> None:
    deals.ordered(busy)
    context = busy.context(user="zhang.wei")
    assert Role.MANAGER in context.actor.roles
    deals.dismiss(busy, "zhang.wei")
    with pytest.raises(NotPermitted) as refused, context.transaction() as work:
        approvals.approve(work, "AP2026-0001")
    assert str(refused.value.hint) == "add somebody who does: salesflow staff add LOGIN --name NAME --role manager"
    assert _approval_state(busy) == "pending"


def _approval_state(office: Office) -> str:
    return str(deals.value(office, "SELECT state FROM v_approval"))


def test_a_changed_subject_cannot_be_approved_but_rejected(busy: Office) -> None:
    number = deals.ordered(busy)
    deals.execute(busy, "UPDATE sales_order SET payment_terms = '货到 180 天'")
    before = deals.written(busy)
    with pytest.raises(Refused) as refused:
        deals.approve(busy, "AP2026-0001", "zhang.wei")
    assert refused.value.code == "subject-changed"
    assert str(refused.value) == f"{number} changed after it was submitted; it cannot be approved"
    assert deals.written(busy) == before
    deals.reject(busy, "AP2026-0001", "zhang.wei", "内容已变更")
    deals.submit(busy, number)
    deals.approve(busy, "AP2026-0002", *deals.ORDER_ROUTE)
    assert deals.value(busy, "SELECT state FROM v_order") == "approved"


def test_every_decision_is_in_the_audit_trail_with_its_rule(busy: Office) -> None:
    deals.ordered(busy)
    deals.approve(busy, "AP2026-0001", "zhang.wei")
    deals.reject(busy, "AP2026-0001", "liu.yang", "账期太长")
    found = deals.rows(busy, "SELECT staff, action, subject_ref, rule, after FROM v_audit ORDER BY id DESC LIMIT 5")
    assert [tuple(row.values())[:4] for row in reversed(found)] == [
        ("li.na", "order.submitted", "DD2026-0001", "order-approval"),
        ("li.na", "approval.submit", "AP2026-0001", "order-approval"),
        ("zhang.wei", "approval.approve", "AP2026-0001", "order-approval"),
        ("liu.yang", "approval.reject", "AP2026-0001", "order-approval"),
        ("liu.yang", "order.returned", "DD2026-0001", "order-approval"),
    ]
    assert leads.opened(busy, found[1])["comment"] == "账期太长"
    assert "账期" not in found[1]["after"]
    context = busy.context()
    assert verify(context.reader.connection).ok
    context.close()


@pytest.mark.parametrize(
    ("comment", "error"),
    [("x" * 100_000, InvalidValue), ("\x1b[31mred", InvalidValue)],
)
def test_a_comment_is_bounded_and_clean(busy: Office, comment: str, error: type[Exception]) -> None:
    deals.quote(busy, discount=deals.ABOVE)
    before = deals.written(busy)
    for decide in (approvals.approve, approvals.reject):
        with pytest.raises(error), busy.context(user="zhang.wei").transaction() as work:
            decide(work, "AP2026-0001", comment)
    assert deals.written(busy) == before


def test_a_number_is_found_however_it_is_typed_and_an_unknown_one_is_not(busy: Office) -> None:
    deals.quote(busy, discount=deals.ABOVE)
    with pytest.raises(NotFound, match="there is no approval AP2026-0009"):
        deals.approve(busy, "AP2026-0009", "zhang.wei")
    with pytest.raises(NotPermitted):
        deals.approve(busy, "AP2026-0001", "liu.yang")
    deals.approve(busy, " ａｐ2026-0001 ", "zhang.wei")
    assert _approval(busy, "AP2026-0001")["state"] == "approved"


def test_numbers_start_anew_with_the_business_year(busy: Office) -> None:
    deals.quote(busy, discount=deals.ABOVE, now="2026-12-31 23:59")
    deals.quote(busy, discount=deals.ABOVE, now="2027-01-01 00:01")
    assert [row["number"] for row in deals.rows(busy, "SELECT number FROM v_approval ORDER BY id")] == [
        "AP2026-0001",
        "AP2027-0001",
    ]


def test_a_route_without_steps_is_a_mistake_of_the_caller(busy: Office) -> None:
    deals.quote(busy)
    with pytest.raises(ValueError, match="Q2026-0001"):
        _ask(busy)
