"""salesflow demo: what it prints, what it replaces and what it refuses to touch; every command of its tour."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests import deals
from tests.conftest import ROOT, Office, environment, outside

NOW = "2026-03-06 09:00"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    """A demonstration and what was said when it was made."""
    folder = tmp_path_factory.mktemp("demo")
    office = Office(folder / "sales" / "salesflow.db", environment(folder), now=NOW, user="zhang.wei")
    return office, office.ok("demo", "--dir", str(folder / "sales"), "--customers", "30").out


def small(office: Office, folder: Path, *words: str, lang: str = "en") -> str:
    """Make one of three customers; what was said."""
    return office.ok("demo", "--dir", str(folder), "--customers", "3", *words, lang=lang).out


def files(folder: Path) -> set[str]:
    """What there is, but for what SQLite keeps beside a database that is read."""
    return {path.name for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))}


def commands(said: str) -> list[list[str]]:
    """The tour's commands, each as the words of a command line."""
    lines = [line.strip() for line in said.splitlines() if line.startswith("   salesflow ")]
    return [shlex.split(line)[1:] for line in lines]


def test_the_tour_has_ten_commands(made: tuple[Office, str]) -> None:
    office, said = made
    assert said.splitlines()[:5] == [
        f"made a sample database: {office.database}",
        "now try these ten commands; first tell your shell where the database is and who you are:",
        f"   export SALESFLOW_DB={office.database} SALESFLOW_USER=zhang.wei",
        "1. what to do today, as the manager",
        "   salesflow today",
    ]
    assert [line.split(".")[0] for line in said.splitlines()[3:-2:2]] == [str(number) for number in range(1, 11)]
    found = commands(said)
    assert len(found) == 10
    assert [words[:2] for words in found[1:3]] == [["customer", "list"], ["customer", "show"]]


