"""Why a record is as it is: the rules asked again give the answers that the commands gave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesflow.enums import Grade, LossReason, Method, Role, Status
from salesflow.errors import Ambiguous, NotFound
from salesflow.i18n import render
from salesflow.queries import explain as queries
from salesflow.rules.policy_toml import parse_policy
from salesflow.rules.registry import RULES
from salesflow.services import followups, stale, status
from salesflow.services import policy as policies
from salesflow.services.records import load
from tests import deals, leads
from tests.conftest import Office

Decisions = list[dict[str, Any]]


def explained(office: Office, ref: str, now: str | None = None) -> dict[str, Any]:
    context = office.context(now=now)
    try:
        return queries.explain(context, ref)
    finally:
        context.close()


def decisions(office: Office, ref: str, now: str | None = None) -> Decisions:
    found: Decisions = explained(office, ref, now)["decisions"]
    return found


def of(found: Decisions, rule: str) -> dict[str, Any]:
    """The one decision of a rule."""
    [decision] = [decision for decision in found if decision["rule"] == rule]
    return decision


def outcomes(found: Decisions) -> list[tuple[str, str, str]]:
    return [(decision["rule"], decision["outcome"], decision["strength"]) for decision in found]


def said(decision: Mapping[str, Any]) -> str:
    return render(decision["text"])


def log(office: Office, now: str, **told: Any) -> str:
    """Log a follow-up with the first customer; what its answer said of the next one."""
    with office.context(now=now).transaction() as work:
        done = followups.log(work, 1, followups.NewFollowup(Method.PHONE, "客户 3 月 20 日前确认方案", **told))
        return render(done.next.message)


def apply(office: Office, document: str, now: str | None = None) -> None:
    with office.context(user="zhang.wei", now=now).transaction() as work:
        policies.apply(work, "our.toml", document, parse_policy(document), "试行")


# --- a customer


@pytest.fixture
def lead(office: Office) -> Office:
    """HZ2026001 of li.na's, recorded on Monday 2 March at nine."""
    leads.add(office, leads.new())
    return office


def test_a_new_customer(lead: Office) -> None:
    found = explained(lead, "HZ2026001")
    assert (found["ref"], found["kind"], found["name"]) == ("HZ2026001", "customer", leads.NAME)
    assert (found["policy_id"], found["decided_under"]) == (1, None)
    assert outcomes(found["decisions"]) == [
        ("entry-deadline", "ok", "off"),
        ("need-specific", "ok", "off"),
        ("budget-consent", "ok", "off"),
        ("grading-deadline", "pending", "compute"),
        ("assign", "li.na", "compute"),
        ("first-contact-deadline", "pending", "compute"),
        ("cadence", "2026-04-01", "compute"),
        ("stale-downgrade", "none", "off"),
        ("stall-analysis", "ok", "off"),
        ("lost-proposal", "ok", "off"),
    ]
    contact = of(found["decisions"], "first-contact-deadline")
    assert contact["source"] == ["order-toolkit"]
    assert said(of(found["decisions"], "assign")) == (
        "--auto would choose: goes to li.na 李娜: a sales representative, region HZ, least loaded of 2 (0)"
    )
    assert said(contact) == "first contact is due by 2026-03-09 09:00, within 7 days of the assignment"


def test_the_next_date_is_the_one_that_the_log_gave(lead: Office) -> None:
    leads.regrade(lead, 1, Grade.A)
    answer = log(lead, "2026-03-03 10:00", status=Status.INTERESTED, reason="确认参数")
    cadence = of(decisions(lead, "HZ2026001", "2026-03-05 10:00"), "cadence")
    assert said(cadence) == answer == "next follow-up 2026-03-10 (grade A: every 7 days; 2026-03-10 is a working day)"
    assert cadence["facts"]["base"] == date(2026, 3, 3)
    assert leads.rows(lead, "SELECT next_follow_up_on FROM customer") == [{"next_follow_up_on": cadence["outcome"]}]


