"""A follow-up is edited by its author for some hours, after that amended; nothing that was written is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from salesflow.enums import Grade, Method
from salesflow.errors import Conflict, InvalidValue, NotFound, NotPermitted, Refused, SalesflowError, UsageError
from salesflow.rules.policy import Corrections, Policy
from salesflow.services import corrections, followups
from salesflow.services.followups import NewFollowup
from salesflow.services.policy import apply as apply_policy
from tests import leads
from tests.conftest import Office

WORDS = "SELECT content, scene, feedback, resolved, open_points, risk, next, version, corrected FROM v_followup WHERE id = 1"
KEPT = "SELECT kind, by, at, text FROM v_followup_correction ORDER BY id"


def edit(
    office: Office, words: Mapping[str, str | None], *, followup: int = 1, user: str | None = None,
    now: str | None = None, if_version: int | None = None,
) -> list[tuple[str, str]]:  # fmt: skip
    """Edit, and what the rules said."""
    context = office.context(user=user, now=now)
    with context.transaction() as work:
        corrections.edit(work, followup, words, if_version=if_version)
    return [(note.rule, note.outcome) for note in context.notes]


def amend(
    office: Office, text: str, *, followup: int = 1, user: str | None = None, now: str | None = None
) -> list[tuple[str, str]]:
    context = office.context(user=user, now=now)
    with context.transaction() as work:
        corrections.amend(work, followup, text)
    return [(note.rule, note.outcome) for note in context.notes]


def words(office: Office) -> dict[str, Any]:
    (row,) = leads.rows(office, WORDS)
    return row


@pytest.fixture
def logged(office: Office) -> Office:
    """li.na's customer; zhao.lei logged with it on Monday 2026-03-02 at 9:00."""
    leads.add(office, leads.new(grade=Grade.A))
    new = NewFollowup(Method.PHONE, "采购经理确认预算 20 万", feedback="“下周三答复”", next="周五前发报价给张伟")
    with office.context(user="zhao.lei").transaction() as work:
        followups.log(work, 1, new)
    office.user = "zhao.lei"
    return office


def test_an_edit_replaces_words_and_keeps_what_they_were(logged: Office) -> None:
    dates = "SELECT at, recorded_at, method, progress, late, by_id, contact_id FROM v_followup"
    facts = "SELECT status, grade, last_contact_on, last_progress_on, next_follow_up_on, version FROM v_customer"
    before = leads.rows(logged, dates), leads.rows(logged, facts)
    edit(
        logged,
        {"content": "采购经理确认预算 25 万", "risk": "竞品报价低 5%", "feedback": "“下周三答复”"},
        now="2026-03-02 17:00",
    )
    assert words(logged) == {
        "content": "采购经理确认预算 25 万", "scene": None, "feedback": "“下周三答复”", "resolved": None, "open_points": None,
        "risk": "竞品报价低 5%", "next": "周五前发报价给张伟", "version": 2, "corrected": 1,
    }  # fmt: skip
    (kept,) = leads.rows(logged, KEPT)
    assert (kept["kind"], kept["by"], kept["at"]) == ("edit", "zhao.lei", "2026-03-02 09:00:00")
    assert json.loads(kept["text"]) == {"content": "采购经理确认预算 20 万", "risk": None}
    assert (leads.rows(logged, dates), leads.rows(logged, facts)) == before


def test_an_edit_of_an_edit_keeps_both(logged: Office) -> None:
    edit(logged, {"content": "预算 21 万"})
    edit(logged, {"content": "预算 22 万"})
    texts = [json.loads(row["text"])["content"] for row in leads.rows(logged, KEPT)]
    assert texts == ["采购经理确认预算 20 万", "预算 21 万"]
    assert words(logged)["version"] == 3


def test_an_empty_text_takes_one_away_but_for_the_content(logged: Office) -> None:
    edit(logged, {"feedback": " ", "next": ""})
    assert (words(logged)["feedback"], words(logged)["next"]) == (None, None)
    with pytest.raises(InvalidValue, match="the content is empty"):
        edit(logged, {"content": " \n"})


def test_the_window_ends_to_the_second(logged: Office) -> None:
    edit(logged, {"risk": "一"}, now="2026-03-03 09:00:00")
    with pytest.raises(Refused, match="follow-up 1 could be edited until 2026-03-03 09:00") as refused:
        edit(logged, {"risk": "二"}, now="2026-03-03 09:00:01")
    assert str(refused.value.hint) == "add a correction with: salesflow followup amend 1 --text TEXT"
    assert words(logged)["risk"] == "一"


def test_the_window_counts_from_the_record_and_is_the_policys(logged: Office) -> None:
    with logged.context(user="zhang.wei").transaction() as work:
        apply_policy(work, "own", "", Policy(corrections=Corrections(2)), "试行")
    edit(logged, {"risk": "一"}, now="2026-03-02 11:00")
    with pytest.raises(Refused, match="until 2026-03-02 11:00"):
        edit(logged, {"risk": "二"}, now="2026-03-02 11:01")


