"""The root command: global options, the error boundary and its exit statuses, the language, streams that go away."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesflow import __version__, cli, failures, i18n
from salesflow.errors import SalesflowError
from salesflow.i18n import msg
from tests.conftest import Office


@pytest.fixture(autouse=True)
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the logs of defects go."""
    folder = tmp_path / "logs"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


# --- global options


def test_version(office: Office) -> None:
    assert office.program("--version").out == f"salesflow {__version__}\n"
    done = office.run("--verbose", "--version")
    assert (done.status, done.out) == (0, f"salesflow {__version__}\n")


def test_nothing_at_all_shows_the_help_and_is_wrong_usage(office: Office) -> None:
    done = office.run()
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Usage: salesflow [OPTIONS] COMMAND [ARGS]...\n")
    assert "  customer     Customers: the customer file, status, import, stale leads.\n" in done.err


@pytest.mark.parametrize("noun", ["staff", "db", "audit", "config"])
def test_a_noun_alone_shows_its_help_and_is_wrong_usage(office: Office, noun: str) -> None:
    done = office.run(noun)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"Usage: salesflow {noun} [OPTIONS] COMMAND [ARGS]...\n")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ("--color", "red", "staff", "list"),
            "error: red is not a value for --color: use one of: auto, always, never\n",
        ),
        (("--lang", "fr", "staff", "list"), "error: fr is not a value for --lang: use one of: en, zh\n"),
        (
            ("--db", "postgresql://sales", "staff", "list"),
            "error: postgresql://sales is not the address of an SQLite file: give a path, or sqlite:///path\n",
        ),
        (
            ("--db", "sqlite://sales.db", "staff", "list"),
            "error: sqlite://sales.db is not the address of an SQLite file: give a path, or sqlite:///path\n",
        ),
        (
            ("--usr", "li.na", "staff", "list"),
            "error [unknown-option]: there is no option --usr: did you mean --user? See: salesflow --help\n",
        ),
        (("--user",), "error [missing-value]: --user needs a value: see: salesflow --help\n"),
        (
            ("stff", "list"),
            "error [unknown-command]: there is no command salesflow stff: did you mean staff? See: salesflow --help\n",
        ),
        (
            ("xyzzy",),
            "error [unknown-command]: there is no command salesflow xyzzy: see: salesflow --help\n",
        ),
        (("",), "error [unknown-command]: there is no command salesflow : see: salesflow --help\n"),
        (("--", "-x"), "error [unknown-command]: there is no command salesflow -x: see: salesflow --help\n"),
        (
            ("staff", "lst"),
            (
                "error [unknown-command]: there is no command salesflow staff lst: did you mean list? "
                "See: salesflow staff --help\n"
            ),
        ),
        (
            ("staff", "list", "--limt", "3"),
            "error [unknown-option]: there is no option --limt: did you mean --limit? See: salesflow staff list --help\n",
        ),
        (("staff", "list", "-x"), "error [unknown-option]: there is no option -x: see: salesflow staff list --help\n"),
        (
            ("staff", "list", "--limit"),
            "error [missing-value]: --limit needs a value: see: salesflow staff list --help\n",
        ),
        (
            ("staff", "list", "--json=yes"),
            "error [invalid-value]: --json takes no value: see: salesflow staff list --help\n",
        ),
        (
            ("staff", "list", "--limit", "many"),
            "error [invalid-value]: --limit: many is not a whole number: write up to nine digits and nothing else\n",
        ),
        (
            ("staff", "list", "--limit", "-1"),
            "error [invalid-value]: --limit: -1 is not a whole number: write up to nine digits and nothing else\n",
        ),
        (
            ("staff", "list", "--format", "jsno"),
            (
                "error [invalid-value]: there is no format jsno: did you mean json? "
                "The formats are: table, plain, json, jsonl, csv, tsv, markdown, html, ids\n"
            ),
        ),
        (
            ("staff", "list", "--format", "pdf"),
            (
                "error [invalid-value]: there is no format pdf: "
                "the formats are: table, plain, json, jsonl, csv, tsv, markdown, html, ids\n"
            ),
        ),
        (
            ("staff", "list", "li.na", "wang fang"),
            "error: too many words: li.na, wang fang: quote a value that has blanks; see: salesflow staff list --help\n",
        ),
        (("staff", "add"), "error [missing-value]: LOGIN is missing: see: salesflow staff add --help\n"),
        (("staff", "add", "wu.min"), "error [missing-value]: --name is missing: see: salesflow staff add --help\n"),
        (
            ("staff", "add", "wu.min", "--name", "吴敏", "--role", "king"),
            (
                "error [invalid-value]: --role: king is not one of the codes: use one of: rep, senior_rep, assistant, manager, "
                "finance, legal, operations, service, technical, director\n"
            ),
        ),
        (
            ("staff", "list", "--sort", "nme"),
            (
                "error [unknown-field]: nme is not a field to sort by: did you mean name? "
                "Sort by one of: login, name, roles, region, manager, active, created_at, email, version\n"
            ),
        ),
    ],
)
def test_wrong_usage_is_one_line_that_names_what_was_meant(office: Office, words: tuple[str, ...], error: str) -> None:
    done = office.run(*words, user="zhang.wei")
    assert (done.status, done.out, done.err) == (2, "", error)


