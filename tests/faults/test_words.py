"""Random command lines: whatever is typed, there is no traceback, and the exit status is one of the table, never 1."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, example, given, note, settings
from hypothesis import strategies as st

from tests import deals
from tests.conftest import PROGRAM, ROOT, STAFF, Office, copied, environment, outside
from tests.faults.hardship import SOAK, long
from tests.test_help import LEAVES

STATUSES = {0, 2, 3, 4, 5, 6, 7, 10}
SOUND = ("error [database]", "error [damaged]", "error [disk", "error [not-a-database]", "error [defect]")
SLOW = {("demo",)}  # takes seconds; it has tests of its own

REFERENCES = [
    "HZ2026001",
    "hz2026001",
    "HZ2026999",
    deals.NAME,
    "杭州",
    "Q2026-0001",
    "AP2026-0001",
    "DD2026-0001",
    *STAFF,
]
DATES = [
    "2026-03-05",
    "today",
    "下周一",
    "+3wd",
    "2026-02-30",
    "月底",
    "-1d",
    "2026-03-01..2026-03-31",
    "2026-W10",
    "9999-12-31",
]
AMOUNTS = ["0", "50000", "5万", "￥300", "1.2万", "15%", "101%", "-1", "0.001", "1e9", "9" * 30, "NaN", "∞", "３"]
ITEMS = ["YF-100:2", "YF-100:1@8000", "YF-100:10-5%", "YF-100", ":", "YF-100:0", "NONE:1", "YF-100:1@-5-200%"]
ODD = [
    "",
    " ",
    "-",
    "--",
    "-x",
    "=",
    "%",
    "'",
    '"; DROP TABLE customer; --',
    "{x}",
    "%s",
    "\x1b[31m红",
    "a" * 5000,
    "华\u202e",
    "\udcff",
]
SENTENCES = [
    "客户要求周五前提供含安装的报价",
    "需要终端 50 台，6 月前上线",
    "王工",
    "zhang.wei",
    "name,code",
    "name",
    "json",
    "csv",
    "战略客户",
]
FILES = ["list.csv", "book.xlsx", "none.csv", ".", "empty.csv"]
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/\\"), max_size=30)


POOLS = {
    "date": DATES,
    "datetime": DATES,
    "from..to": DATES,
    "3d|2w": DATES,
    "amount": AMOUNTS,
    "percent": AMOUNTS,
    "quantity": AMOUNTS,
    "n": AMOUNTS,
    "sku:qty[@price][-%]": ITEMS,
    "text[=amount]": ["安装", "安装=500", "=", "安装=-1"],
    "industry": ["制造业", "互联网", "retail", "no such"],
}
ANYTHING = st.one_of(*(st.sampled_from(pool) for pool in (REFERENCES, DATES, AMOUNTS, ITEMS, ODD, FILES)), text)


def values(param: Any) -> st.SearchStrategy[str]:
    """What somebody might type for a parameter: mostly of its kind, sometimes anything."""
    if hasattr(param.type, "codes"):
        likely = [code.value for code in param.type.codes]
    elif param.param_type_name == "argument":
        likely = FILES if param.name == "file" else REFERENCES
    else:
        likely = POOLS.get(param.type.name, SENTENCES)
    return st.one_of(*[st.sampled_from(likely)] * 5, ANYTHING)


def typed(command: Any) -> st.SearchStrategy[list[str]]:
    """The words after a command: what it needs, usually, and a few of its options, in any order."""
    needed = [words_of(param) for param in command.params if param.required]
    others = [words_of(param) for param in command.params if not param.required]
    few = st.sets(st.integers(0, max(len(others) - 1, 0)), max_size=min(3, len(others))).flatmap(
        lambda chosen: st.tuples(*(others[position] for position in chosen))
    )
    some = st.tuples(*needed) if needed else st.just(())
    complete = st.tuples(some, few).map(lambda parts: [*parts[0], *parts[1]])
    ordered = st.one_of(complete, complete, complete.flatmap(st.permutations), few.map(list))
    return ordered.map(lambda parts: [word for part in parts for word in part])


def words_of(param: Any) -> st.SearchStrategy[list[str]]:
    if param.param_type_name == "argument":
        return values(param).map(lambda value: [value])
    name = st.sampled_from([*param.opts, *param.secondary_opts])
    if param.is_flag:
        return name.map(lambda option: [option])
    return st.tuples(name, values(param)).map(list)


NO_WORDS: st.SearchStrategy[list[str]] = st.just([])
GLOBALS = st.one_of(
    NO_WORDS,
    NO_WORDS,
    NO_WORDS,
    st.lists(
        st.one_of(
            st.sampled_from(list(STAFF)).map(lambda login: ["--user", login]),
            st.sampled_from(["zh", "en", "fr"]).map(lambda language: ["--lang", language]),
            st.sampled_from([*DATES, "2026-03-10 10:00"]).map(lambda moment: ["--as-of", moment]),
            st.sampled_from([["--verbose"], ["--color", "never"], ["--version"], ["--nothing"]]),
        ),
        max_size=2,
    ).map(lambda parts: [word for part in parts for word in part]),
)

COMMANDS = st.sampled_from([leaf for leaf in LEAVES if leaf[0] not in SLOW]).flatmap(
    lambda leaf: typed(leaf[1]).map(lambda rest: [*leaf[0], *rest])
)
LINES = st.tuples(
    GLOBALS,
    st.one_of(*[COMMANDS] * 9, st.lists(st.one_of(text, st.sampled_from(ODD + REFERENCES)), max_size=4)),
).map(lambda parts: parts[0] + parts[1])


@pytest.fixture(scope="module")
def busy(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office at work: its database is copied for each line, so that each one can be typed again."""
    folder = tmp_path_factory.mktemp("busy")
    office = Office(copied(template, folder), environment(folder))
    deals.furnish(office)
    deals.ordered(office)
    deals.quote(office, discount=deals.ABOVE)
    (folder / "list.csv").write_text(
        "客户名称,行业,联系人,电话,需求\n云帆,制造业,王工,13900000001,终端 5 台\n", encoding="utf-8"
    )
    (folder / "book.xlsx").write_text("this is no workbook", encoding="utf-8")
    (folder / "empty.csv").write_text("", encoding="utf-8")
    return folder


