"""salesflow approval: what is printed, in both languages, as JSON, and on a terminal of 80 columns."""

from __future__ import annotations

import re

import pytest

from salesflow.text import width
from tests import deals
from tests.conftest import Office

KEYS = {
    "number", "subject_kind", "subject_ref", "customer_code", "customer_name", "amount", "state", "self_approved",
    "waiting_for_role", "waiting_days", "why", "submitted_by", "submitted_at", "round", "rule", "due_at", "overdue", "closed_at",
    "steps", "deputy_for", "withdrawn_by", "withdrawn_because",
}  # fmt: skip
STEP_KEYS = {
    "step", "role", "rule", "why", "due_at", "decision", "decided_by", "decided_at", "comment", "self_approved",
    "decided_for",
}  # fmt: skip
QUOTE_KEYS = {
    "number", "version", "owner", "customer_grade", "valid_until", "payment_terms", "delivery_days", "goods_total",
    "discount_total", "freight", "extras_total", "total", "quote_discount", "max_discount", "authority", "margin", "note", "lines",
}  # fmt: skip
QUOTE_LINE_KEYS = {
    "line", "name", "quantity", "list_price", "all_in_discount", "above_authority", "amount", "floor_price", "below_floor",
    "margin", "sku", "unit", "discount", "unit_price", "cost",
}  # fmt: skip
ROUND_KEYS = {
    "round", "number", "state", "submitted_by", "submitted_at", "role", "decided_by", "decided_at", "self_approved", "comment",
    "decided_for",
}  # fmt: skip


@pytest.fixture
def busy(office: Office) -> Office:
    """A quote at 12 % that waits for the manager."""
    deals.furnish(office)
    deals.quote(office, discount=deals.ABOVE)
    return office


def test_the_inbox_shows_what_waits_and_why(busy: Office) -> None:
    assert busy.ok("approval", "list", user="zhang.wei", now="2026-03-04 09:00").out == (
        "No.          Subject     Customer                Amount  Waiting  Overdue  Why                           Submitted by\n"
        "AP2026-0001  Q2026-0001  杭州明远制造有限公司  8,800.00        2  yes      12 % on line 1 is above 10 %  li.na\n"
    )


def test_the_inbox_in_chinese(busy: Office) -> None:
    heading, row = busy.ok("approval", "list", user="zhang.wei", lang="zh").out.splitlines()
    assert heading.split() == ["编号", "审批对象", "客户", "金额", "等待天数", "原因", "提交人"]
    assert row.split()[:5] == ["AP2026-0001", "Q2026-0001", "杭州明远制造有限公司", "8,800.00", "0"]
    assert "12 %" in row
    assert "above" not in row


def test_an_empty_inbox_prints_nothing(busy: Office) -> None:
    done = busy.ok("approval", "list", user="liu.yang")
    assert (done.out, done.err) == ("", "")
    assert busy.json("approval", "list", user="liu.yang") == []


def test_the_owner_sees_the_approval_of_one_quote_and_of_all(busy: Office) -> None:
    for words in (("--subject", "q2026-0001"), ("--all",), ("--state", "pending"), ("--all", "--subject", "quote")):
        assert busy.ok("approval", "list", *words, "--format", "ids").out == "AP2026-0001\n", words
    for words in (("--subject", "DD2026-0001"), ("--all", "--subject", "order"), ("--state", "void")):
        assert busy.ok("approval", "list", *words, "--format", "ids").out == "", words
    assert busy.run("approval", "list", "--state", "open").status == 2


