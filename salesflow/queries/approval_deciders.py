"""Who can decide an approval now: holders of the role that it waits for and their deputies, but nobody on their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesflow.columns import Column
from salesflow.context import Context
from salesflow.enums import Role
from salesflow.i18n import Message, label, msg
from salesflow.queries import delegations
from salesflow.rules.approvals import separation_of_duties

COLUMNS: Final = (Column("login", "Login"), Column("decided_for", "For"))


def deciders(context: Context, approval: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of COLUMNS. approval: as `queries.approvals.show` gives one that waits."""
    role = approval["waiting_for_role"]
    sql = "SELECT hand.login FROM v_approval_hand hand JOIN v_approval ON v_approval.id = hand.approval_id WHERE number = :number"
    hands = {row["login"] for row in context.reader.rows(sql, {"number": approval["number"]})}
    holders = _holders(context, role)
    asked: list[tuple[str, str | None]] = [(login, None) for login in holders]
    asked += [pair for pair in delegations.deputies(context, role) if pair[0] not in holders]
    return [
        {"login": login, "decided_for": absent}
        for login, absent in asked
        if not separation_of_duties(
            context.policy,
            approver=login,
            submitter=approval["submitted_by"],
            hands=hands,
            role=Role(role),
            active_holders=holders,
            delegator=absent,
            again=_again(approval["steps"], login, absent),
        ).refused
    ]


def stuck(context: Context, role: str) -> Message:
    """What to do about an approval that nobody can decide."""
    parts = {"role": label("role", role), "code": role}
    if _holders(context, role):
        return msg("nobody holds the role {role} but who has a hand in it: give it to a second person", **parts)
    return msg(
        "nobody holds the role {role}: add somebody who does: salesflow staff add LOGIN --name NAME --role {code}",
        **parts,
    )


def _again(steps: Sequence[Mapping[str, Any]], login: str, absent: str | None) -> bool:
    """Whether they decided another step of the round, and one of the two in somebody's place."""
    return any(step["decided_by"] == login and (absent or step["decided_for"]) for step in steps)


def _holders(context: Context, role: str) -> list[str]:
    rows = context.reader.rows(
        "SELECT login FROM v_staff_role WHERE role = :role AND active ORDER BY login", {"role": role}
    )
    return [row["login"] for row in rows]
