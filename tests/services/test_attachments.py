"""Attachments below the commands: bounds while copying, what goes wrong half-way, several at once, forgetting."""

from __future__ import annotations

import io
import os
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from salesflow.db import store
from salesflow.enums import AttachmentKind
from salesflow.errors import Duplicate, FileProblem, Refused
from salesflow.i18n import render
from salesflow.services import attachments
from salesflow.services.attachments import NewFile
from salesflow.subject import Subject, of_followup
from salesflow.text import file_name
from tests import leads
from tests.conftest import Office

WHO = Subject("customer", 1, "HZ2026001", 1)


@pytest.fixture
def lead(office: Office) -> Office:
    leads.add(office, leads.new())
    return office


def attach(office: Office, *paths: Path, subject: Subject = WHO) -> list[int | None]:
    with office.context().transaction() as work:
        files = [NewFile(str(path), AttachmentKind.OTHER) for path in paths]
        return [made.id for made in attachments.attach(work, subject, files)]


def stored(office: Office) -> list[Path]:
    return [path for path in Path(store.folder(str(office.database))).rglob("*") if path.is_file()]


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_file_that_grows_while_it_is_copied(lead: Office, tmp_path: Path) -> None:
    class Growing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return b"x" * (size or 0)

    with pytest.raises(FileProblem, match="is larger than 1 MB"):
        store._kept(str(lead.database), Growing(), "log.txt", str(tmp_path / "draft"), 1)
    assert stored(lead) == []


def test_nothing_is_attached_to_who_was_erased(lead: Office, tmp_path: Path) -> None:
    path = written(tmp_path, "card.txt", b"x")
    leads.archive(lead, "HZ2026001")
    assert attach(lead, path) == [1]
    leads.execute(lead, "UPDATE customer SET forgotten_at = archived_at")
    before = leads.written(lead)
    for subject in (WHO, of_followup(1, 1)):
        with pytest.raises(Refused) as caught:
            attach(lead, written(tmp_path, "other.txt", b"y"), subject=subject)
        assert (caught.value.code, render(caught.value.message)) == (
            "forgotten", f"the personal data of HZ2026001 {leads.NAME} was erased",
        )  # fmt: skip
    assert leads.written(lead) == before
    assert len(stored(lead)) == 1


def test_a_large_file_needs_little_memory(lead: Office, tmp_path: Path) -> None:
    path = written(tmp_path, "large", b"x")
    os.truncate(path, 25 * 1024**2)
    tracemalloc.start()
    attach(lead, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 15 * 1024**2
    assert [file.stat().st_size for file in stored(lead)] == [25 * 1024**2]


def test_what_fails_later_leaves_no_file(lead: Office, tmp_path: Path) -> None:
    one, two = written(tmp_path, "one", b"1"), written(tmp_path, "two", b"2")
    attach(lead, one)
    with pytest.raises(Duplicate):
        attach(lead, two, one)
    assert [path.read_bytes() for path in stored(lead)] == [b"1"]


def test_a_store_that_cannot_be_written(lead: Office, tmp_path: Path) -> None:
    Path(store.folder(str(lead.database))).write_text("in the way")
    with pytest.raises(FileProblem, match="cannot be written"):
        attach(lead, written(tmp_path, "one", b"1"))
    assert leads.rows(lead, "SELECT id FROM attachment") == []


def test_a_folder_that_is_not_there(lead: Office, tmp_path: Path) -> None:
    attach(lead, written(tmp_path, "one", b"1"))
    digest = stored(lead)[0].name
    with pytest.raises(FileProblem, match="cannot be written"):
        store.export(str(lead.database), digest, str(tmp_path / "none"), "x")
    assert store.export(str(lead.database), digest, str(tmp_path), "x.txt") == str(tmp_path / "x.txt")
    assert store.export(str(lead.database), digest, str(tmp_path), "x.txt") == str(tmp_path / "x (2).txt")


def test_several_at_once_keep_one_file(lead: Office, tmp_path: Path) -> None:
    """Each attaches the same content to another record, while others tidy up all the time."""
    path = written(tmp_path, "one", b"same")

    def tidy(_: int) -> int:
        with lead.context().transaction() as work:
            return attachments.prune(work)

    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(attach, lead, path, subject=of_followup(number, 1)) for number in range(6)]
        tidied = [pool.submit(tidy, number) for number in range(6)]
        assert sorted(str(each.result()) for each in made) == [f"[{number}]" for number in range(1, 7)]
        assert sum(each.result() for each in tidied) == 0
    assert [file.read_bytes() for file in stored(lead)] == [b"same"]


def test_forgetting_a_customer_takes_its_files(lead: Office, tmp_path: Path) -> None:
    attach(lead, written(tmp_path, "李工 名片", b"1"))
    attach(lead, written(tmp_path, "聊天", b"2"), subject=of_followup(7, 1))
    attach(lead, written(tmp_path, "别人", b"3"), subject=Subject("quote", 9, "Q2026-0009", None))
    with lead.context().transaction() as work:
        assert attachments.forget(work, 1) == 2
        assert attachments.prune(work) == 2
    assert [row["name"] for row in leads.rows(lead, "SELECT name FROM attachment ORDER BY id")] == ["-", "-", "别人"]
    assert [file.read_bytes() for file in stored(lead)] == [b"3"]
    with lead.context().transaction() as work:
        assert attachments.forget(work, 1) == 0


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("报价单.pdf", "报价单.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\nb\x1b[2J.pdf", "a_b_[2J.pdf"),
        ("c:\\x\\y.doc", "c__x_y.doc"),
        ("nul", "_nul"),
        ("com1.txt", "_com1.txt"),
        (" . ", "otherwise"),
        ("", "otherwise"),
        ("\udcff.png", "_.png"),
        ("a.not really an ending", "a.not really an ending"),
        ("名" * 100 + ".pdf", "名" * 65 + ".pdf"),
    ],
)
def test_a_name_for_a_file(name: str, safe: str) -> None:
    assert file_name(name, "otherwise") == safe
    assert len(safe.encode()) <= 200


def test_what_is_there_is_no_folder(tmp_path: Path) -> None:
    nothing: list[Any] = list(store.strangers(str(tmp_path / "x.db"), ()))
    assert nothing == []
