"""The selects of the weekly review: for every figure one that gives a row for each record that it counts.

A figure is an aggregate over its select and a drill lists the same select, so that they cannot disagree. Nothing that
happened at or after `:end` shows in them: a status or grade that changed since is what it was before the first change,
a plan item closed since is pending, what was recorded since is not there. `{owner_id}`, `{by_id}` and `{submitted_by_id}`
stand for the condition on whose records count.
"""

# ruff: noqa: S608 - selects that are put together from names of ours; every value is a parameter

from __future__ import annotations

from typing import Final

VISIBLE: Final = "(archived_at IS NULL OR archived_at >= :end)"
# A file that was merged since was never a customer of its own: it counts once, in the file that has its records now.
COUNTED: Final = f"{VISIBLE} AND merged_into_id IS NULL"


def _at_end(field: str, customer_id: str, current: str) -> str:
    """The grade or status that a customer had at `:end`: the present one, unless it changed since."""
    history = f"FROM v_{field}_change h WHERE h.customer_id = {customer_id} AND h.at >= :end ORDER BY h.id LIMIT 1"
    return f"""CASE WHEN {customer_id} IN (SELECT customer_id FROM v_{field}_change WHERE at >= :end)
        THEN (SELECT h.from_{field} {history}) ELSE {current} END"""


GRADE: Final = _at_end("grade", "c.id", "c.grade")
STATUS: Final = _at_end("status", "c.id", "c.status")

# The stored date of the last contact holds unless it may have come since: then the latest that was known.
_LAST_CONTACT: Final = """CASE WHEN c.last_contact_on >= :doubtful_from
        OR c.id IN (SELECT customer_id FROM v_followup WHERE recorded_at >= :end AND at < :end)
    THEN coalesce((SELECT f.at FROM v_followup f
                   WHERE f.customer_id = c.id AND f.at < :end AND f.recorded_at < :end AND f.at >= c.first_contact_at
                   ORDER BY f.at DESC LIMIT 1), c.first_contact_at)
    ELSE c.last_contact_on END"""

_FORWARD: Final = """(from_status = 'prospect' AND to_status IN ('interested', 'hot', 'won')
    OR from_status = 'interested' AND to_status IN ('hot', 'won') OR from_status = 'hot' AND to_status = 'won')"""
_OF_QUOTE: Final = "v_quote q JOIN v_state_change s ON s.subject_id = q.id AND s.subject_kind = 'quote'"
_OF_ORDER: Final = "v_order o JOIN v_state_change s ON s.subject_id = o.id AND s.subject_kind = 'order'"

# Every event that is progress: which customer's, when it happened (an instant or a business date), when it was known.
PROGRESS: Final = (
    "SELECT customer_id, at AS happened, recorded_at AS known FROM v_followup WHERE progress",
    f"SELECT customer_id, at AS happened, at AS known FROM v_status_change WHERE {_FORWARD}",
    "SELECT customer_id, at AS happened, at AS known FROM v_grade_change WHERE to_grade < from_grade AND run_id IS NULL",
    f"SELECT customer_id, s.at AS happened, s.at AS known FROM {_OF_QUOTE} WHERE s.to_state = 'sent'",
    f"SELECT customer_id, accepted_on AS happened, s.at AS known FROM {_OF_QUOTE} WHERE s.to_state = 'accepted'",
    f"SELECT customer_id, s.at AS happened, s.at AS known FROM {_OF_ORDER} WHERE s.to_state = 'approved'",
)

NEW_CUSTOMERS: Final = f"""SELECT c.code AS customer_code, c.name AS customer_name, c.source, {GRADE} AS grade, c.owner,
    c.first_contact_at, c.recorded_at, c.entry_late
    FROM v_customer_facts c WHERE c.recorded_at >= :start AND c.recorded_at < :end AND {COUNTED} AND {{owner_id}}"""

CUSTOMERS: Final = f"""SELECT {STATUS} AS status, c.id, c.code AS customer_code, c.name AS customer_name, {GRADE} AS grade,
    c.owner FROM v_customer_facts c WHERE c.recorded_at < :end AND {COUNTED} AND {{owner_id}}"""

STATUS_CHANGES: Final = """SELECT id, at, customer_id, customer_code, customer_name, owner_id, from_status, to_status, reason,
    loss_reason, competitor, "by" AS person, rule
    FROM v_status_change WHERE at >= :start AND at < :end AND from_status IS NOT NULL AND {owner_id}"""

# Who became won (or lost) and still was at the end: one record for each customer.
ENDED: Final = f"""SELECT h.at, h.customer_id, h.customer_code, h.customer_name, c.owner, {GRADE} AS grade, c.source,
    c.first_contact_at, h.loss_reason, h.competitor, h.reason
    FROM ({STATUS_CHANGES}) h JOIN v_customer_facts c ON c.id = h.customer_id
    WHERE h.to_status = :ended AND NOT EXISTS (SELECT 1 FROM v_status_change n
        WHERE n.customer_id = h.customer_id AND n.id > h.id AND n.at < :end)"""
