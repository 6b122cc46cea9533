"""Adding contacts to a customer, and showing their values, which the audit trail notes."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.db.vault import Vault
from salesflow.enums import ChainRole
from salesflow.errors import Ambiguous, DatabaseProblem, Duplicate, InvalidValue, NotFound
from salesflow.services import contacts
from salesflow.services.contacts import NewContact
from salesflow.services.customers import load
from tests import leads
from tests.conftest import Office


@pytest.fixture
def stock(office: Office) -> Office:
    leads.add(office, leads.new("甲公司", phone="13812345678"), leads.new("乙公司", phone="13912345678"))
    return office


def add(office: Office, new: NewContact, customer_id: int = 1, **settings: bool) -> None:
    with office.context().transaction() as work:
        contacts.add(work, load(work, customer_id), new, **settings)


def reveal(office: Office, name: str | None = None) -> dict[str, Any]:
    with office.context().transaction() as work:
        found = contacts.reveal(work, load(work, 1), name)
        return {"name": found.contact.name, **found.values}


def primary(office: Office) -> list[str]:
    return [row["name"] for row in leads.rows(office, 'SELECT name FROM v_contact WHERE customer_id = 1 AND "primary"')]


def test_a_contact_is_added_and_noted_with_its_values_encrypted(stock: Office) -> None:
    new = NewContact(
        "李强", "技术总监", "0571-88886666转8", "lq@example.com", "liqiang", ChainRole.TECHNICAL, "接口文档"
    )
    add(stock, new)
    assert reveal(stock, "李强") == {
        "name": "李强", "phone": "+8657188886666;ext=8", "email": "lq@example.com", "wechat": "liqiang",
    }  # fmt: skip
    (entry,) = leads.rows(stock, "SELECT * FROM v_audit WHERE action = 'contact.add'")
    after = leads.opened(stock, entry)
    assert (entry["subject_kind"], entry["subject_ref"]) == ("contact", "HZ2026001")
    assert {name: after[name] for name in ("id", "name", "title", "role", "concern", "primary")} == {
        "id": 3, "name": "李强", "title": "技术总监", "role": "technical", "concern": "接口文档", "primary": False,
    }  # fmt: skip
    assert not any(secret in f"{after}{entry['after']}" for secret in ("88886666", "lq@example.com"))
    assert "李强" not in entry["after"] and "接口文档" not in entry["after"]
    assert leads.vault(stock).decrypt(bytes.fromhex(after["email"]), "contact.email", 3) == "lq@example.com"


def test_there_is_always_one_primary_contact(stock: Office) -> None:
    add(stock, NewContact("李强", wechat="liqiang"))
    assert primary(stock) == ["张伟"]
    add(stock, NewContact("王芳", wechat="wangfang"), primary=True)
    assert primary(stock) == ["王芳"]
    leads.execute(stock, "UPDATE contact SET removed_at = created_at, is_primary = FALSE WHERE customer_id = 1")
    add(stock, NewContact("赵六", wechat="zhaoliu"))
    assert primary(stock) == ["赵六"]


@pytest.mark.parametrize("phone", ["13812345678", "13912345678"])
def test_a_known_value_is_refused_unless_allowed(stock: Office, phone: str) -> None:
    before = leads.written(stock)
    with pytest.raises(Duplicate, match=r"is known already: 张伟 of HZ202600[12] [甲乙]公司"):
        add(stock, NewContact("李强", phone=phone))
    assert leads.written(stock) == before
    add(stock, NewContact("李强", phone=phone), allow_duplicate=True)
    assert len(leads.rows(stock, "SELECT * FROM v_contact")) == 3


def test_a_contact_that_cannot_be_reached_is_refused(stock: Office) -> None:
    before = leads.written(stock)
    with pytest.raises(InvalidValue, match="李强 has neither phone, e-mail nor WeChat"):
        add(stock, NewContact("李强"))
    assert leads.written(stock) == before


@pytest.mark.parametrize(
    ("name", "found"),
    [(None, "张伟"), ("张伟", "张伟"), ("李", "李强"), ("李强 ", "李强"), ("ＡＮＮ", "Ann"), ("王", "王")],
)
def test_a_contact_is_named_whole_or_in_part(stock: Office, name: str | None, found: str) -> None:
    for other in ("李强", "Ann Lee", "Ann", "王", "王芳"):
        add(stock, NewContact(other, wechat=other))
    assert reveal(stock, name)["name"] == found


def test_a_name_that_nobody_or_several_have(stock: Office) -> None:
    for other in ("李强", "李明"):
        add(stock, NewContact(other, wechat=other))
    with pytest.raises(NotFound) as caught:
        reveal(stock, "王")
    assert str(caught.value) == "HZ2026001 甲公司 has no contact 王"
    assert str(caught.value.hint) == "its contacts are: 张伟, 李强, 李明"
    with pytest.raises(NotFound):
        reveal(stock, " ")
    with pytest.raises(Ambiguous) as ambiguous:
        reveal(stock, "李")
    assert str(ambiguous.value) == "李 means more than one contact of HZ2026001"
    assert ambiguous.value.details["candidates"] == ["李强", "李明"]


def test_a_customer_whose_contacts_were_all_removed(stock: Office) -> None:
    leads.execute(stock, "UPDATE contact SET removed_at = created_at")
    with pytest.raises(NotFound) as caught:
        reveal(stock)
    assert str(caught.value.hint) == "add one with: salesflow contact add"


def test_revealing_is_noted_without_the_values(stock: Office) -> None:
    assert reveal(stock) == {"name": "张伟", "phone": "+8613812345678", "email": None, "wechat": None}
    (entry,) = leads.rows(stock, "SELECT * FROM v_audit WHERE action = 'contact.reveal'")
    assert (entry["staff"], entry["subject_kind"], entry["subject_ref"]) == ("li.na", "contact", "HZ2026001")
    assert leads.opened(stock, entry) == {"id": 1, "name": "张伟", "shown": ["phone"]}


def test_values_are_not_shown_with_another_key_nor_from_another_row(stock: Office) -> None:
    leads.execute(
        stock, "UPDATE contact SET phone_cipher = (SELECT phone_cipher FROM contact WHERE id = 2) WHERE id = 1"
    )
    with pytest.raises(DatabaseProblem, match="cannot be read with this key"):
        reveal(stock)
    context = stock.context()
    context.vault = Vault(b"x" * 32)
    with pytest.raises(DatabaseProblem), context.transaction() as work:
        contacts.reveal(work, load(work, 2), None)
    assert leads.rows(stock, "SELECT * FROM v_audit WHERE action = 'contact.reveal'") == []
