"""The read views of what quotes rest on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func, select

from salesflow.models.need import NeedList
from salesflow.models.view_parts import table_of

need_list = table_of(NeedList)


def need_standing_view() -> Select[Any]:
    """Of each customer with a list of needs its newest version, and the newest one that the customer confirmed, and when."""
    version = need_list.c.version
    confirmed = case((need_list.c.confirmed_on.is_not(None), version))
    return select(
        need_list.c.customer_id,
        func.max(version).label("latest"),
        func.max(confirmed).label("confirmed"),
        func.max(need_list.c.confirmed_on).label("confirmed_on"),
    ).group_by(need_list.c.customer_id)
