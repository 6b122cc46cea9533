"""Applying a policy: who may, what is written, from when on it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from salesflow.errors import InvalidValue, NotPermitted, Refused
from salesflow.rules.policy import Policy
from salesflow.rules.policy_toml import parse_policy
from salesflow.services import policy as policies
from tests import deals
from tests.conftest import Office

DOCUMENT = 'extends = "tracker"\n\n[discount-authority]\nrep = 8\n'
STRICT = parse_policy(DOCUMENT)


def apply(
    office: Office, policy: Policy = STRICT, *, user: str = "zhang.wei", reason: str = "旺季收紧折扣"
) -> int | None:
    """Apply a policy; the number of the new version."""
    with office.context(user=user).transaction() as work:
        made = policies.apply(work, "our.toml", DOCUMENT, policy, reason)
        return None if made is None else made.id


def versions(office: Office) -> list[dict[str, Any]]:
    return deals.rows(office, "SELECT id, name, document, resolved, reason, by, applied_at FROM v_policy ORDER BY id")


def last_entry(office: Office) -> dict[str, Any]:
    return deals.rows(office, "SELECT * FROM v_audit ORDER BY id DESC LIMIT 1")[0]


@pytest.mark.parametrize("user", ["zhang.wei", "wang.fang"])
def test_a_version_is_written_as_it_was_given(office: Office, user: str) -> None:
    assert apply(office, user=user) == 2
    first, second = versions(office)
    assert (first["name"], first["reason"]) == ("balanced", "init")
    assert Policy.from_json(second.pop("resolved")) == STRICT
    assert second == {
        "id": 2,
        "name": "our.toml",
        "document": DOCUMENT,
        "reason": "旺季收紧折扣",
        "by": user,
        "applied_at": "2026-03-02 01:00:00",
    }


def test_the_trail_has_what_moved(office: Office) -> None:
    apply(office)
    entry = last_entry(office)
    assert (entry["action"], entry["subject_kind"], entry["subject_ref"]) == ("policy.apply", "policy", "2")
    assert json.loads(entry["before"]) == {
        "cadence.interested_days": "0",
        "cadence.prospect_days": "0",
        "discount-authority.rep": "10",
    }
    assert json.loads(entry["after"]) == {
        "name": "our.toml",
        "reason": "旺季收紧折扣",
        "cadence.interested_days": "4",
        "cadence.prospect_days": "7",
        "discount-authority.rep": "8",
    }


def test_it_holds_for_the_next_transaction(office: Office) -> None:
    deals.furnish(office)
    deals.quote(office, discount=900)
    apply(office)
    deals.quote(office, discount=900)
    found = deals.rows(office, "SELECT number, state, policy_id FROM v_quote ORDER BY id")
    assert found == [
        {"number": "Q2026-0001", "state": "approved", "policy_id": 1},
        {"number": "Q2026-0002", "state": "pending_approval", "policy_id": 2},
    ]


def test_what_is_in_force_is_not_applied_again(office: Office) -> None:
    assert apply(office, Policy()) is None
    apply(office)
    assert apply(office) is None
    assert len(versions(office)) == 2
    assert apply(office, Policy()) == 3
    assert apply(office) == 4


@pytest.mark.parametrize("user", ["li.na", "zhao.lei", "liu.yang", "sun.li"])
def test_only_a_manager_or_director_may(office: Office, user: str) -> None:
    with pytest.raises(NotPermitted, match="it needs the role manager, director"):
        apply(office, user=user)
    assert len(versions(office)) == 1


@pytest.mark.parametrize(
    ("reason", "error", "says"),
    [
        ("", Refused, "a change of policy needs a reason"),
        (" \t ", Refused, "a change of policy needs a reason"),
        ("旺季\n收紧", InvalidValue, "the reason has the control character U.000A"),
        ("长" * 501, InvalidValue, "the reason has 501 characters, 500 are allowed"),
    ],
)
def test_it_needs_a_reason_that_can_be_kept(office: Office, reason: str, error: type[Exception], says: str) -> None:
    before = deals.value(office, "SELECT count(*) FROM v_audit")
    with pytest.raises(error, match=says):
        apply(office, reason=reason)
    assert len(versions(office)) == 1
    assert deals.value(office, "SELECT count(*) FROM v_audit") == before


def test_the_reason_is_asked_for_even_where_nothing_would_change(office: Office) -> None:
    with pytest.raises(Refused):
        apply(office, Policy(), reason="")
