"""customer attach, attachment, followup log --attach: files in, out, lost, changed, tidied away."""

from __future__ import annotations

import os
import sqlite3
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from salesflow.commands import opener
from salesflow.db import store
from tests import deals, leads
from tests.conftest import Office

KEYS = [
    "id", "kind", "name", "size", "subject_kind", "subject_ref", "customer_code", "customer_name", "at", "by", "sha256",
]  # fmt: skip
CARD = b"\x89PNG\r\n a business card"


def file(folder: Path, name: str = "名片 李工.png", content: bytes = CARD) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def stored(office: Office) -> list[str]:
    """What is in the store: paths below its folder."""
    home = Path(store.folder(str(office.database)))
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())


def place(content: bytes = CARD) -> str:
    digest = sha256(content).hexdigest()
    return f"{digest[:2]}/{digest}"


@pytest.fixture
def dealt(office: Office) -> Office:
    """An office with one customer, an order, and a follow-up."""
    deals.furnish(office)
    deals.ordered(office)
    office.ok("followup", "log", "明远", "--method", "phone", "--content", "确认了 30 个用户")
    return office


def test_attaching_to_a_customer(dealt: Office, tmp_path: Path) -> None:
    path = file(tmp_path)
    done = dealt.ok("customer", "attach", "明远", path, "--kind", "business-card")
    assert (done.out, done.err) == (
        f"attachment 1: 名片 李工.png (business-card, {len(CARD)} bytes) of HZ2026001\n",
        "",
    )
    (row,) = dealt.json("attachment", "list")
    assert row == {
        "id": 1, "kind": "business-card", "name": "名片 李工.png", "size": len(CARD), "subject_kind": "customer",
        "subject_ref": "HZ2026001", "customer_code": "HZ2026001", "customer_name": deals.NAME,
        "at": "2026-03-02T09:00:00+08:00", "by": "li.na", "sha256": sha256(CARD).hexdigest(),
    }  # fmt: skip
    assert list(row) == KEYS
    assert stored(dealt) == [place()]
    assert Path(path).read_bytes() == CARD, "the original stays"
    home = Path(store.folder(str(dealt.database)))
    assert stat.S_IMODE((home / place()).stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (home, (home / place()).parent)} == {0o700}


def test_the_trail_has_the_fact_and_not_the_name(dealt: Office, tmp_path: Path) -> None:
    dealt.ok("customer", "attach", "明远", file(tmp_path), "--kind", "business-card")
    dealt.ok("attachment", "remove", "1", "--reason", "重复")
    added, removed, pruned = leads.rows(dealt, "SELECT * FROM v_audit WHERE action LIKE 'attachment.%' ORDER BY id")
    assert (added["subject_ref"], removed["subject_ref"]) == ("HZ2026001", "HZ2026001")
    assert sha256(CARD).hexdigest() in added["after"] and sha256(CARD).hexdigest() in pruned["after"]
    assert "名片" not in str([added, removed, pruned])


@pytest.mark.parametrize(
    ("ref", "kind", "shown"),
    [
        ("q2026-0001", "quote", "Q2026-0001"),
        ("DD2026-0001", "order", "DD2026-0001"),
        ("AP2026-0001", "approval", "AP2026-0001"),
        ("f1", "followup", "F1"),
        ("明远制造", "customer", "HZ2026001"),
    ],
)
def test_any_record_can_carry_attachments(dealt: Office, tmp_path: Path, ref: str, kind: str, shown: str) -> None:
    row = dealt.json("attachment", "add", ref, file(tmp_path), "--kind", "proposal")
    assert (row["subject_kind"], row["subject_ref"], row["customer_code"]) == (kind, shown, "HZ2026001")
    assert [row["id"] for row in dealt.json("attachment", "list", ref)] == [1]
    assert [row["id"] for row in dealt.json("attachment", "list", "HZ2026001")] == [1], "all that belongs to it"


