"""salesflow today: one screen in the morning, everything in it, the most urgent first."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from salesflow.enums import Grade, Method, Role, Status
from salesflow.i18n import msg, render
from salesflow.queries import today as queries
from salesflow.queries.agenda import Item, Section
from salesflow.services import followups
from salesflow.services.followups import NewFollowup, NewPlan
from tests import deals, leads
from tests.conftest import PROGRAM, Office, outside
from tests.terminal import sit_down

ITEM_KEYS = ["ref", "customer_code", "customer_name", "due_on", "text", "at_risk"]


def agenda(office: Office, *words: str, **settings: str) -> dict[str, Any]:
    """The sections by kind."""
    return {section["kind"]: section for section in office.json("today", *words, **settings)["sections"]}


def items(section: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    return [(item["ref"], item["due_on"], item["text"]) for item in section["items"]]


def log(office: Office, customer_id: int, *, now: str, **new: Any) -> None:
    with office.context(now=now).transaction() as work:
        followups.log(work, customer_id, NewFollowup(Method.PHONE, "确认预算 20 万", **new))


def plan(office: Office, customer_id: int, on: str, focus: str, *, user: str = "li.na", **new: Any) -> None:
    with office.context(user=user).transaction() as work:
        followups.plan(work, customer_id, NewPlan(date.fromisoformat(on), Method.VISIT, focus, **new))


def test_a_new_office_has_nothing_to_do(office: Office) -> None:
    assert office.json("today") == {"sections": []}
    done = office.ok("today")
    assert (done.out, done.err) == ("", "")
    assert office.ok("today", user="wang.fang").out == ""


def test_a_terminal_is_told_that_there_is_nothing(office: Office) -> None:
    seen = sit_down([*PROGRAM, "today"], outside(office.environ(lang="zh")))
    assert (seen.status, seen.screen) == (0, "今天没有待办事项\n")


@pytest.fixture
def book(office: Office) -> Office:
    """Li.na's customers of Monday 2 March, all contacted that day: A (甲), B (乙), C (丙), and one without a grade (丁)."""
    grades = {"甲": Grade.A, "乙": Grade.B, "丙": Grade.C, "丁": None}
    leads.add(office, *(leads.new(f"{name}公司", grade=grade) for name, grade in grades.items()))
    for number in range(1, 5):
        log(office, number, now="2026-03-02 10:00")
    return office


def test_follow_ups_that_are_overdue_and_due(book: Office) -> None:
    plan(book, 3, "2026-03-06", "向张伟演示排产模块")
    found = agenda(book, now="2026-03-09 08:00")
    assert list(found) == ["overdue", "due", "plan_wanted"]
    assert items(found["overdue"]) == [("HZ2026003", "2026-03-06", "visit: 向张伟演示排产模块")]
    assert items(found["due"]) == [("HZ2026001", "2026-03-09", "follow up: 张伟")]
    assert list(found["due"]["items"][0]) == ITEM_KEYS
    assert found["due"]["items"][0]["customer_name"] == "甲公司"


def test_a_customer_with_two_plans_is_there_once_with_the_older(book: Office) -> None:
    plan(book, 3, "2026-03-06", "向张伟演示排产模块")
    plan(book, 3, "2026-03-04", "给张伟送样机")
    found = agenda(book, now="2026-03-08 08:00")["overdue"]
    assert (found["count"], items(found)) == (1, [("HZ2026003", "2026-03-04", "visit: 给张伟送样机")])


def test_grades_go_before_days(book: Office) -> None:
    for number, day in ((2, "2026-03-04"), (3, "2026-03-03"), (4, "2026-03-03")):
        plan(book, number, day, "问张伟二期预算")
    found = agenda(book, now="2026-03-10 08:00")["overdue"]
    assert [item["ref"] for item in found["items"]] == ["HZ2026001", "HZ2026002", "HZ2026003", "HZ2026004"]


