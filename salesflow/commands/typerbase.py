"""The parts of Typer that it carries but does not export by name, imported here alone: one place to look at when it changes."""

from __future__ import annotations

from typer import core
from typer.core import TyperCommand, TyperGroup, TyperOption

_click = core._click  # type: ignore[attr-defined]  # noqa: SLF001 - Typer's own copy of click, carried under this name
ParamType = _click.types.ParamType
Parameter = _click.Parameter
TyperContext = _click.Context
HelpFormatter = _click.HelpFormatter
ClickException = _click.exceptions.ClickException
MissingParameter = _click.exceptions.MissingParameter
NoArgsIsHelp = _click.exceptions.NoArgsIsHelpError
NoSuchOption = _click.exceptions.NoSuchOption
BadOptionUsage = _click.exceptions.BadOptionUsage
BadParameter = _click.exceptions.BadParameter
CompletionItem = _click.shell_completion.CompletionItem

__all__ = [
    "BadOptionUsage",
    "BadParameter",
    "ClickException",
    "CompletionItem",
    "HelpFormatter",
    "MissingParameter",
    "NoArgsIsHelp",
    "NoSuchOption",
    "ParamType",
    "Parameter",
    "TyperCommand",
    "TyperContext",
    "TyperGroup",
    "TyperOption",
]
