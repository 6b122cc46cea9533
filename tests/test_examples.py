"""What the README, the guides and examples/ tell people to type: typed, in a world of its own, from top to bottom."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests import deals, post
from tests.conftest import ROOT, Office, outside

READMES = ("README.md", "README.zh.md")
GUIDES = ("docs/scripting.md", "docs/operation.md", "docs/policy.md")
WRITTEN_IN = "2026"  # the year in the numbers of the documents
SETTING_UP = "python3 "  # done by CI from a clean clone, and too long for here


@dataclass
class Shell:
    """A folder with the examples in it, and a PATH on which `salesflow` is the program."""

    folder: Path
    environ: dict[str, str]

    def run(self, line: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env={**self.environ, **extra},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def ok(self, line: str, **extra: str) -> str:
        done = self.run(line, **extra)
        assert done.returncode == 0, f"{line}\n-> {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout


def shell(folder: Path, environ: dict[str, str]) -> Shell:
    program = folder / "bin" / "salesflow"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m salesflow "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    shutil.copytree(ROOT / "examples", folder / "examples")
    return Shell(folder, outside(environ, PATH=f"{program.parent}{os.pathsep}{os.environ['PATH']}"))


def machine(folder: Path, language: str) -> Shell:
    """A person's machine, with nothing on it yet."""
    return shell(folder, {"HOME": str(folder), "COLUMNS": "100", "NO_COLOR": "1", "SALESFLOW_LANG": language})