def test_several_files_and_listing_by_kind(dealt: Office, tmp_path: Path) -> None:
    one, two = file(tmp_path, "a.txt", b"a"), file(tmp_path, "b.txt", b"b")
    done = dealt.ok("customer", "attach", "明远", one, two, "--kind", "email")
    assert (
        done.out
        == "attachment 1: a.txt (email, 1 bytes) of HZ2026001\nattachment 2: b.txt (email, 1 bytes) of HZ2026001\n"
    )
    assert dealt.ok("attachment", "add", "Q2026-0001", one, "--kind", "proposal", "--quiet").out == "3\n"
    assert [row["id"] for row in dealt.json("attachment", "list", "明远")] == [3, 2, 1]
    assert [row["id"] for row in dealt.json("attachment", "list", "--kind", "email", "--limit", "1")] == [2]
    assert dealt.ok("attachment", "list", "AP2026-0001").out == ""
    assert dealt.ok("attachment", "list", "Q2026-0001", "--format", "ids").out == "3\n"
    leads.archive(dealt, "HZ2026001")
    assert dealt.json("attachment", "list") == []
    assert len(dealt.json("attachment", "list", "HZ2026001")) == 3


def test_the_same_content_is_stored_once(dealt: Office, tmp_path: Path) -> None:
    one, two = file(tmp_path, "one.png"), file(tmp_path, "two.png")
    dealt.ok("customer", "attach", "明远", one, "--kind", "chat")
    dealt.ok("attachment", "add", "Q2026-0001", two, "--kind", "chat")
    assert stored(dealt) == [place()]
    dealt.ok("attachment", "remove", "1", "--reason", "重复")
    assert stored(dealt) == [place()], "the quote still has it"
    dealt.ok("attachment", "remove", "2", "--reason", "重复")
    assert stored(dealt) == []
    assert dealt.json("attachment", "list") == []


def test_the_same_file_twice_is_a_duplicate(dealt: Office, tmp_path: Path) -> None:
    path = file(tmp_path)
    dealt.ok("customer", "attach", "明远", path, "--kind", "chat")
    done = dealt.run("customer", "attach", "明远", path, "--kind", "chat")
    assert (done.status, done.out) == (6, "")
    assert done.err.startswith("error [duplicate]: HZ2026001 has 名片 李工.png already: attachment 1: see: ")
    assert dealt.ok("customer", "attach", "明远", path, "--kind", "other", "--quiet").out == "2\n"
    dealt.ok("attachment", "remove", "1", "--reason", "x")
    assert dealt.ok("customer", "attach", "明远", path, "--kind", "chat", "--quiet").out == "3\n"


@pytest.mark.parametrize("name", ["a\nb.pdf", "-x.pdf", "报价*单?.pdf", "名" * 80 + ".pdf", "CON.txt", " .hidden"])
def test_names_of_all_kinds_come_back_as_files(dealt: Office, tmp_path: Path, name: str) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    row = dealt.json("customer", "attach", "明远", file(source, name), "--kind", "other")
    assert row["name"].isprintable() and not set(row["name"]) & set('/\\:*?"<>|\n')
    for _ in range(2):
        dealt.ok("attachment", "export", "1", "--to", str(target))
    assert len(list(target.iterdir())) == 2, "never overwritten"
    assert {path.read_bytes() for path in target.iterdir()} == {CARD}


