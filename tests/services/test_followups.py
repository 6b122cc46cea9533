"""One log does the whole after-call chore: the record, the status, the plans that it fulfils, the next plan."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from salesflow import config
from salesflow.clock import fixed_clock
from salesflow.context import Context
from salesflow.db import audit
from salesflow.enums import Grade, LossReason, Method, Role, Status
from salesflow.errors import Conflict, InvalidValue, NotFound, Refused, RuleRefused, SalesflowError, UsageError
from salesflow.i18n import render
from salesflow.rules.policy_toml import load_preset
from salesflow.services import followups
from salesflow.services.followups import Logged, NewFollowup, NewPlan, Planned
from salesflow.services.policy import apply as apply_policy
from tests import leads
from tests.conftest import Office, moment

CONTENT = "采购经理确认预算 20 万，4 月 10 日前定供应商"
PLANS = "SELECT due_on, state, rule, focus, followup_id, beyond_cadence, reason FROM v_plan_item ORDER BY id"
FACTS = "SELECT grade, status, last_contact_on, last_progress_on, next_follow_up_on, uncontacted_since FROM v_customer_dates"


def log(office: Office, *, now: str | None = None, user: str | None = None, customer: int = 1, **new: Any) -> Logged:
    with office.context(now=now, user=user).transaction() as work:
        return followups.log(work, customer, NewFollowup(**{"method": Method.PHONE, "content": CONTENT, **new}))


def plan(office: Office, on: str, *, now: str | None = None, focus: str = "演示排产模块", **new: Any) -> Planned:
    with office.context(now=now).transaction() as work:
        return followups.plan(work, 1, NewPlan(date.fromisoformat(on), Method.DEMO, focus, **new))


def customer(office: Office) -> dict[str, Any]:
    (row,) = leads.rows(office, FACTS)
    return row


def plans(office: Office) -> list[tuple[Any, ...]]:
    return [(row["due_on"], row["state"], row["rule"]) for row in leads.rows(office, PLANS)]


def notes(office: Office, **new: Any) -> list[tuple[str, str]]:
    """What the rules hint at and flag in a log."""
    context = office.context()
    with context.transaction() as work:
        followups.log(work, 1, NewFollowup(**{"method": Method.PHONE, "content": CONTENT, **new}))
    return [(note.rule, note.outcome) for note in context.notes]


@pytest.fixture
def lead(office: Office) -> Office:
    """An office with one customer of grade A, recorded on Monday 2026-03-02; a computed plan item for the 9th."""
    leads.add(office, leads.new(grade=Grade.A))
    return office


def test_a_log_writes_the_record(lead: Office) -> None:
    logged = log(
        lead,
        now="2026-03-03 10:30",
        method=Method.VISIT,
        scene="客户会议室",
        feedback="“下周三前给答复”",
        resolved="接口问题",
        open_points="付款方式",
        risk="竞品报价低 5%",
        next="周五前发报价给张伟",
        contact="张",
    )
    (row,) = leads.rows(lead, "SELECT * FROM v_followup")
    assert row == {
        "id": logged.id, "customer_id": 1, "contact_id": 1, "at": "2026-03-03 02:30:00", "recorded_at": "2026-03-03 02:30:00",
        "by_id": 3, "method": "visit", "content": CONTENT, "scene": "客户会议室", "feedback": "“下周三前给答复”",
        "resolved": "接口问题", "open_points": "付款方式", "risk": "竞品报价低 5%", "next": "周五前发报价给张伟", "progress": 0,
        "late": 0, "customer_code": "HZ2026001", "customer_name": leads.NAME, "owner_id": 3, "by": "li.na", "contact": "张伟",
        "corrected": 0, "version": 1, "import_id": None, "opportunity_id": None, "opportunity": None,
    }  # fmt: skip


def test_a_log_moves_the_dates_and_says_why(lead: Office) -> None:
    assert customer(lead)["uncontacted_since"] == "2026-03-02 01:00:00"
    logged = log(lead, now="2026-03-05 16:00")
    assert (
        render(logged.next.message) == "next follow-up 2026-03-12 (grade A: every 7 days; 2026-03-12 is a working day)"
    )
    assert logged.next.rule == "cadence"
    assert customer(lead) == {
        "grade": "A",
        "status": "prospect",
        "last_contact_on": "2026-03-05",
        "last_progress_on": None,
        "next_follow_up_on": "2026-03-12",
        "uncontacted_since": None,
    }


def test_a_log_fulfils_the_computed_plan_even_before_it_is_due(lead: Office) -> None:
    logged = log(lead, now="2026-03-04 10:00", next="发报价给张伟")
    assert logged.done == (date(2026, 3, 9),)
    first, second = leads.rows(lead, PLANS)
    assert (first["state"], first["followup_id"]) == ("done", logged.id)
    assert second == {
        "due_on": "2026-03-11",
        "state": "pending",
        "rule": "cadence",
        "focus": "发报价给张伟",
        "followup_id": None,
        "beyond_cadence": 0,
        "reason": None,
    }


def test_a_log_fulfils_what_was_planned_for_today_or_earlier_and_nothing_later(lead: Office) -> None:
    for day in ("2026-03-03", "2026-03-04", "2026-03-05"):
        plan(lead, day)
    logged = log(lead, now="2026-03-04 15:00")
    assert logged.done == (date(2026, 3, 3), date(2026, 3, 4))
    assert plans(lead) == [
        ("2026-03-09", "cancelled", "cadence"),
        ("2026-03-03", "done", None),
        ("2026-03-04", "done", None),
        ("2026-03-05", "pending", None),
    ]
    assert customer(lead)["next_follow_up_on"] == "2026-03-05"
    assert render(logged.next.message) == "next follow-up 2026-03-05 (as given)"


def test_a_next_step_is_planned_beside_what_was_planned_by_hand(lead: Office) -> None:
    plan(lead, "2026-03-05")
    logged = log(lead, now="2026-03-04 15:00", next="发合同给张伟")
    assert plans(lead)[1:] == [("2026-03-05", "pending", None), ("2026-03-11", "pending", "cadence")]
    assert logged.next.outcome == "2026-03-11"
    assert customer(lead)["next_follow_up_on"] == "2026-03-05"


def test_a_date_given_goes_before_the_rule(lead: Office) -> None:
    logged = log(lead, now="2026-03-04 15:00", next="发报价给张伟", next_on=date(2026, 3, 6))
    assert render(logged.next.message) == "next follow-up 2026-03-06 (as given)"
    assert plans(lead) == [("2026-03-09", "done", "cadence"), ("2026-03-06", "pending", None)]
    assert customer(lead)["next_follow_up_on"] == "2026-03-06"


def test_a_date_later_than_the_rules_is_accepted_and_flagged(lead: Office) -> None:
    assert notes(lead, next_on=date(2026, 3, 20)) == [("cadence", "beyond-cadence")]
    assert customer(lead)["next_follow_up_on"] == "2026-03-20"
    assert [row["beyond_cadence"] for row in leads.rows(lead, PLANS)] == [0, 1]


def test_a_date_later_than_the_rules_is_fine_where_something_is_planned_before(lead: Office) -> None:
    plan(lead, "2026-03-05")
    assert notes(lead, next_on=date(2026, 3, 20)) == []
    assert [row["beyond_cadence"] for row in leads.rows(lead, PLANS)] == [0, 0, 0]


def test_a_plan_by_hand_beyond_cadence_is_flagged_at_every_log(lead: Office) -> None:
    log(lead, next_on=date(2026, 3, 20))
    assert notes(lead) == [("cadence", "beyond-cadence")]
    assert customer(lead)["next_follow_up_on"] == "2026-03-20"


@pytest.mark.parametrize(
    ("grade", "now", "due"),
    [
        (Grade.C, "2026-01-30 10:00", "2026-03-02"),  # 30 days later is Sunday 1 March
        (Grade.C, "2026-01-01 10:00", "2026-02-02"),  # Saturday 31 January is no working day
        (Grade.A, "2026-01-25 10:00", "2026-02-02"),
        (Grade.A, "2026-02-21 10:00", "2026-02-28"),  # a Saturday that is worked
        (Grade.A, "2028-02-22 10:00", "2028-02-29"),  # a leap day
        (Grade.A, "2027-12-25 10:00", "2028-01-03"),  # over New Year and a weekend
        (None, "2026-03-02 23:59", "2026-04-01"),
        (None, "2026-03-03 00:00", "2026-04-02"),
    ],
)
def test_days_at_the_ends_of_months_and_years(office: Office, grade: Grade | None, now: str, due: str) -> None:
    leads.add(office, leads.new(grade=grade), now=now)
    assert log(office, now=now).next.value == date.fromisoformat(due)
    assert customer(office)["next_follow_up_on"] == due


def test_a_log_of_what_happened_earlier_is_measured(lead: Office) -> None:
    log(lead, now="2026-03-05 10:01", at=moment("2026-03-04 10:00"))
    log(lead, now="2026-03-05 10:02", at=moment("2026-03-04 10:02"))
    found = leads.rows(lead, "SELECT at, recorded_at, late FROM v_followup ORDER BY id")
    assert [row["late"] for row in found] == [1, 0]
    assert found[0]["at"] == "2026-03-04 02:00:00"
    assert found[0]["recorded_at"] == "2026-03-05 02:01:00"
    assert customer(lead)["last_contact_on"] == "2026-03-04"


def test_lateness_is_flagged(lead: Office) -> None:
    assert notes(lead, at=moment("2026-03-01 08:00")) == [("log-deadline", "late")]


def test_the_last_contact_never_goes_back(lead: Office) -> None:
    log(lead, now="2026-03-05 16:00")
    before = plans(lead)
    logged = log(lead, now="2026-03-05 17:00", at=moment("2026-03-03 09:30"), next="发报价给张伟")
    assert customer(lead)["last_contact_on"] == "2026-03-05"
    assert plans(lead) == before
    assert logged.done == ()
    assert (
        render(logged.next.message) == "next follow-up 2026-03-12 (grade A: every 7 days; 2026-03-12 is a working day)"
    )
    assert leads.rows(lead, PLANS)[-1]["focus"] == "发报价给张伟"


def test_a_contact_before_the_assignment_is_not_the_first_one_after_it(lead: Office) -> None:
    log(lead, now="2026-03-02 10:00", at=moment("2026-03-02 08:59"))
    assert customer(lead)["uncontacted_since"] == "2026-03-02 01:00:00"
    log(lead, now="2026-03-02 10:00", at=moment("2026-03-02 09:00"))
    assert customer(lead)["uncontacted_since"] is None


def test_a_log_changes_the_status_and_that_is_progress(lead: Office) -> None:
    log(lead, now="2026-03-04 10:00", status=Status.INTERESTED, reason="要了产品手册和报价")
    assert customer(lead) | {"uncontacted_since": 0} == {
        "grade": "A",
        "status": "interested",
        "last_contact_on": "2026-03-04",
        "last_progress_on": "2026-03-04",
        "next_follow_up_on": "2026-03-11",
        "uncontacted_since": 0,
    }
    (record,) = leads.rows(lead, "SELECT progress FROM v_followup")
    assert record["progress"] == 1
    change = leads.rows(lead, "SELECT from_status, to_status, reason FROM v_status_change ORDER BY id")[-1]
    assert change == {"from_status": "prospect", "to_status": "interested", "reason": "要了产品手册和报价"}


def test_a_hot_customer_is_followed_up_sooner(lead: Office) -> None:
    log(lead, now="2026-03-03 10:00", status=Status.INTERESTED, reason="要了报价")
    assert log(lead, now="2026-03-04 10:00", status=Status.HOT, reason="预算批了").next.value == date(2026, 3, 6)


@pytest.mark.parametrize(("told", "kept"), [(True, "2026-03-04"), (False, None), (None, None)])
def test_a_follow_up_by_itself_is_no_progress(lead: Office, told: bool | None, kept: str | None) -> None:
    log(lead, now="2026-03-05 10:00", at=moment("2026-03-04 18:00"), progress=told)
    assert customer(lead)["last_progress_on"] == kept


def test_progress_never_goes_back(lead: Office) -> None:
    log(lead, now="2026-03-05 10:00", progress=True)
    log(lead, now="2026-03-05 11:00", at=moment("2026-03-04 18:00"), progress=True)
    assert customer(lead)["last_progress_on"] == "2026-03-05"


def test_a_lost_customer_has_no_plans_any_more(lead: Office) -> None:
    plan(lead, "2026-03-20")
    logged = log(
        lead,
        status=Status.LOST,
        reason="价格高出 15%",
        loss_reason=LossReason.PRICE,
        competitor="恒通",
        next="年底再问",
    )
    assert (logged.next.outcome, render(logged.next.message)) == ("none", "no follow-up is due: lost")
    assert [row[1] for row in plans(lead)] == ["done", "cancelled"]
    assert customer(lead)["next_follow_up_on"] is None
    (change,) = leads.rows(lead, "SELECT loss_reason, competitor FROM v_status_change WHERE to_status = 'lost'")
    assert change == {"loss_reason": "price", "competitor": "恒通"}


def test_a_lost_customer_can_be_planned_for_by_hand(lead: Office) -> None:
    log(lead, status=Status.LOST, reason="预算冻结", loss_reason=LossReason.BUDGET_CUT, next_on=date(2026, 9, 1))
    assert customer(lead)["next_follow_up_on"] == "2026-09-01"


def test_wording_is_hinted_at_and_never_refused(lead: Office) -> None:
    assert notes(lead, content="客户意向强", feedback="感觉不错", next="跟进一下") == [
        ("objective-wording", "subjective"),
        ("objective-wording", "subjective"),
        ("plan-specific", "vague"),
    ]


def test_what_a_change_of_status_does_to_a_named_step(lead: Office) -> None:
    """The step's words go along where the computed plan item moves."""
    log(lead, next="发报价给张伟")
    leads.move(lead, 1, Status.INTERESTED, Status.HOT)
    assert leads.rows(lead, PLANS)[-1] == {
        "due_on": "2026-03-04",
        "state": "pending",
        "rule": "cadence",
        "focus": "发报价给张伟",
        "followup_id": None,
        "beyond_cadence": 0,
        "reason": None,
    }


