"""Phone numbers as people and spreadsheets write them, to E.164 and to the masked form that lists show."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from salesflow.errors import InvalidValue
from salesflow.i18n import Message, msg
from salesflow.text import fold

_MOBILE: Final = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_SEPARATORS: Final = re.compile(r"(?<=\d)\s*\(0\)|[\s\-‐‑‒–—−.·()]")
_DIGITS: Final = re.compile(r"\+?\d{5,20}")
_EXTENSION: Final = re.compile(r"\s*(?:[,;]|转|分机号?|ext(?:n|ension)?\.?|x|#)[\s:.]*(\d{1,7})")
_LANDLINE_EXTENSION: Final = re.compile(r"((?:\+?86[ -]?)?\(?0?[1-9]\d{1,2}\)?[ -]?\d{7,8})-(\d{1,6})")
_WHOLE_NUMBER: Final = re.compile(r"(\d{5,})\.0+")
_SCIENTIFIC: Final = re.compile(r"(\d)(?:\.(\d+))?e\+?(\d{1,2})")
_SHOWN: Final = 4
_FORMS: Final = msg("write 13812345678, 0571-88886666, 0571-88886666转801 or +1 650 253 0000")


def parse_phone(text: str) -> str:
    """E.164 of a phone number, China where no country is named; with an extension ";ext=801" follows (RFC 3966).

    A number that a spreadsheet turned into 13812345678.0 or 1.3812345678E10 is read as it was meant. InvalidValue for
    what is no phone number, and for one that lost digits (1.38E+10).
    """
    plain = _MOBILE.fullmatch(text)
    if plain:  # nearly every one of a long list
        return f"+86{plain[1]}"
    typed = _as_typed(fold(text), text)
    number, extension = _split(typed)
    digits = _SEPARATORS.sub("", number)
    mobile = _MOBILE.fullmatch(digits)
    found = f"+86{mobile[1]}" if mobile else _by_library(digits, text)
    return f"{found};ext={extension}" if extension else found


def dialled(e164: str) -> str:
    """The number as one dials and writes it, so that a spreadsheet leaves it as it is: 0571-88886666转801, +16502530000."""
    number, _, extension = e164.partition(";ext=")
    shown = _national(number)
    if shown.startswith("0"):
        area = 3 if shown.startswith(("010", "02")) else 4
        shown = f"{shown[:area]}-{shown[area:]}"
    return f"{shown}转{extension}" if extension else shown


def mask_phone(e164: str) -> str:
    """The form that lists show: 138****6789, 0571****6666-801, +1650****0000. Four digits before the last four are hidden."""
    number, _, extension = e164.partition(";ext=")
    shown = _national(number)
    masked = f"{shown[: -2 * _SHOWN]}****{shown[-_SHOWN:]}"
    return f"{masked}-{extension}" if extension else masked


def _as_typed(folded: str, text: str) -> str:
    """The digits behind a spreadsheet's way to write a long number."""
    whole = _WHOLE_NUMBER.fullmatch(folded)
    if whole:
        return whole[1]
    scientific = _SCIENTIFIC.fullmatch(folded)
    if scientific is None:
        return folded
    if len(scientific[2] or "") < int(scientific[3]):
        raise _invalid(
            msg('the phone number "{value}" has lost digits', value=text),
            msg("format the column as text in the spreadsheet and enter the number again"),
            text,
        )
    return str(int(Decimal(folded)))


def _split(typed: str) -> tuple[str, str | None]:
    """The number and its extension."""
    match = _LANDLINE_EXTENSION.fullmatch(typed) or re.fullmatch(rf"(.*\d.*?){_EXTENSION.pattern}", typed)
    return (match[1], match[2]) if match else (typed, None)


def _by_library(digits: str, text: str) -> str:
    if not _DIGITS.fullmatch(digits):
        raise _invalid(msg('"{value}" is not a phone number', value=text), _FORMS, text)
    from phonenumbers import (
        NumberParseException,
        PhoneNumberFormat,
        format_number,
        is_possible_number,
        is_valid_number,
        parse,
    )

    try:
        found = parse(digits, "CN")
    except NumberParseException as error:
        raise _invalid(msg('"{value}" is not a phone number', value=text), _FORMS, text) from error
    # the library's list of foreign ranges may be older than a number; what has the right length abroad is believed
    if not (is_valid_number(found) or (found.country_code != 86 and is_possible_number(found))):
        raise _invalid(msg('"{value}" is not a phone number', value=text), _FORMS, text)
    return str(format_number(found, PhoneNumberFormat.E164))


def _national(e164: str) -> str:
    """A Chinese number as one dials it in China; another one as it is."""
    if not e164.startswith("+86"):
        return e164
    rest = e164.removeprefix("+86")
    return rest if _MOBILE.fullmatch(rest) or rest.startswith(("400", "800")) else f"0{rest}"


def _invalid(message: Message, hint: Message, value: str) -> InvalidValue:
    return InvalidValue(message, hint, details={"value": value})
