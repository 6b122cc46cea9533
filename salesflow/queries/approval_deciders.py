"""Who can decide an approval now: holders of the role that it waits for and their deputies, but nobody on their own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from salesflow.columns import Column
from salesflow.context import Context
from salesflow.enums import Role
from salesflow.i18n import Message, label, msg
from salesflow.queries import delegations
from salesflow.rules.approvals import separation_of_duties

COLUMNS: Final = (Column("login", "Login"), Column("decided_for", "For"))


def deciders(context: Context, role: str, submitters: Collection[str]) -> list[dict[str, Any]]:
    """Rows of COLUMNS. submitters: whoever submitted the subject in any of its rounds."""
    holders = _holders(context, role)
    asked: list[tuple[str, str | None]] = [(login, None) for login in holders]
    asked += [pair for pair in delegations.deputies(context, role) if pair[0] not in holders]
    return [
        {"login": login, "decided_for": absent}
        for login, absent in asked
        if not _refused(context, role, holders, submitters, login, absent)
    ]


def stuck(context: Context, role: str) -> Message:
    """What to do about an approval that nobody can decide."""
    parts = {"role": label("role", role), "code": role}
    if _holders(context, role):
        return msg("nobody but who submitted it holds the role {role}: give it to a second person", **parts)
    return msg(
        "nobody holds the role {role}: add somebody who does: salesflow staff add LOGIN --name NAME --role {code}",
        **parts,
    )


def _refused(
    context: Context, role: str, holders: list[str], submitters: Collection[str], login: str, absent: str | None
) -> bool:
    """Whether rule separation-of-duties keeps them from deciding."""
    own = next((one for one in (login, absent) if one in submitters), None)
    return own is not None and (
        separation_of_duties(
            context.policy,
            approver=login,
            submitter=own,
            role=Role(role),
            active_holders=holders,
            delegator=absent,
        ).refused
    )


def _holders(context: Context, role: str) -> list[str]:
    rows = context.reader.rows(
        "SELECT login FROM v_staff_role WHERE role = :role AND active ORDER BY login", {"role": role}
    )
    return [row["login"] for row in rows]
