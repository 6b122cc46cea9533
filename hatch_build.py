"""Build hook: compiles the translation catalogues (.po -> .mo) into wheels and editable installs."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from struct import pack, unpack_from
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> list[Path]:
    """Compile each .po below salesflow/locale beside itself; gives the .mo files' paths."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = []
    for source in sorted((root / "salesflow" / "locale").glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file)
        target = source.with_suffix(".mo")
        made = BytesIO()
        write_mo(made, catalogue)
        target.write_bytes(sorted_catalogue(made.getvalue()))
        compiled.append(target)
    return compiled


def sorted_catalogue(made: bytes) -> bytes:
    """A compiled catalogue with its texts in the order of their bytes, as the format wants it and Babel leaves it.

    So the program finds a text without reading all the others (`salesflow.i18n`).
    """
    count, *tables = unpack_from("<III", made, 8)
    pairs = sorted(tuple(_at(made, table + 8 * number) for table in tables) for number in range(count))
    start = 28 + 16 * count
    head, texts = bytearray(pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, start)), bytearray()
    for side in range(2):
        for pair in pairs:
            head += pack("<II", len(pair[side]), start + len(texts))
            texts += pair[side] + b"\0"
    return bytes(head + texts)


def _at(made: bytes, place: int) -> bytes:
    length, offset = unpack_from("<II", made, place)
    return made[offset : offset + length]


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling publishes no parameter for its own base
    """Named in pyproject.toml; hatchling calls `initialize` before it collects files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_catalogues(Path(self.root))
