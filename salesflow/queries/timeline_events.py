"""What happened with a customer, from every part of its file: one query each, by the customer's key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, NamedTuple

from salesflow.context import Context
from salesflow.enums import ApprovalState, CorrectionKind, Event
from salesflow.i18n import Message, label, msg
from salesflow.money import display_money
from salesflow.queries.customers import OF_FILE

Row = dict[str, Any]
_UNDECIDED: Final = (ApprovalState.WITHDRAWN, ApprovalState.VOID)


class Entry(NamedTuple):
    """One thing that happened. `at` is a stored instant; `order` puts it among others of its moment, greater is newer.

    under: the moment of the entry below which this one stands, in place of its own.
    """

    at: str
    kind: Event
    ref: str
    text: Message
    by: str | None
    order: tuple[int, ...] = ()
    under: str | None = None


def entries(context: Context, customer_id: int, kinds: Collection[Event] = ()) -> list[Entry]:
    """All that happened with a customer, the newest first; of the given kinds alone if there are any."""
    found: list[tuple[tuple[Any, ...], Entry]] = []
    for rank, (kind, ask) in enumerate(_ASKED.items()):
        if not kinds or kind in kinds:
            for position, entry in enumerate(ask(context, customer_id)):
                found.append(((entry.under or entry.at, *(entry.order or (-rank, position))), entry))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [entry for _key, entry in found]


def _rows(context: Context, sql: str, customer_id: int) -> list[Row]:
    return context.reader.rows(sql, {"id": customer_id})


def _followups(context: Context, customer_id: int) -> Iterator[Entry]:
    sql = (
        "SELECT id, at, method, content, scene, feedback, resolved, open_points, risk, next, contact, "
        '"by" FROM v_followup WHERE customer_id = :id ORDER BY id'
    )
    for row in _rows(context, sql, customer_id):
        text = msg("{method}: {content}", method=label("method", row["method"]), content=row["content"])
        if row["contact"] is not None:
            text = msg("{text} (with {contact})", text=text, contact=row["contact"])
        for key, header in _NOTES.items():
            if row[key] is not None:
                text = _more(text, header, row[key])
        yield Entry(row["at"], Event.FOLLOWUP, f"F{row['id']}", text, row["by"], (0, row["id"], 1))


_NOTES: Final = {
    "scene": "Scene",
    "feedback": "Feedback",
    "resolved": "Resolved",
    "open_points": "Open points",
    "risk": "Risk",
    "next": "Next",
}


def _more(text: Message, header: str, value: object) -> Message:
    """A sentence with a further field of the record behind it."""
    return msg("{text}; {field}: {value}", text=text, field=label("column", header), value=value)


def _corrections(context: Context, customer_id: int) -> Iterator[Entry]:
    """Each below its follow-up, in the order in which they were made."""
    sql = (
        'SELECT followup_id, kind, text, at, "by", followup_at FROM v_followup_correction '
        "WHERE customer_id = :id ORDER BY id"
    )
    for position, row in enumerate(_rows(context, sql, customer_id)):
        text = msg("amended: {text}", text=row["text"])
        if row["kind"] == CorrectionKind.EDIT:
            text = msg("corrected: {fields}", fields=_edited(row["text"]))
        order = (0, row["followup_id"], 0, -position)
        ref = f"F{row['followup_id']}"
        yield Entry(row["at"], Event.CORRECTION, ref, text, row["by"], order, row["followup_at"])


def _edited(text: str) -> list[Message]:
    """What was corrected in a follow-up, of which the trail of corrections keeps the fields as they were."""
    import json

    try:
        before = json.loads(text)
    except ValueError:
        before = None
    if not isinstance(before, dict):
        return [msg("the words")]
    headers = {"content": "Content", **_NOTES}
    return [
        msg("{field} (before: {value})", field=label("column", headers.get(str(key), str(key))), value=value or "")
        for key, value in before.items()
    ]


def _plans(context: Context, customer_id: int) -> Iterator[Entry]:
    """What people had planned and what became of it; what rule cadence plans comes and goes by itself."""
    sql = (
        "SELECT id, closed_at, due_on, method, focus, state, reason FROM v_plan_item "
        "WHERE customer_id = :id AND rule IS NULL AND state <> 'pending' AND closed_at IS NOT NULL ORDER BY id"
    )
    for row in _rows(context, sql, customer_id):
        state = label("planstate", row["state"])
        text = msg("planned for {date}: {state}", date=row["due_on"], state=state)
        if row["focus"] is not None:
            text = msg("planned for {date}, {focus}: {state}", date=row["due_on"], focus=row["focus"], state=state)
        yield Entry(row["closed_at"], Event.PLAN, str(row["id"]), _because(text, row["reason"]), None)


def _because(text: Message, reason: str | None) -> Message:
    return msg("{text}; {reason}", text=text, reason=reason) if reason else text


_NO_VERSIONS: Final = "1 AS version, NULL AS agreed_on"
_VERSIONS: Final = "deal.version, CASE WHEN change.to_state = 'accepted' THEN deal.accepted_on END AS agreed_on"


def _deals(
    kind: Event, view: str, amount: str = "total", *, also: str = _NO_VERSIONS
) -> Callable[[Context, int], Iterator[Entry]]:
    """The states of quotes, contracts or orders, from the making on."""

    def ask(context: Context, customer_id: int) -> Iterator[Entry]:
        sql = (
            f"SELECT deal.number, deal.{amount} AS total, change.id, change.from_state, change.to_state, change.at, change.reason, "  # noqa: S608 - names of ours
            f"change.\"by\", {also} FROM {view} deal JOIN v_state_change change ON change.subject_kind = '{kind}' "
            "AND change.subject_id = deal.id WHERE deal.customer_id = :id ORDER BY change.id"
        )
        for row in _rows(context, sql, customer_id):
            state = label(f"{kind}state", row["to_state"])
            text = msg("made over {total}: {state}", total=display_money(row["total"]), state=state)
            if row["from_state"] is not None:
                text = msg("{old} -> {new}", old=label(f"{kind}state", row["from_state"]), new=state)
            if row["agreed_on"] is not None:
                text = msg("{text}, on {date}", text=text, date=row["agreed_on"])
            if row["version"] > 1:
                text = msg("version {version}: {text}", version=row["version"], text=text)
            yield Entry(row["at"], kind, row["number"], _because(text, row["reason"]), row["by"])

    return ask


def _opportunities(context: Context, customer_id: int) -> Iterator[Entry]:
    """Opportunities from stage to stage."""
    sql = (
        "SELECT deal.number, deal.title, deal.amount, change.id, change.from_state, change.to_state, change.at, "
        'change.reason, change."by" FROM v_opportunity deal JOIN v_state_change change '
        "ON change.subject_kind = 'opportunity' AND change.subject_id = deal.id WHERE deal.customer_id = :id ORDER BY change.id"
    )
    for row in _rows(context, sql, customer_id):
        stage = label("opportunitystate", row["to_state"])
        text = msg("{title}, {amount}: {state}", title=row["title"], amount=display_money(row["amount"]), state=stage)
        if row["from_state"] is not None:
            text = msg("{old} -> {new}", old=label("opportunitystate", row["from_state"]), new=stage)
        yield Entry(row["at"], Event.OPPORTUNITY, row["number"], _because(text, row["reason"]), row["by"])


def _needs(context: Context, customer_id: int) -> Iterator[Entry]:
    """What was written down, what of it stands no longer, and when the customer confirmed the list."""
    sql = 'SELECT id, at, kind, priority, text, until, "by" FROM v_need WHERE customer_id = :id ORDER BY id'
    for row in _rows(context, sql, customer_id):
        names = {"kind": label("needkind", row["kind"]), "priority": row["priority"], "text": row["text"]}
        text = msg("{kind}, priority {priority}: {text}", **names)
        if row["until"] is not None:
            text = msg("{text}; off the list from version {version} on", text=text, version=row["until"])
        yield Entry(row["at"], Event.NEED, f"N{row['id']}", text, row["by"])
    confirmed = (
        "SELECT customer_code, version, recorded_at, recorded_by, confirmed_on, confirmed_by FROM v_need_list "
        "WHERE customer_id = :id AND confirmed_on IS NOT NULL ORDER BY version"
    )
    for row in _rows(context, confirmed, customer_id):
        names = {"version": row["version"], "contact": row["confirmed_by"], "date": row["confirmed_on"]}
        text = msg("version {version} of the needs: confirmed by {contact} on {date}", **names)
        yield Entry(row["recorded_at"], Event.NEED, row["customer_code"], text, row["recorded_by"])


def _approvals(context: Context, customer_id: int) -> Iterator[Entry]:
    """Who asked, and what became of each step."""
    sql = (
        "SELECT number, subject_ref, submitted_at, submitted_by, state, closed_at, withdrawn_by, withdrawn_because "
        "FROM v_approval WHERE customer_id = :id ORDER BY id"
    )
    for row in _rows(context, sql, customer_id):
        asked = msg("{subject}: submitted", subject=row["subject_ref"])
        yield Entry(row["submitted_at"], Event.APPROVAL, row["number"], asked, row["submitted_by"])
        if row["state"] in _UNDECIDED and row["closed_at"] is not None:
            ended = msg("{subject}: {state}", subject=row["subject_ref"], state=label("approvalstate", row["state"]))
            ended = _because(ended, row["withdrawn_because"])
            yield Entry(row["closed_at"], Event.APPROVAL, row["number"], ended, row["withdrawn_by"])
    steps = (
        "SELECT asked.number, asked.subject_ref, step.role, step.decision, step.decided_at, step.decided_by, "
        "step.decided_for, step.self_approved, step.comment "
        "FROM v_approval asked JOIN v_approval_step step ON step.approval_id = asked.id "
        "WHERE asked.customer_id = :id AND step.decided_at IS NOT NULL ORDER BY asked.id, step.step"
    )
    for row in _rows(context, steps, customer_id):
        names = {"role": _capacity(row), "decision": label("stepdecision", row["decision"])}
        text = msg("{subject}: {decision} ({role})", subject=row["subject_ref"], **names)
        text = _because(text, row["comment"])
        yield Entry(row["decided_at"], Event.APPROVAL, row["number"], text, row["decided_by"])


def _capacity(step: dict[str, Any]) -> Message:
    """In which role a step was decided, in whose place, and whether on one's own submission."""
    role = label("role", step["role"])
    if step["decided_for"] is not None:
        role = msg("{role}, for {login}", role=role, login=step["decided_for"])
    return msg("{role}, self-approved", role=role) if step["self_approved"] else role


