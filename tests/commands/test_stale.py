"""salesflow customer stale, as a manager and as cron run it."""

from __future__ import annotations

import pytest

from salesflow.enums import Grade, Method
from salesflow.services import followups
from tests import leads
from tests.conftest import Office

STALE = ("customer", "stale")
KEYS = {
    "code", "name", "grade", "status", "days_without_progress", "rule", "outcome", "new_grade", "new_status",
}  # fmt: skip


@pytest.fixture
def book(office: Office) -> Office:
    """On Tuesday 17 March: 甲 (B) stale since yesterday, 乙 (B) to fall on the 24th, 丙 (C) out of contact since December."""
    leads.add(office, leads.new("甲公司", grade=Grade.B), leads.new("乙公司", grade=Grade.B))
    leads.add(office, leads.new("丙公司", grade=Grade.C), now="2025-12-10 09:00")
    with office.context(now="2026-03-10 10:00").transaction() as work:
        followups.log(work, 2, followups.NewFollowup(Method.PHONE, "确认预算 20 万", progress=True))
    office.now, office.user = "2026-03-17 03:00", "zhang.wei"
    return office


def test_who_is_stale_and_what_would_be_done(book: Office) -> None:
    found = book.json(*STALE)
    assert list(found) == ["run", "rows"]
    assert found["run"] is None
    assert all(row.keys() >= KEYS for row in found["rows"])
    assert found["rows"] == [
        {
            "code": "HZ2025001", "name": "丙公司", "grade": "C", "status": "prospect", "days_without_progress": 97,
            "text": "97 days without progress: the cause and a strategy are wanted", "owner": "li.na",
            "rule": "stall-analysis", "outcome": "wanted", "new_grade": "C", "new_status": "prospect", "on": "2026-01-09",
        },
        {
            "code": "HZ2025001", "name": "丙公司", "grade": "C", "status": "prospect", "days_without_progress": 97,
            "text": "proposed as lost: 97 days without contact, 90 are allowed", "owner": "li.na",
            "rule": "lost-proposal", "outcome": "lost", "new_grade": "C", "new_status": "lost", "on": "2026-03-10",
        },
        {
            "code": "HZ2026001", "name": "甲公司", "grade": "B", "status": "prospect", "days_without_progress": 15,
            "text": "falls to grade C: 15 days without progress, 14 are allowed", "owner": "li.na",
            "rule": "stale-downgrade", "outcome": "C", "new_grade": "C", "new_status": "prospect", "on": "2026-03-16",
        },
    ]  # fmt: skip
    assert leads.rows(book, "SELECT id FROM v_stale_run") == []


def test_nobody_should_be_surprised(book: Office) -> None:
    assert len(book.json(*STALE, "--within", "6d")["rows"]) == 3
    forecast = book.json(*STALE, "--within", "7d")["rows"][-1]
    assert (forecast["code"], forecast["on"], forecast["text"]) == (
        "HZ2026002",
        "2026-03-24",
        "falls to grade C on 2026-03-24 unless there is progress",
    )


def test_cron_applies_it_once(book: Office) -> None:
    done = book.ok(*STALE, "--apply")
    assert (
        done.out == "sweep 1: 1 change\nHZ2026001 甲公司: falls to grade C: 15 days without progress, 14 are allowed\n"
    )
    again = book.ok(*STALE, "--apply")
    assert (again.out, again.err) == ("", "")
    assert book.json(*STALE, "--apply") == {"run": None, "rows": []}
    assert book.ok(*STALE, "--apply", "--quiet").out == ""
    assert len(leads.rows(book, "SELECT id FROM v_stale_run")) == 1


def test_what_was_applied_as_json(book: Office) -> None:
    found = book.json(*STALE, "--apply", "--include-lost")
    assert found["run"] == 1
    assert [(row["code"], row["rule"], row["new_grade"], row["new_status"]) for row in found["rows"]] == [
        ("HZ2025001", "lost-proposal", "C", "lost"),
        ("HZ2026001", "stale-downgrade", "C", "prospect"),
    ]
    assert book.json("customer", "show", "HZ2026001")["grade"] == "C"
    assert book.json("customer", "show", "HZ2025001")["status"] == "lost"


