"""The policy's file: what is read, and what is refused with its line."""

from __future__ import annotations

from datetime import time

import pytest

from salesflow.errors import InvalidValue
from salesflow.rules.decision import Strength
from salesflow.rules.policy import DiscountAuthority, Policy, Tier
from salesflow.rules.policy_toml import load_preset, parse_policy


def test_a_policy_states_only_its_differences() -> None:
    policy = parse_policy('extends = "tracker"\n\n[stale-downgrade]\ndays = 10\n')
    tracker = load_preset("tracker")
    assert policy == tracker._replace(stale_downgrade=tracker.stale_downgrade._replace(days=10))
    assert policy.cadence.interested_days == 4


def test_without_extends_the_rest_is_balanced() -> None:
    assert parse_policy("") == Policy()
    assert parse_policy("[cadence]\na_days = 5").cadence == Policy().cadence._replace(a_days=5)


def test_extends_is_resolved_by_whoever_asks() -> None:
    base = Policy(cadence=Policy().cadence._replace(a_days=1))
    assert parse_policy('extends = "tracker"', lambda _: base) is not base
    assert parse_policy('extends = "tracker"', lambda _: base) == base


def test_units_of_the_file() -> None:
    policy = parse_policy(
        """
        [business]
        close = "17:30"
        [discount-authority]
        rep = 2.5
        senior_rep = 7
        manager = 12.25
        [order-approval]
        director_above = "50万"
        [price-floor]
        min_margin = 0.01
        [grade-score]
        a_from = 4.25
        [need-specific]
        strength = "flag"
        phrases = [" 随缘 ", "whatever"]
        [separation-of-duties]
        allow_only_holder = false
        [auto-discount]
        quantity_tiers = [{ from = 0.5, percent = 1 }, { from = 100, percent = 2.5 }]
        amount_tiers = [{ from = "12,345.67", percent = 3 }]
        """
    )
    assert policy.business.close == time(17, 30)
    assert policy.discount_authority == DiscountAuthority(250, 700, 1_225)
    assert policy.order_approval.director_above == 50_000_000
    assert policy.price_floor.min_margin == 1
    assert policy.grade_score.a_from == 425
    assert policy.need_specific.strength is Strength.FLAG
    assert policy.need_specific.phrases == ("随缘", "whatever")
    assert policy.separation_of_duties.allow_only_holder is False
    assert policy.auto_discount.quantity_tiers == (Tier(500, 100), Tier(100_000, 250))
    assert policy.auto_discount.amount_tiers == (Tier(1_234_567, 300),)


@pytest.mark.parametrize(
    ("value", "fen"),
    [("500000", 50_000_000), ("1234.5", 123_450), ('"500000"', 50_000_000), ('"￥1.2万"', 1_200_000), ("0", 0)],
)
def test_amounts_are_numbers_or_texts_in_yuan(value: str, fen: int) -> None:
    assert parse_policy(f"[order-approval]\ndirector_above = {value}").order_approval.director_above == fen


def test_tomls_own_times_are_times() -> None:
    assert parse_policy("[business]\nclose = 17:30:00").business.close == time(17, 30)


def test_written_and_read_again() -> None:
    policy = parse_policy(
        'extends = "process-toolkit"\n[cadence]\na_days = 4\n[business]\nclose = "17:45"\n'
        '[plan-specific]\nphrases = ["a \\"b\\"", "c\\\\d"]\n'
        "[auto-discount]\namount_tiers = [{ from = 1000, percent = 0.5 }]\n"
    )
    assert policy.to_toml(extends="process-toolkit") == (
        'extends = "process-toolkit"\n\n[business]\nclose = "17:45"\n\n[cadence]\na_days = 4\n\n'
        '[plan-specific]\nphrases = ["a \\"b\\"", "c\\\\d"]\n\n'
        "[auto-discount]\namount_tiers = [{ from = 1000, percent = 0.5 }]\n"
    )
    for extends in (None, "balanced", "process-toolkit"):
        assert parse_policy(policy.to_toml(extends)) == policy


def test_a_preset_adds_nothing_to_itself() -> None:
    assert load_preset("tracker").to_toml(extends="tracker") == 'extends = "tracker"\n'


def test_an_unknown_preset() -> None:
    with pytest.raises(InvalidValue) as caught:
        load_preset("trakcer")
    assert str(caught.value) == 'there is no preset "trakcer"'
    assert str(caught.value.hint) == "did you mean tracker?"