def test_a_window_over_the_leap_day(office: Office) -> None:
    leads.add(office, leads.new(), now="2028-02-28 09:00")
    with office.context(now="2028-02-28 18:00").transaction() as work:
        followups.log(work, 1, NewFollowup(Method.PHONE, "确认预算 20 万"))
    edit(office, {"risk": "一"}, now="2028-02-29 18:00")
    with pytest.raises(Refused, match="until 2028-02-29 18:00"):
        edit(office, {"risk": "二"}, now="2028-03-01 00:00")


@pytest.mark.parametrize("user", ["li.na", "zhang.wei", "wang.fang", "chen.jie"])
def test_nobody_edits_what_another_wrote(logged: Office, user: str) -> None:
    with pytest.raises(NotPermitted, match=r"follow-up 1 is not yours: its author is zhao\.lei"):
        edit(logged, {"risk": "一"}, user=user)
    assert words(logged)["version"] == 1


@pytest.mark.parametrize(
    ("given", "how", "error", "said"),
    [
        ({}, {}, UsageError, "nothing to change in follow-up 1"),
        ({"content": None}, {}, UsageError, "nothing to change"),
        ({"content": "采购经理确认预算 20 万", "risk": ""}, {}, UsageError, "nothing to change"),
        ({"risk": "x" * 20_001}, {}, InvalidValue, "the risk"),
        ({"risk": "\x1b[31m"}, {}, InvalidValue, "control character"),
        ({"risk": "一"}, {"if_version": 2}, Conflict, "follow-up 1 is at version 1, not 2"),
        ({"risk": "一"}, {"followup": 99}, NotFound, "there is no follow-up 99"),
    ],
)
def test_edits_that_cannot_be(
    logged: Office, given: dict[str, str | None], how: dict[str, Any], error: type[SalesflowError], said: str
) -> None:
    before = words(logged)
    with pytest.raises(error, match=said):
        edit(logged, given, **how)
    assert words(logged) == before
    assert leads.rows(logged, KEPT) == []


def test_the_version_that_was_looked_at(logged: Office) -> None:
    edit(logged, {"risk": "一"}, if_version=1)
    with pytest.raises(Conflict):
        edit(logged, {"risk": "二"}, if_version=1)
    assert words(logged)["risk"] == "一"


def test_impressions_are_hinted_at(logged: Office) -> None:
    assert edit(logged, {"feedback": "客户意向强"}) == [("objective-wording", "subjective")]
    assert edit(logged, {"risk": "客户意向强"}) == []
    assert amend(logged, "客户意向强") == [("objective-wording", "subjective")]


@pytest.mark.parametrize("user", ["zhao.lei", "li.na", "zhang.wei", "wang.fang"])
def test_author_owner_and_managers_amend_at_any_time(logged: Office, user: str) -> None:
    amend(logged, "更正：预算含税\n按季度付款", user=user, now="2027-01-01 09:00")
    assert leads.rows(logged, KEPT) == [
        {"kind": "amendment", "by": user, "at": "2027-01-01 01:00:00", "text": "更正：预算含税\n按季度付款"}
    ]
    assert words(logged)["content"] == "采购经理确认预算 20 万"
    assert (words(logged)["version"], words(logged)["corrected"]) == (1, 1)


@pytest.mark.parametrize(
    ("text", "how", "error", "said"),
    [
        ("更正", {"user": "chen.jie"}, NotPermitted, "it needs the role"),
        ("更正", {"user": "liu.yang"}, NotPermitted, "it needs the role"),
        (" \n", {}, InvalidValue, "the correction is empty"),
        ("x" * 20_001, {}, InvalidValue, "the correction"),
        ("更正", {"followup": 99}, NotFound, "there is no follow-up 99"),
    ],
)
def test_amendments_that_cannot_be(
    logged: Office, text: str, how: dict[str, Any], error: type[SalesflowError], said: str
) -> None:
    with pytest.raises(error, match=said):
        amend(logged, text, **how)
    assert leads.rows(logged, KEPT) == []


def test_an_archived_customers_log_stays_as_it_is(logged: Office) -> None:
    leads.archive(logged, "HZ2026001")
    with pytest.raises(Refused, match="is archived"):
        edit(logged, {"risk": "一"})
    with pytest.raises(Refused, match="is archived"):
        amend(logged, "更正")


def test_the_trail_has_facts_and_no_words(logged: Office) -> None:
    edit(logged, {"risk": "客户住院", "content": "客户住院，改期"})
    amend(logged, "更正：周三出院")
    edited, amended = leads.rows(
        logged, "SELECT * FROM v_audit WHERE action IN ('followup.edit', 'followup.amend') ORDER BY id"
    )
    assert (edited["subject_kind"], edited["subject_ref"], edited["staff"]) == ("followup", "1", "zhao.lei")
    assert json.loads(edited["before"]) == {"version": 1}
    assert json.loads(edited["after"]) == {"customer": "HZ2026001", "version": 2, "fields": ["content", "risk"]}
    assert json.loads(amended["after"]) == {"customer": "HZ2026001", "correction": 2}
