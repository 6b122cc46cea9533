"""Applying a policy: a new version of it, decided by a manager or director, with a reason."""

from __future__ import annotations

from salesflow.db.transaction import Transaction
from salesflow.enums import Role
from salesflow.errors import Refused
from salesflow.i18n import msg
from salesflow.models.system import PolicyVersion
from salesflow.rules.policy import Policy
from salesflow.text import clean


def apply(work: Transaction, name: str, document: str, policy: Policy, reason: str) -> PolicyVersion | None:
    """Put a policy in force; gives the new version, None where it is in force already.

    Raises NotPermitted unless the actor is a manager or director, Refused without a reason.
    """
    work.actor.require(Role.MANAGER, Role.DIRECTOR)
    reason = clean(reason, limit=work.context.policy.limits.line, what=msg("reason"), multiline=False)
    if not reason:
        raise Refused(msg("a change of policy needs a reason"), msg("say why: --reason TEXT"), code="reason")
    before = work.context.policy
    if policy == before:
        return None
    version = work.add(
        PolicyVersion(
            name=name,
            document=document,
            resolved=policy.to_json(),
            reason=reason,
            applied_by=work.actor.id,
            applied_at=work.now,
        )
    )
    was = {f"{entry.table}.{entry.key}": entry.value for entry in before.describe()}
    now = {f"{entry.table}.{entry.key}": entry.value for entry in policy.describe()}
    moved = [key for key in now if now[key] != was.get(key)]
    work.audit(
        "policy.apply",
        "policy",
        str(version.id),
        before={key: was.get(key) for key in moved},
        after={"name": name, "reason": reason, **{key: now[key] for key in moved}},
    )
    return version
