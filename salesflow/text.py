"""Text that people type and terminals show: checked on its way in, made harmless on its way out, measured in cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, Literal

from salesflow.errors import InvalidValue
from salesflow.i18n import Message, msg

# Bidi embeddings, overrides and isolates can make a line read differently from what it says.
_FORBIDDEN: Final = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
_HARMFUL: Final = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
_IN_NO_FILE_NAME: Final = '[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff/\\\\:*?"<>|]'
_DEVICE: Final = r"CON|PRN|AUX|NUL|COM\d|LPT\d"
_LONGEST_FILE_NAME: Final = 200  # bytes: file systems allow 255, and a number may come to it
_LONGEST_ENDING: Final = 12
# What a spreadsheet runs, and what looks as if it had been guarded already: so that taking the guard away gives the text back.
_RUNS: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_LINE_ENDS: Final = "\r\n|\u2028|\u2029"
_SHORT_ESCAPES: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_ELLIPSIS: Final = "…"
# Where a line may end: after blanks, and beside Chinese characters, but punctuation stays with what it belongs to.
# Compiled where a table needs it: such a class of characters takes 3 ms, and most commands have no use for it.
_PIECE: Final = (
    r"[（《“‘「『【〈]*(?:[\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7a3\uf900-\ufaff]|"
    r"[^\s\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7a3\uf900-\ufaff（《“‘「『【〈，。；：、！？）》”’」』】〉]+|.)"
    r"[，。；：、！？）》”’」』】〉]*\s*"
)
_NARROW: Final = ("Lu", "Ll", "Sc", "Zs")

_CHINESE_ENDINGS: Final = (
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "集团公司",
    "股份公司",
    "公司",
    "集团",
    "有限合伙",
    "普通合伙",
)
_LATIN_ENDINGS: Final = frozenset(
    ("co", "company", "corp", "corporation", "gmbh", "group", "inc", "incorporated", "limited", "llc", "ltd", "plc")
)


def reason(typed: str, *, limit: int, multiline: bool = True) -> str:
    """A reason that has to be given, as `clean` keeps it. Raises InvalidValue where nothing is left of it."""
    kept = clean(typed, limit=limit, what=msg("the reason"), multiline=multiline)
    if not kept:
        raise InvalidValue(msg("the reason is empty"), msg("say why: --reason TEXT"), code="missing-value")
    return kept


def clean(text: str, *, limit: int, what: Message, multiline: bool = True) -> str:
    """The text as it is kept: NFC, line ends as newlines, no outer white space, at most `limit` characters.

    An empty result is allowed. InvalidValue for control characters other than newline and tab (with multiline=False for
    these too), for bidi overrides and lone surrogates, and for too long a text; `what` names the field in the message.
    """
    if text.isprintable():
        text = text if text.isascii() else unicodedata.normalize("NFC", text)
    else:
        text = unicodedata.normalize("NFC", re.sub(_LINE_ENDS, "\n", text))
        _refuse(_FORBIDDEN, text, what, msg("remove it: only newline and tab are allowed beside visible characters"))
    text = text.strip()
    if not (multiline or text.isprintable()):
        _refuse("[\n\t]", text, what, msg("write it on one line, without tabs"))
    if len(text) > limit:
        raise InvalidValue(
            msg("{what} has {length} characters, {limit} are allowed", what=what, length=len(text), limit=limit),
            msg("shorten it to {limit} characters", limit=limit),
            details={"length": len(text), "limit": limit},
        )
    return text


def guarded(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would run it as a formula; a number stays one."""
    return f"'{text}" if _RUNS.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str | None:
    """The text that `guarded` was given; None for one that it left as it was."""
    return text[1:] if text[:1] == "'" and _RUNS.match(text) else None


def printable(text: str, *, keep_newlines: bool = False) -> str:
    r"""The text with nothing in it that controls a terminal: escape becomes \x1b, a bidi override \u202e.

    Newline and tab become \n and \t, unless kept.
    """
    if text.isprintable():
        return text
    return re.sub(_HARMFUL, _kept_or_escaped if keep_newlines else _escaped, text)


def file_name(name: str, otherwise: str) -> str:
    """A name under which a file can be written anywhere: of one folder, visible, no device's, at most 200 bytes.

    `otherwise` serves where nothing is left of it.
    """
    safe = re.sub(_IN_NO_FILE_NAME, "_", unicodedata.normalize("NFC", name)).strip(" .") or otherwise
    if re.fullmatch(_DEVICE, safe.partition(".")[0], re.IGNORECASE):
        safe = f"_{safe}"
    stem, dot, ending = safe.rpartition(".")
    if not stem or len(ending) > _LONGEST_ENDING:
        stem, dot, ending = safe, "", ""
    room = _LONGEST_FILE_NAME - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + dot + ending


