"""Contracts: from the accepted quote through their approvers to the signature, amendments, and the ways in which they end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesflow.enums import ContractTerm, InstalmentEvent, Role
from salesflow.errors import (
    Conflict,
    Duplicate,
    FileProblem,
    InvalidValue,
    NotFound,
    NotPermitted,
    Refused,
    SalesflowError,
    UsageError,
)
from salesflow.rules.contracts import CORE
from salesflow.rules.instalments import Part
from salesflow.services import contract_drafts, contract_end, orders
from salesflow.services.contract_content import Given
from tests import deals
from tests.agreements import (
    APPROVAL,
    NEXT_DAY,
    NUMBER,
    QUOTE,
    ROUTE,
    TERMS,
    THREE,
    amend,
    drafted,
    sign,
    submitted,
)
from tests.conftest import Office

_WATCHED = ("contract", "contract_revision", "contract_clause", "instalment", "commission_split", "attachment", "order")


def shown(office: Office, **settings: str) -> Any:
    return office.json("contract", "show", NUMBER, **settings)


def written(office: Office) -> list[Any]:
    """All that a refused command must leave as it is."""
    return office.look(
        *(f"SELECT count(*) FROM {'v_' if name != 'attachment' else ''}{name}" for name in _WATCHED),
        *deals.WATCHED,
        "SELECT number, state, revision, in_force, version FROM v_contract ORDER BY id",
        "SELECT * FROM v_contract_clause ORDER BY contract_id, revision, term",
    )


def refused(office: Office, kind: type[SalesflowError], do: Callable[[], object]) -> SalesflowError:
    before = written(office)
    with pytest.raises(kind) as caught:
        do()
    assert written(office) == before
    return caught.value


# --- drafts


def test_a_draft_has_the_quotes_total_and_what_is_given(shop: Office) -> None:
    drafted(shop, splits=(("li.na", 7_000), ("chen.jie", 3_000)))
    found = shown(shop)
    assert (found["number"], found["state"], found["amount"], found["quote_number"]) == (
        NUMBER,
        "draft",
        "10000.00",
        QUOTE,
    )
    assert [(one["event"], one["days"], one["amount"]) for one in found["instalments"]] == [
        ("signing", 0, "3000.00"),
        ("delivery", 7, "6000.00"),
        ("acceptance", 90, "1000.00"),
    ]
    assert [(one["login"], one["share"]) for one in found["splits"]] == [("li.na", "70.00"), ("chen.jie", "30.00")]
    assert [one["name"] for one in found["terms"]] == ["content", "price", "delivery", "payment", "breach"]
    assert [line["sku"] for line in found["lines"]] == [deals.SKU]


def test_without_more_all_is_due_at_delivery_and_the_commission_the_owners(shop: Office) -> None:
    drafted(shop, instalments=())
    found = shown(shop)
    assert [(one["share"], one["event"]) for one in found["instalments"]] == [("100.00", "delivery")]
    assert [(one["login"], one["share"]) for one in found["splits"]] == [("li.na", "100.00")]


def test_the_audit_trail_has_it_with_its_title_sealed(shop: Office) -> None:
    drafted(shop, title="王总私下谈的")
    (entry,) = deals.rows(shop, "SELECT after FROM v_audit WHERE action = 'contract.draft'")
    assert '"instalments":"30%@signing, 60%@delivery+7d, 10%@acceptance+90d"' in entry["after"]
    assert "王总" not in entry["after"]


@pytest.mark.parametrize("missing", CORE)
def test_each_core_term_is_wanted(shop: Office, missing: ContractTerm) -> None:
    rest = {term: text for term, text in TERMS.items() if term is not missing}
    error = refused(shop, Refused, lambda: drafted(shop, terms=rest))
    assert error.code == "contract-terms"
    assert str(error) == f"the contract lacks the terms: {missing.value}"


def test_an_empty_term_is_none(shop: Office) -> None:
    error = refused(shop, Refused, lambda: drafted(shop, terms={**TERMS, ContractTerm.BREACH: "  "}))
    assert error.code == "contract-terms"


def test_a_quote_makes_one_contract_unless_that_is_terminated(shop: Office) -> None:
    drafted(shop)
    assert refused(shop, Duplicate, lambda: drafted(shop)).details == {"contract": NUMBER}
    with shop.context().transaction() as work:
        contract_end.terminate(work, NUMBER, "客户换了主体")
    assert drafted(shop) == "HT2026-0002"


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        ({"instalments": THREE[:2]}, InvalidValue, "the instalments make up 90 %, not 100 %"),
        ({"instalments": (*THREE, *THREE)}, InvalidValue, "the instalments make up 200 %, not 100 %"),
        ({"instalments": (Part(10_000, InstalmentEvent.SIGNING), Part(0, InstalmentEvent.DELIVERY))}, InvalidValue, "a share of nothing"),
        ({"splits": (("li.na", 5_000),)}, InvalidValue, "the commission splits make up 50 %, not 100 %"),
        ({"splits": (("li.na", 5_000), ("li.na", 5_000))}, InvalidValue, "li.na is there twice"),
        ({"splits": (("nobody", 10_000),)}, NotFound, "there is no staff member nobody"),
        ({"title": " "}, InvalidValue, "the title is empty"),
        ({"amount": 900_000}, UsageError, "the quote's total holds"),
        ({"terms": {**TERMS, ContractTerm.PRICE: "x" * 20_001}}, InvalidValue, "20000 are allowed"),
        ({"quote": "Q2026-0099"}, NotFound, "there is no quote Q2026-0099"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(shop: Office, given: dict[str, Any], kind: type[SalesflowError], says: str) -> None:
    assert says in str(refused(shop, kind, lambda: drafted(shop, **given)))


def test_a_split_to_somebody_who_left(shop: Office) -> None:
    deals.dismiss(shop, "chen.jie")
    error = refused(shop, Refused, lambda: drafted(shop, splits=(("chen.jie", 10_000),)))
    assert error.code == "inactive"


def quote_in(office: Office, state: str) -> str:
    """A second quote, in a state in which nobody may build on it."""
    number = deals.quote(office, discount=deals.ABOVE if state == "pending_approval" else 0, draft=state == "draft")
    if state in ("superseded", "declined"):
        deals.execute(office, "UPDATE quote SET state = :state WHERE number = :number", state=state, number=number)
    if state == "expired":
        deals.execute(office, "UPDATE quote SET valid_until = '2026-03-01' WHERE number = :number", number=number)
    return number


@pytest.mark.parametrize("state", ["draft", "pending_approval", "approved", "superseded", "declined", "expired"])
def test_only_an_accepted_quote_makes_one(shop: Office, state: str) -> None:
    number = quote_in(shop, state)
    error = refused(shop, Refused, lambda: drafted(shop, quote=number))
    named = state.replace("_", " ") if state != "pending_approval" else state
    assert (error.code, str(error)) == (
        "quote-not-accepted",
        f"{number} is {named}; a contract needs an accepted quote",
    )


# --- the way to the signature


def test_legal_finance_manager_in_turn(shop: Office) -> None:
    drafted(shop)
    submitted(shop)
    found = shown(shop)
    assert found["state"] == "pending_approval"
    assert [step["role"] for step in found["approval"]["steps"]] == ["legal", "finance", "manager"]
    assert {step["rule"] for step in found["approval"]["steps"]} == {"contract-approval"}
    for login in ROUTE[:2]:
        deals.approve(shop, APPROVAL, login)
        assert shown(shop)["state"] == "pending_approval"
    deals.approve(shop, APPROVAL, ROUTE[2])
    assert shown(shop)["state"] == "approved"


def test_nobody_holds_legal(shop: Office) -> None:
    drafted(shop)
    deals.execute(shop, "DELETE FROM staff_role WHERE role = 'legal'")
    error = refused(shop, Refused, lambda: submitted(shop))
    assert error.code == "no-approver"
    assert str(error.hint) == "add somebody who does: salesflow staff add LOGIN --name NAME --role legal"


def test_a_rejection_brings_it_back_with_the_reason_and_it_goes_a_second_round(shop: Office) -> None:
    drafted(shop)
    submitted(shop)
    deals.reject(shop, APPROVAL, "wang.fang", "违约条款太弱")
    found = shown(shop)
    assert (found["state"], found["returned_because"]) == ("draft", "违约条款太弱")
    with shop.context().transaction() as work:
        contract_drafts.edit(work, NUMBER, Given(terms={ContractTerm.BREACH: "每日千分之一"}))
    submitted(shop)
    page = shop.json("approval", "show", "AP2026-0002", user="wang.fang")
    assert (page["round"], page["last_rejection"]) == (2, "违约条款太弱")
    assert page["contract"]["number"] == NUMBER
    assert [one["field"] for one in page["changes"]] == ["breach"]


def test_signing_puts_it_in_force(approved: Office, tmp_path: Path) -> None:
    scan = tmp_path / "签署.pdf"
    scan.write_bytes(b"%PDF signed")
    sign(approved, evidence=str(scan))
    found = shown(approved)
    assert (found["state"], found["signed_on"], found["in_force"]) == ("signed", "2026-03-03", 1)
    assert [one["due_on"] for one in found["instalments"]] == ["2026-03-03", None, None]
    assert approved.json("attachment", "list", NUMBER)[0]["name"] == "签署.pdf"
    assert approved.json("customer", "show", deals.NAME)["last_progress_on"] == "2026-03-03"


@pytest.mark.parametrize(
    ("on", "says"),
    [(date(2026, 3, 4), "2026-03-04 is in the future"), (date(2026, 3, 1), "before HT2026-0001 was approved")],
)
def test_the_day_of_the_signature(approved: Office, on: date, says: str) -> None:
    assert says in str(refused(approved, InvalidValue, lambda: sign(approved, on)))


def test_evidence_that_is_missing(approved: Office, tmp_path: Path) -> None:
    refused(approved, FileProblem, lambda: sign(approved, evidence=str(tmp_path / "none.pdf")))


def test_signed_twice(signed: Office) -> None:
    assert refused(signed, Refused, lambda: sign(signed)).code == "state"


def test_an_order_that_was_there_before_belongs_to_it(shop: Office) -> None:
    with shop.context().transaction() as work:
        orders.create(work, QUOTE)
    drafted(shop)
    submitted(shop)
    deals.approve(shop, APPROVAL, *ROUTE)
    sign(shop)
    assert shop.json("order", "show", "DD2026-0001")["contract_number"] == NUMBER


# --- amendments


def test_the_old_revision_holds_until_the_new_one_is_signed(signed: Office) -> None:
    amend(signed, amount=None, terms={ContractTerm.DELIVERY: "四十五天内"})
    found = shown(signed)
    assert (found["state"], found["revision"], found["in_force"], found["reason"]) == ("draft", 2, 1, "客户追加")
    assert signed.json("contract", "ledger")[0]["state"] == "signed"
    old = signed.json("contract", "show", NUMBER, "--revision", "1")
    texts = [{one["name"]: one["text"] for one in each["terms"]}["delivery"] for each in (old, found)]
    assert texts == [TERMS[ContractTerm.DELIVERY], "四十五天内"]
    submitted(signed, now=NEXT_DAY)
    page = signed.json("approval", "show", "AP2026-0002", user="wang.fang", now=NEXT_DAY)
    assert [(one["field"], one["after"]) for one in page["changes"]] == [("delivery", "四十五天内")]
    deals.approve(signed, "AP2026-0002", *ROUTE, now=NEXT_DAY)
    assert shown(signed)["in_force"] == 1
    sign(signed, date(2026, 3, 4), now="2026-03-04 10:00")
    found = shown(signed)
    assert (found["state"], found["in_force"], found["signed_on"]) == ("signed", 2, "2026-03-03")
    assert [one["signed_on"] for one in found["revisions"]] == ["2026-03-03", "2026-03-04"]


def test_an_amendment_is_not_signed_by_the_old_approval(signed: Office) -> None:
    amend(signed, terms={ContractTerm.DELIVERY: "四十五天内"})
    assert refused(signed, Refused, lambda: sign(signed)).code == "not-approved"
    deals.execute(signed, "UPDATE contract SET state = 'approved'")
    assert refused(signed, Refused, lambda: sign(signed)).code == "subject-changed"


@pytest.mark.parametrize("far", ["draft", "pending_approval", "approved"])
def test_an_amendment_can_be_given_up(signed: Office, far: str) -> None:
    amend(signed, terms={ContractTerm.DELIVERY: "四十五天内"})
    if far != "draft":
        submitted(signed, now=NEXT_DAY)
    if far == "approved":
        deals.approve(signed, "AP2026-0002", *ROUTE, now=NEXT_DAY)
    with signed.context(now=NEXT_DAY).transaction() as work:
        contract_drafts.give_up(work, NUMBER)
    found = shown(signed)
    assert (found["state"], found["revision"], found["in_force"]) == ("signed", 1, 1)
    assert not [one for one in signed.json("approval", "list", "--all") if one["state"] == "pending"]
    amend(signed, terms={ContractTerm.DELIVERY: "六十天内"})
    assert shown(signed)["revision"] == 3, "the number of the one that was given up is not used again"


def test_there_is_nothing_to_give_up(signed: Office) -> None:
    def undo() -> None:
        with signed.context(now=NEXT_DAY).transaction() as work:
            contract_drafts.give_up(work, NUMBER)

    assert refused(signed, Refused, undo).code == "state"


@pytest.mark.parametrize(
    "given", [{}, {"terms": {ContractTerm.BREACH: TERMS[ContractTerm.BREACH]}}, {"amount": 1_000_000}]
)
def test_an_amendment_changes_something(signed: Office, given: dict[str, Any]) -> None:
    assert refused(signed, Refused, lambda: amend(signed, **given)).code == "unchanged"


def test_only_what_is_signed_is_amended(approved: Office) -> None:
    assert refused(approved, Refused, lambda: amend(approved, title="另一个")).code == "state"


# --- changing it


def test_an_approved_contract_that_is_changed_needs_its_approval_anew(approved: Office) -> None:
    with approved.context().transaction() as work:
        contract_drafts.edit(work, NUMBER, Given(terms={ContractTerm.PAYMENT: "货到付款"}))
    assert shown(approved)["state"] == "draft"
    assert refused(approved, Refused, lambda: sign(approved)).code == "not-approved"


@pytest.mark.parametrize("state", ["pending_approval", "signed", "terminated", "closed"])
def test_what_cannot_be_changed_any_more(shop: Office, state: str) -> None:
    drafted(shop)
    deals.execute(shop, "UPDATE contract SET state = :state", state=state)

    def edit() -> None:
        with shop.context().transaction() as work:
            contract_drafts.edit(work, NUMBER, Given(title="改过"))

    assert refused(shop, Refused, edit).code == "state"


def test_two_who_change_it_at_once(shop: Office) -> None:
    drafted(shop)

    def edit() -> None:
        with shop.context().transaction() as work:
            contract_drafts.edit(work, NUMBER, Given(title="改过"), seen=0)

    assert refused(shop, Conflict, edit).code == "changed"


def test_a_stranger(shop: Office) -> None:
    drafted(shop)
    error = refused(shop, NotPermitted, lambda: submitted(shop, user="chen.jie"))
    assert str(error) == "HT2026-0001 is in the charge of li.na"


# --- ends


def test_a_signed_one_is_a_managers_to_terminate(signed: Office) -> None:
    def terminate(user: str) -> None:
        with signed.context(user=user, now=NEXT_DAY).transaction() as work:
            contract_end.terminate(work, NUMBER, "客户破产")

    refused(signed, NotPermitted, lambda: terminate("li.na"))
    terminate("zhang.wei")
    found = shown(signed)
    assert (found["state"], found["ended_on"]) == ("terminated", "2026-03-03")
    row = signed.json("contract", "ledger")[0]
    assert (row["state"], row["outstanding"], row["overdue"]) == ("terminated", "0.00", "0.00")


def test_termination_has_a_reason_and_voids_the_approval(shop: Office) -> None:
    drafted(shop)
    submitted(shop)

    def terminate(reason: str) -> None:
        with shop.context().transaction() as work:
            contract_end.terminate(work, NUMBER, reason)

    refused(shop, InvalidValue, lambda: terminate(" "))
    terminate("客户取消")
    assert shop.json("approval", "show", APPROVAL)["state"] == "void"


def test_closing_wants_the_money_or_a_managers_word(signed: Office) -> None:
    def close(user: str, reason: str | None = None) -> None:
        with signed.context(user=user, now=NEXT_DAY).transaction() as work:
            contract_end.close(work, NUMBER, reason)

    assert refused(signed, Refused, lambda: close("li.na")).code == "outstanding"
    refused(signed, NotPermitted, lambda: close("li.na", "已收齐"))
    close("zhang.wei", "财务已收齐")
    assert shown(signed)["state"] == "closed"


def test_closing_while_an_order_is_in_progress(signed: Office) -> None:
    with signed.context(now=NEXT_DAY).transaction() as work:
        orders.create(work, QUOTE, contract=NUMBER)

    def close() -> None:
        with signed.context(user="zhang.wei", now=NEXT_DAY).transaction() as work:
            contract_end.close(work, NUMBER, "已收齐")

    assert refused(signed, Refused, close).code == "open-order"


# --- orders rest on contracts


def test_a_large_order_needs_a_signed_contract(shop: Office) -> None:
    deals.accepted(shop, sku=deals.DEAR, quantity=2_000)  # 1,200,000.00

    def order() -> None:
        with shop.context(now=NEXT_DAY).transaction() as work:
            orders.create(work, "Q2026-0002")

    assert refused(shop, Refused, order).code == "contract-first"
    drafted(shop, quote="Q2026-0002")
    assert refused(shop, Refused, order).code == "contract-first", "a draft is no contract"
    submitted(shop)
    deals.approve(shop, APPROVAL, *ROUTE)
    assert refused(shop, Refused, order).code == "contract-first", "an approved one is none either"
    sign(shop)
    order()
    assert shop.json("order", "show", "DD2026-0001")["contract_number"] == NUMBER


def test_a_contract_that_is_not_in_force_makes_no_order(approved: Office) -> None:
    def order() -> None:
        with approved.context().transaction() as work:
            orders.create(work, QUOTE, contract=NUMBER)

    assert refused(approved, Refused, order).code == "contract-not-in-force"


# --- what cannot be got round


def after(*steps: Callable[[Office], object]) -> Callable[[Office], None]:
    """One step after the other."""

    def take(office: Office) -> None:
        for step in steps:
            step(office)

    return take


def approve(*logins: str) -> Callable[[Office], None]:
    return lambda office: deals.approve(office, APPROVAL, *(logins or ROUTE))


def behind(sql: str) -> Callable[[Office], None]:
    """Change the database behind the program's back."""
    return lambda office: deals.execute(office, sql)


