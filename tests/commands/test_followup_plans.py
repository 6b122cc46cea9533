"""salesflow followup plan | reschedule | cancel, as people and scripts type it; two programs at once."""

from __future__ import annotations

import subprocess

import pytest

from salesflow.enums import Grade
from tests import leads
from tests.conftest import PROGRAM, ROOT, Office, outside

PLAN_KEYS = {
    "id", "due_on", "customer_code", "customer_name", "focus", "method", "state", "slips", "goal", "support", "support_for",
    "support_late", "owner", "rule", "beyond_cadence", "created_at", "closed_at", "followup_id", "reason", "origin_id",
    "template",
}  # fmt: skip
MOVE = ("followup", "reschedule", "1", "--on", "3月12日", "--reason", "客户出差")
TEMPLATE = ("followup", "plan", "云帆", "--template", "abc")


@pytest.fixture
def lead(office: Office) -> Office:
    """One customer of grade A; item 1 is computed for Monday 2026-03-09, a week from now."""
    leads.add(office, leads.new(grade=Grade.A))
    return office


def test_putting_off_says_what_it_did(lead: Office) -> None:
    done = lead.ok(*MOVE)
    assert done.out == "plan item 1 moved from 2026-03-09 to 2026-03-12, now plan item 2\nput off 1 time so far\n"
    assert done.err == (
        "note [cadence]: next follow-up 2026-03-12 is 3 days beyond cadence; the rule gives: "
        "next follow-up 2026-03-09 (grade A: every 7 days; 2026-03-09 is a working day)\n"
    )
    done = lead.ok("followup", "reschedule", "2", "--on", "2026-03-06", "--reason", "客户提前回来")
    assert done.out.splitlines()[1:] == ["put off 1 time so far"]
    done = lead.ok("followup", "reschedule", "3", "--on", "2026-03-09", "--reason", "会议室没空")
    assert done.out.splitlines()[1:] == ["put off 2 times so far"]


def test_bringing_forward_is_no_slip(lead: Office) -> None:
    done = lead.ok("followup", "reschedule", "1", "--on", "2026-03-06", "--reason", "客户提前回来")
    assert (done.out, done.err) == ("plan item 1 moved from 2026-03-09 to 2026-03-06, now plan item 2\n", "")


def test_putting_off_in_chinese(lead: Office) -> None:
    done = lead.ok(*MOVE, lang="zh")
    assert done.out == "跟进计划 1 已由 2026-03-09 改到 2026-03-12，新编号为 2\n至今已延期 1 次\n"
    assert (
        lead.ok("followup", "cancel", "2", "--reason", "不去了", lang="zh").out.splitlines()[0] == "跟进计划 2 已取消"
    )


def test_the_history_of_a_plan_as_json(lead: Office) -> None:
    lead.ok(*MOVE)
    item = lead.json(
        "followup",
        "reschedule",
        "2",
        "--on",
        "2026-03-10",
        "--reason",
        "客户提前回来",
        now="2026-03-03 10:00",
        user="zhao.lei",
    )
    assert item.keys() == PLAN_KEYS | {"moves"}
    assert {key: item[key] for key in ("id", "due_on", "state", "slips", "origin_id", "rule", "template")} == {
        "id": 3, "due_on": "2026-03-10", "state": "pending", "slips": 1, "origin_id": 1, "rule": None, "template": None,
    }  # fmt: skip
    assert item["moves"] == [
        {"from_on": "2026-03-09", "to_on": "2026-03-12", "reason": "客户出差", "at": "2026-03-02T09:00:00+08:00", "by": "li.na"},
        {"from_on": "2026-03-12", "to_on": "2026-03-10", "reason": "客户提前回来", "at": "2026-03-03T10:00:00+08:00",
         "by": "zhao.lei"},
    ]  # fmt: skip
    (listed,) = lead.json("followup", "list", "--plan")
    assert listed.keys() == PLAN_KEYS
    assert listed["slips"] == 1
    assert lead.json("followup", "done", "3")["moves"] == item["moves"]


