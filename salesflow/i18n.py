"""Messages in two languages: English in the source, the others from gettext catalogues.

A text that a person reads is made with `msg` (lazy: a template with its values) and becomes a sentence only where it is
printed, so that a decision made once can be read in either language. Nothing here is imported that English does not need.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar, Final, NamedTuple, Protocol

LANGUAGES: Final = ("en", "zh")
_DOMAIN: Final = "salesflow"
_LOCALES: Final = {"zh": "zh_CN"}


class Message(NamedTuple):
    """A template in English with the values for its `{names}`; `plural` is used where `count` is among them and not 1."""

    text: str
    values: Mapping[str, object] = {}
    plural: str | None = None
    context: str | None = None

    def __str__(self) -> str:
        return render(self)


class _Catalogue(Protocol):
    def gettext(self, message: str) -> str: ...
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str: ...
    def pgettext(self, context: str, message: str) -> str: ...


class _Compiled:
    """A compiled catalogue (.mo) whose texts stand in the order of their bytes, read only where it is asked.

    To load the whole of it takes as long as most of a bare interpreter's start, and a command says a few dozen of its texts.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._count = self._number(8) if content else 0
        self._asked: dict[str, str | None] = {}

    def gettext(self, message: str) -> str:
        return self._found(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form for `n`; a language with one form, such as Chinese, has that for every number."""
        forms = self._found(f"{msgid1}\0{msgid2}", f"{msgid1}\0{msgid2}").split("\0")
        return forms[min(int(n != 1), len(forms) - 1)]

    def pgettext(self, context: str, message: str) -> str:
        return self._found(f"{context}\4{message}", message)

    def _found(self, key: str, otherwise: str) -> str:
        if key not in self._asked:
            self._asked[key] = self._search(key)
        found = self._asked[key]
        return otherwise if found is None else found

    def _search(self, key: str) -> str | None:
        wanted, low, high = key.encode(errors="surrogatepass"), 0, self._count
        while low < high:
            middle = (low + high) // 2
            text = self._text(12, middle)
            if text == wanted:
                return self._text(16, middle).decode()
            low, high = (middle + 1, high) if text < wanted else (low, middle)
        return None

    def _text(self, table: int, number: int) -> bytes:
        place = self._number(table) + 8 * number
        start = self._number(place + 4)
        return self._content[start : start + self._number(place)]

    def _number(self, place: int) -> int:
        return int.from_bytes(self._content[place : place + 4], "little")


class _State:
    """The process's language, as gettext has one: chosen once, before anything is printed."""

    language: ClassVar[str] = "en"
    catalogues: ClassVar[dict[str, _Catalogue]] = {}


def msg(text: str, /, **values: object) -> Message:
    """A message to be rendered later; the marker by which the catalogue's templates are found in the source."""
    return Message(text, values)


def nmsg(text: str, plural: str, /, *, count: int, **values: object) -> Message:
    """A message whose English depends on `count`, which is also one of its values."""
    return Message(text, {"count": count, **values}, plural)


def label(kind: str, code: str) -> Message:
    """What a person reads for an enumeration's code: `label("status", "hot")` is 高意向 in Chinese."""
    return Message(code, {}, None, kind)


def dump(message: Message) -> str:
    """The message as JSON, so that it can be kept and read again in either language; values become text unless numbers."""
    import json

    return json.dumps(_parts(message), ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Message:
    """The message that `dump` wrote."""
    import json

    restored = _restored(json.loads(text))
    assert isinstance(restored, Message)
    return restored


def _parts(value: object) -> object:
    if isinstance(value, Message):
        values = {name: _parts(part) for name, part in value.values.items()}
        return {"text": value.text, "values": values, "plural": value.plural, "context": value.context}
    if isinstance(value, (list, tuple)):
        return [_parts(part) for part in value]
    return value if isinstance(value, (int, str)) else str(value)


def _restored(value: Any) -> object:
    if isinstance(value, dict):
        values = {name: _restored(part) for name, part in value["values"].items()}
        return Message(value["text"], values, value["plural"], value["context"])
    if isinstance(value, list):
        return [_restored(part) for part in value]
    return value


def set_language(language: str) -> None:
    """Choose the language of everything that is rendered from now on: "en" or "zh"."""
    if language not in LANGUAGES:
        raise ValueError(language)
    _State.language = language


def language() -> str:
    return _State.language


def preferred_language(environ: Mapping[str, str]) -> str:
    """The language that the environment asks for: SALESFLOW_LANG, else the locale (LC_ALL, LC_MESSAGES, LANG), else English."""
    for name in ("SALESFLOW_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name, "").lower()
        if value:
            return "zh" if value.startswith("zh") else "en"
    return "en"


def catalogue(language: str) -> _Catalogue:
    """The compiled catalogue of a language; one without a catalogue gives every text back as it is."""
    if language not in _State.catalogues:
        _State.catalogues[language] = _Compiled(_content(_LOCALES.get(language)))
    return _State.catalogues[language]


def _content(locale: str | None) -> bytes:
    """The compiled catalogue of a locale; nothing where there is none."""
    if locale is None:
        return b""
    try:
        with open(
            os.path.join(os.path.dirname(__file__), "locale", locale, "LC_MESSAGES", f"{_DOMAIN}.mo"), "rb"
        ) as file:
            return file.read()
    except FileNotFoundError:  # not compiled
        return b""


def translate(text: str, context: str | None = None, in_language: str | None = None) -> str:
    """The text in the current (or given) language; a text without a translation comes back as it is."""
    chosen = in_language or _State.language
    if chosen == "en" or not text:
        return text
    if context is not None:
        return catalogue(chosen).pgettext(context, text)
    return catalogue(chosen).gettext(text)


def render(message: Message | str, in_language: str | None = None) -> str:
    """The sentence in the current (or given) language, its values formatted for a reader."""
    if isinstance(message, str):
        return message
    chosen = in_language or _State.language
    count = message.values.get("count")
    if message.plural is not None and isinstance(count, int):
        if chosen == "en":
            template = message.text if count == 1 else message.plural
        else:
            template = catalogue(chosen).ngettext(message.text, message.plural, count)
    else:
        template = translate(message.text, message.context, chosen)
    if not message.values:
        return template
    return template.format_map({name: _formatted(value, chosen) for name, value in message.values.items()})


def _formatted(value: Any, language: str) -> Any:
    if isinstance(value, Message):
        return render(value, language)
    if isinstance(value, (list, tuple)):
        return ("、" if language == "zh" else ", ").join(str(_formatted(item, language)) for item in value)
    return value
