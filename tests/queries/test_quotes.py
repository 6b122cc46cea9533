"""Quotes as they are read: expiry that follows from the date, approvals beside them, the reasons given again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from salesflow.context import Context
from salesflow.enums import QuoteState
from salesflow.errors import NotFound
from salesflow.i18n import render
from salesflow.queries import quote_decisions
from salesflow.queries import quotes as queries
from salesflow.services import quotes
from salesflow.services.quotes import NewItem, NewQuote
from tests import deals
from tests.conftest import Office


@contextmanager
def reading(office: Office, now: str = "2026-03-02 10:00", user: str = "li.na") -> Iterator[Context]:
    context = office.context(now=now, user=user)
    yield context
    context.close()


def show(office: Office, ref: str = "Q2026-0001", now: str = "2026-03-02 10:00") -> dict[str, Any]:
    with reading(office, now) as context:
        return queries.show(context, ref)


def states(office: Office, now: str, *wanted: QuoteState) -> dict[str, str]:
    with reading(office, now) as context:
        return {row["number"]: row["state"] for row in queries.listed(context, states=wanted).rows}


@pytest.fixture
def shop(office: Office) -> Office:
    """Four quotes of 2 March that stand to 1 April: approved, pending, a draft, accepted."""
    deals.furnish(office)
    deals.quote(office)
    deals.quote(office, discount=1_200)
    deals.quote(office, draft=True, user="zhang.wei")
    deals.accepted(office)
    return office


def test_the_newest_comes_first(shop: Office) -> None:
    assert list(states(shop, "2026-03-02 10:00")) == ["Q2026-0004", "Q2026-0003", "Q2026-0002", "Q2026-0001"]


def test_only_what_could_still_be_accepted_expires(shop: Office) -> None:
    last_day = {
        "Q2026-0004": "accepted",
        "Q2026-0003": "draft",
        "Q2026-0002": "pending_approval",
        "Q2026-0001": "approved",
    }
    assert states(shop, "2026-04-01 23:59") == last_day
    assert states(shop, "2026-04-02 00:00") == {**last_day, "Q2026-0001": "expired"}
    deals.execute(shop, "UPDATE quote SET state = 'sent' WHERE id = 1")
    assert states(shop, "2026-04-02 00:00")["Q2026-0001"] == "expired"
    assert show(shop, now="2026-04-02 00:00")["state"] == "expired"
    assert show(shop, now="2026-04-01 23:59")["state"] == "sent"


def test_the_state_that_is_asked_for_is_the_one_that_is_shown(shop: Office) -> None:
    assert list(states(shop, "2026-04-01 10:00", QuoteState.APPROVED)) == ["Q2026-0001"]
    assert states(shop, "2026-04-02 10:00", QuoteState.APPROVED) == {}
    assert list(states(shop, "2026-04-02 10:00", QuoteState.EXPIRED)) == ["Q2026-0001"]
    assert states(shop, "2026-04-01 10:00", QuoteState.EXPIRED) == {}
    assert list(states(shop, "2026-04-02 10:00", QuoteState.EXPIRED, QuoteState.DRAFT)) == ["Q2026-0003", "Q2026-0001"]


def test_by_owner_and_customer(shop: Office) -> None:
    with reading(shop) as context:
        assert [row["number"] for row in queries.listed(context, owners=["zhang.wei"]).rows] == ["Q2026-0003"]
        assert len(queries.listed(context, owners=["zhang.wei", "li.na"]).rows) == 4
        assert len(queries.listed(context, customer_id=1).rows) == 4
        assert queries.listed(context, customer_id=2).rows == []
        assert queries.listed(context, owners=["chen.jie"]).rows == []
        with pytest.raises(NotFound, match=r"there is no active staff member li\.ma"):
            queries.listed(context, owners=["li.ma"])


def test_quotes_of_one_who_left_are_found(shop: Office) -> None:
    deals.dismiss(shop, "li.na")
    with reading(shop, user="zhang.wei") as context:
        assert len(queries.listed(context, owners=["li.na"]).rows) == 3


def test_sorting_and_limits_as_the_command_line_asks(shop: Office) -> None:
    with reading(shop, "2026-04-02 10:00") as context:
        context.asked.sort = "state"
        assert [row["state"] for row in queries.listed(context).rows] == [
            "accepted",
            "draft",
            "expired",
            "pending_approval",
        ]
        context.asked.limit = 1
        found = queries.listed(context)
        assert ([row["state"] for row in found.rows], found.more) == (["accepted"], True)


def test_a_listing_has_the_approval_of_each(shop: Office) -> None:
    with reading(shop) as context:
        found = {row["number"]: row["approval"] for row in queries.listed(context).rows}
    assert [number for number, approval in found.items() if approval is not None] == ["Q2026-0002"]
    approval = found["Q2026-0002"]
    assert (approval["number"], approval["state"], approval["waiting_for_role"]) == (
        "AP2026-0001",
        "pending",
        "manager",
    )


def test_a_quote_with_all_its_parts(shop: Office) -> None:
    row = show(shop, " q2026-0002 ")
    assert {column.key for column in queries.SHOW_COLUMNS} <= set(row)
    assert [line["sku"] for line in row["lines"]] == [deals.SKU]
    assert {column.key for column in queries.LINE_COLUMNS} == set(row["lines"][0])
    assert row["approval"]["steps"][0]["role"] == "manager"
    assert (row["state"], row["returned_because"], row["extras"]) == ("pending_approval", None, [])


def test_extras_keep_their_order(office: Office) -> None:
    deals.furnish(office)
    deals.quote(office, extras=[("乙", 2), ("甲", 1)])
    assert show(office)["extras"] == [{"text": "乙", "amount": 2}, {"text": "甲", "amount": 1}]


def test_why_it_came_back_stands_on_a_draft_alone(shop: Office) -> None:
    deals.reject(shop, "AP2026-0001", "zhang.wei", "毛利太低")
    assert show(shop, "Q2026-0002")["returned_because"] == "毛利太低"
    assert show(shop, "Q2026-0003")["returned_because"] is None
    assert show(shop, "Q2026-0001")["returned_because"] is None


@pytest.mark.parametrize("ref", ["Q2026-0002", "q2026-0002", " Ｑ２０２６－０００２ "])
def test_a_number_is_meant_in_any_case_and_width(shop: Office, ref: str) -> None:
    with reading(shop) as context:
        found = queries.resolve(context, ref)
    assert found == queries.QuoteRef(2, "Q2026-0002", 1, 1, QuoteState.PENDING_APPROVAL)


def test_a_number_that_is_not_there(shop: Office) -> None:
    with reading(shop) as context:
        for look in (queries.resolve, queries.show):
            with pytest.raises(NotFound, match="there is no quote Q2026-0009"):
                look(context, "Q2026-0009")


def test_the_newest_version_is_the_quote(shop: Office) -> None:
    names = (
        "number, customer_id, owner_id, created_on, created_at, valid_until, quote_discount, goods_total, discount_total, "
        "freight, extras_total, tax_total, total, max_discount, policy_id, edition"
    )
    deals.execute(
        shop, f"INSERT INTO quote (version, state, {names}) SELECT 2, 'draft', {names} FROM quote WHERE id = 1"
    )
    with reading(shop) as context:
        assert queries.resolve(context, "Q2026-0001").version == 2
        assert queries.show(context, "Q2026-0001")["version"] == 2


def told(office: Office, ref: str = "Q2026-0001") -> list[str]:
    with reading(office) as context:
        return [render(line) for line in quote_decisions.told(context, queries.show(context, ref))]


def test_what_its_maker_is_told_of_discounts_and_approval(office: Office) -> None:
    deals.furnish(office)
    deals.execute(office, "UPDATE customer SET grade = 'A'")
    items = [NewItem(deals.SKU, 1_000), NewItem(deals.SKU, 1_000, unit_price=690_000), NewItem(deals.SKU, 2_000)]
    with office.context().transaction() as work:
        quotes.make(work, NewQuote(1, items))
        quotes.make(work, NewQuote(1, items, draft=True))
        quotes.make(work, NewQuote(1, items[:1]))
        quotes.make(work, NewQuote(1, items[:1], draft=True, valid_days=1))
    validity = "valid until 2026-04-01, 30 days from 2026-03-02"
    steps = [
        "step 1: manager [discount-authority]: 31 % on line 2 is above 10 %",
        (
            "step 2: director [discount-authority]: 31 % on line 2 is above 20 %; "
            "[price-floor] line 2: 6,900.00 is below the floor of 7,000.00"
        ),
    ]
    assert told(office, "Q2026-0001") == [
        "lines 1, 3: 3 % for grade A",
        validity,
        *steps,
        "it waits for its approval, AP2026-0001",
    ]
    assert told(office, "Q2026-0002") == [
        "lines 1, 3: 3 % for grade A",
        validity,
        *steps,
        "it is kept as a draft; it would need: manager, director",
    ]
    assert told(office, "Q2026-0003") == ["line 1: 3 % for grade A", validity, "it needs nobody's approval"]
    assert told(office, "Q2026-0004") == [
        "line 1: 3 % for grade A",
        "valid until 2026-03-03, 1 day from 2026-03-02",
        "it is kept as a draft; it would need nobody's approval",
    ]


@pytest.mark.parametrize(
    ("item", "discount"),
    [
        (NewItem(deals.SKU, 1_000), 0),
        (NewItem(deals.SKU, 1_234, discount=333), 777),
        (NewItem(deals.SKU, 1_234, unit_price=777_777), 333),
        (NewItem(deals.SKU, 1_234, unit_price=777_777, discount=333), 55),
        (NewItem(deals.SKU, 1, discount=9_999), 9_999),
    ],
)
def test_the_rules_say_the_same_of_what_was_kept(office: Office, item: NewItem, discount: int) -> None:
    """The arithmetic can be done again exactly: the kept quote concedes what it conceded when it was made."""
    deals.furnish(office)
    deals.execute(office, "UPDATE customer SET grade = 'A'")
    with office.context().transaction() as work:
        quotes.make(work, NewQuote(1, [item], discount))
    row = show(office)
    with reading(office) as context:
        authority, floor = quote_decisions.review(context, row).decisions
    kept = ((10_000 - (item.discount or 0)) if item.discount or item.unit_price else 9_700) * (10_000 - discount)
    given = 1_000_000 * 10**8 - (item.unit_price or 1_000_000) * kept
    assert row["max_discount"] == -(-given * 10_000 // (1_000_000 * 10**8))
    assert authority.facts["discount"] == render_percent(row["max_discount"])
    assert floor.facts["amount"] == render_money(row["lines"][0]["amount"])


def render_percent(points: int) -> str:
    return f"{points // 100}.{points % 100:02d}".rstrip("0").rstrip(".") + " %"


def render_money(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


def test_the_decisions_on_a_quote(shop: Office) -> None:
    def outcomes(ref: str, now: str) -> list[tuple[str, str]]:
        with reading(shop, now) as context:
            found = quote_decisions.decisions(context, queries.show(context, ref))
        return [(decision.rule, decision.outcome) for decision in found]

    assert outcomes("Q2026-0001", "2026-03-02 10:00") == [
        ("price-valid", "first"),
        ("auto-discount", "none"),
        ("needs-before-quote", "none"),
        ("discount-authority", "within"),
        ("price-floor", "ok"),
        ("quote-validity", "ok"),
    ]
    assert outcomes("Q2026-0002", "2026-04-02 10:00")[2:] == [
        ("needs-before-quote", "none"),
        ("discount-authority", "above"),
        ("price-floor", "ok"),
        ("quote-validity", "expired"),
    ]
    assert outcomes("Q2026-0004", "2026-05-01 10:00")[-1] == ("quote-validity", "2026-04-01")
