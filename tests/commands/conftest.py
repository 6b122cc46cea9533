"""The office of the weekly review, for the tests of its command."""

from __future__ import annotations

from tests.reports.season import review, reviewed

__all__ = ["review", "reviewed"]
