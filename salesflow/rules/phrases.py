"""What the rules on wording look for, in both languages, unless a policy has lists of its own."""

from __future__ import annotations

from typing import Final

VAGUE_NEEDS: Final = (
    "便宜点", "便宜一点", "便宜些", "优惠点", "优惠一点", "价格合适", "价格合理", "价格好谈", "性价比高",
    "越便宜越好", "尽快", "越快越好", "尽早", "早点", "有空再", "以后再说", "差不多", "看情况", "看着办", "随便",
    "若干", "一批", "as soon as possible", "asap", "cheaper", "cheap", "good price", "reasonable price", "best price",
    "a discount", "sometime", "some day", "not sure yet",
)  # fmt: skip
IMPRESSIONS: Final = (
    "意向强", "意向很强", "意向较强", "意向强烈", "意向明显", "意向不错", "很有意向", "比较有意向", "很感兴趣",
    "非常感兴趣", "比较感兴趣", "感觉不错", "感觉很好", "感觉还行", "感觉有戏", "聊得不错", "聊得很好", "聊得来",
    "态度不错", "态度很好", "态度积极", "印象不错", "应该能成", "应该会买", "应该没问题", "估计能成", "估计会买",
    "很有希望", "希望很大", "问题不大", "反应良好", "反馈良好", "反馈不错", "very interested", "quite interested",
    "seems interested", "really interested", "looks promising", "looks good", "sounds good", "went well",
    "feels good", "good feeling", "good impression", "very positive", "likes us", "likely to buy", "should close",
    "will probably buy", "no problem at all",
)  # fmt: skip
VAGUE_PLANS: Final = (
    "跟进一下", "跟进", "继续跟进", "持续跟进", "保持联系", "再联系", "联系一下", "联系", "回访一下", "回访",
    "沟通一下", "沟通", "打电话", "发微信", "拜访一下", "拜访", "了解情况", "看看情况", "问问情况", "问一下",
    "维护关系", "follow up", "follow-up", "keep in touch", "stay in touch", "touch base", "check in", "check back",
    "get in touch", "call again", "call back", "call", "contact", "visit", "reach out", "catch up", "see how it goes",
)  # fmt: skip
