"""What every noun is made of: its Typer app, commands with the options that all share, and the way to the Context.

A command parses, makes one service or query call, and returns a result (salesflow.output.results); the root prints it.
The shared options are added here by the command's class, never copied into a signature:

- `List` for listings: --format --json --fields --limit --sort --reverse
- `Show` for one record or report: --format --json --fields
- `Write` for what changes something: --format --json --quiet
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, ClassVar

import typer

from salesflow.commands import help as help_page
from salesflow.commands.params import COUNT
from salesflow.commands.typerbase import (
    BadOptionUsage,
    HelpFormatter,
    MissingParameter,
    Parameter,
    TyperCommand,
    TyperContext,
    TyperGroup,
    TyperOption,
)
from salesflow.context import Context
from salesflow.errors import InvalidValue, UsageError
from salesflow.i18n import msg
from salesflow.text import nearest

FORMATS = ("table", "plain", "json", "jsonl", "csv", "tsv", "markdown", "html", "ids")


SCREENFUL = 50
SOMETHING = 10  # the exit status of --fail-if-any
FAIL = typer.Option("--fail-if-any", help="End with status 10 if there is something.")


def current(ctx: typer.Context) -> Context:
    """The Context that the root command made."""
    context = ctx.obj
    assert isinstance(context, Context)
    return context


def screenful(context: Context) -> int | None:
    """How many rows of a long list somebody at a terminal gets who names no limit (`keep`); a pipe and a file get all."""
    at_terminal = context.asked.format in (None, "table", "plain") and sys.stdout.isatty()
    return SCREENFUL if at_terminal else None


def _formats(_ctx: TyperContext, _words: list[str], incomplete: str) -> list[str]:
    return [name for name in FORMATS if name.startswith(incomplete)]


def _asked(name: str) -> Any:
    """A callback that hands an output option to the Context's `asked`."""

    def keep(ctx: TyperContext, _param: Parameter, value: Any) -> Any:
        if isinstance(ctx.obj, Context) and value not in (None, False):
            setattr(ctx.obj.asked, name, value)
        return value

    return keep


def _format(ctx: TyperContext, param: Parameter, value: str | None) -> str | None:
    if value is not None and value not in FORMATS:
        close = nearest(value, FORMATS)
        hint = msg("the formats are: {formats}", formats=list(FORMATS))
        if close is not None:
            hint = msg("did you mean {name}? The formats are: {formats}", name=close, formats=list(FORMATS))
        raise InvalidValue(msg("there is no format {value}", value=value), hint)
    _asked("format")(ctx, param, value)
    return value


def _json(ctx: TyperContext, param: Parameter, value: bool) -> bool:
    _asked("format")(ctx, param, "json" if value else None)
    return value


def _fields(ctx: TyperContext, param: Parameter, value: str | None) -> str | None:
    if value is not None:
        _asked("fields")(ctx, param, tuple(part.strip() for part in value.split(",") if part.strip()))
    return value


def _limit(ctx: TyperContext, _param: Parameter, value: int | None) -> int | None:
    if isinstance(ctx.obj, Context) and value is not None:
        ctx.obj.asked.limit = value
    return value


def _option(*names: str, help: str, callback: Any, **settings: Any) -> TyperOption:  # noqa: A002 - Typer's own word
    return TyperOption(param_decls=[*names], help=help, callback=callback, expose_value=False, **settings)


def shared_options(*names: str) -> list[TyperOption]:
    """The options that commands share, fresh for each command, in the order of `names`."""
    made = {
        "format": lambda: _option(
            "--format",
            metavar="|".join(FORMATS),
            help="How to print (default: table at a terminal, plain in a pipe).",
            callback=_format,
            autocompletion=_formats,
        ),
        "json": lambda: _option("--json", is_flag=True, default=False, help="Short for --format json.", callback=_json),
        "fields": lambda: _option("--fields", metavar="A,B,C", help="Which fields, in which order.", callback=_fields),
        "quiet": lambda: _option(
            "--quiet", is_flag=True, default=False, help="Print the reference alone.", callback=_asked("quiet")
        ),
        "limit": lambda: _option(
            "--limit", type=COUNT, metavar="N", help="At most so many rows; 0 for all.", callback=_limit
        ),
        "sort": lambda: _option("--sort", metavar="FIELD", help="The field to sort by.", callback=_asked("sort")),
        "reverse": lambda: _option(
            "--reverse", is_flag=True, default=False, help="The other way round.", callback=_asked("reverse")
        ),
    }
    return [made[name]() for name in names]