def _objections(context: Context, customer_id: int) -> Iterator[Entry]:
    """What was said, and how it was settled."""
    sql = (
        "SELECT number, at, kind, statement, outcome, resolve, request, decision, closed_at, "
        '"by" FROM v_objection WHERE customer_id = :id ORDER BY id'
    )
    for row in _rows(context, sql, customer_id):
        names = {"kind": label("objectionkind", row["kind"]), "outcome": label("objectionoutcome", row["outcome"])}
        text = msg("{kind}: {statement}; {outcome}", statement=row["statement"], **names)
        for key, header in (("request", "Asked for"), ("decision", "Decision")):
            if row[key] is not None:
                text = _more(text, header, row[key])
        yield Entry(row["at"], Event.OBJECTION, row["number"], text, row["by"])
        if row["closed_at"] is not None:
            settled = msg("{outcome}: {text}", outcome=names["outcome"], text=row["resolve"] or row["statement"])
            yield Entry(row["closed_at"], Event.OBJECTION, row["number"], settled, None)


def _moves(kind: Event, view: str) -> Callable[[Context, int], Iterator[Entry]]:
    """Changes of status or grade, of the files that were merged into this one too."""

    def ask(context: Context, customer_id: int) -> Iterator[Entry]:
        sql = (
            f'SELECT at, customer_code, from_{kind} AS old, to_{kind} AS new, reason, "by" FROM {view} '  # noqa: S608 - names of ours
            f"WHERE {OF_FILE} ORDER BY id"
        )
        for row in _rows(context, sql, customer_id):
            new = msg("not graded") if row["new"] is None else label(kind, row["new"])
            text = msg("{old} -> {new}", old=label(kind, row["old"]), new=new) if row["old"] else new
            yield Entry(row["at"], kind, row["customer_code"], _because(text, row["reason"]), row["by"])

    return ask


