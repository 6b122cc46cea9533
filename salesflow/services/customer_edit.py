"""Changing a customer's file by hand: what is given replaces what is kept, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlmodel import col, select

from salesflow.enums import CustomerField, Kind, Source
from salesflow.errors import InvalidValue, UsageError
from salesflow.i18n import msg
from salesflow.models.tag import CustomerTag, Tag
from salesflow.money import Fen
from salesflow.rules.consent import budget_consent
from salesflow.rules.decision import Decision
from salesflow.rules.wording import need_specific
from salesflow.services import schedule, tags
from salesflow.services.customer_changes import first_contact, sealed_budget
from salesflow.services.customer_fields import TEXTS, checked_text, name_columns, past_moment
from salesflow.services.customers import same_name, there_already
from salesflow.services.industries import parse_industry
from salesflow.services.records import load, refuse_changed
from salesflow.services.regions import checked_region

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer

_HIDDEN: Final = "***"
_SHOWN: Final = (
    "name", "kind", "industry", "size", "region", "address", "source", "source_detail", "first_contact_at", "need", "budget",
    "budget_consent", "remark",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CustomerEdit:
    """What is to be changed, as typed; None is left as it is. `budget` in fen, `first_contact_at` aware, `tags` are added,
    `clear` names what is to be empty.
    """

    name: str | None = None
    kind: Kind | None = None
    industry: str | None = None
    size: str | None = None
    region: str | None = None
    address: str | None = None
    source: Source | None = None
    source_detail: str | None = None
    first_contact_at: datetime | None = None
    need: str | None = None
    budget: Fen | None = None
    budget_consent: str | None = None
    tags: tuple[str, ...] = ()
    remark: str | None = None
    clear: tuple[CustomerField, ...] = ()


class Change(NamedTuple):
    """A field that changed: what it was and what it is. A budget is masked, of tags `new` is what was added."""

    field: str
    old: Any = None
    new: Any = None


class Edited(NamedTuple):
    """What an edit changed, the rule's word on the next follow-up where that moved, and the tags that are new in the library."""

    changes: Sequence[Change]
    next: Decision[date] | None = None
    new_tags: Sequence[str] = ()


def edit(
    work: Transaction,
    customer_id: int,
    wanted: CustomerEdit,
    *,
    if_version: int | None = None,
    allow_duplicate: bool = False,
) -> Edited:
    """Change a customer's file; what is the same already is no change.

    Raises UsageError where nothing is given, InvalidValue for a value that cannot be kept, RuleRefused (budget-consent, or
    need-specific where the policy says so), Duplicate naming the twin, Conflict where somebody changed it since `if_version`,
    Refused for an archived customer.
    """
    _check_asked(wanted)
    customer = load(work, customer_id)
    refuse_changed(customer, if_version, name=customer.name, look=f"salesflow customer show {customer.code}")
    columns = _columns(work, customer, wanted)
    if not allow_duplicate:
        _refuse_twin(work, customer, columns)
    before, after = work.changed(customer, columns)
    work.session.add(customer)
    changes = _changes(before, after)
    _audit(work, customer, before, after)
    due = schedule.replan(work, customer) if "first_contact_at" in after else None
    added, new_tags = _add_tags(work, customer_id, wanted.tags)
    return Edited([*changes, *([Change("tags", None, added)] if added else [])], due, new_tags)


def _check_asked(wanted: CustomerEdit) -> None:
    given = {field.name for field in fields(wanted) if getattr(wanted, field.name) not in (None, ())}
    if not given:
        raise UsageError(
            msg("there is nothing to change"),
            msg("give what is to be changed, such as --address TEXT, or --clear FIELD"),
        )
    if CustomerField.BUDGET in wanted.clear and "budget_consent" in given:
        raise UsageError(
            msg("a budget's consent goes with the budget"), msg("leave out --budget-consent, or --clear budget")
        )
    for field in wanted.clear:
        if field.value in given:
            option = field.value.replace("_", "-")
            raise UsageError(
                msg("--{option} is given and cleared at once", option=option), msg("leave out one of the two")
            )