def test_wrong_usage_in_chinese(office: Office) -> None:
    catalogue = i18n.catalogue("zh")
    done = office.run("staff", "lst", lang="zh")
    hint = catalogue.gettext("did you mean {name}? See: {command} --help").format(
        name="list", command="salesflow staff"
    )
    assert hint in done.err
    assert done.status == 2


def test_as_of_sets_the_clock_of_what_reads(office: Office) -> None:
    assert office.json("audit", "list", now="2026-03-02 09:00") != []
    assert office.json("--as-of", "2026-03-02 08:59", "audit", "list") == []
    assert office.json("--as-of", "2026-03-01", "audit", "list") == []
    assert office.json("--as-of", "2026-03-02", "audit", "list") != [], "a date alone means its end"
    done = office.run("--as-of", "yesterdayish", "audit", "list")
    assert (done.status, done.out) == (2, "")
    assert '"yesterdayish" is not a point in time' in done.err


def test_as_of_is_refused_with_commands_that_write(office: Office, tmp_path: Path) -> None:
    real = tmp_path / "real.db"
    made = ("init", "--company", "云帆", "--region", "HZ", "--login", "li.na", "--name", "李娜")
    assert office.program("--db", str(real), *made, SALESFLOW_AS_OF="").status == 0
    words = ("--db", str(real), "staff", "add", "wu.min", "--name", "吴敏")
    done = office.run(*words)
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "error: --as-of is for commands that only read: leave it out; records are always written at the present time\n"
    )
    assert office.run("--db", str(real), "staff", "list", "--format", "ids").out == "li.na\n"


def test_the_database_is_named_by_option_environment_configuration_in_this_order(
    office: Office, tmp_path: Path
) -> None:
    def path(*words: str, **extra: str) -> str:
        return office.program(*words, "db", "path", **extra).out.rstrip("\n")

    (tmp_path / "config.toml").write_text('db = "/configured.db"\n', encoding="utf-8")
    assert path("--db", "/option.db") == "/option.db"
    assert path("--db", "sqlite:////option.db") == "/option.db"
    assert path(SALESFLOW_DB="/environment.db") == "/environment.db"
    assert path(SALESFLOW_DB="") == "/configured.db"
    (tmp_path / "config.toml").unlink()
    assert path(SALESFLOW_DB="") == str(tmp_path / "data" / "salesflow" / "salesflow.db")
    assert path("--db", "~/mine.db") == str(tmp_path / "mine.db")


