"""The agenda of one person: every section of it, most urgent first; in full for programs, cut to a screen for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import Role
from salesflow.i18n import Message, msg
from salesflow.queries import agenda_customers, agenda_deals, agenda_opportunities
from salesflow.queries.agenda import Item, Morning, Person, Section, ranked
from salesflow.queries.followups import days_late
from salesflow.queries.staff import unknown

Ask = Callable[[Morning], Section]

ITEM_COLUMNS: Final = (
    Column("ref", "Reference"),
    Column("customer_code", "Code"),
    Column("customer_name", "Customer", flexible=True),
    Column("due_on", "Due", Kind.DATE),
    Column("text", "What", Kind.MESSAGE, flexible=True),
    Column("at_risk", "At risk", Kind.MONEY),
)
SECTION_COLUMNS: Final = (
    Column("kind", "Kind"),
    Column("count", "Count", Kind.INTEGER),
    Column("items", "Items", Kind.ROWS, columns=ITEM_COLUMNS),
)
COLUMNS: Final[Columns] = (Column("sections", "Sections", Kind.ROWS, columns=SECTION_COLUMNS),)

# The same as one table: an item in each row.
LISTING: Final = (
    Column("section", "Section", Kind.MESSAGE),
    Column("days_overdue", "Late by", Kind.INTEGER, urgent=True),
    Column("due_on", "Due", Kind.DATE),
    Column("ref", "Reference"),
    Column("customer_code", "Code", table=False),
    Column("customer_name", "Customer", flexible=True),
    Column("text", "What", Kind.MESSAGE, flexible=True),
    Column("kind", "Kind", table=False),
    Column("at_risk", "At risk", Kind.MONEY, table=False),
)
# And as a screen: a block for each section, whose heading has the count; what is overdue has its days.
SCREEN: Final = tuple(column._replace(table=column.table and column.key != "due_on") for column in LISTING)

# Most urgent first: what has passed, what others wait for, what is due today, what is about to go wrong.
_OWN: Final = (
    agenda_customers.overdue,
    agenda_customers.first_contact,
    agenda_deals.approval,
    agenda_customers.due,
    agenda_deals.objection_decided,
    agenda_deals.returned,
    agenda_deals.to_sign,
    agenda_customers.support,
    agenda_deals.delivery_due,
    agenda_customers.plan_wanted,
    agenda_deals.quote_expiring,
    agenda_opportunities.opportunity,
    agenda_deals.objection,
    agenda_customers.stale_warning,
    agenda_customers.unplanned,
)
MOST: Final = 30  # so many items of a section are read where nobody asks for all or for a number
_TITLES: Final = {
    "overdue": msg("Overdue"),
    "first_contact": msg("First contact"),
    "approval": msg("Waiting for your decision"),
    "due": msg("Due today"),
    "objection_decided": msg("Decided objections"),
    "returned": msg("Returned to you"),
    "to_sign": msg("Contracts to be signed"),
    "support": msg("Support asked of you"),
    "delivery_due": msg("Deliveries due"),
    "plan_wanted": msg("Plan wanted"),
    "quote_expiring": msg("Quotes about to expire"),
    "opportunity": msg("Opportunities that stand still"),
    "objection": msg("Open objections"),
    "stale_warning": msg("About to fall"),
    "unplanned": msg("Nothing planned"),
    "approval_overdue": msg("Decisions overdue"),
    "escalated": msg("Follow-ups overdue for long"),
    "ungraded": msg("Not graded"),
    "stale": msg("Stale leads"),
    "stalled": msg("Stalled leads"),
    "coaching": msg("To be coached"),
}
_WEEKDAYS: Final = (
    msg("Monday"),
    msg("Tuesday"),
    msg("Wednesday"),
    msg("Thursday"),
    msg("Friday"),
    msg("Saturday"),
    msg("Sunday"),
)


def person(context: Context, login: str | None = None) -> Person:
    """Whose agenda is asked for: the actor's own unless a login is given. Raises NotFound."""
    if login is None:
        actor = context.actor
        return Person(actor.id, actor.login, actor.name, actor.roles)
    row = context.reader.one(
        "SELECT id, login, name, roles FROM v_staff WHERE login = :login AND active", {"login": login}
    )
    if row is None:
        raise unknown(context, login)
    roles = frozenset(Role(role) for role in (row["roles"] or "").split(",") if role)
    return Person(row["id"], row["login"], row["name"], roles)


