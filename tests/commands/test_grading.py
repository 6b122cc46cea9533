"""salesflow customer grade and assign, staff edit and deactivate, as people and programs use them."""

from __future__ import annotations

import threading

import pytest

from salesflow.enums import Grade
from tests import deals, leads
from tests.conftest import PROGRAM, ROOT, Done, Office, outside
from tests.terminal import sit_down

SCORES = ("--industry-potential", "4", "--budget-match", "5", "--decision-chain", "4", "--urgency", "4")
ROW = [
    "code", "name", "grade", "status", "from_owner", "to_owner", "why", "rule", "first_contact_by", "first_contact",
]  # fmt: skip


@pytest.fixture
def lead(office: Office) -> Office:
    leads.add(office, leads.new(), leads.new("宁波恒达模具有限公司", region="NB"))
    return office


def test_grading_says_why_and_what_follows(lead: Office) -> None:
    done = lead.ok("customer", "grade", "云帆", *SCORES)
    assert done.out.splitlines() == [
        f"HZ2026001 {leads.NAME}: grade - -> A",
        "grade A: score 4.25 (A from 4.00, B from 2.50)",
        "next follow-up 2026-03-09 (grade A: every 7 days; 2026-03-09 is a working day)",
    ]
    assert done.err == (
        "hint [assign]: grade A goes to a senior rep, li.na is none: "
        "reassign it: salesflow customer assign HZ2026001 --auto\n"
    )
    assert lead.ok("customer", "grade", "云帆", *SCORES, lang="zh").out.splitlines()[:2] == [
        f"HZ2026001 {leads.NAME}：仍为 A 级", "A 级：得分 4.25（A 级 4.00 起，B 级 2.50 起）",
    ]  # fmt: skip
    record = lead.json("customer", "grade", "云帆", "--set", "b", "--reason", "预算推迟到下半年")
    assert (record["code"], record["grade"], record["grading"]["score"]) == ("HZ2026001", "B", "4.25")
    assert lead.ok("customer", "grade", "云帆", "--set", "C", "--reason", "x", "--quiet").out == "HZ2026001\n"


def test_missing_scores_are_asked_for_at_a_terminal(lead: Office) -> None:
    environ = outside(lead.environ(), TERM="dumb")
    answers = [("How well its budget fits: ", "5\n"), ("How soon they need it: ", "4\n")]
    words = ("customer", "grade", "云帆", "--industry-potential", "4", "--decision-chain", "4")
    seen = sit_down([*PROGRAM, *words], environ, answers, cwd=ROOT)
    assert seen.status == 0, seen.screen
    assert "grade - -> A" in seen.screen
    seen = sit_down(
        [*PROGRAM, *words[:3], "--set", "B"], environ, [("Why it is set by hand: ", "预算推迟\n")], cwd=ROOT
    )
    assert seen.status == 0, seen.screen
    rows = lead.json("customer", "grade", "云帆")
    assert [(row["grade"], row["budget_match"], row["urgency"], row["reason"]) for row in rows] == [
        ("B", None, None, "预算推迟"), ("A", 5, 4, None),
    ]  # fmt: skip


def test_the_history_of_grades(lead: Office) -> None:
    assert lead.json("customer", "grade", "云帆") == []
    lead.ok("customer", "grade", "云帆", *SCORES, now="2026-03-03 10:00")
    lead.ok("customer", "grade", "云帆", *SCORES, now="2026-03-04 10:00")
    lead.ok("customer", "grade", "云帆", "--set", "B", "--reason", "预算推迟", now="2026-03-05 10:00")
    rows = lead.json("customer", "grade", "云帆")
    assert [*rows[0]] == [
        "at", "grade", "score", "industry_potential", "budget_match", "decision_chain", "urgency", "reason", "by", "rule",
        "policy_id", "customer_code",
    ]  # fmt: skip
    assert [(row["grade"], row["score"], row["reason"]) for row in rows] == [
        ("B", None, "预算推迟"), ("A", "4.25", None), ("A", "4.25", None),
    ]  # fmt: skip
    assert [row["grade"] for row in lead.json("customer", "grade", "云帆", "--limit", "1")] == ["B"]


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ((*SCORES, "--set", "A"), 2, "scores and --set exclude each other"),
        (SCORES[:4], 2, "scores are missing: --decision-chain, --urgency"),
        ((*SCORES[:-1], "6"), 2, "--urgency is 6; a score is from 1 to 5"),
        ((*SCORES[:-1], "0"), 2, "--urgency is 0; a score is from 1 to 5"),
        ((*SCORES[:-1], "4.5"), 2, "--urgency"),
        (("--set", "A"), 2, "a grade set by hand has a reason"),
        (("--set", "D", "--reason", "x"), 2, "--set"),
    ],
)
def test_wrong_grades(lead: Office, words: tuple[str, ...], status: int, message: str) -> None:
    before = leads.written(lead)
    done = lead.run("customer", "grade", "云帆", *words)
    assert (done.status, done.out) == (status, "")
    assert message in done.err
    assert leads.written(lead) == before


