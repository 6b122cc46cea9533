"""What the program says of a file that is missing, foreign, newer, damaged, locked or read-only. Nothing is ever written to it."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from salesflow.db import reader, transaction
from tests.conftest import Office

ADD = ("staff", "add", "wu.min", "--name", "吴敏")
COMMANDS = [("staff", "list"), ADD]


def content(path: Path) -> bytes:
    return path.read_bytes()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_database_is_not_made_by_surprise(office: Office, tmp_path: Path, command: tuple[str, ...]) -> None:
    office.database = tmp_path / "none.db"
    done = office.run(*command)
    assert done.status == 7
    assert done.err == (
        f"error [missing-database]: there is no database at {office.database}: "
        "make one with: salesflow init (or look around first with: salesflow demo)\n"
    )
    assert not office.database.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_no_database(office: Office, tmp_path: Path, command: tuple[str, ...]) -> None:
    office.database = tmp_path / "notes.txt"
    office.database.write_text("客户名单\n" * 1000, encoding="utf-8")
    before = content(office.database)
    done = office.run(*command)
    assert (done.status, done.out) == (7, "")
    assert done.err.startswith("error [not-a-database]: ")
    assert content(office.database) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_of_another_program(office: Office, tmp_path: Path, command: tuple[str, ...]) -> None:
    office.database = tmp_path / "other.db"
    connection = sqlite3.connect(office.database)
    connection.execute("CREATE TABLE customer (name TEXT)")
    connection.close()
    done = office.run(*command)
    assert (done.status, "is not a salesflow database" in done.err) == (7, True)


def test_a_folder(office: Office, tmp_path: Path) -> None:
    office.database = tmp_path
    assert office.run("staff", "list").status == 7
    assert office.run(*ADD).status == 7


@pytest.mark.parametrize("command", COMMANDS)
def test_a_newer_database_is_refused_untouched(office: Office, command: tuple[str, ...]) -> None:
    connection = sqlite3.connect(office.database)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = content(office.database)
    done = office.run(*command)
    assert (done.status, done.err.startswith("error [newer-database]: ")) == (7, True)
    assert content(office.database) == before


def test_a_damaged_page_is_reported_by_check(office: Office) -> None:
    connection = sqlite3.connect(office.database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'staff'").fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    with office.database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    done = office.run("staff", "list")
    assert done.status == 7
    assert "damaged" in done.err
    checked = office.run("db", "check", "--json")
    assert checked.status == 7


def test_a_locked_database_is_a_conflict(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "BUSY_SECONDS", 0.05)
    holder = sqlite3.connect(office.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    done = office.run(*ADD, user="zhang.wei")
    assert done.status == 6
    assert "stayed locked by another program" in done.err
    assert len(office.json("staff", "list")) == 7, "who only reads does not wait"
    holder.execute("ROLLBACK")
    holder.close()
    office.ok(*ADD, user="zhang.wei")


def test_a_writer_waits_for_another(office: Office) -> None:
    holder = sqlite3.connect(office.database, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    release = threading.Timer(1.2, lambda: holder.execute("COMMIT"))
    release.start()
    office.ok(*ADD, user="zhang.wei")
    release.join()
    holder.close()


def test_names_with_signs_of_a_uri(office: Office, tmp_path: Path) -> None:
    odd = tmp_path / "数据 50%?#.db"
    shutil.copy(office.database, odd)
    shutil.copy(f"{office.database}.key", f"{odd}.key")
    office.database = odd
    assert len(office.json("staff", "list")) == 7
    office.ok(*ADD, user="zhang.wei")
    assert len(office.json("staff", "list")) == 8


def test_a_snapshot_is_consistent(office: Office) -> None:
    opened = reader.open_reader(str(office.database))
    assert opened.value("SELECT count(*) FROM v_staff") == 7
    office.ok(*ADD, user="zhang.wei")
    assert opened.value("SELECT count(*) FROM v_staff") == 7
    opened.close()