def _columns(work: Transaction, customer: Customer, wanted: CustomerEdit) -> dict[str, Any]:
    """The columns that are wanted, changed or not."""
    columns = _texts(work, customer, wanted)
    columns |= {name: getattr(wanted, name).value for name in ("kind", "source") if getattr(wanted, name) is not None}
    if wanted.region is not None:
        columns["region"] = checked_region(wanted.region)
    name, kind = columns.get("name", customer.name), columns.get("kind", customer.kind)
    if (name, kind) != (customer.name, customer.kind):
        columns |= name_columns(name, kind)
    if wanted.first_contact_at is not None:
        assert customer.id is not None
        moment = past_moment(work, wanted.first_contact_at)
        if moment != customer.first_contact_at:
            columns |= first_contact(work, customer.id, moment)
    columns |= dict.fromkeys((field.value for field in wanted.clear if field is not CustomerField.BUDGET), None)
    return columns | _budget(work, customer, wanted)


def _texts(work: Transaction, customer: Customer, wanted: CustomerEdit) -> dict[str, Any]:
    limits = work.context.policy.limits
    columns: dict[str, Any] = {}
    for name, text in TEXTS.items():
        typed = getattr(wanted, name)
        if typed is None or name == "budget_consent":
            continue
        columns[name] = checked_text(limits, name, typed)
        if not columns[name]:
            option = name.replace("_", "-")
            raise InvalidValue(
                msg("{what} is empty", what=text.what),
                msg("to leave it empty: --clear {option}", option=option),
                code="missing-value",
            )
    if "industry" in columns:
        extra = work.context.settings.items("industries.extra")
        columns["industry"] = parse_industry(columns["industry"], extra)
    if columns.get("need", customer.need) != customer.need:
        work.decide(need_specific(work.context.policy, text=columns["need"]))
    return columns


def _budget(work: Transaction, customer: Customer, wanted: CustomerEdit) -> dict[str, Any]:
    """The budget goes with the customer's consent, which it may have given before."""
    if CustomerField.BUDGET in wanted.clear:
        return {"budget_cipher": None, "budget_consent": None}
    typed = checked_text(work.context.policy.limits, "budget_consent", wanted.budget_consent or "")
    consent = typed or customer.budget_consent
    work.decide(budget_consent(budget_given=wanted.budget is not None, consent=consent))
    columns: dict[str, Any] = {"budget_consent": consent} if typed else {}
    if wanted.budget is not None:
        assert customer.id is not None
        columns["budget_cipher"] = sealed_budget(work, customer.id, customer.budget_cipher, wanted.budget)
    elif wanted.budget_consent is not None and customer.budget_cipher is None:
        raise InvalidValue(msg("there is no budget that the consent is for"), msg("give it too: --budget AMOUNT"))
    return columns


def _refuse_twin(work: Transaction, customer: Customer, columns: Mapping[str, Any]) -> None:
    name = columns.get("name", customer.name)
    if name == customer.name:
        return
    twin = same_name(work, columns["name_norm"], but=customer.id or 0)
    if twin is not None:
        hint = msg(
            "if they are one: salesflow customer merge {code} {other}; else repeat with --allow-duplicate",
            code=customer.code,
            other=twin[0],
        )
        raise there_already(name, twin, hint)


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    changed = {name: Change(name, before[name], after[name]) for name in after if name in _SHOWN}
    if "budget_cipher" in after:
        changed["budget"] = Change("budget", *(values["budget_cipher"] and _HIDDEN for values in (before, after)))
    return [changed[name] for name in _SHOWN if name in changed]


def _audit(work: Transaction, customer: Customer, before: Mapping[str, object], after: Mapping[str, object]) -> None:
    """The fields themselves, none of the forms derived from them; nothing where only these changed."""
    kept = {"budget_cipher": "budget"} | {name: name for name in _SHOWN if name != "budget"}
    was, now = ({kept[name]: value for name, value in values.items() if name in kept} for values in (before, after))
    if now:
        work.audit("customer.edit", "customer", customer.code, before=was, after=now)


def _add_tags(work: Transaction, customer_id: int, typed: tuple[str, ...]) -> tuple[list[str], Sequence[str]]:
    """The tags that the customer had not, and those of them that the library had not."""
    if not typed:
        return [], ()
    had = _tags(work, customer_id)
    done = tags.tag_customers(work, [customer_id], typed, ())
    return [tag for tag in _tags(work, customer_id) if tag not in had], done.new


def _tags(work: Transaction, customer_id: int) -> list[str]:
    wanted = select(Tag.name).join(CustomerTag, col(CustomerTag.tag_id) == col(Tag.id))
    return list(work.session.exec(wanted.where(CustomerTag.customer_id == customer_id).order_by(Tag.name)).all())