def test_a_name_of_ones_own_cannot_leave_the_folder(dealt: Office, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    for name in ("../../etc/x.png", "/etc/passwd", "..", "x" * 180):
        path = file(tmp_path, content=name.encode())
        row = dealt.json("customer", "attach", "明远", path, "--kind", "other", "--name", name)
        assert row["name"] == name, "shown as it was given"
    done = dealt.ok("attachment", "export", "--all-of", "明远", "--to", str(target))
    assert done.out.splitlines()[0] == f"wrote 4 files to {target}"
    assert sorted(path.name for path in target.iterdir()) == ["_.._etc_x.png", "_etc_passwd", "attachment-3", "x" * 180]
    assert {stat.S_IMODE(path.stat().st_mode) for path in target.iterdir()} == {0o600}


def test_a_file_name_that_is_no_text(dealt: Office, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(path)).write_bytes(b"x")
    row = dealt.json("customer", "attach", "明远", os.fsdecode(path), "--kind", "other")
    assert row["name"] == "caf_.txt"


@pytest.mark.parametrize(
    ("make", "status", "error"),
    [
        (lambda path: path.mkdir(), 7, "error [not-a-file]: {path} is not a file"),
        (os.mkfifo, 7, "error [not-a-file]: {path} is not a file"),
        (lambda path: path.symlink_to("/dev/zero"), 7, "error [not-a-file]: {path} is not a file"),
        (lambda path: None, 7, "error [missing-file]: there is no file {path}"),
        (lambda path: path.write_bytes(b""), 7, "error [empty-file]: {path} is empty"),
        (lambda path: os.truncate(path, 25 * 1024**2 + 1) if path.write_bytes(b"x") else None, 7,
         "error [too-large]: {path} is larger than 25 MB: make it smaller"),
        (lambda path: path.symlink_to(path), 7, "error [file]: {path} cannot be read: Too many levels"),
    ],
)  # fmt: skip
def test_what_is_no_ordinary_file_is_refused(
    dealt: Office, tmp_path: Path, make: object, status: int, error: str
) -> None:
    path = tmp_path / "it"
    make(path)  # type: ignore[operator]  # a case of the table above
    good = file(tmp_path)
    before = leads.written(dealt)
    done = dealt.run("customer", "attach", "明远", good, str(path), "--kind", "other")
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(error.format(path=path))
    assert (leads.written(dealt), dealt.json("attachment", "list"), stored(dealt)) == (before, [], [])


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (("customer", "attach", "没有", "{}", "--kind", "other"), 3, "error [unknown-customer]: "),
        (("attachment", "add", "Q2026-0099", "{}", "--kind", "other"), 3, "error [unknown-record]: there is no record Q2026-0099"),
        (("attachment", "add", "F99", "{}", "--kind", "other"), 3, "error [unknown-record]: there is no record F99"),
        (("customer", "attach", "明远", "{}"), 2, "error [missing-value]: --kind is missing"),
        (("customer", "attach", "明远", "{}", "--kind", "photo"), 2, "error [invalid-value]: --kind: photo is not one of"),
        (("customer", "attach", "明远", "{}", "--kind", "other", "--name", " "), 2, "error [invalid-value]: the name of the file is empty"),
        (("customer", "attach", "明远", "{}", "--kind", "other", "--name", "x" * 300), 2, "error [invalid-value]: the name of the file has 300 characters"),
        (("customer", "attach", "明远", "{}", "--kind", "other", "--name", "a\x1b[2J"), 2, "error [invalid-value]: the name of the file has"),
        (("customer", "attach", "明远", "{}", "{}", "--kind", "other", "--name", "a"), 2, "error: --name is for one file"),
        (("customer", "attach", "明远", "{}", "{}", "--kind", "other"), 6, "error [duplicate]: HZ2026001 has "),
        (("attachment", "export",), 2, "error: say which attachments"),
        (("attachment", "export", "1"), 3, "error [unknown-attachment]: there is no attachment 1"),
        (("attachment", "open", "1"), 3, "error [unknown-attachment]: there is no attachment 1"),
        (("attachment", "remove", "1", "--reason", "x"), 3, "error [unknown-attachment]: there is no attachment 1"),
        (("attachment", "remove", "1"), 2, "error [missing-value]: --reason is missing"),
    ],
)  # fmt: skip
def test_what_is_refused_writes_nothing(
    dealt: Office, tmp_path: Path, words: tuple[str, ...], status: int, error: str
) -> None:
    path = file(tmp_path)
    done = dealt.run(*(path if word == "{}" else word for word in words))
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(error)
    assert (dealt.json("attachment", "list"), stored(dealt)) == ([], [])


def test_who_may_remove(dealt: Office, tmp_path: Path) -> None:
    dealt.ok("customer", "attach", "明远", file(tmp_path), "--kind", "other")
    done = dealt.run("attachment", "remove", "1", "--reason", "x", user="chen.jie")
    assert (done.status, done.err.startswith("error [not-permitted]: chen.jie may not do this")) == (5, True)
    assert stored(dealt) == [place()]
    assert dealt.run("attachment", "remove", "1", "--reason", " ").status == 2
    assert dealt.ok("attachment", "remove", "1", "--reason", "x", user="zhang.wei").out == "attachment 1 is removed\n"
    assert dealt.run("attachment", "remove", "1", "--reason", "x").status == 3


