"""The demonstration: a season of a sales team, the same for a seed and a date, that leaves something to do for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import text

from salesflow.db import audit, check
from salesflow.db.transaction import Transaction
from salesflow.enums import Role, Status
from salesflow.errors import InvalidValue, Refused
from salesflow.i18n import msg
from salesflow.services.demo import cast, make
from salesflow.services.demo.stage import Stage, acting
from tests.conftest import Office, environment, moment
from tests.services.test_demo_large import TABLES, dump, rows, value

FRIDAY = "2026-03-06 09:00"
MORE_TABLES = (
    *TABLES,
    "need",
    "need_list",
    "opportunity",
    "opportunity_product",
    "quote_extra",
    "sales_order",
    "order_line",
    "import_run",
)


def company(folder: Path, now: str = FRIDAY) -> Office:
    folder.mkdir(exist_ok=True)
    return Office(folder / "salesflow.db", environment(folder), now=now, user="zhang.wei")


def column(office: Office, sql: str) -> list[Any]:
    return [next(iter(row.values())) for row in rows(office, sql)]


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = company(tmp_path_factory.mktemp("season"))
    make.small(office.context(), 7)
    return office


def test_the_team(season: Office) -> None:
    found = {row["login"]: row["roles"] for row in rows(season, "SELECT login, roles FROM v_staff")}
    assert len(found) == 8
    assert {role for roles in found.values() for role in roles.split(",")} == {role.value for role in Role}
    assert found["wang.fang"] == "director"
    assert value(season, "SELECT count(*) FROM v_product") == 10


def test_the_prices(season: Office) -> None:
    """One that rose before the first quote, one that is to come."""
    found = rows(season, "SELECT sku, list_price, valid_from, state FROM v_price ORDER BY id")
    assert [tuple(row.values()) for row in found] == [
        ("YF-500", 18_600_000, "2025-06-29", "valid"),
        ("YF-920", 1_280_000, "2026-05-01", "valid"),
    ]
    assert value(season, "SELECT min(created_on) FROM v_quote") > "2025-06-29"


def test_the_customers(season: Office) -> None:
    counts = {
        row["status"]: row["n"] for row in rows(season, "SELECT status, count(*) AS n FROM customer GROUP BY status")
    }
    assert sum(counts.values()) == 60
    assert set(counts) == {status.value for status in Status}
    assert set(column(season, "SELECT DISTINCT grade FROM customer")) >= {"A", "B", "C"}
    assert len(set(column(season, "SELECT name FROM customer"))) == 60
    assert set(column(season, "SELECT DISTINCT region FROM customer")) == {"HZ", "SH"}
    assert value(season, "SELECT count(*) FROM contact WHERE phone_masked IS NOT NULL") == 60
    for condition in ("budget_cipher IS NOT NULL", "entry_late", "address IS NOT NULL", "size IS NOT NULL"):
        assert value(season, f"SELECT count(*) FROM customer WHERE {condition}") > 0, condition
    assert sorted(column(season, "SELECT name FROM tag")) == ["决策链复杂", "国企", "竞品客户"]


def test_the_history_is_that_of_half_a_year(season: Office) -> None:
    assert value(season, "SELECT count(*) FROM followup") > 250
    assert value(season, "SELECT sum(late) FROM followup") > 0
    assert value(season, "SELECT min(recorded_at) FROM customer") < "2025-09-15"
    assert "2026-02-20" < value(season, "SELECT max(recorded_at) FROM customer") < "2026-03-05 16:00:00"
    assert value(season, "SELECT count(DISTINCT substr(at, 1, 7)) FROM followup") >= 6
    assert value(season, "SELECT count(*) FROM stale_run") > 3
    assert value(season, "SELECT count(*) FROM status_change WHERE to_status = 'lost' AND loss_reason IS NOT NULL") > 0
    assert "{" not in "".join(column(season, "SELECT content || feedback || coalesce(risk, '') FROM followup"))
    assert "{" not in "".join(column(season, "SELECT need FROM customer"))


def test_everything_happened_in_its_order_and_before_today(season: Office) -> None:
    moments = column(season, "SELECT at FROM audit_entry ORDER BY id")
    assert moments == sorted(moments)
    assert moments[0] == "2025-01-30 01:00:00"
    assert moments[-1] < "2026-03-05 16:00:00"  # midnight in Shanghai
    assert value(season, "SELECT count(*) FROM followup WHERE at > recorded_at") == 0
    assert value(season, "SELECT count(*) FROM customer WHERE first_contact_at > recorded_at") == 0
    hours = {stamp[11:13] for stamp in column(season, "SELECT recorded_at FROM followup")}
    assert hours <= {f"{hour:02d}" for hour in range(1, 10)}  # nine to five in Shanghai


def test_quotes_orders_and_approvals(season: Office) -> None:
    waiting = column(season, "SELECT waiting_for_role FROM v_approval WHERE state = 'pending'")
    assert {"legal", "manager", "finance", "operations", "director"} == set(waiting)
    assert set(column(season, "SELECT DISTINCT state FROM approval")) == {"pending", "approved", "rejected"}
    assert set(column(season, "SELECT DISTINCT state FROM v_quote")) >= {"approved", "accepted", "pending_approval"}
    assert set(column(season, "SELECT DISTINCT state FROM v_order")) == {"approved", "returned", "submitted"}
    assert value(season, "SELECT count(*) FROM v_quote WHERE state = 'approved' AND valid_until < '2026-03-06'") > 0
    assert "" not in column(season, "SELECT coalesce(comment, '') FROM approval_step WHERE decision = 'rejected'")
    owners = rows(
        season, "SELECT q.owner, c.owner AS customers FROM v_quote q JOIN v_customer c ON c.code = q.customer_code"
    )
    assert {row["owner"] == row["customers"] for row in owners} == {True}


def test_needs_and_opportunities(season: Office) -> None:
    customers = value(season, "SELECT count(*) FROM need_analysis")
    assert 12 <= customers <= 30
    assert value(season, "SELECT count(*) FROM need_list") == customers
    assert 0 < value(season, "SELECT count(*) FROM need_list WHERE confirmed_on IS NOT NULL") < customers
    assert value(season, "SELECT count(*) FROM need_analysis WHERE budget_cipher IS NOT NULL") > 0
    stages = {"discovery", "proposal", "negotiation", "contract", "won", "lost"}
    assert set(column(season, "SELECT DISTINCT stage FROM v_opportunity")) == stages
    assert column(season, "SELECT number FROM opportunity ORDER BY id LIMIT 1") == ["SJ2025-0001"]
    assert (
        value(season, "SELECT count(*) FROM opportunity WHERE closed_on IS NULL AND expected_close < '2026-03-06'") > 0
    )


def test_there_is_something_to_do_today(season: Office) -> None:
    assert value(season, "SELECT count(*) FROM v_followup_due WHERE due_on < '2026-03-06'") > 0
    visits = rows(
        season, "SELECT method, focus, owner FROM v_followup_due WHERE due_on = '2026-03-06' AND method = 'visit'"
    )
    assert len(visits) == 3
    asked = rows(season, "SELECT due_on, support FROM v_plan_item WHERE support IS NOT NULL AND state = 'pending'")
    assert asked == [{"due_on": "2026-03-10", "support": "technical"}] * 2


def test_the_database_is_sound(season: Office) -> None:
    context = season.context()
    try:
        assert list(check.problems(context.reader.connection, str(season.database))) == []
        assert audit.verify(context.reader.connection).ok
    finally:
        context.close()


def test_it_is_the_same_for_a_seed_and_a_date(tmp_path: Path) -> None:
    one, again, other = (
        company(tmp_path / name, now=now)
        for name, now in (("one", FRIDAY), ("again", "2026-03-06 17:30"), ("other", FRIDAY))
    )
    for office, seed in ((one, 7), (again, 7), (other, 8)):
        make.small(office.context(), seed, 12)
    assert dump(again, MORE_TABLES) == dump(one, MORE_TABLES)
    assert column(other, "SELECT name FROM contact") != column(one, "SELECT name FROM contact")


DAYS = {
    "2026-02-18 10:00": "in the Spring Festival",
    "2028-02-29 08:00": "a leap day",
    "2026-10-05 10:00": "in the week of the National Day",
    "2026-03-08 23:59": "a Sunday",
    "2026-01-01 00:00": "New Year, at midnight",
    "2031-06-02 10:00": "beyond the years of the official calendar",
}


@pytest.mark.parametrize("now", DAYS, ids=DAYS.values())
def test_any_day_will_do(tmp_path: Path, now: str) -> None:
    office = company(tmp_path, now=now)
    make.small(office.context(), 3, 14)
    assert value(office, "SELECT count(*) FROM customer") == 14
    assert value(office, f"SELECT count(*) FROM v_followup_due WHERE due_on < '{now[:10]}'") > 0
    waiting = column(office, "SELECT waiting_for_role FROM v_approval WHERE state = 'pending'")
    assert set(waiting) == {"legal", "manager", "finance", "operations", "director"}
    assert set(column(office, "SELECT DISTINCT state FROM v_order")) >= {"returned", "submitted"}
    context = office.context()
    assert list(check.problems(context.reader.connection, str(office.database))) == []
    context.close()


def test_one_customer_will_do(tmp_path: Path) -> None:
    office = company(tmp_path)
    make.small(office.context(), 7, 1)
    assert value(office, "SELECT count(*) FROM customer") == 1


# --- the stage


@pytest.fixture
def stage(office: Office) -> tuple[Stage, Office]:
    return Stage(acting(office.context(), "wang.fang"), moment("2026-03-05 00:00")), office


def note(said: list[str]) -> Any:
    """An event that notes when and by whom it is played, on the clock of the moment."""

    def event(work: Transaction) -> None:
        assert work.now == work.context.clock.now()
        said.append(f"{work.context.clock.local(work.now):%d %H:%M} {work.actor.login}")

    return event


def test_events_are_played_in_their_order_by_their_actors(stage: tuple[Stage, Office]) -> None:
    play, said = stage[0], list[str]()
    play.plan(moment("2026-03-04 10:00"), "li.na", note(said))
    play.plan(moment("2026-03-03 10:00"), "zhang.wei", note(said))
    play.plan(moment("2026-03-04 10:00"), "chen.jie", note(said))
    play.plan(moment("2026-03-05 00:00"), "li.na", note(said))
    play.play()
    assert said == ["03 10:00 zhang.wei", "04 10:00 li.na", "04 10:00 chen.jie"]


def test_an_event_plans_another_one(stage: tuple[Stage, Office]) -> None:
    play, said = stage[0], list[str]()
    play.plan(
        moment("2026-03-03 10:00"),
        "li.na",
        lambda work: play.plan(moment("2026-03-03 10:30"), "chen.jie", note(said)),
    )
    play.plan(moment("2026-03-04 10:00"), "li.na", note(said))
    play.play()
    assert said == ["03 10:30 chen.jie", "04 10:00 li.na"]


def renamed(name: str, error: Exception | None = None) -> Any:
    """An event that changes li.na's name, and may then fail."""

    def event(work: Transaction) -> None:
        work.session.execute(text("UPDATE staff SET name = :name WHERE login = 'li.na'"), {"name": name})
        work.audit("staff.name", "staff", "li.na", after={"name": name})
        if error is not None:
            raise error

    return event


