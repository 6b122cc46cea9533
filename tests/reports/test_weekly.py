"""The weekly review: its figures, the records behind them, and that a week stays what it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from salesflow import i18n
from salesflow.enums import Grade, Status
from salesflow.queries import period, weekly_sql
from salesflow.queries.weekly import Review
from salesflow.reports.weekly_drill import targets
from salesflow.rules.policy import StallAnalysis
from salesflow.services import policy
from tests import deals, leads
from tests.conftest import Office
from tests.reports import season

GOLDEN = Path(__file__).parent / "golden"
MONTHS_LATER = "2026-06-30 10:00"
SECTIONS = (
    "new_customers", "status_mix", "status_changes", "won", "lost", "followups", "key_customers", "stale", "discipline",
    "quotes", "approvals", "orders", "collections", "next_week",
)  # fmt: skip


def weekly(office: Office, *words: str, **settings: str) -> Any:
    return office.json("report", "weekly", "--week", season.WEEK, *words, **settings)


def figure(report: Any, target: str) -> int:
    """What the report counts of a drill's records."""
    section, _, name = target.partition(".")
    number = report[section][name or ("total" if section == "status_mix" else "count")]
    assert isinstance(number, int)
    return number


def test_the_keys_that_scripts_rely_on(review: Office) -> None:
    found = weekly(review)
    assert list(found) == ["week", "from", "to", "as_of", "running", "scope", "people", *SECTIONS]
    assert {key: list(found[key]) for key in SECTIONS} == {
        "new_customers": ["count", "late", "ungraded", "by_source", "by_grade"],
        "status_mix": ["total", "total_before", "statuses"],
        "status_changes": ["count", "left_out", "changes"],
        "won": ["count", "left_out", "cycle_days", "steps", "customers"],
        "lost": ["count", "left_out", "by_reason", "by_competitor", "customers"],
        "followups": [
            "planned", "done", "on_time", "late", "missed", "open", "on_time_share", "logged", "earlier", "by_method",
            "by_person",
        ],
        "key_customers": ["count", "left_out", "by_grade", "customers"],
        "stale": ["stale", "left_out", "downgraded", "downgraded_left_out", "by_rule", "customers", "downgrades"],
        "discipline": [
            "entries", "entries_late", "entry_share", "logs", "logs_late", "log_share", "by_person",
        ],
        "quotes": ["made", "made_amount", "accepted", "accepted_amount", "waiting", "waiting_amount"],
        "approvals": [
            "waiting", "overdue", "longest_days", "decided", "approved", "rejected", "self_approved", "by_deputy",
            "left_out", "items",
        ],
        "orders": ["created", "created_amount", "submitted", "submitted_amount", "approved", "approved_amount"],
        "collections": [],
        "next_week": ["week", "from", "to", "planned", "overdue", "left_out", "by_day", "by_person", "items"],
    }  # fmt: skip


def test_whose_week_it_is(review: Office) -> None:
    found = weekly(review)
    assert {key: found[key] for key in ("week", "from", "to", "as_of", "running", "scope", "people")} == {
        "week": "2026-W11",
        "from": "2026-03-09",
        "to": "2026-03-15",
        "as_of": "2026-03-16T00:00:00+08:00",
        "running": False,
        "scope": "all",
        "people": [],
    }


def test_customers_that_came_and_how_they_stand(review: Office) -> None:
    found = weekly(review)
    assert found["new_customers"] == {
        "count": 2,
        "late": 1,
        "ungraded": 1,
        "by_source": [{"source": "exhibition", "count": 2, "share": "100.00"}],
        "by_grade": [{"grade": "C", "count": 1, "share": "50.00"}],
    }
    assert (found["status_mix"]["total"], found["status_mix"]["total_before"]) == (6, 4)
    assert found["status_mix"]["statuses"][:2] == [
        {
            "status": "prospect",
            "count": 4,
            "share": "66.67",
            "count_before": 2,
            "share_before": "50.00",
            "change": 2,
            "share_change": "16.67",
        },
        {
            "status": "interested",
            "count": 0,
            "share": "0.00",
            "count_before": 2,
            "share_before": "50.00",
            "change": -2,
            "share_change": "-50.00",
        },
    ]
    assert [(row["status"], row["count"]) for row in found["status_mix"]["statuses"]] == [
        ("prospect", 4),
        ("interested", 0),
        ("hot", 0),
        ("won", 1),
        ("lost", 1),
        ("invalid", 0),
    ]


