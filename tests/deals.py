"""Deals for tests: a customer, products, quotes and orders as far as a test needs them, made by the services themselves."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import text

from salesflow.enums import Role, Source
from salesflow.services import approvals, delegations, orders, quotes
from salesflow.services.contacts import NewContact
from salesflow.services.customer_fields import NewCustomer
from salesflow.services.customers import add as add_customer
from salesflow.services.order_terms import Terms
from salesflow.services.products import NewProduct
from salesflow.services.products import add as add_product
from salesflow.services.staff import NewStaff
from salesflow.services.staff import add as add_staff
from tests.conftest import Office

NAME = "杭州明远制造有限公司"
ADDRESS = "杭州市滨江区江南大道100号"
SKU, DEAR = "YF-100", "YF-900"
WITHIN, ABOVE, FAR_ABOVE = 1_000, 1_200, 2_500  # a rep gives 10 %, a manager 20 %, both in basis points
CUSTOMER_ID = 1
ORDER_ROUTE = ("zhang.wei", "liu.yang", "sun.li")
WATCHED = (  # all that a refused command must leave as it is
    *(
        f"SELECT count(*) FROM v_{name}"
        for name in ("audit", "quote", "approval", "approval_step", "delegation", "order", "order_line", "state_change")
    ),
    "SELECT number, state, version, current_step FROM v_approval ORDER BY id",
    "SELECT number, state, version, total FROM v_order ORDER BY id",
    "SELECT number, state FROM v_quote ORDER BY id",
)


def furnish(office: Office) -> None:
    """One customer of li.na's, and two products: 10,000.00 (floor 7,000.00, cost 6,000.00) and 600,000.00.

    In an office as it opens that is done once, and copied after that: most tests begin so.
    """
    opening = (office.now, office.user, value(office, "SELECT max(id) FROM v_audit"))
    kept = _FURNISHED.get(opening)
    if kept is None:
        _furnish(office)
        kept = office.database.parent.parent / f"furnished-{len(_FURNISHED)}.db"
        shutil.copy(office.database, kept)
        shutil.copy(f"{office.database}.key", f"{kept}.key")
        _FURNISHED[opening] = kept
        return
    for suffix in ("", ".key"):
        shutil.copy(f"{kept}{suffix}", f"{office.database}{suffix}")


_FURNISHED: dict[tuple[object, ...], Path] = {}


def _furnish(office: Office) -> None:
    with office.context().transaction() as work:
        contact = NewContact("王工", phone="13812345678")
        need = "二期扩容, 30个用户, 6月上线"
        add_customer(work, NewCustomer(NAME, "制造业", Source.REFERRAL, need, (contact,), address=ADDRESS))
        add_product(work, NewProduct(SKU, "云帆CRM标准版", 1_000_000, floor_price=700_000, cost=600_000))
        add_product(work, NewProduct(DEAR, "云帆CRM集团版", 60_000_000))


def quote(
    office: Office,
    *,
    discount: int = 0,
    sku: str = SKU,
    quantity: int = 1_000,
    user: str = "li.na",
    now: str | None = None,
    **terms: Any,
) -> str:
    """Make a quote of one line; discount in basis points, quantity in thousandths."""
    with office.context(user=user, now=now).transaction() as work:
        new = quotes.NewQuote(CUSTOMER_ID, (quotes.NewItem(sku, quantity),), discount=discount, **terms)
        return quotes.make(work, new).number


def accepted(office: Office, *, user: str = "li.na", now: str | None = None, **terms: Any) -> str:
    """Make a quote that needs nobody's approval and that the customer accepts at once."""
    number = quote(office, user=user, now=now, **terms)
    context = office.context(user=user, now=now)
    with context.transaction() as work:
        quotes.accept(work, number, context.clock.today())
    return number


def created(
    office: Office, *, user: str = "li.na", now: str | None = None, terms: Terms | None = None, **of: Any
) -> str:
    """Make a draft of an order from a new accepted quote."""
    number = accepted(office, user=user, now=now, **of)
    with office.context(user=user, now=now).transaction() as work:
        return orders.create(work, number, terms).number


def submit(
    office: Office, number: str, *, user: str = "li.na", now: str | None = None, terms: Terms | None = None
) -> None:
    with office.context(user=user, now=now).transaction() as work:
        orders.submit(work, number, terms)


def ordered(office: Office, *, user: str = "li.na", now: str | None = None, **of: Any) -> str:
    """Make an order that is with its approvers: the manager, finance, operations."""
    number = created(office, user=user, now=now, **of)
    submit(office, number, user=user, now=now)
    return number


def approve(office: Office, number: str, *logins: str, now: str | None = None) -> None:
    """Approve step after step."""
    for login in logins:
        with office.context(user=login, now=now).transaction() as work:
            approvals.approve(work, number)


def reject(office: Office, number: str, login: str, reason: str = "账期太长", *, now: str | None = None) -> None:
    with office.context(user=login, now=now).transaction() as work:
        approvals.reject(work, number, reason)


def withdraw(office: Office, number: str, login: str = "li.na", reason: str = "", *, now: str | None = None) -> None:
    with office.context(user=login, now=now).transaction() as work:
        approvals.withdraw(work, number, reason)


def delegate(office: Office, absent: str, to: str, first: str, last: str, *, now: str | None = None) -> int:
    """Let somebody decide in another one's place from a day to a day; the number of it."""
    with office.context(user=absent, now=now).transaction() as work:
        made = delegations.delegate(work, to, date.fromisoformat(first), date.fromisoformat(last))
        assert made.id is not None
        return made.id


def hire(office: Office, login: str, *roles: Role) -> None:
    with office.context(user="wang.fang").transaction() as work:
        add_staff(work, NewStaff(login, login, roles))


def dismiss(office: Office, login: str) -> None:
    """Deactivate a staff member."""
    execute(office, "UPDATE staff SET active = FALSE WHERE login = :login", login=login)


def execute(office: Office, sql: str, **parameters: object) -> None:
    """Change the database behind the program's back."""
    with office.context(user="wang.fang").transaction() as work:
        work.session.execute(text(sql), parameters)


def rows(office: Office, sql: str, **parameters: object) -> list[dict[str, Any]]:
    (found,) = office.look(sql, **parameters)
    return found


def value(office: Office, sql: str, **parameters: object) -> Any:
    """The first value that a query gives."""
    return next(iter(rows(office, sql, **parameters)[0].values()))


def written(office: Office) -> list[list[dict[str, Any]]]:
    """All that a refused command must leave as it is."""
    return office.look(*WATCHED)
