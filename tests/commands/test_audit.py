"""salesflow audit: the trail as people read it. (What breaks the chain: tests/db/test_audit.py.)"""

from __future__ import annotations

import json

from tests import deals
from tests.conftest import Office

KEYS = ["id", "at", "staff", "os_user", "action", "subject_kind", "subject_ref", "rule", "before", "after"]


def test_the_list(office: Office) -> None:
    office.ok("staff", "add", "wu.min", "--name", "吴敏", "--region", "HZ", user="zhang.wei", now="2026-03-04 10:00")
    newest, *others = office.json("audit", "list", now="2026-03-05 09:00")
    assert list(newest) == KEYS
    assert {**newest, "os_user": "x"} == {
        "id": 15,
        "at": "2026-03-04T10:00:00+08:00",
        "staff": "zhang.wei",
        "os_user": "x",
        "action": "staff.add",
        "subject_kind": "staff",
        "subject_ref": "wu.min",
        "rule": None,
        "before": None,
        "after": '{"name":"吴敏","region":"HZ","roles":["rep"]}',
    }
    assert [row["id"] for row in others] == list(range(14, 0, -1))


def test_filters(office: Office) -> None:
    office.ok("staff", "add", "wu.min", "--name", "吴敏", user="zhang.wei", now="2026-03-04 10:00")

    def found(*words: str, now: str = "2026-03-05 09:00") -> list[int]:
        return [row["id"] for row in office.json("audit", "list", *words, now=now)]

    assert found("wu.min") == [15]
    assert found("--by", "zhang.wei") == [15]
    assert found("--since", "2026-03-04") == [15]
    assert found("--since", "yesterday") == [15]
    assert found("--since", "2026-03-05") == []
    assert found("--action", "staff.add", "--by", "zhang.wei") == [15]
    assert found("--action", "staff", "--since", "2026-03-03") == [15]
    assert found("--action", "staf") == []
    assert found("--action", "%") == []
    assert found("--action", "init") == [1]
    assert found(now="2026-03-04 09:59") == list(range(14, 0, -1)), "as of a moment before"
    assert found("--limit", "1") == [15]


def test_nothing_is_no_line_in_a_pipe(office: Office) -> None:
    done = office.ok("audit", "list", "nobody")
    assert (done.out, done.err) == ("", "")
    assert office.json("audit", "list", "nobody") == []


def test_contact_values_and_budgets_are_not_readable_in_the_trail(office: Office) -> None:
    deals.furnish(office)
    trail = json.dumps(office.json("audit", "list"), ensure_ascii=False)
    assert "13812345678" not in trail
    assert deals.NAME in trail


def test_verify(office: Office) -> None:
    assert office.json("audit", "verify") == {"ok": True, "entries": 14, "first_bad": None, "reason": None}
    assert office.ok("audit", "verify", "--format", "ids").out == "14\n"