def test_first_contacts_are_wanted_in_time(office: Office) -> None:
    """An A customer within 48 hours, others within 7 days; shown from three days before the deadline on."""
    leads.add(office, leads.new("甲公司", grade=Grade.A), leads.new("乙公司", grade=Grade.B), now="2026-03-05 15:00")
    assert items(agenda(office, now="2026-03-05 16:00")["first_contact"]) == [
        ("HZ2026001", "2026-03-07", "first contact is due by 2026-03-07 15:00, within 48 hours of the assignment")
    ]
    late = "first contact is 42 hours overdue: within 48 hours of the assignment was by 2026-03-07 15:00"
    assert items(agenda(office, now="2026-03-09 09:00")["first_contact"]) == [
        ("HZ2026001", "2026-03-07", late),
        ("HZ2026002", "2026-03-12", "first contact is due by 2026-03-12 15:00, within 7 days of the assignment"),
    ]
    log(office, 1, now="2026-03-09 10:00")
    assert [item["ref"] for item in agenda(office, now="2026-03-09 11:00")["first_contact"]["items"]] == ["HZ2026002"]
    leads.move(office, 2, Status.INVALID, now="2026-03-09 12:00")
    assert "first_contact" not in agenda(office, now="2026-03-12 09:00")


def test_who_is_about_to_fall(book: Office) -> None:
    plan(book, 2, "2026-04-30", "问张伟二期预算")
    assert "stale_warning" not in agenda(book, now="2026-03-12 23:59")
    warned = agenda(book, now="2026-03-13 08:00")["stale_warning"]
    assert items(warned) == [("HZ2026002", "2026-03-16", "falls to grade C on 2026-03-16 unless there is progress")]
    late = agenda(book, now="2026-03-18 08:00")["stale_warning"]
    assert items(late) == [("HZ2026002", "2026-03-16", "falls to grade C: 16 days without progress, 14 are allowed")]
    log(book, 2, now="2026-03-13 10:00", progress=True)
    assert "stale_warning" not in agenda(book, now="2026-03-18 08:00")


def test_open_customers_without_a_plan(book: Office) -> None:
    leads.execute(book, "UPDATE plan_item SET state = 'cancelled' WHERE customer_id = 3")
    leads.execute(book, "UPDATE customer SET next_follow_up_on = NULL WHERE id = 3")
    assert items(agenda(book, now="2026-03-03 08:00")["unplanned"]) == [("HZ2026003", None, "nothing is planned")]


def test_support_asked_of_a_role_and_of_a_person(book: Office) -> None:
    deals.hire(book, "qian.kun", Role.TECHNICAL)
    plan(book, 1, "2026-03-05", "向张伟演示排产模块", support_role=Role.TECHNICAL, support_for="准备演示环境")
    plan(book, 2, "2026-03-04", "给张伟送样机", support_id=5)
    assert items(agenda(book, user="qian.kun")["support"]) == [("HZ2026001", "2026-03-05", "li.na asks: 准备演示环境")]
    assert items(agenda(book, user="zhao.lei")["support"]) == [("HZ2026002", "2026-03-04", "li.na asks: 给张伟送样机")]
    with book.context(now="2026-03-05 10:00").transaction() as work:
        followups.done(work, leads.rows(book, "SELECT max(id) AS id FROM v_plan_item")[0]["id"])
    assert "support" not in agenda(book, user="zhao.lei")


def test_decisions_that_wait_for_me(office: Office) -> None:
    deals.furnish(office)
    order = deals.ordered(office)
    (waiting,) = agenda(office, user="zhang.wei")["approval"]["items"]
    assert (waiting["ref"], waiting["customer_name"], waiting["due_on"]) == ("AP2026-0001", deals.NAME, "2026-03-03")
    assert waiting["text"].startswith(f"{order} from li.na: ")
    assert "approval" not in agenda(office, user="li.na")
    assert "approval" not in agenda(office, user="liu.yang")
    deals.approve(office, "AP2026-0001", "zhang.wei")
    assert list(agenda(office, user="liu.yang")) == ["approval"]


def test_who_is_alone_decides_alone(office: Office) -> None:
    """The only holder of a role decides on what they submitted themselves; one of two does not."""
    deals.furnish(office)
    deals.ordered(office, user="zhang.wei")
    assert agenda(office, user="zhang.wei")["approval"]["count"] == 1
    deals.hire(office, "second", Role.MANAGER)
    assert "approval" not in agenda(office, user="zhang.wei")
    assert agenda(office, user="second")["approval"]["count"] == 1


def test_decisions_that_are_late_are_the_managers_worry(office: Office) -> None:
    deals.furnish(office)
    deals.ordered(office)
    deals.approve(office, "AP2026-0001", "zhang.wei")
    assert "approval_overdue" not in agenda(office, user="zhang.wei", now="2026-03-03 17:59")
    late = agenda(office, user="zhang.wei", now="2026-03-03 18:01")["approval_overdue"]
    assert late["items"][0]["ref"] == "AP2026-0001"
    assert late["items"][0]["text"].startswith("finance: ")
    assert "approval_overdue" not in agenda(office, user="liu.yang", now="2026-03-05 09:00")


