"""customer duplicates, customer merge, customer tag, tag: the words, the keys, the exit statuses, in both languages."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import leads
from tests.commands.test_customers_completion import offered
from tests.conftest import ROOT, Office, outside

PAIR_KEYS = ["score", "code", "name", "other_code", "other_name", "reason", "owner", "other_owner", "reasons"]
MERGE_KEYS = [
    "code", "name", "merged_code", "merged_name", "dry_run", "next_follow_up_on", "contacts_united", "moved", "values",
    "opportunities",
]  # fmt: skip
TAG_KEYS = ["name", "uses", "retired", "retired_at"]


@pytest.fixture
def pair(office: Office) -> Office:
    leads.add(
        office,
        leads.new("杭州云帆科技有限公司", phone="13812345678", tags=("国企",)),
        leads.new("云帆科技(杭州)", phone="13912345678", address="滨江区 1 号"),
    )
    return office


def test_duplicates(pair: Office) -> None:
    (row,) = pair.json("customer", "duplicates")
    assert list(row) == PAIR_KEYS
    assert row == {
        "score": 100, "code": "HZ2026001", "name": "杭州云帆科技有限公司", "other_code": "HZ2026002",
        "other_name": "云帆科技(杭州)", "reason": "same-name", "owner": "li.na", "other_owner": "li.na",
        "reasons": ["same-name"],
    }  # fmt: skip
    assert pair.json("customer", "duplicates", "HZ2026002", "--owner", "li.na")[0]["code"] == "HZ2026002"
    assert pair.json("customer", "duplicates", "--owner", "chen.jie") == []
    assert (
        pair.ok("customer", "duplicates", "--format", "csv", lang="zh").out.splitlines()[1].startswith("100,HZ2026001,")
    )
    assert "名称相同" in pair.ok("customer", "duplicates", lang="zh").out
    assert pair.run("customer", "duplicates", "--min-score", "20").status == 2


def test_a_merge(pair: Office) -> None:
    told = pair.json("customer", "merge", "HZ2026002", "HZ2026001", "--dry-run")
    assert list(told) == MERGE_KEYS
    assert (told["dry_run"], told["next_follow_up_on"]) == (True, "2026-04-01")
    done = pair.json("customer", "merge", "HZ2026002", "HZ2026001", "--reason", "同一家公司")
    assert done == {**told, "dry_run": False}
    assert done == {
        "code": "HZ2026001", "name": "杭州云帆科技有限公司", "merged_code": "HZ2026002", "merged_name": "云帆科技(杭州)",
        "dry_run": False, "next_follow_up_on": "2026-04-01", "contacts_united": 0,
        "moved": [{"kind": "contact", "count": 1}, {"kind": "plan", "count": 1}],
        "values": [
            {"field": "name", "value": "杭州云帆科技有限公司", "taken_over": False, "other": "云帆科技(杭州)"},
            {"field": "address", "value": "滨江区 1 号", "taken_over": True, "other": None},
        ],
        "opportunities": [],
    }  # fmt: skip


def test_what_a_merge_says(pair: Office) -> None:
    would = pair.ok("customer", "merge", "HZ2026002", "HZ2026001", "--dry-run").out.splitlines()
    assert would[0] == "would merge HZ2026002 云帆科技(杭州) into HZ2026001 杭州云帆科技有限公司"
    assert would[1:] == [
        "moved: contact: 1, plan: 1",
        "Customer name: 杭州云帆科技有限公司 stays, 云帆科技(杭州) gives way",
        "Address: 滨江区 1 号, taken over from HZ2026002",
    ]
    said = pair.ok("customer", "merge", "HZ2026002", "HZ2026001", lang="zh").out.splitlines()
    assert said == [
        "已把 HZ2026002 云帆科技(杭州) 合并到 HZ2026001 杭州云帆科技有限公司",
        "转移：联系人 1、跟进计划 1",
        "客户名称：保留“杭州云帆科技有限公司”，“云帆科技(杭州)”记入审计日志",
        "地址：取自 HZ2026002 的“滨江区 1 号”",
        "下次跟进 2026-04-01（未分级，按 C 级：每 30 天一次；2026-04-01 为工作日）",
    ]


def test_a_merge_names_opportunities_that_are_there_twice(pair: Office) -> None:
    for code in ("HZ2026001", "HZ2026002"):
        pair.ok("opportunity", "add", code, "--title", "一期", "--amount", "1万", "--expected-close", "2026-05-31")
    words = ("customer", "merge", "HZ2026002", "HZ2026001")
    assert pair.json(*words, "--dry-run")["opportunities"] == [{"number": "SJ2026-0002", "twin": "SJ2026-0001"}]
    said = (
        "SJ2026-0002 and SJ2026-0001 are open with the same title; where they are one, close one with: "
        "salesflow opportunity lose"
    )
    assert pair.ok(*words, "--dry-run").out.splitlines()[-1] == said
    assert said in pair.ok(*words).out.splitlines()


def test_what_differs_is_told_in_the_readers_words(office: Office) -> None:
    leads.add(
        office,
        leads.new("甲公司", budget=100_00, budget_consent="同意"),
        leads.new("乙公司", first_contact_at=office.context().clock.now().replace(day=1), need="长" * 60),
    )
    said = office.ok("customer", "merge", "HZ2026001", "HZ2026002", "--dry-run").out
    assert "First contact: 2026-03-01 09:00 stays, 2026-03-02 09:00 gives way" in said
    assert "Budget: taken over from HZ2026001" in said
    assert f"Need: {'长' * 19}… stays" in said
    values = office.json("customer", "merge", "HZ2026001", "HZ2026002", "--dry-run")["values"]
    assert next(row for row in values if row["field"] == "first_contact_at")["value"] == "2026-03-01T09:00:00+08:00"
    assert office.ok("customer", "merge", "HZ2026001", "HZ2026002", "--quiet").out == "HZ2026002\n"


def test_the_code_of_a_merged_customer_stands_for_the_other(pair: Office) -> None:
    pair.ok("customer", "merge", "HZ2026002", "HZ2026001")
    done = pair.ok("customer", "show", "hz2026002", "--json")
    assert done.json["code"] == "HZ2026001"
    assert done.err == "note [merged]: HZ2026002 was merged into HZ2026001 杭州云帆科技有限公司\n"
    log = ("--method", "phone", "--content", "确认了接口清单和报价单")
    assert pair.json("followup", "log", "HZ2026002", *log)["customer_code"] == "HZ2026001"
    assert pair.json("explain", "HZ2026002")["ref"] == "HZ2026001"
    twin = pair.run("customer", "add", *leads.words(name="云帆科技（杭州）有限公司", phone="13712345678"))
    assert (twin.status, "HZ2026001 杭州云帆科技有限公司" in twin.err) == (6, True)
    assert pair.json("db", "check")["ok"] is True


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (("HZ2026001", "HZ2026001"), 4, "error [same-customer]"),
        (("HZ2026001", "HZ2026003"), 5, "error [not-permitted]: SH2026001"),
        (("HZ2026001", "没有"), 3, "error [unknown-customer]"),
        (("HZ2026001",), 2, "error [missing-value]"),
        (("HZ2026001", "HZ2026002", "--reason", "\x1b[31m"), 2, "error [invalid-value]"),
    ],
)
def test_a_merge_that_is_refused(pair: Office, words: tuple[str, ...], status: int, error: str) -> None:
    leads.add(pair, leads.new("上海长空", phone="13612345678"), user="chen.jie")
    before = leads.written(pair)
    done = pair.run("customer", "merge", *(word.replace("HZ2026003", "SH2026001") for word in words))
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(error)
    assert leads.written(pair) == before


def test_a_merge_twice_says_where_it_went(pair: Office) -> None:
    pair.ok("customer", "merge", "HZ2026002", "HZ2026001")
    done = pair.run("customer", "merge", "HZ2026002", "HZ2026001", "--dry-run")
    assert (done.status, done.err) == (
        4,
        "error [merged]: HZ2026002 was merged into HZ2026001 杭州云帆科技有限公司: see: salesflow customer show HZ2026001\n",
    )


def test_two_who_merge_at_once(pair: Office) -> None:
    """In opposite directions: one of them is told that it is done."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "salesflow", "customer", "merge", *words],
            cwd=ROOT, env=outside(pair.environ()), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for words in (("HZ2026001", "HZ2026002"), ("HZ2026002", "HZ2026001"))
    ]  # fmt: skip
    said = [process.communicate(timeout=120)[1] for process in running]
    assert sorted(process.returncode for process in running) == [0, 4], said
    assert len(pair.json("customer", "list")) == 1
    assert pair.json("db", "check")["ok"] is True


