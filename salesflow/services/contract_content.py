"""The content of a contract's revision: its title, amount, terms, instalments and commission splits, checked and written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, select

from salesflow.enums import ContractTerm, InstalmentEvent
from salesflow.errors import InvalidValue, NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.contract import CommissionSplit, Contract, ContractClause, ContractRevision, Instalment
from salesflow.money import Fen, display_percent, half_up
from salesflow.rules.instalments import WHOLE, Part, amounts, typed
from salesflow.services import standing
from salesflow.text import clean, fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

UNLESS_GIVEN: Final = (Part(WHOLE, InstalmentEvent.DELIVERY),)
"""All of the money at delivery, where no instalments are given."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is said of a contract; None and empty leave it as it is. Amount in fen; splits are (login, basis points)."""

    title: str | None = None
    amount: Fen | None = None
    terms: Mapping[ContractTerm, str] = field(default_factory=dict)
    instalments: Sequence[Part] = ()
    splits: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """All that a revision says. Splits by the keys of staff."""

    title: str
    amount: Fen
    terms: Mapping[ContractTerm, str]
    instalments: Sequence[Part]
    splits: Mapping[int, int]
    quote_id: int | None = None
    tax_total: Fen | None = None


def changed(work: Transaction, content: Content, given: Given) -> Content:
    """The content with what is given instead. InvalidValue, NotFound, Refused for what it cannot consist of."""
    fields: dict[str, Any] = {}
    if given.title is not None:
        fields["title"] = _title(work, given.title)
    if given.amount is not None:
        fields["amount"] = given.amount
        fields["tax_total"] = _tax(content, given.amount)
    if given.terms:
        texts = {term: _text(work, term, text) for term, text in given.terms.items()}
        fields["terms"] = {term: text for term, text in {**content.terms, **texts}.items() if text}
    if given.instalments:
        _check_whole(
            [part.share for part in given.instalments],
            msg("the instalments"),
            msg("for example: --instalment 30%@signing --instalment 70%@delivery+7d"),
        )
        fields["instalments"] = tuple(given.instalments)
    if given.splits:
        fields["splits"] = _splits(work, given.splits)
    return replace(content, **fields)


def write(work: Transaction, contract: Contract, content: Content, reason: str = "") -> None:
    """Write the content of the contract's newest revision, which has none yet."""
    assert contract.id is not None
    own: dict[str, Any] = {"contract_id": contract.id, "revision": contract.revision}
    work.add(
        ContractRevision(
            **own,
            quote_id=content.quote_id,
            title=content.title,
            amount=content.amount,
            tax_total=content.tax_total,
            reason=reason,
            made_at=work.now,
            by_id=work.actor.id,
            policy_id=work.context.policy_id,
        )
    )
    _write_parts(work, own, content)


def rewrite(work: Transaction, contract: Contract, content: Content) -> None:
    """Put the content in the place of what the newest revision says."""
    found = revision(work, contract)
    found.title, found.amount, found.tax_total = content.title, content.amount, content.tax_total
    found.policy_id = work.context.policy_id
    work.session.add(found)
    own = {"contract_id": contract.id, "revision": contract.revision}
    for table in (ContractClause, Instalment, CommissionSplit):
        for row in work.session.exec(select(table).filter_by(**own)).all():
            work.session.delete(row)
    work.session.flush()
    _write_parts(work, own, content)


def revision(work: Transaction, contract: Contract, number: int | None = None) -> ContractRevision:
    """A revision of the contract, the newest one unless told otherwise."""
    wanted = contract.revision if number is None else number
    key = (contract.id, wanted)
    found = work.session.get(ContractRevision, key)
    assert found is not None
    return found


def read(work: Transaction, contract: Contract, number: int | None = None) -> Content:
    """What a revision of the contract says, the newest one unless told otherwise."""
    found = revision(work, contract, number)
    own = {"contract_id": contract.id, "revision": found.revision}
    clauses = work.session.exec(select(ContractClause).filter_by(**own)).all()
    parts = work.session.exec(select(Instalment).filter_by(**own).order_by(col(Instalment.position))).all()
    splits = work.session.exec(select(CommissionSplit).filter_by(**own)).all()
    return Content(
        title=found.title,
        amount=found.amount,
        terms={ContractTerm(one.term): one.text for one in clauses},
        instalments=[Part(one.share, InstalmentEvent(one.event), one.days, one.due_on) for one in parts],
        splits={one.staff_id: one.share for one in splits},
        quote_id=found.quote_id,
        tax_total=found.tax_total,
    )