def test_what_was_returned_to_me(office: Office) -> None:
    deals.furnish(office)
    order = deals.ordered(office)
    deals.reject(office, "AP2026-0001", "zhang.wei", "账期太长")
    quote = deals.quote(office, discount=deals.ABOVE)
    deals.reject(office, "AP2026-0002", "zhang.wei", "折扣过高", now="2026-03-02 11:00")
    assert items(agenda(office)["returned"]) == [
        (quote, None, "rejected by zhang.wei: 折扣过高"),
        (order, None, "rejected by zhang.wei: 账期太长"),
    ]
    assert "returned" not in agenda(office, user="zhang.wei")
    deals.submit(office, order)
    assert [item["ref"] for item in agenda(office)["returned"]["items"]] == [quote]


def test_quotes_that_run_out(office: Office) -> None:
    deals.furnish(office)
    number = deals.quote(office)
    assert "quote_expiring" not in agenda(office, now="2026-03-28 08:00")
    assert items(agenda(office, now="2026-03-29 08:00")["quote_expiring"]) == [
        (number, "2026-04-01", "10,000.00, valid until 2026-04-01")
    ]
    assert "quote_expiring" in agenda(office, now="2026-04-01 23:00")
    assert "quote_expiring" not in agenda(office, now="2026-04-02 08:00")


def test_what_a_manager_answers_for(book: Office) -> None:
    found = agenda(book, user="zhang.wei", now="2026-03-20 08:00")
    assert list(found) == ["plan_wanted", "ungraded", "stale", "coaching"]
    late = "li.na: grading is 17 days overdue: within 1 working day of its record was by 2026-03-03 18:00"
    assert items(found["ungraded"]) == [("HZ2026004", "2026-03-03", late)]
    assert items(found["stale"]) == [
        ("HZ2026002", "2026-03-16", "li.na: falls to grade C: 18 days without progress, 14 are allowed")
    ]
    later = agenda(book, user="zhang.wei", now="2026-04-01 08:00")["stalled"]
    assert later["count"] == 4
    assert items(later)[0] == (
        "HZ2026001", "2026-04-01", "li.na: 30 days without progress: the cause and a strategy are wanted",
    )  # fmt: skip
    assert {"ungraded", "stale", "stalled"}.isdisjoint(agenda(book, now="2026-04-01 08:00"))


def test_somebody_elses_agenda(book: Office) -> None:
    mine = book.json("today", now="2026-03-09 08:00")
    assert book.json("today", "--owner", "li.na", user="wang.fang", now="2026-03-09 08:00") == mine
    done = book.run("today", "--owner", "nobody")
    assert (done.status, done.err.split(":")[0]) == (3, "error [unknown-staff]")


def test_as_of_any_day(book: Office) -> None:
    """The same question about the same moment has the same answer, whenever it is asked."""
    then = book.ok("--as-of", "2026-03-09 08:00", "today", "--json")
    assert book.ok("--as-of", "2026-03-09 08:00", "today", "--json", now="2027-01-01 00:00").out == then.out


def test_counts_are_exact_where_items_are_not_all_read(office: Office) -> None:
    leads.add(office, *(leads.new(f"{number}号公司", grade=Grade.A) for number in range(53)))
    now = "2026-03-10 08:00"
    limited = agenda(office, "--limit", "50", now=now)
    assert {kind: (section["count"], len(section["items"])) for kind, section in limited.items()} == {
        "overdue": (53, 50),
        "first_contact": (53, 50),
        "plan_wanted": (53, 50),
    }
    for words in ((), ("--limit", "0")):
        assert [len(section["items"]) for section in agenda(office, *words, now=now).values()] == [53, 53, 53]
    done = office.ok("today", now=now)
    assert len(done.out.splitlines()) == 91
    assert done.err == "note: there are more than these 90: raise --limit to see them\n"
    assert office.ok("today", "--limit", "0", now=now).err == ""
    assert len(office.ok("today", "--format", "plain", now=now).out.splitlines()) == 160


