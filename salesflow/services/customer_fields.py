"""A new customer as typed -> the fields as they are kept, or a refusal. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from salesflow.enums import Grade, Kind, Source, Status
from salesflow.errors import InvalidValue, NotFound, RuleRefused
from salesflow.i18n import Message, msg
from salesflow.money import Fen
from salesflow.pinyin import sound
from salesflow.rules.cadence import Base, cadence
from salesflow.rules.consent import budget_consent
from salesflow.rules.deadlines import entry_deadline
from salesflow.rules.decision import Decision, Strength
from salesflow.rules.status import loss_reason, won_evidence
from salesflow.rules.wording import need_specific
from salesflow.services import contacts
from salesflow.services.contacts import NewContact
from salesflow.services.industries import parse_industry
from salesflow.services.regions import checked_region
from salesflow.services.status import NewStatus
from salesflow.text import clean, fold, normalised_name

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.rules.policy import Limits

_OWNER: Final = "SELECT id, login, region FROM staff WHERE login = :login AND active"
_TAG: Final = msg("the tag")
_TAG_ENDS: Final = str.maketrans("，、;；", ",,,,")
_TAG_LENGTH: Final = 50
_PROSPECT: Final = NewStatus(Status.PROSPECT, "")


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer as typed. `budget` in fen, with `budget_consent` saying when and how the customer agreed to it.

    Without `owner` (a login) it is the acting staff member's, without `region` the owner's, without `first_contact_at`
    (aware) it is now. `contacts`: one at least, the first is the primary one.
    `former_code`: what a list that it comes from calls it; codes are given here, so another one goes to the remark.
    `status`: where it has one already, as in a list that was kept elsewhere; the rules hold for it as for any change.
    """

    name: str
    industry: str
    source: Source
    need: str
    contacts: tuple[NewContact, ...] = ()
    kind: Kind = Kind.COMPANY
    size: str | None = None
    region: str | None = None
    address: str | None = None
    source_detail: str | None = None
    first_contact_at: datetime | None = None
    budget: Fen | None = None
    budget_consent: str | None = None
    grade: Grade | None = None
    tags: tuple[str, ...] = ()
    owner: str | None = None
    remark: str | None = None
    status: NewStatus | None = None
    former_code: str | None = None


class Text(NamedTuple):
    """A text of a customer: what it is called, and which of the policy's limits holds for it."""

    what: Message
    limit: Literal["name", "line", "text"] = "line"
    required: bool = False


TEXTS: Final[Mapping[str, Text]] = {
    "name": Text(msg("the customer's name"), "name", required=True),
    "industry": Text(msg("the industry"), required=True),
    "size": Text(msg("the size")),
    "address": Text(msg("the address")),
    "source_detail": Text(msg("the source's detail")),
    "need": Text(msg("the need"), "text", required=True),
    "budget_consent": Text(msg("the consent")),
    "remark": Text(msg("the remark"), "text"),
}


class Owner(NamedTuple):
    """The salesperson in charge."""

    id: int
    login: str
    region: str | None


class Checked(NamedTuple):
    """A customer whose fields are in order. `columns` lacks the key, the code and the encrypted budget."""

    columns: dict[str, Any]
    contacts: list[contacts.Checked]
    tags: list[str]
    budget: Fen | None
    owner: Owner
    status: NewStatus
    due: Decision[date]
    remarks: list[Decision[Any]]