def test_two_contacts_a_week(lead: Office) -> None:
    """With process-toolkit an A customer has two contacts in each calendar week: the first one is followed by a second."""
    with lead.context(user="zhang.wei").transaction() as work:
        apply_policy(work, "process-toolkit", "", load_preset("process-toolkit"), "试行")
    assert log(lead, now="2026-03-05 10:00").next.value == date(2026, 3, 6)
    assert log(lead, now="2026-03-06 10:00").next.value == date(2026, 3, 9)


def test_the_trail_has_facts_and_no_words(lead: Office) -> None:
    logged = log(lead, now="2026-03-04 15:00", next="发报价给张伟", progress=True)
    (entry,) = leads.rows(lead, "SELECT * FROM v_audit WHERE action = 'followup.log'")
    assert (entry["subject_kind"], entry["subject_ref"], entry["staff"]) == ("followup", str(logged.id), "li.na")
    assert json.loads(entry["after"]) == {
        "customer": "HZ2026001",
        "at": "2026-03-04 07:00:00",
        "method": "phone",
        "progress": True,
        "done": [1],
        "next_follow_up_on": "2026-03-11",
    }
    assert verified(lead)


def verified(office: Office) -> bool:
    import sqlite3

    connection = sqlite3.connect(office.database)
    try:
        return audit.verify(connection).ok
    finally:
        connection.close()


