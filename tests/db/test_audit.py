"""The audit trail: chained, complete, and telling when somebody touched it."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from salesflow.db import audit
from tests.conftest import Office


def write(database: Path, *statements: str) -> None:
    """Change the file behind the program's back, without the triggers that would refuse it."""
    connection = sqlite3.connect(database)
    for name in ("update", "delete"):
        connection.execute(f"DROP TRIGGER audit_entry_no_{name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def verify(office: Office) -> tuple[int, dict[str, object]]:
    done = office.run("audit", "verify", "--json")
    return done.status, done.json


def entries(office: Office) -> int:
    count = verify(office)[1]["entries"]
    assert isinstance(count, int)
    return count


def test_every_change_is_an_entry_of_the_whole_chain(office: Office) -> None:
    before = entries(office)
    office.ok("staff", "add", "wu.min", "--name", "吴敏", user="zhang.wei")
    assert verify(office) == (0, {"ok": True, "entries": before + 1, "first_bad": None, "reason": None})


@pytest.mark.parametrize(
    ("statement", "bad", "reason"),
    [
        ("UPDATE audit_entry SET after = '{}' WHERE id = 3", 3, "altered"),
        ("UPDATE audit_entry SET staff = 'somebody' WHERE id = 1", 1, "altered"),
        ("UPDATE audit_entry SET hash = zeroblob(32) WHERE id = 4", 4, "altered"),
        ("DELETE FROM audit_entry WHERE id = 2", 2, "missing"),
        ("DELETE FROM audit_entry WHERE id = 1", 1, "missing"),
        ("DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)", 14, "missing"),
    ],
)
def test_a_touched_entry_is_named(office: Office, statement: str, bad: int, reason: str) -> None:
    assert entries(office) == 14, "the template's trail"
    write(office.database, statement)
    status, found = verify(office)
    assert status == 7
    assert (found["ok"], found["first_bad"], found["reason"]) == (False, bad, reason)
    assert office.run("db", "check").status == 7


def test_two_entries_that_changed_places_are_found(office: Office) -> None:
    moves = ("UPDATE audit_entry SET id = 1000 WHERE id = 4", "UPDATE audit_entry SET id = 4 WHERE id = 5")
    write(office.database, *moves, "UPDATE audit_entry SET id = 5 WHERE id = 1000")
    assert verify(office)[1]["first_bad"] == 4


def test_the_database_itself_refuses_to_change_the_trail(office: Office) -> None:
    connection = sqlite3.connect(office.database)
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute("DELETE FROM audit_entry")
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute("UPDATE audit_entry SET staff = 'x'")
    connection.close()


def test_canonical_text_is_sorted_and_leaves_out_what_is_empty() -> None:
    assert audit.canonical({"b": 1, "a": "华", "c": None, "d": b"\x01\xff"}) == '{"a":"华","b":1,"d":"01ff"}'
    noon = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert audit.canonical({"at": noon, "on": noon.date()}) == '{"at":"2026-03-02 04:00:00","on":"2026-03-02"}'
    assert audit.canonical(None) is None
    with pytest.raises(TypeError):
        audit.canonical({"a": object()})


def test_listing_is_newest_first_and_filters(office: Office) -> None:
    office.ok("staff", "add", "wu.min", "--name", "吴敏", user="zhang.wei")
    newest = office.json("audit", "list", "--limit", "1")[0]
    assert (newest["staff"], newest["action"], newest["subject_ref"]) == ("zhang.wei", "staff.add", "wu.min")
    assert newest["at"] == "2026-03-02T09:00:00+08:00"
    assert {row["action"] for row in office.json("audit", "list", "--action", "staff")} == {"staff.add", "staff.role"}
    assert [row["subject_ref"] for row in office.json("audit", "list", "wu.min")] == ["wu.min"]
    assert office.json("audit", "list", "--since", "2026-03-03") == []