def test_assigning_one(lead: Office) -> None:
    done = lead.ok("customer", "assign", "恒达", "--to", "chen.jie", "--reason", "客户在宁波", user="zhang.wei")
    assert done.out.splitlines() == [
        "NB2026001 宁波恒达模具有限公司: li.na -> chen.jie",
        "first contact is due by 2026-03-09 09:00, within 7 days of the assignment",
    ]
    again = lead.ok("customer", "assign", "恒达", "--to", "chen.jie", user="zhang.wei")
    assert again.out == "nobody changes hands: they are all where they should be\n"
    why = [row for row in lead.json("explain", "恒达")["decisions"] if row["rule"] == "assign"]
    assert why[0]["text"] == "li.na -> chen.jie, by zhang.wei on 2026-03-02: 客户在宁波"


def test_assigning_by_rule_says_why(lead: Office) -> None:
    leads.regrade(lead, 1, Grade.A)
    done = lead.json("customer", "assign", "--auto", "--owner", "li.na", user="zhang.wei")
    assert [*done] == ["dry_run", "assigned", "rows", "obligations"]
    assert [*done["rows"][0]] == ROW
    assert [(row["code"], row["to_owner"], row["rule"]) for row in done["rows"]] == [
        ("HZ2026001", "zhao.lei", "assign"), ("NB2026001", "zhao.lei", "assign"),
    ]  # fmt: skip
    assert done["rows"][0]["why"] == "goes to zhao.lei 赵磊: grade A goes to a senior rep, region HZ"
    assert done["rows"][0]["first_contact_by"] == "2026-03-04T09:00:00+08:00"
    rules = {row["rule"]: row for row in lead.json("explain", "云帆")["decisions"]}
    assert rules["grading-deadline"]["outcome"] == "ok"
    assert rules["plan-deadline"]["outcome"] == "pending"
    assert rules["assign"]["facts"]["by_rule"] is True


def test_a_dry_run_lists_every_obligation(office: Office) -> None:
    deals.furnish(office)
    deals.created(office)
    deals.quote(office, discount=deals.ABOVE)
    office.ok("followup", "plan", "明远", "--on", "2026-03-06", "--method", "visit", "--focus", "确认验收标准")
    office.ok("objection", "log", "明远", "--kind", "price", "--statement", "比恒通高 12%")
    words = ("customer", "assign", "--from", "li.na", "--to", "chen.jie", "--dry-run")
    done = office.json(*words, user="zhang.wei")
    assert (done["dry_run"], done["assigned"]) == (True, 1)
    assert [(row["kind"], row["ref"], row["goes_along"]) for row in done["obligations"]] == [
        ("plan", "2", True), ("quote", "Q2026-0002", True), ("order", "DD2026-0001", True),
        ("objection", "YY2026-0001", True), ("submission", "AP2026-0001", True),
    ]  # fmt: skip
    assert [*done["obligations"][0]] == [
        "kind",
        "ref",
        "customer_code",
        "customer_name",
        "due_on",
        "text",
        "goes_along",
    ]
    said = office.ok(*words, user="zhang.wei", lang="zh").out.splitlines()
    assert said[0] == "仅试算：1 个客户变更负责人"
    assert "一并移交：Q2026-0002" in "".join(said)
    manager = office.json(
        "customer", "assign", "--from", "zhang.wei", "--to", "chen.jie", "--dry-run", user="wang.fang"
    )
    assert [(row["kind"], row["goes_along"]) for row in manager["obligations"]] == [("decision", False)]
    assert office.json("customer", "show", "明远")["owner"] == "li.na"
    assert office.ok(*words[:-1], user="zhang.wei").out.splitlines() == [
        "1 customer changes hands", "HZ2026001 杭州明远制造有限公司: li.na -> chen.jie", "go along: 5 open obligations",
    ], "what goes along is told one by one only while it is tried"  # fmt: skip
    assert office.json("customer", "show", "明远")["owner"] == "chen.jie"
    assert office.ok("staff", "deactivate", "li.na", user="zhang.wei").out == "li.na is no longer active\n"
    assert (
        "li.na is no longer active" in office.run("customer", "assign", "明远", "--to", "li.na", user="zhang.wei").err
    )
    assert office.json("db", "check", user="zhang.wei")["ok"] is True


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("云帆",), 2, "say who gets them"),
        (("云帆", "--to", "chen.jie", "--auto"), 2, "say who gets them"),
        (("--auto",), 2, "no customer is named"),
        (("云帆", "--auto", "--owner", "li.na"), 2, "the customers are named in more than one way"),
        (("云帆", "--to", "nobody"), 3, "there is no staff member nobody"),
        (("云帆", "--to", "liu.yang"), 4, "liu.yang does not sell"),
        (("没有", "--auto"), 3, "没有"),
        (("--from", "li.na", "--to", "li.na"), 2, "li.na has that book already"),
        (("--from", "nobody", "--auto"), 3, "nobody"),
    ],
)
def test_wrong_assignments(lead: Office, words: tuple[str, ...], status: int, message: str) -> None:
    before = leads.written(lead)
    done = lead.run("customer", "assign", *words, user="zhang.wei")
    assert (done.status, done.out) == (status, "")
    assert message in done.err
    assert leads.written(lead) == before


