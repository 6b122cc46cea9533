"""salesflow report weekly, as it is typed: whose week, which format, where to."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from salesflow.columns import Kind
from salesflow.output.values import NUMERIC
from salesflow.reports.weekly_columns import COLUMNS
from salesflow.text import width
from tests.conftest import Office
from tests.reports import season
from tests.terminal import sit_down

WEEKLY = ("report", "weekly", "--week", season.WEEK)


def test_a_salesperson_sees_their_own_week(review: Office) -> None:
    mine = review.json(*WEEKLY, user="chen.jie")
    assert (mine["scope"], mine["people"]) == ("owner", ["chen.jie"])
    assert (mine["new_customers"]["count"], mine["status_mix"]["total"], mine["followups"]["logged"]) == (1, 1, 0)
    assert (mine["quotes"]["made"], mine["approvals"]["waiting"], mine["orders"]["created"]) == (0, 0, 0)
    assert [row["customer_code"] for row in mine["next_week"]["items"]] == ["SH2026001"]
    assert review.json(*WEEKLY, "--all", user="chen.jie") == review.json(*WEEKLY)
    assert review.json(*WEEKLY, "--owner", "li.na", user="chen.jie")["quotes"]["made"] == 2


def test_what_the_people_have_adds_up(review: Office) -> None:
    whole = review.json(*WEEKLY)
    parts = [review.json(*WEEKLY, "--owner", login) for login in ("li.na", "chen.jie", "zhang.wei")]
    for column in COLUMNS:
        numbers = [
            inner.key for inner in column.columns if inner.kind is Kind.INTEGER and not inner.key.endswith("left_out")
        ]
        for key in set(numbers) - {"longest_days"}:
            assert sum(part[column.key][key] for part in parts) == whole[column.key][key], f"{column.key}.{key}"
    team = review.json(*WEEKLY, "--team", "wang.fang")
    assert team["scope"] == "team"
    assert {key: team[key] for key in whole if key not in ("scope", "people")} == {
        key: whole[key] for key in whole if key not in ("scope", "people")
    }


def test_the_heading_says_whose_week_it_is(review: Office) -> None:
    def heading(*words: str) -> str:
        return review.ok(*WEEKLY, *words, "--format", "markdown").out.splitlines()[0]

    week = "杭州云帆科技有限公司: weekly review 2026-W11, 2026-03-09 to 2026-03-15"
    assert heading() == f"# {week}"
    assert heading("--owner", "li.na") == f"# {week}, li.na"
    assert heading("--team", "wang.fang") == f"# {week}, team of wang.fang"


FUTURE = "a report looks back: name a week that has begun, such as 2026-W12"
FIELDS = "customer_code, customer_name, grade, won_on, cycle_days, owner, path, source, reason"
SUFFIXES = "let it end in one of .md, .html, .htm, .json, .jsonl, .csv, .tsv, .txt, or give --format"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("--week 2026-W99", 2, ' [invalid-value]: "2026-W99" is not an ISO week: write 2026-W12'),
        ("--week march", 2, ' [invalid-value]: "march" is not an ISO week: write 2026-W12'),
        ("--week 2026-W13", 2, f" [invalid-value]: the week 2026-W13 begins on 2026-03-23: {FUTURE}"),
        ("--last --week 2026-W11", 2, ": --week and --last name two weeks: give one of them"),
        ("--owner li.na --all", 2, ": --owner, --team and --all exclude one another: give one of them"),
        (
            "--owner li.an",
            3,
            " [unknown-staff]: there is no active staff member li.an: did you mean li.na? See: salesflow staff list",
        ),
        ("--sort week", 2, ": --sort and --reverse are for a list of records: give --drill SECTION as well"),
        ("--drill won --sort name", 2, f" [unknown-field]: name is not a field to sort by: sort by one of: {FIELDS}"),
        ("--to review.pdf", 2, f" [invalid-value]: the name review.pdf does not say the format: {SUFFIXES}"),
    ],
)
def test_wrong_input_gets_one_line(review: Office, words: str, status: int, said: str) -> None:
    done = review.run("report", "weekly", *words.split())
    assert (done.status, done.out, done.err) == (status, "", f"error{said}\n")


def test_a_section_that_is_none(review: Office) -> None:
    done = review.run("report", "weekly", "--drill", "quotes.maid")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(
        "error [invalid-value]: the report has no records behind quotes.maid: did you mean quotes.made? Give one of: "
        "new_customers, status_mix, status_changes, won, lost, followups, followups.planned, followups.logged, "
    )
    done = review.run("report", "weekly", "--drill", "collections", lang="zh")
    assert done.err.startswith("错误 [invalid-value]：报表中没有“collections”的明细：可选：new_customers")


@pytest.mark.parametrize("suffix", [".md", ".html", ".json", ".jsonl", ".csv", ".tsv", ".txt"])
def test_a_file_has_what_stdout_would_have(review: Office, tmp_path: Path, suffix: str) -> None:
    name = {".md": "markdown", ".txt": "plain"}.get(suffix, suffix[1:])
    file = tmp_path / f"复盘{suffix}"
    done = review.ok(*WEEKLY, "--to", str(file))
    assert (done.out, done.err) == (f"wrote {file}\n", "")
    printed = review.ok(*WEEKLY, "--format", name).out
    assert file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n") == printed.replace("\r\n", "\n")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf") == (suffix == ".csv"), "spreadsheets want the mark"


def test_a_file_that_is_there_is_replaced_and_that_is_said(review: Office, tmp_path: Path) -> None:
    file = tmp_path / "review.md"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o640)
    done = review.ok(*WEEKLY, "--to", str(file))
    assert done.out == f"wrote {file} over the file that was there\n"
    assert file.read_text(encoding="utf-8").startswith("# 杭州云帆科技有限公司")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [entry.name for entry in tmp_path.glob("*review*")] == ["review.md"], "nothing is left beside it"


def test_format_goes_before_the_suffix(review: Office, tmp_path: Path) -> None:
    file = tmp_path / "review.txt"
    review.ok(*WEEKLY, "--format", "json", "--fields", "week,won", "--to", str(file))
    assert json.loads(file.read_text(encoding="utf-8"))["won"]["count"] == 1


def test_a_drill_goes_to_a_file_too(review: Office, tmp_path: Path) -> None:
    file = tmp_path / "won.csv"
    review.ok(*WEEKLY, "--drill", "won", "--to", str(file))
    (row,) = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    assert (row["customer_code"], row["cycle_days"], row["path"]) == (
        "HZ2026001",
        "21",
        "prospect, interested, hot, won",
    )


@pytest.mark.skipif(os.name == "nt", reason="no such permissions")
def test_a_file_that_cannot_be_written(review: Office, tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path / "nowhere" / "review.md", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        done = review.run(*WEEKLY, "--format", "markdown", "--to", str(path))
        assert (done.status, done.out) == (7, "")
        assert done.err == f"error [file]: {path} cannot be written: {reason}: check the folder and its permissions\n"
    assert not list(tmp_path.glob(".tmp*"))


def test_every_figure_is_a_line_of_the_csv(review: Office) -> None:
    report = review.json(*WEEKLY)
    lines = list(csv.DictReader(io.StringIO(review.ok(*WEEKLY, "--format", "csv").out)))
    found = {(line["section"], line["group"], line["item"], line["figure"]): line["value"] for line in lines}
    assert len(found) == len(lines), "no figure twice"
    for column in COLUMNS:
        for inner in column.columns:
            if inner.kind in NUMERIC:
                value = report[column.key][inner.key]
                assert found[column.key, "", "", inner.key] == ("" if value is None else str(value))
    assert found["won", "cycle_days", "", "median"] == "21"
    assert found["won", "steps", "prospect > interested", "median_days"] == "12"
    assert found["followups", "by_person", "li.na", "missed"] == "1"
    assert found["next_week", "by_day", "2026-03-17", "count"] == "2"
    assert found["", "", "", "running"] == "false"


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
@pytest.mark.parametrize(("columns", "last"), [(80, "issues"), (200, "Owner")])
def test_it_fits_a_terminal(review: Office, columns: int, last: str) -> None:
    environ = {**os.environ, **review.environment, "COLUMNS": str(columns), "TERM": "dumb"}
    environ |= {"SALESFLOW_DB": str(review.database), "SALESFLOW_USER": "zhang.wei", "SALESFLOW_LANG": "en"}
    environ |= {"SALESFLOW_AS_OF": season.OVER}
    seen = sit_down([sys.executable, "-m", "salesflow", *WEEKLY], environ, columns=columns)
    assert seen.status == 0
    table = [line for line in seen.screen.splitlines() if not line.startswith("note:")]
    assert max(map(width, table)) <= columns
    assert next(line for line in table if "Next on" in line).split()[-1] == last
    assert ("note: no room for" in seen.screen) == (columns == 80)


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("--owner li", ["li.na", "liu.yang"]),
        ("--team z", ["zhang.wei", "zhao.lei"]),
        ("--drill quotes", ["quotes", "quotes.made", "quotes.accepted", "quotes.waiting"]),
    ],
)
def test_tab_completes_people_and_sections(review: Office, typed: str, values: list[str]) -> None:
    asked = {"_SALESFLOW_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    done = review.program(**asked, _TYPER_COMPLETE_ARGS=f"salesflow report weekly {typed}")
    assert [line.split("\t")[0] for line in done.out.splitlines() if line] == values


def test_nothing_behind_a_section_says_so_at_a_terminal_only(review: Office) -> None:
    words = (*WEEKLY, "--drill", "stale.stale")
    assert (review.ok(*words).out, review.ok(*words).err) == ("", "")
    assert review.ok(*words, "--json").out == "[]\n"
