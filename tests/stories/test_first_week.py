"""A team's first week, told as commands: the list from Excel goes in, the follow-ups come out, a discount is refused,
revised and approved, an order goes through its approvers, the week is reviewed. In both languages.
"""

from __future__ import annotations

from tests.stories.team import ROOT, Team, said


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