def test_every_change_of_status_with_its_reason(review: Office) -> None:
    found = weekly(review)["status_changes"]
    assert (found["count"], found["left_out"]) == (3, None)
    assert [
        (row["at"], row["customer_code"], row["from_status"], row["to_status"], row["reason"], row["person"])
        for row in found["changes"]
    ] == [
        ("2026-03-10T11:00:00+08:00", "HZ2026001", "interested", "hot", "总经理要合同", "li.na"),
        ("2026-03-13T15:10:00+08:00", "HZ2026002", "interested", "lost", "选了本地供应商", "li.na"),
        ("2026-03-13T17:00:00+08:00", "HZ2026001", "hot", "won", "合同已签，首款已到", "zhang.wei"),
    ]


def test_who_was_won_and_how_long_it_took(review: Office) -> None:
    found = weekly(review)["won"]
    # first contact on 2026-02-20, interested on 03-04, hot on 03-10, won on 03-13
    assert found["count"] == 1
    days = {"shortest": 21, "first_quartile": "21", "median": "21", "third_quartile": "21", "longest": 21}
    assert found["cycle_days"] == days
    assert found["steps"] == [
        {"from_status": "prospect", "to_status": "interested", "customers": 1, "median_days": "12"},
        {"from_status": "interested", "to_status": "hot", "customers": 1, "median_days": "6"},
        {"from_status": "hot", "to_status": "won", "customers": 1, "median_days": "3"},
    ]
    (row,) = found["customers"]
    assert (row["customer_code"], row["grade"], row["won_on"], row["cycle_days"]) == (
        "HZ2026001",
        "A",
        "2026-03-13",
        21,
    )
    assert row["path"] == ["prospect", "interested", "hot", "won"]


def test_who_was_lost_and_to_whom(review: Office) -> None:
    found = weekly(review)["lost"]
    assert found["count"] == 1
    assert found["by_reason"] == [{"loss_reason": "competitor", "count": 1, "share": "100.00"}]
    assert found["by_competitor"] == [{"competitor": "恒通软件", "count": 1, "share": "100.00"}]
    assert [row["customer_code"] for row in found["customers"]] == ["HZ2026002"]


def test_follow_ups_planned_and_done(review: Office) -> None:
    found = weekly(review)["followups"]
    outcomes = {key: found[key] for key in ("planned", "done", "on_time", "late", "missed", "open")}
    # 宏达 on its day, 明远 before its day, 华星 a day late, 顺达 never
    assert outcomes == {"planned": 4, "done": 3, "on_time": 2, "late": 1, "missed": 1, "open": 0}
    assert found["on_time_share"] == "50.00"
    assert (found["logged"], found["earlier"]) == (3, 1)
    assert found["by_method"] == [
        {"method": "phone", "count": 2, "share": "66.67"},
        {"method": "visit", "count": 1, "share": "33.33"},
    ]
    assert found["by_person"] == [{"person": "li.na", **outcomes, "logged": 3}]


def test_a_and_b_customers_one_by_one(review: Office) -> None:
    found = weekly(review)["key_customers"]
    assert (found["count"], [row["customer_code"] for row in found["customers"]]) == (2, ["HZ2026001", "HZ2026004"])
    assert found["customers"][1] == {
        "customer_code": "HZ2026004",
        "customer_name": "嘉兴宏达食品有限公司",
        "grade": "A",
        "last_contact_on": "2026-03-10",
        "next_follow_up_on": "2026-03-17",
        "next": "周四给出账期方案",
        "open_points": "账期要财务确认",
        "risk": "竞品报价低 8%",
        "content": "账期 60 天，合同条款待定",
        "method": "visit",
        "status": "prospect",
        "owner": "li.na",
    }


