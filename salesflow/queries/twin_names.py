"""What two names of one company have in common, whatever was typed around it: the name by which it is known, and its trade."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from salesflow.queries.places import without_bracketed_places, without_leading_places
from salesflow.text import fold, normalised_name

# What many names have. A name of nothing else, such as 杭州银行, is told apart by its place alone.
_WORDS: Final = """
电子商务 房地产 进出口 新能源 职业技术 科技 技术 信息 网络 软件 电子 贸易 商贸 实业 工业 制造 机械
设备 装备 食品 医药 医疗 药业 教育 培训 咨询 文化 传媒 广告 物流 货运 运输 建筑 建设 工程 装饰
置业 地产 投资 控股 发展 管理 服务 国际 集团 银行 保险 证券 酒店 餐饮 农业 能源 环保 材料 化工
纺织 服装 服饰 汽车 电器 电气 家具 家居 大学 医院 学院 中学 小学 学校 智能 数据 数字 自动化 光电
五金 包装 印刷 塑料 橡胶 仪器 仪表 器械 精密 模具 零部件 重工 钢铁 电力 水务 陶瓷 玻璃 照明 印务 出版
影视 旅游 航空 船舶 供应链 仓储 租赁 融资 基金 信托 商务 商业 百货 超市 零售 批发 股份 总 分 公司 中心
"""
_TRADES: Final = re.compile("|".join(_WORDS.split()))
_NUMERALS: Final = re.compile("第?[0-9零〇一二三四五六七八九十百千甲乙丙丁]+号?")
_SHORTEST: Final = 2


class TwinName(NamedTuple):
    """A name for comparison. `own` is what is left of `core` without words of trades and numerals; these must be the same, and
    `places` must not rule each other out.
    """

    core: str
    own: str
    numerals: str
    places: frozenset[str]


def twin_name(name: str) -> TwinName:
    """The name without company endings, punctuation and places; of what is nothing but a trade, the place stays."""
    outside, bracketed = without_bracketed_places(fold(name))
    whole = normalised_name(outside)
    core, leading = without_leading_places(whole)
    own = _NUMERALS.sub("", _TRADES.sub("", core))
    if len(core) < _SHORTEST or not own:
        core = own = whole
    return TwinName(core, own, "".join(_NUMERALS.findall(core)), bracketed | leading)
