"""What a Word document is made of: paragraphs, grids without lines, shading, repeated rows, page numbers, the mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from salesflow.documents.paper import Table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import _Header
    from docx.table import Table as Grid
    from docx.table import _Cell, _Row
    from docx.text.paragraph import Paragraph

ACCENT: Final = "1F4E79"
SOFT: Final = "52606D"
_LATIN, _CHINESE = "Calibri", "Microsoft YaHei"
_SIZE: Final = 9.5
_FIELDS: Final = ("{{", "{%")
_AFTER_SHADING: Final = ("w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")  # the order of a paragraph's properties
_MARK: Final = """
<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:o="urn:schemas-microsoft-com:office:office"><w:rPr><w:noProof/></w:rPr><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/>
<v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="PowerPlusWaterMarkObject%(number)d" o:spid="_x0000_s20%(number)02d" type="#_x0000_t136" alt=""
 style="position:absolute;margin-left:0;margin-top:0;width:%(width)dpt;height:%(height)dpt;rotation:328;z-index:-251650000;
mso-position-horizontal:center;mso-position-horizontal-relative:page;mso-position-vertical:center;mso-position-vertical-relative:page"
 o:allowincell="f" fillcolor="#c81e1e" stroked="f"><v:fill opacity=".22"/>
<v:textpath style="font-family:'Microsoft YaHei';font-weight:bold"/>
</v:shape></w:pict></w:r>"""


def page(document: Document, *, wide: bool) -> None:
    """A4, and the fonts of what is written on it."""
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section = document.sections[0]
    width, height = (297, 210) if wide else (210, 297)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = Mm(17)
    section.top_margin, section.bottom_margin = Mm(16), Mm(18)
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = _LATIN, Pt(_SIZE)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _CHINESE)


def paragraph(
    place: Document | _Cell,
    text: str,
    *,
    center: bool = False,
    right: bool = False,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
    shaded: str = "",
    **look: Any,
) -> Paragraph:
    """A paragraph at the end of the place; before, after: points. keep: on the page of what follows."""
    return _written(place.add_paragraph(), text, center, right, before, after, keep, shaded, **look)


def _written(
    made: Paragraph,
    text: str,
    center: bool,
    right: bool,
    before: float,
    after: float,
    keep: bool,
    shaded: str,
    *,
    size: float = _SIZE,
    bold: bool = False,
    color: str = "",
) -> Paragraph:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    form = made.paragraph_format
    form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), keep
    if center or right:
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER if center else WD_ALIGN_PARAGRAPH.RIGHT
    run = made.add_run(text)  # a newline becomes a line break
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, _LATIN
    properties: Any = run._element.rPr  # noqa: SLF001 - the library has no other way to it
    properties.rFonts.set(qn("w:eastAsia"), _CHINESE)
    if color:
        run.font.color.rgb = RGBColor.from_string(color)
    if shaded:
        made._p.get_or_add_pPr().insert_element_before(_shading(shaded), *_AFTER_SHADING)  # noqa: SLF001 - nor to this
    return made


def grid(document: Document, rows: int, shares: Sequence[int]) -> Grid:
    """A table without lines over the whole width, its columns by their shares."""
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Emu

    section = document.sections[-1]
    width = int(section.page_width or 0) - int(section.left_margin or 0) - int(section.right_margin or 0)
    table: Grid = document.add_table(rows, len(shares))
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    for place, share in enumerate(shares):
        breadth = Emu(width * share // sum(shares))
        table.columns[place].width = breadth
        for cell in table.columns[place].cells:
            cell.width = breadth
    return table


def dense(table: Grid) -> None:
    """Little room beside the texts of the cells, so that numbers stand on one line."""
    margins = _element("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margins.append(_element(side, w="60", type="dxa"))
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")  # noqa: SLF001 - the library has no other way to it


def shares(block: Table, texts: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """The columns' parts of the width: numbers get what the longest of them needs, texts the rest."""

    scale = 8 if len(block.columns) > 7 else 9  # points
    needs = [
        0 if column.share else _need([line[place] for line in texts], column.name) * scale // 8
        for place, column in enumerate(block.columns)
    ]
    rest = max(100 - sum(needs), 30)
    parts = sum(column.share for column in block.columns) or 1
    return tuple(need or rest * column.share // parts for need, column in zip(needs, block.columns, strict=True))


def _need(texts: Sequence[str], name: str) -> int:
    """What a column of numbers needs; its heading may wrap between words."""
    from salesflow.text import width

    heading = max(width(word) for word in name.replace("（", " （").split())
    return 2 + max(4, heading, *map(width, texts))


def fill(cell: _Cell, text: str, *, right: bool = False, keep: bool = False, **look: Any) -> None:
    """Write a cell's one paragraph."""
    _written(cell.paragraphs[0], text, False, right, 1.5, 1.5, keep, "", **look)


def shade(cell: _Cell, color: str) -> None:
    cell._tc.get_or_add_tcPr().append(_shading(color))  # noqa: SLF001 - the library has no other way to it


def ruled(cell: _Cell) -> None:
    """A thin line below the cell."""
    borders = _element("w:tcBorders")
    borders.append(_element("w:bottom", val="single", sz="4", color="CBD2D9"))
    cell._tc.get_or_add_tcPr().append(borders)  # noqa: SLF001 - the library has no other way to it


def repeated(row: _Row) -> None:
    """The row stands at the head of each page that the table goes on to."""
    whole(row)
    row._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))  # noqa: SLF001 - nor to this


