"""The pages and pictures that come from the program itself.

    python docs/build.py            make them all anew
    python docs/build.py --check    exit 1 where a page is not what the program would make now (pictures are not compared)

commands.md and rules.md in both languages, views.md, and the pictures in the READMEs: real runs in a demonstration database.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT))

from salesflow import i18n  # noqa: E402 - after the path is set

SUFFIX = {"en": "", "zh": ".zh"}
PICTURES = {
    "today": ("today",),
    "weekly": ("report", "weekly"),
}
MOMENT = "2026-03-06T09:00"
TITLES = {
    "commands": {"en": "# Every command", "zh": "# 全部命令"},
    "rules": {"en": "# The rule book", "zh": "# 规则手册"},
}
NOTES = {"en": "Made from the program by `make docs`.", "zh": "由程序生成（`make docs`）。"}


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    i18n.set_language(language)
    try:
        yield
    finally:
        i18n.set_language("en")


def commands(language: str) -> str:
    """The help of every command, noun by noun."""
    from docs.catalogue import walk
    from salesflow.commands.help import page
    from salesflow.commands.typerbase import TyperContext

    os.environ["COLUMNS"] = "100"
    parts = [TITLES["commands"][language], NOTES[language]]
    with speaking(language):
        parents: dict[tuple[str, ...], TyperContext] = {}
        for words, command in walk():
            parent = parents.get(words[:-1]) if words else None
            context = TyperContext(command, info_name=words[-1] if words else "salesflow", parent=parent)
            parents[words] = context
            level = "##" if len(words) < 2 else "###"
            parts.append(f"{level} {' '.join(('salesflow', *words))}\n\n```text\n{page(context).rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def rules(language: str) -> str:
    """Every rule with its text, parameters and source."""
    from salesflow.rules.policy import Policy
    from salesflow.rules.registry import RULES

    parts = [TITLES["rules"][language], NOTES[language]]
    described = Policy().describe()
    with speaking(language):
        for rule in RULES:
            lines = [
                f"## {rule.id}",
                "",
                f"**{i18n.render(rule.title)}** ({', '.join(strength.value for strength in rule.strengths)}; {', '.join(rule.source)})",
                "",
            ]
            lines += [i18n.render(rule.text)]
            mine = [parameter for parameter in described if parameter.rule == rule.id]
            if mine:
                lines += ["", "| | | |", "| --- | --- | --- |"]
                lines += [f"| `{entry.key}` | {_short(entry.default)} | {i18n.render(entry.doc)} |" for entry in mine]
            parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def views() -> str:
    """The public SQL interface: each view with its columns."""
    from salesflow.models.views import definitions

    parts = [
        "# Views",
        (
            "The database file can be read by any program that reads SQLite. These views are stable: columns are only ever "
            "added. Money is in fen, percentages in basis points, quantities in thousandths, instants in UTC."
        ),
        "Made from the program by `make docs`.",
    ]
    for name, definition in definitions().items():
        parts.append(f"## {name}\n\n{', '.join(f'`{column.name}`' for column in definition.selected_columns)}")
    return "\n\n".join(parts) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": lambda: commands("en"),
    "commands.zh.md": lambda: commands("zh"),
    "rules.md": lambda: rules("en"),
    "rules.zh.md": lambda: rules("zh"),
    "views.md": views,
}


def pictures() -> None:
    """SVG pictures of real runs, at a fixed moment, so that they change only when the program does."""
    from rich.console import Console
    from rich.text import Text

    with tempfile.TemporaryDirectory() as folder:
        world = {**os.environ, "HOME": folder, "SALESFLOW_CONFIG": f"{folder}/config.toml", "COLUMNS": "100"}
        world |= {"SALESFLOW_AS_OF": MOMENT, "TERM": "xterm-256color"}
        world.pop("NO_COLOR", None)
        program = [sys.executable, "-m", "salesflow"]
        subprocess.run(
            [*program, "demo", "--dir", folder, "--quiet"], env=world, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        world |= {"SALESFLOW_DB": f"{folder}/salesflow.db", "SALESFLOW_USER": "zhang.wei"}
        for name, words in PICTURES.items():
            for language, suffix in SUFFIX.items():
                line = [*program, "--lang", language, "--color", "always", *words, "--format", "table"]
                shown = subprocess.run(line, env=world, cwd=ROOT, check=True, capture_output=True, text=True).stdout
                console = Console(record=True, width=100, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for one print
                console.print(Text.from_ansi("\n".join(shown.splitlines()[:46])))
                title = f"salesflow {' '.join(words)}"
                (DOCS / f"{name}{suffix}.svg").write_text(
                    console.export_svg(title=title, unique_id=name), encoding="utf-8"
                )


def main() -> None:
    if "--check" not in sys.argv[1:]:
        for name, make in PAGES.items():
            (DOCS / name).write_text(make(), encoding="utf-8")
        pictures()
        return
    stale = [
        name
        for name, make in PAGES.items()
        if not (DOCS / name).exists() or (DOCS / name).read_text(encoding="utf-8") != make()
    ]
    sys.stdout.writelines(f"docs/{name} is not what the program makes now: run `make docs`\n" for name in stale)
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