def test_deadlines_kept_by_person(review: Office) -> None:
    found = weekly(review)["discipline"]
    assert found == {
        "entries": 2,
        "entries_late": 1,
        "entry_share": "50.00",
        "logs": 3,
        "logs_late": 2,
        "log_share": "33.33",
        "by_person": [
            {
                "person": "chen.jie",
                "entries": 1,
                "entries_late": 1,
                "entry_share": "0.00",
                "logs": 0,
                "logs_late": 0,
                "log_share": None,
            },
            {
                "person": "li.na",
                "entries": 1,
                "entries_late": 0,
                "entry_share": "100.00",
                "logs": 3,
                "logs_late": 2,
                "log_share": "33.33",
            },
        ],
    }


def test_quotes_orders_approvals_exact_to_the_fen(review: Office) -> None:
    found = weekly(review)
    assert found["quotes"] == {
        "made": 2,
        "made_amount": "17751.00",
        "accepted": 1,
        "accepted_amount": "9215.00",
        "waiting": 1,
        "waiting_amount": "8536.00",
    }
    assert found["orders"] == {
        "created": 1,
        "created_amount": "9215.00",
        "submitted": 1,
        "submitted_amount": "9215.00",
        "approved": 1,
        "approved_amount": "9215.00",
    }
    approvals = found["approvals"]
    counts = ("waiting", "overdue", "longest_days", "decided", "approved", "rejected", "self_approved", "by_deputy")
    assert {key: approvals[key] for key in counts} == {
        "waiting": 1,
        "overdue": 1,
        "longest_days": 4,
        "decided": 1,
        "approved": 1,
        "rejected": 0,
        "self_approved": 0,
        "by_deputy": 0,
    }
    (row,) = approvals["items"]
    assert (row["number"], row["subject_ref"], row["waiting_for_role"], row["waiting_days"]) == (
        "AP2026-0001",
        "Q2026-0001",
        "manager",
        4,
    )


def test_the_next_week(review: Office) -> None:
    found = weekly(review)["next_week"]
    assert (found["week"], found["from"], found["to"]) == ("2026-W12", "2026-03-16", "2026-03-22")
    assert (found["planned"], found["overdue"]) == (3, 1)
    assert found["by_day"] == [{"due_on": "2026-03-17", "count": 2}, {"due_on": "2026-03-19", "count": 1}]
    assert found["by_person"] == [{"owner": "chen.jie", "count": 1}, {"owner": "li.na", "count": 2}]
    assert [(row["due_on"], row["customer_code"], row["grade"], row["focus"]) for row in found["items"]] == [
        ("2026-03-17", "HZ2026004", "A", "周四给出账期方案"),
        ("2026-03-17", "SH2026001", None, "和设备科李主任看样机"),
        ("2026-03-19", "HZ2026004", "A", "带财务确认账期"),
    ]


def test_there_are_no_payments_yet(review: Office) -> None:
    assert weekly(review)["collections"] == {}


def test_run_later_it_gives_the_same_figures(review: Office) -> None:
    before = weekly(review)
    season.after(review)
    assert weekly(review, now=MONTHS_LATER) == before


def test_a_moment_in_the_week_can_be_told_again(review: Office) -> None:
    """Wednesday evening: `--as-of` then gives what was known then, whatever came since."""
    wednesday = weekly(review, now="2026-03-11 20:00")
    assert (wednesday["running"], wednesday["as_of"]) == (True, "2026-03-11T20:00:00+08:00")
    assert (wednesday["won"]["count"], wednesday["lost"]["count"], wednesday["quotes"]["made"]) == (0, 0, 1)
    assert wednesday["followups"]["open"] == 2, "华星 is due today, 顺达 tomorrow"
    contacts = [(row["customer_code"], row["last_contact_on"]) for row in wednesday["key_customers"]["customers"]]
    assert contacts == [("HZ2026001", "2026-03-06"), ("HZ2026004", "2026-03-10"), ("HZ2026002", "2026-02-20")]
    season.after(review)
    assert weekly(review, now="2026-03-11 20:00") == wednesday


@pytest.mark.parametrize("target", targets())
def test_a_drill_lists_what_a_figure_counts(review: Office, target: str) -> None:
    rows = weekly(review, "--drill", target)
    if "figure" in (rows[0] if rows else {}) and "." not in target:
        counted = {
            name: len([row for row in rows if row["figure"] == name]) for name in {row["figure"] for row in rows}
        }
        report = weekly(review)
        assert counted == {name: figure(report, f"{target}.{name}") for name in counted}
    elif "." in target or "figure" not in (rows[0] if rows else {"figure": ""}):
        assert len(rows) == figure(weekly(review), target)


