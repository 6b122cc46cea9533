"""Customers as they are referred to, listed and shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from salesflow.context import Context
from salesflow.enums import Grade, Source, Status
from salesflow.errors import Ambiguous, NotFound
from salesflow.queries import customer_file, customers
from salesflow.queries.customers import Filter
from salesflow.services.customers import add as add_customer
from tests import leads
from tests.conftest import Office


@contextmanager
def reading(office: Office, now: str | None = None) -> Iterator[Context]:
    context = office.context(now=now)
    yield context
    context.close()


@pytest.fixture
def stock(office: Office) -> Office:
    """Five customers of three owners in two regions, recorded on three days."""
    leads.add(office, leads.new("杭州云帆科技有限公司", tags=("国企",)), now="2026-02-02 09:00")
    leads.add(office, leads.new("杭州云海贸易有限公司", grade=Grade.B), now="2026-02-02 09:00")
    leads.add(
        office,
        leads.new("上海云帆贸易有限公司", industry="零售业", source=Source.REFERRAL),
        user="chen.jie",
        now="2026-02-27 23:30",
    )
    leads.add(office, leads.new("Acme 100% Trading", tags=("国企", "竞品客户")), now="2026-03-01 00:30")
    leads.add(office, leads.new("宁波港务集团", grade=Grade.A), user="zhao.lei", now="2026-03-02 09:00")
    return office


@pytest.mark.parametrize(
    ("ref", "code"),
    [
        ("HZ2026001", "HZ2026001"),
        ("hz2026001", "HZ2026001"),
        (" ＨＺ2026001 ", "HZ2026001"),
        ("杭州云帆科技有限公司", "HZ2026001"),
        ("云海", "HZ2026002"),
        ("上海", "SH2026001"),
        ("acme", "HZ2026003"),
        ("ACME 100% TRADING", "HZ2026003"),
        ("100%", "HZ2026003"),
        ("港", "HZ2026004"),
    ],
)
def test_a_customer_by_code_name_or_a_part_of_it(stock: Office, ref: str, code: str) -> None:
    with reading(stock) as context:
        assert customers.resolve(context, ref).code == code


def test_what_a_reference_gives(stock: Office) -> None:
    with reading(stock) as context:
        assert customers.resolve(context, "云海") == (
            2,
            "HZ2026002",
            "杭州云海贸易有限公司",
            3,
            Grade.B,
            Status.PROSPECT,
        )
        assert customers.resolve(context, "上海").grade is None


@pytest.mark.parametrize("ref", ["", " ", "没有", "HZ2026", "HZ2026999", "_", "10_", "!", "云帆科技有限责任公司"])
def test_a_reference_to_nobody(stock: Office, ref: str) -> None:
    with reading(stock) as context, pytest.raises(NotFound) as caught:
        customers.resolve(context, ref)
    assert caught.value.code == "unknown-customer"
    assert str(caught.value) == f"there is no customer {ref}"


def test_an_ambiguous_reference_lists_the_candidates(stock: Office) -> None:
    with reading(stock) as context, pytest.raises(Ambiguous) as caught:
        customers.resolve(context, "云帆")
    assert str(caught.value) == "云帆 means more than one customer"
    assert str(caught.value.hint) == (
        "give the code of one of them: SH2026001 上海云帆贸易有限公司, HZ2026001 杭州云帆科技有限公司"
    )
    assert caught.value.details["candidates"] == ["SH2026001 上海云帆贸易有限公司", "HZ2026001 杭州云帆科技有限公司"]


def test_of_many_candidates_eight_are_listed(office: Office) -> None:
    leads.add(office, *(leads.new(f"云帆{number}号店") for number in range(9)))
    with reading(office) as context, pytest.raises(Ambiguous) as caught:
        customers.resolve(context, "云帆")
    candidates = caught.value.details["candidates"]
    assert isinstance(candidates, list)
    assert len(candidates) == customers.MOST_CANDIDATES == 8
    assert str(caught.value.hint).endswith(" …")


def test_an_exact_name_goes_before_a_part_of_others(office: Office) -> None:
    leads.add(office, leads.new("云帆科技集团"), leads.new("云帆"))
    with reading(office) as context:
        assert customers.resolve(context, "云帆").code == "HZ2026002"


def test_the_same_name_twice_is_ambiguous(office: Office) -> None:
    with office.context().transaction() as work:
        for _ in range(2):
            add_customer(work, leads.new(), allow_duplicate=True)
    with reading(office) as context, pytest.raises(Ambiguous):
        customers.resolve(context, leads.NAME)


def test_an_archived_customer_answers_to_its_code_alone(stock: Office) -> None:
    leads.archive(stock, "HZ2026002")
    with reading(stock) as context:
        assert customers.resolve(context, "HZ2026002").name == "杭州云海贸易有限公司"
        for ref in ("杭州云海贸易有限公司", "云海"):
            with pytest.raises(NotFound):
                customers.resolve(context, ref)
        assert customers.resolve(context, "杭州").code == "HZ2026001"


def codes(office: Office, wanted: Filter | None = None, now: str | None = None, **asked: Any) -> list[str]:
    with reading(office, now) as context:
        for name, value in asked.items():
            setattr(context.asked, name, value)
        return [row["code"] for row in customers.listed(context, wanted).rows]


ALL = ["HZ2026001", "HZ2026002", "HZ2026003", "HZ2026004", "SH2026001"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), ALL),
        (Filter(grades=[Grade.A]), ["HZ2026004"]),
        (Filter(grades=[Grade.A, Grade.B]), ["HZ2026002", "HZ2026004"]),
        (Filter(statuses=[Status.HOT]), []),
        (Filter(statuses=[Status.HOT, Status.PROSPECT]), ALL),
        (Filter(owners=["chen.jie"]), ["SH2026001"]),
        (Filter(owners=["chen.jie", "zhao.lei"]), ["HZ2026004", "SH2026001"]),
        (Filter(regions=["sh"]), ["SH2026001"]),
        (Filter(industries=["retail"]), ["SH2026001"]),
        (Filter(sources=[Source.REFERRAL]), ["SH2026001"]),
        (Filter(tags=["国企"]), ["HZ2026001", "HZ2026003"]),
        (Filter(tags=["国企", "竞品客户"]), ["HZ2026001", "HZ2026003"]),
        (Filter(tags=["竞品客户"]), ["HZ2026003"]),
        (Filter(grades=[Grade.B], regions=["SH"]), []),
        (Filter(created=(date(2026, 2, 27), date(2026, 2, 27))), ["SH2026001"]),
        (Filter(created=(date(2026, 3, 1), None)), ["HZ2026003", "HZ2026004"]),
        (Filter(created=(None, date(2026, 2, 2))), ["HZ2026001", "HZ2026002"]),
        (Filter(due=(None, date(2026, 3, 4))), ["HZ2026001", "HZ2026002"]),
        (Filter(due=(date(2026, 3, 4), date(2026, 3, 9))), ["HZ2026001", "HZ2026004"]),
        (Filter(archived=True), []),
    ],
)
def test_which_customers_are_listed(stock: Office, wanted: Filter, found: list[str]) -> None:
    assert codes(stock, wanted) == found
    assert codes(stock, wanted, limit=10) == found


def test_what_is_archived_is_listed_on_request_alone(stock: Office) -> None:
    leads.archive(stock, "HZ2026002")
    assert codes(stock) == [code for code in ALL if code != "HZ2026002"]
    assert codes(stock, Filter(archived=True)) == ["HZ2026002"]


@pytest.mark.parametrize(
    ("now", "found"),
    [
        ("2026-02-15 10:00", []),
        ("2026-02-16 10:00", ["HZ2026002"]),
        ("2026-03-03 10:00", ["HZ2026002"]),
        ("2026-03-04 10:00", ["HZ2026001", "HZ2026002"]),
        ("2026-03-28 10:00", ["HZ2026001", "HZ2026002"]),
        ("2026-03-29 10:00", ["HZ2026001", "HZ2026002", "SH2026001"]),
        ("2026-04-01 10:00", ALL),
    ],
)
def test_stale_is_b_after_14_days_and_everybody_after_30(stock: Office, now: str, found: list[str]) -> None:
    now_found = codes(stock, Filter(stale=True), now=now)
    assert [code for code in now_found if code != "HZ2026003" or now >= "2026-04"] == found


def test_stale_counts_from_the_last_progress_and_leaves_closed_ones_alone(stock: Office) -> None:
    leads.move(stock, 2, Status.INTERESTED, now="2026-02-10 10:00")
    leads.execute(stock, "UPDATE customer SET status = 'lost' WHERE code = 'HZ2026001'")
    assert codes(stock, Filter(stale=True), now="2026-02-23 10:00") == []
    assert codes(stock, Filter(stale=True), now="2026-02-24 10:00") == ["HZ2026002"]
    assert codes(stock, Filter(stale=True, statuses=[Status.PROSPECT]), now="2026-03-05 10:00") == []


def test_nobody_is_stale_where_the_policy_sets_no_days(stock: Office) -> None:
    with reading(stock, "2027-01-01 10:00") as context:
        policy = context.policy
        context.policy = policy._replace(
            stale_downgrade=policy.stale_downgrade._replace(days=0),
            stall_analysis=policy.stall_analysis._replace(days=0),
        )
        assert customers.listed(context, Filter(stale=True)).rows == []


@pytest.mark.parametrize(
    ("sort", "reverse", "found"),
    [
        (None, True, ["SH2026001", "HZ2026004", "HZ2026003", "HZ2026002", "HZ2026001"]),
        ("name", False, ["HZ2026003", "SH2026001", "HZ2026004", "HZ2026001", "HZ2026002"]),
        ("owner", False, ["SH2026001", "HZ2026001", "HZ2026002", "HZ2026003", "HZ2026004"]),
        ("days_overdue", True, ["HZ2026002", "HZ2026001", "HZ2026004", "SH2026001", "HZ2026003"]),
        ("next_follow_up_on", False, ["HZ2026002", "HZ2026001", "HZ2026004", "SH2026001", "HZ2026003"]),
    ],
)
def test_how_customers_are_sorted(stock: Office, sort: str | None, reverse: bool, found: list[str]) -> None:
    assert codes(stock, sort=sort, reverse=reverse) == found
    assert codes(stock, sort=sort, reverse=reverse, limit=2) == found[:2]


def test_a_limit_says_that_there_is_more(stock: Office) -> None:
    with reading(stock) as context:
        assert customers.listed(context, keep=4).more
        assert not customers.listed(context, keep=5).more
        context.asked.limit = 0
        assert len(customers.listed(context, keep=2).rows) == 5


def test_an_unknown_owner_or_tag(stock: Office) -> None:
    with reading(stock) as context:
        with pytest.raises(NotFound, match=r"there is no active staff member chen\.ji"):
            customers.listed(context, Filter(owners=["chen.ji"]))
        with pytest.raises(NotFound) as caught:
            customers.listed(context, Filter(tags=["国"]))
        assert (str(caught.value), str(caught.value.hint)) == ("there is no tag 国", "did you mean 国企?")
        with pytest.raises(NotFound) as caught:
            customers.listed(context, Filter(tags=["重点"]))
        assert str(caught.value.hint) == "the tags that are used: 国企, 竞品客户"


def test_one_who_left_may_still_have_customers(stock: Office) -> None:
    leads.execute(stock, "UPDATE staff SET active = FALSE WHERE login = 'chen.jie'")
    assert codes(stock, Filter(owners=["chen.jie"])) == ["SH2026001"]


@pytest.mark.parametrize(
    ("now", "overdue"), [("2026-02-24 23:59", 0), ("2026-02-25 00:01", 1), ("2026-03-02 09:00", 6)]
)
def test_days_overdue_follow_from_the_clock(stock: Office, now: str, overdue: int) -> None:
    with reading(stock, now) as context:
        row = customers.listed(context, Filter(grades=[Grade.B])).rows[0]
    assert (row["next_follow_up_on"], row["days_overdue"]) == ("2026-02-24", overdue)  # two weeks later is a holiday


def test_nothing_is_overdue_where_nothing_is_planned(stock: Office) -> None:
    leads.execute(stock, "UPDATE customer SET next_follow_up_on = NULL")
    with reading(stock) as context:
        assert {row["days_overdue"] for row in customers.listed(context).rows} == {0}


def test_a_file_has_what_belongs_to_the_customer(stock: Office) -> None:
    leads.move(stock, 2, Status.INTERESTED, now="2026-02-10 10:00")
    leads.regrade(stock, 2, Grade.A, now="2026-02-11 10:00")
    with reading(stock) as context:
        found = customer_file.show(context, "HZ2026002")
    assert list(found) == [column.key for column in customer_file.SHOW_COLUMNS]
    assert [(row["from_status"], row["to_status"], row["by"]) for row in found["status_changes"]] == [
        ("prospect", "interested", "li.na"),
        (None, "prospect", "li.na"),
    ]
    assert [(row["from_grade"], row["to_grade"]) for row in found["grade_changes"]] == [("B", "A"), (None, "B")]
    assert [row["due_on"] for row in found["plan"]] == [found["next_follow_up_on"]]
    assert [row["name"] for row in found["contacts"]] == ["张伟"]
    assert found["followups"] == found["quotes"] == []


def test_a_file_has_the_latest_five_follow_ups(stock: Office) -> None:
    for day in range(1, 8):
        leads.execute(
            stock,
            "INSERT INTO followup (customer_id, at, recorded_at, by_id, method, content, progress, late) "
            "VALUES (1, :at, :at, 3, 'phone', :content, 0, 0)",
            at=f"2026-02-0{day} 01:00:00",
            content=f"第 {day} 次",
        )
    with reading(stock) as context:
        found = customer_file.show(context, "HZ2026001")["followups"]
    assert [row["content"] for row in found] == [f"第 {day} 次" for day in (7, 6, 5, 4, 3)]


def test_a_file_has_the_quotes_that_are_still_open(stock: Office) -> None:
    for number, (state, until) in enumerate(
        [("draft", "2026-03-02"), ("approved", "2026-03-01"), ("sent", "2026-03-31"), ("accepted", "2026-03-31")], 1
    ):
        leads.execute(
            stock,
            "INSERT INTO quote (number, version, customer_id, owner_id, state, created_on, created_at, valid_until, "
            "quote_discount, goods_total, discount_total, freight, extras_total, tax_total, total, max_discount, policy_id, "
            "edition) "
            "VALUES (:number, 1, 1, 3, :state, '2026-02-20', '2026-02-20 01:00:00', :until, 0, 0, 0, 0, 0, 0, 100, 0, 1, 1)",
            number=f"Q2026-000{number}",
            state=state,
            until=until,
        )
    with reading(stock) as context:
        found = customer_file.show(context, "HZ2026001")["quotes"]
    assert [(row["number"], row["state"]) for row in found] == [("Q2026-0001", "draft"), ("Q2026-0003", "sent")]


def test_a_file_of_nobody(stock: Office) -> None:
    with reading(stock) as context, pytest.raises(NotFound):
        customer_file.show(context, "HZ2026999")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (
            "",
            [
                ("HZ2026001", "杭州云帆科技有限公司"),
                ("HZ2026002", "杭州云海贸易有限公司"),
                ("HZ2026003", "Acme 100% Trading"),
            ],
        ),
        ("hz2026002", [("HZ2026002", "杭州云海贸易有限公司")]),
        ("S", [("SH2026001", "上海云帆贸易有限公司")]),
        ("杭州", [("杭州云帆科技有限公司", "HZ2026001"), ("杭州云海贸易有限公司", "HZ2026002")]),
        ("acme", [("Acme 100% Trading", "HZ2026003")]),
        ("云帆", []),
        ("%", []),
    ],
)
def test_what_completion_offers(stock: Office, typed: str, offered: list[tuple[str, str]]) -> None:
    with reading(stock) as context:
        assert customers.beginning_with(context, typed, 3) == offered


def test_the_day_of_recording_is_the_business_day(stock: Office) -> None:
    """23:30 on 27 February is 15:30 in UTC, 00:30 on 1 March is 16:30 on 28 February."""
    assert codes(stock, Filter(created=(date(2026, 2, 28), date(2026, 2, 28)))) == []


@pytest.mark.parametrize("condition", ["", " AND grade = 'A'", " AND owner_id = 3"])
def test_a_page_reads_whole_only_what_it_shows(stock: Office, condition: str) -> None:
    """The keys are chosen without a look at tags, contacts or staff: they are looked up for the chosen rows alone."""
    sql = (
        f"SELECT code, tags, owner FROM v_customer WHERE id IN (SELECT id FROM v_customer WHERE archived_at IS NULL{condition} "
        "ORDER BY code LIMIT 20) ORDER BY code LIMIT 20"
    )
    with reading(stock) as context:
        steps = context.reader.rows(f"EXPLAIN QUERY PLAN {sql}")
    (keys,) = [step["id"] for step in steps if step["detail"].startswith("LIST SUBQUERY")]
    chosen = [step["detail"] for step in steps if step["parent"] == keys]
    assert steps[0]["detail"] == "SEARCH customer USING INTEGER PRIMARY KEY (rowid=?)"
    assert chosen[0].split()[1] == "customer"
    assert [step for step in chosen[1:] if step != "USE TEMP B-TREE FOR ORDER BY"] == []