def test_the_list_shows_how_often_a_plan_was_put_off(lead: Office) -> None:
    lead.ok(*MOVE)
    heading, row = lead.ok("followup", "list", "--plan", "--format", "csv", "--fields", "id,slips").out.splitlines()
    assert (heading.rpartition(",")[2], row) == ("slips", "2,1")
    assert "Put off" in lead.ok("followup", "list", "--plan", "--format", "table").out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("1", "--on", "昨天", "--reason", "x"), 2, "2026-03-01 has passed: plan for today or later"),
        (("1", "--on", "2026-03-09", "--reason", "x"), 4,
         "[same-day]: plan item 1 is planned for 2026-03-09 already: give another day: --on DATE"),
        (("1", "--on", "2026-03-10", "--reason", " "), 2, "the reason is empty: say why: --reason TEXT"),
        (("1", "--on", "2026-03-10"), 2, "--reason is missing"),
        (("1", "--reason", "x"), 2, "--on is missing"),
        (("9", "--on", "2026-03-10", "--reason", "x"), 3, "[unknown-plan]: there is no plan item 9"),
        (("x", "--on", "2026-03-10", "--reason", "x"), 2, "x is not a whole number"),
        (("9" * 30, "--on", "2026-03-10", "--reason", "x"), 2, "is not a whole number"),
        (("1", "--on", "13月1日", "--reason", "x"), 2, "--on"),
    ],
)  # fmt: skip
def test_moves_that_cannot_be(lead: Office, words: tuple[str, ...], status: int, said: str) -> None:
    before = leads.written(lead)
    done = lead.run("followup", "reschedule", *words)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert leads.written(lead) == before


def test_closed_items_are_not_moved_and_not_closed_again(lead: Office) -> None:
    lead.ok("followup", "done", "1")
    for verb in (("reschedule", "1", "--on", "2026-03-12"), ("cancel", "1"), ("done", "1")):
        done = lead.run("followup", *verb, "--reason", "x")
        assert (done.status, done.err) == (
            4, "error [state]: plan item 1 is done already: see: salesflow followup list --plan\n",
        )  # fmt: skip
    lead.ok("followup", "cancel", "2", "--reason", "x")
    done = lead.run("followup", "cancel", "2", "--reason", "x")
    assert (done.status, done.err.split(": see")[0]) == (4, "error [state]: plan item 2 is cancelled already")


def test_giving_up(lead: Office) -> None:
    done = lead.ok("followup", "cancel", "1", "--reason", "客户改了主意", now="2026-03-04 10:00")
    assert done.out == (
        "plan item 1 is cancelled\nnext follow-up 2026-03-11 (grade A: every 7 days; 2026-03-11 is a working day)\n"
    )
    assert lead.ok("followup", "cancel", "2", "--reason", "又改了", "--quiet").out == "2\n"
    assert lead.run("followup", "cancel", "3").status == 2
    item = lead.json("followup", "cancel", "3", "--reason", "再改")
    assert (item["state"], item["reason"], item["moves"]) == ("cancelled", "再改", [])


def test_a_template(lead: Office) -> None:
    done = lead.ok(*TEMPLATE)
    assert done.out == (
        f"planned 4 stages of abc with HZ2026001 {leads.NAME}\n"
        "2026-03-05 visit: 与技术负责人梳理需求：现状、痛点、数量、上线时间 (plan item 2)\n"
        "2026-03-12 demo: 向技术部与使用部门演示对应方案 (plan item 3)\n"
        "2026-03-19 online-meeting: 与采购部门过报价与交付条款 (plan item 4)\n"
        "2026-03-26 visit: 与最终决策人确认合同与时间表 (plan item 5)\n"
    )
    assert done.err == ""
    done = lead.run(*TEMPLATE)
    assert (done.status, done.err) == (
        4,
        (
            "error [planned]: template abc is planned for HZ2026001 already: plan items 2, 3, 4, 5: "
            "see: salesflow followup list HZ2026001 --plan; --again plans it once more\n"
        ),
    )
    assert lead.ok(*TEMPLATE, "--again", "--quiet").out == "6 7 8 9\n"


def test_a_template_in_chinese_from_a_day_on(lead: Office) -> None:
    done = lead.ok("followup", "plan", "云帆", "--template", "offer", "--on", "下周一", lang="zh")
    assert done.out == (
        f"已按模板 offer 为 HZ2026001 {leads.NAME} 安排 3 个阶段的跟进\n"
        "2026-03-11 电话：确认采购部门收到报价，记录逐条意见（跟进计划 2）\n"
        "2026-03-16 拜访：与采购部门及决策人逐条回应报价异议（跟进计划 3）\n"
        "2026-03-23 电话：向决策人确认签约日期与首付安排（跟进计划 4）\n"
    )


