"""A paper as a page that is complete in itself and prints as it looks, with nothing from a network."""

from __future__ import annotations

import os
from typing import Final

from salesflow.documents.paper import Paper
from salesflow.documents.paper_parts import plain

_LANG: Final = {"zh": "zh-CN"}
_TEMPLATE: Final = "paper.html"


def write(paper: Paper) -> bytes:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    template = Environment(
        loader=FileSystemLoader(os.path.join(os.path.dirname(__file__), "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(_TEMPLATE)
    lang = _LANG.get(paper.language, paper.language)
    return template.render(paper=plain(paper), lang=lang, between="：" if paper.language == "zh" else ": ").encode()
