"""What every rule returns: the outcome, with the rule's id, the facts that decided it and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from salesflow.i18n import Message

T_co = TypeVar("T_co", covariant=True)


class Strength(StrEnum):
    """How a decision acts. A policy may choose among off, hint, flag and refuse where the rule book says so."""

    OFF = "off"
    HINT = "hint"
    FLAG = "flag"
    ROUTE = "route"
    REFUSE = "refuse"
    COMPUTE = "compute"


class Decision(NamedTuple, Generic[T_co]):
    """One rule's answer.

    outcome: a short stable English code or value for programs ("ok", "late", "2026-03-12", "C").
    facts: the inputs that decided it, JSON-like values (str, int, bool, ISO dates as date), named in snake_case.
    value: the computed thing itself (a date, a grade, steps), None where there is none.
    strength: what it asks for; `OFF` together with outcome "ok" when there is nothing to say.
    """

    rule: str
    outcome: str
    strength: Strength
    message: Message
    facts: Mapping[str, object] = {}
    value: T_co | None = None
    hint: Message | None = None

    @property
    def refused(self) -> bool:
        return self.strength is Strength.REFUSE
