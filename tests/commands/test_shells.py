"""Tab in real shells, and the way in which their scripts talk to the program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from salesflow.commands import shells
from salesflow.commands.shells import Word, quoted, split
from tests import deals, leads
from tests.conftest import Office, outside
from tests.terminal import sit_down

SHELLS = ["bash", *(shell for shell in ("zsh", "fish") if shutil.which(shell))]
BREAKS = " \t\n\"'><=;|&(:"
PROMPT = "ready> "
ODD = """Wang's "Best: $HOME" (中国) & Co"""


@pytest.fixture
def stock(office: Office, tmp_path: Path) -> Office:
    """Three customers, one with a name that shells trip over, a product with a colon, an open approval; and the program in the PATH."""
    deals.furnish(office)
    deals.ordered(office)
    leads.add(office, leads.new("杭州云帆科技 有限公司"), leads.new(ODD, region="SH"))
    office.ok("product", "add", "A:1x", "--name", "打标机", "--list-price", "100")
    program = tmp_path / "bin" / "salesflow"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m salesflow "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return office


def world(office: Office, **extra: str) -> dict[str, str]:
    path = f"{office.database.parent / 'bin'}:{os.environ['PATH']}"
    return outside(office.environ(**extra), PATH=path, LC_ALL="C.UTF-8", PS1=PROMPT, PROMPT=PROMPT, TERM="dumb")


def script(office: Office, shell: str) -> Path:
    path = office.database.parent / f"completion.{shell}"
    path.write_text(office.program("--show-completion", shell).out, encoding="utf-8")
    return path


def asked(office: Office, shell: str, *words: str, **extra: str) -> list[str]:
    done = office.program(*words, _SALESFLOW_COMPLETE=f"offer_{shell}", **extra)
    assert (done.status, done.err) == (0, "")
    return done.out.splitlines()


def bash(office: Office, line: str, kind: str = "9", **extra: str) -> list[str]:
    """What the program answers to bash's script."""
    return asked(
        office, "bash", SALESFLOW_LINE=f"salesflow {line}", SALESFLOW_BREAKS=BREAKS, SALESFLOW_TYPE=kind, **extra
    )


@pytest.mark.parametrize(
    ("typed", "then", "inserted"),
    [
        ("salesflow customer show HZ2", "\t\t\t", "HZ2026002  (杭州云帆科技 有限公司)"),
        ("salesflow customer show 杭州云", "\t", "show 杭州云帆科技\\ 有限公司"),
        ('salesflow customer show "杭州云', "\t", 'show "杭州云帆科技 有限公司"'),
        ("salesflow customer show 'Wang", "\t", "show 'Wang'\\''s \"Best: $HOME\" (中国) & Co'"),
        ("salesflow customer show Wan", "\t", 'Wang\\\'s\\ \\"Best:\\ \\$HOME\\"\\ \\(中国\\)\\ \\&\\ Co'),
        ("salesflow customer show S", "\t", "show SH2026001"),
        ("salesflow quote make HZ2026001 --item A:", "\t", "--item A:1x"),
        ("salesflow approval show A", "\t", "show AP2026-0001"),
        ("salesflow customer list --status=ho", "\t", "--status=hot"),
        ("salesflow attachment ex", "\t", "attachment export"),
        ("A=1 salesflow customer sta", "\t\t", "stale   ("),
        ("true | salesflow contact rev", "\t", "contact reveal"),
    ],
)
def test_tab_in_a_real_bash(stock: Office, typed: str, then: str, inserted: str) -> None:
    """Typed on a terminal; what appears is what bash has put there."""
    answers = [
        (PROMPT, f"source {script(stock, 'bash')}; bind 'set bell-style none'\r"),
        (PROMPT, typed + then),
        (inserted, "\x15exit\r"),
    ]
    seen = sit_down(["bash", "--norc", "--noprofile", "-i"], world(stock), answers, columns=120, cwd="/")
    assert inserted in seen.screen
    assert seen.status == 0


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shell == "zsh"] or ["bash"])
def test_tab_in_another_real_shell(stock: Office, shell: str) -> None:
    path = script(stock, shell)
    begin = f"autoload -U compinit; compinit -u -D; source {path}\r" if shell == "zsh" else f"source {path}\r"
    answers = [
        (PROMPT, begin),
        (PROMPT, "salesflow customer show 杭州云\t"),
        ("有限公司", "\x15exit\r"),
    ]
    line = {"zsh": ["zsh", "-f", "-i"], "bash": ["bash", "--norc", "-i"]}[shell]
    seen = sit_down(line, world(stock), answers, columns=120, cwd="/")
    assert "show 杭州云帆科技\\ 有限公司" in seen.screen


