"""salesflow need, as people and programs use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import leads
from tests.conftest import PROGRAM, Office, outside
from tests.terminal import sit_down

SHOW_KEYS = [
    "customer_code", "customer_name", "owner", "need", "answers", "unanswered", "budget_consent", "analysed_at", "version",
    "confirmed_on", "confirmed_by", "evidence", "evidence_id", "confirmed_version", "changed", "needs", "decision_chain",
    "versions",
]  # fmt: skip
LIST_KEYS = [
    "customer_code", "customer_name", "version", "needs", "confirmed_version", "confirmed_on", "changed", "started_at", "owner",
]  # fmt: skip
TERMINAL = ("扫码终端 50 台", "--kind", "rigid", "--priority", "1", "--quantity", "50", "--due", "2026-06-30")
CONSENT = ("--budget-range", "30万..50万", "--budget-consent", "3 月 1 日电话同意")


@pytest.fixture
def lead(office: Office) -> Office:
    leads.add(office, leads.new(phone="13812345678"))
    return office


def test_a_form_from_the_first_answer_to_the_confirmation(lead: Office, tmp_path: Path) -> None:
    told = lead.ok("need", "analyse", "云帆", "--pain", "盘点 3 天", *CONSENT)
    assert told.out.splitlines() == [
        f"HZ2026001 {leads.NAME}: Pain 盘点 3 天, Budget range ***",
        "unanswered: goal, timeline, decision_process",
    ]
    added = lead.ok("need", "add", "云帆", *TERMINAL)
    assert added.out.splitlines() == [
        f"N1: need of HZ2026001 {leads.NAME}, in version 1",
        "version 1 is to be confirmed: salesflow need confirm HZ2026001 --on DATE --by CONTACT",
    ]
    paper = tmp_path / "签字.txt"
    paper.write_text("签字")
    confirmed = lead.ok("need", "confirm", "云帆", "--on", "today", "--by", "张伟", "--evidence", str(paper))
    assert confirmed.out == (f"version 1 of the needs of HZ2026001 {leads.NAME} is confirmed by 张伟 on 2026-03-02\n")
    edited = lead.ok("need", "edit", "n1", "--quantity", "60")
    assert edited.out.splitlines()[0] == "N1 is N2 in version 2: Quantity 50 -> 60"
    assert lead.ok("need", "drop", "N2", "--reason", "不要了").out == "N2 is off the list: 扫码终端 50 台\n"
    page = lead.json("need", "show", "云帆", "--version", "1")
    assert list(page) == SHOW_KEYS
    assert (page["version"], page["confirmed_by"], page["evidence"]) == (1, "张伟", "签字.txt")
    assert [(need["text"], need["quantity"], need["due_on"]) for need in page["needs"]] == [
        ("扫码终端 50 台", "50", "2026-06-30")
    ]


def test_the_form_for_people(lead: Office) -> None:
    lead.ok("need", "analyse", "云帆", "--pain", "盘点 3 天", *CONSENT)
    lead.ok("need", "add", "云帆", "交期要短，6 月 1 日前到货", "--kind", "flexible", "--priority", "2")
    lead.ok("need", "add", "云帆", *TERMINAL)
    lead.ok(
        "contact",
        "add",
        "云帆",
        "--name",
        "王总",
        "--phone",
        "13912345678",
        "--role",
        "decision_maker",
        "--concern",
        "回本期",
    )
    page = lead.ok("need", "show", "云帆").out
    lines = [line.split() for line in page.splitlines()]
    assert ["goal", "yes"] in lines  # unanswered
    assert ["budget_range", "***"] in lines
    assert ["decision_maker", "王总", "回本期"] in lines
    assert page.index("扫码终端") < page.index("交期要短")
    assert "300000" not in page
    revealed = lead.ok("need", "show", "云帆", "--reveal").out
    assert "300000.00..500000.00" in revealed
    assert lead.json("audit", "list", "--limit", "1")[0]["action"] == "need.reveal"


def test_vague_needs_get_a_hint(lead: Office) -> None:
    done = lead.ok("need", "add", "云帆", "最好能便宜点", "--kind", "flexible", "--priority", "3")
    assert done.err.startswith("hint [need-specific]: ")
    assert "便宜点" in done.err


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("add", "云帆", *TERMINAL), 6, "that need is on the list already: N1"),
        (("add", "云帆", "x 1 台", "--kind", "hard", "--priority", "1"), 2, "hard"),
        (("add", "云帆", "x 1 台", "--kind", "rigid", "--priority", "7"), 2, "7 is not a priority"),
        (("add", "云帆", "x 1 台", "--kind", "rigid"), 2, "--priority"),
        (("analyse", "云帆"), 2, "no question is answered"),
        (("analyse", "云帆", "--budget-range", "30万..50万"), 4, "[budget-consent]"),
        (("analyse", "云帆", "--budget-range", "50万..30万"), 2, "500,000.00 is more than 300,000.00"),
        (("analyse", "云帆", "--budget-range", ".."), 2, "is not a range of amounts"),
        (("edit", "N9", "--priority", "2"), 3, "there is no need N9 on any list"),
        (("edit", "x", "--priority", "2"), 2, "x is not a need"),
        (("drop", "9"), 3, "there is no need N9 on any list"),
        (("confirm", "云帆", "--on", "tomorrow", "--by", "张伟"), 2, "2026-03-03 is in the future"),
        (("confirm", "云帆", "--on", "today", "--by", "王总"), 3, "has no contact 王总"),
        (("confirm", "云帆", "--on", "today", "--by", "张伟", "--evidence", "/nowhere"), 7, "/nowhere"),
        (("show", "云帆", "--version", "3"), 3, "the list of HZ2026001 has no version 3"),
        (("show", "云帆", "--reveal"), 3, "no budget of HZ2026001"),
        (("show", "没有"), 3, "there is no customer 没有"),
    ],
)
def test_what_is_refused_is_one_line(lead: Office, words: tuple[str, ...], status: int, said: str) -> None:
    lead.ok("need", "add", "云帆", *TERMINAL)
    before = leads.rows(lead, "SELECT count(*) AS n FROM audit_entry")
    done = lead.run("need", *words)
    assert done.out == ""
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert done.status == status
    assert leads.rows(lead, "SELECT count(*) AS n FROM audit_entry") == before


def test_confirming_twice_says_so(lead: Office) -> None:
    lead.ok("need", "add", "云帆", *TERMINAL)
    words = ("need", "confirm", "云帆", "--on", "today", "--by", "张伟")
    lead.ok(*words)
    done = lead.run(*words)
    assert "were confirmed on 2026-03-02 as version 1, and nothing has changed since" in done.err
    assert done.status != 0


def test_lists_are_listed(lead: Office) -> None:
    leads.add(lead, leads.new("甲公司", phone="13712345678"), leads.new("乙公司", phone="13612345678"))
    lead.ok("need", "add", "云帆", *TERMINAL)
    lead.ok("need", "confirm", "云帆", "--on", "today", "--by", "张伟")
    lead.ok("need", "add", "甲公司", *TERMINAL)
    found = lead.json("need", "list")
    assert [list(row) for row in found] == [LIST_KEYS] * 2
    assert [(row["customer_code"], row["needs"], row["confirmed_on"], row["changed"]) for row in found] == [
        ("HZ2026001", 1, "2026-03-02", False), ("HZ2026002", 1, None, True),
    ]  # fmt: skip
    assert [row["customer_code"] for row in lead.json("need", "list", "--unconfirmed", "--mine")] == ["HZ2026002"]
    assert lead.json("need", "list", "--mine", user="zhao.lei") == []
    assert lead.json("need", "list", "--owner", "li.na") == found


def test_an_earlier_version_is_shown_with_its_own_confirmation(lead: Office) -> None:
    lead.ok("need", "add", "云帆", *TERMINAL)
    assert lead.json("need", "show", "云帆")["changed"] is True
    lead.ok("need", "confirm", "云帆", "--on", "today", "--by", "张伟")
    assert lead.json("need", "show", "云帆")["changed"] is False
    lead.ok("need", "edit", "N1", "--priority", "2")
    page = lead.ok("need", "show", "云帆", "--version", "1").out
    assert "Confirmed by:" in page
    assert "Not confirmed" not in page
    assert lead.json("need", "show", "云帆", "--version", "1")["changed"] is False
    newest = lead.json("need", "show", "云帆")
    assert (newest["version"], newest["confirmed_version"], newest["changed"]) == (2, 1, True)


def test_the_file_the_timeline_and_the_review_know_it(lead: Office) -> None:
    assert lead.json("customer", "show", "云帆")["needs"] is None
    lead.ok("need", "add", "云帆", *TERMINAL)
    lead.ok("need", "confirm", "云帆", "--on", "today", "--by", "张伟")
    state = lead.json("customer", "show", "云帆")
    assert (state["needs"]["confirmed_version"], state["needs"]["changed"]) == (1, False)
    assert state["last_progress_on"] == "2026-03-02"
    page = lead.json("customer", "timeline", "云帆", "--kind", "need")
    assert [need["text"] for need in page["needs"]] == ["扫码终端 50 台"]
    assert [entry["text"] for entry in page["entries"]] == [
        "version 1 of the needs: confirmed by 张伟 on 2026-03-02", "rigid, priority 1: 扫码终端 50 台",
    ]  # fmt: skip


def test_a_terminal_is_asked_the_questions(lead: Office) -> None:
    answers = [
        ("What hurts them today: ", "盘点 3 天\n"), ("have reached: ", "\n"), ("kept encrypted: ", "..50万\n"),
        ("as their file says): ", "电话同意\n"), ("in which steps: ", "\n"), ("and how: ", "总经理定\n"),
    ]  # fmt: skip
    environ = outside(lead.environ(), TERM="xterm")
    seen = sit_down([*PROGRAM, "need", "analyse", "云帆"], environ, answers)
    assert seen.status == 0, seen.screen
    page = lead.json("need", "show", "云帆", "--reveal")
    assert page["unanswered"] == ["goal", "timeline"]
    assert [one["answer"] for one in page["answers"]] == ["盘点 3 天", None, "..500000.00", None, "总经理定"]


def test_as_a_program_of_its_own(lead: Office) -> None:
    done = lead.program("need", "add", "云帆", *TERMINAL, "--json")
    assert (done.status, done.err) == (0, "")
    assert [need["id"] for need in json.loads(done.out)["needs"]] == [1]
    assert lead.program("need", "list", "--format", "ids").out == "HZ2026001\n"


def test_in_an_empty_database(office: Office) -> None:
    assert office.json("need", "list") == []


def test_in_chinese(lead: Office) -> None:
    zh = {"lang": "zh"}
    told = lead.ok("need", "analyse", "云帆", "--pain", "盘点 3 天", *CONSENT, **zh)
    assert told.out.splitlines() == [
        f"HZ2026001 {leads.NAME}：痛点 盘点 3 天、预算范围 ***", "未回答：目标、时间要求、决策流程",
    ]  # fmt: skip
    added = lead.ok("need", "add", "云帆", "扫码终端 50 台", "--kind", "刚性", "--priority", "1", **zh)
    assert added.out.splitlines()[0] == f"N1：HZ2026001 {leads.NAME} 的需求，在第 1 版"
    confirmed = lead.ok("need", "confirm", "云帆", "--on", "今天", "--by", "张伟", **zh)
    assert confirmed.out == f"HZ2026001 {leads.NAME} 的需求第 1 版已由 张伟 于 2026-03-02 确认\n"
    page = lead.ok("need", "show", "云帆", **zh).out.splitlines()
    assert "决策链：" in page or "决策链:" in page