def test_only_leaders_and_owners_assign(lead: Office) -> None:
    assert lead.run("customer", "assign", "云帆", "--to", "zhao.lei", user="chen.jie").status == 5
    assert lead.run("customer", "assign", "--from", "li.na", "--auto", user="chen.jie").status == 5
    assert lead.run("staff", "edit", "li.na", "--name", "x").status == 5


def test_two_assign_at_once(lead: Office) -> None:
    """Two processes at the same moment: the customer ends with one of them, and both changes are in its history."""
    done: list[Done] = []

    def run(login: str) -> None:
        done.append(lead.program("customer", "assign", "云帆", "--to", login, user="zhang.wei"))

    threads = [threading.Thread(target=run, args=(login,)) for login in ("chen.jie", "zhao.lei")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.status for one in done] == [0, 0]
    history = leads.rows(lead, "SELECT from_owner, to_owner FROM v_owner_change ORDER BY id")
    assert len(history) == 2
    assert history[0]["from_owner"] == "li.na"
    assert history[1]["from_owner"] == history[0]["to_owner"]
    assert lead.json("audit", "verify", user="zhang.wei")["ok"] is True


def test_editing_staff(office: Office) -> None:
    words = ("staff", "edit", "li.na", "--role", "senior_rep", "--email", "li.na@example.com", "--region", "NB")
    done = office.program(*words, "--json", user="zhang.wei")
    assert (done.status, done.json["roles"], done.json["email"]) == (0, ["senior_rep"], "li.na@example.com")
    assert office.ok(*words, user="zhang.wei").out == "li.na is so already\n"
    assert office.run("staff", "edit", "li.na", user="zhang.wei").status == 2
    assert office.run("staff", "edit", "li.na", "--clear", "name", user="zhang.wei").status == 2
    assert office.run("staff", "edit", "li.na", "--email", "x", user="zhang.wei").status == 2
    assert office.run("staff", "edit", "nobody", "--name", "x", user="zhang.wei").status == 3
    stale = office.run("staff", "edit", "li.na", "--name", "李小娜", "--if-version", "1", user="zhang.wei")
    assert (stale.status, stale.err) == (
        6,
        "error [changed]: li.na was changed meanwhile: it is at version 2, not 1: look at it again: salesflow staff list --json\n",
    )
    fresh = office.json("staff", "edit", "li.na", "--name", "李小娜", "--if-version", "2", user="zhang.wei")
    assert (fresh["name"], fresh["version"]) == ("李小娜", 3)
    assert office.ok("staff", "edit", "liu.yang", "--role", "rep", user="zhang.wei").out.splitlines() == [
        "changed liu.yang", "nobody holds these roles now: finance",
    ]  # fmt: skip
    assert office.ok("staff", "deactivate", "sun.li", user="zhang.wei").out.splitlines() == [
        "sun.li is no longer active", "nobody holds these roles now: operations",
    ]  # fmt: skip
    assert office.ok("staff", "deactivate", "sun.li", "--undo", user="zhang.wei").out == "sun.li is active again\n"