WRONG: list[tuple[dict[str, Any], type[SalesflowError], int]] = [
    ({"content": "  \n "}, InvalidValue, 2),
    ({"content": "长" * 100_000}, InvalidValue, 2),
    ({"content": "\x1b[31mred"}, InvalidValue, 2),
    ({"next": "x" * 20_001}, InvalidValue, 2),
    ({"feedback": "\u202eleft"}, InvalidValue, 2),
    ({"at": moment("2026-03-02 09:01")}, InvalidValue, 2),
    ({"next_on": date(2026, 3, 1)}, InvalidValue, 2),
    ({"contact": "王五"}, NotFound, 3),
    ({"reason": "要了报价"}, UsageError, 2),
    ({"loss_reason": LossReason.PRICE}, UsageError, 2),
    ({"status": Status.INTERESTED}, RuleRefused, 4),
    ({"status": Status.INTERESTED, "reason": "  "}, RuleRefused, 4),
    ({"status": Status.WON, "reason": "签了"}, RuleRefused, 4),
    ({"status": Status.PROSPECT, "reason": "还是潜在"}, RuleRefused, 4),
    ({"status": Status.LOST, "reason": "没钱"}, RuleRefused, 4),
]


@pytest.mark.parametrize(("new", "error", "status"), WRONG)
def test_nothing_is_written_where_something_is_wrong(
    lead: Office, new: dict[str, Any], error: type[SalesflowError], status: int
) -> None:
    before = leads.written(lead), leads.rows(lead, "SELECT * FROM v_followup"), customer(lead)
    with pytest.raises(error) as caught:
        log(lead, **new)
    assert caught.value.exit_status == status
    assert (leads.written(lead), leads.rows(lead, "SELECT * FROM v_followup"), customer(lead)) == before