class Desk:
    """Where new customers are checked: the policy's limits and rules, the staff, the configuration, each looked up once.

    thorough: also apply the rules that only give hints, which thousands of rows of a file would not be read for.
    """

    def __init__(self, work: Transaction, *, thorough: bool) -> None:
        self._work = work
        self._context = work.context
        self._policy = work.context.policy
        self._limits = work.context.policy.limits
        self._today = work.context.clock.today()
        self._now = work.context.clock.local(work.now)
        self._extra = work.context.settings.items("industries.extra")
        need = self._policy.need_specific.strength
        self._read_needs = need is not Strength.OFF and (thorough or need is Strength.REFUSE)
        self._owners: dict[str | None, Owner] = {}
        self._regions: dict[str | None, str] = {}
        self._dues: dict[tuple[Grade | None, Status, date], Decision[date]] = {}

    def check(self, new: NewCustomer) -> Checked:
        """The customer with its fields in order. Raises InvalidValue, NotFound (the owner), RuleRefused."""
        owner = self._owner(new.owner)
        first = self._now if new.first_contact_at is None else past_moment(self._work, new.first_contact_at)
        remarks: list[Decision[Any]] = []
        late = self._apply(
            entry_deadline(self._policy, self._context.calendar, first_contact=first, recorded=self._now), remarks
        )
        status = self._status(new.status, remarks)
        columns = {**self._named(new), **self._described(new, remarks), **self._budgeted(new, remarks)}
        columns |= {
            "kind": new.kind.value,
            "region": self._region(new.region, owner),
            "source": new.source.value,
            "first_contact_at": first,
            "grade": None if new.grade is None else new.grade.value,
            "status": status.status.value,
            "owner_id": owner.id,
            "assigned_at": self._work.now,
            "uncontacted_since": self._work.now,
            "recorded_at": self._work.now,
            "recorded_by": self._work.actor.id,
            "entry_late": late.outcome == "late",
            "last_contact_on": first.date(),
        }
        due = self._due(new.grade, status.status, first.date())
        columns["next_follow_up_on"] = due.value
        return Checked(columns, self._people(new), parse_tags(new.tags), new.budget, owner, status, due, remarks)

    def _named(self, new: NewCustomer) -> Mapping[str, Any]:
        return name_columns(checked_text(self._limits, "name", new.name), new.kind)

    def _described(self, new: NewCustomer, remarks: list[Decision[Any]]) -> Mapping[str, Any]:
        need = checked_text(self._limits, "need", new.need)
        if self._read_needs:
            self._apply(need_specific(self._policy, text=need), remarks)
        return {
            "industry": parse_industry(checked_text(self._limits, "industry", new.industry), self._extra),
            "need": need,
            "size": self._optional("size", new.size),
            "address": self._optional("address", new.address),
            "source_detail": self._optional("source_detail", new.source_detail),
            "remark": self._optional("remark", new.remark),
        }

    def _budgeted(self, new: NewCustomer, remarks: list[Decision[Any]]) -> Mapping[str, Any]:
        consent = self._optional("budget_consent", new.budget_consent)
        self._apply(budget_consent(budget_given=new.budget is not None, consent=consent), remarks)
        return {"budget_consent": consent if new.budget is not None else None}

    def _people(self, new: NewCustomer) -> list[contacts.Checked]:
        given = new.contacts
        if not given:
            raise InvalidValue(
                msg("{name} has no contact", name=new.name.strip()),
                msg(
                    "a customer has one contact at least, with a phone, e-mail or WeChat: --contact NAME --phone NUMBER"
                ),
                code="missing-value",
            )
        return [contacts.checked(one, self._limits, self._context.vault) for one in given]

    def _status(self, given: NewStatus | None, remarks: list[Decision[Any]]) -> NewStatus:
        """The status that the customer comes with, which is a prospect's unless told otherwise."""
        if given is None:
            return _PROSPECT
        self._apply(loss_reason(new=given.status, category=given.loss_reason), remarks)
        self._apply(
            won_evidence(
                new=given.status,
                contract_signed=False,
                payment_received=False,
                override=given.override,
                roles=self._work.actor.roles,
                reason=given.reason,
            ),
            remarks,
        )
        return given

    def _optional(self, field: str, typed: str | None) -> str | None:
        return None if typed is None else checked_text(self._limits, field, typed) or None

    def _apply(self, decision: Decision[Any], remarks: list[Decision[Any]]) -> Decision[Any]:
        if decision.refused:
            raise RuleRefused(decision)
        if decision.strength in (Strength.HINT, Strength.FLAG):
            remarks.append(decision)
        return decision

    def _owner(self, login: str | None) -> Owner:
        if login not in self._owners:
            actor = self._work.actor
            self._owners[login] = Owner(actor.id, actor.login, actor.region) if login is None else self._staff(login)
        return self._owners[login]

    def _staff(self, login: str) -> Owner:
        found = self._work.look_up(_OWNER, {"login": login.strip().lower()})
        if found is None:
            raise NotFound(
                msg("there is no active staff member {login}", login=login),
                msg("see: salesflow staff list"),
                code="unknown-staff",
            )
        return Owner(*found)

    def _region(self, typed: str | None, owner: Owner) -> str:
        region = typed or owner.region
        if region not in self._regions:
            default = region or self._context.settings.text("region") or self._context.setting("region") or ""
            self._regions[region] = checked_region(default)
        return self._regions[region]

    def _due(self, grade: Grade | None, status: Status, first: date) -> Decision[date]:
        """What rule cadence says of a new customer since its first contact."""
        key = (grade, status, first)
        if key not in self._dues:
            self._dues[key] = cadence(
                self._policy,
                self._context.calendar,
                grade=grade,
                status=status,
                base=first,
                base_kind=Base.FIRST_CONTACT,
                contacts_in_week=0,
            )
        return self._dues[key]


def checked_text(limits: Limits, field: str, typed: str) -> str:
    """A text of TEXTS as it is kept. Raises InvalidValue for one that cannot be kept, or is needed and empty."""
    what, limit, required = TEXTS[field]
    found = clean(typed, limit=getattr(limits, limit), what=what, multiline=limit == "text")
    if required and not found:
        raise InvalidValue(msg("{what} is missing", what=what), msg("every customer has one"), code="missing-value")
    return found


def name_columns(name: str, kind: str) -> dict[str, str]:
    """A name with all the forms in which it is looked up; of a person the surname sounds as surnames do."""
    heard = sound(name, person=kind == Kind.PERSON)
    return {
        "name": name,
        "name_folded": fold(name),
        "name_norm": normalised_name(name),
        "pinyin": heard.full,
        "initials": heard.initials,
    }


def past_moment(work: Transaction, given: datetime) -> datetime:
    """When the first contact was, on the business's wall clock. Raises InvalidValue for a moment that lies in the future."""
    local, now = (work.context.clock.local(instant) for instant in (given, work.now))
    if given > work.now:
        raise InvalidValue(
            msg("the first contact {at} lies in the future", at=f"{local:%Y-%m-%d %H:%M}"),
            msg("give when it was; it is {now} now", now=f"{now:%Y-%m-%d %H:%M}"),
            code="future",
        )
    return local


def parse_tags(typed: tuple[str, ...]) -> list[str]:
    """Tags as typed, also several with commas between them; each once. Raises InvalidValue for one that is too long."""
    found: dict[str, str] = {}
    for part in ",".join(typed).translate(_TAG_ENDS).split(","):
        tag = clean(part, limit=_TAG_LENGTH, what=_TAG, multiline=False)
        if tag:
            found.setdefault(fold(tag), tag)
    return list(found.values())
