"""A paper as a Word document: built from nothing, or on the company's own letterhead.

The letterhead is a .docx file whose headers, footers, margins and styles stay; the paper follows what stands in it. One with
fields such as {{ reference }} is filled in instead (`paper_docx_fields`). Either way a mark comes into every page's header.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from salesflow.documents import extras
from salesflow.documents import paper_docx_parts as parts
from salesflow.documents.paper import Block, Entry, Facts, Paper, Prose, Signatures, Table, Terms, Totals
from salesflow.documents.paper_parts import cells
from salesflow.errors import FileProblem
from salesflow.i18n import msg
from salesflow.money import display_money

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

_ABOVE: Final = 14  # points above a line to write on


def write(paper: Paper, template: str | None = None) -> bytes:
    """The file's content. template: the company's letterhead. FileProblem without the extra, or where the template is none."""
    extras.need("docx", "docx", ".docx")
    document = _opened(template)
    if template is not None and parts.has_fields(document):
        from salesflow.documents.paper_docx_fields import filled

        document = filled(paper, template)
    else:
        _build(document, paper, own=template is None)
    if paper.mark is not None:
        parts.mark(document, paper.mark)
    known = document.core_properties
    known.title, known.author = f"{paper.title} {paper.reference}", paper.letterhead.name
    known.comments, known.last_modified_by, known.revision = "", "", 1
    known.created = known.modified = paper.made_at.replace(tzinfo=None)
    out = io.BytesIO()
    document.save(out)
    return _timeless(out)


def _timeless(archive: io.BytesIO) -> bytes:
    """The same archive without the moment at which it was packed: so that the same paper is the same file."""
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    out = io.BytesIO()
    with ZipFile(archive) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name), source.read(name), ZIP_DEFLATED)
    return out.getvalue()


def _opened(template: str | None) -> Document:
    import os

    import docx
    from docx.opc.exceptions import PackageNotFoundError

    if template is None:
        return docx.Document()
    try:
        with open(os.path.expanduser(template), "rb") as file:
            return docx.Document(io.BytesIO(file.read()))
    except OSError as error:
        reason = error.strerror or str(error)
    except (PackageNotFoundError, ValueError, KeyError):
        reason = "not a .docx file"
    except Exception as error:  # noqa: BLE001 - whatever the reader of a broken archive raises, the file is what is wrong
        reason = str(error)
    raise FileProblem(
        msg("the letterhead {path} cannot be used: {reason}", path=template, reason=reason),
        msg("name another one with: salesflow config set company.docx_template FILE; '' for none"),
        code="template",
    )


def _build(document: Document, paper: Paper, *, own: bool) -> None:
    """Write the paper below what stands in the document. own: on a page of ours, with a letterhead and page numbers."""
    if own:
        parts.page(document, wide=paper.wide)
        parts.paragraph(document, paper.letterhead.name, size=15, bold=True, color=parts.ACCENT)
        for way in paper.letterhead.lines:
            parts.paragraph(document, way, size=8.5, color=parts.SOFT)
        parts.footer(document, f"{paper.title}  {paper.reference}", paper.paging)
    parts.paragraph(document, paper.title, size=18, bold=True, center=True, before=10, after=8)
    for block in paper.blocks:
        _block(document, block, paper.language)


def _block(document: Document, block: Block, language: str) -> None:
    if isinstance(block, (Table, Terms)) and block.name:
        parts.paragraph(document, block.name, size=10.5, bold=True, color=parts.ACCENT, before=10, after=4, keep=True)
    if isinstance(block, Facts):
        _facts(document, block)
    elif isinstance(block, Table):
        _table(document, block, language)
    elif isinstance(block, Totals):
        _totals(document, block)
    elif isinstance(block, Terms) and block.numbered:
        for entry in block.entries:
            parts.paragraph(document, entry.label, bold=True, before=8, keep=True)
            parts.paragraph(document, entry.text)
    elif isinstance(block, Terms):
        _pairs(document, block.entries)
    elif isinstance(block, Prose):
        parts.paragraph(document, block.text, before=6)
    else:
        _signatures(document, block)


def _facts(document: Document, block: Facts) -> None:
    rows = max(len(block.left), len(block.right))
    table = parts.grid(document, rows, (15, 43, 19, 23))
    for place, entries in ((0, block.left), (2, block.right)):
        for number, entry in enumerate(entries):
            parts.fill(table.cell(number, place), entry.label, color=parts.SOFT)
            parts.fill(table.cell(number, place + 1), entry.text)
    parts.paragraph(document, "", size=4)


def _table(document: Document, block: Table, language: str) -> None:
    texts = cells(block, language)
    table = parts.grid(document, 1 + len(texts), parts.shares(block, texts))
    parts.dense(table)
    size = 8 if len(block.columns) > 7 else 9
    for place, column in enumerate(block.columns):
        head = table.cell(0, place)
        parts.fill(head, column.name.replace("（", "\n（"), size=size, bold=True, color="FFFFFF", right=column.right)
        parts.shade(head, parts.ACCENT)
    parts.repeated(table.rows[0])
    for row, line in zip(list(table.rows)[1:], texts, strict=True):
        parts.whole(row)
        for cell, column, text in zip(row.cells, block.columns, line, strict=True):
            unbroken = text.replace(" ", "\u00a0") if column.right else text  # 13 % stays on one line
            parts.fill(cell, unbroken, size=size, right=column.right)
            parts.ruled(cell)


def _totals(document: Document, block: Totals) -> None:
    """The sums stay on one page: each paragraph keeps with the next."""
    parts.paragraph(document, "", size=4, keep=True)
    table = parts.grid(document, len(block.sums), (50, 27, 23))
    for number, one in enumerate(block.sums):
        look: dict[str, Any] = {"size": 12, "bold": True, "color": parts.ACCENT} if one.strong else {}
        parts.fill(table.cell(number, 0), "", keep=True)
        parts.fill(table.cell(number, 1), one.label, keep=True, **look)
        parts.fill(table.cell(number, 2), display_money(one.amount), right=True, keep=True, **look)
    parts.paragraph(document, f"{block.words.label}  {block.words.text}", bold=True, before=6, after=6, shaded="F0F4F8")


def _pairs(document: Document, entries: tuple[Entry, ...]) -> None:
    table = parts.grid(document, len(entries), (20, 80))
    for number, entry in enumerate(entries):
        parts.fill(table.cell(number, 0), entry.label, color=parts.SOFT)
        parts.fill(table.cell(number, 1), entry.text)


def _signatures(document: Document, block: Signatures) -> None:
    parts.paragraph(document, "", size=8, keep=True)
    table = parts.grid(document, 1, (50,) * len(block.parties))
    parts.whole(table.rows[0])
    for cell, party in zip(table.rows[0].cells, block.parties, strict=True):
        parts.fill(cell, party.name, bold=True, color=parts.ACCENT)
        for entry in party.entries:
            _signature(cell, entry)


def _signature(cell: _Cell, entry: Entry) -> None:
    blank = entry.label and not entry.text
    text = f"{entry.label}  {'_' * 26}" if blank else f"{entry.label}  {entry.text}".strip()
    parts.paragraph(cell, text, before=_ABOVE if blank else 3)
