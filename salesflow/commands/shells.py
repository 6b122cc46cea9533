"""Completion as bash, zsh and fish want it. Each shell's script asks the program what it could be, and shows what it answers.

Typer's own scripts break on blanks, quotes and colons, hand names from the database to zsh's `eval`, and know no meanings in
bash. These hand over the words as they are and get a line for each offer: what is to stand there, a tab, what it means.
PowerShell keeps Typer's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.errors import UsageError
from salesflow.i18n import Message, msg
from salesflow.text import pad, printable, shorten, width

if TYPE_CHECKING:
    from salesflow.commands.typerbase import TyperGroup

PROGRAM: Final = "salesflow"
VARIABLE: Final = "_SALESFLOW_COMPLETE"
ASKING: Final = "offer_"  # what the variable begins with when a script of ours asks; the shell's name follows

BASH: Final = """\
%(complete_func)s() {
    local offer
    COMPREPLY=()
    while IFS= read -r offer; do
        COMPREPLY+=("$offer")
    done < <(%(autocomplete_var)s=offer_bash SALESFLOW_LINE="${COMP_LINE:0:$COMP_POINT}" SALESFLOW_TYPE="$COMP_TYPE" \\
             SALESFLOW_BREAKS="$COMP_WORDBREAKS" SALESFLOW_WIDTH="$COLUMNS" "$1" 2>/dev/null)
}

complete -o nosort -o bashdefault -o default -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -o bashdefault -o default -F %(complete_func)s %(prog_name)s
"""
ZSH: Final = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local value shown
    local -a values lines
    while IFS=$'\\t' read -r value shown; do
        values+=("$value")
        lines+=("$shown")
    done < <(%(autocomplete_var)s=offer_zsh SALESFLOW_WIDTH="$COLUMNS" \\
             "${(Q)words[1]}" "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    if (( $#values )); then
        compadd -U -l -V %(prog_name)s -d lines -a values
    else
        _files
    fi
}

if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
FISH: Final = """\
function %(complete_func)s
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l current (string unescape -- "$typed"; or string trim --left --chars '"\\'' -- "$typed")
    set -l offers (env %(autocomplete_var)s=offer_fish $words "$current" 2>/dev/null)
    if test (count $offers) -gt 0
        printf '%%s\\n' $offers
    else
        __fish_complete_path "$typed"
    end
end

complete --command %(prog_name)s --no-files --keep-order --arguments '(%(complete_func)s)'
"""
SCRIPTS: Final[Mapping[str, str]] = {"bash": BASH, "zsh": ZSH, "fish": FISH}

_SPECIAL: Final = re.compile(r"""[\s"'\\$`&|;<>()*?\[\]{}!#~]""")
_IN_QUOTES: Final = re.compile(r'["\\$`]')
_INSERTING: Final = ("37", "42")  # bash puts the whole offer into the line: nothing but the value may be in it
_LONGEST_MEANING: Final = 48


class Offer(NamedTuple):
    """What would stand in the line, and what it means; either without anything that controls a terminal."""

    value: str
    meaning: str


class Word(NamedTuple):
    """The word that is being typed: its text without quotes and backslashes, the quote that is open, and how much of the
    text lies before the part that bash replaces.
    """

    text: str
    quote: str
    before: int


def script(option: str, words: Sequence[str]) -> Message | str:
    """The script of a shell, or where it was installed. The shell is named, else it is the one that runs the program.

    Raises UsageError for another shell.
    """
    from typer import _completion_shared as typers

    scripts = typers._completion_scripts  # noqa: SLF001 - the one place where Typer looks for them
    scripts.update(SCRIPTS)
    shell = words[0] if words else typers._get_shell_name()  # noqa: SLF001 - it knows how to find out
    if shell not in scripts:
        raise UsageError(
            msg("there is no completion for the shell {shell}", shell=shell or "?"),
            msg("name one of: {shells}, such as: salesflow {option} bash", shells=list(scripts), option=option),
        )
    if option == "--install-completion":
        path = typers.install(shell=shell, prog_name=PROGRAM, complete_var=VARIABLE)[1]
        return msg("completion for {shell} is in {path}: start a new shell", shell=shell, path=str(path))
    return typers.get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell)


