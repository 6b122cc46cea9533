"""The sweep over stale leads: three rules, one after the other, each starting from what the one before has made."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.enums import Grade, Status
from salesflow.i18n import render
from salesflow.rules.policy import LostProposal, Policy, StaleDowngrade, StallAnalysis
from salesflow.rules.stale import Fall
from salesflow.rules.sweep import FALLS, Finding, Standing, earliest, sweep

TODAY = date(2026, 3, 20)
BALANCED = Policy()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def standing(
    grade: Grade | None = Grade.B, status: Status = Status.PROSPECT, *, progress: int = 0, contact: int = 0
) -> Standing:
    """Days ago of the last progress and the last contact."""
    return Standing(grade, status, ago(progress), ago(contact))


def short(found: list[Finding]) -> list[tuple[str, str, date]]:
    return [(finding.rule, finding.outcome, finding.on) for finding in found]


FALLS_TO_C = ("stale-downgrade", "C")
WANTED = ("stall-analysis", "wanted")
LOST = ("lost-proposal", "lost")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (standing(progress=13), []),
        (standing(progress=14), [(*FALLS_TO_C, TODAY)]),
        (standing(progress=16), [(*FALLS_TO_C, ago(2))]),
        (standing(Grade.A, progress=29), []),
        (standing(Grade.A, progress=30), [(*WANTED, TODAY)]),
        (standing(None, progress=31), [(*WANTED, ago(1))]),
        (standing(Grade.C, contact=89), []),
        (standing(Grade.C, contact=90), [(*LOST, TODAY)]),
        (standing(Grade.A, contact=400), []),
        (standing(progress=30), [(*FALLS_TO_C, ago(16)), (*WANTED, TODAY)]),
        # what falls to C today can be lost in the same sweep, so that a second one finds nothing
        (standing(progress=95, contact=95), [(*FALLS_TO_C, ago(81)), (*WANTED, ago(65)), (*LOST, ago(5))]),
        (standing(status=Status.WON, progress=400, contact=400), []),
        (standing(status=Status.LOST, progress=400, contact=400), []),
    ],
)
def test_findings_of_today(who: Standing, expected: list[tuple[str, str, date]]) -> None:
    assert short(sweep(BALANCED, who, today=TODAY)) == expected


def test_each_finding_says_what_the_customer_is_then() -> None:
    found = sweep(BALANCED, standing(status=Status.HOT, progress=95, contact=95), today=TODAY)
    assert [finding.after for finding in found] == [
        Fall(Grade.C, Status.HOT),
        Fall(Grade.C, Status.HOT),
        Fall(Grade.C, Status.LOST),
    ]
    assert [render(finding.text) for finding in found] == [
        "falls to grade C: 95 days without progress, 14 are allowed",
        "95 days without progress: the cause and a strategy are wanted",
        "proposed as lost: 95 days without contact, 90 are allowed",
    ]


def test_who_becomes_invalid_needs_neither_an_analysis_nor_to_be_lost() -> None:
    policy = BALANCED._replace(stale_downgrade=StaleDowngrade(to="invalid"))
    (found,) = sweep(policy, standing(progress=95, contact=95), today=TODAY)
    assert (found.rule, found.outcome, found.after) == ("stale-downgrade", "invalid", Fall(Grade.B, Status.INVALID))


def test_a_forecast_names_the_day_and_the_condition() -> None:
    who = standing(progress=10, contact=10)
    assert sweep(BALANCED, who, today=TODAY, within=3) == []
    (falls,) = sweep(BALANCED, who, today=TODAY, within=4)
    assert (falls.on, render(falls.text)) == (
        date(2026, 3, 24),
        "falls to grade C on 2026-03-24 unless there is progress",
    )
    _, wanted, lost = sweep(BALANCED, standing(progress=25, contact=85), today=TODAY, within=7)
    assert (wanted.on, render(wanted.text)) == (
        date(2026, 3, 25),
        "from 2026-03-25 on the cause and a strategy are wanted unless there is progress",
    )
    assert (lost.on, render(lost.text)) == (
        date(2026, 3, 25),
        "proposed as lost on 2026-03-25 unless there is contact",
    )


def test_what_is_due_today_reads_the_same_in_a_forecast() -> None:
    who = standing(progress=95, contact=95)
    assert sweep(BALANCED, who, today=TODAY, within=30) == sweep(BALANCED, who, today=TODAY)


def test_nobody_is_proposed_as_lost_before_being_a_c() -> None:
    """A B customer that falls in five days, long out of contact: lost from that day on, not since long."""
    found = sweep(BALANCED, standing(progress=9, contact=200), today=TODAY, within=7)
    assert short(found) == [(*FALLS_TO_C, date(2026, 3, 25)), (*LOST, date(2026, 3, 25))]


def test_rules_that_are_off_say_nothing() -> None:
    policy = BALANCED._replace(
        stale_downgrade=StaleDowngrade(days=0), stall_analysis=StallAnalysis(days=0), lost_proposal=LostProposal(days=0)
    )
    assert sweep(policy, standing(Grade.C, progress=900, contact=900), today=TODAY) == []
    assert earliest(policy, today=TODAY) == (None, None)


def test_who_was_analysed_after_the_last_progress_is_not_asked_again() -> None:
    who = standing(Grade.A, progress=40)
    assert short(sweep(BALANCED, who, today=TODAY)) == [(*WANTED, ago(10))]
    assert short(sweep(BALANCED, who._replace(analysed_on=ago(40)), today=TODAY)) == [(*WANTED, ago(10))]
    assert sweep(BALANCED, who._replace(analysed_on=ago(39)), today=TODAY) == []
    assert sweep(BALANCED, who._replace(analysed_on=ago(3)), today=TODAY, within=30) == []


@pytest.mark.parametrize(
    ("not_before", "within", "found"),
    [
        (0, 0, [(*FALLS_TO_C, TODAY)]),
        (1, 0, []),
        (3, 2, []),
        (3, 3, [(*FALLS_TO_C, TODAY + timedelta(days=3))]),
        (-9, 0, [(*FALLS_TO_C, ago(6))]),
    ],
)
def test_a_fall_that_was_taken_back_waits(not_before: int, within: int, found: list[tuple[str, str, date]]) -> None:
    who = standing(progress=20)._replace(not_before=TODAY + timedelta(days=not_before))
    assert short(sweep(BALANCED, who, today=TODAY, within=within)) == found


def test_a_loss_that_was_taken_back_waits_too() -> None:
    who = standing(Grade.C, progress=20, contact=100)._replace(not_before=TODAY + timedelta(days=2))
    assert sweep(BALANCED, who, today=TODAY, within=1) == []
    (finding,) = sweep(BALANCED, who, today=TODAY, within=2)
    assert (finding.rule, finding.on) == ("lost-proposal", TODAY + timedelta(days=2))
    assert render(finding.text) == "proposed as lost on 2026-03-22 unless there is contact"


standings = st.builds(
    lambda who, analysed, not_before: who._replace(
        analysed_on=None if analysed is None else ago(analysed),
        not_before=None if not_before is None else ago(-not_before),
    ),
    st.builds(
        standing,
        st.sampled_from([None, *Grade]),
        st.sampled_from(list(Status)),
        progress=st.integers(0, 120),
        contact=st.integers(0, 120),
    ),
    st.none() | st.integers(0, 120),
    st.none() | st.integers(-20, 20),
)


@given(standings, st.integers(0, 30))
def test_only_who_is_looked_at_has_findings(who: Standing, within: int) -> None:
    progress, contact = earliest(BALANCED, today=TODAY, within=within)
    assert progress is not None
    assert contact is not None
    if who.progress > progress and who.contact > contact:
        assert sweep(BALANCED, who, today=TODAY, within=within) == []


@given(standings)
def test_a_second_sweep_changes_nothing(who: Standing) -> None:
    falls = [finding for finding in sweep(BALANCED, who, today=TODAY) if finding.rule in FALLS]
    after = who if not falls else who._replace(grade=falls[-1].after.grade, status=falls[-1].after.status)
    assert [finding for finding in sweep(BALANCED, after, today=TODAY) if finding.rule in FALLS] == []


@given(standings, st.integers(0, 30))
def test_a_forecast_has_all_of_today(who: Standing, within: int) -> None:
    now, later = sweep(BALANCED, who, today=TODAY), sweep(BALANCED, who, today=TODAY, within=within)
    assert [finding for finding in later if finding.on <= TODAY] == now
    assert all(finding.on <= TODAY + timedelta(days=within) for finding in later)
