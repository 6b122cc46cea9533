"""How names sound, and what is an industry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import i18n, pinyin
from salesflow.errors import InvalidValue
from salesflow.pinyin import first_reading, sound
from salesflow.pinyin_table import TABLE
from salesflow.services.industries import INDUSTRIES, name_of, parse_industry


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("杭州科技", "hangzhoukeji", "hzkj"),
        ("杭州云帆科技有限公司", "hangzhouyunfankejiyouxiangongsi", "hzyfkjyxgs"),
        ("重庆长安银行", "chongqingchanganyinhang", "cqcayh"),
        ("厦门音乐传媒（集团）", "xiamenyinyuechuanmeijituan", "xmyycmjt"),
        ("成都单氏食品", "chengdushanshishipin", "cdsssp"),
        ("单县单位食堂", "shanxiandanweishitang", "sxdwst"),
        ("仇氏弹簧（佛山）", "qiushitanhuangfoshan", "qsthfs"),
        ("解州解决方案", "xiezhoujiejuefangan", "xzjjfa"),
        ("曾氏集团", "zengshijituan", "zsjt"),
        ("万俟氏", "moqishi", "mqs"),
        ("北京华信科技有限公司", "beijinghuaxinkejiyouxiangongsi", "bjhxkjyxgs"),
        ("吕氏绿化", "lvshilvhua", "lslh"),
        ("ABC科技 2", "abckeji2", "abckj2"),
        ("Acme Trading, Ltd.", "acmetradingltd", "acmetradingltd"),
        ("Ａ＆Ｂ", "ab", "ab"),
        ("アクメ", "アクメ", "アクメ"),
        ("！？", "", ""),
    ],
)
def test_a_name_in_latin_letters(name: str, full: str, initials: str) -> None:
    assert sound(name) == (full, initials)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("单雄信", "shanxiongxin"),
        ("曾国", "zengguo"),
        ("翟天临", "zhaitianlin"),
        ("仇英", "qiuying"),
        ("尉迟恭", "yuchigong"),
        ("单于", "chanyu"),
        ("解小龙", "xiexiaolong"),
        ("覃卫国", "qinweiguo"),
        ("阚清子", "kanqingzi"),
        ("缪斯", "miaosi"),
        ("乐嘉", "yuejia"),
        ("张单", "zhangdan"),
    ],
)
def test_a_surname_has_its_own_reading_in_front_only(name: str, full: str) -> None:
    assert sound(name, person=True).full == full


def test_the_table_says_what_the_library_says_of_every_character_of_gb_2312() -> None:
    words = TABLE.split()
    readings = {
        character: syllable for syllable, alike in zip(words[::2], words[1::2], strict=True) for character in alike
    }
    every = [bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    characters = [code.decode("gb2312") for code in every if code.decode("gb2312", "ignore")]
    assert len(characters) == 6763
    assert readings == {character: first_reading(character) for character in characters}


@pytest.mark.parametrize(("character", "reading"), [("龘", "da"), ("㐀", "qiu"), ("𠮷", "𠮷"), ("ā", "ā")])
def test_a_character_beyond_the_table(character: str, reading: str) -> None:
    assert character not in TABLE
    assert sound(character).full == reading


def test_no_exception_says_what_would_be_said_without_it() -> None:
    def plainly(word: str) -> str:
        return " ".join(pinyin._CHARACTERS.get(character) or first_reading(character) for character in word)

    assert [word for word, reading in pinyin._WORDS.items() if plainly(word) == reading] == []
    assert [name for name, reading in pinyin._SURNAMES.items() if plainly(name) == reading] == []
    assert [character for character, reading in pinyin._CHARACTERS.items() if first_reading(character) == reading] == []


@given(st.text(max_size=30), st.booleans())
def test_any_name_sounds(name: str, person: bool) -> None:
    found = sound(name, person=person)
    assert len(found.initials) <= len(found.full)
    assert found.full == "" or found.full.isalnum()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("制造业", "manufacturing"),
        ("制造", "manufacturing"),
        ("Manufacturing", "manufacturing"),
        ("零售业", "retail"),
        ("零售行业", "retail"),
        ("互联网", "internet"),
        ("互联网行业", "internet"),
        ("教育", "education"),
        ("real estate", "real-estate"),
        ("Real-Estate", "real-estate"),
        ("信息传输、软件和信息技术服务业", "information-technology"),
        ("信息传输/软件及信息技术服务业", "information-technology"),
        ("ＩＴ", "information-technology"),
        ("e-commerce", "internet"),
        ("农林牧渔", "agriculture"),
        ("航天", "航天"),
        ("航天行业", "航天"),
        ("其它", "other"),
    ],
)
def test_an_industry_by_any_of_its_names(typed: str, code: str) -> None:
    assert parse_industry(typed, ["航天", "低空经济"]) == code


def test_every_industry_answers_to_its_code_and_its_label_in_both_languages() -> None:
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        assert [parse_industry(name_of(code)) for code in INDUSTRIES] == list(INDUSTRIES)
    i18n.set_language("en")
    assert [parse_industry(code) for code in INDUSTRIES] == list(INDUSTRIES)


def test_no_name_means_two_industries() -> None:
    for code, industry in INDUSTRIES.items():
        assert {parse_industry(word) for word in industry.words} == {code}


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (
            "manufactring",
            'did you mean manufacturing? Or add it with: salesflow config set industries.extra "航天, manufactring"',
        ),
        ("手工业", 'did you mean 工业? Or add it with: salesflow config set industries.extra "航天, 手工业"'),
        ("航", 'did you mean 航天? Or add it with: salesflow config set industries.extra "航天, 航"'),
    ],
)
def test_an_unknown_industry_is_refused_with_the_nearest(typed: str, hint: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_industry(typed, ["航天"])
    assert (str(caught.value), str(caught.value.hint)) == (f'"{typed}" is not a known industry', hint)


def test_without_a_near_one_all_are_listed() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_industry("殡葬")
    hint = str(caught.value.hint)
    assert hint.startswith("use one of: agriculture, mining, manufacturing")
    assert hint.endswith('other; or add it with: salesflow config set industries.extra "殡葬"')
