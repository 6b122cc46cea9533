"""salesflow db: what the file is, whether it is sound, and copies of it."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from salesflow.db.schema import HEAD
from tests import deals
from tests.conftest import Office


def test_info(office: Office) -> None:
    deals.furnish(office)
    deals.ordered(office)
    info = office.json("db", "info")
    assert info == {
        "path": str(office.database),
        "size": os.path.getsize(office.database),
        "schema": HEAD,
        "company": "杭州云帆科技有限公司",
        "region": "HZ",
        "policy": "balanced",
        "customers": 1,
        "followups": 0,
        "quotes": 1,
        "orders": 1,
        "audit_entries": len(office.json("audit", "list")),
        "key": f"{office.database}.key",
        "demo": True,
    }


def test_info_without_the_key(office: Office) -> None:
    Path(f"{office.database}.key").unlink()
    assert office.json("db", "info")["key"] is None


def test_path(office: Office) -> None:
    assert office.ok("db", "path").out == f"{office.database}\n"
    assert office.ok("--db", "relative.db", "db", "path").out == f"{os.path.abspath('relative.db')}\n"


def test_check_of_a_sound_database(office: Office) -> None:
    deals.furnish(office)
    deals.ordered(office)
    assert office.json("db", "check") == {"ok": True, "problems": []}
    assert office.ok("db", "check").err == ""


@pytest.mark.parametrize(
    ("statement", "kind", "ref", "text"),
    [
        (
            "UPDATE customer SET next_follow_up_on = '2030-01-01'",
            "copy",
            "HZ2026001",
            "next_follow_up_on is 2030-01-01, the records say ",
        ),
        (
            "UPDATE customer SET last_contact_on = '2026-02-28'",
            "copy",
            "HZ2026001",
            "last_contact_on is 2026-02-28, the records say ",
        ),
        (
            "UPDATE customer SET last_contact_on = NULL",
            "copy",
            "HZ2026001",
            "last_contact_on is None, the records say ",
        ),
        (
            "UPDATE customer SET last_progress_on = '2026-03-04'",
            "copy",
            "HZ2026001",
            "last_progress_on is 2026-03-04, ",
        ),
        (
            "UPDATE customer SET last_progress_on = NULL",
            "copy",
            "HZ2026001",
            "last_progress_on is None, the records say ",
        ),
        ("UPDATE customer SET status = 'lost'", "copy", "HZ2026001", "status is lost, the records say prospect"),
        ("UPDATE quote SET total = total + 1", "copy", "Q2026-0001", "quote total is "),
        ("UPDATE sales_order SET total = total - 1", "copy", "DD2026-0001", "order total is "),
        ("UPDATE quote SET state = 'draft'", "copy", "Q2026-0001", "quote state is draft, the records say accepted"),
        (
            "UPDATE sales_order SET state = 'draft'",
            "copy",
            "DD2026-0001",
            "order state is draft, the records say submitted",
        ),
        (
            "UPDATE contact SET phone_cipher = zeroblob(40)",
            "key",
            "",
            "the encrypted contact.phone of record 1 cannot be read",
        ),
        ("UPDATE setting SET value = '1:00' WHERE name = 'audit_head'", "audit", "", "the audit entry "),
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM product",
            "integrity",
            "",
            "row 1 points to a product that is not there",
        ),
    ],
)
def test_check_finds_what_is_wrong(office: Office, statement: str, kind: str, ref: str, text: str) -> None:
    deals.furnish(office)
    deals.ordered(office)
    connection = sqlite3.connect(office.database)
    connection.executescript(statement)
    connection.close()
    done = office.run("db", "check", "--json")
    assert done.status == 7
    assert done.json["ok"] is False
    found = done.json["problems"][0]
    assert found["kind"] == kind
    assert found["ref"] == ref or not ref
    assert text in found["text"]
    shown = office.run("db", "check")
    assert (shown.status, text in shown.out) == (7, True)


def test_check_without_the_key(office: Office) -> None:
    Path(f"{office.database}.key").unlink()
    done = office.run("db", "check", "--json")
    assert done.status == 7
    assert [problem["kind"] for problem in done.json["problems"]] == ["key"]


def test_backup(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "备份 1.db"
    done = office.ok("db", "backup", str(target))
    assert done.out == f"wrote {target} ({target.stat().st_size} bytes), verified\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if "备份" in path.name or path.name.startswith(".")) == [
        target.name
    ]
    copy = Office(target, office.environment)
    assert len(copy.json("staff", "list")) == 7
    done = copy.run("db", "check", "--json")
    assert [problem["kind"] for problem in done.json["problems"]] == ["key"], "the key is kept apart"


def test_a_backup_never_replaces_a_file(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_text("mine", encoding="utf-8")
    done = office.run("db", "backup", str(target))
    assert (done.status, done.out) == (7, "")
    assert done.err == f"error [exists]: {target} exists already: name a new file; a backup never replaces one\n"
    assert target.read_text(encoding="utf-8") == "mine"
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "nowhere.db")
    assert office.run("db", "backup", str(link)).status == 7


def test_a_backup_that_cannot_be_written(office: Office, tmp_path: Path) -> None:
    done = office.run("db", "backup", str(tmp_path / "none" / "x.db"))
    assert (done.status, done.out) == (7, "")
    assert "cannot be written: No such file or directory: name a folder that exists" in done.err


@pytest.mark.parametrize("words", [("info",), ("check",), ("backup", "/nowhere/x.db")])
def test_a_missing_database(office: Office, tmp_path: Path, words: tuple[str, ...]) -> None:
    office.database = tmp_path / "none.db"
    done = office.run("db", *words)
    assert (done.status, done.err.startswith("error [missing-database]: ")) == (7, True)