HISTORY: Final = f"""SELECT id, customer_id, at, from_status, to_status FROM v_status_change
    WHERE at < :end AND from_status IS NOT NULL AND customer_id IN (SELECT customer_id FROM ({ENDED}) ended)"""

_DAY_ENDS: Final = "CASE p.due_on " + " ".join(f"WHEN :day_{day} THEN :ends_{day}" for day in range(7)) + " END"
_CLOSED: Final = "p.closed_at < :end"
PLANNED: Final = f"""SELECT 'planned' AS figure, p.due_on, coalesce((SELECT f.at FROM v_followup f WHERE f.id = p.followup_id
        AND {_CLOSED}), CASE WHEN {_CLOSED} THEN p.closed_at END) AS at,
    p.customer_code, p.customer_name, p.owner AS person, p.method, p.focus AS text,
    CASE WHEN {_CLOSED} THEN
            CASE WHEN coalesce((SELECT f.at FROM v_followup f WHERE f.id = p.followup_id), p.closed_at) < {_DAY_ENDS}
                THEN 'on_time' ELSE 'late' END
        WHEN p.due_on <= :over THEN 'missed' ELSE 'open' END AS outcome
    FROM v_plan_item p
    WHERE p.due_on >= :first AND p.due_on <= :last AND p.created_at < :end AND (p.closed_at IS NULL OR p.closed_at >= :start)
        AND NOT (p.state = 'cancelled' AND {_CLOSED}) AND {VISIBLE} AND {{owner_id}}"""
LOGGED: Final = """SELECT 'logged' AS figure, NULL AS due_on, at, customer_code, customer_name, "by" AS person, method,
    content AS text, CASE WHEN late THEN 'late' ELSE 'in_time' END AS outcome, recorded_at,
    CASE WHEN at < :start THEN 1 ELSE 0 END AS earlier
    FROM v_followup WHERE recorded_at >= :start AND recorded_at < :end AND {by_id}"""

KEY_CUSTOMERS: Final = f"""SELECT id, code, grade, last_contact FROM (
    SELECT c.id, c.code, {GRADE} AS grade, {STATUS} AS status, {_LAST_CONTACT} AS last_contact
    FROM v_customer_facts c WHERE c.recorded_at < :end AND {COUNTED} AND {{owner_id}}
    ) k WHERE grade IN ('A', 'B') AND status IN ('prospect', 'interested', 'hot', 'won')"""
KEY_FACTS: Final = f"""SELECT c.id, c.code AS customer_code, c.name AS customer_name, {GRADE} AS grade, {STATUS} AS status, c.owner,
    (SELECT f.id FROM v_followup f WHERE f.customer_id = c.id AND f.at < :end AND f.recorded_at < :end
        ORDER BY f.at DESC, f.id DESC LIMIT 1) AS followup_id,
    (SELECT min(p.due_on) FROM v_plan_item p WHERE p.customer_id = c.id AND p.created_at < :end
        AND (p.closed_at IS NULL OR p.closed_at >= :end)) AS next_follow_up_on
    FROM v_customer_facts c WHERE c.recorded_at < :end"""
KEY_FOLLOWUPS: Final = (
    "SELECT id, at, method, content, open_points, risk, next FROM v_followup WHERE recorded_at < :end"
)

# The stored date of the last progress holds unless it may have come since: `DOUBTFUL` are they, `STALE` the others.
_SINCE: Final = "(last_progress_on <= :{0}_on OR last_progress_on IS NULL AND first_contact_at < :{0}_before)"
OPEN_CUSTOMERS: Final = f"""SELECT id, code, grade, last_progress_on, first_contact_at FROM (
    SELECT c.id, c.code, {GRADE} AS grade, {STATUS} AS status, c.last_progress_on, c.first_contact_at
    FROM v_customer_facts c WHERE c.recorded_at < :end AND {COUNTED} AND {{owner_id}}
    ) k WHERE status IN ('prospect', 'interested', 'hot')"""
_DOUBTFUL: Final = """(last_progress_on >= :doubtful_from
    OR id IN (SELECT customer_id FROM v_followup WHERE recorded_at >= :end AND at < :end AND progress)
    OR id IN (SELECT q.customer_id FROM v_quote q JOIN v_state_change s ON s.subject_id = q.id AND s.subject_kind = 'quote'
        WHERE s.at >= :end AND s.to_state = 'accepted' AND q.accepted_on < :doubtful_from))"""
DOUBTFUL: Final = f"{OPEN_CUSTOMERS} AND {_DOUBTFUL}"
PROGRESS_OF_DOUBTFUL: Final = f"""SELECT customer_id, max(happened) AS happened FROM ({{progress}}) moved
    WHERE known < :end AND customer_id IN (SELECT id FROM ({DOUBTFUL}) doubtful) GROUP BY customer_id"""
STALE: Final = f"""{OPEN_CUSTOMERS} AND NOT coalesce({_DOUBTFUL}, 1 = 0)
    AND ({_SINCE.format("stalls")} OR grade = :falling_grade AND {_SINCE.format("falls")})"""
