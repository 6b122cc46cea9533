"""Every kind of value, as JSON, for people, and on one line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.columns import Column, Kind
from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.output.jsontext import dumps, jsonable
from salesflow.output.values import to_json, to_plain, to_text
from tests.output.samples import CHINA, ESCAPES, LINES

CASES: list[tuple[Kind, Any, Any, str]] = [
    (Kind.TEXT, "上海", "上海", "上海"),
    (Kind.TEXT, "", "", ""),
    (Kind.CODE, "hot", "hot", "hot"),
    (Kind.INTEGER, 0, 0, "0"),
    (Kind.INTEGER, -12345, -12345, "-12345"),
    (Kind.MONEY, 123450, "1234.50", "1,234.50"),
    (Kind.MONEY, -5, "-0.05", "-0.05"),
    (Kind.MONEY, 10**15, "10000000000000.00", "10,000,000,000,000.00"),
    (Kind.PERCENT, 1200, "12.00", "12 %"),
    (Kind.PERCENT, 1250, "12.50", "12.5 %"),
    (Kind.QUANTITY, 1500, "1.5", "1.5"),
    (Kind.QUANTITY, 2000, "2", "2"),
    (Kind.PRICE, 123456, "12.3456", "12.3456"),
    (Kind.PRICE, 12_345_000, "1234.50", "1,234.50"),
    (Kind.PRICE, 1200, "0.12", "0.12"),
    (Kind.PRICE, 1, "0.0001", "0.0001"),
    (Kind.PRICE, -15_050, "-1.505", "-1.505"),
    (Kind.DATE, "2026-03-12", "2026-03-12", "2026-03-12"),
    (Kind.INSTANT, "2026-03-12 01:00:00", "2026-03-12T09:00:00+08:00", "2026-03-12 09:00"),
    (Kind.INSTANT, "2026-12-31 16:30:59", "2027-01-01T00:30:59+08:00", "2027-01-01 00:30"),
    (Kind.FLAG, 1, True, "yes"),
    (Kind.FLAG, 0, False, ""),
    (Kind.LIST, '["重点","机床"]', ["重点", "机床"], "重点, 机床"),
    (Kind.LIST, ["a", "b"], ["a", "b"], "a, b"),
    (Kind.LIST, "[]", [], ""),
    (
        Kind.OBJECT,
        {"rule": "log-deadline", "days": 3},
        {"rule": "log-deadline", "days": 3},
        "rule: log-deadline\ndays: 3",
    ),
    (Kind.OBJECT, '{"late": true}', {"late": True}, "late: true"),
    (Kind.MESSAGE, msg("by {name}", name="李雷"), "by 李雷", "by 李雷"),
]


@pytest.mark.parametrize(("kind", "stored", "as_json", "text"), CASES)
def test_kind(kind: Kind, stored: Any, as_json: Any, text: str) -> None:
    column = Column("key", "Header", kind)
    assert to_json(column, stored, CHINA, "en") == as_json
    assert to_text(column, stored, CHINA, "en") == text
    assert to_plain(column, stored, CHINA, "en") == text.replace("\n", "; ")


@pytest.mark.parametrize("kind", Kind)
def test_nothing(kind: Kind) -> None:
    column = Column("key", "Header", kind, columns=LINES)
    assert to_json(column, None, CHINA) is None
    assert to_text(column, None, CHINA) == ""
    assert to_plain(column, None, CHINA) == ""


def test_flag_is_a_json_boolean() -> None:
    assert to_json(Column("key", "Header", Kind.FLAG), 1, CHINA) is True


@pytest.mark.usefixtures("chinese")
def test_chinese_labels_stay_codes_in_json() -> None:
    status = Column("status", "Status", Kind.CODE, labels="status")
    both = Column("statuses", "Statuses", Kind.LIST, labels="status")
    assert to_text(status, "hot", CHINA, "zh") == "高意向"
    assert to_json(status, "hot", CHINA, "zh") == "hot"
    assert to_text(both, '["hot","won"]', CHINA, "zh") == "高意向、成交"
    assert to_json(both, '["hot","won"]', CHINA, "zh") == ["hot", "won"]
    assert to_text(Column("late", "Late", Kind.FLAG), 1, CHINA, "zh") == "是"


def test_nested() -> None:
    rows = Column("lines", "Lines", Kind.ROWS, columns=LINES)
    stored = [{"line": 1, "sku": "螺丝", "unit_price": 5000, "unknown": "left out"}]
    assert to_json(rows, stored, CHINA) == [{"line": 1, "sku": "螺丝", "unit_price": "0.50"}]
    assert to_text(rows, stored, CHINA) == '[{"line": 1, "sku": "螺丝", "unit_price": "0.50"}]'
    single = Column("line", "Line", Kind.RECORD, columns=LINES)
    assert to_json(single, stored[0], CHINA) == {"line": 1, "sku": "螺丝", "unit_price": "0.50"}


def test_one_line_signs() -> None:
    column = Column("note", "Note")
    assert to_text(column, "a\nb\tc", CHINA) == "a\nb\tc"
    assert to_plain(column, "a\r\nb\n\nc\td", CHINA) == "a↵b↵↵c d"


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.CODE])
def test_escapes_are_shown(kind: Kind) -> None:
    expected = r"\x1b[31m红\x1b]0;title\x07\x9b2J\u202eevil\x7f"
    assert to_plain(Column("key", "Header", kind), ESCAPES, CHINA) == expected
    assert to_plain(Column("key", "Header", Kind.LIST), [ESCAPES, "b"], CHINA) == expected + ", b"


def test_a_stored_instant_must_be_one() -> None:
    with pytest.raises(InvalidValue):
        to_json(Column("at", "At", Kind.INSTANT), "yesterday", CHINA)


@given(st.text())
def test_plain_is_one_harmless_line(text: str) -> None:
    shown = to_plain(Column("note", "Note"), text, CHINA)
    assert all(ord(c) >= 32 and not 127 <= ord(c) < 160 for c in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


@given(st.text(alphabet=st.characters()))
def test_json_is_harmless_and_exact(text: str) -> None:
    written = dumps({text: [text]})
    assert json.loads(written) == {text: [text]}
    assert written.encode("utf-8")  # a lone surrogate is escaped as well
    assert all(ord(c) >= 32 and not 127 <= ord(c) < 160 for c in written)
    assert not set(written) & set(
        "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"
    )


def test_json_keeps_chinese_and_escapes_controls() -> None:
    assert dumps(ESCAPES + "\ud800") == '"\\u001b[31m红\\u001b]0;title\\u0007\\u009b2J\\u202eevil\\u007f\\ud800"'


def test_facts_of_every_type() -> None:
    from datetime import UTC, date, datetime
    from decimal import Decimal

    facts = {
        "on": date(2026, 3, 12),
        "at": datetime(2026, 3, 12, 1, tzinfo=UTC),
        "who": msg("by {name}", name="李雷"),
        "steps": (1, None, True),
        "share": Decimal("0.10"),
        "kind": Kind.TEXT,
    }
    assert jsonable(facts, "en") == {
        "on": "2026-03-12",
        "at": "2026-03-12T01:00:00+00:00",
        "who": "by 李雷",
        "steps": [1, None, True],
        "share": "0.10",
        "kind": "text",
    }
