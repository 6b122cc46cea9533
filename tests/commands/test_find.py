"""salesflow find, customer find: what is shown, in both languages, and what is refused."""

from __future__ import annotations

import pytest

from tests import leads
from tests.conftest import Office

KEYS = [
    "code",
    "name",
    "grade",
    "status",
    "owner",
    "matched",
    "snippet",
    "next_follow_up_on",
    "last_contact_on",
]
FOUND = {
    "code": "HZ2026001",
    "name": "北京华信科技有限公司",
    "grade": None,
    "status": "prospect",
    "owner": "li.na",
    "matched": "name",
    "snippet": "北京华信科技有限公司",
    "next_follow_up_on": "2026-04-01",
    "last_contact_on": "2026-03-02",
}


@pytest.fixture
def stock(office: Office) -> Office:
    leads.add(
        office,
        leads.new("北京华信科技有限公司"),
        leads.new("杭州云帆科技有限公司", owner="chen.jie", region="HZ", remark="华信介绍"),
    )
    office.ok("followup", "log", "HZ2026001", "--method", "phone", "--content", "电话确认报价\n周五前答复")
    return office


@pytest.mark.parametrize("words", [("customer", "find"), ("find",)])
def test_the_word_and_the_verb_are_one_command(stock: Office, words: tuple[str, ...]) -> None:
    first, second = stock.json(*words, "华信")
    assert list(first) == KEYS
    assert first == FOUND
    assert (second["code"], second["matched"], second["snippet"]) == ("HZ2026002", "remark", "华信介绍")
    assert stock.ok(*words, "hxkj", "--format", "ids").out == "HZ2026001\n"
    assert stock.ok(*words, "华信", "--limit", "1", "--format", "ids").out == "HZ2026001\n"


def test_several_words_with_and_without_quotes(stock: Office) -> None:
    for words in (("报价", "周五"), ("报价 周五",), ("报价  周五",)):
        (row,) = stock.json("find", *words)
        assert (row["code"], row["matched"], row["snippet"]) == ("HZ2026001", "followup", "电话确认报价 周五前答复")


def test_whose(stock: Office) -> None:
    assert [row["code"] for row in stock.json("find", "华信", "--mine")] == ["HZ2026001"]
    assert [row["code"] for row in stock.json("find", "华信", "--owner", "chen.jie")] == ["HZ2026002"]
    assert [row["code"] for row in stock.json("find", "华信", "--in", "remark")] == ["HZ2026002"]
    assert [row["code"] for row in stock.json("find", "华信", "--in", "备注", "--in", "名称")] == [
        "HZ2026001",
        "HZ2026002",
    ]
    leads.archive(stock, "HZ2026002")
    assert [row["code"] for row in stock.json("find", "华信", "--archived")] == ["HZ2026002"]


@pytest.mark.parametrize(
    "words", [("find", "蘑菇"), ("customer", "find", "蘑菇", "--json"), ("find", "蘑菇", "--mine")]
)
def test_nothing_found_is_no_error_and_a_pipe_gets_nothing(stock: Office, words: tuple[str, ...]) -> None:
    done = stock.program(*words)
    assert (done.status, done.err) == (0, "")
    assert done.out == ("[]\n" if "--json" in words else "")


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (("find",), 2, "missing"),
        (("find", "  "), 2, '"  " has nothing to look for'),
        (("find", "%%"), 2, '"%%" has nothing to look for'),
        (("find", "x", "--in", "nowhere"), 2, "nowhere"),
        (("find", "x", "--mine", "--owner", "li.na"), 2, "--owner and --mine exclude each other"),
        (("find", "x", "--owner", "nobody"), 3, "nobody"),
        (("find", "x", "--sort", "nothing"), 2, "nothing is not a field to sort by"),
        (("customer", "find", "x\x1b[31m"), 0, ""),
    ],
)
def test_what_is_refused(stock: Office, words: tuple[str, ...], status: int, error: str) -> None:
    done = stock.run(*words)
    assert (done.status, done.out) == (status, "")
    assert error in done.err


def test_a_pipe_in_chinese(stock: Office) -> None:
    done = stock.program("customer", "find", "报价", lang="zh")
    assert done.out.splitlines() == [
        "客户编号   客户名称              等级  状态  负责人  匹配项    匹配内容",
        "HZ2026001  北京华信科技有限公司        潜在  li.na   跟进记录  电话确认报价 周五前答复",
    ]


def test_more_than_are_shown(office: Office) -> None:
    leads.add(office, *(leads.new(f"杭州华信第{number}有限公司") for number in range(25)))
    assert len(office.json("find", "华信")) == 20
    done = office.run("find", "华信")
    assert len(done.out.splitlines()) in (20, 21)
    assert "there are more than these 20: raise --limit to see them" in done.err
    assert len(office.json("find", "华信", "--limit", "0")) == 25


def test_hostile_text_is_found_and_harmless(office: Office) -> None:
    office.ok("customer", "add", *leads.words(remark='参数 %s\' OR 1=1 -- "华信" NEAR(x) *'))
    for text in ("' OR 1=1 --", '"华信"', "NEAR(x)", "%s'", "x) *"):
        found = office.json("find", text)
        assert [row["matched"] for row in found] == ["remark"], text
