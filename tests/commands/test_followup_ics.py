"""followup ics: the plan for a phone's calendar, read again by another library."""

from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import vobject
from icalendar import Calendar

from salesflow.enums import Grade, Status
from salesflow.queries.plan_calendar import KEPT_DAYS
from tests import leads
from tests.conftest import PROGRAM, ROOT, Office, environment, outside

NAME = "杭州云帆科技有限公司"


def events(office: Office, *words: str, **settings: str) -> dict[str, Any]:
    """The events of the calendar by their UIDs, as vobject reads them."""
    text = office.ok("followup", "ics", *words, **settings).out
    found = list(vobject.readOne(text).contents.get("vevent", []))
    assert len({event.uid.value for event in found}) == len(found), "an event is there once"
    return {event.uid.value.partition("@")[0]: event for event in found}


def put_off(office: Office, item: int, on: str) -> int:
    """Reschedule an item: it ends, and goes on as another one."""
    words = ("followup", "reschedule", str(item), "--on", on, "--reason", "客户出差", "--quiet")
    return int(office.ok(*words, now="2026-03-03 09:00").out)


def end(office: Office, item: int, state: str, at: str = "2026-03-03 01:00:00") -> None:
    leads.execute(
        office, "UPDATE plan_item SET state = :state, closed_at = :at WHERE id = :id", id=item, state=state, at=at
    )


@pytest.fixture
def lead(office: Office) -> Office:
    """One customer of grade A; item 1 is computed for 2026-03-09, item 2 planned by hand for the 5th."""
    leads.add(office, leads.new(NAME, phone="13812345678", grade=Grade.A))
    office.ok("followup", "plan", "云帆", "--on", "2026-03-05", "--method", "demo",
              "--focus", "演示, 排产; 模块", "--goal", "确认\n预算")  # fmt: skip
    leads.execute(
        office, "UPDATE plan_item SET state = 'pending', closed_at = NULL WHERE id = 1"
    )  # planning replaced it
    return office


def test_what_replaces_the_computed_one_cancels_its_event(office: Office) -> None:
    leads.add(office, leads.new(NAME, grade=Grade.A))
    first = events(office)["salesflow-next-HZ2026001"]
    office.ok("followup", "plan", "云帆", "--on", "2026-03-05", "--method", "demo", "--focus", "演示")
    found = events(office)
    assert [found[uid].status.value for uid in ("salesflow-next-HZ2026001", "salesflow-plan-2")] == [
        "CANCELLED",
        "CONFIRMED",
    ]
    assert int(found["salesflow-next-HZ2026001"].sequence.value) > int(first.sequence.value)


def test_an_event(lead: Office) -> None:
    event = events(lead)["salesflow-plan-2"]
    assert event.summary.value == f"{NAME}: 演示, 排产; 模块"
    assert (event.dtstart.value, event.dtend.value) == (date(2026, 3, 5), date(2026, 3, 6))
    assert event.dtstamp.value == event.last_modified.value == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert event.description.value.splitlines() == [
        f"customer: HZ2026001 {NAME}", "contact: 张伟 138****5678", "method: demo", "goal: 确认", "预算", "owner: li.na",
    ]  # fmt: skip
    assert (event.status.value, event.transp.value, event.sequence.value) == ("CONFIRMED", "TRANSPARENT", "4")
    assert event.categories.value == ["Follow-up"]
    assert (event.valarm.action.value, event.valarm.trigger.value) == ("DISPLAY", timedelta(hours=9))
    assert event.valarm.description.value == event.summary.value


def test_a_computed_one_and_the_readers_language(lead: Office) -> None:
    found = events(lead, lang="zh")
    assert set(found) == {"salesflow-next-HZ2026001", "salesflow-plan-2"}
    event = found["salesflow-next-HZ2026001"]
    assert event.summary.value == f"{NAME}：下次跟进"
    assert event.dtstart.value == date(2026, 3, 9)
    assert event.categories.value == ["跟进"]