def commands(document: str) -> list[str]:
    """The command lines in the shell blocks of a document; a line that ends with a backslash goes on."""
    text = (ROOT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def today(line: str) -> str:
    """A line of a document in the present year."""
    return line.replace(WRITTEN_IN, str(date.today().year))  # noqa: DTZ011 - the program's own clock is asked too


def test_the_readmes_tell_the_same() -> None:
    english, chinese = (commands(readme) for readme in READMES)
    assert english == [line.replace(" --lang zh", "") for line in chinese]
    assert [line for line in english if line.startswith(SETTING_UP)] == [
        "python3 -m venv .venv && . .venv/bin/activate && pip install --quiet . && salesflow demo",
        "python3 .ci/check.py",
    ]


@pytest.mark.parametrize("readme", READMES)
def test_who_took_the_tour_can_go_on(readme: str, tmp_path: Path) -> None:
    """What the tour exports names a database that is there: the README says how to leave it, before one's own is made."""
    place = machine(tmp_path, "en")
    text = (ROOT / readme).read_text(encoding="utf-8")
    (leave,) = re.findall(r"`(unset [^`]*)`", text)
    init = next(line for line in commands(readme) if line.startswith("salesflow init"))
    assert text.index(leave) < text.index(init)
    tour = place.ok("salesflow demo --customers 3")
    (enter,) = (line.strip() for line in tour.splitlines() if line.startswith("   export "))
    assert f"   {leave}" in tour.splitlines()
    assert place.run(f"{enter}; {init}").returncode == 7
    place.ok(f"{enter}; {leave}; {init}")


@pytest.mark.parametrize("readme", READMES)
def test_readme(readme: str, tmp_path: Path) -> None:
    """The five minutes, command after command, each of which succeeds and says something; then what the guides say."""
    place = machine(tmp_path, "zh" if "zh" in readme else "en")
    silent = ("followup overdue", "customer stale")  # nothing to say on the first day
    for line in commands(readme):
        if not line.startswith(SETTING_UP):
            out = place.ok(today(line))
            assert out or any(words in line for words in silent), line
    if readme == "README.md":
        follow_guides(place)
    assert json.loads(place.ok("salesflow db check --json"))["ok"]


def follow_guides(place: Shell) -> None:
    """What the guides say, in the world that the README made."""
    policy = re.search(
        r"^```toml\n(.*?)^```$", (ROOT / "docs/policy.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert policy is not None
    (place.folder / "our-policy.toml").write_text(policy[1], encoding="utf-8")
    for guide in GUIDES:
        for line in commands(guide):
            done = place.run(today(line))
            assert done.returncode in (0, 10), f"{guide}: {line}\n{done.stdout}\n{done.stderr}"


def test_the_links_of_the_readmes_lead_somewhere() -> None:
    for document in (*READMES, *GUIDES, "CONTRIBUTING.md", "docs/design.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            assert target.startswith("http") or (ROOT / document).parent.joinpath(target).exists(), (
                f"{document}: {target}"
            )


# --- examples/


@pytest.fixture
def busy(office: Office, tmp_path: Path) -> Shell:
    """An office in which something is due, quoted and waiting; as of a fixed moment."""
    deals.furnish(office)
    deals.quote(office, discount=deals.ABOVE)
    deals.ordered(office)
    deals.hire(office, "cron", *())
    deals.execute(office, "UPDATE staff SET email = :email WHERE login = 'li.na'", email=post.TO)
    office.ok(
        "followup",
        "plan",
        "HZ2026001",
        "--on",
        "2026-03-04",
        "--method",
        "phone",
        "--focus",
        "报价",
        now="2026-03-02 10:00",
    )
    office.now = "2026-03-05 08:30"
    environ = office.environ(lang="en")
    del environ["SALESFLOW_USER"]
    return shell(tmp_path, environ)


def crontab() -> tuple[dict[str, str], list[tuple[list[str], str]]]:
    """The variables of examples/crontab, and its lines: when, and what."""
    variables: dict[str, str] = {}
    jobs: list[tuple[list[str], str]] = []
    for line in (ROOT / "examples" / "crontab").read_text(encoding="utf-8").splitlines():
        if re.match(r"[A-Z_]+=", line):
            name, _, value = line.partition("=")
            variables[name] = value
        elif line.strip() and not line.startswith("#"):
            *when, what = line.split(None, 5)
            jobs.append((when, what.replace(r"\%", "%")))
    return variables, jobs


def test_crontab(busy: Shell) -> None:
    """Each line runs as cron would run it, twice: the second time the sweep and the reminders have the same or nothing to say."""
    variables, jobs = crontab()
    assert variables["SALESFLOW_DB"] == "/srv/sales/salesflow.db"
    assert len(jobs) >= 6
    (busy.folder / "srv" / "sales").mkdir(parents=True)
    (busy.folder / "srv" / "backup").mkdir()
    with post.serving() as server:
        post.write_configuration(str(busy.folder / "config.toml"), server.port)
        run_jobs(busy, variables, jobs)
    assert sorted(path.suffix for path in (busy.folder / "srv").rglob("*.*")) == [".db", ".html"]
    assert [message["To"] for message in server.came] == [post.TO]


def run_jobs(busy: Shell, variables: dict[str, str], jobs: list[tuple[list[str], str]]) -> None:
    for when, what in jobs:
        assert all(re.fullmatch(r"\*|\d+(-\d+)?(,\d+)*", part) for part in when), when
        line = what.replace("/srv/", f"{busy.folder}/srv/")
        first = busy.ok(line, SALESFLOW_LANG=variables["SALESFLOW_LANG"])
        if "remind" in line:
            assert (first, busy.ok(line)) == ("1\n", ""), "one mail for li.na, and none when it is run twice"
        elif "outbox" in line:
            assert first == "1\n"
            assert busy.ok(line) == ""
        elif "backup" in line:
            assert busy.run(line).returncode == 7, "a backup is never replaced"
        else:
            busy.ok(line)


def test_crontab_is_silent_where_there_is_nothing(office: Office, tmp_path: Path) -> None:
    deals.hire(office, "cron", *())
    environ = office.environ()
    del environ["SALESFLOW_USER"]
    place = shell(tmp_path, environ)
    for _, what in crontab()[1]:
        if "report" not in what and "backup" not in what:
            assert place.ok(what) == ""


def test_reminders(busy: Shell) -> None:
    assert busy.ok("sh examples/reminders.sh lists") == "li.na\n"
    assert sorted(path.name for path in (busy.folder / "lists").iterdir()) == ["li.na.txt"]
    assert deals.NAME in (busy.folder / "lists" / "li.na.txt").read_text(encoding="utf-8")
    assert busy.ok("sh examples/reminders.sh lists", SALESFLOW_AS_OF="2026-03-01 08:30") == "", "nothing is due yet"
    assert list((busy.folder / "lists").iterdir()) == [], "and yesterday's list is gone"
    assert busy.run("sh examples/reminders.sh").returncode == 2
    assert busy.run("sh examples/reminders.sh lists", SALESFLOW_DB="/nowhere.db").returncode != 0


def test_one_liners(busy: Shell) -> None:
    """With jq as they stand; without it, what they feed it is JSON."""
    lines = [
        line
        for line in (ROOT / "examples" / "jq.sh").read_text(encoding="utf-8").splitlines()
        if line.startswith("salesflow ")
    ]
    assert len(lines) >= 4
    for line in lines:
        rows = json.loads(busy.ok(f"{line.partition(' | jq')[0]}", SALESFLOW_USER="zhang.wei"))
        assert isinstance(rows, list)
        assert rows, line
        if shutil.which("jq"):
            assert busy.ok(line, SALESFLOW_USER="zhang.wei"), line
