"""A terminal that is one, and a Chinese catalogue that has what these tests read."""

from __future__ import annotations

import gettext
import io
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from salesflow import i18n
from salesflow.output.options import Color, OutputOptions
from salesflow.output.render import render
from salesflow.output.results import Result
from tests.output.samples import CHINA

CHINESE: Final = (
    ("column", "Code", "编号"),
    ("column", "Name", "名称"),
    ("column", "Grade", "等级"),
    ("column", "Status", "状态"),
    ("column", "Field", "字段"),
    ("column", "Value", "内容"),
    ("grade", "A", "A 级"),
    ("status", "hot", "高意向"),
    ("status", "won", "成交"),
    (None, "yes", "是"),
    (None, "Customers", "客户"),
    (None, "error [{code}]: {text}", "错误 [{code}]：{text}"),
    (None, "{text}: {hint}", "{text}：{hint}"),
)

END: Final = "\x04end"  # a terminal hands on what was written in its own time: this comes last
Screen = Callable[..., tuple[str, str]]


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a small catalogue for "zh"; it does not become the process's language."""
    catalogue = Catalog()
    for context, text, translation in CHINESE:
        catalogue.add(text, translation, context=context)
    file = io.BytesIO()
    write_mo(file, catalogue)
    file.seek(0)
    monkeypatch.setitem(i18n._State.catalogues, "zh", gettext.GNUTranslations(file))


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """Render on a real terminal of so many columns: screen(result, columns, **options) gives (stdout, stderr)."""
    if sys.platform == "win32":
        pytest.skip("there are no pseudo terminals")
    import fcntl
    import struct
    import termios

    for name in ("COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    master, slave = os.openpty()

    def read() -> str:
        shown = b""
        while not shown.endswith(END.encode()):
            shown += os.read(master, 65536)
        return shown.decode().removesuffix(END).replace("\r\n", "\n")

    def show(
        result: Result, columns: int, language: str = "en", color: Color = "never", **options: object
    ) -> tuple[str, str]:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        err = io.StringIO()
        asked = OutputOptions(color=color, zone=CHINA, **options)  # type: ignore[arg-type]  # the test's own words
        with ThreadPoolExecutor(1) as reader, open(slave, "w", encoding="utf-8", closefd=False) as out:
            shown = reader.submit(read)  # a terminal takes only so much that nobody reads
            try:
                render(result, asked, out, err, language)
            finally:
                out.write(END)
                out.flush()
            return shown.result(timeout=30), err.getvalue()

    yield show
    os.close(master)
    os.close(slave)
