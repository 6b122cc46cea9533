"""The tree of commands: each one helps, each option helps, each is on the page of commands, in both languages."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType
from typing import Any

import pytest

from salesflow import i18n
from salesflow.commands import help as help_page
from salesflow.commands.base import Command, List, Noun, Show, Write
from salesflow.commands.typerbase import TyperContext
from salesflow.text import width
from tests.conftest import ROOT, Office


def tool(name: str) -> ModuleType:
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TREE: list[tuple[tuple[str, ...], Any]] = list(tool("catalogue").walk())
LEAVES = [(words, command) for words, command in TREE if not hasattr(command, "commands")]
PROMISED = """
    init · staff add list whoami edit deactivate · config show get set path · find
    · customer add list show edit find timeline attach import export duplicates merge grade status assign tag stale stall remove forget
    · contact add list edit remove reveal vcard · tag add list rename merge retire · attachment list open export verify
    · import list revert · followup log plan list due overdue done reschedule cancel edit amend gantt ics import export · remind · today
    · objection log list resolve escalate · script add list search retire · outbox list show send export · product add list import
    · quote make list show accept · approval list show approve reject withdraw delegate delegations · order create submit list show · report weekly
    · policy show presets check apply · rules list show · explain · db info check backup path reindex · audit list verify · demo
"""


def name(words: tuple[str, ...]) -> str:
    return " ".join(("salesflow", *words))


def page(words: tuple[str, ...]) -> str:
    """The help of a command as the program shows it."""
    context: TyperContext | None = None
    for word, command in [(words[:length], dict(TREE)[words[:length]]) for length in range(len(words) + 1)]:
        context = TyperContext(command, info_name=word[-1] if word else "salesflow", parent=context)
    assert context is not None
    return help_page.page(context)


def test_every_command_that_was_promised_is_there() -> None:
    wanted: set[tuple[str, ...]] = set()
    for entry in PROMISED.split("·"):
        noun, *verbs = entry.split()
        wanted |= {(noun, verb) for verb in verbs} if verbs else {(noun,)}
    assert wanted <= {words for words, _ in LEAVES}


@pytest.mark.parametrize(("words", "command"), TREE, ids=[name(words) for words, _ in TREE])
def test_every_command_has_help_that_is_a_sentence(words: tuple[str, ...], command: Any) -> None:
    first = next(help_page.paragraphs(command.help or ""), "")
    assert first.endswith((".", "!")), first
    assert first[0].isupper() or first.startswith("A ")
    assert "\n" not in first


@pytest.mark.parametrize(("words", "command"), TREE, ids=[name(words) for words, _ in TREE])
def test_every_parameter_has_help_that_is_a_sentence(words: tuple[str, ...], command: Any) -> None:
    silent = [param.name for param in command.params if not (getattr(param, "help", None) or "").endswith((".", ")"))]
    if not words:  # Typer's own two
        silent = [each for each in silent if each not in ("install_completion", "show_completion")]
    assert silent == []


@pytest.mark.parametrize(("words", "command"), LEAVES, ids=[name(words) for words, _ in LEAVES])
def test_every_command_is_one_of_ours_and_shares_its_options(words: tuple[str, ...], command: Any) -> None:
    assert isinstance(command, Command)
    names = [option for param in command.params for option in param.opts if option.startswith("--")]
    assert len(names) == len(set(names)), "an option twice"
    for kind in (List, Show, Write):
        if isinstance(command, kind):
            assert {f"--{shared}" for shared in kind.shares} <= set(names)


def test_every_noun_is_one_of_ours() -> None:
    groups = [(words, command) for words, command in TREE if len(words) == 1 and hasattr(command, "commands")]
    assert [words for words, command in groups if not isinstance(command, Noun)] == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("words", [words for words, _ in TREE], ids=name)
def test_help_fits_its_width(words: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    i18n.set_language(language)
    try:
        text = page(words)
    finally:
        i18n.set_language("en")
    prose = [line for line in text.splitlines() if "salesflow " not in line]
    assert [line for line in prose if width(line) > 80] == []


@pytest.mark.parametrize("words", [words for words, _ in LEAVES], ids=name)
def test_examples_are_commands_that_exist(words: tuple[str, ...]) -> None:
    known = {words for words, _ in TREE}
    for line in (dict(TREE)[words].help or "").splitlines():
        if line.strip().startswith("salesflow "):
            typed = re.sub(r"^salesflow(\s+--\w+ \S+)*", "", line.strip()).split()
            alone = tuple(typed[:1]) in [leaf for leaf, _ in LEAVES]
            assert alone or tuple(typed[:2]) in known, line


@pytest.mark.parametrize(("language", "file"), [("en", "commands.md"), ("zh", "commands.zh.md")])
def test_every_command_is_on_the_page(language: str, file: str) -> None:
    text = (ROOT / "docs" / file).read_text(encoding="utf-8")
    headings = [line.lstrip("# ") for line in text.splitlines() if line.startswith(("## ", "### "))]
    assert headings == [name(words) for words, _ in TREE]


def test_help_goes_to_stdout_and_is_no_error(office: Office) -> None:
    for words in ((), ("staff",), ("staff", "add"), ("init",)):
        done = office.run(*words, "--help")
        assert (done.status, done.err) == (0, "")
        assert done.out.startswith(f"Usage: {name(words)} ")


def test_a_page_to_the_letter(office: Office) -> None:
    office.environment["COLUMNS"] = "60"
    assert office.ok("staff", "add", "--help").out == (
        "Usage: salesflow staff add [OPTIONS] LOGIN\n"
        "\n"
        "Add a staff member.\n"
        "\n"
        "  salesflow staff add li.na --name 李娜 --role rep --region HZ --manager zhang.wei\n"
        "\n"
        "Arguments:\n"
        "  LOGIN  The login: letters, digits, '.', '_', '-'.\n"
        "         [required]\n"
        "\n"
        "Options:\n"
        "  --name TEXT      The person's name. [required]\n"
        "  --role CODE      A role that they hold (rep). (rep,\n"
        "                   senior_rep, assistant, manager, finance,\n"
        "                   legal, operations, service, technical,\n"
        "                   director) [may be repeated]\n"
        "  --region CODE    Region code of their customers, such as\n"
        "                   HZ.\n"
        "  --manager LOGIN  Who leads them.\n"
        "  --format CODE    How to print (default: table at a\n"
        "                   terminal, plain in a pipe). (table,\n"
        "                   plain, json, jsonl, csv, tsv, markdown,\n"
        "                   html, ids)\n"
        "  --json           Short for --format json.\n"
        "  --quiet          Print the reference alone.\n"
        "  --help           Show this message and exit.\n"
    )


def test_wrapping_counts_cells_and_keeps_punctuation_with_its_word() -> None:
    assert help_page.wrap("客户 档案、状态，导入。", 8) == ["客户 档", "案、状", "态，导", "入。"]
    assert help_page.wrap("一二三四，五", 8) == ["一二三", "四，五"]
    assert help_page.wrap("用 salesflow 查", 6) == ["用", "salesflow", "查"]
    assert help_page.wrap("one two three", 7) == ["one two", "three"]
    assert help_page.wrap("", 10) == []
    assert help_page.wrap("unbreakable-word-longer-than-that", 10) == ["unbreakable-word-longer-than-that"]