def test_customers_that_cannot_be_logged_with(lead: Office) -> None:
    with pytest.raises(Conflict):
        log(lead, customer=99)
    leads.archive(lead, "HZ2026001")
    with pytest.raises(Refused, match="archived"):
        log(lead)


def test_a_plan_is_written(lead: Office) -> None:
    planned = plan(
        lead,
        "2026-03-11",
        goal="拿到演示评分表",
        support_role=Role.TECHNICAL,
        support_for="准备演示环境",
    )
    (row,) = leads.rows(lead, "SELECT * FROM v_plan_item WHERE id = :id", id=planned.id)
    wanted = {
        "due_on": "2026-03-11",
        "method": "demo",
        "focus": "演示排产模块",
        "goal": "拿到演示评分表",
        "support": "technical",
        "support_for": "准备演示环境",
        "state": "pending",
        "rule": None,
        "beyond_cadence": 0,
        "customer_code": "HZ2026001",
        "owner": "li.na",
    }
    assert {key: row[key] for key in wanted} == wanted
    (entry,) = leads.rows(lead, "SELECT after FROM v_audit WHERE action = 'followup.plan'")
    assert json.loads(entry["after"]) == {
        "customer": "HZ2026001",
        "due_on": "2026-03-11",
        "method": "demo",
        "support_role": "technical",
    }


