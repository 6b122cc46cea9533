"""Plan items that are put off, brought forward, given up; templates; support that somebody has to give, in time."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from salesflow.enums import Grade, Method, Role, Status
from salesflow.errors import InvalidValue, NotFound, Refused, RuleRefused, SalesflowError
from salesflow.queries import plan_items
from salesflow.rules.decision import Decision, Strength
from salesflow.rules.policy import PlanTemplates, Policy, Stage, SupportLeadTime
from salesflow.services import followups, plan_templates, replanning
from salesflow.services.followups import NewPlan
from salesflow.services.plans import Planned
from salesflow.services.policy import apply as apply_policy
from salesflow.services.replanning import Rescheduled
from tests import leads
from tests.conftest import Office

FOCUS = "向张伟演示排产模块"
ITEMS = "SELECT id, due_on, state, rule, slips, origin_id, reason FROM v_plan_item ORDER BY id"


def notes_of(office: Office, act: Any, *, now: str | None = None) -> tuple[Any, list[tuple[str, str]]]:
    """What an act in a transaction gives, and what the rules said."""
    context = office.context(now=now)
    with context.transaction() as work:
        given = act(work)
    return given, [(note.rule, note.outcome) for note in context.notes]


def plan(office: Office, on: str, *, now: str | None = None, **new: Any) -> int:
    wanted = NewPlan(date.fromisoformat(on), Method.DEMO, FOCUS, **new)
    planned, _ = notes_of(office, lambda work: followups.plan(work, 1, wanted), now=now)
    assert isinstance(planned, Planned)
    return planned.id


def move(office: Office, item: int, on: str, reason: str = "客户出差", *, now: str | None = None) -> Rescheduled:
    day = date.fromisoformat(on)
    moved, _ = notes_of(office, lambda work: replanning.reschedule(work, item, day, reason), now=now)
    assert isinstance(moved, Rescheduled)
    return moved


def cancel(
    office: Office, item: int, reason: str = "客户不需要演示", *, now: str | None = None
) -> Decision[date] | None:
    with office.context(now=now).transaction() as work:
        return followups.cancel(work, item, reason)


def by_template(office: Office, name: str = "abc", *, now: str | None = None, **how: Any) -> list[Planned]:
    with office.context(now=now).transaction() as work:
        return plan_templates.plan(work, 1, name, **how)


def items(office: Office) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in leads.rows(office, ITEMS)]


def next_on(office: Office) -> str | None:
    (row,) = leads.rows(office, "SELECT next_follow_up_on FROM v_customer WHERE id = 1")
    on: str | None = row["next_follow_up_on"]
    return on


def use(office: Office, policy: Policy) -> None:
    with office.context(user="zhang.wei").transaction() as work:
        apply_policy(work, "own", "", policy, "试行")


@pytest.fixture
def lead(office: Office) -> Office:
    """One customer of grade A, recorded on Monday 2026-03-02; item 1 is computed for the 9th."""
    leads.add(office, leads.new(grade=Grade.A))
    return office


def test_an_item_goes_on_as_another_and_its_slips_are_counted(lead: Office) -> None:
    first = plan(lead, "2026-03-05", goal="评分表", support_role=Role.TECHNICAL, support_for="准备演示环境")
    put_off = move(lead, first, "2026-03-11")
    again = move(lead, put_off.id, "2026-03-12", "会议室没空")
    earlier = move(lead, again.id, "2026-03-10", "客户提前回来")
    assert (put_off.slips, again.slips, earlier.slips) == (1, 2, 2)
    assert put_off.before == date(2026, 3, 5)
    assert items(lead)[1:] == [
        (2, "2026-03-05", "cancelled", None, 0, None, "客户出差"),
        (3, "2026-03-11", "cancelled", None, 1, 2, "会议室没空"),
        (4, "2026-03-12", "cancelled", None, 2, 2, "客户提前回来"),
        (5, "2026-03-10", "pending", None, 2, 2, None),
    ]
    (row,) = leads.rows(lead, "SELECT * FROM v_plan_item WHERE id = 5")
    about = {"method": "demo", "focus": FOCUS, "goal": "评分表", "support": "technical", "support_for": "准备演示环境"}
    assert {key: row[key] for key in about} == about
    assert leads.rows(lead, "SELECT closed_at FROM v_plan_item WHERE id = 2") == [{"closed_at": "2026-03-02 01:00:00"}]
    assert next_on(lead) == "2026-03-10"


def test_a_computed_item_that_is_moved_is_a_plan_by_hand(lead: Office) -> None:
    moved = move(lead, 1, "2026-03-06")
    assert (moved.id, moved.slips, moved.next.outcome) == (2, 0, "ok")
    assert items(lead) == [
        (1, "2026-03-09", "cancelled", "cadence", 0, None, "客户出差"),
        (2, "2026-03-06", "pending", None, 0, 1, None),
    ]
    leads.regrade(lead, 1, Grade.B)
    assert next_on(lead) == "2026-03-06"  # the rule leaves what was planned by hand


def test_a_day_beyond_cadence_is_flagged(lead: Office) -> None:
    moved, notes = notes_of(lead, lambda work: replanning.reschedule(work, 1, date(2026, 3, 12), "客户出差"))
    assert notes == [("cadence", "beyond-cadence")]
    assert moved.slips == 1
    assert leads.rows(lead, "SELECT beyond_cadence FROM v_plan_item WHERE id = 2") == [{"beyond_cadence": 1}]
    third = plan(lead, "2026-03-04")
    _, notes = notes_of(lead, lambda work: replanning.reschedule(work, 2, date(2026, 3, 20), "客户出差"))
    assert notes == []  # item 3 is before the rule's day
    assert third == 3


def test_the_computed_item_gives_way_to_one_that_is_brought_forward(lead: Office) -> None:
    late = plan(lead, "2026-03-20")
    assert next_on(lead) == "2026-03-09"
    move(lead, late, "2026-03-09", "客户要提前")
    assert [(row[1], row[2]) for row in items(lead)] == [
        ("2026-03-09", "cancelled"), ("2026-03-20", "cancelled"), ("2026-03-09", "pending"),
    ]  # fmt: skip


def test_the_rule_moves_its_item_without_a_slip_and_keeps_where_it_comes_from(lead: Office) -> None:
    leads.regrade(lead, 1, Grade.B)
    leads.regrade(lead, 1, Grade.C)
    assert [row[3:6] for row in items(lead)] == [("cadence", 0, None), ("cadence", 0, 1), ("cadence", 0, 1)]


@pytest.mark.parametrize(
    ("item", "on", "reason", "error", "said"),
    [
        (99, "2026-03-10", "客户出差", NotFound, "there is no plan item 99"),
        (1, "2026-03-01", "客户出差", InvalidValue, "2026-03-01 has passed"),
        (1, "2026-03-09", "客户出差", Refused, "plan item 1 is planned for 2026-03-09 already"),
        (1, "2026-03-10", "  ", InvalidValue, "the reason is empty"),
        (1, "2026-03-10", "x" * 20_001, InvalidValue, "20"),
        (2, "2026-03-10", "客户出差", Refused, "plan item 2 is done already"),
    ],
)
def test_moves_that_cannot_be(
    lead: Office, item: int, on: str, reason: str, error: type[SalesflowError], said: str
) -> None:
    plan(lead, "2026-03-11")
    with lead.context().transaction() as work:
        followups.done(work, 2)
    before = items(lead)
    with pytest.raises(error, match=said):
        move(lead, item, on, reason)
    assert items(lead) == before


def test_an_item_of_an_archived_customer_stays(lead: Office) -> None:
    leads.archive(lead, "HZ2026001")
    with pytest.raises(Refused, match="is archived"):
        move(lead, 1, "2026-03-10")
    with pytest.raises(Refused, match="is archived"):
        cancel(lead, 1)
    assert items(lead) == [(1, "2026-03-09", "pending", "cadence", 0, None, None)]


def test_the_same_item_is_not_moved_twice(lead: Office) -> None:
    move(lead, 1, "2026-03-06")
    with pytest.raises(Refused, match="plan item 1 is cancelled already"):
        move(lead, 1, "2026-03-05")
    assert len(items(lead)) == 2


def test_an_item_can_be_moved_to_the_leap_day_and_over_the_year(lead: Office) -> None:
    moved = move(lead, 1, "2026-12-31")
    moved = move(lead, moved.id, "2028-02-29")
    assert (moved.slips, next_on(lead)) == (2, "2028-02-29")


def test_the_trail_of_a_move_has_facts_and_no_words(lead: Office) -> None:
    move(lead, 1, "2026-03-12", "客户住院")
    (entry,) = leads.rows(lead, "SELECT * FROM v_audit WHERE action = 'followup.reschedule'")
    assert (entry["subject_kind"], entry["subject_ref"], entry["staff"]) == ("plan", "2", "li.na")
    assert json.loads(entry["before"]) == {"plan": 1, "due_on": "2026-03-09"}
    assert json.loads(entry["after"]) == {"customer": "HZ2026001", "due_on": "2026-03-12", "slips": 1}


def test_the_last_item_that_is_given_up_is_followed_by_the_next(lead: Office) -> None:
    following = cancel(lead, 1, now="2026-03-04 10:00")
    assert following is not None
    assert following.value == date(2026, 3, 11)
    assert items(lead) == [
        (1, "2026-03-09", "cancelled", "cadence", 0, None, "客户不需要演示"),
        (2, "2026-03-11", "pending", "cadence", 0, None, None),
    ]
    assert next_on(lead) == "2026-03-11"
    (entry,) = leads.rows(lead, "SELECT * FROM v_audit WHERE action = 'followup.cancel'")
    assert json.loads(entry["after"]) == {"state": "cancelled", "customer": "HZ2026001"}


def test_while_something_is_planned_nothing_follows_what_is_given_up(lead: Office) -> None:
    item = plan(lead, "2026-03-11")
    assert cancel(lead, item) is None
    assert next_on(lead) == "2026-03-09"
    for reason, error in ((" ", InvalidValue), ("又不去了", Refused)):
        with pytest.raises(error):
            cancel(lead, 1 if error is InvalidValue else item, reason)
    with pytest.raises(NotFound):
        cancel(lead, 99)


def test_a_lost_customer_is_left_without_a_plan(lead: Office) -> None:
    leads.execute(lead, "UPDATE customer SET status = 'lost' WHERE id = 1")
    following = cancel(lead, 1)
    assert following is not None
    assert following.value is None
    assert next_on(lead) is None


def test_a_template_plans_all_its_stages(lead: Office) -> None:
    planned = by_template(lead, " ABC ", start=date(2026, 3, 3))
    assert [each.id for each in planned] == [2, 3, 4, 5]
    rows = leads.rows(
        lead,
        "SELECT due_on, method, goal, support, template, support_late FROM v_plan_item WHERE template = 'abc' ORDER BY id",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2026-03-06", "visit", "需求清单", None, "abc", 0),
        ("2026-03-13", "demo", "试用结论", "technical", "abc", 0),
        ("2026-03-20", "online-meeting", "报价确认", None, "abc", 0),
        ("2026-03-27", "visit", "签约时间", None, "abc", 0),
    ]
    assert items(lead)[0][2] == "cancelled"  # the computed one gave way
    assert next_on(lead) == "2026-03-06"
    assert len(leads.rows(lead, "SELECT id FROM v_audit WHERE action = 'followup.plan'")) == 4


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (
            "2026-02-11 09:00",
            ["2026-02-14", "2026-02-24", "2026-02-28", "2026-03-09"],
        ),  # 14 works, 21 off, 28 works, 7 Saturday
        ("2026-09-27 09:00", ["2026-09-30", "2026-10-08", "2026-10-14", "2026-10-21"]),  # 7 October is off
        ("2026-12-26 09:00", ["2026-12-29", "2027-01-05", "2027-01-12", "2027-01-19"]),  # over the year's end
        ("2028-02-26 09:00", ["2028-02-29", "2028-03-07", "2028-03-14", "2028-03-21"]),  # the leap day
    ],
)
def test_stages_fall_on_working_days(lead: Office, now: str, days: list[str]) -> None:
    by_template(lead, now=now)
    rows = leads.rows(lead, "SELECT due_on FROM v_plan_item WHERE template = 'abc' ORDER BY id")
    assert [row["due_on"] for row in rows] == days


def test_a_stage_beyond_cadence_is_flagged_once(lead: Office) -> None:
    own = PlanTemplates(
        (Stage("后", 20, "visit", "复盘"), Stage("后", 0, "phone", "约时间"), Stage("远", 20, "visit", "复盘"))
    )
    use(lead, Policy(plan_templates=own))
    _, notes = notes_of(lead, lambda work: plan_templates.plan(work, 1, "后"))
    assert notes == []  # the earlier stage comes first, whatever the order in the policy
    with lead.context().transaction() as work:
        for item in (2, 3):
            followups.done(work, item)
    leads.execute(lead, "UPDATE plan_item SET state = 'cancelled'")
    _, notes = notes_of(lead, lambda work: plan_templates.plan(work, 1, "远"))
    assert notes == [("cadence", "beyond-cadence")]


def test_a_template_is_planned_once_unless_it_is_wanted_again(lead: Office) -> None:
    by_template(lead)
    before = items(lead)
    with pytest.raises(Refused, match="template abc is planned for HZ2026001 already: plan items 2, 3, 4, 5"):
        by_template(lead, "ABC")
    assert items(lead) == before
    assert len(by_template(lead, again=True)) == 4
    with lead.context().transaction() as work:
        for item in range(2, 10):
            followups.cancel(work, item, "改方案")
    assert len(by_template(lead)) == 4  # nothing of it is pending any more


def test_a_moved_stage_still_belongs_to_its_template(lead: Office) -> None:
    first, *_ = by_template(lead)
    move(lead, first.id, "2026-03-10")
    (row,) = leads.rows(lead, "SELECT template FROM v_plan_item WHERE origin_id = :id", id=first.id)
    assert row["template"] == "abc"


@pytest.mark.parametrize(
    ("name", "how", "error", "said"),
    [
        ("acb", {}, NotFound, "there is no plan template acb"),
        ("", {}, NotFound, "there is no plan template"),
        ("abc", {"start": date(2026, 3, 1)}, InvalidValue, "2026-03-01 has passed"),
    ],
)
def test_templates_that_cannot_be(
    lead: Office, name: str, how: dict[str, Any], error: type[SalesflowError], said: str
) -> None:
    before = items(lead)
    with pytest.raises(error, match=said):
        by_template(lead, name, **how)
    assert items(lead) == before


def test_what_an_unknown_template_is_told(lead: Office) -> None:
    with pytest.raises(NotFound) as close:
        by_template(lead, "ofer")
    assert str(close.value.hint) == "did you mean offer? The templates are: abc, offer"
    with pytest.raises(NotFound) as far:
        by_template(lead, "完全不同")
    assert str(far.value.hint) == "the templates are: abc, offer"
    use(lead, Policy(plan_templates=PlanTemplates(())))
    with pytest.raises(NotFound) as none:
        by_template(lead)
    assert str(none.value.hint) == "the policy has none: see plan_templates in salesflow policy show --explain"


def test_support_at_short_notice_is_flagged_and_kept(lead: Office) -> None:
    new = NewPlan(date(2026, 3, 3), Method.DEMO, FOCUS, support_role=Role.TECHNICAL)
    planned, notes = notes_of(lead, lambda work: followups.plan(work, 1, new))
    assert notes == [("support-lead-time", "short")]
    (row,) = leads.rows(lead, "SELECT support_late FROM v_plan_item WHERE id = :id", id=planned.id)
    assert row["support_late"] == 1
    moved = move(lead, planned.id, "2026-03-04")
    assert leads.rows(lead, "SELECT support_late FROM v_plan_item WHERE id = :id", id=moved.id) == [{"support_late": 0}]
    _, notes = notes_of(lead, lambda work: replanning.reschedule(work, moved.id, date(2026, 3, 3), "客户要提前"))
    assert notes == [("support-lead-time", "short")]


def test_support_by_template_at_short_notice(lead: Office) -> None:
    use(lead, Policy(plan_templates=PlanTemplates((Stage("快", 1, "demo", "演示", support="technical"),))))
    _, notes = notes_of(lead, lambda work: plan_templates.plan(work, 1, "快"))
    assert notes == [("support-lead-time", "short")]
    (row,) = leads.rows(lead, "SELECT support_late FROM v_plan_item WHERE template = '快'")
    assert row["support_late"] == 1


def test_the_policy_may_refuse_short_notice_or_not_care(lead: Office) -> None:
    use(lead, Policy(support_lead_time=SupportLeadTime(Strength.REFUSE, 2)))
    before = items(lead)
    with pytest.raises(RuleRefused, match="at short notice"):
        plan(lead, "2026-03-03", support_role=Role.TECHNICAL)
    assert items(lead) == before
    use(lead, Policy(support_lead_time=SupportLeadTime(Strength.OFF, 2)))
    item = plan(lead, "2026-03-03", support_role=Role.TECHNICAL)
    assert leads.rows(lead, "SELECT support_late FROM v_plan_item WHERE id = :id", id=item) == [{"support_late": 0}]


def test_support_that_nobody_can_give_is_refused(lead: Office) -> None:
    leads.execute(lead, "DELETE FROM staff_role WHERE role = 'technical'")
    leads.execute(lead, "UPDATE staff SET active = 0 WHERE login IN ('zhao.lei', 'sun.li')")
    leads.execute(lead, "DELETE FROM staff_role WHERE role = 'operations' AND staff_id <> 7")
    before = items(lead)
    with pytest.raises(Refused, match="nobody who is active holds the role technical") as refused:
        plan(lead, "2026-03-11", support_role=Role.TECHNICAL)
    assert str(refused.value.hint).startswith("add one with: salesflow staff add LOGIN --role technical")
    with pytest.raises(Refused, match="nobody who is active holds the role operations"):
        plan(lead, "2026-03-11", support_role=Role.OPERATIONS)  # who held it left
    with pytest.raises(Refused, match="nobody who is active holds the role technical"):
        by_template(lead)
    with pytest.raises(Refused, match=r"zhao\.lei is no longer active"):
        plan(lead, "2026-03-11", support_id=5)
    with pytest.raises(Refused, match="99 is no longer active"):
        plan(lead, "2026-03-11", support_id=99)
    assert items(lead) == before


def test_a_lost_customer_can_be_planned_for_by_template(lead: Office) -> None:
    leads.move(lead, 1, Status.INVALID)
    assert len(by_template(lead)) == 4


def test_a_plan_item_that_is_not_there(lead: Office) -> None:
    context = lead.context()
    assert plan_items.show(context, 1)["moves"] == []
    with pytest.raises(NotFound, match="there is no plan item 7"):
        plan_items.chosen(context, [1, 7])
    context.close()
