"""customer forget: asking first, what it says, who may."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests import deals, leads, past
from tests.conftest import PROGRAM, ROOT, Office, outside
from tests.terminal import sit_down

KEYS = [
    "code", "dry_run", "customers", "contacts", "followups", "corrections", "plans", "plans_cancelled", "changes",
    "stall_analyses", "objections", "needs", "need_analyses", "opportunities", "quotes", "orders", "approvals", "attachments", "mails", "import_changes",
    "old_audit_entries", "scrubbed",
]  # fmt: skip
WORDS = ("customer", "forget", "HZ2026001", "--reason", "本人申请")


@pytest.fixture
def lead(office: Office) -> Office:
    leads.add(office, leads.new(phone="13812345678"))
    office.user = "zhang.wei"
    return office


def test_it_says_exactly_what_it_did(lead: Office) -> None:
    done = lead.ok(*WORDS, "--yes")
    assert done.out.splitlines() == [
        "erased the personal data of HZ2026001",
        "erased: Customer files: 1, Contacts: 1, Plan items: 1, Cancelled plan items: 1, Reasons of changes: 1",
        "backups and exports made before still have everything",
    ]
    assert done.err == ""


def test_in_json(office: Office, tmp_path: Path) -> None:
    past.furnish(office, tmp_path)
    row = office.json(*WORDS, "--yes", user="wang.fang")
    assert list(row) == KEYS
    assert (row["code"], row["dry_run"], row["scrubbed"], row["old_audit_entries"]) == (past.CODE, False, True, 0)
    assert (row["customers"], row["contacts"], row["attachments"]) == (2, 3, 1)


def test_quietly(lead: Office) -> None:
    assert lead.ok(*WORDS, "--yes", "--quiet").out == "HZ2026001\n"


def test_a_dry_run_erases_nothing(lead: Office) -> None:
    done = lead.ok(*WORDS, "--dry-run")
    assert done.out.startswith(
        f"would erase the personal data of HZ2026001 {leads.NAME}\nto be erased: Customer files: 1"
    )
    row = lead.json(*WORDS, "--dry-run")
    assert (row["dry_run"], row["scrubbed"], row["contacts"]) == (True, None, 1)
    assert lead.json("customer", "show", "HZ2026001")["need"] == leads.NEED


def test_without_a_terminal_it_needs_yes(lead: Office) -> None:
    done = lead.run(*WORDS)
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        f"error [unconfirmed]: erasing HZ2026001 {leads.NAME} cannot be undone: "
        "look first with --dry-run, then repeat with --yes\n"
    )


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("HZ2026001", "--yes"), 2, "--reason"),
        (("HZ2026009", "--reason", "x", "--yes"), 3, "there is no customer HZ2026009"),
        (("HZ2026001", "--reason", " ", "--yes"), 2, "the reason is empty"),
        (("HZ2026001", "--reason", "a\x1b[2J", "--yes"), 2, "the reason"),
    ],
)
def test_what_cannot_be(lead: Office, words: tuple[str, ...], status: int, said: str) -> None:
    done = lead.run("customer", "forget", *words)
    assert (done.status, done.out) == (status, "")
    assert said in done.err and "\x1b" not in done.err


def test_only_who_answers_for_others(lead: Office) -> None:
    done = lead.run(*WORDS, "--yes", user="li.na")
    assert done.status == 5
    assert "li.na may not do this" in done.err


def test_twice_and_while_an_approval_is_open(lead: Office) -> None:
    lead.ok(*WORDS, "--yes")
    again = lead.run(*WORDS, "--yes")
    assert (again.status, again.out) == (4, "")
    assert again.err.startswith("error [forgotten]: the personal data of HZ2026001 was erased on 2026-03-02")


def test_an_open_approval(office: Office) -> None:
    deals.furnish(office)
    deals.ordered(office)
    done = office.run(*WORDS, "--yes", user="zhang.wei")
    assert done.status == 4
    assert "has an open approval: AP2026-0001" in done.err


@pytest.mark.parametrize("how", ["--yes", "--dry-run"])
def test_an_open_opportunity(lead: Office, how: str) -> None:
    lead.ok("opportunity", "add", "HZ2026001", "--title", "一期", "--amount", "1", "--expected-close", "2026-05-31")
    done = lead.run(*WORDS, how)
    assert (done.status, done.out) == (4, "")
    assert done.err == (
        f"error [open-opportunity]: HZ2026001 {leads.NAME} has an open opportunity: SJ2026-0001 (discovery): "
        "close it first: salesflow opportunity lose SJ2026-0001 --reason CODE\n"
    )
    lead.ok("opportunity", "lose", "SJ2026-0001", "--reason", "other")
    lead.ok(*WORDS, how)


@pytest.mark.parametrize(("typed", "status", "need"), [("hz2026001\n", 0, "—"), ("ja\n", 130, leads.NEED)])
def test_at_a_terminal_the_code_is_asked_for(lead: Office, typed: str, status: int, need: str) -> None:
    environ = outside(lead.environ())
    seen = sit_down([*PROGRAM, *WORDS], environ, [("Type its code: ", typed)], cwd=ROOT)
    assert seen.status == status, seen.screen
    assert lead.json("customer", "show", "HZ2026001")["need"] == need


def test_in_chinese_as_a_program_of_its_own(lead: Office) -> None:
    done = lead.program(*WORDS, "--yes", lang="zh")
    assert done.status == 0, done.err
    assert done.out.splitlines()[0] == "已删除 HZ2026001 的个人信息"
    assert "联系人 1、" in done.out
    shown = lead.program("customer", "timeline", "HZ2026001", lang="zh")
    assert "个人信息删除于" in shown.out and "张伟" not in shown.out


def test_what_an_earlier_version_noted_is_said(lead: Office) -> None:
    leads.execute(
        lead,
        "INSERT INTO audit_entry (id, at, staff, os_user, action, subject_kind, subject_ref, after, hash) VALUES "
        "(1001, '2026-01-01 00:00:00', 'li.na', 'x', 'customer.add', 'customer', 'HZ2026001', :after, x'00')",
        after=json.dumps({"need": "x"}),
    )
    assert "1 entry of the audit trail, made by an earlier version, still has words" in lead.ok(*WORDS, "--yes").out


def test_while_others_read(lead: Office) -> None:
    reading = sqlite3.connect(lead.database, isolation_level=None)
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM customer").fetchone()
    done = lead.ok(*WORDS, "--yes")
    reading.close()
    assert "the file could not be written anew" in done.out
