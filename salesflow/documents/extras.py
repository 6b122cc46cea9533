"""Libraries that come with an extra of the package: what is said where one is not installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from salesflow.errors import FileProblem
from salesflow.i18n import msg


def need(module: str, extra: str, ending: str) -> Any:
    """The module. FileProblem naming the extra where it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise FileProblem(
            msg("{ending} files need the extra {extra}, which is not installed", ending=ending, extra=extra),
            msg("install it with: {command}", command=f"pip install 'salesflow[{extra}]'"),
            code="missing-extra",
            details={"extra": extra, "module": error.name or module},
        ) from error