@contextmanager
def copy_of(folder: Path) -> Iterator[Office]:
    """A copy of the office in a folder of its own, which is where the command runs."""
    place, before = Path(tempfile.mkdtemp(prefix="salesflow-words-")), Path.cwd()
    try:
        shutil.copytree(folder, place, dirs_exist_ok=True)
        os.chdir(place)
        yield Office(place / "office.db", {**environment(place), "EDITOR": "true", "VISUAL": "true"})
    finally:
        os.chdir(before)
        shutil.rmtree(place)


@settings(
    max_examples=long(150, 10_000),
    deadline=None,
    derandomize=not SOAK,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(words=LINES, user=st.sampled_from(["li.na", "zhang.wei", "wang.fang"]))
@example(words=["staff", "list", "--limit", "9" * 30], user="li.na")
@example(words=["audit", "list", "\udcff"], user="li.na")
@example(words=["staff", "add", "wu.min", "--name", ""], user="zhang.wei")
def test_any_words(busy: Path, words: list[str], user: str) -> None:
    with copy_of(busy) as office:
        done = office.run(*words, user=user)
    note(f"{words}: {done}")
    event(f"exit {done.status}")
    assert done.status in STATUSES
    assert "Traceback" not in done.err or "--verbose" in words
    assert not [line for line in done.err.splitlines() if line.startswith(SOUND)], "nothing is wrong with the database"
    assert "\x1b" not in done.out + done.err
    assert done.status in (0, 10) or done.err


@pytest.mark.parametrize(
    "line", [rb"staff list \xff", rb"\xff", rb"customer list --grade \xe6\x9d", rb"--user \xff staff whoami"]
)
def test_bytes_that_are_no_text(office: Office, line: bytes) -> None:
    """As a terminal in another encoding sends them: only a process of its own can be given these."""
    import subprocess

    words = [part.decode("unicode_escape").encode("latin-1") for part in line.split()]
    done = subprocess.run([*PROGRAM, *words], cwd=ROOT, env=outside(office.environ()), capture_output=True, check=False)
    assert done.returncode in STATUSES - {0, 7}
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
