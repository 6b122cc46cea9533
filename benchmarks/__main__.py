"""`make bench`: measures what docs promise and writes benchmarks/RESULTS.md. Ratios first: machines differ.

The databases are made once, below .bench, and made anew when the program's version or schema changes. BENCH_RUNS sets
how often each command runs (11).
"""

from __future__ import annotations

import compileall
import csv
import json
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import BARE, PROGRAM, ROOT, Run, against_bare, environment, once
from salesflow import __version__
from salesflow.db.schema import HEAD

PLACE = ROOT / ".bench"
RESULTS = Path(__file__).parent / "RESULTS.md"
SELLER = "rep.001"
LARGE, SMALL = 100_000, 10_000
GROWTH_RUNS = 7


class Line(NamedTuple):
    """One row of the table: what, the figure, what it must be and should be."""

    what: str
    figure: str
    must: str
    aim: str


def databases() -> tuple[Path, Path]:
    """The large database and the one a tenth of its size."""
    stamp = f"{__version__}-{HEAD}"
    made = []
    for name, customers in (("large", LARGE), ("small", SMALL)):
        folder = PLACE / f"{name}-{stamp}"
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            words = [
                *PROGRAM,
                "demo",
                "--dir",
                str(folder),
                "--size",
                "large",
                "--customers",
                str(customers),
                "--quiet",
            ]
            subprocess.run(words, env=environment(None, HOME=str(PLACE)), cwd=ROOT, check=True)
            (folder / "done").touch()
        made.append(folder / "salesflow.db")
    return made[0], made[1]


def ask(database: Path, *words: str, user: str = SELLER) -> list[dict[str, object]]:
    """The JSON of a listing."""
    world = environment(database, SALESFLOW_USER=user)
    done = subprocess.run([*PROGRAM, *words, "--json"], env=world, check=True, capture_output=True, text=True)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def reads(database: Path) -> list[list[str]]:
    """The commands of the read side, with a customer and a quote of the seller's."""
    code = str(ask(database, "customer", "list", "--owner", SELLER, "--limit", "1")[0]["code"])
    quote = str(ask(database, "quote", "list", "--limit", "1")[0]["number"])
    return [
        ["today"],
        ["followup", "due"],
        ["followup", "overdue"],
        ["customer", "list", "--limit", "20"],
        ["customer", "show", code],
        ["customer", "find", "华信"],
        ["find", "报价"],
        ["approval", "list"],
        ["quote", "show", quote],
        ["contract", "ledger", "--limit", "20"],
    ]


def start_up(world: dict[str, str]) -> Iterator[Line]:
    for words, must, aim in ((["--version"], 4, 2), (["--help"], 14, 9), (["customer", "--help"], 14, 9)):
        seconds, ratio = against_bare([words], world)
        yield Line(f"`{' '.join(words)}`", figure(seconds, ratio), f"{must} x", f"{aim} x")


def reading(large: Path, small: Path) -> Iterator[Line]:
    world = environment(large, SALESFLOW_USER=SELLER)
    other = environment(small, SALESFLOW_USER=SELLER)
    for words, words_small in zip(reads(large), reads(small), strict=True):
        name = " ".join(words[:2] if words[1:2] == ["show"] else words)
        seconds, ratio = against_bare([words], world)
        yield Line(f"`{name}`, piped", figure(seconds, ratio), "8 x", "5 x")
        seconds, ratio = against_bare([words], world, terminal=True)
        yield Line(f"`{name}`, table", figure(seconds, ratio), "12 x", "8 x")
        yield Line(f"`{name}`, large against small", f"{growth(words, world, words_small, other):.2f}", "1.3", "1.1")
    completion = environment(
        large,
        SALESFLOW_USER=SELLER,
        _SALESFLOW_COMPLETE="complete_bash",
        COMP_WORDS="salesflow customer show HZ",
        COMP_CWORD="3",
    )
    seconds, ratio = against_bare([[]], completion)
    yield Line("completion of a customer code", figure(seconds, ratio), "8 x", "5 x")


def growth(words: Sequence[str], world: dict[str, str], words_small: Sequence[str], other: dict[str, str]) -> float:
    """The ratio of the medians of runs on the large and on the small database, in turn."""
    large, small = [], []
    for number in range(GROWTH_RUNS + 1):
        pair = once([*PROGRAM, *words], world).seconds, once([*PROGRAM, *words_small], other).seconds
        if number:
            large.append(pair[0])
            small.append(pair[1])
    return statistics.median(large) / statistics.median(small)


