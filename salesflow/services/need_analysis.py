"""The five core questions (客户需求分析表): pain, goal, budget range, timeline, decision process. The budget is kept encrypted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import select

from salesflow.enums import NeedQuestion
from salesflow.errors import InvalidValue, NotFound, UsageError
from salesflow.i18n import Message, msg
from salesflow.models.need import NeedAnalysis
from salesflow.money import MoneyRange, format_money_range
from salesflow.rules.consent import budget_consent
from salesflow.services.customer_edit import Change
from salesflow.services.records import load
from salesflow.text import clean

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer

KIND: Final = "need"
BUDGET: Final = "need.budget"
HIDDEN: Final = "***"
TEXTS: Final[Mapping[str, Message]] = {
    "pain": msg("the pain"),
    "goal": msg("the goal"),
    "timeline": msg("the timeline"),
    "decision_process": msg("the decision process"),
}
_BUDGET_FIELDS: Final = {"budget_cipher": "budget_range"}


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers as typed; None leaves one as it is, `clear` takes answers away.

    `budget_range` goes with `budget_consent`, which says when and how the
    customer agreed, unless the customer's file says so already.
    """

    pain: str | None = None
    goal: str | None = None
    budget_range: MoneyRange | None = None
    timeline: str | None = None
    decision_process: str | None = None
    budget_consent: str | None = None
    clear: tuple[NeedQuestion, ...] = ()


def analyse(work: Transaction, customer_id: int, given: Answers) -> list[Change]:
    """Keep answers to the five questions; gives what changed, a budget masked.

    Raises UsageError where nothing is given or an answer is given and cleared, InvalidValue for one that cannot be kept,
    RuleRefused of budget-consent, Refused for an archived customer.
    """
    _check_asked(given)
    customer = load(work, customer_id)
    analysis = find(work, customer_id)
    made = analysis is None
    if analysis is None:
        # counted up by the answers themselves
        analysis = NeedAnalysis(customer_id=customer_id, at=work.now, by_id=work.actor.id, version=0)
    texts = _texts(work, given) | dict.fromkeys((question.value for question in given.clear), None)
    texts.pop("budget_range", None)
    if made and not any((*texts.values(), given.budget_range, given.budget_consent)):
        return []
    if made:
        work.add(analysis)
    before, after = work.changed(analysis, texts | _budget(work, customer, analysis, given))
    if not after:
        return []
    analysis.at, analysis.by_id = work.now, work.actor.id
    work.session.add(analysis)
    was, now = ({_BUDGET_FIELDS.get(name, name): value for name, value in part.items()} for part in (before, after))
    work.audit("need.analyse", KIND, customer.code, before=was, after=now)
    return [_change(name, was[name], now[name]) for name in now if name != "budget_consent"]


def reveal(work: Transaction, customer_id: int) -> str | None:
    """The budget's range as it is, None where there is none; noted in the audit trail.

    Raises NotFound where no budget is kept, DatabaseProblem where the key is not the right one.
    """
    customer = load(work, customer_id, archived=True)
    analysis = find(work, customer_id)
    if analysis is None or analysis.budget_cipher is None:
        raise NotFound(
            msg("no budget of {code} {name} is kept with its needs", code=customer.code, name=customer.name),
            msg("write it down: salesflow need analyse {code} --budget-range FROM..TO", code=customer.code),
            code="no-budget",
        )
    work.audit("need.reveal", KIND, customer.code, after={"shown": ["budget_range"]})
    return opened(work, analysis)


def opened(work: Transaction, analysis: NeedAnalysis) -> str | None:
    """The budget's range of an analysis. Raises DatabaseProblem where the key is not the right one."""
    if analysis.budget_cipher is None:
        return None
    assert analysis.id is not None
    return work.context.vault.decrypt(analysis.budget_cipher, BUDGET, analysis.id)


def sealed(work: Transaction, analysis: NeedAnalysis, budget: str) -> bytes:
    """A budget's range encrypted for its row."""
    assert analysis.id is not None
    return work.context.vault.encrypt(budget, BUDGET, analysis.id)


def find(work: Transaction, customer_id: int) -> NeedAnalysis | None:
    return work.session.exec(select(NeedAnalysis).where(NeedAnalysis.customer_id == customer_id)).first()


def _check_asked(given: Answers) -> None:
    if all(getattr(given, field.name) in (None, ()) for field in fields(given)):
        raise UsageError(
            msg("no question is answered"),
            msg("give an answer: --pain, --goal, --budget-range, --timeline, --decision-process"),
            code="missing-value",
        )
    for question in given.clear:
        if getattr(given, question.value) is not None:
            option = question.value.replace("_", "-")
            raise UsageError(
                msg("--{option} is given and cleared at once", option=option), msg("leave out one of the two")
            )


def _texts(work: Transaction, given: Answers) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, what in TEXTS.items():
        typed = getattr(given, name)
        if typed is None:
            continue
        found[name] = clean(typed, limit=work.context.policy.limits.text, what=what)
        if not found[name]:
            raise InvalidValue(
                msg("{what} is empty", what=what),
                msg("to leave it empty: --clear {option}", option=name),
                code="missing-value",
            )
    return found


def _budget(work: Transaction, customer: Customer, analysis: NeedAnalysis, given: Answers) -> dict[str, Any]:
    """The budget's columns: with the consent given now, or before with another range, or with the customer's budget."""
    if NeedQuestion.BUDGET_RANGE in given.clear:
        return {"budget_cipher": None, "budget_consent": None}
    typed = clean(given.budget_consent or "", limit=work.context.policy.limits.line, what=msg("the consent"))
    consent = typed or analysis.budget_consent or customer.budget_consent
    work.decide(budget_consent(budget_given=given.budget_range is not None, consent=consent))
    if given.budget_range is None:
        if given.budget_consent is not None and analysis.budget_cipher is None:
            raise InvalidValue(
                msg("there is no budget that the consent is for"), msg("give it too: --budget-range FROM..TO")
            )
        return {"budget_consent": consent} if typed else {}
    text = format_money_range(given.budget_range)
    columns: dict[str, Any] = {"budget_consent": consent}
    if opened(work, analysis) != text:
        columns["budget_cipher"] = sealed(work, analysis, text)
    return columns


def _change(name: str, old: object, new: object) -> Change:
    if name == "budget_range":
        return Change(name, old and HIDDEN, new and HIDDEN)
    return Change(name, old, new)
