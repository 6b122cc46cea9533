"""What the audit trail has of persons: encrypted by the customer's key, opened with it, gone without it."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from salesflow.db import trail
from salesflow.db.trail import opened
from salesflow.enums import Kind
from salesflow.services import merging
from tests import deals, leads
from tests.conftest import Office


def note(office: Office, kind: str, ref: str, rule: str | None = None, **after: Any) -> dict[str, Any]:
    """Have an entry written; the entry as it is kept."""
    with office.context().transaction() as work:
        work.audit("test", kind, ref, before={**after, "x": 1}, after=after, rule=rule)
    return leads.rows(office, "SELECT * FROM v_audit ORDER BY id DESC LIMIT 1")[0]


@pytest.fixture
def lead(office: Office) -> Office:
    deals.furnish(office)
    return office


@pytest.mark.parametrize(
    ("kind", "ref", "fields", "secret"),
    [
        ("customer", "HZ2026001", {"need": "词语甲", "status": "hot"}, {"need"}),
        (
            "customer",
            "HZ2026001",
            {"remark": "词语甲", "address": "词语乙", "reason": "词语丙"},
            {"remark", "address", "reason"},
        ),
        ("customer", "HZ2026001", {"name": "公司名", "grade": "A"}, set()),
        ("contact", "HZ2026001", {"id": 3, "name": "词语甲", "phone": b"\1\2"}, {"name", "phone"}),
        ("order", "DD2026-0001", {"receiver": "词语甲", "total": 5}, {"receiver"}),
        ("quote", "Q2026-0001", {"note": "词语甲", "total": 5}, {"note"}),
        ("product", "YF-100", {"name": "产品"}, set()),
    ],
)
def test_what_is_personal_is_sealed(
    lead: Office, kind: str, ref: str, fields: dict[str, Any], secret: set[str]
) -> None:
    deals.created(lead)
    entry = note(lead, kind, ref, **fields)
    said = json.loads(entry["after"])
    expected = {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}
    assert set(said) - {"sealed"} == set(fields) - secret
    assert list(said.get("sealed", {})) == ([",".join(sorted(secret))] if secret else [])
    assert "词语" not in entry["after"] + entry["before"]
    assert leads.opened(lead, entry) == expected
    assert leads.opened(lead, entry, "before") == {**expected, "x": 1}


def test_a_rule_s_reason_is_made_of_facts(lead: Office) -> None:
    entry = note(lead, "customer", "HZ2026001", "stale-downgrade", reason="19 days", need="词语")
    assert json.loads(entry["after"])["reason"] == "19 days"
    assert leads.opened(lead, entry) == {"reason": "19 days", "need": "词语"}


def test_a_person_s_name(office: Office) -> None:
    leads.add(office, leads.new("欧阳晓月", kind=Kind.PERSON))
    entry = note(office, "customer", "HZ2026001", name="欧阳晓月")
    assert "欧阳" not in entry["after"]
    assert leads.opened(office, entry) == {"name": "欧阳晓月"}


@pytest.mark.parametrize("ref", ["HZ2026001", "HZ2099001"])
def test_without_a_key_only_the_names_are_left(lead: Office, ref: str) -> None:
    leads.execute(lead, "UPDATE customer SET trail_key = NULL")
    entry = note(lead, "customer", ref, need="词语", status="hot", remark=None)
    assert json.loads(entry["after"]) == {"sealed": {"need": ""}, "status": "hot"}


def test_each_has_its_own_key_and_another_opens_nothing(office: Office) -> None:
    leads.add(office, leads.new(), leads.new("宁波海天有限公司"))
    first, second = [row["trail_key"] for row in leads.rows(office, "SELECT trail_key FROM customer ORDER BY id")]
    assert first != second and len(first) == 16
    said = json.loads(note(office, "customer", "HZ2026001", need="词语")["after"])
    for key, customer_id in ((second, 1), (first, 2)):
        with pytest.raises(InvalidTag):
            opened(said, key, customer_id)
    assert opened(said, first, 1) == {"need": "词语"}


def test_what_moved_with_a_merge_is_opened_with_the_key_of_its_time(lead: Office) -> None:
    number = deals.created(lead)
    said = json.loads(note(lead, "order", number, receiver="词语", total=5)["after"])
    leads.add(lead, leads.new())
    with lead.context().transaction() as work:
        merging.merge(work, 1, 2)
    with sqlite3.connect(lead.database) as connection:
        assert trail.unsealed(connection, said, "HZ2026002") == {"receiver": "词语", "total": 5}
        connection.execute("UPDATE customer SET trail_key = NULL WHERE id = 1")
        assert trail.unsealed(connection, said, "HZ2026002") == {"total": 5}
    connection.close()


def test_the_key_is_in_no_view(office: Office) -> None:
    views = leads.rows(office, "SELECT sql FROM sqlite_master WHERE type = 'view'")
    assert views and not any("trail_key" in row["sql"] for row in views)


def test_very_many_at_once(office: Office) -> None:
    leads.add(office, *(leads.new(f"公司{number}号") for number in range(trail._AT_ONCE + 20)))
    entries = leads.rows(office, "SELECT after FROM v_audit WHERE action = 'customer.add' ORDER BY id")
    assert all(json.loads(entry["after"])["sealed"] for entry in entries)
    assert len(leads.opened(office, entries[-1], customer_id=len(entries))["contacts"]) == 1
    assert office.json("audit", "verify")["ok"]
