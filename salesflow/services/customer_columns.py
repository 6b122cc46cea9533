"""The columns of a customer list as the guides' forms and people's own lists have them, and how their cells are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from salesflow.addresses import checked_email
from salesflow.enums import ChainRole, Grade, Kind, LossReason, Source, Status
from salesflow.errors import InvalidValue, NotFound
from salesflow.i18n import msg
from salesflow.services.importing import Field, Reader, cells
from salesflow.services.industries import parse_industry
from salesflow.services.phones import parse_phone
from salesflow.services.tabular import Cell
from salesflow.text import fold, nearest

if TYPE_CHECKING:
    from salesflow.context import Context

TITLES: Final[Mapping[str, str]] = {
    "code": "客户编号 客户编码 客户代码 客户号 编号 customer_code",
    "name": "客户名称 公司名称 企业名称 单位名称 客户全称 公司全称 企业全称 单位全称 客户姓名 客户 公司 企业 单位 名称 客户公司"
    " customer customer_name company company_name",
    "kind": "客户类型 客户性质 类型 性质 type",
    "industry": "所属行业 行业 行业类别 客户行业 行业分类",
    "size": "企业规模 规模 公司规模 单位规模 员工人数 人员规模 人数 员工数",
    "region": "地区 区域 区域代码 大区 所在地区 所在区域 所属区域 销售区域",
    "address": "地址 公司地址 详细地址 联系地址 通讯地址 单位地址",
    "source": "客户来源 线索来源 来源渠道 来源 渠道",
    "source_detail": "来源说明 来源明细 来源详情 介绍人 推荐人",
    "first_contact": "初次接触时间 首次接触时间 初次接触日期 首次接触日期 初次联系时间 首次联系时间 首次联系日期 接触日期"
    " 登记日期 登记时间 建档日期 建档时间 录入日期 first_contact_at first_contact_on",
    "need": "需求标签 需求描述 主要需求 客户需求 需求 需求概述 需求摘要 需求说明 意向产品 needs need_summary",
    "budget": "预算 预算金额 采购预算 客户预算",
    "budget_consent": "预算授权 预算同意 预算告知同意 客户同意 consent",
    "grade": "客户等级 等级 客户级别 级别 客户分级 客户分类",
    "status": "客户状态 状态 跟进状态 客户阶段 当前状态",
    "loss_reason": "流失原因 流失类别 丢单原因",
    "tags": "标签 客户标签 tag",
    "owner": "负责人 跟进人 销售负责人 负责销售 业务员 客户经理 归属人 所属销售 销售代表 销售 跟进人员",
    "remark": "备注 备注信息 说明 其他 其它 remarks note notes",
    "contact": "联系人 姓名 联系人姓名 主要联系人 客户联系人 contact_name",
    "title": "职务 职位 联系人职务 联系人职位 岗位 job_title position",
    "reach": "联系方式 联系人联系方式",
    "phone": "手机 电话 联系电话 手机号 手机号码 电话号码 联系人电话 联系人手机 联系手机 mobile telephone tel",
    "email": "邮箱 电子邮箱 邮件 电子邮件 邮箱地址 mail e-mail_address",
    "wechat": "微信 微信号 weixin",
    "role": "决策链角色 决策角色 联系人角色 角色",
    "concern": "关注点 关注重点 核心关注点",
}
# What a row may say of each further contact: 联系人2, 职务2, 手机2 … The first names the group.
CONTACT: Final = ("contact", "title", "reach", "phone", "email", "wechat", "role", "concern")
# Words for codes beside the codes themselves and their labels.
_KINDS: Final = {
    Kind.COMPANY: "公司 单位 法人 机构",
    Kind.PERSON: "个体 自然人 个人客户",
}
_SOURCES: Final = {
    Source.EXHIBITION: "展会 行业展会 展览 展览会 展销会 参展",
    Source.REFERRAL: "转介绍 客户转介绍 老客户介绍 老客户转介绍 朋友介绍 客户推荐 推荐 介绍",
    Source.WEBSITE: "官网 线上官网 线上推广 网站 网络推广 线上 网络",
    Source.INBOUND: "主动咨询 来电咨询 电话咨询 来电 上门咨询 咨询",
    Source.CAMPAIGN: "市场活动 活动 沙龙 会议 研讨会",
    Source.COLD_CALL: "陌拜 陌生拜访 电话营销 电销 电话开发 陌生电话",
    Source.EXISTING_CUSTOMER: "老客户 老客户复购 存量客户",
    Source.OTHER: "其他 其它",
}
_GRADES: Final = {grade: f"{grade}级 {grade}类 {grade}级客户 {grade}类客户" for grade in Grade}
STATUSES: Final = {
    Status.PROSPECT: "潜在客户 新客户 新线索 未成交",
    Status.INTERESTED: "意向客户 有意向 跟进中",
    Status.HOT: "高意向客户 重点意向",
    Status.WON: "已成交 成交客户 已签约",
    Status.LOST: "已流失 流失客户",
    Status.INVALID: "无效 无效客户",
}
LOSSES: Final = {
    LossReason.PRICE: "价格原因",
    LossReason.COMPETITOR: "竞品",
    LossReason.NO_CONTACT: "联系不上",
    LossReason.OTHER: "其它",
}
_ROLES: Final = {
    ChainRole.DECISION_MAKER: "决策人 决策者 最终决策者",
    ChainRole.USER: "使用人 使用者",
    ChainRole.PROCUREMENT: "采购 采购人",
    ChainRole.TECHNICAL: "技术 技术人员",
    ChainRole.FINANCE: "财务部门",
    ChainRole.INFLUENCER: "影响人 影响者",
    ChainRole.OTHER: "其它",
}
_MASK: Final = "***"
_CODE_LENGTH: Final = 64
_BETWEEN: Final = re.compile(r"[/;；，,、|\r\n\t]+|\s+")
_WECHAT: Final = re.compile(r"(?:微信号?|wx|wechat|vx)[:：]?", re.IGNORECASE)
_LABEL: Final = re.compile(r"(?:联系)?(?:电话|手机)号?码?[:：]?|(?:tel|mobile|邮箱|e-?mail)[:：]?", re.IGNORECASE)


class Masked(str):
    """A contact value as lists show it (138****6789): enough to recognise it, not to keep it."""

    __slots__ = ()


def fields(context: Context) -> tuple[Field, ...]:
    """Every field of a customer list, with readers that know this database's staff, industries and limits."""
    limits = context.policy.limits
    name, line, long = cells.line(limits.name), cells.line(limits.line), cells.long(limits.text)
    return (
        _field("code", cells.line(_CODE_LENGTH)),
        _field("name", name),
        _field("kind", cells.kept(cells.code(Kind, cells.words(_KINDS)))),
        _field("industry", cells.kept(industry(context))),
        _field("size", line),
        _field("region", line),
        _field("address", line),
        _field("source", cells.kept(_source(line))),
        _field("source_detail", line),
        _field("first_contact", cells.kept(cells.moment(context))),
        _field("need", long, joins="\n"),
        _field("budget", cells.money, amount=True),
        _field("budget_consent", line),
        _field("grade", cells.kept(cells.code(Grade, cells.words(_GRADES)))),
        _field("status", cells.kept(cells.code(Status, cells.words(STATUSES)))),
        _field("loss_reason", cells.kept(cells.code(LossReason, cells.words(LOSSES)))),
        _field("tags", line, joins=","),
        _field("owner", cells.kept(staff(context))),
        _field("remark", long, joins="\n"),
        _field("contact", name),
        _field("title", line),
        *reach_fields(line),
        _field("role", cells.kept(cells.code(ChainRole, cells.words(_ROLES)))),
        _field("concern", long),
    )


