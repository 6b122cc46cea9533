"""The root command: the table of nouns and the global options."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, cast

import typer
from typer.main import get_command, get_group

from salesflow import __version__, context, i18n
from salesflow.commands import help as help_page
from salesflow.commands.base import NounApp, check_command
from salesflow.commands.typerbase import HelpFormatter, TyperCommand, TyperContext, TyperGroup
from salesflow.errors import SalesflowError, UsageError
from salesflow.failures import guarded
from salesflow.i18n import msg

if TYPE_CHECKING:
    from salesflow.output.options import Color


PROGRAM = "salesflow"
COLORS = ("auto", "always", "never")


class Entry(NamedTuple):
    """A word after `salesflow`: its help for the root page, and the module in salesflow.commands that holds its `app`."""

    help: str
    module: str


# One line registers a noun; its module is imported when the noun is typed.
NOUNS: dict[str, Entry] = {
    "today": Entry("What to do today: the agenda, most urgent first.", "today"),
    "find": Entry("Find customers by anything that is known of them.", "find"),
    "customer": Entry("Customers: the customer file, status, import, stale leads.", "customer"),
    "contact": Entry("Contacts: the people at a customer.", "contact"),
    "followup": Entry("Follow-ups: log what happened, plan what comes next, see what is due.", "followup"),
    "objection": Entry("Objections: what customers object to, the reply in three steps, escalation.", "objection"),
    "need": Entry("Needs: the five questions, the list of needs and its confirmation.", "need"),
    "opportunity": Entry(
        "Opportunities: possible deals, from stage to stage until they are won or lost.", "opportunity"
    ),
    "script": Entry("Scripts: the library of replies to objections.", "script"),
    "tag": Entry("Tags: the library that customers are tagged from.", "tag"),
    "import": Entry("Imports: which there were, and taking one back.", "imports"),
    "product": Entry("Products and their prices.", "product"),
    "price": Entry("Prices: the price list, its history, what is to come.", "price"),
    "quote": Entry("Quotes: priced offers with discounts, routed for approval where needed.", "quote"),
    "contract": Entry(
        "Contracts: from the accepted quote through legal, finance and the manager to the signature.", "contract"
    ),
    "approval": Entry("Approvals: your inbox, decisions, the reasons behind a route.", "approval"),
    "order": Entry("Orders: from an accepted quote through approval.", "order"),
    "attachment": Entry("Attachments: files that belong to a customer, a quote, an order, a follow-up.", "attachment"),
    "report": Entry("Reports for the review meeting.", "report"),
    "remind": Entry("Each owner's list of the day, printed or mailed.", "remind"),
    "outbox": Entry("Mails: those that wait, sending them, writing them to files.", "outbox"),
    "explain": Entry("Why: every rule that applies to a record now, with its inputs.", "explain"),
    "rules": Entry("The rule book: every rule, its parameters and its source.", "rules"),
    "policy": Entry("The policy: the parameters of all rules, presets, changes.", "policy"),
    "staff": Entry("Staff and their roles.", "staff"),
    "config": Entry("The configuration file.", "config"),
    "db": Entry("The database file: state, check, backup.", "db"),
    "audit": Entry("The audit trail: every change, chained by hash.", "audit"),
    "init": Entry("Make the database and its first staff member.", "init"),
    "demo": Entry("Make a lively sample database and show ten commands to try.", "demo"),
}


class Root(TyperGroup):
    """The root group: nouns are placeholders until one is typed, so that a command imports its own noun alone."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {name: TyperCommand(name, help=entry.help) for name, entry in NOUNS.items()}

    def format_help(self, ctx: TyperContext, formatter: HelpFormatter) -> None:
        formatter.write(help_page.page(ctx))

    def resolve_command(self, ctx: TyperContext, args: list[str]) -> Any:
        check_command(self, ctx, args)
        if args[0] in NOUNS:
            self.commands[args[0]] = load(*args[:2])
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *_: Any, standalone_mode: bool = True, **__: Any) -> int:
        """Run a command line. In standalone mode errors become one line and an exit status; else they are the caller's."""
        arguments = list(sys.argv[1:] if args is None else args)
        choose_language(arguments)
        if not standalone_mode:
            return self._run(arguments)
        sys.exit(guarded(lambda: self._run(arguments), arguments))

    def _run(self, arguments: list[str]) -> int:
        """What Typer's own `main` does, without its own ideas of what to print and how to leave when something goes wrong."""
        if self._completes(arguments):
            return 0
        try:
            with self.make_context(PROGRAM, arguments) as ctx:
                return self.invoke(ctx)
        except typer.Exit as leaving:
            return leaving.exit_code

    def _completes(self, arguments: list[str]) -> bool:
        """Answer a shell that asks for completions, or hand out the script with which it does; True where that was all."""
        if f"_{PROGRAM.upper()}_COMPLETE" in os.environ:
            from salesflow.commands import shells

            shell = shells.asking()
            if shell is not None:
                sys.stdout.write(shells.answer(self, shell, arguments, os.environ))
                sys.stdout.flush()
                return True
            self._main_shell_completion({}, PROGRAM)
        elif arguments and arguments[0] in ("--show-completion", "--install-completion"):
            from salesflow.commands import shells

            sys.stdout.write(i18n.render(shells.script(arguments[0], arguments[1:])) + "\n")
            return True
        return False

    def invoke(self, ctx: TyperContext) -> int:
        """Run the command and print its result; gives the exit status."""
        with ctx:
            result = super().invoke(ctx)
            return show(ctx.obj, result)


