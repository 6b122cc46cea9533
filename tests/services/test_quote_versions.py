"""The next version of a quote: what it inherits, what changes, what becomes of the one before, and drafts that are sent."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from salesflow.enums import Source
from salesflow.errors import Conflict, InvalidValue, NotFound, Refused, RuleRefused, UsageError
from salesflow.rules.decision import Strength
from salesflow.rules.policy import NeedsBeforeQuote, Policy
from salesflow.services import approvals, assignment, merging, opportunities, quote_versions, quotes
from salesflow.services.contacts import NewContact
from salesflow.services.customer_fields import NewCustomer
from salesflow.services.customers import add as add_customer
from salesflow.services.products import NewProduct
from salesflow.services.products import add as add_product
from salesflow.services.quote_items import ItemChanges, changed
from salesflow.services.quote_versions import Revision
from salesflow.services.quotes import NewItem, NewQuote
from tests import deals
from tests.conftest import Office

Q = "Q2026-0001"
LATER = "2026-03-12 10:00"


@pytest.fixture
def shop(office: Office) -> Office:
    deals.furnish(office)
    with office.context().transaction() as work:
        add_product(work, NewProduct("SVC-1", "实施服务", 120_000, unit="人天", cost=70_000, tax_rate=600, net=True))
    return office


def make(office: Office, *items: NewItem, now: str | None = None, user: str = "li.na", **terms: Any) -> None:
    with office.context(now=now, user=user).transaction() as work:
        quotes.make(work, NewQuote(1, items or (NewItem(deals.SKU, 2_000),), **terms))


def revise(
    office: Office, *, now: str | None = None, user: str = "li.na", seen: int | None = None, **change: Any
) -> int:
    with office.context(now=now, user=user).transaction() as work:
        return quote_versions.revise(work, Q, Revision(**change), seen=seen).version


def submit(office: Office, *, now: str | None = None, user: str = "li.na", seen: int | None = None) -> None:
    with office.context(now=now, user=user).transaction() as work:
        quote_versions.submit(work, Q, seen=seen)


def version(office: Office, number: int) -> dict[str, Any]:
    (row,) = deals.rows(office, "SELECT * FROM v_quote WHERE number = :q AND version = :version", q=Q, version=number)
    return row


def lines(office: Office, number: int) -> list[tuple[Any, ...]]:
    names = "sku, quantity, given_price, given_discount, discount, list_price, amount"
    sql = f"SELECT {names} FROM v_quote_line WHERE quote_number = :q AND quote_version = :version ORDER BY line"
    return [tuple(row.values()) for row in deals.rows(office, sql, q=Q, version=number)]


def states(office: Office) -> list[str]:
    return [row["state"] for row in deals.rows(office, "SELECT state FROM v_quote ORDER BY number, version")]


def test_what_is_not_given_stays_as_it_was_given(shop: Office) -> None:
    terms: dict[str, Any] = {"payment_terms": "签约付 30 %", "delivery_days": 14, "warranty": "一年", "note": "见附件"}
    items = (
        NewItem(deals.SKU, 2_000),
        NewItem("SVC-1", 3_500, discount=500),
        NewItem(deals.SKU, 1_000, unit_price=950_000),
    )
    make(shop, *items, discount=200, freight=30_000, extras=[("培训", 0), ("安装", 50_000)], valid_days=10, **terms)
    assert revise(shop, now=LATER, user="chen.jie", warranty="两年") == 2
    before, after = version(shop, 1), version(shop, 2)
    changed_ones = {key for key in before if before[key] != after[key]}
    assert changed_ones == {"id", "version", "state", "created_on", "created_at", "valid_until", "warranty", "edition"}
    assert (after["valid_until"], after["owner"], after["warranty"]) == ("2026-03-22", "li.na", "两年")
    assert lines(shop, 2) == lines(shop, 1)
    extras = deals.rows(shop, "SELECT text, amount FROM v_quote_extra WHERE quote_version = 2 ORDER BY position")
    assert [tuple(row.values()) for row in extras] == [("培训", 0), ("安装", 50_000)]
    assert states(shop) == ["superseded", "approved"]


def test_everything_can_change(shop: Office) -> None:
    make(shop, extras=[("培训", 0)], freight=100, warranty="一年", note="急")
    items = ItemChanges([NewItem("SVC-1", 1_000)])
    revise(
        shop, items=items, discount=300, freight=0, extras=(), valid_days=60, payment_terms="月结", delivery_days=7,
        warranty="", note=" ",
    )  # fmt: skip
    after = version(shop, 2)
    assert [line[0] for line in lines(shop, 2)] == ["SVC-1"]
    assert (after["quote_discount"], after["freight"], after["extras_total"]) == (300, 0, 0)
    assert (after["valid_until"], after["payment_terms"], after["delivery_days"]) == ("2026-05-01", "月结", 7)
    assert (after["warranty"], after["note"]) == (None, None)
    assert deals.value(shop, "SELECT count(*) FROM v_quote_extra WHERE quote_version = 2") == 0


def test_it_is_priced_by_the_prices_and_rules_of_the_day(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000), NewItem(deals.SKU, 1_000, discount=500))
    deals.execute(shop, "UPDATE product SET list_price = 1200000, floor_price = 1100000 WHERE sku = 'YF-100'")
    deals.execute(shop, "UPDATE customer SET grade = 'B'")
    revise(shop, now=LATER)
    assert lines(shop, 2) == [
        (deals.SKU, 1_000, None, None, 100, 1_200_000, 1_188_000),
        (deals.SKU, 1_000, None, 500, 500, 1_200_000, 1_140_000),
    ]
    assert lines(shop, 1)[0] == (deals.SKU, 1_000, None, None, 0, 1_000_000, 1_000_000)


def test_what_is_no_longer_sold_is_named(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000), NewItem("SVC-1", 1_000))
    deals.execute(shop, "UPDATE product SET retired_at = '2026-03-01 00:00:00' WHERE sku = 'SVC-1'")
    before = deals.written(shop)
    with pytest.raises(Refused, match="SVC-1 is retired"):
        revise(shop, discount=100)
    assert deals.written(shop) == before
    revise(shop, items=ItemChanges(drop=["SVC-1"]))
    assert [line[0] for line in lines(shop, 2)] == [deals.SKU]


def test_a_given_price_above_the_list_price_of_the_day_is_named(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000, unit_price=990_000))
    deals.execute(shop, "UPDATE product SET list_price = 900000 WHERE sku = 'YF-100'")
    with pytest.raises(Refused, match=r"line 1: the unit price 9,900\.00 is above the list price 9,000\.00"):
        revise(shop, note="x")


def test_the_history_of_both_versions(shop: Office) -> None:
    make(shop, discount=deals.ABOVE)
    revise(shop, now=LATER, discount=1_300)
    found = deals.rows(
        shop, "SELECT subject_id, from_state, to_state FROM v_state_change WHERE subject_kind = 'quote' ORDER BY id"
    )
    assert [tuple(row.values()) for row in found] == [
        (1, None, "draft"),
        (1, "draft", "pending_approval"),
        (1, "pending_approval", "superseded"),
        (2, None, "draft"),
        (2, "draft", "pending_approval"),
    ]
    asked = deals.rows(shop, "SELECT number, round, state, subject_id FROM v_approval ORDER BY id")
    assert [tuple(row.values()) for row in asked] == [("AP2026-0001", 1, "void", 1), ("AP2026-0002", 2, "pending", 2)]
    entries = deals.rows(shop, "SELECT action, before, after FROM v_audit WHERE subject_ref = :q ORDER BY id", q=Q)
    assert [row["action"] for row in entries] == [
        "quote.make", "quote.pending_approval", "quote.superseded", "quote.revise", "quote.pending_approval"
    ]  # fmt: skip
    assert json.loads(entries[2]["after"]) == {"state": "superseded", "by_version": 2}
    made = json.loads(entries[3]["after"])
    assert (made["version"], made["items"], made["quote_discount"]) == (2, ["YF-100:2"], 1_300)


@pytest.mark.parametrize("draft", [True, False])
def test_a_draft_is_kept_back(shop: Office, draft: bool) -> None:
    make(shop)
    revise(shop, discount=deals.ABOVE, draft=draft)
    assert states(shop) == ["superseded", "draft" if draft else "pending_approval"]


def test_what_was_returned_is_revised_and_goes_a_new_round(shop: Office) -> None:
    make(shop, discount=deals.FAR_ABOVE)
    deals.reject(shop, "AP2026-0001", "zhang.wei", "毛利太低")
    revise(shop, discount=1_500)
    deals.approve(shop, "AP2026-0002", "zhang.wei")
    assert states(shop) == ["superseded", "approved"]
    page = shop.json("approval", "show", "AP2026-0002")
    assert (page["round"], page["last_rejection"], page["quote"]["version"]) == (2, "毛利太低", 2)
    assert [(one["round"], one["state"]) for one in page["rounds"]] == [(1, "rejected")]
    assert {"field": "margin", "what": "line 1: YF-100: Margin", "before": "20 %", "after": "29.41 %"} in page[
        "changes"
    ]
    earlier = shop.json("approval", "show", "AP2026-0001")
    assert (earlier["quote"]["version"], earlier["changes"]) == (1, [])
    explained = {row["rule"]: row["facts"] for row in shop.json("explain", "AP2026-0001")["decisions"]}
    assert explained["discount-authority"]["discount"] == "25 %"


@pytest.mark.parametrize("end", ["declined", "expired"])
def test_what_came_to_nothing_is_offered_again_as_it_was(shop: Office, end: str) -> None:
    make(shop)
    if end == "declined":
        with shop.context().transaction() as work:
            quotes.decline(work, Q, "再等等")
    revise(shop, now=None if end == "declined" else "2026-05-04 09:00")
    assert states(shop) == ["superseded", "approved"]
    assert version(shop, 2)["valid_until"] == ("2026-04-01" if end == "declined" else "2026-06-03")


def test_on_a_leap_day(shop: Office) -> None:
    make(shop, now="2028-02-28 09:00", valid_days=1)
    (number,) = [row["number"] for row in deals.rows(shop, "SELECT number FROM v_quote")]
    with shop.context(now="2028-02-29 23:59").transaction() as work:
        assert quote_versions.revise(work, number, Revision()).valid_until == date(2028, 3, 1)


def test_a_version_is_made_for_a_change(shop: Office) -> None:
    make(shop)
    before = deals.written(shop)
    for change in ({}, {"discount": 0}, {"warranty": ""}, {"items": ItemChanges(set=[NewItem(deals.SKU, 2_000)])}):
        with pytest.raises(Refused, match="would be the same as version 1") as caught:
            revise(shop, **change)
        assert caught.value.code == "unchanged"
    assert deals.written(shop) == before
    assert revise(shop, now=LATER) == 2  # a new date is a change


def test_an_unchanged_draft_is_submitted_instead(shop: Office) -> None:
    make(shop, draft=True)
    with pytest.raises(Refused) as caught:
        revise(shop)
    assert str(caught.value.hint) == f"send it as it is: salesflow quote submit {Q}"


def test_extras_that_change_places_are_a_change(shop: Office) -> None:
    make(shop, extras=[("培训", 100), ("安装", 200)])
    assert revise(shop, extras=[("培训", 200), ("安装", 100)]) == 2


def test_whose_it_is_does_not_change(shop: Office) -> None:
    make(shop)
    with shop.context(user="wang.fang").transaction() as work:
        assignment.assign_customers(work, [1], to="chen.jie", reason="换人")
    assert revise(shop, user="zhao.lei", discount=500) == 2
    assert (version(shop, 1)["owner"], version(shop, 2)["owner"]) == ("chen.jie", "chen.jie")
    with shop.context(user="wang.fang").transaction() as work:
        assignment.assign_customers(work, [1], to="li.na", reason="换回来")
    assert (version(shop, 1)["owner"], version(shop, 2)["owner"]) == ("chen.jie", "li.na")
    assert shop.json("quote", "show", Q)["made_by"] == "zhao.lei"


def test_the_version_that_was_seen(shop: Office) -> None:
    make(shop)
    revise(shop, discount=100, seen=1)
    with pytest.raises(Conflict, match=f"the newest version of {Q} is 2, not 1") as caught:
        revise(shop, discount=200, seen=1)
    assert (caught.value.exit_status, caught.value.details) == (6, {"version": 2})


def test_a_draft_is_sent(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 2_000, discount=deals.ABOVE), draft=True)
    submit(shop, user="chen.jie", now="2026-03-04 10:00")
    assert states(shop) == ["pending_approval"]
    (asked,) = deals.rows(shop, "SELECT submitted_by, round, state FROM v_approval")
    assert tuple(asked.values()) == ("chen.jie", 1, "pending")


def test_a_draft_that_needs_nobody_is_approved(shop: Office) -> None:
    make(shop, draft=True)
    submit(shop)
    assert states(shop) == ["approved"]


def test_what_was_returned_is_sent_again_as_it_is(shop: Office) -> None:
    make(shop, discount=deals.ABOVE)
    deals.reject(shop, "AP2026-0001", "zhang.wei")
    submit(shop)
    rounds = deals.rows(shop, "SELECT round, state, subject_id FROM v_approval ORDER BY id")
    assert [tuple(row.values()) for row in rounds] == [(1, "rejected", 1), (2, "pending", 1)]


def test_a_draft_whose_automatic_discount_no_longer_holds_is_priced_anew(shop: Office) -> None:
    deals.execute(shop, "UPDATE customer SET grade = 'A'")
    make(shop, draft=True)
    deals.execute(shop, "UPDATE customer SET grade = 'C'")
    with pytest.raises(Refused, match="line 1: the price of YF-100 is another") as caught:
        submit(shop)
    assert str(caught.value.hint) == f"price it anew: salesflow quote revise {Q}"
    revise(shop)
    assert states(shop) == ["superseded", "approved"]


def test_a_quote_that_is_not_there(shop: Office) -> None:
    for attempt in (lambda: revise(shop), lambda: submit(shop)):
        with pytest.raises(NotFound, match="there is no quote Q2026-0001"):
            attempt()


ITEMS = [
    NewItem("A", 1_000),
    NewItem("B", 2_000, unit_price=500),
    NewItem("B", 3_000, discount=100),
    NewItem("4", 4_000),
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (ItemChanges(), ITEMS),
        (ItemChanges([NewItem("C", 1)]), [NewItem("C", 1)]),
        (ItemChanges(drop=["A"]), ITEMS[1:]),
        (ItemChanges(drop=["3", "1"]), [ITEMS[1], ITEMS[3]]),
        (ItemChanges(drop=["4"]), ITEMS[:3]),
        (ItemChanges(add=[NewItem("A", 9)]), [*ITEMS, NewItem("A", 9)]),
        (ItemChanges(set=[NewItem("A", 9)]), [NewItem("A", 9), *ITEMS[1:]]),
        (ItemChanges(set=[NewItem("A", 9, discount=5)]), [NewItem("A", 9, discount=5), *ITEMS[1:]]),
        (ItemChanges(drop=["3"], set=[NewItem("B", 7)]), [ITEMS[0], NewItem("B", 7, unit_price=500), ITEMS[3]]),
        (
            ItemChanges(drop=["2"], set=[NewItem("B", 7, unit_price=1)], add=[NewItem("Z", 1)]),
            [ITEMS[0], NewItem("B", 7, unit_price=1), ITEMS[3], NewItem("Z", 1)],
        ),
        (ItemChanges(drop=["A"], add=[NewItem("A", 5)]), [*ITEMS[1:], NewItem("A", 5)]),
    ],
)  # fmt: skip
def test_lines_change(changes: ItemChanges, expected: list[NewItem]) -> None:
    assert changed(ITEMS, changes) == expected


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (ItemChanges([ITEMS[0]], drop=["A"]), UsageError, "--item replaces all lines"),
        (ItemChanges(set=[NewItem("C", 1)]), NotFound, "no line has C"),
        (ItemChanges(set=[NewItem("B", 1)]), InvalidValue, "several lines have B: 2, 3"),
        (ItemChanges(drop=["B"]), InvalidValue, "several lines are B: 2, 3"),
        (ItemChanges(drop=["5"]), NotFound, "there is no line 5"),
        (ItemChanges(drop=["0"]), NotFound, "there is no line 0"),
        (ItemChanges(drop=["-1"]), NotFound, "there is no line -1"),
        (ItemChanges(drop=["999999999999"]), NotFound, "there is no line 999999999999"),
    ],
)
def test_lines_that_are_not_there(changes: ItemChanges, error: type[UsageError], message: str) -> None:
    with pytest.raises(error, match=message):
        changed(ITEMS, changes)


def test_one_line_of_eighty(shop: Office) -> None:
    with shop.context().transaction() as work:
        for n in range(80):
            add_product(work, NewProduct(f"P-{n:02d}", f"零件{n}", 10_000 + n))
    make(shop, *(NewItem(f"P-{n:02d}", 1_000) for n in range(80)))
    revise(shop, items=ItemChanges(set=[NewItem("P-41", 5_000)]))
    moved = [n for n, (old, new) in enumerate(zip(lines(shop, 1), lines(shop, 2), strict=True)) if old != new]
    assert moved == [41]


def opportunity(office: Office, customer_id: int = 1) -> str:
    new = opportunities.NewOpportunity("二期扩容", 5_000_000, date(2026, 5, 1))
    with office.context().transaction() as work:
        return opportunities.add(work, customer_id, new).number


def stage(office: Office) -> str:
    return str(deals.value(office, "SELECT stage FROM v_opportunity"))


def test_the_opportunity_goes_along(shop: Office) -> None:
    number = opportunity(shop)
    make(shop, opportunity=number.lower())
    assert (version(shop, 1)["opportunity"], stage(shop)) == (number, "proposal")
    revise(shop, discount=100)
    assert (version(shop, 2)["opportunity"], stage(shop)) == (number, "negotiation")
    with shop.context().transaction() as work:
        quotes.accept(work, Q, date(2026, 3, 2))
    assert stage(shop) == "contract"
    reason = "SELECT reason FROM v_state_change WHERE subject_kind = 'opportunity' ORDER BY id DESC LIMIT 1"
    assert deals.value(shop, reason) == f"{Q} was accepted"


def test_a_draft_proves_nothing(shop: Office) -> None:
    make(shop, opportunity=opportunity(shop), draft=True)
    assert stage(shop) == "discovery"
    submit(shop)
    assert stage(shop) == "proposal"


def test_an_opportunity_is_linked_and_unlinked(shop: Office) -> None:
    make(shop)
    number = opportunity(shop)
    revise(shop, opportunity=number)
    assert version(shop, 2)["opportunity"] == number
    revise(shop, opportunity="")
    assert version(shop, 3)["opportunity"] is None


def other_customer(office: Office) -> None:
    with office.context().transaction() as work:
        contact = NewContact("李工", phone="13912345678")
        add_customer(work, NewCustomer("宁波海川", "制造业", Source.REFERRAL, "10 套, 6月上线", (contact,)))


def test_an_opportunity_that_it_cannot_belong_to(shop: Office) -> None:
    other_customer(shop)
    theirs = opportunity(shop, 2)
    for given, error, said in (
        (theirs, Refused, "is an opportunity with another customer"),
        ("SJ2026-0009", NotFound, "there is no opportunity SJ2026-0009"),
    ):
        before = deals.written(shop)
        with pytest.raises(error, match=said):
            make(shop, opportunity=given)
        assert deals.written(shop) == before
    deals.execute(shop, "UPDATE opportunity SET state = 'lost', customer_id = 1, loss_reason = 'price'")
    with pytest.raises(Refused, match=f"{theirs} is lost"):
        make(shop, opportunity=theirs)


def test_merging_takes_all_versions_along(shop: Office) -> None:
    other_customer(shop)
    make(shop)
    revise(shop, discount=100)
    with shop.context(user="zhang.wei").transaction() as work:
        merging.merge(work, 1, 2, "重复")
    assert revise(shop, discount=200) == 3
    owners = deals.rows(shop, "SELECT customer_code FROM v_quote ORDER BY version")
    assert [row["customer_code"] for row in owners] == ["HZ2026002"] * 3
    given = shop.json("quote", "list", "--concessions", "HZ2026002")
    assert [row["version"] for row in given["quotes"]] == [3, 2, 1]


def test_a_version_that_waits_keeps_a_customer_from_being_merged_until_it_is_void(shop: Office) -> None:
    other_customer(shop)
    make(shop, discount=deals.ABOVE)
    with pytest.raises(Refused, match="has an open approval"), shop.context(user="zhang.wei").transaction() as work:
        merging.merge(work, 1, 2, "重复")
    revise(shop, discount=100)
    with shop.context(user="zhang.wei").transaction() as work:
        merging.merge(work, 1, 2, "重复")
    assert states(shop) == ["superseded", "approved"]


def strict(office: Office, strength: Strength) -> None:
    policy = Policy(needs_before_quote=NeedsBeforeQuote(strength))
    deals.execute(office, "UPDATE policy_version SET resolved = :text", text=policy.to_json())


def needs(office: Office, *versions: tuple[int, str | None]) -> None:
    for number, on in versions:
        deals.execute(
            office,
            "INSERT INTO need_list (customer_id, version, started_at, confirmed_on) VALUES (1, :number, '2026-02-20 01:00:00', :on)",
            number=number,
            on=on,
        )


@pytest.mark.parametrize(
    ("versions", "says"),
    [
        ((), "no needs of the customer are kept"),
        (((1, None),), "the customer has not confirmed the needs"),
        (((1, "2026-02-28"), (2, None)), "the needs changed after the customer confirmed them on 2026-02-28"),
    ],
)
def test_a_policy_may_want_confirmed_needs(
    shop: Office, versions: tuple[tuple[int, str | None], ...], says: str
) -> None:
    make(shop)
    strict(shop, Strength.REFUSE)
    needs(shop, *versions)
    before = deals.written(shop)
    for attempt in (lambda: make(shop), lambda: revise(shop, discount=100)):
        with pytest.raises(RuleRefused, match=says) as caught:
            attempt()
        assert caught.value.code == "needs-before-quote"
    assert deals.written(shop) == before


def test_confirmed_needs_are_enough(shop: Office) -> None:
    strict(shop, Strength.REFUSE)
    needs(shop, (1, None), (2, "2026-02-28"))
    make(shop)
    assert states(shop) == ["approved"]
    found = {row["rule"]: row for row in shop.json("explain", Q)["decisions"]}["needs-before-quote"]
    assert (found["outcome"], found["facts"]["confirmed_on"]) == ("ok", "2026-02-28")


def test_the_approval_of_the_version_before_is_void_in_the_same_breath(shop: Office) -> None:
    make(shop, discount=deals.ABOVE)
    revise(shop, discount=100)
    with (
        pytest.raises(Refused, match="AP2026-0001 is void already"),
        shop.context(user="zhang.wei").transaction() as work,
    ):
        approvals.approve(work, "AP2026-0001")
