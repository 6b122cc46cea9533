"""Objections of the demonstration's customers, and the library from which they are answered."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Final

from salesflow.db.transaction import Transaction
from salesflow.enums import ObjectionKind, ObjectionOutcome, Status
from salesflow.services import objections, scripts
from salesflow.services.demo.deals import customer_with
from salesflow.services.demo.stage import Hours, Stage

_K: Final = ObjectionKind
SCRIPTS: Final = (
    (_K.PRICE, "按三年总成本比较", "设备价高 8%，但三年耗材和停机少花 4.2 万，第 14 个月就持平，我把测算表发您"),
    (_K.PRICE, "分期付款", "首付 30%，发货前 60%，验收后 90 天付 10%，当月现金压力只有三成"),
    (_K.DELIVERY, "分批交付", "先到 2 台保证投产，其余 20 天内到齐，安装队提前进场"),
    (_K.QUALITY, "同行案例与样件", "同行业 3 家在用，连续运行 18 个月，可以先用您的样件打 500 件再定"),
    (_K.SERVICE, "本地服务承诺", "杭州有 6 名工程师，报修 4 小时内到场，备件常备"),
    (_K.COMPETITOR, "逐项对比", "同功率下节拍快 12%，保修多 1 年，我列了逐项对比表"),
    (_K.CONTRACT, "违约条款对等", "违约金比例可以双方对等，上限为合同额 5%，法务当天回复"),
)
_SAID: Final = {
    _K.PRICE: ("比恒通的报价高 12%，领导要求再谈", "预算只批了 20 万，超出的要重新申请"),
    _K.DELIVERY: ("30 天太久，旺季前必须到货", "上一家供应商拖了两周，担心交期"),
    _K.QUALITY: ("担心不锈钢件打标不均匀", "想看连续运行的数据"),
    _K.SERVICE: ("设备坏了谁来修，多久到场",),
    _K.COMPETITOR: ("竞品送两年维保",),
    _K.CONTRACT: ("违约金条款只约束我们一方",),
}
_SETTLED: Final = (
    "客户接受，要求写进合同",
    "客户同意按此方案推进",
    "补充资料后客户不再提",
    "加送一次操作培训，价格不变",
)


class Replies:
    """Draws with chance of its own, so that the rest of the plot is what it would be without objections."""

    def __init__(self, stage: Stage, hours: Hours, seed: int) -> None:
        self._stage = stage
        self._hours = hours
        self._random = Random(seed)

    def library(self, work: Transaction) -> None:
        """The manager's replies, from the first day on."""
        for kind, title, text in SCRIPTS:
            scripts.add(work, scripts.NewScript(kind, title, text))

    def maybe(self, code: str, seller: str, at: datetime) -> None:
        """Sometimes a customer objects to something; mostly that is settled some days later."""
        if self._random.random() < 0.3:
            kind = self._random.choices(list(_SAID), (8, 4, 3, 2, 2, 1))[0]
            said = self._random.choice(_SAID[kind])
            settled = self._hours.later(at, self._random.randint(1, 6)) if self._random.random() < 0.8 else None
            self._stage.plan(at, seller, lambda work: self._object(work, code, seller, kind, said, settled))

    def _object(
        self, work: Transaction, code: str, seller: str, kind: ObjectionKind, said: str, settled: datetime | None
    ) -> None:
        customer = customer_with(work, code)
        if not Status(customer.status).is_open:
            return
        number = objections.log(work, customer.id or 0, objections.NewObjection(kind, said)).number
        if settled is not None:
            fitting = [place for place, (of, _, _) in enumerate(SCRIPTS, 1) if of is kind]
            reply = objections.Reply(
                acknowledge="理解，这一点很多客户都问过",
                resolve=self._random.choice(_SETTLED),
                script_id=self._random.choice(fitting),
            )
            self._stage.plan(settled, seller, lambda work: _settle(work, number, reply))

    def ask_for_a_discount(self, code: str, seller: str, at: datetime) -> None:
        """What the manager finds in the inbox on the last morning."""
        request = objections.Request("整单 13% 折扣，客户承诺年内签约", 1_300)
        new = objections.NewObjection(
            _K.PRICE, "要求在现有报价上再降 3%，否则选恒通", outcome=ObjectionOutcome.ESCALATED, request=request
        )

        def ask(work: Transaction) -> None:
            objections.log(work, customer_with(work, code).id or 0, new)

        self._stage.plan(at, seller, ask)


def _settle(work: Transaction, number: str, reply: objections.Reply) -> None:
    objections.resolve(work, number, reply)
