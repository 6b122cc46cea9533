"""contact add, list, reveal: masked unless asked for, and then noted."""

from __future__ import annotations

import pytest

from tests import leads
from tests.conftest import Office

KEYS = [
    "customer_code", "customer_name", "name", "title", "phone_masked", "email_masked", "wechat_masked", "role", "primary",
    "concern", "version",
]  # fmt: skip


@pytest.fixture
def stock(office: Office) -> Office:
    leads.add(
        office,
        leads.new("杭州云帆科技有限公司", phone="13812345678"),
        leads.new("杭州云海贸易有限公司", phone="13912345678"),
    )
    return office


def test_adding_a_contact(stock: Office) -> None:
    options = (
        "--name",
        "李强",
        "--title",
        "技术总监",
        "--email",
        "lq@example.com",
        "--role",
        "技术部门",
        "--concern",
        "接口",
    )
    done = stock.ok("contact", "add", "云帆", *options)
    assert done.out == "added 李强 to HZ2026001 杭州云帆科技有限公司\n"
    row = stock.json("contact", "add", "云帆", "--name", "王芳", "--wechat", "wangfang", "--primary")
    assert row == {
        "customer_code": "HZ2026001", "customer_name": "杭州云帆科技有限公司", "name": "王芳", "title": None, "phone_masked": None,
        "email_masked": None, "wechat_masked": "wa***g", "role": "other", "primary": True, "concern": None,
        "version": 1,
    }  # fmt: skip
    rows = stock.json("contact", "list", "HZ2026001")
    assert [list(row) for row in rows] == [KEYS] * 3
    assert [(row["name"], row["role"], row["primary"]) for row in rows] == [
        ("王芳", "other", True), ("张伟", "other", False), ("李强", "technical", False),
    ]  # fmt: skip


def test_listing_contacts(stock: Office) -> None:
    assert stock.ok("contact", "list").out == (
        "Customer code  Customer              Name  Job title  Phone        E-mail  WeChat  Role   Primary\n"
        "HZ2026001      杭州云帆科技有限公司  张伟             138****5678                  other  yes\n"
        "HZ2026002      杭州云海贸易有限公司  张伟             139****5678                  other  yes\n"
    )
    assert [row["customer_code"] for row in stock.json("contact", "list", "云海")] == ["HZ2026002"]
    assert stock.json("contact", "list", "--limit", "1")[0]["customer_code"] == "HZ2026001"


def test_revealing_a_contact(stock: Office) -> None:
    done = stock.ok("contact", "reveal", "云帆")
    assert done.out.splitlines()[-1] == "Phone:         +8613812345678"
    row = stock.json("contact", "reveal", "云帆", "张", user="zhang.wei")
    assert row == {
        "customer_code": "HZ2026001", "customer_name": "杭州云帆科技有限公司", "name": "张伟", "title": None, "role": "other",
        "phone": "+8613812345678", "email": None, "wechat": None,
    }  # fmt: skip
    noted = leads.rows(stock, "SELECT staff FROM v_audit WHERE action = 'contact.reveal' ORDER BY id")
    assert noted == [{"staff": "li.na"}, {"staff": "zhang.wei"}]


def test_revealing_a_contact_of_an_archived_customer(stock: Office) -> None:
    leads.archive(stock, "HZ2026001")
    assert stock.json("contact", "reveal", "HZ2026001")["phone"] == "+8613812345678"
    done = stock.run("contact", "add", "HZ2026001", "--name", "李强", "--wechat", "li")
    assert (done.status, done.err.split(":")[0]) == (4, "error [archived]")


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (("add", "宁波", "--name", "李强", "--wechat", "li"), 3, "error [unknown-customer]: there is no customer 宁波"),
        (
            ("add", "杭州", "--name", "李强", "--wechat", "li"),
            3,
            "error [ambiguous]: 杭州 means more than one customer",
        ),
        (("add", "云帆", "--wechat", "li"), 2, "error [missing-value]: --name is missing"),
        (("add", "云帆", "--name", "李强"), 2, "error [missing-value]: 李强 has neither phone, e-mail nor WeChat"),
        (
            ("add", "云帆", "--name", "李强", "--email", "li@"),
            2,
            'error [invalid-value]: "li@" is not an e-mail address',
        ),
        (
            ("add", "云帆", "--name", "李强", "--phone", "1.38E+10"),
            2,
            'error [invalid-value]: the phone number "1.38E+10" has lost',
        ),
        (
            ("add", "云帆", "--name", "李强", "--phone", "139 1234 5678"),
            6,
            "error [duplicate]: the phone number 139****5678 is known already: 张伟 of HZ2026002 杭州云海贸易有限公司",
        ),
        (
            ("reveal", "云帆", "李"),
            3,
            "error [unknown-contact]: HZ2026001 杭州云帆科技有限公司 has no contact 李: its contacts are: 张伟",
        ),
        (("reveal", "没有"), 3, "error [unknown-customer]: there is no customer 没有"),
        (("list", "没有"), 3, "error [unknown-customer]: there is no customer 没有"),
    ],
)
def test_what_is_refused_writes_nothing(stock: Office, words: tuple[str, ...], status: int, error: str) -> None:
    before = leads.written(stock)
    done = stock.run("contact", *words)
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(error)
    assert leads.written(stock) == before


def test_a_contact_without_its_key_is_listed_but_not_revealed(stock: Office) -> None:
    (stock.database.parent / "office.db.key").unlink()
    assert stock.json("contact", "list")[0]["phone_masked"] == "138****5678"
    done = stock.run("contact", "reveal", "云帆")
    assert (done.status, done.out) == (7, "")
    assert done.err.startswith("error [missing-key]: the key of this database was not found")


def test_a_contact_in_a_program_of_its_own_in_chinese(stock: Office) -> None:
    done = stock.program("contact", "add", "云帆", "--name", "李强", "--wechat", "li", lang="zh")
    assert (done.status, done.out) == (0, "已为 HZ2026001 杭州云帆科技有限公司 添加联系人 李强\n")
