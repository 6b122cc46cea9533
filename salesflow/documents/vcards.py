"""Contacts as vCards of version 3.0: what every phone and Outlook take. Many refuse 4.0, and 2.1 has no Chinese of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final, NamedTuple

_COMPOUND: Final = """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙
    钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里
    呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 第五
""".split()  # noqa: SIM905 - sixty names in quotes would be read by nobody
_ADDRESS: Final = ("先生", "女士", "小姐", "老师", "主任", "经理", "总监", "厂长", "工程师", "总", "工")
_LINE: Final = 75
_LONGEST: Final = 4  # characters of a Chinese name; what is longer is a transcription, and has no surname to find


class Card(NamedTuple):
    """What goes on a card: contact values as they are, empty ones left out. `uid` is the same each time."""

    uid: str
    name: str
    organisation: str | None = None
    title: str | None = None
    phone: str | None = None
    email: str | None = None
    wechat: str | None = None


class Name(NamedTuple):
    """A name in its parts; `suffix` is how the person is addressed (女士)."""

    family: str = ""
    given: str = ""
    suffix: str = ""


def write(cards: Iterable[Card]) -> str:
    """The cards as one text, lines folded at 75 bytes and ended by CR LF."""
    return "".join(_written(card) for card in cards)


def split(name: str) -> Name:
    """The parts of a name: 欧阳锋 -> 欧阳, 锋; 张女士 -> 张, , 女士; John Smith -> Smith, John.

    It stays whole, as the given name, where there is no surname to be found.
    """
    if not all("\u3400" <= letter <= "\u9fff" or letter > "\U00020000" for letter in name):
        given, _, family = name.rpartition(" ")
        chinese = not name.isascii()
        return Name(given=name) if chinese or not given else Name(family, given)
    length = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
    family, rest = name[:length], name[length:]
    if rest in _ADDRESS:
        return Name(family, "", rest)
    return Name(family, rest) if rest and len(name) <= _LONGEST else Name(given=name)


def _written(card: Card) -> str:
    import vobject

    made = vobject.vCard()
    parts = split(card.name)
    made.add("n").value = vobject.vcard.Name(family=parts.family, given=parts.given, suffix=parts.suffix)
    made.add("fn").value = card.name
    made.add("uid").value = card.uid
    if card.organisation:
        made.add("org").value = [card.organisation]
    for name, value in (("title", card.title), ("x-wechat", card.wechat)):
        if value:
            made.add(name).value = value
    if card.phone:
        made.add("tel").value, made.tel.type_param = (
            card.phone,
            ["CELL", "VOICE"] if _mobile(card.phone) else ["WORK", "VOICE"],
        )
    if card.email:
        made.add("email").value, made.email.type_param = card.email, ["INTERNET"]
    return _folded(made.serialize(lineLength=sys.maxsize))


def _folded(text: str) -> str:
    """Lines of at most 75 bytes, broken between characters: the library counts some characters short."""
    lines = []
    for line in text.split("\r\n"):
        length = 0
        for letter in line:
            size = len(letter.encode())
            if length + size > _LINE:
                lines.append("\r\n ")
                length = 1
            lines.append(letter)
            length += size
        lines.append("\r\n")
    return "".join(lines[:-1])


def _mobile(phone: str) -> bool:
    return phone.startswith("+861") and len(phone) == len("+8613812345678")
