"""Which fonts a PDF is set in: found and checked before anything is written, so that no character comes out as a box.

The first Chinese font of the system is taken, else the one of the extra. Characters that it has not are looked for in all
other fonts; what none of them has is an error. Only the table that says which characters a font has is read.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, Final, NamedTuple

from salesflow.errors import FileProblem
from salesflow.i18n import msg

CHINESE: Final = (
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "SimHei",
    "SimSun",
)
"""Families by preference: with a bold of their own, made for screens and paper."""

# What is never seen: selectors of variants, joiners, soft hyphens. Left out of a PDF, where a font without them shows a box.
INVISIBLE: Final = "[\u00ad\u180b-\u180f\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
_REGULAR: Final = 400
_UNICODE_TABLES: Final = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3))  # the ones with all of Unicode first


class Font(NamedTuple):
    """One face in a file."""

    family: str
    path: str
    number: int  # of the face in its file
    weight: int = _REGULAR


def chain(text: str, fonts: Sequence[Font]) -> tuple[str, ...]:
    """The families that have all of the text's characters, the main one first. FileProblem where there is none."""
    regular = _regular(fonts)
    main = next((family for family in CHINESE if family in regular), None)
    if main is None:
        raise FileProblem(
            msg("there is no Chinese font for a PDF"),
            msg("install one, such as Noto Sans CJK SC, or: {command}", command="pip install 'salesflow[pdf]'"),
            code="no-font",
        )
    wanted = {ord(character) for character in re.sub(INVISIBLE, "", text) if character not in "\n\t "}
    found: list[str] = [main]
    missing = wanted - covered(regular[main], wanted)
    for family, font in regular.items():
        if not missing:
            break
        also = covered(font, missing)
        if also:
            found.append(family)
            missing -= also
    if missing:
        raise _unknown(missing)
    return tuple(found)


def _regular(fonts: Sequence[Font]) -> dict[str, Font]:
    """Of each family the face that is nearest to a regular one."""
    found: dict[str, Font] = {}
    for font in fonts:
        other = found.get(font.family)
        if other is None or abs(font.weight - _REGULAR) < abs(other.weight - _REGULAR):
            found[font.family] = font
    return found


def _unknown(missing: Iterable[int]) -> FileProblem:
    named = [f"{chr(code)} (U+{code:04X})" for code in sorted(missing)]
    return FileProblem(
        msg("no font has these characters: {characters}", characters=named),
        msg(
            "write them otherwise, install a font that has them, or name its folder with: salesflow config set company.fonts"
        ),
        code="no-glyph",
        details={"characters": [f"U+{code:04X}" for code in sorted(missing)]},
    )


def covered(font: Font, codes: Iterable[int]) -> set[int]:
    """Those of the code points that the font has; none where the file cannot be understood."""
    try:
        with open(font.path, "rb") as file:
            table = _table(file, font.number)
    except (OSError, struct.error):
        return set()
    try:
        return {code for code in codes if _glyph(table, code)} if table else set()
    except (struct.error, IndexError):
        return set()


def _table(file: BinaryIO, number: int) -> bytes:
    """The best subtable of a face's `cmap`: format 12 with all of Unicode, or format 4 with its first plane."""
    start = 0
    if file.read(4) == b"ttcf":
        file.seek(12 + 4 * number)
        start = _read(file, ">L")[0]
    file.seek(start + 4)
    count = _read(file, ">H")[0]
    file.seek(start + 12)
    directory = [_read(file, ">4sLLL") for _ in range(count)]
    place = next((entry[2] for entry in directory if entry[0] == b"cmap"), None)
    if place is None:
        return b""
    file.seek(place + 2)
    tables = {
        (kind, coding): offset for kind, coding, offset in (_read(file, ">HHL") for _ in range(_read(file, ">H")[0]))
    }
    for key in _UNICODE_TABLES:
        if key in tables:
            file.seek(place + tables[key])
            form = _read(file, ">H")[0]
            if form in (4, 12):
                return _subtable(file, place + tables[key], form)
    return b""


def _subtable(file: BinaryIO, place: int, form: int) -> bytes:
    file.seek(place + (4 if form == 12 else 2))
    length = _read(file, ">L" if form == 12 else ">H")[0]
    file.seek(place)
    return file.read(length)


def _read(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _glyph(table: bytes, code: int) -> int:
    """The glyph of a code point; 0 is none."""
    form = struct.unpack_from(">H", table)[0]
    return _in_groups(table, code) if form == 12 else _in_segments(table, code)


def _in_groups(table: bytes, code: int) -> int:
    low, high = 0, int(struct.unpack_from(">L", table, 12)[0])
    while low < high:
        middle = (low + high) // 2
        first, last, glyph = struct.unpack_from(">LLL", table, 16 + 12 * middle)
        if first <= code <= last:
            return int(glyph + code - first)
        low, high = (middle + 1, high) if last < code else (low, middle)
    return 0


def _in_segments(table: bytes, code: int) -> int:
    doubled = struct.unpack_from(">H", table, 6)[0]
    ends = struct.unpack_from(f">{doubled // 2}H", table, 14)
    place = next((number for number, end in enumerate(ends) if code <= end), None)
    if place is None:
        return 0
    starts, deltas, offsets = (16 + doubled * part + 2 * place for part in (1, 2, 3))
    start, delta, offset = (struct.unpack_from(">H", table, at)[0] for at in (starts, deltas, offsets))
    if code < start:
        return 0
    if not offset:
        return int((code + delta) & 0xFFFF)
    glyph = struct.unpack_from(">H", table, offsets + offset + 2 * (code - start))[0]
    return int((glyph + delta) & 0xFFFF) if glyph else 0


def packaged() -> list[str]:
    """The folder of the font that the extra brings, where it is installed."""
    from importlib.util import find_spec

    found = find_spec("manimgx_fonts_cjk")
    return [] if found is None or found.origin is None else [os.path.dirname(found.origin)]
