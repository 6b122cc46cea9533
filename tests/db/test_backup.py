"""Copies: whole while others write, verified, never in the place of another file; files that appear only when finished."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from salesflow.db import backup, files
from salesflow.db.audit import verify
from salesflow.errors import DatabaseProblem, FileProblem
from salesflow.services import staff
from tests.conftest import Office


def test_a_copy_is_of_one_moment_while_others_write(office: Office, tmp_path: Path) -> None:
    """Whatever is written meanwhile, each copy's trail is whole and tells of every staff member in it."""
    written = threading.Event()
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with office.context(user="wang.fang").transaction() as work:
                staff.add(work, staff.NewStaff(f"s{number}", "x"))
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        sizes = []
        for number in range(5):
            assert written.wait(30)
            written.clear()
            target = tmp_path / f"{number}.db"
            assert backup.backup(str(office.database), str(target)).size == target.stat().st_size
            copy = sqlite3.connect(target)
            assert verify(copy).ok
            people = copy.execute("SELECT count(*) FROM staff").fetchone()
            assert copy.execute("SELECT count(*) FROM audit_entry WHERE action = 'staff.add'").fetchone() == people
            sizes.append(people[0])
            copy.close()
    finally:
        stop.set()
        writer.join()
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0], "there was more and more"


def test_a_copy_needs_nothing_beside_it(office: Office, tmp_path: Path) -> None:
    backup.backup(str(office.database), str(tmp_path / "copy.db"))
    connection = sqlite3.connect(tmp_path / "copy.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy.db"]


def test_a_damaged_database_is_not_copied_as_if_it_were_sound(office: Office, tmp_path: Path) -> None:
    connection = sqlite3.connect(office.database)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("DELETE FROM staff WHERE login = 'li.na'")
    connection.commit()
    connection.close()
    with pytest.raises(FileProblem, match="the copy is damaged: staff_role row") as caught:
        backup.backup(str(office.database), str(tmp_path / "copy.db"))
    assert caught.value.code == "damaged"
    assert not (tmp_path / "copy.db").exists()
    assert not list(tmp_path.glob(".salesflow-*"))


def test_what_is_no_database_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("客户名单\n" * 1000, encoding="utf-8")
    with pytest.raises(DatabaseProblem) as caught:
        backup.backup(str(tmp_path / "notes.txt"), str(tmp_path / "copy.db"))
    assert caught.value.code == "not-a-database"


def test_who_is_quicker_wins(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name was free when the copy began."""
    target = tmp_path / "copy.db"

    def late(made: str, path: str) -> None:
        target.write_text("mine", encoding="utf-8")
        files.publish(made, path)

    monkeypatch.setattr(backup, "publish", late)
    with pytest.raises(FileProblem, match="exists already"):
        backup.backup(str(office.database), str(target))
    assert target.read_text(encoding="utf-8") == "mine"


def test_free_names(tmp_path: Path) -> None:
    name = str(tmp_path / "x.before-0002")
    assert backup.free_name(name) == name
    for taken in ("x.before-0002", "x.before-0002.2", "x.before-0002.3"):
        (tmp_path / taken).touch()
    assert backup.free_name(name) == f"{name}.4"


# --- files


def refuse(*_: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("links", [True, False])
def test_publishing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    """Also on a medium that knows no links."""
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    made, path = tmp_path / "made", tmp_path / "path"
    made.write_text("new", encoding="utf-8")
    files.publish(str(made), str(path))
    assert (made.exists(), path.read_text(encoding="utf-8")) == (False, "new")
    made.write_text("newer", encoding="utf-8")
    with pytest.raises(FileExistsError):
        files.publish(str(made), str(path))
    assert path.read_text(encoding="utf-8") == "new"


def test_a_workshop_is_its_owners_and_goes_away(tmp_path: Path) -> None:
    with files.workshop(str(tmp_path / "x.db")) as folder:
        assert Path(folder).parent == tmp_path
        assert os.stat(folder).st_mode & 0o777 == 0o700
        (Path(folder) / "half").touch()
    assert list(tmp_path.iterdir()) == []