def load(name: str, verb: str | None = None) -> TyperCommand | TyperGroup:
    """The command or group behind a word, made for the language of the moment; of the verb alone where it has that one."""
    return _made(name, verb, i18n.language())


@cache
def _made(name: str, verb: str | None, _language: str) -> TyperCommand | TyperGroup:
    app = import_module(f"salesflow.commands.{NOUNS[name].module}").app
    if isinstance(app, NounApp):
        app.load(verb)
    verbs = app.registered_commands
    app.registered_commands = [command for command in verbs if command.name == verb] or verbs
    try:
        made: Any = get_group(app) if app.registered_callback else get_command(app)
    finally:
        app.registered_commands = verbs
    made.name = name
    return made  # type: ignore[no-any-return]  # Typer gives its base class


def show(world: context.Context, result: Any) -> int:
    """Print a command's result on stdout and its notes on stderr; gives the exit status."""
    status = 0
    if result is not None:
        from salesflow.output.options import Format, OutputOptions
        from salesflow.output.render import render

        asked = world.asked
        form = None if asked.format is None else Format(asked.format)
        options = OutputOptions(form, asked.fields, asked.quiet, cast("Color", world.color), world.clock.zone)
        render(result, options, sys.stdout, sys.stderr)
        status = result.exit_status
    sys.stdout.flush()
    if world.notes:
        from salesflow.output.notes import print_notes

        print_notes(world.notes, sys.stderr)
    return status


def choose_language(arguments: Sequence[str]) -> None:
    """Set the language before anything is made that has texts: --lang, else the environment; the configuration comes with it."""
    asked = None
    for position, word in enumerate(arguments):
        if word == "--lang" and position + 1 < len(arguments):
            asked = arguments[position + 1]
        elif word.startswith("--lang="):
            asked = word.partition("=")[2]
    if asked is None and not os.environ.get("SALESFLOW_LANG"):
        asked = _configured_language()
    i18n.set_language(asked if asked in i18n.LANGUAGES else i18n.preferred_language(os.environ))


def _configured_language() -> str | None:
    from salesflow import config

    path = config.config_path(os.environ)
    if not os.path.exists(path):
        return None
    try:
        return config.load(path).text("lang")
    except SalesflowError:  # the command itself will say what is wrong with the file
        return None


def _choice(name: str, choices: Sequence[str]) -> Callable[[str | None], str | None]:
    def check(value: str | None) -> str | None:
        if value is not None and value not in choices:
            raise UsageError(
                msg("{value} is not a value for {name}", value=value, name=name),
                msg("use one of: {choices}", choices=list(choices)),
            )
        return value

    return check


def _offer(choices: Sequence[str]) -> Callable[[str], list[str]]:
    """What the shell offers for an option with these values."""
    return lambda incomplete: [choice for choice in choices if choice.startswith(incomplete)]


def _version(value: bool | None) -> None:
    if value:
        sys.stdout.write(f"salesflow {__version__}\n")
        raise typer.Exit


app = typer.Typer(
    cls=Root, rich_markup_mode=None, add_completion=True, no_args_is_help=True, pretty_exceptions_enable=False
)


@app.callback()
def root(
    ctx: typer.Context,
    db: Annotated[
        str | None,
        typer.Option("--db", envvar="SALESFLOW_DB", metavar="PATH|URL", help="The database file.", show_envvar=False),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option("--user", envvar="SALESFLOW_USER", metavar="LOGIN", help="Who acts.", show_envvar=False),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            envvar="SALESFLOW_LANG",
            metavar="zh|en",
            help="Language.",
            callback=_choice("--lang", i18n.LANGUAGES),
            autocompletion=_offer(i18n.LANGUAGES),
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            envvar="SALESFLOW_AS_OF",
            metavar="DATETIME",
            help="Read as of another moment.",
            show_envvar=False,
        ),
    ] = None,
    color: Annotated[
        str,
        typer.Option(
            "--color",
            metavar="auto|always|never",
            help="When to colour.",
            callback=_choice("--color", COLORS),
            autocompletion=_offer(COLORS),
        ),
    ] = "auto",
    verbose: Annotated[bool, typer.Option("--verbose", help="Show what lies behind an error.")] = False,
    version: Annotated[
        bool | None, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = None,
) -> None:
    """A B2B sales team's whole process from the terminal: leads, follow-ups, quotes, approvals, orders, reports."""
    del lang, version  # their callbacks and `choose_language` have done their work
    if ctx.resilient_parsing:
        return
    ctx.obj = context.make(os.environ, database=db, user=user, as_of=as_of, color=color, verbose=verbose)
    ctx.call_on_close(ctx.obj.close)
