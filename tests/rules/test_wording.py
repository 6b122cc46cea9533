"""Hints on wording: what is pointed out, and as important, what is left alone."""

from __future__ import annotations

from datetime import date

import pytest

from salesflow.enums import Method
from salesflow.rules.decision import Strength
from salesflow.rules.policy import NeedSpecific, ObjectiveWording, PlanSpecific, Policy
from salesflow.rules.wording import need_specific, objective_wording, plan_specific

BALANCED = Policy()


@pytest.mark.parametrize(
    ("text", "outcome", "phrase"),
    [
        ("最好能便宜点，质量要好一些", "vague", "便宜点"),
        ("希望能够尽快上线新的系统", "vague", "尽快"),
        ("需要采购一批办公电脑给新员工", "vague", "一批"),
        ("ＣＲＭ系统要越快越好地上线", "vague", "越快越好"),
        ("需要50台电脑。型号都可以，价格便宜一点", "vague", "便宜一点"),
        ("They want it cheaper than now", "vague", "cheaper"),
        ("Needs the new line ASAP please", "vague", "asap"),
        ("对方要求价格要合理而且比同行低", "no-figure", "价格要"),
        ("仓库系统的交期不能太长，否则不要", "no-figure", "交期不"),
        ("The budget is a concern for them", "no-figure", "budget is"),
        ("They have a tight deadline this time", "no-figure", "tight deadline"),
    ],
)  # fmt: skip
def test_vague_needs_are_pointed_out(text: str, outcome: str, phrase: str) -> None:
    decision = need_specific(BALANCED, text=text)
    assert (decision.rule, decision.outcome, decision.strength) == ("need-specific", outcome, Strength.HINT)
    assert decision.facts == {"phrase": phrase}
    said = f'"{phrase}" in the need is vague' if outcome == "vague" else f'"{phrase}" in the need has no figure'
    assert str(decision.message) == said
    assert str(decision.hint) == "give a figure or a date: how much, how many, by when"


@pytest.mark.parametrize(
    "text",
    [
        "需要50台电脑，价格便宜点，3月15日前到货",
        "最好能便宜点，预算50万以内",
        "预算 50 万以内，尽快",
        "希望下个月尽快上线新的系统",
        "交期要尽快，最好三周以内",
        "价格要比现在低两成",
        "需要费用报销系统，打通现有OA",
        "需要价格管理模块和报价审批流程",
        "有大量手工录单工作需要自动化",
        "仓库盘点经常出错，需要扫码入库",
        "采购两套检测设备，年底前验收",
        "The price must be at most 300 per unit",
        "Needs twelve seats of the CRM by Friday, cheap if possible",
        "An expense claims module with approval",
        "A cheapskate's guide to machine tools",
    ],
)
def test_concrete_needs_are_left_alone(text: str) -> None:
    decision = need_specific(BALANCED, text=text)
    assert (decision.outcome, decision.strength) == ("ok", Strength.OFF)


@pytest.mark.parametrize(("text", "length"), [("CRM", 3), (" 买电脑 ", 6), ("", 0), ("要个系统", 8), ("a new CRM", 9)])
def test_short_needs_say_little(text: str, length: int) -> None:
    decision = need_specific(BALANCED, text=text)
    assert (decision.outcome, decision.facts["length"]) == ("too-short", length)
    assert str(decision.message) == f'the need "{text.strip()}" says little'
    assert str(decision.hint) == "write what is needed, how much of it, and by when"


@pytest.mark.parametrize("strength", [Strength.HINT, Strength.FLAG, Strength.REFUSE])
def test_the_policy_says_what_a_vague_need_leads_to(strength: Strength) -> None:
    policy = Policy(need_specific=NeedSpecific(strength, 5, ("随缘",)))
    assert need_specific(policy, text="CRM").strength is strength
    assert need_specific(policy, text="一切随缘吧").strength is strength
    assert need_specific(policy, text="价格要低于同行").strength is strength
    assert need_specific(policy, text="最好能便宜点").outcome == "ok"


def test_a_policy_may_have_no_phrases() -> None:
    policy = Policy(need_specific=NeedSpecific(phrases=()), objective_wording=ObjectiveWording(phrases=()))
    assert need_specific(policy, text="最好能便宜点，越快越好").outcome == "ok"
    assert objective_wording(policy, text="客户意向强").outcome == "ok"