def test_a_file_with_a_follow_up(dealt: Office, tmp_path: Path) -> None:
    words = ("followup", "log", "明远", "--content", "发来聊天截图")
    record = dealt.json(*words, "--method", "wechat", "--attach", file(tmp_path), "--attach", file(tmp_path, "b", b"b"))
    rows = dealt.json("attachment", "list", f"F{record['id']}")
    assert [(row["kind"], row["subject_kind"], row["name"]) for row in rows] == [
        ("chat", "followup", "b"), ("chat", "followup", "名片 李工.png"),
    ]  # fmt: skip
    before = leads.written(dealt)
    done = dealt.run(*words, "--method", "email", "--attach", str(tmp_path / "none"))
    assert (done.status, leads.written(dealt)) == (7, before), "the follow-up is not kept without its file"
    dealt.ok(*words, "--method", "email", "--attach", file(tmp_path, "c", b"c"))
    assert dealt.json("attachment", "list", "--limit", "1")[0]["kind"] == "email"


def test_the_store_is_verified(dealt: Office, tmp_path: Path) -> None:
    dealt.ok("customer", "attach", "明远", file(tmp_path), file(tmp_path, "b", b"bb"), "--kind", "other")
    sound = {"ok": True, "attachments": 2, "files": 2, "pruned": 0, "problems": []}
    assert dealt.json("attachment", "verify") == sound
    assert dealt.json("db", "check") == {"ok": True, "problems": []}
    home = Path(store.folder(str(dealt.database)))
    (home / place()).unlink()
    (home / place(b"bb")).write_bytes(b"bc")
    (home / "ab").mkdir(exist_ok=True)
    (home / "ab" / "stranger").write_bytes(b"?")
    done = dealt.run("attachment", "verify", "--json")
    assert (done.status, done.json["ok"]) == (7, False)
    assert [(row["problem"], row["id"], row["name"], row["path"]) for row in done.json["problems"]] == [
        ("missing", 1, "名片 李工.png", str(home / place())),
        ("changed", 2, "b", str(home / place(b"bb"))),
        ("unreferenced", None, None, str(home / "ab" / "stranger")),
    ]
    checked = dealt.run("db", "check", "--json")
    assert checked.status == 7
    assert [(row["kind"], row["ref"], row["text"]) for row in checked.json["problems"]] == [
        ("attachment", "2", "the file of b was changed"),
        ("attachment", "1", "the file of 名片 李工.png is missing"),
    ]
    for key in ("1", "2"):
        export = dealt.run("attachment", "export", key, "--to", str(tmp_path))
        assert (export.status, export.out) == (7, "")
        assert "is missing or changed: see: salesflow attachment verify" in export.err
    dealt.ok("attachment", "add", "Q2026-0001", file(tmp_path), file(tmp_path, "b", b"bb"), "--kind", "other")
    assert dealt.json("attachment", "verify")["ok"], "attaching the same content again mends it"


def test_what_a_crash_leaves_is_named_and_pruned(dealt: Office, tmp_path: Path) -> None:
    dealt.ok("customer", "attach", "明远", file(tmp_path), "--kind", "other")
    home = Path(store.folder(str(dealt.database)))
    with store.acceptable(file(tmp_path, "b", b"bb"), 1):
        store.put(str(dealt.database), str(tmp_path / "b"), 1)  # its record was never committed
    (home / ".salesflow-x").mkdir()
    (home / ".salesflow-x" / "draft").write_bytes(b"half")
    found = dealt.json("attachment", "verify")
    assert (found["ok"], [row["problem"] for row in found["problems"]]) == (True, ["unreferenced"] * 2)
    assert dealt.json("db", "check")["ok"]
    assert dealt.json("attachment", "verify", "--prune") == {
        "ok": True, "attachments": 1, "files": 1, "pruned": 2, "problems": [],
    }  # fmt: skip
    assert stored(dealt) == [place()]
    assert [path.name for path in home.iterdir()].count(".salesflow-x") == 0
    assert dealt.json("attachment", "verify", "--prune")["pruned"] == 0


