"""From the first card to a hot lead: sixty leads come in from a list, are graded and assigned with reasons, A leads without a plan are
flagged across a weekend of which the Saturday is worked, a week of calls, a stale lead falls and is taken back, one is lost to a
competitor, and a leaver's book is handed over. In both languages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from tests.stories.team import Team, said

HEADINGS = ("客户名称", "所属行业", "地区", "联系人", "职务", "联系方式", "客户来源", "初次接触时间", "需求描述")
INDUSTRIES = ("制造业", "零售业", "互联网", "教育", "金融", "建筑业", "医疗")
GOOD = ("--industry-potential", "5", "--budget-match", "4", "--decision-chain", "4", "--urgency", "4")
FAIR = ("--industry-potential", "3", "--budget-match", "3", "--decision-chain", "3", "--urgency", "3")
POOR = ("--industry-potential", "1", "--budget-match", "2", "--decision-chain", "1", "--urgency", "2")


def test_to_a_hot_lead(team: Team) -> None:
    team.run("wang.fang", "staff", "add", "wu.min", "--name", "吴敏", "--role", "assistant", "--region", "HZ")
    team.run("wang.fang", "staff", "edit", "chen.jie", "--region", "SH")
    take_sixty_leads_in(team)
    grade_them(team)
    assign_them_with_reasons(team)
    flag_who_has_no_plan(team)
    log_a_week(team)
    let_one_fall_and_take_it_back(team)
    lose_one(team)
    hand_a_book_over(team)
    assert team.json("wang.fang", "db", "check") == {"ok": True, "problems": []}
    assert team.json("wang.fang", "audit", "verify")["ok"] is True


def code_of(number: int) -> str:
    return f"{'SH' if number % 4 == 0 else 'HZ'}2026{(number // 4 if number % 4 == 0 else number - number // 4):03d}"


def write_list(path: Path) -> None:
    """Sixty companies, every fourth in Shanghai, met on Wednesday or Thursday."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["客户信息登记表"])
    sheet.append(HEADINGS)
    for number in range(1, 61):
        region = "SH" if number % 4 == 0 else "HZ"
        met = "2026-02-25" if number <= 30 else "2026年2月26日"
        need = f"计划 6 月前采购终端 {number * 2} 台"
        name = f"第{number:02d}号精密机械有限公司"
        industry = INDUSTRIES[number % len(INDUSTRIES)]
        sheet.append([name, industry, region, f"王工{number}", "采购经理", f"138{number:08d}", "展会", met, need])
    book.save(path)


def take_sixty_leads_in(team: Team) -> None:
    """Thursday evening: the list from the exhibition, in the manager's charge until somebody has each."""
    team.now = "2026-02-26 17:30"
    path = team.folder / "leads.xlsx"
    write_list(path)
    tried = team.json("zhang.wei", "customer", "import", str(path), "--dry-run")
    assert (tried["created"], tried["number"]) == (60, None)
    done = team.json("zhang.wei", "customer", "import", str(path))
    assert (done["read"], done["created"], done["skipped"]) == (60, 60, 0)
    found = team.json("zhang.wei", "find", "第07号")
    assert [row["code"] for row in found] == [code_of(7)]
    ungraded = section(team, "zhang.wei", "ungraded")
    assert ungraded["count"] == 60


def section(team: Team, login: str, kind: str) -> dict[str, Any]:
    """A section of somebody's agenda; empty where it is not on it."""
    sections = team.json(login, "today")["sections"]
    found = [one for one in sections if one["kind"] == kind]
    return found[0] if found else {"kind": kind, "count": 0, "items": []}


def grade_them(team: Team) -> None:
    """Friday: nine by their scores, the others by a list that says their grades."""
    team.now = "2026-02-27 09:30"
    for number, scores in (
        (1, GOOD),
        (2, GOOD),
        (4, GOOD),
        (5, FAIR),
        (6, FAIR),
        (8, FAIR),
        (9, POOR),
        (10, POOR),
        (12, POOR),
    ):
        graded = team.json("zhang.wei", "customer", "grade", code_of(number), *scores)
        assert graded["grade"] == {GOOD: "A", FAIR: "B", POOR: "C"}[scores]
    answer = team.run("zhang.wei", "customer", "grade", code_of(1), *GOOD).stdout
    assert said(team, "A 级：得分 4.25", "grade A: score 4.25") in answer
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["客户编号", "客户名称", "客户等级"])
    graded_already = {1, 2, 4, 5, 6, 8, 9, 10, 12}
    for number in (one for one in range(1, 61) if one not in graded_already):
        sheet.append([code_of(number), f"第{number:02d}号精密机械有限公司", "C"])
    book.save(team.folder / "grades.xlsx")
    done = team.json("zhang.wei", "customer", "import", str(team.folder / "grades.xlsx"), "--update")
    assert (done["updated"], done["created"]) == (51, 0)
    assert section(team, "zhang.wei", "ungraded")["count"] == 0