@pytest.mark.parametrize("number", range(10))
def test_every_command_of_the_tour_shows_something(
    made: tuple[Office, str], number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, said = made
    monkeypatch.chdir(tmp_path)
    words = commands(said)[number]
    user = office.user
    if words[0] == "--user":
        user, words = words[1], words[2:]
    done = office.run(*words, user=user)
    assert done.status == 0, done.err
    if words[-1] == "review.html":
        assert (tmp_path / "review.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    else:
        assert len(done.out.splitlines()) >= 2, done.out


def test_the_tour_can_be_pasted_into_a_shell(made: tuple[Office, str], tmp_path: Path) -> None:
    _office, said = made
    script = ["set -e", f'salesflow() {{ {shlex.quote(sys.executable)} -m salesflow "$@"; }}']
    script += [line.strip() for line in said.splitlines() if line.startswith("   ")]
    done = subprocess.run(
        ["sh", "-c", "\n".join(script)],
        cwd=tmp_path,
        env=outside(environment(tmp_path), SALESFLOW_AS_OF=NOW, PYTHONPATH=str(ROOT), SALESFLOW_LANG="zh"),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (done.returncode, "错误" in done.stderr) == (0, False), done.stderr
    assert (tmp_path / "review.html").exists()


def test_the_tour_in_chinese(office: Office, tmp_path: Path) -> None:
    said = small(office, tmp_path / "示例 数据", lang="zh")
    lines = said.splitlines()
    assert lines[0] == f"已建立示例数据库：{tmp_path}/示例 数据/salesflow.db"
    assert lines[2] == f"   export SALESFLOW_DB='{tmp_path}/示例 数据/salesflow.db' SALESFLOW_USER=zhang.wei"
    assert lines[3] == "1. 作为主管，今天做什么"
    assert len(commands(said)) == 10


def test_without_a_quote_that_waits_the_tour_explains_the_customer(office: Office, tmp_path: Path) -> None:
    said = office.ok("demo", "--dir", str(tmp_path / "d"), "--customers", "1", "--size", "large").out
    found = commands(said)
    assert found[6] == ["explain", found[2][2]]


def test_quiet_and_json_give_the_file(office: Office, tmp_path: Path) -> None:
    path = f"{tmp_path}/d/salesflow.db"
    assert small(office, tmp_path / "d", "--quiet") == f"{path}\n"
    assert office.json("demo", "--dir", str(tmp_path / "d"), "--customers", "3") == {"ref": path}


def test_it_comes_to_the_folder_where_one_is(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert office.ok("demo", "--customers", "2", "--quiet").out == "salesflow-demo/salesflow.db\n"
    assert files(tmp_path / "salesflow-demo") == {"salesflow.db", "salesflow.db.key"}
    assert office.database.stat().st_size  # neither --db nor SALESFLOW_DB is meant


def test_its_own_day_is_the_one_of_as_of(office: Office, tmp_path: Path) -> None:
    office.ok("demo", "--dir", str(tmp_path / "d"), "--customers", "3", now="2028-02-29 10:00")
    other = Office(tmp_path / "d" / "salesflow.db", office.environment, now="2028-02-29 10:00", user="zhang.wei")
    assert "2028-02-2" in deals.value(other, "SELECT max(at) FROM v_audit")


def test_an_earlier_demonstration_is_replaced(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "a#b?c%20"
    small(office, folder)
    before = (folder / "salesflow.db.key").read_text()
    office.ok("demo", "--dir", str(folder), "--customers", "2", "--seed", "9")
    assert (folder / "salesflow.db.key").read_text() != before
    again = Office(folder / "salesflow.db", office.environment, now=office.now, user="zhang.wei")
    assert len(again.json("customer", "list")) == 2
    assert again.json("db", "check") == {"ok": True, "problems": []}
    assert deals.value(again, "SELECT value FROM setting WHERE name = 'demo_seed'") == "9"


def own(office: Office, file: Path) -> None:
    """Somebody's own database."""
    office.ok("--db", str(file), "init", "--company", "甲", "--region", "HZ", "--login", "li.na", "--name", "李娜")


def folder(_: Office, file: Path) -> None:
    file.mkdir()


def notes(_: Office, file: Path) -> None:
    file.write_text("my notes", encoding="utf-8")


@pytest.mark.parametrize("kind", [own, folder, notes])
def test_nothing_else_is_ever_touched(office: Office, tmp_path: Path, kind: object) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    file = place / "salesflow.db"
    kind(office, file)  # type: ignore[operator]  # one of the functions above
    before = {path.name: path.is_file() and path.read_bytes() for path in place.iterdir()}
    done = office.run("demo", "--dir", str(place))
    assert (done.status, done.out) == (7, "")
    assert done.err == f"error [exists]: {file} exists and is no demonstration: name another folder with --dir\n"
    assert {path.name: path.is_file() and path.read_bytes() for path in place.iterdir()} == before


def test_the_key_of_a_lost_database_is_kept(office: Office, tmp_path: Path) -> None:
    small(office, tmp_path / "d")
    (tmp_path / "d" / "salesflow.db").unlink()
    key = (tmp_path / "d" / "salesflow.db.key").read_text()
    done = office.run("demo", "--dir", str(tmp_path / "d"))
    assert (done.status, done.out) == (7, "")
    assert "there is the key of another database" in done.err
    assert (tmp_path / "d" / "salesflow.db.key").read_text() == key


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--size", "huge"), "error [invalid-value]: huge is not a size: use one of: small, large\n"),
        (
            ("--customers", "0"),
            "error [invalid-value]: a demonstration has one customer at least: leave out --customers for the usual\n",
        ),
        (("--customers", "-1"), "--customers: -1 is not a whole number"),
        (("--customers", "many"), "--customers: many is not a whole number"),
        (("--seed", "7.5"), "--seed: 7.5 is not a whole number"),
        (("here",), "too many words: here"),
    ],
)
def test_what_cannot_be(office: Office, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = office.run("demo", "--dir", str(tmp_path / "d"), *words)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert says in done.err
    assert not (tmp_path / "d").exists()


def test_a_folder_that_cannot_be_written(office: Office) -> None:
    done = office.run("demo", "--dir", "/proc/salesflow-demo")  # where not even the superuser may
    assert (done.status, done.out) == (7, "")
    assert "cannot be made" in done.err


def test_a_file_in_the_way(office: Office, tmp_path: Path) -> None:
    (tmp_path / "d").write_text("no folder", encoding="utf-8")
    done = office.run("demo", "--dir", str(tmp_path / "d"))
    assert (done.status, done.out, done.err.count("\n")) == (7, "", 1)
    assert "cannot be made" in done.err


def test_the_large_one(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "d" / "salesflow.db"
    assert (
        office.ok("demo", "--dir", str(tmp_path / "d"), "--size", "large", "--customers", "300", "--quiet").out
        == f"{path}\n"
    )
    large = Office(path, office.environment, now=office.now, user="zhang.wei")
    assert large.json("db", "check") == {"ok": True, "problems": []}
    assert large.json("audit", "verify")["ok"] is True
    info = large.json("db", "info")
    assert (info["customers"], info["followups"], info["demo"]) == (300, 3_000, True)
    assert large.ok("approval", "list", "--format", "ids").out.count("\n") == 8


def test_as_a_program_of_its_own(office: Office, tmp_path: Path) -> None:
    done = office.program("demo", "--dir", str(tmp_path / "d"), "--customers", "2")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"made a sample database: {tmp_path}/d/salesflow.db\n")
    assert files(tmp_path / "d") == {"salesflow.db", "salesflow.db.key"}
