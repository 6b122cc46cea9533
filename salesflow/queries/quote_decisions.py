"""Why a quote is as it is: the rules applied to it again, from what was kept with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from salesflow.context import Context
from salesflow.enums import Grade, QuoteState
from salesflow.i18n import Message, label, msg, nmsg
from salesflow.money import display_money, half_up
from salesflow.queries import approvals, prices, staff
from salesflow.rules.approvals import Step
from salesflow.rules.decision import Decision
from salesflow.rules.prices import Valid, price_valid
from salesflow.rules.pricing import auto_discount, quote_standing, quote_validity
from salesflow.rules.quote_needs import needs_before_quote
from salesflow.rules.quoting import Review, stored
from salesflow.rules.quoting import review as review_offered

_PIECE = 1_000
T = TypeVar("T")


def review(context: Context, quote: Mapping[str, Any]) -> Review:
    """What discount-authority and price-floor say of a quote (a row of queries.quotes.show) for the roles of its sender."""
    lines = [stored(line, quote["quote_discount"]) for line in quote["lines"]]
    return review_offered(context.policy, roles=staff.roles(context, quote["sender"]), offered=lines)


def automatic(context: Context, quote: Mapping[str, Any]) -> list[tuple[int, Decision[int]]]:
    """(line, decision) of auto-discount for each line that was given neither a price nor a discount."""
    grade = None if quote["customer_grade"] is None else Grade(quote["customer_grade"])
    found = []
    for line in quote["lines"]:
        if line["given_price"] is None and line["given_discount"] is None:
            listed = half_up(line["list_price"] * line["quantity"], _PIECE)
            decision = auto_discount(context.policy, grade=grade, quantity=line["quantity"], list_amount=listed)
            found.append((line["line"], decision))
    return found


def needs(context: Context, customer_id: int) -> Decision[None]:
    """Whether the customer has confirmed what the quote rests on."""
    names = ("version", "confirmed_version", "confirmed_on")
    sql = f"SELECT {', '.join(names)} FROM v_need_state WHERE customer_id = :id"  # noqa: S608 - names of ours
    row = context.reader.one(sql, {"id": customer_id}) or dict.fromkeys(names)
    day = None if row["confirmed_on"] is None else date.fromisoformat(row["confirmed_on"])
    return needs_before_quote(
        context.policy, latest=row["version"], confirmed=row["confirmed_version"], confirmed_on=day
    )


def listed(context: Context, quote: Mapping[str, Any]) -> list[tuple[int, Decision[Valid]]]:
    """(line, decision) of price-valid for each line: the list price of the quote's day, as it was known when it was made."""
    on, lines = date.fromisoformat(quote["created_on"]), quote["lines"]
    skus = [line["sku"] for line in lines]
    known = prices.changes_known(context, skus, quote["created_on"], quote["created_at"])
    return [
        (
            line["line"],
            price_valid(
                sku=line["sku"],
                first=Valid(line["list_price"], line["floor_price"]),
                changes=known.get(line["sku"], ()),
                on=on,
            ),
        )
        for line in lines
    ]


def validity(context: Context, quote: Mapping[str, Any]) -> Decision[date]:
    """Until when the quote stands, and why."""
    made, until = date.fromisoformat(quote["created_on"]), date.fromisoformat(quote["valid_until"])
    return quote_validity(context.policy, quoted_on=made, valid_days=(until - made).days)


def decisions(context: Context, quote: Mapping[str, Any]) -> list[Decision[Any]]:
    """Every rule that applies to a quote now, in the order in which they act."""
    found: list[Decision[Any]] = [_of_line(line, decision) for line, decision in listed(context, quote)]
    found += [_of_line(line, decision) for line, decision in automatic(context, quote)]
    found.append(needs(context, quote["customer_id"]))
    found += review(context, quote).decisions
    if quote["accepted_on"] is None:
        until = date.fromisoformat(quote["valid_until"])
        found.append(quote_standing(context.policy, valid_until=until, today=context.clock.today()))
    else:
        found.append(validity(context, quote))
    return found


def _of_line(line: int, decision: Decision[T]) -> Decision[T]:
    text = msg("line {line}: {why}", line=line, why=decision.message)
    return decision._replace(message=text, facts={"line": line, **decision.facts})


def told(context: Context, quote: Mapping[str, Any]) -> tuple[Message, ...]:
    """What its maker is told of a quote that has just been made: discounts, validity, whose approval it needs and why."""
    reviewed = review(context, quote)
    waiting = reviewed.route if quote["state"] != QuoteState.APPROVED else ()
    return (
        *_moving_prices(context, quote),
        *_automatic_lines(automatic(context, quote)),
        validity(context, quote).message,
        *approvals.route({"steps": _steps(waiting)}),
        _standing(quote, reviewed.route),
    )


def _moving_prices(context: Context, quote: Mapping[str, Any]) -> list[Message]:
    """Prices that change while the quote stands, and those that changed as short a time ago: what a customer asks about."""
    made, until = date.fromisoformat(quote["created_on"]), date.fromisoformat(quote["valid_until"])
    since = made - timedelta(days=context.policy.quote_validity.days)
    found = []
    for one in prices.around(context, [line["sku"] for line in quote["lines"]], since, until):
        parts = {
            "sku": one.sku,
            "price": display_money(one.price),
            "before": display_money(one.before),
            "date": one.day,
        }
        if one.day > made:
            found.append(msg("{sku} costs {price} from {date} on, {before} until then", **parts))
        else:
            found.append(msg("{sku} costs {price} since {date}, {before} before", **parts))
    return found


def _automatic_lines(found: Sequence[tuple[int, Decision[int]]]) -> list[Message]:
    """One sentence for all the lines that have their discount for the same reason."""
    lines: dict[str, tuple[list[int], Message]] = {}
    for line, decision in found:
        if decision.value:
            lines.setdefault(str(decision.message), ([], decision.message))[0].append(line)
    return [
        nmsg("line {lines}: {why}", "lines {lines}: {why}", count=len(numbers), lines=numbers, why=why)
        for numbers, why in lines.values()
    ]


def _standing(quote: Mapping[str, Any], route: Sequence[Step]) -> Message:
    """What happens to it now."""
    roles = [label("role", step.role) for step in route]
    if quote["state"] == QuoteState.PENDING_APPROVAL:
        return msg("it waits for its approval, {approval}", approval=quote["approval"]["number"])
    if quote["state"] == QuoteState.APPROVED:
        return msg("it needs nobody's approval")
    if roles:
        return msg("it is kept as a draft; it would need: {approvers}", approvers=roles)
    return msg("it is kept as a draft; it would need nobody's approval")


def _steps(route: Sequence[Step]) -> list[dict[str, Any]]:
    return [
        {"step": number, "role": step.role, "rule": step.rule, "why": step.why} for number, step in enumerate(route, 1)
    ]
