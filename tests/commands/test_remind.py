"""salesflow remind: lists for people, objects for scripts, mails for the outbox, silence where there is nothing."""

from __future__ import annotations

import subprocess

import pytest

from salesflow.enums import Grade
from salesflow.rules.policy import Escalation, Policy
from salesflow.services.policy import apply as apply_policy
from tests import leads
from tests.conftest import PROGRAM, ROOT, Office, outside

ITEM_KEYS = [
    "days_overdue", "due_on", "customer_code", "customer_name", "grade", "status", "focus", "method", "owner", "contact",
    "phone_masked", "last_contact_on", "id", "reminder",
]  # fmt: skip


@pytest.fixture
def book(office: Office) -> Office:
    """On Wednesday 11 March: li.na's A customer 甲 two days overdue, chen.jie's 乙 likewise, li.na's B customer due on the 16th."""
    leads.add(office, leads.new("甲公司", grade=Grade.A, phone="13812345678"), leads.new("丙公司", grade=Grade.B))
    leads.add(office, leads.new("乙公司", grade=Grade.A, owner="chen.jie"))
    office.now = "2026-03-11 08:00"
    return office


def address(office: Office, login: str) -> None:
    leads.execute(
        office, "UPDATE staff SET email = :email WHERE login = :login", login=login, email=f"{login}@example.com"
    )


def test_ones_own_list(book: Office) -> None:
    lines = book.ok("remind").out.splitlines()
    assert [line.split()[:3] for line in lines if "HZ" in line] == [["2", "2026-03-09", "HZ2026001"]]
    assert "chen.jie" not in "".join(lines)


def test_everybodys_lists_by_owner(book: Office) -> None:
    found = book.json("remind", "--everyone", "--within", "1w")
    assert list(found) == ["on", "owners"]
    assert found["on"] == "2026-03-11"
    assert [(one["owner"], one["owner_name"], one["count"]) for one in found["owners"]] == [
        ("chen.jie", "陈杰", 1),
        ("li.na", "李娜", 2),
    ]
    items = found["owners"][1]["items"]
    assert [list(item) for item in items] == [ITEM_KEYS] * 2
    assert [(item["customer_code"], item["days_overdue"], item["reminder"]) for item in items] == [
        ("HZ2026001", 2, 1),
        ("HZ2026002", 0, 1),
    ]
    assert book.json("remind", "--owner", "chen.jie", user="wang.fang")["owners"][0]["count"] == 1


def test_cron_hears_nothing_where_there_is_nothing(office: Office) -> None:
    leads.add(office, leads.new(grade=Grade.A))
    for words in ((), ("--everyone",), ("--everyone", "--mail"), ("--everyone", "--fail-if-any")):
        done = office.program("remind", *words)
        assert (done.status, done.out, done.err) == (0, "", "")
    assert office.json("remind") == {"on": "2026-03-02", "owners": []}
    assert leads.rows(office, "SELECT id FROM v_outbox") == []


def test_fail_if_any(book: Office) -> None:
    assert book.run("remind", "--everyone", "--fail-if-any").status == 10
    assert book.run("remind", "--fail-if-any", user="zhao.lei").status == 0
    address(book, "li.na")
    assert book.run("remind", "--mail", "--fail-if-any").status == 10


def test_everyone_needs_no_staff_login(book: Office) -> None:
    assert "乙公司" in book.ok("remind", "--everyone", user="nobody").out
    assert book.run("remind", user="nobody").status == 5


