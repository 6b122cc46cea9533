"""A disk that is full, files that may not be read or written: a clear error, and nothing lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Office
from tests.faults.hardship import count, run, small_disk, sound, without_privilege, writing_at_most

ENOUGH_TO_READ = 44_000  # bytes: SQLite shares 32 KiB among those who have a database open
STAFF = "SELECT count(*) FROM staff"
NOTED = "SELECT count(*) FROM audit_entry WHERE action = 'staff.add'"
ADD = ("staff", "add", "wu.min", "--name", "吴敏")


@pytest.fixture
def cramped(office: Office) -> Iterator[tuple[Office, Callable[[], None] | None, Callable[[], None]]]:
    """An office on a disk with hardly any space left; the second makes space again.

    Where no small disk can be made, the size of files is limited instead, which the system reports in another way.
    """
    with small_disk(office.database.stat().st_size + 300_000) as folder:
        if folder is None:
            yield office, writing_at_most(20_000), lambda: None
            return
        for suffix in ("", ".key"):
            shutil.move(f"{office.database}{suffix}", folder)
        office.database = folder / "office.db"
        filler, disk = folder / "filler", os.statvfs(folder)
        filler.write_bytes(bytes(disk.f_bavail * disk.f_frsize - ENOUGH_TO_READ))
        yield office, None, filler.unlink


def test_a_full_disk(cramped: tuple[Office, Callable[[], None] | None, Callable[[], None]]) -> None:
    office, limit, make_space = cramped
    before = count(office.database, staff=STAFF, noted=NOTED)
    done = run(office, *ADD, user="wang.fang", before=limit)
    assert (done.status, done.out) == (7, "")
    assert done.err.startswith(("error [disk-full]: no space left for ", "error [disk-failure]: "))
    assert len(done.err.splitlines()) == 1
    assert len(run(office, "staff", "list", "--format", "ids").out.split()) == 7, "it can still be read"
    make_space()
    assert count(office.database, staff=STAFF, noted=NOTED) == before
    assert sound(office.database) == []
    done = run(office, *ADD, user="wang.fang")
    assert done.status == 0, done.err


def test_a_file_that_may_not_grow(office: Office) -> None:
    """The same by a limit on the size of files, as some systems set it."""
    done = run(office, *ADD, user="wang.fang", before=writing_at_most(20_000))
    assert (done.status, done.out) == (7, "")
    assert "Traceback" not in done.err
    assert sound(office.database) == []
    assert count(office.database, staff=STAFF)["staff"] == 7


def test_a_backup_to_a_full_disk(office: Office) -> None:
    with small_disk(100_000) as folder:
        place = folder or office.database.parent / "copies"
        place.mkdir(exist_ok=True)
        limit = None if folder else writing_at_most(100_000)
        done = run(office, "db", "backup", str(place / "copy.db"), before=limit)
        assert (done.status, done.out) == (7, "")
        assert "Traceback" not in done.err
        assert list(place.iterdir()) == [], "no half a backup, and nothing else"


def test_init_on_a_full_disk(office: Office) -> None:
    with small_disk(100_000) as folder:
        place = folder or office.database.parent / "new"
        place.mkdir(exist_ok=True)
        office.database = place / "new.db"
        limit = None if folder else writing_at_most(100_000)
        done = run(
            office, "init", "--company", "云帆", "--region", "HZ", "--login", "li.na", "--name", "李娜", before=limit
        )
        assert (done.status, done.out) == (7, "")
        assert "Traceback" not in done.err
        assert list(place.iterdir()) == [], "nothing is left behind"


# --- permissions, which root must be made to obey


@pytest.mark.parametrize(
    ("file", "folder", "words", "status", "said"),
    [
        (0o444, 0o755, ADD, 7, "cannot be written: it is read-only"),
        (0o444, 0o755, ("staff", "list"), 0, ""),
        (0o444, 0o555, ADD, 7, "cannot be "),
        (0o444, 0o555, ("staff", "list"), 0, ""),
        (0o444, 0o555, ("db", "check"), 0, ""),
        (0o644, 0o555, ADD, 7, "cannot be "),
        (0o000, 0o755, ADD, 7, "cannot be used: unable to open database file"),
        (0o000, 0o755, ("staff", "list"), 7, "cannot be used: unable to open database file"),
    ],
)
def test_permissions(office: Office, file: int, folder: int, words: tuple[str, ...], status: int, said: str) -> None:
    before = office.database.read_bytes()
    office.database.chmod(file)
    office.database.parent.chmod(folder)
    try:
        done = run(office, *words, user="wang.fang", before=without_privilege)
    finally:
        office.database.parent.chmod(0o755)
        office.database.chmod(0o644)
    assert done.status == status, done.err
    assert said in done.err
    assert len(done.err.splitlines()) == (1 if status else 0)
    assert office.database.read_bytes() == before


def test_a_key_that_may_not_be_read(office: Office) -> None:
    key = Path(f"{office.database}.key")
    key.chmod(0o000)
    done = run(office, "db", "check", "--json", before=without_privilege)
    assert done.status == 7
    assert [problem["kind"] for problem in done.json["problems"]] == ["key"]
    assert run(office, "staff", "list", before=without_privilege).status == 0


def test_a_configuration_that_may_not_be_read_or_written(office: Office) -> None:
    path = Path(office.environment["SALESFLOW_CONFIG"])
    path.write_text('user = "li.na"\n', encoding="utf-8")
    path.chmod(0o000)
    done = run(office, "staff", "list", before=without_privilege)
    assert (done.status, f"the configuration {path} cannot be read: Permission denied" in done.err) == (7, True)
    path.chmod(0o644)
    path.parent.chmod(0o555)
    try:
        done = run(office, "config", "set", "region", "HZ", before=without_privilege)
    finally:
        path.parent.chmod(0o755)
    assert (done.status, f"the configuration {path} cannot be written: Permission denied" in done.err) == (7, True)
    assert path.read_text(encoding="utf-8") == 'user = "li.na"\n'


@pytest.mark.parametrize("words", [("init", "--company", "云帆", "--region", "HZ"), ("db", "backup", "{}/copy.db")])
def test_a_folder_that_may_not_be_written(office: Office, tmp_path: Path, words: tuple[str, ...]) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    if words[0] == "init":
        office.database = closed / "new.db"
    done = run(office, *(word.format(closed) for word in words), user="li.na", before=without_privilege)
    assert (done.status, "Permission denied" in done.err) == (7, True)
    assert list(closed.iterdir()) == []
