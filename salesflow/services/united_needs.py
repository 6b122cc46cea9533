"""Two customers become one: the needs of both stand on one list, and what was confirmed stays as it was confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlmodel import col, select, update

from salesflow.models.need import Need, NeedList
from salesflow.services import need_analysis, needs
from salesflow.services.need_analysis import TEXTS
from salesflow.services.needs import FACTS
from salesflow.text import fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_NEXT: Final = 1


def unite(work: Transaction, source_id: int, target_id: int, target_code: str) -> None:
    """Prepare the needs of the source to be moved to the target: afterwards no two of their records are in each other's way."""
    _unite_lists(work, source_id, target_id)
    _unite_analyses(work, source_id, target_id, target_code)
    work.session.flush()


def _unite_lists(work: Transaction, source_id: int, target_id: int) -> None:
    """The source's versions follow on the target's; the next one after them has the needs of both, and is to be confirmed.

    Where the source has never confirmed anything, its needs are written into the target's list.
    """
    theirs, ours = _versions(work, source_id), _versions(work, target_id)
    if not theirs or not ours:
        return
    if all(version.confirmed_on is None for version in theirs):
        _write_in(work, source_id, target_id)
        return
    shift, last = ours[-1].version, ours[-1].version + theirs[-1].version
    _follow(work, source_id, shift)
    _stand_again(work, source_id, target_id, shift, last + _NEXT)


def _write_in(work: Transaction, source_id: int, target_id: int) -> None:
    """The needs of a list that was never confirmed go into the version that the target is writing."""
    current = needs.draft(work, target_id)
    known = {fold(need.text) for need in needs.standing(work, target_id)}
    for need in _all(work, source_id):
        need.since = current.version
        if need.until is not None or fold(need.text) in known:
            need.until = current.version
        work.session.add(need)
    for version in _versions(work, source_id):
        work.session.delete(version)
    work.session.flush()
    # moved here already, so that it is seen whether they change anything
    work.session.execute(update(Need).where(col(Need.customer_id) == source_id).values(customer_id=target_id))
    needs.settle(work, current)


def _follow(work: Transaction, source_id: int, shift: int) -> None:
    """Number the source's versions on from the target's last one."""
    for need in _all(work, source_id):
        need.since += shift
        need.until = None if need.until is None else need.until + shift
        work.session.add(need)
    work.session.flush()
    own = col(NeedList.customer_id) == source_id
    for version in reversed(_versions(work, source_id)):
        number = version.version
        work.session.expunge(version)
        changed = update(NeedList).where(own, col(NeedList.version) == number)
        work.session.execute(changed.values(version=number + shift))


def _stand_again(work: Transaction, source_id: int, target_id: int, shift: int, version: int) -> None:
    """The target's needs are in none of the source's versions, and stand again in the one after them, if not said there."""
    known = {fold(need.text) for need in needs.standing(work, source_id)}
    for need in needs.standing(work, target_id):
        needs.end(work, need, shift + _NEXT)
        if fold(need.text) not in known:
            values = {name: getattr(need, name) for name in FACTS}
            work.add(Need(customer_id=target_id, **values, since=version, at=need.at, by_id=need.by_id))
    work.add(NeedList(customer_id=target_id, version=version, started_at=work.now))


def _versions(work: Transaction, customer_id: int) -> list[NeedList]:
    wanted = select(NeedList).where(NeedList.customer_id == customer_id).order_by(col(NeedList.version))
    return list(work.session.exec(wanted).all())


def _all(work: Transaction, customer_id: int) -> list[Need]:
    return list(work.session.exec(select(Need).where(Need.customer_id == customer_id)).all())


def _unite_analyses(work: Transaction, source_id: int, target_id: int, target_code: str) -> None:
    """The target's answers, and beneath them what the source's say beyond; of two budgets the target's, the trail has the other."""
    theirs, ours = need_analysis.find(work, source_id), need_analysis.find(work, target_id)
    if theirs is None or ours is None:
        return
    columns = {name: _both(getattr(ours, name), getattr(theirs, name)) for name in TEXTS}
    gone = theirs.budget_cipher
    if ours.budget_cipher is None and theirs.budget_cipher is not None:
        budget = need_analysis.opened(work, theirs)
        assert budget is not None
        columns |= {"budget_consent": theirs.budget_consent}
        ours.budget_cipher, gone = need_analysis.sealed(work, ours, budget), None
    before, after = work.changed(ours, columns)
    work.session.add(ours)
    lost = {} if gone is None else {"budget_range": gone, "budget_consent": theirs.budget_consent}
    if before or lost:
        work.audit("need.merge", need_analysis.KIND, target_code, before=before | lost, after=after)
    work.session.delete(theirs)


def _both(ours: str | None, theirs: str | None) -> str | None:
    if ours is None or theirs is None or theirs in ours:
        return theirs if ours is None else ours
    return f"{ours}\n{theirs}"
