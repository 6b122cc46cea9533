"""salesflow followup gantt: what each day shows, on a screen, in a pipe, as JSON, as a picture and as a page."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from salesflow.reports.gantt import SIGNS, axis, lines
from salesflow.text import width
from salesflow.workdays import Calendar
from tests import leads
from tests.conftest import Office

ITEM = ["id", "kind", "state", "planned_on", "happened_on", "method", "focus", "slips"]
NOW = "2026-03-11 09:00"  # a Wednesday
SVG = "{http://www.w3.org/2000/svg}"
EXPECTED = [
    ("按时", "done"),
    ("过期", "overdue"),
    ("迟了", "late"),
    ("客户来电问交期", "unplanned"),
    ("改期", "moved"),
    ("不去了", "cancelled"),
    ("改期", "planned"),
]
AXIS = [
    "2026-02",
    "27    02            09",
    "    ..      !   ....    |",
    "    ..          ....    |",
]
EVIL = "<script>&公司"


@pytest.fixture
def book(office: Office) -> Office:
    """One customer with an item of every kind, another with nothing but its computed one."""
    leads.add(office, leads.new("杭州云帆科技有限公司"), leads.new(EVIL))
    plan = (
        "INSERT INTO plan_item (customer_id, due_on, method, focus, state, rule, beyond_cadence, created_at, created_by, closed_at, "
        "reason, origin_id, slips) VALUES (1, :due, 'visit', :focus, :state, :rule, 0, '2026-03-02 01:00:00', 3, :closed, :reason, "
        ":origin, :slips)"
    )
    for due, focus, state, closed, more in (
        ("2026-03-04", "按时", "done", "2026-03-04 02:00:00", {}),
        ("2026-03-05", "迟了", "done", "2026-03-09 02:00:00", {}),
        ("2026-03-06", "过期", "pending", None, {}),
        ("2026-03-10", "改期", "cancelled", "2026-03-09 02:00:00", {"reason": "客户出差"}),
        ("2026-03-12", "不去了", "cancelled", "2026-03-09 02:00:00", {"reason": "取消"}),
        ("2026-03-13", "推算", "cancelled", "2026-03-09 02:00:00", {"reason": "cadence", "rule": "cadence"}),
        ("2026-03-17", "改期", "pending", None, {"origin": 6, "slips": 1}),
    ):
        values: dict[str, object] = {"rule": None, "reason": None, "origin": None, "slips": 0, **more}
        leads.execute(office, plan, due=due, focus=focus, state=state, closed=closed, **values)
    leads.execute(office, "UPDATE customer SET next_follow_up_on = '2026-03-06' WHERE id = 1")
    office.ok("followup", "log", "云帆", "--method", "phone", "--content", "客户来电问交期", now="2026-03-10 10:00")
    leads.execute(
        office,
        "UPDATE plan_item SET state = 'pending', closed_at = NULL, followup_id = NULL"
        " WHERE focus = '过期' OR (rule = 'cadence' AND state = 'done')",
    )  # the call fulfilled nothing
    office.now = NOW
    return office


def states(office: Office, *words: str) -> list[tuple[str, str]]:
    row = office.json("followup", "gantt", "云帆", "--from", "2026-03-02", "--until", "2026-03-29", *words)["rows"][0]
    return [(item["focus"], item["state"]) for item in row["items"] if item["focus"]]


def test_every_item_has_its_state(book: Office) -> None:
    found = book.json("followup", "gantt", "云帆", "--from", "2026-03-02", "--until", "2026-03-29")
    assert (found["from"], found["to"], found["today"]) == ("2026-03-02", "2026-03-29", "2026-03-11")
    (row,) = found["rows"]
    assert [*row] == ["customer_code", "customer_name", "owner", "grade", "status", "items"]
    assert [*row["items"][0]] == ITEM
    assert states(book) == EXPECTED
    assert dict(states(book))["改期"] == "planned"
    assert "推算" not in dict(states(book)), "what the rule moved, nobody did"
    assert {item["slips"] for item in row["items"] if item["state"] == "planned" and item["focus"] == "改期"} == {1}


def test_what_is_overdue_since_before_is_there(book: Office) -> None:
    row = book.json("followup", "gantt", "云帆", "--from", "2026-03-11", "--until", "2026-03-11")["rows"][0]
    assert [(item["focus"], item["state"]) for item in row["items"]] == [("过期", "overdue")]


def test_a_follow_up_happened_when_it_says_and_answers_its_plan_from_any_day(office: Office) -> None:
    leads.add(office, leads.new("杭州云帆科技有限公司"))
    office.ok("followup", "plan", "云帆", "--on", "2026-03-05", "--method", "visit", "--focus", "问二期预算")
    log = ("followup", "log", "云帆", "--method", "visit", "--content", "预算已批")
    office.ok(*log, "--at", "2026-03-05 15:00", now="2026-03-06 09:00")  # logged the day after
    item = ("plan", "done", "2026-03-05", "2026-03-05")

    def items(first: str, last: str) -> list[tuple[Any, ...]]:
        found = office.json("followup", "gantt", "云帆", "--from", first, "--until", last, now=NOW)["rows"][0]["items"]
        return [tuple(one[key] for key in ("kind", "state", "planned_on", "happened_on")) for one in found]

    assert items("2026-03-05", "2026-03-05") == [item]
    assert items("2026-03-06", "2026-03-06") == []
    leads.execute(office, "UPDATE plan_item SET due_on = '2026-03-03' WHERE followup_id IS NOT NULL")
    assert items("2026-03-05", "2026-03-05") == [("plan", "late", "2026-03-03", "2026-03-05")], "not unplanned"
    leads.execute(office, "UPDATE plan_item SET due_on = '2026-03-20' WHERE followup_id IS NOT NULL")
    assert items("2026-03-05", "2026-03-05") == [("plan", "done", "2026-03-20", "2026-03-05")]


def test_on_a_screen_and_in_a_pipe(book: Office) -> None:
    for columns in ("80", "200"):
        book.environment["COLUMNS"] = columns
        done = book.ok("followup", "gantt", "--format", "table", "--from", "2026-03-02", "--until", "2026-03-29")
        assert max(width(line) for line in done.out.splitlines()) <= int(columns)
        line = next(line for line in done.out.splitlines() if "云帆" in line)
        assert line.split()[0] == "5", "days overdue"
        assert {"#", "%", "!", "o", "|"} <= set(line.partition("公司")[2])
        assert "o planned, # done" in done.err
    assert "o 计划、# 按时" in book.ok("followup", "gantt", "--format", "table", lang="zh").err
    rows = book.ok("followup", "gantt", "--from", "2026-03-02", "--until", "2026-03-29").out.splitlines()
    assert rows[0].split()[0] == "Code"
    assert len([row for row in rows if "云帆" in row]) >= 7
    assert book.program("followup", "gantt", "--format", "csv").out.splitlines()[0].startswith("customer_code,")


def test_a_year_has_its_drawing_on_a_narrow_terminal(book: Office) -> None:
    book.environment["COLUMNS"] = "80"
    words = ("followup", "gantt", "--format", "table", "--from", "2026-01-01", "--until", "2026-12-31")
    done = book.ok(*words)
    assert max(width(line) for line in done.out.splitlines()) <= 80
    assert "!" in next(line for line in done.out.splitlines() if "云帆" in line)
    assert "过期" in book.ok(*words, "--fields", "focus,state").out, "the items where their fields are asked for"


def test_a_picture_and_a_page(book: Office, tmp_path: Path) -> None:
    picture, page = tmp_path / "计划.svg", tmp_path / "计划.html"
    assert book.ok("followup", "gantt", "--to", str(picture)).out == f"wrote {picture}\n"
    tree = ET.parse(picture).getroot()
    names = [text.text for text in tree.iter(f"{SVG}text")]
    assert EVIL in names, "it is text, and nothing else"
    marks = {mark.get("class") for mark in tree.iter(f"{SVG}circle")}
    assert marks == {state.value for state in SIGNS}
    assert any("过期" in (title.text or "") for title in tree.iter(f"{SVG}title"))
    book.ok("followup", "gantt", "--to", str(page), lang="zh")
    html = page.read_text(encoding="utf-8")
    assert "<script>" not in html
    assert 'lang="zh-CN"' in html
    assert "A4 landscape" in html


def test_nothing_at_all(office: Office) -> None:
    done = office.ok("followup", "gantt")
    assert (done.out, done.err) == ("", "")
    assert office.json("followup", "gantt")["rows"] == []


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("没有",), 3, "没有"),
        (("--from", "2026-03-29", "--until", "2026-03-02"), 2, "2026-03-29 is after 2026-03-02"),
        (("--from", "2020-01-01", "--until", "2026-03-02"), 2, "is too long"),
        (("--to", "x.png"), 2, "does not say the format"),
        (("--owner", "li.na", "--all"), 2, "exclude each other"),
        (("--weeks", "x"), 2, "--weeks"),
        (("--weeks", "99999999"), 2, "99999999 weeks are too long"),
        (("云帆", "--owner", "nobody"), 2, "exclude each other"),
        (("云帆", "--all"), 2, "exclude each other"),
    ],
)
def test_wrong_input(book: Office, words: tuple[str, ...], status: int, message: str) -> None:
    done = book.run("followup", "gantt", *words)
    assert (done.status, done.out) == (status, "")
    assert message in done.err


def test_an_archived_customer_has_a_chart_of_its_own_alone(book: Office) -> None:
    leads.archive(book, "HZ2026001")
    assert [row["customer_name"] for row in book.json("followup", "gantt", "--all")["rows"]] == [EVIL]
    assert book.json("followup", "gantt", "HZ2026001")["rows"][0]["items"]


def chart(
    first: str, last: str, *items: dict[str, Any], today: str = "2026-03-11", name: str = "云帆"
) -> dict[str, Any]:
    row = {"customer_name": name, "items": items}
    return {"from": first, "to": last, "today": today, "rows": [row, {"customer_name": "x", "items": ()}]}


def item(day: str, state: str) -> dict[str, Any]:
    return {"planned_on": day, "happened_on": None, "state": state, "method": None, "focus": "x"}


@pytest.mark.parametrize(
    ("first", "last", "room", "cells", "days", "wide"),
    [
        ("2026-03-02", "2026-03-02", 40, 1, 1, 3),
        ("2026-03-02", "2026-03-29", 56, 28, 1, 2),
        ("2026-03-02", "2026-03-29", 28, 28, 1, 1),
        ("2026-03-04", "2026-03-31", 27, 5, 7, 5),
        ("2025-12-22", "2026-01-18", 56, 28, 1, 2),
        ("2028-02-28", "2028-03-01", 60, 3, 1, 3),
        ("2026-01-01", "2027-02-04", 60, 58, 7, 1),
        ("2026-01-01", "2026-12-28", 42, 27, 14, 1),
        ("2024-01-01", "2026-12-28", 42, 40, 28, 1),
    ],
)
def test_the_axis(first: str, last: str, room: int, cells: int, days: int, wide: int) -> None:
    found = axis(date.fromisoformat(first), date.fromisoformat(last), room)
    assert (len(found.starts), found.days, found.width) == (cells, days, wide)
    assert found.cell(date.fromisoformat(first)) == 0
    assert found.cell(date.fromisoformat(last)) == cells - 1
    assert found.cell(date.fromisoformat(first) - timedelta(days=8)) is None
    assert found.cell(date.fromisoformat(first) - timedelta(days=8), before=True) == 0


def test_a_line_shows_days_off_today_and_the_most_telling_sign() -> None:
    drawn = lines(
        chart("2026-02-27", "2026-03-12", item("2026-03-05", "planned"), item("2026-03-05", "overdue")),
        60,
        Calendar().is_workday,
    )
    assert [line["axis"].rstrip() for line in drawn] == AXIS
    assert drawn[2]["late"] == 6
    assert drawn[2]["axis"].count("!") == 1
    assert "o" not in drawn[2]["axis"]
    saturday = (date(2026, 2, 28) - date(2026, 2, 27)).days * (len(drawn[2]["axis"]) // 14)
    assert drawn[2]["axis"][saturday] == " ", "a Saturday that is worked"