_SCORES: Final = (
    "at, customer_code, grade, score, industry_potential AS potential, budget_match AS budget, "
    'decision_chain AS chain, urgency, "by"'
)


def _scores(context: Context, customer_id: int) -> Iterator[Entry]:
    sql = f"SELECT {_SCORES} FROM v_grading WHERE {OF_FILE} ORDER BY id"  # noqa: S608 - names of ours
    for row in _rows(context, sql, customer_id):
        score = f"{row['score'] // 100}.{row['score'] % 100:02d}"
        parts = {name: row[name] for name in ("grade", "potential", "budget", "chain", "urgency")}
        text = msg(
            "{score}, grade {grade}: industry potential {potential}, budget match {budget}, decision chain {chain}, "
            "urgency {urgency}",
            score=score,
            **parts,
        )
        yield Entry(row["at"], Event.SCORES, row["customer_code"], text, row["by"])


def _owners(context: Context, customer_id: int) -> Iterator[Entry]:
    sql = (
        f'SELECT at, customer_code, from_owner, to_owner, reason, "by" FROM v_owner_change WHERE {OF_FILE} ORDER BY id'  # noqa: S608 - names of ours
    )
    for row in _rows(context, sql, customer_id):
        text = _because(msg("{old} -> {new}", old=row["from_owner"], new=row["to_owner"]), row["reason"])
        yield Entry(row["at"], Event.OWNER, row["customer_code"], text, row["by"])


