"""salesflow followup, as people and scripts type it."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from salesflow.enums import Grade, Status
from tests import leads
from tests.conftest import PROGRAM, Office, outside
from tests.terminal import sit_down

LOG = ("followup", "log", "云帆", "--method", "phone", "--content", "采购经理确认预算 20 万")
DUE_KEYS = {
    "days_overdue", "due_on", "customer_code", "customer_name", "grade", "status", "owner", "method", "focus",
    "phone_masked", "last_contact_on",
}  # fmt: skip


@pytest.fixture
def lead(office: Office) -> Office:
    """One customer of grade A, recorded on Monday 2026-03-02 with a follow-up computed for the 9th."""
    leads.add(office, leads.new(grade=Grade.A, phone="13812345678"))
    return office


def test_a_log_says_what_it_did_and_when_to_go_on_and_why(lead: Office) -> None:
    done = lead.ok(*LOG, "--next", "周五前发报价给张伟", now="2026-03-05 16:00")
    assert done.out == (
        f"logged phone with HZ2026001 {leads.NAME}\n"
        "next follow-up 2026-03-12 (grade A: every 7 days; 2026-03-12 is a working day)\n"
    )
    assert done.err == ""


def test_a_log_in_chinese(lead: Office) -> None:
    done = lead.ok(*LOG, "--status", "意向", "--reason", "要了报价", now="2026-03-05 16:00", lang="zh")
    assert done.out == (
        f"已记录跟进：HZ2026001 {leads.NAME}，电话\n"
        "潜在 → 意向\n"
        "下次跟进 2026-03-12（A 级：每 7 天一次；2026-03-12 为工作日）\n"
    )


def test_the_record_as_json(lead: Office) -> None:
    made = lead.json(*LOG, "--feedback", "“下周三答复”", "--contact", "张伟", "--progress", now="2026-03-05 16:00")
    assert made == {
        "id": 1,
        "at": "2026-03-05T16:00:00+08:00",
        "customer_code": "HZ2026001",
        "customer_name": leads.NAME,
        "method": "phone",
        "content": "采购经理确认预算 20 万",
        "feedback": "“下周三答复”",
        "next": None,
        "progress": True,
        "late": False,
        "by": "li.na",
        "contact": "张伟",
        "scene": None,
        "resolved": None,
        "open_points": None,
        "risk": None,
        "recorded_at": "2026-03-05T16:00:00+08:00",
        "corrected": 0,
        "opportunity": None,
        "next_follow_up_on": "2026-03-12",
        "next_follow_up_why": {
            "rule": "cadence",
            "text": "next follow-up 2026-03-12 (grade A: every 7 days; 2026-03-12 is a working day)",
            "facts": {
                "grade": "A",
                "status": "prospect",
                "base": "2026-03-05",
                "base_kind": "last-contact",
                "days": 7,
                "unrolled": "2026-03-12",
                "estimated": False,
            },
        },
    }


def test_quiet_is_the_number_alone(lead: Office) -> None:
    assert lead.ok(*LOG, "--quiet").out == "1\n"


def test_hints_and_flags_go_to_stderr(lead: Office) -> None:
    done = lead.ok(
        "followup",
        "log",
        "云帆",
        "--method",
        "visit",
        "--content",
        "客户意向强",
        "--at",
        "昨天 8:00",
        "--next-on",
        "3月20日",
    )
    assert "意向" not in done.out
    late, wording, cadence = done.err.splitlines()
    assert late == "note [log-deadline]: logged 1 hour late: within 24 hours was by 2026-03-02 08:00"
    assert wording == 'hint [objective-wording]: "意向强" is an impression: write what the customer said, and by when'
    assert cadence == (
        "note [cadence]: next follow-up 2026-03-20 is 11 days beyond cadence; the rule gives: "
        "next follow-up 2026-03-09 (grade A: every 7 days; 2026-03-09 is a working day)"
    )


def test_content_from_standard_input(lead: Office) -> None:
    done = lead.json("followup", "log", "云帆", "--method", "email", "--content", "-", stdin="第一行\r\n第二行\n")
    assert done["content"] == "第一行\n第二行"


def test_content_from_standard_input_that_is_no_text(lead: Office) -> None:
    done = lead.run("followup", "log", "云帆", "--method", "email", "--content", "-", stdin="\x1b[31m")
    assert (done.status, done.out) == (2, "")
    assert "the control character U+001B" in done.err


def script(folder: Path, body: str) -> str:
    path = folder / "editor"
    path.write_text(f"#!{sys.executable}\nimport sys\npath = sys.argv[-1]\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return str(path)


def edited(office: Office, editor: str, *words: str) -> Any:
    return office.program("followup", "log", "云帆", "--method", "visit", "--edit", *words, EDITOR=editor, VISUAL="")


def test_content_from_an_editor(lead: Office, tmp_path: Path) -> None:
    write = "open(path, 'a', encoding='utf-8').write('二期 6 月上线\\n预算 20 万\\n')"
    done = edited(lead, script(tmp_path, write), "--content", "客户说：", "--json")
    assert done.status == 0, done.err
    assert json.loads(done.out)["content"] == "客户说：二期 6 月上线\n预算 20 万"


def test_an_editor_with_options_and_one_that_fails(lead: Office, tmp_path: Path) -> None:
    done = edited(lead, f"'{script(tmp_path, 'sys.exit(3)')}' --wait")
    assert (done.status, done.out) == (2, "")
    assert done.err.rstrip().endswith("failed with status 3: nothing was written; try again")
    done = edited(lead, str(tmp_path / "none"))
    assert (done.status, done.out) == (2, "")
    assert "cannot be used: No such file or directory: set EDITOR" in done.err
    done = edited(lead, script(tmp_path, "pass"))
    assert (done.status, done.err) == (
        2,
        "error [invalid-value]: the content is empty: say what happened: --content TEXT\n",
    )
    assert leads.rows(lead, "SELECT id FROM v_followup") == []


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("无此客户",), 3, "error [unknown-customer]: there is no customer 无此客户"),
        (("公司",), 3, "error [ambiguous]: 公司 means more than one customer: give the code of one of them: "),
        (
            ("云帆", "--next-on", "2026-02-30"),
            2,
            'error [invalid-value]: --next-on: there is no day "2026-02-30": write',
        ),
        (("云帆", "--next-on", "昨天"), 2, "error [invalid-value]: 2026-03-01 has passed: plan for today or later"),
        (("云帆", "--at", "明天 9:00"), 2, "error [invalid-value]: 2026-03-03 09:00 is in the future: "),
        (("云帆", "--status", "won", "--reason", "签了"), 4, "error [status-transition]: prospect cannot become won"),
        (
            ("云帆", "--status", "interested"),
            4,
            "error [status-reason]: a change of status needs a reason: say why: --reason",
        ),
        (("云帆", "--reason", "要了报价"), 2, "error: a reason is given, but no status: say what the customer becomes"),
        (("云帆", "--contact", "王五"), 3, "error [unknown-contact]: HZ2026001 "),
        (
            ("云帆", "--risk", "长" * 100_000),
            2,
            "error [invalid-value]: the risk has 100000 characters, 20000 are allowed",
        ),
        (("云帆", "--scene", "\x1b]0;x\x07"), 2, "error [invalid-value]: the scene has the control character U+001B"),
        (("云帆", "--status", "maybe"), 2, "error [invalid-value]: --status: maybe is not one of the codes: "),
    ],
)
def test_what_is_wrong_gets_one_line_and_nothing_is_written(
    lead: Office, words: tuple[str, ...], status: int, said: str
) -> None:
    leads.add(lead, leads.new("另一家公司"))
    before = leads.written(lead)
    done = lead.run("followup", "log", words[0], "--method", "phone", "--content", "确认预算 20 万", *words[1:])
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(said), done.err
    assert done.err.count("\n") == 1
    assert leads.written(lead) == before
    assert leads.rows(lead, "SELECT id FROM v_followup") == []


def test_what_is_missing_is_said(lead: Office) -> None:
    done = lead.run("followup", "log", "云帆", "--method", "phone")
    assert (done.status, done.err) == (
        2,
        "error [missing-value]: --content is missing: see: salesflow followup log --help\n",
    )
    done = lead.run("followup", "log", "云帆", "--content", "预算 20 万")
    assert (done.status, done.err) == (
        2,
        "error [missing-value]: --method is missing: see: salesflow followup log --help\n",
    )


def test_planning(lead: Office) -> None:
    words = ("followup", "plan", "云帆", "--on", "下周三", "--method", "demo", "--focus", "向张伟演示排产模块")
    done = lead.ok(*words, "--support", "technical", "--support-for", "准备演示环境", "--goal", "拿到评分表")
    assert done.out == f"planned demo with HZ2026001 {leads.NAME} on 2026-03-11\n"
    (item,) = [row for row in lead.json("followup", "list", "--plan") if row["id"] == 2]
    assert item == {
        "id": 2, "due_on": "2026-03-11", "customer_code": "HZ2026001", "customer_name": leads.NAME,
        "focus": "向张伟演示排产模块", "method": "demo", "state": "pending", "goal": "拿到评分表", "support": "technical",
        "support_for": "准备演示环境", "owner": "li.na", "rule": None, "beyond_cadence": False,
        "created_at": "2026-03-02T09:00:00+08:00", "closed_at": None, "followup_id": None, "reason": None,
        "slips": 0, "support_late": False, "origin_id": None, "template": None,
    }  # fmt: skip
    assert lead.json(*words, "--support", "zhao.lei")["support"] == "zhao.lei"
    done = lead.run(*words, "--support", "nobody")
    assert (done.status, done.err.split(":")[0]) == (3, "error [unknown-staff]")
    done = lead.run(*words[:4], "昨天", *words[5:])
    assert (done.status, done.err) == (2, "error [invalid-value]: 2026-03-01 has passed: plan for today or later\n")


def test_closing_a_plan_by_hand(lead: Office) -> None:
    done = lead.ok("followup", "done", "1", "--reason", "展会上谈过", now="2026-03-04 10:00")
    assert done.out == (
        "plan item 1 is done\nnext follow-up 2026-03-11 (grade A: every 7 days; 2026-03-11 is a working day)\n"
    )
    done = lead.run("followup", "done", "1")
    assert (done.status, done.err) == (
        4, "error [state]: plan item 1 is done already: see: salesflow followup list --plan\n",
    )  # fmt: skip
    assert lead.run("followup", "done", "99").status == 3
    assert lead.run("followup", "done", "x").status == 2


def test_history(lead: Office) -> None:
    lead.ok(*LOG, now="2026-03-03 10:00")
    lead.ok(
        "followup",
        "log",
        "云帆",
        "--method",
        "visit",
        "--content",
        "演示排产模块",
        now="2026-03-04 10:00",
        user="zhao.lei",
    )
    assert [row["id"] for row in lead.json("followup", "list", "云帆")] == [2, 1]
    assert [row["id"] for row in lead.json("followup", "list", "--by", "zhao.lei")] == [2]
    assert [row["id"] for row in lead.json("followup", "list", "--owner", "zhao.lei")] == []
    assert [row["id"] for row in lead.json("followup", "list", "--from", "2026-03-04", "--to", "3月4日")] == [2]
    assert [row["id"] for row in lead.json("followup", "list", "--method", "phone", "--reverse")] == [1]
    assert lead.ok("followup", "list", "--format", "ids").out == "2\n1\n"


@pytest.fixture
def week(lead: Office) -> Office:
    """Tuesday 10 March: one customer of li.na's is overdue since Monday, one since Thursday, one of chen.jie's is due."""
    leads.add(lead, leads.new("苏州精密公司", grade=Grade.B), now="2026-02-19 09:00")
    leads.add(lead, leads.new("上海远大公司", grade=Grade.A), user="chen.jie", now="2026-03-03 09:00")
    lead.now = "2026-03-10 09:00"
    return lead


def test_keys_of_what_is_due(week: Office) -> None:
    rows = week.json("followup", "due", "--all")
    assert all(row.keys() >= DUE_KEYS for row in rows)
    assert [(row["customer_code"], row["days_overdue"], row["due_on"]) for row in rows] == [
        ("HZ2026001", 1, "2026-03-09"),
        ("SH2026001", 0, "2026-03-10"),
        ("HZ2026002", 5, "2026-03-05"),
    ]
    assert rows[0]["phone_masked"] == "138****5678"
    assert {**rows[2], "id": 0} == {
        "days_overdue": 5, "due_on": "2026-03-05", "customer_code": "HZ2026002", "customer_name": "苏州精密公司", "grade": "B",
        "status": "prospect", "focus": None, "method": None, "owner": "li.na", "contact": "张伟", "phone_masked": None,
        "last_contact_on": "2026-02-19", "id": 0,
    }  # fmt: skip


def test_whose_and_until_when(week: Office) -> None:
    def codes(*words: str, **settings: str) -> list[str]:
        return [row["customer_code"] for row in week.json("followup", *words, **settings)]

    assert codes("due") == codes("overdue") == ["HZ2026001", "HZ2026002"]
    assert codes("overdue", user="chen.jie") == []
    assert codes("due", "--owner", "chen.jie") == ["SH2026001"]
    assert codes("due", "--on", "2026-03-08") == ["HZ2026002"]
    assert codes("due", "--on", "2026-03-04", "--within", "1d") == ["HZ2026002"]
    assert codes("due", "--all", "--sort", "days_overdue", "--reverse") == ["HZ2026002", "HZ2026001", "SH2026001"]
    assert codes("due", "--by-owner") == ["SH2026001", "HZ2026001", "HZ2026002"]
    done = week.run("followup", "due", "--all", "--owner", "li.na")
    assert (done.status, done.err) == (2, "error: --owner and --all exclude each other: leave one of them out\n")


def test_as_of_any_day(week: Office) -> None:
    """The same question about the same moment has the same answer, whenever it is asked."""
    words = ("followup", "overdue", "--all", "--json")
    early = week.ok("--as-of", "2026-03-06 08:00", *words)
    assert [row["days_overdue"] for row in early.json] == [1]
    assert week.ok("--as-of", "2026-03-06 08:00", *words, now="2027-01-01 00:00").out == early.out


def test_cron_hears_nothing_when_there_is_nothing(office: Office) -> None:
    for words in (
        ("overdue", "--all", "--format", "plain"),
        ("due", "--all", "--fail-if-any"),
        ("overdue", "--unplanned"),
    ):
        done = office.run("followup", *words)
        assert (done.status, done.out, done.err) == (0, "", "")


def test_cron_is_told_when_there_is_something(week: Office) -> None:
    done = week.run("followup", "overdue", "--all", "--format", "plain", "--fail-if-any")
    assert (done.status, len(done.out.splitlines()), done.err) == (10, 3, "")


def test_cron_need_not_be_a_staff_member(week: Office) -> None:
    done = week.program("followup", "overdue", "--all", "--format", "ids", user="nobody")
    assert (done.status, done.out, done.err) == (0, "HZ2026001\nHZ2026002\n", "")
    assert week.program("followup", "overdue", user="nobody").status == 5


def test_a_table_for_each_owner(week: Office) -> None:
    done = week.ok("followup", "due", "--by-owner", "--format", "markdown")
    assert [line for line in done.out.splitlines() if line.startswith("#")] == ["## chen.jie", "## li.na"]


def test_open_customers_without_a_plan(week: Office) -> None:
    leads.execute(week, "UPDATE plan_item SET state = 'cancelled' WHERE customer_id = 2")
    leads.execute(week, "UPDATE customer SET next_follow_up_on = NULL WHERE id = 2")
    (row,) = week.json("followup", "overdue", "--unplanned")
    assert (row["customer_code"], row["due_on"], row["days_overdue"]) == ("HZ2026002", None, None)
    assert row.keys() >= DUE_KEYS
    assert week.run("followup", "overdue", "--unplanned", "--fail-if-any").status == 10
    leads.move(week, 2, Status.INVALID)
    assert week.json("followup", "overdue", "--unplanned") == []


def columns_of(line: str, *starts: int) -> list[str]:
    """What stands at cells of a line in which a Chinese character takes two."""
    cells = "".join(character + ("\0" if ord(character) > 0x2E80 else "") for character in line)
    return [cells[start:].replace("\0", "").split("  ")[0] for start in starts]


def test_eighty_columns_with_chinese_names(week: Office) -> None:
    environ = {**week.environ(lang="zh"), "TERM": "xterm"}
    del environ["COLUMNS"]
    seen = sit_down([*PROGRAM, "followup", "due"], outside(environ), columns=80)
    assert seen.status == 0
    lines = seen.screen.splitlines()
    head = next(line for line in lines if line.startswith("逾期"))
    rows = [line for line in lines if "HZ2026" in line]
    assert len(rows) == 2
    assert all(len(line) + sum(ord(character) > 0x2E80 for character in line) <= 80 for line in (head, *rows))
    before = head.index(" 客户 ") + 1
    names = before + sum(ord(character) > 0x2E80 for character in head[:before])
    assert [columns_of(row, names) for row in rows] == [["杭州云帆科技…"], ["苏州精密公司"]]


def test_the_first_minute_of_a_day(lead: Office) -> None:
    """Due on the 9th is not overdue in its last minute, and is in the first of the next."""
    assert lead.json("followup", "overdue", now="2026-03-09 23:59") == []
    assert [row["days_overdue"] for row in lead.json("followup", "overdue", now="2026-03-10 00:00")] == [1]