def terminated(office: Office) -> None:
    with office.context().transaction() as work:
        contract_end.terminate(work, NUMBER, "取消")


ATTEMPTS = {
    "sign a draft": after(sign),
    "sign what waits for legal": after(submitted, sign),
    "approve one's own beside another manager": after(lambda office: submitted(office, user="zhang.wei"), approve()),
    "submit it twice": after(submitted, submitted),
    "decide out of turn": after(submitted, approve("zhang.wei")),
    "approve after the text changed": after(submitted, behind("UPDATE contract_clause SET text = '改'"), approve()),
    "approve after the amount changed": after(submitted, behind("UPDATE contract_revision SET amount = 1"), approve()),
    "approve after the instalments changed": after(submitted, behind("UPDATE instalment SET days = 900"), approve()),
    "approve after the splits changed": after(submitted, behind("UPDATE commission_split SET staff_id = 4"), approve()),
    "sign after the text changed": after(submitted, approve(), behind("UPDATE contract_clause SET text = '改'"), sign),
    "sign what was rejected": after(submitted, lambda office: deals.reject(office, APPROVAL, "wang.fang"), sign),
    "sign what was terminated": after(terminated, sign),
    "set the state in the database": after(behind("UPDATE contract SET state = 'approved'"), sign),
}


@pytest.mark.parametrize("way", ATTEMPTS)
def test_no_way_round_the_approvers(shop: Office, way: str) -> None:
    deals.hire(shop, "he.jing", Role.MANAGER)
    drafted(shop)
    with pytest.raises((Refused, NotPermitted)):
        ATTEMPTS[way](shop)
    assert shown(shop)["in_force"] is None
    assert shop.json("contract", "ledger") == []
