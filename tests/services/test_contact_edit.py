"""Changing and removing contacts: values in their three forms, twins, the primary one, the last one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from salesflow.enums import ChainRole, ContactField
from salesflow.errors import Ambiguous, Conflict, Duplicate, InvalidValue, NotFound, Refused, SalesflowError, UsageError
from salesflow.i18n import render
from salesflow.services import contact_edit, contacts
from salesflow.services.contact_edit import ContactEdit, Edited
from salesflow.services.contacts import NewContact
from salesflow.services.customer_edit import Change
from salesflow.services.records import load
from tests import leads
from tests.conftest import Office


@pytest.fixture
def stock(office: Office) -> Office:
    """HZ2026001 with 张伟 (primary, 13812345678) and 李强 (an e-mail); HZ2026002 with 张伟 (13912345678)."""
    leads.add(office, leads.new(phone="13812345678"), leads.new("杭州云海贸易有限公司", phone="13912345678"))
    with office.context().transaction() as work:
        contacts.add(work, load(work, 1), NewContact("李强", email="lq@example.com", concern="接口"))
    return office


def edit(office: Office, who: str | None = None, /, **wanted: Any) -> Edited:
    settings = {key: wanted.pop(key) for key in ("if_version", "allow_duplicate") if key in wanted}
    context = office.context()
    with context.transaction() as work:
        done = contact_edit.edit(work, load(work, 1), who, ContactEdit(**wanted), **settings)
    context.close()
    return done


def remove(office: Office, name: str, reason: str | None = None) -> str | None:
    context = office.context()
    with context.transaction() as work:
        heir = contact_edit.remove(work, load(work, 1), name, reason).primary
        found = None if heir is None else heir.name
    context.close()
    return found


def people(office: Office) -> list[dict[str, Any]]:
    return leads.rows(office, "SELECT * FROM contact WHERE customer_id = 1 ORDER BY id")


def trail(office: Office, action: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row = leads.rows(office, "SELECT * FROM v_audit WHERE action = :action ORDER BY id DESC LIMIT 1", action=action)[0]
    return leads.opened(office, row, "before"), leads.opened(office, row, "after")


def written(office: Office) -> list[Any]:
    return [*leads.written(office), people(office)]


def test_plain_fields(stock: Office) -> None:
    done = edit(stock, "李强", title="采购总监", role=ChainRole.DECISION_MAKER, concern="价格\n交期")
    assert [change.field for change in done.changes] == ["title", "role", "concern"]
    assert done.changes[1] == Change("role", "other", "decision_maker")
    row = people(stock)[1]
    assert (row["name"], row["title"], row["role"], row["version"]) == ("李强", "采购总监", "decision_maker", 2)
    assert (row["pinyin"], row["initials"]) == ("liqiang", "lq")


def test_the_one_of_that_name(stock: Office) -> None:
    assert edit(stock, "李", title="总监").contact.name == "李强"
    assert edit(stock, title="主任").contact.name == "张伟"
    with pytest.raises(NotFound):
        edit(stock, "王", title="x")
    edit(stock, "李强", name="张伟明")
    assert edit(stock, "张伟", title="经理").contact.id == 1
    with pytest.raises(Ambiguous):
        edit(stock, "张", title="x")


def test_contacts_sound_like_people(stock: Office) -> None:
    """The surname has its own reading, wherever a contact is written."""
    assert [(row["pinyin"], row["initials"]) for row in people(stock)] == [("zhangwei", "zw"), ("liqiang", "lq")]
    edit(stock, "李强", name="单雄")
    assert (people(stock)[1]["pinyin"], people(stock)[1]["initials"]) == ("shanxiong", "sx")


def test_a_new_phone_in_all_its_forms(stock: Office) -> None:
    done = edit(stock, phone="138-1111-5678", wechat="同手机")
    assert done.changes == [Change("phone", "138****5678", "138****5678"), Change("wechat", None, "13***8")]
    revealed = stock.json("contact", "reveal", "HZ2026001")
    assert (revealed["phone"], revealed["wechat"]) == ("+8613811115678", "13811115678")
    before, after = trail(stock, "contact.edit")
    assert (set(before), set(after)) == ({"phone"}, {"id", "phone", "wechat"})
    assert "1381" not in json.dumps([before, after])
    # the former number is free, the new one is taken
    with stock.context().transaction() as work:
        contacts.add(work, load(work, 2), NewContact("王五", phone="13812345678"))
    with pytest.raises(Duplicate):
        edit(stock, "李强", phone="13811115678")


def test_wechat_is_the_phone_that_is_kept(stock: Office) -> None:
    edit(stock, wechat="同手机")
    assert stock.json("contact", "reveal", "HZ2026001")["wechat"] == "13812345678"


def test_the_same_again_is_no_change(stock: Office) -> None:
    before = written(stock)
    assert edit(stock, name="张伟", phone="+86 138 1234 5678", role=ChainRole.OTHER, primary=True).changes == []
    assert edit(stock, clear=(ContactField.TITLE, ContactField.EMAIL)).changes == []
    assert written(stock) == before


@pytest.mark.parametrize("wanted", [{"phone": "13912345678"}, {"email": "LQ@example.com"}])
def test_a_value_of_somebody_else(stock: Office, wanted: dict[str, str]) -> None:
    before = written(stock)
    with pytest.raises(Duplicate) as caught:
        edit(stock, "张伟", **wanted)
    assert "13912345678" not in render(caught.value.message)
    assert written(stock) == before
    assert [change.field for change in edit(stock, "张伟", **wanted, allow_duplicate=True).changes] == list(wanted)


def test_one_of_phone_email_and_wechat_stays(stock: Office) -> None:
    before = written(stock)
    with pytest.raises(Refused) as caught:
        edit(stock, clear=(ContactField.PHONE,))
    assert caught.value.code == "last-value"
    assert written(stock) == before
    done = edit(stock, clear=(ContactField.PHONE,), email="zw@example.com")
    assert done.changes == [Change("phone", "138****5678", None), Change("email", None, "z***@example.com")]
    row = people(stock)[0]
    assert (row["phone_cipher"], row["phone_masked"], row["phone_index"]) == (None, None, None)
    assert edit(stock, "李强", clear=(ContactField.CONCERN,)).changes == [Change("concern", "接口", None)]


def test_another_one_is_primary(stock: Office) -> None:
    done = edit(stock, "李强", primary=True, title="总监")
    assert done.changes == [Change("title", None, "总监"), Change("primary", False, True)]
    assert [(row["is_primary"], row["version"]) for row in people(stock)] == [(0, 2), (1, 2)]
    assert trail(stock, "contact.edit") == ({"primary": False}, {"id": 3, "primary": True, "title": "总监"})


@pytest.mark.parametrize(
    ("wanted", "error", "text"),
    [
        ({}, UsageError, "there is nothing to change"),
        ({"name": " "}, InvalidValue, "the contact's name is missing"),
        ({"title": ""}, UsageError, "--title is empty"),
        ({"phone": " "}, UsageError, "--phone is empty"),
        ({"name": "名" * 300}, InvalidValue, "the contact's name has 300 characters, 200 are allowed"),
        ({"title": "a\x1bb"}, InvalidValue, "the contact's title has the control character U+001B at position 2"),
        ({"email": "nobody"}, InvalidValue, '"nobody" is not an e-mail address'),
        ({"phone": "138", "clear": (ContactField.PHONE,)}, UsageError, "--phone is given and cleared at once"),
        ({"title": "x", "if_version": 3}, Conflict, "张伟 was changed meanwhile: it is at version 1, not 3"),
    ],
)
def test_what_cannot_be(stock: Office, wanted: dict[str, Any], error: type[SalesflowError], text: str) -> None:
    before = written(stock)
    with pytest.raises(error) as caught:
        edit(stock, **wanted)
    assert render(caught.value.message) == text
    assert written(stock) == before


def test_of_two_who_looked_at_the_same_version_one_is_told(stock: Office) -> None:
    edit(stock, title="总监", if_version=1)
    with pytest.raises(Conflict):
        edit(stock, title="主任", if_version=1)
    assert people(stock)[0]["title"] == "总监"


def test_removing_a_contact(stock: Office) -> None:
    stock.ok(
        "followup", "log", "HZ2026001", "--content", "确认接口 2 个", "--method", "phone", "--contact", "张伟",
        "--next", "2026-03-09 回访接口",
    )  # fmt: skip
    assert remove(stock, "张伟", "已离职") == "李强"
    assert [(row["name"], row["primary"]) for row in stock.json("contact", "list", "HZ2026001")] == [("李强", True)]
    assert leads.rows(stock, "SELECT contact FROM v_followup") == [{"contact": "张伟"}]
    before, after = trail(stock, "contact.remove")
    assert (before["name"], after) == ("张伟", {"primary": 3, "reason": "已离职"})
    assert "138" not in before["phone"][:3]
    # what was removed is nobody's twin, and is not found any more
    with stock.context().transaction() as work:
        contacts.add(work, load(work, 2), NewContact("王五", phone="13812345678"))
    with pytest.raises(NotFound):
        remove(stock, "张伟")
    assert stock.json("db", "check")["ok"] is True


def test_removing_one_that_is_not_primary(stock: Office) -> None:
    assert remove(stock, "李强") is None
    assert [(row["is_primary"], row["removed_at"] is None) for row in people(stock)] == [(1, True), (0, False)]


def test_the_last_contact_stays(stock: Office) -> None:
    remove(stock, "李强")
    before = written(stock)
    with pytest.raises(Refused) as caught:
        remove(stock, "张伟")
    assert caught.value.code == "last-contact"
    with pytest.raises(InvalidValue):
        remove(stock, "张伟", "a\x00")
    assert written(stock) == before
