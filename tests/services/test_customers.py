"""Taking customers in: what is written, what is refused, and that one path serves one and many."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from salesflow import config
from salesflow.db import audit
from salesflow.enums import Grade, Kind, LossReason, Source, Status
from salesflow.errors import Conflict, Duplicate, InvalidValue, NotFound, Refused, RuleRefused, SalesflowError
from salesflow.rules.decision import Strength
from salesflow.rules.policy import Policy
from salesflow.services import customers
from salesflow.services.customers import Intake, NewContact, NewCustomer, NewStatus
from tests import leads
from tests.conftest import Office, moment


def one(office: Office, sql: str, **parameters: object) -> dict[str, Any]:
    (row,) = leads.rows(office, sql, **parameters)
    return row


def test_a_customer_is_written_with_everything_that_follows_from_it(office: Office) -> None:
    contact = NewContact("张伟", "采购经理", "13812345678", "zw@example.com")
    new = leads.new(
        contacts=(contact, NewContact("李强", wechat="liqiang")),
        size="100-500",
        address="滨江区江南大道 100 号",
        source_detail="2026 年行业展会",
        first_contact_at=moment("2026-02-28 15:30"),
        budget=500_000_00,
        budget_consent="2026-02-28 电话同意",
        tags=("国企", "决策链复杂，国企"),
        remark="第一行\r\n第二行",
    )
    assert leads.add(office, new) == ["HZ2026001"]
    assert one(office, "SELECT * FROM v_customer") == {
        "id": 1, "code": "HZ2026001", "kind": "company", "name": leads.NAME, "name_folded": leads.NAME, "name_norm": "杭州云帆科技",
        "pinyin": "hangzhouyunfankejiyouxiangongsi", "initials": "hzyfkjyxgs", "industry": "internet", "size": "100-500",
        "region": "HZ", "address": "滨江区江南大道 100 号", "source": "exhibition", "source_detail": "2026 年行业展会",
        "first_contact_at": "2026-02-28 07:30:00", "need": leads.NEED, "budget_consent": "2026-02-28 电话同意", "has_budget": 1,
        "grade": None, "status": "prospect", "owner_id": 3, "owner": "li.na", "owner_name": "李娜",
        "assigned_at": "2026-03-02 01:00:00", "remark": "第一行\n第二行", "recorded_at": "2026-03-02 01:00:00", "entry_late": 1,
        "last_contact_on": "2026-02-28", "last_progress_on": None, "next_follow_up_on": "2026-03-30", "archived_at": None,
        "import_id": None, "version": 1, "merged_into_id": None, "forgotten_at": None, "contact": "张伟", "contact_title": "采购经理", "phone_masked": "138****5678",
        "tags": one(office, "SELECT tags FROM v_customer")["tags"],
    }  # fmt: skip
    assert sorted(one(office, "SELECT tags FROM v_customer")["tags"].split(",")) == ["决策链复杂", "国企"]
    people = leads.rows(office, 'SELECT name, role, "primary", wechat_masked FROM v_contact ORDER BY id')
    assert people == [
        {"name": "张伟", "role": "other", "primary": 1, "wechat_masked": None},
        {"name": "李强", "role": "other", "primary": 0, "wechat_masked": "li***g"},
    ]
    change = one(office, "SELECT from_status, to_status, reason, at, by FROM v_status_change")
    assert change == {
        "from_status": None,
        "to_status": "prospect",
        "reason": "",
        "at": "2026-03-02 01:00:00",
        "by": "li.na",
    }
    plan = one(office, "SELECT due_on, rule, state, beyond_cadence FROM v_plan_item")
    assert plan == {"due_on": "2026-03-30", "rule": "cadence", "state": "pending", "beyond_cadence": 0}
    assert leads.rows(office, "SELECT * FROM v_grade_change") == []


def test_the_audit_trail_has_contact_values_and_the_budget_only_encrypted(office: Office) -> None:
    leads.add(office, leads.new(phone="13812345678", budget=500_000_00, budget_consent="当面"))
    entry = one(office, "SELECT * FROM v_audit WHERE action = 'customer.add'")
    assert (entry["subject_kind"], entry["subject_ref"], entry["staff"], entry["before"]) == (
        "customer",
        "HZ2026001",
        "li.na",
        None,
    )
    readable = json.loads(entry["after"])
    assert {"name", "industry", "owner", "status"} <= readable.keys()
    assert list(readable["sealed"]) == ["budget,budget_consent,contacts,need"]
    after = leads.opened(office, entry)
    assert (after["need"], after["budget_consent"], after["contacts"][0]["name"]) == (leads.NEED, "当面", "张伟")
    assert not any(secret in str(after) for secret in ("13812345678", "500000"))
    assert not any(secret in entry["after"] for secret in ("扫码", "张伟", "当面"))
    vault = leads.vault(office)
    assert vault.decrypt(bytes.fromhex(after["budget"]), customers.BUDGET, 1) == "500000.00"
    assert vault.decrypt(bytes.fromhex(after["contacts"][0]["phone"]), "contact.phone", 1) == "+8613812345678"


def test_a_grade_that_comes_with_it_moves_the_date_and_is_kept_as_history(office: Office) -> None:
    leads.add(office, leads.new(grade=Grade.A))
    assert one(office, "SELECT grade, next_follow_up_on FROM v_customer") == {
        "grade": "A",
        "next_follow_up_on": "2026-03-09",
    }
    change = one(office, "SELECT from_grade, to_grade, by FROM v_grade_change")
    assert change == {"from_grade": None, "to_grade": "A", "by": "li.na"}


@pytest.mark.parametrize(
    ("status", "due", "loss"),
    [
        (NewStatus(Status.HOT, "试用中"), "2026-03-04", None),
        (NewStatus(Status.LOST, "价格", LossReason.PRICE), None, "price"),
        (NewStatus(Status.INVALID, "空号"), None, None),
    ],
)
def test_a_status_that_comes_with_it(office: Office, status: NewStatus, due: str | None, loss: str | None) -> None:
    leads.add(office, leads.new(status=status))
    assert one(office, "SELECT status, next_follow_up_on FROM v_customer") == {
        "status": status.status.value,
        "next_follow_up_on": due,
    }
    assert len(leads.rows(office, "SELECT * FROM v_plan_item")) == (due is not None)
    assert one(office, "SELECT to_status, loss_reason FROM v_status_change") == {
        "to_status": status.status.value,
        "loss_reason": loss,
    }


@pytest.mark.parametrize(
    ("user", "region", "code"),
    [
        ("li.na", None, "HZ2026001"),
        ("chen.jie", None, "SH2026001"),
        ("chen.jie", "bj", "BJ2026001"),
        ("li.na", "SHENZH", "SHENZH2026001"),
    ],
)
def test_the_region_is_the_given_one_else_the_owners(office: Office, user: str, region: str | None, code: str) -> None:
    assert leads.add(office, leads.new(region=region), user=user) == [code]


def test_the_region_of_an_owner_without_one_is_the_configured_else_the_databases(office: Office) -> None:
    leads.execute(office, "UPDATE staff SET region = NULL")
    assert leads.add(office, leads.new("甲公司")) == ["HZ2026001"]
    context = office.context()
    context.settings = config.Settings("", {"region": "NB"})
    with context.transaction() as work:
        assert customers.add(work, leads.new("乙公司")) == "NB2026001"


def test_the_owner_is_the_given_one_and_brings_the_region(office: Office) -> None:
    assert leads.add(office, leads.new(owner="Chen.Jie ")) == ["SH2026001"]
    assert one(office, "SELECT owner FROM v_customer") == {"owner": "chen.jie"}


def test_codes_count_by_region_and_year_and_grow_a_digit_after_999(office: Office) -> None:
    leads.execute(office, "INSERT INTO counter (name, value) VALUES ('customer/HZ2026', 998)")
    names = ("甲公司", "乙公司", "丙公司")
    assert leads.add(office, *map(leads.new, names)) == ["HZ2026999", "HZ20261000", "HZ20261001"]
    assert leads.add(office, leads.new("丁公司", region="SH")) == ["SH2026001"]
    assert leads.add(office, leads.new("戊公司"), now="2027-01-01 00:30") == ["HZ2027001"]
    assert leads.add(office, leads.new("己公司"), now="2026-12-31 23:59") == ["HZ20261002"]


def test_a_refused_customer_leaves_no_trace_among_good_ones(office: Office) -> None:
    with office.context().transaction() as work:
        intake = Intake(work)
        codes = [intake.add(leads.new("甲公司", tags=("国企",)))]
        for bad in (
            leads.new("  "),
            leads.new("乙公司", industry="手工业"),
            leads.new("丙公司", phone="12"),
            leads.new("甲 公司"),
            leads.new("丁公司", contacts=(NewContact("李强", wechat="WX-甲公司"),)),
            leads.new("戊公司", tags=("长" * 51,)),
            leads.new("己公司", owner="nobody"),
        ):
            with pytest.raises(SalesflowError):
                intake.add(bad)
        codes.append(intake.add(leads.new("庚公司", tags=("民企",))))
        intake.flush()
    assert codes == ["HZ2026001", "HZ2026002"]
    assert [row["name"] for row in leads.rows(office, "SELECT name FROM v_customer ORDER BY id")] == [
        "甲公司",
        "庚公司",
    ]
    assert [row["name"] for row in leads.rows(office, "SELECT name FROM v_tag ORDER BY id")] == ["国企", "民企"]
    assert one(office, "SELECT value FROM counter WHERE name = 'customer/HZ2026'") == {"value": 2}


def test_many_are_written_in_batches_with_one_unbroken_audit_trail(office: Office) -> None:
    count = customers._BATCH * 2 + 7
    codes = leads.add(office, *(leads.new(f"公司{number}号", tags=(f"标签{number % 3}",)) for number in range(count)))
    assert codes == [f"HZ2026{number:03d}" for number in range(1, count + 1)]
    for table, expected in (
        ("customer", count),
        ("contact", count),
        ("plan_item", count),
        ("customer_tag", count),
        ("tag", 3),
    ):
        assert one(office, f"SELECT count(*) AS n FROM {table}") == {"n": expected}
    entries = leads.rows(office, "SELECT subject_ref FROM v_audit WHERE action = 'customer.add' ORDER BY id")
    assert [entry["subject_ref"] for entry in entries] == codes
    context = office.context()
    assert audit.verify(context.reader.connection).ok
    context.close()


def test_twins_are_found_across_batches(office: Office) -> None:
    many = [leads.new(f"公司{number}号") for number in range(customers._BATCH)]
    with office.context().transaction() as work:
        intake = Intake(work)
        for new in many:
            intake.add(new)
        with pytest.raises(Duplicate, match="公司7号 is there already: HZ2026008 公司7号"):
            intake.add(leads.new("公司7号"))
        with pytest.raises(
            Duplicate, match="the WeChat name wx\\*\\*\\*号 is known already: 张伟 of HZ2026010 公司9号"
        ):
            intake.add(leads.new("别的公司", contacts=(NewContact("李强", wechat="wx-公司9号"),)))


@pytest.mark.parametrize(
    "name", ["杭州云帆科技", "杭州云帆科技（有限公司）", "杭州 云帆 科技 有限责任公司", "杭州云帆科技有限公司 "]
)
def test_a_name_that_is_the_same_but_for_its_ending_is_a_twin(office: Office, name: str) -> None:
    leads.add(office, leads.new())
    before = leads.written(office)
    with pytest.raises(Duplicate) as caught:
        leads.add(office, leads.new(name, contacts=(NewContact("李强", wechat="other"),)))
    assert str(caught.value) == f"{name.strip()} is there already: HZ2026001 杭州云帆科技有限公司"
    assert caught.value.details["twin"] == "HZ2026001"
    assert leads.written(office) == before


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        (
            NewContact("李强", phone="+86 138-1234-5678"),
            "the phone number 138****5678 is known already: 张伟 of HZ2026001 甲公司",
        ),
        (
            NewContact("李强", email="ZW@example.com"),
            "the e-mail address Z***@example.com is known already: 张伟 of HZ2026001 甲公司",
        ),
        (NewContact("李强", wechat="ZHANGWEI"), "the WeChat name ZH***I is known already: 张伟 of HZ2026001 甲公司"),
    ],
)
def test_a_contact_value_that_is_known_makes_a_twin(office: Office, contact: NewContact, message: str) -> None:
    leads.add(
        office, leads.new("甲公司", contacts=(NewContact("张伟", None, "13812345678", "zw@example.com", "zhangwei"),))
    )
    with pytest.raises(Duplicate) as caught:
        leads.add(office, leads.new("乙公司", contacts=(contact,)))
    assert str(caught.value) == message


def test_archived_customers_and_removed_contacts_have_no_twins(office: Office) -> None:
    leads.add(office, leads.new("甲公司", phone="13812345678"), leads.new("乙公司", phone="13912345678"))
    leads.archive(office, "HZ2026001")
    leads.execute(office, "UPDATE contact SET removed_at = created_at WHERE customer_id = 2")
    assert leads.add(office, leads.new("甲公司", phone="13812345678"), leads.new("丙公司", phone="13912345678")) == [
        "HZ2026003",
        "HZ2026004",
    ]


def test_a_twin_is_added_where_it_is_allowed(office: Office) -> None:
    leads.add(office, leads.new())
    with office.context().transaction() as work:
        assert customers.add(work, leads.new(), allow_duplicate=True) == "HZ2026002"


@pytest.mark.parametrize(
    ("new", "kind", "message"),
    [
        (leads.new(""), InvalidValue, "the customer's name is missing"),
        (leads.new("云\x1b[31m帆"), InvalidValue, "the customer's name has the control character U+001B at position 2"),
        (leads.new("云\n帆"), InvalidValue, "the customer's name has the control character U+000A at position 2"),
        (leads.new("云" * 100_000), InvalidValue, "the customer's name has 100000 characters, 200 are allowed"),
        (leads.new(need="要" * 100_000), InvalidValue, "the need has 100000 characters, 20000 are allowed"),
        (leads.new(need=" "), InvalidValue, "the need is missing"),
        (leads.new(industry=""), InvalidValue, "the industry is missing"),
        (leads.new(industry="手工业"), InvalidValue, '"手工业" is not a known industry'),
        (leads.new(region="HZ1"), InvalidValue, "HZ1 cannot be a region code"),
        (leads.new(region="杭州"), InvalidValue, "杭州 cannot be a region code"),
        (leads.new(remark="x\x07"), InvalidValue, "the remark has the control character U+0007 at position 2"),
        (leads.new(size="x" * 501), InvalidValue, "the size has 501 characters, 500 are allowed"),
        (leads.new(tags=("x" * 51,)), InvalidValue, "the tag has 51 characters, 50 are allowed"),
        (leads.new(contacts=()), InvalidValue, "杭州云帆科技有限公司 has no contact"),
        (leads.new(owner="li.si"), NotFound, "there is no active staff member li.si"),
        (
            leads.new(first_contact_at=moment("2026-03-02 09:01")),
            InvalidValue,
            "the first contact 2026-03-02 09:01 lies in the future",
        ),
        (leads.new(budget=100), RuleRefused, "a budget is kept only with the customer's consent"),
        (leads.new(budget=100, budget_consent=" "), RuleRefused, "a budget is kept only with the customer's consent"),
        (leads.new(status=NewStatus(Status.LOST, "")), RuleRefused, "a lost customer needs a category of loss"),
        (
            leads.new(status=NewStatus(Status.WON, "")),
            RuleRefused,
            "won needs evidence; missing: a signed contract, a first payment",
        ),
    ],
)
def test_what_is_refused_says_why_and_writes_nothing(
    office: Office, new: NewCustomer, kind: type[SalesflowError], message: str
) -> None:
    before = leads.written(office)
    with pytest.raises(kind) as caught:
        leads.add(office, new)
    assert str(caught.value) == message
    assert leads.written(office) == before


def test_an_owner_who_left_takes_no_customers(office: Office) -> None:
    leads.execute(office, "UPDATE staff SET active = FALSE WHERE login = 'chen.jie'")
    with pytest.raises(NotFound, match=r"there is no active staff member chen\.jie"):
        leads.add(office, leads.new(owner="chen.jie"))


def test_a_consent_without_a_budget_is_not_kept(office: Office) -> None:
    leads.add(office, leads.new(budget_consent="电话同意"))
    assert one(office, "SELECT has_budget, budget_consent FROM v_customer") == {"has_budget": 0, "budget_consent": None}


@pytest.mark.parametrize(
    ("hours", "late"),
    [(0, 0), (24, 0), (24.1, 1)],
)
def test_a_lead_that_is_recorded_late_is_flagged(office: Office, hours: float, late: int) -> None:
    context = office.context()
    with context.transaction() as work:
        customers.add(work, leads.new(first_contact_at=work.now - timedelta(hours=hours)))
    assert [note.rule for note in context.notes] == ["entry-deadline"] * late
    assert one(office, "SELECT entry_late FROM v_customer") == {"entry_late": late}


def test_hints_are_noted_for_single_customers_and_not_for_the_rows_of_an_import(office: Office) -> None:
    vague = leads.new("甲公司", need="便宜一点就好，越便宜越好")
    context = office.context()
    with context.transaction() as work:
        customers.add(work, vague)
    assert [note.rule for note in context.notes] == ["need-specific"]
    leads.execute(
        office,
        "INSERT INTO import_run (record_kind, file, at, by_id, read, created, updated, skipped) "
        "VALUES ('customer', 'a.csv', '2026-03-02 01:00:00', 1, 1, 1, 0, 0)",
    )
    context = office.context()
    with context.transaction() as work:
        intake = Intake(work, import_id=1)
        intake.add(replace(vague, name="乙公司", contacts=(NewContact("李强", wechat="li"),)))
        intake.flush()
    assert context.notes == []
    assert one(office, "SELECT import_id FROM v_customer WHERE name = '乙公司'") == {"import_id": 1}


@pytest.mark.parametrize("imported", [False, True])
def test_a_policy_may_refuse_a_vague_need_also_in_an_import(office: Office, imported: bool) -> None:
    context = office.context()
    section = context.policy.need_specific._replace(strength=Strength.REFUSE)
    with context.transaction() as work:
        context.policy = Policy(need_specific=section)
        intake = Intake(work, import_id=1 if imported else None)
        with pytest.raises(RuleRefused, match="vague"):
            intake.add(leads.new(need="便宜一点就好，越便宜越好"))


def test_a_person_is_filed_under_how_the_surname_sounds(office: Office) -> None:
    leads.add(office, leads.new("单女士", kind=Kind.PERSON, source=Source.REFERRAL))
    assert one(office, "SELECT kind, pinyin, initials FROM v_customer") == {
        "kind": "person",
        "pinyin": "shannvshi",
        "initials": "sns",
    }


def test_a_leap_day_counts(office: Office) -> None:
    leads.add(office, leads.new(first_contact_at=moment("2028-02-29 10:00")), now="2028-02-29 11:00")
    found = one(office, "SELECT last_contact_on, next_follow_up_on FROM v_customer")
    assert found == {"last_contact_on": "2028-02-29", "next_follow_up_on": "2028-03-30"}


def test_a_tag_is_one_however_it_is_written(office: Office) -> None:
    leads.add(office, leads.new("甲公司", tags=("VIP", "ｖｉｐ")), leads.new("乙公司", tags=("vip",)))
    assert leads.rows(office, "SELECT name FROM v_tag") == [{"name": "VIP"}]
    assert len(leads.rows(office, "SELECT * FROM v_customer_tag")) == 2


def test_loading_a_customer_that_is_archived_or_gone(office: Office) -> None:
    leads.add(office, leads.new())
    leads.archive(office, "HZ2026001")
    with office.context().transaction() as work:
        assert customers.load(work, 1, archived=True).code == "HZ2026001"
        with pytest.raises(Refused, match="HZ2026001 杭州云帆科技有限公司 is archived"):
            customers.load(work, 1)
        with pytest.raises(Conflict, match="the customer is no longer there"):
            customers.load(work, 2)