@pytest.mark.parametrize(
    ("given", "outcome", "strength"),
    [("2026-05-01", "beyond-cadence", "flag"), ("2026-03-20", "ok", "off")],
)
def test_a_date_given_by_hand(lead: Office, given: str, outcome: str, strength: str) -> None:
    answer = log(lead, "2026-03-03 10:00", next_on=date.fromisoformat(given))
    cadence = of(decisions(lead, "HZ2026001"), "cadence")
    assert (cadence["outcome"], cadence["strength"], said(cadence)) == (outcome, strength, answer)
    assert (cadence["facts"]["due"], cadence["facts"]["given"]) == (date(2026, 4, 2), date.fromisoformat(given))


def test_a_computed_date_is_not_called_given_under_another_policy(lead: Office) -> None:
    apply(lead, "[cadence]\nc_days = 10\n")
    cadence = of(decisions(lead, "HZ2026001"), "cadence")
    assert said(cadence).startswith("next follow-up 2026-03-12 (no grade, so as grade C: every 10 days")


def test_contacts_of_the_week_count_where_the_policy_wants_some(lead: Office) -> None:
    apply(lead, 'extends = "process-toolkit"\n')
    leads.regrade(lead, 1, Grade.A)
    answer = log(lead, "2026-03-04 10:00")
    first = of(decisions(lead, "HZ2026001", "2026-03-04 11:00"), "cadence")
    assert (said(first), first["facts"]["contacts_in_week"]) == (answer, 1)
    assert first["outcome"] == "2026-03-06"
    answer = log(lead, "2026-03-06 10:00")
    second = of(decisions(lead, "HZ2026001", "2026-03-06 11:00"), "cadence")
    assert (said(second), second["facts"]["contacts_in_week"]) == (answer, 2)
    assert second["outcome"] == "2026-03-09"


def test_what_was_late(lead: Office) -> None:
    new = leads.new(
        "杭州晚录有限公司",
        first_contact_at=lead.context().clock.now().replace(day=1, hour=0),
        budget=1_000_000,
        budget_consent="电话同意",
    )
    leads.add(lead, new, now="2026-03-03 09:00")
    found = decisions(lead, "晚录", "2026-03-12 09:00")
    assert outcomes(found)[:6] == [
        ("entry-deadline", "late", "flag"),
        ("need-specific", "ok", "off"),
        ("budget-consent", "ok", "off"),
        ("grading-deadline", "overdue", "flag"),
        ("assign", "li.na", "compute"),
        ("first-contact-deadline", "overdue", "flag"),
    ]
    assert of(found, "budget-consent")["facts"] == {"budget_given": True, "consent": "电话同意"}


def test_standstill_is_what_the_sweep_makes_of_it(lead: Office) -> None:
    leads.regrade(lead, 1, Grade.B)
    assert outcomes(decisions(lead, "HZ2026001", "2026-03-10 09:00"))[-3:] == [
        ("stale-downgrade", "2026-03-16", "compute"),
        ("stall-analysis", "ok", "off"),
        ("lost-proposal", "ok", "off"),
    ]
    found = decisions(lead, "HZ2026001", "2026-06-05 09:00")
    assert outcomes(found)[-3:] == [
        ("stale-downgrade", "C", "compute"),
        ("stall-analysis", "wanted", "flag"),
        ("lost-proposal", "lost", "compute"),  # as the C that it becomes
    ]
    with lead.context(now="2026-06-05 09:00", user="zhang.wei").transaction() as work:
        swept = stale.sweep(work, include_lost=True)
    assert {(change.finding.rule, change.finding.outcome) for change in swept.changes} == {
        (rule, outcome) for rule, outcome, strength in outcomes(found) if rule in ("stale-downgrade", "lost-proposal")
    }
    found = decisions(lead, "HZ2026001", "2026-06-05 09:00")
    assert of(found, "cadence")["outcome"] == "none"
    assert of(found, "loss-reason")["facts"]["category"] == "no-contact"
    assert [decision["rule"] for decision in found if decision["rule"] == "first-contact-deadline"] == []


