"""The read side: read-only, one snapshot, errors of the file in our own words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from salesflow.db import reader, schema
from salesflow.errors import Conflict, DatabaseProblem
from tests.conftest import Office


@pytest.fixture
def opened(office: Office) -> Iterator[reader.Reader]:
    made = reader.open_reader(str(office.database))
    yield made
    made.close()


def test_rows_one_and_value(opened: reader.Reader) -> None:
    sql = "SELECT login, name FROM v_staff WHERE region = :region ORDER BY login"
    assert opened.rows(sql, {"region": "SH"}) == [{"login": "chen.jie", "name": "陈杰"}]
    assert opened.one(sql, {"region": "HZ"}) == {"login": "li.na", "name": "李娜"}
    assert opened.value(sql, {"region": "HZ"}) == "li.na"
    assert (
        opened.rows(sql, {"region": "x"}),
        opened.one(sql, {"region": "x"}),
        opened.value(sql, {"region": "x"}),
    ) == ([], None, None)


def test_nothing_can_be_changed_through_it(opened: reader.Reader) -> None:
    with pytest.raises(DatabaseProblem) as caught:
        opened.rows("DELETE FROM staff")
    assert caught.value.code == "read-only"


def test_what_the_driver_says_is_said_in_our_words(opened: reader.Reader) -> None:
    with pytest.raises(DatabaseProblem, match="cannot be used: no such column: nowhere"):
        opened.rows("SELECT nowhere FROM v_staff")


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        ("database is locked", Conflict, "locked"),
        ("database table is locked", Conflict, "locked"),
        ("unable to open: busy", Conflict, "locked"),
        ("file is not a database", DatabaseProblem, "not-a-database"),
        ("attempt to write a readonly database", DatabaseProblem, "read-only"),
        ("database or disk is full", DatabaseProblem, "disk-full"),
        ("disk I/O error", DatabaseProblem, "disk-failure"),
        ("database disk image is malformed", DatabaseProblem, "damaged"),
        ("unable to open database file", DatabaseProblem, "database"),
    ],
)
def test_kinds_of_problems(said: str, kind: type[Conflict | DatabaseProblem], code: str) -> None:
    found = reader.locked(sqlite3.OperationalError(said), "x.db")
    assert (type(found), found.code) == (kind, code)
    assert "x.db" in str(found)


def test_text_that_cannot_be_decoded_is_damage() -> None:
    error = UnicodeDecodeError("utf-8", b"\x80", 0, 1, "invalid start byte")
    assert schema.problem(error, "x.db").code == "damaged"


def test_a_file_that_goes_away_while_it_is_read(office: Office, opened: reader.Reader) -> None:
    """The snapshot outlives the name."""
    office.database.unlink()
    assert opened.value("SELECT count(*) FROM v_staff") == 7
    with pytest.raises(DatabaseProblem) as caught:
        reader.open_reader(str(office.database))
    assert caught.value.code == "missing-database"


def test_a_database_without_a_revision(office: Office) -> None:
    connection = sqlite3.connect(office.database)
    connection.execute("DELETE FROM alembic_version")
    connection.commit()
    connection.close()
    done = office.run("staff", "list")
    assert (done.status, done.err.startswith("error [not-a-database]: ")) == (7, True)


def test_an_empty_file(office: Office, tmp_path: Path) -> None:
    office.database = tmp_path / "empty.db"
    office.database.touch()
    for words in (("staff", "list"), ("staff", "add", "x", "--name", "x")):
        done = office.run(*words)
        assert (done.status, done.err.startswith("error [not-a-database]: ")) == (7, True)
    assert office.database.stat().st_size == 0
