"""What holds for every rule, whatever the facts."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from salesflow.enums import Grade, Method, Role, Status
from salesflow.i18n import msg
from salesflow.rules.approvals import Step, merge_routes
from salesflow.rules.authority import Concession, discount_authority
from salesflow.rules.cadence import Base, beyond_cadence, cadence
from salesflow.rules.decision import Strength
from salesflow.rules.orders import credit_limit, order_approval
from salesflow.rules.policy import PRESETS, Policy, Stage, Tier
from salesflow.rules.policy_keys import KEYS, contradictions
from salesflow.rules.policy_kinds import Code, Flag, Kind, Scaled, Stages, Texts, Tiers, Whole
from salesflow.rules.policy_toml import load_preset, parse_policy
from salesflow.rules.pricing import auto_discount, price_floor, quote_standing, quote_validity
from salesflow.rules.stale import falls_on, lost_proposal, stale_downgrade
from salesflow.rules.status import TRANSITIONS, status_transition
from salesflow.rules.wording import need_specific, objective_wording, plan_specific
from salesflow.workdays import Calendar

CALENDAR = Calendar()
POLICIES = [load_preset(name) for name in PRESETS]
LETTERS: dict[Grade | None, int] = {Grade.A: 3, Grade.B: 2, Grade.C: 1, None: 0}

days = st.dates(date(2015, 1, 1), date(2040, 12, 31))
grades = st.sampled_from([*Grade, None])
statuses = st.sampled_from([*Status])
presets = st.sampled_from(POLICIES)
roles = st.lists(st.sampled_from([*Role]), unique=True)
percents = st.integers(0, 10_000)
amounts = st.integers(0, 10**12)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def values(kind: Kind) -> st.SearchStrategy[Any]:
    """Values that a key of the policy may have."""
    if isinstance(kind, (Whole, Scaled)):
        return st.integers(kind.low, kind.high)
    if isinstance(kind, Code):
        return st.sampled_from(kind.codes).map(kind.make)
    if isinstance(kind, Flag):
        return st.booleans()
    if isinstance(kind, Texts):
        return st.lists(texts.map(str.strip).filter(bool), max_size=3).map(tuple)
    if isinstance(kind, Tiers):
        starts = st.lists(values(kind.start), max_size=3, unique=True).map(sorted)
        percent = st.lists(values(kind.percent), min_size=3, max_size=3, unique=True).map(sorted)
        return st.builds(lambda from_, by: tuple(map(Tier, from_, by)), starts, percent)
    if isinstance(kind, Stages):
        some = texts.map(str.strip)
        named = some.filter(bool)
        methods, roles = st.sampled_from([*Method]), st.sampled_from(["", *Role])
        return st.lists(st.builds(Stage, named, values(kind.day), methods, named, some, roles), max_size=3).map(tuple)
    return st.builds(time, st.integers(0, 23), st.integers(0, 59))


@st.composite
def policies(draw: st.DrawFn, *tables: str) -> Policy:
    """Any policy whose keys are each within their bounds, the default outside the tables."""
    policy = Policy()
    for attribute in tables:
        keys = KEYS[attribute]
        chosen = draw(st.lists(st.sampled_from(sorted(keys)), unique=True, max_size=3))
        changes = {name: draw(values(keys[name].kind)) for name in chosen}
        policy = policy._replace(**{attribute: getattr(policy, attribute)._replace(**changes)})
    return policy


@given(
    presets | policies("cadence"),
    grades,
    statuses,
    days,
    st.integers(0, 7),
)
def test_a_follow_up_is_due_on_a_working_day_after_its_base(
    policy: Policy, grade: Grade | None, status: Status, base: date, contacts: int
) -> None:
    decision = cadence(policy, CALENDAR, grade=grade, status=status, base=base, contacts_in_week=contacts)
    if status.is_open:
        assert decision.value is not None
    if status in (Status.LOST, Status.INVALID):
        assert decision.value is None
    if decision.value is not None:
        assert CALENDAR.is_workday(decision.value)
        assert decision.value > base
        assert decision.outcome == decision.value.isoformat()


@given(presets, grades, statuses, days, st.integers(0, 7))
def test_a_follow_up_is_due_no_earlier_the_more_contacts_there_were(
    policy: Policy, grade: Grade | None, status: Status, base: date, contacts: int
) -> None:
    fewer, more = (
        cadence(policy, CALENDAR, grade=grade, status=status, base=base, contacts_in_week=count).value
        for count in (contacts, contacts + 1)
    )
    assert (fewer is None) == (more is None)
    if fewer is not None and more is not None:
        assert fewer <= more


@given(
    presets, grades, st.sampled_from([status for status in Status if status.is_open]), days, st.sampled_from([*Base])
)
def test_what_the_interval_is_counted_from_changes_the_words_alone(
    policy: Policy, grade: Grade | None, status: Status, base: date, kind: Base
) -> None:
    plain, named = (
        cadence(policy, CALENDAR, grade=grade, status=status, base=base, contacts_in_week=1, base_kind=one)
        for one in (Base.LAST_CONTACT, kind)
    )
    assert plain.value == named.value


@given(presets, grades, statuses, days, days)
def test_beyond_cadence_is_later_than_the_rules_date(
    policy: Policy, grade: Grade | None, status: Status, base: date, chosen: date
) -> None:
    due = cadence(policy, CALENDAR, grade=grade, status=status, base=base, contacts_in_week=1)
    decision = beyond_cadence(due, given=chosen)
    assert decision.value == chosen
    assert (decision.outcome == "beyond-cadence") == (due.value is not None and chosen > due.value)


@given(policies("stale_downgrade"), grades, statuses, days, st.integers(0, 400))
def test_stale_never_raises_a_grade_and_falls_once(
    policy: Policy, grade: Grade | None, status: Status, since: date, waited: int
) -> None:
    if any(found.table == "stale_downgrade" for found in contradictions(policy)):
        return
    today = since + timedelta(days=waited)
    fall = stale_downgrade(policy, grade=grade, status=status, since=since, today=today).value
    day = falls_on(policy.stale_downgrade, grade=grade, status=status, since=since)
    assert (fall is not None) == (day is not None and today >= day)
    if fall is not None:
        assert LETTERS[fall.grade] <= LETTERS[grade]
        assert fall.status in (status, Status.INVALID)
        assert (fall.grade, fall.status) != (grade, status)
        again = stale_downgrade(policy, grade=fall.grade, status=fall.status, since=since, today=today)
        assert again.value is None


@given(policies("lost_proposal"), grades, statuses, days, st.integers(0, 4_000))
def test_only_open_customers_are_proposed_as_lost(
    policy: Policy, grade: Grade | None, status: Status, since: date, waited: int
) -> None:
    fall = lost_proposal(
        policy, grade=grade, status=status, last_contact=since, today=since + timedelta(days=waited)
    ).value
    if fall is not None:
        assert status.is_open
        assert status_transition(old=status, new=fall.status).outcome == "ok"


@given(statuses, statuses)
def test_every_status_leads_back_to_every_open_one(start: Status, end: Status) -> None:
    reached = {start}
    for _ in Status:
        reached |= {new for old in reached for new in TRANSITIONS[old]}
    assert end in reached


@given(presets, roles, percents, percents)
def test_a_higher_discount_never_needs_fewer_steps(policy: Policy, submitter: list[Role], one: int, other: int) -> None:
    low, high = (
        discount_authority(policy, roles=submitter, concessions=[Concession(1, 10_000, 10_000 - points)]).value
        for points in sorted((one, other))
    )
    assert low is not None
    assert high is not None
    assert [step.role for step in high][: len(low)] == [step.role for step in low]


@given(policies("discount_authority"), roles, st.lists(percents, max_size=4))
def test_whoever_holds_more_roles_never_needs_more_steps(
    policy: Policy, submitter: list[Role], discounts: list[int]
) -> None:
    if any(found.table == "discount_authority" for found in contradictions(policy)):
        return
    given_away = [Concession(line, 10_000, 10_000 - points) for line, points in enumerate(discounts, 1)]
    fewer = discount_authority(policy, roles=submitter, concessions=given_away).value or ()
    more = discount_authority(policy, roles=[*submitter, Role.MANAGER], concessions=given_away).value or ()
    assert {step.role for step in more} <= {step.role for step in fewer}
    assert Role.MANAGER not in {step.role for step in more}
    assert not discount_authority(policy, roles=[*submitter, Role.DIRECTOR], concessions=given_away).value


@given(st.integers(1, 10**15), st.integers(0, 10**15))
def test_a_concession_is_never_shown_smaller_than_it_is(listed: int, net: int) -> None:
    discount = Concession(None, listed, net).discount
    assert discount * listed >= (listed - net) * 10_000
    assert (discount - 1) * listed < max(0, listed - net) * 10_000


steps = st.lists(
    st.builds(Step, st.sampled_from([*Role]), st.sampled_from(["x", "y"]), st.just(msg("why")), st.integers(1, 9)),
    max_size=5,
    unique_by=lambda step: step.role,
)


@given(st.lists(steps, max_size=4))
def test_a_merged_route_has_no_role_twice_and_loses_none(routes: list[list[Step]]) -> None:
    merged = merge_routes(*routes)
    named = [step.role for step in merged]
    assert len(named) == len(set(named))
    assert set(named) == {step.role for route in routes for step in route}
    assert Role.DIRECTOR not in named[:-1]
    for step in merged:
        asked = [one.deadline_workdays for route in routes for one in route if one.role is step.role]
        assert step.deadline_workdays == min(asked)
    assert merge_routes(merged) == merged


@given(steps)
def test_a_merged_route_keeps_a_rules_order(route: list[Step]) -> None:
    merged = [step for step in merge_routes(route) if step.role is not Role.DIRECTOR]
    assert merged == [step for step in route if step.role is not Role.DIRECTOR]


@given(policies("auto_discount"), grades, st.integers(1, 10**9), st.integers(1, 10**9), amounts, amounts)
def test_buying_more_never_gives_less_discount(
    policy: Policy, grade: Grade | None, quantity: int, more: int, amount: int, dearer: int
) -> None:
    little = auto_discount(policy, grade=grade, quantity=quantity, list_amount=amount).value
    much = auto_discount(policy, grade=grade, quantity=quantity + more, list_amount=amount + dearer).value
    assert little is not None
    assert much is not None
    assert 0 <= little <= much <= 10_000


@given(
    policies("price_floor"),
    amounts,
    st.integers(1, 10**9),
    st.none() | amounts,
    st.none() | amounts,
    st.integers(0, 10**9),
)
def test_selling_dearer_never_falls_below_the_floor(
    policy: Policy, amount: int, quantity: int, floor: int | None, cost: int | None, more: int
) -> None:
    cheap, dear = (
        price_floor(policy, line=1, amount=one, quantity=quantity, floor_price=floor, cost=cost, roles=[Role.REP])
        for one in (amount, amount + more)
    )
    assert cheap.outcome != "ok" or dear.outcome == "ok"
    if floor is None and cost is None:
        assert cheap.outcome == "ok"


@given(presets, days, st.integers(1, 400), st.integers(0, 400))
def test_a_quote_stands_for_its_days_and_no_longer(policy: Policy, quoted: date, valid: int, later: int) -> None:
    until = quote_validity(policy, quoted_on=quoted, valid_days=valid).value
    assert until is not None
    standing = quote_standing(policy, valid_until=until, today=quoted + timedelta(days=later))
    assert standing.refused == (later > valid)


@given(policies("order_approval"), amounts, amounts)
def test_a_larger_order_never_needs_fewer_steps(policy: Policy, total: int, more: int) -> None:
    small, large = (order_approval(policy, total=one).value for one in (total, total + more))
    assert small is not None
    assert large is not None
    assert [step.role for step in large][: len(small)] == [step.role for step in small]


@given(
    policies("credit_limit"),
    st.none() | amounts,
    st.integers(-(10**12), 10**12),
    amounts,
    st.integers(0, 400),
    st.integers(0, 10**9),
)
def test_a_larger_exposure_is_never_easier(
    policy: Policy, limit: int | None, exposure: int, total: int, overdue: int, more: int
) -> None:
    severity = {Strength.OFF: 0, Strength.ROUTE: 1, Strength.REFUSE: 2}
    low, high = (
        credit_limit(policy, limit=limit, exposure=one, order_total=total, overdue_days=overdue)
        for one in (exposure, exposure + more)
    )
    assert severity[low.strength] <= severity[high.strength]


@given(policies(*KEYS))
def test_a_policy_survives_json_and_toml(policy: Policy) -> None:
    assert Policy.from_json(policy.to_json()) == policy
    if not any(contradictions(policy)):
        for extends in (None, "tracker"):
            assert parse_policy(policy.to_toml(extends)) == policy


@given(texts, st.lists(texts, max_size=3), st.none() | days)
def test_no_text_upsets_the_lints(text: str, contacts: list[str], on: date | None) -> None:
    policy = Policy()
    decisions = [
        need_specific(policy, text=text),
        objective_wording(policy, text=text),
        plan_specific(policy, focus=text, on=on, contacts=contacts),
    ]
    for decision in decisions:
        assert decision.strength is (Strength.OFF if decision.outcome == "ok" else Strength.HINT)
        assert str(decision.message)


@given(texts)
def test_a_figure_makes_a_need_concrete(text: str) -> None:
    assert need_specific(Policy(), text=f"{text}需要采购50台电脑").outcome in ("ok", "vague")