def test_a_self_approval_shows_in_the_list_of_all(busy: Office) -> None:
    deals.ordered(busy, user="zhang.wei")
    plain = busy.ok("approval", "list", "--all").out
    assert "Self-approved" not in plain
    done = busy.ok("approval", "approve", "AP2026-0002", user="zhang.wei")
    assert done.err == (
        "note [separation-of-duties]: self-approved: zhang.wei submitted it and is the only holder of the role manager\n"
    )
    heading, first, second = busy.ok("approval", "list", "--all").out.splitlines()
    start = heading.index("Self-approved")
    assert first[start - 10 :].split()[0] == "yes"
    assert "yes" not in second
    shown = busy.json("order", "show", "DD2026-0001")["approval"]
    assert (shown["self_approved"], shown["steps"][0]["self_approved"]) == (True, True)
    assert re.search(r"^Self-approved: +yes$", busy.ok("approval", "show", "AP2026-0002").out, re.MULTILINE)
    assert re.search(r"^  Self-approved: +yes$", busy.ok("order", "show", "DD2026-0001").out, re.MULTILINE)


def test_approving_says_what_comes_next(busy: Office) -> None:
    deals.quote(busy, discount=deals.FAR_ABOVE)
    done = busy.ok("approval", "approve", "AP2026-0002", "--comment", "同意", user="zhang.wei")
    assert (
        done.out
        == "approved your step of AP2026-0002 for Q2026-0002\nit waits for the role director, by 2026-03-03 18:00\n"
    )
    done = busy.ok("approval", "approve", "ap2026-0002", user="wang.fang")
    assert done.out == "Q2026-0002 is approved: AP2026-0002 has all its approvals\n"
    assert busy.ok("approval", "approve", "AP2026-0001", "--quiet", user="zhang.wei").out == "AP2026-0001\n"


def test_approving_in_chinese(busy: Office) -> None:
    done = busy.ok("approval", "approve", "AP2026-0001", user="zhang.wei", lang="zh")
    assert done.out == "Q2026-0001 已批准：AP2026-0001 的全部步骤均已通过\n"


def test_rejecting_returns_it_with_the_reason(busy: Office) -> None:
    done = busy.ok("approval", "reject", "AP2026-0001", "--reason", "毛利太低", user="zhang.wei")
    assert done.out == "rejected AP2026-0001: Q2026-0001 goes back to its owner\n"
    assert busy.json("quote", "show", "Q2026-0001")["state"] == "draft"


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", "error [rejection-reason]: a rejection needs a reason: say why: --reason TEXT\n"),
        ("zh", "错误 [rejection-reason]：驳回必须填写原因：请说明原因：--reason 文字\n"),
    ],
)
def test_a_rejection_without_a_reason_is_refused(busy: Office, lang: str, says: str) -> None:
    done = busy.run("approval", "reject", "AP2026-0001", user="zhang.wei", lang=lang)
    assert (done.status, done.out, done.err) == (4, "", says)


def test_who_may_not_decide_is_told_who_may(busy: Office) -> None:
    done = busy.run("approval", "approve", "AP2026-0001")
    assert (done.status, done.out) == (5, "")
    assert done.err == (
        "error [not-permitted]: AP2026-0001 waits for the role manager, which li.na does not hold: "
        "it can be decided by: zhang.wei\n"
    )
    chinese = busy.run("approval", "approve", "AP2026-0001", lang="zh").err
    assert (
        chinese == "错误 [not-permitted]：AP2026-0001 待销售主管审批，li.na 不担任该角色：可由以下人员审批：zhang.wei\n"
    )


def test_the_keys_of_the_list(busy: Office) -> None:
    [row] = busy.json("approval", "list", "--all")
    assert set(row) == KEYS
    assert [set(step) for step in row["steps"]] == [STEP_KEYS]
    assert (row["amount"], row["submitted_at"], row["waiting_days"]) == ("8800.00", "2026-03-02T09:00:00+08:00", 0)
    assert row["steps"][0] == {
        "step": 1,
        "role": "manager",
        "decision": None,
        "decided_by": None,
        "decided_for": None,
        "self_approved": False,
        "comment": None,
        "why": "12 % on line 1 is above 10 %",
        "due_at": "2026-03-03T18:00:00+08:00",
        "rule": "discount-authority",
        "decided_at": None,
    }