@pytest.mark.parametrize("shell", SHELLS)
def test_the_scripts_are_in_order(stock: Office, shell: str) -> None:
    path = script(stock, shell)
    assert subprocess.run([shell, "-n", str(path)], env=world(stock), check=False).returncode == 0
    assert str(path.read_text(encoding="utf-8")).count("salesflow") > 1


@pytest.mark.parametrize("shell", SHELLS)
def test_what_another_real_shell_offers(stock: Office, shell: str) -> None:
    """fish tells what it would offer; the others run the function of their script with a command line of their own."""
    path = script(stock, shell)
    run = {
        "fish": f'source {path}; complete -C "salesflow customer show HZ"',
        "bash": f'source {path}; COMP_LINE="salesflow customer show HZ"; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9; '
        '_salesflow_completion salesflow; printf "%s\\n" "${COMPREPLY[@]}"',
        "zsh": f"compdef() {{ :; }}; compadd() {{ shift 6; print -l $values $lines; }}; source {path}; "
        "words=(salesflow customer show HZ); CURRENT=4; PREFIX=HZ; _salesflow_completion",
    }[shell]
    quick = {"fish": ["fish", "--no-config", "-c"], "bash": ["bash", "--norc", "-c"], "zsh": ["zsh", "-f", "-c"]}[shell]
    done = subprocess.run([*quick, run], env=world(stock), capture_output=True, encoding="utf-8", check=False, cwd="/")
    assert done.stderr == ""
    for each in ("HZ2026001", "HZ2026002", "杭州明远制造有限公司", "杭州云帆科技 有限公司"):
        assert each in done.stdout


def test_fish_and_zsh_get_the_words_as_they_are(stock: Office) -> None:
    assert asked(stock, "fish", "customer", "show", "Wa") == [f"{ODD}\tSH2026001"]
    assert asked(stock, "zsh", "customer", "show", "杭州云") == [
        "杭州云帆科技 有限公司\t杭州云帆科技 有限公司  (HZ2026002)"
    ]
    assert asked(stock, "fish", "customer", "list", "--status=h") == ["--status=hot\t"]
    assert asked(stock, "fish", "quote", "make", "HZ2026001", "--item", "A:") == ["A:1x\t打标机"]
    assert asked(stock, "fish", "customer", "show", "没有") == []
    assert asked(stock, "fish", "customer", "list", "--format", "json") == ["json\t", "jsonl\t"]
    assert asked(stock, "fish", "--lang=z") == ["--lang=zh\t"]
    assert asked(stock, "fish") == asked(stock, "fish", "")
    assert "customer" in {line.partition("\t")[0] for line in asked(stock, "fish", "")}


def test_meanings_in_bash_only_where_there_is_a_choice(stock: Office) -> None:
    assert bash(stock, "customer show HZ") == [
        "HZ2026001  (杭州明远制造有限公司)",
        "HZ2026002  (杭州云帆科技 有限公司)",
    ]
    assert bash(stock, "customer show HZ", kind="37") == ["HZ2026001", "HZ2026002"]
    assert bash(stock, "customer show SH") == ["SH2026001"]
    assert bash(stock, "customer show HZ", SALESFLOW_WIDTH="20") == ["HZ2026001  (杭州…)", "HZ2026002  (杭州…)"]
    assert bash(stock, "customer show HZ", SALESFLOW_WIDTH="14") == ["HZ2026001", "HZ2026002"]
    assert bash(stock, "customer list --status=in") == ["interested", "invalid"]


