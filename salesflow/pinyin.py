"""How a name sounds, so that it is found by what one types without a Chinese input method: hangzhouyunfan, hzyf."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

from salesflow.text import fold

# Readings that differ from the character's first one in the words that company names are made of.
_WORDS: Final[Mapping[str, str]] = {
    "重庆": "chong qing", "厦门": "xia men", "蚌埠": "beng bu", "六安": "lu an", "西藏": "xi zang", "番禺": "pan yu",
    "大埔": "da bu", "乐清": "yue qing", "乐亭": "lao ting", "音乐": "yin yue", "乐器": "yue qi", "会计": "kuai ji",
    "空调": "kong tiao", "调味": "tiao wei", "调节": "tiao jie", "模具": "mu ju", "成长": "cheng zhang", "增长": "zeng zhang",
    "校长": "xiao zhang", "参茸": "shen rong", "便宜": "pian yi", "薄膜": "bo mo", "差旅": "chai lv", "旅行": "lv xing",
    "出行": "chu xing", "飞行": "fei xing", "步行": "bu xing", "行政": "xing zheng", "行动": "xing dong", "自行车": "zi xing che",
}  # fmt: skip
# In names these read otherwise than first in the dictionary.
_CHARACTERS: Final[Mapping[str, str]] = {"长": "chang", "都": "du", "行": "hang", "曾": "zeng"}
_SURNAMES: Final[Mapping[str, str]] = {
    "单": "shan", "翟": "zhai", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao", "盖": "ge", "乐": "yue",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun",
}  # fmt: skip
_WORD: Final = re.compile(f"({'|'.join(_WORDS)})")
_SURNAME: Final = re.compile("|".join(sorted(_SURNAMES, key=len, reverse=True)))


class Sound(NamedTuple):
    """A name in Latin letters: whole, and with only the first letter of each Chinese character. Both lower case, no blanks."""

    full: str
    initials: str


def sound(name: str, *, person: bool = False) -> Sound:
    """How a name reads; a person's surname by its own reading (单 is shan). Letters and digits stay, all else is left out."""
    folded = fold(name)
    full: list[str] = []
    initials: list[str] = []
    surname = _SURNAME.match(folded) if person else None
    if surname:
        _read(_SURNAMES[surname[0]], full, initials)
        folded = folded[surname.end() :]
    for position, part in enumerate(_WORD.split(folded)):
        if position % 2:  # what the pattern matched
            _read(_WORDS[part], full, initials)
            continue
        for character in part:
            whole, first = _known.get(character) or _character(character)
            full.append(whole)
            initials.append(first)
    return Sound("".join(full), "".join(initials))


def _read(reading: str, full: list[str], initials: list[str]) -> None:
    for syllable in reading.split():
        full.append(syllable)
        initials.append(syllable[0])


_known: dict[str, tuple[str, str]] = {}


def _character(character: str) -> tuple[str, str]:
    """The reading of one character and its first letter; what it is itself where it is no Chinese character."""
    if not _known:
        _learn()
    found = _known.get(character)
    if found is None:
        reading = "" if character.isascii() else first_reading(character)
        itself = character if character.isalnum() else ""
        found = _known[character] = (reading, reading[0]) if reading else (itself, itself)
    return found


def _learn() -> None:
    from salesflow.pinyin_table import TABLE

    words = TABLE.split()
    for syllable, characters in zip(words[::2], words[1::2], strict=True):
        _known.update(dict.fromkeys(characters, (syllable, syllable[0])))
    _known.update({character: (reading, reading[0]) for character, reading in _CHARACTERS.items()})


def first_reading(character: str) -> str:
    """The library's first reading without its tone, ü as v; empty for what is no Chinese character. Slow the first time."""
    # The library's phrases take four times as long to load as its characters; `_WORDS` stands for them.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin.pinyin_dict import pinyin_dict

    first = str(pinyin_dict.get(ord(character), "")).partition(",")[0]
    decomposed = unicodedata.normalize("NFD", first).replace("u\N{COMBINING DIAERESIS}", "v")
    return "".join(letter for letter in decomposed if letter.isascii())
