"""Giving customers that an import changed their former fields, contacts, tags, history and plan back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import or_, select, text, update

from salesflow.i18n import Message
from salesflow.services import assignment
from salesflow.services.importing.changes import former
from salesflow.services.reverting.tables import (
    EDITED,
    Run,
    corrected_followups,
    keys_of,
    pieces,
    reason,
    references,
    remove,
    table,
)
from salesflow.services.roster import Person

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_UNTOLD: Final = ("name_folded", "name_norm", "pinyin", "initials", "version")  # the trail has the name
_HISTORY: Final = ("status_change", "grade_change", "plan_item")


class _Changed(NamedTuple):
    """A customer that the import changed: what it has to say is `before`."""

    id: int
    code: str
    before: str


def restore_changed(work: Transaction, run: Run, left: dict[int, Message]) -> int:
    """Restore the untouched ones; gives how many. `left` gets the others with the reason."""
    change, customer = table("import_change"), table("customer")
    found = (
        select(customer.c.id, change.c.version != customer.c.version, customer.c.archived_at)
        .select_from(change.join(customer, customer.c.id == change.c.record_id))
        .where(change.c.import_id == run.number, change.c.record_kind == "customer")
        .where(or_(customer.c.import_id.is_(None), customer.c.import_id != run.number))
    )
    keys = []
    for key, edited, archived_at in work.session.execute(found.order_by(customer.c.id)):
        keys.append(key)
        if edited or archived_at is not None:
            left[key] = EDITED
    for name, touched in _touched(work, run):
        known = set(keys)
        for key in touched:
            if key in known:
                left.setdefault(key, reason(name))
    untouched = [key for key in keys if key not in left]
    for piece in pieces(untouched):
        _restore(work, run, piece)
        work.write_audit()
    return len(untouched)


def _touched(work: Transaction, run: Run) -> Iterator[tuple[str, Iterable[int]]]:
    """Customers with a follow-up, a plan or contacts changed after the import."""
    followup, plan = table("followup"), table("plan_item")
    change, contact = table("import_change"), table("contact")
    changed = select(change.c.record_id).where(change.c.import_id == run.number, change.c.record_kind == "customer")
    foreign = or_(followup.c.import_id.is_(None), followup.c.import_id != run.number)
    logged = select(followup.c.customer_id).distinct().where(followup.c.recorded_at > run.at, foreign)
    yield "followup", keys_of(work, logged.where(followup.c.customer_id.in_(changed)))
    planned = or_(plan.c.created_at > run.at, plan.c.closed_at > run.at)
    yield (
        "plan_item",
        keys_of(work, select(plan.c.customer_id).distinct().where(planned, plan.c.customer_id.in_(changed))),
    )
    own = change.c.import_id == run.number, change.c.record_kind == "contact"
    people = select(contact.c.customer_id).join(change, change.c.record_id == contact.c.id).where(*own)
    edited = or_(contact.c.version != change.c.version, contact.c.removed_at.is_not(None))
    yield "contact", keys_of(work, people.where(edited))
    added = people.where(change.c.before.like('%"added"%'))
    for other, column in references("contact"):
        yield other.name, keys_of(work, added.join(other, column == contact.c.id))
    yield from corrected_followups(work, run)


def _restore(work: Transaction, run: Run, keys: Sequence[int]) -> None:
    change, customer, contact = table("import_change"), table("customer"), table("contact")
    of_run = change.c.import_id == run.number
    found = (
        select(customer.c.id, customer.c.code, change.c.before)
        .select_from(change.join(customer, customer.c.id == change.c.record_id))
        .where(of_run, change.c.record_kind == "customer", customer.c.id.in_(keys))
    )
    changed = [_Changed(*row) for row in work.session.execute(found)]
    people = (
        select(contact.c.id, change.c.before)
        .select_from(change.join(contact, contact.c.id == change.c.record_id))
        .where(of_run, change.c.record_kind == "contact", contact.c.customer_id.in_(keys))
    )
    for key, before in work.session.execute(people).all():
        _restore_contact(work, key, before)
    _restore_history(work, run, [json.loads(one.before) for one in changed], keys)
    for one in changed:
        _restore_fields(work, run, one)


def _restore_contact(work: Transaction, key: int, before: str) -> None:
    if json.loads(before).get("added"):
        remove(work, "contact", "id", [key])
    else:
        _put_back(work, "contact", key, former(before))


def _restore_history(work: Transaction, run: Run, kept: list[dict[str, Any]], keys: Sequence[int]) -> None:
    """What came with the import goes, what it ended goes on; its follow-ups go."""
    plan, followup = table("plan_item"), table("followup")
    for piece in pieces([key for one in kept for key in one.get("closed", ())]):
        again = {"state": "pending", "closed_at": None, "followup_id": None, "reason": None}
        work.session.execute(update(plan).where(plan.c.id.in_(piece)).values(again))
    for name in _HISTORY:
        for piece in pieces([key for one in kept for key in one.get("made", {}).get(name, ())]):
            remove(work, name, "id", piece)
    if run.record == "followup":
        own = followup.c.customer_id.in_(keys), followup.c.import_id == run.number
        work.session.execute(followup.delete().where(*own))


def _restore_fields(work: Transaction, run: Run, one: _Changed) -> None:
    fields = former(one.before)
    for tag in json.loads(one.before).get("tags", ()):
        tagged = table("customer_tag")
        work.session.execute(tagged.delete().where(tagged.c.customer_id == one.id, tagged.c.tag_id == tag))
    _give_back(work, run, one, fields)
    _put_back(work, "customer", one.id, fields)
    told = {name: value for name, value in fields.items() if name not in _UNTOLD}
    work.audit("customer.revert", "customer", one.code, after={"import": run.number, **told})


def _give_back(work: Transaction, run: Run, one: _Changed, fields: dict[str, Any]) -> None:
    """To the former owner what the import gave to another: the history has both, and open quotes and orders come along."""
    if "owner_id" not in fields:
        return
    customer, staff = table("customer"), table("staff")
    (given_to,) = work.session.execute(select(customer.c.owner_id).where(customer.c.id == one.id)).one()
    wanted = select(staff.c.id, staff.c.login, staff.c.name).where(staff.c.id == fields["owner_id"])
    former_owner = Person(*work.session.execute(wanted).one())
    if former_owner.id != given_to:
        assignment.keep_change(work, one.id, given_to, former_owner, run.file)


def _put_back(work: Transaction, name: str, key: int, fields: dict[str, Any]) -> None:
    """The columns as the database had them, the version too: so that what came before can be taken back as well."""
    columns = ", ".join(f"{column} = :{column}" for column in fields)
    statement = f"UPDATE {name} SET {columns} WHERE id = :row_key"  # noqa: S608 - names of ours
    work.session.execute(text(statement), {**fields, "row_key": key})