def test_the_keys_of_the_page(busy: Office) -> None:
    deals.ordered(busy)
    deals.reject(busy, "AP2026-0002", "zhang.wei")
    deals.submit(busy, "DD2026-0001")
    quote, order = busy.json("approval", "show", "AP2026-0001"), busy.json("approval", "show", "AP2026-0003")
    kinds = {"quote", "order", "objection", "contract", "price"}
    assert set(quote) == set(order) == KEYS | kinds | {"deciders", "stuck", "last_rejection", "changes", "rounds"}
    assert (set(quote["quote"]), set(quote["quote"]["lines"][0])) == (QUOTE_KEYS, QUOTE_LINE_KEYS)
    assert {"payment_terms", "total", "exposure", "exposure_after", "expected_delivery_on", "lines"} <= set(
        order["order"]
    )
    assert [set(one) for one in order["rounds"]] == [ROUND_KEYS]
    assert (quote["order"], quote["rounds"], quote["changes"], order["quote"]) == (None, [], [], None)
    assert (quote["last_rejection"], order["last_rejection"]) == (None, "账期太长")


def test_what_is_written_as_json_is_the_page(busy: Office) -> None:
    written = busy.json("approval", "approve", "AP2026-0001", user="zhang.wei")
    assert written == busy.json("approval", "show", "AP2026-0001")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("list", "--all"),
        ("show", "AP2026-0001"),
        ("show", "AP2026-0003"),
        ("delegations",),
        ("delegations", "--all"),
        ("--help",),
        ("list", "--help"),
        ("delegate", "--help"),
    ],
)
def test_everything_fits_eighty_columns(busy: Office, words: tuple[str, ...], lang: str) -> None:
    deals.ordered(busy)
    deals.reject(busy, "AP2026-0002", "zhang.wei", "账期超出客户等级, 请改为预付三成、货到付清, 并补充担保")
    deals.submit(busy, "DD2026-0001")
    deals.delegate(busy, "zhang.wei", "sun.li", "2026-03-02", "2026-03-06")
    busy.environment["COLUMNS"] = "80"
    table = () if "--help" in words else ("--format", "table")
    out = busy.ok("approval", *words, *table, user="zhang.wei", lang=lang).out
    assert out
    assert max(width(line) for line in out.splitlines()) <= 80


@pytest.mark.parametrize("verb", ["list", "show", "approve", "reject", "withdraw", "delegate", "delegations"])
def test_the_help_has_an_example(office: Office, verb: str) -> None:
    assert f"salesflow approval {verb}" in office.ok("approval", verb, "--help").out.split("\n\n", 1)[1]


def test_the_page_of_a_quote_for_people(busy: Office) -> None:
    page = busy.ok("approval", "show", "AP2026-0001", user="zhang.wei").out
    for line in (
        "Waits for:     manager",
        "Why:           12 % on line 1 is above 10 %",
        "Submitter's authority: 10 %",
        "Margin:                31.81 %",
    ):
        assert line in page


def test_withdrawing_gives_it_back(busy: Office) -> None:
    done = busy.ok("approval", "withdraw", "ap2026-0001", "--reason", "客户要求改数量")
    assert done.out == "withdrew AP2026-0001: Q2026-0001 no longer waits for approval\n"
    page = busy.ok("approval", "show", "AP2026-0001").out
    assert "State:             withdrawn\n" in page
    assert "Withdrawn by:      li.na\nWithdrawn because: 客户要求改数量\n" in page
    assert "Can be decided by" not in page
    assert busy.json("approval", "show", "AP2026-0001")["deciders"] == []
    assert busy.ok("approval", "withdraw", "--help").out.startswith("Usage: salesflow approval withdraw")


