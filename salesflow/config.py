"""The configuration file and where things live. TOML, at the platform's configuration folder; unknown keys are errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

from salesflow.errors import FileProblem, InvalidValue, UsageError
from salesflow.i18n import Message, msg
from salesflow.struct import Struct

APPLICATION = "salesflow"
platform: str = sys.platform


class Key(Struct):
    """One key of the configuration: its type ("text", "list", "number") and what it is for."""

    name: str
    doc: Message
    type: str = "text"
    choices: tuple[str, ...] = ()


KEYS = (
    Key("db", msg("path of the database file")),
    Key("user", msg("your staff login, where it is not the operating system's")),
    Key("lang", msg("language of the interface: zh or en"), choices=("zh", "en")),
    Key("region", msg("region code of new customers, where neither the command nor the owner gives one")),
    Key("timezone", msg("time zone of business dates (default Asia/Shanghai)")),
    Key("industries.extra", msg("industries of your own, beside the built-in list"), type="list"),
    Key("mail.host", msg("the server that mails are sent through")),
    Key("mail.port", msg("its port (587 with starttls, 465 with tls, else 25)"), type="number"),
    Key(
        "mail.security",
        msg("how the connection is kept secret: starttls (unless set), tls, or none"),
        choices=("starttls", "tls", "none"),
    ),
    Key("mail.user", msg("the login at the mail server, where it wants one")),
    Key(
        "mail.password_command",
        msg("a command that prints the password, such as: pass show mail (or set SALESFLOW_MAIL_PASSWORD)"),
    ),
    Key("mail.from", msg("the address that mails come from")),
    Key("mail.from_name", msg("the name beside that address")),
    *(
        Key(f"company.{name}", doc)
        for name, doc in (
            ("name", msg("your company as papers for customers name it (unless set, as named with init)")),
            ("name_en", msg("the same for papers in English")),
            ("address", msg("its address")),
            ("address_en", msg("the same for papers in English")),
            ("phone", msg("its telephone number")),
            ("email", msg("its e-mail address")),
            ("website", msg("its website")),
            ("tax_no", msg("its taxpayer number")),
            ("bank", msg("the bank that customers pay to")),
            ("bank_en", msg("the same for papers in English")),
            ("account", msg("the number of the account there")),
            ("docx_template", msg("a .docx file with your letterhead, or with fields such as {{ reference }}")),
            ("fonts", msg("a folder with fonts of your own for PDF files")),
        )
    ),
)


class Settings(Struct):
    """The configuration as read: values by dotted key; absent keys are absent."""

    path: str
    values: Mapping[str, Any] = {}

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return None if value is None else str(value)

    def number(self, name: str) -> int | None:
        value = self.values.get(name)
        return None if value is None else int(value)

    def items(self, name: str) -> list[str]:
        return list(self.values.get(name, []))


def _user_folder(variable: str, fallback: str, kind: str) -> str:
    """The platform's folder; on Linux without importing platformdirs, which costs more than a bare interpreter."""
    if platform.startswith("linux"):
        base = os.environ.get(variable, "")
        return os.path.join(base if os.path.isabs(base) else os.path.expanduser(fallback), APPLICATION)
    import platformdirs

    folder = platformdirs.user_config_dir if kind == "config" else platformdirs.user_data_dir
    return str(folder(APPLICATION, appauthor=False, roaming=True))


def config_path(environ: Mapping[str, str]) -> str:
    return environ.get("SALESFLOW_CONFIG") or os.path.join(
        _user_folder("XDG_CONFIG_HOME", "~/.config", "config"), "config.toml"
    )


def default_database() -> str:
    return os.path.join(_user_folder("XDG_DATA_HOME", "~/.local/share", "data"), "salesflow.db")


def load(path: str) -> Settings:
    """Read the file; none is an empty configuration. Raises InvalidValue for a key or value that is not one."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return Settings(path)
    except OSError as error:
        raise FileProblem(
            msg("the configuration {path} cannot be read: {reason}", path=path, reason=error.strerror or str(error)),
            msg("check the file's permissions"),
        ) from error
    import tomllib

    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValue(
            msg("the configuration {path} is not TOML: {reason}", path=path, reason=str(error)),
            msg("correct it with an editor"),
        ) from error
    values = dict(_flat(document))
    for name, value in values.items():
        _check(key(name), value)
    return Settings(path, values)


def _flat(document: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in document.items():
        found += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(prefix + name, value)]
    return found


def key(name: str) -> Key:
    """The key of that name. Raises UsageError naming the nearest one."""
    for known in KEYS:
        if known.name == name:
            return known
    from salesflow.text import nearest

    close = nearest(name, [known.name for known in KEYS])
    hint = msg("did you mean {name}? The keys are: {keys}", name=close, keys=[known.name for known in KEYS])
    if close is None:
        hint = msg("the keys are: {keys}", keys=[known.name for known in KEYS])
    raise UsageError(msg("there is no configuration key {name}", name=name), hint, code="unknown-key")


def _check(known: Key, value: Any) -> None:
    if not _fits(known.type, value) or (known.choices and value not in known.choices):
        raise InvalidValue(
            msg("{value} is not a value for {name}", value=repr(value), name=known.name),
            msg("{name}: {doc}", name=known.name, doc=known.doc),
        )


def _fits(kind: str, value: Any) -> bool:
    if kind == "list":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return (
        isinstance(value, int) and not isinstance(value, bool) and value > 0
        if kind == "number"
        else isinstance(value, str)
    )


def parse(known: Key, value: str) -> str | int | list[str]:
    """A value as typed at a prompt: text, a whole number, or a list with commas."""
    parsed: str | int | list[str] = value.strip()
    if known.type == "list":
        parsed = [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
    elif known.type == "number" and value.strip().isdecimal():
        parsed = int(value)
    _check(known, parsed)
    if known.name == "timezone":
        from salesflow.clock import zone

        zone(value.strip())
    if known.name == "mail.from":
        from salesflow.addresses import checked_email

        parsed = checked_email(value.strip())
    return parsed


def write(path: str, changes: Mapping[str, str | int | list[str] | None]) -> None:
    """Set (or with None remove) keys in the file; what else stands in it, comments too, stays. Replaces the file in one step."""
    part = f"{path}.{os.getpid()}.part"
    try:
        text = _changed(_text(path), changes)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(part, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except OSError as error:
        if os.path.exists(part):
            os.unlink(part)
        raise FileProblem(
            msg("the configuration {path} cannot be written: {reason}", path=path, reason=error.strerror or str(error)),
            msg("check the permissions of the file and its folder"),
        ) from error


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _changed(text: str, changes: Mapping[str, str | int | list[str] | None]) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    for name, value in changes.items():
        *tables, last = name.split(".")
        place: Any = document
        for table in tables:
            if not isinstance(place.get(table), MutableMapping):
                place[table] = tomlkit.table()
            place = place[table]
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return tomlkit.dumps(document)
