"""The parts of Typer that it carries but does not export by name: imported here alone, so that an upgrade has one place to look at."""

from __future__ import annotations

from typer.core import TyperCommand, TyperGroup, TyperOption, _click, types

ParamType = types.ParamType
Parameter = _click.Parameter
TyperContext = _click.Context
HelpFormatter = _click.HelpFormatter
ClickException = _click.exceptions.ClickException
MissingParameter = _click.exceptions.MissingParameter
NoArgsIsHelp = _click.exceptions.NoArgsIsHelpError
NoSuchOption = _click.exceptions.NoSuchOption
BadParameter = _click.exceptions.BadParameter

__all__ = [
    "BadParameter",
    "ClickException",
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