def assign_them_with_reasons(team: Team) -> None:
    """A to the senior rep, B by region, C to the assistant: the rule says why each time."""
    tried = team.json("zhang.wei", "customer", "assign", "--auto", "--owner", "zhang.wei", "--dry-run")
    assert (tried["dry_run"], tried["assigned"]) == (True, 60)
    assert len(team.json("zhang.wei", "customer", "list", "--owner", "zhang.wei")) == 60, "nothing was written"
    done = team.json("zhang.wei", "customer", "assign", "--auto", "--owner", "zhang.wei")
    owners = {row["code"]: row["to_owner"] for row in done["rows"]}
    assert {owners[code_of(number)] for number in (1, 2, 4)} == {"zhao.lei"}
    assert (owners[code_of(5)], owners[code_of(8)]) == ("li.na", "chen.jie")
    assert owners[code_of(20)] == "wu.min"
    assert all(row["rule"] == "assign" and row["why"] for row in done["rows"])
    assert done["rows"][0]["first_contact_by"] == "2026-03-01T09:30:00+08:00", "an A: within 48 hours"
    why = [row for row in team.json("li.na", "explain", code_of(5))["decisions"] if row["rule"] == "assign"]
    assert why[0]["facts"]["by_rule"] is True


def flag_who_has_no_plan(team: Team) -> None:
    """Met on Wednesday the 25th: three working days end on Saturday the 28th, which is worked; on Thursday: on Monday."""
    team.run("zhao.lei", "followup", "plan", code_of(2), "--template", "abc")
    team.now = "2026-02-28 17:00"
    assert outcome(team, code_of(1), "plan-deadline") == "pending"
    team.now = "2026-02-28 18:01"
    assert outcome(team, code_of(1), "plan-deadline") == "overdue"
    assert outcome(team, code_of(2), "plan-deadline") == "ok"
    wanted = section(team, "zhao.lei", "plan_wanted")
    assert {item["ref"] for item in wanted["items"]} == {code_of(1), code_of(4)}
    assert section(team, "zhang.wei", "plan_wanted")["count"] == 2, "and the manager sees it"
    team.run("zhang.wei", "customer", "grade", code_of(31), *GOOD)
    assert outcome(team, code_of(31), "plan-deadline") == "pending", "met on Thursday"
    for number in (1, 4):
        words = ("--on", "2026-03-03", "--method", "visit", "--focus", "与技术科长确认节拍和数量")
        team.run("zhao.lei", "followup", "plan", code_of(number), *words)
    assert section(team, "zhao.lei", "plan_wanted")["count"] == 0


def outcome(team: Team, ref: str, rule: str) -> str:
    return next(
        str(row["outcome"]) for row in team.json("zhang.wei", "explain", ref)["decisions"] if row["rule"] == rule
    )


def log_a_week(team: Team) -> None:
    """Monday to Friday: calls, a visit, an objection, a status that moves, a note that is found again."""
    team.now = "2026-03-02 10:00"
    words = (
        "--method",
        "phone",
        "--content",
        "采购经理确认预算 20 万，要求周五前报价",
        "--next",
        "周五前发报价给王工5",
    )
    logged = team.json("li.na", "followup", "log", code_of(5), *words)
    assert logged["next_follow_up_on"] == "2026-03-16", "a B: every 14 days"
    team.now = "2026-03-03 15:00"
    visit = (
        "--method",
        "visit",
        "--content",
        "技术科长确认节拍 5 秒，样件合格",
        "--status",
        "interested",
        "--reason",
        "要求样机测试",
    )
    team.json("zhao.lei", "followup", "log", code_of(1), *visit)
    team.now = "2026-03-04 11:00"
    team.run("chen.jie", "objection", "log", code_of(8), "--kind", "price", "--statement", "比恒通高 12%")
    team.now = "2026-03-05 16:00"
    demo = (
        "--method",
        "demo",
        "--content",
        "总经理看了样机，同意进入报价",
        "--status",
        "hot",
        "--reason",
        "总经理同意报价",
    )
    hot = team.json("zhao.lei", "followup", "log", code_of(1), *demo)
    assert hot["next_follow_up_why"]["rule"] == "cadence"
    assert [row["code"] for row in team.json("li.na", "find", "样件合格")] == [code_of(1)]
    team.now = "2026-03-06 17:00"
    team.json(
        "chen.jie",
        "followup",
        "log",
        code_of(8),
        "--method",
        "wechat",
        "--content",
        "客户收到 3 份案例资料",
        "--progress",
    )
    due = team.json("zhao.lei", "followup", "due", "--within", "5d")
    assert code_of(1) in {row["customer_code"] for row in due}


