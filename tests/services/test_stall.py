"""Stall analyses: kept with their day, for open customers only."""

from __future__ import annotations

import json

import pytest

from salesflow.enums import Grade, StallCause, Status
from salesflow.errors import InvalidValue, Refused
from salesflow.i18n import render
from salesflow.rules.policy import Policy, StallAnalysis
from salesflow.services.policy import apply as apply_policy
from salesflow.services.stall import Analysed, analyse
from tests import leads
from tests.conftest import Office

STRATEGY = "分两期报价，3 月 20 日前面谈财务"
ROWS = "SELECT customer_code, cause, strategy, made_on, by FROM v_stall_analysis"


def made(office: Office, *, now: str = "2026-04-10 23:30", strategy: str = STRATEGY) -> Analysed:
    with office.context(now=now).transaction() as work:
        return analyse(work, 1, StallCause.BUDGET, strategy)


@pytest.fixture
def book(office: Office) -> Office:
    leads.add(office, leads.new(grade=Grade.A))
    return office


def test_what_is_kept(book: Office) -> None:
    found = made(book)
    assert found.early is None
    assert render(found.holds) == "it holds until there is progress; 30 days later without any another one is wanted"
    assert leads.rows(book, ROWS) == [
        {
            "customer_code": "HZ2026001", "cause": "budget", "strategy": STRATEGY, "made_on": "2026-04-10", "by": "li.na",
        }
    ]  # fmt: skip
    (entry,) = leads.rows(book, "SELECT after, rule FROM v_audit WHERE action = 'customer.stall'")
    assert (json.loads(entry["after"]), entry["rule"]) == ({"cause": "budget", "since": "2026-03-02"}, "stall-analysis")


def test_one_that_is_not_stalled_yet_is_accepted_with_a_note(book: Office) -> None:
    found = made(book, now="2026-03-05 09:00")
    assert found.early is not None
    assert render(found.early) == "none was wanted yet: 3 days without progress"
    assert len(leads.rows(book, ROWS)) == 1


def test_a_policy_without_the_rule_promises_nothing(book: Office) -> None:
    with book.context(user="wang.fang").transaction() as work:
        apply_policy(work, "ours", "", Policy(stall_analysis=StallAnalysis(days=0)), "不做停滞分析")
    assert render(made(book).holds) == "it holds until there is progress"


@pytest.mark.parametrize("steps", [(Status.LOST,), (Status.INVALID,)])
def test_closed_customers_are_refused(book: Office, steps: tuple[Status, ...]) -> None:
    leads.execute(book, "UPDATE customer SET status = :status", status=steps[0].value)
    with pytest.raises(Refused) as refused:
        made(book)
    assert str(refused.value) == f"HZ2026001 {leads.NAME} is {steps[0].value}"
    assert leads.rows(book, ROWS) == []


@pytest.mark.parametrize("strategy", ["", "  \n ", "x" * 20_001, "a\x1b[31m"])
def test_a_strategy_says_something(book: Office, strategy: str) -> None:
    with pytest.raises(InvalidValue):
        made(book, strategy=strategy)
    assert leads.rows(book, ROWS) == []


def test_an_archived_customer_is_refused(book: Office) -> None:
    leads.archive(book, "HZ2026001")
    with pytest.raises(Refused):
        made(book)
