"""Contracts for tests: drafted from an accepted quote, approved, signed and amended by the services themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

from salesflow.enums import InstalmentEvent
from salesflow.rules.contracts import CORE
from salesflow.rules.instalments import Part
from salesflow.services import contract_drafts, contracts
from salesflow.services.contract_content import Given
from salesflow.services.contract_drafts import Source
from tests.conftest import Office

TERMS = {term: f"关于{term.value}的约定" for term in CORE}
ROUTE = ("wang.fang", "liu.yang", "zhang.wei")  # legal is still the founder's
THREE = (
    Part(3_000, InstalmentEvent.SIGNING),
    Part(6_000, InstalmentEvent.DELIVERY, 7),
    Part(1_000, InstalmentEvent.ACCEPTANCE, 90),
)
QUOTE, NUMBER, APPROVAL = "Q2026-0001", "HT2026-0001", "AP2026-0001"
NEXT_DAY = "2026-03-03 10:00"


def drafted(office: Office, *, user: str = "li.na", quote: str | None = QUOTE, **given: Any) -> str:
    with office.context(user=user).transaction() as work:
        said = Given(**{"terms": TERMS, "instalments": THREE, **given})
        return contract_drafts.draft(work, Source(quote, given=said)).number


def submitted(office: Office, *, user: str = "li.na", now: str | None = None) -> None:
    with office.context(user=user, now=now).transaction() as work:
        contracts.submit(work, NUMBER)


def sign(office: Office, on: date = date(2026, 3, 3), *, now: str = NEXT_DAY, user: str = "li.na", **more: Any) -> None:
    with office.context(user=user, now=now).transaction() as work:
        contracts.sign(work, NUMBER, on, **more)


def amend(office: Office, **given: Any) -> None:
    with office.context(now=NEXT_DAY).transaction() as work:
        contract_drafts.amend(work, NUMBER, "客户追加", Given(**given))
