"""The list of needs (客户需求清单): what the customer needs, in versions. A confirmed version stays as it is.

A need stands in the versions from `since` up to, and without, `until`. What changes after a confirmation begins the next
version: there the need that was changed ends, and the changed one stands in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, func, or_, select

from salesflow.enums import AttachmentKind, NeedKind
from salesflow.errors import Duplicate, InvalidValue, NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.customer import Customer
from salesflow.models.need import Need, NeedList
from salesflow.money import format_quantity
from salesflow.rules.wording import need_specific
from salesflow.services import contacts, schedule
from salesflow.services.records import load
from salesflow.text import clean, fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

KIND: Final = "need"
FACTS: Final = ("text", "kind", "priority", "quantity", "spec", "due_on")
_PRIORITIES: Final = range(1, 6)


@dataclass(frozen=True, slots=True)
class NewNeed:
    """A need as typed: priority 1 (highest) to 5, quantity in thousandths."""

    text: str
    kind: NeedKind
    priority: int
    quantity: int | None = None
    spec: str | None = None
    due_on: date | None = None


def add(work: Transaction, customer_id: int, new: NewNeed) -> Need:
    """Put a need on the customer's list; a confirmed list goes on with its next version.

    Raises InvalidValue for what cannot be kept, Duplicate for a need that is on the list, Refused for an archived
    customer, RuleRefused of need-specific where the policy says so; otherwise that rule gives a hint.
    """
    customer = load(work, customer_id)
    fields = checked(work, new)
    refuse_twin(work, customer_id, fields["text"])
    current = draft(work, customer_id)
    made = work.add(Need(customer_id=customer_id, **fields, since=current.version, at=work.now, by_id=work.actor.id))
    made = as_before(work, made, current)
    facts = {name: value for name, value in fields.items() if value is not None}
    work.audit("need.add", KIND, customer.code, after={"id": made.id, "list": current.version, **facts})
    settle(work, current)
    return made


def drop(work: Transaction, need_id: int, reason: str | None = None) -> Need:
    """Take a need off its customer's list; confirmed versions keep it. Raises NotFound, InvalidValue, Refused."""
    need, customer = on_the_list(work, need_id)
    why = clean(reason or "", limit=work.context.policy.limits.text, what=msg("the reason")) or None
    current = draft(work, need.customer_id)
    end(work, need, current.version)
    work.audit("need.drop", KIND, customer.code, before=_facts(need), after={"list": current.version, "reason": why})
    settle(work, current)
    return need


def confirm(work: Transaction, customer_id: int, on: date, by: str, evidence: str | None = None) -> NeedList:
    """The customer has confirmed the list as it stands: `by` one of its contacts. That is progress.

    `evidence`: the path of a file. Raises InvalidValue for a day in the future, before the last confirmation or before the
    first contact with the customer (a list on paper may be older than its record here); NotFound or Ambiguous for the contact,
    Refused where there is nothing (new) to confirm or the customer is archived, FileProblem.
    """
    customer = load(work, customer_id)
    current = newest(work, customer_id)
    _refuse_nothing(work, customer, current)
    assert current is not None
    _check_day(work, customer, current, on)
    current.confirmed_on, current.confirmed_by = on, contacts.named(work, customer, by).id
    current.recorded_by, current.recorded_at = work.actor.id, work.now
    current.evidence_id = None if evidence is None else _attached(work, customer, evidence)
    work.session.add(current)
    schedule.mark_progress(work, customer, on)
    facts = {"list": current.version, "confirmed_on": on, "contact_id": current.confirmed_by}
    work.audit("need.confirm", KIND, customer.code, after={**facts, "evidence": current.evidence_id})
    return current


def newest(work: Transaction, customer_id: int) -> NeedList | None:
    wanted = select(NeedList).where(NeedList.customer_id == customer_id).order_by(col(NeedList.version).desc())
    return work.session.exec(wanted).first()


def draft(work: Transaction, customer_id: int) -> NeedList:
    """The version of the list that is being written: the newest one, or the next where that is confirmed."""
    last = newest(work, customer_id)
    if last is not None and last.confirmed_on is None:
        return last
    version = 1 if last is None else last.version + 1
    return work.add(NeedList(customer_id=customer_id, version=version, started_at=work.now))


def settle(work: Transaction, current: NeedList) -> None:
    """Drop a version that says what the confirmed one before it says."""
    version = current.version
    began = (col(Need.since) == version) & or_(col(Need.until).is_(None), col(Need.until) > version)
    ended = (col(Need.until) == version) & (col(Need.since) < version)
    differs = select(func.count()).where(Need.customer_id == current.customer_id, or_(began, ended))
    work.session.flush()
    if version > 1 and not work.session.exec(differs).one():
        work.session.delete(current)


def as_before(work: Transaction, need: Need, current: NeedList) -> Need:
    """The need that says the same and ended with this version, which then stands again in place of the other; else that one."""
    same = (col(getattr(Need, name)) == getattr(need, name) for name in FACTS)
    ended = (col(Need.until) == current.version, col(Need.since) < current.version)
    found = work.session.exec(select(Need).where(Need.customer_id == need.customer_id, *ended, *same)).first()
    if found is None:
        return need
    end(work, need, current.version)
    found.until = None
    found.version += 1
    work.session.add(found)
    return found


