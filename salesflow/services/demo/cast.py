"""Who and what the demonstration is made of: staff, products, and the words from which customers and talks are put together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from salesflow.enums import ChainRole, LossReason, Method, Role, Source
from salesflow.services.contacts import NewContact
from salesflow.services.customer_fields import NewCustomer
from salesflow.services.products import NewProduct

COMPANY: Final = "杭州云帆智能装备有限公司"
REGION: Final = "HZ"
FOUNDER: Final = ("wang.fang", "王芳")

STAFF: Final = (
    ("zhang.wei", "张伟", (Role.MANAGER,), "HZ"),
    ("li.na", "李娜", (Role.REP,), "HZ"),
    ("chen.jie", "陈杰", (Role.REP,), "SH"),
    ("zhao.lei", "赵磊", (Role.SENIOR_REP,), "HZ"),
    ("liu.yang", "刘洋", (Role.FINANCE,), "HZ"),
    ("sun.li", "孙丽", (Role.OPERATIONS,), "HZ"),
    ("zhou.min", "周敏", (Role.LEGAL, Role.SERVICE, Role.TECHNICAL, Role.ASSISTANT), "HZ"),
)
SELLERS: Final = ("li.na", "chen.jie", "zhao.lei")
MANAGER: Final = "zhang.wei"
DECIDERS: Final = {
    Role.MANAGER: "zhang.wei",
    Role.FINANCE: "liu.yang",
    Role.OPERATIONS: "sun.li",
    Role.DIRECTOR: "wang.fang",
}

# sku, name, specification, unit, list price, floor price, cost in yuan, lead days, stock
_PRODUCTS: Final = (
    ("YF-100", "桌面激光打标机", "20W，110×110 mm", "台", 28_800, 23_500, 18_600, 7, 40),
    ("YF-200", "光纤激光打标机", "50W，175×175 mm", "台", 56_800, 46_000, 37_500, 15, 18),
    ("YF-300", "视觉检测工作站", "500 万像素，双工位", "套", 128_000, 105_000, 86_000, 30, 6),
    ("YF-310", "视觉检测软件授权", "单工位，永久", "套", 36_000, 27_000, 9_000, 3, 999),
    ("YF-400", "六轴协作机器人", "负载 5 kg，臂展 900 mm", "台", 98_000, 82_000, 69_000, 30, 8),
    ("YF-410", "电动夹爪", "行程 0-85 mm", "只", 6_800, 5_400, 3_900, 10, 60),
    ("YF-500", "上下料单元", "含安全围栏，定制", "套", 186_000, 158_000, 132_000, 45, 2),
    ("YF-900", "现场安装调试", "含差旅", "人天", 1_800, 1_500, 950, 5, 999),
    ("YF-910", "操作培训", "6 人以内", "次", 3_600, 2_800, 1_500, 5, 999),
    ("YF-920", "年度维保", "每季度巡检", "年", 12_000, 9_600, 5_200, 1, 999),
)


def products() -> list[NewProduct]:
    """The price list."""
    return [
        NewProduct(
            sku=sku,
            name=name,
            spec=spec,
            unit=unit,
            list_price=price * 100,
            floor_price=floor * 100,
            cost=cost * 100,
            tax_rate=600 if unit in ("人天", "次", "年") else 1_300,
            lead_days=lead,
            stock=stock * 1_000,
            customised=sku == "YF-500",
        )
        for sku, name, spec, unit, price, floor, cost, lead, stock in _PRODUCTS
    ]


# In fen: what the customised unit cost in the first months, and what the yearly service is to cost.
FIRST_PRICE: Final = ("YF-500", 17_800_000)
NEXT_PRICE: Final = ("YF-920", 1_280_000, "服务人工成本上调")


CITIES: Final = {
    "HZ": ("杭州", "宁波", "绍兴", "嘉兴", "湖州", "金华", "温州", "台州"),
    "SH": ("上海", "苏州", "无锡", "昆山", "常州", "南通", "南京", "合肥"),
}
BRANDS: Final = (
    "华信", "恒达", "金桥", "永昌", "瑞丰", "天成", "海纳", "晨光", "博远", "中创", "泰和", "联众", "宏图", "精益", "新元", "东方", "正源", "立信",
    "启明", "远航", "安泰", "百汇", "凯迪", "卓越", "飞腾", "利民", "三江", "四海", "长风", "云谷", "嘉禾", "锦程", "盛世", "通达", "威尔", "美康",
    "星辰", "银河", "长青", "大同",
)  # fmt: skip
TRADES: Final = (
    ("精密机械", "制造业"), ("汽车零部件", "制造业"), ("电子科技", "制造业"), ("医疗器械", "制造业"), ("模具", "制造业"), ("食品", "制造业"),
    ("包装", "制造业"), ("新能源", "制造业"), ("物流", "交通运输、仓储和邮政业"), ("商贸", "批发和零售业"), ("软件", "信息传输、软件和信息技术服务业"),
    ("职业技术学院", "教育"), ("仪器仪表", "制造业"), ("五金", "制造业"), ("光电", "制造业"),
)  # fmt: skip
SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
GIVEN: Final = (
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀兰", "霞", "平", "刚", "桂英", "志强",
    "建国", "晓东", "雅琴", "文博", "思远", "海燕", "俊峰", "雪梅", "国庆", "玉华", "宇轩", "子涵", "浩然",
)  # fmt: skip
TITLES: Final = (
    ("采购经理", ChainRole.PROCUREMENT), ("采购主管", ChainRole.PROCUREMENT), ("生产总监", ChainRole.USER), ("设备科长", ChainRole.TECHNICAL),
    ("技术部经理", ChainRole.TECHNICAL), ("总经理", ChainRole.DECISION_MAKER), ("副总经理", ChainRole.DECISION_MAKER), ("财务经理", ChainRole.FINANCE),
    ("工艺工程师", ChainRole.INFLUENCER),
)  # fmt: skip
SOURCES: Final = (
    (Source.EXHIBITION, "中国工博会"), (Source.REFERRAL, "老客户介绍"), (Source.WEBSITE, "官网留言"), (Source.INBOUND, None),
    (Source.CAMPAIGN, "行业沙龙"), (Source.COLD_CALL, None), (Source.EXISTING_CUSTOMER, "二次采购"),
)  # fmt: skip
NEEDS: Final = (
    "现有 {n} 台打标机效率低，计划 {month}前更换，单件节拍要求 {s} 秒以内",
    "新建 {n} 条产线需要视觉检测，检出率不低于 99.{s} %，{month}投产",
    "人工上下料 {n} 人，希望 {month}前用机器人替代，预算内先做 {k} 个工位试点",
    "出口产品需追溯二维码，每天约 {n}00 件，{month}开始执行",
    "质检返工率 {s} %，要求供应商 {month}底前提供方案和 {k} 家同行案例",
)
TALKS: Final = (
    (Method.PHONE, "电话确认现场节拍和工件尺寸，客户同意 {day}来样品测试", "对方要求 {day}前给出含安装的报价"),
    (Method.VISIT, "到现场看了 {n} 号车间，测量安装空间，拍照记录接口", "设备科长说二期还要 {k} 台，但总经理要先看一期效果"),
    (Method.WECHAT, "发送同行案例视频和技术参数表", "回复已转给生产部，{day}开会讨论"),
    (Method.EMAIL, "发送技术方案 V{k} 和测试报告", "客户提出把交期从 {n}5 天缩短到 {n}0 天"),
    (Method.ONLINE_MEETING, "与技术、采购三方会议，逐条过技术协议", "还有 {k} 条未定：质保期、备件价格"),
    (Method.DEMO, "样品打标演示 {n} 件，节拍 {s}.{k} 秒，合格率 100 %", "客户现场确认效果，要求补充一份检测报告"),
    (Method.INVITE, "邀请客户 {day}来厂参观样机", "对方 {k} 人确认参加"),
)  # fmt: skip
NEXT_STEPS: Final = (
    "发送修改后的报价单给采购经理",
    "请技术部出节拍分析并发给设备科长",
    "约总经理见面谈付款方式",
    "确认样品测试时间和人员",
    "跟采购核对合同条款",
)
RISKS: Final = ("竞争对手报价低 {s} %", "预算要到 {month}才批", "使用部门担心停线 {k} 天", None, None, None)
LOSSES: Final = {
    LossReason.PRICE: "客户反馈报价高于另一家 {s} %，已签约",
    LossReason.COMPETITOR: "客户已选用另一家的方案，合同 {day}生效",
    LossReason.TIMING: "项目推迟到明年，今年不再采购",
    LossReason.BUDGET_CUT: "总部压缩设备预算，项目取消",
    LossReason.NEED_MISMATCH: "工件尺寸超出设备行程 {n}0 mm，无法满足",
}
NOT_A_LEAD: Final = ("核实为同行询价，没有采购需求", "公司已停产，电话为前员工", "只需要代加工，不采购设备")
COMPETITORS: Final = ("大族", "海康机器人", "华工激光")
TAGS: Final = (("国企",), ("决策链复杂",), ("竞品客户",), (), (), (), ())
SIZES: Final = ("50 人以下", "50-200 人", "200-500 人", "500 人以上")
STREETS: Final = ("工业园区创新路", "经济开发区滨江路", "高新区科技大道", "产业园兴业路")
BUDGETS: Final = (None, None, None, 150_000, 300_000, 600_000)  # yuan
CONSENT: Final = "首次通话中同意登记预算"


@dataclass(frozen=True, slots=True)
class Lead:
    """A customer of the demonstration before it is taken in."""

    name: str
    industry: str
    city: str
    source: Source
    source_detail: str | None
    need: str
    contact: str
    title: str
    role: ChainRole
    phone: str

    def new(self, **more: Any) -> NewCustomer:
        """As it is taken in; `more` are further fields."""
        contact = NewContact(name=self.contact, title=self.title, phone=self.phone, role=self.role)
        return NewCustomer(
            self.name,
            self.industry,
            self.source,
            self.need,
            (contact,),
            source_detail=self.source_detail,
            **more,
        )


def filled(random: Random, template: str, on: date) -> str:
    """A sentence with figures in it, and with days and months that are to come on that day."""
    day, month = on + timedelta(days=random.randint(3, 20)), on + timedelta(days=random.randint(60, 180))
    return template.format(
        n=random.randint(2, 9),
        s=random.randint(2, 9),
        k=random.randint(1, 4),
        day=f"{day.month} 月 {day.day} 日",
        month=f"{month.month} 月",
    )


def lead(random: Random, number: int, region: str, on: date) -> Lead:
    """The customer of a number, known since that day: its name and phone are its own, the rest is drawn."""
    cities = CITIES[region]
    round_, place = divmod(number, len(cities))
    city, brand = cities[place], BRANDS[(round_ + 5 * place) % len(BRANDS)]
    trade, industry = TRADES[(number * 7 + number // 40) % len(TRADES)]
    ending = "" if trade.endswith("学院") else "有限公司"
    source, detail = random.choice(SOURCES)
    title, role = random.choice(TITLES)
    return Lead(
        f"{city}{brand}{_ordinal(round_ // len(BRANDS))}{trade}{ending}",
        industry,
        city,
        source,
        detail,
        filled(random, random.choice(NEEDS), on),
        random.choice(SURNAMES) + random.choice(GIVEN),
        title,
        role,
        phone(number, region),
    )


def particulars(random: Random, city: str) -> dict[str, Any]:
    """What is known of some customers only, as fields of a new customer."""
    budget = random.choice(BUDGETS)
    return {
        "size": random.choice(SIZES),
        "address": f"{city}{random.choice(STREETS)} {random.randint(1, 300)} 号",
        "tags": random.choice(TAGS),
        "budget": None if budget is None else budget * 100,
        "budget_consent": None if budget is None else CONSENT,
    }


def _ordinal(series: int) -> str:
    """What tells apart companies of one city and brand when there are very many."""
    digits = "一二三四五六七八九十"
    text = ""
    while series:
        series, digit = divmod(series - 1, len(digits))
        text = digits[digit] + text
    return f"第{text}" if text else ""


def phone(number: int, region: str) -> str:
    """A mobile number of its own for each customer."""
    prefix = {"HZ": "139", "SH": "138"}[region]
    return f"{prefix}{(number * 7_919 + 10_007) % 100_000_000:08d}"