def test_a_lost_customer(lead: Office) -> None:
    log(lead, "2026-03-03 10:00", status=Status.LOST, reason="预算被压缩", loss_reason=LossReason.BUDGET_CUT)
    found = decisions(lead, "HZ2026001")
    assert outcomes(found)[-3:] == [
        ("status-transition", "ok", "off"),
        ("status-reason", "ok", "off"),
        ("loss-reason", "ok", "off"),
    ]
    assert of(found, "status-transition")["facts"] == {"old": "prospect", "new": "lost"}
    assert said(of(found, "loss-reason")) == "lost because of: budget-cut"
    assert of(found, "first-contact-deadline")["outcome"] == "ok"


def test_a_won_customer_shows_who_vouched(lead: Office) -> None:
    leads.move(lead, 1, Status.INTERESTED, Status.HOT)
    with lead.context(user="zhang.wei").transaction() as work:
        status.change_status(work, load(work, 1), status.NewStatus(Status.WON, "合同已签，首付款已到账", override=True))
    found = decisions(lead, "HZ2026001")
    evidence = of(found, "won-evidence")
    assert (evidence["outcome"], evidence["strength"]) == ("overridden", "flag")
    assert said(evidence).endswith("decided by a manager: 合同已签，首付款已到账")
    assert of(found, "cadence")["facts"]["days"] == 90


# --- a quote, an order, an approval


@pytest.fixture
def shop(office: Office) -> Office:
    deals.furnish(office)
    return office


def route(office: Office, number: str) -> list[tuple[str, str]]:
    """The steps of a subject's last approval: role and rule."""
    sql = (
        "SELECT role, rule FROM v_approval_step WHERE number = (SELECT number FROM v_approval WHERE subject_ref = :ref "
        "ORDER BY id DESC LIMIT 1) ORDER BY step"
    )
    return [(row["role"], row["rule"]) for row in deals.rows(office, sql, ref=number)]


def test_a_quote_within_the_authority(shop: Office) -> None:
    number = deals.quote(shop, discount=deals.WITHIN)
    found = explained(shop, number)
    assert (found["ref"], found["kind"], found["name"], found["decided_under"]) == (number, "quote", deals.NAME, 1)
    assert outcomes(found["decisions"]) == [
        ("price-valid", "first", "compute"),
        ("auto-discount", "none", "compute"),
        ("needs-before-quote", "none", "hint"),
        ("discount-authority", "within", "off"),
        ("price-floor", "ok", "off"),
        ("quote-validity", "ok", "off"),
    ]
    assert said(found["decisions"][0]) == "line 1: YF-100 costs 10,000.00, its first price"
    assert said(found["decisions"][1]) == "line 1: no automatic discount"


@pytest.mark.parametrize(
    ("discount", "rules"),
    [
        (deals.ABOVE, [("manager", "discount-authority")]),
        (deals.FAR_ABOVE, [("manager", "discount-authority"), ("director", "discount-authority")]),
        (3_500, [("manager", "discount-authority"), ("director", "discount-authority")]),
    ],
)
def test_a_quotes_route_is_that_of_its_approval(shop: Office, discount: int, rules: list[tuple[str, str]]) -> None:
    number = deals.quote(shop, discount=discount)
    assert route(shop, number) == rules
    found = decisions(shop, number)
    routed = {decision["rule"] for decision in found if decision["strength"] == "route"}
    assert routed >= {rule for _, rule in rules}
    assert ("price-floor" in routed) == (discount == 3_500)
    assert said(of(found, "discount-authority")).endswith(", ".join(role for role, _ in rules))
    assert outcomes(found)[-1] == ("approval-deadline", "pending", "compute")


