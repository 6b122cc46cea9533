"""Text on its way in, on its way out, and its width on a terminal."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth, wcwidth

from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.text import around, clean, fold, nearest, normalised_name, pad, printable, shorten, width, wrapped

NOTE = msg("the note")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("  \t\n ", ""),
        ("plain", "plain"),
        ("  outer  ", "outer"),
        ("\u3000杭州科技\u3000", "杭州科技"),
        ("inner  spaces stay", "inner  spaces stay"),
        ("two\nlines\twith a tab", "two\nlines\twith a tab"),
        ("two\r\nlines", "two\nlines"),
        ("two\u2028lines\u2029three", "two\nlines\nthree"),
        ("cafe\u0301", "café"),
        ("Å", "Å"),
        ("全角ＡＢＣ stays", "全角ＡＢＣ stays"),
        ("emoji 👨‍👩‍👧 and ❤️", "emoji 👨‍👩‍👧 and ❤️"),
        ("生僻字 \ue000 𠮷", "生僻字 \ue000 𠮷"),
    ],
)
def test_clean_text(text: str, kept: str) -> None:
    assert clean(text, limit=100, what=NOTE) == kept


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("a\x1b[31m", "U+001B", 2),
        ("\x00", "U+0000", 1),
        ("ab\rc", "U+000D", 3),
        ("a\x08", "U+0008", 2),
        ("a\x7f", "U+007F", 2),
        ("杭州\x9b31m", "U+009B", 3),
        ("a\x85", "U+0085", 2),
        ("a\u202eb", "U+202E", 2),
        ("a\u202ab", "U+202A", 2),
        ("a\u2066b", "U+2066", 2),
        ("a\u2069", "U+2069", 2),
        ("a\ud800b", "U+D800", 2),
        ("a\udcffb", "U+DCFF", 2),
        ("\x1ca", "U+001C", 1),  # white space to Python, a control character all the same
    ],
)
def test_control_characters_are_refused(text: str, code: str, position: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        clean(text, limit=100, what=NOTE)
    assert str(refused.value) == f"the note has the control character {code} at position {position}"
    assert str(refused.value.hint) == "remove it: only newline and tab are allowed beside visible characters"
    assert refused.value.details == {"character": code, "position": position}


@pytest.mark.parametrize(("text", "code"), [("two\nlines", "U+000A"), ("a\tb", "U+0009"), ("a\r\nb", "U+000A")])
def test_a_single_line_has_no_newline_or_tab(text: str, code: str) -> None:
    with pytest.raises(InvalidValue, match=f"the note has the control character {code.replace('+', '.')}") as refused:
        clean(text, limit=100, what=NOTE, multiline=False)
    assert str(refused.value.hint) == "write it on one line, without tabs"


def test_outer_newlines_do_not_make_a_line_two() -> None:
    assert clean("\nname\r\n", limit=100, what=NOTE, multiline=False) == "name"


def test_length_is_bounded_in_characters_as_kept() -> None:
    assert clean("汉" * 10, limit=10, what=NOTE) == "汉" * 10
    assert clean(" 1234567890 ", limit=10, what=NOTE) == "1234567890"
    assert clean("e\u0301" * 10, limit=10, what=NOTE) == "é" * 10
    with pytest.raises(InvalidValue) as refused:
        clean("汉" * 11, limit=10, what=NOTE)
    assert str(refused.value) == "the note has 11 characters, 10 are allowed"
    assert str(refused.value.hint) == "shorten it to 10 characters"
    assert refused.value.details == {"length": 11, "limit": 10}
    with pytest.raises(InvalidValue, match="has 11 characters"):
        clean("a" * 11, limit=10, what=NOTE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain 杭州 👍", "plain 杭州 👍"),
        ("全角\u3000空格", "全角\u3000空格"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\x00b", r"a\x00b"),
        ("a\x7fb", r"a\x7fb"),
        ("a\x9bb", r"a\x9bb"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u2067b", r"a\u2067b"),
        ("a\u200fb", r"a\u200fb"),
        ("a\u2028b", r"a\u2028b"),
        ("a\udc80b", r"a\udc80b"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("生僻字\ue000", "生僻字\ue000"),
    ],
)
def test_printable_text(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_newlines_and_tabs_can_be_kept_but_nothing_else() -> None:
    assert printable("a\nb\tc\rd\x1b", keep_newlines=True) == "a\nb\tc\\rd\\x1b"


def test_every_control_character_is_made_harmless() -> None:
    controls = [
        chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    ]
    for control in controls:
        assert control not in printable(f"a{control}b")
        assert printable(f"a{control}b").isascii()


BLOCKS = {
    "ASCII": (0x20, 0x7F),
    "Latin": (0xA0, 0x250),
    "combining marks": (0x300, 0x370),
    "Greek and Cyrillic": (0x391, 0x482),
    "punctuation": (0x2010, 0x2028),
    "currency and letters": (0x20A0, 0x20C0),
    "numerals and arrows": (0x2150, 0x2200),
    "boxes and shapes": (0x2500, 0x2600),
    "dingbats": (0x2701, 0x27C0),
    "CJK radicals, punctuation, kana, bopomofo": (0x2E80, 0x3130),
    "hangul letters": (0x3131, 0x318F),
    "enclosed and compatibility": (0x3190, 0x3400),
    "CJK extension A": (0x3400, 0x4DC0),
    "CJK": (0x4E00, 0xA000),
    "hangul": (0xAC00, 0xD7A4),
    "CJK compatibility": (0xF900, 0xFB00),
    "compatibility forms": (0xFE30, 0xFE70),
    "full width": (0xFF01, 0xFFE7),
    "emoji": (0x1F300, 0x1F650),
    "transport": (0x1F680, 0x1F6D3),
    "more emoji": (0x1F90C, 0x1FA00),
    "CJK extension B": (0x20000, 0x2A6D0),
}


@pytest.mark.parametrize("block", BLOCKS)
def test_characters_are_as_wide_as_wcwidth_has_them(block: str) -> None:
    for code in range(*BLOCKS[block]):
        if unicodedata.category(chr(code)) != "Cn":
            assert width(chr(code)) == wcwidth(chr(code)), hex(code)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("abc", 3),
        ("杭州科技", 8),
        ("杭州 ABC 公司", 13),
        ("（集团）", 8),
        ("，。：；！？", 12),
        ("“引号”…—", 8),
        ("ＡＢＣ１２３", 12),
        ("ｱｲｳ", 3),
        ("café", 4),
        ("cafe\u0301", 4),
        ("★☆●①℃", 5),
        ("✓ 完成", 6),
        ("￥300", 5),
        ("¥300", 4),
        ("㎡", 2),
        ("한국어", 6),
        ("ひらがな", 8),
        ("👍", 2),
        ("❤️", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("家庭👨‍👩‍👧客户", 10),
        ("𠮷野家", 6),
        ("\u200b", 0),
    ],
)
def test_width(text: str, cells: int) -> None:
    assert width(text) == cells
    assert width(text) == wcswidth(text)


@pytest.mark.parametrize(
    "text",
    [
        "👍🏽",
        "🇨🇳",
        "🇨🇳🇩🇪中",
        "1️⃣",
        "☀️",
        "☀",
        "👩‍💻工程师",
        "สวัสดี",
        "नमस्ते",
        "क्षि",
        "عربي",
        "\u200d",
        "\ufe0f",
        "e\u20dd",
        "\u3164",
    ],
)
def test_joined_and_marked_characters_are_as_wide_as_wcwidth_has_them(text: str) -> None:
    assert width(text) == wcswidth(text)
    assert width(f"客户{text}A") == wcswidth(f"客户{text}A")


@pytest.mark.parametrize(("text", "cells"), [("a\nb", 2), ("a\x1bb", 2), ("杭\t州", 4), ("👨‍👩‍👧\n", 2)])
def test_control_characters_have_no_width(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "cells", "align", "padded"),
    [
        ("ab", 5, "left", "ab   "),
        ("ab", 5, "right", "   ab"),
        ("ab", 5, "center", " ab  "),
        ("杭州", 7, "left", "杭州   "),
        ("杭州", 7, "right", "   杭州"),
        ("杭州", 7, "center", " 杭州  "),
        ("杭州", 4, "left", "杭州"),
        ("杭州", 3, "right", "杭州"),
        ("", 2, "left", "  "),
    ],
)
def test_padding(text: str, cells: int, align: Literal["left", "right", "center"], padded: str) -> None:
    assert pad(text, cells, align) == padded


@pytest.mark.parametrize(
    ("text", "cells", "short"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("abcdef", 1, "…"),
        ("abcdef", 0, ""),
        ("abcdef", -1, ""),
        ("杭州科技", 8, "杭州科技"),
        ("杭州科技", 7, "杭州科…"),
        ("杭州科技", 6, "杭州…"),  # five cells: a wide character is not cut in half
        ("杭州科技", 2, "…"),
        ("杭州科技", 3, "杭…"),
        ("a杭州科技", 6, "a杭州…"),
        ("cafe\u0301s\u0301x", 5, "cafe\u0301…"),
        ("👨‍👩‍👧‍👦家庭", 5, "👨‍👩‍👧‍👦家…"),
        ("👨‍👩‍👧‍👦家庭", 3, "👨‍👩‍👧‍👦…"),
        ("🇨🇳中国", 4, "🇨🇳…"),
        ("", 0, ""),
    ],
)
def test_shortening(text: str, cells: int, short: str) -> None:
    assert shorten(text, cells) == short


@pytest.mark.parametrize(
    ("text", "cells", "lines"),
    [
        ("", 5, [""]),
        ("对方 1 人确认参加", 10, ["对方 1 人", "确认参加"]),
        ("预算，要到 3 月才批。", 6, ["预算，", "要到 3", "月才", "批。"]),
        ("见（二期）合同", 6, ["见（二", "期）合", "同"]),
        ("the budget comes in March", 10, ["the budget", "comes in", "March"]),
        ("预算 budget 要到", 8, ["预算", "budget", "要到"]),
        ("a\n\n  b", 4, ["a", "", "  b"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("😀😀", 2, ["😀", "😀"]),
    ],
)
def test_wrapping(text: str, cells: int, lines: list[str]) -> None:
    assert wrapped(text, cells).split("\n") == lines


@given(text=st.text(st.sampled_from("张三，。（）ab 1\n%、“”"), max_size=40), cells=st.integers(2, 12))
def test_wrapping_keeps_every_character_and_the_width(text: str, cells: int) -> None:
    found = wrapped(text, cells)
    assert "".join(found.split()) == "".join(text.split())
    assert all(width(line) <= cells for line in found.split("\n"))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ABC", "abc"),
        ("ＡＢＣ１２３", "abc123"),
        ("  two \u3000 words\n", "two words"),
        ("Straße", "strasse"),
        ("①㈱", "1(株)"),
        ("ｱ", "ア"),
        ("（杭州）", "(杭州)"),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("name", "normalised"),
    [
        ("杭州科技有限公司", "杭州科技"),
        ("杭州科技有限责任公司", "杭州科技"),
        ("杭州科技股份有限公司", "杭州科技"),
        ("杭州科技集团", "杭州科技"),
        ("杭州科技（集团）有限公司", "杭州科技"),
        ("杭州科技(集团)股份有限公司", "杭州科技"),
        ("杭州科技集团公司", "杭州科技"),
        ("杭州（科技）公司", "杭州科技"),
        ("杭州 科技", "杭州科技"),
        ("杭州·科技", "杭州科技"),
        ("启明投资中心（有限合伙）", "启明投资中心"),
        ("杭州科技有限公司北京分公司", "杭州科技有限公司北京分"),
        ("公司宝有限公司", "公司宝"),
        ("Acme Co., Ltd.", "acme"),
        ("ACME CO.,LTD", "acme"),
        ("Acme (China) Co., Ltd.", "acmechina"),
        ("Acme Inc.", "acme"),
        ("Acme, LLC", "acme"),
        ("Acme GmbH", "acme"),
        ("Acme Corporation", "acme"),
        ("The Acme Company", "theacme"),
        ("Costco", "costco"),
        ("Ｃostco", "costco"),
        ("McDonald's", "mcdonalds"),
        ("上海ABC有限公司", "上海abc"),
        ("上海ABC Co., Ltd", "上海abc"),
        ("张女士", "张女士"),
        ("有限公司", "有限公司"),
        ("集团有限公司", "集团"),
        ("Inc.", "inc"),
        ("Co., Ltd.", "co"),
        ("!!!", "!!!"),
        ("★", "★"),
        ("", ""),
    ],
)
def test_names_for_finding_duplicates(name: str, normalised: str) -> None:
    assert normalised_name(name) == normalised


@pytest.mark.parametrize(
    ("word", "choice"),
    [
        ("manufacturng", "manufacturing"),
        ("Manufacturing", "manufacturing"),
        ("manu", "manufacturing"),
        ("retial", "retail"),
        ("ret", "retail"),
        ("re", None),  # two begin so
        ("制造", "制造业"),
        ("制照业", "制造业"),
        ("Ｒetail", "retail"),
        ("xyzzy", None),
        ("", None),
    ],
)
def test_the_nearest_choice(word: str, choice: str | None) -> None:
    assert nearest(word, ["manufacturing", "retail", "real-estate", "制造业", "零售业"]) == choice


def test_nothing_is_near_where_there_is_no_choice() -> None:
    assert nearest("retail", []) is None


def test_the_choice_is_given_back_as_it_is_written() -> None:
    assert nearest("discount-autority", ["Discount-Authority"]) == "Discount-Authority"


def test_ordinary_text_needs_no_library() -> None:
    code = (
        "import sys; from salesflow.text import *\n"
        "assert width('杭州科技（集团）有限公司 ✓ ①') == 28\n"
        "assert pad(shorten(printable('张三，李四。'), 7), 8) == '张三，… '\n"
        "print(sorted({'wcwidth', 'difflib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("电话确认报价", "报价", "电话确认报价"),
        ("先打电话确认报价", "报价", "…打电话确认报价"),
        ("报价\n周五前\t答复", "周五", "报价 周五前 答复"),
        ("ＭＥＳ 系统", "mes", "ＭＥＳ 系统"),
        ("㈱ ＭＥＳ", "mes", "(株) mes"),
        ("报价" + "很" * 40, "报价", "报价" + "很" * 30 + "…"),
        ("没有", "报价", "没有"),
        ("", "报价", ""),
    ],
)
def test_the_passage_around_a_word(text: str, word: str, expected: str) -> None:
    assert around(text, word) == expected
