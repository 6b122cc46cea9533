"""The read view of delegations: who decides in whose place, and when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from salesflow.models.approval import Delegation
from salesflow.models.view_parts import all_of, staff, table_of

delegation = table_of(Delegation)
delegator, deputy = staff.alias("delegator"), staff.alias("deputy")


def delegation_view() -> Select[Any]:
    """Every delegation, with both logins and whether both work here still."""
    return select(
        *all_of(delegation),
        delegator.c.login.label("delegator"),
        deputy.c.login.label("deputy"),
        (delegator.c.active & deputy.c.active).label("both_active"),
    ).select_from(
        delegation.join(delegator, delegator.c.id == delegation.c.from_id).join(
            deputy, deputy.c.id == delegation.c.to_id
        )
    )
