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
    "单县": "shan xian", "解州": "xie zhou", "涡阳": "guo yang", "铅山": "yan shan", "浚县": "xun xian", "蔚县": "yu xian",
    "莘庄": "xin zhuang", "牟平": "mu ping", "中牟": "zhong mu", "会稽": "kuai ji", "繁峙": "fan shi", "洪洞": "hong tong",
    "枞阳": "zong yang", "犍为": "qian wei", "筠连": "jun lian", "尉犁": "yu li", "泌阳": "bi yang", "喀什": "ka shi",
    "柏林": "bo lin", "藏药": "zang yao", "宝藏": "bao zang", "重新": "chong xin", "还原": "huan yuan", "给水": "ji shui",
    "供给": "gong ji", "弹簧": "tan huang", "弹性": "tan xing", "厚朴": "hou po", "薄荷": "bo he", "槟榔": "bing lang",
    "校正": "jiao zheng", "校准": "jiao zhun", "率先": "shuai xian", "轧钢": "zha gang", "轧机": "zha ji",
}  # fmt: skip
# In names these read otherwise than first in the dictionary.
_CHARACTERS: Final[Mapping[str, str]] = {"长": "chang", "都": "du", "行": "hang", "曾": "zeng", "佛": "fo"}
_SURNAMES: Final[Mapping[str, str]] = {
    "单": "shan", "翟": "zhai", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao", "盖": "ge", "乐": "yue",
    "缪": "miao", "覃": "qin", "阚": "kan", "卜": "bu", "员": "yun", "召": "shao", "种": "chong", "折": "she", "祭": "zhai",
    "乜": "nie", "洗": "xian", "繁": "po", "澹台": "tan tai", "单于": "chan yu",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun",
}  # fmt: skip
# A house named for its family (单氏, 仇氏) has the surname's reading, in a company's name too.
_READ: Final[Mapping[str, str]] = {**_WORDS, **{f"{name}氏": f"{reading} shi" for name, reading in _SURNAMES.items()}}
_WORD: Final = re.compile(f"({'|'.join(sorted(_READ, key=len, reverse=True))})")
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
            _read(_READ[part], full, initials)
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
