"""Assignment: to somebody, by rule, and a whole book that is handed over."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from salesflow.enums import Grade, Method, Role, Status
from salesflow.errors import NotFound, NotPermitted, Refused, SalesflowError, UsageError
from salesflow.queries import handover
from salesflow.services import assignment, followups, staff, staff_changes
from salesflow.services.assignment import Assigned
from tests import deals, leads
from tests.conftest import Office


@pytest.fixture
def team(office: Office) -> Office:
    """li.na has four open customers: an A, a B in SH, a C and an ungraded one; nobody else has any."""
    new = (
        leads.new("甲公司", grade=Grade.A),
        leads.new("乙公司", grade=Grade.B, region="SH"),
        leads.new("丙公司", grade=Grade.C),
        leads.new("丁公司"),
    )
    leads.add(office, *new)
    with office.context(user="zhang.wei").transaction() as work:
        staff.add(work, staff.NewStaff("wu.min", "吴敏", (Role.ASSISTANT,), "HZ"))
    return office


def assign(office: Office, *ids: int, user: str = "zhang.wei", now: str | None = None, **of: Any) -> list[Assigned]:
    with office.context(user=user, now=now).transaction() as work:
        return assignment.assign_customers(work, ids, **of)


def hand_over(office: Office, *, user: str = "zhang.wei", now: str | None = None, **of: Any) -> list[Assigned]:
    with office.context(user=user, now=now).transaction() as work:
        return assignment.hand_over(work, 3, **of)


def owners(office: Office) -> list[str]:
    return [row["owner"] for row in leads.rows(office, "SELECT owner FROM v_customer ORDER BY id")]


def test_to_somebody(team: Office) -> None:
    (one,) = assign(team, 1, to="zhao.lei", reason="客户在宁波", now="2026-03-03 10:00")
    assert (one.code, one.to.login, one.why) == ("HZ2026001", "zhao.lei", None)
    assert one.first_contact.value is not None
    assert one.first_contact.value.isoformat() == "2026-03-05T10:00:00+08:00", "within 48 hours"
    (row,) = leads.rows(team, "SELECT assigned_at, uncontacted_since, version FROM customer WHERE id = 1")
    assert row == {"assigned_at": "2026-03-03 02:00:00", "uncontacted_since": "2026-03-03 02:00:00", "version": 2}
    (change,) = leads.rows(team, "SELECT from_owner, to_owner, by, reason, rule FROM v_owner_change")
    assert change == {
        "from_owner": "li.na",
        "to_owner": "zhao.lei",
        "by": "zhang.wei",
        "reason": "客户在宁波",
        "rule": None,
    }
    (entry,) = leads.rows(team, "SELECT before, after FROM audit_entry WHERE action = 'customer.assign'")
    assert entry == {"before": '{"owner":"li.na"}', "after": '{"owner":"zhao.lei"}'}


def test_by_rule_each_customer_meets_the_ones_before(team: Office) -> None:
    found = assign(team, 1, 2, 3, 4)
    assert {one.code: one.to.login for one in found} == {
        "HZ2026001": "zhao.lei", "SH2026001": "chen.jie", "HZ2026002": "wu.min", "HZ2026003": "zhao.lei",
    }, "the fourth goes to who has a customer of its industry by then"  # fmt: skip
    reasons = [str(one.why.message) for one in found if one.why is not None]
    assert reasons == [
        "goes to zhao.lei 赵磊: grade A goes to a senior rep, region HZ",
        "goes to chen.jie 陈杰: a sales representative, region SH",
        "goes to wu.min 吴敏: grade C goes to an assistant, region HZ",
        "goes to zhao.lei 赵磊: a sales representative, region HZ, has customers of this industry",
    ]
    assert owners(team) == ["zhao.lei", "chen.jie", "wu.min", "zhao.lei"]
    kept = leads.rows(team, "SELECT reason, rule FROM owner_change ORDER BY id")
    assert kept == [{"reason": reason, "rule": "assign"} for reason in reasons]


def test_a_dry_run_writes_nothing(team: Office) -> None:
    before = leads.written(team)
    assert len(assign(team, 1, 2, 3, dry_run=True)) == 3
    assert len(hand_over(team, dry_run=True)) == 4
    assert leads.written(team) == before


def test_who_has_it_already_keeps_it(team: Office) -> None:
    before = leads.written(team)
    assert assign(team, 1, to="li.na") == []
    assert leads.written(team) == before


@pytest.mark.parametrize(
    ("to", "error", "text"),
    [
        ("nobody", NotFound, "there is no staff member nobody"),
        ("liu.yang", Refused, "liu.yang does not sell"),
        ("chen.jie", Refused, "chen.jie is no longer active"),
    ],
)
def test_who_cannot_have_it(team: Office, to: str, error: type[SalesflowError], text: str) -> None:
    leads.execute(team, "UPDATE staff SET active = 0 WHERE login = 'chen.jie'")
    before = leads.written(team)
    with pytest.raises(error) as refused:
        assign(team, 1, to=to)
    assert str(refused.value) == text
    assert leads.written(team) == before


def test_one_gives_away_the_own_customers_alone(team: Office) -> None:
    assert assign(team, 4, to="chen.jie", user="li.na")
    with pytest.raises(NotPermitted):
        assign(team, 1, to="chen.jie", user="chen.jie")
    with pytest.raises(NotPermitted):
        assign(team, 1, 4, to="zhao.lei", user="li.na")
    assert owners(team)[0] == "li.na"


def test_archived_customers_stay(team: Office) -> None:
    leads.archive(team, "HZ2026001")
    with pytest.raises(Refused):
        assign(team, 1, to="chen.jie")
    assert len(hand_over(team, to="chen.jie")) == 3
    assert owners(team)[0] == "li.na"


def test_nobody_else_sells(office: Office) -> None:
    leads.add(office, leads.new())
    leads.execute(office, "UPDATE staff SET active = 0 WHERE login IN ('chen.jie', 'zhao.lei')")
    leads.execute(office, "DELETE FROM staff_role WHERE role IN ('assistant', 'senior_rep') OR staff_id IN (4, 5)")
    with pytest.raises(Refused) as refused:
        hand_over(office)
    assert refused.value.code == "assign"
    assert owners(office) == ["li.na"]


def test_a_book_goes_with_all_that_hangs_on_it(office: Office) -> None:
    deals.furnish(office)
    number = deals.quote(office)
    order = deals.created(office)
    with office.context(user="zhang.wei").transaction() as work:
        day = office.context().calendar.add_workdays(office.context().clock.today(), 3)
        plan = followups.NewPlan(day, Method.DEMO, "演示排产", support_id=3, support_for="讲解")
        followups.plan(work, 1, plan)
    hand_over(office, to="chen.jie", reason="李娜离职")
    assert owners(office) == ["chen.jie"]
    assert leads.rows(office, "SELECT DISTINCT owner FROM v_quote WHERE number = :n", n=number) == [
        {"owner": "chen.jie"}
    ]
    assert leads.rows(office, "SELECT owner FROM v_order WHERE number = :n", n=order) == [{"owner": "chen.jie"}]
    assert leads.rows(office, "SELECT support FROM v_plan_item WHERE support_id IS NOT NULL") == [
        {"support": "chen.jie"}
    ]
    accepted = leads.rows(office, "SELECT owner FROM v_quote WHERE state = 'accepted'")
    assert accepted == [{"owner": "li.na"}], "what is done stays with who did it"


def test_a_leavers_quote_of_anothers_customer_goes_to_that_one(office: Office) -> None:
    deals.furnish(office)
    number = deals.quote(office)
    leads.execute(office, "UPDATE customer SET owner_id = 5")
    assert hand_over(office, to="chen.jie") == []
    assert leads.rows(office, "SELECT owner FROM v_quote WHERE number = :n", n=number) == [{"owner": "zhao.lei"}]


def test_support_that_was_asked_of_a_leaver(team: Office) -> None:
    """One successor gives it; where the book goes to many, a person decides, and the list of obligations says so."""
    with team.context(user="zhang.wei").transaction() as work:
        plan = followups.NewPlan(date(2026, 3, 9), Method.DEMO, "演示排产", support_id=3, support_for="讲解")
        followups.plan(work, 2, plan)

    def listed(*, together: bool) -> list[bool]:
        found = handover.obligations(team.context(user="zhang.wei"), 3, together=together)
        return [row["goes_along"] for row in found if row["kind"] == "support"]

    supporter = "SELECT support FROM v_plan_item WHERE support_id IS NOT NULL"
    assert (listed(together=False), listed(together=True)) == ([False], [True])
    hand_over(team)
    assert leads.rows(team, supporter) == [{"support": "li.na"}]
    assert hand_over(team, to="zhao.lei") == [], "the book is empty, the support is not"
    assert leads.rows(team, supporter) == [{"support": "zhao.lei"}]


def test_only_leaders_hand_over(team: Office) -> None:
    with pytest.raises(NotPermitted):
        hand_over(team, user="li.na", to="chen.jie")
    with pytest.raises(UsageError):
        hand_over(team, to="li.na")


def test_the_copies_are_sound_afterwards(team: Office) -> None:
    leads.move(team, 2, Status.INTERESTED)
    assign(team, 1, 2, 3, now="2026-03-04 10:00")
    hand_over(team, now="2026-03-05 10:00")
    assert team.json("db", "check", user="zhang.wei") == {"ok": True, "problems": []}


def test_an_import_that_changes_the_owner_keeps_that_too(team: Office) -> None:
    path = team.database.parent / "owners.csv"
    path.write_text("客户编号,客户名称,负责人\nHZ2026001,甲公司,chen.jie\n", encoding="utf-8")
    team.ok("customer", "import", str(path), "--update", user="zhang.wei")
    (change,) = leads.rows(team, "SELECT from_owner, to_owner, reason FROM v_owner_change")
    assert change == {"from_owner": "li.na", "to_owner": "chen.jie", "reason": "owners.csv"}
    assert owners(team)[0] == "chen.jie"


def test_an_import_takes_open_deals_along(office: Office) -> None:
    deals.furnish(office)
    number, order = deals.quote(office), deals.created(office)
    (row,) = office.json("customer", "list")
    path = office.database.parent / "owners.csv"
    path.write_text(f"客户编号,客户名称,负责人\n{row['code']},{row['name']},chen.jie\n", encoding="utf-8")
    office.ok("customer", "import", str(path), "--update", user="zhang.wei")
    for view, ref in (("v_quote", number), ("v_order", order)):
        assert leads.rows(office, f"SELECT owner FROM {view} WHERE number = :n", n=ref) == [{"owner": "chen.jie"}]


def test_an_import_gives_away_no_customers_of_others(team: Office) -> None:
    path = team.database.parent / "owners.csv"
    path.write_text("客户编号,客户名称,负责人\nHZ2026001,甲公司,chen.jie\n", encoding="utf-8")
    before = leads.written(team)
    done = team.run("customer", "import", str(path), "--update", user="chen.jie")
    assert done.status != 0
    assert "HZ2026001 甲公司 is not yours to assign" in done.err
    assert leads.written(team) == before


def test_staff_leave_when_their_book_is_empty(team: Office) -> None:
    def leave(login: str, user: str = "zhang.wei") -> list[Role]:
        with team.context(user=user).transaction() as work:
            return staff_changes.deactivate(work, login)

    with pytest.raises(Refused) as refused:
        leave("li.na")
    assert str(refused.value) == "li.na still has work in hand: customer: 4"
    assert (refused.value.code, refused.value.details) == ("has-customers", {"customers": 4, "deals": 0})
    assert "customer assign --from li.na" in str(refused.value.hint)
    hand_over(team, to="chen.jie")
    assert leave("li.na") == []
    with pytest.raises(Refused):
        leave("li.na")
    with pytest.raises(Refused):
        leave("zhang.wei")
    assert leave("liu.yang") == [Role.FINANCE]
    with pytest.raises(NotFound):
        leave("nobody")
    with team.context(user="zhang.wei").transaction() as work:
        staff_changes.activate(work, "li.na")
        with pytest.raises(Refused):
            staff_changes.activate(work, "li.na")


def test_nobody_leaves_with_open_deals_of_others_customers(office: Office) -> None:
    """chen.jie has an opportunity, a quote and an order of li.na's customer that are open, and some that are over."""
    deals.furnish(office)
    deals.ordered(office)
    deals.quote(office)
    for title in ("一期", "二期"):
        office.ok(
            "opportunity", "add", "HZ2026001", "--title", title, "--amount", "1", "--expected-close", "2026-09-30"
        )
    office.ok("opportunity", "lose", "SJ2026-0002", "--reason", "other")
    for table in ("opportunity", "quote", "sales_order"):
        leads.execute(office, f"UPDATE {table} SET owner_id = 4")

    def leave(now: str) -> None:
        with office.context(user="zhang.wei", now=now).transaction() as work:
            staff_changes.deactivate(work, "chen.jie")

    with pytest.raises(Refused) as refused:
        leave("2026-03-03 09:00")
    assert str(refused.value) == "chen.jie still has work in hand: quote: 1, order: 1, opportunity: 1"
    assert (refused.value.code, refused.value.details) == ("has-deals", {"customers": 0, "deals": 3})
    assert "customer assign --from chen.jie" in str(refused.value.hint)
    leads.execute(office, "UPDATE sales_order SET state = 'closed'")
    with pytest.raises(Refused, match=r"hand: opportunity: 1$"):
        leave("2026-04-03 09:00")  # the quote has expired
    office.ok("customer", "assign", "--from", "chen.jie", "--to", "zhao.lei", user="zhang.wei")
    assert leads.rows(office, "SELECT number FROM v_opportunity WHERE owner = 'li.na'") == [{"number": "SJ2026-0001"}]
    leave("2026-04-03 09:00")


