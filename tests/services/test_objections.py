"""Objections: three steps, what settles them, what goes up, and what its decision leaves to do."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.enums import ObjectionKind, ObjectionOutcome, Role
from salesflow.errors import Duplicate, InvalidValue, NotFound, Refused, SalesflowError, UsageError
from salesflow.services import approvals, objections, scripts
from salesflow.services.objections import NewObjection, Reply, Request
from tests import deals, leads
from tests.conftest import Office

SAID = "比恒通的报价高 12%"
SETTLED = "加送一年维保，价格不变"
PRICE, DELIVERY = ObjectionKind.PRICE, ObjectionKind.DELIVERY
OPEN, RESOLVED, ESCALATED = ObjectionOutcome.OPEN, ObjectionOutcome.RESOLVED, ObjectionOutcome.ESCALATED


@pytest.fixture
def stock(office: Office) -> Office:
    deals.furnish(office)
    return office


def log(office: Office, kind: ObjectionKind = PRICE, *, user: str = "li.na", **of: Any) -> str:
    with office.context(user=user).transaction() as work:
        return objections.log(work, deals.CUSTOMER_ID, NewObjection(kind, of.pop("statement", SAID), **of)).number


def escalate(office: Office, number: str, request: Request, *, user: str = "li.na") -> str:
    with office.context(user=user).transaction() as work:
        return objections.escalate(work, number, request).number


def resolve(office: Office, number: str, reply: Reply, *, user: str = "li.na") -> None:
    with office.context(user=user).transaction() as work:
        objections.resolve(work, number, reply)


def row(office: Office, number: str) -> dict[str, Any]:
    return leads.rows(office, "SELECT * FROM objection WHERE number = :number", number=number)[0]


def counts(office: Office) -> list[Any]:
    """What a refused command must leave as it is."""
    tables = ("objection", "script", "approval", "plan_item", "audit_entry")
    return [leads.rows(office, f"SELECT count(*) AS number FROM {table}")[0]["number"] for table in tables]


def test_an_objection_is_kept_in_three_steps(stock: Office) -> None:
    number = log(stock, reply=Reply("理解预算有限", "三年总成本低 6 万", SETTLED), outcome=RESOLVED)
    assert number == "YY2026-0001"
    kept = row(stock, number)
    assert (kept["acknowledge"], kept["explain"], kept["resolve"]) == ("理解预算有限", "三年总成本低 6 万", SETTLED)
    assert (kept["outcome"], kept["closed_at"]) == ("resolved", "2026-03-02 01:00:00")
    assert log(stock) == "YY2026-0002"
    assert row(stock, "YY2026-0002")["outcome"] == "open"


def test_the_trail_has_no_word_of_it(stock: Office) -> None:
    resolve(stock, log(stock, reply=Reply("理解预算有限")), Reply(resolve=SETTLED))
    entries = leads.rows(stock, "SELECT action, before, after FROM audit_entry WHERE subject_kind = 'objection'")
    assert [entry["action"] for entry in entries] == ["objection.log", "objection.resolve"]
    assert not [entry for entry in entries if "恒通" in str(entry) or "维保" in str(entry) or "预算" in str(entry)]


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewObjection(PRICE, "  "), InvalidValue),
        (NewObjection(PRICE, "x" * 20_001), InvalidValue),
        (NewObjection(PRICE, "\x1b[31m红"), InvalidValue),
        (NewObjection(PRICE, SAID, outcome=RESOLVED), UsageError),
        (NewObjection(PRICE, SAID, outcome=ESCALATED), UsageError),
        (NewObjection(PRICE, SAID, request=Request("整单 15%")), UsageError),
        (NewObjection(PRICE, SAID, outcome=ESCALATED, request=Request(" ")), InvalidValue),
        (NewObjection(PRICE, SAID, outcome=ESCALATED, request=Request("8%", 800)), Refused),
        (NewObjection(PRICE, SAID, Reply(script_id=99)), NotFound),
    ],
)
def test_what_cannot_be_logged_leaves_nothing(stock: Office, new: NewObjection, error: type[SalesflowError]) -> None:
    before = counts(stock)
    with pytest.raises(error), stock.context().transaction() as work:
        objections.log(work, deals.CUSTOMER_ID, new)
    assert counts(stock) == before


def test_an_archived_customer_objects_no_more(stock: Office) -> None:
    leads.archive(stock, "HZ2026001")
    with pytest.raises(Refused):
        log(stock)


def test_it_is_settled_once(stock: Office) -> None:
    number = log(stock)
    with pytest.raises(UsageError) as nothing:
        resolve(stock, number, Reply("理解"))
    assert str(nothing.value) == "nothing says how the objection was settled"
    resolve(stock, number.lower(), Reply(resolve=SETTLED))
    for again in (lambda: resolve(stock, number, Reply(resolve="x")), lambda: escalate(stock, number, Request("x"))):
        with pytest.raises(Refused) as refused:
            again()
        assert str(refused.value) == "YY2026-0001 is resolved already"
    with pytest.raises(NotFound):
        resolve(stock, "YY2026-0099", Reply(resolve=SETTLED))


@pytest.mark.parametrize(
    ("request_", "user", "route"),
    [
        (Request("整单 15%", 1_500), "li.na", ["manager"]),
        (Request("整单 25%", 2_500), "li.na", ["manager", "director"]),
        (Request("整单 25%", 2_500), "zhang.wei", ["director"]),
        (Request("整单 15%，交期 15 天", 1_500, Role.OPERATIONS), "li.na", ["manager", "operations"]),
        (Request("整单 25%，月结", 2_500, Role.FINANCE), "li.na", ["manager", "finance", "director"]),
        (Request("交期从 30 天缩短到 15 天"), "li.na", ["manager"]),
        (Request("交期从 30 天缩短到 15 天"), "zhang.wei", ["director"]),
        (Request("交期从 30 天缩短到 15 天", role=Role.OPERATIONS), "li.na", ["operations"]),
    ],
)
def test_whom_it_goes_up_to(stock: Office, request_: Request, user: str, route: list[str]) -> None:
    approval = escalate(stock, log(stock, user=user), request_, user=user)
    steps = leads.rows(
        stock, "SELECT role, rule FROM v_approval_step WHERE number = :number ORDER BY step", number=approval
    )
    assert [step["role"] for step in steps] == route
    assert {step["rule"] for step in steps} == {"discount-authority"}


def test_nobody_holds_the_role(stock: Office) -> None:
    leads.execute(stock, "DELETE FROM staff_role WHERE role = 'legal'")
    before = counts(stock)
    with pytest.raises(Refused) as refused:
        log(stock, outcome=ESCALATED, request=Request("条款", role=Role.LEGAL))
    assert refused.value.code == "no-approver"
    assert counts(stock) == before


def test_what_is_granted_is_told_to_the_customer(stock: Office) -> None:
    number = log(stock, outcome=ESCALATED, request=Request("整单 15%", 1_500))
    with stock.context(user="zhang.wei", now="2026-03-06 17:00").transaction() as work:
        approvals.approve(work, "AP2026-0001", "限年内签约")
    kept = row(stock, number)
    assert (kept["outcome"], kept["decision"]) == ("escalated", "granted: 整单 15%; 限年内签约")
    plans = leads.rows(
        stock, "SELECT due_on, focus FROM plan_item WHERE focus LIKE :text AND state = 'pending'", text=f"%{number}%"
    )
    assert [plan["due_on"] for plan in plans] == ["2026-03-06"]
    assert "限年内签约" in plans[0]["focus"]
    assert leads.rows(stock, "SELECT next_follow_up_on AS day FROM customer WHERE id = 1") == [{"day": "2026-03-06"}]
    resolve(stock, number, Reply(resolve="接受 15%，12 月 20 日签约"))
    assert row(stock, number)["outcome"] == "resolved"


def test_what_is_refused_on_a_holiday_is_told_on_the_next_working_day(stock: Office) -> None:
    number = log(stock, outcome=ESCALATED, request=Request("整单 15%", 1_500))
    with stock.context(user="zhang.wei", now="2026-03-07 10:00").transaction() as work:
        approvals.reject(work, "AP2026-0001", "毛利不足")
    kept = row(stock, number)
    assert (kept["outcome"], kept["decision"]) == ("open", "not granted: 毛利不足")
    plans = leads.rows(stock, "SELECT due_on FROM plan_item WHERE focus LIKE :text", text=f"%{number}%")
    assert [plan["due_on"] for plan in plans] == ["2026-03-09"], "a Monday"
    assert escalate(stock, number, Request("整单 12%", 1_200)) == "AP2026-0002"
    assert row(stock, number)["decision"] is None
    assert leads.rows(stock, "SELECT round FROM approval ORDER BY id") == [{"round": 1}, {"round": 2}]


def test_it_is_asked_for_once_at_a_time(stock: Office) -> None:
    number = log(stock, outcome=ESCALATED, request=Request("整单 15%", 1_500))
    with pytest.raises(Refused) as refused:
        escalate(stock, number, Request("整单 18%", 1_800))
    assert str(refused.value) == "YY2026-0001 waits for its approval, AP2026-0001"


def test_what_is_settled_is_not_asked_for_any_more(stock: Office) -> None:
    number = log(stock, outcome=ESCALATED, request=Request("整单 15%", 1_500))
    resolve(stock, number, Reply(resolve=SETTLED))
    assert leads.rows(stock, "SELECT state FROM approval") == [{"state": "void"}]
    with pytest.raises(Refused), stock.context(user="zhang.wei").transaction() as work:
        approvals.approve(work, "AP2026-0001")


def test_what_was_changed_since_cannot_be_approved(stock: Office) -> None:
    log(stock, outcome=ESCALATED, request=Request("整单 15%", 1_500))
    leads.execute(stock, "UPDATE objection SET discount = 9000")
    with pytest.raises(Refused) as refused, stock.context(user="zhang.wei").transaction() as work:
        approvals.approve(work, "AP2026-0001")
    assert refused.value.code == "subject-changed"


def test_a_customer_that_is_gone_is_not_planned_for(stock: Office) -> None:
    number = log(stock, outcome=ESCALATED, request=Request("整单 15%", 1_500))
    leads.archive(stock, "HZ2026001")
    before = counts(stock)[3]
    with stock.context(user="zhang.wei").transaction() as work:
        approvals.approve(work, "AP2026-0001")
    assert (counts(stock)[3], row(stock, number)["decision"]) == (before, "granted: 整单 15%")


def add_script(office: Office, title: str = "按总成本比较", text: str = "三年耗材省 4.2 万", **of: Any) -> int:
    with office.context().transaction() as work:
        made = scripts.add(work, scripts.NewScript(of.pop("kind", PRICE), title, text, **of)).id
    assert made is not None
    return made


def test_a_script_is_counted_where_it_was_used(stock: Office) -> None:
    first, second = add_script(stock), add_script(stock, "分期")
    resolve(stock, log(stock, reply=Reply(script_id=first)), Reply(resolve=SETTLED, script_id=second))
    resolve(stock, log(stock), Reply(resolve=SETTLED, script_id=second))
    log(stock, reply=Reply(script_id=first))
    found = leads.rows(stock, "SELECT id, used, resolved FROM v_script ORDER BY id")
    assert found == [{"id": first, "used": 1, "resolved": 0}, {"id": second, "used": 2, "resolved": 2}]


def test_titles_are_each_there_once_for_a_kind(stock: Office) -> None:
    first = add_script(stock, "Total Cost")
    before = counts(stock)
    with pytest.raises(Duplicate) as refused:
        add_script(stock, "total  cost".replace("  ", " "))
    assert refused.value.details == {"twin": first, "field": "title"}
    for title, text in (("", "x"), ("x", " ")):
        with pytest.raises(InvalidValue):
            add_script(stock, title, text)
    assert counts(stock) == before
    assert add_script(stock, "Total Cost", kind=DELIVERY) != first


def test_retired_scripts_are_used_no_more(stock: Office) -> None:
    key = add_script(stock)
    with stock.context().transaction() as work:
        scripts.retire(work, key)
    with pytest.raises(Refused) as again, stock.context().transaction() as work:
        scripts.retire(work, key)
    assert str(again.value) == f"script {key} is retired already"
    with pytest.raises(Refused) as used:
        log(stock, reply=Reply(script_id=key))
    assert used.value.code == "retired"
    assert add_script(stock) != key, "the title is free again"
    with stock.context().transaction() as work:
        scripts.retire(work, key, undo=True)
    with pytest.raises(Refused), stock.context().transaction() as work:
        scripts.retire(work, key, undo=True)
    with pytest.raises(NotFound), stock.context().transaction() as work:
        scripts.retire(work, 99)
