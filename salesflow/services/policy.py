"""Applying a policy: a new version of it, decided by a manager or director, with a reason."""

from __future__ import annotations

from salesflow.db.transaction import Transaction
from salesflow.enums import Role
from salesflow.errors import Refused
from salesflow.i18n import msg
from salesflow.models.system import PolicyVersion
from salesflow.rules.policy import Policy
from salesflow.rules.policy_keys import changes
from salesflow.text import clean


def apply(work: Transaction, name: str, document: str, policy: Policy, reason: str) -> PolicyVersion | None:
    """Put a policy in force; gives the new version, None where it is in force already.

    `name`: of the preset or file; `document`: as it is written there. Raises NotPermitted unless the actor is a manager
    or director, Refused without a reason.
    """
    work.actor.require(Role.MANAGER, Role.DIRECTOR)
    before = work.context.policy
    reason = clean(reason, limit=before.limits.line, what=msg("the reason"), multiline=False)
    if not reason:
        raise Refused(msg("a change of policy needs a reason"), msg("say why: --reason TEXT"), code="reason")
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
    moved = changes(before, policy)
    work.audit(
        "policy.apply",
        "policy",
        str(version.id),
        before={f"{was.table}.{was.key}": was.value for was, _ in moved},
        after={"name": name, "reason": reason, **{f"{now.table}.{now.key}": now.value for _, now in moved}},
    )
    return version