def test_a_backup_takes_the_files_along(dealt: Office, tmp_path: Path) -> None:
    dealt.ok("customer", "attach", "明远", file(tmp_path), file(tmp_path, "b", b"bb"), "--kind", "other")
    target = tmp_path / "backup.db"
    done = dealt.ok("db", "backup", str(target))
    assert done.out.splitlines()[1:] == [f"2 files of attachments are in {target}.files"]
    copy = Office(target, dealt.environment)
    assert copy.json("attachment", "verify")["ok"]
    home = Path(f"{target}.files")
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.rglob("*")} == {0o600, 0o700}
    Path(store.folder(str(dealt.database)), place()).write_bytes(b"spoilt")
    assert copy.json("attachment", "verify")["ok"], "a copy of its own"
    taken = tmp_path / "other.db"
    Path(f"{taken}.files").mkdir()
    assert dealt.run("db", "backup", str(taken)).status == 7
    assert not taken.exists()


def test_a_database_of_an_older_schema_is_backed_up_too(dealt: Office, tmp_path: Path) -> None:
    connection = sqlite3.connect(dealt.database)
    connection.executescript("DROP VIEW v_attachment; DROP TABLE attachment")
    connection.close()
    target = tmp_path / "backup.db"
    assert len(dealt.ok("db", "backup", str(target)).out.splitlines()) == 1
    assert target.exists() and not Path(f"{target}.files").exists()


def test_opening_gives_a_copy_that_cannot_be_written(
    dealt: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    dealt.ok("customer", "attach", "明远", file(tmp_path), "--kind", "other")
    done = dealt.ok("attachment", "open", "1", "--print-path")
    path = Path(done.out.removesuffix("\n"))
    assert (path.name, path.read_bytes()) == ("名片 李工.png", CARD)
    done = dealt.ok("attachment", "open", "1")
    path = Path(done.out.removesuffix("\n").removeprefix("a copy is at "))
    assert path.read_bytes() == CARD
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_systems_opener_is_started_but_never_a_program(
    dealt: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desktop of our own: an xdg-open that writes down what it was asked to open."""
    tools, seen = tmp_path / "bin", tmp_path / "seen"
    tools.mkdir()
    os.mkfifo(seen)
    (tools / "xdg-open").write_text(f'#!/bin/sh\nprintf %s "$1" > {seen}\n', encoding="utf-8")
    (tools / "xdg-open").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dealt.ok("customer", "attach", "明远", file(tmp_path), file(tmp_path, "a.desktop", b"x"), "--kind", "other")
    done = dealt.ok("attachment", "open", "1")
    assert done.out == f"opened {seen.read_text(encoding='utf-8')}\n"
    assert dealt.ok("attachment", "open", "2").out.startswith("a copy is at ")
    assert opener.open_copy(file(tmp_path, "x.SH")) is False


def test_attaching_in_a_program_of_its_own_in_chinese(dealt: Office, tmp_path: Path) -> None:
    done = dealt.program("customer", "attach", "明远", file(tmp_path), "--kind", "名片", lang="zh")
    assert (done.status, done.err) == (0, "")
    assert done.out == f"附件 1：名片 李工.png（名片，{len(CARD)} 字节），属于 HZ2026001\n"
    shown = dealt.program("attachment", "list", lang="zh").out
    assert "名片 李工.png" in shown and "HZ2026001" in shown


def test_numbers_of_attachments_are_completed(dealt: Office, tmp_path: Path) -> None:
    dealt.ok("customer", "attach", "明远", file(tmp_path), "--kind", "other")
    for verb in ("open", "export", "remove"):
        done = dealt.program("attachment", verb, "", _SALESFLOW_COMPLETE="offer_fish")
        assert done.out == "1\t名片 李工.png HZ2026001\n"


def test_a_removed_row_cannot_be_read_through_the_view(dealt: Office, tmp_path: Path) -> None:
    dealt.ok("customer", "attach", "明远", file(tmp_path), "--kind", "other")
    dealt.ok("attachment", "remove", "1", "--reason", "x")
    connection = sqlite3.connect(dealt.database)
    assert connection.execute("SELECT count(*) FROM v_attachment").fetchone() == (0,)
    assert connection.execute("SELECT name, removed_at IS NOT NULL FROM attachment").fetchall() == [
        ("名片 李工.png", 1)
    ]
    connection.close()
