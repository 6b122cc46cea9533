"""customer edit, customer remove, contact edit, contact remove, and what customer show tells beside: words, keys, exit statuses."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import leads
from tests.commands.test_contacts import KEYS as CONTACT_KEYS
from tests.commands.test_customers import SHOW_KEYS
from tests.conftest import ROOT, Office, outside

OTHER = "杭州云海贸易有限公司"


@pytest.fixture
def stock(office: Office) -> Office:
    leads.add(office, leads.new(phone="13812345678", size="20"), leads.new(OTHER, phone="13912345678"))
    return office


def test_what_an_edit_says(stock: Office) -> None:
    done = stock.ok(
        "customer", "edit", "云帆", "--size", "50", "--address", "江南大道 1 号", "--region", "sh", "--industry", "零售业",
        "--kind", "个人", "--tag", "国企", "--remark", "很长" * 30, "--budget", "5万", "--budget-consent", "电话同意",
    )  # fmt: skip
    assert done.out.splitlines() == [
        (
            f"HZ2026001 {leads.NAME}: Kind company -> person, Industry internet -> retail, Size 20 -> 50, Region HZ -> SH, "
            "Address 江南大道 1 号, Budget ***, Budget consent 电话同意, Remark, Tags 国企"
        ),
        "its code stays HZ2026001",
        "new in the library: 国企",
    ]
    cleared = stock.ok(
        "customer", "edit", "云帆", "--clear", "address", "--clear", "source-detail", "--clear", "budget"
    )
    assert (
        cleared.out
        == f"HZ2026001 {leads.NAME}: Address 江南大道 1 号 -> empty, Budget *** -> empty, Budget consent 电话同意 -> empty\n"
    )
    assert stock.ok("customer", "edit", "云帆", "--size", "50").out == f"HZ2026001 {leads.NAME}: nothing changed\n"


def test_an_edit_in_chinese(stock: Office) -> None:
    done = stock.ok(
        "customer", "edit", "云帆", "--size", "50", "--source", "转介绍", "--first-contact", "2026-02-27", lang="zh"
    )
    first, second = done.out.splitlines()
    assert first == (
        f"HZ2026001 {leads.NAME}：企业规模 20 → 50、客户来源 展会 → 转介绍、初次接触 2026-03-02 09:00 → 2026-02-27 18:00"
    )
    assert "2026-03-30" in second
    assert stock.ok("customer", "edit", "云帆", "--size", "50", lang="zh").out == f"HZ2026001 {leads.NAME}：没有变化\n"
    assert stock.ok("customer", "edit", "云帆", "--clear", "企业规模", lang="zh").out.endswith("规模 50 → 空\n")


def test_an_edit_for_scripts(stock: Office) -> None:
    row = stock.json("customer", "edit", "云帆", "--name", "杭州云帆科技股份公司", "--if-version", "1")
    assert list(row) == SHOW_KEYS
    assert (row["name"], row["version"]) == ("杭州云帆科技股份公司", 2)
    assert stock.ok("customer", "edit", "HZ2026001", "--size", "9", "--quiet").out == "HZ2026001\n"
    assert stock.json("customer", "show", "HZ2026001")["version"] == 3


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 2, "error: there is nothing to change: give what is to be changed, such as --address TEXT, or --clear FIELD"),
        (("--name", ""), 2, "error [missing-value]: the customer's name is missing: every customer has one"),
        (("--address", " "), 2, "error [missing-value]: the address is empty: to leave it empty: --clear address"),
        (("--name", OTHER), 6, (f"error [duplicate]: {OTHER} is there already: HZ2026002 {OTHER}: "
         "if they are one: salesflow customer merge HZ2026001 HZ2026002; else repeat with --allow-duplicate")),
        (("--name", "名" * 300), 2, ("error [invalid-value]: the customer's name has 300 characters, 200 are allowed: "
         "shorten it to 200 characters")),
        (("--clear", "need"), 2, ("error [invalid-value]: --clear: need is not one of the codes: "
         "use one of: address, size, source_detail, remark, budget")),
        (("--budget", "100"), 4, "budget-consent"),
        (("--size", "1", "--if-version", "4"), 6, (f"error [changed]: {leads.NAME} was changed meanwhile: "
         "it is at version 1, not 4: look at it again: salesflow customer show HZ2026001")),
        (("--industry", "制造也"), 2, "did you mean 制造业?"),
        (("--remark", "a\x1b[2Jb"), 2, "the remark has the control character U+001B at position 2"),
        (("--owner", "chen.jie"), 2, "--owner"),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be(stock: Office, words: tuple[str, ...], status: int, said: str) -> None:
    before = leads.written(stock)
    done = stock.run("customer", "edit", "云帆", *words)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert "\x1b" not in done.err
    assert leads.written(stock) == before


def test_removing_and_bringing_back(stock: Office) -> None:
    done = stock.ok("customer", "remove", "云帆", "--reason", "公司已注销")
    assert done.out == f"archived HZ2026001 {leads.NAME}\n1 plan item is cancelled\n"
    for words in (("edit", "--size", "1"), ("status", "interested", "--reason", "x")):
        refused = stock.run("customer", words[0], "HZ2026001", *words[1:])
        assert refused.status == 4
        assert "salesflow customer remove HZ2026001 --undo" in refused.err
    assert stock.run("contact", "edit", "HZ2026001", "--title", "x").status == 4
    assert stock.run("customer", "remove", "HZ2026001", "--reason", "x").status == 4
    back = stock.ok("customer", "remove", "HZ2026001", "--undo", lang="zh").out.splitlines()
    assert back[0] == f"已恢复 HZ2026001 {leads.NAME}"
    assert "2026-04-01" in back[1]
    row = stock.json("customer", "remove", "HZ2026001", "--reason", "x")
    assert list(row) == SHOW_KEYS
    assert (row["next_follow_up_on"], row["plan"]) == (None, [])


def test_removing_that_cannot_be(stock: Office) -> None:
    assert (
        stock.run("customer", "remove", "云帆").err
        == "error [missing-value]: the reason is missing: say why: --reason TEXT\n"
    )
    done = stock.run("customer", "remove", "云帆", "--reason", "x", user="chen.jie")
    assert (done.status, done.err) == (
        5,
        f"error [not-permitted]: HZ2026001 {leads.NAME} is in the charge of li.na: its owner, a manager or a director does that\n",
    )
    stock.ok("customer", "merge", "HZ2026002", "HZ2026001")
    for words in (("--reason", "x"), ("--undo",)):
        done = stock.run("customer", "remove", "HZ2026002", *words)
        assert done.status == 4
        assert f"HZ2026002 was merged into HZ2026001 {leads.NAME}" in done.err


def test_editing_a_contact(stock: Office) -> None:
    stock.ok("contact", "add", "云帆", "--name", "李强", "--email", "lq@example.com")
    done = stock.ok(
        "contact", "edit", "云帆", "李", "--title", "总监", "--phone", "13712345678", "--primary", "--role", "技术部门"
    )
    assert done.out == (
        f"李强 of HZ2026001 {leads.NAME}: Job title 总监, Role other -> technical, Phone 137****5678, Primary yes\n"
    )
    assert (
        stock.ok("contact", "edit", "云帆", "--title", "总监").out
        == f"李强 of HZ2026001 {leads.NAME}: nothing changed\n"
    )
    row = stock.json("contact", "edit", "云帆", "--clear", "phone", "--if-version", "2")
    assert list(row) == CONTACT_KEYS
    assert (row["name"], row["phone_masked"], row["version"]) == ("李强", None, 3)
    assert stock.ok("contact", "edit", "云帆", "--name", "李小强", lang="zh").out == (
        f"HZ2026001 {leads.NAME} 的联系人 李小强：姓名 李强 → 李小强\n"
    )


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 2, "there is nothing to change"),
        (("--phone", "13912345678"), 6, f"the phone number 139****5678 is known already: 张伟 of HZ2026002 {OTHER}"),
        (("--clear", "phone"), 4, "张伟 would have neither phone, e-mail nor WeChat"),
        (("--clear", "name"), 2, "--clear: name is not one of the codes"),
        (("--email", "x"), 2, '"x" is not an e-mail address'),
        (("李强", "--title", "x"), 3, "has no contact 李强"),
        (("--title", "x", "--if-version", "2"), 6, "张伟 was changed meanwhile: it is at version 1, not 2"),
    ],
)
def test_editing_a_contact_that_cannot_be(stock: Office, words: tuple[str, ...], status: int, said: str) -> None:
    before = leads.written(stock)
    done = stock.run("contact", "edit", "云帆", *words)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert leads.written(stock) == before


def test_removing_a_contact(stock: Office) -> None:
    assert stock.run("contact", "remove", "云帆", "张伟").status == 4
    stock.ok("contact", "add", "云帆", "--name", "李强", "--email", "lq@example.com")
    done = stock.ok("contact", "remove", "云帆", "张伟", "--reason", "已离职")
    assert done.out == f"removed 张伟 from HZ2026001 {leads.NAME}\n李强 is the primary contact now\n"
    stock.ok("contact", "add", "云帆", "--name", "王五", "--phone", "13812345678")
    rows = stock.json("contact", "remove", "云帆", "王五")
    assert [(list(row), row["name"]) for row in rows] == [(CONTACT_KEYS, "李强")]
    assert "最后一位联系人" in stock.run("contact", "remove", "云帆", "李强", lang="zh").err


def test_a_file_tells_what_happened(stock: Office) -> None:
    log = ("--content", "确认 2 台", "--method", "phone", "--next", "2026-03-09 回访报价")
    stock.ok("followup", "log", "云帆", *log)
    stock.ok("objection", "log", "云帆", "--kind", "price", "--statement", "贵了 2 成")
    for sql in (
        ("INSERT INTO grading (customer_id, at, by_id, industry_potential, budget_match, decision_chain, urgency, score, grade, "
        "policy_id) SELECT 1, '2026-03-02 02:00:00', 2, 5, 4, 3, 4, 405, 'A', max(id) FROM policy_version"),
        "INSERT INTO owner_change (customer_id, at, by_id, from_id, to_id, reason) VALUES (1, '2026-03-02 02:00:00', 2, 4, 3, '交接')",
        "INSERT INTO stall_analysis (customer_id, at, made_on, by_id, cause, strategy) VALUES (1, '2026-03-02 02:00:00', '2026-03-02', 3, 'budget', '等预算')",
        "INSERT INTO followup_correction (followup_id, at, by_id, kind, text) VALUES (1, '2026-03-02 03:00:00', 3, 'amendment', '是 3 台')",
        ("INSERT INTO followup_correction (followup_id, at, by_id, kind, text) "
        "VALUES (1, '2026-03-02 02:30:00', 3, 'edit', '{\"content\": \"确认\"}')"),
        ("INSERT INTO attachment (subject_kind, subject_id, subject_ref, customer_id, kind, name, size, sha256, at, by_id) "
        "VALUES ('customer', 1, 'HZ2026001', 1, 'chat', 'a.txt', 1, 'x', '2026-03-02 02:00:00', 3)"),
    ):  # fmt: skip
        leads.execute(stock, sql.replace(":", "\\:"))
    row = stock.json("customer", "show", "云帆")
    assert list(row) == SHOW_KEYS
    assert row["attachments"] == 1
    assert row["corrections"] == [
        {"followup_id": 1, "at": "2026-03-02T10:30:00+08:00", "kind": "edit", "text": None, "was": {"content": "确认"}, "by": "li.na"},
        {"followup_id": 1, "at": "2026-03-02T11:00:00+08:00", "kind": "amendment", "text": "是 3 台", "was": None, "by": "li.na"},
    ]  # fmt: skip
    assert row["followups"][0]["id"] == 1
    assert [one["statement"] for one in row["objections"]] == ["贵了 2 成"]
    assert row["gradings"] == [
        {
            "at": "2026-03-02T10:00:00+08:00", "grade": "A", "score": "4.05", "industry_potential": 5, "budget_match": 4,
            "decision_chain": 3, "urgency": 4, "by": "zhang.wei", "policy_id": 1, "customer_code": "HZ2026001",
        }
    ]  # fmt: skip
    assert [(one["from_owner"], one["to_owner"], one["reason"]) for one in row["owner_changes"]] == [
        ("chen.jie", "li.na", "交接")
    ]
    assert [(one["cause"], one["strategy"]) for one in row["stall_analyses"]] == [("budget", "等预算")]
    shown = stock.ok("customer", "show", "云帆", "--format", "table", lang="zh").out
    for words in ("是 3 台", "贵了 2 成", "4.05", "等预算", "交接"):
        assert words in shown
    empty = stock.json("customer", "show", "HZ2026002")
    assert empty["attachments"] == 0
    assert {key: empty[key] or [] for key in SHOW_KEYS[-5:]} == {key: [] for key in SHOW_KEYS[-5:]}
    assert "Gradings" not in stock.ok("customer", "show", "HZ2026002", "--format", "table").out


def test_of_two_edits_at_once_one_is_told(stock: Office) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "salesflow", "customer", "edit", "HZ2026001", "--size", size, "--if-version", "1"],
            cwd=ROOT, env=outside(stock.environ()), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for size in ("30", "40")
    ]  # fmt: skip
    said = [process.communicate(timeout=120)[1] for process in running]
    assert sorted(process.returncode for process in running) == [0, 6], said
    assert stock.json("customer", "show", "HZ2026001")["version"] == 2


def test_as_programs(stock: Office) -> None:
    done = stock.program("customer", "edit", "云帆", "--size", "50", lang="zh")
    assert (done.status, done.out, done.err) == (0, f"HZ2026001 {leads.NAME}：企业规模 20 → 50\n", "")
    done = stock.program("contact", "edit", "云帆", "--title", "总监", "--json")
    assert (done.status, done.json["title"], done.err) == (0, "总监", "")