def test_the_drills_are_not_all_empty(review: Office) -> None:
    counted = {target: len(weekly(review, "--drill", target)) for target in targets()}
    assert {target for target, count in counted.items() if not count} == {"stale.stale"}
    season.after(review)
    assert counted == {target: len(weekly(review, "--drill", target, now=MONTHS_LATER)) for target in targets()}


def test_a_drill_is_a_list_like_any_other(review: Office) -> None:
    words = ("report", "weekly", "--week", season.WEEK, "--drill")
    assert review.ok(*words, "won", "--format", "ids").out == "HZ2026001\n"
    assert review.ok(*words, "quotes.made", "--format", "ids").out == "Q2026-0001\nQ2026-0002\n"
    assert review.ok(
        *words, "quotes.made", "--sort", "total", "--reverse", "--limit", "1", "--fields", "number"
    ).out == ("No.\nQ2026-0002\n")
    assert review.ok(*words, "quotes.made", "--reverse", "--format", "ids").out == "Q2026-0002\nQ2026-0001\n"
    limited = review.ok(*words, "status_changes", "--limit", "2", "--format", "ids")
    assert limited.out == "HZ2026001\nHZ2026002\n"
    assert "more than these 2" in limited.err


def test_the_stale_are_those_that_customer_stale_lists(review: Office) -> None:
    now = "2026-04-20 10:00"
    listed = review.json("customer", "stale", now=now)["rows"]
    rules = {(row["code"], row["rule"]) for row in listed if row["rule"] in ("stale-downgrade", "stall-analysis")}
    drilled = review.json("report", "weekly", "--drill", "stale.stale", now=now)
    assert {(row["customer_code"], row["rule"]) for row in drilled} == rules
    assert {row["customer_code"]: row["days_without_progress"] for row in drilled} == {
        row["code"]: row["days_without_progress"] for row in listed
    }
    assert len(drilled) > 2


def test_progress_that_came_later_does_not_count(review: Office) -> None:
    """2026-W14: 顺达 has been without progress since February; what moves in May must not hide that."""
    before = review.json("report", "weekly", "--week", "2026-W14", now="2026-04-06 00:00")["stale"]
    standing = [(row["customer_code"], row["days_without_progress"]) for row in before["customers"]]
    assert standing == [("HZ2026003", 44), ("SH2026001", 30)]
    season.log(review, season.SHUNDA, "2026-05-04 10:00", "见了仓库主管", at="2026-04-02 10:00", progress=True)
    season.log(review, season.HONGDA, "2026-05-04 10:10", "账期谈定", progress=True)
    assert review.json("report", "weekly", "--week", "2026-W14", now="2026-05-10 00:00")["stale"] == before


def test_a_policy_applied_later_does_not_count(review: Office) -> None:
    before = review.json("report", "weekly", "--week", "2026-W13", now="2026-03-30 00:00")["stale"]
    assert before["stale"] == 1
    with review.context(user="wang.fang", now="2026-03-30 09:00").transaction() as work:
        policy.apply(work, "trial", "", work.context.policy._replace(stall_analysis=StallAnalysis(5)), "试行")
    assert review.json("report", "weekly", "--week", "2026-W13", now="2026-04-01 09:00")["stale"] == before
    assert review.json("report", "weekly", "--week", "2026-W14", now="2026-04-01 09:00")["stale"]["stale"] == 4


def test_won_and_taken_back_in_the_same_week_is_not_won(review: Office) -> None:
    season.change(review, season.MINGYUAN, "2026-03-14 09:00", Status.HOT, "首款退回", user="zhang.wei")
    found = weekly(review)
    assert found["won"]["count"] == 0
    assert found["status_changes"]["count"] == 4
    assert found["won"]["cycle_days"] == dict.fromkeys(
        ("shortest", "first_quartile", "median", "third_quartile", "longest")
    )