def whole(row: _Row) -> None:
    """The row is not divided between two pages."""
    row._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))  # noqa: SLF001 - nor to this


def footer(document: Document, text: str, paging: tuple[str, str, str]) -> None:
    """The paper's name, and on the right the page's number of how many."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Emu

    section = document.sections[0]
    width = int(section.page_width or 0) - int(section.left_margin or 0) - int(section.right_margin or 0)
    line = section.footer.paragraphs[0]
    line.paragraph_format.tab_stops.clear_all()
    line.paragraph_format.tab_stops.add_tab_stop(Emu(width), WD_TAB_ALIGNMENT.RIGHT)
    before, between, after = paging
    line.style = document.styles["Normal"]
    _written(line, f"{text}\t{before}", False, False, 0, 0, False, "", size=8, color=SOFT)
    _number(line, "PAGE")
    _written(line, between, False, False, 0, 0, False, "", size=8, color=SOFT)
    _number(line, "NUMPAGES")
    _written(line, after, False, False, 0, 0, False, "", size=8, color=SOFT)


def _number(line: Paragraph, code: str) -> None:
    """A field that Word computes."""
    from docx.shared import Pt

    run = line.add_run()
    run.font.size = Pt(8)
    for element in (
        _element("w:fldChar", fldCharType="begin"),
        _element("w:instrText"),
        _element("w:fldChar", fldCharType="end"),
    ):
        if element.tag.endswith("instrText"):
            element.text = code
        run._r.append(element)  # noqa: SLF001 - the library knows no fields


def mark(document: Document, text: str) -> None:
    """The mark across each page, from every header that a page may have; in the header as words too, in a line of their own."""
    from docx.oxml import parse_xml

    from salesflow.text import width

    number = 0
    for section in document.sections:
        for header in (section.header, section.first_page_header, section.even_page_header):
            header.is_linked_to_previous = False
            number += 1
            line = _empty_line(header) or header.add_paragraph()
            _written(line, text, True, False, 0, 0, False, "", size=11, bold=True, color="C81E1E")
            breadth = min(460, 46 * width(text))
            shape: Any = parse_xml(_MARK % {"number": number, "width": breadth, "height": 2 * breadth // width(text)})
            shape.find(".//{urn:schemas-microsoft-com:vml}shape/{urn:schemas-microsoft-com:vml}textpath").set(
                "string", text
            )
            line._p.append(shape)  # noqa: SLF001 - the library knows no drawings of this kind


def _empty_line(header: _Header) -> Paragraph | None:
    """The line of a header that has nothing else, such as a new one."""
    lines = header.paragraphs
    return lines[0] if len(header._element) == 1 and lines and not lines[0]._p.xpath("*[not(self::w:pPr)]") else None  # noqa: SLF001 - the library knows no pictures


def has_fields(document: Document) -> bool:
    """Whether something in the document is to be filled in."""
    return any(sign in text for text in _texts(document) for sign in _FIELDS)


def _texts(document: Document) -> Iterator[str]:
    holders: list[Any] = [document.element.body]
    for section in document.sections:
        holders += [part._element for part in (section.header, section.footer)]  # noqa: SLF001 - all text, however nested
    for holder in holders:
        yield "".join(
            node.text or "" for node in holder.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")
        )


def _shading(color: str) -> Any:
    return _element("w:shd", val="clear", color="auto", fill=color)


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made
