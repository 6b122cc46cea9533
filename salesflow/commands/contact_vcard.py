"""salesflow contact vcard: contacts to and from a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from salesflow.columns import Column, Kind
from salesflow.commands.base import Write, current
from salesflow.commands.contact import CUSTOMER, app
from salesflow.enums import ImportOutcome
from salesflow.errors import InvalidValue, UsageError
from salesflow.i18n import msg, nmsg
from salesflow.output.results import Document, Failed, Listing, Written
from salesflow.queries import customers as customer_queries
from salesflow.queries import system
from salesflow.queries.customers import CustomerRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesflow.context import Context
    from salesflow.documents import vcards
    from salesflow.i18n import Message
    from salesflow.services.contact_cards import Outcome
    from salesflow.services.contacts import Revealed

COLUMNS: Final = (
    Column("card", "Card", Kind.INTEGER),
    Column("name", "Name"),
    Column("outcome", "Outcome", Kind.CODE, labels="importoutcome"),
    Column("reason", "Reason", Kind.MESSAGE, flexible=True),
    Column("left_out", "Left out", Kind.INTEGER),
)


@app.command("vcard", cls=Write)
def vcard(
    ctx: typer.Context,
    customer: Annotated[str, CUSTOMER],
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The contact's name or a part of it (the primary one).")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="All contacts of the customer.")] = False,
    to: Annotated[str | None, typer.Option("--to", metavar="FILE", help="Write to a .vcf file.")] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="Read a .vcf file: its people become contacts.")
    ] = None,
    allow_duplicate: Annotated[
        bool,
        typer.Option(
            "--allow-duplicate", help="With --from: even if another customer has the phone, e-mail or WeChat."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --from: only say what would happen.")] = False,
) -> Written | Document | Failed:
    """Write contacts as vCards for a phone, or read them from one. What is written is as in contact reveal, and noted so.

    Reading takes all cards of the file or none. A card that the customer has already is skipped; photos are left out.

    salesflow contact vcard 云帆 --all --to 云帆.vcf
    salesflow contact vcard 云帆 --from 名片.vcf --dry-run
    """
    context = current(ctx)
    who = customer_queries.resolve(context, customer)
    if source is not None:
        if name is not None or everybody or to is not None:
            raise UsageError(msg("--from reads; NAME, --all and --to are for writing"), msg("do one after the other"))
        return _read(context, who, source, allow_duplicate=allow_duplicate, dry_run=dry_run)
    if everybody and name is not None:
        raise UsageError(msg("--all and a name do not go together"), msg("leave one of them out"))
    if dry_run or allow_duplicate:
        raise UsageError(msg("--dry-run and --allow-duplicate are for --from"), msg("leave them out"))
    return _write(context, who, name, to, everybody=everybody)


def _write(
    context: Context, who: CustomerRef, name: str | None, to: str | None, *, everybody: bool
) -> Written | Document:
    from salesflow.documents import delivery, vcards
    from salesflow.services import contact_cards, contacts
    from salesflow.services.records import load

    identity = system.identity(context)
    with context.transaction() as work:
        customer = load(work, who.id, archived=True)
        found = contact_cards.revealed(work, customer) if everybody else [contacts.reveal(work, customer, name)]
        firm = customer.name if customer.kind == "company" else None
    text = vcards.write(_card(person, firm, identity) for person in found)
    if to is None:
        return Document(text.replace("\r\n", "\n"), line_end="\r\n")
    delivery.save(to, text)
    written = nmsg("wrote {count} contact to {path}", "wrote {count} contacts to {path}", count=len(found), path=to)
    return Written(written, to)


def _card(person: Revealed, firm: str | None, identity: str) -> vcards.Card:
    from salesflow.documents import vcards

    contact = person.contact
    return vcards.Card(f"salesflow-contact-{contact.id}@{identity}", contact.name, firm, contact.title, **person.values)


def _read(context: Context, who: CustomerRef, source: str, *, allow_duplicate: bool, dry_run: bool) -> Written | Failed:
    from salesflow.services import contact_cards, vcards
    from salesflow.services.records import load

    cards = vcards.read(source)
    with context.transaction() as work:
        customer = load(work, who.id)
        outcomes = contact_cards.take_in(work, customer, cards, allow_duplicate=allow_duplicate, dry_run=dry_run)
    listing = Listing(COLUMNS, [outcome._asdict() for outcome in outcomes], "card")
    lines = tuple(line for outcome in outcomes for line in _lines(outcome))
    refused = sum(outcome.outcome is ImportOutcome.ERROR for outcome in outcomes)
    if refused:
        text = nmsg(
            "{count} card of {read} in {file} is bad; nobody was added",
            "{count} cards of {read} in {file} are bad; nobody was added",
            count=refused,
            read=len(cards),
            file=source,
        )
        error = InvalidValue(text, msg("correct them, or take them out of the file"), code="bad-cards")
        return Failed(error, listing, lines)
    return Written(_summary(who, outcomes, dry_run=dry_run), who.code, listing, lines)


def _summary(who: CustomerRef, outcomes: Sequence[Outcome], *, dry_run: bool) -> Message:
    skipped = sum(outcome.outcome is ImportOutcome.SKIPPED for outcome in outcomes)
    about = {"code": who.code, "name": who.name, "skipped": skipped, "added": len(outcomes) - skipped}
    if dry_run:
        return msg("{code} {name}: {added} contacts would be added, {skipped} skipped", **about)
    return msg("{code} {name}: {added} contacts added, {skipped} skipped", **about)


def _lines(outcome: Outcome) -> list[Message]:
    about = {"card": outcome.card, "name": outcome.name or "?"}
    lines = [] if outcome.reason is None else [msg("card {card} ({name}): {reason}", reason=outcome.reason, **about)]
    if outcome.left_out:
        lines.append(
            nmsg(
                "card {card} ({name}): {count} further number or address was left out",
                "card {card} ({name}): {count} further numbers or addresses were left out",
                count=outcome.left_out,
                **about,
            )
        )
    return lines