def fingerprint(work: Transaction, contract: Contract) -> str:
    """A hash of all that the newest revision says. Whose it is stays out: merging a customer's two files changes no contract."""
    content = read(work, contract)
    said = [
        contract.revision,
        content.quote_id,
        content.title,
        content.amount,
        sorted((term.value, text) for term, text in content.terms.items()),
        [tuple(part) for part in content.instalments],
        sorted(content.splits.items()),
    ]
    return sha256(json.dumps(said, ensure_ascii=False, default=str).encode()).hexdigest()


def audited(work: Transaction, content: Content) -> dict[str, object]:
    """What the audit trail keeps of the content, each term as a field of its own."""
    shares = sorted((standing.login(work, key), display_percent(share)) for key, share in content.splits.items())
    return {
        "title": content.title,
        "amount": content.amount,
        "quote_id": content.quote_id,
        **{term.value: content.terms.get(term) for term in ContractTerm},
        "instalments": ", ".join(typed(part) for part in content.instalments),
        "splits": ", ".join(f"{whose}:{share}" for whose, share in shares),
    }


def _write_parts(work: Transaction, own: Mapping[str, Any], content: Content) -> None:
    work.insert(ContractClause, [{**own, "term": term.value, "text": text} for term, text in content.terms.items()])
    sums = amounts(content.amount, [part.share for part in content.instalments])
    rows = [
        {
            **own,
            "position": position,
            "share": part.share,
            "amount": amount,
            "event": part.event.value,
            "days": part.days,
            "due_on": part.on,
        }
        for position, (part, amount) in enumerate(zip(content.instalments, sums, strict=True), 1)
    ]
    work.insert(Instalment, rows)
    work.insert(CommissionSplit, [{**own, "staff_id": key, "share": share} for key, share in content.splits.items()])


def _tax(content: Content, amount: Fen) -> Fen | None:
    """The tax in another amount: its share of the tax that was in this one. None where that is not known."""
    if content.tax_total is None or not content.amount:
        return None
    return half_up(content.tax_total * amount, content.amount)


def _title(work: Transaction, typed: str) -> str:
    title = clean(typed, limit=work.context.policy.limits.name, what=msg("the title"), multiline=False)
    if not title:
        raise InvalidValue(msg("the title is empty"), msg("say what it is about: --title TEXT"), code="missing-value")
    return title


def _text(work: Transaction, term: ContractTerm, text: str) -> str:
    from salesflow.i18n import label

    return clean(text, limit=work.context.policy.limits.text, what=label(ContractTerm.kind(), term))


def _check_whole(shares: Sequence[int], what: Any, hint: Any) -> None:
    if min(shares) <= 0:
        raise InvalidValue(msg("{what}: a share of nothing is none", what=what), hint, code="shares")
    if sum(shares) != WHOLE:
        text = msg("{what} make up {sum}, not 100 %", what=what, sum=display_percent(sum(shares)))
        raise InvalidValue(text, hint, code="shares")


def _splits(work: Transaction, given: Sequence[tuple[str, int]]) -> dict[int, int]:
    hint = msg("for example: --split li.na:60% --split chen.jie:40%")
    found: dict[int, int] = {}
    for login, share in given:
        row = work.look_up("SELECT id, active FROM staff WHERE login = :login", {"login": fold(login)})
        if row is None:
            raise NotFound(
                msg("there is no staff member {login}", login=login),
                msg("see: salesflow staff list"),
                code="unknown-staff",
            )
        if not row[1]:
            raise Refused(
                msg("{login} is no longer active", login=login), msg("see: salesflow staff list"), code="inactive"
            )
        if row[0] in found:
            raise InvalidValue(msg("{login} is there twice", login=login), hint, code="shares")
        found[int(row[0])] = share
    _check_whole([share for _, share in given], msg("the commission splits"), hint)
    return found
