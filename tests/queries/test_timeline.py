"""The timeline's queries: each finds its rows by the customer, whatever else there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from salesflow.queries import timeline
from tests import past
from tests.conftest import Office

SMALL = ("staff", "product", "script", "tag", "CONSTANT")


def test_no_large_table_is_read_through(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    past.furnish(office, tmp_path)
    context = office.context()
    asked: list[tuple[str, dict[str, object]]] = []
    stream = context.reader.stream

    def noted(sql: str, parameters: dict[str, object] | None = None) -> object:
        asked.append((sql, dict(parameters or {})))
        return stream(sql, parameters)

    monkeypatch.setattr(context.reader, "stream", noted)
    timeline.show(context, 1)
    assert len(asked) >= 17
    plans = [
        row[3]
        for sql, parameters in asked
        for row in context.reader.connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
    ]
    scanned = [plan for plan in plans if (found := re.match(r"SCAN (\w+)", plan)) and found[1] not in SMALL]
    context.close()
    assert scanned == []