WHOLE = "it must be a whole number from {} to {}"
NUMBER = "it must be a number from {} to {} with at most 2 decimals"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        # not TOML
        ("[cadence]\na_days = \n", "line 2: this is not TOML: Invalid value", None),
        ("[cadence]\na_days = 1\na_days = 2", "line 3: this is not TOML: Cannot overwrite a value", None),
        ("[cadence", "line 1: this is not TOML: Expected ']' at the end of a table declaration", None),
        # unknown names, with the nearest valid one
        ('\nextends = "balance"', 'line 2: there is no preset "balance"', "did you mean balanced?"),
        (
            'extends = "x"', 'line 1: there is no preset "x"',
            "known are: balanced, template-guide, process-toolkit, order-toolkit, tracker",
        ),
        ("extends = 3", 'line 1: there is no preset "3"', None),
        (
            "# a comment\n\n[stale-downgrad]\ndays = 3", 'line 3: there is no table or rule "stale-downgrad" with parameters',
            "did you mean stale-downgrade?",
        ),
        ("days = 3", 'line 1: there is no table or rule "days" with parameters', None),
        ("[status-reason]\non = false", 'line 1: there is no table or rule "status-reason" with parameters', None),
        ("[cadence]\nb_days = 3\na_day = 3", 'line 3: [cadence] has no key "a_day"', "did you mean a_days?"),
        (
            '[cadence]\na_days = 3\n[stale-downgrade]\na_days = 3', 'line 4: [stale-downgrade] has no key "a_days"',
            "did you mean warn_days?",
        ),
        ("[log-deadline]\nxyz = 1", 'line 2: [log-deadline] has no key "xyz"', "known are: hours"),
        ("cadence.a_dayz = 3", 'line 1: [cadence] has no key "a_dayz"', "did you mean a_days?"),
        ("\ncadence = { a_dayz = 3 }", 'line 2: [cadence] has no key "a_dayz"', "did you mean a_days?"),
        ("[cadence.a_days]\nx = 1", f"line 1: [cadence] a_days: {WHOLE.format(1, 3650)}", None),
        ('[cadence]\n"a_dayz" = 3', 'line 2: [cadence] has no key "a_dayz"', "did you mean a_days?"),
        ("cadence = 3", "line 1: cadence is a table: write [cadence]", None),
        ("extends = 'tracker'\ncadence = [1]", "line 2: cadence is a table: write [cadence]", None),
        # wrong types and bounds; the hint says what the key means
        (
            "[cadence]\na_days = -7", f"line 2: [cadence] a_days: {WHOLE.format(1, 3650)}",
            "longest gap between follow-ups of an A customer",
        ),
        ("[cadence]\n\nhot_days = 7.5", f"line 3: [cadence] hot_days: {WHOLE.format(0, 3650)}", None),
        ("[cadence]\nhot_days = true", f"line 2: [cadence] hot_days: {WHOLE.format(0, 3650)}", None),
        ('[cadence]\nhot_days = "7"', f"line 2: [cadence] hot_days: {WHOLE.format(0, 3650)}", None),
        ("[limits]\nname = 2000", f"line 2: [limits] name: {WHOLE.format(10, 1000)}", None),
        ("[discount-authority]\nrep = 101", f"line 2: [discount-authority] rep: {NUMBER.format(0, 100)}", None),
        ("[discount-authority]\nrep = -1", f"line 2: [discount-authority] rep: {NUMBER.format(0, 100)}", None),
        ("[discount-authority]\nrep = 2.555", f"line 2: [discount-authority] rep: {NUMBER.format(0, 100)}", None),
        ("[discount-authority]\nrep = nan", f"line 2: [discount-authority] rep: {NUMBER.format(0, 100)}", None),
        ("[discount-authority]\nrep = inf", f"line 2: [discount-authority] rep: {NUMBER.format(0, 100)}", None),
        ("[discount-authority]\nrep = 1e999999", f"line 2: [discount-authority] rep: {NUMBER.format(0, 100)}", None),
        ("[discount-authority]\nrep = 2.50000000000001", f"line 2: [discount-authority] rep: {NUMBER.format(0, 100)}", None),
        ("[discount-authority]\nrep = 1e-999999", f"line 2: [discount-authority] rep: {NUMBER.format(0, 100)}", None),
        ("[discount-authority]\nrep = true", f"line 2: [discount-authority] rep: {NUMBER.format(0, 100)}", None),
        ('[discount-authority]\nrep = "10"', f"line 2: [discount-authority] rep: {NUMBER.format(0, 100)}", None),
        (
            '[order-approval]\ndirector_above = "a lot"',
            f"line 2: [order-approval] director_above: {NUMBER.format(0, 10**13)}", None,
        ),
        ("[grade-score]\na_from = 5.5", f"line 2: [grade-score] a_from: {NUMBER.format(1, 5)}", None),
        (
            '[need-specific]\nstrength = "route"',
            "line 2: [need-specific] strength: it must be one of: off, hint, flag, refuse", "what follows when a need is vague",
        ),
        (
            '[objective-wording]\nstrength = "refuse"', "line 2: [objective-wording] strength: it must be one of: off, hint",
            None,
        ),
        (
            "[separation-of-duties]\nallow_only_holder = 1",
            "line 2: [separation-of-duties] allow_only_holder: it must be true or false", None,
        ),
        ('[business]\nclose = "6 pm"', 'line 2: [business] close: it must be a time of day such as "18:00"', None),
        ('[business]\nclose = "25:00"', 'line 2: [business] close: it must be a time of day such as "18:00"', None),
        ('[business]\nclose = "18:00:30"', 'line 2: [business] close: it must be a time of day such as "18:00"', None),
        ('[business]\nclose = "18:00+08:00"', 'line 2: [business] close: it must be a time of day such as "18:00"', None),
        ("[business]\nclose = 18", 'line 2: [business] close: it must be a time of day such as "18:00"', None),
        ('[need-specific]\nphrases = "x"', "line 2: [need-specific] phrases: it must be a list of texts", None),
        ('[need-specific]\nphrases = ["x", ""]', "line 2: [need-specific] phrases: it must be a list of texts", None),
        ("[need-specific]\nphrases = [1]", "line 2: [need-specific] phrases: it must be a list of texts", None),
        (
            "[auto-discount]\nquantity_tiers = 3",
            "line 2: [auto-discount] quantity_tiers: it must be a list such as [{ from = 100, percent = 2 }]", None,
        ),
        (
            "[auto-discount]\nquantity_tiers = [{ from = 1 }]",
            "line 2: [auto-discount] quantity_tiers: it must be a list such as [{ from = 100, percent = 2 }]", None,
        ),
        (
            "[[auto-discount.amount_tiers]]\nfrom = 1\npercent = 200",
            f"line 1: [auto-discount] amount_tiers: {NUMBER.format(0, 100)}", None,
        ),
        (
            "[auto-discount]\nquantity_tiers = [{ from = 9, percent = 2 }, { from = 9, percent = 3 }]",
            "line 2: [auto-discount] quantity_tiers: each tier must begin above the one before it and give more", None,
        ),
        (
            "[auto-discount]\nquantity_tiers = [{ from = 9, percent = 2 }, { from = 10, percent = 2 }]",
            "line 2: [auto-discount] quantity_tiers: each tier must begin above the one before it and give more", None,
        ),
        # values that exclude one another
        (
            "[grade-score]\n# stricter\nb_from = 4.5",
            "line 3: [grade-score] the cut-off of A, 4, is below that of B, 4.5", None,
        ),
        (
            "[grade-score]\nindustry_potential = 0\nbudget_match = 0\ndecision_chain = 0\nurgency = 0",
            "line 2: [grade-score] at least one weight must be above 0", None,
        ),
        (
            "[discount-authority]\nmanager = 30\nrep = 25\n",
            "line 3: [discount-authority] rep may not give more (25 %) than senior_rep (10 %)", None,
        ),
        (
            "[discount-authority]\nsenior_rep = 25",
            "line 2: [discount-authority] senior_rep may not give more (25 %) than manager (20 %)", None,
        ),
        (
            "[discount-authority]\nmanager = 5",
            "line 2: [discount-authority] senior_rep may not give more (10 %) than manager (5 %)", None,
        ),
        ('[stale-downgrade]\ngrade = "C"', "line 2: [stale-downgrade] grade C cannot fall to itself", None),
        (
            "[credit-limit]\noverdue_step_days = 45",
            "line 2: [credit-limit] orders are refused after 30 days overdue, before the director is asked after 45", None,
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_policy(text)
    assert str(caught.value) == message
    assert caught.value.exit_status == 2
    assert caught.value.details["line"] == int(message.removeprefix("line ").partition(":")[0])
    if hint is not None:
        assert str(caught.value.hint) == hint


def test_details_for_programs() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_policy("[cadence]\na_dayz = 1")
    assert caught.value.details == {"line": 2, "table": "cadence", "key": "a_dayz"}


def test_what_a_base_brings_along_may_contradict() -> None:
    strict = Policy(grade_score=Policy().grade_score._replace(b_from=450))
    with pytest.raises(InvalidValue, match=r"^line 1: \[grade-score\] the cut-off of A, 4, is below that of B, 4.5$"):
        parse_policy('extends = "tracker"', lambda _: strict)
