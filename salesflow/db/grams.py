"""How text is cut up for the search index, and how a word is asked of it.

Chinese has no blanks between words, so a text goes into the index as pairs of neighbouring characters; letters and digits
as words; a name's initials and its pinyin as neighbouring letters, so that any part of them is found. The code of its
field stands before each gram. All grams of a word being there does not yet mean that the word is: who asks reads the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Final

from salesflow.text import fold

NAME, INITIALS, PINYIN, NEED, REMARK, NOTE = "n", "i", "p", "d", "r", ""
EVERY: Final = "·"  # in every record's grams, and in no text's
_LETTERS: Final = {INITIALS: (2, 3), PINYIN: (3,)}  # so many stand together
# Chinese, Japanese and Korean letters; all other letters and digits.
_RUN: Final = re.compile(r"[^\W\0-\u2e7f]+|[^\W_\u2e80-\U0010ffff]+")
_WIDE: Final = "\u2e80"
_LONGEST: Final = 24  # of a word of letters: what goes on alike differs seldom
_ENOUGH: Final = 8  # grams of one run to ask for: more find nothing else


def grams(*coded: str | None) -> str:
    """The grams of one record, from codes and texts in turn; an absent text has none."""
    found = [EVERY]
    for code, text in zip(coded[::2], coded[1::2], strict=True):
        if text:
            found += _grams(str(code), text)
    return " ".join(found)


def _grams(code: str, text: str) -> Iterable[str]:
    sizes = _LETTERS.get(code)
    if sizes:
        return (code + text[start : start + size] for size in sizes for start in range(len(text) - size + 1))
    return chain.from_iterable(_of_run(code, run) for run in _RUN.findall(fold(text)))


def _of_run(code: str, run: str) -> Iterable[str]:
    if run < _WIDE:
        return (code + run[:_LONGEST],)
    pairs = [code + first + second for first, second in pairwise(run)]
    if code == NAME:  # a single character is looked for in names alone: there it begins a gram wherever it stands
        pairs.append(code + run[-1])
    return pairs


def expression(code: str, word: str) -> str | None:
    """What a folded word is asked for in one field, in the index's language.

    None where it cannot be found there; empty where the index does not help, as with one Chinese character in a long text.
    """
    sizes = _LETTERS.get(code)
    if sizes:
        size = min(len(word), sizes[-1])
        if size < sizes[0] or not (word.isascii() and word.isalnum()):
            return None
        starts = range(min(len(word) - size + 1, _ENOUGH))
        wanted = [_exactly(code + word[start : start + size]) for start in starts]
    else:
        wanted = list(chain.from_iterable(_asked(code, word)))
    return " AND ".join(dict.fromkeys(wanted))


def every(words: Sequence[str], own: Sequence[str], besides: Sequence[str] = ()) -> str | None:
    """The expression for records with all of the folded words: one at least in the `own` fields, the others there or `besides`.

    None where the index has no such records, or does not help to find them.
    """
    anywhere = [_any_of((*own, *besides), word) for word in words]
    options = []
    for position, word in enumerate(words):
        needed = [*anywhere[:position], _any_of(own, word), *anywhere[position + 1 :]]
        if None not in needed and any(needed):
            options.append(" AND ".join(f"({one})" for one in needed if one))
    return " OR ".join(f"({option})" for option in dict.fromkeys(options)) or None


def _any_of(codes: Sequence[str], word: str) -> str | None:
    found = [one for one in (expression(code, word) for code in codes) if one is not None]
    if not found or "" in found:
        return "" if found else None
    return " OR ".join(f"({one})" for one in found)


def _asked(code: str, word: str) -> Iterator[list[str]]:
    runs = list(_RUN.finditer(word))
    for found in runs:
        run = found[0]
        if run < _WIDE:
            # What ends the word may be the beginning of a longer one. A single letter is none's: too many begin so.
            whole = found.end() < len(word) or len(run) == 1
            yield [_exactly(code + run) if whole and len(run) <= _LONGEST else _beginning(code + run[:_LONGEST])]
        elif len(run) > 1:
            starts = range(min(len(run) - 1, _ENOUGH))
            yield [_exactly(code + run[start : start + 2]) for start in starts]
        elif code == NAME:
            yield [_beginning(code + run)]


def _exactly(gram: str) -> str:
    return f'"{gram}"'


def _beginning(gram: str) -> str:
    return f'"{gram}" *'