def sections(context: Context, whose: Person) -> list[Section]:
    """The sections that have something, the most urgent first; for who answers for leads also those about all of them."""
    owners = {row["id"]: row["login"] for row in context.reader.rows("SELECT id, login FROM v_staff")}
    morning = Morning(context, whose, context.clock.today(), owners, _most(context))
    asked = (*_OWN, *_leaders()) if whose.leads else _OWN
    return ranked(morning, [section for section in (ask(morning) for ask in asked) if section.total])


def _leaders() -> tuple[Ask, ...]:
    """What only who answers for leads is told: others need not load it."""
    from salesflow.queries import agenda_team as team

    return (
        agenda_deals.approval_overdue, team.escalated, team.ungraded, team.stale, team.stalled, team.coaching
    )  # fmt: skip


def _most(context: Context) -> int | None:
    """How many items of a section are read: as many as asked for (0 for all); all for programs that name a format."""
    asked = context.asked
    if asked.limit is not None:
        return asked.limit or None
    return MOST if asked.format in (None, "table") else None


def title(whose: Person, today: date) -> Message:
    return msg("{date} {weekday} {name}", date=today, weekday=_WEEKDAYS[today.weekday()], name=whose.name)


def as_row(found: Sequence[Section]) -> dict[str, Any]:
    """The agenda as COLUMNS has it."""
    return {
        "sections": [
            {"kind": section.kind, "count": section.total, "items": [_item(item) for item in section.items]}
            for section in found
        ]
    }


def as_rows(found: Sequence[Section], today: date) -> list[dict[str, Any]]:
    """The agenda as LISTING has it: all items that were read."""
    return [row for section in found for row in _rows(section, _TITLES[section.kind], today, len(section.items))]


def on_screen(found: Sequence[Section], today: date, lines: int) -> tuple[list[dict[str, Any]], Message | None]:
    """The agenda as SCREEN has it, in so many lines, and a remark on the sections for which there was no room.

    Every section has a line for its heading; the others are dealt out in turns, beginning with the most urgent.
    """
    shown = found[: max(1, lines // 2)]
    room = shares([len(section.items) for section in shown], lines - len(shown))
    rows: list[dict[str, Any]] = []
    for section, share in zip(shown, room, strict=True):
        rows += _rows(section, _heading(section, share), today, share)
    rest = [
        msg("{section}: {count}", section=_TITLES[section.kind], count=section.total) for section in found[len(shown) :]
    ]
    return rows, msg("also {rest}; see: salesflow today --format plain", rest=rest) if rest else None


def shares(wanted: Sequence[int], room: int) -> list[int]:
    """How many lines each gets of the room: one in every turn, until it has what it wants or the room is full."""
    given = [0] * len(wanted)
    while room > 0 and given != list(wanted):
        for position, most in enumerate(wanted):
            if given[position] < most and room > 0:
                given[position] += 1
                room -= 1
    return given


def _heading(section: Section, shown: int) -> Message:
    parts = {"section": _TITLES[section.kind], "count": section.total}
    if shown == section.total:
        return msg("{section}: {count}", **parts)
    more = section.total - shown
    return msg("{section}: {count} (+ {more} more: salesflow {command})", more=more, command=section.command, **parts)


def _item(item: Item) -> dict[str, Any]:
    return {column.key: getattr(item, column.key) for column in ITEM_COLUMNS}


def _rows(section: Section, name: Message, today: date, most: int) -> list[dict[str, Any]]:
    return [
        {
            **_item(item),
            "section": name,
            "kind": section.kind,
            "days_overdue": days_late(item.due_on, today) or None,
        }
        for item in section.items[:most]
    ]
