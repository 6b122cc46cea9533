"""The parameters of every rule: one record per table of the policy file, and the whole of them as `Policy`.

A table's name is its rule's id (`[stale-downgrade]` is `policy.stale_downgrade`), a key is the field of the same name.
Units inside: days, hours and working days are whole numbers, percentages basis points, money fen, quantities
thousandths, scores hundredths. The defaults are the preset "balanced". What each key means, its unit and its bounds
are in `policy_keys`; the file format is in `policy_toml`: neither is needed to apply a rule, so neither is imported
here.

Every command loads this module, so its tables are of the kind of class that costs least to define.
"""

from __future__ import annotations

import json
from datetime import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.enums import Grade
from salesflow.rules.decision import Strength
from salesflow.rules.phrases import IMPRESSIONS, VAGUE_NEEDS, VAGUE_PLANS
from salesflow.struct import Struct

if TYPE_CHECKING:
    from salesflow.rules.policy_keys import Parameter

PRESETS: Final = ("balanced", "template-guide", "process-toolkit", "order-toolkit", "tracker")


class Tier(NamedTuple):
    """From so much on (thousandths of a unit, or fen) a discount in basis points."""

    start: int
    percent: int


class Business(Struct):
    close: time = time(18, 0)


class Stage(NamedTuple):
    """One step of a plan template: so many days after the plan's first day, how, about what, with whose support."""

    template: str
    day: int
    method: str
    focus: str
    goal: str = ""
    support: str = ""


# Four weeks with a new customer; a fortnight around an offer.
PLAN_STAGES: Final = (
    Stage("abc", 3, "visit", "与技术负责人梳理需求：现状、痛点、数量、上线时间", "需求清单"),
    Stage("abc", 10, "demo", "向技术部与使用部门演示对应方案", "试用结论", "technical"),
    Stage("abc", 17, "online-meeting", "与采购部门过报价与交付条款", "报价确认"),
    Stage("abc", 24, "visit", "与最终决策人确认合同与时间表", "签约时间"),
    Stage("offer", 2, "phone", "确认采购部门收到报价，记录逐条意见", "意见清单"),
    Stage("offer", 7, "visit", "与采购部门及决策人逐条回应报价异议", "价格与条款结论"),
    Stage("offer", 14, "phone", "向决策人确认签约日期与首付安排", "签约日期"),
)


class Limits(Struct):
    name: int = 200
    line: int = 500
    text: int = 20_000
    attachment: int = 25


class Corrections(Struct):
    hours: int = 24


class PlanTemplates(Struct):
    stages: tuple[Stage, ...] = PLAN_STAGES


class Escalation(Struct):
    remind_days: int = 0
    manager_days: int = 0
    owner_days: int = 0


class EntryDeadline(Struct):
    hours: int = 24
    workdays: int = 0


class NeedSpecific(Struct):
    strength: Strength = Strength.HINT
    min_length: int = 10
    phrases: tuple[str, ...] = VAGUE_NEEDS


class GradeScore(Struct):
    industry_potential: int = 1
    budget_match: int = 1
    decision_chain: int = 1
    urgency: int = 1
    a_from: int = 400
    b_from: int = 250


class GradingDeadline(Struct):
    workdays: int = 1


class Assign(Struct):
    weight_a: int = 3
    weight_b: int = 2
    weight_c: int = 1


class FirstContactDeadline(Struct):
    a_hours: int = 48
    b_days: int = 7
    c_days: int = 7


class Cadence(Struct):
    a_days: int = 7
    b_days: int = 14
    c_days: int = 30
    prospect_days: int = 0
    interested_days: int = 0
    hot_days: int = 2
    won_days: int = 90
    won_months: int = 0
    a_contacts_per_week: int = 0


class LogDeadline(Struct):
    hours: int = 24


class ObjectiveWording(Struct):
    strength: Strength = Strength.HINT
    phrases: tuple[str, ...] = IMPRESSIONS


class PlanDeadline(Struct):
    workdays: int = 3


class SupportLeadTime(Struct):
    strength: Strength = Strength.FLAG
    workdays: int = 2


class PlanSpecific(Struct):
    strength: Strength = Strength.HINT
    min_length: int = 4
    phrases: tuple[str, ...] = VAGUE_PLANS


class StaleDowngrade(Struct):
    grade: Grade = Grade.B
    days: int = 14
    to: str = "C"
    warn_days: int = 3


class StallAnalysis(Struct):
    days: int = 30


class LostProposal(Struct):
    days: int = 90


class CoachingAlert(Struct):
    workdays: int = 3


class Opportunity(Struct):
    discovery: int = 1_000
    proposal: int = 3_000
    negotiation: int = 6_000
    contract: int = 9_000


class OpportunityAge(Struct):
    discovery_days: int = 30
    proposal_days: int = 30
    negotiation_days: int = 21
    contract_days: int = 14


class AutoDiscount(Struct):
    grade_a: int = 300
    grade_b: int = 100
    grade_c: int = 0
    quantity_tiers: tuple[Tier, ...] = ()
    amount_tiers: tuple[Tier, ...] = ()