def test_a_later_plan_leaves_the_computed_one_and_an_earlier_one_replaces_it(lead: Office) -> None:
    plan(lead, "2026-03-11")
    assert plans(lead) == [("2026-03-09", "pending", "cadence"), ("2026-03-11", "pending", None)]
    plan(lead, "2026-03-06")
    assert plans(lead)[0] == ("2026-03-09", "cancelled", "cadence")
    assert customer(lead)["next_follow_up_on"] == "2026-03-06"


def test_a_plan_beyond_cadence_is_flagged_where_nothing_is_planned_before(lead: Office) -> None:
    with lead.context().transaction() as work:
        followups.done(work, 1)
        followups.done(work, 2)
    leads.execute(lead, "UPDATE plan_item SET state = 'cancelled'")
    context = lead.context()
    with context.transaction() as work:
        planned = followups.plan(work, 1, NewPlan(date(2026, 3, 30), Method.VISIT, "向张伟演示排产模块"))
    assert [(note.rule, note.outcome) for note in context.notes] == [("cadence", "beyond-cadence")]
    (row,) = leads.rows(lead, "SELECT beyond_cadence FROM v_plan_item WHERE id = :id", id=planned.id)
    assert row["beyond_cadence"] == 1


@pytest.mark.parametrize(
    ("on", "new", "error"),
    [
        ("2026-03-01", {}, InvalidValue),
        ("2026-03-05", {"focus": " "}, InvalidValue),
        ("2026-03-05", {"focus": "x" * 20_001}, InvalidValue),
        ("2026-03-05", {"support_for": "演示"}, UsageError),
    ],
)
def test_plans_that_cannot_be(lead: Office, on: str, new: dict[str, Any], error: type[SalesflowError]) -> None:
    before = plans(lead)
    with pytest.raises(error):
        plan(lead, on, **new)
    assert plans(lead) == before