@pytest.mark.parametrize(
    ("words", "environ", "chinese"),
    [
        (("--lang", "zh"), {}, True),
        (("--lang=zh",), {"LC_ALL": "en_US.UTF-8"}, True),
        (("--lang", "en"), {"SALESFLOW_LANG": "zh"}, False),
        ((), {"SALESFLOW_LANG": "zh"}, True),
        ((), {"SALESFLOW_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, False),
        ((), {"SALESFLOW_LANG": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN.UTF-8"}, True),
        ((), {"SALESFLOW_LANG": "", "LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, False),
        ((), {"SALESFLOW_LANG": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, False),
    ],
)
def test_the_language(
    office: Office, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], environ: dict[str, str], chinese: bool
) -> None:
    for name in ("SALESFLOW_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, environ.get(name, ""))
    monkeypatch.setenv("SALESFLOW_CONFIG", office.environment["SALESFLOW_CONFIG"])
    cli.choose_language([*words, "staff", "list"])
    assert i18n.language() == ("zh" if chinese else "en")


def test_the_language_of_the_configuration(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SALESFLOW_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("SALESFLOW_LANG", "")
    (tmp_path / "config.toml").write_text('lang = "zh"\n', encoding="utf-8")
    cli.choose_language(["staff", "list"])
    assert i18n.language() == "zh"
    (tmp_path / "config.toml").write_text('lang = "kl', encoding="utf-8")
    cli.choose_language(["staff", "list"])
    assert i18n.language() == "en", "the command itself will say what is wrong"


def test_colour(office: Office) -> None:
    table = ("staff", "list", "--format", "table")
    assert "\x1b[" in office.ok("--color", "always", *table).out
    assert "\x1b[" not in office.ok("--color", "never", *table).out
    assert "\x1b[" not in office.ok(*table).out


# --- the error boundary


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("staff", "lst"), 2, "unknown-command"),
        (("audit", "list", "--since", "someday"), 2, "invalid-value"),
        (("staff", "add", "wu.min", "--name", "吴敏", "--manager", "nobody"), 3, "unknown-staff"),
        (("--user", "li.na", "staff", "add", "wu.min", "--name", "吴敏"), 5, "not-permitted"),
        (("--user", "nobody", "staff", "add", "wu.min", "--name", "吴敏"), 5, "unknown-user"),
        (("staff", "add", "li.na", "--name", "李娜"), 6, "duplicate"),
        (("--db", "/nowhere/x.db", "staff", "list"), 7, "missing-database"),
    ],
)
def test_exit_status_and_error_as_json(office: Office, words: tuple[str, ...], status: int, code: str) -> None:
    done = office.run(*words, "--json", user="zhang.wei")
    assert (done.status, done.out) == (status, "")
    assert len(done.err.splitlines()) == 1
    error = json.loads(done.err)["error"]
    assert list(error) == ["code", "message", "hint", "details"]
    assert error["code"] == code
    assert error["message"]
    assert error["hint"]


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], False),
        (["--json"], True),
        (["--format", "json"], True),
        (["--format=jsonl"], True),
        (["--format", "csv"], False),
        (["--format"], False),
        (["--content", "the --json option"], False),
    ],
)
def test_who_wants_json(arguments: list[str], wanted: bool) -> None:
    assert failures.wants_json(arguments) is wanted


def raising(error: BaseException, *arguments: str) -> int:
    def run() -> int:
        raise error

    return failures.guarded(run, arguments)


def test_a_defect_is_exit_1_and_leaves_a_log(capsys: pytest.CaptureFixture[str], logs: Path) -> None:
    assert raising(ZeroDivisionError("division by zero"), "customer", "add", "13812345678") == 1
    said = capsys.readouterr().err
    log = next(logs.glob("salesflow-*.log"))
    assert said == (
        "error [defect]: unexpected failure: ZeroDivisionError: division by zero: "
        f"this is a defect; please report it with the file {log}\n"
    )
    kept = log.read_text(encoding="utf-8")
    assert kept.startswith(f"salesflow {__version__}, Python {sys.version}\nTraceback (most recent call last):\n")
    assert kept.endswith("ZeroDivisionError: division by zero\n")
    assert "13812345678" not in kept, "what was typed is nobody's business"


def test_a_defect_as_json_and_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(KeyError("x"), "--json", "--verbose") == 1
    traceback, _, last = capsys.readouterr().err.rstrip("\n").rpartition("\n")
    assert traceback.startswith("Traceback (most recent call last):\n")
    error = json.loads(last)["error"]
    assert (error["code"], error["message"]) == ("defect", "unexpected failure: KeyError: 'x'")


def test_a_defect_without_a_place_for_its_log(capsys: pytest.CaptureFixture[str], logs: Path) -> None:
    logs.rmdir()
    assert raising(KeyError("x")) == 1
    assert capsys.readouterr().err.endswith("this is a defect; please report what --verbose shows\n")


def test_an_error_with_a_cause_shows_it_when_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    error = SalesflowError(msg("wrong"))
    error.__cause__ = ValueError("because")
    assert raising(error) == 1
    assert capsys.readouterr().err == "error: wrong\n"
    assert raising(error, "--verbose") == 1
    assert "ValueError: because" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (OSError(13, "Permission denied", "/srv/x.csv"), 7, "error [file]: /srv/x.csv: Permission denied\n"),
        (
            OSError(28, "No space left on device"),
            7,
            "error [file]: reading or writing failed: No space left on device\n",
        ),
        (OSError("odd"), 7, "error [file]: reading or writing failed: odd\n"),
        (
            UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"),
            2,
            "error: '\\udcff' is not text: write it in the terminal's encoding\n",
        ),
        (KeyboardInterrupt(), 130, "\n"),
        (BrokenPipeError(32, "Broken pipe"), 0, ""),
    ],
)
def test_what_the_system_says(error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(error) == status
    assert capsys.readouterr().err == said


def test_errors_of_the_driver() -> None:
    import sqlite3

    assert raising(sqlite3.OperationalError("database or disk is full")) == 7
    assert raising(sqlite3.ProgrammingError("Incorrect number of bindings supplied")) == 1


def test_an_error_names_no_value_of_endless_length(office: Office) -> None:
    done = office.run("staff", "add", "a" * 100_000, "--name", "x", user="zhang.wei")
    assert done.status == 2
    assert len(done.err) < 800
    assert done.err.startswith(f"error [invalid-value]: {'a' * 500}… cannot be a login")


def test_an_error_never_controls_the_terminal(office: Office) -> None:
    done = office.run("staff", "\x1b[31mred\u202e")
    assert done.status == 2
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err
    assert r"\x1b[31mred\u202e" in done.err


# --- the way in for other programs


def test_errors_are_the_callers_when_it_asks_for_them(office: Office) -> None:
    with pytest.raises(SalesflowError) as caught:
        CliRunner().invoke(
            cli.app, ["staff", "lst"], env=office.environ(), standalone_mode=False, catch_exceptions=False
        )
    assert caught.value.code == "unknown-command"
    result = CliRunner().invoke(
        cli.app, ["staff", "list", "--format", "ids"], env=office.environ(), standalone_mode=False
    )
    assert (result.exit_code, result.return_value) == (0, 0)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("salesflow sta", {"staff"}),
        ("salesflow staff ", {"add", "deactivate", "edit", "list", "whoami"}),
        ("salesflow staff list --lim", {"--limit"}),
        ("salesflow --col", {"--color"}),
    ],
)
def test_the_shell_completes_words(office: Office, typed: str, offered: set[str]) -> None:
    words = typed.split(" ")
    done = office.program(
        _SALESFLOW_COMPLETE="complete_bash", COMP_WORDS=typed.rstrip(), COMP_CWORD=str(len(words) - 1)
    )
    assert (done.status, done.err) == (0, "")
    assert {line.rpartition(",")[2] for line in done.out.splitlines()} == offered
