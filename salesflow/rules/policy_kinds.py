"""How a policy file writes a value, and how it is kept: each kind reads, checks, writes and shows its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Protocol

from salesflow.enums import Method, Role
from salesflow.errors import InvalidValue
from salesflow.i18n import Message, msg
from salesflow.rules.policy import Stage, Tier

_TIER: Final = {"from", "percent"}
_MOST_DIGITS: Final = 30
"""Of a number before or after its point: more would only take long to find wrong."""


class WrongValue(Exception):
    """A value that its kind refuses; `problem` says what it must be."""

    def __init__(self, problem: Message) -> None:
        super().__init__(problem)
        self.problem = problem


class Kind(Protocol):
    """A type of value with its bounds. Values are those of `Policy`; what they are is known to the kind alone."""

    @property
    def unit(self) -> Message | None: ...

    def read(self, raw: object) -> object:
        """The value of what TOML gives (floats as Decimal); WrongValue if it is of another type or out of bounds."""

    def write(self, value: Any) -> str:
        """The value as TOML."""

    def show(self, value: Any) -> str:
        """The value for people, without its unit."""


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    unit: Message | None
    low: int
    high: int

    def read(self, raw: object) -> int:
        if isinstance(raw, int) and not isinstance(raw, bool) and self.low <= raw <= self.high:
            return raw
        raise WrongValue(msg("it must be a whole number from {low} to {high}", low=self.low, high=self.high))

    def write(self, value: int) -> str:
        return str(value)

    def show(self, value: int) -> str:
        return str(value)


@dataclass(frozen=True)
class Scaled:
    """A decimal number kept as an integer: percentages, scores and yuan in hundredths, quantities in thousandths."""

    unit: Message | None
    low: int
    high: int
    places: int = 2
    parse: Callable[[str], int] | None = None

    def read(self, raw: object) -> int:
        found = self._scaled(raw)
        if found is not None and self.low <= found <= self.high:
            return found
        bounds = {"low": self.show(self.low), "high": self.show(self.high), "places": self.places}
        raise WrongValue(msg("it must be a number from {low} to {high} with at most {places} decimals", **bounds))

    def write(self, value: int) -> str:
        return self.show(value)

    def show(self, value: int) -> str:
        return f"{Decimal(value).scaleb(-self.places).normalize():f}"

    def _scaled(self, raw: object) -> int | None:
        """The number times 10^places, None if it is none or has more decimals."""
        if isinstance(raw, str) and self.parse is not None:
            try:
                return self.parse(raw)
            except InvalidValue:
                return None
        if isinstance(raw, bool) or not isinstance(raw, (int, Decimal)):
            return None
        number = Decimal(raw)
        if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
            return None
        numerator, denominator = number.as_integer_ratio()
        scaled, rest = divmod(numerator * 10**self.places, denominator)
        return None if rest else int(scaled)


@dataclass(frozen=True)
class Code:
    """One of a closed list of codes."""

    codes: tuple[str, ...]
    make: Callable[[str], str] = str
    unit: Message | None = None

    def read(self, raw: object) -> str:
        if isinstance(raw, str) and raw in self.codes:
            return self.make(raw)
        raise WrongValue(msg("it must be one of: {codes}", codes=self.codes))

    def write(self, value: str) -> str:
        return _quoted(value)

    def show(self, value: str) -> str:
        return str(value)


@dataclass(frozen=True)
class Flag:
    """true or false."""

    unit: Message | None = None

    def read(self, raw: object) -> bool:
        if isinstance(raw, bool):
            return raw
        raise WrongValue(msg("it must be true or false"))

    def write(self, value: bool) -> str:
        return self.show(value)

    def show(self, value: bool) -> str:
        return str(value).lower()


@dataclass(frozen=True)
class TimeOfDay:
    """A time of day to the minute, as text ("18:00") or as TOML's own local time."""

    unit: Message | None = None

    def read(self, raw: object) -> time:
        try:
            found = time.fromisoformat(raw) if isinstance(raw, str) else raw
        except ValueError:
            found = None
        if isinstance(found, time) and found.tzinfo is None and not found.second and not found.microsecond:
            return found
        raise WrongValue(msg('it must be a time of day such as "18:00"'))

    def write(self, value: time) -> str:
        return _quoted(self.show(value))

    def show(self, value: time) -> str:
        return value.isoformat("minutes")