class Command(TyperCommand):
    """A command: help in the reader's language, the shared options of its class, questions where values are missing."""

    shares: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params += shared_options(*self.shares)

    def format_help(self, ctx: TyperContext, formatter: HelpFormatter) -> None:
        formatter.write(help_page.page(ctx))

    def parse_args(self, ctx: TyperContext, args: list[str]) -> list[str]:
        """As usual, but a required value that is missing is asked for where somebody sits at a terminal."""
        ctx.allow_extra_args = True
        given = list(args)
        while True:
            try:
                rest = super().parse_args(ctx, list(given))
            except BadOptionUsage as error:
                error.ctx = ctx  # Typer forgets it; with it the hint can name the command
                raise
            except MissingParameter as missing:
                if missing.param is None or not somebody_there():
                    raise
                from salesflow.commands.questions import with_answer

                given = with_answer(ctx, missing.param, given)
            else:
                if rest and not ctx.resilient_parsing:
                    raise UsageError(
                        msg("too many words: {words}", words=rest),
                        msg("quote a value that has blanks; see: {command} --help", command=ctx.command_path),
                    )
                return rest


class List(Command):
    shares = ("format", "json", "fields", "limit", "sort", "reverse")


class Show(Command):
    shares = ("format", "json", "fields")


class Write(Command):
    shares = ("format", "json", "quiet")


class Noun(TyperGroup):
    """A noun with its verbs."""

    def format_help(self, ctx: TyperContext, formatter: HelpFormatter) -> None:
        formatter.write(help_page.page(ctx))

    def resolve_command(self, ctx: TyperContext, args: list[str]) -> Any:
        check_command(self, ctx, args)
        return super().resolve_command(ctx, args)


def check_command(group: TyperGroup, ctx: TyperContext, args: list[str]) -> None:
    """A verb (or noun) that is not there: one line that names the nearest one."""
    if ctx.resilient_parsing or group.get_command(ctx, args[0]) is not None:
        return
    close = nearest(args[0], list(group.commands))
    hint = msg("see: {command} --help", command=ctx.command_path)
    if close is not None:
        hint = msg("did you mean {name}? See: {command} --help", name=close, command=ctx.command_path)
    raise UsageError(
        msg("there is no command {command} {name}", command=ctx.command_path, name=args[0]),
        hint,
        code="unknown-command",
    )


class NounApp(typer.Typer):
    """The app of a noun. `parts`: modules of salesflow.commands with the verbs that each registers when it is imported."""

    parts: Mapping[str, str] = MappingProxyType({})

    def load(self, verb: str | None) -> None:
        """Import the part that has the verb; all of them for any other word, as help and completion want it."""
        found = [module for module, verbs in self.parts.items() if verb in verbs.split()]
        own = any(command.name == verb for command in self.registered_commands)
        for module in found or ([] if own else self.parts):
            import_module(f"salesflow.commands.{module}")
        order = " ".join(self.parts.values()).split()
        self.registered_commands.sort(key=lambda command: order.index(command.name) if command.name in order else -1)


def noun(help: str, **parts: str) -> NounApp:  # noqa: A002 - Typer's own word
    """The app of a noun: `app = noun("Customers: …")`, then `@app.command("add", cls=Write)` for each verb.

    Verbs in other modules are named here, so that only the one that is typed is imported: `customer_stale="stale stall"`.
    """
    app = NounApp(cls=Noun, help=help, rich_markup_mode=None, add_completion=False, no_args_is_help=True)
    app.parts = parts
    app.callback(help=help)(_nothing)
    return app


def single() -> typer.Typer:
    """The app of a word that is itself the command, such as `today`: one `@app.command(cls=…)`."""
    return typer.Typer(rich_markup_mode=None, add_completion=False)


def _nothing() -> None:
    """A noun alone does nothing; the callback keeps Typer from taking a noun with one verb for a command."""


def somebody_there() -> bool:
    """Whether questions can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