def _stalls(context: Context, customer_id: int) -> Iterator[Entry]:
    sql = 'SELECT at, customer_code, cause, strategy, "by" FROM v_stall_analysis WHERE customer_id = :id ORDER BY id'
    for row in _rows(context, sql, customer_id):
        text = msg("{cause}; {strategy}", cause=label("stallcause", row["cause"]), strategy=row["strategy"])
        yield Entry(row["at"], Event.STALL, row["customer_code"], text, row["by"])


def _attachments(context: Context, customer_id: int) -> Iterator[Entry]:
    sql = 'SELECT id, at, kind, name, subject_ref, "by" FROM v_attachment WHERE customer_id = :id ORDER BY id'
    for row in _rows(context, sql, customer_id):
        names = {"kind": label("attachmentkind", row["kind"]), "name": row["name"], "subject": row["subject_ref"]}
        text = msg("{kind}: {name} ({subject})", **names)
        yield Entry(row["at"], Event.ATTACHMENT, str(row["id"]), text, row["by"])


def _mails(context: Context, customer_id: int) -> Iterator[Entry]:
    """Mails that went out to the customer's contacts."""
    sql = 'SELECT id, sent_at, subject, recipient, "by" FROM v_outbox WHERE customer_id = :id AND sent_at IS NOT NULL ORDER BY id'
    for row in _rows(context, sql, customer_id):
        text = msg("{subject}, to {recipient}", subject=row["subject"], recipient=row["recipient"])
        yield Entry(row["sent_at"], Event.MAIL, str(row["id"]), text, row["by"])


def _merges(context: Context, customer_id: int) -> Iterator[Entry]:
    sql = "SELECT code, name, archived_at FROM v_customer_name WHERE merged_into_id = :id ORDER BY code"
    for row in _rows(context, sql, customer_id):
        text = msg("{name} was merged into this one", name=row["name"])
        yield Entry(row["archived_at"], Event.MERGE, row["code"], text, None)


# What happened in one moment stands in this order.
_ASKED: Final[dict[Event, Callable[[Context, int], Iterator[Entry]]]] = {
    Event.FOLLOWUP: _followups,
    Event.CORRECTION: _corrections,
    Event.PLAN: _plans,
    Event.CONTRACT: _deals(Event.CONTRACT, "v_contract", "amount"),
    Event.ORDER: _deals(Event.ORDER, "v_order"),
    Event.APPROVAL: _approvals,
    Event.QUOTE: _deals(Event.QUOTE, "v_quote", also=_VERSIONS),
    Event.OBJECTION: _objections,
    Event.OPPORTUNITY: _opportunities,
    Event.NEED: _needs,
    Event.STATUS: _moves(Event.STATUS, "v_status_change"),
    Event.GRADE: _moves(Event.GRADE, "v_grade_change"),
    Event.SCORES: _scores,
    Event.OWNER: _owners,
    Event.STALL: _stalls,
    Event.MAIL: _mails,
    Event.ATTACHMENT: _attachments,
    Event.MERGE: _merges,
}
