"""Archiving a customer and bringing it back: what leaves the lists, what stands in the way, who may."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.enums import LossReason, Status
from salesflow.errors import Duplicate, InvalidValue, NotPermitted, Refused, SalesflowError, UsageError
from salesflow.i18n import render
from salesflow.services import archiving, contacts, customers, merging
from tests import deals, leads
from tests.conftest import Office


def remove(office: Office, reason: str = "公司已注销", *, key: int = 1, user: str | None = None) -> int:
    context = office.context(user=user)
    with context.transaction() as work:
        count = archiving.remove(work, key, reason).cancelled
    context.close()
    return count


def restore(office: Office, *, key: int = 1, user: str | None = None, now: str | None = None) -> str | None:
    context = office.context(user=user, now=now)
    with context.transaction() as work:
        due = archiving.restore(work, key).next.value
    context.close()
    return None if due is None else due.isoformat()


def kept(office: Office) -> dict[str, Any]:
    return leads.rows(office, "SELECT archived_at, next_follow_up_on, version FROM customer WHERE id = 1")[0]


def trail(office: Office) -> tuple[str, dict[str, Any]]:
    row = leads.rows(office, "SELECT action, after FROM v_audit ORDER BY id DESC LIMIT 1")[0]
    return row["action"], leads.opened(office, row)


def test_it_leaves_lists_agendas_and_the_plan(office: Office) -> None:
    leads.add(office, leads.new(), leads.new("乙公司"))
    office.ok("followup", "plan", "HZ2026001", "--on", "2026-03-04", "--method", "visit", "--focus", "看 3 台样机")
    assert remove(office) == 1
    assert kept(office) == {"archived_at": "2026-03-02 01:00:00", "next_follow_up_on": None, "version": 2}
    states = leads.rows(office, "SELECT state, reason FROM plan_item WHERE customer_id = 1 ORDER BY id DESC LIMIT 1")
    assert states == [{"state": "cancelled", "reason": "公司已注销"}]
    assert trail(office) == (
        "customer.remove", {"archived_at": "2026-03-02 01:00:00", "cancelled": [3], "reason": "公司已注销"},
    )  # fmt: skip
    assert [row["code"] for row in office.json("customer", "list")] == ["HZ2026002"]
    assert [row["code"] for row in office.json("customer", "list", "--archived")] == ["HZ2026001"]
    assert "HZ2026001" not in office.ok("followup", "due", "--json", now="2026-04-10 09:00").out
    assert "HZ2026001" not in office.ok("today", "--json", now="2026-04-10 09:00").out
    assert office.json("customer", "show", "hz2026001")["archived_at"] is not None
    assert office.run("customer", "show", leads.NAME).status == 3
    assert office.json("db", "check")["ok"] is True


def test_its_quotes_leave_the_agenda(office: Office) -> None:
    deals.furnish(office)
    number = deals.quote(office)
    near = "2026-03-30 09:00"
    assert number in office.ok("today", "--json", now=near).out
    remove(office)
    assert number not in office.ok("today", "--json", now=near).out


def test_bringing_it_back(office: Office) -> None:
    leads.add(office, leads.new())
    remove(office)
    assert restore(office, now="2026-03-10 09:00") == "2026-04-01"
    assert kept(office) == {"archived_at": None, "next_follow_up_on": "2026-04-01", "version": 3}
    assert trail(office) == ("customer.restore", {})
    assert office.json("db", "check")["ok"] is True
    assert remove(office, "再次") == 1


@pytest.mark.parametrize(
    ("name", "wechat", "field", "said"),
    [
        ("云帆科技（杭州）有限公司", "wx-2", None, None),
        ("杭州云帆科技", "wx-2", "name", f"{leads.NAME} is there already: HZ2026002 杭州云帆科技"),
        ("乙公司", f"wx-{leads.NAME}", "wechat", "is known already: 张伟 of HZ2026002 乙公司"),
    ],
)
def test_one_that_was_added_anew_meanwhile(
    office: Office, name: str, wechat: str, field: str | None, said: str | None
) -> None:
    leads.add(office, leads.new())
    remove(office)
    leads.add(office, leads.new(name, contacts=(contacts.NewContact("张伟", wechat=wechat),)))
    if said is None:
        assert restore(office) == "2026-04-01"
        return
    before = leads.written(office)
    with pytest.raises(Duplicate) as caught:
        restore(office)
    assert caught.value.details == {"twin": "HZ2026002", "field": field}
    assert said in render(caught.value.message)
    assert leads.written(office) == before
    with office.context().transaction() as work:
        assert archiving.restore(work, 1, allow_duplicate=True).left is None
    assert kept(office)["archived_at"] is None


def test_two_contacts_of_its_own_with_one_number_are_no_twins(office: Office) -> None:
    people = (contacts.NewContact("张伟", phone="13812345678"), contacts.NewContact("李强", phone="13812345678"))
    leads.add(office, leads.new(contacts=people))
    remove(office)
    assert restore(office) == "2026-04-01"


def test_its_owner_left_meanwhile(office: Office) -> None:
    leads.add(office, leads.new(), user="chen.jie")
    remove(office, user="zhang.wei")
    office.ok("staff", "deactivate", "chen.jie", user="wang.fang")
    done = office.ok("customer", "remove", "SH2026001", "--undo", "--reason", "又来询价", user="zhang.wei")
    assert done.out.splitlines()[2] == (
        "its owner chen.jie is no longer active: salesflow customer assign SH2026001 --auto"
    )
    assert trail(office) == ("customer.restore", {"reason": "又来询价"})
    office.ok("customer", "assign", "SH2026001", "--auto", user="zhang.wei")


def test_a_lost_one_comes_back_without_a_plan(office: Office) -> None:
    leads.add(office, leads.new())
    with office.context().transaction() as work:
        customers.change_status(work, 1, customers.NewStatus(Status.LOST, "价格高", LossReason.PRICE))
    assert remove(office) == 0
    assert restore(office) is None
    assert kept(office)["next_follow_up_on"] is None


@pytest.mark.parametrize(
    ("user", "may"), [("li.na", True), ("zhang.wei", True), ("wang.fang", True), ("chen.jie", False)]
)
def test_who_may(office: Office, user: str, *, may: bool) -> None:
    leads.add(office, leads.new())
    if may:
        assert remove(office, user=user) == 1
        assert restore(office, user=user) == "2026-04-01"
        return
    before = leads.written(office)
    with pytest.raises(NotPermitted) as caught:
        remove(office, user=user)
    assert "li.na" in render(caught.value.message)
    with pytest.raises(NotPermitted):
        restore(office, user=user)
    assert leads.written(office) == before


@pytest.mark.parametrize(
    ("reason", "error"),
    [("", UsageError), (" \n ", UsageError), ("a\x1b", InvalidValue), ("长" * 20_001, InvalidValue)],
)
def test_a_reason_is_needed(office: Office, reason: str, error: type[SalesflowError]) -> None:
    leads.add(office, leads.new())
    before = leads.written(office)
    with pytest.raises(error):
        remove(office, reason)
    assert leads.written(office) == before


def test_twice(office: Office) -> None:
    leads.add(office, leads.new())
    with pytest.raises(Refused) as caught:
        restore(office)
    assert (caught.value.code, render(caught.value.message)) == ("state", f"HZ2026001 {leads.NAME} is not archived")
    remove(office)
    with pytest.raises(Refused) as caught:
        remove(office)
    assert render(caught.value.message) == f"HZ2026001 {leads.NAME} is archived already"


def test_an_approval_that_waits(office: Office) -> None:
    deals.furnish(office)
    deals.quote(office, discount=deals.ABOVE)
    before = leads.written(office)
    with pytest.raises(Refused) as caught:
        remove(office)
    assert caught.value.code == "open-approval"
    (approval,) = leads.rows(office, "SELECT number FROM approval")
    assert caught.value.details == {"approvals": [approval["number"]]}
    assert leads.written(office) == before


def test_an_order_in_progress(office: Office) -> None:
    deals.furnish(office)
    number = deals.created(office)
    with pytest.raises(Refused) as caught:
        remove(office)
    assert (caught.value.code, caught.value.details) == ("open-order", {"orders": [number]})
    assert f"{number} (draft)" in render(caught.value.message)
    leads.execute(office, "UPDATE sales_order SET state = 'closed'")
    assert remove(office) == 1


def test_an_open_opportunity(office: Office) -> None:
    leads.add(office, leads.new())
    for title in ("一期", "二期"):
        office.ok(
            "opportunity", "add", "HZ2026001", "--title", title, "--amount", "1", "--expected-close", "2026-05-31"
        )
    office.ok("opportunity", "win", "SJ2026-0002")
    before = leads.written(office)
    with pytest.raises(Refused) as caught:
        remove(office)
    assert (caught.value.code, caught.value.details) == ("open-opportunity", {"opportunities": ["SJ2026-0001"]})
    assert render(caught.value.message) == f"HZ2026001 {leads.NAME} has an open opportunity: SJ2026-0001 (discovery)"
    assert leads.written(office) == before
    office.ok("opportunity", "lose", "SJ2026-0001", "--reason", "other", "--note", "公司已注销")
    assert remove(office) == 1


def test_an_open_contract(signed: Office) -> None:
    before = leads.written(signed)
    with pytest.raises(Refused) as caught:
        remove(signed)
    assert (caught.value.code, caught.value.details) == ("open-contract", {"contracts": ["HT2026-0001"]})
    assert "has an open contract: HT2026-0001 (signed)" in render(caught.value.message)
    assert leads.written(signed) == before
    signed.ok("contract", "terminate", "HT2026-0001", "--reason", "公司已注销", user="zhang.wei")
    assert remove(signed) == 1


def test_what_is_said_of_whose_data_was_erased_leads_nowhere_wrong(office: Office) -> None:
    leads.add(office, leads.new())
    office.ok("customer", "forget", "HZ2026001", "--reason", "依申请", "--yes", user="zhang.wei")
    for words in (("edit", "HZ2026001", "--size", "9"), ("assign", "HZ2026001", "--to", "zhao.lei")):
        done = office.run("customer", *words)
        assert (done.status, "--undo" in done.err) == (4, False), done.err
        assert done.err.startswith(f"error [forgotten]: the personal data of HZ2026001 {leads.NAME} was erased")


def test_who_was_merged_or_forgotten(office: Office) -> None:
    leads.add(office, leads.new(), leads.new("乙公司"))
    with office.context().transaction() as work:
        merging.merge(work, 2, 1)
    for attempt in (remove, restore):
        with pytest.raises(Refused) as caught:
            attempt(office, key=2)
        assert (caught.value.code, caught.value.details) == ("merged", {"merged_into": "HZ2026001"})
    remove(office)
    leads.execute(office, "UPDATE customer SET forgotten_at = archived_at WHERE id = 1")
    with pytest.raises(Refused) as caught:
        restore(office)
    assert caught.value.code == "forgotten"
