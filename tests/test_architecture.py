"""What holds for every file, read from the source itself. (Which module may import which: the import contract.)"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from salesflow import cli
from salesflow.commands.base import FORMATS
from salesflow.output.options import Format
from tests.conftest import ROOT

PACKAGE = ROOT / "salesflow"
FILES = sorted(
    path
    for folder in ("salesflow", "tests", "docs", "benchmarks", ".ci")
    for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts
)
SOURCES = [path for path in FILES if PACKAGE in path.parents]
OURS = [path for path in FILES if "tests" not in path.parts]
LONGEST = 350
EXACT = ("money.py", "rules/", "services/")  # amounts, percentages and quantities go through here
INEXACT = (
    "services/tabular/",
    "services/importing/cells.py",
    "services/demo/",
)  # floats come from workbooks, and from chance


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


names = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def places(path: Path, wanted: type[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, wanted))


def calls(path: Path) -> Iterator[str]:
    """The names of what a file calls: `print`, `sys.stdout.write`."""
    for node in places(path, ast.Call):
        assert isinstance(node, ast.Call)
        yield ast.unparse(node.func)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_is_longer_than_one_can_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)) or path.name == "__init__.py"


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if place(path).startswith(EXACT) and not place(path).startswith(INEXACT)],
    ids=lambda path: path.relative_to(PACKAGE).as_posix(),
)
def test_no_float_comes_near_money(path: Path) -> None:
    for node in ast.walk(tree(path)):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"line {node.lineno}"
        assert not (isinstance(node, ast.Name) and node.id == "float"), f"line {node.lineno}"
        assert not (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)), f"line {node.lineno}"


@names
def test_only_the_output_layer_prints(path: Path) -> None:
    writers = {"output", "cli.py", "failures.py", "__main__.py", "commands/questions.py"}
    if {path.relative_to(PACKAGE).parts[0], place(path)} & writers:
        return
    said = {
        name
        for name in calls(path)
        if name in ("print", "typer.echo", "typer.secho") or ".stdout" in name or ".stderr" in name
    }
    assert said <= {"sys.stdout.isatty", "sys.stderr.isatty"}


@names
def test_no_rule_and_no_value_reads_the_clock(path: Path) -> None:
    if path.name == "clock.py":
        return
    asked = ("datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time", "time.localtime")
    assert [name for name in calls(path) if name in asked] == []


@names
def test_sql_that_is_sqlites_alone_stays_in_db(path: Path) -> None:
    if "db" in path.relative_to(PACKAGE).parts:
        return
    text = path.read_text(encoding="utf-8")
    ours = (
        "PRAGMA",
        "sqlite_master",
        "rowid",
        "julianday(",
        "strftime('%",
        "INSERT OR ",
        "datetime('now",
        "GROUP_CONCAT(",
        "IFNULL(",
    )
    assert [word for word in ours if word in text] == []


@names
def test_commands_hold_no_sql_and_no_session(path: Path) -> None:
    if path.parent.name != "commands":
        return
    literals = [
        node.value
        for node in places(path, ast.Constant)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [text for text in literals if text.lstrip().startswith(("SELECT ", "INSERT ", "UPDATE ", "DELETE "))] == []
    assert [name for name in calls(path) if ".session" in name] == []


def test_there_are_the_formats_that_everybody_may_rely_on() -> None:
    assert FORMATS == ("table", "plain", "json", "jsonl", "csv", "tsv", "markdown", "html", "ids")
    assert tuple(Format) == FORMATS


def test_every_noun_has_a_module_and_every_module_with_commands_a_noun() -> None:
    there = {
        path.stem for path in (PACKAGE / "commands").glob("*.py") if "\napp = " in path.read_text(encoding="utf-8")
    }
    assert there == {entry.module for entry in cli.NOUNS.values()}


def test_nobody_but_the_program_imports_the_commands() -> None:
    """The import contract says so too; here for who reads a failing test before the linter."""
    allowed = {"cli.py", "failures.py"}
    for path in SOURCES:
        if place(path).startswith("commands/") or place(path) in allowed:
            continue
        for node in places(path, ast.ImportFrom):
            assert isinstance(node, ast.ImportFrom)
            assert not (node.module or "").startswith("salesflow.commands"), path


def test_every_exception_to_a_lint_rule_has_its_reason() -> None:
    for path in FILES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for mark in ("# noqa", "# type: ignore", "# pragma"):
                _, found, rest = line.partition(mark)
                if found and "partition(mark)" not in line and '"# noqa"' not in line:
                    words = rest.partition(" - ")[2] or rest.partition("# ")[2]
                    assert words.strip(), f"{path.relative_to(ROOT)}:{number}: no reason beside {mark}"
