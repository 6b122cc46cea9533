"""What the shell offers when somebody presses Tab on a value: `autocompletion=` functions for options and arguments.

Completion runs without the root command, so each function finds the database by itself; whatever goes wrong, it says
nothing and offers nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from salesflow.context import Context

MOST = 50
Offers = list[tuple[str, str]]  # what would be typed, and what it means


def customer(ctx: typer.Context, incomplete: str) -> Offers:
    """Customers whose code or name begins so: codes with names, names with codes."""
    from salesflow.queries import customers

    return _from_database(ctx, lambda context: customers.beginning_with(context, incomplete, MOST))


def staff(ctx: typer.Context, incomplete: str) -> Offers:
    """Logins of active staff."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.staff(context), incomplete))


def tag(ctx: typer.Context, incomplete: str) -> Offers:
    """Tags of the library that are not retired."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.tags(context), incomplete))


def any_tag(ctx: typer.Context, incomplete: str) -> Offers:
    """Tags of the library, retired ones too: where a tag is to be looked after or taken away."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.tags(context, retired=True), incomplete))


def product(ctx: typer.Context, incomplete: str) -> Offers:
    """SKUs of what is sold, with names."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.products(context), incomplete))


def any_product(ctx: typer.Context, incomplete: str) -> Offers:
    """SKUs of all products, retired ones too, with names."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.products(context, retired=True), incomplete))


def price(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of prices that can be taken back, the newest first, with their SKUs."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.prices(context), incomplete))


def any_price(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of all prices, the newest first, with their SKUs."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.prices(context, everything=True), incomplete))


def quote(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of quotes, the newest first, with their customers."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.quotes(context), incomplete))


def approval(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of open approvals, the newest first, with what they are about."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.approvals(context), incomplete))


def delegation(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of delegations that have not ended, with who is away and who decides."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.delegations(context), incomplete))


def objection(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of objections that are not settled, the newest first, with their customers."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.objections(context), incomplete))


def opportunity(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of open opportunities, the newest first, with their customers and titles."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.opportunities(context), incomplete))


def contract(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of contracts that have not ended, the newest first, with their customers and titles."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.contracts(context), incomplete))


def script(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of scripts in use, with their titles."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.scripts(context), incomplete))


def order(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of orders, the newest first, with their customers."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.orders(context), incomplete))


def attachment(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of attachments, the newest first, with their names and records."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.attachments(context), incomplete))


def import_run(ctx: typer.Context, incomplete: str) -> Offers:
    """Numbers of imports that were not taken back, the newest first, with their files."""
    from salesflow.queries import offers

    return _from_database(ctx, lambda context: _beginning(offers.imports(context), incomplete))


def record(ctx: typer.Context, incomplete: str) -> Offers:
    """Whatever can be explained: customers, or by how its number begins a quote, an order, an opportunity, an approval …"""
    series = {
        "Q": quote,
        "DD": order,
        "YY": objection,
        "SJ": opportunity,
        "HT": contract,
        "JG": any_price,
        "AP": approval,
    }
    offers = next((offer for start, offer in series.items() if incomplete.startswith(start)), customer)
    return offers(ctx, incomplete)


def rule(incomplete: str) -> Offers:
    """Ids of rules with what they say."""
    from salesflow.i18n import render
    from salesflow.rules.registry import RULES

    return _beginning(((one.id, render(one.title)) for one in RULES), incomplete)


def section(incomplete: str) -> Offers:
    """A section of the weekly review, or one of its figures."""
    from salesflow.reports.weekly_drill import targets

    return _beginning(((name, "") for name in targets()), incomplete)


def industry(ctx: typer.Context, incomplete: str) -> Offers:
    """Industries by their codes and by their names in the reader's language, and the configuration's own."""
    from salesflow.services.industries import INDUSTRIES, name_of

    def offered(context: Context) -> Offers:
        named = {code: name_of(code) for code in INDUSTRIES}
        own = dict.fromkeys(context.settings.items("industries.extra"), "")
        meanings = own | {name: code for code, name in named.items()} | named
        return _beginning(
            ((word, meaning if meaning != word else "") for word, meaning in meanings.items()), incomplete
        )

    return _from_database(ctx, offered)


def _beginning(offers: Iterable[tuple[str, str]], incomplete: str) -> Offers:
    return list(islice((offer for offer in offers if offer[0].startswith(incomplete)), MOST))


def _from_database(ctx: typer.Context, offered: Callable[[Context], Offers]) -> Offers:
    from salesflow import context

    try:
        given = ctx.find_root().params
        world = context.make(os.environ, database=given.get("db"), user=given.get("user"))
        try:
            return offered(world)
        finally:
            world.close()
    except Exception:  # noqa: BLE001 - a traceback in the middle of a command line helps nobody
        return []