def test_withdrawing_as_json_is_the_page_and_quiet_the_number(busy: Office) -> None:
    deals.quote(busy, discount=deals.ABOVE)
    assert busy.json("approval", "withdraw", "AP2026-0001") == busy.json("approval", "show", "AP2026-0001")
    assert busy.ok("approval", "withdraw", "AP2026-0002", "--quiet").out == "AP2026-0002\n"


def test_a_deputy_from_the_naming_to_the_decision(busy: Office) -> None:
    """As processes of their own, as cron and people run them."""
    words = ("approval", "delegate", "--from", "2026-03-02", "--to", "2026-03-06", "--to-login", "sun.li")
    named = busy.program(*words, user="zhang.wei")
    assert (named.status, named.out) == (0, "from 2026-03-02 to 2026-03-06 sun.li decides in your place\n"), named.err
    heading, row = busy.program("approval", "list", user="sun.li").out.splitlines()
    assert heading.split()[:5] == ["No.", "Subject", "Customer", "Amount", "For"]
    assert row.split()[4] == "zhang.wei"
    decided = busy.program("approval", "approve", "AP2026-0001", user="sun.li")
    assert decided.out.splitlines()[1] == "you decided in the place of zhang.wei"
    [step] = busy.program("approval", "show", "AP2026-0001", "--json").json["steps"]
    assert (step["decided_by"], step["decided_for"], step["self_approved"]) == ("sun.li", "zhang.wei", False)


def test_the_list_of_delegations(busy: Office) -> None:
    assert busy.ok("approval", "delegations").out == ""
    made = busy.json("approval", "delegate", "--to", "2026-03-06", "--to-login", "sun.li", user="zhang.wei")
    assert made == {
        "id": 1,
        "delegator": "zhang.wei",
        "deputy": "sun.li",
        "start_on": "2026-03-02",
        "end_on": "2026-03-06",
        "in_force": True,
        "made_at": "2026-03-02T09:00:00+08:00",
        "revoked_at": None,
    }
    assert busy.json("approval", "delegations") == [made]
    assert busy.json("approval", "delegations", now="2026-03-07 00:00") == []
    assert busy.json("approval", "delegations", "--all", now="2026-03-07 00:00") == [{**made, "in_force": False}]
    done = busy.ok("approval", "delegate", "--revoke", "1", user="zhang.wei")
    assert done.out == "sun.li no longer decides in the place of zhang.wei\n"
    assert busy.ok("approval", "delegations", "--format", "ids").out == ""
    assert busy.ok("approval", "delegations", "--all", "--format", "ids").out == "1\n"


def test_a_deputy_is_told_what_does_not_go_along(busy: Office) -> None:
    deals.delegate(busy, "zhang.wei", "sun.li", "2026-03-02", "2026-03-06")
    done = busy.ok("approval", "delegate", "--to", "2026-03-03", "--to-login", "liu.yang", user="sun.li")
    assert done.out.splitlines()[1] == "what you decide in the place of zhang.wei does not go along"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "--to is missing"),
        (("--to", "2026-03-06"), "--to-login is missing"),
        (("--to", "2026-02-30", "--to-login", "sun.li"), "2026-02-30"),
        (("--revoke", "1", "--to", "2026-03-06"), "--revoke goes with nothing else"),
        (("--revoke", "x"), "x is not a whole number"),
        (("--to", "2026-03-01", "--to-login", "sun.li"), "2026-03-01 is before 2026-03-02"),
    ],
)
def test_a_delegation_that_cannot_be_read(busy: Office, words: tuple[str, ...], says: str) -> None:
    done = busy.run("approval", "delegate", *words, user="zhang.wei")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert says in done.err


def test_an_approval_that_nobody_can_decide_says_whom_to_add(busy: Office) -> None:
    deals.dismiss(busy, "zhang.wei")
    page = busy.ok("approval", "show", "AP2026-0001").out
    assert (
        "Nobody can decide: nobody holds the role manager: add somebody who does: "
        "salesflow staff add LOGIN --name NAME --role manager\n"
    ) in page
