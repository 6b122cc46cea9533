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
        import gettext

        directory = os.path.join(os.path.dirname(__file__), "locale")
        names = [_LOCALES[language]] if language in _LOCALES else []
        found = gettext.translation(_DOMAIN, directory, names, fallback=True) if names else gettext.NullTranslations()
        _State.catalogues[language] = found
    return _State.catalogues[language]


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