def test_a_template_as_json(lead: Office) -> None:
    made = lead.json(*TEMPLATE)
    assert [item["due_on"] for item in made] == ["2026-03-05", "2026-03-12", "2026-03-19", "2026-03-26"]
    assert all(item.keys() == PLAN_KEYS for item in made)
    assert {item["template"] for item in made} == {"abc"}
    assert made[1]["support"] == "technical"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--template", "acb"), 3,
         "[unknown-template]: there is no plan template acb: did you mean abc? The templates are: abc, offer"),
        (("--template", "abc", "--focus", "演示"), 2, "--focus does not go with --template"),
        (("--template", "abc", "--method", "demo"), 2, "--method does not go with --template"),
        (("--template", "abc", "--goal", "评分"), 2, "--goal does not go with --template"),
        (("--template", "abc", "--support", "technical"), 2, "--support does not go with --template"),
        (("--template", "abc", "--support-for", "演示"), 2, "--support-for does not go with --template"),
        (("--template", "abc", "--on", "昨天"), 2, "2026-03-01 has passed"),
        (("--on", "明天", "--method", "demo"), 2, "--focus is missing"),
        (("--on", "明天", "--focus", "演示"), 2, "--method is missing"),
        (("--method", "demo", "--focus", "演示"), 2, "--on is missing"),
        (("--on", "明天", "--method", "demo", "--focus", "演示", "--again"), 2, "--again is for a template"),
        ((), 2, "is missing"),
    ],
)  # fmt: skip
def test_plans_that_cannot_be(lead: Office, words: tuple[str, ...], status: int, said: str) -> None:
    before = leads.written(lead)
    done = lead.run("followup", "plan", "云帆", *words)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert leads.written(lead) == before


def test_support_at_short_notice(lead: Office) -> None:
    words = ("followup", "plan", "云帆", "--on", "明天", "--method", "demo", "--focus", "向张伟演示排产模块")
    done = lead.ok(*words, "--support", "technical")
    assert done.err == (
        "note [support-lead-time]: support for 2026-03-03 is asked for at short notice: 2 working days ahead would be "
        "2026-03-04: agree it with the supporter, or plan it for 2026-03-04 or later\n"
    )
    assert lead.json(*words, "--support", "zhao.lei")["support_late"] is True
    leads.execute(lead, "DELETE FROM staff_role WHERE role = 'technical'")
    leads.execute(lead, "UPDATE staff SET active = 0 WHERE login = 'zhao.lei'")
    done = lead.run(*words, "--support", "technical")
    assert (done.status, done.err) == (
        4,
        (
            "error [no-supporter]: nobody who is active holds the role technical, so nobody can give the support: "
            "add one with: salesflow staff add LOGIN --role technical; or ask somebody by login\n"
        ),
    )
    assert lead.run(*words, "--support", "zhao.lei").status == 3


def test_as_a_process_of_its_own(lead: Office) -> None:
    done = lead.program(*MOVE, "--json")
    assert done.status == 0, done.err
    assert done.json["slips"] == 1
    done = lead.program(*TEMPLATE, "--quiet")
    assert (done.status, done.out) == (0, "3 4 5 6\n")


def together(office: Office, *commands: tuple[str, ...]) -> list[tuple[int, str]]:
    """Start all at once; how each ended, sorted by exit status."""
    running = [
        subprocess.Popen(
            [*PROGRAM, *words], cwd=ROOT, env=outside(office.environ()), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for words in commands
    ]  # fmt: skip
    said = [(process.communicate(timeout=120)[1], process.returncode) for process in running]
    return sorted((status, err) for err, status in said)


@pytest.mark.parametrize(
    "other",
    [
        ("followup", "cancel", "1", "--reason", "不去了"),
        ("followup", "reschedule", "1", "--on", "2026-03-13", "--reason", "会议室没空"),
    ],
)
def test_two_programs_close_the_same_item(lead: Office, other: tuple[str, ...]) -> None:
    (first, _), (second, said) = together(lead, MOVE, other)
    assert (first, second) == (0, 4), said
    assert "plan item 1 is cancelled already" in said
    states = [row["state"] for row in leads.rows(lead, "SELECT state FROM v_plan_item ORDER BY id")]
    assert states == ["cancelled", "pending"]
    assert lead.json("db", "check")["ok"] is True


def test_two_programs_plan_the_same_template(lead: Office) -> None:
    (first, _), (second, said) = together(lead, TEMPLATE, TEMPLATE)
    assert (first, second) == (0, 4), said
    assert len(leads.rows(lead, "SELECT id FROM v_plan_item WHERE template = 'abc'")) == 4
