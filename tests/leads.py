"""Customers for tests, as one types them and as the services take them, and what a refused command must leave as it is."""

from __future__ import annotations

import json
from typing import Any

from salesflow.db import trail
from salesflow.db.vault import Vault
from salesflow.enums import Grade, Source, Status
from salesflow.services import status as statuses
from salesflow.services.customers import Intake, NewContact, NewCustomer, load
from tests.conftest import Office

NAME = "杭州云帆科技有限公司"
NEED = "50 台扫码终端，2026 年 6 月底前上线"
TYPED = {
    "--name": NAME,
    "--industry": "互联网",
    "--source": "exhibition",
    "--need": NEED,
    "--contact": "张伟",
    "--phone": "13812345678",
}
_TABLES = (
    "customer", "contact", "customer_tag", "tag", "status_change", "grade_change", "plan_item", "audit_entry", "counter",
)  # fmt: skip


def words(**changes: str | None) -> list[str]:
    """The options of `customer add`, with changes: a name in snake_case; None leaves an option out."""
    typed: dict[str, str | None] = {**TYPED, **{f"--{key.replace('_', '-')}": value for key, value in changes.items()}}
    return [word for option, value in typed.items() if value is not None for word in (option, value)]


def new(name: str = NAME, *, phone: str | None = None, **changes: Any) -> NewCustomer:
    """A customer as the services take it; without a phone it has a WeChat name of its own."""
    contact = NewContact("张伟", phone=phone, wechat=None if phone else f"wx-{name}")
    typed = {"industry": "互联网", "source": Source.EXHIBITION, "need": NEED, "contacts": (contact,)}
    return NewCustomer(name, **{**typed, **changes})


def add(office: Office, *customers: NewCustomer, user: str | None = None, now: str | None = None) -> list[str]:
    """Add customers in one go; gives their codes."""
    with office.context(user=user, now=now).transaction() as work:
        intake = Intake(work)
        codes = [intake.add(customer) for customer in customers]
        intake.flush()
    return codes


def move(office: Office, customer_id: int, *steps: Status, now: str | None = None) -> None:
    """Change a customer's status step by step."""
    with office.context(now=now).transaction() as work:
        for step in steps:
            statuses.change_status(work, load(work, customer_id), statuses.NewStatus(step, "电话沟通"))


def regrade(office: Office, customer_id: int, grade: Grade, *, now: str | None = None) -> None:
    with office.context(now=now).transaction() as work:
        statuses.change_grade(work, load(work, customer_id), grade, "主管评定")


def archive(office: Office, code: str) -> None:
    execute(office, "UPDATE customer SET archived_at = '2026-03-01 00:00:00' WHERE code = :code", code=code)


def execute(office: Office, sql: str, **parameters: object) -> None:
    """Change the database behind the program's back."""
    from sqlmodel import text

    with office.context(user="wang.fang").transaction() as work:
        work.session.execute(text(sql), parameters)


def rows(office: Office, sql: str, **parameters: object) -> list[dict[str, Any]]:
    (found,) = office.look(sql, **parameters)
    return found


def opened(office: Office, entry: dict[str, Any], part: str = "after", customer_id: int = 1) -> dict[str, Any]:
    """What an audit entry says, its personal fields opened with the customer's key."""
    (row,) = rows(office, "SELECT trail_key FROM customer WHERE id = :id", id=customer_id)
    return trail.opened(json.loads(entry[part]), row["trail_key"], customer_id)


def vault(office: Office) -> Vault:
    context = office.context()
    try:
        return context.vault
    finally:
        context.close()


def written(office: Office) -> list[Any]:
    """What a refused command must leave as it is."""
    return office.look(
        *(f"SELECT count(*) FROM {table}" for table in _TABLES),
        "SELECT code, status, grade, version, next_follow_up_on FROM customer ORDER BY id",
    )