def end(work: Transaction, need: Need, version: int) -> None:
    """Let a need stand in no version from that one on."""
    need.until = version
    need.version += 1
    work.session.add(need)


def on_the_list(work: Transaction, need_id: int) -> tuple[Need, Customer]:
    """A need that stands on its customer's list now. Raises NotFound, Refused where the customer is archived."""
    found = work.session.get(Need, need_id)
    if found is None or found.until is not None:
        raise NotFound(
            msg("there is no need N{id} on any list", id=need_id),
            msg("see what is on a customer's: salesflow need show CUSTOMER"),
            code="unknown-need",
        )
    return found, load(work, found.customer_id)


def standing(work: Transaction, customer_id: int) -> list[Need]:
    """The needs that stand on the customer's list now."""
    wanted = select(Need).where(Need.customer_id == customer_id, col(Need.until).is_(None))
    return list(work.session.exec(wanted.order_by(col(Need.id))).all())


def checked(work: Transaction, new: NewNeed, *, reworded: bool = True) -> dict[str, Any]:
    """The columns of a need. Raises InvalidValue; rule need-specific has its say on words that are new."""
    limits, today = work.context.policy.limits, work.context.clock.today()
    text = clean(new.text, limit=limits.text, what=msg("the need"))
    if not text:
        raise InvalidValue(msg("the need is empty"), msg("say what is needed"), code="missing-value")
    if new.priority not in _PRIORITIES:
        raise InvalidValue(
            msg("{value} is not a priority", value=new.priority), msg("give 1 (highest) to 5"), code="invalid-value"
        )
    if new.due_on is not None and new.due_on < today:
        raise InvalidValue(
            msg("{date} has passed", date=new.due_on), msg("give the day by which it is needed"), code="past"
        )
    spec = clean(new.spec or "", limit=limits.line, what=msg("the specification")) or None
    if reworded:
        _look_at_wording(work, text, spec, new)
    values = (text, new.kind.value, new.priority, new.quantity, spec, new.due_on)
    return dict(zip(FACTS, values, strict=True))


def refuse_twin(work: Transaction, customer_id: int, text: str, *, but: int | None = None) -> None:
    for other in standing(work, customer_id):
        if other.id != but and fold(other.text) == fold(text):
            raise Duplicate(
                msg("that need is on the list already: N{id}", id=other.id),
                msg("change it: salesflow need edit N{id}", id=other.id),
                details={"twin": other.id, "field": "text"},
            )


def _look_at_wording(work: Transaction, text: str, spec: str | None, new: NewNeed) -> None:
    """Figures of their own stand for figures in the words; a vague phrase stays one."""
    policy = work.context.policy
    decision = need_specific(policy, text=text)
    if decision.outcome in ("too-short", "no-figure"):
        quantity = None if new.quantity is None else format_quantity(new.quantity)
        due = None if new.due_on is None else new.due_on.isoformat()
        decision = need_specific(policy, text=" ".join(filter(None, (text, spec, quantity, due))))
    work.decide(decision)


def _facts(need: Need) -> dict[str, object]:
    return {"id": need.id} | {name: getattr(need, name) for name in FACTS if getattr(need, name) is not None}


def _refuse_nothing(work: Transaction, customer: Customer, current: NeedList | None) -> None:
    names = {"code": customer.code, "name": customer.name}
    if current is not None and current.confirmed_on is not None:
        raise Refused(
            msg(
                "the needs of {code} {name} were confirmed on {date} as version {version}, and nothing has changed since",
                **names,
                date=current.confirmed_on,
                version=current.version,
            ),
            msg("see: salesflow need show {code}", code=customer.code),
            code="confirmed",
        )
    if current is None or not standing(work, current.customer_id):
        raise Refused(
            msg("{code} {name} has no needs to confirm", **names),
            msg("write them down first: salesflow need add {code} TEXT --kind rigid --priority 1", code=customer.code),
            code="no-needs",
        )


def _check_day(work: Transaction, customer: Customer, current: NeedList, on: date) -> None:
    hint = msg("give the day on which the customer confirmed")
    if on > work.context.clock.today():
        raise InvalidValue(msg("{date} is in the future", date=on), hint, code="future")
    first = work.context.clock.local(customer.first_contact_at).date()
    if on < first:
        raise InvalidValue(
            msg("{date} is before the first contact with {code}, on {day}", date=on, code=customer.code, day=first),
            hint,
            code="before-contact",
        )
    before = work.session.get(NeedList, (current.customer_id, current.version - 1))
    if before is not None and before.confirmed_on is not None and on < before.confirmed_on:
        raise InvalidValue(
            msg(
                "{date} is before version {version} was confirmed, on {day}",
                date=on,
                version=before.version,
                day=before.confirmed_on,
            ),
            hint,
        )


def _attached(work: Transaction, customer: Customer, path: str) -> int | None:
    """The key of the customer's attachment with that content: a new one, or the one that it has already."""
    from salesflow.services import attachments
    from salesflow.subject import Subject

    assert customer.id is not None
    subject = Subject("customer", customer.id, customer.code, customer.id)
    try:
        (made,) = attachments.attach(work, subject, [attachments.NewFile(path, AttachmentKind.OTHER)])
    except Duplicate as there:
        return int(str(there.details["id"]))
    return made.id