def test_somebody_must_lead(office: Office) -> None:
    leads.execute(office, "DELETE FROM staff_role WHERE role = 'director'")
    with office.context(user="zhang.wei").transaction() as work:
        with pytest.raises(Refused) as refused:
            staff_changes.edit(work, "zhang.wei", staff_changes.StaffChange(roles=(Role.REP,)))
        assert refused.value.code == "last-leader"
    leads.execute(office, "UPDATE staff SET active = 0 WHERE login = 'wang.fang'")
    with office.context(user="zhang.wei").transaction() as work:
        work.actor = work.actor._replace(id=99)
        with pytest.raises(Refused) as last:
            staff_changes.deactivate(work, "zhang.wei")
        assert last.value.code == "last-leader"


def test_staff_are_changed(office: Office) -> None:
    change = staff_changes.StaffChange("李小娜", (Role.SENIOR_REP, Role.LEGAL), "nb", "zhang.wei", "li.na@example.com")
    with office.context(user="zhang.wei").transaction() as work:
        assert staff_changes.edit(work, "LI.NA", change).changed
    with office.context(user="zhang.wei").transaction() as work:
        assert staff_changes.edit(work, "li.na", change) == (False, [])
    row = next(row for row in office.json("staff", "list", "--all") if row["login"] == "li.na")
    assert (row["login"], row["name"], row["roles"], row["region"], row["manager"], row["email"]) == (
        "li.na", "李小娜", ["legal", "senior_rep"], "NB", "zhang.wei", "li.na@example.com",
    )  # fmt: skip
    founder = next(row for row in office.json("staff", "list") if row["login"] == "wang.fang")
    assert "legal" not in founder["roles"], "a role that the founder held by default moves"
    with office.context(user="zhang.wei").transaction() as work:
        assert staff_changes.edit(
            work, "li.na", staff_changes.StaffChange(clear=("region", "manager", "email"))
        ).changed
        with pytest.raises(Refused):
            staff_changes.edit(work, "li.na", staff_changes.StaffChange(manager="li.na"))
    row = next(row for row in office.json("staff", "list") if row["login"] == "li.na")
    assert (row["manager"], row["region"], row["email"]) == (None, None, None)
