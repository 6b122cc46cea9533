"""The columns of a list of follow-ups as the guides' forms (跟进记录) and people's own lists have them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.enums import LossReason, Method, Status
from salesflow.services.customer_columns import LOSSES, STATUSES, industry, reach_fields, staff
from salesflow.services.customer_columns import TITLES as CUSTOMER_TITLES
from salesflow.services.importing import Field, Reader, cells
from salesflow.services.tabular import Cell

if TYPE_CHECKING:
    from salesflow.context import Context

# In the order of the guides' form, with the customer before and what the form lacks behind.
TITLES: Final[Mapping[str, str]] = {
    "code": CUSTOMER_TITLES["code"],
    "customer": f"{CUSTOMER_TITLES['name']} name",
    "at": "跟进时间 跟进日期 联系时间 联系日期 拜访时间 拜访日期 沟通时间 日期 时间 date time followed_up_at",
    "by": "跟进人 跟进人员 跟进销售 记录人 负责人 业务员 客户经理 销售 author owner",
    "method": "跟进方式 跟进形式 跟进类型 沟通方式 拜访方式 方式 channel",
    "content": "跟进内容 沟通内容 跟进记录 跟进情况 跟进详情 洽谈内容 拜访内容 内容 notes details",
    "feedback": "客户反馈 客户意见 反馈 customer_feedback",
    "next": "下一步行动 下一步计划 下一步工作 下步计划 下一步 next_step next_action",
    "status": "当前状态 客户状态 跟进后状态 跟进状态 状态 current_status",
    "next_on": "下次跟进时间 下次跟进日期 下次联系时间 下次联系日期 下次跟进 next_follow_up next_follow_up_on",
    "remark": "备注 备注信息 说明 其他 其它 remarks note",
    "contact": "联系人 联系人姓名 客户联系人 沟通对象 contact_name",
    "scene": "跟进场景 沟通场景 场景 地点 location",
    "resolved": "已解决问题 已解决 解决问题",
    "open": "待解决问题 遗留问题 未解决问题 待解决 open_points",
    "risk": "风险 风险提示 风险点 潜在风险 risks",
    "progress": "有进展 是否有进展 是否推进 进展",
    "loss_reason": CUSTOMER_TITLES["loss_reason"],
    "industry": CUSTOMER_TITLES["industry"],
    "need": CUSTOMER_TITLES["need"],
}
_METHODS: Final = {
    Method.PHONE: "电话 电话沟通 电话跟进 电话联系 致电 去电 来电 call",
    Method.VISIT: "拜访 上门 上门拜访 实地拜访 面谈 面访 现场拜访 meeting",
    Method.WECHAT: "微信 微信沟通 企业微信 企微",
    Method.EMAIL: "邮件 电子邮件 邮箱 mail",
    Method.ONLINE_MEETING: "线上会议 视频会议 腾讯会议 网络会议 视频 远程会议",
    Method.DEMO: "演示 产品演示 试用 试乘试驾 试驾 样品演示",
    Method.INVITE: "邀约 邀请 邀约到访 来访 到店",
    Method.OTHER: "其他 其它 短信 传真",
}
TEXTS: Final = {"content": "content", "feedback": "feedback", "next": "next", "scene": "scene", "resolved": "resolved",
                "open": "open_points", "risk": "risk"}  # fmt: skip


class Moment(NamedTuple):
    """When it was; of a row that gives the day alone it is close of business, and stands for any time of that day."""

    at: datetime
    whole_day: bool


def fields(context: Context) -> tuple[Field, ...]:
    """Every field of a list of follow-ups, with readers that know this database's staff, industries and limits."""
    limits = context.policy.limits
    name, line, long = cells.line(limits.name), cells.line(limits.line), cells.long(limits.text)
    texts = ("content", "feedback", "next", "scene", "resolved", "open", "risk", "remark", "need")
    readers: dict[str, Reader] = {
        **dict.fromkeys(texts, long),
        "code": line,
        "customer": name,
        "at": cells.kept(_moment(context)),
        "by": cells.kept(staff(context)),
        "method": cells.kept(cells.code(Method, cells.words(_METHODS))),
        "status": cells.kept(cells.code(Status, cells.words(STATUSES))),
        "next_on": cells.kept(cells.day(context)),
        "contact": name,
        "progress": cells.flag(("有进展", "已推进"), ("无进展", "未推进")),
        "loss_reason": cells.kept(cells.code(LossReason, cells.words(LOSSES))),
        "industry": cells.kept(industry(context)),
    }
    joined = dict.fromkeys(texts, "\n")
    found = [Field(name, tuple(TITLES[name].split()), readers[name], joins=joined.get(name, "")) for name in TITLES]
    return (*found, *reach_fields(line))


def _moment(context: Context) -> Reader:
    close = cells.moment(context, context.policy.business.close)
    begin = cells.moment(context, time(0, 0, 0))

    def read(cell: Cell) -> Moment:
        at = close(cell)
        return Moment(at, at != begin(cell))

    return read