def writing(large: Path) -> Iterator[Line]:
    """Each run writes a record of its own."""
    world = environment(large, SALESFLOW_USER=SELLER)
    wanted = ("--owner", SELLER, "--status", "interested", "--limit", "60", "--fields", "code")
    mine = ask(large, "customer", "list", *wanted)
    codes = [str(row["code"]) for row in mine]
    stamp = str(time.time_ns())
    logs = [
        ["followup", "log", code, "--method", "phone", "--content", "电话确认报价，客户周五前答复"] for code in codes
    ]
    adds = [_customer(f"{stamp}{number}") for number in range(60)]
    quotes = [["quote", "make", code, "--item", "YF-100:10-5%"] for code in codes]
    orders = list(_accepted(large, codes))
    for name, commands in (
        ("followup log", logs),
        ("customer add", adds),
        ("quote make", quotes),
        ("order submit", orders),
    ):
        seconds, ratio = against_bare(commands, world)
        yield Line(f"`{name}`", figure(seconds, ratio), "40 x", "28 x")


def _customer(stamp: str) -> list[str]:
    return [
        "customer", "add", "--name", f"杭州测试{stamp}有限公司", "--industry", "制造业", "--source", "exhibition", "--need",
        "计划 6 月前更换 3 台打标机，节拍 5 秒以内", "--contact", "王工", "--phone", f"137{stamp[-8:]}",
    ]  # fmt: skip


def _accepted(database: Path, codes: Sequence[str]) -> Iterator[list[str]]:
    """Quotes made and accepted beforehand, one for each run of `order submit`."""
    world = environment(database, SALESFLOW_USER=SELLER)
    for code in codes[:13]:
        words = [*PROGRAM, "quote", "make", code, "--item", "YF-900:2", "--quiet"]
        number = subprocess.run(words, env=world, check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run([*PROGRAM, "quote", "accept", number, "--quiet"], env=world, check=True, capture_output=True)
        yield ["order", "submit", "--quote", number]


def long_ones(large: Path) -> Iterator[Line]:
    """The commands that go through everything."""
    world = environment(large, SALESFLOW_USER="zhang.wei")
    for words, must, aim in (
        (["customer", "stale", "--all", "--dry-run"], 5, 2),
        (["report", "weekly"], 3, 1.5),
        (["audit", "verify"], 30, 10),
    ):
        run = _checked(words, world)
        what = f"`{' '.join(words)}`"
        if words[0] == "audit":
            entries = ask(large, "db", "info")
            count = entries["audit_entries"]  # type: ignore[call-overload]  # `db info` gives an object
            what += f" of {count:,} entries"
        yield Line(what, f"{run.seconds:.1f} s", f"{must} s", f"{aim} s")
    customers = LARGE
    size = large.stat().st_size / customers / 1000
    yield Line("database, per customer with ten follow-ups, audit included", f"{size:.1f} kB", "12 kB", "8 kB")


def _checked(words: Sequence[str], world: dict[str, str]) -> Run:
    run = once([*PROGRAM, *words], world)
    if run.status:
        raise SystemExit(f"{' '.join(words)} ended with {run.status}")
    return run


def importing() -> Iterator[Line]:
    """100,000 rows into an empty database, from both kinds of file."""
    folder = PLACE / "import"
    for kind, must, aim in (("csv", 60, 30), ("xlsx", 90, 45)):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        world = environment(folder / "salesflow.db", SALESFLOW_USER="li.na")
        _checked(["init", "--company", "测试", "--region", "HZ", "--login", "li.na", "--name", "李娜"], world)
        file = folder / f"customers.{kind}"
        _write_customers(file)
        run = _checked(["customer", "import", str(file), "--quiet"], world)
        figures = f"{run.seconds:.0f} s, {run.memory / 1e6:.0f} MB"
        yield Line(f"`customer import` of 100,000 rows, .{kind}", figures, f"{must} s, 300 MB", f"{aim} s, 150 MB")
    yield from _taken_further(folder, world)
    shutil.rmtree(folder, ignore_errors=True)


def _taken_further(folder: Path, world: dict[str, str]) -> Iterator[Line]:
    """A log of 100,000 follow-ups with these customers, all of it out again, and taken back."""
    log = folder / "log.csv"
    _write_followups(log, [row[0] for row in _rows(LARGE // 5)])
    commands = {
        "`followup import` of 100,000 rows, .csv": (["followup", "import", str(log), "--quiet"], 60, 30),
        "`customer export --reveal` of 100,000, .xlsx": (
            ["customer", "export", str(folder / "o.xlsx"), "--reveal", "--quiet"],
            60,
            30,
        ),
        "`import revert` of 100,000 follow-ups": (["import", "revert", "2", "--quiet"], 60, 30),
        "`import revert` of 100,000 customers": (["import", "revert", "1", "--quiet"], 60, 30),
    }
    for what, (words, must, aim) in commands.items():
        run = _checked(words, world)
        figures = f"{run.seconds:.0f} s, {run.memory / 1e6:.0f} MB"
        yield Line(what, figures, f"{must} s, 300 MB", f"{aim} s, 150 MB")


def _write_followups(file: Path, names: Sequence[str]) -> None:
    today = date.today()  # noqa: DTZ011 - any recent day serves
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("客户名称", "跟进时间", "跟进方式", "跟进内容", "下一步行动"))
        for number in range(LARGE):
            on = (today - timedelta(days=1 + number % 300)).isoformat()
            writer.writerow((names[number % len(names)], on, "电话", f"第 {number} 次沟通报价与交期", "周五前报价"))


HEADINGS = ("客户名称", "所属行业", "联系人", "职务", "联系方式", "客户来源", "初次接触时间", "需求描述", "备注")


def _write_customers(file: Path) -> None:
    rows = _rows(LARGE)
    if file.suffix == ".csv":
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(HEADINGS)
            writer.writerows(rows)
        return
    import xlsxwriter

    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, row)
    book.close()


def _rows(count: int) -> Iterator[tuple[str, ...]]:
    from random import Random

    from salesflow.services.demo.cast import lead

    random, today = Random(7), date.today()  # noqa: DTZ011 - any recent day serves
    for number in range(count):
        one = lead(random, number, "HZ", today)
        met = (today - timedelta(days=1 + number % 300)).isoformat()
        yield (one.name, one.industry, one.contact, one.title, one.phone, "展会", met, one.need, "")


def together() -> Iterator[Line]:
    """16 processes with 100 writes each, against one process that does them all."""
    folder = PLACE / "together"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    world = environment(folder / "salesflow.db", SALESFLOW_USER="li.na")
    _checked(["init", "--company", "测试", "--region", "HZ", "--login", "li.na", "--name", "李娜"], world)
    script = Path(__file__).parent / "writer.py"

    def write(name: str, count: int) -> None:
        subprocess.run([sys.executable, str(script), name, str(count)], env=world, check=True, cwd=ROOT)

    began = time.perf_counter()
    write("alone", 1600)
    alone = time.perf_counter() - began
    began = time.perf_counter()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: write(f"w{number}", 100), range(16)))
    crowd = time.perf_counter() - began
    listed = subprocess.run(
        [*PROGRAM, "customer", "list", "--format", "ids"], env=world, check=True, capture_output=True, text=True
    )
    codes = listed.stdout.split()
    if len(codes) != 3200 or len(set(codes)) != 3200:
        raise SystemExit(f"lost writes: {len(codes)} records, {len(set(codes))} codes")
    figures = f"{crowd / alone:.2f} x ({crowd:.0f} s, {alone:.0f} s), none lost, codes unique"
    yield Line("16 processes x 100 writes at once, against one process", figures, "none lost", "1.5 x")
    shutil.rmtree(folder, ignore_errors=True)