def let_one_fall_and_take_it_back(team: Team) -> None:
    """The B customers were met on the 25th of February: a warning from the 8th of March, the fall on the 11th."""
    team.now = "2026-03-10 09:00"
    warned = section(team, "li.na", "stale_warning")
    assert code_of(5) in {item["ref"] for item in warned["items"]}, "a call is no progress"
    assert code_of(8) not in {item["ref"] for item in section(team, "chen.jie", "stale_warning")["items"]}
    team.now = "2026-03-11 03:00"
    swept = team.json("zhang.wei", "customer", "stale", "--apply")
    falls = {row["code"]: row["new_grade"] for row in swept["rows"]}
    assert falls == {code_of(5): "C", code_of(6): "C"}
    assert team.run("zhang.wei", "customer", "stale", "--apply").stdout == "", "a second sweep does nothing"
    team.now = "2026-03-11 09:00"
    team.run("li.na", "followup", "log", code_of(6), "--method", "phone", "--content", "客户说 3 月底定方案")
    undone = team.run("zhang.wei", "customer", "stale", "--undo", str(swept["run"]))
    assert code_of(6) in undone.stdout + undone.stderr, "somebody has gone on with it: it is named, and stays"
    assert team.json("li.na", "customer", "show", code_of(5))["grade"] == "B"
    assert team.json("li.na", "customer", "show", code_of(6))["grade"] == "C"
    team.run("zhang.wei", "customer", "stale", "--undo", str(swept["run"]), status=4)
    assert code_of(5) in {item["ref"] for item in section(team, "li.na", "stale_warning")["items"]}, "warned again"
    team.now = "2026-03-12 03:00"
    assert team.run("zhang.wei", "customer", "stale", "--apply").stdout == "", "there are some days to do something"
    forecast = team.json("li.na", "customer", "stale", "--within", "7d")["rows"]
    assert {row["code"]: row["on"] for row in forecast}[code_of(5)] == "2026-03-14"


def lose_one(team: Team) -> None:
    team.now = "2026-03-12 16:00"
    words = ("customer", "status", code_of(9), "lost", "--reason", "选择了恒通的方案")
    team.run("wu.min", *words, status=4)
    team.run("wu.min", *words, "--loss-reason", "competitor", "--competitor", "恒通")
    shown = team.json("wu.min", "customer", "show", code_of(9))
    assert (shown["status"], shown["next_follow_up_on"]) == ("lost", None)
    change = shown["status_changes"][0]
    assert (change["loss_reason"], change["competitor"]) == ("competitor", "恒通")


def hand_a_book_over(team: Team) -> None:
    """Li Na leaves: what hangs on her customers is listed before, and goes along."""
    team.now = "2026-03-13 17:00"
    mine = {row["code"] for row in team.json("li.na", "customer", "list", "--owner", "li.na")}
    assert code_of(5) in mine
    refused = team.run("zhang.wei", "staff", "deactivate", "li.na", status=4)
    assert "customer assign --from li.na" in refused.stderr
    words = ("customer", "assign", "--from", "li.na", "--to", "chen.jie", "--reason", "李娜离职")
    tried = team.json("zhang.wei", *words, "--dry-run")
    assert {row["code"] for row in tried["rows"]} == mine
    assert {row["kind"] for row in tried["obligations"]} == {"plan"}
    listed = team.run("zhang.wei", *words, "--dry-run").stdout
    assert said(team, "一并移交：", "goes along: ") in listed
    team.run("zhang.wei", *words)
    assert team.json("zhang.wei", "customer", "list", "--owner", "li.na") == []
    team.run("zhang.wei", "staff", "deactivate", "li.na")
    team.run("zhang.wei", "customer", "assign", code_of(5), "--to", "li.na", status=4)
    team.run("li.na", "today", status=5)
    assert {row["customer_code"] for row in team.json("chen.jie", "followup", "due", "--within", "90d")} >= mine
