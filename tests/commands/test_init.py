"""salesflow init: the database, its key, its first staff member; and the questions that a terminal is asked."""

from __future__ import annotations

import getpass
import os
import stat
from pathlib import Path

import pytest

from salesflow.enums import Role
from tests import deals
from tests.conftest import PROGRAM, ROOT, Office, outside
from tests.terminal import Seen, sit_down

COMPANY = "杭州云帆科技有限公司"
NEW = ("init", "--company", COMPANY, "--region", "hz", "--login", "Li.Na", "--name", "李娜")


@pytest.fixture
def fresh(tmp_path: Path) -> Office:
    """A machine without a database; the environment says nothing about who or when."""
    from tests.conftest import environment

    return Office(tmp_path / "new" / "sales.db", environment(tmp_path))


def run(fresh: Office, *words: str, user: str = "") -> tuple[int, str, str]:
    fresh.now, fresh.user = "", user
    done = fresh.run(*words)
    return done.status, done.out, done.err


def rows(fresh: Office, *words: str) -> list[dict[str, object]]:
    fresh.now = ""
    found = fresh.json(*words, user="li.na")
    assert isinstance(found, list)
    return found


def test_init_makes_everything_that_is_needed(fresh: Office) -> None:
    status, out, err = run(fresh, *NEW)
    key, config = f"{fresh.database}.key", fresh.environment["SALESFLOW_CONFIG"]
    assert (status, err) == (0, "")
    assert out == (
        f"made {fresh.database} for {COMPANY}; li.na holds every role\n"
        f"the key of contact values is {key}: keep a copy apart; "
        "without it they cannot be read, nothing else is lost\n"
        f"wrote user = li.na to {config}\n"
    )
    assert Path(config).read_text(encoding="utf-8") == 'user = "li.na"\n'
    for path in (str(fresh.database), key):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    staff = rows(fresh, "staff", "list")
    assert [(row["login"], row["name"], row["region"], row["roles"]) for row in staff] == [
        ("li.na", "李娜", "HZ", sorted(role.value for role in Role))
    ]
    trail = rows(fresh, "audit", "list", "--reverse")
    assert [row["action"] for row in trail] == ["init", "staff.add", "policy.apply"]
    assert fresh.json("db", "check")["ok"]
    info = fresh.json("db", "info")
    assert (info["company"], info["region"], info["policy"], info["demo"]) == (COMPANY, "HZ", "balanced", False)


def test_init_says_who_one_is(fresh: Office) -> None:
    """No configuration is written where the login is the system's, or was named, or is configured."""
    system = getpass.getuser()
    status, out, _ = run(fresh, "init", "--company", COMPANY, "--region", "HZ", "--json")
    assert status == 0
    assert f'"login": "{system}"' in out
    assert f'"name": "{system}"' in out
    assert not Path(fresh.environment["SALESFLOW_CONFIG"]).exists()
    fresh.database = fresh.database.with_name("second.db")
    status, out, _ = run(fresh, *NEW[:5], user="wang.fang")
    assert (status, "wang.fang holds every role" in out) == (0, True)
    assert not Path(fresh.environment["SALESFLOW_CONFIG"]).exists()


