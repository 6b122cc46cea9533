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
    "重庆": "chong qing", "成都": "cheng du", "厦门": "xia men", "长春": "chang chun", "长沙": "chang sha",
    "蚌埠": "beng bu", "六安": "lu an", "亳州": "bo zhou", "台州": "tai zhou", "西藏": "xi zang", "朝阳": "chao yang",
    "番禺": "pan yu", "大埔": "da bu", "乐清": "yue qing", "乐亭": "lao ting", "天长": "tian chang", "丽水": "li shui",
    "银行": "yin hang", "行业": "hang ye", "商行": "shang hang", "车行": "che hang", "同行": "tong hang",
    "音乐": "yin yue", "乐器": "yue qi", "会计": "kuai ji", "重型": "zhong xing", "重工": "zhong gong",
    "空调": "kong tiao", "调味": "tiao wei", "模具": "mu ju", "大厦": "da sha", "都市": "du shi", "首都": "shou du",
    "成长": "cheng zhang", "校长": "xiao zhang", "传媒": "chuan mei", "参茸": "shen rong", "曲阜": "qu fu",
    "东莞": "dong guan", "省厅": "sheng ting", "便利": "bian li", "便宜": "pian yi", "宿迁": "su qian", "宿州": "su zhou",
}  # fmt: skip
# In names these read otherwise than first in the dictionary.
_CHARACTERS: Final[Mapping[str, str]] = {"长": "chang", "都": "du", "厦": "sha", "行": "hang", "乐": "le", "曾": "zeng"}
_SURNAMES: Final[Mapping[str, str]] = {
    "单": "shan", "曾": "zeng", "翟": "zhai", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao",
    "盖": "ge", "任": "ren", "华": "hua", "乐": "yue", "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun",
}  # fmt: skip
_WORD: Final = re.compile("|".join(_WORDS))
_SURNAME: Final = re.compile("|".join(sorted(_SURNAMES, key=len, reverse=True)))


class Sound(NamedTuple):
    """A name in Latin letters: whole, and with only the first letter of each Chinese character. Both lower case, no blanks."""

    full: str
    initials: str


def sound(name: str, *, person: bool = False) -> Sound:
    """How a name reads; a person's surname by its own reading (单 is shan). Letters and digits stay, all else is left out."""
    full, initials = [], []
    for syllable in _syllables(fold(name), person=person):
        full.append(syllable.text)
        initials.append(syllable.text[:1] if syllable.chinese else syllable.text)
    return Sound("".join(full), "".join(initials))


class _Syllable(NamedTuple):
    text: str
    chinese: bool


def _syllables(folded: str, *, person: bool) -> list[_Syllable]:
    found: list[_Syllable] = []
    position = 0
    while position < len(folded):
        surname = _SURNAME.match(folded) if person and position == 0 else None
        word = surname or _WORD.match(folded, position)
        if word is None:
            syllable = _character(folded[position])
            found += [syllable] if syllable.text else []
            position += 1
        else:
            reading = _SURNAMES[word[0]] if surname else _WORDS[word[0]]
            found += [_Syllable(part, chinese=True) for part in reading.split()]
            position = word.end()
    return found


_known: dict[str, _Syllable] = {}


def _character(character: str) -> _Syllable:
    """The reading of one character, kept: a list of a hundred thousand names has some three thousand characters."""
    syllable = _known.get(character)
    if syllable is None:
        if character.isascii():
            syllable = _Syllable(character if character.isalnum() else "", chinese=False)
        else:
            reading = _CHARACTERS.get(character) or _first_reading(character)
            other = character if character.isalnum() else ""
            syllable = _Syllable(reading or other, chinese=bool(reading))
        _known[character] = syllable
    return syllable


def _first_reading(character: str) -> str:
    """The dictionary's first reading without its tone, ü as v; empty for what is no Chinese character."""
    # The library's phrases take four times as long to load as its characters; `_WORDS` stands for them.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin.pinyin_dict import pinyin_dict

    first = str(pinyin_dict.get(ord(character), "")).partition(",")[0]
    decomposed = unicodedata.normalize("NFD", first).replace("u\N{COMBINING DIAERESIS}", "v")
    return "".join(letter for letter in decomposed if letter.isascii())