def width(text: str) -> int:
    """How many terminal cells a printable text takes: wide characters two, combining ones none."""
    if text.isascii() and text.isprintable():
        return len(text)
    total = 0
    for character in text:
        cells = _cells(character)
        if cells is None:
            return _measured(text)
        total += cells
    return total


def pad(text: str, cells: int, align: Literal["left", "right", "center"] = "left") -> str:
    """The text filled with spaces to so many cells; one that is wider comes back as it is."""
    missing = max(0, cells - width(text))
    before = {"left": 0, "right": missing, "center": missing // 2}[align]
    return " " * before + text + " " * (missing - before)


def shorten(text: str, cells: int) -> str:
    """The text if it fits into so many cells, else its beginning and an ellipsis, which together do."""
    if width(text) <= cells:
        return text
    if cells < 1:
        return ""
    end = (cells - 1) // 2  # so many fit, however wide
    while width(text[: end + 1]) < cells:
        end += 1
    return text[:end] + _ELLIPSIS


def wrapped(text: str, cells: int) -> str:
    """The text in lines of at most so many cells (two and more): Chinese goes on after any character, Latin after a word."""
    return "\n".join("\n".join(_lines(line, cells)) for line in text.split("\n"))


def fold(text: str) -> str:
    """The text for searching and comparing: width and case folded (NFKC, casefold), white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def around(text: str, word: str, before: int = 5, after: int = 30) -> str:
    """The passage of a text around a folded word, on one line: few characters before it, so that a narrow column shows it."""
    plain, folded = " ".join(text.split()), fold(text)
    shown = plain if len(plain) == len(folded) else folded  # else the word stands at other places
    at = max(0, folded.find(word))
    start, end = max(0, at - before), at + len(word) + after
    return f"{_ELLIPSIS if start else ''}{shown[start:end]}{_ELLIPSIS if end < len(shown) else ''}"


def normalised_name(name: str) -> str:
    """A customer's name for finding duplicates: folded, without company endings, punctuation, symbols and spaces.

    It is never empty: 集团有限公司 keeps its 集团, a name of punctuation alone is only folded.
    """
    folded = fold(name)
    words = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in folded).split()
    while (shorter := _without_ending(words)) and shorter != words:
        words = shorter
    return "".join(words) or folded


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that was probably meant: the only one that begins so, else the most similar, else None."""
    from difflib import get_close_matches

    folded = {fold(choice): choice for choice in choices}
    wanted = fold(word)
    beginning_so = [choice for choice in folded if wanted and choice.startswith(wanted)]
    found = beginning_so if len(beginning_so) == 1 else get_close_matches(wanted, folded, n=1)
    return folded[found[0]] if found else None


def _refuse(characters: str, text: str, what: Message, hint: Message) -> None:
    found = re.search(characters, text)
    if found:
        code, position = f"U+{ord(found[0]):04X}", found.start() + 1
        raise InvalidValue(
            msg(
                "{what} has the control character {code} at position {position}",
                what=what,
                code=code,
                position=position,
            ),
            hint,
            details={"character": code, "position": position},
        )


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return _SHORT_ESCAPES.get(match[0]) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _kept_or_escaped(match: re.Match[str]) -> str:
    return match[0] if match[0] in "\n\t" else _escaped(match)


@lru_cache(maxsize=8192)
def _cells(character: str) -> int | None:
    """The cells of a character whatever stands beside it; None where that matters, or where it is no business text."""
    category = unicodedata.category(character)
    if category == "Mn" and "\u0300" <= character <= "\u036f":
        return 0
    if category[0] in "CM" or category == "Sk" or character in "\u3164\uffa0":
        return None
    if character == "↵":  # stands for a newline in listings: too frequent to ask the library
        return 1
    breadth = unicodedata.east_asian_width(character)
    if breadth in "FW":
        return 2
    if breadth in ("A", "Na", "H") or character < "\u0300" or "\u2701" <= character <= "\u27bf" or category in _NARROW:
        return 1
    return None


def _measured(text: str) -> int:
    """The cells of a text with joined emoji, flags or Indic marks, by the library that knows them: 30 ms to import."""
    from wcwidth import wcswidth

    return wcswidth("".join(character for character in text if unicodedata.category(character) != "Cc"))


def _lines(text: str, cells: int) -> Iterator[str]:
    line = ""
    for piece in re.findall(_PIECE, text):
        if width(line + piece.rstrip()) <= cells:
            line += piece
            continue
        if line:
            yield line.rstrip()
        line = piece
        while width(line.rstrip()) > cells:  # no place to end it at
            end = max(1, cells // 2)
            while width(line[: end + 1]) <= cells:
                end += 1
            yield line[:end]
            line = line[end:]
    yield line.rstrip()


def _without_ending(words: list[str]) -> list[str]:
    if words and words[-1] in _LATIN_ENDINGS:
        return words[:-1]
    for ending in _CHINESE_ENDINGS:
        if words and words[-1].endswith(ending):
            rest = words[-1].removesuffix(ending)
            return [*words[:-1], rest] if rest else words[:-1]
    return words
