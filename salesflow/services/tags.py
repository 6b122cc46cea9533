"""The tag library, kept free of near-duplicates, and the tags of customers that come from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlmodel import col, delete, select

from salesflow.errors import Duplicate, InvalidValue, NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.tag import CustomerTag, Tag
from salesflow.services.customer_fields import parse_tags
from salesflow.services.records import load
from salesflow.text import fold, nearest

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_NEAR: Final = 85
"""So alike, of 100, are two tags that say the same: one letter of seven may differ."""
_UNSAID: Final = re.compile(r"[\W_]+")
_ENDINGS: Final = re.compile("(?:客户|单位|企业|公司|类|型|customers?|clients?|accounts?)$")
_DIGITS: Final = re.compile(r"\d+")


class Tagged(NamedTuple):
    """What `tag_customers` did: the tags that are new in the library, and the customers whose tags changed."""

    new: Sequence[str]
    changed: Sequence[int]


def add(work: Transaction, names: Iterable[str], *, allow_duplicate: bool = False) -> list[str]:
    """Add tags to the library; gives them as they are kept. Raises Duplicate naming the tag that is there or near."""
    added = []
    for name in _given(names):
        _refuse_known(work, name)
        if not allow_duplicate:
            refuse_near(work, name)
        added.append(_add(work, name).name)
    return added


def rename(work: Transaction, old: str, new: str, *, allow_duplicate: bool = False) -> str:
    """Give a tag another name, on all customers; gives the name. Raises NotFound, Duplicate where that tag is there or near."""
    tag = named(work, old)
    name = _one(new)
    other = _find(work, name)
    if other is not None and other.id != tag.id:
        raise Duplicate(
            msg("there is a tag {tag} already", tag=other.name),
            msg("put the two together with: salesflow tag merge {old} {new}", old=tag.name, new=other.name),
            details={"twin": other.name},
        )
    if not allow_duplicate:
        refuse_near(work, name, but=tag)
    before, after = work.changed(tag, {"name": name, "name_norm": fold(name)})
    work.session.add(tag)
    if after:
        work.audit("tag.rename", "tag", name, before={"name": before.get("name")}, after={"name": name})
    return name


def merge(work: Transaction, source: str, target: str, *, dry_run: bool = False) -> int:
    """Give a tag's customers another tag instead, and take it from the library; gives how many customers had it.

    Raises NotFound, and Refused for the same tag or a target that is retired.
    """
    gone, stays = named(work, source), named(work, target)
    if gone.id == stays.id:
        raise Refused(msg("{tag} cannot be merged into itself", tag=stays.name), msg("name two tags"), code="same-tag")
    _refuse_retired(stays)
    customers = _customers_of(work, gone)
    if dry_run:
        return len(customers)
    there = set(_customers_of(work, stays))
    work.session.execute(delete(CustomerTag).where(col(CustomerTag.tag_id) == gone.id))
    work.insert(CustomerTag, [{"customer_id": key, "tag_id": stays.id} for key in customers if key not in there])
    work.session.delete(gone)
    work.audit("tag.merge", "tag", stays.name, after={"merged": gone.name, "customers": len(customers)})
    return len(customers)


def retire(work: Transaction, name: str, *, undo: bool = False) -> str:
    """Take a tag out of use, or back into it: customers keep it, no one gets it any more. Raises NotFound, Refused."""
    tag = named(work, name)
    if (tag.retired_at is None) is undo:
        text = msg("{tag} is in use", tag=tag.name) if undo else msg("{tag} is retired already", tag=tag.name)
        raise Refused(text, msg("see: salesflow tag list"), code="state")
    tag.retired_at = None if undo else work.now
    work.session.add(tag)
    work.audit("tag.restore" if undo else "tag.retire", "tag", tag.name)
    return tag.name


def tag_customers(work: Transaction, customer_ids: Sequence[int], add: Iterable[str], remove: Iterable[str]) -> Tagged:
    """Give customers tags, and take tags from them. What a customer has, or lacks, already is left as it is.

    A tag that the library lacks is added to it. Raises Duplicate for one that is near another, Refused for a retired one,
    NotFound for one to be removed that is not there, InvalidValue for one in both lists.
    """
    removed = [named(work, name) for name in _given(remove, at_least=0)]
    wanted, new = _wanted(work, _given(add, at_least=0))
    both = [tag.name for tag in wanted if tag in removed]
    if both:
        raise InvalidValue(
            msg("{tags}: to be added and removed at once", tags=both), msg("leave it out of --add or of --remove")
        )
    changed = [key for key in dict.fromkeys(customer_ids) if _change(work, key, wanted, removed)]
    return Tagged(new, changed)


def named(work: Transaction, name: str) -> Tag:
    """The tag of that name, in any case and width. Raises NotFound with the nearest one."""
    found = _find(work, name)
    if found is not None:
        return found
    close = nearest(name, work.session.exec(select(Tag.name)).all())
    hint = msg("see: salesflow tag list")
    if close is not None:
        hint = msg("did you mean {name}? See: salesflow tag list", name=close)
    raise NotFound(msg("there is no tag {tag}", tag=name), hint, code="unknown-tag")


def check(work: Transaction, name: str, *, near: bool) -> None:
    """Refuse a tag that a customer may not get: a retired one, and with `near` a new one that says what another one says."""
    tag = _find(work, name)
    if tag is not None:
        _refuse_retired(tag)
    elif near:
        refuse_near(work, name)


def refuse_near(work: Transaction, name: str, *, but: Tag | None = None) -> None:
    """Raise Duplicate for a name that says what another tag says: 国 企, 国企客户 beside 国企."""
    others = [tag.name for tag in work.session.exec(select(Tag)).all() if but is None or tag.id != but.id]
    twin = near(name, others)
    if twin is not None:
        raise Duplicate(
            msg("the tag {tag} is near to {twin}, which is there", tag=name, twin=twin),
            msg(
                'take {twin}; if it says something else: salesflow tag add "{tag}" --allow-duplicate',
                twin=twin,
                tag=name,
            ),
            code="near-duplicate",
            details={"twin": twin},
        )


def near(name: str, others: Iterable[str]) -> str | None:
    """The one of the others that says the same, if there is one: but for blanks, signs, endings, order, a letter of seven.

    Figures tell tags apart: 展会2025 is not 展会2026.
    """
    from rapidfuzz import fuzz

    wanted = _essence(name)
    best, found = 0, None
    for other in others:
        essence = _essence(other)
        if _DIGITS.findall(essence) != _DIGITS.findall(wanted):
            continue
        score = 100 if sorted(essence) == sorted(wanted) else int(fuzz.ratio(essence, wanted))
        if score >= _NEAR and score > best:
            best, found = score, other
    return found


def _essence(name: str) -> str:
    """What a tag says: folded, without blanks and signs, without endings that say nothing where something is left."""
    squeezed = _UNSAID.sub("", fold(name)) or fold(name)
    while (shorter := _ENDINGS.sub("", squeezed)) and shorter != squeezed:
        squeezed = shorter
    return squeezed


def _given(names: Iterable[str], *, at_least: int = 1) -> list[str]:
    found = parse_tags(tuple(names))
    if len(found) < at_least:
        raise InvalidValue(msg("the tag is empty"), msg("give its name"), code="missing-value")
    return found


def _one(name: str) -> str:
    found = _given((name,))
    if len(found) > 1:
        raise InvalidValue(msg("{name} is more than one tag", name=name), msg("a tag has no comma and no semicolon"))
    return found[0]


def _find(work: Transaction, name: str) -> Tag | None:
    return work.session.exec(select(Tag).where(Tag.name_norm == fold(name))).one_or_none()


def _add(work: Transaction, name: str) -> Tag:
    work.audit("tag.add", "tag", name)
    return work.add(Tag(name=name, name_norm=fold(name)))


def _refuse_known(work: Transaction, name: str) -> None:
    tag = _find(work, name)
    if tag is None:
        return
    hint = msg("see: salesflow tag list")
    if tag.retired_at is not None:
        hint = msg("it is retired; take it back with: salesflow tag retire {tag} --undo", tag=tag.name)
    raise Duplicate(msg("there is a tag {tag} already", tag=tag.name), hint, details={"twin": tag.name})


def _refuse_retired(tag: Tag) -> None:
    if tag.retired_at is not None:
        raise Refused(
            msg("the tag {tag} is retired", tag=tag.name),
            msg(
                "choose another one; see: salesflow tag list; or take it back: salesflow tag retire {tag} --undo",
                tag=tag.name,
            ),
            code="retired-tag",
        )


def _wanted(work: Transaction, names: Iterable[str]) -> tuple[list[Tag], list[str]]:
    """The tags to be given, and the names of those that the library had not."""
    tags, new = [], []
    for name in names:
        check(work, name, near=True)
        tag = _find(work, name)
        if tag is None:
            tag = _add(work, name)
            new.append(tag.name)
        tags.append(tag)
    return tags, new


def _change(work: Transaction, customer_id: int, add: Sequence[Tag], remove: Sequence[Tag]) -> bool:
    customer = load(work, customer_id)
    had = set(work.session.exec(select(CustomerTag.tag_id).where(CustomerTag.customer_id == customer_id)).all())
    new = [tag for tag in add if tag.id not in had]
    old = [tag for tag in remove if tag.id in had]
    for tag in old:
        work.session.delete(work.session.get_one(CustomerTag, (customer_id, tag.id)))
    work.session.flush()
    work.insert(CustomerTag, [{"customer_id": customer_id, "tag_id": tag.id} for tag in new])
    if not new and not old:
        return False
    customer.version += 1
    work.session.add(customer)
    before, after = ({"tags": [tag.name for tag in tags] or None} for tags in (old, new))
    work.audit("customer.tag", "customer", customer.code, before=before, after=after)
    return True


def _customers_of(work: Transaction, tag: Tag) -> Sequence[int]:
    wanted = select(CustomerTag.customer_id).where(CustomerTag.tag_id == tag.id)
    return work.session.exec(wanted.order_by(col(CustomerTag.customer_id))).all()