def test_an_old_list_changes_the_customer_that_stays(pair: Office) -> None:
    pair.ok("customer", "merge", "HZ2026002", "HZ2026001")
    file = pair.database.parent / "list.csv"
    file.write_text("客户编号,客户名称,企业规模,标签\nHZ2026002,云帆科技(杭州),200 人,国企\n", encoding="utf-8")
    done = pair.json("customer", "import", str(file), "--update")
    assert [(row["code"], row["outcome"]) for row in done["rows"]] == [("HZ2026001", "updated")]
    file.write_text("客户名称,企业规模\n云帆科技(杭州)有限公司,300 人\n", encoding="utf-8")
    pair.json("customer", "import", str(file), "--update")
    row = pair.json("customer", "show", "HZ2026001")
    assert (row["name"], row["size"]) == ("杭州云帆科技有限公司", "300 人")


def test_a_list_gives_no_retired_tag(pair: Office) -> None:
    pair.ok("tag", "retire", "国企")
    file = pair.database.parent / "list.csv"
    file.write_text('客户编号,客户名称,标签\nHZ2026001,杭州云帆科技有限公司,"国企,民企"\n', encoding="utf-8")
    assert pair.json("customer", "import", str(file), "--update")["updated"] == 1
    file.write_text("客户编号,客户名称,标签\nHZ2026002,云帆科技(杭州),国企\n", encoding="utf-8")
    done = pair.run("customer", "import", str(file), "--update")
    assert (done.status, "the tag 国企 is retired" in done.err) == (2, True)