def test_each_line_has_its_own(shop: Office) -> None:
    deals.execute(shop, "UPDATE customer SET grade = 'A'")
    shop.ok("quote", "make", "明远", "--item", "YF-100:2", "--item", "YF-100:1-25%")
    found = decisions(shop, "Q2026-0001")
    assert [said(decision) for decision in found if decision["rule"] == "auto-discount"] == ["line 1: 3 % for grade A"]
    assert [decision["facts"]["line"] for decision in found if decision["rule"] == "price-floor"] == [1, 2]


def test_a_quote_that_expired_and_one_that_was_accepted(shop: Office) -> None:
    first, second = deals.quote(shop), deals.accepted(shop)
    validity = of(decisions(shop, first, "2026-04-02 09:00"), "quote-validity")
    assert (validity["outcome"], validity["strength"]) == ("expired", "refuse")
    assert of(decisions(shop, first, "2026-03-30 09:00"), "quote-validity")["outcome"] == "expiring"
    assert of(decisions(shop, second, "2026-05-01 09:00"), "quote-validity")["outcome"] == "2026-04-01"


def test_the_policy_of_now_is_told_from_the_one_that_decided(shop: Office) -> None:
    number = deals.quote(shop, discount=900)
    apply(shop, "[discount-authority]\nrep = 8\n")
    found = explained(shop, number)
    assert (found["policy_id"], found["decided_under"]) == (2, 1)
    assert of(found["decisions"], "discount-authority")["outcome"] == "above"
    assert deals.value(shop, "SELECT state FROM v_quote") == "approved"


def test_an_orders_route_is_that_of_its_approval(shop: Office) -> None:
    number = deals.ordered(shop)
    assert route(shop, number) == [(role, "order-approval") for role in ("manager", "finance", "operations")]
    found = explained(shop, number)
    assert (found["kind"], found["decided_under"]) == ("order", 1)
    assert outcomes(found["decisions"]) == [
        ("contract-first", "quote", "off"),
        ("order-approval", "standard", "route"),
        ("credit-limit", "no-limit", "off"),
        ("approval-deadline", "pending", "compute"),
    ]
    dear = deals.ordered(shop, sku=deals.DEAR)
    assert route(shop, dear)[-1] == ("director", "order-approval")
    assert of(decisions(shop, dear), "order-approval")["outcome"] == "director"


def test_the_exposure_leaves_the_order_itself_out(shop: Office) -> None:
    first, second = deals.ordered(shop), deals.ordered(shop)
    deals.approve(shop, "AP2026-0001", *deals.ORDER_ROUTE)
    assert of(decisions(shop, first), "credit-limit")["facts"]["exposure"] == "0.00"
    assert of(decisions(shop, second), "credit-limit")["facts"]["exposure"] == "10,000.00"


def test_a_draft_has_a_route_but_no_steps(shop: Office) -> None:
    number = deals.created(shop)
    assert [decision["rule"] for decision in decisions(shop, number)] == [
        "contract-first",
        "order-approval",
        "credit-limit",
    ]


def test_an_approval_has_its_subjects_rules_and_its_own_steps(shop: Office) -> None:
    number = deals.ordered(shop)
    deals.approve(shop, "AP2026-0001", "zhang.wei", now="2026-03-04 10:00")
    deals.reject(shop, "AP2026-0001", "liu.yang", now="2026-03-04 11:00")
    deals.submit(shop, number, now="2026-03-05 10:00")
    found = explained(shop, "ap2026-0001", "2026-03-09 10:00")
    assert (found["ref"], found["kind"], found["name"]) == ("AP2026-0001", "approval", deals.NAME)
    assert outcomes(found["decisions"]) == [
        ("contract-first", "quote", "off"),
        ("order-approval", "standard", "route"),
        ("credit-limit", "no-limit", "off"),
        ("approval-deadline", "late", "flag"),
        ("separation-of-duties", "ok", "off"),
        ("approval-deadline", "ok", "off"),
        ("separation-of-duties", "ok", "off"),
        ("rejection-reason", "ok", "off"),
    ]
    assert said(found["decisions"][-1]) == "rejected because: 账期太长"
    assert outcomes(decisions(shop, "AP2026-0002", "2026-03-09 10:00"))[3:] == [
        ("approval-deadline", "overdue", "flag")
    ]
    assert decisions(shop, number, "2026-03-09 10:00") == decisions(shop, "AP2026-0002", "2026-03-09 10:00")


