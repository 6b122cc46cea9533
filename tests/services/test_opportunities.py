"""Opportunities: their way through the stages, what moves them on, what cannot be, what goes along with their customer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from itertools import product as pairs
from typing import Any

import pytest

from salesflow.enums import LossReason, OpportunityStage, Status
from salesflow.errors import (
    Conflict,
    Duplicate,
    InvalidValue,
    NotFound,
    NotPermitted,
    Refused,
    SalesflowError,
    UsageError,
)
from salesflow.i18n import msg
from salesflow.queries import handover, opportunity_page
from salesflow.queries.opportunities import resolve
from salesflow.services import assignment, opportunities, opportunity_edit
from salesflow.services.opportunities import NewOpportunity
from salesflow.services.opportunity_edit import OpportunityEdit
from salesflow.services.states import TRANSITIONS, check
from tests import deals, leads
from tests.conftest import Office

DISCOVERY, PROPOSAL, NEGOTIATION, CONTRACT, WON, LOST = OpportunityStage
CLOSE = date(2026, 5, 31)
NEW = NewOpportunity("扫码终端 50 台", 200_000_00, CLOSE)
OPEN = {"discovery", "proposal", "negotiation", "contract"}
WHY = msg("quote {number} was accepted", number="Q2026-0001")


@pytest.fixture
def shop(office: Office) -> Office:
    deals.furnish(office)
    return office


def add(office: Office, new: NewOpportunity = NEW, *, user: str = "li.na", now: str | None = None) -> str:
    with office.context(user=user, now=now).transaction() as work:
        return opportunities.add(work, 1, new).number


def move(office: Office, stage: OpportunityStage, reason: str | None = None, *, now: str | None = None) -> None:
    with office.context(now=now).transaction() as work:
        opportunities.move(work, "SJ2026-0001", stage, reason)


def follow(office: Office, stage: OpportunityStage, *, now: str | None = None) -> None:
    with office.context(now=now).transaction() as work:
        opportunities.follow(work, 1, stage, WHY)


def lose(office: Office, **of: Any) -> None:
    with office.context().transaction() as work:
        opportunities.lose(work, "SJ2026-0001", LossReason.PRICE, **of)


def edit(office: Office, version: int | None = None, **changes: Any) -> list[str]:
    with office.context().transaction() as work:
        done = opportunity_edit.edit(work, "SJ2026-0001", OpportunityEdit(**changes), if_version=version)
    return [change.field for change in done]


def row(office: Office, key: int = 1) -> dict[str, Any]:
    return leads.rows(office, "SELECT * FROM opportunity WHERE id = :key", key=key)[0]


def counts(office: Office) -> list[Any]:
    """What a refused command must leave as it is."""
    tables = ("opportunity", "opportunity_product", "state_change", "audit_entry", "counter")
    counted = [leads.rows(office, f"SELECT count(*) AS number FROM {table}")[0]["number"] for table in tables]
    return [*counted, leads.rows(office, "SELECT number, state, version, amount, title FROM opportunity")]


def test_one_is_added(shop: Office) -> None:
    new = NewOpportunity(" 扫码终端 50 台 ", 200_000_00, CLOSE, (deals.SKU.lower(), deals.SKU))
    assert add(shop, new, user="zhang.wei") == "SJ2026-0001"
    kept = row(shop)
    assert (kept["title"], kept["amount"], kept["expected_close"]) == ("扫码终端 50 台", 20_000_000, "2026-05-31")
    assert (kept["state"], kept["stage_since"], kept["closed_on"]) == ("discovery", "2026-03-02 01:00:00", None)
    assert (kept["owner_id"], kept["created_by"], kept["version"]) == (3, 2, 1)  # the customer's owner, whoever adds it
    page = opportunity_page.show(shop.context(), "sj2026-0001")
    assert page["products"] == [{"sku": deals.SKU, "name": "云帆CRM标准版"}]
    assert [(step["from_stage"], step["to_stage"], step["days"]) for step in page["history"]] == [
        (None, "discovery", 0)
    ]


@pytest.mark.parametrize(
    ("new", "error", "said"),
    [
        (NewOpportunity("  ", 1, CLOSE), InvalidValue, "the title is empty"),
        (NewOpportunity("x" * 201, 1, CLOSE), InvalidValue, "the title has 201 characters, 200 are allowed"),
        (NewOpportunity("a\nb", 1, CLOSE), InvalidValue, "the title"),
        (NewOpportunity("终端", 1, date(2026, 3, 1)), InvalidValue, "2026-03-01 has passed"),
        (NewOpportunity("终端", 1, CLOSE, ("QQ",)), NotFound, "there is no product QQ"),
        (NewOpportunity("终端", 1, CLOSE, (), "nobody"), NotFound, "there is no staff member nobody"),
        (NewOpportunity("终端", 1, CLOSE, (), "liu.yang"), Refused, "liu.yang does not sell"),
        (NewOpportunity("扫码终端  50 台", 1, CLOSE), Duplicate, "already: SJ2026-0001"),
    ],
)
def test_what_cannot_be_leaves_nothing(
    shop: Office, new: NewOpportunity, error: type[SalesflowError], said: str
) -> None:
    add(shop, NewOpportunity("扫码终端  50 台", 1, CLOSE))
    before = counts(shop)
    with pytest.raises(error, match=said):
        add(shop, new)
    assert counts(shop) == before


def test_a_retired_product_is_not_sold(shop: Office) -> None:
    leads.execute(shop, "UPDATE product SET retired_at = '2026-03-01 00:00:00'")
    with pytest.raises(Refused, match="YF-100 is retired"):
        add(shop, NewOpportunity("终端", 1, CLOSE, (deals.SKU,)))


@pytest.mark.parametrize("status", [Status.LOST, Status.INVALID])
def test_who_is_out_of_the_running_has_none(shop: Office, status: Status) -> None:
    leads.execute(shop, "UPDATE customer SET status = :status", status=status.value)
    with pytest.raises(Refused) as refused:
        add(shop)
    assert (refused.value.code, str(refused.value)) == ("customer-status", f"HZ2026001 {deals.NAME} is {status}")


def test_an_archived_customers_ones_rest(shop: Office) -> None:
    number = add(shop)
    leads.archive(shop, "HZ2026001")
    before = counts(shop)
    for act in (
        lambda: add(shop),
        lambda: move(shop, PROPOSAL),
        lambda: lose(shop),
        lambda: edit(shop, amount=1),
    ):
        with pytest.raises(Refused, match="is archived"):
            act()
    assert counts(shop) == before
    assert shop.json("opportunity", "list") == []
    assert [one["number"] for one in shop.json("opportunity", "list", "--customer", "HZ2026001")] == [number]


@pytest.mark.parametrize(
    ("user", "may"),
    [("li.na", False), ("chen.jie", True), ("zhang.wei", True), ("wang.fang", True), ("liu.yang", False)],
)
def test_its_owner_or_a_manager_changes_it(shop: Office, user: str, *, may: bool) -> None:
    """It is chen.jie's, though the customer is li.na's."""
    add(shop, NewOpportunity("终端", 1, CLOSE, (), "chen.jie"))
    shop.user = user
    acts: tuple[Callable[[], object], ...] = (
        lambda: edit(shop, amount=1_00),
        lambda: move(shop, PROPOSAL),
        lambda: lose(shop),
        lambda: move(shop, PROPOSAL, "回来了"),
        lambda: shop.ok("opportunity", "win", "SJ2026-0001"),
    )
    if may:
        for act in acts:
            act()
        return
    before = counts(shop)
    for act in acts[:4]:
        with pytest.raises(NotPermitted, match="SJ2026-0001 is in the charge of"):
            act()
    assert shop.run("opportunity", "win", "SJ2026-0001").status == 5
    assert counts(shop) == before


@pytest.mark.parametrize(("old", "new"), [*pairs(OpportunityStage, OpportunityStage)])
def test_every_step(old: OpportunityStage, new: OpportunityStage) -> None:
    assert set(TRANSITIONS["opportunity"]) == set(OpportunityStage)
    possible = {
        **{stage: (OPEN - {stage}) | {"won", "lost"} for stage in OPEN},
        "won": OPEN,
        "lost": OPEN,
    }
    if new in possible[old]:
        check("opportunity", "N-1", old, new)
        return
    with pytest.raises(Refused, match=f"N-1 is {old}; it cannot become {new}"):
        check("opportunity", "N-1", old, new)


def test_the_days_in_each_stage_are_kept(shop: Office) -> None:
    add(shop)
    move(shop, PROPOSAL, now="2026-03-12 18:00")
    move(shop, NEGOTIATION, "客户要改方案", now="2026-03-13 00:30")
    page = opportunity_page.show(shop.context(now="2026-03-20 08:00"), "SJ2026-0001")
    assert [(step["to_stage"], step["days"], step["reason"]) for step in page["history"]] == [
        ("discovery", 10, ""), ("proposal", 1, ""), ("negotiation", 7, "客户要改方案"),
    ]  # fmt: skip
    assert (page["days_in_stage"], page["probability"], page["weighted"]) == (7, 6_000, 120_000_00)
    before = opportunity_page.show(shop.context(now="2026-03-01 08:00"), "SJ2026-0001")  # of a day before it was made
    assert (before["days_in_stage"], before["days_over"], before["history"][-1]["days"]) == (0, 0, 0)


def test_going_back_has_a_reason(shop: Office) -> None:
    add(shop)
    move(shop, CONTRACT)
    before = counts(shop)
    for said in (None, "  "):
        with pytest.raises(UsageError) as missing:
            move(shop, PROPOSAL, said)
        assert str(missing.value) == "SJ2026-0001 goes back from contract to proposal: that has a reason"
    with pytest.raises(Refused, match="SJ2026-0001 is in stage contract already"):
        move(shop, CONTRACT)
    for stage, hint in ((WON, "opportunity win SJ2026-0001"), (LOST, "opportunity lose SJ2026-0001 --reason CODE")):
        with pytest.raises(UsageError) as closed:
            move(shop, stage, "x")
        assert str(closed.value.hint).endswith(hint)
    assert counts(shop) == before
    move(shop, PROPOSAL, "预算重批")
    assert row(shop)["state"] == "proposal"


def test_it_is_won_on_a_day(shop: Office) -> None:
    number = add(shop)
    for on, said in ((date(2026, 3, 10), "2026-03-10 is in the future"), (date(2026, 3, 1), "2026-03-01 is before")):
        with pytest.raises(InvalidValue, match=said), shop.context().transaction() as work:
            opportunities.win(work, number, on)
    with shop.context(now="2026-03-09 09:00").transaction() as work:
        opportunities.win(work, number.lower(), date(2026, 3, 5))
    kept = row(shop)
    assert (kept["state"], kept["closed_on"], kept["stage_since"]) == ("won", "2026-03-05", "2026-03-09 01:00:00")
    with pytest.raises(Refused, match="SJ2026-0001 is won; it cannot become won"), shop.context().transaction() as work:
        opportunities.win(work, number)
    with pytest.raises(UsageError):
        move(shop, CONTRACT)
    move(shop, CONTRACT, "合同被客户退回", now="2026-03-10 09:00")
    assert (row(shop)["state"], row(shop)["closed_on"]) == ("contract", None)


def test_it_is_lost_with_a_reason_and_comes_back(shop: Office) -> None:
    add(shop)
    lose(shop, note="恒通低 15%")
    kept = row(shop)
    assert (kept["state"], kept["closed_on"], kept["loss_reason"]) == ("lost", "2026-03-02", "price")
    page = opportunity_page.show(shop.context(now="2026-04-02 09:00"), "SJ2026-0001")
    assert (page["history"][-1]["reason"], page["history"][-1]["days"]) == ("price: 恒通低 15%", None)
    assert (page["days_in_stage"], page["days_overdue"], page["weighted"]) == (None, None, 0)
    move(shop, PROPOSAL, "换了采购经理")
    assert (row(shop)["loss_reason"], row(shop)["closed_on"]) == (None, None)


@pytest.mark.parametrize("status", [Status.LOST, Status.INVALID])
def test_it_is_not_opened_again_for_who_is_out_of_the_running(shop: Office, status: Status) -> None:
    add(shop)
    lose(shop)
    leads.execute(shop, "UPDATE customer SET status = :status", status=status.value)
    before = counts(shop)
    with pytest.raises(Refused) as refused:
        move(shop, PROPOSAL, "客户又来询价")
    assert refused.value.code == "customer-status"
    assert counts(shop) == before
    leads.execute(shop, "UPDATE customer SET status = 'interested'")
    move(shop, PROPOSAL, "客户又来询价")


def test_it_is_not_opened_again_beside_another_of_its_title(shop: Office) -> None:
    add(shop)
    lose(shop)
    second = add(shop)
    before = counts(shop)
    with pytest.raises(Duplicate) as refused:
        move(shop, PROPOSAL, "客户又来询价")
    assert refused.value.details == {"twin": second, "field": "title"}
    assert counts(shop) == before
    shop.ok("opportunity", "edit", second, "--title", "二期")
    move(shop, PROPOSAL, "客户又来询价")


def test_open_ones_that_a_merge_made_twins_still_move(shop: Office) -> None:
    add(shop)
    second = add(shop, NewOpportunity("二期", 1, CLOSE))
    leads.execute(shop, "UPDATE opportunity SET title = :title", title=NEW.title)
    move(shop, NEGOTIATION)
    with shop.context().transaction() as work:
        opportunities.lose(work, second, LossReason.OTHER, "重复录入")


def test_documents_move_it_on_and_never_back(shop: Office) -> None:
    add(shop)
    follow(shop, NEGOTIATION)
    follow(shop, PROPOSAL)
    follow(shop, NEGOTIATION)
    assert (row(shop)["state"], row(shop)["version"]) == ("negotiation", 2)
    page = opportunity_page.show(shop.context(), "SJ2026-0001")
    assert page["history"][-1]["reason"] == "quote Q2026-0001 was accepted"
    follow(shop, WON)
    follow(shop, CONTRACT)
    assert (row(shop)["state"], row(shop)["closed_on"]) == ("won", "2026-03-02")


def test_they_never_open_a_closed_one(shop: Office) -> None:
    add(shop)
    lose(shop)
    before = counts(shop)
    for stage in (PROPOSAL, CONTRACT, WON):
        follow(shop, stage)
    assert counts(shop) == before


def test_what_it_is_about_is_changed(shop: Office) -> None:
    add(shop, NewOpportunity("终端", 1, CLOSE, (deals.SKU,)))
    assert edit(shop, 1, title="终端二期", amount=5, products=(deals.DEAR,), without=("yf-100",)) == [
        "title", "amount", "products",
    ]  # fmt: skip
    page = opportunity_page.show(shop.context(), "SJ2026-0001")
    assert (page["title"], page["amount"], page["version"]) == ("终端二期", 5, 2)
    assert [one["sku"] for one in page["products"]] == [deals.DEAR]
    assert edit(shop, amount=5, products=(deals.DEAR,)) == []
    assert edit(shop, products=(deals.SKU,)) == ["products"]
    assert row(shop)["version"] == 3


def test_it_goes_to_another_owner(shop: Office) -> None:
    add(shop)
    assert edit(shop, owner="LI.NA") == []
    assert edit(shop, owner="zhao.lei", amount=5) == ["amount", "owner"]
    assert (row(shop)["owner_id"], row(shop)["version"]) == (5, 2)
    (entry,) = leads.rows(shop, "SELECT before, after FROM audit_entry WHERE action = 'opportunity.edit'")
    assert (json.loads(entry["before"])["owner"], json.loads(entry["after"])["owner"]) == ("li.na", "zhao.lei")
    with pytest.raises(NotPermitted):
        edit(shop, owner="li.na")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, UsageError),
        ({"owner": "nobody"}, NotFound),
        ({"owner": "liu.yang"}, Refused),
        ({"title": " "}, InvalidValue),
        ({"title": "另一单"}, Duplicate),
        ({"expected_close": date(2026, 3, 1)}, InvalidValue),
        ({"products": ("QQ",)}, NotFound),
        ({"without": (deals.DEAR,)}, NotFound),
        ({"without": (deals.SKU,), "products": (deals.SKU.lower(),)}, UsageError),
        ({"amount": 7, "version": 9}, Conflict),
    ],
)
def test_what_cannot_be_changed_stays(shop: Office, changes: dict[str, Any], error: type[SalesflowError]) -> None:
    add(shop, NewOpportunity("终端", 1, CLOSE, (deals.SKU,)))
    add(shop, NewOpportunity("另一单", 1, CLOSE))
    before = counts(shop)
    with pytest.raises(error):
        edit(shop, **changes)
    assert counts(shop) == before


def test_a_closed_one_is_not_edited_and_its_title_is_free(shop: Office) -> None:
    add(shop)
    lose(shop)
    with pytest.raises(Refused, match="SJ2026-0001 is lost"):
        edit(shop, amount=1)
    assert add(shop) == "SJ2026-0002"


def test_an_expected_close_that_has_passed_may_stay(shop: Office) -> None:
    add(shop)
    shop.now = "2026-07-01 09:00"
    assert edit(shop, expected_close=CLOSE, amount=7) == ["amount"]


def test_the_trail_has_no_word_of_it(shop: Office) -> None:
    add(shop)
    move(shop, PROPOSAL, "私下说的")
    lose(shop, note="回扣")
    entries = leads.rows(shop, "SELECT action, before, after FROM audit_entry WHERE subject_kind = 'opportunity'")
    assert [entry["action"] for entry in entries] == ["opportunity.add", "opportunity.proposal", "opportunity.lost"]
    assert not [entry for entry in entries if any(word in str(entry) for word in ("扫码", "私下", "回扣"))]
    assert leads.opened(shop, entries[0])["title"] == "扫码终端 50 台"
    assert json.loads(entries[2]["after"])["loss_reason"] == "price"


def test_open_ones_go_along_with_the_customer(shop: Office) -> None:
    add(shop)
    add(shop, NewOpportunity("丢掉的", 1, CLOSE))
    with shop.context().transaction() as work:
        opportunities.lose(work, "SJ2026-0002", LossReason.OTHER)
    found = handover.obligations(shop.context(), 3, together=True)
    assert [(one["ref"], str(one["text"]), one["goes_along"]) for one in found if one["kind"] == "opportunity"] == [
        ("SJ2026-0001", "discovery, 200,000.00: 扫码终端 50 台", True)
    ]
    with shop.context(user="zhang.wei").transaction() as work:
        assignment.hand_over(work, 3, to="zhao.lei")
    owners = leads.rows(shop, "SELECT number, owner FROM v_opportunity ORDER BY id")
    assert [one["owner"] for one in owners] == ["zhao.lei", "li.na"]


def test_a_leavers_ones_of_anothers_customer_go_to_that_one(shop: Office) -> None:
    add(shop, NewOpportunity("终端", 1, CLOSE, (), "chen.jie"))
    with shop.context(user="zhang.wei").transaction() as work:
        assignment.hand_over(work, 4)
    assert row(shop)["owner_id"] == 3


def test_numbers_begin_anew_each_year(shop: Office) -> None:
    add(shop)
    later = NewOpportunity("明年的", 1, date(2027, 5, 1))
    assert add(shop, later, now="2027-01-04 09:00") == "SJ2027-0001"
    assert resolve(shop.context(), "sj2027-0001").stage is DISCOVERY


def test_the_database_is_sound(shop: Office) -> None:
    add(shop)
    move(shop, NEGOTIATION)
    assert shop.json("db", "check")["problems"] == []
    leads.execute(shop, "UPDATE opportunity SET state = 'won'")
    (problem,) = shop.run("db", "check", "--json").json["problems"]
    assert problem["ref"] == "SJ2026-0001"


def test_on_a_leap_day(shop: Office) -> None:
    add(shop, NewOpportunity("闰日", 1, date(2028, 2, 29)), now="2028-02-29 09:00")
    page = opportunity_page.show(shop.context(now="2028-03-31 09:00"), "SJ2028-0001")
    assert (page["days_in_stage"], page["days_over"], page["days_overdue"]) == (31, 1, 31)
