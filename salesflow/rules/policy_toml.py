"""The policy as a TOML file: one table per rule, `extends` naming the preset from which it differs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NoReturn

from salesflow.errors import InvalidValue
from salesflow.i18n import Message, msg, render
from salesflow.rules.policy import PRESETS, Policy, table_name
from salesflow.rules.policy_keys import KEYS, Key, contradictions
from salesflow.rules.policy_kinds import WrongValue
from salesflow.text import nearest

if TYPE_CHECKING:
    import tomllib

_EXTENDS: Final = "extends"
_TABLES: Final = {table_name(attribute): attribute for attribute in KEYS}


def load_preset(name: str) -> Policy:
    """One of `PRESETS`, resolved; InvalidValue with the nearest name for any other."""
    if name not in PRESETS:
        raise InvalidValue(msg('there is no preset "{value}"', value=name), _suggestion(name, PRESETS))
    return parse_policy(preset_text(name))


def preset_text(name: str) -> str:
    """A preset's file as it is written."""
    with open(os.path.join(os.path.dirname(__file__), "presets", f"{name}.toml"), encoding="utf-8") as file:
        return file.read()


def parse_policy(toml_text: str, resolve_preset: Callable[[str], Policy] = load_preset) -> Policy:
    """The policy of a file: what it states, over the preset that it extends, or over the defaults where it extends none.

    InvalidValue names the line and what is wrong: TOML's own errors, an unknown preset, table or key (with the nearest valid
    one), a value of another type or out of bounds, values that exclude one another. `details` has line, table and key.
    """
    document = _document(toml_text)
    where = _Where(toml_text)
    base = Policy()
    if _EXTENDS in document:
        name = document.pop(_EXTENDS)
        if name not in PRESETS:
            problem = msg('there is no preset "{value}"', value=str(name))
            where.refuse(problem, _suggestion(str(name), PRESETS), table=_EXTENDS)
        base = resolve_preset(name)
    sections = {}
    for table, stated in document.items():
        if table not in _TABLES:
            problem = msg('there is no table or rule "{value}" with parameters', value=table)
            where.refuse(problem, _suggestion(table, (*_TABLES, _EXTENDS)), table=table)
        attribute = _TABLES[table]
        if not isinstance(stated, dict):
            where.refuse(msg("{table} is a table: write [{table}]", table=table), None, table=table)
        values = {name: _value(where, table, name, raw) for name, raw in stated.items()}
        sections[attribute] = getattr(base, attribute)._replace(**values)
    policy = base._replace(**sections)
    for found in contradictions(policy):
        table = table_name(found.table)
        key = next((name for name in found.keys if name in document.get(table, {})), None)
        where.refuse(msg("[{table}] {problem}", table=table, problem=found.text), None, table=table, key=key)
    return policy


def to_toml(policy: Policy, extends: str | None = None) -> str:
    """The policy as a file that `parse_policy` reads back: all keys, each with what it means, or only the differences."""
    base = None if extends is None else load_preset(extends)
    lines = [] if extends is None else [f'{_EXTENDS} = "{extends}"', ""]
    for attribute, keys in KEYS.items():
        section = getattr(policy, attribute)
        inherited = None if base is None else getattr(base, attribute)
        if section == inherited:
            continue
        lines.append(f"[{table_name(attribute)}]")
        for name, key in keys.items():
            if inherited is None:
                lines.append(f"# {_comment(key)}")
            if inherited is None or getattr(inherited, name) != getattr(section, name):
                lines.append(f"{name} = {key.kind.write(getattr(section, name))}")
        lines.append("")
    return "\n".join(lines)


def _comment(key: Key) -> str:
    unit = key.kind.unit
    return render(key.doc) if unit is None else f"{render(key.doc)} ({render(unit)})"


def _value(where: _Where, table: str, name: str, raw: object) -> object:
    keys = KEYS[_TABLES[table]]
    if name not in keys:
        problem = msg('[{table}] has no key "{value}"', table=table, value=name)
        where.refuse(problem, _suggestion(name, keys), table=table, key=name)
    try:
        return keys[name].kind.read(raw)
    except WrongValue as error:
        problem = msg("[{table}] {key}: {problem}", table=table, key=name, problem=error.problem)
        where.refuse(problem, keys[name].doc, table=table, key=name)


def _document(toml_text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(toml_text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(error, toml_text) from error
    except (ValueError, RecursionError, ArithmeticError) as error:  # beyond what Python reads
        text = msg("this is not a policy: a number is too long or brackets are too deep")
        raise InvalidValue(text, msg("see: salesflow policy show --toml")) from error


def _syntax_error(error: tomllib.TOMLDecodeError, toml_text: str) -> InvalidValue:
    at = re.search(r"at line (\d+)", str(error))
    line = int(at[1]) if at else toml_text.count("\n") + 1
    detail = re.sub(r" \(at .*\)$", "", str(error))
    text = msg("line {line}: this is not TOML: {detail}", line=line, detail=detail)
    return InvalidValue(text, details={"line": line})


def _suggestion(word: str, choices: Iterable[str]) -> Message:
    known = list(choices)
    meant = nearest(word, known)
    return msg("known are: {names}", names=known) if meant is None else msg("did you mean {name}?", name=meant)


class _Where:
    """Finds lines again that the TOML reader has forgotten."""

    def __init__(self, toml_text: str) -> None:
        self.lines = toml_text.splitlines()

    def refuse(self, problem: Message, hint: Message | None, *, table: str, key: str | None = None) -> NoReturn:
        line = self.line(table, key)
        details: Mapping[str, object] = {"line": line, "table": table, "key": key}
        raise InvalidValue(msg("line {line}: {problem}", line=line, problem=problem), hint, details=details)

    def line(self, table: str, key: str | None) -> int:
        """The number of the line with the key in its table, else of the table's header, else 1."""
        current, header = "", 1
        for number, text in enumerate(self.lines, 1):
            opened = re.match(r"""\s*\[+\s*["']?([^"'\]\s]+)""", text)
            stated = re.match(r"""\s*["']?([\w-]+)["']?\s*[.=]""", text)
            if opened:
                current = opened[1]
                if current == f"{table}.{key}":
                    return number
            name = stated[1] if stated else ""
            if not current and name == table:  # `table.key = …` or `table = { key = … }` above all headers
                header = number
                if key is not None and re.search(rf"\b{re.escape(key)}\b", text):
                    return number
            elif current == table and opened:
                header = number
            elif current == table and name == key:
                return number
        return header
