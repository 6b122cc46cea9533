"""A company's own document with fields in it, filled in by docxtpl: {{ reference }}, {%tr for line in lines %} … {%tr endfor %}.

Texts are escaped, and a template that goes beyond its fields is refused by the sandbox that Jinja has for that.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

from salesflow.documents import extras
from salesflow.documents.paper import Block, Facts, Paper, Signatures, Table, Terms, Totals
from salesflow.documents.paper_parts import plain
from salesflow.errors import FileProblem
from salesflow.i18n import msg

if TYPE_CHECKING:
    from docx.document import Document


def filled(paper: Paper, template: str) -> Document:
    """The template with the paper in it. FileProblem for one with a field that no paper has, or that is not understood."""
    docxtpl = extras.need("docxtpl", "docx", ".docx")
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    made = docxtpl.DocxTemplate(os.path.expanduser(template))
    try:
        made.render(fields(paper), SandboxedEnvironment(autoescape=True, undefined=StrictUndefined), autoescape=True)
    except Exception as error:  # an expression may fail in any way: the template is what is wrong
        raise FileProblem(
            msg(
                "the letterhead {path} cannot be filled in: {reason}",
                path=template,
                reason=str(error) or type(error).__name__,
            ),
            msg("its fields may be: {fields}", fields=sorted(fields(paper))),
            code="template",
        ) from error
    out = io.BytesIO()
    made.save(out)  # read anew below: what is written to its headers before it is saved would be lost
    document: Document = extras.need("docx", "docx", ".docx").Document(io.BytesIO(out.getvalue()))
    return document


def fields(paper: Paper) -> dict[str, Any]:
    """What a template may name: texts, and lists of rows with their cells as `line.cells` or of pairs."""
    blocks: list[tuple[Block, dict[str, Any]]] = list(zip(paper.blocks, plain(paper)["blocks"], strict=True))
    none: dict[str, Any] = {
        "sums": [],
        "words": {"text": ""},
        "left": [],
        "right": [],
        "columns": [],
        "rows": [],
        "parties": [],
    }
    tables = [made for block, made in blocks if isinstance(block, Table)]
    sums = next((made for block, made in blocks if isinstance(block, Totals)), none)
    facts = next((made for block, made in blocks if isinstance(block, Facts)), none)
    parties = next((made for block, made in blocks if isinstance(block, Signatures)), none)["parties"]
    goods = tables[0] if tables else none
    return {
        "title": paper.title,
        "reference": paper.reference,
        "company": paper.letterhead.name,
        "company_lines": list(paper.letterhead.lines),
        "mark": paper.mark or "",
        "facts": [*facts["left"], *facts["right"]],
        "columns": [column["name"] for column in goods["columns"]],
        "lines": [{"cells": row} for row in goods["rows"]],
        "tables": [{"name": table["name"], "lines": [{"cells": row} for row in table["rows"]]} for table in tables[1:]],
        "sums": sums["sums"],
        "total_in_words": sums["words"]["text"],
        "terms": [entry for block, made in blocks if isinstance(block, Terms) for entry in made["entries"]],
        "parties": parties,
    }
