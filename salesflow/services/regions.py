"""Region codes: what staff and customers belong to, and what a customer's code begins with."""

from __future__ import annotations

import re
from typing import Final

from salesflow.errors import InvalidValue
from salesflow.i18n import msg

REGION: Final = r"[A-Z]{2,6}"


def checked_region(region: str) -> str:
    """A region code: 2 to 6 letters A-Z, such as HZ. Raises InvalidValue."""
    code = region.strip().upper()
    if not re.fullmatch(REGION, code):
        raise InvalidValue(
            msg("{region} cannot be a region code", region=region), msg("use 2 to 6 letters A-Z, such as: HZ")
        )
    return code
