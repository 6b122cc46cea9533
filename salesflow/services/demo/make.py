"""Making the demonstration's database: its world, then its history, small or large."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from salesflow.context import Context
from salesflow.db import store
from salesflow.db.reader import connect
from salesflow.db.transaction import Transaction
from salesflow.db.vault import key_file
from salesflow.errors import FileProblem, SalesflowError
from salesflow.i18n import msg
from salesflow.services import prices, products, setup, staff
from salesflow.services.demo import cast
from salesflow.services.demo.stage import acting

SMALL: Final = 60
LARGE: Final = 100_000
_FOUNDED: Final = timedelta(days=400)  # ago: before the first customer of either history
_RAISED: Final = timedelta(days=150)  # later: before the first quote


def small(context: Context, seed: int, customers: int | None = None) -> None:
    """Half a year of history, by the services, up to the day before today. Raises FileProblem as `prepare`."""
    from salesflow.services.demo.season import Season

    prepare(context, seed)
    Season(acting(context, cast.FOUNDER[0]), seed, customers or SMALL).play()


def large(context: Context, seed: int, customers: int | None = None) -> None:
    """A history of ten contacts with each customer, in bulk, up to the day before today. Raises FileProblem as `prepare`."""
    from salesflow.services.demo.large import fill

    prepare(context, seed)
    fill(acting(context, cast.FOUNDER[0]), seed, customers or LARGE)


def prepare(context: Context, seed: int) -> None:
    """A database with staff and products at the context's path.

    An earlier demonstration there is replaced; FileProblem for any other file.
    """
    _clear(context.database)
    login, name = cast.FOUNDER
    opening = datetime.combine(context.clock.today() - _FOUNDED, time(9), context.clock.zone)
    founding = acting(context, login, opening)
    facts = (("demo", "1"), ("demo_seed", str(seed)))
    setup.create(founding, setup.NewDatabase(cast.COMPANY, cast.REGION, login, name, use_keyring=False, settings=facts))
    with founding.transaction() as work:
        for member, called, roles, region in cast.STAFF:
            leader = login if member == cast.MANAGER else cast.MANAGER
            staff.add(work, staff.NewStaff(member, called, roles, region, manager=leader))
        for product in cast.products():
            _offer(work, product)


def _offer(work: Transaction, product: products.NewProduct) -> None:
    """Add a product; one of them for less, until its price of today comes."""
    sku, former = cast.FIRST_PRICE
    if product.sku != sku:
        products.add(work, product)
        return
    products.add(work, replace(product, list_price=former))
    raised = work.context.clock.today() + _RAISED
    prices.set_price(work, sku, prices.NewPrice(raised, product.list_price, reason="激光器采购成本上涨"))


def _clear(path: str) -> None:
    """Remove a demonstration: the database last, so that one half removed is still known for what it is."""
    if not os.path.exists(path):
        return
    if not _is_demonstration(path):
        raise FileProblem(
            msg("{path} exists and is no demonstration", path=path),
            msg("name another folder with --dir"),
            code="exists",
        )
    shutil.rmtree(store.folder(path), ignore_errors=True)
    for file in (key_file(path), f"{path}-wal", f"{path}-shm", path):
        if os.path.exists(file):
            os.unlink(file)


def _is_demonstration(path: str) -> bool:
    try:
        with closing(connect(path)) as connection:
            return connection.execute("SELECT 1 FROM setting WHERE name = 'demo'").fetchone() is not None
    except (sqlite3.Error, SalesflowError):
        return False