@pytest.mark.parametrize(
    ("line", "words", "word"),
    [
        ("", [], Word("", "", 0)),
        ("a b", ["a"], Word("b", "", 0)),
        ("a b ", ["a", "b"], Word("", "", 0)),
        ("a  杭州\\ 云", ["a"], Word("杭州 云", "", 0)),
        ("a '杭州 云", ["a"], Word("杭州 云", "'", 0)),
        ('a "b\\"c', ["a"], Word('b"c', '"', 0)),
        ("a 'b'c\"d e\" ", ["a", "bcd e"], Word("", "", 0)),
        ("a '' ", ["a", ""], Word("", "", 0)),
        ("a A:1", ["a"], Word("A:1", "", 2)),
        ("a --x=A:1", ["a"], Word("--x=A:1", "", 6)),
        ('a --x="A:1', ["a"], Word("--x=A:1", '"', 4)),
        ("a \\:b", ["a"], Word(":b", "", 0)),
        ("a b\\", ["a"], Word("b", "", 0)),
    ],
)
def test_a_line_is_split_as_bash_does(line: str, words: list[str], word: Word) -> None:
    assert split(line, BREAKS) == (words, word)


@pytest.mark.parametrize(
    "value", ["杭州 云", ODD, "a'b", 'a"b', "a`b`", "$(touch x)", "a\\b", "*?[x]", "~", "#x", "a!b", "{a,b}"]
)
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_quoted_value_means_itself(value: str, quote: str) -> None:
    line = f"printf %s {quote}{quoted(value, quote)}{quote}"
    done = subprocess.run(["bash", "--norc", "-c", line], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == value


def test_a_name_that_would_control_the_terminal_is_not_offered(stock: Office) -> None:
    leads.execute(stock, "UPDATE customer SET name = 'x' || char(27) || '[2J', name_folded = 'x' WHERE id = 2")
    assert asked(stock, "fish", "customer", "show", "HZ2026002") == ["HZ2026002\tx\\x1b[2J"]
    assert asked(stock, "fish", "customer", "show", "x") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell", "pwsh"])
def test_a_script_for_each_shell(office: Office, shell: str) -> None:
    done = office.program("--show-completion", shell)
    assert (done.status, done.err) == (0, "")
    assert "salesflow" in done.out
    own = shells.SCRIPTS.get(shell)
    assert own is None or done.out.startswith(
        own.splitlines()[0].replace("%(complete_func)s", "_salesflow_completion").replace("%(prog_name)s", "salesflow")
    )


@pytest.mark.parametrize(
    ("shell", "place"),
    [
        ("bash", ".bash_completions/salesflow.sh"),
        ("zsh", ".zfunc/_salesflow"),
        ("fish", ".config/fish/completions/salesflow.fish"),
    ],
)
def test_a_script_is_installed(office: Office, tmp_path: Path, shell: str, place: str) -> None:
    done = office.program("--install-completion", shell)
    assert (done.status, done.err) == (0, "")
    assert done.out == f"completion for {shell} is in {tmp_path / place}: start a new shell\n"
    assert (tmp_path / place).read_text(encoding="utf-8").strip() == office.program(
        "--show-completion", shell
    ).out.strip()


def test_a_shell_that_nobody_knows(office: Office) -> None:
    done = office.program("--show-completion", "tcsh")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: there is no completion for the shell tcsh: name one of: bash, zsh, fish, ")


def test_in_chinese(stock: Office) -> None:
    assert asked(stock, "fish", "--lang", "zh", "customer", "list", "--status", "ho", SALESFLOW_LANG="zh") == [
        "hot\t高意向"
    ]