def test_a_self_approval_stays_marked_whoever_holds_the_role_now(shop: Office) -> None:
    deals.ordered(shop, user="zhang.wei")
    deals.approve(shop, "AP2026-0001", "zhang.wei")
    deals.hire(shop, "wu.min", Role.MANAGER)
    duties = of(decisions(shop, "AP2026-0001"), "separation-of-duties")
    assert (duties["outcome"], duties["strength"]) == ("self-approved", "flag")


def test_a_self_approval_of_a_second_round_is_one(shop: Office) -> None:
    number = deals.ordered(shop, user="zhang.wei")
    deals.reject(shop, "AP2026-0001", "zhang.wei")
    deals.submit(shop, number, user="li.na")
    deals.approve(shop, "AP2026-0002", "zhang.wei")
    assert of(decisions(shop, "AP2026-0002"), "separation-of-duties")["outcome"] == "self-approved"


# --- all of them


@pytest.fixture
def everything(shop: Office) -> Office:
    leads.add(shop, leads.new("杭州云海有限公司"))
    deals.quote(shop, discount=deals.ABOVE)
    deals.ordered(shop)
    return shop


REFS = {
    "HZ2026001": "customer",
    "云海": "customer",
    "Q2026-0001": "quote",
    "DD2026-0001": "order",
    "AP2026-0002": "approval",
}


@pytest.mark.parametrize(("ref", "kind"), REFS.items())
def test_only_rules_that_apply_to_such_a_record_are_named(everything: Office, ref: str, kind: str) -> None:
    applies = {rule.id: rule.applies_to for rule in RULES}
    subjects = {
        "approval": {"approval", "quote", "order"},
        "quote": {"quote", "approval"},
        "order": {"order", "approval"},
    }
    for decision in decisions(everything, ref):
        assert set(applies[decision["rule"]]) & subjects.get(kind, {kind}), decision["rule"]


@pytest.mark.parametrize("ref", REFS)
def test_facts_are_plain_values(everything: Office, ref: str) -> None:
    for decision in everything.json("explain", ref)["decisions"]:
        text = json.dumps(decision["facts"])
        assert "<" not in text and "object at" not in text and "datetime" not in text, text
        assert all(isinstance(value, (str, int, bool, list, type(None))) for value in decision["facts"].values())


@pytest.mark.parametrize("typed", ["q2026-0001", " Q2026-0001 ", "Ｑ２０２６－０００１"])
def test_numbers_are_read_as_people_type_them(everything: Office, typed: str) -> None:
    assert explained(everything, typed)["ref"] == "Q2026-0001"


@pytest.mark.parametrize(
    ("ref", "error"),
    [
        ("Q2026-0099", NotFound),
        ("DD2026-0099", NotFound),
        ("AP2026-0099", NotFound),
        ("HZ2026099", NotFound),
        ("没有这家", NotFound),
        ("", NotFound),
        ("杭州", Ambiguous),
    ],
)
def test_what_is_not_there(everything: Office, ref: str, error: type[NotFound]) -> None:
    with pytest.raises(NotFound) as caught:
        explained(everything, ref)
    assert type(caught.value) is error


def test_nothing_is_written(everything: Office, tmp_path: Path) -> None:
    before = everything.database.read_bytes()
    for ref in REFS:
        explained(everything, ref)
    assert everything.database.read_bytes() == before