def test_a_mail_to_each_owner_once_a_day(book: Office) -> None:
    address(book, "li.na")
    done = book.ok("remind", "--everyone", "--mail")
    assert done.out == ("1 mail queued\nchen.jie has no address: salesflow staff edit chen.jie --email ADDRESS\n")
    (mail,) = leads.rows(book, "SELECT recipient, staff, kind, subject, body, dedupe FROM v_outbox")
    assert mail == {
        "recipient": "li.na@example.com",
        "staff": "li.na",
        "kind": "remind",
        "subject": "Follow-ups of 2026-03-11: 1 due, 1 of them overdue",
        "body": (
            "李娜, these customers are to be followed up by 2026-03-11:\n\n"
            "[A] 2 days overdue  HZ2026001 甲公司: follow up: 张伟\n\n"
            "Log what you did with: salesflow followup log CODE\n"
        ),
        "dedupe": "remind/li.na/2026-03-11",
    }
    address(book, "chen.jie")
    assert book.json("remind", "--everyone", "--mail") == [
        {"owner": "chen.jie", "email": "chen.jie@example.com", "mail": 2, "outcome": "queued"},
        {"owner": "li.na", "email": "li.na@example.com", "mail": None, "outcome": "already"},
    ]
    assert book.ok("remind", "--everyone", "--mail").out == ""
    assert book.ok("remind", "--everyone", "--mail", "--quiet", now="2026-03-12 08:00").out == "3 4\n"


def test_two_crons_at_once_queue_once(book: Office) -> None:
    address(book, "li.na")
    address(book, "chen.jie")
    line = [*PROGRAM, "remind", "--everyone", "--mail"]
    environ = outside(book.environ())
    both = [
        subprocess.Popen(line, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [process.wait(120) for process in both] == [0, 0]
    assert len(leads.rows(book, "SELECT id FROM v_outbox")) == 2


def test_a_dry_run_queues_nothing(book: Office) -> None:
    address(book, "li.na")
    assert book.json("remind", "--everyone", "--mail", "--dry-run") == [
        {"owner": "chen.jie", "email": None, "mail": None, "outcome": "no_address"},
        {"owner": "li.na", "email": "li.na@example.com", "mail": None, "outcome": "would_be_queued"},
    ]
    assert leads.rows(book, "SELECT id FROM v_outbox") == []


def test_who_has_left_gets_no_mail(book: Office) -> None:
    address(book, "chen.jie")
    leads.execute(book, "UPDATE staff SET active = FALSE WHERE login = 'chen.jie'")
    assert book.json("remind", "--everyone", "--mail")[0]["outcome"] == "no_address"


def test_a_second_reminder(book: Office) -> None:
    with book.context(user="wang.fang").transaction() as work:
        apply_policy(work, "ours", "", Policy(escalation=Escalation(2, 4, 6)), "催办")
    address(book, "li.na")
    assert book.json("remind")["owners"][0]["items"][0]["reminder"] == 2
    assert "second reminder" in book.ok("remind").out
    book.ok("remind", "--mail")
    (mail,) = leads.rows(book, "SELECT body FROM v_outbox")
    assert "甲公司: follow up: 张伟 (second reminder)\n" in mail["body"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--owner", "li.na", "--everyone"), 2, "error: --owner and --everyone exclude each other: "),
        (("--dry-run",), 2, "error: --dry-run is for --mail: "),
        (("--owner", "li.nA"), 3, "error [unknown-staff]: "),
        (("--within", "soon"), 2, "error [invalid-value]: --within: "),
    ],
)
def test_what_cannot_be(book: Office, words: tuple[str, ...], status: int, said: str) -> None:
    done = book.run("remind", *words)
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(said), done.err


def test_a_mail_in_chinese(book: Office) -> None:
    address(book, "li.na")
    assert book.ok("remind", "--mail", lang="zh").out == "已放入发件箱 1 封邮件\n"
    (mail,) = leads.rows(book, "SELECT subject, body FROM v_outbox")
    assert mail["subject"] == "2026-03-11 跟进清单：1 项到期，其中逾期 1 项"
    assert mail["body"].splitlines() == [
        "李娜，以下客户应在 2026-03-11 前跟进：",
        "",
        "[A] 逾期 2 天  HZ2026001 甲公司：跟进：张伟",
        "",
        "完成后请记录：salesflow followup log 客户编号",
    ]
