"""The seller as papers show it: the letterhead from the configuration, and whom a customer may turn to."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from salesflow.context import Context
from salesflow.documents.paper import Entry, Letterhead, entries, said
from salesflow.i18n import msg


class Seller(NamedTuple):
    """The seller in a paper's language; `agent` is who made the paper, with the address that mails to them go to."""

    name: str
    address: str | None = None
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    tax_no: str | None = None
    bank: str | None = None
    account: str | None = None
    agent: str | None = None
    agent_email: str | None = None


def seller(context: Context, owner: str, language: str) -> Seller:
    """The seller from `company.…` in the configuration, in English where there is an English variant.

    A company without a name there goes by the one that `init --company` stored.
    """
    read = _reader(context, language)
    name = read("name") or context.setting("company") or ""
    found = {key: read(key) for key in ("address", "phone", "email", "website", "tax_no", "bank", "account")}
    agent = context.reader.one("SELECT name, email FROM v_staff WHERE login = :login", {"login": owner}) or {}
    return Seller(name, **found, agent=agent.get("name"), agent_email=agent.get("email"))


def _reader(context: Context, language: str) -> Callable[[str], str | None]:
    def read(key: str) -> str | None:
        english = context.settings.text(f"company.{key}_en") if language == "en" else None
        return english or context.settings.text(f"company.{key}")

    return read


def letterhead(one: Seller, language: str) -> Letterhead:
    """The head of the page: how to reach the seller on two lines at most."""
    between = "：" if language == "zh" else ": "
    ways = entries((msg("Tel."), one.phone), (msg("E-mail"), one.email), (msg("Web"), one.website), language=language)
    lines = (said(one.address or ""), "    ".join(f"{way.label}{between}{way.text}" for way in ways))
    return Letterhead(said(one.name), tuple(line for line in lines if line))


def payee(one: Seller, language: str) -> tuple[Entry, ...]:
    """Where to pay and what an invoice needs; nothing where no account is configured."""
    if not (one.bank or one.account):
        return ()
    return entries(
        (msg("Account name"), one.name),
        (msg("Bank"), one.bank),
        (msg("Account number"), one.account),
        (msg("Taxpayer number"), one.tax_no),
        language=language,
    )
