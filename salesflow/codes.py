"""From what people write for a code of the glossary to the code: 高意向, Hot and hot are one."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from salesflow.enums import Code
from salesflow.errors import InvalidValue
from salesflow.i18n import LANGUAGES, Message, label, language, msg, render
from salesflow.text import fold, nearest

C = TypeVar("C", bound=StrEnum)


def parse_code(codes: type[C], value: str) -> C:
    """The code that a text names: the code itself in any case, or its label in either language.

    InvalidValue lists the codes and names the nearest.
    """
    wanted = fold(value)
    for code in codes:
        if wanted in names_of(codes, code):
            return code
    listed = [_shown(codes, code) for code in codes]
    close = nearest(wanted, [code.value for code in codes])
    hint = msg("use one of: {codes}", codes=listed)
    if close is not None:
        hint = msg("did you mean {name}? Use one of: {codes}", name=close, codes=listed)
    raise InvalidValue(msg("{value} is not one of the codes", value=value), hint)


def names_of(codes: type[C], code: C) -> set[str]:
    """Everything that stands for the code, folded: itself, with hyphens, and its labels."""
    labels = {fold(render(_label(codes, code), lang)) for lang in LANGUAGES}
    return {fold(code.value), fold(code.value.replace("_", "-"))} | labels


def context_of(codes: type[StrEnum]) -> str:
    """The catalogue's context for the labels of the codes."""
    return codes.kind() if issubclass(codes, Code) else codes.__name__.lower()


def _label(codes: type[C], code: C) -> Message:
    return label(context_of(codes), code.value)


def _shown(codes: type[C], code: C) -> str:
    if language() == "en":
        return code.value
    return f"{code.value} {render(_label(codes, code))}"