def test_a_plan_for_today_can_still_be_made(lead: Office) -> None:
    plan(lead, "2026-03-02")
    assert customer(lead)["next_follow_up_on"] == "2026-03-02"


def test_a_plan_that_is_done_is_followed_by_the_next(lead: Office) -> None:
    with lead.context(now="2026-03-04 10:00").transaction() as work:
        following = followups.done(work, 1, "在展会上谈过")
    assert following is not None
    assert following.value == date(2026, 3, 11)
    assert plans(lead) == [("2026-03-09", "done", "cadence"), ("2026-03-11", "pending", "cadence")]
    assert leads.rows(lead, PLANS)[0]["reason"] == "在展会上谈过"
    assert customer(lead)["last_contact_on"] == "2026-03-02"
    (entry,) = leads.rows(lead, "SELECT subject_ref, before, after FROM v_audit WHERE action = 'followup.done'")
    assert entry["subject_ref"] == "1"
    assert json.loads(entry["before"]) == {"state": "pending"}
    assert json.loads(entry["after"]) == {"state": "done", "customer": "HZ2026001"}


def test_while_something_else_is_planned_nothing_follows(lead: Office) -> None:
    plan(lead, "2026-03-11")
    with lead.context().transaction() as work:
        assert followups.done(work, 1) is None
    assert customer(lead)["next_follow_up_on"] == "2026-03-11"


def test_a_plan_is_done_once(lead: Office) -> None:
    with lead.context().transaction() as work:
        followups.done(work, 1)
    before = plans(lead)
    with pytest.raises(Refused, match="plan item 1 is done already"), lead.context().transaction() as work:
        followups.done(work, 1)
    with pytest.raises(NotFound, match="there is no plan item 99"), lead.context().transaction() as work:
        followups.done(work, 99)
    assert plans(lead) == before


def test_the_zone_decides_the_day(lead: Office) -> None:
    """Half past eleven at night in Shanghai is still the same day, whatever the machine's own clock says."""
    log(lead, now="2026-03-05 23:30")
    assert customer(lead)["last_contact_on"] == "2026-03-05"
    at = moment("2026-03-06 00:30")
    settings = config.Settings(lead.environment["SALESFLOW_CONFIG"])
    context = Context({}, str(lead.database), settings, fixed_clock(at, "Europe/Berlin"), "li.na", as_of=at)
    with context.transaction() as work:
        followups.log(work, 1, NewFollowup(Method.PHONE, CONTENT))
    assert customer(lead)["last_contact_on"] == "2026-03-05"
