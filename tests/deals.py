"""Deals for tests: customers, products, quotes and orders as far as a test needs them, made by the services themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from salesflow.db.transaction import Transaction
from salesflow.enums import ApprovalState, Role, Source
from salesflow.services import approvals, orders, quotes
from salesflow.services.customers import NewContact, NewCustomer, add
from salesflow.services.products import NewProduct
from salesflow.services.products import add as add_product
from salesflow.services.staff import NewStaff
from salesflow.services.staff import add as add_staff
from tests.conftest import Office

NAME = "杭州明远制造有限公司"
ADDRESS = "杭州市滨江区江南大道100号"
SKU, CHEAP, DEAR = "YF-100", "YF-001", "YF-900"
PRICE = 1_000_000  # 10,000.00 yuan
WITHIN, ABOVE, FAR_ABOVE = 1_000, 1_200, 2_500  # a rep gives 10 %, a manager 20 %


def furnish(office: Office) -> int:
    """One customer of li.na's and three products; gives the customer's key."""
    with office.context().transaction() as work:
        contact = NewContact("王工", phone="13812345678")
        add(work, NewCustomer(NAME, "制造业", Source.REFERRAL, "二期扩容,30个用户,6月上线", (contact,), address=ADDRESS))
        for sku, name, price, cost in (
            (SKU, "云帆CRM标准版", PRICE, 600_000),
            (CHEAP, "培训", 100_000, None),
            (DEAR, "云帆CRM集团版", 60_000_000, 30_000_000),
        ):
            add_product(work, NewProduct(sku, name, price, floor_price=price * 7 // 10, cost=cost))
    return 1


def quote(office: Office, *, discount: int = 0, sku: str = SKU, quantity: int = 1_000, user: str = "li.na", **terms: Any) -> str:
    """A quote's number; discount in basis points, quantity in thousandths."""
    with office.context(user=user).transaction() as work:
        new = quotes.NewQuote(1, (quotes.NewItem(sku, quantity),), discount=discount, **terms)
        return quotes.make(work, new).number


def accepted(office: Office, *, user: str = "li.na", **terms: Any) -> str:
    """The number of a quote that needs no approval and that the customer accepted."""
    number = quote(office, user=user, **terms)
    context = office.context(user=user)
    with context.transaction() as work:
        quotes.accept(work, number, context.clock.today())
    return number


def ordered(office: Office, *, user: str = "li.na", **terms: Any) -> str:
    """The number of an order that is with its approvers."""
    number = accepted(office, user=user, **terms)
    with office.context(user=user).transaction() as work:
        return orders.submit(work, orders.create(work, number).number).number


def approve(office: Office, number: str, *logins: str, now: str | None = None) -> None:
    for login in logins:
        with office.context(user=login, now=now).transaction() as work:
            approvals.approve(work, number)


def hire(office: Office, login: str, *roles: Role) -> None:
    with office.context(user="wang.fang").transaction() as work:
        add_staff(work, NewStaff(login, login, roles))


def dismiss(office: Office, login: str) -> None:
    """Deactivate a staff member."""
    execute(office, "UPDATE staff SET active = 0 WHERE login = :login", login=login)


def execute(office: Office, sql: str, **parameters: object) -> None:
    """Change the database behind the program's back."""
    from sqlmodel import text

    def run(work: Transaction) -> None:
        work.session.execute(text(sql), parameters)

    with office.context(user="wang.fang").transaction() as work:
        run(work)


def value(office: Office, sql: str, **parameters: object) -> Any:
    """The first value of a query."""
    context = office.context(user="wang.fang")
    try:
        return context.reader.value(sql, parameters)
    finally:
        context.close()


def rows(office: Office, sql: str, **parameters: object) -> list[dict[str, Any]]:
    context = office.context(user="wang.fang")
    try:
        return context.reader.rows(sql, parameters)
    finally:
        context.close()


def written(office: Office) -> tuple[Any, ...]:
    """What a refused command must leave as it is: every count and every state that matters here."""
    counts = ("audit", "quote", "approval", "approval_step", "order", "order_line", "state_change")
    states = "SELECT group_concat(number || state || version || current_step) FROM (SELECT * FROM v_approval ORDER BY id)"
    orders_ = "SELECT group_concat(number || state || version) FROM (SELECT * FROM v_order ORDER BY id)"
    return (*(value(office, f"SELECT count(*) FROM v_{name}") for name in counts), value(office, states), value(office, orders_))


__all__ = ["ApprovalState", "date", "timedelta"]