@dataclass(frozen=True)
class Texts:
    """A list of texts, none of them blank."""

    unit: Message | None = None

    def read(self, raw: object) -> tuple[str, ...]:
        if isinstance(raw, list) and all(isinstance(item, str) and item.strip() for item in raw):
            return tuple(item.strip() for item in raw)
        raise WrongValue(msg("it must be a list of texts"))

    def write(self, value: tuple[str, ...]) -> str:
        return "[" + ", ".join(map(_quoted, value)) + "]"

    def show(self, value: tuple[str, ...]) -> str:
        return ", ".join(value)


@dataclass(frozen=True)
class Tiers:
    """A list of steps, each with where it begins (`from`) and its discount (`percent`), upwards in both."""

    start: Scaled
    percent: Scaled
    unit: Message | None = None

    def read(self, raw: object) -> tuple[Tier, ...]:
        if not isinstance(raw, list) or not all(isinstance(item, dict) and item.keys() == _TIER for item in raw):
            raise WrongValue(msg("it must be a list such as {example}", example="[{ from = 100, percent = 2 }]"))
        tiers = tuple(Tier(self.start.read(item["from"]), self.percent.read(item["percent"])) for item in raw)
        for lower, higher in pairwise(tiers):
            if higher.start <= lower.start or higher.percent <= lower.percent:
                raise WrongValue(msg("each tier must begin above the one before it and give more"))
        return tiers

    def write(self, value: tuple[Tier, ...]) -> str:
        steps = (
            f"from = {self.start.write(tier.start)}, percent = {self.percent.write(tier.percent)}" for tier in value
        )
        return "[" + ", ".join(f"{{ {step} }}" for step in steps) + "]"

    def show(self, value: tuple[Tier, ...]) -> str:
        return ", ".join(f"{self.start.show(tier.start)}: {self.percent.show(tier.percent)} %" for tier in value)


@dataclass(frozen=True)
class Stages:
    """The steps of all plan templates, each naming its template: day, method and focus, and perhaps a goal and support."""

    day: Whole
    unit: Message | None = None

    def read(self, raw: object) -> tuple[Stage, ...]:
        if not isinstance(raw, list) or not all(isinstance(item, dict) and self._complete(item) for item in raw):
            example = '[{ template = "abc", day = 3, method = "visit", focus = "…" }]'
            raise WrongValue(msg("it must be a list such as {example}", example=example))
        methods, roles = Code(tuple(Method)), Code(tuple(Role))
        return tuple(
            Stage(
                item["template"].strip(),
                self.day.read(item["day"]),
                methods.read(item["method"]),
                item["focus"].strip(),
                item.get("goal", "").strip(),
                roles.read(item["support"]) if item.get("support") else "",
            )
            for item in raw
        )

    def write(self, value: tuple[Stage, ...]) -> str:
        return "[\n" + "".join(f"    {{ {self._written(stage)} }},\n" for stage in value) + "]" if value else "[]"

    def show(self, value: tuple[Stage, ...]) -> str:
        return "; ".join(f"{stage.template} +{stage.day}: {stage.focus}" for stage in value)

    def _complete(self, item: dict[str, object]) -> bool:
        texts = {name: text for name, text in item.items() if name != "day"}
        return (
            {"template", "day", "method", "focus"} <= item.keys() <= set(Stage._fields)
            and all(isinstance(text, str) for text in texts.values())
            and all(str(texts[name]).strip() for name in ("template", "focus"))
        )

    def _written(self, stage: Stage) -> str:
        given = {name: value for name, value in stage._asdict().items() if value != ""}
        return ", ".join(
            f"{name} = {value if isinstance(value, int) else _quoted(value)}" for name, value in given.items()
        )


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are among TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