def test_each_of_them_can_be_switched_off() -> None:
    policy = Policy(
        need_specific=NeedSpecific(Strength.OFF),
        objective_wording=ObjectiveWording(Strength.OFF),
        plan_specific=PlanSpecific(Strength.OFF),
    )
    decisions = [
        need_specific(policy, text="便宜点"),
        objective_wording(policy, text="客户意向强"),
        plan_specific(policy, focus="跟进一下", on=None),
    ]
    assert [decision.rule for decision in decisions] == ["need-specific", "objective-wording", "plan-specific"]
    assert {(decision.outcome, decision.strength) for decision in decisions} == {("ok", Strength.OFF)}


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("客户意向强", "意向强"),
        ("聊得很好，客户态度积极", "聊得很好"),
        ("客户很感兴趣，要求发方案", "很感兴趣"),
        ("感觉不错，应该能成", "感觉不错"),
        ("He seems interested in the offer", "seems interested"),
        ("The meeting went well", "went well"),
    ],
)
def test_impressions_are_pointed_out(text: str, phrase: str) -> None:
    decision = objective_wording(BALANCED, text=text)
    assert (decision.rule, decision.outcome, decision.strength) == ("objective-wording", "subjective", Strength.HINT)
    assert decision.facts == {"phrase": phrase}
    assert str(decision.message) == f'"{phrase}" is an impression'
    assert str(decision.hint) == "write what the customer said, and by when"


@pytest.mark.parametrize(
    "text",
    [
        "客户要求周五前提交两套方案",
        "客户很感兴趣，要求周五前发方案",
        "意向强：3月20日前签约，首付30%",
        "客户说“这个价格可以接受，意向强”",
        "采购部反馈预算已批，4月招标",
        "She said she was very interested and will decide by Friday",
        "We went wellington boots shopping",
        "",
    ],
)
def test_what_the_customer_said_is_left_alone(text: str) -> None:
    decision = objective_wording(BALANCED, text=text)
    assert (decision.outcome, decision.strength) == ("ok", Strength.OFF)


CONTACTS = ("王建国", "李梅", "Anna Smith")


@pytest.mark.parametrize(
    ("focus", "missing", "said"),
    [
        ("跟进一下", ["what", "whom"], "what is to be discussed, with whom"),
        ("电话联系客户", ["what", "whom"], "what is to be discussed, with whom"),
        ("下周再联系", ["what", "whom"], "what is to be discussed, with whom"),
        ("跟进王总", ["what"], "what is to be discussed"),
        ("拜访李梅", ["what"], "what is to be discussed"),
        ("follow up with Anna", ["what"], "what is to be discussed"),
        ("Call the customer again", ["what", "whom"], "what is to be discussed, with whom"),
        ("确认二期预算和付款方式", ["whom"], "with whom"),
        ("总结上次演示的问题", ["whom"], "with whom"),
        ("send the revised quote", ["whom"], "with whom"),
    ],
)
def test_vague_plans_are_pointed_out(focus: str, missing: list[str], said: str) -> None:
    decision = plan_specific(BALANCED, focus=focus, on=date(2026, 3, 12), method=Method.PHONE, contacts=CONTACTS)
    assert (decision.rule, decision.outcome, decision.strength) == ("plan-specific", "vague", Strength.HINT)
    assert decision.value == decision.facts["missing"] == missing
    assert str(decision.message) == f'the plan "{focus}" does not say: {said}'
    assert str(decision.hint) == 'for example: "ask Ms Zhang of procurement for the budget of the second phase"'


@pytest.mark.parametrize(
    "focus",
    [
        "向王总确认二期预算",
        "与李梅核对合同条款",
        "和王工讨论接口方案",
        "约采购部门谈付款方式",
        "ask Anna for the signed quote",
        "demo of the stock module for the finance team",
        "跟进李经理的招标文件",
    ],
)
def test_specific_plans_are_left_alone(focus: str) -> None:
    decision = plan_specific(BALANCED, focus=focus, on=date(2026, 3, 12), contacts=CONTACTS)
    assert (decision.outcome, decision.strength, decision.value) == ("ok", Strength.OFF, [])


def test_with_whom_is_clear_where_there_is_one_contact() -> None:
    for contacts in ((), ("王建国",)):
        decision = plan_specific(BALANCED, focus="确认二期预算", on=date(2026, 3, 12), contacts=contacts)
        assert decision.outcome == "ok"


def test_a_plan_without_a_date_does_not_say_when() -> None:
    decision = plan_specific(BALANCED, focus="向王总确认二期预算", on=None, contacts=CONTACTS)
    assert decision.value == ["when"]
    assert str(decision.message) == 'the plan "向王总确认二期预算" does not say: when'
