"""Hints on how a need, a feedback and a plan are worded: figures instead of "cheaper", words instead of feelings.

The phrases that are looked for are the policy's. A text that gives a figure or a date beside its phrase is left
alone: a hint that is wrong is soon not read any more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from salesflow.enums import Method
from salesflow.i18n import Message, msg
from salesflow.rules.decision import Decision, Strength
from salesflow.text import fold, width

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

NEED_SPECIFIC: Final = "need-specific"
OBJECTIVE_WORDING: Final = "objective-wording"
PLAN_SPECIFIC: Final = "plan-specific"

_CLAUSE_ENDS: Final = r"[,.](?!\d)|[。;!?\n、:]"
_FIGURES: Final = (
    r"\d",
    "(?!一点)[一二两三四五六七八九十百半]{1,8}(?:个月|个星期|个小时|个工作日|季度|天|日|号|周|星期|月|年|小时|分钟|点)",
    "[一二两三四五六七八九十百半]{1,8}(?:台|套|件|人|名|份|吨|米|公斤|箱|元|块|万|千|百|亿|折|成|倍)",
    "[本这上下]个?(?:周|星期|礼拜|月|季|年)|[今明后]天|[今明去]年|[月季年]度?[初底末]|[年节][前后]|(?:周|星期|礼拜)[一二三四五六日末天]",
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|half)\b",
    r"\b(?:today|tomorrow|(?:next|this|end of)(?: the)? (?:week|month|quarter|year))\b",
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    r"\b(?:january|february|march|april|june|july|august|september|october|november|december)\b",
)
# A topic counts only with a judgement beside it: a module for price lists or expense claims needs no figure.
_MEASURED: Final = (
    "(?:价格|价位|报价|预算|费用|成本|交期|交货期|交付时间|工期|上线时间|数量|用量|采购量)(?:方面)?[要需希能不控比较很太更有敏合低高短紧长大多少优]",
    r"\b(?:price|budget|cost|deadline|delivery|lead time|quantity|volume)s? (?:is|are|should|must|needs? to|ha(?:s|ve) to)\b",
    r"\b(?:low|lower|limited|tight|short|shorter|large|larger) (?:price|budget|cost|deadline|lead time|quantity|volume)s?\b",
)
_SPOKEN: Final = '[“”「」『』"]|原话'
_PEOPLE: Final = (
    "总监|[^汇]总(?![是结部体共之而的计])|董事|经理|主任|主管|[处科部厂院校店]长|老板|老师|工程师|先生|女士|小姐",
    "部门|采购|财务|技术|法务|负责人|决策人|团队",
    r"\b(?:mr|mrs|ms|dr|ceo|cfo|cto|boss|manager|director|head|chief|buyer|owner|team|department|engineers?)\b",
    r"\b(?:procurement|purchasing|finance|legal|users?)\b",
)
_FILLERS: Final = (
    "客户|一下|电话|微信|邮件|和|与|跟|对|给|约|去|再|他|她|们",
    r"\b(?:customer|client|with|the|to|and|about|a|an|by|on|for|again|phone|email|wechat|them|him|her)\b",
)
_TITLES: Final = "总工董经主处科部厂院校老"


def need_specific(policy: Policy, *, text: str) -> Decision[None]:
    """A need is concrete: long enough, and with figures or dates where it is about price, time or quantity.

    Outcome: "ok", "too-short", "vague" (a phrase of the policy's list without a figure beside it) or "no-figure"
    (about price, time or quantity, and no figure anywhere). Source: process-toolkit, template-guide.
    """
    section = policy.need_specific
    if section.strength is Strength.OFF:
        return _off(NEED_SPECIFIC)
    if width(text.strip()) < section.min_length:
        facts: dict[str, object] = {"text": text, "length": width(text.strip()), "min_length": section.min_length}
        message = msg('the need "{text}" says little', text=text.strip())
        hint = msg("write what is needed, how much of it, and by when")
        return Decision(NEED_SPECIFIC, "too-short", section.strength, message, facts, hint=hint)
    phrase = _phrase_without_figure(text, section.phrases)
    if phrase is not None:
        message = msg('"{phrase}" in the need is vague', phrase=phrase)
        hint = msg("give a figure or a date: how much, how many, by when")
        return Decision(NEED_SPECIFIC, "vague", section.strength, message, {"phrase": phrase}, hint=hint)
    topic = _first(_MEASURED, fold(text))
    if topic is not None and _first(_FIGURES, fold(text)) is None:
        message = msg('"{phrase}" in the need has no figure', phrase=topic)
        hint = msg("give a figure or a date: how much, how many, by when")
        return Decision(NEED_SPECIFIC, "no-figure", section.strength, message, {"phrase": topic}, hint=hint)
    return Decision(NEED_SPECIFIC, "ok", Strength.OFF, msg("the need is concrete"))


def objective_wording(policy: Policy, *, text: str) -> Decision[None]:
    """Feedback states what the customer said and by when, not a feeling. Never a refusal.

    A text with the customer's own words in quotation marks, or with a figure or date beside the phrase, is fine.
    Outcome: "ok" or "subjective". Source: process-toolkit, tracker.
    """
    section = policy.objective_wording
    if section.strength is Strength.OFF:
        return _off(OBJECTIVE_WORDING)
    phrase = None if re.search(_SPOKEN, text) else _phrase_without_figure(text, section.phrases)
    if phrase is None:
        return Decision(OBJECTIVE_WORDING, "ok", Strength.OFF, msg("the feedback is objective"))
    message = msg('"{phrase}" is an impression', phrase=phrase)
    hint = msg("write what the customer said, and by when")
    return Decision(OBJECTIVE_WORDING, "subjective", section.strength, message, {"phrase": phrase}, hint=hint)


def plan_specific(
    policy: Policy, *, focus: str, on: date | None, method: Method | None = None, contacts: Sequence[str] = ()
) -> Decision[list[str]]:
    """A plan item says what, with whom and when. `value` lists what is missing, of "what", "whom", "when".

    What: something is left of the focus without the policy's phrases ("follow up"). Whom: the focus names one of
    `contacts`, a title or a department; where the customer has no more than one contact it is clear. Outcome: "ok" or
    "vague". Source: process-toolkit.
    """
    section = policy.plan_specific
    if section.strength is Strength.OFF:
        return _off(PLAN_SPECIFIC)
    contacts = [contact for contact in contacts if contact.strip()]
    missing: list[tuple[str, Message]] = []
    if width(_matter(focus, section.phrases, contacts)) < section.min_length:
        missing.append(("what", msg("what is to be discussed")))
    if len(contacts) > 1 and not _names_somebody(focus, contacts):
        missing.append(("whom", msg("with whom")))
    if on is None:
        missing.append(("when", msg("when")))
    facts: dict[str, object] = {"focus": focus, "on": on, "method": method, "missing": [code for code, _ in missing]}
    if not missing:
        return Decision(PLAN_SPECIFIC, "ok", Strength.OFF, msg("the plan says what, with whom and when"), facts, [])
    message = msg('the plan "{focus}" does not say: {missing}', focus=focus, missing=[text for _, text in missing])
    hint = msg('for example: "ask Ms Zhang of procurement for the budget of the second phase"')
    return Decision(PLAN_SPECIFIC, "vague", section.strength, message, facts, [code for code, _ in missing], hint)


def _off(rule: str) -> Decision[Any]:
    return Decision(rule, "ok", Strength.OFF, msg("switched off by the policy"))


def _phrase_without_figure(text: str, phrases: Sequence[str]) -> str | None:
    """The first phrase that stands in a clause without a figure in it or in one of its neighbours."""
    if not phrases:
        return None
    clauses = re.split(_CLAUSE_ENDS, fold(text))
    figures = [_first(_FIGURES, clause) is not None for clause in clauses]
    wanted = [_word(phrase) for phrase in phrases]
    alone = (clause for index, clause in enumerate(clauses) if not any(figures[max(0, index - 1) : index + 2]))
    return next((found for found in (_first(wanted, clause) for clause in alone) if found is not None), None)


def _first(patterns: Sequence[str], folded: str) -> str | None:
    """What the first of the patterns that is found matches."""
    found = re.search("|".join(patterns), folded)
    return None if found is None else found[0]


def _word(phrase: str) -> str:
    """A pattern for the phrase: Latin letters only as whole words, Chinese characters anywhere."""
    return rf"(?<![a-z]){re.escape(fold(phrase))}(?![a-z])"


def _called(contact: str) -> str:
    """A pattern for how a contact is called: by the full name, by surname and title (王总), or by one Latin name."""
    name = fold(contact)
    latin = [_word(part) for part in name.split() if part.isascii() and len(part) > 1]
    return "|".join((_word(name), *latin, *([] if name.isascii() else [f"{re.escape(name[0])}[{_TITLES}]"])))


def _matter(focus: str, phrases: Sequence[str], contacts: Sequence[str]) -> str:
    """What is left of a plan without its phrases, people, dates and fillers: letters and digits alone."""
    left = fold(focus)
    said = (_word(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    for pattern in (*map(_called, contacts), *said, *_FIGURES, *_PEOPLE, *_FILLERS):
        left = re.sub(pattern, " ", left)
    return "".join(character for character in left if character.isalnum())


def _names_somebody(focus: str, contacts: Sequence[str]) -> bool:
    """Whether the text names a title, a department or one of the contacts."""
    return _first((*_PEOPLE, *map(_called, contacts)), fold(focus)) is not None