def test_quiet_prints_the_reference(fresh: Office) -> None:
    assert run(fresh, *NEW, "--quiet") == (0, "li.na\n", "")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("init",), 2, "error [missing-value]: --company is missing: see: salesflow init --help\n"),
        (("init", "--company", "云帆"), 2, "error [missing-value]: --region is missing: see: salesflow init --help\n"),
        ((*NEW[:3], "--region", "H"), 2, "H cannot be a region code"),
        ((*NEW[:3], "--region", "HZ1"), 2, "HZ1 cannot be a region code"),
        ((*NEW[:5], "--login", "李娜"), 2, "李娜 cannot be a login"),
        (("init", "--company", " ", *NEW[3:]), 2, "company is missing"),
        (("init", "--company", "云\x1b[31m帆", *NEW[3:]), 2, "company has the control character U+001B at position 2"),
        (("init", "--company", "云" * 201, *NEW[3:]), 2, "company has 201 characters, 200 are allowed"),
        ((*NEW[:7], "--name", ""), 2, "name is missing"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(
    fresh: Office, words: tuple[str, ...], status: int, said: str
) -> None:
    got, out, err = run(fresh, *words)
    assert (got, out) == (status, "")
    assert said in err
    assert not fresh.database.parent.exists() or os.listdir(fresh.database.parent) == []


def test_init_never_replaces_a_database(fresh: Office) -> None:
    run(fresh, *NEW)
    before = fresh.database.read_bytes()
    status, out, err = run(fresh, *NEW)
    assert (status, out) == (7, "")
    assert err == f"error [exists]: {fresh.database} exists already: use it as it is, or name another file with --db\n"
    assert fresh.database.read_bytes() == before


def test_init_never_replaces_the_key_of_another_database(fresh: Office) -> None:
    """Somebody moved the database away and forgot the key: without it the contact values would be lost."""
    run(fresh, *NEW)
    fresh.database.rename(fresh.database.with_name("moved.db"))
    key = Path(f"{fresh.database}.key")
    before = key.read_text(encoding="ascii")
    status, _, err = run(fresh, *NEW)
    assert (status, f"there is the key of another database at {key}" in err) == (7, True)
    assert key.read_text(encoding="ascii") == before
    assert not fresh.database.exists()


@pytest.mark.parametrize("place", ["file/x.db", "folder"])
def test_init_where_no_file_can_be(fresh: Office, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    fresh.database = tmp_path / place
    status, _, err = run(fresh, *NEW)
    assert status == 7
    assert err.startswith(("error [unwritable]: ", "error [exists]: "))


def test_the_language_of_init(fresh: Office) -> None:
    _, out, _ = run(fresh, "--lang", "zh", *NEW)
    assert out.splitlines()[0] == f"已为 {COMPANY} 建立 {fresh.database}；li.na 拥有全部角色"


# --- at a terminal


def answered(fresh: Office, *words: str, answers: list[tuple[str, str]], stdout_piped: bool = False) -> Seen:
    environ = outside({**fresh.environ(), "SALESFLOW_AS_OF": "", "SALESFLOW_USER": ""}, TERM="dumb")
    return sit_down([*PROGRAM, *words], environ, answers, cwd=ROOT, stdout_piped=stdout_piped)


def test_a_terminal_is_asked_for_what_is_missing(fresh: Office) -> None:
    answers = [
        ("Your company's name: ", "\n"),
        ("Your company's name: ", f"{COMPANY}\n"),
        ("2 to 6 letters, such as HZ: ", "HZ\n"),
        (f"Your login [{getpass.getuser()}]: ", "li.na\n"),
        ("Your name [li.na]: ", "李娜\n"),
    ]
    seen = answered(fresh, "init", answers=answers)
    assert seen.status == 0
    assert "li.na holds every role" in seen.screen
    assert [(row["login"], row["name"]) for row in rows(fresh, "staff", "list")] == [("li.na", "李娜")]


def test_defaults_are_taken_with_enter(fresh: Office) -> None:
    system = getpass.getuser()
    answers = [(f"Your login [{system}]: ", "\n"), (f"Your name [{system}]: ", "\n")]
    seen = answered(fresh, *NEW[:5], answers=answers)
    assert seen.status == 0
    assert f"{system} holds every role" in seen.screen


def test_questions_never_come_into_the_data(fresh: Office) -> None:
    answers = [("Your company's name: ", f"{COMPANY}\n")]
    seen = answered(fresh, "init", *NEW[3:], "--quiet", answers=answers, stdout_piped=True)
    assert (seen.status, seen.piped) == (0, "li.na\n")


@pytest.mark.parametrize("stdout_piped", [False, True])
@pytest.mark.parametrize("typed", ["\x04", "\x03"])
def test_a_question_that_is_not_answered(fresh: Office, typed: str, stdout_piped: bool) -> None:
    seen = answered(fresh, "init", answers=[("Your company's name: ", typed)], stdout_piped=stdout_piped)
    assert seen.status == 130
    assert "Traceback" not in seen.screen
    assert not fresh.database.exists()


def test_nobody_is_asked_who_is_not_there(fresh: Office) -> None:
    """stdin is a pipe: a missing value is a usage error, whatever stands in the pipe."""
    done = fresh.program("init", stdin=f"{COMPANY}\n")
    assert (done.status, done.out) == (2, "")


def test_answers_join_what_was_typed(office: Office) -> None:
    """Options and arguments in any order, also after "--"."""
    environ = outside(office.environ(user="zhang.wei"), TERM="dumb")
    answers = [("The login: letters, digits, '.', '_', '-': ", "wu.min\n"), ("The person's name: ", "-吴敏-\n")]
    seen = sit_down([*PROGRAM, "staff", "add", "--region", "HZ"], environ, answers, cwd=ROOT)
    assert seen.status == 0, seen.screen
    assert office.json("staff", "list")[5]["name"] == "-吴敏-"
    seen = sit_down([*PROGRAM, "staff", "add", "--", "wu.hao"], environ, [("The person's name: ", "吴浩\n")], cwd=ROOT)
    assert seen.status == 0, seen.screen
    assert len(office.json("staff", "list")) == 9


def test_an_answer_that_looks_like_an_option(office: Office) -> None:
    environ = outside(office.environ(user="zhang.wei"), TERM="dumb")
    seen = sit_down([*PROGRAM, "staff", "add", "--name", "x"], environ, [("The login", "--json\n")], cwd=ROOT)
    assert (seen.status, "--json cannot be a login" in seen.screen) == (2, True)


def test_a_question_in_chinese(office: Office) -> None:
    environ = outside(office.environ(user="zhang.wei", lang="zh"), TERM="dumb")
    seen = sit_down([*PROGRAM, "staff", "add", "wu.min"], environ, [("姓名: ", "吴敏\n")], cwd=ROOT)
    assert seen.status == 0


def test_tab_completes_a_reference(office: Office) -> None:
    """At a question as in the shell: the only customer that begins so is written out."""
    deals.furnish(office)
    environ = outside(office.environ(), TERM="dumb")
    answers = [("name or a part of it: ", "HZ\t"), ("HZ2026001", "\n")]
    seen = sit_down([*PROGRAM, "contact", "list", "--format", "plain"], environ, answers, cwd=ROOT)
    assert (seen.status, "王工" in seen.screen) == (0, True)
