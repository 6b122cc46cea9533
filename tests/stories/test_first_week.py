"""A team's first week, told as commands: the list from Excel goes in, the follow-ups come out, a discount is refused,
revised and approved, an order goes through its approvers, the week is reviewed. In real processes, in both languages.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh", "en")


class Team:
    """The team at its terminals: every command is a process of its own, at a moment of the story."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder = folder
        self.database = folder / "team.db"
        self.now = "2026-03-02 09:00"
        self.world = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "COLUMNS": "80",
            "SALESFLOW_CONFIG": str(folder / "config.toml"),
            "SALESFLOW_DB": str(self.database),
            "SALESFLOW_LANG": language,
        }

    def run(self, login: str, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        world = {**self.world, "SALESFLOW_USER": login}
        if self.database.exists():
            world["SALESFLOW_AS_OF"] = self.now
        line = [sys.executable, "-m", "salesflow", *words]
        done = subprocess.run(
            line, env=world, cwd=self.folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, login: str, *words: str) -> Any:
        return json.loads(self.run(login, *words, "--json").stdout)

    def found(self) -> None:
        """The database, with a clock that the story sets, as in a demonstration."""
        self.run(
            "wang.fang",
            "init",
            "--company",
            "杭州云帆科技有限公司",
            "--region",
            "HZ",
            "--login",
            "wang.fang",
            "--name",
            "王芳",
        )
        connection = sqlite3.connect(self.database)
        connection.execute("INSERT INTO setting (name, value) VALUES ('demo', '1')")
        connection.commit()
        connection.close()
        for login, name, role in (
            ("zhang.wei", "张伟", "manager"),
            ("li.na", "李娜", "rep"),
            ("chen.jie", "陈杰", "rep"),
            ("zhao.lei", "赵磊", "senior_rep"),
            ("liu.yang", "刘洋", "finance"),
            ("sun.li", "孙丽", "operations"),
        ):
            self.run("wang.fang", "staff", "add", login, "--name", name, "--role", role, "--region", "HZ")


@pytest.fixture(params=LANGUAGES)
def team(request: pytest.FixtureRequest, tmp_path: Path) -> Team:
    found = Team(tmp_path, request.param)
    found.found()
    return found


def said(team: Team, chinese: str, english: str) -> str:
    return chinese if team.world["SALESFLOW_LANG"] == "zh" else english


def test_a_first_week(team: Team) -> None:
    code = take_the_list_in(team)
    call_a_customer(team, code)
    quote = quote_with_a_discount(team, code)
    order = order_with_a_rejection(team, quote)
    review_the_week(team, order)
    sweep_twice(team)
    assert team.json("wang.fang", "db", "check") == {"ok": True, "problems": []}
    assert team.json("wang.fang", "audit", "verify")["ok"] is True


def take_the_list_in(team: Team) -> str:
    """Monday morning: the product list and the customer list as the team has them, two bad rows and a twin among them."""
    team.run("zhang.wei", "product", "import", str(ROOT / "examples" / "产品价目表.xlsx"))
    team.run("zhang.wei", "customer", "import", str(ROOT / "examples" / "客户信息登记表.xlsx"), status=2)
    assert team.json("zhang.wei", "customer", "list") == [], "all or nothing"
    words = ("--skip-errors", "--errors-to", str(team.folder / "bad.xlsx"))
    report = team.json("zhang.wei", "customer", "import", str(ROOT / "examples" / "客户信息登记表.xlsx"), *words)
    assert (report["read"], report["skipped"], report["number"]) == (60, 3, 2)
    bad = [row for row in report["rows"] if row["outcome"] not in ("created", "updated")]
    assert len(bad) == 3
    assert all(row["row"] > 1 and row["reason"] for row in bad)
    listed = team.json("zhang.wei", "customer", "list")
    assert len(listed) == report["created"] == 57
    assert len({row["code"] for row in listed}) == 57
    return str(
        next(
            row["code"] for row in listed if row["owner"] == "li.na" and row["grade"] == "A" and row["status"] != "hot"
        )
    )


def call_a_customer(team: Team, code: str) -> None:
    """Tuesday: what is due, a call, and the next date with its reason."""
    team.now = "2026-03-03 10:00"
    sections = team.json("li.na", "today")["sections"]
    assert sections
    assert all(section["count"] >= len(section["items"]) for section in sections)
    words = ("--method", "phone", "--content", "客户要求周五前提供含安装的报价", "--next", "发送报价单给采购经理王工")
    logged = team.json("li.na", "followup", "log", code, *words)
    assert logged["customer_code"] == code
    assert logged["next_follow_up_on"] == "2026-03-10", "a customer of grade A: every 7 days"
    assert logged["next_follow_up_why"]["rule"] == "cadence"
    due = team.json("li.na", "followup", "due", "--within", "7d")
    assert code in {row["customer_code"] for row in due}


def quote_with_a_discount(team: Team, code: str) -> str:
    """12 % are more than a rep may give: the manager decides, not the rep."""
    sku = team.json("li.na", "product", "list")[0]["sku"]
    quote = team.run("li.na", "quote", "make", code, "--item", f"{sku}:10-12%", "--quiet").stdout.strip()
    assert quote == "Q2026-0001"
    refused = team.run("li.na", "quote", "accept", quote, status=4)
    assert "AP2026-0001" in refused.stderr
    inbox = team.json("zhang.wei", "approval", "list")
    assert [(row["subject_ref"], row["waiting_for_role"]) for row in inbox] == [(quote, "manager")]
    assert inbox[0]["steps"][0]["rule"] == "discount-authority"
    assert team.json("li.na", "approval", "list") == []
    team.run("li.na", "approval", "approve", "AP2026-0001", status=5)
    why = [row for row in team.json("li.na", "explain", quote)["decisions"] if row["rule"] == "discount-authority"]
    assert said(team, "12", "12 %") in why[0]["text"]
    team.run("zhang.wei", "approval", "approve", "AP2026-0001", "--comment", "战略客户")
    team.run("li.na", "quote", "accept", quote)
    assert team.json("li.na", "quote", "show", quote)["state"] == "accepted"
    return quote


def order_with_a_rejection(team: Team, quote: str) -> str:
    """Manager, finance, operations; finance sends it back, and the second round goes through."""
    team.now = "2026-03-04 09:30"
    order = team.run("li.na", "order", "submit", "--quote", quote, "--quiet").stdout.strip()
    first = approval_of(team, order)
    team.run("zhang.wei", "approval", "approve", first)
    team.run("liu.yang", "approval", "reject", first, status=4)
    team.run("liu.yang", "approval", "reject", first, "--reason", "付款条件未写明")
    assert team.json("li.na", "order", "show", order)["state"] == "returned"
    team.now = "2026-03-04 15:00"
    team.run("li.na", "order", "submit", order, "--payment-terms", "预付 30 %，发货前付清")
    second = approval_of(team, order)
    assert second != first
    for login in ("zhang.wei", "liu.yang", "sun.li"):
        team.run(login, "approval", "approve", second)
    shown = team.json("li.na", "order", "show", order)
    assert (shown["state"], shown["approval"]["round"]) == ("approved", 2)
    return order


def approval_of(team: Team, order: str) -> str:
    return str(team.json("li.na", "order", "show", order)["approval"]["number"])


def review_the_week(team: Team, order: str) -> None:
    """Friday: the week on one page."""
    team.now = "2026-03-06 16:00"
    report = team.json("zhang.wei", "report", "weekly")
    assert (report["week"], report["from"], report["to"]) == ("2026-W10", "2026-03-02", "2026-03-08")
    page = team.run("zhang.wei", "report", "weekly", "--format", "markdown").stdout
    assert "2026-W10" in page
    html = team.folder / "review.html"
    team.run("zhang.wei", "report", "weekly", "--to", str(html))
    assert html.read_text(encoding="utf-8").lstrip().startswith("<!")
    assert team.json("li.na", "explain", order)["kind"] == "order"


def sweep_twice(team: Team) -> None:
    """Three weeks later nobody has touched the B customers: they fall to C, once."""
    team.now = "2026-03-27 03:00"
    swept = team.json("zhang.wei", "customer", "stale", "--all", "--apply")
    assert swept["rows"]
    again = team.run("zhang.wei", "customer", "stale", "--all", "--apply")
    assert (again.stdout, again.returncode) == ("", 0)
    overdue = team.run("zhang.wei", "followup", "overdue", "--all", "--fail-if-any", "--format", "plain", status=10)
    assert overdue.stdout
