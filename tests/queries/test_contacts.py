"""Contacts as they are listed: masked, the primary one first."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.queries import contacts
from salesflow.services.customers import NewContact
from tests import leads
from tests.conftest import Office


@pytest.fixture
def stock(office: Office) -> Office:
    two = (NewContact("张伟", "采购经理", "13812345678"), NewContact("李强", email="lq@example.com"))
    leads.add(
        office,
        leads.new("甲公司", contacts=two),
        leads.new("乙公司", region="BJ", contacts=(NewContact("王芳", wechat="wangfang"),)),
    )
    return office


def names(office: Office, customer_id: int | None = None, **asked: Any) -> list[str]:
    context = office.context()
    for name, value in asked.items():
        setattr(context.asked, name, value)
    found = contacts.listed(context, customer_id)
    context.close()
    return [row["name"] for row in found.rows]


def test_all_contacts_by_customer_the_primary_one_first(stock: Office) -> None:
    assert names(stock) == ["张伟", "李强", "王芳"]
    leads.execute(stock, "UPDATE contact SET is_primary = (name = '李强') WHERE customer_id = 1")
    assert names(stock) == ["李强", "张伟", "王芳"]
    assert names(stock, limit=1) == ["李强"]
    assert names(stock, sort="name") == ["张伟", "李强", "王芳"]


def test_contacts_of_one_customer(stock: Office) -> None:
    assert names(stock, 1) == ["张伟", "李强"]
    assert names(stock, 2) == ["王芳"]
    assert names(stock, 3) == []


def test_removed_ones_are_not_listed_and_those_of_archived_customers_only_by_name(stock: Office) -> None:
    leads.execute(stock, "UPDATE contact SET removed_at = created_at WHERE name = '李强'")
    leads.archive(stock, "BJ2026001")
    assert names(stock) == ["张伟"]
    assert names(stock, 2) == ["王芳"]


def test_a_contact_is_shown_masked(stock: Office) -> None:
    context = stock.context()
    assert contacts.show(context, 2) == {
        "customer_code": "HZ2026001", "customer_name": "甲公司", "name": "李强", "title": None, "phone_masked": None,
        "email_masked": "l***@example.com", "wechat_masked": None, "role": "other", "primary": 0, "concern": None,
        "version": 1,
    }  # fmt: skip
    context.close()
