"""Reading vCards: what a phone, Outlook or an old address book wrote, whichever version and character set."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from salesflow.errors import FileProblem
from salesflow.i18n import msg

LARGEST: Final = 16 * 1024 * 1024  # photos come along; they are passed over
MOST_CARDS: Final = 5_000
_CARD: Final = re.compile(r"^BEGIN:VCARD[ \t]*$.*?^END:VCARD[ \t]*$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_QUOTED_PRINTABLE: Final = re.compile(
    r"^([^:\r\n]*QUOTED-PRINTABLE[^:\r\n]*):((?:[^\r\n]*=\n)*[^\r\n]*)$", re.IGNORECASE | re.MULTILINE
)
_PICTURE: Final = re.compile(
    r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:].*\n(?:[ \t].*\n)*", re.IGNORECASE | re.MULTILINE
)
_PARAMETER: Final = re.compile(r";(?:(?:ENCODING=)?QUOTED-PRINTABLE|CHARSET=([^;:]+))", re.IGNORECASE)
_CHARSETS: Final = ("utf-8", "gb18030")
_WECHAT_LINK: Final = re.compile(r"(?:wechat|weixin|x-apple|xmpp):(?://)?", re.IGNORECASE)


class Card(NamedTuple):
    """One card: its place in the file (1 is the first) and what it has, the preferred value first. `name` may be empty."""

    number: int
    name: str
    title: str | None
    phones: Sequence[str]
    emails: Sequence[str]
    wechats: Sequence[str]
    readable: bool = True


def read(path: str) -> list[Card]:
    """The cards of a file. Raises FileProblem for one that is missing, too large, or has no cards."""
    found = [
        match.group() for match in _CARD.finditer(_decoded(_bytes(path)).replace("\r\n", "\n").replace("\r", "\n"))
    ]
    if not found:
        raise FileProblem(
            msg("{path} has no vCards", path=path), msg("export the contacts as a .vcf file"), code="not-vcards"
        )
    if len(found) > MOST_CARDS:
        raise FileProblem(
            msg("{path} has {count} cards, {limit} are allowed", path=path, count=len(found), limit=MOST_CARDS),
            msg("split it into smaller files"),
            code="too-large",
        )
    return [_card(number, text) for number, text in enumerate(found, 1)]


def _bytes(path: str) -> bytes:
    try:
        if not os.path.isfile(path):
            text = msg("{path} is not a file", path=path)
            if not os.path.lexists(path):
                text = msg("there is no file {path}", path=path)
            raise FileProblem(text, msg("check the name"), code="missing-file")
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise FileProblem(
            msg("{path} cannot be read: {reason}", path=path, reason=error.strerror or str(error)),
            msg("check the file's permissions"),
        ) from error
    if len(content) > LARGEST:
        raise FileProblem(
            msg("{path} is larger than {limit} MB", path=path, limit=LARGEST // 1024**2),
            msg("split it into smaller files"),
            code="too-large",
        )
    return content


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, else GB18030 as old Chinese phones write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _card(number: int, text: str) -> Card:
    import vobject

    try:
        card = vobject.readOne(_QUOTED_PRINTABLE.sub(_plain, _PICTURE.sub("", text)), ignoreUnreadable=True)
    except (
        vobject.base.VObjectError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
    ):  # what it raises for nonsense
        return Card(number, "", None, (), (), (), readable=False)
    return Card(
        number,
        _name(card),
        next(iter(_values(card, "title")), None),
        _values(card, "tel"),
        _values(card, "email"),
        _wechats(card),
    )


def _plain(match: re.Match[str]) -> str:
    """A line of version 2.1 in quoted-printable as a line of text, whatever its character set is said to be or not."""
    from quopri import decodestring

    head, body = match.groups()
    named = [charset for charset in _PARAMETER.findall(head) if charset]
    raw = decodestring(body.replace("=\n", "").encode("utf-8"))
    text = raw.decode("utf-8", errors="replace")
    for charset in (*named, *_CHARSETS):
        try:
            text = raw.decode(charset)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    text = text.replace("\r\n", "\n").replace("\\", "\\\\") if "\\" in text else text.replace("\r\n", "\n")
    return f"{_PARAMETER.sub('', head)}:{text.replace(chr(10), chr(92) + 'n')}"


def _values(card: Any, name: str) -> list[str]:
    """The values of one kind that are texts and not empty: the mobile and the preferred first, else in the card's order."""
    lines = sorted(card.contents.get(name, []), key=_rank)
    texts = [_text(line.value) for line in lines]
    return list(dict.fromkeys(text for text in texts if text))


def _rank(line: Any) -> tuple[bool, bool, bool]:
    """Where a line stands among its like: False comes first. A fax is nobody's phone."""
    said = {word.upper() for word in (*line.singletonparams, *line.params.get("TYPE", ()))}
    preferred = "PREF" in said or "PREF" in line.params
    return "FAX" in said, not said & {"CELL", "MOBILE", "IPHONE"}, not preferred


def _text(value: Any) -> str:
    text = " ".join(value) if isinstance(value, list) else str(value)
    return " ".join(text.removeprefix("tel:").removeprefix("mailto:").split())


def _name(card: Any) -> str:
    whole = next(iter(_values(card, "fn")), "")
    if whole or "n" not in card.contents:
        return whole
    parts = card.contents["n"][0].value
    family, given = _text(getattr(parts, "family", "")), _text(getattr(parts, "given", ""))
    return f"{family}{given}" if not f"{family}{given}".isascii() else f"{given} {family}".strip()


def _wechats(card: Any) -> list[str]:
    """WeChat names: a field of its own, or one of the ways in which phones note accounts."""
    found = [*_values(card, "x-wechat"), *_values(card, "x-weixin")]
    for name in ("impp", "x-socialprofile"):
        for line in card.contents.get(name, []):
            said = f"{line.params} {line.value}".lower()
            if "wechat" in said or "weixin" in said:
                found.append(_WECHAT_LINK.sub("", _text(line.value)))
    return list(dict.fromkeys(filter(None, found)))
