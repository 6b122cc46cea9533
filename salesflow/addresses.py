"""E-mail addresses: as they are kept, and as mail servers understand them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from salesflow.errors import InvalidValue
from salesflow.i18n import msg

_WORD: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LETTER: Final = r"[^\s@<>,;:\"()\[\]\\.]"
_EMAIL: Final = re.compile(rf"{_WORD}(?:\.{_WORD})*@(?:{_LETTER}+\.)+{_LETTER}{{2,}}")


def checked_email(typed: str) -> str:
    """An e-mail address as it is kept; its domain may be in any script. Raises InvalidValue for what no mail can reach."""
    address = unicodedata.normalize("NFKC", typed).removeprefix("mailto:")
    try:
        if _EMAIL.fullmatch(address) and wire(address):
            return address
    except ValueError:
        pass
    raise InvalidValue(
        msg('"{value}" is not an e-mail address', value=typed),
        msg("write it like wang@example.com"),
        details={"value": typed},
    )


def wire(address: str) -> str:
    """The address as servers understand it: ASCII, a domain in another script as xn--. ValueError for what has no such form."""
    local, _, domain = address.rpartition("@")
    return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