def test_the_number_alone(book: Office) -> None:
    assert book.ok(*STALE, "--apply", "--format", "ids").out == "1\n"


def test_a_dry_run_shows_what_applying_would_do(book: Office) -> None:
    before = leads.written(book)
    assert [row["rule"] for row in book.json(*STALE, "--apply", "--dry-run")["rows"]] == ["stale-downgrade"]
    lost = book.json(*STALE, "--apply", "--include-lost", "--dry-run")["rows"]
    assert [row["rule"] for row in lost] == ["lost-proposal", "stale-downgrade"]
    assert len(book.json(*STALE, "--dry-run")["rows"]) == 3
    assert leads.written(book) == before
    assert book.json(*STALE, "--apply", "--include-lost")["rows"] == lost


def test_one_owners(book: Office) -> None:
    assert book.json(*STALE, "--owner", "chen.jie")["rows"] == []
    assert len(book.json(*STALE, "--owner", "li.na")["rows"]) == len(book.json(*STALE, "--all")["rows"]) == 3
    assert book.ok(*STALE, "--apply", "--owner", "chen.jie").out == ""


def test_a_table_a_list_of_codes_a_choice_of_fields(book: Office) -> None:
    assert book.ok(*STALE, "--fields", "code,rule,on", lang="zh").out.splitlines() == [
        "客户编号   规则             日期",
        "HZ2025001  stall-analysis   2026-01-09",
        "HZ2025001  lost-proposal    2026-03-10",
        "HZ2026001  stale-downgrade  2026-03-16",
    ]
    assert book.ok(*STALE, "--format", "ids", "--sort", "code").out == "HZ2025001\nHZ2025001\nHZ2026001\n"
    assert [row["on"] for row in book.json(*STALE, "--sort", "on", "--reverse", "--limit", "2")["rows"]] == [
        "2026-03-16",
        "2026-03-10",
    ]


def test_as_of_another_day(book: Office) -> None:
    assert [
        row["code"] for row in book.json("--as-of", "2026-03-24 08:00", *STALE, "--apply", "--dry-run")["rows"]
    ] == [
        "HZ2026001",
        "HZ2026002",
    ]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--apply", "--within", "7d"), 2, "error: --apply does what is due today: leave out --within\n"),
        (("--all", "--owner", "li.na"), 2, "error: --owner and --all exclude each other: leave one of them out\n"),
        (
            ("--owner", "nobody"),
            3,
            "error [unknown-staff]: there is no active staff member nobody: see: salesflow staff list\n",
        ),
        (("--within", "soon"), 2, 'error [invalid-value]: --within: "soon" is not a number of days or weeks: '),
        (("--sort", "text"), 2, "error [unknown-field]: text is not a field to sort by: "),
    ],
)
def test_what_cannot_be(book: Office, words: tuple[str, ...], status: int, said: str) -> None:
    before = leads.written(book)
    done = book.run(*STALE, *words)
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(said), done.err
    assert leads.written(book) == before


def test_nothing_on_an_empty_database(office: Office) -> None:
    for words in ((), ("--apply",), ("--dry-run",), ("--within", "30d")):
        done = office.ok(*STALE, *words)
        assert (done.out, done.err) == ("", "")
    assert office.json(*STALE) == {"run": None, "rows": []}
    assert leads.rows(office, "SELECT id FROM v_stale_run") == []


def test_many_are_counted_not_all_named(office: Office) -> None:
    leads.add(office, *(leads.new(f"{number}号公司", grade=Grade.B) for number in range(25)))
    lines = office.ok(*STALE, "--apply", now="2026-03-17 03:00").out.splitlines()
    assert (len(lines), lines[0], lines[-1]) == (22, "sweep 1: 25 changes", "and 5 more")
