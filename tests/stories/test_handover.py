"""Sixty leads come in, are graded and assigned with reasons; then somebody leaves, and the book goes on with all that is open.
In both languages.
"""

from __future__ import annotations

from typing import Any

from tests.stories.team import ROOT, Team, said

LEADER, LEAVER, HEIR = "zhang.wei", "li.na", "chen.jie"
SCORES = ("--industry-potential", "4", "--budget-match", "5", "--decision-chain", "4", "--urgency", "4")


def test_a_book_goes_on(team: Team) -> None:
    take_leads_in(team)
    code = grade_one(team)
    assign_with_reasons(team, code)
    leave_things_open(team, code)
    try_the_handover(team, code)
    hand_over(team, code)
    leave(team)
    assert team.json("wang.fang", "db", "check") == {"ok": True, "problems": []}
    assert team.json("wang.fang", "audit", "verify")["ok"] is True


def take_leads_in(team: Team) -> None:
    """Monday: the list from Excel, three of its rows bad."""
    team.run(LEADER, "product", "import", str(ROOT / "examples" / "产品价目表.xlsx"))
    words = ("--skip-errors", "--errors-to", str(team.folder / "bad.xlsx"))
    report = team.json(LEADER, "customer", "import", str(ROOT / "examples" / "客户信息登记表.xlsx"), *words)
    assert report["created"] == 57


def grade_one(team: Team) -> str:
    """The manager grades a lead: the grade, the next date and the command that follows, each with its reason."""
    listed = team.json(LEADER, "customer", "list", "--owner", LEAVER, "--status", "prospect")
    code = str(next(row["code"] for row in listed if row["grade"] != "A"))
    done = team.run(LEADER, "customer", "grade", code, *SCORES)
    assert (
        said(team, "A 级：得分 4.25（A 级 4.00 起，B 级 2.50 起）", "grade A: score 4.25 (A from 4.00, B from 2.50)")
        in done.stdout
    )
    assert f"salesflow customer assign {code} --auto" in done.stderr
    team.run(LEADER, "customer", "grade", code, *SCORES[:4], status=2)
    return code


def assign_with_reasons(team: Team, code: str) -> None:
    """First tried, then done: a good lead to the senior rep, the others where they belong, each with its reason."""
    book = team.json(LEADER, "customer", "list", "--owner", LEAVER)
    words = ("customer", "assign", "--auto", "--owner", LEAVER, "--grade", "A")
    tried = team.json(LEADER, *words, "--dry-run")
    assert tried["dry_run"] is True
    assert team.json(LEADER, "customer", "list", "--owner", LEAVER) == book
    done = team.json(LEADER, *words)
    assert done["rows"] == tried["rows"]
    assert all(row["why"] and row["rule"] == "assign" and row["to_owner"] == "zhao.lei" for row in done["rows"])
    mine = next(row for row in done["rows"] if row["code"] == code)
    assert mine["first_contact_by"] == "2026-03-04T09:00:00+08:00", "an A customer within 48 hours"
    changes = team.json(LEADER, "customer", "show", code)["owner_changes"]
    assert changes[0]["reason"] == mine["why"]
    team.run("sun.li", "customer", "assign", code, "--to", LEAVER, status=5)
    team.run(LEADER, "customer", "assign", code, "--to", "liu.yang", status=4)
    back = team.run(LEADER, "customer", "assign", code, "--to", LEAVER, "--reason", "客户指定").stdout
    assert said(team, "2026-03-04 09:00", "first contact is due by 2026-03-04 09:00") in back
    again = team.run(LEADER, "customer", "assign", code, "--to", LEAVER).stdout
    assert said(team, "没有", "nobody changes hands") in again


def leave_things_open(team: Team, code: str) -> None:
    """What a book holds when somebody leaves: a plan, a quote that waits for its approval, an objection."""
    team.now = "2026-03-03 10:00"
    team.run(
        LEAVER, "followup", "plan", code, "--on", "2026-03-06", "--method", "visit", "--focus", "与王工确认验收标准"
    )
    sku = team.json(LEAVER, "product", "list")[0]["sku"]
    team.run(LEAVER, "quote", "make", code, "--item", f"{sku}:10-12%")
    team.run(LEAVER, "objection", "log", code, "--kind", "price", "--statement", "比恒通高 12%")


def try_the_handover(team: Team, code: str) -> None:
    """The dry run names every open obligation and writes nothing."""
    team.now = "2026-03-04 17:00"
    words = ("customer", "assign", "--from", LEAVER, "--to", HEIR, "--dry-run")
    tried = team.json(LEADER, *words)
    assert tried["assigned"] == len(team.json(LEADER, "customer", "list", "--owner", LEAVER)) > 0
    kinds = {row["kind"] for row in of(tried["obligations"], code)}
    assert kinds == {"plan", "quote", "objection", "submission"}
    page = team.run(LEADER, *words).stdout
    assert "Q2026-0001" in page
    assert said(team, "一并移交：", "goes along: ") in page
    assert team.json(LEADER, "customer", "show", code)["owner"] == LEAVER
    refused = team.run(LEADER, "staff", "deactivate", LEAVER, status=4)
    assert f"salesflow customer assign --from {LEAVER} --to" in refused.stderr
    team.run(HEIR, *words, status=5)


def of(obligations: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    return [row for row in obligations if row["customer_code"] == code]


def hand_over(team: Team, code: str) -> None:
    """For good: the customers, and what is open with them."""
    words = ("customer", "assign", "--from", LEAVER, "--to", HEIR, "--reason", "李娜离职")
    done = team.json(LEADER, *words)
    assert done["obligations"]
    assert team.json(LEADER, "customer", "list", "--owner", LEAVER) == []
    shown = team.json(HEIR, "customer", "show", code)
    assert (shown["owner"], shown["owner_changes"][0]["reason"]) == (HEIR, "李娜离职")
    assert team.json(LEADER, "quote", "show", "Q2026-0001")["owner"] == HEIR
    due = team.json(HEIR, "followup", "due", "--within", "7d")
    assert code in {row["customer_code"] for row in due}
    again = team.json(LEADER, *words)
    assert (again["assigned"], {row["kind"] for row in again["obligations"]}) == (0, {"submission"})


def leave(team: Team) -> None:
    """The login is closed; what it did keeps its name."""
    team.run(LEADER, "staff", "deactivate", LEAVER)
    assert LEAVER not in {row["login"] for row in team.json(LEADER, "staff", "list")}
    team.run(LEAVER, "customer", "grade", "HZ2026001", "--set", "B", "--reason", "试试", status=5)
    approval = team.json(LEADER, "approval", "show", "AP2026-0001")
    assert approval["submitted_by"] == LEAVER