def test_the_tag_library(pair: Office) -> None:
    assert pair.json("tag", "add", "民企", "决策链复杂") == [
        {"name": "民企", "uses": 0, "retired": False, "retired_at": None},
        {"name": "决策链复杂", "uses": 0, "retired": False, "retired_at": None},
    ]
    assert pair.ok("tag", "add", "VIP").out == "added the tag VIP\n"
    assert pair.ok("tag", "rename", "vip", "大客户").out == "renamed the tag vip to 大客户\n"
    assert list(pair.json("tag", "retire", "大客户")) == TAG_KEYS
    assert [row["name"] for row in pair.json("tag", "list")] == ["决策链复杂", "国企", "民企"]
    assert [row["name"] for row in pair.json("tag", "list", "--retired")] == ["大客户"]
    assert (
        pair.ok("tag", "list", "--all", "--sort", "uses", "--reverse", "--limit", "1")
        .out.splitlines()[1]
        .startswith("国企")
    )
    assert pair.ok("tag", "retire", "大客户", "--undo").out == "the tag 大客户 is in use again\n"
    assert (
        pair.ok("tag", "merge", "国企", "大客户", "--dry-run").out
        == "would merge the tag 国企 into 大客户: 1 customer\n"
    )
    assert pair.ok("tag", "merge", "国企", "大客户").out == "merged the tag 国企 into 大客户: 1 customer\n"
    assert pair.json("customer", "show", "HZ2026001")["tags"] == ["大客户"]
    assert pair.ok("tag", "retire", "民企", "--quiet").out == "民企\n"
    assert pair.ok("tag", "retire", "决策链复杂").out == "retired the tag 决策链复杂\n"


def test_tags_of_customers(pair: Office) -> None:
    rows = pair.json("customer", "tag", "HZ2026001", "HZ2026002", "--add", "民企", "--remove", "国企")
    assert [(row["code"], row["tags"]) for row in rows] == [("HZ2026001", ["民企"]), ("HZ2026002", ["民企"])]
    assert pair.ok("customer", "tag", "HZ2026001", "--add", "民企").out == "the tags are as they were\n"
    assert pair.ok("customer", "tag", "HZ2026001", "--add", "大客户", lang="zh").out == (
        "已更新 1 个客户的标签：HZ2026001\n标签库新增：大客户\n"
    )
    done = pair.run("customer", "tag", "HZ2026001", "--add", "大客户类")
    assert (done.status, done.out) == (6, "")
    assert done.err == (
        "error [near-duplicate]: the tag 大客户类 is near to 大客户, which is there: "
        'take 大客户; if it says something else: salesflow tag add "大客户类" --allow-duplicate\n'
    )
    assert pair.run("customer", "tag", "HZ2026001").status == 2
    assert pair.run("customer", "tag", "HZ2026001", "没有", "--add", "民企").status == 3


def test_a_new_customer_says_which_tags_are_new(pair: Office) -> None:
    said = pair.ok(
        "customer", "add", *leads.words(name="长空", phone="13712345678"), "--tag", "国企", "--tag", "老客户"
    ).out
    assert said.splitlines()[-1] == "new in the library: 老客户"
    done = pair.run("customer", "add", *leads.words(name="长风", phone="13612345678"), "--tag", "国 企")
    assert (done.status, done.err.split(":")[0]) == (6, "error [near-duplicate]")
    pair.ok("tag", "retire", "国企")
    done = pair.run("customer", "add", *leads.words(name="长风", phone="13612345678"), "--tag", "国企")
    assert (done.status, done.err.split(":")[0]) == (4, "error [retired-tag]")


def test_completion_offers_no_retired_tag_to_give(pair: Office) -> None:
    pair.ok("tag", "add", "民企")
    pair.ok("tag", "retire", "国企")
    assert offered(pair, "customer tag HZ2026001 --add ") == ["民企"]
    assert offered(pair, "customer tag HZ2026001 --remove ") == ["国企", "民企"]
    assert offered(pair, "tag retire ") == ["国企", "民企"]
    assert len(offered(pair, "customer merge HZ2026")) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tag", "add", "民企"), "已添加标签 民企\n"),
        (("customer", "tag", "HZ2026002", "--add", "国企"), "已更新 1 个客户的标签：HZ2026002\n"),
    ],
)
def test_in_a_program_of_its_own_in_chinese(pair: Office, words: tuple[str, ...], said: str) -> None:
    done = pair.program(*words, lang="zh")
    assert (done.status, done.out, done.err) == (0, said, "")


def test_an_empty_database(office: Office) -> None:
    assert office.json("tag", "list") == office.json("customer", "duplicates") == []
    assert office.ok("tag", "list").out == office.ok("customer", "duplicates").out == ""