def test_the_calendar_itself(lead: Office) -> None:
    calendar = vobject.readOne(lead.ok("followup", "ics").out)
    assert calendar.version.value == "2.0"
    assert calendar.method.value == "PUBLISH"
    assert calendar.contents["x-wr-calname"][0].value == "Follow-ups of 李娜"
    assert calendar.contents["x-wr-timezone"][0].value == "Asia/Shanghai"
    everybody = vobject.readOne(lead.ok("followup", "ics", "--all", lang="zh").out)
    assert everybody.contents["x-wr-calname"][0].value == "跟进"
    assert len(Calendar.from_ical(lead.ok("followup", "ics").out).walk("VEVENT")) == 2


def test_lines_are_folded_and_end_as_the_standard_has_it(lead: Office) -> None:
    lead.ok("followup", "plan", "云帆", "--on", "2026-03-06", "--method", "visit", "--focus", "现场演示😀，" * 60)
    line = [*PROGRAM, "followup", "ics"]
    out = subprocess.run(line, cwd=ROOT, env=outside(lead.environ()), capture_output=True, check=True).stdout
    assert out.count(b"\n") == out.count(b"\r\n")
    for each in out.split(b"\r\n"):
        assert len(each) <= 75
        assert each.decode().encode() == each
    calendar = Calendar.from_ical(out)
    assert f"{NAME}: {'现场演示😀，' * 60}" in [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")]


def test_an_event_that_is_put_off_stays_the_same_event(lead: Office) -> None:
    first = events(lead)["salesflow-plan-2"]
    moved_to = put_off(lead, 2, "2026-03-12")
    second = events(lead)["salesflow-plan-2"]
    assert second.uid.value == first.uid.value
    assert (first.dtstart.value, second.dtstart.value) == (date(2026, 3, 5), date(2026, 3, 12))
    assert int(second.sequence.value) > int(first.sequence.value)
    assert second.last_modified.value > first.last_modified.value
    assert second.status.value == "CONFIRMED"
    last = put_off(lead, moved_to, "2026-03-19")
    third = events(lead)["salesflow-plan-2"]
    assert (third.dtstart.value, int(third.sequence.value) > int(second.sequence.value)) == (date(2026, 3, 19), True)
    end(lead, last, "cancelled")
    cancelled = events(lead)["salesflow-plan-2"]
    assert (cancelled.uid.value, cancelled.status.value) == (first.uid.value, "CANCELLED")
    assert int(cancelled.sequence.value) > int(third.sequence.value)
    assert "valarm" not in cancelled.contents


def test_what_the_rule_moves_stays_the_same_event(lead: Office) -> None:
    first = events(lead)["salesflow-next-HZ2026001"]
    leads.regrade(lead, 1, Grade.B, now="2026-03-03 10:00")
    second = events(lead)["salesflow-next-HZ2026001"]
    assert second.dtstart.value > first.dtstart.value
    assert (second.uid.value, int(second.sequence.value) > int(first.sequence.value)) == (first.uid.value, True)
    lead.ok("followup", "log", "云帆", "--method", "phone", "--content", "确认预算 20 万", now="2026-03-06 10:00")
    third = events(lead, now="2026-03-06 11:00")["salesflow-next-HZ2026001"]
    assert third.dtstart.value > date(2026, 3, 6)
    assert int(third.sequence.value) > int(second.sequence.value)


def test_a_customer_that_is_lost_has_its_events_cancelled(lead: Office) -> None:
    before = events(lead)
    leads.move(lead, 1, Status.INVALID, now="2026-03-03 10:00")
    after = events(lead, now="2026-03-03 11:00")
    assert set(after) == set(before)
    assert {event.status.value for event in after.values()} == {"CANCELLED"}
    assert all(int(after[uid].sequence.value) > int(before[uid].sequence.value) for uid in before)
    last_day = (date(2026, 3, 3) + timedelta(days=KEPT_DAYS)).isoformat()
    assert len(events(lead, now=f"{last_day} 09:00")) == 2
    next_day = (date(2026, 3, 4) + timedelta(days=KEPT_DAYS)).isoformat()
    assert events(lead, now=f"{next_day} 09:00") == {}


def test_what_is_done_is_no_plan_any_more(lead: Office) -> None:
    moved_to = put_off(lead, 2, "2026-03-12")
    end(lead, moved_to, "done")
    assert "salesflow-plan-2" not in events(lead), "neither as done, nor as the cancelled item that it was before"


def test_an_archived_customer_has_its_events_cancelled(lead: Office) -> None:
    leads.archive(lead, "HZ2026001")
    assert {event.status.value for event in events(lead).values()} == {"CANCELLED"}
    assert events(lead, now="2026-05-01 09:00") == {}


def test_how_far_ahead(lead: Office) -> None:
    assert set(events(lead, "--days", "3")) == {"salesflow-plan-2"}
    assert set(events(lead, "--days", "7")) == {"salesflow-plan-2", "salesflow-next-HZ2026001"}
    assert set(events(lead, "--days", "0", now="2026-03-20 09:00")) == {"salesflow-plan-2", "salesflow-next-HZ2026001"}
    put_off(lead, 2, "2026-04-30")
    assert "salesflow-plan-2" in events(lead, "--days", "3"), "told to the calendar that has it on the old day"


def test_whose(lead: Office) -> None:
    leads.add(lead, leads.new("上海贸易", region="SH"), user="chen.jie")
    assert set(events(lead)) == {"salesflow-plan-2", "salesflow-next-HZ2026001"}
    assert set(events(lead, "--owner", "chen.jie")) == {"salesflow-next-SH2026001"}
    assert len(events(lead, "--all")) == 3
    assert events(lead, user="zhao.lei") == {}


def test_the_hour_of_the_alarm(lead: Office) -> None:
    event = events(lead, "--alarm", "8:30")["salesflow-plan-2"]
    assert event.valarm.trigger.value == timedelta(hours=8, minutes=30)
    assert "valarm" not in events(lead, "--no-alarm")["salesflow-plan-2"].contents


def test_a_file_that_is_the_same_as_long_as_nothing_changes(lead: Office, tmp_path: Path) -> None:
    path = tmp_path / "日历.ics"
    assert lead.ok("followup", "ics", "--to", str(path)).out == f"wrote 2 events to {path}\n"
    before = path.read_bytes()
    lead.ok("followup", "ics", "--to", str(path), now="2026-03-04 09:00")
    assert path.read_bytes() == before
    assert lead.ok("followup", "ics").out.replace("\r\n", "\n").encode() == before.replace(b"\r\n", b"\n")


def test_two_databases_never_share_an_event(lead: Office, template: Path, tmp_path: Path) -> None:
    from salesflow.queries import system

    context, same = lead.context(), Office(template, lead.environment).context()
    assert system.identity(context) == system.identity(same), "a copy is the same database"
    folder = tmp_path / "other"
    folder.mkdir()
    made = Office(folder / "other.db", environment(folder), user="a", now="")
    done = made.program("init", "--company", "另一家", "--region", "HZ", "--login", "a", "--name", "甲")
    assert done.status == 0
    other = Office(folder / "other.db", environment(folder), user="a").context()
    assert system.identity(other) != system.identity(same)
    for each in (context, same, other):
        each.close()


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (("--alarm", "30m"), 2, "error [invalid-value]: --alarm: 30m is not a time of the day"),
        (("--alarm", "24:00"), 2, "error [invalid-value]: --alarm: 24:00 is not"),
        (("--days", "-1"), 2, "error"),
        (("--owner", "nobody"), 3, "error [unknown-staff]: "),
        (("--owner", "li.na", "--all"), 2, "error: --owner and --all exclude each other"),
        (("--to", "/nowhere/x.ics"), 7, "error [file]: /nowhere/x.ics cannot be written"),
    ],
)
def test_what_cannot_be(lead: Office, words: tuple[str, ...], status: int, error: str) -> None:
    done = lead.run("followup", "ics", *words)
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(error)


def test_nothing_is_planned(office: Office) -> None:
    assert events(office) == {}
    assert events(office, "--all") == {}


def test_a_calendar_in_a_program_of_its_own_in_chinese(lead: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    done = lead.program("followup", "ics", "--to", str(path), lang="zh")
    assert (done.status, done.err, done.out) == (0, "", f"已写入 2 个日程到 {path}\n")
    assert f"SUMMARY:{NAME}：演示\\, 排产\\; 模块" in path.read_text(encoding="utf-8").replace("\n ", "").replace(
        "\r", ""
    )
