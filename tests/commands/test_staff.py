"""salesflow staff: adding, listing, and who one is."""

from __future__ import annotations

import pytest

from salesflow import i18n
from salesflow.enums import Role
from tests.conftest import Office

KEYS = ["login", "name", "roles", "region", "manager", "active", "created_at", "email", "version"]


def test_adding(office: Office) -> None:
    label = i18n.render(i18n.label("role", "assistant"), "zh")
    done = office.ok(
        "staff", "add", "Wu.Min", "--name", " 吴敏 ", "--role", "rep", "--role", label, "--role", "rep", "--region", "sh",
        "--manager", "zhang.wei", user="zhang.wei",
    )  # fmt: skip
    assert (done.out, done.err) == ("added wu.min (吴敏)\n", "")
    assert office.json("staff", "list")[5] == {
        "login": "wu.min",
        "name": "吴敏",
        "roles": ["assistant", "rep"],
        "region": "SH",
        "manager": "zhang.wei",
        "active": True,
        "created_at": "2026-03-02T09:00:00+08:00",
        "email": None,
        "version": 1,
    }
    entry = office.json("audit", "list", "wu.min")[0]
    assert (entry["staff"], entry["action"], entry["rule"]) == ("zhang.wei", "staff.add", None)
    assert entry["after"] == '{"manager":"zhang.wei","name":"吴敏","region":"SH","roles":["assistant","rep"]}'


def test_adding_prints_the_record_or_the_reference(office: Office) -> None:
    record = office.json("staff", "add", "wu.min", "--name", "吴敏", user="wang.fang")
    assert list(record) == KEYS
    assert (record["roles"], record["region"], record["manager"]) == (["rep"], None, None)
    assert office.ok("staff", "add", "wu.hao", "--name", "吴浩", "--quiet", user="wang.fang").out == "wu.hao\n"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (
            ("li.na", "--name", "李娜"),
            6,
            "error [duplicate]: there is a staff member li.na already: choose another login\n",
        ),
        (
            ("LI.NA", "--name", "李娜"),
            6,
            "error [duplicate]: there is a staff member li.na already: choose another login\n",
        ),
        (("吴敏", "--name", "吴敏"), 2, "error [invalid-value]: 吴敏 cannot be a login: "),
        (("a b", "--name", "吴敏"), 2, "error [invalid-value]: a b cannot be a login: "),
        (("a" * 33, "--name", "吴敏"), 2, f"error [invalid-value]: {'a' * 33} cannot be a login: "),
        (("wu.min", "--name", "吴敏", "--region", "杭州"), 2, "error [invalid-value]: 杭州 cannot be a region code: "),
        (
            ("wu.min", "--name", "吴敏", "--manager", "zhang.we"),
            3,
            "error [unknown-staff]: there is no active staff member zhang.we: see: salesflow staff list\n",
        ),
        (("wu.min", "--name", " "), 2, "error [missing-value]: name is missing: write at least one character\n"),
        (("wu.min", "--name", "吴\n敏"), 2, "error [invalid-value]: name has "),
        (("wu.min", "--name", "x" * 100_000), 2, "error [invalid-value]: name has 100000 characters, 200 are allowed"),
    ],
)
def test_what_cannot_be_added(office: Office, words: tuple[str, ...], status: int, said: str) -> None:
    before = len(office.json("audit", "list"))
    done = office.run("staff", "add", *words, user="wang.fang")
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(said)
    assert len(done.err.splitlines()) == 1
    assert len(office.json("audit", "list")) == before
    assert len(office.json("staff", "list")) == 7


@pytest.mark.parametrize("user", ["li.na", "liu.yang", "sun.li"])
def test_who_may_not_add(office: Office, user: str) -> None:
    done = office.run("staff", "add", "wu.min", "--name", "吴敏", user=user)
    assert done.status == 5
    assert done.err == (
        f"error [not-permitted]: {user} may not do this: it needs the role manager, director: "
        "ask one who holds it; see: salesflow staff list\n"
    )


def test_roles_move_from_the_first_to_those_who_are_added(office: Office) -> None:
    """The template's first one held every role; finance and others went to those who came later."""
    assert [row["roles"] for row in office.json("staff", "list") if row["login"] == "wang.fang"] == [
        ["assistant", "director", "legal", "service", "technical"]
    ]
    office.ok("staff", "add", "wu.min", "--name", "吴敏", "--role", "legal", user="wang.fang")
    assert "legal" not in office.json("staff", "whoami", user="wang.fang")["roles"]
    moved = office.json("audit", "list", "--action", "staff.role", "--limit", "1")[0]
    assert (moved["subject_ref"], moved["before"]) == ("wang.fang", '{"role":"legal"}')
    office.ok("staff", "add", "wu.hao", "--name", "吴浩", "--role", "legal", user="wang.fang")
    assert [row["login"] for row in office.json("staff", "list") if "legal" in row["roles"]] == ["wu.hao", "wu.min"]


def test_the_list(office: Office) -> None:
    listed = office.json("staff", "list")
    assert [row["login"] for row in listed] == [
        "chen.jie", "li.na", "liu.yang", "sun.li", "wang.fang", "zhang.wei", "zhao.lei",
    ]  # fmt: skip
    assert list(listed[0]) == KEYS
    assert office.ok("staff", "list", "--fields", "login,name", "--limit", "2").out == (
        "Login     Name\nchen.jie  陈杰\nli.na     李娜\n"
    )
    assert office.ok("staff", "list", "--sort", "region", "--format", "ids").out.split()[0] in ("chen.jie", "li.na")
    assert office.ok("staff", "list", "--reverse", "--format", "ids").out.split()[0] == "zhao.lei"
    done = office.ok("staff", "list", "--limit", "2")
    assert done.err == "note: there are more than these 2: raise --limit to see them\n"
    assert len(office.ok("staff", "list", "--limit", "0", "--format", "ids").out.split()) == 7


def test_who_left_is_listed_only_with_all(office: Office) -> None:
    from tests.deals import dismiss

    dismiss(office, "chen.jie")
    assert len(office.json("staff", "list")) == 6
    assert [row["active"] for row in office.json("staff", "list", "--all")] == [False, *[True] * 6]


def test_whoami(office: Office) -> None:
    who = office.json("staff", "whoami")
    assert list(who) == KEYS
    assert (who["login"], who["roles"]) == ("li.na", ["rep"])
    done = office.run("staff", "whoami", user="nobody")
    assert done.status == 5
    assert done.err == (
        "error [unknown-user]: nobody is not a staff login: "
        "say who you are with --user LOGIN, or once with: salesflow config set user LOGIN\n"
    )


def test_every_role_can_be_given(office: Office) -> None:
    words = [word for role in Role for word in ("--role", role.value)]
    made = office.json("staff", "add", "wu.min", "--name", "吴敏", *words, user="wang.fang")
    assert made["roles"] == sorted(role.value for role in Role)
    assert office.json("staff", "whoami", user="wang.fang")["roles"] == [], "she stood in for all of them"
