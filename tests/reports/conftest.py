"""The office of the weekly review, for its tests."""

from __future__ import annotations

from tests.reports.season import review, reviewed

__all__ = ["review", "reviewed"]
