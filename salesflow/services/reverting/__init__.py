"""Taking an import back: what it made is removed, what it changed is as it was, except for records changed since."""

from __future__ import annotations

from salesflow.services.reverting.revert import Left, Reverted, revert

__all__ = ["Left", "Reverted", "revert"]