class DiscountAuthority(Struct):
    rep: int = 1_000
    senior_rep: int = 1_000
    manager: int = 2_000


class PriceFloor(Struct):
    min_margin: int = 0


class PriceApproval(Struct):
    needed: str = "decreases"


class QuoteValidity(Struct):
    days: int = 30
    warn_days: int = 3


class NeedsBeforeQuote(Struct):
    strength: Strength = Strength.HINT


class ContractApproval(Struct):
    legal_workdays: int = 1
    finance_workdays: int = 1


class ContractFirst(Struct):
    above: int = 100_000_000


class OrderApproval(Struct):
    director_above: int = 50_000_000


class CreditLimit(Struct):
    over_limit: str = "director"
    overdue_step_days: int = 0
    overdue_refuse_days: int = 30


class SeparationOfDuties(Struct):
    strength: Strength = Strength.REFUSE
    allow_only_holder: bool = True


class ApprovalDeadline(Struct):
    workdays: int = 1


class Policy(Struct):
    """Everything that the rules take from the policy, one attribute per table; `Policy()` is the preset "balanced"."""

    business: Business = Business()
    limits: Limits = Limits()
    corrections: Corrections = Corrections()
    plan_templates: PlanTemplates = PlanTemplates()
    escalation: Escalation = Escalation()
    opportunity: Opportunity = Opportunity()
    entry_deadline: EntryDeadline = EntryDeadline()
    need_specific: NeedSpecific = NeedSpecific()
    grade_score: GradeScore = GradeScore()
    grading_deadline: GradingDeadline = GradingDeadline()
    assign: Assign = Assign()
    first_contact_deadline: FirstContactDeadline = FirstContactDeadline()
    cadence: Cadence = Cadence()
    log_deadline: LogDeadline = LogDeadline()
    objective_wording: ObjectiveWording = ObjectiveWording()
    plan_deadline: PlanDeadline = PlanDeadline()
    plan_specific: PlanSpecific = PlanSpecific()
    support_lead_time: SupportLeadTime = SupportLeadTime()
    stale_downgrade: StaleDowngrade = StaleDowngrade()
    stall_analysis: StallAnalysis = StallAnalysis()
    lost_proposal: LostProposal = LostProposal()
    coaching_alert: CoachingAlert = CoachingAlert()
    opportunity_age: OpportunityAge = OpportunityAge()
    auto_discount: AutoDiscount = AutoDiscount()
    discount_authority: DiscountAuthority = DiscountAuthority()
    price_floor: PriceFloor = PriceFloor()
    price_approval: PriceApproval = PriceApproval()
    quote_validity: QuoteValidity = QuoteValidity()
    needs_before_quote: NeedsBeforeQuote = NeedsBeforeQuote()
    contract_approval: ContractApproval = ContractApproval()
    contract_first: ContractFirst = ContractFirst()
    order_approval: OrderApproval = OrderApproval()
    credit_limit: CreditLimit = CreditLimit()
    separation_of_duties: SeparationOfDuties = SeparationOfDuties()
    approval_deadline: ApprovalDeadline = ApprovalDeadline()

    def to_json(self) -> str:
        """Every table with every key, as it is stored: tables and keys by their attribute names."""
        tables = {name: getattr(self, name)._asdict() for name in self._fields}
        return json.dumps(tables, ensure_ascii=False, default=_plain)

    @classmethod
    def from_json(cls, text: str) -> Policy:
        """The policy that `to_json` stored; keys that it did not know yet have their defaults."""
        stored = json.loads(text)
        return cls(**{name: _section(getattr(cls, name), stored.get(name, {})) for name in cls._fields})

    def describe(self) -> list[Parameter]:
        """Every key with its value, its default, its unit and its meaning, in the order of the tables."""
        from salesflow.rules.policy_keys import describe

        return describe(self)

    def to_toml(self, extends: str | None = None) -> str:
        """The policy as a file: all of it, or where it extends a preset only what differs from that."""
        from salesflow.rules.policy_toml import to_toml

        return to_toml(self, extends)


def table_name(attribute: str) -> str:
    """The policy file's name for a table: `stale_downgrade` is `stale-downgrade`, the rule's id."""
    return attribute.replace("_", "-")


def _plain(value: object) -> str:
    """What JSON lacks: a time of day."""
    return value.isoformat("minutes") if isinstance(value, time) else str(value)


def _section(default: Any, stored: dict[str, Any]) -> Any:
    values = {key: _revived(getattr(default, key), value) for key, value in stored.items() if key in default._fields}
    return default._replace(**values)


def _revived(default: Any, stored: Any) -> Any:
    """The stored JSON value as the type that its default has."""
    if isinstance(default, time):
        return time.fromisoformat(stored)
    if isinstance(default, (Strength, Grade)):
        return type(default)(stored)
    if isinstance(default, tuple):
        make = Stage if default and isinstance(default[0], Stage) else Tier
        return tuple(make(*item) if isinstance(item, list) else item for item in stored)
    return stored