def test_an_order_that_came_back_counts_once(review: Office) -> None:
    number = deals.ordered(review, now="2026-03-16 10:00", user="li.na")
    deals.reject(review, "AP2026-0003", "zhang.wei", now="2026-03-17 10:00")
    deals.submit(review, number, now="2026-03-18 10:00")
    found = review.json("report", "weekly", "--week", "2026-W12", now="2026-03-23 00:00")
    assert (found["orders"]["submitted"], found["orders"]["approved"]) == (1, 0)
    approvals = found["approvals"]
    assert (approvals["waiting"], approvals["decided"], approvals["rejected"]) == (2, 1, 1)


def test_the_week_ends_with_sunday(review: Office) -> None:
    """23:59:59 on Sunday counts, midnight is the next week's."""
    sunday = leads.new("周日客户", grade=Grade.C)
    leads.add(review, sunday, user="li.na", now="2026-03-15 23:59:59")
    leads.add(review, leads.new("周一客户", grade=Grade.C), user="li.na", now="2026-03-16 00:00:00")
    assert weekly(review, now="2026-03-16 00:00:00")["new_customers"]["count"] == 3
    following = review.json("report", "weekly", "--week", "2026-W12", now="2026-03-16 00:00:00")
    assert following["new_customers"]["count"] == 1


def test_lists_are_bounded_where_people_read_them(review: Office) -> None:
    for number in range(21):
        season.plan(review, season.HONGDA, "2026-03-15 20:00", "2026-03-20", f"问张经理第 {number} 件事")
    page = review.ok("report", "weekly", "--week", season.WEEK, "--fields", "next_week").out
    assert "Not listed (see --drill): 4" in page
    assert page.count("2026-03-20") == 17 + 1
    assert weekly(review, "--limit", "2")["next_week"]["left_out"] == 22
    assert len(weekly(review)["next_week"]["items"]) == 24
    whole = review.ok("report", "weekly", "--week", season.WEEK, "--fields", "next_week", "--limit", "0").out
    assert "Not listed" not in whole


def test_an_empty_office(office: Office) -> None:
    found = office.json("report", "weekly", "--all")
    assert found["status_mix"]["total"] == 0
    assert [row["share"] for row in found["status_mix"]["statuses"]] == [None] * 6
    assert found["followups"]["on_time_share"] is None
    assert found["quotes"]["made_amount"] == "0.00"
    page = office.ok("report", "weekly", "--all", lang="zh").out
    assert "新增客户" in page
    assert office.ok("report", "weekly", "--all", "--drill", "won").out == ""


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_page_to_paste(review: Office, language: str) -> None:
    page = review.ok("report", "weekly", "--week", season.WEEK, "--format", "markdown", lang=language).out
    assert page == (GOLDEN / f"weekly.{language}.md").read_text(encoding="utf-8")


def test_one_object_on_a_line(review: Office) -> None:
    line = review.ok("report", "weekly", "--week", season.WEEK, "--format", "jsonl").out
    assert json.loads(line) == weekly(review)
    assert line.count("\n") == 1


SELECTS = {
    name: text
    for name, text in vars(weekly_sql).items()
    if name.isupper() and not name.startswith("_") and isinstance(text, str) and text.startswith("SELECT")
}
PARTS = ("PROGRESS_OF_DOUBTFUL", "KEY_FACTS", "KEY_FOLLOWUPS")  # they are read for a few customers at a time


@pytest.mark.parametrize("name", sorted(SELECTS.keys() - set(PARTS)))
def test_the_database_answers_from_its_indexes(review: Office, name: str) -> None:
    """What grows with the years is never read as a whole: customers may be, their contacts and plans may not."""
    context = review.context()
    try:
        around = Review(context, period.week(context, season.WEEK), period.people(context))
        plan = around.rows(f"EXPLAIN QUERY PLAN {SELECTS[name]}", given={"ended": "won"})
    finally:
        context.close()
    read = " ".join(step["detail"] for step in plan)
    for table in ("followup", "plan_item", "status_change", "grade_change", "state_change", "audit_entry"):
        assert f"SCAN {table}" not in read


def test_sections_can_be_chosen(review: Office) -> None:
    assert list(weekly(review, "--fields", "won,week")) == ["won", "week"]
    wrong = review.run("report", "weekly", "--fields", "wonn")
    assert (wrong.status, wrong.out) == (2, "")
    assert "did you mean won?" in wrong.err
