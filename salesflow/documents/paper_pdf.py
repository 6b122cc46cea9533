"""A paper as PDF, set by Typst. What is written on it goes in as data, so that no text can become markup."""

from __future__ import annotations

import json
import os
import re
from typing import Any, Final

from salesflow.documents import extras, fonts
from salesflow.documents.paper import Paper
from salesflow.documents.paper_parts import plain

_TEMPLATE: Final = os.path.join(os.path.dirname(__file__), "templates", "paper.typ")
_CJK: Final = "[\u2e80-\u9fff]"


def write(paper: Paper, folder: str | None = None) -> bytes:
    """The file's content. folder: where fonts of the company's own are. FileProblem without the extra or the fonts."""
    typst = extras.need("typst", "pdf", ".pdf")
    known = typst.Fonts(
        include_system_fonts=True,
        include_embedded_fonts=False,
        font_paths=[*([] if folder is None else [os.path.expanduser(folder)]), *fonts.packaged()],
    )
    faces = [fonts.Font(one.family, one.path, one.index, one.weight) for one in known.fonts() if one.path]
    families = fonts.chain("".join(paper.texts()), faces)
    content = {
        **plain(paper),
        "fonts": families,
        "breadth": 1 if re.search(_CJK, paper.mark or "") else 2,  # Latin letters are half as wide
    }
    with open(_TEMPLATE, "rb") as file:
        source = file.read()
    made: bytes = typst.compile(
        source,
        format="pdf",
        font_paths=known,
        sys_inputs={"paper": json.dumps(_visible(content), ensure_ascii=False)},
        timestamp=int(paper.made_at.timestamp()),
    )
    return made


def _visible(value: Any) -> Any:
    """The same without characters that are never seen."""
    if isinstance(value, str):
        return re.sub(fonts.INVISIBLE, "", value)
    if isinstance(value, dict):
        return {key: _visible(part) for key, part in value.items()}
    return [_visible(part) for part in value] if isinstance(value, (list, tuple)) else value
