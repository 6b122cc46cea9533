"""salesflow followup show | edit | amend, as people and scripts type it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import leads
from tests.conftest import Office

LOG = ("followup", "log", "云帆", "--method", "phone", "--content", "采购经理确认预算 20 万")
KEYS = {
    "id", "at", "customer_code", "customer_name", "method", "content", "feedback", "next", "progress", "late", "by",
    "contact", "scene", "resolved", "open_points", "risk", "recorded_at", "corrected", "version", "corrections",
    "attachments",
    "opportunity",
}  # fmt: skip


@pytest.fixture
def logged(office: Office) -> Office:
    """A customer with one follow-up, logged by li.na on Monday 2026-03-02 at 9:00."""
    leads.add(office, leads.new())
    office.ok(*LOG)
    return office


def test_an_edit_says_that_what_it_was_is_kept(logged: Office) -> None:
    done = logged.ok("followup", "edit", "F1", "--content", "采购经理确认预算 25 万")
    assert (done.out, done.err) == ("follow-up 1 edited, now version 2; what it was is kept\n", "")
    assert logged.ok("followup", "edit", "1", "--risk", "竞品报价低 5%", "--quiet").out == "1\n"


def test_in_chinese(logged: Office) -> None:
    assert logged.ok("followup", "edit", "F1", "--risk", "竞品报价低", lang="zh").out == (
        "跟进记录 1 已修改，现为第 2 版；原内容已保留\n"
    )
    assert logged.ok("followup", "amend", "F1", "--text", "更正：预算含税", lang="zh").out == (
        "跟进记录 1 已补充更正，共有 2 条更正\n"
    )
    shown = logged.ok("followup", "show", "F1", lang="zh").out
    for word in ("更正", "修改", "补充", "更正：预算含税"):
        assert word in shown


def test_the_whole_as_json(logged: Office, tmp_path: Path) -> None:
    logged.ok("followup", "edit", "F1", "--content", "预算 25 万", "--open", "付款方式", now="2026-03-02 10:00")
    (tmp_path / "截图.txt").write_text("客户：预算 25 万", encoding="utf-8")
    logged.ok("attachment", "add", "F1", str(tmp_path / "截图.txt"), "--kind", "chat")
    amended = logged.json("followup", "amend", "1", "--text", "更正：含税", user="zhang.wei", now="2026-04-01 10:00")
    shown = logged.json("followup", "show", "f1")
    assert shown == amended
    assert shown.keys() == KEYS
    assert (shown["content"], shown["open_points"], shown["version"], shown["corrected"]) == (
        "预算 25 万",
        "付款方式",
        2,
        2,
    )
    assert shown["corrections"] == [
        {"id": 1, "kind": "edit", "at": "2026-03-02T10:00:00+08:00", "by": "li.na", "text": None,
         "before": {"content": "采购经理确认预算 20 万", "open_points": None}},
        {"id": 2, "kind": "amendment", "at": "2026-04-01T10:00:00+08:00", "by": "zhang.wei", "text": "更正：含税",
         "before": None},
    ]  # fmt: skip
    (file,) = shown["attachments"]
    assert (file["id"], file["name"], file["kind"]) == (1, "截图.txt", "chat")
    (listed,) = logged.json("followup", "list")
    assert listed["corrected"] == 2
    assert listed.keys() == KEYS - {"version", "corrections", "attachments"}


def test_a_log_without_corrections(logged: Office) -> None:
    shown = logged.json("followup", "show", "1")
    assert (shown["corrections"], shown["attachments"], shown["corrected"], shown["version"]) == ([], [], 0, 1)


def test_the_words_that_were_are_shown_with_those_that_are(logged: Office) -> None:
    logged.ok("followup", "edit", "F1", "--content", "预算 25 万")
    logged.ok("followup", "amend", "F1", "--text", "更正：含税")
    shown = logged.ok("followup", "show", "F1", "--format", "table").out
    for text in ("预算 25 万", "content: 采购经理确认预算 20 万", "更正：含税"):
        assert text in shown


def test_texts_from_standard_input(logged: Office) -> None:
    edited = logged.json("followup", "edit", "1", "--content", "-", stdin="第一行\r\n第二行\n")
    assert edited["content"] == "第一行\n第二行"
    amended = logged.json("followup", "amend", "1", "--text", "-", stdin="更正\n")
    assert amended["corrections"][1]["text"] == "更正"
    assert logged.run("followup", "edit", "1", "--content", "-", stdin="").status == 2


@pytest.mark.parametrize(
    ("words", "how", "status", "said"),
    [
        (("edit", "F1"), {}, 2, "error: nothing to change in follow-up 1: give what is to be different: --content TEXT"),
        (("edit", "F1", "--content", ""), {}, 2, "the content is empty: say what happened: --content TEXT"),
        (("edit", "F1", "--risk", "x"), {"user": "zhang.wei"}, 5,
         "[not-permitted]: follow-up 1 is not yours: its author is li.na"),
        (("edit", "F1", "--risk", "x"), {"now": "2026-03-03 09:01"}, 4,
         "[corrections]: follow-up 1 could be edited until 2026-03-03 09:00: add a correction with: salesflow followup amend 1"),
        (("edit", "F1", "--risk", "x", "--if-version", "7"), {}, 6, "[conflict]: follow-up 1 is at version 1, not 7"),
        (("edit", "F9", "--risk", "x"), {}, 3, "[unknown-followup]: there is no follow-up 9: see: salesflow followup list"),
        (("edit", "QX", "--risk", "x"), {}, 2, "ID: QX is not a follow-up: write its number, such as F12"),
        (("amend", "F1", "--text", " "), {}, 2, "the correction is empty: say what is to be corrected: --text TEXT"),
        (("amend", "F1"), {}, 2, "--text is missing"),
        (("amend", "F1", "--text", "x"), {"user": "chen.jie"}, 5, "chen.jie may not do this"),
        (("amend", "F9", "--text", "x"), {}, 3, "there is no follow-up 9"),
        (("show", "F9"), {}, 3, "[unknown-followup]: there is no follow-up 9"),
        (("show", "9" * 18), {}, 3, "there is no follow-up"),
        (("show", "9" * 19), {}, 2, "is not a follow-up"),
        (("show",), {}, 2, "is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be(logged: Office, words: tuple[str, ...], how: dict[str, str], status: int, said: str) -> None:
    before = logged.json("followup", "show", "1")
    done = logged.run("followup", *words, **how)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert logged.json("followup", "show", "1") == before


def test_as_a_process_of_its_own(logged: Office) -> None:
    assert logged.program("followup", "edit", "F1", "--content", "-", stdin="预算 25 万").status == 0
    done = logged.program("followup", "show", "F1", "--json")
    assert (done.status, done.json["content"]) == (0, "预算 25 万")