def test_a_pipe_gets_every_item_on_a_line(book: Office) -> None:
    done = book.ok("today", now="2026-03-16 08:00", lang="zh")
    assert [line.split() for line in done.out.splitlines() if "HZ2026001" not in line] == [
        ["分类", "逾期", "到期日", "编号", "客户", "事项"],
        ["今日跟进", "2026-03-16", "HZ2026002", "乙公司", "跟进：张伟"],
        ["即将降级", "2026-03-16", "HZ2026002", "乙公司", "降为", "C", "级：14", "天无进展，上限", "14", "天"],
    ]
    assert done.out.splitlines()[1].split() == ["已逾期", "7", "2026-03-09", "HZ2026001", "甲公司", "跟进：张伟"]
    ids = book.ok("today", "--format", "ids", now="2026-03-16 08:00").out.split()
    assert ids == ["HZ2026001", "HZ2026002", "HZ2026001", "HZ2026002"]
    table = book.ok("today", "--format", "csv", now="2026-03-16 08:00").out.splitlines()
    assert table[0] == "section,days_overdue,due_on,ref,customer_code,customer_name,text,kind,at_risk"
    assert table[1].endswith(",overdue,0.00")


def crowded(office: Office) -> None:
    """More than fits a screen: 40 customers overdue, 40 about to fall, 40 without a plan, and a manager's sections."""
    leads.add(office, *(leads.new(f"杭州第{number}精密制造有限公司", grade=Grade.B) for number in range(40)))
    leads.add(office, *(leads.new(f"苏州第{number}电子有限公司") for number in range(40)))
    leads.execute(office, "UPDATE customer SET next_follow_up_on = NULL WHERE grade IS NULL")
    leads.execute(office, "UPDATE plan_item SET state = 'cancelled' WHERE customer_id > 40")


def test_it_fits_one_screen(office: Office) -> None:
    crowded(office)
    deals.hire(office, "boss", *Role)
    leads.execute(office, "UPDATE customer SET owner_id = 8")
    environ = {**office.environ(user="boss", lang="zh", now="2026-04-07 08:00"), "TERM": "xterm", "LINES": "24"}
    del environ["COLUMNS"]
    seen = sit_down([*PROGRAM, "today"], outside(environ), columns=80)
    lines = seen.screen.splitlines()
    assert len(lines) <= 22
    assert all(len(line) + sum(ord(character) > 0x2E80 for character in line) <= 80 for line in lines)
    assert lines[0] == "2026-04-07 星期二 boss"
    assert lines[1] == "已逾期：40（另有 38 项：salesflow followup overdue）"
    assert [line.split("（")[0] for line in lines if not line.startswith(" ")][1:] == [
        "已逾期：40",
        "首次联系：80",
        "即将降级：40",
        "未安排跟进：40",
        "未分级：40",
        "停滞线索：40",
        "长期无进展：80",
        "需要辅导：3",
    ]


def section(kind: str, count: int) -> Section:
    made = [Item(f"{kind}{number}", None, None, None, msg("nothing is planned")) for number in range(count)]
    return Section(kind, count, made, "today --format plain")


def test_the_room_is_dealt_out_in_turns() -> None:
    assert queries.shares([5, 1, 9], 9) == [4, 1, 4]
    assert queries.shares([5, 1, 9], 100) == [5, 1, 9]
    assert queries.shares([5, 1, 9], 2) == [1, 1, 0]
    assert queries.shares([], 5) == []


def test_what_has_no_room_is_named() -> None:
    found = [section(kind, 3) for kind in ("overdue", "due", "unplanned", "stale")]
    rows, remark = queries.on_screen(found, date(2026, 3, 2), 5)
    assert [(render(row["section"]), row["ref"]) for row in rows] == [
        ("Overdue: 3 (+ 1 more: salesflow today --format plain)", "overdue0"),
        ("Overdue: 3 (+ 1 more: salesflow today --format plain)", "overdue1"),
        ("Due today: 3 (+ 2 more: salesflow today --format plain)", "due0"),
    ]
    assert remark is not None
    assert render(remark) == "also Nothing planned: 3, Stale leads: 3; see: salesflow today --format plain"
    rows, remark = queries.on_screen(found, date(2026, 3, 2), 40)
    assert (len(rows), remark) == (12, None)


def test_every_section_has_its_title() -> None:
    """A kind without a title would fail for the first person who has something of that kind."""
    kinds = [ask.__name__ for ask in (*queries._OWN, *queries._leaders())]
    assert kinds == list(queries._TITLES)


def test_the_trail_is_not_touched(book: Office) -> None:
    before = leads.rows(book, "SELECT count(*) AS number FROM audit_entry")
    assert json.loads(book.ok("today", "--json").out) is not None
    assert leads.rows(book, "SELECT count(*) AS number FROM audit_entry") == before