def answer(root: TyperGroup, shell: str, arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """What a script of ours is told: a line for each offer. In zsh and fish the words come as arguments, in bash as a line."""
    if shell == "bash":
        words, word = split(environ.get("SALESFLOW_LINE", ""), environ.get("SALESFLOW_BREAKS", ""))
        lines = _for_bash(offers(root, words[1:], word.text), word, environ)
    else:
        *words, typed = arguments or [""]
        found = offers(root, words, typed)
        lines = [f"{offer.value}\t{offer.meaning}" for offer in found]
        if shell == "zsh":
            shown = _with_meanings([offer.value for offer in found], found, environ)
            lines = [f"{offer.value}\t{line}" for offer, line in zip(found, shown, strict=True)]
    return "".join(f"{line}\n" for line in lines)


def offers(root: TyperGroup, words: Sequence[str], typed: str) -> list[Offer]:
    """What the word could be that is being typed after these words."""
    from typer._completion_classes import BashComplete

    option, equals, _ = typed.partition("=")
    before = f"{option}=" if equals and option.startswith("--") else ""
    completer = BashComplete(root, {}, PROGRAM, VARIABLE)
    found = completer.get_completions(list(words), typed)
    return [
        Offer(before + str(item.value), printable(" ".join((item.help or "").split())))
        for item in found
        if str(item.value).isprintable()
    ]


def split(line: str, breaks: str) -> tuple[list[str], Word]:
    """The whole words of a command line, and the one at its end. `breaks`: at which characters bash begins a new word."""
    words: list[str] = []
    text, quote, escaped, begun, before = "", "", False, False, 0
    for letter in line:
        if escaped:
            text, escaped = text + letter, False
        elif letter == "\\" and quote != "'":
            begun = escaped = True
        elif quote:
            text, quote = (text, "") if letter == quote else (text + letter, quote)
        elif letter in "\"'":
            quote, begun, before = letter, True, len(text)
        elif letter.isspace():
            words += [text] if begun else []
            text, begun, before = "", False, 0
        else:
            text, begun = text + letter, True
            before = len(text) if letter in breaks else before
    return words, Word(text, quote, before)


def quoted(value: str, quote: str) -> str:
    """A value as it must stand in a line of bash, in the quotes that are open or without any."""
    if quote == "'":
        return value.replace("'", "'\\''")
    return (_IN_QUOTES if quote else _SPECIAL).sub(lambda found: f"\\{found.group()}", value)


def _for_bash(found: Sequence[Offer], word: Word, environ: Mapping[str, str]) -> list[str]:
    """Bash replaces the end of a word, and shows exactly what it would insert: meanings only where there is a choice."""
    start = word.text[: word.before]
    values = [quoted(offer.value.removeprefix(start), word.quote) for offer in found]
    if len(values) < 2 or environ.get("SALESFLOW_TYPE") in _INSERTING:
        return values
    return _with_meanings(values, found, environ)


def _with_meanings(values: Sequence[str], found: Sequence[Offer], environ: Mapping[str, str]) -> list[str]:
    """Values with their meanings, one below the other, in lines that fit the terminal."""
    columns = int(environ.get("SALESFLOW_WIDTH") or 80)
    cells = max(map(width, values), default=0)
    room = min(_LONGEST_MEANING, columns - cells - len("  ()") - 1)
    if room < 4:
        return list(values)
    return [
        f"{pad(value, cells)}  ({shorten(offer.meaning, room)})" if offer.meaning else value
        for value, offer in zip(values, found, strict=True)
    ]


def asking(environ: Mapping[str, str] = os.environ) -> str | None:
    """The shell whose script asks for offers, None where nobody does."""
    asked = environ.get(VARIABLE, "")
    return asked.removeprefix(ASKING) if asked.startswith(ASKING) else None
