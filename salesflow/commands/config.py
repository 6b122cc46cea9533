"""salesflow config: the configuration file."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from salesflow import config
from salesflow.columns import Column, Kind
from salesflow.commands.base import Command, List, Write, current, noun
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.output.results import Document, Listing, Written

app = noun("The configuration file.")

COLUMNS = (
    Column("key", "Key"),
    Column("value", "Value"),
    Column("meaning", "Meaning", Kind.MESSAGE, flexible=True),
)

KeyName = Annotated[str, typer.Argument(metavar="KEY", help="The key, such as user or industries.extra.")]


@app.command("show", cls=List)
def show(ctx: typer.Context) -> Listing:
    """List every key with its value and meaning."""
    settings = current(ctx).settings
    rows = [
        {"key": known.name, "value": _shown(settings.values.get(known.name)), "meaning": known.doc}
        for known in config.KEYS
    ]
    return Listing(COLUMNS, rows, "key")


@app.command("get", cls=Command)
def get(ctx: typer.Context, key: KeyName) -> Document:
    """Print one value; exit 3 where it is not set."""
    value = current(ctx).settings.values.get(config.key(key).name)
    if value is None:
        raise NotFound(msg("{key} is not set", key=key), msg("set it with: salesflow config set {key} VALUE", key=key))
    return Document(f"{_shown(value)}\n")


@app.command("set", cls=Write)
def set_(
    ctx: typer.Context,
    key: KeyName,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The value; '' removes the key; lists with commas.")],
) -> Written:
    """Set one key; comments and everything else in the file stay.

    salesflow config set industries.extra 无人机,预制菜
    """
    known, path = config.key(key), current(ctx).settings.path
    parsed = config.parse(known, value) if value.strip() else None
    config.write(path, {known.name: parsed})
    if parsed is None:
        return Written(msg("removed {key} from {path}", key=key, path=path), key)
    return Written(msg("{key} = {value} in {path}", key=key, value=_shown(parsed), path=path), key)


@app.command("path", cls=Command)
def path(ctx: typer.Context) -> Document:
    """Where the file is, whether it exists or not."""
    return Document(current(ctx).settings.path + "\n")


def _shown(value: Any) -> str | None:
    return ",".join(value) if isinstance(value, list) else None if value is None else str(value)
