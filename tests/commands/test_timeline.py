"""customer timeline: the page to read before a call."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from salesflow.enums import Event
from tests import deals, leads, past
from tests.conftest import PROGRAM, ROOT, Office, outside
from tests.terminal import sit_down

KEYS = [
    "code", "name", "kind", "industry", "region", "source", "grade", "status", "owner", "tags", "next_follow_up_on",
    "days_overdue", "last_contact_on", "last_progress_on", "need", "remark", "former_codes", "archived_at", "forgotten_at",
    "contacts", "plan", "needs", "entries",
]  # fmt: skip
CONTACT = ["name", "title", "phone_masked", "email_masked", "wechat_masked", "role", "primary", "concern", "version"]
PLAN = ["id", "due_on", "method", "focus", "goal", "support", "rule"]
ENTRY = ["at", "kind", "text", "ref", "by"]
TIMELINE = ("customer", "timeline", past.CODE)


@pytest.fixture
def whole(office: Office, tmp_path: Path) -> Office:
    past.furnish(office, tmp_path)
    return office


def texts(office: Office, *kinds: Event) -> list[str]:
    words = [word for kind in kinds for word in ("--kind", kind.value)]
    return [entry["text"] for entry in office.json(*TIMELINE, *words)["entries"]]


def test_everything_in_json(whole: Office) -> None:
    page = whole.json(*TIMELINE)
    assert (list(page), list(page["contacts"][0]), list(page["plan"][0])) == (KEYS, CONTACT, PLAN)
    assert all(list(entry) == ENTRY for entry in page["entries"])
    assert {entry["kind"] for entry in page["entries"]} == {kind.value for kind in Event} - {"plan"}
    assert (page["former_codes"], page["owner"], page["grade"]) == ([past.TWIN], "zhao.lei", "A")
    masked = [contact["phone_masked"] for contact in page["contacts"]]
    assert masked == ["138****5678", "137****5678", None]
    assert [item["focus"] for item in page["plan"]][-1] == "要请她先生看演示"


def test_the_newest_first(whole: Office) -> None:
    entries = [entry for entry in whole.json(*TIMELINE)["entries"] if entry["kind"] != "correction"]
    moments = [entry["at"] for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert entries[-1]["at"].startswith("2026-03-02T09:00")


def test_corrections_stand_below_their_follow_up(whole: Office) -> None:
    entries = whole.json(*TIMELINE)["entries"]
    at = next(n for n, entry in enumerate(entries) if entry["kind"] == "followup")
    assert [entry["ref"] for entry in entries[at : at + 3]] == ["F1"] * 3
    assert [entry["text"] for entry in entries[at : at + 3]] == [
        "phone: 约在茶馆见面; Feedback: 预算五十万以内; Next: 要请她先生一起来",
        "corrected: Content (before: 原先写着别的)",
        "amended: 原先写着人名",
    ]


def test_each_kind_tells_its_story(whole: Office) -> None:
    assert texts(whole, Event.QUOTE) == [
        "approved -> accepted, on 2026-03-03", "draft -> approved", "made over 10,000.00: draft",
    ]  # fmt: skip
    assert texts(whole, Event.ORDER)[0] == "submitted -> approved"
    assert texts(whole, Event.APPROVAL)[0] == "DD2026-0001: approved (operations); 审批说情"
    assert texts(whole, Event.APPROVAL)[-1] == "DD2026-0001: submitted"
    assert texts(whole, Event.STATUS)[0] == "prospect -> interested; 约在茶馆谈过"
    assert texts(whole, Event.GRADE)[0] == "B -> A; 成交靠关系"
    assert texts(whole, Event.SCORES) == [
        "3.75, grade B: industry potential 4, budget match 3, decision chain 3, urgency 5"
    ]
    assert texts(whole, Event.OWNER) == ["li.na -> zhao.lei; 调给熟人"]
    assert texts(whole, Event.STALL) == ["budget; 换个人谈"]
    assert texts(whole, Event.OBJECTION) == ["resolved: 降价百分之五", "price: 他说太贵; resolved"]
    assert texts(whole, Event.ATTACHMENT) == ["business-card: 王工名片.png (HZ2026001)"]
    assert texts(whole, Event.MERGE) == ["明远制造（二部） was merged into this one"]


def test_the_history_of_a_merged_file_is_there(whole: Office) -> None:
    refs = [entry["ref"] for entry in whole.json(*TIMELINE, "--kind", "status")["entries"]]
    assert sorted(refs) == [past.CODE, past.CODE, past.TWIN]
    done = whole.ok("customer", "timeline", past.TWIN, "--json")
    assert done.json["code"] == past.CODE and "was merged into" in done.err


def test_plans_of_people_and_what_became_of_them(office: Office) -> None:
    leads.add(office, leads.new())
    office.ok("followup", "plan", "云帆", "--on", "2026-03-05", "--method", "visit", "--focus", "演示扫码入库")
    office.ok("followup", "done", "2", "--reason", "客户来访", now="2026-03-05 15:00")
    (entry,) = office.json("customer", "timeline", "云帆", "--kind", "plan")["entries"]
    assert entry == {
        "at": "2026-03-05T15:00:00+08:00", "kind": "plan", "ref": "2", "by": None,
        "text": "planned for 2026-03-05, 演示扫码入库: done; 客户来访",
    }  # fmt: skip


def test_needs_that_stand_no_longer(office: Office) -> None:
    leads.add(office, leads.new(phone="13812345678"))
    for text in ("终端 5 台", "培训 2 天"):
        office.ok("need", "add", "云帆", text, "--kind", "rigid", "--priority", "2")
    office.ok("need", "confirm", "云帆", "--on", "today", "--by", "张伟")
    office.ok("need", "edit", "N1", "--priority", "1")
    office.ok("need", "drop", "N2")
    entries = office.json("customer", "timeline", "云帆", "--kind", "need")["entries"]
    assert {entry["ref"]: entry["text"] for entry in entries if entry["ref"].startswith("N")} == {
        "N1": "rigid, priority 2: 终端 5 台; off the list from version 2 on",
        "N2": "rigid, priority 2: 培训 2 天; off the list from version 2 on",
        "N3": "rigid, priority 1: 终端 5 台",
    }


def test_withdrawn_and_rejected_approvals(office: Office) -> None:
    deals.furnish(office)
    number = deals.ordered(office)
    deals.reject(office, "AP2026-0001", "zhang.wei")
    deals.submit(office, number)
    leads.execute(
        office,
        "UPDATE approval SET state = 'withdrawn', closed_at = '2026-03-02 02:00:00' WHERE number = 'AP2026-0002'",
    )
    said = [entry["text"] for entry in office.json(*TIMELINE, "--kind", "approval")["entries"]]
    assert "DD2026-0001: withdrawn" in said and "DD2026-0001: rejected (manager); 账期太长" in said


def test_a_fresh_customer(office: Office) -> None:
    leads.add(office, leads.new())
    page = office.json(*TIMELINE)
    assert [(entry["kind"], entry["text"]) for entry in page["entries"]] == [("status", "prospect")]
    assert page["plan"][0]["rule"] == "cadence"


def test_a_limit_and_what_is_left_off(whole: Office) -> None:
    whole_page = whole.json(*TIMELINE)["entries"]
    done = whole.ok(*TIMELINE, "--limit", "3", "--json")
    assert done.json["entries"] == whole_page[:3]
    assert done.err == f"note: {len(whole_page) - 3} older entries: raise --limit to see them\n"
    assert whole.ok(*TIMELINE, "--limit", str(len(whole_page))).err == ""


def test_at_a_terminal_the_newest_thirty(office: Office) -> None:
    leads.add(office, leads.new())
    for number in range(33):
        office.ok("followup", "log", "云帆", "--method", "phone", "--content", f"第 {number:02d} 次：确认接口清单")
    seen = sit_down([*PROGRAM, *TIMELINE], outside(office.environ()), columns=100, cwd=ROOT)
    assert seen.status == 0
    assert "第 32 次" in seen.screen and "第 02 次" not in seen.screen
    assert "4 older entries" in seen.screen
    assert office.ok(*TIMELINE).out.count("确认接口清单") == 33


def test_rows_alone_for_spreadsheets(whole: Office) -> None:
    rows = list(csv.DictReader(io.StringIO(whole.ok(*TIMELINE, "--format", "csv", "--limit", "2").out)))
    assert list(rows[0]) == ENTRY and len(rows) == 2
    assert whole.ok(*TIMELINE, "--format", "ids", "--kind", "followup").out == "F1\n"


def test_a_page_to_print(whole: Office) -> None:
    html = whole.ok(*TIMELINE, "--format", "html", lang="zh").out
    assert html.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')
    assert f"<h1>{past.CODE} {deals.NAME}" in html and "<h2>时间线</h2>" in html
    markdown = whole.ok(*TIMELINE, "--format", "markdown").out
    assert markdown.startswith(f"# {past.CODE} {deals.NAME}, 2026-03-03\n") and "## Timeline" in markdown


def test_in_chinese(whole: Office) -> None:
    page = whole.json(*TIMELINE, lang="zh")
    said = {entry["text"] for entry in page["entries"]}
    assert "电话：约在茶馆见面；客户反馈：预算五十万以内；下一步：要请她先生一起来" in said
    assert "li.na → zhao.lei；调给熟人" in said
    shown = whole.program(*TIMELINE, lang="zh")
    assert shown.status == 0 and "时间线:" in shown.out and "\x1b" not in shown.out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("HZ2026009",), 3, "there is no customer HZ2026009"),
        (("HZ2026001", "--kind", "orders"), 2, "did you mean order?"),
        (("HZ2026001", "--limit", "x"), 2, "--limit"),
        ((), 2, "CUSTOMER"),
    ],
)
def test_what_cannot_be(office: Office, words: tuple[str, ...], status: int, said: str) -> None:
    leads.add(office, leads.new())
    done = office.run("customer", "timeline", *words)
    assert (done.status, done.out) == (status, "")
    assert said in done.err


def test_an_edit_that_is_no_json_is_told_all_the_same(office: Office) -> None:
    leads.add(office, leads.new())
    office.ok("followup", "log", "云帆", "--method", "phone", "--content", "确认接口清单")
    for text in ("no json", "[1]"):
        leads.execute(
            office,
            "INSERT INTO followup_correction (followup_id, at, by_id, kind, text) "
            "VALUES (1, '2026-03-02 02:00:00', 3, 'edit', :text)",
            text=text,
        )
    entries = office.json("customer", "timeline", "云帆", "--kind", "correction")["entries"]
    assert [entry["text"] for entry in entries] == ["corrected: the words"] * 2