def reach_fields(line: Reader) -> tuple[Field, ...]:
    """The fields of contact values."""
    return (
        _field("reach", _unmasked(_reach)),
        _field("phone", _unmasked(_phone)),
        _field("email", _unmasked(_email(line))),
        _field("wechat", _unmasked(line)),
    )


def _field(name: str, read: Reader, *, joins: str = "", amount: bool = False) -> Field:
    return Field(name, tuple(TITLES[name].split()), read, joins=joins, amount=amount)


def _unmasked(read: Reader) -> Reader:
    """The reader of contact values, which takes a masked one for what it is."""
    return lambda cell: Masked(cell) if isinstance(cell, str) and _MASK in cell else read(cell)


def industry(context: Context) -> Reader:
    own = context.settings.items("industries.extra")
    return lambda cell: parse_industry(cells.plain(cell), own)


def _source(line: Reader) -> Reader:
    """(source, detail): a source that is none of ours is "other", and the text is kept as its detail."""
    known = cells.code(Source, cells.words(_SOURCES))

    def read(cell: Cell) -> tuple[Source, str | None]:
        try:
            return known(cell), None
        except InvalidValue:
            return Source.OTHER, line(cell)

    return read


def staff(context: Context) -> Reader:
    """The login of a staff member, given by login or by name; of one who left only where no active one is meant."""
    active: dict[str, set[str]] = {}
    left: dict[str, set[str]] = {}
    for row in context.reader.rows("SELECT login, name, active FROM v_staff"):
        for word in (row["login"], row["name"]):
            (active if row["active"] else left).setdefault(fold(word), set()).add(row["login"])
    logins = left | active

    def read(cell: Cell) -> str:
        text = cells.plain(cell)
        found = logins.get(fold(text), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise InvalidValue(
                msg("{name} is the name of more than one: give the login", name=text),
                msg("{logins}", logins=sorted(found)),
            )
        close = nearest(text, active)
        hint = msg("see: salesflow staff list") if close is None else msg("did you mean {name}?", name=close)
        raise NotFound(msg("there is no active staff member {login}", login=text), hint, code="unknown-staff")

    return read


def _email(line: Reader) -> Reader:
    return lambda cell: checked_email(line(cell))


def _phone(cell: Cell) -> str:
    return _checked_phone(cells.plain(cell).strip())


def _checked_phone(text: str) -> str:
    """The number, which can be read; one with an extension as it stands, because only so it can be read again."""
    found = parse_phone(text)
    return text if ";" in found else found


def _reach(cell: Cell) -> dict[str, str]:
    """Phone, e-mail and WeChat out of one cell, whatever it has of them: "13812345678 / 微信 zhang_wei"."""
    text = cells.plain(cell).strip()
    try:
        return {"phone": _checked_phone(text)}  # may have blanks in it
    except InvalidValue as error:
        problem = error
    found: dict[str, str] = {}
    for part in _parts(text):
        kind, value = _reached_by(part)
        if kind is None or kind in found:
            raise problem
        found[kind] = value
    return found


def _parts(text: str) -> list[str]:
    """The pieces of a cell; a label goes with what follows it."""
    spaced = _LABEL.sub(" ", _WECHAT.sub(" wx:", text))
    return [part for part in _BETWEEN.split(re.sub(r"wx:\s+", "wx:", spaced)) if part]


def _reached_by(part: str) -> tuple[str | None, str]:
    if part.startswith("wx:"):
        return "wechat", part.removeprefix("wx:")
    if "@" in part:
        return "email", checked_email(part)
    try:
        return "phone", _checked_phone(part)
    except InvalidValue:
        return None, part
