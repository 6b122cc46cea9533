"""The industries of customers: the sections of GB/T 4754 and the short names that people use, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from salesflow.errors import InvalidValue
from salesflow.i18n import Message, label, msg, render
from salesflow.text import fold, nearest


class Industry(NamedTuple):
    """An industry: its code with the label for it, and other words for it, Chinese and English."""

    label: Message
    words: tuple[str, ...]


# The sections of GB/T 4754-2017 come first, by their letters A to T.
_LISTED: Final = (
    Industry(label("industry", "agriculture"), ("农、林、牧、渔业", "农林牧渔", "农业", "farming")),
    Industry(label("industry", "mining"), ("采矿业", "矿业")),
    Industry(label("industry", "manufacturing"), ("制造业", "工业", "生产制造")),
    Industry(label("industry", "utilities"), ("电力、热力、燃气及水生产和供应业", "电力", "公用事业", "水电")),
    Industry(label("industry", "construction"), ("建筑业", "建筑工程", "工程", "building")),
    Industry(label("industry", "wholesale-retail"), ("批发和零售业", "批发零售", "商贸", "贸易", "trade")),
    Industry(label("industry", "transport"), ("交通运输、仓储和邮政业", "交通运输", "运输", "仓储", "transportation")),
    Industry(label("industry", "hospitality"), ("住宿和餐饮业", "酒店餐饮")),
    Industry(
        label("industry", "information-technology"),
        (
            "信息传输、软件和信息技术服务业",
            "信息技术",
            "信息技术服务",
            "信息传输软件和信息技术服务",
            "IT",
            "IT服务",
            "科技",
        ),
    ),
    Industry(label("industry", "finance"), ("金融业", "金融", "financial services")),
    Industry(label("industry", "real-estate"), ("房地产业", "房地产", "地产")),
    Industry(
        label("industry", "business-services"), ("租赁和商务服务业", "商务服务", "企业服务", "咨询", "consulting")
    ),
    Industry(label("industry", "research"), ("科学研究和技术服务业", "科研", "技术服务")),
    Industry(label("industry", "environment"), ("水利、环境和公共设施管理业", "环保", "环境", "水利")),
    Industry(label("industry", "consumer-services"), ("居民服务、修理和其他服务业", "居民服务", "生活服务", "服务业")),
    Industry(label("industry", "education"), ("教育", "教育培训", "培训", "学校", "training")),
    Industry(
        label("industry", "health"), ("卫生和社会工作", "医疗", "医疗卫生", "卫生", "医院", "healthcare", "medical")
    ),
    Industry(
        label("industry", "culture-sports"), ("文化、体育和娱乐业", "文化", "体育", "娱乐", "文娱", "entertainment")
    ),
    Industry(
        label("industry", "public-administration"),
        ("公共管理、社会保障和社会组织", "政府", "政府机关", "政务", "government"),
    ),
    Industry(label("industry", "international-organisations"), ("国际组织", "international organizations")),
    Industry(label("industry", "retail"), ("零售业", "零售")),
    Industry(label("industry", "wholesale"), ("批发业", "批发")),
    Industry(label("industry", "internet"), ("互联网", "网络", "电子商务", "电商", "e-commerce")),
    Industry(label("industry", "software"), ("软件", "软件开发", "软件服务")),
    Industry(label("industry", "electronics"), ("电子", "电子信息", "半导体")),
    Industry(label("industry", "telecommunications"), ("通信", "电信", "telecom")),
    Industry(label("industry", "logistics"), ("物流", "快递", "物流仓储")),
    Industry(label("industry", "catering"), ("餐饮", "餐饮服务", "food service")),
    Industry(label("industry", "hotels"), ("酒店", "住宿", "宾馆")),
    Industry(label("industry", "tourism"), ("旅游", "travel")),
    Industry(label("industry", "food"), ("食品", "食品饮料", "快消品", "快消")),
    Industry(label("industry", "textiles"), ("纺织", "服装", "纺织服装", "apparel")),
    Industry(label("industry", "pharmaceuticals"), ("医药", "制药", "生物医药", "pharma")),
    Industry(label("industry", "medical-devices"), ("医疗器械",)),
    Industry(label("industry", "chemicals"), ("化工", "化学")),
    Industry(label("industry", "machinery"), ("机械", "机械设备", "装备制造", "设备")),
    Industry(label("industry", "automotive"), ("汽车", "汽车制造", "汽配")),
    Industry(label("industry", "metals"), ("冶金", "钢铁", "有色金属")),
    Industry(label("industry", "energy"), ("能源", "新能源", "石油")),
    Industry(label("industry", "media"), ("传媒", "媒体", "广告", "advertising")),
    Industry(label("industry", "insurance"), ("保险",)),
    Industry(label("industry", "banking"), ("银行",)),
    Industry(label("industry", "other"), ("其他", "其它")),
)
INDUSTRIES: Final[Mapping[str, Industry]] = {industry.label.text: industry for industry in _LISTED}
_ENDING: Final = re.compile("(?:(?<=..)行业|(?<=..)业|(?<=..)类)$")
_BETWEEN: Final = re.compile(r"[\s、,，/&()·_-]|及|和|与")


def parse_industry(text: str, extra: Iterable[str] = ()) -> str:
    """The code that a text names: a code, a label or another word for it in either language, or one of `extra`.

    `extra` is the configuration's `industries.extra`; such a name is its own code. InvalidValue names the nearest.
    """
    own = list(extra)
    found = _names(tuple(own)).get(_reduced(text))
    if found is not None:
        return found
    listed = [*own, *(name_of(code) for code in INDUSTRIES)]
    close = nearest(
        text, [*listed, *INDUSTRIES, *(word for industry in INDUSTRIES.values() for word in industry.words)]
    )
    add = msg('add it with: salesflow config set industries.extra "{value}"', value=", ".join([*own, text.strip()]))
    hint = msg("did you mean {name}? Or {add}", name=close, add=add)
    if close is None:
        hint = msg("use one of: {industries}; or {add}", industries=listed, add=add)
    raise InvalidValue(
        msg('"{value}" is not a known industry', value=text), hint, code="unknown-industry", details={"value": text}
    )


def name_of(code: str) -> str:
    """What a person reads for an industry, in the language of the moment."""
    return render(INDUSTRIES[code].label)


_by_extra: dict[tuple[str, ...], dict[str, str]] = {}


def _names(extra: tuple[str, ...]) -> Mapping[str, str]:
    """Every accepted name, reduced -> its code; made once for each list of own industries."""
    if extra not in _by_extra:
        names = {_reduced(word): code for code, industry in INDUSTRIES.items() for word in industry.words}
        names |= {_reduced(code): code for code in INDUSTRIES}
        names |= {_reduced(own): own for own in extra}
        _by_extra[extra] = names
    return _by_extra[extra]


def _reduced(text: str) -> str:
    """The name without what people leave out or write differently: punctuation, and, 业 and 行业 at the end."""
    return _ENDING.sub("", _BETWEEN.sub("", fold(text)))
