"""Customers that are likely to be one: alike in name, or with the same phone, e-mail or WeChat.

Names are not compared each with each: two that are alike enough share one of their rarer characters, and only those are
looked at (the prefix filter of set similarity joins). What a score counts: twice the characters that two names have in
common, in order, of all their characters, in hundredths; the lower one of the whole names and of the names without trades.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import TwinReason
from salesflow.errors import InvalidValue
from salesflow.i18n import Message, label, msg
from salesflow.queries import staff as staff_queries
from salesflow.queries.base import Page, arranged
from salesflow.queries.places import elsewhere
from salesflow.queries.twin_names import TwinName, twin_name

COLUMNS: Final = (
    Column("score", "Score", Kind.INTEGER),
    Column("code", "Code"),
    Column("name", "Customer name", flexible=True),
    Column("other_code", "Other code"),
    Column("other_name", "Other name", flexible=True),
    Column("reason", "Reason", Kind.MESSAGE, flexible=True),
    Column("owner", "Owner"),
    Column("other_owner", "Other owner"),
    Column("reasons", "Reasons", Kind.LIST, labels="twinreason", table=False),
)
DEFAULT_SCORE: Final = 85
LEAST_SCORE: Final = 50
"""Below it everything is like everything, and nothing is ruled out beforehand."""
SAME_VALUE: Final = 95
"""The score of a contact value in common: colleagues of two firms may share a switchboard."""
_WHOLE: Final = 100
_ELSEWHERE: Final = 30
"""So much less likely are two that name different cities: a firm of the same name, or its branch."""
_CROWD: Final = 12
"""So many that are alike are paired each with each; of a larger crowd each is paired with the first alone."""

_CUSTOMERS: Final = "SELECT id, code, name, owner_id FROM v_customer_name WHERE archived_at IS NULL ORDER BY id"
_SHARED: Final = (
    "SELECT kind, value_id, customer_id, name, masked FROM v_shared_contact ORDER BY kind, value_id, customer_id"
)
_REASONS: Final[Mapping[str, TwinReason]] = {
    "phone": TwinReason.SAME_PHONE,
    "email": TwinReason.SAME_EMAIL,
    "wechat": TwinReason.SAME_WECHAT,
}
Pair = tuple[int, int]


class _Customer(NamedTuple):
    id: int
    code: str
    name: str
    owner_id: int


class _Finding(NamedTuple):
    """Why two are likely to be one, and how likely."""

    score: int
    reason: TwinReason
    text: Message


def listed(
    context: Context,
    customer_id: int | None = None,
    *,
    min_score: int = DEFAULT_SCORE,
    owner: str | None = None,
    keep: int | None = None,
) -> Page:
    """Likely pairs, the best first; of one customer alone, or where one of the two is an owner's.

    keep: as of `queries.base.page`. Raises InvalidValue for a score that cannot be, NotFound for the owner.
    """
    if not LEAST_SCORE <= min_score <= _WHOLE:
        raise InvalidValue(
            msg("{score} is no score to ask for", score=min_score),
            msg("give a number from {least} to 100", least=LEAST_SCORE),
        )
    owner_id = None if owner is None else staff_queries.staff_id(context, owner, everybody=True)
    there = {row["id"]: _Customer(**row) for row in context.reader.stream(_CUSTOMERS)}
    found = _findings(context, there, customer_id, min_score)
    logins = {row["id"]: row["login"] for row in context.reader.rows("SELECT id, login FROM v_staff")}
    rows = []
    for (one, two), findings in found.items():
        customers = (there[one], there[two]) if two != customer_id else (there[two], there[one])
        if owner_id is None or owner_id in (customers[0].owner_id, customers[1].owner_id):
            rows.append(_row(customers, findings, logins))
    rows.sort(key=lambda row: (-row["score"], row["code"], row["other_code"]))
    return arranged(context.asked, COLUMNS, rows, keep=keep)


def _findings(
    context: Context, there: Mapping[int, _Customer], customer_id: int | None, min_score: int
) -> Mapping[Pair, list[_Finding]]:
    found: defaultdict[Pair, list[_Finding]] = defaultdict(list)
    for pair, finding in _alike(there, customer_id, min_score):
        found[pair].append(finding)
    if min_score <= SAME_VALUE:
        for pair, finding in _sharing(context, there, customer_id):
            found[pair].append(finding)
    return found


def _row(
    customers: tuple[_Customer, _Customer], findings: Sequence[_Finding], logins: Mapping[int, str]
) -> dict[str, Any]:
    one, two = customers
    texts = [finding.text for finding in findings]
    return {
        "score": max(finding.score for finding in findings),
        "code": one.code,
        "name": one.name,
        "other_code": two.code,
        "other_name": two.name,
        "reason": texts[0] if len(texts) == 1 else msg("{reasons}", reasons=texts),
        "owner": logins[one.owner_id],
        "other_owner": logins[two.owner_id],
        "reasons": [finding.reason for finding in findings],
    }


def _alike(there: Mapping[int, _Customer], customer_id: int | None, min_score: int) -> Iterator[tuple[Pair, _Finding]]:
    """The pairs that are alike in name. Equal names are one name here, whoever bears it."""
    bearers: defaultdict[TwinName, list[int]] = defaultdict(list)
    for customer in there.values():
        bearers[twin_name(customer.name)].append(customer.id)
    wanted = None if customer_id is None else twin_name(there[customer_id].name)
    same = _Finding(_WHOLE, TwinReason.SAME_NAME, label("twinreason", TwinReason.SAME_NAME))
    for name, ids in bearers.items():
        if wanted in (None, name):
            yield from ((pair, same) for pair in _pairs(ids, customer_id))
    names = list(bearers)
    for one, two, score in _similar(names, wanted, min_score):
        reason = TwinReason.SAME_NAME if one.core == two.core else TwinReason.SIMILAR_NAME
        alike = _Finding(score, reason, label("twinreason", reason))
        for pair in _across(bearers[one], bearers[two], customer_id):
            yield pair, alike


def _similar(
    names: Sequence[TwinName], wanted: TwinName | None, min_score: int
) -> Iterator[tuple[TwinName, TwinName, int]]:
    """Different names that are alike enough, each pair once."""
    from rapidfuzz import fuzz

    for one, two in _candidates(names, min_score) if wanted is None else ((wanted, name) for name in names):
        least = min_score + (_ELSEWHERE if elsewhere(one.places, two.places) else 0)
        if one == two or one.numerals != two.numerals or least > _WHOLE:
            continue
        score = fuzz.ratio(one.core, two.core, score_cutoff=least)
        score = score and min(score, fuzz.ratio(one.own, two.own, score_cutoff=least))
        if score:
            yield one, two, int(score) + min_score - least


def _candidates(names: Sequence[TwinName], min_score: int) -> Iterator[tuple[TwinName, TwinName]]:
    """The pairs that may reach the score: with a rare character in common, with the same numerals, of a length that allows it."""
    frequency = Counter(character for name in names for character in set(name.own))
    index: defaultdict[tuple[str, str], list[TwinName]] = defaultdict(list)
    for name in sorted(names, key=lambda name: len(name.own)):
        met: set[TwinName] = set()
        for character in _rarest(name.own, frequency, min_score):
            block = index[name.numerals, character]
            for other in block:
                if other not in met and _long_enough(other.own, name.own, min_score):
                    met.add(other)
                    yield other, name
            block.append(name)


def _rarest(own: str, frequency: Mapping[str, int], min_score: int) -> list[str]:
    """The rarer characters of a name, as many as an other one that reaches the score cannot lack all together."""
    characters = sorted(set(own), key=lambda character: (frequency[character], character))
    needed = -(-min_score * len(own) // (2 * _WHOLE - min_score))  # in common with the shortest possible other one
    return characters[: max(1, len(own) - needed + 1)]


def _long_enough(shorter: str, longer: str, min_score: int) -> bool:
    """Whether two lengths allow the score at all."""
    return 2 * _WHOLE * len(shorter) >= min_score * (len(shorter) + len(longer))


def _sharing(
    context: Context, there: Mapping[int, _Customer], customer_id: int | None
) -> Iterator[tuple[Pair, _Finding]]:
    """The pairs with a contact value in common."""
    groups: defaultdict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in context.reader.stream(_SHARED):
        if row["customer_id"] in there:
            groups[row["kind"], row["value_id"]].append(row)
    for (kind, _), rows in groups.items():
        reason = _REASONS[kind]
        who = msg("{reason} {value}", reason=label("twinreason", reason), value=rows[0]["masked"])
        for pair in _pairs(sorted({row["customer_id"] for row in rows}), customer_id):
            yield pair, _Finding(SAME_VALUE, reason, who)


def _pairs(ids: Sequence[int], customer_id: int | None) -> Iterable[Pair]:
    """The pairs among customers that are alike, the smaller key first."""
    if customer_id is not None:
        return (_ordered(customer_id, other) for other in ids if other != customer_id) if customer_id in ids else ()
    return combinations(ids, 2) if len(ids) <= _CROWD else ((ids[0], other) for other in ids[1:])


def _across(ones: Sequence[int], twos: Sequence[int], customer_id: int | None) -> Iterator[Pair]:
    """The pairs of customers with two names that are alike; of crowds the first ones alone."""
    if customer_id is not None:
        return (_ordered(customer_id, other) for other in twos)
    if len(ones) * len(twos) > _CROWD:
        ones, twos = ones[:1], twos[:1]
    return (_ordered(one, two) for one in ones for two in twos)


def _ordered(one: int, two: int) -> Pair:
    return (one, two) if one < two else (two, one)
