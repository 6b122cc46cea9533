"""salesflow customer stale --undo, --runs, and customer stall, as people and programs see them."""

from __future__ import annotations

import subprocess

import pytest

from salesflow.enums import Grade, StallCause
from tests import leads
from tests.conftest import PROGRAM, ROOT, Office, outside

STALE = ("customer", "stale")
STALL = ("customer", "stall", "HZ2026001", "--cause", "budget", "--strategy", "分两期报价，3 月 20 日前面谈财务")


@pytest.fixture
def swept(office: Office) -> Office:
    """Three B customers of 2 March, let fall by sweep 1 in the night of the 17th."""
    leads.add(office, *(leads.new(f"{name}公司", grade=Grade.B) for name in "甲乙丙"))
    office.user, office.now = "zhang.wei", "2026-03-17 03:00"
    office.ok(*STALE, "--apply")
    office.now = "2026-03-17 09:00"
    return office


def test_a_sweep_is_taken_back_with_one_line(swept: Office) -> None:
    swept.ok("customer", "status", "HZ2026002", "interested", "--reason", "要了产品手册")
    done = swept.ok(*STALE, "--undo", "1")
    assert done.out == (
        "sweep 1 taken back: 2 customers as before, 1 left out\nHZ2026002 乙公司: status changed since\n"
    )
    assert [row["grade"] for row in swept.json("customer", "list", "--sort", "code")] == ["B", "C", "B"]
    again = swept.run(*STALE, "--undo", "1")
    assert (again.status, again.out) == (4, "")
    assert again.err == (
        "error [undone]: sweep 1 was taken back on 2026-03-17 by zhang.wei: see: salesflow customer stale --runs\n"
    )
    missing = swept.run(*STALE, "--undo", "9")
    assert (missing.status, missing.err.split(":")[0]) == (3, "error [unknown-run]")


def test_for_programs(swept: Office) -> None:
    would = swept.json(*STALE, "--undo", "1", "--dry-run")
    assert list(would) == ["run", "restored", "left_out", "rows"]
    assert [row["grade"] for row in would["rows"]] == ["C"] * 3
    found = swept.json(*STALE, "--undo", "1")
    assert (found["run"], found["restored"], found["left_out"]) == (1, 3, 0)
    assert found["rows"][0] == {
        "code": "HZ2026001", "name": "甲公司", "grade": "B", "status": "prospect", "outcome": "restored", "reason": None,
    }  # fmt: skip


def test_the_number_alone(swept: Office) -> None:
    assert swept.program(*STALE, "--undo", "1", "--quiet").out == "1\n"


def test_two_undo_it_at_once(swept: Office) -> None:
    line = [*PROGRAM, *STALE, "--undo", "1"]
    environ = outside(swept.environ())
    both = [subprocess.Popen(line, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL) for _ in range(2)]
    assert sorted(process.wait(120) for process in both) == [0, 4]
    assert [row["grade"] for row in swept.json("customer", "list")] == ["B", "B", "B"]
    assert len(leads.rows(swept, "SELECT id FROM v_grade_change WHERE run_id = 1")) == 6
    assert swept.json("db", "check")["ok"]


def test_the_sweeps_that_were_done(swept: Office) -> None:
    swept.ok(*STALE, "--undo", "1")
    (row,) = swept.json(*STALE, "--runs")
    assert row == {
        "run": 1, "at": "2026-03-17T03:00:00+08:00", "by": "zhang.wei", "changed": 3,
        "undone_at": "2026-03-17T09:00:00+08:00", "undone_by": "zhang.wei",
    }  # fmt: skip
    assert swept.ok(*STALE, "--runs", "--format", "ids").out == "1\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--undo", "1", "--apply"), "error: --apply has no place here: leave it out\n"),
        (("--runs", "--within", "3d"), "error: --within has no place here: leave it out\n"),
        (("--runs", "--owner", "li.na"), "error: --owner has no place here: leave it out\n"),
        (("--undo", "1", "--runs"), "error: --undo and --runs exclude each other: leave one of them out\n"),
        (("--undo", "last"), 'error [invalid-value]: --undo: last is not a whole number'),
    ],
)  # fmt: skip
def test_what_cannot_be(swept: Office, words: tuple[str, ...], said: str) -> None:
    before = leads.written(swept)
    done = swept.run(*STALE, *words)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(said), done.err
    assert leads.written(swept) == before


def test_no_sweep_yet(office: Office) -> None:
    assert office.json(*STALE, "--runs") == []
    assert office.run(*STALE, "--undo", "1").status == 3


def test_a_cause_and_a_strategy(swept: Office) -> None:
    done = swept.ok(*STALL, now="2026-04-03 09:00")
    assert done.out == (
        "HZ2026001 甲公司: cause budget\n"
        "it holds until there is progress; 30 days later without any another one is wanted\n"
    )
    found = swept.json(*STALL, now="2026-04-04 09:00")
    assert list(found) == ["id", "customer_code", "customer_name", "cause", "strategy", "made_on", "at", "by"]
    assert (found["cause"], found["made_on"], found["by"]) == ("budget", "2026-04-04", "zhang.wei")
    assert swept.ok(*STALL, "--quiet", now="2026-04-04 09:00").out == "HZ2026001\n"


def test_who_was_analysed_is_no_longer_asked_for(swept: Office) -> None:
    day = "2026-04-03 09:00"
    stalled = [row["code"] for row in swept.json(*STALE, now=day)["rows"] if row["rule"] == "stall-analysis"]
    assert stalled == ["HZ2026001", "HZ2026002", "HZ2026003"]
    swept.ok(*STALL, now=day)
    assert [row["code"] for row in swept.json(*STALE, now=day)["rows"]] == ["HZ2026002", "HZ2026003"]
    decided = {one["rule"]: one for one in swept.json("explain", "HZ2026001", now=day)["decisions"]}
    assert (decided["stall-analysis"]["outcome"], decided["stall-analysis"]["text"]) == (
        "analysed",
        "analysed on 2026-04-03",
    )


def test_it_holds_until_there_is_progress_and_none_again(swept: Office) -> None:
    swept.ok(*STALL, now="2026-04-03 09:00")
    log = ("followup", "log", "HZ2026001", "--method", "phone", "--content", "确认预算 20 万", "--progress")
    swept.ok(*log, now="2026-04-05 10:00")

    def wanted(now: str) -> bool:
        rows = swept.json(*STALE, now=now)["rows"]
        return any(row["code"] == "HZ2026001" and row["rule"] == "stall-analysis" for row in rows)

    assert not wanted("2026-05-04 09:00")
    assert wanted("2026-05-05 09:00")


def test_a_closed_customer_is_refused(swept: Office) -> None:
    swept.ok("customer", "status", "HZ2026001", "lost", "--reason", "价格高", "--loss-reason", "price")
    done = swept.run(*STALL)
    assert (done.status, done.out) == (4, "")
    assert done.err.startswith("error [state]: HZ2026001 甲公司 is lost: ")


@pytest.mark.parametrize("cause", list(StallCause))
def test_every_cause_has_its_words(swept: Office, cause: StallCause) -> None:
    words = ("customer", "stall", "HZ2026001", "--cause", cause.value, "--strategy", "换联系人：本周约采购经理")
    assert swept.json(*words, now="2026-04-03 09:00")["cause"] == cause.value
