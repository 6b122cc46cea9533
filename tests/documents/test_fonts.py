"""Which characters a font has, read as another library reads it; and what becomes of those that none has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

from salesflow.documents import fonts, paper_pdf
from salesflow.documents.fonts import Font, chain, covered
from salesflow.errors import FileProblem
from tests import papers

RARE = "𠮷㼆"
NOWHERE = "\U0010fffd"  # for private use: no font of the world has it


@pytest.fixture(scope="module")
def chinese() -> Font:
    """The font of the extra."""
    folder = fonts.packaged()[0]
    name = next(name for name in os.listdir(folder) if name.endswith(".ttc"))
    return Font("Noto Sans CJK SC", os.path.join(folder, name), 2)


def drawn(folder: Path, family: str, characters: str) -> Font:
    """A font of our own that has these characters alone."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((0, 500))
    pen.lineTo((500, 0))
    pen.closePath()
    glyph = pen.glyph()
    names = [".notdef", *(f"g{ord(letter):X}" for letter in characters)]
    build = FontBuilder(1_000, isTTF=True)
    build.setupGlyphOrder(names)
    build.setupCharacterMap({ord(letter): f"g{ord(letter):X}" for letter in characters})
    build.setupGlyf(dict.fromkeys(names, glyph))
    build.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    build.setupHorizontalHeader(ascent=800, descent=-200)
    build.setupNameTable({"familyName": family, "styleName": "Regular", "psName": f"{family}-Regular"})
    build.setupOS2(usWeightClass=400)
    build.setupPost()
    path = folder / f"{family}.ttf"
    build.save(path)
    return Font(family, str(path), 0)


def test_the_table_is_read_as_another_library_reads_it(chinese: Font) -> None:
    with TTFont(chinese.path, fontNumber=chinese.number) as other:
        known = set(other["cmap"].getBestCmap())
    asked = {*range(0x20, 0x3000), *range(0x4E00, 0xA000, 7), *range(0x20000, 0x2B000, 13), *range(0xFF00, 0x10000)}
    assert covered(chinese, asked) == asked & known


def test_a_font_of_the_first_plane_alone(tmp_path: Path) -> None:
    font = drawn(tmp_path, "Few", "aZ中ẞ")
    with TTFont(font.path) as other:
        assert [table.format for table in other["cmap"].tables][-1] == 4
    assert covered(font, range(0x20, 0xFFFF)) == {ord(letter) for letter in "aZ中ẞ"}


def test_a_collection(tmp_path: Path) -> None:
    made = TTCollection()
    made.fonts = [TTFont(drawn(tmp_path, name, letters).path) for name, letters in (("A", "ab"), ("B", "cd𠮷"))]
    made.save(tmp_path / "both.ttc")
    asked = [ord(letter) for letter in "abcd𠮷"]
    assert covered(Font("A", str(tmp_path / "both.ttc"), 0), asked) == {ord("a"), ord("b")}
    assert covered(Font("B", str(tmp_path / "both.ttc"), 1), asked) == {ord("c"), ord("d"), ord("𠮷")}


@pytest.mark.parametrize("content", [b"", b"ttcf", b"\0\1\0\0\0\1", b"OTTO" + b"\xff" * 100])
def test_a_file_that_is_no_font_has_no_characters(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.otf").write_bytes(content)
    assert covered(Font("X", str(tmp_path / "x.otf"), 0), [65]) == set()
    assert covered(Font("X", str(tmp_path / "none.otf"), 0), [65]) == set()


def test_one_font_is_enough(chinese: Font) -> None:
    assert chain(f"报价单 Quotation ￥1,234.50 ㎡ {RARE}\n", [chinese]) == ("Noto Sans CJK SC",)


def test_another_font_helps_out(chinese: Font, tmp_path: Path) -> None:
    other, more = drawn(tmp_path, "Emoji", "😀"), drawn(tmp_path, "More", f"x{NOWHERE}")
    assert chain("好😀", [other, more, chinese]) == ("Noto Sans CJK SC", "Emoji")
    assert chain(f"好😀{NOWHERE}", [more, other, chinese]) == ("Noto Sans CJK SC", "More", "Emoji")


def test_what_no_font_has_is_named(chinese: Font) -> None:
    with pytest.raises(FileProblem) as caught:
        chain(f"好😀{NOWHERE}", [chinese])
    assert str(caught.value) == f"no font has these characters: 😀 (U+1F600), {NOWHERE} (U+10FFFD)"
    assert caught.value.code == "no-glyph"


def test_what_is_never_seen_needs_no_font(chinese: Font) -> None:
    assert chain("a\u200db\ufe0fc\u00ad\U000e0100 \t\n", [chinese]) == ("Noto Sans CJK SC",)


def test_without_a_chinese_font(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        chain("x", [drawn(tmp_path, "Latin", "x")])
    assert str(caught.value) == "there is no Chinese font for a PDF"
    assert "pip install 'salesflow[pdf]'" in str(caught.value.hint)


def test_the_system_comes_first_and_the_regular_face_is_asked(chinese: Font, tmp_path: Path) -> None:
    system = drawn(tmp_path, "PingFang SC", "好")._replace(weight=900)
    regular = drawn(tmp_path, "Regular", "好们")._replace(family="PingFang SC", weight=400)
    assert chain("好们", [chinese, system, regular]) == ("PingFang SC",)


def test_rare_characters_come_into_the_file() -> None:
    assert RARE in papers.text("pdf", paper_pdf.write(papers.paper(note=f"联系人：{RARE}")))


def test_the_companys_own_fonts_help_out(tmp_path: Path) -> None:
    drawn(tmp_path, "Ours", NOWHERE)
    paper = papers.paper(note=f"note {NOWHERE}")
    with pytest.raises(FileProblem, match="no font has these characters"):
        paper_pdf.write(paper)
    assert paper_pdf.write(paper, str(tmp_path)).startswith(b"%PDF")