DOWNGRADED: Final = """SELECT 'downgraded' AS figure, at, customer_code, customer_name, from_grade, to_grade,
    NULL AS from_status, NULL AS to_status, rule, reason
    FROM v_grade_change WHERE at >= :start AND at < :end AND to_grade > from_grade AND {owner_id}
    UNION ALL SELECT 'downgraded', at, customer_code, customer_name, NULL, NULL, from_status, to_status, rule, reason
    FROM v_status_change WHERE at >= :start AND at < :end AND rule IN ('stale-downgrade', 'lost-proposal')
        AND to_status IN ('lost', 'invalid') AND {owner_id}"""

QUOTES_MADE: Final = """SELECT 'made' AS figure, q.number, q.version, q.customer_code, q.customer_name, q.owner, q.total,
    q.created_at AS at FROM v_quote q
    WHERE q.created_at >= :start AND q.created_at < :end AND {owner_id} AND NOT EXISTS (SELECT 1 FROM v_quote n
        WHERE n.number = q.number AND n.version > q.version AND n.created_at < :end)"""
QUOTES_ACCEPTED: Final = """SELECT 'accepted' AS figure, q.number, q.version, q.customer_code, q.customer_name, q.owner,
    q.total, s.at FROM v_state_change s JOIN v_quote q ON q.id = s.subject_id
    WHERE s.at >= :start AND s.at < :end AND s.subject_kind = 'quote' AND s.to_state = 'accepted' AND {owner_id}"""
WAITING: Final = """SELECT 'waiting' AS figure, a.number, a.subject_kind, a.subject_id, a.subject_ref, a.customer_code,
    a.customer_name, a.amount, a.submitted_by, a.submitted_at, 'pending' AS state, s.role AS waiting_for_role,
    s.waiting_since, s.due_at, NULL AS closed_at, 0 AS self_approved, NULL AS decided_for
    FROM v_approval a JOIN v_approval_step s ON s.approval_id = a.id
    WHERE a.submitted_at < :end AND (a.closed_at IS NULL OR a.closed_at >= :end)
        AND s.waiting_since < :end AND (s.decided_at IS NULL OR s.decided_at >= :end) AND {submitted_by_id}"""
DECIDED: Final = """SELECT 'decided' AS figure, number, subject_kind, subject_id, subject_ref, customer_code, customer_name,
    amount, submitted_by, submitted_at, state, NULL AS waiting_for_role, NULL AS waiting_since, NULL AS due_at, closed_at,
    EXISTS (SELECT 1 FROM v_approval_step s WHERE s.approval_id = v_approval.id AND s.self_approved) AS self_approved,
    (SELECT group_concat(s.decided_for, ', ') FROM v_approval_step s WHERE s.approval_id = v_approval.id) AS decided_for
    FROM v_approval WHERE closed_at >= :start AND closed_at < :end AND state IN ('approved', 'rejected') AND {submitted_by_id}"""
QUOTES_WAITING: Final = f"""SELECT 'waiting' AS figure, q.number, q.version, q.customer_code, q.customer_name, q.owner,
    q.total, w.submitted_at AS at FROM ({WAITING}) w JOIN v_quote q ON q.id = w.subject_id WHERE w.subject_kind = 'quote'"""

_ORDER: Final = "o.number, o.customer_code, o.customer_name, o.owner, o.total"
ORDERS_CREATED: Final = f"""SELECT 'created' AS figure, {_ORDER}, o.created_at AS at FROM v_order o
    WHERE o.created_at >= :start AND o.created_at < :end AND {{owner_id}}"""
# An order that was returned and submitted again in the same week counts once.
_ORDERS_MOVED: Final = f"""{_ORDER}, s.at FROM (SELECT subject_id, max(at) AS at FROM v_state_change
        WHERE at >= :start AND at < :end AND subject_kind = 'order' AND to_state = '%s' GROUP BY subject_id) s
    JOIN v_order o ON o.id = s.subject_id WHERE {{owner_id}}"""
ORDERS_SUBMITTED: Final = f"SELECT 'submitted' AS figure, {_ORDERS_MOVED % 'submitted'}"
ORDERS_APPROVED: Final = f"SELECT 'approved' AS figure, {_ORDERS_MOVED % 'approved'}"

_NEXT: Final = f"""p.due_on, p.customer_code, p.customer_name, p.owner, p.method, p.focus,
    {_at_end("grade", "p.customer_id", "p.grade")} AS grade
    FROM v_plan_item p WHERE p.due_on >= %s AND p.due_on <= %s AND p.created_at < :end
        AND (p.closed_at IS NULL OR p.closed_at >= :end) AND {VISIBLE} AND {{owner_id}}"""
NEXT_PLANNED: Final = f"SELECT 'planned' AS figure, {_NEXT % (':next_first', ':next_last')}"
NEXT_OVERDUE: Final = f"SELECT 'overdue' AS figure, {_NEXT % (':ever', ':over')}"