def figure(seconds: float, ratio: float) -> str:
    return f"{ratio:.1f} x ({seconds * 1000:.0f} ms)"


def report(lines: Sequence[Line], bare: float) -> str:
    rows = "\n".join(f"| {line.what} | {line.figure} | {line.must} | {line.aim} |" for line in lines)
    machine = f"CPython {platform.python_version()}, {platform.machine()}, {platform.system()}"
    return (
        "# Measurements\n\nMade by `make bench`. Ratios are against a bare interpreter (`python -c pass`), measured in turn with it, "
        f"medians; here it took {bare * 1000:.0f} ms ({machine}). The large database has {LARGE:,} customers with ten follow-ups each, "
        f"the small one a tenth of them; a salesperson's book is the same size in both.\n\n"
        f"| what | measured | must | aim |\n| --- | --- | --- | --- |\n{rows}\n"
    )


def main() -> None:
    """Measure everything, or only the groups named on the command line (then nothing is written)."""
    compileall.compile_dir(ROOT / "salesflow", quiet=2)
    PLACE.mkdir(exist_ok=True)
    large, small = databases()
    groups: dict[str, Callable[[], Iterator[Line]]] = {
        "start": lambda: start_up(environment(large)),
        "read": lambda: reading(large, small),
        "write": lambda: writing(large),
        "long": lambda: long_ones(large),
        "import": importing,
        "together": together,
    }
    chosen = sys.argv[1:] or list(groups)
    lines: list[Line] = []
    for name in chosen:
        for line in groups[name]():
            lines.append(line)
            print(f"{line.what:60} {line.figure:40} must {line.must:14} aim {line.aim}", flush=True)
    if not sys.argv[1:]:
        bare = statistics.median(once(BARE, environment(large)).seconds for _ in range(11))
        RESULTS.write_text(report(lines, bare), encoding="utf-8")


if __name__ == "__main__":
    main()