def test_what_is_refused_leaves_nothing(stage: tuple[Stage, Office]) -> None:
    play, office = stage
    play.plan(moment("2026-03-03 10:00"), "li.na", renamed("甲"))
    play.plan(moment("2026-03-03 11:00"), "li.na", renamed("乙", Refused(msg("no"))))
    play.play()
    assert value(office, "SELECT name FROM staff WHERE login = 'li.na'") == "甲"
    entries = rows(office, "SELECT at, staff, after FROM audit_entry WHERE action = 'staff.name'")
    assert entries == [{"at": "2026-03-03 02:00:00", "staff": "li.na", "after": '{"name":"甲"}'}]


def test_a_mistake_in_the_plot_is_not_hidden(stage: tuple[Stage, Office]) -> None:
    play, office = stage
    play.plan(moment("2026-03-03 10:00"), "li.na", renamed("甲"))
    play.plan(moment("2026-03-03 11:00"), "li.na", renamed("乙", InvalidValue(msg("what?"))))
    with pytest.raises(InvalidValue):
        play.play()
    assert value(office, "SELECT name FROM staff WHERE login = 'li.na'") == "李娜"


# --- the cast


def test_names_and_phones_are_never_the_same() -> None:
    from random import Random

    random, day = Random(1), moment(FRIDAY).date()
    leads = [cast.lead(random, number, "HZ", day) for number in range(5_000)]
    assert len({lead.name for lead in leads}) == len({lead.phone for lead in leads}) == 5_000
    assert leads[0].name == "杭州华信精密机械有限公司"
    assert leads[320].name.startswith("杭州华信第一")
    assert len({lead.name[2:4] for lead in leads[:8]}) == 8  # neighbours are no relatives


def test_sentences_name_days_that_are_to_come() -> None:
    from random import Random

    day = moment("2026-12-30 09:00").date()
    found = {cast.filled(Random(seed), "{day}", day) for seed in range(50)}
    assert {said.split()[0] for said in found} == {"1"}
    assert {cast.filled(Random(seed), "{month}前", day) for seed in range(50)} <= {
        f"{month} 月前" for month in (2, 3, 4, 5, 6)
    }
